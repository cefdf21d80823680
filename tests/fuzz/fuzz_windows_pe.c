/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A program's headers and version. Seeds: any small .exe, .dll, .sys, .mui. */
#include <string.h>

#include "windows/windows.h"

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

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	struct data d = {p, len};
	struct win_src src = {data_read, &d, len};
	struct win_pe pe;

	if (win_pe_read(&src, &pe, NULL) < 0 || (pe.has_version && !pe.is_pe))
		__builtin_trap();
	return 0;
}
