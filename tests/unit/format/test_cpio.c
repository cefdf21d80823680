/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The extra archive, read by GNU cpio. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "format/cpio.h"

enum { BIG_BYTES = 5000 };

static const char settings[] = "timeout = 3\n";

static bool write_sample(struct cpio *c)
{
	static uint8_t big[BIG_BYTES];

	for (unsigned i = 0; i < BIG_BYTES; i++)
		big[i] = (uint8_t)(i * 7);
	cpio_add_folder(c, "unbrick");
	cpio_add_file(c, "unbrick/settings.conf", settings, sizeof(settings) - 1);
	cpio_add_file(c, "unbrick/empty", "", 0);
	cpio_add_file(c, "unbrick/big", big, BIG_BYTES);
	return cpio_finish(c);
}

/* What a command prints, its input from a file beside it. */
static void output_of(const char *command, const uint8_t *in, size_t in_len, char *ret, size_t size)
{
	char name[] = "/tmp/test_cpio.XXXXXX", line[300];
	int fd = mkstemp(name);

	assert_true(fd >= 0);
	FILE *f = fdopen(fd, "wb");
	assert_non_null(f);
	assert_int_equal(fwrite(in, 1, in_len, f), in_len);
	assert_int_equal(fclose(f), 0);
	assert_true(snprintf(line, sizeof(line), "%s <%s", command, name) < (int)sizeof(line));
	f = popen(line, "r"); /* NOLINT(cert-env33-c): a fixed command in a test */
	assert_non_null(f);
	size_t got = fread(ret, 1, size - 1, f);
	ret[got] = '\0';
	assert_int_equal(pclose(f), 0);
	assert_int_equal(remove(name), 0);
}

static void make(uint8_t **ret, size_t *ret_len)
{
	struct cpio c;

	cpio_init(&c, NULL, 0);
	assert_true(write_sample(&c));
	*ret_len = c.len;
	*ret = malloc(c.len);
	assert_non_null(*ret);
	cpio_init(&c, *ret, *ret_len);
	assert_true(write_sample(&c));
	assert_int_equal(c.len, *ret_len);
}

static void test_cpio__archive__is_listed_by_gnu_cpio(void **state)
{
	char list[2000];
	uint8_t *p;
	size_t len;

	(void)state;
	make(&p, &len);
	assert_int_equal(len % 512, 0);
	output_of("cpio -t --quiet 2>&1", p, len, list, sizeof(list));
	assert_string_equal(list, "unbrick\nunbrick/settings.conf\nunbrick/empty\nunbrick/big\n");
	output_of("cpio -tvn --quiet 2>&1", p, len, list, sizeof(list));
	assert_non_null(strstr(list, "drwxr-xr-x"));
	assert_non_null(strstr(list, "-r--r--r--   1 0        0              12"));
	assert_non_null(strstr(list, " 5000 "));
	free(p);
}

static void test_cpio__files__come_out_as_they_went_in(void **state)
{
	char text[BIG_BYTES + 10];
	uint8_t *p;
	size_t len;

	(void)state;
	make(&p, &len);
	output_of("cpio -i --quiet --to-stdout unbrick/settings.conf", p, len, text, sizeof(text));
	assert_string_equal(text, settings);
	output_of("cpio -i --quiet --to-stdout unbrick/big", p, len, text, sizeof(text));
	for (unsigned i = 0; i < BIG_BYTES; i++)
		assert_int_equal((uint8_t)text[i], (uint8_t)(i * 7));
	free(p);
}

static void test_cpio__buffer_too_small__says_so_and_writes_nothing_behind_it(void **state)
{
	uint8_t *p;
	size_t len;
	struct cpio c;

	(void)state;
	make(&p, &len);
	for (size_t size = 0; size < len; size += 37) {
		/* its end is the allocation's: address sanitizer looks */
		uint8_t *small = malloc(size ? size : 1);
		assert_non_null(small);
		cpio_init(&c, small, size);
		assert_false(write_sample(&c));
		free(small);
	}
	free(p);
}

static void test_cpio__file_over_4_gib__does_not_fit(void **state)
{
	struct cpio c;

	(void)state;
	cpio_init(&c, NULL, 0);
	cpio_add_file(&c, "x", NULL, (size_t)UINT32_MAX + 1);
	assert_false(cpio_finish(&c));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cpio__archive__is_listed_by_gnu_cpio),
		cmocka_unit_test(test_cpio__files__come_out_as_they_went_in),
		cmocka_unit_test(test_cpio__buffer_too_small__says_so_and_writes_nothing_behind_it),
		cmocka_unit_test(test_cpio__file_over_4_gib__does_not_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
