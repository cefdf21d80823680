/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whose is it? Descriptors as bytes, written down from [MS-DTYP], and what new folders and files of
 * ours get, as an independent program (ntfssecaudit) and the library read it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "ntfswrite/vol_internal.h"

#include "../../layers/layers.h"
#include "vol_help.h"

/* O:SYG:SYD:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)S:P(AU;FA;SD;;;SY), put down by hand */
static const uint8_t folder[] = {
	/* revision, control, owner, group, system list, list */
	1, 0, 0x14, 0xb0, 0x64, 0, 0, 0, 0x70, 0, 0, 0, 0x14, 0, 0, 0, 0x30, 0, 0, 0,
	/* system list: one entry, audit of a failed DELETE by S-1-5-18 */
	2, 0, 0x1c, 0, 1, 0, 0, 0,			    /* list */
	2, 0x80, 0x14, 0, 0, 0, 1, 0,			    /* entry */
	1, 1, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0,		    /* SYSTEM */
	2, 0, 0x34, 0, 2, 0, 0, 0,			    /* list */
	0, 3, 0x14, 0, 0xff, 1, 0x1f, 0,		    /* entry */
	1, 1, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0,		    /* SYSTEM */
	0, 3, 0x18, 0, 0xff, 1, 0x1f, 0,		    /* entry */
	1, 2, 0, 0, 0, 0, 0, 5, 32, 0, 0, 0, 0x20, 2, 0, 0, /* Administrators */
	1, 1, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0,		    /* owner */
	1, 1, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0,		    /* group */
};
#define OFF_CONTROL 2U
#define OFF_OWNER   4U
#define OFF_DACL    0x30U

static bool is_ours(const uint8_t *p, size_t len)
{
	char why[64];
	/* of its own length, for the sanitizer */
	uint8_t *copy = malloc(len ? len : 1);

	assert_non_null(copy);
	memcpy(copy, p, len);
	bool ret = nt_security_is_ours((struct rs_view){copy, len}, true, why, sizeof(why));
	assert_int_equal(ret, !why[0]);
	free(copy);
	return ret;
}

static void test_make__is_what_the_specification_says(void **state)
{
	uint8_t made[NT_SECURITY_OURS_MAX];

	(void)state;
	assert_int_equal(nt_security_make(true, made), sizeof(folder));
	assert_memory_equal(made, folder, sizeof(folder));
	assert_true(is_ours(folder, sizeof(folder)));
}

static void test_file__does_not_pass_for_a_folder_nor_the_reverse(void **state)
{
	uint8_t made[NT_SECURITY_OURS_MAX];
	size_t len = nt_security_make(false, made);

	(void)state;
	assert_false(is_ours(made, len));
	assert_true(nt_security_is_ours((struct rs_view){made, len}, false, NULL, 0));
	assert_false(nt_security_is_ours((struct rs_view){folder, sizeof(folder)}, false, NULL, 0));
}

static void test_truncated__at_every_byte__not_ours(void **state)
{
	(void)state;
	/* the group, which comes last, says nothing about who may do what */
	for (size_t len = 0; len < sizeof(folder) - 12; len++)
		assert_false(is_ours(folder, len));
}

/* Every byte up to the owner, but for those that say nothing: padding, the group, and where the
 * owner stands (another copy of his SID will do). */
static void test_every_bit__changed__not_ours(void **state)
{
	static const uint8_t free_bytes[] = {
		1, 4, 8, 9, 10, 11, 0x15, 0x16, 0x1a, 0x1b, 0x31, 0x32, 0x36, 0x37};
	static const uint16_t free_control = 0xffffU & ~(0x8000U | 0x1000U | 0x10U | 0x4U);

	(void)state;
	for (size_t i = 0; i < sizeof(folder) - 12; i++) {
		if (memchr(free_bytes, (int)i, sizeof(free_bytes)))
			continue;
		for (unsigned bit = 0; bit < 8; bit++) {
			uint8_t p[sizeof(folder)];
			unsigned in_control = (unsigned)(i - OFF_CONTROL) * 8 + bit;
			bool is_free = (i == 2 || i == 3) && free_control >> in_control & 1;
			memcpy(p, folder, sizeof(p));
			p[i] ^= (uint8_t)(1U << bit);
			if (is_ours(p, sizeof(p)) != is_free)
				fail_msg("byte 0x%zx, bit %u", i, bit);
		}
	}
}

static void test_owner__a_user__not_ours_and_named(void **state)
{
	uint8_t p[sizeof(folder) + 28] = {0};
	static const uint8_t user[] = {1, 5, 0, 0, 0, 0, 0, 5, 21, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0,
		3, 0, 0, 0, 0xe9, 3, 0, 0};
	char why[128];

	(void)state;
	memcpy(p, folder, sizeof(folder));
	memcpy(p + sizeof(folder), user, sizeof(user));
	rs_put_le32(p + OFF_OWNER, sizeof(folder));
	assert_false(nt_security_is_ours((struct rs_view){p, sizeof(p)}, true, why, sizeof(why)));
	assert_string_equal(why, "its owner is S-1-5-21-1-2-3-1001");
}

static void test_owner__administrators__ours(void **state)
{
	uint8_t p[sizeof(folder)];

	(void)state;
	memcpy(p, folder, sizeof(p));
	rs_put_le32(p + OFF_OWNER, 0x54);
	assert_true(is_ours(p, sizeof(p)));
}

/* Windows keeps the entries of a list in an order of its own. */
static void test_entries__the_other_way_round__ours(void **state)
{
	uint8_t p[sizeof(folder)];

	(void)state;
	memcpy(p, folder, sizeof(p));
	memcpy(p + OFF_DACL + 8, folder + OFF_DACL + 8 + 0x14, 0x18);
	memcpy(p + OFF_DACL + 8 + 0x18, folder + OFF_DACL + 8, 0x14);
	assert_true(is_ours(p, sizeof(p)));
}

static void test_entries__one_more__not_ours(void **state)
{
	uint8_t p[sizeof(folder) + 0x60] = {0};
	static const uint8_t everyone[] = {
		0, 3, 0x14, 0, 0xff, 1, 0x1f, 0, 1, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0};

	(void)state;
	memcpy(p, folder, sizeof(folder));
	memcpy(p + sizeof(folder), folder + OFF_DACL, 0x34);
	memcpy(p + sizeof(folder) + 0x34, everyone, sizeof(everyone));
	rs_put_le32(p + 16, sizeof(folder));
	assert_true(is_ours(p, sizeof(p)));
	rs_put_le16(p + sizeof(folder) + 4, 3); /* it counts now */
	rs_put_le16(p + sizeof(folder) + 2, 0x34 + sizeof(everyone));
	assert_false(is_ours(p, sizeof(p)));
}

static void test_offsets__anywhere__stay_inside(void **state)
{
	(void)state;
	for (size_t field = 4; field <= 16; field += 4) {
		for (uint32_t off = 0; off < sizeof(folder) + 8; off++) {
			uint8_t p[sizeof(folder)];
			memcpy(p, folder, sizeof(p));
			rs_put_le32(p + field, off);
			(void)is_ours(p, sizeof(p)); /* the sanitizer looks */
		}
	}
}

/* ---- $SDS ---- */

static bool count(void *user, const struct nt_sds_entry *e, struct rs_view sd)
{
	assert_int_equal(sd.len, e->len);
	++*(unsigned *)user;
	return true;
}

static void put_entry(uint8_t *p, uint64_t off, uint32_t id, struct rs_view sd)
{
	rs_put_le32(p + off, nt_security_hash(sd));
	rs_put_le32(p + off + 4, id);
	rs_put_le64(p + off + 8, off);
	rs_put_le32(p + off + 16, (uint32_t)(20 + sd.len));
	memcpy(p + off + 20, sd.p, sd.len);
}

static void test_sds__cut_and_lying__ends_there(void **state)
{
	const struct rs_view sd = {folder, sizeof(folder)};
	uint8_t block[512] = {0};

	(void)state;
	put_entry(block, 0, 0x100, sd);
	put_entry(block, 0x90, 0x101, sd);
	for (size_t len = 0; len <= sizeof(block); len++) {
		unsigned n = 0;
		nt_sds_each((struct rs_view){block, len}, 0, count, &n);
		assert_int_equal(
			n, (len >= 20 + sizeof(folder)) + (len >= 0x90 + 20 + sizeof(folder)));
	}
	for (unsigned i = 0; i < 3; i++) {
		static const uint32_t bad[] = {0, 19, UINT32_MAX};
		unsigned n = 0;
		rs_put_le32(block + 16, bad[i]);
		nt_sds_each((struct rs_view){block, sizeof(block)}, 0, count, &n);
		assert_int_equal(n, 0);
	}
}

/* ---- on a volume ---- */

struct box {
	struct vh image;
	struct blk *mem;
	struct nt_vol *vol;
	uint64_t root;
};

static int setup(void **state)
{
	struct box *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	vh_make(&b->image, 8, 4096, 512);
	(void)vh_add(&b->image, "/", "theirs", -1);
	vh_filled(&b->image);
	b->mem = vh_load(&b->image);
	assert_int_equal(nt_vol_open(b->mem, NT_VOL_WRITE, &b->vol, NULL), 0);
	assert_int_equal(nt_lookup(b->vol, "", &b->root, NULL), 0);
	*state = b;
	return 0;
}

static int teardown(void **state)
{
	struct box *b = *state;

	(void)nt_vol_close(b->vol, NULL);
	blk_close(b->mem);
	vh_remove(&b->image);
	free(b);
	return 0;
}

static void expect_ours(struct box *b, uint64_t ref, bool is_dir)
{
	auto_free uint8_t *sd = NULL;
	size_t len = 0;
	char why[128];

	assert_int_equal(nt_security_read(b->vol, ref, &sd, &len, NULL), 0);
	if (!nt_security_is_ours((struct rs_view){sd, len}, is_dir, why, sizeof(why)))
		fail_msg("%s", why);
}

static void test_made__is_ours_and_secure_stays_as_it_was(void **state)
{
	struct box *b = *state;
	uint64_t dir = 0, file = 0, theirs = 0;
	auto_free uint8_t *sd = NULL;
	size_t len = 0;
	uint32_t id = 1;

	assert_int_equal(nt_mkdir(b->vol, b->root, "ours", &dir, NULL), 0);
	assert_int_equal(nt_file_create(b->vol, dir, "file", "x", 1, 0, &file, NULL), 0);
	expect_ours(b, dir, true);
	expect_ours(b, file, false);
	assert_int_equal(
		nt_security_find(b->vol, (struct rs_view){folder, sizeof(folder)}, &id, NULL), 0);
	assert_int_equal(id, 0); /* nothing was added */
	assert_int_equal(nt_lookup(b->vol, "theirs", &theirs, NULL), 0);
	assert_int_equal(nt_security_read(b->vol, theirs, &sd, &len, NULL), 0);
	assert_false(nt_security_is_ours((struct rs_view){sd, len}, true, NULL, 0));
	assert_int_equal(nt_vol_close(b->vol, NULL), 0);
	b->vol = NULL;
	vh_store(&b->image, b->mem);
	auto_free char *audit = vh_run(&b->image, "ntfssecaudit -v '%s' /ours/file 2>/dev/null");
	if (!audit)
		return; /* not installed */
	assert_non_null(strstr(audit, "Windows owner S-1-5-18"));
	assert_non_null(strstr(audit, "mode 0700"));
}

/* The root folder's descriptor is one of $Secure, by mkntfs. */
static void test_shared__found_by_id_and_by_its_bytes(void **state)
{
	struct box *b = *state;
	uint32_t id = 0;
	struct nt_sds_entry *e;

	assert_int_equal(
		nt_security_find(b->vol, (struct rs_view){folder, sizeof(folder)}, &id, NULL), 0);
	assert_true(b->vol->sds.n > 0);
	e = &b->vol->sds.all[0];
	struct rs_view own = {NULL, 0};
	uint8_t bytes[512];
	assert_true(e->len <= sizeof(bytes));
	auto_attr ntfs_attr *na = ntfs_attr_open(b->vol->lib->secure_ni, AT_DATA,
		(ntfschar[]){const_cpu_to_le16('$'), const_cpu_to_le16('S'), const_cpu_to_le16('D'),
			const_cpu_to_le16('S')},
		4);
	assert_non_null(na);
	assert_int_equal(ntfs_attr_pread(na, (s64)e->off_bytes, e->len, bytes), e->len);
	own = (struct rs_view){bytes, e->len};
	assert_int_equal(nt_security_hash(own), e->hash); /* mkntfs and we agree */
	assert_int_equal(nt_security_find(b->vol, own, &id, NULL), 0);
	assert_int_equal(id, e->id);
	/* anybody can have one made whose hash is that of ours */
	bytes[e->len - 1] ^= 1;
	e->hash = nt_security_hash(own);
	assert_int_equal(nt_security_find(b->vol, own, &id, NULL), 0);
	assert_int_equal(id, 0);
}

struct seen {
	unsigned n, n_dos;
};

static bool see(void *user, const struct nt_link *link)
{
	struct seen *s = user;

	s->n++;
	s->n_dos += link->is_dos;
	return true;
}

static void test_links__every_name_and_that_for_dos(void **state)
{
	struct box *b = *state;
	struct vh v;
	struct nt_vol *vol = NULL;
	struct seen s = {0};
	uint64_t ref = 0;

	(void)b;
	vh_make(&v, 8, 4096, 512);
	(void)vh_add(&v, "/", "a", -1);
	(void)vh_add(&v, "/a", "a long name.sys", 10);
	vh_add_dos(&v, "/a", "a long name.sys", "ALONGN~1.SYS");
	vh_add_link(&v, "/a/a long name.sys", "/", "link");
	vh_filled(&v);
	struct blk *mem = vh_load(&v);
	assert_int_equal(nt_vol_open(mem, 0, &vol, NULL), 0);
	assert_int_equal(nt_lookup(vol, "link", &ref, NULL), 0);
	assert_int_equal(nt_links(vol, ref, see, &s, NULL), 0);
	assert_int_equal(s.n, 3);
	assert_int_equal(s.n_dos, 1);
	assert_int_equal(nt_vol_close(vol, NULL), 0);
	blk_close(mem);
	vh_remove(&v);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_make__is_what_the_specification_says),
		cmocka_unit_test(test_file__does_not_pass_for_a_folder_nor_the_reverse),
		cmocka_unit_test(test_truncated__at_every_byte__not_ours),
		cmocka_unit_test(test_every_bit__changed__not_ours),
		cmocka_unit_test(test_owner__a_user__not_ours_and_named),
		cmocka_unit_test(test_owner__administrators__ours),
		cmocka_unit_test(test_entries__the_other_way_round__ours),
		cmocka_unit_test(test_entries__one_more__not_ours),
		cmocka_unit_test(test_offsets__anywhere__stay_inside),
		cmocka_unit_test(test_sds__cut_and_lying__ends_there),
		T(test_made__is_ours_and_secure_stays_as_it_was),
		T(test_shared__found_by_id_and_by_its_bytes),
		T(test_links__every_name_and_that_for_dos),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
