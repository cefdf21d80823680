/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the settings and the door say of a start without a person, and what an accepted policy means
 * for the run. */
#include <stdio.h>
#include <string.h>

#include "init/fleet.h"
#include "init/init.h"
#include "init/sysfs.h"

const char *fleet_policy_url(const struct init *in)
{
	return in->facts.settings.policy;
}

const char *fleet_collector(const struct init *in)
{
	return in->facts.settings.collector;
}

unsigned fleet_floor(const struct init *in)
{
	return in->facts.settings.policy_floor;
}

const char *fleet_refusal(const struct facts *f)
{
	const char *why = facts_policy_refusal(f);

	if (!why && f->door != DOOR_APPLICATION)
		why = "a policy counts only in a system that the application has started, as its "
		      "key is a part of that";
	return why;
}

const char *fleet_id(struct init *in)
{
	if (!in->fleet.id[0])
		(void)sysfs_text(
			in->fleet.id, sizeof(in->fleet.id), "/proc/sys/kernel/random/boot_id");
	return in->fleet.id;
}

/* ---- what an accepted policy means ---- */

bool fleet_is_alone(const struct init *in)
{
	return in->fleet.is_accepted;
}

static bool is_allowed(const struct init *in)
{
	return !fleet_policy_url(in)[0] ||
	       (in->fleet.is_accepted && in->fleet.policy.act != POLICY_NONE);
}

bool fleet_has_network(const struct init *in)
{
	const struct network_now *n = &in->network.now;

	return n->state == NETWORK_UP && n->clock.source != CLOCK_PENDING;
}

static bool is_due(const struct init *in)
{
	return in->fleet.again_ms && now_ms() >= in->fleet.again_ms && fleet_has_network(in);
}

bool fleet_has_work(const struct init *in, bool has_disk)
{
	return is_allowed(in) ? has_disk : is_due(in);
}

bool fleet_only_looks(const struct init *in)
{
	const struct fleet *f = &in->fleet;

	return f->is_accepted &&
	       (f->policy.act == POLICY_NONE || in->was_alone ||
		       (!clock_is_known(&in->network.now.clock) && !f->policy.unknown_clock_acts));
}

const char *const *fleet_options(struct init *in, bool is_look)
{
	static const char *options[16];
	static char floor[16];
	size_t n = 0;

	if (!in->fleet.is_accepted)
		return NULL;
	(void)snprintf(floor, sizeof(floor), "%u", in->fleet.policy.version);
	options[n++] = "--policy";
	options[n++] = FLEET_POLICY;
	if (!is_look) { /* asked again before the first write */
		options[n++] = "--policy-url";
		options[n++] = fleet_policy_url(in);
	}
	options[n++] = is_look ? "--keys-ca" : "--policy-ca";
	options[n++] = FLEET_CA;
	options[n++] = "--policy-keys";
	options[n++] = FLEET_POLICY_PUB;
	options[n++] = "--policy-floor";
	options[n++] = floor;
	if (!clock_is_known(&in->network.now.clock))
		options[n++] = "--unknown-clock";
	options[n] = NULL;
	return options;
}

size_t fleet_key_options(const struct init *in, const char **args)
{
	const struct fleet *f = &in->fleet;
	size_t n = 0;

	if (!f->is_accepted || !f->policy.n_keys || f->policy.act == POLICY_NONE ||
		facts_key_refusal(&in->facts))
		return 0;
	args[n++] = "--keys-from";
	args[n++] = FLEET_KEYS;
	args[n++] = "--keys-ca";
	args[n++] = FLEET_CA;
	if (in->stick.accounts.len) {
		args[n++] = "--keys-secret-fd";
		args[n++] = RUN_ACCOUNTS_FD;
	}
	return n;
}

static enum settings_end end_of(enum policy_end end)
{
	static const enum settings_end ends[] = {[POLICY_WINDOWS] = SETTINGS_END_WINDOWS,
		[POLICY_STAY] = SETTINGS_END_STAY,
		[POLICY_POWEROFF] = SETTINGS_END_POWEROFF,
		[POLICY_REBOOT] = SETTINGS_END_REBOOT};

	return ends[end % (sizeof(ends) / sizeof(ends[0]))];
}

bool fleet_end_of(const struct init *in, enum result result, enum settings_end *ret)
{
	const struct fleet_policy *p = &in->fleet.policy;

	if (!in->fleet.is_accepted)
		return false;
	*ret = end_of(result == RESULT_DONE ? p->repaired
		      : result == RESULT_FAILED || result == RESULT_LEFT || result == RESULT_WRONG
			      ? p->failure
			      : p->nothing);
	return true;
}
