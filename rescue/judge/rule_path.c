/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Path patterns: '*' and '?' within a part, "**" for any depth, case as NTFS has it. */
#include <ctype.h>
#include <string.h>

#include "judge/rule_internal.h"

#define WINDIR	 "%WINDIR%"
#define PART_MAX 255U /* characters of an NTFS name */

bool rule_part_is_pattern(const char *part)
{
	return strpbrk(part, "*?") != NULL;
}

void rule_path_done(struct rule_path *p)
{
	free(p->text);
	if (p->parts)
		free(p->parts[0]);
	free(p->parts);
	*p = (struct rule_path){0};
}

static const char *part_fault(const char *part, bool is_last)
{
	if (!*part)
		return "an empty part in the path";
	if (strcmp(part, ".") == 0 || strcmp(part, "..") == 0)
		return "'.' and '..' are not allowed in a path";
	if (strpbrk(part, ":/\"<>|%"))
		return "a character that a path cannot have (: / \" < > | %)";
	for (const char *c = part; *c; c++)
		if ((unsigned char)*c < 0x20)
			return "a control character in the path";
	if (strlen(part) > PART_MAX)
		return "a part of the path is longer than 255 characters";
	if (strstr(part, "**") && strcmp(part, "**") != 0)
		return "'**' stands alone between two '\\'";
	if (is_last && strcmp(part, "**") == 0)
		return "'**' cannot be the last part of a path";
	return NULL;
}

static const char *split(struct rule_path *p, char *block)
{
	size_t cap = 1, deep = 0;

	for (const char *c = block; *c; c++)
		cap += *c == '\\';
	if (cap > RULE_MAX_PARTS)
		return "the path has too many parts";
	p->parts = calloc(cap, sizeof(*p->parts));
	if (!p->parts)
		return "not enough memory";
	for (char *c = block; c;) {
		p->parts[p->n_parts++] = c;
		c = strchr(c, '\\');
		if (c)
			*c++ = '\0';
	}
	for (size_t i = 0; i < p->n_parts; i++) {
		const char *fault = part_fault(p->parts[i], i + 1 == p->n_parts);
		if (fault)
			return fault;
		deep += strcmp(p->parts[i], "**") == 0;
	}
	p->is_deep = deep > 0;
	/* each one more multiplies the time of a match by the depth of the path */
	return deep > 2 ? "'**' is allowed twice in a path" : NULL;
}

const char *rule_path_parse(const char *text, struct rule_path *ret)
{
	struct rule_path p = {0};
	const char *rest = text;

	if (strncasecmp(text, WINDIR, strlen(WINDIR)) == 0) {
		p.below_windows = true;
		rest += strlen(WINDIR);
	}
	if (*rest != '\\')
		return "a path starts with '%WINDIR%\\' or with '\\' for the root of the volume";
	p.text = strdup(text);
	char *block = strdup(rest + 1);
	if (!p.text || !block) {
		free(p.text);
		free(block);
		return "not enough memory";
	}
	const char *fault = split(&p, block);
	if (fault) {
		if (!p.parts)
			free(block);
		rule_path_done(&p);
		return fault;
	}
	*ret = p;
	return NULL;
}

static bool chars_meet(unsigned char a, unsigned char b)
{
	/* '?' is one character, which may be several bytes of UTF-8: let it fit any of them */
	return a == '?' || b == '?' || a >= 0x80 || b >= 0x80 || toupper(a) == toupper(b);
}

/* Is there a name that fits both patterns? A table instead of recursion: two '*' would otherwise
 * cost exponential time. meet[j] answers for a + i and b + j. */
static bool parts_meet(const char *a, const char *b)
{
	size_t na = strlen(a), nb = strlen(b);
	bool below[PART_MAX + 2] = {false}, meet[PART_MAX + 2] = {false};

	if (na > PART_MAX || nb > PART_MAX)
		return true; /* cannot be; refuse rather than let through */
	for (size_t i = na + 1; i-- > 0;) {
		for (size_t j = nb + 1; j-- > 0;) {
			bool star_a = i < na && a[i] == '*', star_b = j < nb && b[j] == '*';
			bool is_end = i == na && j == nb;
			bool skip_a = i < na && (star_a || star_b) && below[j];
			bool skip_b = j < nb && (star_a || star_b) && meet[j + 1];
			bool both = i < na && j < nb && !star_a && !star_b &&
				    chars_meet((unsigned char)a[i], (unsigned char)b[j]) &&
				    below[j + 1];
			meet[j] = is_end || skip_a || skip_b || both;
		}
		memcpy(below, meet, sizeof(below));
	}
	return meet[0];
}

/* The parts of a path with the Windows folder, whatever its name, as a part of its own. */
static const char *part_at(const struct rule_path *p, size_t i)
{
	if (p->below_windows)
		return i == 0 ? "*" : p->parts[i - 1];
	return p->parts[i];
}

bool rule_paths_meet(const struct rule_path *a, const struct rule_path *b)
{
	size_t na = a->n_parts + a->below_windows, nb = b->n_parts + b->below_windows;
	bool below[RULE_MAX_PARTS + 2] = {false}, meet[RULE_MAX_PARTS + 2] = {false};

	for (size_t i = na + 1; i-- > 0;) {
		for (size_t j = nb + 1; j-- > 0;) {
			bool deep_a = i < na && strcmp(part_at(a, i), "**") == 0;
			bool deep_b = j < nb && strcmp(part_at(b, j), "**") == 0;
			bool is_end = i == na && j == nb;
			bool skip_a = i < na && (deep_a || deep_b) && below[j];
			bool skip_b = j < nb && (deep_a || deep_b) && meet[j + 1];
			bool both = i < na && j < nb && !deep_a && !deep_b && below[j + 1] &&
				    parts_meet(part_at(a, i), part_at(b, j));
			meet[j] = is_end || skip_a || skip_b || both;
		}
		memcpy(below, meet, sizeof(below));
	}
	return meet[0];
}

/* One part of a real path, copied out of it so that it ends. */
static bool part_matches(struct nt_vol *vol, const char *pattern, const char *from, size_t len)
{
	char name[NT_NAME_BYTES];

	if (len >= sizeof(name))
		return false;
	memcpy(name, from, len);
	name[len] = '\0';
	return nt_name_match(vol, pattern, name);
}

static bool match_from(struct nt_vol *vol, const struct rule_path *p, size_t i, const char *path)
{
	for (;; i++) {
		if (i == p->n_parts || *path != '\\')
			return i == p->n_parts && !*path;
		if (strcmp(p->parts[i], "**") == 0)
			break;
		size_t len = strcspn(path + 1, "\\");
		if (!part_matches(vol, p->parts[i], path + 1, len))
			return false;
		path += 1 + len;
	}
	/* "**": try every depth; the number of parts of both sides bounds it, and a later "**"
	 * makes this one greedy enough not to be tried again for each */
	for (; *path == '\\'; path += 1 + strcspn(path + 1, "\\"))
		if (match_from(vol, p, i + 1, path))
			return true;
	return false;
}

bool rule_path_match(
	struct nt_vol *vol, const struct rule_path *p, const char *root, const char *path)
{
	size_t len = strlen(root);

	if (p->below_windows) {
		if (strncasecmp(path, root, len) != 0)
			return false;
		path += len;
	}
	return match_from(vol, p, 0, path);
}

bool rule_path_matches_any(
	struct nt_vol *vol, const struct rule_paths *list, const char *root, const char *path)
{
	for (size_t i = 0; i < list->n; i++)
		if (rule_path_match(vol, &list->v[i], root, path))
			return true;
	return false;
}
