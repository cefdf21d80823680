/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The path of one machine as a pattern for all: what is a machine's or a person's own becomes '*'
 * or '?', and nothing else does. What is done here is said in docs/rules.md, "From a repair". */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "core/redact.h"
#include "judge/rule_write_internal.h"

#define HEX_LEAST    16U /* so many hexadecimal digits in a row are a hash */
#define NUMBER_LEAST 4U	 /* digits of a number that stands alone in a name */
#define NUMBERS_MOST 2U	 /* "hs-0113-0000004127.hvc": what it is, and its version */
#define HIDDEN_LEAST 3U	 /* shorter names are in every word */
#define PREFIX_LEAST 3U	 /* letters and digits before a name's first wild card */

static bool is_hex(char c)
{
	return isxdigit((unsigned char)c) != 0;
}

/* 8-4-4-4-12 */
static bool is_guid_at(const char *p)
{
	for (unsigned i = 0; i < 36; i++) {
		bool is_dash = i == 8 || i == 13 || i == 18 || i == 23;
		if (is_dash ? p[i] != '-' : !is_hex(p[i]))
			return false;
	}
	return true;
}

/* Hashes and GUIDs: each digit becomes '?'. */
static void hide_hex(char *part)
{
	for (char *p = part; *p;) {
		size_t len = strspn(p, "0123456789abcdefABCDEF");
		bool is_guid = is_guid_at(p);
		/* not the end of a word: "deadbeefdeadbeef" stands alone */
		bool is_alone = p == part || !isalnum((unsigned char)p[-1]);
		bool is_end = !isalnum((unsigned char)p[len]);
		if (is_guid)
			len = 36;
		for (size_t i = 0; i < len; i++)
			if ((is_guid || (len >= HEX_LEAST && is_alone && is_end)) && p[i] != '-')
				p[i] = '?';
		p += len ? len : 1;
	}
}

/* "S-1-5-21-..." (accounts of this machine or domain), "oem12.inf" (numbered as they came). */
static void hide_numbered(char *part)
{
	static const char sid[] = "S-1-5-21-", oem[] = "oem";

	for (char *p = part; *p; p++) {
		bool is_sid = strncasecmp(p, sid, sizeof(sid) - 1) == 0;
		bool is_oem = p == part && strncasecmp(p, oem, sizeof(oem) - 1) == 0;
		char *from = p + (is_sid ? sizeof(sid) : sizeof(oem)) - 1;
		size_t len =
			is_sid || is_oem ? strspn(from, is_sid ? "0123456789-" : "0123456789") : 0;
		if (!len || (is_oem && strncasecmp(from + len, ".inf", 4) != 0))
			continue;
		*from = '*';
		memmove(from + 1, from + len, strlen(from + len) + 1);
	}
}

/* Whose path it is. */
struct own {
	const struct rule_facts *f;
	const char *user; /* of the profile that it lies in; NULL: none */
};

bool rule_write_is_hidden(const struct rule_facts *f, const char *text)
{
	for (size_t i = 0; i < f->n_hidden; i++)
		if (strlen(f->hidden[i]) >= HIDDEN_LEAST && strcasestr(text, f->hidden[i]))
			return true;
	return false;
}

static bool is_hidden(const struct own *own, const char *text)
{
	return rule_write_is_hidden(own->f, text) ||
	       (own->user && strlen(own->user) >= HIDDEN_LEAST && strcasestr(text, own->user));
}

static bool is_number_edge(char c, bool is_end)
{
	return c == '-' || c == '_' || c == ' ' || (is_end && (c == '.' || !c));
}

/* The second of three or more numbers that stand alone: "C-00000291-00000000-00000032.sys" counts
 * on each machine by itself behind the first. NULL: there are fewer. */
static char *tail_of(char *name)
{
	const char *dot = strrchr(name, '.');
	char *second = NULL;
	unsigned n = 0;

	for (char *p = name; *p;) {
		size_t len = strspn(p, "0123456789");
		bool is_alone = len >= NUMBER_LEAST &&
				(p == name || is_number_edge(p[-1], false)) &&
				is_number_edge(p[len], true) && (!dot || p < dot);
		n += is_alone;
		if (is_alone && n == 2)
			second = p;
		p += len ? len : 1;
	}
	return n > NUMBERS_MOST ? second : NULL;
}

static void hide_tail(char *name)
{
	char *tail = tail_of(name);
	const char *dot = strrchr(name, '.');

	if (!tail)
		return;
	*tail = '*';
	memmove(tail + 1, dot ? dot : "", dot ? strlen(dot) + 1 : 1);
}

static size_t prefix_of(const char *name)
{
	size_t n = 0;

	for (; *name && !strchr("*?", *name); name++)
		n += isalnum((unsigned char)*name) || (unsigned char)*name >= 0x80;
	return n;
}

/* The file's own name: no rule means more than one folder and the beginning of a name. */
static const char *put_name(const struct own *own, const char *from, char *ret)
{
	strcpy(ret, from); // NOLINT(clang-analyzer-security.insecureAPI.strcpy): as long as @from
	hide_hex(ret);
	hide_numbered(ret);
	hide_tail(ret);
	if (strpbrk(ret, "*?") && prefix_of(ret) < PREFIX_LEAST)
		strcpy(ret, from); // NOLINT(clang-analyzer-security.insecureAPI.strcpy): the same
	return is_hidden(own, ret) ? "its name has the name of the machine or of a user "
				     "in it"
				   : NULL;
}

static bool is_common_user(const char *name)
{
	static const char *const common[] = {"Public", "Default", "Default User", "All Users"};

	for (size_t i = 0; i < sizeof(common) / sizeof(common[0]); i++)
		if (strcasecmp(name, common[i]) == 0)
			return true;
	return false;
}

static bool is_profiles(const char *folder)
{
	return strcasecmp(folder, "Users") == 0 ||
	       strcasecmp(folder, "Documents and Settings") == 0;
}

static void put_folder(const struct own *own, const char *from, bool is_user, char *ret)
{
	strcpy(ret, from); // NOLINT(clang-analyzer-security.insecureAPI.strcpy): as long as @from
	hide_hex(ret);
	hide_numbered(ret);
	if (is_user || is_hidden(own, ret))
		strcpy(ret, "*"); // NOLINT(clang-analyzer-security.insecureAPI.strcpy): 1 or more
}

/* A report shows what cannot be printed as "\x0A", "\u202E": a name that is not known then. */
static bool is_escaped(const char *part)
{
	if (part[0] == 'x' && part[1] && strchr("01", part[1]) && is_hex(part[2]))
		return true;
	return (part[0] == 'x' && part[1] == '7' && part[2] == 'F') ||
	       (part[0] == 'u' && part[1] && strchr("02DF", part[1]) && is_hex(part[2]) &&
		       is_hex(part[3]) && is_hex(part[4]));
}

static const char *part_fault(const char *part)
{
	if (!*part || strcmp(part, ".") == 0 || strcmp(part, "..") == 0)
		return "its path has an empty part, '.' or '..'";
	for (const char *c = part; *c; c++)
		if (strchr(":/\"<>|*?", *c))
			return "its path has characters that no rule can have";
	return is_escaped(part) || strstr(part, RS_REDACTED)
		       ? "its path is not known: a report does not show all of its characters"
		       : NULL;
}

/* What an INI file takes for something else, as one character that is not said. */
static void blind(char *part)
{
	for (char *c = part; *c; c++)
		if (*c == '%' || *c == ';' || (*c == ' ' && !c[1]) || (*c == ' ' && c == part))
			*c = '?';
}

static const char *put_parts(const struct rule_facts *f, char *path, char *ret, size_t cap)
{
	struct own own = {.f = f};
	const char *before = "";
	size_t at = strlen(ret);
	bool is_last = false;

	for (char *part = path; !is_last;) {
		char *end = part + strcspn(part, "\\"), one[RULE_WRITE_PATH];
		is_last = !*end;
		*end = '\0';
		const char *fault = part_fault(part);
		if (!fault && strlen(part) + 2 > cap - at)
			fault = "its path is longer than a line of a rule can be";
		bool is_user = !is_last && is_profiles(before) && !is_common_user(part);
		if (!fault && is_last)
			fault = put_name(&own, part, one);
		else if (!fault)
			put_folder(&own, part, is_user, one);
		if (fault)
			return fault;
		if (is_user)
			own.user = part;
		blind(one);
		at += (size_t)snprintf(ret + at, cap - at, "\\%s", one);
		before = part;
		part = end + 1;
	}
	return NULL;
}

const char *rule_write_path(const struct rule_facts *f, const char *path, char *ret, size_t cap)
{
	const char *root = f->windows ? f->windows : "";
	size_t len = strlen(root);

	auto_free char *shown = rs_shown_new(path);

	*ret = '\0';
	if (!shown)
		return "not enough memory";
	/* no line breaks, and nothing that makes a person who signs it read another name */
	if (strcmp(shown, path) != 0)
		return "its path has characters that no rule can have";
	if (path[0] != '\\')
		return "its path does not begin at the root of a volume";
	if (len && strncasecmp(path, root, len) == 0 && path[len] == '\\') {
		(void)snprintf(ret, cap, "%%WINDIR%%");
		path += len;
	}
	auto_free char *copy = strdup(path + 1);
	return copy ? put_parts(f, copy, ret, cap) : "not enough memory";
}
