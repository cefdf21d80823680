/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A text that was made by a format of ours is recognised by that format, taken apart, and made
 * again by the format's translation. So nobody who says something has to know of languages, what is
 * kept and reported is English, and the same words are translated wherever they come from. The
 * bytes may be a disk's (a name in them): they are looked at as text and never used as a format. */
#include "core/language_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/cleanup.h"

#define MOST_PARTS 16U
#define MOST_DEEP  8U
/* a name cannot make it slow: comparisons for one format, and for a whole text, which stays English
 * from there on; where it is tried to be put together of two */
#define MOST_STEPS     20000U
#define MOST_ALL_STEPS 3000000U
#define MOST_GAPS      16U

/* TRANSLATORS: each letter of the language that is not ASCII, and what stands for it where a
 * terminal has none: "\303\244=ae \303\266=oe ...", blanks between. */
#define LETTERS N_("letter=ASCII ...")

struct part {
	const char *p;
	size_t len;
	char kind; /* of its conversion */
};

struct made_of {
	struct part part[MOST_PARTS];
	unsigned n, steps;
};

/* One text at work. */
struct job {
	unsigned steps;
};

static void translate(struct job *j, FILE *out, const char *s, size_t len, unsigned deep);

/* ---- recognise ---- */

static size_t number_len(const char *s, char kind)
{
	const size_t blanks = strspn(s, " ");
	const char *p = s + blanks;
	size_t n = 0;

	if (kind == 'c')
		return *s ? 1 : 0;
	n += *p == '-';
	if (kind == 'x' || kind == 'X')
		n += strspn(p + n, "0123456789abcdefABCDEF");
	else
		n += strspn(p + n, kind == 'f' || kind == 'g' ? "0123456789." : "0123456789");
	return n > (*p == '-') ? blanks + n : 0;
}

static bool is_made_by(struct made_of *m, const char *f, const char *s, const char *end);

/* A conversion of text takes the fewest bytes with which the rest fits. */
static bool takes_text(struct made_of *m, const char *rest, const char *s, const char *end)
{
	const unsigned mine = m->n - 1;

	for (size_t len = 0; s + len <= end; len++) {
		m->n = mine + 1;
		m->part[mine] = (struct part){s, len, 's'};
		if (is_made_by(m, rest, s + len, end))
			return true;
	}
	return false;
}

static bool is_made_by(struct made_of *m, const char *f, const char *s, const char *end)
{
	while (*f) {
		const struct lang_spec spec = *f == '%' ? lang_spec_at(f) : (struct lang_spec){0};
		if (++m->steps > MOST_STEPS)
			return false;
		if (*f != '%' || spec.kind == '%') {
			if (s == end || *f != *s)
				return false;
			f += spec.len ? spec.len : 1;
			s++;
			continue;
		}
		if (m->n == MOST_PARTS)
			return false;
		f += spec.len;
		m->n++;
		if (spec.kind == 's')
			return takes_text(m, f, s, end);
		const size_t len = number_len(s, spec.kind);
		if (!len || len > (size_t)(end - s))
			return false;
		m->part[m->n - 1] = (struct part){s, len, spec.kind};
		s += len;
	}
	return s == end;
}

/* ---- make again ---- */

const char *lang_plain(const char *letter, size_t n, size_t *ret_n)
{
	const char *p = lang_word(LETTERS);

	while (*p && (strncmp(p, letter, n) != 0 || p[n] != '='))
		p += strcspn(p, " ") + (strchr(p, ' ') != NULL);
	if (!*p)
		return NULL;
	*ret_n = strcspn(p + n + 1, " ");
	return p + n + 1;
}

static void put_plain(FILE *out, const char *s, size_t len)
{
	for (size_t i = 0; i < len;) {
		size_t n = 1, n_plain;
		while (i + n < len && ((unsigned char)s[i + n] & 0xC0) == 0x80)
			n++;
		const char *plain = n > 1 ? lang_plain(s + i, n, &n_plain) : NULL;
		(void)fwrite(plain ? plain : s + i, 1, plain ? n_plain : n, out);
		i += n;
	}
}

static void put_ours(FILE *out, const char *s, size_t len)
{
	if (lang_is_plain())
		put_plain(out, s, len);
	else
		(void)fwrite(s, 1, len, out);
}

static bool is_same(const char *text, const char *s, size_t len)
{
	return strlen(text) == len && memcmp(text, s, len) == 0;
}

static unsigned long number_of(const struct part *p)
{
	return strtoul(p->p, NULL, 10); /* a part ends where its digits do */
}

/* "files", of which there are @n. */
static bool put_plural(FILE *out, const char *s, size_t len, unsigned long n)
{
	size_t count;
	const struct lang_entry *e = lang_entries(&count);

	for (size_t i = 0; i < count; i++)
		if (e[i].many && (is_same(e[i].one, s, len) || is_same(e[i].many, s, len))) {
			const char *text = lang_look_up(&e[i], n);
			put_ours(out, text, strlen(text));
			return true;
		}
	return false;
}

static void put_part(struct job *j, FILE *out, const struct made_of *m, unsigned i, unsigned deep)
{
	const struct part *p = &m->part[i];
	unsigned before = i;

	if (p->kind != 's') {
		(void)fwrite(p->p, 1, p->len, out);
		return;
	}
	while (before && strchr("diu", m->part[before - 1].kind) == NULL)
		before--;
	if (!before || !put_plural(out, p->p, p->len, number_of(&m->part[before - 1])))
		translate(j, out, p->p, p->len, deep + 1);
}

static void put_format(
	struct job *j, FILE *out, const char *f, const struct made_of *m, unsigned deep)
{
	unsigned turn = 0;

	while (*f) {
		const size_t len = strcspn(f, "%");
		put_ours(out, f, len);
		f += len;
		if (!*f)
			return;
		const struct lang_spec spec = lang_spec_at(f);
		f += spec.len;
		if (spec.kind == '%') {
			(void)fputc('%', out);
			continue;
		}
		const unsigned i = spec.position ? spec.position - 1 : turn++;
		if (i < m->n && !spec.is_left_out) /* msgfmt -c sees to the number */
			put_part(j, out, m, i, deep);
	}
}

static bool put_made(struct job *j, FILE *out, const char *s, size_t len, unsigned deep)
{
	size_t n;
	const struct lang_entry *e = lang_entries(&n);

	for (size_t i = 0; i < n; i++) {
		struct made_of m = {0};
		if (j->steps > MOST_ALL_STEPS)
			return false;
		bool is = is_made_by(&m, e[i].one, s, s + len);
		j->steps += m.steps;
		if (!is && e[i].many) {
			m = (struct made_of){0};
			is = is_made_by(&m, e[i].many, s, s + len);
			j->steps += m.steps;
		}
		if (!is)
			continue;
		const bool counts = m.n && strchr("diu", m.part[0].kind);
		put_format(
			j, out, lang_look_up(&e[i], counts ? number_of(&m.part[0]) : 1), &m, deep);
		return true;
	}
	return false;
}

/* "3 files" */
static bool put_counted(FILE *out, const char *s, size_t len)
{
	const size_t digits = strspn(s, "0123456789");

	if (!digits || digits + 1 >= len || s[digits] != ' ')
		return false;
	char *rest = NULL;
	size_t rest_len = 0;
	FILE *f = open_memstream(&rest, &rest_len);
	const bool is = f && put_plural(f, s + digits + 1, len - digits - 1, strtoul(s, NULL, 10));
	if (f)
		(void)fclose(f); /* memory */
	if (is)
		(void)fprintf(out, "%.*s %s", (int)digits, s, rest ? rest : "");
	free(rest);
	return is;
}

static bool is_whole(const char *s, size_t len)
{
	auto_free char *text = strndup(s, len);

	return text && len && lang_word(text) != text;
}

static bool put_whole(FILE *out, const char *s, size_t len)
{
	auto_free char *text = strndup(s, len);
	const char *is = text ? lang_word(text) : NULL;

	if (!is || is == text)
		return false;
	put_ours(out, is, strlen(is));
	return true;
}

/* What may stand between texts that were put together, the widest gap first. */
static const char *const gaps[] = {"; ", ". ", ": ", " -> ", ", ", " (", "(", ")", "."};

#define GAPS (sizeof(gaps) / sizeof(gaps[0]))

/* The next one from @at on; a sign alone is one only around a whole text, for names have such, too.
 */
static const char *find_gap(const char *gap, const char *s, size_t len, const char *at)
{
	const size_t n = strlen(gap), left = len - (size_t)(at - s);

	if (n > 1)
		return memmem(at, left, gap, n);
	if (*gap == '(')
		return at == s && left > 1 && *s == '(' ? s : NULL;
	return left > 1 && s[len - 1] == *gap ? s + len - 1 : NULL;
}

/* Two whole texts: surer than a format that begins as the first of them does. */
static bool put_both(FILE *out, const char *s, size_t len)
{
	unsigned tried = 0;

	for (size_t i = 0; i < GAPS; i++) {
		const size_t n = strlen(gaps[i]);
		const char *at = n > 1 ? find_gap(gaps[i], s, len, s) : NULL;
		for (; at && tried < MOST_GAPS; tried++) {
			const size_t left = (size_t)(at - s);
			if (is_whole(s, left) && is_whole(at + n, len - left - n)) {
				(void)put_whole(out, s, left);
				(void)fwrite(at, 1, n, out);
				return put_whole(out, at + n, len - left - n);
			}
			at = at + 1 < s + len ? find_gap(gaps[i], s, len, at + 1) : NULL;
		}
	}
	return false;
}

/* One text of ours, from its first byte to its last; NULL: it is none. */
static char *known_new(struct job *j, const char *s, size_t len, unsigned deep)
{
	char *ret = NULL;
	size_t n = 0;
	FILE *f = len && deep < MOST_DEEP ? open_memstream(&ret, &n) : NULL;

	if (!f)
		return NULL;
	const bool is = put_whole(f, s, len) || put_both(f, s, len) ||
			put_made(j, f, s, len, deep) || put_counted(f, s, len);
	if (fclose(f) == 0 && is)
		return ret;
	free(ret);
	return NULL;
}

/* ---- of several ---- */

/* A label is a text with its colon ("for it: x"); a remark may be one with its brackets ("x
 * (empty)"): what belongs to them of the gap. */
static char *label_new(struct job *j, const char *s, const char *at, unsigned deep)
{
	return *at == ':' ? known_new(j, s, (size_t)(at - s) + 1, deep) : NULL;
}

static char *remark_new(
	struct job *j, const char *at, size_t gap_len, const char *end, unsigned deep)
{
	return gap_len == 2 && at[1] == '(' ? known_new(j, at + 1, (size_t)(end - at) - 1, deep)
					    : NULL;
}

static void put_two(struct job *j, FILE *out, const char *s, size_t len, const char *at,
	size_t gap_len, unsigned deep)
{
	const char *const end = s + len;
	auto_free char *label = label_new(j, s, at, deep + 1);
	auto_free char *remark = remark_new(j, at, gap_len, end, deep + 1);
	const size_t to_label = label != NULL, to_remark = remark != NULL;

	if (label)
		(void)fputs(label, out);
	else
		translate(j, out, s, (size_t)(at - s), deep + 1);
	(void)fwrite(at + to_label, 1, gap_len - to_label - to_remark, out);
	if (remark)
		(void)fputs(remark, out);
	else
		translate(j, out, at + gap_len, (size_t)(end - at) - gap_len, deep + 1);
}

/* Is there one of ours on a side of the gap? */
static bool is_sure(struct job *j, const char *s, size_t len, const char *at, size_t gap_len)
{
	const unsigned deep = MOST_DEEP - 1;
	const char *const end = s + len;
	auto_free char *label = label_new(j, s, at, deep);
	auto_free char *left = label ? NULL : known_new(j, s, (size_t)(at - s), deep);
	auto_free char *remark = label || left ? NULL : remark_new(j, at, gap_len, end, deep);
	auto_free char *right =
		label || left || remark
			? NULL
			: known_new(j, at + gap_len, (size_t)(end - at) - gap_len, deep);

	return label || left || remark || right;
}

static bool put_surely(struct job *j, FILE *out, const char *s, size_t len, unsigned deep)
{
	unsigned tried = 0;

	for (size_t i = 0; i < GAPS; i++) {
		const size_t n = strlen(gaps[i]);
		for (const char *at = s; at && tried < MOST_GAPS; tried++) {
			at = find_gap(gaps[i], s, len, at);
			if (at && is_sure(j, s, len, at, n)) {
				put_two(j, out, s, len, at, n, deep);
				return true;
			}
			at = at && at + 1 < s + len ? at + 1 : NULL;
		}
	}
	return false;
}

static bool put_pieces(struct job *j, FILE *out, const char *s, size_t len, unsigned deep)
{
	if (put_surely(j, out, s, len, deep))
		return true;
	for (size_t i = 0; i < GAPS; i++) {
		const char *at = find_gap(gaps[i], s, len, s);
		if (at) {
			put_two(j, out, s, len, at, strlen(gaps[i]), deep);
			return true;
		}
	}
	return false;
}

/* NULL: it is in one piece, or there is no memory. */
static char *pieces_new(struct job *j, const char *s, size_t len, unsigned deep)
{
	char *ret = NULL;
	size_t n = 0;
	FILE *f = len ? open_memstream(&ret, &n) : NULL;

	if (!f)
		return NULL;
	const bool is = put_pieces(j, f, s, len, deep);
	if (fclose(f) == 0 && is)
		return ret;
	free(ret);
	return NULL;
}

/* Columns of a text: what is no first byte of a character stands in none. */
static size_t columns(const char *s, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++)
		n += ((unsigned char)s[i] & 0xC0) != 0x80;
	return n;
}

/* Marks between texts that were put together are no part of them. */
static bool is_between(char c)
{
	return c == ' ' || c == ',' || c == ';';
}

/* What stands before a line; "-" alone, not that of an option. */
static bool is_mark(const char *s, size_t len)
{
	return is_between(*s) || strchr(":!>", *s) || (*s == '-' && len > 1 && s[1] == ' ');
}

static void translate(struct job *j, FILE *out, const char *s, size_t len, unsigned deep)
{
	size_t before = 0, behind = 0;

	while (before < len && is_mark(s + before, len - before))
		before++;
	while (behind < len - before && is_between(s[len - 1 - behind]))
		behind++;
	(void)fwrite(s, 1, before, out);
	const char *const text = s + before;
	const size_t n = len - before - behind;
	auto_free char *known = known_new(j, text, n, deep);
	auto_free char *made = known || deep + 1 >= MOST_DEEP ? NULL : pieces_new(j, text, n, deep);
	const char *const shown = known ? known : made;
	const size_t was = columns(text, n) + behind;
	size_t is = shown ? columns(shown, strlen(shown)) + behind : was;

	(void)fwrite(shown ? shown : text, 1, shown ? strlen(shown) : n, out);
	/* a column stays a column: blanks behind the text make way for a longer one, and fill up a
	 * shorter one */
	for (; behind > 1 && s[len - 1] == ' ' && is > was; is--)
		behind--;
	(void)fwrite(s + len - behind, 1, behind, out);
	for (; behind && s[len - 1] == ' ' && is < was; is++)
		(void)fputc(' ', out);
}

char *lang_new(const char *text)
{
	struct job j = {0};
	size_t n, len = 0;
	char *ret = NULL;

	if (!lang_entries(&n)) /* English */
		return strdup(text);
	FILE *f = open_memstream(&ret, &len);
	if (!f)
		return NULL;
	translate(&j, f, text, strlen(text), 0);
	if (fclose(f) == 0)
		return ret;
	free(ret);
	return NULL;
}

void lang_text(const char *text, char *ret, size_t cap)
{
	auto_free char *made = lang_new(text);

	(void)snprintf(ret, cap, "%s", made ? made : text);
}
