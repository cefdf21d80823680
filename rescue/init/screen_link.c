/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/cleanup.h"
#include "init/init.h"
#include "init/screen.h"

#define SHELL	   "/bin/sh"
#define LINES_MOST 100 /* of what was said before it came */

/* ---- what it is told ---- */

void screen_tell(const struct screen *s, enum link_word word, const char *text)
{
	char packet[LINK_BYTES];

	/* it never waits for us, and we never for it: what it does not read it does not get */
	if (s->fd > 0)
		(void)send(s->fd, packet, link_make(word, text, packet), MSG_DONTWAIT);
}

static void said_too(struct init *in, const char *line)
{
	screen_tell(&in->screen, LINK_LINE, line);
}

bool screen_may(const struct init *in, enum link_word word)
{
	switch (word) {
	case LINK_SHELL:
		return in->facts.settings.shell && access(SHELL, X_OK) == 0;
	case LINK_REPORT:
		return in->facts.settings.report == SETTINGS_REPORT_STICK;
	case LINK_WINDOWS:
	case LINK_FIRMWARE:
	case LINK_RESTART:
	case LINK_POWEROFF:
	case LINK_PLAIN:
		return true;
	default:
		return false;
	}
}

void screen_tell_all(struct init *in)
{
	static const enum link_word all[] = {LINK_REPORT, LINK_WINDOWS, LINK_FIRMWARE, LINK_RESTART,
		LINK_POWEROFF, LINK_SHELL, LINK_PLAIN};
	static const char *const words[] = {
		"report", "windows", "firmware", "restart", "poweroff", "shell", "plain"};
	size_t n = json_object_array_length(in->said.timeline);

	in->said.too = said_too;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (in->screen.done && screen_may(in, all[i])) /* work is asked for nothing */
			screen_tell(&in->screen, LINK_MAY, words[i]);
	if (in->screen.done && in->fleet.code[0])
		screen_tell(&in->screen, LINK_RESULT, in->fleet.code);
	for (size_t i = n > LINES_MOST ? n - LINES_MOST : 0; i < n; i++)
		said_too(in, json_object_get_string(json_object_object_get(
				     json_object_array_get_idx(in->said.timeline, i), "text")));
}

void screen_end(struct init *in)
{
	in->screen.is_ended = true;
}

/* ---- what it says ---- */

static void hear(struct init *in, const struct link_said *said, int fd)
{
	struct screen *s = &in->screen;

	s->active_ms = now_ms();
	/* an answer; or the same state again, which it says of a key (ui/supervisor.c) */
	if (s->has_spoken && (s->state == LINK_WAITING || s->state == said->word))
		s->touched_ms = s->active_ms;
	s->has_spoken = true;
	switch (said->word) {
	case LINK_WAITING:
		if (s->state == LINK_WORKING && !s->has_asked && !s->done)
			init_say(in, "a person is asked: press a key here for the screen");
		s->state = said->word;
		break;
	case LINK_WORKING:
	case LINK_IDLE:
		s->state = said->word;
		s->has_asked = false;
		break;
	case LINK_TAKE:
		(void)snprintf(s->wanted, sizeof(s->wanted), "%.63s", said->text);
		break;
	case LINK_WRITES:
		(void)snprintf(s->written, sizeof(s->written), "%.63s", said->text);
		break;
	case LINK_ASKS:
		s->has_asked = true;
		init_say(in, "a recovery key is asked for: press a key here to type it");
		break;
	case LINK_MEANT:
		(void)snprintf(s->meant, sizeof(s->meant), "%.63s", said->text);
		s->has_meant = true;
		break;
	case LINK_DONE:
		if (s->done)
			s->done(in, said->text, fd);
		break;
	default:
		s->asked = screen_may(in, said->word) ? said->word : s->asked;
		break;
	}
}

static int file_of(const struct msghdr *m)
{
	const struct cmsghdr *c = CMSG_FIRSTHDR(m);
	int fd = -1;

	if (c && c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS &&
		c->cmsg_len == CMSG_LEN(sizeof(fd)))
		memcpy(&fd, CMSG_DATA(c), sizeof(fd));
	return fd;
}

void screen_on_link(void *user, int fd, short events)
{
	struct init *in = user;
	char packet[LINK_BYTES];
	struct link_said said;
	union {
		struct cmsghdr head;
		char bytes[CMSG_SPACE(sizeof(int))];
	} with;
	struct iovec part = {packet, sizeof(packet)};
	struct msghdr m = {.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = with.bytes,
		/* not sizeof, whose padding has room for a second file, which nobody would close */
		.msg_controllen = CMSG_LEN(sizeof(int))};
	ssize_t n = recvmsg(fd, &m, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);

	(void)events;
	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {
		loop_remove(&in->loop, fd); /* its end follows */
		return;
	}
	if (n < 0)
		return;
	auto_close int file = file_of(&m);
	if (link_parse(packet, (size_t)n, &said))
		hear(in, &said, file);
	else if (!in->screen.has_babbled) {
		in->screen.has_babbled = true; /* however often it does */
		init_log(in, "the screen said something that is no word of its own");
	}
}
