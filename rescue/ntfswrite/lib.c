/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Errors of the library. */
#include "ntfswrite/vol_internal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <ntfs-3g/logging.h>

/* libntfs-3g explains a failure only in its log, whose handler is one per process. This is the one
 * exception from "no global state": the last message, a buffer for each thread. */
static _Thread_local char last_message[256];

__attribute__((format(printf, 6, 0))) static int keep_message(const char *function,
	const char *file, int line, u32 level, void *data, const char *format, va_list args)
{
	int e = errno; /* the library reads errno after it has logged */

	(void)function;
	(void)file;
	(void)line;
	(void)data;
	if (level & (NTFS_LOG_LEVEL_ERROR | NTFS_LOG_LEVEL_PERROR | NTFS_LOG_LEVEL_CRITICAL)) {
		(void)vsnprintf(last_message, sizeof(last_message), format, args);
		last_message[strcspn(last_message, "\r\n")] = '\0';
	}
	errno = e;
	return 0;
}

void nt_lib_listen(void)
{
	ntfs_log_set_handler(keep_message);
}

void nt_lib_begin(struct nt_vol *vol)
{
	vol->dev.io_err = (struct rs_err){0};
	vol->dev.reads_left = UINT64_MAX;
	last_message[0] = '\0';
	errno = 0;
}

int nt_lib_fail(struct nt_vol *vol, int code, const char *object, struct rs_err *err)
{
	int e = errno;

	if (vol->dev.io_err.code)
		return rs_err_pass(err, vol->dev.io_err.code, &vol->dev.io_err);
	if (e == ENOMEM)
		return rs_fail_on(err, RS_E_MEMORY, object, "libntfs-3g");
	code = e == ENOSPC ? RS_E_NO_SPACE : e == EROFS ? RS_E_READ_ONLY : code;
	return rs_fail_on(err, code, object, "%s",
		last_message[0] ? last_message
		: e		? strerror(e)
				: "libntfs-3g gives no reason");
}
