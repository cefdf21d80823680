/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/link.h"

#include <stdio.h>
#include <string.h>

#include "core/redact.h"

#define NAME_MOST 63

enum kind { NONE, NAME, TEXT };

static const struct {
	const char *word;
	enum kind kind;
} words[] = {[LINK_NOTHING] = {"", NONE},
#define W(name, word, kind) [LINK_##name] = {word, kind},
	LINK_WORDS(W)
#undef W
};

#define WORDS (sizeof(words) / sizeof(words[0]))

static enum link_word find(const char *name, size_t len)
{
	for (size_t i = LINK_NOTHING + 1; i < WORDS; i++)
		if (strlen(words[i].word) == len && memcmp(words[i].word, name, len) == 0)
			return (enum link_word)i;
	return LINK_NOTHING;
}

enum link_word link_find(const char *name)
{
	return find(name, strlen(name));
}

/* Of a device or a word: it becomes a part of a path. */
static bool is_name(const char *p, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!((p[i] >= 'a' && p[i] <= 'z') || (p[i] >= 'A' && p[i] <= 'Z') ||
			    (p[i] >= '0' && p[i] <= '9') || p[i] == '-' || p[i] == '_'))
			return false;
	return len && len <= NAME_MOST;
}

static bool is_text(const char *p, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)p[i] < ' ' || p[i] == 0x7f)
			return false;
	return len;
}

bool link_parse(const char *bytes, size_t len, struct link_said *ret)
{
	*ret = (struct link_said){0};
	if (len >= LINK_BYTES)
		return false;
	const char *blank = memchr(bytes, ' ', len);
	const size_t n = blank ? (size_t)(blank - bytes) : len;
	const enum link_word word = find(bytes, n);
	const char *rest = bytes + n + (blank != NULL);
	const size_t left = len - n - (blank != NULL);
	const enum kind kind = words[word].kind;

	if (!word || (kind == NONE && blank) || (kind == NAME && !is_name(rest, left)) ||
		(kind == TEXT && !is_text(rest, left)))
		return false;
	ret->word = word;
	memcpy(ret->text, rest, left);
	return true;
}

size_t link_make(enum link_word word, const char *text, char ret[LINK_BYTES])
{
	char shown[LINK_BYTES] = "";

	if (text)
		(void)rs_shown(text, shown, sizeof(shown) - 32);
	int n = snprintf(ret, LINK_BYTES, "%s%s%s", words[word].word, shown[0] ? " " : "", shown);
	return n > 0 && n < LINK_BYTES ? (size_t)n : 0;
}
