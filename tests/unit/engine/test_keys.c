/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who is asked for a key, with what, in which order, and that what was given is wiped once. The
 * linker leads rs_secret_done here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../layers/layers.h"
#include "../bitlocker/mini.h"
#include "bitlocker/sealed.h"
#include "engine/engine.h"

static const uint8_t external[32] = "thirty-two bytes of startup key";
static const uint8_t wrong[32] = "thirty-two bytes of another key";

/* ---- wipes ---- */

static const uint8_t *watched; /* memory of the key that was given last */
static unsigned n_wiped;

/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): the linker's names */
void __real_rs_secret_done(struct rs_secret *s);
void __wrap_rs_secret_done(struct rs_secret *s);

void __wrap_rs_secret_done(struct rs_secret *s)
{
	if (s->p && s->p == watched) {
		watched = NULL; /* the kernel may give the place to the next one */
		n_wiped++;
	}
	__real_rs_secret_done(s);
}
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

/* ---- a volume and sources ---- */

struct fake {
	int answer; /* 1, 0 or an error */
	const uint8_t *key;
	unsigned n_asked, attempt;
	int last; /* code that it was told of */
	bool is_told_right;
};

static unsigned order; /* the fakes' numbers in the order in which they were asked, decimal */
static unsigned n_warned;

static int ask_fake(const struct rs_key_source *self, const struct rs_key_request *q,
	struct rs_secret *ret, struct rs_err *err)
{
	struct fake *f = self->user;
	uint8_t bek[512];

	f->n_asked++;
	f->attempt = q->attempt;
	f->last = q->last->code;
	f->is_told_right = strcmp(q->volume, "a disk, partition 3") == 0 && q->n_protectors == 2 &&
			   bl_is_kind(q->protectors[0].protection, BL_P_STARTUP_KEY) &&
			   q->protectors[0].id[0] == 0x44 &&
			   bl_is_kind(q->protectors[1].protection, BL_P_TPM | BL_P_PIN) &&
			   q->protectors[1].id[0] == 0x55;
	order = order * 10 + (unsigned)(self->name[0] - '0');
	if (f->key) {
		size_t len = mini_bek(0x44, f->key, false, bek);
		assert_int_equal(rs_secret_set(ret, bek, len, NULL), 0);
		watched = ret->p;
	}
	return f->answer < 0 ? rs_fail(err, f->answer, "not today") : f->answer;
}

static void on_log(void *user, enum rs_log_level level, const char *line)
{
	(void)user;
	n_warned += level == RS_LOG_WARN && strstr(line, "not today");
}

struct bench {
	struct mini mini;
	struct rs_session *s;
	struct en_volume v;
	struct fake fakes[3];
};

/* A volume with a startup key and TPM and PIN; the sources "1", "2", "3". */
static void bench_new(struct bench *b)
{
	static const char *const names[] = {"1", "2", "3"};
	const struct rs_events events = {.log = on_log};

	memset(b, 0, sizeof(*b));
	order = n_warned = n_wiped = 0;
	mini_begin(&b->mini, BL_XTS_128, 512);
	mini_startup(&b->mini, 0x44, external);
	mini_vmk(&b->mini, 0x55, BL_P_TPM | BL_P_PIN, NULL, 0);
	mini_fvek(&b->mini);
	mini_relocation(&b->mini);
	mini_finish(&b->mini);
	assert_int_equal(rs_session_new(&events, &b->s, NULL), 0);
	for (size_t i = 0; i < 3; i++) {
		const struct rs_key_source source = {
			names[i], &b->fakes[i], RS_KEY_STARTUP, false, ask_fake, NULL};
		assert_int_equal(rs_keys_add_source(b->s, &source, NULL), 0);
	}
	(void)snprintf(b->v.name, sizeof(b->v.name), "a disk, partition 3");
	assert_int_equal(bl_load(b->mini.disk, &b->v.bl, NULL), 0);
}

static void bench_done(struct bench *b)
{
	bl_free(b->v.bl);
	rs_session_free(b->s);
	mini_done(&b->mini);
}

/* ---- tests ---- */

static void test_unlock__first_has_none__the_next_is_asked_and_no_more(void **state)
{
	struct bench b;
	struct rs_err err = {0};

	(void)state;
	bench_new(&b);
	b.fakes[1] = (struct fake){.answer = 1, .key = external};
	assert_int_equal(en_unlock(b.s, &b.v, true, &err), 0);
	assert_int_equal(err.code, 0);
	assert_int_equal(order, 12);
	assert_true(b.fakes[0].is_told_right);
	assert_int_equal(b.fakes[0].last, RS_E_KEY_OTHER);
	assert_int_equal(n_wiped, 1);
	assert_false(b.s->has_keys); /* nobody gave any before */
	bench_done(&b);
}

static void test_unlock__nobody_may_be_asked__nobody_is(void **state)
{
	struct bench b;
	struct rs_err err = {0};

	(void)state;
	bench_new(&b);
	b.fakes[0] = (struct fake){.answer = 1, .key = external};
	assert_int_equal(en_unlock(b.s, &b.v, false, &err), RS_E_KEY_OTHER);
	assert_int_equal(order, 0);
	bench_done(&b);
}

static void test_unlock__wrong_keys__three_attempts_each_then_the_next(void **state)
{
	struct bench b;
	struct rs_err err = {0};

	(void)state;
	bench_new(&b);
	b.fakes[0] = (struct fake){.answer = 1, .key = wrong};
	b.fakes[2] = (struct fake){.answer = 1, .key = external};
	assert_int_equal(en_unlock(b.s, &b.v, true, &err), 0);
	assert_int_equal(order, 11123);
	assert_int_equal(b.fakes[0].attempt, 3);
	assert_int_equal(b.fakes[0].last, RS_E_KEY_REJECTED);
	assert_int_equal(b.fakes[2].attempt, 1);
	assert_int_equal(n_wiped, 4);
	bench_done(&b);
}

static void test_unlock__one_cannot_be_asked__is_told_and_the_next_is(void **state)
{
	struct bench b;
	struct rs_err err = {0};

	(void)state;
	bench_new(&b);
	b.fakes[0] = (struct fake){.answer = RS_E_IO_OPEN, .key = wrong};
	assert_int_equal(en_unlock(b.s, &b.v, true, &err), RS_E_KEY_OTHER);
	assert_int_equal(err.code, RS_E_KEY_OTHER); /* what the volume says, not the source */
	assert_int_equal(order, 123);
	assert_int_equal(n_warned, 1);
	assert_int_equal(n_wiped, 1); /* though it was not used */
	bench_done(&b);
}

/* ---- an encrypted key file ---- */

#define SHIFT "a passphrase of a shift"

struct person {
	const char *const *answers; /* NULL: nothing */
	unsigned n_asked, n_keys;
	int last;
};

static int ask_person(const struct rs_key_source *self, const struct rs_key_request *q,
	struct rs_secret *ret, struct rs_err *err)
{
	struct person *p = self->user;

	if (!q->is_key_file) {
		p->n_keys++;
		return 0;
	}
	const char *answer = p->answers[p->n_asked];
	assert_int_equal(q->n_protectors, 0);
	assert_int_equal(q->attempt, ++p->n_asked);
	p->last = q->last->code;
	return answer ? rs_secret_set(ret, answer, strlen(answer), err) < 0 ? err->code : 1 : 0;
}

/* A session whose only key is in an encrypted file; nothing of it opens the volume. */
static void seal(struct bench *b, struct person *p)
{
	static const char key[] = "471207-278498-422125-177177-561902-537405-468006-693451\n";
	const struct rs_key_source source = {"4", p, RS_KEY_TYPED, true, ask_person, NULL};
	int fds[2];
	char *text = NULL;

	bench_new(b);
	b->s->n_sources = 1; /* one that is no person, and then the person */
	assert_int_equal(rs_keys_add_source(b->s, &source, NULL), 0);
	assert_int_equal(
		bl_sealed_make((struct rs_view){(const uint8_t *)key, strlen(key)},
			(struct rs_view){(const uint8_t *)SHIFT, strlen(SHIFT)}, &text, NULL),
		0);
	assert_int_equal(pipe(fds), 0);
	assert_int_equal(write(fds[1], text, strlen(text)), strlen(text));
	(void)close(fds[1]);
	assert_int_equal(rs_keys_from_fd(b->s, fds[0], NULL), 0);
	(void)close(fds[0]);
	free(text);
	assert_true(b->s->has_keys);
}

static void expect_asked(const char *const *answers, unsigned times, int last, int result)
{
	struct person p = {.answers = answers};
	struct bench b;
	struct rs_err err = {0};

	seal(&b, &p);
	assert_int_equal(en_unlock(b.s, &b.v, true, &err), result);
	assert_int_equal(order, 1); /* who is no person is asked for a key, and for nothing else */
	assert_int_equal(p.n_asked, times);
	assert_int_equal(p.last, last);
	assert_null(b.s->sealed.p);
	assert_int_equal(en_unlock(b.s, &b.v, true, &err), result);
	assert_int_equal(p.n_asked, times); /* once, whatever came of it */
	assert_int_equal(p.n_keys, 2);
	bench_done(&b);
}

static void test_key_file__its_passphrase__is_asked_for_once(void **state)
{
	(void)state;
	expect_asked((const char *[]){SHIFT, NULL}, 1, 0, RS_E_KEY_OTHER);
	expect_asked((const char *[]){"wrong", SHIFT, NULL}, 2, RS_E_KEY_SEALED, RS_E_KEY_OTHER);
	expect_asked((const char *[]){"wrong", "a", "b", SHIFT, NULL}, 3, RS_E_KEY_SEALED,
		RS_E_KEY_OTHER);
	expect_asked((const char *[]){NULL}, 1, 0, RS_E_KEY_OTHER);
}

static void test_unlock__cancelled_at_a_source__ends(void **state)
{
	struct bench b;
	struct rs_err err = {0};

	(void)state;
	bench_new(&b);
	b.fakes[0] = (struct fake){.answer = RS_E_CANCELLED};
	b.fakes[1] = (struct fake){.answer = 1, .key = external};
	assert_int_equal(en_unlock(b.s, &b.v, true, &err), RS_E_CANCELLED);
	assert_int_equal(err.code, RS_E_CANCELLED);
	assert_int_equal(order, 1);
	bench_done(&b);
}

static void test_unlock__not_here_with_a_key_all_the_same__is_wiped_and_not_used(void **state)
{
	struct bench b;
	struct rs_err err = {0};

	(void)state;
	bench_new(&b);
	b.fakes[2] = (struct fake){.answer = 0, .key = external};
	assert_int_equal(en_unlock(b.s, &b.v, true, &err), RS_E_KEY_OTHER);
	assert_int_equal(n_wiped, 1);
	bench_done(&b);
}

static void test_add_source__more_than_there_is_room_for__is_our_bug(void **state)
{
	const struct rs_key_source source = {"4", NULL, RS_KEY_TYPED, false, ask_fake, NULL};
	struct bench b;

	(void)state;
	bench_new(&b);
	assert_int_equal(rs_keys_add_source(b.s, &source, NULL), 0);
	assert_int_equal(rs_keys_add_source(b.s, &source, NULL), RS_E_BUG);
	bench_done(&b);
}

/* A policy is read when the one who types is there already. */
static void test_add_source__a_person__is_asked_last(void **state)
{
	struct rs_session *s = NULL;
	struct fake fakes[4] = {{0}};
	static const bool is_person[] = {false, true, false, true};
	static const char *const wanted[] = {"0", "2", "1", "3"};
	static const char *const names[] = {"0", "1", "2", "3"};

	(void)state;
	assert_int_equal(rs_session_new(NULL, &s, NULL), 0);
	for (size_t i = 0; i < 4; i++) {
		const struct rs_key_source source = {.name = names[i],
			.user = &fakes[i],
			.form = RS_KEY_TYPED,
			.is_person = is_person[i],
			.ask = ask_fake};
		assert_int_equal(rs_keys_add_source(s, &source, NULL), 0);
	}
	for (size_t i = 0; i < 4; i++)
		assert_string_equal(s->sources[i].name, wanted[i]);
	rs_session_free(s);
}

/* A new file in the place of the one before. */
static void put_file(const char *path, const void *p, size_t len)
{
	FILE *f = fopen(path, "we");

	assert_non_null(f);
	assert_int_equal(fwrite(p, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
}

/* Each form, from a file: what it is read as, and that the session knows that keys were given. */
static void test_from_file__each_form__is_read_as_that(void **state)
{
	static const struct {
		enum rs_key_form form;
		bool is_bek;
		int added, opened;
	} all[] = {
		{RS_KEY_STARTUP, true, 0, 0},
		{RS_KEY_LIST, true, 0, 0},
		{RS_KEY_STARTUP, false, RS_E_KEY_FILE, RS_E_KEY_OTHER},
		{RS_KEY_LIST, false, RS_E_KEY_FILE, RS_E_KEY_OTHER},
		{RS_KEY_PASSPHRASE, false, 0, RS_E_KEY_OTHER},
		{RS_KEY_TYPED, false, 0, RS_E_KEY_OTHER},
	};
	char path[] = "/tmp/unbrick-keys-XXXXXX";
	uint8_t bek[512];
	const size_t len = mini_bek(0x44, external, false, bek);
	const int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	(void)close(fd);
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct bench b;
		struct rs_err err = {0};
		bench_new(&b);
		put_file(path, all[i].is_bek ? (const void *)bek : "correct horse",
			all[i].is_bek ? len : 13);
		int r = rs_keys_from_file(b.s, path, all[i].form, &err);
		assert_int_equal(r, all[i].added);
		assert_true(r == 0 || strcmp(err.object, path) == 0);
		assert_int_equal(b.s->has_keys, r == 0);
		assert_int_equal(en_unlock(b.s, &b.v, false, NULL), all[i].opened);
		assert_int_equal(order, 0);
		bench_done(&b);
	}
	struct bench b;
	struct rs_err err = {0};
	bench_new(&b);
	(void)unlink(path);
	assert_int_equal(rs_keys_from_file(b.s, path, RS_KEY_LIST, &err), RS_E_IO_OPEN);
	assert_string_equal(err.object, path);
	assert_false(b.s->has_keys);
	bench_done(&b);
}

/* What says of itself that it is a passphrase is read as one, and as nothing else. */
static void test_unlock__a_passphrase__whatever_the_form_of_the_source(void **state)
{
	struct bench b;
	struct rs_err err = {0};

	(void)state;
	bench_new(&b);
	b.fakes[0] = (struct fake){.answer = 2, .key = external};
	assert_int_not_equal(en_unlock(b.s, &b.v, true, &err), 0);
	assert_int_equal(b.fakes[0].last, RS_E_KEY_FORMAT); /* the bytes of a .BEK are no text */
	assert_int_equal(n_wiped, 3);
	bench_done(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_unlock__first_has_none__the_next_is_asked_and_no_more),
		cmocka_unit_test(test_unlock__nobody_may_be_asked__nobody_is),
		cmocka_unit_test(test_unlock__wrong_keys__three_attempts_each_then_the_next),
		cmocka_unit_test(test_unlock__one_cannot_be_asked__is_told_and_the_next_is),
		cmocka_unit_test(test_key_file__its_passphrase__is_asked_for_once),
		cmocka_unit_test(test_unlock__cancelled_at_a_source__ends),
		cmocka_unit_test(
			test_unlock__not_here_with_a_key_all_the_same__is_wiped_and_not_used),
		cmocka_unit_test(test_add_source__more_than_there_is_room_for__is_our_bug),
		cmocka_unit_test(test_add_source__a_person__is_asked_last),
		cmocka_unit_test(test_from_file__each_form__is_read_as_that),
		cmocka_unit_test(test_unlock__a_passphrase__whatever_the_form_of_the_source),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
