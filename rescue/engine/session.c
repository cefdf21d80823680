/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A session: who listens, which keys there are, which rules. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "core/redact.h"
#include "engine/engine.h"

#define KEY_FILE_MAX (64U << 20)

static bool forward_progress(void *user, const char *what, uint64_t done, uint64_t total)
{
	const struct rs_session *s = user;

	return !s->events.progress || s->events.progress(s->events.user, what, done, total);
}

int rs_session_new(const struct rs_events *events, struct rs_session **ret, struct rs_err *err)
{
	struct rs_session *s = calloc(1, sizeof(*s));

	if (!s)
		return rs_fail(err, RS_E_MEMORY, "session");
	if (events)
		s->events = *events;
	s->task = (struct rs_task){.user = s, .progress = forward_progress};
	int r = bl_keyring_new(&s->keys, err);
	if (r < 0) {
		free(s);
		return r;
	}
	*ret = s;
	return 0;
}

void rs_session_free(struct rs_session *s)
{
	if (!s)
		return;
	bl_keyring_free(s->keys);
	rule_set_done(&s->rules);
	free(s);
}

void en_log(const struct rs_session *s, enum rs_log_level level, const char *fmt, ...)
{
	char line[1024];
	va_list ap;

	if (!s->events.log)
		return;
	va_start(ap, fmt);
	(void)vsnprintf(line, sizeof(line), fmt, ap); /* cut is fine */
	va_end(ap);
	rs_redact(line);
	s->events.log(s->events.user, level, line);
}

/* The whole of a descriptor into locked memory. */
static int read_secret(int fd, const char *name, struct rs_secret *ret, struct rs_err *err)
{
	size_t cap = 1U << 16;
	int r = rs_secret_init(ret, cap, err);

	while (r == 0) {
		ssize_t n = read(fd, ret->p + ret->len, ret->cap - ret->len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return rs_fail_on(err, RS_E_IO_OPEN, name, "%s", strerror(errno));
		if (n == 0)
			return 0;
		ret->len += (size_t)n;
		if (ret->len < ret->cap)
			continue;
		if (ret->cap >= KEY_FILE_MAX)
			return rs_fail_on(err, RS_E_KEY_FILE, name, "larger than 64 MiB");
		struct rs_secret larger;
		r = rs_secret_init(&larger, ret->cap * 4, err);
		if (r < 0)
			return r;
		memcpy(larger.p, ret->p, ret->len);
		larger.len = ret->len;
		rs_secret_done(ret);
		*ret = larger;
	}
	return r;
}

static void warn(struct rs_session *s, const struct rs_err *why)
{
	char line[512];

	rs_err_line(why, line, sizeof(line));
	en_log(s, RS_LOG_WARN, "%s", line);
}

static int add_text(struct rs_session *s, const char *name, struct rs_view text, bool is_one_there,
	struct rs_err *err)
{
	struct rs_err why = {0};
	int r = bl_keyring_add_file(s->keys, name, text.p, text.len, &why);

	if (r < 0 && r != RS_E_MEMORY && is_one_there) {
		warn(s, &why);
		return 0;
	}
	if (r < 0 && err)
		*err = why;
	return r;
}

/* Startup keys one after another, then text. What is damaged must not keep the others from being
 * used: a stick has those of many machines. */
static int add_stream(
	struct rs_session *s, const char *name, const struct rs_secret *all, struct rs_err *err)
{
	unsigned n_good = 0, n = 0;
	char each[64];
	size_t at = 0, len;

	for (; (len = bl_bek_length(all->p + at, all->len - at)) > 0; at += len) {
		struct rs_err why = {0};
		(void)snprintf(each, sizeof(each), "%s, startup key %u", name, ++n);
		int r = bl_keyring_add_bek(s->keys, each, all->p + at, len, &why);
		n_good += r == 0;
		if (r == RS_E_MEMORY || (r < 0 && len == all->len)) {
			if (err)
				*err = why;
			return r;
		}
		if (r < 0)
			warn(s, &why);
	}
	if (n && at == all->len)
		return n_good ? 0 : rs_fail_on(err, RS_E_KEY_FILE, name, "no startup key is whole");
	return add_text(s, name, (struct rs_view){all->p + at, all->len - at}, n_good, err);
}

enum key_source { KEY_FILE, KEY_PASSPHRASE, KEY_BEK };

static int add_keys(
	struct rs_session *s, int fd, const char *name, enum key_source source, struct rs_err *err)
{
	auto_secret struct rs_secret text = {0};
	int r = read_secret(fd, name, &text, err);

	if (r < 0)
		return r;
	if (text.is_swappable)
		en_log(s, RS_LOG_WARN,
			"%s: memory for %zu bytes of keys cannot be locked: they may get into the "
			"swap space",
			name, text.cap);
	if (source == KEY_FILE)
		r = add_stream(s, name, &text, err);
	else if (source == KEY_BEK)
		r = bl_keyring_add_bek(s->keys, name, text.p, text.len, err);
	else
		r = bl_keyring_add_passphrase(s->keys, (const char *)text.p, text.len, err);
	if (r < 0) {
		(void)rs_err_object(err, name);
		return r;
	}
	s->has_keys = true;
	return 0;
}

static int add_keys_from(
	struct rs_session *s, const char *path, enum key_source source, struct rs_err *err)
{
	auto_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	if (fd < 0)
		return rs_fail_on(err, RS_E_IO_OPEN, path, "%s", strerror(errno));
	return add_keys(s, fd, path, source, err);
}

int rs_keys_from_file(struct rs_session *s, const char *path, struct rs_err *err)
{
	return add_keys_from(s, path, KEY_FILE, err);
}

int rs_keys_from_fd(struct rs_session *s, int fd, struct rs_err *err)
{
	char name[32];

	(void)snprintf(name, sizeof(name), "descriptor %d", fd);
	return add_keys(s, fd, name, KEY_FILE, err);
}

int rs_passphrase_from_file(struct rs_session *s, const char *path, struct rs_err *err)
{
	return add_keys_from(s, path, KEY_PASSPHRASE, err);
}

int rs_startup_key_from_file(struct rs_session *s, const char *path, struct rs_err *err)
{
	return add_keys_from(s, path, KEY_BEK, err);
}

int rs_rules_from(struct rs_session *s, const char *dir, struct rs_err *err)
{
	rule_set_done(&s->rules);
	s->rules = (struct rule_set){0};
	s->has_rules = false;
	int r = dir ? rule_set_load_dir(dir, &s->rules, err)
		    : rule_set_load_shipped(&s->rules, err);
	s->has_rules = r == 0;
	return r;
}

int en_rules(struct rs_session *s, struct rs_err *err)
{
	return s->has_rules ? 0 : rs_rules_from(s, NULL, err);
}

const char *rs_version(void)
{
	return UNBRICK_VERSION;
}
