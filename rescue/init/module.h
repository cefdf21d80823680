/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Kernel modules, by what a device says of itself (its modalias). */
#ifndef UNBRICK_INIT_MODULE_H
#define UNBRICK_INIT_MODULE_H

#include <stdbool.h>
#include <stddef.h>

#include "init/process.h"

/* Who is served first: what leads to a disk, what a person types on, all the rest. */
enum module_rank { MODULE_STORAGE, MODULE_INPUT, MODULE_OTHER };

/** From the modalias alone ("pci:v00008086d...bc01sc06i01"). */
enum module_rank module_rank(const char *modalias);

struct loader {
	struct modules *all;
	struct process *process; /* gets modaliases, one a line; NULL = it is not running */
	size_t sent, done;	 /* modaliases, those among them that were there at the start */
	bool is_cold_known;	 /* it has counted those */
	char word[512];
	size_t word_len;
};

enum { LOADERS = 2 };

/* Two at work: MODULE_STORAGE with MODULE_INPUT, and MODULE_OTHER with what is left of the
 * processor, so that a driver that takes its time for a network chip delays no disk. */
struct modules {
	struct loader loaders[LOADERS];
	void (*failed)(void *user, const char *text);
	void *user;
};

/** Start both: first for the devices that are there, then for those that are sent.
 * @failed is told of modules that did not load although a device asked for them. */
void modules_start(struct modules *m, struct processes *processes,
	void (*failed)(void *user, const char *text), void *user);
void modules_send(struct modules *m, const char *modalias);
/** Is a driver of a disk being loaded? */
bool modules_are_busy(const struct modules *m);

/** Load by name, in the caller's own process (a job); names that are built in or not there are no
 * error. False with the first that failed in @ret_failed. */
bool module_load_names(const char *const names[], char *ret_failed, size_t cap);
/** What FAT and exFAT are mounted by. */
bool module_load_fat(char *ret_failed, size_t cap);
/** For a job that is to mount a FAT volume at @point: the drivers, the folder, and a mount
 * namespace of its own: whatever happens to the job, nothing stays mounted. False with why. */
bool module_mounts_fat(const char *point, char *ret_failed, size_t cap);

#endif
