/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Filters that packages declare (INF AddFilter directive; Windows 10 1903 and later): they stand in
 * no list of the registry, and what Windows keeps of them is not documented, so the packages' own
 * files say it. One that only extends another package (Class=Extension) may declare one, too. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/cleanup.h"
#include "core/list.h"
#include "judge/disable_internal.h"

#define INF_MOST_BYTES (2U << 20)
#define INF_MOST       2048U	   /* packages of others: a machine has some hundred */
#define ALL_MOST_BYTES (64U << 20) /* of those that declare filters */
#define DIRECTIVE      "AddFilter"

/* Text of one or of two bytes a letter: the letter at @at, and @at behind it; 0: the end. */
static unsigned letter(const uint8_t *p, size_t len, size_t wide, size_t *at)
{
	if (*at >= len || len - *at < wide)
		return 0;
	const unsigned ret = wide == 2 && p[*at + 1] ? 0xff : p[*at];
	*at += wide;
	return ret;
}

static bool is_word(const uint8_t *p, size_t len, size_t wide, size_t at, const char *word)
{
	for (; *word; word++) {
		const char c = (char)letter(p, len, wide, &at);
		if (strncasecmp(&c, word, 1) != 0)
			return false;
	}
	return true;
}

static bool has_word(const uint8_t *p, size_t len, const char *word)
{
	for (size_t wide = 1; wide <= 2; wide++)
		for (size_t at = 0; at < len; at++)
			if (is_word(p, len, wide, at, word))
				return true;
	return false;
}

bool disable_inf_declares(const uint8_t *p, size_t len)
{
	return has_word(p, len, DIRECTIVE);
}

/* What stands behind one directive: "= name,". A name that is a %string% may be any that the file
 * has. */
static bool adds_at(const uint8_t *p, size_t len, size_t wide, size_t at, const char *name)
{
	unsigned c = letter(p, len, wide, &at);

	while (c == ' ' || c == '\t' || c == '=' || c == '"')
		c = letter(p, len, wide, &at);
	if (!c)
		return false;
	if (c == '%')
		return has_word(p, len, name);
	at -= wide;
	if (!is_word(p, len, wide, at, name))
		return false;
	at += strlen(name) * wide;
	c = letter(p, len, wide, &at);
	return !c || strchr(" \t\",;\r\n", (int)c);
}

bool disable_inf_adds(const uint8_t *p, size_t len, const char *name)
{
	for (size_t wide = 1; name[0] && wide <= 2; wide++)
		for (size_t at = 0; at < len; at++)
			if (is_word(p, len, wide, at, DIRECTIVE) &&
				adds_at(p, len, wide, at + strlen(DIRECTIVE) * wide, name))
				return true;
	return false;
}

/* ---- those of this Windows ---- */

void disable_infs_done(struct disable_infs *s)
{
	for (size_t i = 0; i < s->n; i++)
		free(s->list[i].p);
	free(s->list);
	*s = (struct disable_infs){0};
}

/* Under its published name, else where its package lies. */
static int inf_load(const struct ev_look *in, const struct win_package *k, uint8_t **ret,
	size_t *ret_len, struct rs_err *err)
{
	char path[700];

	(void)snprintf(path, sizeof(path), "%.180s\\INF\\%.100s", in->win->root, k->inf);
	int r = nt_file_load(in->vol, path, INF_MOST_BYTES, ret, ret_len, err);
	if (r == 0 || rs_err_ends(r) || !k->folder || !k->original)
		return r;
	(void)snprintf(path, sizeof(path),
		"%.180s\\System32\\DriverStore\\FileRepository\\%.255s\\%.200s", in->win->root,
		k->folder, k->original);
	return nt_file_load(in->vol, path, INF_MOST_BYTES, ret, ret_len, err);
}

static int inf_take(const struct ev_look *in, const struct win_package *k, struct disable_infs *s,
	struct rs_err *err)
{
	auto_free uint8_t *p = NULL;
	struct rs_err why = {0};
	size_t len = 0;
	int r = inf_load(in, k, &p, &len, &why);

	if (rs_err_ends(r))
		return rs_err_pass(err, r, &why);
	if (r < 0 || !disable_inf_declares(p, len))
		return 0;
	s->n_bytes += len;
	if (s->n_bytes > ALL_MOST_BYTES) {
		s->is_cut = true;
		return 0;
	}
	struct disable_inf *to = rs_list_add(&s->list, &s->n, sizeof(*to));
	if (!to)
		return rs_fail(err, RS_E_MEMORY, "driver packages");
	*to = (struct disable_inf){rs_steal(p), len};
	return 0;
}

int disable_infs_load(const struct ev_look *in, const struct win_system *s,
	struct disable_infs *ret, struct rs_err *err)
{
	size_t n = 0;
	int r = 0;

	*ret = (struct disable_infs){0};
	for (size_t i = 0; r == 0 && !ret->is_cut && i < s->n_packages; i++) {
		const struct win_package *k = &s->packages[i];
		if (!k->inf || strncasecmp(k->inf, "oem", 3) != 0 || strchr(k->inf, '\\'))
			continue;
		ret->is_cut = ++n > INF_MOST;
		if (!ret->is_cut)
			r = inf_take(in, k, ret, err);
	}
	return r;
}

bool disable_infs_add(const struct disable_infs *s, const char *name)
{
	for (size_t i = 0; i < s->n; i++)
		if (disable_inf_adds(s->list[i].p, s->list[i].len, name))
			return true;
	return s->is_cut;
}
