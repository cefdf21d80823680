/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The values of a rule's keys: numbers, versions, builds, hashes, lists. */
#include <ctype.h>
#include <errno.h>
#include <openssl/crypto.h>
#include <string.h>

#include "core/list.h"
#include "core/text.h"
#include "judge/rule_internal.h"

void *rule_list_add(void *list_ptr, size_t *n, size_t size)
{
	return *n < RULE_MAX_LIST ? rs_list_add(list_ptr, n, size) : NULL;
}

const char *rule_text_add(void *texts, const char *text)
{
	struct judge_texts *list = texts;
	char **slot = rule_list_add(&list->v, &list->n, sizeof(*slot));

	if (!slot)
		return "too many of this key";
	*slot = strdup(text);
	return *slot ? NULL : "not enough memory";
}

void rule_texts_done(struct judge_texts *texts)
{
	for (size_t i = 0; i < texts->n; i++)
		free(texts->v[i]);
	free(texts->v);
}

/* Decimal, or hexadecimal after 0x; stops at the first other character. */
static bool scan_number(const char **p, uint64_t most, uint64_t *ret)
{
	bool is_hex = (*p)[0] == '0' && ((*p)[1] == 'x' || (*p)[1] == 'X');
	char *end;

	/* no sign, no blanks, which the library would take */
	if (!(is_hex ? isxdigit((unsigned char)(*p)[2]) : isdigit((unsigned char)**p)))
		return false;
	errno = 0;
	*ret = strtoull(*p, &end, is_hex ? 16 : 10);
	*p = end;
	return !errno && *ret <= most;
}

const char *rule_value_number(const char *text, uint64_t most, uint64_t *ret)
{
	if (!scan_number(&text, most, ret) || *text)
		return "not a number, or too large";
	return NULL;
}

const char *rule_value_yes_no(const char *text, bool *ret)
{
	*ret = strcmp(text, "yes") == 0;
	return *ret || strcmp(text, "no") == 0 ? NULL : "'yes' or 'no' expected";
}

/* Four parts of 16 bits in one number, so that versions compare as numbers. */
const char *rule_value_version(const char *text, uint64_t *ret)
{
	uint64_t version = 0;

	for (unsigned i = 0; i < 4; i++) {
		uint64_t part;
		if (!scan_number(&text, 0xffff, &part) || *text != (i < 3 ? '.' : '\0'))
			return "a version has four numbers, '10.0.19041.1'";
		version = version << 16 | part;
		text += i < 3;
	}
	*ret = version;
	return NULL;
}

/* "BUILD", "BUILD-BUILD", "BUILD-", "-BUILD", "BUILD.REV", "BUILD.REV-REV", "BUILD.REV-". */
const char *rule_value_builds(const char *text, struct rule_builds *ret)
{
	static const char wrong[] = "a build: 19041, 19041-19045, 26100-, -9600, 19041.867 or "
				    "19041.423-867";
	uint64_t from = 0, to, rev_from = 0, rev_to = UINT32_MAX;

	if (*text != '-' && !scan_number(&text, UINT32_MAX, &from))
		return wrong;
	to = from;
	if (*text == '.') {
		text++;
		if (!scan_number(&text, UINT32_MAX, &rev_from))
			return wrong;
		rev_to = rev_from;
		if (*text == '-' && !*++text)
			rev_to = UINT32_MAX;
		else if (*text && !scan_number(&text, UINT32_MAX, &rev_to))
			return wrong;
	} else if (*text == '-') {
		to = UINT32_MAX;
		if (*++text ? !scan_number(&text, UINT32_MAX, &to) : !from)
			return wrong;
	}
	if (*text || to < from || rev_to < rev_from)
		return wrong;
	*ret = (struct rule_builds){
		(uint32_t)from, (uint32_t)to, (uint32_t)rev_from, (uint32_t)rev_to};
	return NULL;
}

const char *rule_value_hex(const char *text, struct rule_value *ret)
{
	if (!OPENSSL_hexstr2buf_ex(ret->bytes, sizeof(ret->bytes), &ret->len, text, '\0') ||
		!ret->len)
		return "pairs of hexadecimal digits expected, at most 32 bytes";
	return NULL;
}

char *rule_value_trimmed(const char *from, size_t len)
{
	size_t skip = strspn(from, " \t");

	if (skip >= len)
		return strdup("");
	while (from[len - 1] == ' ' || from[len - 1] == '\t')
		len--;
	return strndup(from + skip, len - skip);
}

const char *rule_value_each(
	const char *text, const char *(*fn)(void *user, const char *item), void *user)
{
	for (;; text++) {
		size_t len = strcspn(text, ",");
		auto_free char *item = rule_value_trimmed(text, len);
		const char *fault = !item    ? "not enough memory"
				    : !*item ? "an empty item in the list"
					     : fn(user, item);
		text += len;
		if (fault || !*text)
			return fault;
	}
}
