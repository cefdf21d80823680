/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/consoles.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>

#include "ui/letters.h"
#include "ui/ui.h"

#define MS_NS	  1000000ULL
#define UNSEEN_MS 50   /* a console that is not done with showing is looked at so often */
#define CTRL_C	  0x03 /* of a device: no signal comes from it */
#define LOOK_NS	  1000000000ULL
#define BURST_NS  3000000000ULL /* what goes on longer is sent by no scanner: noise on a line */
#define LOOK_PART 10		/* of the time: a driver that does not answer delays nobody much */

static bool is_there(const struct console *c)
{
	return c->in && !c->is_lost;
}

static struct console *last_used(const struct consoles *all)
{
	if (all->at && all->at->is_open)
		return all->at;
	for (size_t i = 0; i < all->n; i++)
		if (all->list[i].is_open)
			return (struct console *)(uintptr_t)&all->list[i];
	return NULL;
}

static void look_at_kinds(struct consoles *all)
{
	all->is_private = consoles_private_fd(all) >= 0;
	all->is_serial = true;
	for (size_t i = 0; i < CONSOLES_MOST; i++)
		if (all->list[i].is_open && !all->list[i].is_serial)
			all->is_serial = false;
}

int consoles_private_fd(const struct consoles *all)
{
	for (size_t i = 0; i < CONSOLES_MOST; i++)
		if (all->list[i].is_open && all->list[i].is_private)
			return fileno(all->list[i].in);
	return -1;
}

/* The screen on it, from now on. */
static int begin(struct consoles *all, struct console *c, struct rs_err *err)
{
	int r = console_open(c, err);

	if (r < 0) {
		console_close(c);
		return r;
	}
	console_contrast(c, all->is_contrast);
	console_forget_typed(c);
	all->is_due = true;
	look_at_kinds(all);
	return 0;
}

int consoles_open(struct consoles *all, struct console_bytes *typed, const char *const *names,
	size_t n_names, struct rs_err *err)
{
	bool is_one_there = false;

	*all = (struct consoles){.news_fd = -1};
	for (size_t i = 0; i < (n_names ? n_names : 1) && i < CONSOLES_MOST; i++) {
		struct console *c = &all->list[all->n];
		const char *name = n_names ? names[i] : NULL;
		int r = console_take(c, &typed[all->n], name, err);
		if (r == 0 && (!name || c->is_private))
			r = begin(all, c, err);
		is_one_there |= r == 0;
		all->n += r == 0 || console_may_return(c);
	}
	return is_one_there ? 0 : err->code;
}

void consoles_close(struct consoles *all)
{
	for (size_t i = 0; i < all->n; i++)
		console_close(&all->list[i]);
}

void consoles_give(struct consoles *all, const char *name)
{
	struct rs_err err = {0};

	for (size_t i = 0; i < all->n; i++) {
		struct console *c = &all->list[i];
		if (is_there(c) && !c->is_open && c->name[0] && strcmp(c->name, name) == 0)
			(void)begin(all, c, &err); /* one that cannot is left to others */
	}
}

bool consoles_are_gone(const struct consoles *all)
{
	for (size_t i = 0; i < all->n; i++)
		if (is_there(&all->list[i]) || console_may_return(&all->list[i]))
			return false;
	return all->n;
}

int consoles_letters(struct consoles *all, enum font_size size)
{
	int ret = -ENOTTY;

	for (size_t i = 0; i < all->n; i++) {
		const struct console *c = &all->list[i];
		const int r =
			c->is_open && c->is_private ? letters_choose(fileno(c->in), size) : -ENOTTY;
		ret = ret == -ENOTTY || r > ret ? r : ret;
	}
	return ret;
}

void consoles_contrast(struct consoles *all, bool is_high)
{
	all->is_contrast = is_high;
	for (size_t i = 0; i < all->n; i++)
		if (all->list[i].is_open)
			console_contrast(&all->list[i], is_high);
}

bool consoles_fit(struct consoles *all)
{
	bool ret = false;

	for (size_t i = 0; i < all->n; i++)
		if (all->list[i].is_open && console_fit(&all->list[i]))
			ret = true;
	return ret;
}

size_t consoles_room(const struct consoles *all)
{
	const struct console *c = last_used(all);

	return c ? console_room(c) : CONSOLE_ROWS;
}

bool consoles_is_small(const struct consoles *all)
{
	const struct console *c = last_used(all);

	return c && c->is_small;
}

void consoles_paint(struct consoles *all, const struct console_frame *f, const struct page *p)
{
	all->is_due = false;
	for (size_t i = 0; i < all->n; i++) {
		struct console *c = &all->list[i];
		if (!c->is_open)
			continue;
		console_paint(c, f, p, c == all->at && !all->is_hidden);
		all->is_due |= c->is_behind;
	}
}

void consoles_forget_typed(struct consoles *all)
{
	for (size_t i = 0; i < all->n; i++)
		if (all->list[i].is_open)
			console_forget_typed(&all->list[i]);
}

/* ---- keys ---- */

static unsigned came(struct consoles *all, struct console *c, unsigned key)
{
	const uint64_t now = term_now_ns();

	all->at = c;
	all->before_ms = (now - all->last_ns) / MS_NS;
	all->last_ns = now;
	all->is_held = key == all->last_key && all->before_ms < CONSOLES_HELD;
	all->last_key = key;
	if (key != CTRL_C)
		return key;
	(void)raise(SIGINT); /* as from a terminal that sends it: the second time at once */
	return UI_KEY_NONE;
}

static unsigned take_key(struct consoles *all)
{
	for (size_t i = 0; i < all->n; i++) {
		struct console *c = &all->list[i];
		unsigned key = c->is_open ? console_next(c) : UI_KEY_NONE;
		if (c->keys.has_dropped) { /* before the key */
			c->keys.has_dropped = false;
			all->last_ns = term_now_ns();
			all->last_key = UI_KEY_NONE;
			all->n_dropped++;
		}
		if (key)
			return came(all, c, key);
	}
	return UI_KEY_NONE;
}

/* What came just before came with it: nothing is confirmed by a line that is cut. */
static void lose(struct consoles *all, struct console *c)
{
	all->n_dropped++;
	all->last_ns = term_now_ns();
	all->at = all->at == c ? NULL : all->at;
	all->is_due = true;
	console_lose(c);
	if (!console_may_return(c))
		console_close(c);
	look_at_kinds(all);
}

/* A console that is not painted on: a key opens it. */
static void read_one(struct consoles *all, struct console *c)
{
	struct rs_err err = {0};

	console_read(c);
	if (!c->is_lost && !c->is_open && c->typed->n) {
		if (all->wants)
			all->wants(all->user, c->name);
		else
			(void)begin(all, c, &err); /* one that cannot is left to others */
	}
	if (c->is_lost)
		lose(all, c);
}

static void look_for_lost(struct consoles *all)
{
	const uint64_t now = term_now_ns();
	struct rs_err err = {0};

	if (now < all->look_ns)
		return;
	for (size_t i = 0; i < all->n; i++) {
		struct console *c = &all->list[i];
		if (console_may_return(c) && console_return(c) && c->is_private)
			(void)begin(all, c, &err); /* one that cannot is left to others */
	}
	const uint64_t end = term_now_ns(), took = (end - now) * LOOK_PART;
	all->look_ns = end + (took > LOOK_NS ? took : LOOK_NS);
}

static int sooner(int a_ms, int b_ms)
{
	return b_ms >= 0 && b_ms < a_ms ? b_ms : a_ms;
}

/* Until something came; false: nothing, or nothing that is to be waited for on. */
static bool await(struct consoles *all, uint64_t end_ns)
{
	look_for_lost(all);
	const uint64_t now = term_now_ns();
	struct pollfd polled[CONSOLES_MOST + 1];
	int wait_ms = end_ns > now ? (int)((end_ns - now + MS_NS - 1) / MS_NS) : 0;

	for (size_t i = 0; i < all->n; i++) {
		const struct console *c = &all->list[i];
		polled[i] = (struct pollfd){is_there(c) ? fileno(c->in) : -1, POLLIN, 0};
		if (is_there(c))
			wait_ms = sooner(wait_ms, c->is_unseen ? UNSEEN_MS : console_wait_ms(c));
	}
	polled[all->n] = (struct pollfd){all->news_fd, POLLIN, 0};
	const int n = poll(polled, all->n + 1, wait_ms);
	for (size_t i = 0; n > 0 && i < all->n; i++)
		if (polled[i].revents)
			read_one(all, &all->list[i]);
	return n > 0 ? !all->is_due && !polled[all->n].revents : n == 0 && term_now_ns() < end_ns;
}

unsigned consoles_key(struct consoles *all, unsigned timeout_ms)
{
	const uint64_t end_ns = term_now_ns() + timeout_ms * MS_NS;

	for (bool goes_on = true;; goes_on = await(all, end_ns)) {
		unsigned key = take_key(all);
		if (key)
			return key;
		if (consoles_are_gone(all))
			return UI_KEY_LOST;
		if (!goes_on || term_is_cancelled())
			return UI_KEY_NONE;
	}
}

void consoles_quiet(struct consoles *all)
{
	const uint64_t end_ns = term_now_ns() + BURST_NS;
	unsigned key;

	while (!term_is_cancelled() && term_now_ns() < end_ns &&
		(key = consoles_key(all, CONSOLES_ALONE)) && key != UI_KEY_LOST)
		continue;
	consoles_forget_typed(all);
}

bool consoles_is_alone(struct consoles *all, unsigned key)
{
	bool ret = all->before_ms >= CONSOLES_ALONE && !all->is_held;
	const unsigned n_dropped = all->n_dropped;
	const uint64_t end_ns = term_now_ns() + BURST_NS;
	unsigned next = UI_KEY_NONE;

	while (term_now_ns() < end_ns && (next = consoles_key(all, CONSOLES_ALONE)) &&
		next != UI_KEY_LOST)
		ret = ret && next == key;
	for (size_t i = 0; i < all->n; i++)
		ret = ret && !all->list[i].keys.n; /* a torn one */
	return ret && !next && all->n_dropped == n_dropped;
}
