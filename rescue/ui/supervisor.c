/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/supervisor.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ui/ui.h"

#define LOG_MOST 400U		/* lines */
#define LIFE_NS	 2000000000ULL	/* between two signs of life */
#define WRITE_NS 60000000000ULL /* as long as a set of disks may take to become writable */
#define ROUND_MS 200

/* ---- what it is told ---- */

static void wants(void *user, const char *name)
{
	supervisor_say(user, LINK_TAKE, name);
}

int supervisor_open(struct supervisor *s, int fd, struct consoles *all, struct rs_err *err)
{
	int type = 0;
	socklen_t len = sizeof(type);

	*s = (struct supervisor){0};
	if (fd < 0)
		return 0;
	if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) < 0 || type != SOCK_SEQPACKET ||
		fcntl(fd, F_SETFD, FD_CLOEXEC) < 0)
		return rs_fail(err, RS_E_USAGE, "--supervisor needs a socket of packets");
	s->is_there = true;
	s->fd = fd;
	all->wants = wants;
	all->user = s;
	all->news_fd = fd;
	return 0;
}

void supervisor_close(struct supervisor *s)
{
	if (s->is_there)
		(void)close(s->fd); /* whoever is there sees it */
	s->is_there = false;
	page_done(&s->log);
}

/* @file -1: none. Nobody is waited for: who does not read loses it. */
static void send_packet(const struct supervisor *s, const char *bytes, size_t len, int file)
{
	union {
		struct cmsghdr head;
		char bytes[CMSG_SPACE(sizeof(int))];
	} with = {.head = {.cmsg_len = CMSG_LEN(sizeof(int)),
			  .cmsg_level = SOL_SOCKET,
			  .cmsg_type = SCM_RIGHTS}};
	struct iovec part = {(void *)(uintptr_t)bytes, len};
	const struct msghdr message = {.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = file < 0 ? NULL : with.bytes,
		.msg_controllen = file < 0 ? 0 : sizeof(with.bytes)};

	memcpy(CMSG_DATA(&with.head), &file, sizeof(file));
	(void)sendmsg(s->fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL); /* as above */
}

/* A disk has the name there that it has in /dev. */
static const char *link_name(const char *disk)
{
	const char *slash = strrchr(disk, '/');

	return slash ? slash + 1 : disk;
}

void supervisor_say(struct supervisor *s, enum link_word word, const char *text)
{
	char packet[LINK_BYTES];

	if (s->is_there)
		send_packet(s, packet, link_make(word, text, packet), -1);
}

void supervisor_say_state(struct supervisor *s, enum link_word state)
{
	const uint64_t now = term_now_ns();

	if (!s->is_there || (state == s->state && now - s->state_ns < LIFE_NS))
		return;
	s->state = state;
	s->state_ns = now;
	supervisor_say(s, state, NULL);
}

void supervisor_report(struct supervisor *s, const char *disk, const char *json)
{
	char packet[LINK_BYTES];
	struct rs_err err = {0};
	auto_close int fd =
		s->is_there ? memfd_create("report", MFD_CLOEXEC | MFD_ALLOW_SEALING) : -1;

	if (fd < 0 || !json)
		return; /* no memory: it is on the disk as well */
	if (out_write(fd, json, strlen(json), "report", &err) == 0 && lseek(fd, 0, SEEK_SET) == 0 &&
		fcntl(fd, F_ADD_SEALS, LINK_SEALS) == 0)
		send_packet(s, packet, link_make(LINK_DONE, link_name(disk), packet), fd);
}

/* ---- what it tells ---- */

static void add_line(struct supervisor *s, const char *text)
{
	if (s->log.n >= LOG_MOST)
		page_done(&s->log); /* the report has all */
	page_say(&s->log, false, "%s", text);
	(void)snprintf(s->last, sizeof(s->last), "%s", text);
}

/* What is no such text is none of them. */
static void add_stick(struct supervisor *s, const char *text)
{
	struct stick_told *one = &s->coming[s->n_coming % STICKS_TOLD];

	if (s->n_coming < STICKS_TOLD &&
		sscanf(text, "%63s %39s %20llu %39s %63s %63[^\n]", one->name, one->device,
			&one->bytes, one->port, one->serial, one->model) == 6)
		s->n_coming++;
}

static void take_sticks(struct supervisor *s)
{
	memcpy(s->sticks, s->coming, sizeof(s->sticks));
	s->n_sticks = s->n_coming;
	s->n_coming = 0;
	s->is_which_due = true;
}

static void obey(struct supervisor *s, const struct link_said *said, struct consoles *all)
{
	switch (said->word) {
	case LINK_MAY:
		s->may |= 1U << link_find(said->text);
		break;
	case LINK_YOURS:
		consoles_give(all, said->text);
		break;
	case LINK_BEGIN:
	case LINK_DISKS:
		s->goes_on = said->word == LINK_BEGIN;
		s->has_disks = s->is_list_due = true;
		break;
	case LINK_GO:
		s->has_go = true;
		break;
	case LINK_ENOUGH:
		s->is_enough = true;
		break;
	case LINK_STICK:
		add_stick(s, said->text);
		break;
	case LINK_WHICH:
		take_sticks(s);
		break;
	case LINK_RESULT:
		(void)snprintf(s->result, sizeof(s->result), "%s", said->text);
		s->is_result_due = true;
		break;
	case LINK_LINE:
		add_line(s, said->text);
		break;
	case LINK_ERROR:
		(void)snprintf(s->error, sizeof(s->error), "%s", said->text);
		break;
	default: /* a word of ours, or none */
		break;
	}
}

bool supervisor_hear(struct supervisor *s, struct consoles *all)
{
	char packet[LINK_BYTES];
	struct link_said said;
	bool ret = false;
	ssize_t n;

	while (s->is_there) {
		n = recv(s->fd, packet, sizeof(packet), MSG_DONTWAIT);
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			break;
		if (n <= 0) { /* it is gone: what is asked of it is no choice any more */
			s->may = 0;
			s->n_sticks = 0;
			s->has_disks = true;
			all->wants = NULL;
			all->news_fd = -1;
			(void)close(s->fd); /* nothing was written */
			s->is_there = false;
			s->is_gone = true;
		} else if (link_parse(packet, (size_t)n, &said)) {
			obey(s, &said, all);
		}
		ret = true;
	}
	return ret;
}

int supervisor_may_write(
	struct supervisor *s, const char *disk, struct consoles *all, struct rs_err *err)
{
	const uint64_t end_ns = term_now_ns() + WRITE_NS;

	s->has_go = false;
	s->error[0] = '\0';
	supervisor_say(s, LINK_WRITES, link_name(disk));
	while ((s->is_there || s->is_gone) && !s->has_go) {
		if (s->is_gone) {
			(void)rs_fail_on(err, RS_E_BUSY, disk,
				"the first process has ended and cannot allow it any more");
			err->next = "restart the machine (Ctrl-Alt-Del)";
			return RS_E_BUSY;
		}
		struct pollfd polled = {s->fd, POLLIN, 0};
		if (term_is_cancelled())
			return rs_fail_on(err, RS_E_CANCELLED, disk, "%s", "");
		if (s->error[0])
			return rs_fail_on(err, RS_E_PART_OF_SET, disk, "%s", s->error);
		if (term_now_ns() >= end_ns)
			return rs_fail_on(
				err, RS_E_BUSY, disk, "it was not made writable within a minute");
		(void)poll(&polled, 1, ROUND_MS); /* a signal: as above */
		(void)supervisor_hear(s, all);
	}
	return 0;
}
