/* SPDX-License-Identifier: GPL-3.0-or-later */
/* holdlock DISK: hold the disk as a writer does, say "held", and let go when the input ends. */
#include <stdio.h>

#include "block/blk.h"

int main(int argc, char **argv)
{
	struct blk_lock *lock = NULL;
	struct rs_err err = {0};

	if (argc != 2 || blk_lock(argv[1], true, &lock, &err) < 0) {
		(void)fprintf(stderr, "holdlock: %s\n", err.detail);
		return 1;
	}
	(void)puts("held");
	(void)fflush(stdout);
	while (getchar() != EOF)
		;
	blk_unlock(lock);
	return 0;
}
