/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hives for the fuzz targets: made once, by libhivex, and what lies in them is overwritten. */
#ifndef UNBRICK_TESTS_FUZZ_HIVE_H
#define UNBRICK_TESTS_FUZZ_HIVE_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MKHIVE_IN_TEST
#include "../disks/mkhive.c"
#include "windows/internal.h"

struct made {
	uint8_t p[65536];
	size_t len;
};

/** By mkhive's arguments, of which the second one is a place for the file's name. */
static inline void made_make(struct made *m, int argc, char **argv)
{
	char path[] = "/tmp/unbrick-fuzz.XXXXXX";
	int fd = mkstemp(path);

	argv[2] = path;
	if (fd < 0 || mkhive_main(argc, argv) != 0)
		abort();
	FILE *f = fopen(path, "rb");
	if (!f)
		abort();
	m->len = fread(m->p, 1, sizeof(m->p), f);
	(void)fclose(f);
	(void)close(fd);
	(void)unlink(path);
}

/** The last place of a text, in characters of two bytes or of one. */
static inline uint8_t *made_find(struct made *m, const char *text, size_t step)
{
	const size_t n = strlen(text);

	for (size_t at = m->len - step * n; at; at--) {
		size_t i = 0;
		while (i < n && m->p[at + step * i] == (uint8_t)text[i])
			i++;
		if (i == n)
			return m->p + at;
	}
	abort();
}

static inline int made_open(struct win_bytes *bytes, struct win_hive **ret)
{
	const struct win_src src = win_src_bytes(bytes);

	return win_hive_open(&src, NULL, NULL, ret, NULL);
}

#endif
