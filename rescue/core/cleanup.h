/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Memory and other things that end with their block: auto_free and the like, RS_DEFINE_AUTO(type,
 * function) for a module's own types. */
#ifndef UNBRICK_CORE_CLEANUP_H
#define UNBRICK_CORE_CLEANUP_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static inline void rs_auto_free(void *p)
{
	free(*(void **)p);
}

static inline void rs_auto_close(const int *fd)
{
	if (*fd >= 0)
		(void)close(*fd); /* read-only or already synced: nothing to report */
}

static inline void rs_auto_dir(DIR **d)
{
	if (*d)
		(void)closedir(*d); /* only read */
}

/* Of a file that is only read; one that is written is closed by hand. */
static inline void rs_auto_file(FILE **f)
{
	if (*f)
		(void)fclose(*f);
}

/* Hand a descriptor over and leave -1 behind. */
static inline int rs_steal_fd(int *fd)
{
	int ret = *fd;

	*fd = -1;
	return ret;
}

#define auto_free  __attribute__((cleanup(rs_auto_free)))
#define auto_close __attribute__((cleanup(rs_auto_close)))
#define auto_dir   __attribute__((cleanup(rs_auto_dir)))
#define auto_file  __attribute__((cleanup(rs_auto_file)))

/* Defines FUNCTION_auto, for the attribute of a pointer of TYPE that FUNCTION frees:
 *
 *   RS_DEFINE_AUTO(struct blk *, blk_close);
 *   #define auto_blk __attribute__((cleanup(blk_close_auto)))
 */
#define RS_DEFINE_AUTO(type, function)                                                             \
	static inline void function##_auto(type *p)                                                \
	{                                                                                          \
		if (*p)                                                                            \
			function(*p);                                                              \
	}                                                                                          \
	struct rs_swallow_semicolon

/* Hand the value over and leave NULL behind, so that its cleanup does nothing. */
#define rs_steal(p)                                                                                \
	__extension__({                                                                            \
		__typeof__(p) rs_stolen = (p);                                                     \
		(p) = NULL;                                                                        \
		rs_stolen;                                                                         \
	})

#endif
