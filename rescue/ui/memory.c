/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What this process keeps of keys, as far as a process can see to it: no core dump, and a heap of
 * locked memory for OpenSSL. OpenSSL asks for memory without telling for whom, so this one arena is
 * the program's, as its signal handlers are. */
#include <malloc.h>
#include <openssl/crypto.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "ui/ui.h"

#define PROBE_BYTES (512U << 10) /* about what an opened volume needs */

static struct rs_arena *arena;

static void *take(size_t len, const char *file, int line)
{
	(void)file;
	(void)line;
	return len ? rs_arena_alloc(arena, len) : NULL;
}

static void *resize(void *p, size_t len, const char *file, int line)
{
	(void)file;
	(void)line;
	if (len)
		return rs_arena_resize(arena, p, len);
	rs_arena_release(arena, p);
	return NULL;
}

static void give_back(void *p, const char *file, int line)
{
	(void)file;
	(void)line;
	rs_arena_release(arena, p);
}

int memory_protect(struct rs_err *err)
{
	const struct rlimit none = {0, 0};

	/* two locks for one door: the limit holds for a child, too, the flag against a handler of
	 * core dumps to which the limit is nothing */
	(void)setrlimit(RLIMIT_CORE, &none);
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	/* the thread that works with keys shares the heap: one of its own would be 64 MiB */
	(void)mallopt(M_ARENA_MAX, 1);
	int r = rs_arena_new(&arena, err);
	if (r == 0 && CRYPTO_set_mem_functions(take, resize, give_back) != 1)
		r = rs_fail(err, RS_E_BUG, "OpenSSL was used before its memory was chosen");
	return r;
}

void memory_warn(void)
{
	void *probe = rs_arena_alloc(arena, PROBE_BYTES);
	bool is_locked = probe && rs_arena_is_locked(arena);

	rs_arena_release(arena, probe);
	if (!is_locked)
		out_warn("warning: memory cannot be locked (%s): keys may get into the swap space; "
			 "raise the limit (ulimit -l) or switch swapping off",
			"RLIMIT_MEMLOCK");
}
