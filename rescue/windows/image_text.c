/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Folders and files that a program's texts name. Runs of characters that can be in a path are
 * gathered byte by byte, as ASCII and as UTF-16 at even and odd places, so that it does not matter
 * in which pieces the bytes come. */
#include "windows/image_internal.h"

#include <string.h>
#include <strings.h>

#define UNITS_END  0x250U /* Latin letters: what lies behind is found in any bytes */
#define PATH_LEAST 6U

/* How a path begins that is one on a Windows volume. A drive ("C:\") is tested by itself. */
static const char *const starts[] = {
	"\\SystemRoot\\",
	"\\ProgramData\\",
	"\\Program Files\\",
	"\\Program Files (x86)\\",
	"\\Windows\\",
	"%SystemRoot%\\",
	"%windir%\\",
	"%ProgramData%\\",
	"%ALLUSERSPROFILE%\\",
	"%ProgramFiles%\\",
	"%ProgramFiles(x86)%\\",
	"%CommonProgramFiles%\\",
};

/* Of those who built it, never on the machine. */
static const char *const foreign_ends[] = {
	".pdb", ".c", ".cpp", ".cxx", ".cc", ".h", ".hpp", ".obj", ".rs", ".go", ".asm", ".inl"};

static bool is_letter(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* Length of what begins a path at @s, 0: none does. */
static size_t start_of(const char *s)
{
	if (strncmp(s, "\\??\\", 4) == 0 && is_letter(s[4]) && strncmp(s + 5, ":\\", 2) == 0)
		return 7;
	if (is_letter(s[0]) && s[1] == ':' && s[2] == '\\')
		return 3;
	if (s[0] != '\\' && s[0] != '%')
		return 0;
	for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++) {
		size_t n = strlen(starts[i]);
		if (strncasecmp(s, starts[i], n) == 0)
			return n;
	}
	return 0;
}

static void path_add(const char *s, size_t len, struct win_image *ret)
{
	if (len >= sizeof(ret->paths[0]) || ret->n_paths == WIN_IMAGE_PATHS)
		return;
	for (size_t i = 0; i < sizeof(foreign_ends) / sizeof(foreign_ends[0]); i++) {
		size_t n = strlen(foreign_ends[i]);
		if (len > n && strncasecmp(s + len - n, foreign_ends[i], n) == 0)
			return;
	}
	for (size_t i = 0; i < ret->n_paths; i++)
		if (strlen(ret->paths[i]) == len && strncasecmp(ret->paths[i], s, len) == 0)
			return;
	memcpy(ret->paths[ret->n_paths], s, len);
	ret->paths[ret->n_paths++][len] = '\0';
}

/* The path at @s, of which @start bytes begin it; returns its length in the text. */
static size_t path_take(const char *s, size_t start, struct win_image *ret)
{
	size_t len = start + strcspn(s + start, "\"<>|*?%:;\t");
	size_t whole = len;

	if (s[len] == '*' || s[len] == '?' || s[len] == '%') { /* a pattern: the folder counts */
		while (len > start && s[len - 1] != '\\')
			len--;
	}
	while (len > start &&
		(s[len - 1] == ' ' || s[len - 1] == '\\' || s[len - 1] == '.' || s[len - 1] == ','))
		len--;
	if (len > start && len >= PATH_LEAST)
		path_add(s, len, ret);
	return whole;
}

static void run_end(struct text_run *run, struct win_image *ret)
{
	size_t len = run->len;

	run->len = 0;
	if (len < PATH_LEAST)
		return;
	run->text[len] = '\0';
	for (size_t i = 0; i < len;) {
		size_t start = start_of(run->text + i);
		i += start ? path_take(run->text + i, start, ret) : 1;
	}
}

static void run_add(struct text_run *run, unsigned unit, struct win_image *ret)
{
	if (unit < 0x20 || unit >= UNITS_END || (unit >= 0x7F && unit < 0xA0)) {
		if (run->len)
			run_end(run, ret);
		return;
	}
	if (run->len + 3 > sizeof(run->text)) /* too long for a path: begin again */
		run_end(run, ret);
	if (unit < 0x80) {
		run->text[run->len++] = (char)unit;
	} else {
		run->text[run->len++] = (char)(0xC0 | unit >> 6);
		run->text[run->len++] = (char)(0x80 | (unit & 0x3F));
	}
}

void image_text_add(struct image_text *t, const uint8_t *p, size_t len, struct win_image *ret)
{
	for (size_t i = 0; i < len; i++) {
		uint8_t c = p[i];
		run_add(&t->ascii, c < 0x80 ? c : 0, ret);
		if (t->at) /* the unit that ends here */
			run_add(&t->wide[t->at & 1], t->low | (unsigned)c << 8, ret);
		t->low = c;
		t->at++;
	}
}

void image_text_end(struct image_text *t, struct win_image *ret)
{
	run_end(&t->ascii, ret);
	run_end(&t->wide[0], ret);
	run_end(&t->wide[1], ret);
}
