/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sources of keys: each is asked, and what it gives goes into the session's keyring. Files and
 * descriptors give all they have before anything begins; the others are asked for one volume, in
 * the order in which they were added, when nothing in the keyring opens it. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "engine/engine.h"

#define KEY_FILE_MAX (64U << 20)
#define KEY_ATTEMPTS 3U

/* ---- what a source gave ---- */

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

	if (r < 0 && !rs_err_ends(r) && is_one_there) {
		warn(s, &why);
		return 0;
	}
	return r < 0 ? rs_err_pass(err, r, &why) : 0;
}

/* Startup keys one after another, then text. What is damaged must not keep the others from being
 * used: a stick has those of many machines. */
static int add_list(
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
		if (rs_err_ends(r) || (r < 0 && len == all->len))
			return rs_err_pass(err, r, &why);
		if (r < 0)
			warn(s, &why);
	}
	if (n && at == all->len)
		return n_good ? 0 : rs_fail_on(err, RS_E_KEY_FILE, name, "no startup key is whole");
	return add_text(s, name, (struct rs_view){all->p + at, all->len - at}, n_good, err);
}

static int add(struct rs_session *s, const struct rs_key_source *source, enum rs_key_form form,
	const struct rs_secret *secret, struct rs_err *err)
{
	const char *text = (const char *)secret->p;

	switch (form) {
	case RS_KEY_LIST:
		return add_list(s, source->name, secret, err);
	case RS_KEY_PASSPHRASE:
		return bl_keyring_add_passphrase(s->keys, text, secret->len, err);
	case RS_KEY_STARTUP:
		return bl_keyring_add_bek(s->keys, source->name, secret->p, secret->len, err);
	case RS_KEY_TYPED:
		break;
	}
	return bl_keyring_add_typed(s->keys, text, secret->len, err);
}

/* The only place that asks. What comes back is ours, and wiped here. 1 given, 0 not here. */
static int take(struct rs_session *s, const struct rs_key_source *source,
	const struct rs_key_request *q, struct rs_err *err)
{
	auto_secret struct rs_secret secret = {0};
	int r = source->ask(source, q, &secret, err);

	if (r < 0 && q && !rs_err_ends(r)) {
		warn(s, err); /* and the next one is asked */
		return 0;
	}
	if (r <= 0)
		return r;
	if (!q && secret.is_swappable)
		en_log(s, RS_LOG_WARN,
			"%s: memory for %zu bytes of keys cannot be locked: they may get into the "
			"swap space",
			source->name, secret.cap);
	r = add(s, source,
		r == 2	 ? RS_KEY_PASSPHRASE
		: r == 3 ? RS_KEY_LIST
			 : source->form,
		&secret, err);
	return r < 0 ? r : 1;
}

/* ---- files and descriptors ---- */

/* The whole of a descriptor into locked memory. */
int en_read_secret(int fd, struct rs_secret *ret, struct rs_err *err)
{
	int r = rs_secret_init(ret, 1U << 16, err);

	while (r == 0) {
		ssize_t n = read(fd, ret->p + ret->len, ret->cap - ret->len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return rs_fail(err, RS_E_IO_OPEN, "%s", strerror(errno));
		if (n == 0)
			return 1;
		ret->len += (size_t)n;
		if (ret->len < ret->cap)
			continue;
		if (ret->cap >= KEY_FILE_MAX)
			return rs_fail(err, RS_E_KEY_FILE, "larger than 64 MiB");
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

static int ask_file(const struct rs_key_source *self, const struct rs_key_request *q,
	struct rs_secret *ret, struct rs_err *err)
{
	auto_close int fd = open(self->name, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	(void)q; /* all that is in it */
	return fd < 0 ? rs_fail(err, RS_E_IO_OPEN, "%s", strerror(errno))
		      : en_read_secret(fd, ret, err);
}

static int ask_descriptor(const struct rs_key_source *self, const struct rs_key_request *q,
	struct rs_secret *ret, struct rs_err *err)
{
	(void)q; /* as above */
	return en_read_secret(*(const int *)self->user, ret, err);
}

/* All that a source has, before anything begins. */
static int take_all(struct rs_session *s, const struct rs_key_source *source, struct rs_err *err)
{
	int r = take(s, source, NULL, err);

	if (r < 0) {
		(void)rs_err_object(err, source->name);
		return r;
	}
	s->has_keys = true;
	return 0;
}

int rs_keys_from_file(
	struct rs_session *s, const char *path, enum rs_key_form form, struct rs_err *err)
{
	return take_all(
		s, &(struct rs_key_source){.name = path, .form = form, .ask = ask_file}, err);
}

int rs_keys_from_fd(struct rs_session *s, int fd, struct rs_err *err)
{
	char name[32];
	const struct rs_key_source source = {
		.name = name, .user = &fd, .form = RS_KEY_LIST, .ask = ask_descriptor};

	(void)snprintf(name, sizeof(name), "descriptor %d", fd);
	return take_all(s, &source, err);
}

/* ---- the others ---- */

int rs_keys_add_source(struct rs_session *s, const struct rs_key_source *source, struct rs_err *err)
{
	if (s->n_sources == EN_SOURCES_MAX)
		return rs_fail_on(err, RS_E_BUG, source->name, "too many sources of keys");
	s->sources[s->n_sources++] = *source;
	return 0;
}

static bool is_key_error(int r)
{
	return r == RS_E_KEY_NEEDED || r == RS_E_KEY_OTHER || r == RS_E_KEY_REJECTED ||
	       r == RS_E_KEY_FORMAT || r == RS_E_KEY_FILE;
}

/* Nobody was asked who could say that there is no key: why not is the reason then. */
static bool is_unasked(int r, const struct rs_err *why)
{
	return (r == RS_E_KEY_NEEDED || r == RS_E_KEY_OTHER) && why->code;
}

int en_unlock(struct rs_session *s, struct en_volume *v, bool may_ask, struct rs_err *err)
{
	struct rs_err unasked = {0}; /* of the last source */
	const struct bl_info *info = bl_get_info(v->bl);
	struct rs_key_request q = {.volume = v->name,
		.protectors = info->protectors,
		.n_protectors = info->n_protectors,
		.last = err,
		.most = KEY_ATTEMPTS};
	int r = bl_unlock(v->bl, s->keys, &s->task, &v->unlock, err);

	for (size_t i = 0; may_ask && i < s->n_sources; i++)
		for (q.attempt = 1; is_key_error(r) && q.attempt <= q.most; q.attempt++) {
			struct rs_err why = {0};
			int given = take(s, &s->sources[i], &q, &why);
			unasked = given == 0 ? why : (struct rs_err){0};
			if (given == 0)
				break; /* not here: the next one, or it stays locked */
			r = given < 0 ? given
				      : bl_unlock(v->bl, s->keys, &s->task, &v->unlock, &why);
			if (r == 0)
				why = (struct rs_err){0};
			*err = why;
		}
	return is_unasked(r, &unasked) ? rs_err_pass(err, unasked.code, &unasked) : r;
}
