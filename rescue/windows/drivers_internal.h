/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Inside of the reader of drivers.h: drivers.c (all of it, and what becomes of it), drivers_read.c
 * (what the parts share), drivers_services.c, drivers_packages.c, drivers_devices.c (classes,
 * devices, their filters), drivers_network.c, drivers_state.c. Each key is walked once, in the
 * order of the hive. */
#ifndef UNBRICK_WINDOWS_DRIVERS_INTERNAL_H
#define UNBRICK_WINDOWS_DRIVERS_INTERNAL_H

#include "windows/drivers.h"
#include "windows/internal.h"

enum { /* more than any Windows has; what is above it is not kept, and that is noted */
	DRIVERS_MAX_SERVICES = 8192,
	DRIVERS_MAX_PACKAGES = 16384,
	DRIVERS_MAX_DEVICES = 16384,
	DRIVERS_MAX_FILTERS = 8192,
	DRIVERS_MAX_NAMES = 64, /* of a list of filters, an owner, a safe mode */
	DRIVERS_MAX_MINIMAL = 1024,
};

struct drivers_read {
	struct win_hive *h;
	win_key set; /* ControlSet00n */
	const char *root;
	const struct rs_task *task;
	struct win_system *s;
	struct win_list minimal; /* names of SafeBoot\Minimal */
	size_t n_known;		 /* packages of another hive, not to be told twice */
	struct rs_err end;	 /* code != 0: what ends it */
};

/** Key below @from; 0: none, or it cannot be read, which is noted. */
win_key drivers_key(struct drivers_read *d, win_key from, const char *path);
/** Its values; false: none of them. Noted if the key is damaged. */
bool drivers_values(struct drivers_read *d, win_key key, struct hive_wanted *w, size_t n);
/** Its sub-keys. False from @fn stops. */
void drivers_each(struct drivers_read *d, win_key key, const char *what,
	bool (*fn)(void *user, const char *name, win_key sub));
/** Is it there (memory)? If not, the reading ends. */
bool drivers_has(struct drivers_read *d, const void *memory);
/** Shall it go on? Asked at each key. */
bool drivers_goes_on(struct drivers_read *d);
/** What @r came with: noted, or the end. */
void drivers_pass(struct drivers_read *d, const char *where, int r, const struct rs_err *why);
/** Text in memory of its own. NULL: it ends. */
char *drivers_text(struct drivers_read *d, const struct hive_wanted *w);
char *drivers_copy(struct drivers_read *d, const char *text);

void drivers_services(struct drivers_read *d);
void drivers_packages(struct drivers_read *d);
void drivers_devices(struct drivers_read *d);
void drivers_state(struct drivers_read *d);
/** Which services filter the network, after the services. */
void drivers_network(struct drivers_read *d);
/** SafeBoot\Minimal, before the services. */
void drivers_minimal(struct drivers_read *d);

#endif
