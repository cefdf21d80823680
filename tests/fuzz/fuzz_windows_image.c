/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Is a program whole: headers, version's texts, signature, paths. Seeds: any small .exe, .sys,
 * .mui, with and without a signature. */
#include <string.h>

#include "windows/image.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t len);

struct data {
	const uint8_t *p;
	size_t len;
};

static int data_read(void *user, uint64_t off_bytes, void *buf, size_t len, struct rs_err *err)
{
	const struct data *d = user;

	(void)err;
	if (off_bytes > d->len || d->len - off_bytes < len)
		__builtin_trap();
	memcpy(buf, d->p + off_bytes, len);
	return 0;
}

static void check(const struct win_image *i)
{
	if ((i->soundness == WIN_SOUND) != !i->fault[0] || i->n_paths > WIN_IMAGE_PATHS ||
		(i->digest != WIN_DIGEST_NONE && !i->is_pe))
		__builtin_trap();
	for (size_t k = 0; k < i->n_paths; k++)
		if (memchr(i->paths[k], '\0', sizeof(i->paths[k])) == NULL || !i->paths[k][0])
			__builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	struct data d = {p, len};
	struct win_src src = {data_read, &d, len};
	static struct win_image i;

	for (unsigned how = 0; how < 4; how++) {
		if (win_image_look(&src, how & 1, how & 2, NULL, &i, NULL) < 0)
			__builtin_trap();
		check(&i);
	}
	return 0;
}
