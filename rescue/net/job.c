/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/job.h"

#include "core/json_in.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#define WAIT_MOST_MS 3600000UL

uint64_t job_now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now); /* cannot fail for this clock */
	return (uint64_t)now.tv_sec * 1000U + (uint64_t)now.tv_nsec / 1000000U;
}

static bool put(int fd, const void *bytes, size_t len)
{
	const uint8_t *p = bytes;

	while (len) {
		const ssize_t n = send(fd, p, len, MSG_NOSIGNAL);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		p += n;
		len -= (size_t)n;
	}
	return true;
}

bool job_is_wanted(const struct job *j)
{
	struct pollfd polled = {j->fd, POLLIN, 0};

	/* who waits says nothing more: what comes is its end */
	return poll(&polled, 1, 0) == 0;
}

bool job_wait_ms(const struct job *j, uint64_t ms)
{
	struct pollfd polled = {j->fd, POLLIN, 0};

	return poll(&polled, 1, (int)(ms < WAIT_MOST_MS ? ms : WAIT_MOST_MS)) == 0;
}

int job_answer(const struct job *j, enum net_frame frame, const void *bytes, size_t len,
	struct rs_err *err)
{
	uint8_t head[NET_HEAD_BYTES];

	if (!net_head_make(frame, len, head))
		return rs_fail(err, RS_E_NET_TOO_LARGE, "%zu bytes", len);
	(void)(put(j->fd, head, sizeof(head)) && put(j->fd, bytes, len)); /* else nobody waits */
	return 1;
}

void job_say(const struct job *j, const char *fmt, ...)
{
	char line[200];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(line, sizeof(line), fmt, ap); /* cut is fine */
	va_end(ap);
	(void)job_answer(j, NET_FRAME_PROGRESS, line, strlen(line), NULL); /* it fits */
}

const char *job_text(const struct job *j, const char *key)
{
	return ji_text(j->q, key);
}

int64_t job_int(const struct job *j, const char *key)
{
	struct json_object *v = NULL;

	return json_object_object_get_ex(j->q, key, &v) && json_object_is_type(v, json_type_int)
		       ? json_object_get_int64(v)
		       : 0;
}
