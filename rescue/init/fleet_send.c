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

static void on_sent(void *user, struct process *p)
{
	static const struct fleet_sent failed = {
		.n = 1, .text = "the process that sends it was ended"};
	struct init *in = user;
	struct fleet_sent said;

	in->fleet.sending = NULL;
	if (process_is_good(p) && p->result.len == sizeof(said)) {
		memcpy(&said, p->result.p, sizeof(said));
		take_sent(in, FLEET_START, &said);
	} else {
		take_sent(in, FLEET_START, &failed);
	}
}

void fleet_send_start(struct init *in, const char *path)
{
	struct fleet_send q; /* the process has its own copy */

	if (in->fleet.sending)
		return;
	make_send(in, FLEET_START, path, &q);
	const struct process_plan plan = {.run = fleet_send_run,
		.arg = &q,
		.accounts = &in->stick.accounts,
		.cap = sizeof(struct fleet_sent),
		.end = on_sent,
		.user = in,
		.limit_ms = START_SEND_MS + MORE_MS};
	in->fleet.sending = process_start(&in->processes, &plan, NULL);
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
