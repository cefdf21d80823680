/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is left of a secret. munmap and mlock are ours (--wrap), so that the last moment of memory
 * can be looked at. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/arena.h"
#include "core/secret.h"

#define SECRET "563552-689865-117161-606298"
#define FILLED 200000U

int __wrap_munmap(void *p, size_t len);
int __real_munmap(void *p, size_t len);
int __wrap_mlock(const void *p, size_t len);
int __real_mlock(const void *p, size_t len);

static bool is_watched, is_lock_refused;
static unsigned n_unmapped, n_dirty, n_locked;

static bool is_in(const uint8_t *p, size_t len)
{
	return memmem(p, len, SECRET, sizeof(SECRET) - 1) != NULL;
}

int __wrap_munmap(void *p, size_t len)
{
	/* a stack has a guard below, which nobody may read */
	size_t guard = len > (1U << 20) ? 64U << 10 : 0;

	if (is_watched) {
		n_unmapped++;
		n_dirty += is_in((const uint8_t *)p + guard, len - guard);
	}
	return __real_munmap(p, len);
}

int __wrap_mlock(const void *p, size_t len)
{
	n_locked++;
	return is_lock_refused ? -1 : __real_mlock(p, len);
}

static void watch(void)
{
	is_watched = true;
	n_unmapped = n_dirty = n_locked = 0;
}

static void test_secret_done__before_it_goes_back__is_wiped(void **state)
{
	struct rs_secret s = {0};

	(void)state;
	watch();
	assert_int_equal(rs_secret_set(&s, SECRET, sizeof(SECRET), NULL), 0);
	rs_secret_done(&s);
	is_watched = false;
	assert_int_equal(n_locked, 1);
	assert_int_equal(n_unmapped, 1);
	assert_int_equal(n_dirty, 0);
}

static void test_secret__cannot_be_locked__is_told(void **state)
{
	struct rs_secret s = {0};

	(void)state;
	assert_int_equal(rs_secret_init(&s, 10, NULL), 0);
	assert_false(s.is_swappable);
	rs_secret_done(&s);
	is_lock_refused = true;
	assert_int_equal(rs_secret_init(&s, 10, NULL), 0);
	is_lock_refused = false;
	assert_true(s.is_swappable);
	rs_secret_done(&s);
}

static void test_arena__any_size__aligned_zeroed_apart(void **state)
{
	struct rs_arena *a = NULL;
	static uint8_t *all[400];

	(void)state;
	assert_int_equal(rs_arena_new(&a, NULL), 0);
	for (size_t i = 0; i < 400; i++) {
		size_t len = i * i * 3 % 70000 + (i % 50 == 49 ? 300000 : 1);
		all[i] = rs_arena_alloc(a, len);
		assert_non_null(all[i]);
		assert_int_equal((uintptr_t)all[i] % 16, 0);
		for (size_t k = 0; k < len; k++)
			assert_int_equal(all[i][k], 0);
		memset(all[i], (int)(i % 251) + 1, len);
		if (i % 3 == 2) { /* what lies beside stays as it is */
			rs_arena_release(a, all[i - 1]);
			all[i - 1] = NULL;
		}
	}
	for (size_t i = 0; i < 400; i++)
		if (all[i])
			assert_int_equal(all[i][i * i * 3 % 70000], (int)(i % 251) + 1);
	assert_null(rs_arena_alloc(a, SIZE_MAX));
	assert_null(rs_arena_alloc(a, SIZE_MAX - 15));
	rs_arena_free(a);
	rs_arena_free(NULL);
}

static void test_arena__given_back__is_wiped_and_used_again(void **state)
{
	struct rs_arena *a = NULL;

	(void)state;
	assert_int_equal(rs_arena_new(&a, NULL), 0);
	uint8_t *p = rs_arena_alloc(a, 100);
	memcpy(p + 8, SECRET, sizeof(SECRET));
	rs_arena_release(a, p);
	assert_false(is_in(p, 100)); /* the arena still has that memory */
	assert_ptr_equal(rs_arena_alloc(a, 100), p);
	for (size_t i = 0; i < 100; i++)
		assert_int_equal(p[i], 0);
	rs_arena_release(a, NULL);
	rs_arena_free(a);
}

static void test_arena_resize__each_way__keeps_what_fits_and_no_more(void **state)
{
	struct rs_arena *a = NULL;

	(void)state;
	assert_int_equal(rs_arena_new(&a, NULL), 0);
	uint8_t *p = rs_arena_resize(a, NULL, sizeof(SECRET));
	memcpy(p, SECRET, sizeof(SECRET));
	uint8_t *larger = rs_arena_resize(a, p, 5000);
	assert_memory_equal(larger, SECRET, sizeof(SECRET));
	assert_false(is_in(p, sizeof(SECRET)));
	memcpy(larger + 4000, SECRET, sizeof(SECRET));
	uint8_t *less = rs_arena_resize(a, larger, 3900);
	assert_memory_equal(less, SECRET, sizeof(SECRET));
	assert_false(is_in(less + 3900, 1000));
	uint8_t *little = rs_arena_resize(a, less, 4);
	assert_memory_equal(little, SECRET, 4);
	assert_false(is_in(less, 3900));
	rs_arena_free(a);
}

static void test_arena_free__what_nobody_gave_back__is_wiped(void **state)
{
	struct rs_arena *a = NULL;

	(void)state;
	watch();
	assert_int_equal(rs_arena_new(&a, NULL), 0);
	memcpy(rs_arena_alloc(a, 100), SECRET, sizeof(SECRET));
	uint8_t *large = rs_arena_alloc(a, 1U << 19);
	memcpy(large, SECRET, sizeof(SECRET));
	uint8_t *other = rs_arena_alloc(a, 1U << 19);
	memcpy(other, SECRET, sizeof(SECRET));
	rs_arena_release(a, large);
	assert_int_equal(n_unmapped, 1);
	rs_arena_free(a);
	is_watched = false;
	assert_int_equal(n_unmapped, 3);
	assert_int_equal(n_dirty, 0);
	assert_int_equal(n_locked, 3);
}

static void test_arena__cannot_be_locked__is_told(void **state)
{
	struct rs_arena *a = NULL;

	(void)state;
	assert_int_equal(rs_arena_new(&a, NULL), 0);
	assert_non_null(rs_arena_alloc(a, 100));
	assert_true(rs_arena_is_locked(a));
	is_lock_refused = true;
	assert_non_null(rs_arena_alloc(a, FILLED));
	is_lock_refused = false;
	assert_false(rs_arena_is_locked(a));
	rs_arena_free(a);
}

/* The address sanitizer takes mlock for itself and locks nothing. */
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define LOCKS_NOTHING 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) && !defined(LOCKS_NOTHING)
#define LOCKS_NOTHING 1
#endif

/* The kernel's word for memory: "dd" do not dump, "lo" locked. */
static bool has_flags(const void *p, const char *a, const char *b)
{
	char line[512];
	bool is_ours = false, ret = false;
	FILE *f = fopen("/proc/self/smaps", "re");

	assert_non_null(f);
	while (fgets(line, sizeof(line), f)) {
		unsigned long from, to;
		if (sscanf(line, "%lx-%lx ", &from, &to) == 2)
			is_ours = (uintptr_t)p >= from && (uintptr_t)p < to;
		else if (is_ours && strncmp(line, "VmFlags:", 8) == 0)
			ret = strstr(line, a) && strstr(line, b);
	}
	(void)fclose(f);
	return ret;
}

static void test_arena__any__is_locked_and_not_dumped(void **state)
{
	struct rs_arena *a = NULL;
	const size_t sizes[] = {10, FILLED};

	(void)state;
	assert_int_equal(rs_arena_new(&a, NULL), 0);
	for (int i = 0; i < 2; i++) {
		void *p = rs_arena_alloc(a, sizes[i]);
		assert_non_null(p);
#ifndef LOCKS_NOTHING
		if (rs_arena_is_locked(a))
			assert_true(has_flags(p, " dd", " lo"));
#endif
		assert_true(has_flags(p, " dd", " dd"));
	}
	rs_arena_free(a);
}

struct seen {
	uintptr_t at;
	bool is_secret;
};

static __attribute__((noinline)) int leave_something(void *arg)
{
	volatile char here[512];
	struct seen *seen = arg;

	for (size_t i = 0; i < sizeof(SECRET); i++)
		here[i] = SECRET[i];
	seen->at = (uintptr_t)here;
	seen->is_secret = has_flags((const void *)seen->at, " dd", " dd");
	return here[0];
}

static void test_on_secret_stack__its_stack__is_not_dumped_and_wiped(void **state)
{
	struct seen seen = {0};

	(void)state;
	watch();
	assert_int_equal(rs_on_secret_stack(leave_something, &seen), SECRET[0]);
	is_watched = false;
	assert_true(n_unmapped >= 1);
	assert_int_equal(n_dirty, 0);
	assert_true(n_locked >= 1);
#ifndef __SANITIZE_ADDRESS__ /* which keeps variables elsewhere */
	assert_true(seen.is_secret);
#endif
}

/* Without going through a variable of a function that has ended. */
static bool is_at(uintptr_t at)
{
	uint8_t bytes[sizeof(SECRET)];
	int fd = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(pread(fd, bytes, sizeof(bytes), (off_t)at), sizeof(bytes));
	(void)close(fd);
	return is_in(bytes, sizeof(bytes));
}

static void test_wipe_stack__what_a_function_left__is_gone(void **state)
{
	struct seen seen = {0};

	(void)state;
	(void)leave_something(&seen);
	rs_wipe_stack();
#ifndef __SANITIZE_ADDRESS__
	assert_false(is_at(seen.at));
#endif
	assert_false(is_at((uintptr_t)&seen));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_secret_done__before_it_goes_back__is_wiped),
		cmocka_unit_test(test_secret__cannot_be_locked__is_told),
		cmocka_unit_test(test_arena__any_size__aligned_zeroed_apart),
		cmocka_unit_test(test_arena__given_back__is_wiped_and_used_again),
		cmocka_unit_test(test_arena_resize__each_way__keeps_what_fits_and_no_more),
		cmocka_unit_test(test_arena_free__what_nobody_gave_back__is_wiped),
		cmocka_unit_test(test_arena__cannot_be_locked__is_told),
		cmocka_unit_test(test_arena__any__is_locked_and_not_dumped),
		cmocka_unit_test(test_on_secret_stack__its_stack__is_not_dumped_and_wiped),
		cmocka_unit_test(test_wipe_stack__what_a_function_left__is_gone),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
