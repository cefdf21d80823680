/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "init/fleet.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "core/text.h"
#include "init/init.h"
#include "init/machine.h"
#include "init/sysfs.h"
#include "init/work.h"

enum {
	FETCH_MS = 600000, /* a server that comes back is waited for; nothing else can be done */
	AGAIN_MS = 20000,  /* the next times a person may come */
	MORE_MS = 15000,   /* what a job gets beyond its own limit before it is ended */
	ROUND_MS = 500,
	PAUSE_MS = 60000, /* before it is asked again; doubled, up to */
	PAUSE_MOST_MS = 900000,
};

#define START_FILE INIT_RUN "/start.json"

/* ---- what is waited for ---- */

/* So that ten thousand machines do not ask at the same moment. */
static void wait_at_random(struct init *in, unsigned most_s)
{
	uint32_t number = 0;

	if (!most_s || getrandom(&number, sizeof(number), GRND_NONBLOCK) != sizeof(number))
		return;
	const uint64_t wait_ms = number % (most_s * 1000ULL), end = now_ms() + wait_ms;
	init_say(in, "policy: waiting %llu s, of at most %u, so that not all machines ask at once",
		(unsigned long long)wait_ms / 1000, most_s);
	for (uint64_t now = now_ms(); now < end && !in->is_stop_wanted; now = now_ms())
		init_step(in, loop_left_ms(now, end));
}

/* ---- the policy ---- */

static void refuse(struct init *in, struct work *w, const char *why)
{
	init_say(in, "policy: %s: nothing is done on this machine", why);
	w->result = RESULT_FAILED;
	(void)snprintf(w->text, sizeof(w->text), "not repaired: no policy: %.560s", why);
}

/* Servers that are away come back, not all machines ask then at once, and what is withdrawn may be
 * put in force again. What is wrong stays so until somebody comes. */
static void plan_again(struct init *in)
{
	struct fleet *f = &in->fleet;
	const bool is_away = !f->is_accepted && f->policy.code &&
			     rs_err_info(f->policy.code)->exit_status == RS_STATUS_NETWORK;
	const bool is_withdrawn = f->is_accepted && f->policy.act == POLICY_NONE;
	uint64_t pause_ms = (uint64_t)PAUSE_MS << (f->n_again < 4 ? f->n_again : 4);
	uint32_t number = 0;

	f->again_ms = 0;
	if (!is_away && !is_withdrawn)
		return;
	if (pause_ms > PAUSE_MOST_MS)
		pause_ms = PAUSE_MOST_MS;
	if (getrandom(&number, sizeof(number), GRND_NONBLOCK) == sizeof(number))
		pause_ms += number % (pause_ms / 4);
	f->n_again++;
	f->again_ms = now_ms() + pause_ms;
	init_say(in, "policy: asked for again in %llu s, or by a restart",
		(unsigned long long)pause_ms / 1000);
}

static void make_fetch(struct init *in, unsigned total_ms, struct fleet_fetch *q)
{
	const struct clock_now *clock = &in->network.now.clock;

	*q = (struct fleet_fetch){.clock = {.is_known = clock_is_known(clock)},
		.floor_version = fleet_floor(in),
		.total_ms = total_ms,
		.ca = FLEET_CA,
		.keys = FLEET_POLICY_PUB,
		.folder = INIT_RUN};
	q->clock.unix_s = q->clock.is_known ? time(NULL) : clock_floor("");
	(void)snprintf(q->url, sizeof(q->url), "%s", fleet_policy_url(in));
}

static bool is_sound(const struct fleet_policy *p)
{
	return memchr(p->text, '\0', sizeof(p->text)) &&
	       memchr(p->key_id, '\0', sizeof(p->key_id)) && p->act <= POLICY_NONE &&
	       p->repaired <= POLICY_REBOOT && p->nothing <= POLICY_REBOOT &&
	       p->failure <= POLICY_REBOOT && p->delay_s <= POLICY_DELAY_MOST_S;
}

/* What the job says, as it comes: lines on the way, then what came of it. */
struct asking {
	struct init *in;
	struct process *process; /* NULL = it has ended */
	struct fleet_policy said;
	size_t len;
	bool is_told; /* the last one was no line */
};

static void take_said(struct asking *a)
{
	a->is_told = a->said.code != FLEET_ON_THE_WAY;
	if (a->is_told)
		return;
	a->said.text[sizeof(a->said.text) - 1] = '\0';
	init_say(a->in, "policy: %s", a->said.text);
}

static void on_said(void *user, const char *bytes, size_t len)
{
	struct asking *a = user;

	while (len && !a->is_told) { /* nothing comes after its end */
		const size_t room = sizeof(a->said) - a->len, n = len < room ? len : room;
		memcpy((char *)&a->said + a->len, bytes, n);
		a->len = (a->len + n) % sizeof(a->said);
		bytes += n;
		len -= n;
		if (!a->len)
			take_said(a);
	}
}

static void on_end(void *user, struct process *p)
{
	struct asking *a = user;

	(void)p; /* what it has said whole counts */
	a->process = NULL;
}

static void ask(struct asking *a, struct fleet_fetch *q)
{
	struct init *in = a->in;
	const struct process_plan plan = {.run = fleet_fetch_run,
		.arg = q,
		.output = on_said,
		.end = on_end,
		.user = a,
		.limit_ms = q->total_ms + MORE_MS};

	a->process = process_start(&in->processes, &plan, NULL);
	for (bool was_asked = false; a->process; was_asked |= in->is_stop_wanted) {
		if (in->is_stop_wanted && !was_asked)
			process_signal(a->process, SIGTERM);
		init_step(in, ROUND_MS);
	}
}

/* False with why not. */
static bool fetch(struct init *in, unsigned total_ms, char *ret_why, size_t cap)
{
	struct fleet *f = &in->fleet;
	struct asking a = {.in = in};
	struct fleet_fetch q;

	make_fetch(in, total_ms, &q);
	init_say(in, "policy: asking %s", q.url);
	ask(&a, &q);
	f->policy = a.said;
	if (!a.is_told || !is_sound(&f->policy))
		f->policy = (struct fleet_policy){
			.code = RS_E_NET_SLOW, .text = "the process that fetches it has failed"};
	f->is_accepted = f->policy.code == 0;
	(void)rs_escape(f->policy.text, ret_why, cap);
	return f->is_accepted;
}

static bool take_policy(struct init *in, struct work *w)
{
	struct fleet *f = &in->fleet;
	char why[FLEET_TEXT] = "";
	const char *refusal = fleet_refusal(&in->facts);

	f->is_asked = true;
	f->policy = (struct fleet_policy){.code = refusal ? 0 : RS_E_NET_LINK};
	if (refusal)
		(void)snprintf(why, sizeof(why), "%s", refusal);
	else if (!fleet_wait_for_network(in, FETCH_MS))
		(void)snprintf(why, sizeof(why), "%s", network_why(in));
	else
		(void)fetch(in, FETCH_MS, why, sizeof(why));
	if (in->is_stop_wanted) {
		w->result = RESULT_CANCELLED;
		return false;
	}
	if (!f->is_accepted) {
		refuse(in, w, why);
		return false;
	}
	init_say(in, "policy: version %u, signed by the key %s: %s", f->policy.version,
		f->policy.key_id,
		f->policy.act == POLICY_NONE	? "withdrawn, nothing is done"
		: f->policy.act == POLICY_DRILL ? "a drill, nothing is written"
						: "repairs may be made");
	if (f->policy.act != POLICY_NONE)
		return true;
	w->result = RESULT_CANCELLED;
	(void)snprintf(w->text, sizeof(w->text), "nothing was done: the policy is withdrawn");
	return false;
}

/* ---- the run ---- */

/* A machine that never comes back is known by it. */
static void start_event(struct init *in)
{
	if (fleet_has_collector(in) && report_write_start(in, START_FILE, in->fleet.start_hash))
		fleet_send_start(in, START_FILE);
}

bool fleet_begin(struct init *in, struct work *w)
{
	struct fleet *f = &in->fleet;

	if (!fleet_policy_url(in)[0]) {
		f->tell_start = start_event;
		return true;
	}
	*w = (struct work){0};
	f->is_accepted = false;
	const bool may = take_policy(in, w);
	if (!in->is_stop_wanted)
		plan_again(in);
	if (!f->start_hash[0])		     /* else it has gone, and a start is one */
		f->tell_start = start_event; /* what came of it is in it */
	if (may)
		wait_at_random(in, f->policy.delay_s);
	return may;
}

bool fleet_again(struct init *in)
{
	struct fleet *f = &in->fleet;
	char why[FLEET_TEXT];

	f->is_accepted = false;
	if (fetch(in, AGAIN_MS, why, sizeof(why)) && f->policy.act != POLICY_NONE) {
		f->is_accepted = false; /* the round that begins asks whether it still is so */
		return true;
	}
	if (!f->is_accepted && !in->is_stop_wanted)
		init_say(in, "policy: still none: %s", why);
	if (!in->is_stop_wanted)
		plan_again(in);
	return false;
}
