/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The letters of Linux' console on the machine's own screen, made larger by whole numbers: each
 * glyph that the kernel has stays what it is, and so does its place in Unicode. */
#ifndef UNBRICK_CORE_FONT_H
#define UNBRICK_CORE_FONT_H

#include <stdbool.h>
#include <stdint.h>

#include "format/words.h"

/* What the console of a frame buffer gives back as it was given; wider ones (64) it takes, and
 * reads wrongly (drivers/video/fbdev/core/fbcon.c of Linux 6.12). */
enum { FONT_WIDTH_MOST = 32, FONT_HEIGHT_MOST = 64, FONT_GLYPHS_MOST = 512 };

struct font {
	unsigned width, height, n; /* pixels, pixels, glyphs */
	bool is_tall;		   /* the kernel takes more than 32 lines (since 6.3) */
	uint8_t *bits;		   /* rows of whole bytes; NULL: none was read */
};

/** How many times as large as the kernel's letters, of which there are @columns x @rows: @base has
 * their size. At least 1. */
unsigned font_scale(enum font_size size, const struct font *base, unsigned columns, unsigned rows);
/** How many times each of its pixels is there, across and down. */
unsigned font_times(const struct font *f);
/** @f, whose pixels are there @from times, with each of them there @to times. False: no memory. */
bool font_resize(const struct font *f, unsigned from, unsigned to, struct font *ret);
/** Give the letters of the console at @fd that size. 1: they have it now, and @ret_before is what
 * was there; 0: they had it. -errno where it cannot be: no console of a frame buffer, not allowed.
 */
int font_choose(int fd, enum font_size size, struct font *ret_before);
/** The console at @fd has these letters now; 0 or -errno. May be called in a signal handler. */
int font_write(int fd, const struct font *f);
void font_done(struct font *f);
#define auto_font __attribute__((cleanup(font_done)))

#endif
