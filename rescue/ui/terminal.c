/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whoever sits in front: signals, questions, keys. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "ui/keymap.h"
#include "ui/letters.h"
#include "ui/ui.h"

#define MOST_IDS  12U  /* in a question */
#define MOST_KEPT 16U  /* terminals; there are fewer consoles */
#define KEY_LINE  512U /* the longest passphrase has 256 characters */

/* Nothing that is typed is shown before it is asked for: it may be a key, typed early. Line editing
 * is off as well, which tells a first process above us that this is work and not a question. */
static struct {
	int fd; /* -1: as it was */
	struct termios before;
} hidden = {.fd = -1};

/* A signal handler can reach nothing but a global. */
static struct {
	volatile sig_atomic_t is_kept, out; /* -1: nothing is painted on it */
	int fd;
	struct termios before;
} kept[MOST_KEPT];

void term_keep(int fd, const struct termios *before)
{
	for (size_t i = 0; i < MOST_KEPT; i++)
		if (!kept[i].is_kept) {
			kept[i].fd = fd;
			kept[i].before = *before;
			kept[i].out = -1;
			kept[i].is_kept = 1;
			return;
		}
}

void term_keep_no_more(int fd)
{
	for (size_t i = 0; i < MOST_KEPT; i++)
		if (kept[i].fd == fd)
			kept[i].is_kept = 0;
}

void term_paint(int fd, int out)
{
	for (size_t i = 0; i < MOST_KEPT; i++)
		if (kept[i].is_kept && kept[i].fd == fd)
			kept[i].out = out;
}

/* One that takes no more is not waited for. */
static void put_in_order(int out)
{
	struct pollfd polled = {out, POLLOUT, 0};

	if (poll(&polled, 1, 0) > 0)
		(void)!write(out, LINK_IN_ORDER, sizeof(LINK_IN_ORDER) - 1); /* as below */
}

/* In the background it is somebody else's; a line has no foreground. */
static void give_back(int fd, const struct termios *before, int out)
{
	const pid_t group = tcgetpgrp(fd);

	if (group >= 0 && group != getpgrp())
		return;
	put_in_order(out);
	(void)tcsetattr(fd, TCSANOW, before); /* nobody is left to hear that it failed */
	(void)tcflush(fd, TCIFLUSH);	      /* or half a key were a command */
}

/* What is called here may be called in a signal handler (signal-safety(7)). */
static void give_all_back(void)
{
	keymap_restore();
	letters_restore_all();
	for (size_t i = 0; i < MOST_KEPT; i++)
		if (kept[i].is_kept)
			give_back(kept[i].fd, &kept[i].before, kept[i].out);
	if (hidden.fd >= 0) /* as it was before those */
		give_back(hidden.fd, &hidden.before, -1);
}

static const int crashes[] = {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL};
#define N_CRASHES (sizeof(crashes) / sizeof(crashes[0]))

static struct sigaction before_crash[N_CRASHES];

/* A program that dies leaves a terminal that can be typed on. */
static void on_crash(int number)
{
	give_all_back();
	for (size_t i = 0; i < N_CRASHES; i++)
		if (crashes[i] == number)
			(void)sigaction(number, &before_crash[i], NULL);
	(void)raise(number);
}

/* On a stack of its own: the other one may be what is full. */
static void catch_crashes(void)
{
	static uint8_t bytes[1 << 16];
	const stack_t stack = {.ss_sp = bytes, .ss_size = sizeof(bytes)};
	struct sigaction action = {.sa_handler = on_crash, .sa_flags = SA_ONSTACK | SA_NODEFER};

	(void)sigemptyset(&action.sa_mask); /* these fail for wrong numbers only */
	(void)sigaltstack(&stack, NULL);
	for (size_t i = 0; i < N_CRASHES; i++)
		(void)sigaction(crashes[i], &action, &before_crash[i]);
}

static volatile sig_atomic_t is_stop_wanted;

static const char *volatile doomed;

void term_drop_file(const char *path)
{
	doomed = path;
}

static void on_signal(int number)
{
	if (is_stop_wanted) { /* asked before: now at once, as a power cut would */
		if (doomed)
			(void)unlink(doomed); /* not complete, so nobody's loss */
		give_all_back();
		(void)signal(number, SIG_DFL); /* the kernel ends us when this returns */
		(void)raise(number);
	}
	is_stop_wanted = 1;
}

/* SIGUSR1: nobody will answer. It is let in only while an answer is waited for, so it can neither
 * be lost nor cut anything else short. */
static volatile sig_atomic_t is_given_up;

static void on_give_up(int number)
{
	(void)number;
	is_given_up = 1;
}

static sigset_t give_up_set(void)
{
	sigset_t set;

	(void)sigemptyset(&set); /* these fail for wrong signal numbers only */
	(void)sigaddset(&set, SIGUSR1);
	return set;
}

/* What was meant for an earlier question is not for this one. */
static void begin_question(void)
{
	sigset_t set = give_up_set();
	struct timespec now = {0};

	while (sigtimedwait(&set, NULL, &now) > 0)
		continue;
	is_given_up = 0;
}

static const int stops[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
#define N_STOPS (sizeof(stops) / sizeof(stops[0]))

static void handle(void (*stop)(int), void (*pipe_handler)(int))
{
	/* no SA_RESTART: a signal must end what waits for an output or a disk */
	struct sigaction action = {.sa_handler = stop};
	struct sigaction ignore = {.sa_handler = pipe_handler};

	(void)sigemptyset(&action.sa_mask);
	(void)sigemptyset(&ignore.sa_mask);
	/* these calls fail for wrong signal numbers only */
	for (size_t i = 0; i < N_STOPS; i++)
		(void)sigaction(stops[i], &action, NULL);
	(void)sigaction(SIGPIPE, &ignore, NULL);
}

void term_catch_signals(void)
{
	struct sigaction action = {.sa_handler = on_give_up};
	sigset_t set = give_up_set();

	handle(on_signal, SIG_IGN);
	catch_crashes();
	(void)sigemptyset(&action.sa_mask); /* as above */
	(void)sigaction(SIGUSR1, &action, NULL);
	(void)signal(SIGXFSZ, SIG_IGN); /* a file that may not grow is an error of its writer */
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
}

void term_work_is_over(void)
{
	struct sigaction action;

	for (size_t i = 0; i < N_STOPS; i++) {
		(void)sigaction(stops[i], NULL, &action); /* as above */
		action.sa_flags |= SA_RESTART;
		(void)sigaction(stops[i], &action, NULL);
	}
}

void term_release_signals(void)
{
	handle(SIG_DFL, SIG_DFL);
}

bool term_is_cancelled(void)
{
	return is_stop_wanted;
}

uint64_t term_now_ns(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now); /* cannot fail for this clock */
	return (uint64_t)now.tv_sec * 1000000000U + (uint64_t)now.tv_nsec;
}

/* Only when standard input is a terminal: a script that says </dev/null is never asked. */
static int open_terminal(void)
{
	return isatty(STDIN_FILENO) ? open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC) : -1;
}

bool term_can_ask(void)
{
	int fd = open_terminal();

	if (fd >= 0)
		(void)close(fd); /* nothing was written */
	return fd >= 0;
}

void term_hide_typing(void)
{
	struct termios t;
	int fd = hidden.fd < 0 ? open_terminal() : -1;

	/* in the background it is somebody else's */
	if (fd < 0 || tcgetpgrp(fd) != getpgrp() || tcgetattr(fd, &hidden.before) < 0) {
		if (fd >= 0)
			(void)close(fd); /* nothing was written */
		return;
	}
	t = hidden.before;
	t.c_lflag &= ~(tcflag_t)(ECHO | ECHONL | ICANON);
	hidden.fd = fd;
	(void)tcsetattr(
		fd, TCSANOW, &t); /* a question tries again, and is not asked with an echo */
}

void term_show_typing(void)
{
	if (hidden.fd < 0)
		return;
	if (tcgetpgrp(hidden.fd) == getpgrp())
		(void)tcsetattr(hidden.fd, TCSAFLUSH, &hidden.before); /* as above */
	(void)close(hidden.fd);
	hidden.fd = -1;
}

/* What was typed before is not an answer: it is thrown away. So this comes before the question: who
 * sees that has typed nothing in vain. */
static bool begin_answer(int fd, bool has_echo, struct termios *ret_before)
{
	struct termios t;

	if (tcgetattr(fd, ret_before) < 0)
		return false;
	t = *ret_before;
	t.c_lflag &= ~(tcflag_t)ECHO;
	t.c_lflag |= ICANON | (has_echo ? ECHO | ECHOE | ECHOK : ECHONL);
	return tcsetattr(fd, TCSAFLUSH, &t) == 0;
}

static void end_answer(int fd, const struct termios *before)
{
	(void)tcsetattr(fd, TCSAFLUSH, before); /* nothing can be done about it */
}

static void put(int fd, const char *line)
{
	char escaped[2048];
	size_t n = rs_shown(line, escaped, sizeof(escaped));

	if (write(fd, escaped, n) < 0)
		return; /* a terminal that cannot show the question cannot answer it: read fails
			   next */
}

static void say(int fd, const char *text)
{
	auto_free char *line = lang_new(text);

	put(fd, line ? line : text);
}

static void put_line(int fd, const char *line)
{
	put(fd, line);
	(void)!write(fd, "\n", 1); /* see put() */
}

/* 1: there is some; -1: a signal came; TERM_NEWS. */
static int wait_for_input(int fd, const struct term_news *news)
{
	sigset_t open;

	(void)sigprocmask(SIG_SETMASK, NULL, &open); /* only asks */
	(void)sigdelset(&open, SIGUSR1);
	for (;;) {
		struct pollfd polled[] = {{fd, POLLIN, 0}, {news ? *news->fd : -1, POLLIN, 0}};
		if (ppoll(polled, 2, NULL, &open) <= 0)
			return -1;
		if (polled[0].revents)
			return 1;
		if (news && news->take(news->user))
			return TERM_NEWS;
	}
}

/* A line without its end; length, -1 at end of input or on a signal, TERM_NEWS. */
static long read_line(int fd, const struct term_news *news, char *buf, size_t cap)
{
	size_t len = 0;
	char c;

	for (;;) {
		const int there = wait_for_input(fd, news);
		if (there < 0)
			return there;
		if (read(fd, &c, 1) <= 0)
			return -1;
		if (c == '\n' || c == '\r')
			return (long)len;
		if (len < cap)
			buf[len++] = c; /* what is too long is cut, and then no key */
	}
}

/* In the language of the question, or in English; whole or its first letter. */
static bool is_answer(const char *line, size_t n, const char *word)
{
	return (n == 1 || n == strlen(word)) && strncasecmp(line, word, n) == 0;
}

static bool is_yes(const char *line, size_t n)
{
	return is_answer(line, n, "yes") || is_answer(line, n, lang_word(N_("yes")));
}

static bool is_no(const char *line, size_t n)
{
	return !n || is_answer(line, n, "no") || is_answer(line, n, lang_word(N_("no")));
}

enum rs_answer term_ask(const char *question)
{
	char line[16];
	int fd = open_terminal();
	enum rs_answer answer = RS_ANSWER_NO;
	struct termios before;

	progress_clear();
	if (fd < 0)
		return RS_ANSWER_NOBODY;
	(void)!write(fd, "\n", 1); /* see put() */
	begin_question();
	bool has_settings = begin_answer(fd, true, &before);
	for (;;) {
		say(fd, question);
		say(fd, " [yes/no] ");
		long n = term_is_cancelled() ? -1 : read_line(fd, NULL, line, sizeof(line));
		if (n < 0) {
			if (write(fd, "\n", 1) < 0)
				break;
			answer = is_given_up ? RS_ANSWER_NOBODY : RS_ANSWER_CANCEL;
			break;
		}
		if (is_yes(line, (size_t)n)) {
			answer = RS_ANSWER_YES;
			break;
		}
		if (is_no(line, (size_t)n))
			break;
		say(fd, "Please type yes or no. ");
	}
	explicit_bzero(line, sizeof(line)); /* somebody may have typed a key into it */
	if (has_settings)
		end_answer(fd, &before);
	(void)close(fd); /* a terminal: nothing is lost */
	return answer;
}

long term_read_line(const char *prompt, const struct term_news *news, char *buf, size_t cap)
{
	struct termios before;
	int fd = open_terminal();
	long n = -1;

	if (fd < 0)
		return -1;
	bool has_settings = begin_answer(fd, true, &before);
	say(fd, prompt);
	if (!term_is_cancelled())
		n = read_line(fd, news, buf, cap - 1);
	buf[n > 0 ? n : 0] = '\0';
	if (has_settings)
		end_answer(fd, &before);
	(void)close(fd); /* a terminal: nothing is lost */
	return n;
}

/* "recovery password, TPM": each once. */
static void list_kinds(const struct rs_key_request *q, char *ret, size_t cap)
{
	ret[0] = '\0';
	for (unsigned i = 0; i < q->n_protectors; i++) {
		char kind[64];
		size_t at = strlen(ret);
		bl_protector_text(q->protectors[i].protection, kind, sizeof(kind));
		if (!strstr(ret, kind))
			(void)snprintf(ret + at, cap - at, "%s%s", at ? ", " : "", kind);
	}
}

static void say_key_question(int fd, const struct rs_key_request *q)
{
	char text[1024], list[512];

	/* after an empty line there is nothing to tell, and it is asked once more */
	if (q->attempt > 1 && q->last->code != RS_E_KEY_NEEDED && q->last->code != RS_E_KEY_OTHER) {
		rs_err_said(q->last, text, sizeof(text));
		put_line(fd, text);
	}
	list_kinds(q, list, sizeof(list));
	lang_print(text, sizeof(text), "%-s is locked (%s).", q->volume, list);
	put_line(fd, text);
	bl_list_ids(q->protectors, q->n_protectors, MOST_IDS, list, sizeof(list));
	if (list[0]) {
		lang_print(text, sizeof(text), "Recovery key ID: %-s", list);
		put_line(fd, text);
	}
	(void)snprintf(text, sizeof(text),
		"Recovery password or passphrase (attempt %u of %u): ", q->attempt, q->most);
	say(fd, text);
}

static void say_file_question(int fd, const struct rs_key_request *q)
{
	char text[1024];

	if (q->attempt > 1) {
		rs_err_said(q->last, text, sizeof(text));
		put_line(fd, text);
	}
	lang_print(text, sizeof(text), "%-s is locked, and the key file is encrypted.", q->volume);
	put_line(fd, text);
	(void)snprintf(text, sizeof(text),
		"Passphrase of the key file (attempt %u of %u): ", q->attempt, q->most);
	say(fd, text);
}

/* @q or, where that is NULL, @prompt. */
static long ask_hidden(
	int fd, const struct rs_key_request *q, const char *prompt, struct rs_secret *ret)
{
	struct termios before;

	if (!begin_answer(fd, false, &before))
		return -1; /* never with an echo */
	if (!q)
		say(fd, prompt);
	else if (q->is_key_file)
		say_file_question(fd, q);
	else
		say_key_question(fd, q); /* who answers it at once is not seen either */
	long n = term_is_cancelled() ? -1 : read_line(fd, NULL, (char *)ret->p, ret->cap);
	end_answer(fd, &before);
	return n;
}

static int ask_for(const struct rs_key_request *q, const char *prompt, struct rs_secret *ret,
	struct rs_err *err)
{
	long n = 0;

	progress_clear();
	if (term_is_cancelled())
		return 0;
	int fd = open_terminal();
	if (fd < 0)
		return 0;
	int r = rs_secret_init(ret, KEY_LINE, err);
	if (r == 0) {
		begin_question();
		n = ask_hidden(fd, q, prompt, ret);
	}
	(void)close(fd);
	if (r < 0 || n <= 0)
		return r;
	ret->len = (size_t)n;
	return 1;
}

int term_ask_hidden(const char *prompt, struct rs_secret *ret, struct rs_err *err)
{
	return ask_for(NULL, prompt, ret, err);
}

static int ask_key(const struct rs_key_source *self, const struct rs_key_request *q,
	struct rs_secret *ret, struct rs_err *err)
{
	(void)self;
	return ask_for(q, NULL, ret, err);
}

const char *term_account_question(const struct rs_account_request *q, bool is_user)
{
	if (is_user)
		return N_("User (name@domain):");
	if (q->is_login)
		return N_("Password:");
	return q->may_be_pair ? N_("Token, or USER:PASSWORD:") : N_("Token:");
}

static void say_account_question(const struct rs_account_request *q)
{
	char text[1024];
	const int fd = open_terminal();

	progress_clear();
	if (fd < 0)
		return;
	if (q->last->code) {
		rs_err_said(q->last, text, sizeof(text));
		put_line(fd, text);
	}
	lang_print(text, sizeof(text), "%-s wants to know who asks for a key.", q->server);
	put_line(fd, text);
	(void)close(fd); /* a terminal: nothing is lost */
}

/* A user's name without an echo, too: what a terminal shows, others keep. */
static int ask_account(const struct rs_key_source *self, const struct rs_account_request *q,
	struct rs_secret *ret_user, struct rs_secret *ret, struct rs_err *err)
{
	(void)self;
	say_account_question(q);
	const int r =
		q->is_login ? term_ask_hidden(term_account_question(q, true), ret_user, err) : 1;
	return r <= 0 ? r : term_ask_hidden(term_account_question(q, false), ret, err);
}

const struct rs_key_source term_keys = {
	"the terminal", NULL, RS_KEY_TYPED, true, ask_key, ask_account};
