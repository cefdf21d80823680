/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names of folders in WinSxS, the winners in SOFTWARE, and manifests as plain XML.
 *
 * Winners: key SideBySide\Winners\<arch>_<name>_<token>_<culture>_<number>, its default value is
 * the branch ("10.0"), and the default value of the sub-key of that name the version of it that
 * wins ("10.0.19041.546"). Two public sources agree on that (facts/windows.md has none). The number
 * in it is another one than that of the folder, and how it is made is not known for certain here,
 * so it is left out of the comparison. */
#include "windows/component.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define WINNERS	      "Microsoft\\Windows\\CurrentVersion\\SideBySide\\Winners"
#define NUMBER_DIGITS 16U

/* ---- names of folders ---- */

static bool is_number(const char *s)
{
	size_t n = 0;

	for (; isxdigit((unsigned char)s[n]); n++)
		;
	return n == NUMBER_DIGITS && !s[n];
}

/* "10.0.19041.546" */
static bool is_version(const char *s)
{
	unsigned parts = 1;

	for (const char *p = s; *p; p++) {
		if (*p == '.' && p > s && p[-1] != '.' && p[1])
			parts++;
		else if (!isdigit((unsigned char)*p))
			return false;
	}
	return parts == 4 && s[0];
}

static bool is_token(const char *s)
{
	return is_number(s) || strcmp(s, "none") == 0;
}

/* What stands behind the last '_' of @s, which is cut there. NULL: there is none. */
static char *cut_last(char *s)
{
	char *at = strrchr(s, '_');

	if (!at || at == s || !at[1])
		return NULL;
	*at = '\0';
	return at + 1;
}

static bool keep(char *to, size_t cap, const char *from)
{
	int n = snprintf(to, cap, "%s", from);

	return n > 0 && (size_t)n < cap;
}

bool win_component_parse(const char *folder, struct win_component *ret)
{
	char s[260];

	if (strlen(folder) >= sizeof(s))
		return false;
	memcpy(s, folder, strlen(folder) + 1);
	const char *number = cut_last(s);
	const char *culture = number ? cut_last(s) : NULL;
	const char *version = culture ? cut_last(s) : NULL;
	const char *last = version ? strrchr(s, '_') : NULL; /* the head stays whole */
	const char *first = last ? strchr(s, '_') : NULL;
	if (!first || first == s || first == last || !is_number(number) || !is_version(version) ||
		!is_token(last + 1))
		return false;
	int n = snprintf(ret->head, sizeof(ret->head), "%s_", s);
	size_t arch = (size_t)(first - s);
	if (n < 0 || (size_t)n >= sizeof(ret->head) || arch >= sizeof(ret->arch))
		return false;
	memcpy(ret->arch, s, arch);
	ret->arch[arch] = '\0';
	return keep(ret->version, sizeof(ret->version), version) &&
	       keep(ret->culture, sizeof(ret->culture), culture);
}

/* ---- winners ---- */

struct winners {
	const struct win_component *c;
	win_key key;
	unsigned n;
};

static bool see_winner(void *user, const char *name, win_key sub)
{
	struct winners *w = user;
	const size_t head = strlen(w->c->head), culture = strlen(w->c->culture);

	if (strncasecmp(name, w->c->head, head) != 0 ||
		strncasecmp(name + head, w->c->culture, culture) != 0 ||
		name[head + culture] != '_' || !is_number(name + head + culture + 1))
		return true;
	w->key = sub;
	w->n++;
	return true;
}

/* The default value of a key as text; "": there is none, or not as text. */
static int default_text(struct win_hive *h, win_key key, char *ret, size_t cap, struct rs_err *err)
{
	struct rs_err why = {0};
	int r = win_hive_text(h, key, "", ret, cap, &why);

	if (r == RS_E_NO_SUCH_FILE)
		ret[0] = '\0';
	return r == RS_E_NO_SUCH_FILE || r == 0 ? 0 : rs_err_pass(err, r, &why);
}

static int version_of(struct win_hive *h, win_key key, char ret[32], struct rs_err *err)
{
	struct rs_err why = {0};
	char branch[32];
	win_key sub = 0;
	int r = default_text(h, key, branch, sizeof(branch), err);

	ret[0] = '\0';
	if (r < 0 || !branch[0] || strchr(branch, '\\'))
		return r;
	r = win_hive_key(h, key, branch, &sub, &why);
	if (r == RS_E_NO_SUCH_FILE)
		return 0;
	if (r < 0)
		return rs_err_pass(err, r, &why);
	r = default_text(h, sub, ret, 32, err);
	if (r == 0 && (!is_version(ret) || strncmp(ret, branch, strlen(branch)) != 0 ||
			      ret[strlen(branch)] != '.'))
		ret[0] = '\0'; /* a branch holds versions of its own only */
	return r;
}

int win_component_winner(struct win_hive *software, const struct win_component *c,
	enum win_winner *ret, char ret_version[32], struct rs_err *err)
{
	struct winners w = {.c = c};
	struct rs_err why = {0};
	win_key all = 0;
	int r = win_hive_key(software, win_hive_root(software), WINNERS, &all, &why);

	*ret = WIN_WINNER_NONE;
	ret_version[0] = '\0';
	if (r == RS_E_NO_SUCH_FILE)
		return 0;
	if (r == 0)
		r = win_hive_each_key(software, all, see_winner, &w, &why);
	if (r == 0 && w.n == 1)
		r = version_of(software, w.key, ret_version, &why);
	if (r < 0)
		return rs_err_pass(err, r, &why);
	if (w.n == 1 && ret_version[0])
		*ret = strcmp(ret_version, c->version) == 0 ? WIN_WINNER : WIN_WINNER_OTHER;
	else if (w.n)
		*ret = WIN_WINNER_UNCLEAR;
	return 0;
}

/* ---- manifests ---- */

/* Folders of Windows as manifests name them. */
static const struct {
	const char *name, *folder;
} places[] = {
	{"$(runtime.system32)", "System32"},
	{"$(runtime.drivers)", "System32\\drivers"},
	{"$(runtime.windows)", ""},
	{"$(runtime.wow64)", "SysWOW64"},
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* The value of an attribute inside the tag [at, end); false: it has none. Entities are not
 * resolved: a value with one is another value. */
static bool attribute(const char *at, const char *end, const char *name, char *ret, size_t cap)
{
	const size_t n = strlen(name);

	for (; at < end; at++) {
		if (!is_blank(*at) || (size_t)(end - at) < n + 3 || strncmp(at + 1, name, n) != 0 ||
			at[1 + n] != '=')
			continue;
		const char quote = at[2 + n];
		const char *from = at + 3 + n;
		const char *to = quote == '"' || quote == '\''
					 ? memchr(from, quote, (size_t)(end - from))
					 : NULL;
		if (!to || (size_t)(to - from) >= cap)
			return false;
		memcpy(ret, from, (size_t)(to - from));
		ret[to - from] = '\0';
		return true;
	}
	return false;
}

/* "$(runtime.system32)\drivers\" as "System32\drivers". */
static bool place_of(const char *destination, char ret[64])
{
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		const size_t n = strlen(places[i].name);
		const char *rest = destination + n;
		if (strncasecmp(destination, places[i].name, n) != 0 || (*rest && *rest != '\\'))
			continue;
		while (*rest == '\\')
			rest++;
		int len = snprintf(ret, 64, "%s%s%s", places[i].folder,
			places[i].folder[0] && *rest ? "\\" : "", rest);
		if (len < 0 || len >= 64)
			return false;
		while (len > 0 && ret[len - 1] == '\\')
			ret[--len] = '\0';
		return true;
	}
	return false;
}

enum win_place win_component_place(struct rs_view manifest, const char *name, char ret_folder[64])
{
	const char *at = (const char *)manifest.p, *end = at + manifest.len;
	enum win_place ret = WIN_PLACE_NOT_SAID;

	ret_folder[0] = '\0';
	if (manifest.len >= 4 && memcmp(manifest.p, "DCM\x01", 4) == 0)
		return WIN_PLACE_PACKED;
	while ((at = memmem(at, (size_t)(end - at), "<file", 5)) != NULL) {
		char file[260], destination[260], folder[64];
		at += 5;
		const char *close = memchr(at, '>', (size_t)(end - at));
		if (!close)
			break;
		const bool is_it = at < close && is_blank(*at) &&
				   attribute(at, close, "name", file, sizeof(file)) &&
				   strcasecmp(file, name) == 0;
		const bool is_placed =
			is_it &&
			attribute(at, close, "destinationPath", destination, sizeof(destination)) &&
			place_of(destination, folder);
		at = close;
		if (!is_it)
			continue;
		if (!is_placed || (ret == WIN_PLACE_NAMED && strcasecmp(folder, ret_folder) != 0))
			return WIN_PLACE_ELSEWHERE;
		ret = WIN_PLACE_NAMED;
		memcpy(ret_folder, folder, sizeof(folder));
	}
	return ret;
}
