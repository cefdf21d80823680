/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What time it is, as far as that is known. A machine's own clock may have stopped, and Windows
 * keeps local time in it: it is never set here, only the system's. */
#ifndef UNBRICK_INIT_CLOCK_H
#define UNBRICK_INIT_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "init/lease.h"

enum {
	CLOCK_HOST = 64,
	CLOCK_SERVERS = 8,
	CLOCK_ASK_MS = 20000, /* all servers together */
};

enum clock_source {
	CLOCK_PENDING, /* a server may still be asked */
	CLOCK_UNKNOWN,
	CLOCK_HARDWARE, /* the machine's own, which is not obviously wrong */
	CLOCK_NETWORK,	/* a time server */
	CLOCK_SOURCES
};

struct clock_now {
	enum clock_source source;
	char server[CLOCK_HOST]; /* who said it */
	int64_t off_s;		 /* by how much the system's was set then */
};

/** Whom to ask, the first ones first: the settings' server, those of DHCP, the gateways.
 * @leases LEASE_FAMILIES of them. How many; @ret points into both. */
size_t clock_servers(const char *own, const struct lease *leases, const char *ret[CLOCK_SERVERS]);
/** Can it be that late? Not before this system was built (@floor_s), nor ten years after. */
bool clock_is_sound(int64_t unix_s, int64_t floor_s);
/** When this system was built: the time of its last file. 0 = not known. */
int64_t clock_floor(const char *root);
/** The system's clock, if it can be right; else it is set to @floor_s where @sets. */
void clock_begin(int64_t floor_s, bool sets, struct clock_now *ret);
/** A server has said @unix_s: false: it cannot be. Else the clock is set where @sets. */
bool clock_take(
	int64_t unix_s, const char *server, int64_t floor_s, bool sets, struct clock_now *c);
static inline bool clock_is_known(const struct clock_now *c)
{
	return c->source == CLOCK_HARDWARE || c->source == CLOCK_NETWORK;
}
/** "known (by the time server 10.0.0.1)", "unknown (...)". */
void clock_text(const struct clock_now *c, char *ret, size_t cap);

#endif
