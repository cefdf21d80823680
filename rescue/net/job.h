/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One request in unbrick-net: what is asked for, and the ways to answer. The first answer counts.
 */
#ifndef UNBRICK_NET_JOB_H
#define UNBRICK_NET_JOB_H

#include <json-c/json.h>

#include "core/err.h"
#include "core/secret.h"
#include "net/wire.h"

struct job {
	int fd;
	struct json_object *q;
	struct rs_secret secret, body; /* empty: none came */
	uint64_t end_ms;	       /* by job_now_ms */
	int64_t now_unix_s;	       /* certificates are judged at; 0: the system's clock */
};

/* A kind of request. 1: answered; 0: the server has it not; negative: why in @err. */
typedef int job_fn(struct job *j, struct rs_err *err);

uint64_t job_now_ms(void);
/** Members of the request; "" and 0 where they are not there. */
const char *job_text(const struct job *j, const char *key);
int64_t job_int(const struct job *j, const char *key);
/** Is there still somebody who waits? */
bool job_is_wanted(const struct job *j);
/** Wait, as long as somebody does. */
bool job_wait_ms(const struct job *j, uint64_t ms);
/** A line for people, while it goes on. */
void job_say(const struct job *j, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/** 1; negative: it is too much for a frame. Errors: RS_E_NET_TOO_LARGE. */
int job_answer(const struct job *j, enum net_frame frame, const void *bytes, size_t len,
	struct rs_err *err);

#endif
