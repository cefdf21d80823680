/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Texts with names in them. A name may be made of words of ours, so who puts one into a text says
 * that it is one ("%-s"), and it is taken out while the text is looked at. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/cleanup.h"
#include "core/language_internal.h"

/* A name stands as two bytes while it is looked for what is ours. */
#define NAME_BEGIN '\x01'
#define NAME_END   '\x02'
#define FIRST_NAME '\x0E'
#define MOST_NAMES 16U

struct name {
	const char *p;
	size_t len;
};

/* Each "%-s" in marks; NULL: no memory. */
static char *marked_new(const char *f, unsigned *ret_n)
{
	char *ret = malloc(2 * strlen(f) + 1), *to = ret;

	*ret_n = 0;
	while (ret && *f) {
		const size_t len = *f == '%' ? lang_spec_at(f).len : 1;
		const bool is_name = len == 3 && memcmp(f, "%-s", 3) == 0;
		if (is_name)
			*to++ = NAME_BEGIN;
		to = mempcpy(to, f, len);
		if (is_name)
			*to++ = NAME_END;
		*ret_n += is_name;
		f += len;
	}
	if (ret)
		*to = '\0';
	return ret;
}

static unsigned count(const char *s, char c)
{
	unsigned n = 0;

	for (; *s; s++)
		n += *s == c;
	return n;
}

/* Of a volume's name ("/dev/sda, partition 3") what is the disk's own; the rest is ours. */
static size_t own_len(const char *s, size_t len)
{
	static const char *const tails[] = {", partition ", " partition "};
	size_t n = len;

	while (n && s[n - 1] >= '0' && s[n - 1] <= '9')
		n--;
	for (size_t i = 0; n < len && i < sizeof(tails) / sizeof(tails[0]); i++) {
		const size_t tail = strlen(tails[i]);
		if (n >= tail && memcmp(s + n - tail, tails[i], tail) == 0)
			return n - tail;
	}
	return len;
}

/* Each name out of the marks, two bytes in its place. */
static void take_names(char *s, struct name name[MOST_NAMES], const char *from)
{
	for (unsigned n = 0; *from; from++) {
		*s++ = *from;
		if (*from != NAME_BEGIN)
			continue;
		from++;
		const size_t len = strcspn(from, "\x02");
		name[n] = (struct name){from, own_len(from, len)};
		*s++ = (char)(FIRST_NAME + n);
		s = mempcpy(s, from + name[n].len, len - name[n].len);
		from += len;
		n++;
	}
	*s = '\0';
}

static void put_names(FILE *out, const char *s, const struct name name[MOST_NAMES])
{
	for (; *s; s++) {
		if (*s != NAME_BEGIN) {
			(void)fputc(*s, out);
			continue;
		}
		const unsigned i = (unsigned)(*++s - FIRST_NAME);
		if (i >= MOST_NAMES) /* the language has cut it in two: not of one of ours */
			s--;
		else
			(void)fwrite(name[i].p, 1, name[i].len, out);
	}
}

static char *with_names_new(const char *marked)
{
	struct name name[MOST_NAMES] = {0};
	auto_free char *bare = malloc(strlen(marked) + 1);
	char *ret = NULL;
	size_t len = 0;

	if (!bare)
		return NULL;
	take_names(bare, name, marked);
	auto_free char *made = lang_new(bare);
	FILE *f = made ? open_memstream(&ret, &len) : NULL;
	if (!f)
		return NULL;
	put_names(f, made, name);
	if (fclose(f) == 0)
		return ret;
	free(ret);
	return NULL;
}

char *lang_vprint_new(const char *fmt, va_list ap)
{
	size_t n_entries;
	unsigned n = 0;
	char *plain = NULL, *text = NULL;
	va_list again;

	va_copy(again, ap);
	if (vasprintf(&plain, fmt, again) < 0)
		plain = NULL;
	va_end(again);
	if (!plain || !lang_entries(&n_entries))
		return plain;
	auto_free char *marked = marked_new(fmt, &n);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral" /* it is @fmt, with marks */
	if (!marked || vasprintf(&text, marked, ap) < 0)
		text = NULL;
#pragma GCC diagnostic pop
	auto_free char *made = text;
	/* a name that has such bytes itself, and nobody else: it is not looked at then */
	if (!text || n > MOST_NAMES || count(text, NAME_BEGIN) != n || count(text, NAME_END) != n)
		return plain;
	free(plain);
	return with_names_new(made);
}

void lang_print(char *ret, size_t cap, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	auto_free char *made = lang_vprint_new(fmt, ap);
	va_end(ap);
	(void)snprintf(ret, cap, "%s", made ? made : "");
}
