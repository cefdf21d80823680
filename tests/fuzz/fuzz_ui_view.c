/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A file that anybody may have filled, in the viewer: of a recovery password in it no digit is
 * shown, in text and hex, wherever the file is cut into pieces; all else of it is. Input: where the
 * password lies and how it is written (6 bytes), then the file's bytes, again and again.
 * Seeds: none needed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ui/view.h"

#define HEAD	   6U
#define PIECES	   3U
#define FILE_BYTES ((size_t)PIECES * VIEW_BYTES)
#define ROW	   16U
#define GROUPS	   8U
#define DIGITS	   6U
#define LONGEST	   (2 * (GROUPS * DIGITS + (GROUPS - 1) * 6 + 2)) /* bytes, with what is beside it */
#define MARK	   'Z' /* the last character of each piece, and nowhere else */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct {
	uint8_t p[FILE_BYTES];
	bool is_secret[FILE_BYTES]; /* a digit of the password */
	size_t step;		    /* bytes of a character */
	bool has_digits;	    /* others than those */
} file;

static void expect(bool is_so)
{
	if (!is_so)
		abort();
}

static void put(size_t at, char c)
{
	file.p[at] = (uint8_t)c;
	if (file.step > 1)
		file.p[at + 1] = 0;
}

static void fill(const uint8_t *data, size_t size)
{
	for (size_t i = 0; i < FILE_BYTES; i++) {
		uint8_t c = size ? data[i % size] : '.';
		if (c == MARK || (!file.has_digits && c >= '0' && c <= '9'))
			c |= 0x40;
		file.p[i] = c == MARK ? '.' : c;
	}
	for (size_t i = 1; i <= PIECES; i++)
		put(i * VIEW_BYTES - file.step, MARK);
}

/* A password: each group a multiple of 11 (libyal, BDE format). Beside it no digits, which would
 * belong to a group. */
static void put_password(size_t at, const char *between, unsigned seed)
{
	const size_t n_between = strlen(between);

	memset(file.is_secret, 0, sizeof(file.is_secret));
	put(at, '.');
	at += file.step;
	for (unsigned g = 0; g < GROUPS; g++) {
		char group[8];
		(void)snprintf(group, sizeof(group), "%06u", (seed + g * 7919U) % 65536U * 11U);
		for (size_t i = 0; i < DIGITS; i++, at += file.step) {
			put(at, group[i]);
			file.is_secret[at] = true;
		}
		for (size_t i = 0; i < n_between && g + 1 < GROUPS; i++, at += file.step)
			put(at, between[i]);
	}
	put(at, '.');
}

/* As screen_browse.c reads it. */
static void read_piece(struct view *v, size_t off)
{
	const size_t begin = off < VIEW_AROUND ? 0 : off - VIEW_AROUND;

	v->off_bytes = off;
	v->from = off - begin;
	v->len = FILE_BYTES - begin < sizeof(v->bytes) ? FILE_BYTES - begin : sizeof(v->bytes);
	memcpy(v->bytes, file.p + begin, v->len);
	v->to = v->len - v->from > VIEW_BYTES ? v->from + VIEW_BYTES : v->len;
}

/* What the two columns say of each byte: "0000000000  00 00 ... 00  ................" */
static void check_hex(const struct page *p, size_t off)
{
	expect(p->n == VIEW_BYTES / ROW);
	for (size_t i = 0; i < VIEW_BYTES; i++) {
		const char *line = p->lines[i / ROW].text;
		const char *shown = line + 12 + 3 * (i % ROW);
		const char beside = line[11 + 3 * ROW + 2 + i % ROW];
		static const char digit[] = "0123456789abcdef";
		const uint8_t c = file.p[off + i];
		if (memcmp(shown, "**", 2) == 0)
			expect(beside == '*');
		else
			expect(shown[0] == digit[c >> 4] && shown[1] == digit[c & 15] &&
				!file.is_secret[off + i]);
	}
}

static char *joined_new(const struct page *p)
{
	char *ret = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&ret, &n);

	if (!f)
		abort();
	for (size_t i = 0; i < p->n; i++)
		(void)fputs(p->lines[i].text, f);
	(void)fclose(f);
	return ret;
}

/* No group of the password, wherever the lines are folded; and it goes on to the end. */
static void check_text(const struct page *p, size_t off)
{
	char *all = joined_new(p);
	size_t n = 0;
	char group[DIGITS + 1] = "";

	for (size_t i = 0; i < FILE_BYTES && !file.has_digits; i++) {
		if (!file.is_secret[i])
			continue;
		group[n++] = (char)file.p[i];
		expect(n < DIGITS || !strstr(all, group));
		n %= DIGITS;
	}
	const size_t last = off + VIEW_BYTES - file.step;
	expect(file.p[last] != MARK || (file.step > 1 && file.p[last + 1]) || strchr(all, MARK));
	free(all);
}

static void look(size_t off, bool is_hex)
{
	static struct view v;
	auto_page struct page p = {0};

	read_piece(&v, off);
	v.is_hex = is_hex;
	v.is_utf16 = file.step > 1;
	view_draw(&v, &p);
	if (is_hex)
		check_hex(&p, off);
	else
		check_text(&p, off);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const betweens[] = {
		"-", " ", "", "\r\n", " - ", "\t", "\xE2\x80\x93", "      "};

	if (size < HEAD)
		return 0;
	const size_t at = ((size_t)data[0] << 8 | data[1]) % (FILE_BYTES - LONGEST);
	file.step = 1 + (data[2] & 1);
	file.has_digits = data[2] & 2;
	fill(data + HEAD, size - HEAD);
	put_password(at, betweens[data[3] % 8], (unsigned)data[4] << 8 | data[5]);
	for (size_t off = at / VIEW_BYTES * VIEW_BYTES; off < FILE_BYTES && off < at + LONGEST;
		off += VIEW_BYTES)
		look(off, data[2] & 4);
	return 0;
}
