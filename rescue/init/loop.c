/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "init/process.h"

#include <limits.h>
#include <poll.h>
#include <stddef.h>
#include <time.h>

uint64_t now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_BOOTTIME, &t); /* cannot fail for this clock */
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

int loop_left_ms(uint64_t now, uint64_t end)
{
	uint64_t left = end > now ? end - now : 0;

	return left > INT_MAX ? INT_MAX : (int)left;
}

int loop_sooner_ms(int a_ms, int b_ms)
{
	return a_ms < 0 || (b_ms >= 0 && b_ms < a_ms) ? b_ms : a_ms;
}

void loop_init(struct loop *l)
{
	for (unsigned i = 0; i < LOOP_MOST; i++)
		l->sources[i].fd = -1;
}

static struct loop_source *find(struct loop *l, int fd)
{
	for (unsigned i = 0; i < LOOP_MOST; i++)
		if (l->sources[i].fd == fd)
			return &l->sources[i];
	return NULL;
}

bool loop_add(struct loop *l, int fd, short events, loop_fn ready, void *user)
{
	struct loop_source *s = fd >= 0 ? find(l, -1) : NULL;

	if (!s)
		return false;
	*s = (struct loop_source){fd, events, ready, user};
	return true;
}

void loop_want(struct loop *l, int fd, short events)
{
	struct loop_source *s = fd >= 0 ? find(l, fd) : NULL;

	if (s)
		s->events = events;
}

void loop_remove(struct loop *l, int fd)
{
	struct loop_source *s = fd >= 0 ? find(l, fd) : NULL;

	if (s)
		s->fd = -1;
}

void loop_step(struct loop *l, int timeout_ms)
{
	struct pollfd polled[LOOP_MOST];
	unsigned index[LOOP_MOST];
	nfds_t n = 0;

	for (unsigned i = 0; i < LOOP_MOST; i++) {
		if (l->sources[i].fd < 0)
			continue;
		index[n] = i;
		polled[n++] = (struct pollfd){l->sources[i].fd, l->sources[i].events, 0};
	}
	if (poll(polled, n, timeout_ms) <= 0)
		return; /* nothing, or a signal: the caller looks again */
	for (nfds_t k = 0; k < n; k++) {
		struct loop_source *s = &l->sources[index[k]];
		/* an earlier one of this round may have taken it away */
		if (polled[k].revents && s->fd == polled[k].fd)
			s->ready(s->user, s->fd, polled[k].revents);
	}
}
