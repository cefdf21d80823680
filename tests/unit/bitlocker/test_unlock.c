/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which key is tried on which protector, and what is said when none fits. Progress is counted, so
 * that a key which must not be tried is seen not to be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "../../layers/layers.h"
#include "bitlocker/internal.h"
#include "mini.h"

#define OTHER_PASSWORD "000011-000011-000011-000011-000011-000011-000011-000011"
#define ROUNDS	       1048576U

static const uint8_t external[32] = "thirty-two bytes of startup key";

struct watch {
	uint64_t total, last;
	bool is_monotonic;
};

static bool watch_progress(void *user, const char *what, uint64_t done, uint64_t total)
{
	struct watch *w = user;

	(void)what;
	w->is_monotonic &= done >= w->last && done <= total;
	w->last = done;
	w->total = total;
	return true;
}

/* 11: recovery, 22: recovery with the other password, 33: passphrase, 44: startup key, 55: TPM */
static void four_protectors(struct mini *m)
{
	mini_begin(m, BL_XTS_128, 512);
	mini_vmk(m, 0x55, BL_P_TPM, NULL, 0);
	mini_recovery(m, 0x11, MINI_PASSWORD);
	mini_recovery(m, 0x22, OTHER_PASSWORD);
	mini_passphrase(m, 0x33, "correct horse");
	mini_startup(m, 0x44, external);
	mini_fvek(m);
	mini_relocation(m);
	mini_finish(m);
}

struct outcome {
	int code;
	uint8_t opened_by; /* tag of the protector */
	unsigned stretched;
	struct rs_err err;
};

static struct outcome unlock(struct mini *m, const struct bl_keyring *k)
{
	struct outcome o = {0};
	struct bl_volume *v = NULL;
	struct bl_unlock_result res = {0};
	struct watch w = {.is_monotonic = true};
	struct rs_task task = {.user = &w, .progress = watch_progress};

	assert_int_equal(bl_load(m->disk, &v, &o.err), 0);
	o.code = bl_unlock(v, k, &task, &res, &o.err);
	assert_int_equal(v->is_unlocked, o.code == 0);
	o.opened_by = res.protector_id[0];
	o.stretched = (unsigned)(w.last / ROUNDS);
	assert_true(w.is_monotonic);
	bl_free(v);
	return o;
}

static struct outcome unlock_by_file(struct mini *m, const char *text)
{
	struct bl_keyring *k = NULL;
	struct rs_err err = {0};

	assert_int_equal(bl_keyring_new(&k, &err), 0);
	(void)bl_keyring_add_file(k, "keys", (const uint8_t *)text, strlen(text), &err);
	struct outcome o = unlock(m, k);
	bl_keyring_free(k);
	return o;
}

static struct outcome unlock_by_typed(struct mini *m, const char *text)
{
	struct bl_keyring *k = NULL;
	struct rs_err err = {0};

	assert_int_equal(bl_keyring_new(&k, &err), 0);
	assert_int_equal(bl_keyring_add_typed(k, text, strlen(text), &err), 0);
	struct outcome o = unlock(m, k);
	bl_keyring_free(k);
	return o;
}

static void test_unlock__each_kind_of_key__opens_its_protector(void **state)
{
	struct mini m;

	(void)state;
	four_protectors(&m);
	assert_int_equal(unlock_by_typed(&m, MINI_PASSWORD).opened_by, 0x11);
	assert_int_equal(unlock_by_typed(&m, OTHER_PASSWORD).opened_by, 0x22);
	assert_int_equal(unlock_by_typed(&m, "correct horse").opened_by, 0x33);
	assert_int_equal(unlock_by_typed(&m, "correct horse\n").opened_by, 0x33);
	struct outcome o = unlock_by_typed(&m, "wrong horse");
	assert_int_equal(o.code, RS_E_KEY_REJECTED);
	assert_int_equal(o.stretched, 1);
	o = unlock_by_typed(&m, "000022-000022-000022-000022-000022-000022-000022-000022");
	assert_int_equal(o.code, RS_E_KEY_REJECTED);
	assert_int_equal(o.stretched, 3); /* two recovery protectors, then as a passphrase */
	assert_non_null(strstr(o.err.detail, "11111111-1111-1111-1111-111111111111"));
	mini_done(&m);
}

/* What must be true of every row, of one that is added, too. */
static void test_protector__each_row__is_one_kind_with_all_that_it_needs(void **state)
{
	static const struct known {
		uint16_t kind;
		bool opens, takes_tpm;
	} known[] = {{0x0000, true, false}, {0x0100, false, true}, {0x0200, true, false},
		{0x0300, false, true}, {0x0500, false, true}, {0x0700, false, true},
		{0x0800, true, false}, {0x1000, false, false}, {0x2000, true, false}};
	const uint16_t unknown = 0xFF00; /* everything at once: no kind that there may be */
	const struct bl_protector_row *row;
	char text[64];

	(void)state;
	for (unsigned n = 0; (row = bl_protector_at(n)); n++) {
		assert_ptr_equal(bl_protector_find(row->kind), row); /* none twice */
		assert_ptr_equal(bl_protector_find(row->kind | 0x00FF), row);
		bl_protector_text(row->kind, text, sizeof(text));
		assert_string_equal(text, row->name);
		assert_true(row->unwrap || !row->way);
		assert_true(row->way || !row->hint);
		assert_int_equal(
			bl_protector_takes(row->kind, BL_P_TPM), (row->kind & BL_P_TPM) != 0);
	}
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		row = bl_protector_find(known[i].kind);
		assert_non_null(row);
		assert_int_equal(row->unwrap != NULL, known[i].opens);
		assert_int_equal(bl_protector_takes(known[i].kind, BL_P_TPM), known[i].takes_tpm);
	}
	assert_null(bl_protector_find(unknown));
	assert_false(bl_protector_takes(unknown, BL_P_TPM)); /* nobody knows what that is */
	bl_protector_text(unknown, text, sizeof(text));
	assert_string_equal(text, "unknown (0xff00)");
}

static void test_unlock__no_key__needed_and_the_ids_named(void **state)
{
	struct mini m;

	(void)state;
	four_protectors(&m);
	struct outcome o = unlock(&m, NULL);
	assert_int_equal(o.code, RS_E_KEY_NEEDED);
	assert_non_null(strstr(o.err.detail, "11111111-1111-1111-1111-111111111111"));
	assert_non_null(strstr(o.err.detail, "22222222-2222-2222-2222-222222222222"));
	assert_null(strstr(o.err.detail, "33333333"));
	mini_done(&m);
}

/* More IDs than a message has room for: the rest is counted, and none is cut. */
static void test_unlock__many_ids__the_rest_is_counted(void **state)
{
	struct mini m;

	(void)state;
	mini_begin(&m, BL_XTS_128, 512);
	for (uint8_t tag = 0x10; tag < 0x1c; tag++)
		mini_vmk(&m, tag, BL_P_RECOVERY, NULL, 0);
	mini_fvek(&m);
	mini_relocation(&m);
	mini_finish(&m);
	struct outcome o = unlock(&m, NULL);
	assert_int_equal(o.code, RS_E_KEY_NEEDED);
	assert_non_null(strstr(o.err.detail, "14141414-1414-1414-1414-141414141414 and 7 more"));
	assert_null(strstr(o.err.detail, "15151515"));
	mini_done(&m);
}

static void test_unlock__no_recovery_password_made__asks_for_what_opens_it(void **state)
{
	struct mini m;

	(void)state;
	mini_begin(&m, BL_XTS_128, 512);
	mini_startup(&m, 0x44, external);
	mini_fvek(&m);
	mini_relocation(&m);
	mini_finish(&m);
	struct outcome o = unlock(&m, NULL);
	assert_int_equal(o.code, RS_E_KEY_OTHER);
	assert_non_null(
		strstr(o.err.detail, "(its .BEK file); a data volume that unlocked by itself"));
	assert_null(strstr(rs_err_info(o.code)->advice, "give its recovery password"));
	mini_done(&m);
	mini_begin(&m, BL_XTS_128, 512);
	mini_startup(&m, 0x44, external);
	mini_vmk(&m, 0x33, BL_P_PASSPHRASE, NULL, 0);
	mini_fvek(&m);
	mini_relocation(&m);
	mini_finish(&m);
	o = unlock(&m, NULL);
	assert_string_equal(
		o.err.detail, "give its passphrase, or give the startup key (its .BEK file)");
	mini_done(&m);
	mini_begin(&m, BL_XTS_128, 512);
	mini_vmk(&m, 0x33, BL_P_PASSPHRASE, NULL, 0);
	mini_fvek(&m);
	mini_relocation(&m);
	mini_finish(&m);
	o = unlock(&m, NULL);
	assert_int_equal(o.code, RS_E_KEY_OTHER);
	assert_string_equal(o.err.detail, "give its passphrase");
	mini_done(&m);
}

#define ID_OF(tag) tag tag tag tag "-" tag tag "-" tag tag "-" tag tag "-" tag tag tag tag tag tag

static void test_unlock__id_without_a_password__line_is_named(void **state)
{
	static const struct {
		const char *text, *says;
	} files[] = {
		{"\"Hostname\",\"KeyID\",\"RecoveryKey\"\r\n\"A\",\"" ID_OF(
			 "22") "\",\"System.Object[]\"\r\n"
			       "\"B\",\"" ID_OF("99") "\",\"" MINI_PASSWORD "\"\r\n",
			"line 2 "},
		{ID_OF("99") " " OTHER_PASSWORD "\n" ID_OF("22") "\n", "line 2 "},
		{ID_OF("22") "\n" ID_OF("98") "\n" ID_OF("99") " " OTHER_PASSWORD "\n", "line 1 "},
		/* not a recovery key's ID; or a password further on */
		{"TPM: " ID_OF("55") "\n\n" ID_OF("99") " " OTHER_PASSWORD "\n", NULL},
		{"ID: " ID_OF("22") "\n\nPassword:\n  " MINI_PASSWORD "\n", NULL},
	};
	struct mini m;

	(void)state;
	mini_begin(&m, BL_XTS_128, 512);
	mini_vmk(&m, 0x55, BL_P_TPM, NULL, 0);
	mini_vmk(&m, 0x22, BL_P_RECOVERY, NULL, 0); /* nothing that takes time to try */
	mini_fvek(&m);
	mini_relocation(&m);
	mini_finish(&m);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		struct outcome o = unlock_by_file(&m, files[i].text);
		bool is_said = strstr(o.err.detail, "but no recovery password beside it");
		assert_true(o.code == RS_E_KEY_NEEDED || o.code == RS_E_KEY_REJECTED);
		assert_int_equal(is_said, files[i].says != NULL);
		if (files[i].says)
			assert_non_null(strstr(o.err.detail, files[i].says));
	}
	mini_done(&m);
}

/* Where the work is done, as the kernel describes that memory. */
static bool is_stack_secret(const void *p)
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
			ret = strstr(line, " dd") != NULL;
	}
	(void)fclose(f);
	return ret;
}

static bool look_at_stack(void *user, const char *what, uint64_t done, uint64_t total)
{
	int here;

	(void)what;
	(void)done;
	(void)total;
	*(bool *)user = is_stack_secret(&here);
	return false;
}

static void test_unlock__while_it_stretches__works_on_a_secret_stack(void **state)
{
	struct mini m;
	struct bl_volume *v = NULL;
	struct bl_keyring *k = NULL;
	struct bl_unlock_result res = {0};
	struct rs_err err = {0};
	bool is_secret = false;
	struct rs_task task = {.user = &is_secret, .progress = look_at_stack};

	(void)state;
	mini_begin(&m, BL_XTS_128, 512);
	mini_recovery(&m, 0x11, MINI_PASSWORD);
	mini_fvek(&m);
	mini_relocation(&m);
	mini_finish(&m);
	assert_int_equal(bl_keyring_new(&k, &err), 0);
	assert_int_equal(bl_keyring_add_typed(k, MINI_PASSWORD, strlen(MINI_PASSWORD), &err), 0);
	assert_int_equal(bl_load(m.disk, &v, &err), 0);
	assert_int_equal(bl_unlock(v, k, &task, &res, &err), RS_E_CANCELLED);
#ifndef __SANITIZE_ADDRESS__ /* which keeps variables elsewhere */
	assert_true(is_secret);
#endif
	bl_free(v);
	bl_keyring_free(k);
	mini_done(&m);
}

static void test_unlock__key_with_an_id__only_where_it_fits(void **state)
{
	struct mini m;

	(void)state;
	four_protectors(&m);
	struct outcome o =
		unlock_by_file(&m, "99999999-9999-9999-9999-999999999999 " MINI_PASSWORD "\n"
				   "{22222222-2222-2222-2222-222222222222}," OTHER_PASSWORD "\n");
	assert_int_equal(o.opened_by, 0x22);
	assert_int_equal(o.stretched, 1);
	o = unlock_by_file(&m, "99999999-9999-9999-9999-999999999999 " MINI_PASSWORD "\n");
	assert_int_equal(o.code, RS_E_KEY_NEEDED);
	assert_non_null(strstr(o.err.detail, "the password given is for another ID; the recovery "
					     "key's ID is 11111111-"));
	assert_int_equal(o.stretched, 0);
	o = unlock_by_file(&m, "11111111-1111-1111-1111-111111111111 " OTHER_PASSWORD "\n");
	assert_int_equal(o.code, RS_E_KEY_REJECTED);
	assert_int_equal(o.stretched, 1);
	o = unlock_by_file(&m, "22222222 " OTHER_PASSWORD "\n"); /* as the screen shows it */
	assert_int_equal(o.opened_by, 0x22);
	assert_int_equal(o.stretched, 1);
	o = unlock_by_file(&m, "99999999-9999-9999-9999-999999999999 " OTHER_PASSWORD "\n"
			       "11111111-1111-1111-1111-111111111111 000011-000022-000033-000045\n"
			       "11111111-1111-1111-1111-111111111111 "
			       "000011-000022-000033-000045-000055-000066-000077-720885\n");
	assert_int_equal(o.code, RS_E_KEY_FORMAT);
	assert_non_null(strstr(o.err.detail, "line 3"));
	assert_non_null(strstr(o.err.detail, "group 4 "));
	mini_done(&m);
}

static void test_unlock__startup_key__by_its_guid(void **state)
{
	struct mini m;
	struct bl_keyring *k = NULL;
	struct rs_err err = {0};
	uint8_t bek[256];

	(void)state;
	four_protectors(&m);
	for (int is_win11 = 0; is_win11 < 2; is_win11++) {
		assert_int_equal(bl_keyring_new(&k, &err), 0);
		size_t n = mini_bek(0x44, external, is_win11, bek);
		assert_int_equal(n, is_win11 ? 148 : 124); /* Windows adds a name of 32 */
		assert_int_equal(bl_keyring_add_bek(k, "x.bek", bek, n, &err), 0);
		struct outcome o = unlock(&m, k);
		assert_int_equal(o.opened_by, 0x44);
		assert_int_equal(o.stretched, 0);
		bl_keyring_free(k);
	}
	assert_int_equal(bl_keyring_new(&k, &err), 0);
	size_t n = mini_bek(0x45, external, false, bek);
	assert_int_equal(bl_keyring_add_bek(k, "x.bek", bek, n, &err), 0);
	struct outcome o = unlock(&m, k);
	assert_int_equal(o.code, RS_E_KEY_NEEDED);
	assert_non_null(strstr(o.err.detail, "45454545-4545-4545-4545-454545454545"));
	n = mini_bek(0x46, external, false, bek);
	assert_int_equal(bl_keyring_add_bek(k, "y.bek", bek, n, &err), 0);
	o = unlock(&m, k);
	assert_int_equal(o.code, RS_E_KEY_NEEDED);
	assert_non_null(strstr(o.err.detail,
		"none of the 2 startup keys is for it, 44444444-4444-4444-4444-444444444444.BEK "
		"would be"));
	bl_keyring_free(k);
	mini_done(&m);
}

/* The right key opens what is sealed, but that is no volume master key. */
static void test_unlock__another_key_in_the_protector__is_not_taken(void **state)
{
	static const struct {
		uint16_t key_type;
		size_t len;
	} other[] = {{BL_K_HASH, 32}, {BL_K_VMK, 16}};
	uint8_t sealed[256];

	(void)state;
	for (size_t i = 0; i < sizeof(other) / sizeof(other[0]); i++) {
		struct bl_entry vmk;
		struct rs_secret got = {0};
		struct mini m;

		mini_begin(&m, BL_XTS_128, 512);
		size_t len =
			mini_seal(&m, external, other[i].key_type, m.vmk, other[i].len, sealed);
		size_t at = m.end;
		mini_vmk(&m, 0x44, BL_P_STARTUP_KEY, sealed, len);
		assert_int_equal(bl_entry_next((struct rs_view){m.area, m.end}, &at, &vmk), 1);
		const struct bl_protector_row *row = bl_protector_find(BL_P_STARTUP_KEY);
		assert_int_equal(row->unwrap(&vmk, external, NULL, &got, NULL), 0);
		assert_null(got.p);
		mini_done(&m);
	}
}

static void test_unlock__only_tpm__no_key_can_be_typed(void **state)
{
	struct mini m;

	(void)state;
	mini_begin(&m, BL_XTS_128, 512);
	mini_vmk(&m, 0x55, BL_P_TPM | BL_P_PIN, NULL, 0);
	mini_vmk(&m, 0x56, BL_P_PUBLIC_KEY, NULL, 0);
	mini_fvek(&m);
	mini_finish(&m);
	struct outcome o = unlock_by_typed(&m, MINI_PASSWORD);
	assert_int_equal(o.code, RS_E_BL_NO_PROTECTOR);
	assert_non_null(strstr(o.err.detail, "TPM and PIN"));
	mini_done(&m);
}

/* 33: each costs 2^20 rounds, so there is a cap; the user sees progress and may stop */
static void test_unlock__many_false_protectors__tried_up_to_the_cap(void **state)
{
	uint8_t nested[28 + 80] = {28, 0, 0, 0, 3, 0, 1, 0, 0, 0x10};
	struct mini m;

	(void)state;
	rs_put_le16(nested + 28, 80);
	rs_put_le16(nested + 32, 5);
	mini_begin(&m, BL_XTS_128, 512);
	for (unsigned i = 0; i < 4; i++)
		mini_vmk(&m, (uint8_t)i, BL_P_RECOVERY, nested, sizeof(nested));
	mini_recovery(&m, 0x11, MINI_PASSWORD);
	mini_fvek(&m);
	mini_finish(&m);
	struct outcome o = unlock_by_file(&m, MINI_PASSWORD);
	assert_int_equal(o.opened_by, 0x11);
	assert_int_equal(o.stretched, 5);
	mini_done(&m);

	mini_begin(&m, BL_XTS_128, 512);
	for (unsigned i = 0; i < 40; i++)
		mini_vmk(&m, (uint8_t)i, BL_P_RECOVERY, nested, sizeof(nested));
	mini_fvek(&m);
	mini_finish(&m);
	o = unlock_by_file(&m, MINI_PASSWORD "\n" MINI_PASSWORD "\n");
	assert_int_equal(o.code, RS_E_KEY_REJECTED);
	assert_int_equal(o.stretched, 32);
	mini_done(&m);
}

/* A bad clear key does not keep the typed one from opening it. */
static void test_unlock__clear_key_with_a_bad_seal__typed_key_opens(void **state)
{
	uint8_t nested[44 + 80] = {44, 0, 0, 0, 1, 0, 1, 0, 0, 0x20};
	struct mini m;

	(void)state;
	rs_put_le16(nested + 44, 80);
	rs_put_le16(nested + 48, 5);
	mini_begin(&m, BL_XTS_128, 512);
	mini_vmk(&m, 0x10, BL_P_CLEAR, nested, sizeof(nested));
	mini_recovery(&m, 0x11, MINI_PASSWORD);
	mini_fvek(&m);
	mini_finish(&m);
	assert_int_equal(unlock_by_typed(&m, MINI_PASSWORD).opened_by, 0x11);
	mini_done(&m);
}

static bool stop(void *user, const char *what, uint64_t done, uint64_t total)
{
	(void)user;
	(void)what;
	return done < total / 4;
}

static void test_unlock__caller_says_stop__cancelled_and_locked(void **state)
{
	struct mini m;
	struct bl_volume *v = NULL;
	struct bl_keyring *k = NULL;
	struct bl_unlock_result res = {0};
	struct rs_task task = {.progress = stop};
	struct rs_err err = {0};

	(void)state;
	four_protectors(&m);
	assert_int_equal(bl_load(m.disk, &v, &err), 0);
	assert_int_equal(bl_keyring_new(&k, &err), 0);
	assert_int_equal(bl_keyring_add_typed(k, MINI_PASSWORD, strlen(MINI_PASSWORD), &err), 0);
	assert_int_equal(bl_unlock(v, k, &task, &res, &err), RS_E_CANCELLED);
	assert_false(v->is_unlocked);
	bl_keyring_free(k);
	bl_free(v);
	mini_done(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_unlock__each_kind_of_key__opens_its_protector),
		cmocka_unit_test(test_protector__each_row__is_one_kind_with_all_that_it_needs),
		cmocka_unit_test(test_unlock__no_key__needed_and_the_ids_named),
		cmocka_unit_test(test_unlock__many_ids__the_rest_is_counted),
		cmocka_unit_test(test_unlock__no_recovery_password_made__asks_for_what_opens_it),
		cmocka_unit_test(test_unlock__id_without_a_password__line_is_named),
		cmocka_unit_test(test_unlock__while_it_stretches__works_on_a_secret_stack),
		cmocka_unit_test(test_unlock__key_with_an_id__only_where_it_fits),
		cmocka_unit_test(test_unlock__startup_key__by_its_guid),
		cmocka_unit_test(test_unlock__another_key_in_the_protector__is_not_taken),
		cmocka_unit_test(test_unlock__only_tpm__no_key_can_be_typed),
		cmocka_unit_test(test_unlock__many_false_protectors__tried_up_to_the_cap),
		cmocka_unit_test(test_unlock__clear_key_with_a_bad_seal__typed_key_opens),
		cmocka_unit_test(test_unlock__caller_says_stop__cancelled_and_locked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
