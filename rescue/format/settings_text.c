/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "format/settings_text.h"

#include <stddef.h>

#include "format/text.h"

bool settings_number(const char **p, unsigned *ret)
{
	unsigned n = 0, digits = 0;

	for (; text_is_digit(**p); (*p)++) {
		if (++digits > 7)
			return false;
		n = n * 10 + (unsigned)(**p - '0');
	}
	*ret = n;
	return digits > 0;
}

/* "de" or "pt_BR" becomes a file's name or a part of it (core/language.c, ui/layout.c), so nothing
 * else is let through; "auto" is "". Whether there is such a file is seen there. */
static bool is_code(const char *word)
{
	unsigned n = 0;

	while ((word[n] >= 'a' && word[n] <= 'z') || (n > 2 && word[n] >= 'A' && word[n] <= 'Z') ||
		(n >= 2 && word[n] == '_'))
		n++;
	return !word[n] && n >= 2 && word[n - 1] != '_';
}

static bool is_alphanumeric(char c)
{
	return text_is_digit(c) || (text_lower(c) >= 'a' && text_lower(c) <= 'z');
}

/* Every character is a letter, a digit or one of @more. */
static bool is_plain(const char *p, const char *more)
{
	for (; *p; p++) {
		const char *other = more;

		while (*other && *other != *p)
			other++;
		if (!*other && !is_alphanumeric(*p))
			return false;
	}
	return true;
}

/* No user name, quotes or blanks: it is shown, and handed on to other programs. */
static bool is_url(const char *word, const char *scheme)
{
	for (; *scheme; scheme++, word++) {
		if (text_lower(*word) != *scheme)
			return false;
	}
	return (is_alphanumeric(*word) || *word == '[') && is_plain(word, "-._~:/?&=%+,;{}[]");
}

/* Four numbers, moved behind them. */
static bool ip4(const char **p)
{
	for (unsigned i = 0, n; i < 4; i++) {
		if (i && *(*p)++ != '.')
			return false;
		if (!settings_number(p, &n) || n > 255)
			return false;
	}
	return true;
}

static bool is_hex(char c)
{
	return text_is_digit(c) || (text_lower(c) >= 'a' && text_lower(c) <= 'f');
}

/* Eight groups of one to four hexadecimal digits, or fewer with one "::" for those left out (RFC
 * 4291, section 2.2, without IPv4 at the end), moved behind them. */
static bool ip6(const char **p)
{
	unsigned groups = 0, gaps = 0;

	for (;; groups++) {
		unsigned digits = 0;

		if ((*p)[0] == ':' && (*p)[1] == ':') {
			gaps++;
			*p += 2;
		} else if (groups && **p == ':' && is_hex((*p)[1])) {
			(*p)++;
		} else if (groups) {
			break;
		}
		for (; is_hex(**p); (*p)++)
			digits++;
		if (digits > 4)
			return false;
		if (!digits)
			break;
	}
	return gaps ? gaps == 1 && groups < 8 : groups == 8;
}

/* "IP/PREFIX", or with a gateway, or with a gateway and a name server, all of one kind. */
static bool is_address(const char *word)
{
	bool is_ip6 = false;
	unsigned prefix;

	for (const char *p = word; *p && *p != '/'; p++)
		is_ip6 |= *p == ':';
	for (unsigned part = 0; part < 3; part++) {
		if (!(is_ip6 ? ip6(&word) : ip4(&word)))
			return false;
		if (part == 0 && (*word++ != '/' || !settings_number(&word, &prefix) ||
					 prefix < 1 || prefix > (is_ip6 ? 128 : 32)))
			return false;
		if (!*word)
			return true;
		if (*word++ != ',')
			return false;
	}
	return false;
}

const char *settings_text_judge(enum settings_text kind, const char *word)
{
	switch (kind) {
	case TEXT_CODE:
		return is_code(word) ? NULL : "no code, like de";
	case TEXT_TARGET:
		if (is_url(word, "syslog://"))
			return NULL;
		__attribute__((fallthrough));
	case TEXT_URL:
		return is_url(word, "https://") ? NULL : "no URL, like https://server/name";
	case TEXT_ADDRESS:
		return is_address(word) ? NULL : "no address, like 10.0.0.5/24,10.0.0.1,10.0.0.2";
	default:
		return is_alphanumeric(*word) && is_plain(word, "-.:") ? NULL
								       : "no name of a computer";
	}
}
