/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One poll loop: whatever can be waited for is a source. Nothing in it blocks. */
#ifndef UNBRICK_INIT_LOOP_H
#define UNBRICK_INIT_LOOP_H

#include <stdbool.h>
#include <stdint.h>

enum { LOOP_MOST = 96 };

/** @events as poll(2) gave them. The source may take itself or others away. */
typedef void (*loop_fn)(void *user, int fd, short events);

struct loop {
	struct loop_source {
		int fd; /* -1 = free */
		short events;
		loop_fn ready;
		void *user;
	} sources[LOOP_MOST];
};

void loop_init(struct loop *l);
/** False when there are too many. */
bool loop_add(struct loop *l, int fd, short events, loop_fn ready, void *user);
/** Wait for other events of a source that is there. */
void loop_want(struct loop *l, int fd, short events);
/** Before the descriptor is closed. Nothing if it is not there. */
void loop_remove(struct loop *l, int fd);
/** Wait at most @timeout_ms (-1 = for ever) for one round of events. */
void loop_step(struct loop *l, int timeout_ms);

/** Milliseconds since the machine's start. */
uint64_t now_ms(void);
/** How long to wait for a moment that may have passed already: never negative, which is for ever.
 */
int loop_left_ms(uint64_t now, uint64_t end);
/** The sooner of two times to wait; -1 = for ever. */
int loop_sooner_ms(int a_ms, int b_ms);

#endif
