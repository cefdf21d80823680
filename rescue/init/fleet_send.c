/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Events to the collectors: the start beside the work, the end when the work is over. */
#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "init/fleet.h"
#include "init/init.h"

enum {
	START_SEND_MS = 300000, /* beside the work */
	END_SEND_MS = 300000,
	PERSON_SEND_MS = 30000, /* somebody waits at the end */
	KEPT_SEND_MS = 30000,	/* of earlier starts, all of them */
	MORE_MS = 15000,	/* what a job gets beyond its own limit before it is ended */
};

bool fleet_has_collector(const struct init *in)
{
	return network_is_wanted(in) &&
	       ((in->fleet.is_accepted && in->fleet.policy.n_reports) || fleet_collector(in)[0]);
}

/* Somebody waits, where no policy works. */
static unsigned end_ms(const struct init *in)
{
	return fleet_policy_url(in)[0] ? END_SEND_MS : PERSON_SEND_MS;
}

/* What a policy that was not to be had says of collectors nobody knows. */
bool fleet_is_told_to_nobody(const struct init *in, bool is_sent)
{
	const bool is_wanted =
		fleet_collector(in)[0] ||
		(fleet_policy_url(in)[0] && (!in->fleet.is_accepted || in->fleet.policy.n_reports));

	return is_wanted && !(is_sent && fleet_has_collector(in));
}

static void make_send(
	struct init *in, enum fleet_event event, const char *path, struct fleet_send *q)
{
	*q = (struct fleet_send){.total_ms = event == FLEET_START ? START_SEND_MS : end_ms(in),
		.ca = FLEET_CA,
		.has_accounts = in->stick.accounts.len};
	(void)snprintf(q->path, sizeof(q->path), "%s", path);
	q->event = event;
	if (event == FLEET_END)
		q->result = in->report.result_word;
	q->revision = event == FLEET_END ? in->fleet.revision : 0;
	(void)snprintf(q->id, sizeof(q->id), "%s", fleet_id(in));
	(void)snprintf(q->host, sizeof(q->host), "%s", in->report.serial);
	if (in->fleet.is_accepted && in->fleet.policy.n_reports)
		(void)snprintf(q->sinks, sizeof(q->sinks), FLEET_COLLECTORS);
	else
		(void)snprintf(q->collector, sizeof(q->collector), "%s", fleet_collector(in));
}

/* What came of it, once a job has said it. */
static void take_sent(struct init *in, enum fleet_event event, const struct fleet_sent *said)
{
	struct fleet_sent *sent = &in->fleet.sent[event];

	*sent = *said;
	sent->text[sizeof(sent->text) - 1] = '\0';
	init_say(in, "report: the %s was taken by %u of %u %s%s%s", fleet_event_word(event),
		sent->n_taken, sent->n, rs_form(sent->n, "collector", "collectors"),
		sent->text[0] ? ": " : "", sent->text);
}

static void on_job(struct init *in, enum fleet_event event, struct process *p)
{
	static const struct fleet_sent failed = {
		.n = 1, .text = "the process that sends it was ended"};
	struct fleet_sent said;

	in->fleet.sending = NULL;
	if (process_is_good(p) && p->result.len == sizeof(said)) {
		memcpy(&said, p->result.p, sizeof(said));
		take_sent(in, event, &said);
	} else {
		take_sent(in, event, &failed);
	}
}

static void on_start_sent(void *user, struct process *p)
{
	on_job(user, FLEET_START, p);
}

static void on_end_sent(void *user, struct process *p)
{
	on_job(user, FLEET_END, p);
}

/* The process has its own copy of all that it needs. */
static void send_beside(struct init *in, struct fleet_send *q, process_end_fn is_over)
{
	const struct process_plan plan = {.run = fleet_send_run,
		.arg = q,
		.accounts = &in->stick.accounts,
		.cap = sizeof(struct fleet_sent),
		.end = is_over,
		.user = in,
		.limit_ms = q->total_ms + MORE_MS};

	in->fleet.sending = process_start(&in->processes, &plan, NULL);
}

void fleet_send_start(struct init *in, const char *path)
{
	struct fleet_send q;

	if (in->fleet.sending)
		return;
	make_send(in, FLEET_START, path, &q);
	send_beside(in, &q, on_start_sent);
}

void fleet_send_by_hand(struct init *in, const char *path)
{
	struct fleet_send q;

	make_send(in, FLEET_END, path, &q);
	send_beside(in, &q, on_end_sent);
}

void fleet_before_end(struct init *in)
{
	if (fleet_has_collector(in))
		(void)fleet_wait_for_network(in, end_ms(in)); /* the report says what is there */
}

bool fleet_send_end(struct init *in, const char *path)
{
	struct fleet_send q;
	struct fleet_sent said = {.n = 1, .text = "the process that sends it has failed"};

	if (!fleet_has_collector(in))
		return true;
	if (in->network.now.state != NETWORK_UP) {
		(void)snprintf(said.text, sizeof(said.text), "%s", network_why(in));
		take_sent(in, FLEET_END, &said);
		return false;
	}
	make_send(in, FLEET_END, path, &q);
	const struct process_plan plan = {.run = fleet_send_run,
		.arg = &q,
		.accounts = &in->stick.accounts,
		.cap = sizeof(said),
		.limit_ms = q.total_ms + MORE_MS};
	struct fleet_sent got;
	if (process_run(&in->processes, &plan, &got) == (long)sizeof(got))
		said = got;
	take_sent(in, FLEET_END, &said);
	return said.n && said.n_taken == said.n;
}

static bool send_one_kept(struct init *in, const struct stick_unsent *kept, uint64_t until_ms)
{
	const uint64_t now = now_ms();
	struct fleet_sent got = {0};
	struct fleet_send q;
	char path[sizeof(q.path)];

	if (now >= until_ms)
		return false;
	(void)snprintf(path, sizeof(path), INIT_RUN "/unsent-%u.json", kept->number);
	make_send(in, FLEET_END, path, &q);
	(void)snprintf(q.id, sizeof(q.id), "%s", kept->id);
	(void)snprintf(q.host, sizeof(q.host), "%s", kept->folder);
	q.result = kept->result;
	q.revision = kept->revision;
	q.total_ms = (uint32_t)(until_ms - now);
	const struct process_plan plan = {.run = fleet_send_run,
		.arg = &q,
		.accounts = &in->stick.accounts,
		.cap = sizeof(got),
		.limit_ms = q.total_ms + MORE_MS};
	return process_run(&in->processes, &plan, &got) == (long)sizeof(got) && got.n &&
	       got.n_taken == got.n;
}

void fleet_send_kept(struct init *in)
{
	struct stick *s = &in->stick;
	const uint64_t until_ms = now_ms() + KEPT_SEND_MS;
	unsigned n = 0;

	if (!s->n_unsent || !fleet_has_collector(in))
		return;
	while (n < s->n_unsent && !in->is_stop_wanted &&
		send_one_kept(in, &s->unsent[n], until_ms)) {
		if (s->n_sent < STICK_UNSENT_MOST)
			s->sent[s->n_sent++] = s->unsent[n];
		n++;
	}
	init_say(in, "report: of earlier starts, kept by the stick: %u of %u sent", n, s->n_unsent);
	s->n_unsent -= n;
	memmove(s->unsent, s->unsent + n, s->n_unsent * sizeof(s->unsent[0]));
}
