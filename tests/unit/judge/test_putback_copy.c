/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What proves contents that lie elsewhere: a catalogue of this Windows, and each part of that alone
 * missing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../windows/help_signed.h"
#include "judge/judge.h"
#include "judge/putback.h"
#include "win_image.h"

#define GONE  "\\Windows\\System32\\svchost.exe"
#define OLD   "/Windows.old/Windows/System32/svchost.exe"
#define CACHE "/Windows/System32/dllcache/svchost.exe"
#define CAT   "/Windows/System32/CatRoot/{F750E6C3-38EE-11D1-85E5-00C04FC295EE}/package.cat"

static struct hs_cert pin, leaf, vendor, other;

static int make_certificates(void **state)
{
	(void)state;
	hs_cert_make(&pin, "Production", &(struct hs_wish){.issuer = NULL});
	hs_cert_make(&leaf, "A Windows",
		&(struct hs_wish){.issuer = &pin, .use = HS_WINDOWS, .is_leaf = true});
	hs_cert_make(&vendor, "A Vendor",
		&(struct hs_wish){.issuer = &pin, .use = HS_CODE, .is_leaf = true});
	hs_cert_make(&other, "Production", &(struct hs_wish){.issuer = NULL});
	return 0;
}

static int free_certificates(void **state)
{
	(void)state;
	hs_cert_done(&pin);
	hs_cert_done(&leaf);
	hs_cert_done(&vendor);
	hs_cert_done(&other);
	return 0;
}

struct made { /* zeros: a copy in Windows.old that a good catalogue lists */
	const struct hs_cert *signer;
	const struct hs_cert *pinned;
	const char *original;
	uint16_t second; /* a copy in dllcache of that last number of version, which is listed */
	bool is_second_listed, has_no_catalogue, lists_another, is_damaged;
};

static void digest_of(struct wi *w, const char *path, uint8_t ret[32])
{
	struct nt_file *f = NULL;
	struct rs_err err = {0};
	uint64_t ref = 0;
	bool is = false;

	assert_int_equal(nt_lookup(w->vol, path, &ref, &err), 0);
	assert_int_equal(nt_file_open(w->vol, ref, "", &f, &err), 0);
	const struct win_src src = win_src_file(f);
	assert_int_equal(win_image_digest(&src, &is, ret, &err), 0);
	assert_true(is);
	nt_file_close(f);
}

static void make_files(struct wi *w, const struct made *m)
{
	const uint16_t version[] = {10, 0, 19041, 546}, second[] = {10, 0, 19041, m->second};
	const char *original = m->original ? m->original : "svchost.exe";
	const struct wi_value none[] = {{"A", NULL, NULL, 0}, {NULL, NULL, NULL, 0}};

	wi_program_named(w, OLD, version, original);
	if (m->second)
		wi_program_named(w, CACHE, second, original);
	wi_hive(w, "SOFTWARE", none);
	wi_hive(w, "SYSTEM", none);
}

static void make_catalogue(struct wi *w, const struct made *m)
{
	uint8_t digests[2][32];
	const struct hs_sign how = {.signer = m->signer ? m->signer : &leaf, .type = HS_CTL};
	size_t len;

	wi_open(w);
	digest_of(w, OLD, digests[0]);
	memcpy(digests[1], digests[0], 32);
	if (m->second && m->is_second_listed)
		digest_of(w, CACHE, digests[1]);
	if (m->lists_another)
		digests[0][5] = digests[1][5] ^= 1;
	nt_raw_close(w->raw);
	assert_int_equal(nt_vol_close(w->vol, NULL), 0);
	blk_close(w->blk);
	w->raw = NULL;
	w->vol = NULL;
	w->blk = NULL;
	wi_mount(w);
	const struct hs_der ctl = hs_catalogue(digests[0], 2, 32);
	uint8_t *der = hs_sign((struct rs_view){ctl.p, ctl.len}, &how, &len);
	if (m->is_damaged)
		der[len / 2] ^= 1;
	wi_file(w, CAT, der, len, "");
	free(der);
	wi_open(w);
}

/* NULL: proven, by the copy at *ret_source. */
static const char *why_not(const struct made *m, char ret_source[100])
{
	static char text[900];
	struct wi w;
	struct rs_err err = {0};
	struct putback *p = NULL;
	struct win_roots *roots = NULL;
	const struct hs_cert *pinned = m->pinned ? m->pinned : &pin;
	char *why = NULL;

	wi_make(&w);
	make_files(&w, m);
	if (m->has_no_catalogue)
		wi_open(&w);
	else
		make_catalogue(&w, m);
	assert_int_equal(
		win_roots_new(&(struct rs_view){pinned->der, pinned->len}, 1, &roots, &err), 0);
	const struct putback_look in = {.vol = w.vol, .raw = w.raw, .win = &w.win, .roots = roots};
	assert_int_equal(putback_find(&in, GONE, &p, &why, &err), 0);
	assert_true(!p == !!why);
	(void)snprintf(text, sizeof(text), "%s", why ? why : "");
	(void)snprintf(ret_source, 100, "%s", p ? p->source : "");
	if (p) {
		uint8_t sha256[32];
		bool is_zero;
		assert_int_equal(p->how, PUTBACK_COPY);
		assert_int_equal(judge_hash(w.vol, p->stat.ref, sha256, &is_zero, &err), 0);
		assert_memory_equal(sha256, p->sha256, 32);
	}
	putback_free(p);
	free(why);
	win_roots_free(roots);
	wi_done(&w);
	return why ? text : NULL;
}

static void proven(const struct made *m, const char *source)
{
	char from[100];
	const char *why = why_not(m, from);

	if (why)
		fail_msg("not proven: %s", why);
	assert_string_equal(from, source);
}

static void refused(const struct made *m, const char *words)
{
	char from[100];
	const char *why = why_not(m, from);

	if (!why || !strstr(why, words))
		fail_msg("'%s' and not '%s'", why ? why : "proven", words);
}

static void test_putback_copy__a_catalogue_lists_it__proven(void **state)
{
	(void)state;
	proven(&(struct made){.signer = NULL}, "\\Windows.old\\Windows\\System32\\svchost.exe");
	proven(&(struct made){.original = "SVCHOST"},
		"\\Windows.old\\Windows\\System32\\svchost.exe");
	/* another version that no catalogue lists is none; the same once more is no doubt */
	proven(&(struct made){.second = 999}, "\\Windows.old\\Windows\\System32\\svchost.exe");
	proven(&(struct made){.second = 546, .is_second_listed = true},
		"\\Windows.old\\Windows\\System32\\svchost.exe");
}

static void test_putback_copy__anything_missing__nothing(void **state)
{
	(void)state;
	refused(&(struct made){.has_no_catalogue = true}, "catalogues of Windows' files cannot");
	refused(&(struct made){.lists_another = true}, "no catalogue that is believed");
	refused(&(struct made){.is_damaged = true}, "no catalogue that is believed");
	refused(&(struct made){.pinned = &other}, "does not lead to one that is pinned");
	refused(&(struct made){.signer = &vendor}, "may not sign parts of Windows");
	refused(&(struct made){.original = "cmd.exe"}, "no whole file of that name");
	refused(&(struct made){.original = "svchost.exe.mui"}, "no whole file of that name");
	refused(&(struct made){.second = 999, .is_second_listed = true}, "two versions");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_putback_copy__a_catalogue_lists_it__proven),
		cmocka_unit_test(test_putback_copy__anything_missing__nothing),
	};

	return cmocka_run_group_tests(tests, make_certificates, free_certificates);
}
