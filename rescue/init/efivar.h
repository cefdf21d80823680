/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The firmware's variables, as files of efivarfs. libefivar chooses how it reaches them when a
 * program is loaded, and at that time nothing is mounted yet; so this is our own. */
#ifndef UNBRICK_INIT_EFIVAR_H
#define UNBRICK_INIT_EFIVAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	EFIVAR_KEPT = 7, /* attributes: non-volatile, for the firmware and for systems */
};

#define EFIVAR_GLOBAL "8be4df61-93ca-11d2-aa0d-00e098032b8c"
#define EFIVAR_OURS   "3d1c6d1e-7c1a-4d0b-9e0a-6b9a1f0c52d4"
#define EFIVAR_FOLDER "/sys/firmware/efi/efivars"

/** The value without its attributes; bytes, or a negative errno. */
long efivar_read(const char *folder, const char *name, const char *guid, void *ret, size_t cap);
/** 0, or a negative errno. One write, as efivarfs wants it; a variable that the kernel protects
 * against "rm" is made writable first. */
int efivar_write(const char *folder, const char *name, const char *guid, uint32_t attributes,
	const void *p, size_t len);
/** Mount it (in a job: module, file system); "" or the reason why there is none. */
bool efivar_mount(char *ret_text, size_t cap);

#endif
