/* SPDX-License-Identifier: GPL-3.0-or-later */
/* NTFS volumes with a Windows in them: mkntfs, libntfs-3g's own file access, hives by mkhive. */
#ifndef UNBRICK_TESTS_WINDOWS_HELP_VOL_H
#define UNBRICK_TESTS_WINDOWS_HELP_VOL_H

#include "help.h"

struct tv {
	char dir[64], path[96];
	void *lib;	 /* while it is being filled */
	struct blk *blk; /* ... and once it is open: */
	struct nt_vol *vol;
};

void tv_make(struct tv *v);
/** A file with its folders, '/' between the parts. */
void tv_put(struct tv *v, const char *path, const void *p, size_t len);
/** The same in small steps, with something else between them: in how many pieces it lies then. */
size_t tv_put_in_pieces(struct tv *v, const char *path, const void *p, size_t len);
/** A hive by mkhive with these arguments after the output's name, NULL at the end. */
void tv_put_hive(struct tv *v, const char *path, const char *kind, const char *const *args);
/** A program with this machine and version. */
void tv_put_kernel(struct tv *v, const char *path, uint16_t machine, const uint16_t version[4]);
/** Filled: open it with our own code. */
void tv_open(struct tv *v);
/** The first Windows of the volume. */
int tv_probe(struct nt_vol *vol, struct win_info *ret, struct rs_err *err);
void tv_done(struct tv *v);
#define auto_tv __attribute__((cleanup(tv_done)))

/** A PE32+ of 1024 bytes with a version resource. */
enum { PE_AT = 0x80, OPTIONAL_AT = PE_AT + 24, SECTION_AT = OPTIONAL_AT + 240 };
enum { RSRC = 0x200, TYPES = RSRC, NAMES = RSRC + 0x20, LANGUAGES = RSRC + 0x40 };
enum { DATA_ENTRY = RSRC + 0x60, INFO = RSRC + 0x80, PE_BYTES = 0x400 };
void pe_made(uint8_t p[PE_BYTES], uint16_t machine, const uint16_t version[4]);

#endif
