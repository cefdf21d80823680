/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text from volumes: UTF-16LE to UTF-8 and back, escaping for terminals, times, GUIDs
 * (format/guid.h). */
#ifndef UNBRICK_CORE_TEXT_H
#define UNBRICK_CORE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/view.h"
#include "format/guid.h"

/** UTF-16LE to UTF-8. Lone surrogates become WTF-8 (three bytes ED A0..BF xx), so that every NTFS
 * name has exactly one spelling and comes back. Stops at the end of the view, not at a NUL.
 * @ret at least 3 * units + 1 bytes or it is cut at a whole character. Returns bytes written. */
size_t rs_utf16_to_utf8(struct rs_view utf16, char *ret, size_t cap);

/** The part before the first NUL, which need not be there. */
struct rs_view rs_utf16_text(struct rs_view utf16);

/** UTF-8 (or WTF-8) to UTF-16LE units in host order. Returns units, or -1 when it is not valid or
 * does not fit. */
long rs_utf8_to_utf16(const char *utf8, uint16_t *ret, size_t cap_units);

/** The form of a word that goes with a number: rs_form(n, "file", "files"). */
static inline const char *rs_form(uint64_t n, const char *one, const char *many)
{
	return n == 1 ? one : many;
}

/** One code point of UTF-8 or WTF-8 in @len bytes, one at least; its length, 0: malformed. */
size_t rs_utf8_get(const uint8_t *p, size_t len, uint32_t *ret);

/** True when @s is strictly valid UTF-8 (no surrogates, no overlong forms). */
bool rs_is_utf8(const char *s);

/** Escape for a terminal or a line of a report: control characters, lone surrogates, invalid bytes
 * and bidirectional overrides become \xNN or \uNNNN; a backslash stays as it is. Always terminated;
 * returns bytes written, cut at a whole character if @cap is small. */
size_t rs_escape(const char *s, char *ret, size_t cap);

/** The same, whole, in memory of its own (free it); NULL: no memory. */
char *rs_escape_new(const char *s);

/** As a word of a command for sh that somebody pastes: in quotes where it needs them. In memory of
 * its own (free it); NULL: no memory. What a terminal would obey is still to be escaped. */
char *rs_shell_new(const char *s);

/** Append to what @note holds, "; " between; what is too much is cut. */
void rs_note(char *note, size_t cap, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/** Copy @s into @cap bytes (at least 16). What is too long is cut in the middle, where "..." stands
 * then, at whole characters: the beginning tells the folder and the end is the file's own name. */
void rs_shorten(const char *s, char *ret, size_t cap);

#define RS_TIME_LEN 32 /* room for "2024-07-19T04:09:00.1234567Z" */

/** FILETIME (100 ns since 1601, UTC) to RFC 3339 with as many decimals as are not zero. 0 gives
 * "never"; times past the year 9999 give "invalid". */
void rs_filetime_text(uint64_t filetime, char ret[RS_TIME_LEN]);

/** FILETIME to a name that sorts as the times do: "20240719T040900Z", whole seconds. */
void rs_filetime_name(uint64_t filetime, char ret[RS_TIME_LEN]);

/** RFC 3339 in UTC ("2024-07-19T04:09:00Z", decimals allowed) to FILETIME; false when malformed. */
bool rs_filetime_parse(const char *text, uint64_t *ret);

/** The system clock as FILETIME. */
uint64_t rs_filetime_now(void);

/** Lower-case hex of @len bytes; @ret has 2 * len + 1 bytes. */
void rs_hex(const uint8_t *p, size_t len, char *ret);
/** Back again: exactly @len bytes of lower-case hex and nothing else; false: it is not that, and
 * @ret is as it was. */
bool rs_unhex(const char *text, uint8_t *ret, size_t len);
/** The upper case of a unit of UTF-16, or itself. */
uint16_t rs_upcase(uint16_t unit);

#endif
