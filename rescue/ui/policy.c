/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A repair that nobody sits before: a site's signed policy answers instead (docs/policy.md). */
#include "ui/ui.h"

int policy_options_check(const struct options *o, struct rs_err *err)
{
	static const struct named_option its_own[] = {{OPT_POLICY_URL, "policy-url"},
		{OPT_POLICY_CA, "policy-ca"}, {OPT_POLICY_KEYS, "policy-keys"},
		{OPT_POLICY_FLOOR, "policy-floor"}, {OPT_UNKNOWN_CLOCK, "unknown-clock"},
		{OPT_MACHINE, "machine"}, {OPT_DRILL, "drill"}};
	static const struct named_option said_by_it[] = {{OPT_YES, "yes"}, {OPT_REPLAY, "replay"},
		{OPT_DIAGNOSIS, "diagnosis"}, {OPT_ACTS, "acts"}, {OPT_RULES, "rules"},
		{OPT_FILE, "file"}, {OPT_RULE, "rule"}};

	for (size_t i = 0; !o->policy && i < sizeof(its_own) / sizeof(its_own[0]); i++)
		if (is_given(o, its_own[i].id))
			return rs_fail_on(err, RS_E_USAGE, o->command->name,
				"--%s belongs to --policy", its_own[i].name);
	for (size_t i = 0; o->policy && i < sizeof(said_by_it) / sizeof(said_by_it[0]); i++)
		if (is_given(o, said_by_it[i].id))
			return rs_fail_on(err, RS_E_USAGE, o->command->name,
				"--%s is for the policy to say", said_by_it[i].name);
	if (o->policy && !o->policy_keys)
		return rs_fail_on(
			err, RS_E_USAGE, o->command->name, "--policy needs --policy-keys");
	return 0;
}

int policy_read_floor(const char *text, unsigned *ret, struct rs_err *err)
{
	char *end;
	const unsigned long v = text ? strtoul(text, &end, 10) : 0;

	*ret = (unsigned)v;
	if (!text || (text[0] >= '0' && text[0] <= '9' && !*end && v <= 2000000000))
		return 0;
	return rs_fail_on(err, RS_E_USAGE, "--policy-floor", "'%.64s' is no version", text);
}

int policy_begin(struct ui *ui, struct rs_err *err)
{
	const struct options *o = &ui->opt;

	if (!o->policy)
		return 0;
	ui->policy_from = (struct rs_policy_source){.file = o->policy,
		.url = o->policy_url,
		.ca = o->policy_ca,
		.keys = o->policy_keys,
		.is_clock_unknown = is_given(o, OPT_UNKNOWN_CLOCK),
		.is_to_write = o->command->bit == CMD_FIX,
		.root = o->machine ? o->machine : ""};
	int r = policy_read_floor(o->policy_floor, &ui->policy_from.floor, err);
	return r < 0 ? r : rs_policy_open(&ui->policy_from, &ui->policy, err);
}

int policy_follow(struct ui *ui, struct rs_options *o, struct rs_err *err)
{
	o->is_drill = is_given(&ui->opt, OPT_DRILL);
	return ui->policy ? rs_policy_use(ui->policy, ui->session, o, err) : 0;
}

void policy_end(struct ui *ui)
{
	rs_policy_free(ui->policy);
	ui->policy = NULL;
}
