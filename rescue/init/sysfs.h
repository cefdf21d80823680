/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Small files of /sys and /proc, and what the kernel says of its devices. @root is "" on the
 * machine and a folder in tests. */
#ifndef UNBRICK_INIT_SYSFS_H
#define UNBRICK_INIT_SYSFS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** The file's first @cap bytes; how many there are, -1 if it does not open. */
long sysfs_bytes(const char *path, void *ret, size_t cap);
/** The file's text without trailing blanks, cut to @cap; false (and "") if it does not open. */
bool sysfs_text(char *ret, size_t cap, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/** A number (0x or decimal) in a file; @missing if there is none. */
uint64_t sysfs_number(uint64_t missing, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/** Is there a file (or a link) of that name, which may be a pattern (glob(7))? */
bool sysfs_has(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/** Call @fn for each name of a folder that does not begin with a dot; nothing if it is none. */
void sysfs_each(void (*fn)(void *user, const char *name), void *user, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/** Write to a file that is there; false if that is refused. */
bool sysfs_put(const char *path, const char *text);
/** Is @s like one of the patterns (ended by NULL; fnmatch(3) has the flags)? */
bool sysfs_is_like(const char *s, const char *const *patterns, int flags);
/** Does a text of the firmware's tables (DMI) name this machine, or is it what its vendor wrote
 * into all of them? */
bool sysfs_is_own(const char *s);
enum { SYSFS_UUID = 37 };
/** The machine's UUID as text; false: it has none of its own. */
bool sysfs_uuid(const char *root, char ret[SYSFS_UUID]);

enum { UEVENT_MOST = 8192 };

/* One message of the kernel, NUL-separated KEY=value. Strings point into the message. */
struct uevent {
	const char *action, *path, *subsystem, *type, *name, *modalias;
};

/** False for what is no event of the kernel's. @bytes[@len] must be a NUL. */
bool uevent_parse(const char *bytes, size_t len, struct uevent *ret);
/** A socket that gets all the kernel's events, or -1. */
int uevent_open(void);
/** One event into @buf (UEVENT_MOST + 1); false if there is none left, or -1 lost ones. */
int uevent_read(int fd, char *buf, struct uevent *ret);

#endif
