/* SPDX-License-Identifier: GPL-3.0-or-later */
/* While a key is asked for: a stick that has it, plugged in before or now, is offered. Each is
 * looked at by a process of its own, as one that fails may keep who reads it for minutes. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ui/tui.h"

#define LIST_NS	  1000000000ULL	 /* so often a new one is looked for */
#define ANSWER_NS 20000000000ULL /* that long it may take */
#define KEY_MOST  65536U	 /* one byte more is not waited for */
#define PLACE	  sizeof(((struct rs_stick_key *)0)->place)

/* ---- in its process ---- */

/* What is found goes to @out_fd: its place, then its bytes. */
static _Noreturn void look_and_end(const char *path, const struct rs_key_request *q, int out_fd)
{
	struct rs_stick_key key = {0};

	/* what else we have open would stay open as long as it hangs */
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)close_range(3, (unsigned)out_fd - 1, 0);
	(void)close_range((unsigned)out_fd + 1, ~0U, 0);
	if (rs_stick_look(path, q, &key, NULL) == 1 &&
		out_write(out_fd, key.place, PLACE, path, NULL) == 0)
		(void)out_write(out_fd, key.bytes.p, key.bytes.len, path, NULL); /* as not found */
	rs_stick_key_done(&key);
	_exit(0);
}

/* ---- in ours ---- */

static void forget(struct stick_look *l)
{
	rs_auto_close(&l->fd);
	l->fd = -1;
	if (l->pid)
		(void)kill(l->pid, SIGKILL); /* it is not buried yet: it is its own */
	rs_secret_done(&l->got);
	rs_stick_key_done(&l->key);
	l->path[0] = '\0';
	l->is_late = false;
}

/* One that waits for its stick in the kernel dies when that lets it go. */
static void bury(struct stick_look *l)
{
	if (l->pid && waitpid(l->pid, NULL, WNOHANG) != 0)
		l->pid = 0;
}

/* Without memory or a process: as if the stick were not there. */
static void begin(struct tui *t, struct stick_look *l, const char *path)
{
	int ends[2];

	if (strlen(path) >= sizeof(l->path) || pipe2(ends, O_CLOEXEC) < 0)
		return;
	(void)snprintf(l->path, sizeof(l->path), "%s", path);
	(void)fcntl(ends[0], F_SETFL, O_NONBLOCK); /* a pipe takes it */
	l->begun_ns = term_now_ns();
	l->fd = ends[0];
	const pid_t pid = rs_secret_init(&l->got, PLACE + KEY_MOST + 1, NULL) < 0 ? -1 : fork();
	if (pid == 0)
		look_and_end(path, t->asked, ends[1]);
	l->pid = pid > 0 ? pid : 0;
	(void)close(ends[1]); /* it has its own */
}

static void take(struct stick_look *l)
{
	struct rs_secret *got = &l->got;

	if (got->len > PLACE &&
		rs_secret_set(&l->key.bytes, got->p + PLACE, got->len - PLACE, NULL) == 0)
		(void)snprintf(l->key.place, sizeof(l->key.place), "%.*s", (int)PLACE - 1,
			(const char *)got->p);
	rs_secret_done(got);
}

/* What it has said so far; true: there is something to be shown. */
static bool hear(struct stick_look *l, uint64_t now)
{
	struct rs_secret *got = &l->got;
	ssize_t n = 1;

	while (l->fd >= 0 && n > 0 && got->len < got->cap) {
		n = read(l->fd, got->p + got->len, got->cap - got->len);
		got->len += n > 0 ? (size_t)n : 0;
	}
	if (l->fd < 0 || (n < 0 && errno == EAGAIN && now - l->begun_ns < ANSWER_NS))
		return false;
	rs_auto_close(&l->fd);
	l->fd = -1;
	if (n == 0)
		take(l);
	l->is_late = n != 0;
	if (l->is_late && l->pid)
		(void)kill(l->pid, SIGKILL); /* as above */
	return true;
}

static struct stick_look *find(struct sticks *s, const char *path)
{
	for (size_t i = 0; i < STICKS_MOST; i++)
		if (strcmp(s->list[i].path, path) == 0 && (path[0] || !s->list[i].pid))
			return &s->list[i];
	return NULL;
}

static bool is_among(const char *path, const char *list)
{
	const size_t n = strlen(path);

	for (const char *at = list; (at = strstr(at, path)); at += n)
		if ((at == list || at[-1] == ' ') && (!at[n] || at[n] == ' '))
			return true;
	return false;
}

/* Those that came and went since. */
static bool compare(struct tui *t, char *list)
{
	struct sticks *s = &t->sticks;
	bool is_gone = false;
	const char *path;

	for (size_t i = 0; i < STICKS_MOST; i++)
		if (s->list[i].path[0] && !is_among(s->list[i].path, list)) {
			forget(&s->list[i]);
			is_gone = true;
		}
	while ((path = strsep(&list, " "))) {
		struct stick_look *l = path[0] && !find(s, path) ? find(s, "") : NULL;
		if (l)
			begin(t, l, path);
	}
	return is_gone;
}

enum screen_id sticks_idle(struct tui *t)
{
	struct sticks *s = &t->sticks;
	const uint64_t now = term_now_ns();
	char list[512];

	for (size_t i = 0; i < STICKS_MOST; i++) {
		if (s->list[i].path[0] && hear(&s->list[i], now))
			t->consoles.is_due = true;
		bury(&s->list[i]);
	}
	if (s->listed_ns && now - s->listed_ns < LIST_NS)
		return SCREEN_STAY;
	s->listed_ns = now;
	if (rs_stick_list(list, sizeof(list), NULL) == 0 && compare(t, list))
		t->consoles.is_due = true;
	return SCREEN_STAY;
}

const struct rs_stick_key *sticks_key(const struct tui *t)
{
	for (size_t i = 0; i < STICKS_MOST; i++)
		if (t->sticks.list[i].key.place[0])
			return &t->sticks.list[i].key;
	return NULL;
}

void sticks_draw(const struct tui *t, struct page *p)
{
	const struct rs_stick_key *key = sticks_key(t);
	const size_t n = p->n;

	if (key)
		page_say(p, true, "A stick has the key: %-s. Ctrl-U uses it.", key->place);
	for (size_t i = 0; i < STICKS_MOST; i++)
		if (t->sticks.list[i].is_late)
			page_say(p, true,
				"The stick %-s does not answer: no key is looked for on it.",
				t->sticks.list[i].path);
	if (p->n > n)
		page_blank(p);
}

bool sticks_are_open(const struct tui *t)
{
	return sticks_key(t);
}

enum screen_id sticks_go(struct tui *t)
{
	t->sticks.is_taken = true;
	return SCREEN_ANSWER;
}

void sticks_done(struct tui *t)
{
	struct sticks *s = &t->sticks;

	for (size_t i = 0; i < STICKS_MOST; i++)
		if (s->list[i].path[0])
			forget(&s->list[i]);
	s->listed_ns = 0;
	s->is_taken = false;
}
