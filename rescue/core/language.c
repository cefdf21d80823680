/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gettext looks texts up, with the plural of each language. What it does not do is list them (a
 * text has to be recognised by the format that made it), so its file is read here once more for
 * that.
 *
 * gettext speaks the language of the thread's locale: that is one of our own (C.UTF-8) while it is
 * asked, and the program's stays C: what libc says of errors is in our reports. */
#include "core/language_internal.h"

#include <dirent.h>
#include <endian.h>
#include <langinfo.h>
#include <libintl.h>
#include <limits.h>
#include <locale.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/cleanup.h"

#define ENGLISH	      "en"
#define MO_MAGIC      0x950412DEU
#define MO_HEAD_BYTES 28U
#define FILE_MOST     (8U << 20)

/* gettext keeps what it has looked up until this changes (GNU gettext manual, "gettext grok"). */
extern int _nl_msg_cat_cntr;

/* As a locale is the process', so is this. */
static struct {
	char dir[PATH_MAX / 2];
	char code[LANG_CODE_LEN]; /* "": nobody chose one */
	locale_t locale;
	bool is_plain; /* the terminal has ASCII only */
	char *bytes;   /* of its file, in which the entries lie */
	struct lang_entry *entries;
	size_t n;
} now;

/* ---- the texts ---- */

struct lang_spec lang_spec_at(const char *p)
{
	struct lang_spec ret = {.len = 1};
	const size_t digits = strspn(p + 1, "0123456789");

	if (digits && p[1 + digits] == '$') {
		ret.position = (unsigned)strtoul(p + 1, NULL, 10);
		ret.len += digits + 1;
	}
	ret.len += strspn(p + ret.len, "-+ #0123456789.*hlzjt");
	ret.kind = p[ret.len];
	ret.is_left_out = ret.len > 2 && memcmp(p + ret.len - 2, ".0", 2) == 0;
	ret.len += ret.kind != 0;
	return ret;
}

#define START_LETTERS 5U

/* What it says of itself; false: it is no format, or one that anything may be made by. */
static bool measure(struct lang_entry *e)
{
	bool has_specs = false, has_text_at_end = false;
	const char *s = e->one;
	const bool has_text_at_start = *s == '%' && lang_spec_at(s).kind == 's';

	while (*s) {
		if (*s == '%') {
			const struct lang_spec spec = lang_spec_at(s);
			has_specs = true; /* "100 %%" is not what it makes either */
			has_text_at_end = spec.kind == 's';
			s += spec.len;
			continue;
		}
		has_text_at_end = false;
		e->letters += (*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z');
		e->has_start |= e->letters >= START_LETTERS && !has_specs;
		s++;
	}
	if (has_text_at_start && has_text_at_end && e->letters < START_LETTERS - 1)
		return false;
	return e->letters && (has_specs || e->many);
}

/* One that begins with a word goes before those that may begin with anything: what is told before
 * a text would be taken for a part of it. */
static int by_letters(const void *a, const void *b)
{
	const struct lang_entry *x = a, *y = b;

	if (x->has_start != y->has_start)
		return x->has_start ? -1 : 1;
	if (x->letters != y->letters)
		return x->letters < y->letters ? 1 : -1;
	return strcmp(x->one, y->one);
}

static uint32_t word_at(const char *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return le32toh(v);
}

/* The bytes. NULL: no such file, or not one of msgfmt's. */
static char *read_file(const char *path, size_t *ret_len)
{
	FILE *f = fopen(path, "re");
	char *bytes = NULL;
	size_t len = 0;

	if (!f)
		return NULL;
	bytes = malloc(FILE_MOST);
	if (bytes)
		len = fread(bytes, 1, FILE_MOST, f);
	(void)fclose(f); /* it was only read */
	char *fitting = len < FILE_MOST && len >= MO_HEAD_BYTES ? realloc(bytes, len) : NULL;
	if (!fitting || word_at(fitting) != MO_MAGIC) {
		free(fitting ? fitting : bytes);
		return NULL;
	}
	*ret_len = len;
	return fitting;
}

/* GNU gettext manual, "The Format of GNU MO Files". What does not fit is passed over. */
static void list_entries(const char *bytes, size_t len)
{
	const uint32_t n = word_at(bytes + 8), table = word_at(bytes + 12);

	if (table > len || n > (len - table) / 8)
		return;
	now.entries = calloc(n ? n : 1, sizeof(*now.entries));
	for (uint32_t i = 0; now.entries && i < n; i++) {
		const char *row = bytes + table + (size_t)8 * i;
		const uint32_t size = word_at(row), at = word_at(row + 4);
		if (at >= len || size >= len - at || bytes[at + size])
			continue;
		const char *one = bytes + at;
		const size_t first = strlen(one);
		struct lang_entry e = {one, first < size ? one + first + 1 : NULL, 0, false};
		if (measure(&e))
			now.entries[now.n++] = e;
	}
	if (now.n)
		qsort(now.entries, now.n, sizeof(*now.entries), by_letters);
}

static void forget_entries(void)
{
	free(now.entries); /* what was given out is gettext's, and stays */
	free(now.bytes);
	now.entries = NULL;
	now.bytes = NULL;
	now.n = 0;
}

const struct lang_entry *lang_entries(size_t *ret_n)
{
	*ret_n = now.n;
	return now.entries;
}

const char *lang_look_up(const struct lang_entry *e, unsigned long n)
{
	if (!now.locale || !e->one[0]) /* of "" gettext has the file's head */
		return e->one;
	const locale_t before = uselocale(now.locale);
	const char *ret = e->many ? dngettext(LANG_DOMAIN, e->one, e->many, n)
				  : dgettext(LANG_DOMAIN, e->one);
	(void)uselocale(before);
	return ret;
}

bool lang_is_plain(void)
{
	return now.is_plain;
}

static const char *found_or(const char *text, const struct lang_entry *e)
{
	const char *ret = lang_look_up(e, 2);

	return ret == e->one || ret == e->many ? text : ret;
}

const char *lang_word(const char *text)
{
	const struct lang_entry e = {.one = text};
	const char *ret = now.entries ? lang_look_up(&e, 0) : text;

	/* "disks", which stands beside "disk" there */
	for (size_t i = 0; now.entries && ret == text && i < now.n; i++)
		if (now.entries[i].many && strcmp(now.entries[i].many, text) == 0)
			ret = found_or(text, &now.entries[i]);
	return ret;
}

/* ---- which language ---- */

static bool path_of(const char *code, char *ret, size_t cap)
{
	const int n = snprintf(ret, cap, "%s/%s/LC_MESSAGES/%s.mo", now.dir, code, LANG_DOMAIN);

	return n > 0 && (size_t)n < cap;
}

static bool is_there(const char *code)
{
	char path[PATH_MAX];

	return strcmp(code, ENGLISH) == 0 ||
	       (path_of(code, path, sizeof(path)) && access(path, R_OK) == 0);
}

/* "de_AT.UTF-8@euro" is de_AT, or else de. */
static bool find_code(const char *wanted, char ret[LANG_CODE_LEN])
{
	size_t n = strcspn(wanted, ".@:");

	for (const char *end = wanted; end; end = memchr(wanted, '_', n)) {
		if (end != wanted)
			n = (size_t)(end - wanted);
		if (!n || n >= LANG_CODE_LEN || strcspn(wanted, "/") < n || wanted[0] == '.')
			return false;
		(void)snprintf(ret, LANG_CODE_LEN, "%.*s", (int)n, wanted);
		if (is_there(ret))
			return true;
	}
	return false;
}

bool lang_choose(const char *wanted)
{
	char code[LANG_CODE_LEN], path[PATH_MAX];
	size_t len = 0;

	if (!find_code(wanted, code) || (!now.locale && strcmp(code, ENGLISH) != 0))
		return false;
	if (strcmp(code, now.code) == 0)
		return true;
	char *bytes = strcmp(code, ENGLISH) != 0 && path_of(code, path, sizeof(path))
			      ? read_file(path, &len)
			      : NULL;
	if (!bytes && strcmp(code, ENGLISH) != 0)
		return false;
	forget_entries();
	now.bytes = bytes;
	if (bytes)
		list_entries(bytes, len);
	(void)snprintf(now.code, sizeof(now.code), "%s", code);
	(void)setenv("LANGUAGE", code, 1); /* without memory for it: English */
	_nl_msg_cat_cntr++;
	return true;
}

const char *lang_code(void)
{
	return now.code;
}

void lang_next(const char *code, char ret[LANG_CODE_LEN])
{
	auto_dir DIR *d = opendir(now.dir);
	char first[LANG_CODE_LEN] = ENGLISH;

	ret[0] = '\0';
	for (const struct dirent *e; d && (e = readdir(d));) {
		char name[LANG_CODE_LEN];
		if (strlen(e->d_name) >= sizeof(name) || e->d_name[0] == '.' ||
			!is_there(e->d_name))
			continue;
		(void)snprintf(name, sizeof(name), "%s", e->d_name);
		if (strcmp(name, first) < 0)
			memcpy(first, name, sizeof(first));
		if (strcmp(name, code) > 0 && (!ret[0] || strcmp(name, ret) < 0))
			memcpy(ret, name, LANG_CODE_LEN);
	}
	if (strcmp(ENGLISH, code) > 0 && (!ret[0] || strcmp(ENGLISH, ret) < 0))
		(void)snprintf(ret, LANG_CODE_LEN, "%s", ENGLISH);
	if (!ret[0])
		memcpy(ret, first, LANG_CODE_LEN);
}

void lang_name(const char *code, char *ret, size_t cap)
{
	/* TRANSLATORS: what your language calls itself */
	const struct lang_entry name = {.one = N_("English")};

	(void)setenv("LANGUAGE", code, 1); /* without memory for it: English */
	_nl_msg_cat_cntr++;
	(void)snprintf(ret, cap, "%s", lang_look_up(&name, 0));
	(void)setenv("LANGUAGE", now.code, 1);
	_nl_msg_cat_cntr++;
}

/* ---- what there is ---- */

static bool has_translations(const char *dir)
{
	char code[LANG_CODE_LEN];

	(void)snprintf(now.dir, sizeof(now.dir), "%s", dir);
	lang_next(ENGLISH, code);
	return strcmp(code, ENGLISH) != 0;
}

static void find_dir(void)
{
	char exe[PATH_MAX / 4] = "", dir[PATH_MAX / 2];

	if (readlink("/proc/self/exe", exe, sizeof(exe) - 1) > 0 && strrchr(exe, '/')) {
		*strrchr(exe, '/') = '\0';
		(void)snprintf(dir, sizeof(dir), "%s/locale", exe);
		if (has_translations(dir))
			return;
		(void)snprintf(dir, sizeof(dir), "%s/../share/locale", exe);
		if (has_translations(dir))
			return;
	}
	(void)has_translations("/usr/share/locale");
}

static bool is_terminal_plain(void)
{
	const locale_t own = newlocale(LC_CTYPE_MASK, "", (locale_t)0);
	const bool ret = !own || strcmp(nl_langinfo_l(CODESET, own), "UTF-8") != 0;

	if (own)
		freelocale(own);
	return ret;
}

void lang_begin(const char *dir)
{
	if (dir)
		(void)has_translations(dir);
	else
		find_dir();
	if (!now.locale)
		now.locale = newlocale(LC_MESSAGES_MASK, "C.UTF-8", (locale_t)0);
	now.is_plain = is_terminal_plain();
	(void)bindtextdomain(LANG_DOMAIN, now.dir); /* without memory for it: English */
	(void)bind_textdomain_codeset(LANG_DOMAIN, "UTF-8");
}
