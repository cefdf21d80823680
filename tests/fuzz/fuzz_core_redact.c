/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A recovery password in the middle of anything, whole or in pieces between which nothing comes for
 * a while: no two groups of it that are neighbours are shown. Input: where it lies and how it is
 * written (6 bytes), then what is around it, of which each digit is a 2, so that no password can be
 * told from it. Seeds: none needed. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/redact.h"

#define HEAD	6U
#define MOST	1500U
#define GROUPS	8U
#define DIGITS	6U
#define BETWEEN "- \r\n\t\xE2\x80\x93"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct shown {
	char text[3 * MOST]; /* without what may stand between two groups */
	size_t n;
};

static void expect(bool is_so)
{
	if (!is_so)
		abort();
}

static void keep(void *user, const char *bytes, size_t len)
{
	struct shown *s = user;

	for (size_t i = 0; i < len; i++)
		if (!strchr(BETWEEN, bytes[i])) {
			expect(s->n + 1 < sizeof(s->text));
			s->text[s->n++] = bytes[i];
		}
	s->text[s->n] = '\0';
}

/* Each a multiple of 11 (libyal, BDE format). */
static void make_groups(unsigned seed, char groups[GROUPS][DIGITS + 1])
{
	for (unsigned g = 0; g < GROUPS; g++)
		(void)snprintf(groups[g], DIGITS + 1, "%06u", (seed + g * 7919U) % 65536U * 11U);
}

static void expect_hidden(const struct shown *s, char groups[GROUPS][DIGITS + 1])
{
	for (unsigned g = 0; g + 1 < GROUPS; g++) {
		char both[2 * DIGITS + 1];
		(void)snprintf(both, sizeof(both), "%s%s", groups[g], groups[g + 1]);
		expect(!strstr(s->text, both));
	}
}

static void put_around(char *to, const uint8_t *from, size_t n)
{
	for (size_t i = 0; i < n; i++)
		to[i] = from[i] >= '0' && from[i] <= '9' ? '2' : from[i] ? (char)from[i] : ' ';
	to[n] = '\0';
}

static void check_pieces(const char *text, size_t piece, bool is_slow, char groups[][DIGITS + 1])
{
	static struct shown s;
	struct rs_redact r = {.out = keep, .user = &s};
	const size_t len = strlen(text);

	s.n = 0;
	s.text[0] = '\0';
	for (size_t i = 0; i < len; i += piece) {
		rs_redact_put(&r, text + i, len - i < piece ? len - i : piece);
		if (is_slow)
			rs_redact_idle(&r);
	}
	rs_redact_end(&r);
	expect(!rs_redact_holds(&r));
	expect_hidden(&s, groups);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const betweens[] = {
		"-", " ", "", "\r\n", " - ", "\t", "\xE2\x80\x93", "      "};
	static char text[2 * MOST], masked[2 * MOST];
	static struct shown s;
	char groups[GROUPS][DIGITS + 1];

	if (size < HEAD || size > MOST)
		return 0;
	make_groups((unsigned)data[2] << 8 | data[3], groups);
	const size_t around = size - HEAD, at = ((size_t)data[0] << 8 | data[1]) % (around + 1);
	put_around(text, data + HEAD, at);
	for (unsigned g = 0; g < GROUPS; g++) {
		strcat(text, groups[g]);
		if (g + 1 < GROUPS)
			strcat(text, betweens[data[4] % 8]);
	}
	put_around(text + strlen(text), data + HEAD + at, around - at);
	check_pieces(text, 1 + data[5] % 64, data[5] & 64, groups);
	memcpy(masked, text, sizeof(text));
	rs_redact_mask(masked, '*');
	expect(strlen(masked) == strlen(text));
	s.n = 0;
	keep(&s, masked, strlen(masked));
	expect_hidden(&s, groups);
	return 0;
}
