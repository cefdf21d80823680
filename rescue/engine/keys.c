/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sources of keys: each is asked, and what it gives goes into the session's keyring. Files and
 * descriptors give all they have before anything begins; the others are asked for one volume, in
 * the order in which they were added, when nothing in the keyring opens it. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "bitlocker/sealed.h"
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

static bool is_blank(struct rs_view text)
{
	while (text.len && strchr(" \t\r\n", text.p[text.len - 1]) && text.p[text.len - 1])
		text.len--;
	return !text.len;
}

/* Text, and in it a key file that a passphrase opens, which is kept until it is needed. */
static int add_rest(struct rs_session *s, const char *name, struct rs_view text, bool is_one_there,
	struct rs_err *err)
{
	size_t at, len;
	int r = 0;

	while (r == 0 && bl_sealed_find(text, &at, &len)) {
		const struct rs_view before = {text.p, at};
		if (s->sealed.len)
			en_log(s, RS_LOG_WARN, "%s: a second encrypted key file is not used", name);
		else
			r = rs_secret_set(&s->sealed, text.p + at, len, err);
		if (r == 0 && !is_blank(before))
			r = add_text(s, name, before, is_one_there, err);
		text = (struct rs_view){text.p + at + len, text.len - at - len};
		is_one_there = true;
		if (is_blank(text))
			return r;
	}
	return r < 0 ? r : add_text(s, name, text, is_one_there, err);
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
	return add_rest(s, name, (struct rs_view){all->p + at, all->len - at}, n_good, err);
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

int rs_keys_seal(
	const char *path, const struct rs_secret *passphrase, char **ret, struct rs_err *err)
{
	const struct rs_key_source file = {.name = path};
	auto_secret struct rs_secret keys = {0};
	struct bl_keyring *ring = NULL;
	int r = ask_file(&file, NULL, &keys, err);

	if (r >= 0)
		r = bl_keyring_new(&ring, err);
	if (r >= 0) /* who has encrypted a file without a key finds it out on the wrong day */
		r = bl_keyring_add_file(ring, path, keys.p, keys.len, err);
	if (r >= 0)
		r = bl_sealed_make((struct rs_view){keys.p, keys.len},
			(struct rs_view){passphrase->p, passphrase->len}, ret, err);
	bl_keyring_free(ring);
	return r < 0 ? rs_err_object(err, path) : 0;
}

/* ---- the others ---- */

int rs_keys_add_source(struct rs_session *s, const struct rs_key_source *source, struct rs_err *err)
{
	if (s->n_sources == EN_SOURCES_MAX)
		return rs_fail_on(err, RS_E_BUG, source->name, "too many sources of keys");
	size_t at = s->n_sources++;
	for (; at && s->sources[at - 1].is_person && !source->is_person; at--)
		s->sources[at] = s->sources[at - 1];
	s->sources[at] = *source;
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

/* ---- an encrypted key file ---- */

/* With one answer of a source. 1: it is open, and its keys are there; 0: nothing was answered. */
static int try_sealed(struct rs_session *s, const struct rs_key_source *source,
	const struct rs_key_request *q, struct rs_err *err)
{
	auto_secret struct rs_secret passphrase = {0}, keys = {0};
	int r = source->ask(source, q, &passphrase, err);

	if (r <= 0)
		return r;
	r = bl_sealed_open((struct rs_view){s->sealed.p, s->sealed.len},
		(struct rs_view){passphrase.p, passphrase.len}, &keys, err);
	if (r == 0)
		r = add_list(s, "the encrypted key file", &keys, err);
	return r < 0 ? rs_err_object(err, "the encrypted key file") : 1;
}

/* Its passphrase is asked for when the first volume needs a key, and then never again. True: its
 * keys are there. */
static int open_sealed(struct rs_session *s, const struct en_volume *v,
	const struct rs_key_source *source, struct rs_err *err)
{
	struct rs_err last = {0};
	struct rs_key_request q = {
		.volume = v->name, .last = &last, .most = KEY_ATTEMPTS, .is_key_file = true};
	int r = 0;

	if (!source->is_person || !s->sealed.len || s->is_sealed_left)
		return 0;
	s->is_sealed_left = true;
	for (q.attempt = 1; q.attempt <= q.most; q.attempt++) {
		struct rs_err why = {0};
		r = try_sealed(s, source, &q, &why);
		if (rs_err_ends(r))
			return rs_err_pass(err, r, &why);
		if (r >= 0)
			break;
		warn(s, &why);
		last = why;
		if (r != RS_E_KEY_SEALED)
			break; /* another passphrase helps nothing */
	}
	rs_secret_done(&s->sealed);
	return r > 0;
}

/* Before a person is asked for a key: what the key file has. @r, @err why nothing opens it so far.
 */
static int unlock_by_file(struct rs_session *s, struct en_volume *v,
	const struct rs_key_source *source, int r, struct rs_err *err)
{
	struct rs_err why = {0};
	const int opened = open_sealed(s, v, source, &why);

	if (opened < 0)
		return rs_err_pass(err, opened, &why);
	if (opened) {
		r = bl_unlock(v->bl, s->keys, &s->task, &v->unlock, &why);
		*err = why;
	}
	return r;
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

	for (size_t i = 0; may_ask && i < s->n_sources; i++) {
		if (is_key_error(r))
			r = unlock_by_file(s, v, &s->sources[i], r, err);
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
	}
	return is_unasked(r, &unasked) ? rs_err_pass(err, unasked.code, &unasked) : r;
}
