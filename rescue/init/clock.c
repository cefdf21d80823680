/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "init/clock.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>

#define YEAR_S	 (365 * 86400LL)
#define MOST_S	 (10 * YEAR_S) /* nobody repairs with an older one, and a certificate ends before */
#define COMPLETE "unbrick/complete"

static size_t add(const char *server, size_t n, const char *ret[CLOCK_SERVERS])
{
	if (!server[0] || n == CLOCK_SERVERS)
		return n;
	for (size_t i = 0; i < n; i++)
		if (strcmp(ret[i], server) == 0)
			return n;
	ret[n] = server;
	return n + 1;
}

size_t clock_servers(const char *own, const struct lease *leases, const char *ret[CLOCK_SERVERS])
{
	size_t n = add(own, 0, ret);

	for (int i = 0; i < LEASE_FAMILIES; i++)
		for (int k = 0; k < LEASE_SERVERS; k++)
			n = add(leases[i].ntp[k], n, ret);
	for (int i = 0; i < LEASE_FAMILIES; i++) /* one of the link alone has no name here */
		if (strncmp(leases[i].router, "fe80:", 5) != 0)
			n = add(leases[i].router, n, ret);
	return n;
}

bool clock_is_sound(int64_t unix_s, int64_t floor_s)
{
	return unix_s >= floor_s && unix_s - floor_s < MOST_S;
}

int64_t clock_floor(const char *root)
{
	struct stat st;
	char path[256];

	(void)snprintf(path, sizeof(path), "%s/" COMPLETE, root);
	return stat(path, &st) == 0 && st.st_mtime > 0 ? st.st_mtime : 0;
}

static void set(int64_t unix_s)
{
	const struct timeval t = {.tv_sec = unix_s};

	(void)settimeofday(&t, NULL); /* what is signed and expires then says what is wrong */
}

void clock_begin(int64_t floor_s, bool sets, struct clock_now *ret)
{
	const int64_t now = time(NULL);

	*ret = (struct clock_now){.source = CLOCK_PENDING};
	if (now < floor_s && sets) {
		ret->off_s = floor_s - now;
		set(floor_s);
	}
}

bool clock_take(int64_t unix_s, const char *server, int64_t floor_s, bool sets, struct clock_now *c)
{
	if (!clock_is_sound(unix_s, floor_s))
		return false;
	c->source = CLOCK_NETWORK;
	c->off_s = unix_s - time(NULL);
	(void)snprintf(c->server, sizeof(c->server), "%s", server);
	if (sets)
		set(unix_s);
	return true;
}

void clock_text(const struct clock_now *c, char *ret, size_t cap)
{
	static const char *const texts[CLOCK_SOURCES] = {
		[CLOCK_PENDING] = "unknown (no time server was asked yet)",
		[CLOCK_UNKNOWN] = "unknown (no time server answers; the machine's own is wrong)",
		[CLOCK_HARDWARE] = "known (the machine's own; no time server answers)",
	};

	if (c->source == CLOCK_NETWORK)
		(void)snprintf(ret, cap, "known (by the time server %s, off by %lld s)", c->server,
			(long long)c->off_s);
	else
		(void)snprintf(ret, cap, "%s", texts[c->source]);
}
