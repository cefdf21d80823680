/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What verify notices after an act: another place, content, size or time than planned; and that its
 * note says what was compared and no more. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "act/quarantine.h"

#include "../../layers/layers.h"
#include "../judge/win_image.h"

#define TEXT "a resident file, told from others by this text"

struct box {
	struct wi wi;
	struct blk *mem;
	struct plan plan;
	struct plan_item item;
};

static void plan_the_file(struct box *b, struct nt_vol *vol)
{
	struct plan_item *i = &b->item;
	bool is_zero;

	*i = (struct plan_item){.number = 1, .is_accepted = true, .action = PLAN_QUARANTINE};
	i->path = strdup("\\Windows\\bad.sys");
	assert_int_equal(nt_lookup(vol, "Windows", &i->from_ref, NULL), 0);
	assert_int_equal(nt_lookup(vol, "Windows/bad.sys", &i->file_ref, NULL), 0);
	assert_int_equal(nt_stat(vol, i->file_ref, &i->stat, NULL), 0);
	assert_int_equal(judge_hash(vol, i->file_ref, i->sha256, &is_zero, NULL), 0);
	i->has_sha256 = true;
	b->plan = (struct plan){.items = i, .n_items = 1};
}

/* Moved by the switch alone: no part of the quarantine but a folder. */
static int setup(void **state)
{
	struct box *b = calloc(1, sizeof(*b));
	struct nt_vol *vol = NULL;
	struct nt_switch sw;
	uint64_t root;

	assert_non_null(b);
	wi_make(&b->wi);
	wi_text(&b->wi, "/Windows/bad.sys", TEXT, "2024-07-19T04:09:00Z");
	wi_open(&b->wi);
	b->mem = lay_mem_load(b->wi.path, 512);
	assert_non_null(b->mem);
	assert_int_equal(nt_vol_open(b->mem, NT_VOL_WRITE, &vol, NULL), 0);
	plan_the_file(b, vol);
	assert_int_equal(nt_lookup(vol, "", &root, NULL), 0);
	assert_int_equal(nt_mkdir(vol, root, "0001", &b->item.to_ref, NULL), 0);
	sw = (struct nt_switch){b->item.file_ref, b->item.from_ref, b->item.to_ref};
	assert_int_equal(nt_switch_run(vol, &sw, NULL), 0);
	assert_int_equal(nt_vol_close(vol, NULL), 0);
	assert_true(lay_mem_save(b->mem));
	*state = b;
	return 0;
}

static int teardown(void **state)
{
	struct box *b = *state;

	free(b->item.path);
	blk_close(b->mem);
	wi_done(&b->wi);
	free(b);
	return 0;
}

static void keep_note(void *user, const char *line)
{
	(void)snprintf(user, 600, "%s", line);
}

static int verify(struct box *b, bool is_restored, char ret_note[600])
{
	const struct verify_notes notes = {keep_note, ret_note};

	ret_note[0] = '\0';
	return quarantine_verify(b->mem, &b->plan, is_restored, &notes, NULL);
}

static void test_verify__as_planned__note_names_what_was_compared(void **state)
{
	struct box *b = *state;
	char note[600];

	assert_int_equal(verify(b, false, note), 0);
	assert_non_null(strstr(note, "size, times and SHA-256 as planned"));
	b->item.has_sha256 = false;
	assert_int_equal(verify(b, false, note), 0);
	assert_null(strstr(note, "SHA-256"));
	assert_non_null(strstr(note, "its content was not compared"));
	b->item.has_sha256 = true;
}

static void test_verify__in_the_other_folder__is_noticed(void **state)
{
	struct box *b = *state;
	char note[600];

	assert_int_equal(verify(b, true, note), RS_E_VERIFY);
	assert_string_equal(note, "");
}

/* One byte of the content, wherever the record is. */
static void flip(struct box *b)
{
	uint8_t *p = lay_mem_bytes(b->mem);
	unsigned n = 0;

	for (size_t i = 1; i + sizeof(TEXT) < b->mem->size_bytes; i++) {
		if (memcmp(p + i, &TEXT[1], sizeof(TEXT) - 2) != 0)
			continue;
		p[i - 1] ^= 1;
		n++;
	}
	assert_int_equal(n, 1);
}

static void test_verify__another_content__is_noticed(void **state)
{
	struct box *b = *state;
	char note[600];

	flip(b);
	assert_int_equal(verify(b, false, note), RS_E_VERIFY);
	flip(b);
	assert_int_equal(verify(b, false, note), 0);
}

static void test_verify__another_size_or_time__is_noticed(void **state)
{
	struct box *b = *state;
	struct nt_stat *s = &b->item.stat, right = *s;
	uint64_t *const facts[] = {
		&s->size_bytes, &s->created, &s->modified, &s->changed, &s->accessed};
	char note[600];

	for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++) {
		++*facts[i];
		assert_int_equal(verify(b, false, note), RS_E_VERIFY);
		*s = right;
	}
	assert_int_equal(verify(b, false, note), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_verify__as_planned__note_names_what_was_compared),
		cmocka_unit_test(test_verify__in_the_other_folder__is_noticed),
		cmocka_unit_test(test_verify__another_content__is_noticed),
		cmocka_unit_test(test_verify__another_size_or_time__is_noticed),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
