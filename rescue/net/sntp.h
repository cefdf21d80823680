/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The time from a server, by one packet there and one back (RFC 4330). It is nobody's signature:
 * who asks bounds what it believes. Pure. */
#ifndef UNBRICK_NET_SNTP_H
#define UNBRICK_NET_SNTP_H

#include <stdbool.h>
#include <stdint.h>

#include "core/view.h"

#define SNTP_BYTES 48U

/** A request; @nonce is what the answer has to bring back. */
void sntp_ask(uint64_t nonce, uint8_t ret[SNTP_BYTES]);
/** Is @v an answer to that request, by a server that knows the time? Then @ret_unix_s is it. */
bool sntp_answer(struct rs_view v, uint64_t nonce, int64_t *ret_unix_s);

#endif
