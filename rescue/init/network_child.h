/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The files of the process that has the network, among themselves. */
#ifndef UNBRICK_INIT_NETWORK_CHILD_H
#define UNBRICK_INIT_NETWORK_CHILD_H

#include "init/network.h"

/* Zeroed at the start, but for the wish and where it says what. */
struct child {
	const struct network_wish *wish;
	int out_fd;
	bool by_hand; /* lines instead of words */
	bool is_over;
	struct loop loop;
	struct processes processes;
	struct card cards[CARD_MOST];
	struct network_now now;
	uint64_t started_ms, hint_ms;
	struct process *clock;	/* asks a time server; NULL = none does */
	uint64_t clock_ms;	/* when that was begun last; 0 = not yet */
	uint64_t link_ms;	/* since when there is a link and no address */
	uint64_t first_link_ms; /* how long the first link took, and one more; 0 = none yet */
	char program[256], config[NETWORK_FOLDER + 16], log[NETWORK_FOLDER + 16],
		hook[NETWORK_FOLDER + 16];
};

/** Until it is over; its exit status. */
int network_live(struct child *c);

/* ---- what it says (network_say.c) */

void child_send(struct child *c, const struct network_word *w);
void child_tell(struct child *c, enum network_kind kind, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/** Before each round of events: ask for the time, where there is somebody to ask. How long until
 * that has something to do; -1 = nothing. (network_clock.c) */
int network_ask_time(struct child *c);

/** "IP/PREFIX,GATEWAY,DNS", of which the last two may be missing; false: it is none. */
bool network_static_of(const char *text, struct lease *ret);
/** By what the address of that family came: "DHCP", "DHCPv6", "router", "set". */
const char *network_how(const struct network_now *n, enum lease_family family);
enum { NETWORK_LINE = 2048 };
/** As a line of text, for a host. */
void network_line(const struct network_now *n, char *ret, size_t cap);

#endif
