/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a server may answer for a key: a recovery password, alone as text or as a text in JSON. Read
 * where it lies, in locked memory, and nowhere copied: no library of JSON wipes what it gives back.
 * Pure. */
#ifndef UNBRICK_NET_FORM_H
#define UNBRICK_NET_FORM_H

#include <stdbool.h>

#include "core/view.h"

#define NET_PASSWORD_BYTES 56U /* 8 groups of 6 digits with a dash between, and a NUL */

/** A recovery password (8 groups of 6 digits, each divisible by 11 and below 720896; a dash or a
 * blank between them, or nothing), with nothing but blanks and a mark of byte order around it. */
bool net_password(struct rs_view text, char ret[NET_PASSWORD_BYTES]);

enum net_pick { NET_PICK_NO_JSON, NET_PICK_NOT_THERE, NET_PICK_NO_TEXT, NET_PICK_DONE };

/** The text at a place (RFC 6901) of a JSON document (RFC 8259), which must be whole; of members of
 * the same name the first. @ret is terminated; NO_TEXT also: it does not fit, or is no ASCII. */
enum net_pick net_pick(struct rs_view json, const char *pointer, char *ret, size_t cap);

#endif
