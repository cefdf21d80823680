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
#include <time.h>

#include "../windows/help_signed.h"
#include "judge/judge.h"
#include "judge/putback.h"
#include "win_image.h"

#define GONE  "\\Windows\\System32\\svchost.exe"
#define OLD   "/Windows.old/Windows/System32/svchost.exe"
#define CACHE "/Windows/System32/dllcache/svchost.exe"
#define CAT   "/Windows/System32/CatRoot/{F750E6C3-38EE-11D1-85E5-00C04FC295EE}/package.cat"

static struct hs_cert pin, leaf, vendor, other;
static struct hs_cert party, publisher, not_signed, windows, service;

static int make_certificates(void **state)
{
	(void)state;
	hs_cert_make(&pin, "Production", &(struct hs_wish){.issuer = NULL});
	hs_cert_make(&leaf, "A Windows",
		&(struct hs_wish){.issuer = &pin, .use = HS_WINDOWS, .is_leaf = true});
	hs_cert_make(&vendor, "A Vendor",
		&(struct hs_wish){.issuer = &pin, .use = HS_CODE, .is_leaf = true});
	hs_cert_make(&other, "Production", &(struct hs_wish){.issuer = NULL});
	hs_cert_make(&party, "Third Party", &(struct hs_wish){.issuer = &pin, .is_rsa = true});
	hs_cert_make(&publisher, "Hardware Publisher",
		&(struct hs_wish){.issuer = &party,
			.use = HS_EXTENDED "," HS_TESTED "," HS_CODE,
			.is_leaf = true,
			.is_rsa = true});
	hs_cert_make(&windows, "Windows",
		&(struct hs_wish){.issuer = &pin, .use = HS_WINDOWS "," HS_CODE, .is_leaf = true});
	hs_cert_make(&service, "Time-Stamp Service",
		&(struct hs_wish){.issuer = &pin, .use = HS_STAMPS, .is_leaf = true});
	return 0;
}

static int free_certificates(void **state)
{
	(void)state;
	hs_cert_done(&pin);
	hs_cert_done(&leaf);
	hs_cert_done(&vendor);
	hs_cert_done(&other);
	hs_cert_done(&party);
	hs_cert_done(&publisher);
	hs_cert_done(&windows);
	hs_cert_done(&service);
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

/* ---- another maker's driver ---- */

#define DRIVER	       "\\Windows\\System32\\drivers\\guard.sys"
#define ANTIVIRUS      "/ProgramData/Guard/Quarantine/guard.sys"
#define OUR_OWN	       "/Unbrick/20260101T000000Z/0001/guard.sys"
#define STORE	       "/Windows/System32/DriverStore/FileRepository/guard.inf_amd64_1/guard.sys"
#define FROM_ANTIVIRUS "\\ProgramData\\Guard\\Quarantine\\guard.sys"

struct driver { /* zeros: signed by the publisher, in an antivirus' quarantine */
	const char *path, *original;
	const struct hs_cert *signer, *lister; /* of a catalogue */
	const struct hs_cert *pinned;
	const char *second; /* another version, there */
	const char *gone;   /* NULL: the driver */
	const char *stamp;  /* a time */
	bool is_cut, is_encoded, is_changed, is_other_machine;
};

static void put_driver(
	struct wi *w, const struct driver *d, const char *path, uint16_t last, uint8_t sha256[32])
{
	const uint16_t version[] = {3, 0, 8, last};
	const struct hs_cert *signer = d->signer ? d->signer : &publisher;
	const struct hs_sign how = {.signer = signer,
		.more = {&party},
		.type = HS_PROGRAM,
		.stamp = {.authority = d->stamp ? &service : NULL, .time = d->stamp}};
	uint8_t p[WI_PROGRAM_BYTES + 8192];
	struct win_bytes b = {p, WI_PROGRAM_BYTES};
	const struct win_src src = win_src_bytes(&b);
	size_t len = WI_PROGRAM_BYTES;
	bool is = false;

	wi_program_bytes(p, version, d->original ? d->original : "guard.sys");
	if (d->is_other_machine)
		rs_put_le16(p + 0x44, 0xaa64);
	assert_int_equal(win_image_digest(&src, &is, sha256, NULL), 0);
	assert_true(is);
	const struct hs_der content = hs_indirect_pages(sha256);
	if (signer != &not_signed)
		hs_sign_program(p, &len, WI_PROGRAM_DIR, sha256,
			(struct rs_view){content.p, content.len}, &how);
	if (d->is_changed)
		p[0x3f0] ^= 1;
	for (size_t i = 0; d->is_encoded && i < len; i++)
		p[i] ^= 0xa5;
	wi_file(w, path, p, d->is_cut ? len - 0x200 : len, "");
}

static const char *why_no_driver(const struct driver *d, char ret_proof[500])
{
	static char text[900];
	struct wi w;
	struct rs_err err = {0};
	struct putback *p = NULL;
	struct win_roots *roots = NULL;
	const struct hs_cert *pinned = d->pinned ? d->pinned : &pin;
	const struct wi_value none[] = {{"A", NULL, NULL, 0}, {NULL, NULL, NULL, 0}};
	uint8_t digests[2][32] = {{0}};
	size_t len;
	char *why = NULL;

	wi_make(&w);
	wi_dir(&w, "/Windows/System32/drivers");
	put_driver(&w, d, d->path ? d->path : ANTIVIRUS, 1, digests[0]);
	if (d->second)
		put_driver(&w, d, d->second, 2, digests[1]);
	if (d->lister) {
		const struct hs_sign how = {.signer = d->lister, .more = {&party}, .type = HS_CTL};
		const struct hs_der ctl = hs_catalogue(digests[0], 1, 32);
		uint8_t *der = hs_sign((struct rs_view){ctl.p, ctl.len}, &how, &len);
		wi_file(&w, CAT, der, len, "");
		free(der);
	}
	wi_hive(&w, "SOFTWARE", none);
	wi_hive(&w, "SYSTEM", none);
	wi_open(&w);
	assert_int_equal(
		win_roots_new(&(struct rs_view){pinned->der, pinned->len}, 1, &roots, &err), 0);
	const struct putback_look in = {.vol = w.vol, .raw = w.raw, .win = &w.win, .roots = roots};
	assert_int_equal(putback_find(&in, d->gone ? d->gone : DRIVER, &p, &why, &err), 0);
	assert_true(!p == !!why);
	(void)snprintf(text, sizeof(text), "%s", why ? why : "");
	(void)snprintf(ret_proof, 500, "%s", p ? p->proof : "");
	putback_free(p);
	free(why);
	win_roots_free(roots);
	wi_done(&w);
	return text[0] ? text : NULL;
}

static void driver_proven(const struct driver *d, const char *from, const char *by)
{
	char proof[500];
	const char *why = why_no_driver(d, proof);

	if (why)
		fail_msg("not proven: %s", why);
	if (!strstr(proof, from) || !strstr(proof, by))
		fail_msg("'%s'", proof);
}

static void driver_refused(const struct driver *d, const char *words)
{
	char proof[500];
	const char *why = why_no_driver(d, proof);

	if (!why || !strstr(why, words))
		fail_msg("'%s' and not '%s'", why ? why : "proven", words);
}

static void test_driver__signed_for_its_maker__proven(void **state)
{
	(void)state;
	driver_proven(&(struct driver){.path = NULL}, FROM_ANTIVIRUS " (version 3.0.8.1)",
		"their own signature is good (Hardware Publisher)");
	driver_proven(&(struct driver){.path = OUR_OWN},
		"\\Unbrick\\20260101T000000Z\\0001\\guard.sys", "Hardware Publisher");
	char stamp[32];
	const time_t now = time(NULL);
	struct tm tm;
	assert_non_null(gmtime_r(&now, &tm));
	assert_true(strftime(stamp, sizeof(stamp), "%Y%m%d%H%M%SZ", &tm) > 0);
	char by[64];
	assert_true(strftime(by, sizeof(by), "(Hardware Publisher, %Y-%m-%dT%H:%M:%SZ)", &tm) > 0);
	driver_proven(&(struct driver){.stamp = stamp}, FROM_ANTIVIRUS, by);
	/* its package's catalogue lists it, as for most drivers of devices */
	driver_proven(&(struct driver){.path = STORE, .signer = &not_signed, .lister = &publisher},
		"FileRepository", "a catalogue of this Windows lists them: package.cat");
	driver_proven(&(struct driver){.signer = &not_signed, .lister = &windows}, FROM_ANTIVIRUS,
		"package.cat");
	/* the same contents twice are one */
	driver_proven(&(struct driver){.lister = &publisher}, FROM_ANTIVIRUS, "package.cat");
}

static void test_driver__anything_missing__nothing_and_told(void **state)
{
	const char no_chain[] = FROM_ANTIVIRUS
		": its own signature: its signer's certificate does not lead to one that is pinned";

	(void)state;
	driver_refused(&(struct driver){.pinned = &other}, no_chain);
	driver_refused(&(struct driver){.signer = &not_signed}, "its own signature: it has none");
	driver_refused(&(struct driver){.signer = &party}, "may not sign programs");
	driver_refused(&(struct driver){.signer = &windows}, "which a catalogue must list");
	driver_refused(&(struct driver){.is_changed = true}, "are not those that were signed");
	driver_refused(&(struct driver){.is_cut = true}, FROM_ANTIVIRUS ": ");
	driver_refused(&(struct driver){.is_encoded = true}, "no program as it lies there");
	driver_refused(&(struct driver){.is_other_machine = true}, "for another processor");
	driver_refused(&(struct driver){.original = "other.sys"}, "says that it is 'other.sys'");
	driver_refused(&(struct driver){.second = OUR_OWN}, "two versions");
	driver_refused(&(struct driver){.signer = &not_signed, .lister = &vendor},
		"package.cat: its signer may sign neither drivers nor parts of Windows");
	/* elsewhere than in the folder of drivers neither counts */
	driver_refused(&(struct driver){.gone = "\\Windows\\System32\\guard.sys"}, "catalogue");
	driver_refused(&(struct driver){.gone = "\\Windows\\System32\\guard.sys",
			       .signer = &not_signed,
			       .lister = &publisher},
		"package.cat: its signer may not sign parts of Windows");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_driver__signed_for_its_maker__proven),
		cmocka_unit_test(test_driver__anything_missing__nothing_and_told),
		cmocka_unit_test(test_putback_copy__a_catalogue_lists_it__proven),
		cmocka_unit_test(test_putback_copy__anything_missing__nothing),
	};

	return cmocka_run_group_tests(tests, make_certificates, free_certificates);
}
