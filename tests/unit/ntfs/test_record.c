/* SPDX-License-Identifier: GPL-3.0-or-later */
/* MFT records: fixups, header, attributes, names, rows of the attribute list; each field out of
 * range, cut at every byte. */
#include "raw_help.h"

#include <string.h>

static void sample(struct rh_rec *r)
{
	const uint64_t sizes[3] = {8192, 5000, 5000};

	rh_begin(r, 40, 7, 1, 0);
	rh_times(r, 0x20);
	rh_name(r, RH_ROOT, "sample.sys", NT_NS_WIN32);
	rh_runs(r, NT_AT_DATA, 0, 1, "21 02 10 00 00", sizes);
	rh_resident(r, NT_AT_DATA, "stream", "abc", 3);
	rh_end(r);
}

static const char *prepared(struct rh_rec *r)
{
	sample(r);
	return nt_record_prepare(r->b, sizeof(r->b));
}

static void test_record__good_sample__gives_all_attributes(void **state)
{
	struct nt_file_name fn;
	struct nt_attrs w;
	struct nt_attr a;
	struct rh_rec r;
	char name[NT_NAME_BYTES];

	(void)state;
	assert_null(prepared(&r));
	assert_int_equal(nt_record_sequence(r.b), 7);
	nt_attrs_init(&w, r.b, sizeof(r.b));
	assert_true(nt_attrs_next(&w, &a));
	assert_int_equal(a.type, NT_AT_STANDARD_INFORMATION);
	assert_int_equal(a.value.len, 0x48);
	assert_true(nt_attrs_next(&w, &a));
	assert_true(nt_file_name_parse(a.value, &fn));
	assert_int_equal(fn.parent_ref, RH_ROOT);
	assert_int_equal(nt_name_text(fn.name, name), 10);
	assert_string_equal(name, "sample.sys");
	assert_true(nt_attrs_next(&w, &a));
	assert_false(a.is_resident);
	assert_int_equal(a.data_bytes, 5000);
	assert_int_equal(a.highest_vcn, 1);
	assert_true(nt_attr_is_named(&a, ""));
	assert_true(nt_attrs_next(&w, &a));
	assert_true(nt_attr_is_named(&a, "stream"));
	assert_false(nt_attr_is_named(&a, "strea"));
	assert_false(nt_attr_is_named(&a, ""));
	assert_memory_equal(a.value.p, "abc", 3);
	assert_false(nt_attrs_next(&w, &a));
	assert_null(w.fault);
	nt_attrs_init(&w, r.b, sizeof(r.b));
	assert_true(nt_attrs_next_of(&w, NT_ATTRS_OF(NT_AT_DATA), &a));
	assert_false(a.is_resident);
}

static void test_record__header_out_of_range__is_named(void **state)
{
	static const struct {
		unsigned at, bytes;
		uint32_t value;
		const char *what;
	} row[] = {
		{0, 4, 0x44414142, "marked BAAD: written in part"},
		{0, 4, 0x454C4946 + 1, "no FILE signature"},
		{4, 2, 6, "place of the fixups"},
		{4, 2, 0x31, "place of the fixups"},
		{4, 2, 0x1FA, "place of the fixups"},
		{4, 2, 0xFFFE, "place of the fixups"},
		{6, 2, 0, "number of fixups"},
		{6, 2, 2, "number of fixups"},
		{6, 2, 0xFFFF, "number of fixups"},
		{0x14, 2, 0, "place of the first attribute"},
		{0x14, 2, 0x3C, "place of the first attribute"},
		{0x14, 2, 0xFFF8, "place of the first attribute"},
		{0x18, 4, 0, "bytes in use"},
		{0x18, 4, 1025, "bytes in use"},
		{0x18, 4, UINT32_MAX, "bytes in use"},
		{510, 2, 0, "torn: written in part"},
		{1022, 2, 0, "torn: written in part"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct rh_rec r;
		sample(&r);
		for (unsigned k = 0; k < row[i].bytes; k++)
			r.b[row[i].at + k] = (uint8_t)(row[i].value >> 8 * k);
		assert_string_equal(nt_record_prepare(r.b, sizeof(r.b)), row[i].what);
	}
}

static void test_record__zeros_and_odd_lengths__are_named(void **state)
{
	uint8_t zeros[1024] = {0};
	struct rh_rec r;

	(void)state;
	assert_string_equal(nt_record_prepare(zeros, sizeof(zeros)), "all zeros");
	sample(&r);
	for (size_t len = 0; len < RH_RECORD; len++) {
		uint8_t *p = malloc(len + 1);
		memcpy(p, r.b, len);
		assert_non_null(nt_record_prepare(p, len));
		free(p);
	}
}

/* Walk and touch every byte that an attribute claims. */
static unsigned touch_all(const uint8_t *rec, size_t len, const char **ret_fault)
{
	volatile uint8_t sum = 0;
	struct nt_file_name fn;
	struct nt_attrs w;
	struct nt_attr a;
	unsigned n = 0;

	nt_attrs_init(&w, rec, len);
	for (; nt_attrs_next(&w, &a); n++) {
		const struct rs_view v[] = {a.name, a.value, a.pairs};
		for (unsigned k = 0; k < 3; k++)
			for (size_t i = 0; i < v[k].len; i++)
				sum = (uint8_t)(sum + v[k].p[i]);
		if (nt_file_name_parse(a.value, &fn))
			sum = (uint8_t)(sum + fn.name.p[0]);
	}
	*ret_fault = w.fault;
	return n;
}

static void test_attrs__cut_at_every_byte__end_in_a_fault(void **state)
{
	const char *fault;
	struct rh_rec r;

	(void)state;
	assert_null(prepared(&r));
	size_t used = rs_le32(r.b + 0x18);
	for (size_t len = 0x38; len + 4 < used; len++) {
		uint8_t *p = malloc(len);
		memcpy(p, r.b, len);
		(void)touch_all(p, len, &fault);
		assert_non_null(fault);
		free(p);
	}
	assert_int_equal(touch_all(r.b, sizeof(r.b), &fault), 4);
	assert_null(fault);
}

static void test_attrs__field_out_of_range__is_named(void **state)
{
	/* relative to the first attribute (0x10, resident) and the third (0x80, in runs) */
	static const struct {
		bool is_third;
		unsigned at, bytes;
		uint32_t value;
		const char *what;
	} row[] = {
		{false, 4, 4, 0, "length of an attribute"},
		{false, 4, 4, 16, "length of an attribute"},
		{false, 4, 4, 0x61, "length of an attribute"},
		{false, 4, 4, UINT32_MAX - 7, "length of an attribute"},
		{false, 8, 1, 2, "an attribute neither resident nor not"},
		{false, 9, 1, 255, "an attribute's name outside it"},
		{false, 0x10, 4, UINT32_MAX, "a resident value outside its attribute"},
		{false, 0x10, 4, 0x4A, "a resident value outside its attribute"},
		{false, 0x14, 2, 0x10, "a resident value outside its attribute"},
		{false, 0x14, 2, 0xFFFF, "a resident value outside its attribute"},
		{true, 0x20, 2, 0, "runs outside their attribute"},
		{true, 0x20, 2, 0xFFF8, "runs outside their attribute"},
		{true, 4, 4, 0x20, "an attribute shorter than its header"},
	};
	struct nt_attrs w;
	struct nt_attr a;
	struct rh_rec r;

	(void)state;
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		const char *fault;
		assert_null(prepared(&r));
		size_t at = 0x38;
		if (row[i].is_third)
			at += rs_le32(r.b + at + 4);
		if (row[i].is_third)
			at += rs_le32(r.b + at + 4);
		for (unsigned k = 0; k < row[i].bytes; k++)
			r.b[at + row[i].at + k] = (uint8_t)(row[i].value >> 8 * k);
		(void)touch_all(r.b, sizeof(r.b), &fault);
		assert_string_equal(fault, row[i].what);
	}
	assert_null(prepared(&r));
	rs_put_le32(r.b + r.pos, 0); /* the end mark */
	nt_attrs_init(&w, r.b, sizeof(r.b));
	while (nt_attrs_next(&w, &a))
		;
	assert_non_null(w.fault);
}

static void test_file_name__cut_at_every_byte__is_refused(void **state)
{
	uint8_t v[0x42 + 6] = {5, 0, 0, 0, 0, 0, 5, 0};
	struct nt_file_name fn;

	(void)state;
	v[0x40] = 3;
	v[0x41] = NT_NS_DOS;
	for (size_t len = 0; len < sizeof(v); len++) {
		uint8_t *p = malloc(len + 1);
		memcpy(p, v, len);
		assert_false(nt_file_name_parse((struct rs_view){p, len}, &fn));
		free(p);
	}
	assert_true(nt_file_name_parse((struct rs_view){v, sizeof(v)}, &fn));
	v[0x41] = 4;
	assert_false(nt_file_name_parse((struct rs_view){v, sizeof(v)}, &fn));
	v[0x41] = 0;
	v[0x40] = 0;
	assert_false(nt_file_name_parse((struct rs_view){v, sizeof(v)}, &fn));
}

static void test_name_text__any_length_and_letter__as_utf8(void **state)
{
	static const uint8_t mixed[] = {
		'a', 0, 'b', 0, 'c', 0, 'd', 0, 'e', 0, 0xE4, 0, 0x3D, 0xD8, 0, 0xDE, 0, 0xD8};
	uint8_t ascii[510];
	char text[NT_NAME_BYTES];

	(void)state;
	for (size_t i = 0; i < 255; i++)
		rs_put_le16(ascii + 2 * i, (uint16_t)('A' + i % 26));
	for (size_t n = 0; n <= 255; n++) {
		assert_int_equal(nt_name_text((struct rs_view){ascii, 2 * n}, text), n);
		assert_int_equal(strlen(text), n);
		assert_true(n == 0 || text[n - 1] == (char)('A' + (n - 1) % 26));
	}
	/* e with dots, a face, a lone surrogate (WTF-8) */
	(void)nt_name_text((struct rs_view){mixed, sizeof(mixed)}, text);
	assert_string_equal(text, "abcde\xC3\xA4\xF0\x9F\x98\x80\xED\xA0\x80");
}

static void test_list__rows__bounded_and_named(void **state)
{
	uint8_t list[0x40] = {0x80, 0, 0, 0, 0x20, 0, 0, 0x1A, 4, 0, 0, 0, 0, 0, 0, 0, 41, 0, 0, 0,
		0, 0, 3, 0, 9};
	struct nt_list_entry e;
	const char *fault = NULL;
	size_t pos = 0;

	(void)state;
	memcpy(list + 0x20, list, 0x20);
	assert_true(nt_list_next((struct rs_view){list, sizeof(list)}, &pos, &e, &fault));
	assert_int_equal(e.type, NT_AT_DATA);
	assert_int_equal(e.lowest_vcn, 4);
	assert_int_equal(e.ref, RH_REF(41, 3));
	assert_int_equal(e.instance, 9);
	assert_true(nt_list_next((struct rs_view){list, sizeof(list)}, &pos, &e, &fault));
	assert_false(nt_list_next((struct rs_view){list, sizeof(list)}, &pos, &e, &fault));
	assert_null(fault);
	for (size_t len = 1; len < 0x20; len++) {
		uint8_t *p = malloc(len);
		memcpy(p, list, len);
		pos = 0;
		assert_false(nt_list_next((struct rs_view){p, len}, &pos, &e, &fault));
		assert_non_null(fault);
		free(p);
	}
	list[4] = 0; /* would stand still */
	pos = 0;
	assert_false(nt_list_next((struct rs_view){list, sizeof(list)}, &pos, &e, &fault));
	list[4] = 0x20;
	list[6] = 200; /* a name outside */
	assert_false(nt_list_next((struct rs_view){list, sizeof(list)}, &pos, &e, &fault));
	assert_string_equal(fault, "a name in the attribute list");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_record__good_sample__gives_all_attributes),
		cmocka_unit_test(test_record__header_out_of_range__is_named),
		cmocka_unit_test(test_record__zeros_and_odd_lengths__are_named),
		cmocka_unit_test(test_attrs__cut_at_every_byte__end_in_a_fault),
		cmocka_unit_test(test_attrs__field_out_of_range__is_named),
		cmocka_unit_test(test_file_name__cut_at_every_byte__is_refused),
		cmocka_unit_test(test_name_text__any_length_and_letter__as_utf8),
		cmocka_unit_test(test_list__rows__bounded_and_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
