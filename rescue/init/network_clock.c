/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The time, asked by a process of its own once there is an address. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "init/network_child.h"
#include "net/client.h"

enum { AGAIN_MS = 60000, MORE_MS = 10000 };

/* Fixed size: it comes through a pipe. */
struct said {
	int64_t unix_s; /* 0 = nobody answers */
	uint32_t server;
};

struct question {
	const char *program, *servers[CLOCK_SERVERS];
	size_t n;
};

static int ask(void *arg, int out_fd)
{
	const struct question *q = arg;
	const struct net_time ask = {.servers = q->servers, .n = q->n, .total_ms = CLOCK_ASK_MS};
	struct said said;
	struct net_client *c = NULL;
	size_t which;

	memset(&said, 0, sizeof(said));
	if (net_open(q->program[0] ? q->program : NULL, &c, NULL) < 0)
		return 1;
	if (q->n && net_time(c, &ask, &said.unix_s, &which, NULL) == 0)
		said.server = (uint32_t)which;
	net_close(c);
	return process_write(out_fd, &said, sizeof(said)) ? 0 : 1;
}

static void collect(struct child *c, struct question *q)
{
	q->program = c->wish->program;
	q->n = clock_servers(c->wish->ntp, c->now.lease, q->servers);
}

/* The machine's own, unless it cannot be right: its minute does not matter, its year does. */
static void go_by_hardware(struct child *c)
{
	c->now.clock.source =
		!c->now.clock.off_s && clock_is_sound(time(NULL), c->wish->floor_unix_s)
			? CLOCK_HARDWARE
			: CLOCK_UNKNOWN;
}

static void on_end(void *user, struct process *p)
{
	struct child *c = user;
	struct network_word w = {.kind = NETWORK_NOW};
	struct question q;
	struct said said = {0};
	char text[200];

	c->clock = NULL;
	if (process_is_good(p) && p->result.len == sizeof(said))
		memcpy(&said, p->result.p, sizeof(said));
	collect(c, &q);
	const char *server = said.server < q.n ? q.servers[said.server] : "";
	if (!said.unix_s || !clock_take(said.unix_s, server, c->wish->floor_unix_s,
				    c->wish->sets_clock, &c->now.clock)) {
		if (said.unix_s)
			child_tell(c, NETWORK_SAY,
				"clock: %s says a time at which this system was not built yet, or "
				"ten years later: not believed",
				server);
		go_by_hardware(c);
	}
	clock_text(&c->now.clock, text, sizeof(text));
	child_tell(c, NETWORK_SAY, "clock: %s", text);
	w.now = c->now;
	child_send(c, &w);
}

int network_ask_time(struct child *c)
{
	const uint64_t now = now_ms();
	const enum clock_source source = c->now.clock.source;
	struct question q;

	if (c->now.state != NETWORK_UP || c->clock || source == CLOCK_NETWORK)
		return -1;
	if (c->clock_ms && now - c->clock_ms < AGAIN_MS)
		return loop_left_ms(now, c->clock_ms + AGAIN_MS);
	c->clock_ms = now;
	collect(c, &q);
	const struct process_plan plan = {.run = ask,
		.arg = &q,
		.cap = sizeof(struct said),
		.end = on_end,
		.user = c,
		.limit_ms = CLOCK_ASK_MS + MORE_MS};
	c->clock = process_start(&c->processes, &plan, NULL);
	return AGAIN_MS;
}
