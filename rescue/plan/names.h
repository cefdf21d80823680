/* SPDX-License-Identifier: GPL-3.0-or-later */
/* All names of a file, as paths. */
#ifndef UNBRICK_PLAN_NAMES_H
#define UNBRICK_PLAN_NAMES_H

#include "plan/plan.h"

struct file_name {
	char *path;	  /* "\Windows\x.sys"; "\?\x.sys" where its folder cannot be read */
	const char *name; /* the last part of it */
	uint64_t parent_ref;
};

struct file_names {
	struct file_name *all;
	size_t n;
};

/** Errors: RS_E_NO_SUCH_FILE, RS_E_NTFS_DAMAGED, RS_E_IO_READ, RS_E_MEMORY. */
int file_names_read(struct nt_vol *vol, uint64_t ref, struct file_names *ret, struct rs_err *err);
void file_names_done(struct file_names *names);
#define auto_file_names __attribute__((cleanup(file_names_done)))

#endif
