/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "help_signed.h"
#include "windows/signed.h"

static struct hs_cert root, mid, leaf, code, other_root, other;
static struct hs_cert expired, early, weak, no_ca, below_no_ca;
static struct hs_cert more[40];
static size_t n_more;
static uint8_t digests[3][32];

static int make_certificates(void **state)
{
	(void)state;
	hs_cert_make(&root, "Root", &(struct hs_wish){.issuer = NULL});
	hs_cert_make(&mid, "Production", &(struct hs_wish){.issuer = &root});
	hs_cert_make(&leaf, "A Windows",
		&(struct hs_wish){.issuer = &mid, .use = HS_WINDOWS "," HS_CODE, .is_leaf = true});
	hs_cert_make(&code, "A Vendor",
		&(struct hs_wish){.issuer = &mid, .use = HS_CODE, .is_leaf = true});
	hs_cert_make(&other_root, "Root", &(struct hs_wish){.issuer = NULL});
	hs_cert_make(&other, "A Windows",
		&(struct hs_wish){.issuer = &other_root, .use = HS_WINDOWS, .is_leaf = true});
	hs_cert_make(&expired, "Expired",
		&(struct hs_wish){.issuer = &mid,
			.use = HS_WINDOWS,
			.is_leaf = true,
			.from_days = -90,
			.to_days = -10});
	hs_cert_make(&early, "Before its issuer",
		&(struct hs_wish){.issuer = &mid,
			.use = HS_WINDOWS,
			.is_leaf = true,
			.from_days = -300,
			.to_days = 10});
	hs_cert_make(&weak, "Weak",
		&(struct hs_wish){
			.issuer = &mid, .use = HS_WINDOWS, .is_leaf = true, .is_old_hash = true});
	hs_cert_make(&no_ca, "No CA", &(struct hs_wish){.issuer = &mid, .is_leaf = true});
	hs_cert_make(&below_no_ca, "Below",
		&(struct hs_wish){.issuer = &no_ca, .use = HS_WINDOWS, .is_leaf = true});
	for (size_t i = 0; i < 3; i++)
		memset(digests[i], (int)(0x11 * (i + 1)), 32);
	return 0;
}

static int free_certificates(void **state)
{
	struct hs_cert *all[] = {&root, &mid, &leaf, &code, &other_root, &other, &expired, &early,
		&weak, &no_ca, &below_no_ca};

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		hs_cert_done(all[i]);
	for (size_t i = 0; i < n_more; i++)
		hs_cert_done(&more[i]);
	return 0;
}

static struct win_roots *pinned(const struct hs_cert *c)
{
	const struct rs_view one = {c->der, c->len};
	struct win_roots *r = NULL;

	assert_int_equal(win_roots_new(&one, 1, &r, NULL), 0);
	return r;
}

/* NULL: it is trusted and has the digest. */
static const char *judge(
	struct rs_view der, const struct hs_cert *pin, enum win_use use, const uint8_t sha256[32])
{
	static char why[WIN_SIGNED_WHY];
	auto_roots struct win_roots *roots = pinned(pin);
	bool is = false;

	assert_int_equal(win_catalogue_check(der, roots, use, sha256, &is, why, NULL), 0);
	assert_true(is == !why[0]);
	return is ? NULL : why;
}

struct wish {
	struct hs_sign how;
	const struct hs_cert *pin;
	enum win_use use;
	const char *words; /* NULL: trusted */
};

static void expect(const struct wish *w)
{
	const struct hs_der ctl = hs_catalogue(digests[0], 2, 32);
	struct hs_sign how = w->how;
	size_t len;

	if (!how.type)
		how.type = HS_CTL;
	uint8_t *der = hs_sign((struct rs_view){ctl.p, ctl.len}, &how, &len);
	const char *why =
		judge((struct rs_view){der, len}, w->pin ? w->pin : &mid, w->use, digests[1]);
	if (w->words ? !why || !strstr(why, w->words) : why != NULL)
		fail_msg("'%s' and not '%s'", why ? why : "trusted",
			w->words ? w->words : "trusted");
	free(der);
}

static void test_signed__chain_to_a_pinned_one__trusted(void **state)
{
	(void)state;
	expect(&(struct wish){.how = {.signer = &leaf}}); /* pinned is the one between */
	expect(&(struct wish){.how = {.signer = &leaf, .more = {&mid}}, .pin = &root});
	expect(&(struct wish){.how = {.signer = &leaf, .more = {&other_root, &mid, &root}}});
	expect(&(struct wish){.how = {.signer = &expired}}); /* its day was good */
	expect(&(struct wish){.how = {.signer = &code}, .use = WIN_USE_CODE});
	expect(&(struct wish){.how = {.signer = &leaf}, .use = WIN_USE_DRIVER});
}

static void test_signed__anything_else__not_trusted(void **state)
{
	const char no_chain[] = "does not lead to one that is pinned";

	(void)state;
	expect(&(struct wish){.how = {.signer = &leaf}, .pin = &root, .words = no_chain});
	expect(&(struct wish){.how = {.signer = &leaf}, .pin = &other_root, .words = no_chain});
	/* of the same names */
	expect(&(struct wish){.how = {.signer = &other, .more = {&other_root}}, .words = no_chain});
	expect(&(struct wish){
		.how = {.signer = &other, .more = {&other_root}}, .pin = &root, .words = no_chain});
	expect(&(struct wish){.how = {.signer = &early}, .words = no_chain});
	expect(&(struct wish){.how = {.signer = &weak}, .words = no_chain});
	expect(&(struct wish){
		.how = {.signer = &below_no_ca, .more = {&no_ca}}, .words = no_chain});
	expect(&(struct wish){.how = {.signer = &code}, .words = "may not sign parts of Windows"});
	expect(&(struct wish){
		.how = {.signer = &mid}, .use = WIN_USE_CODE, .words = "may not sign programs"});
	expect(&(struct wish){
		.how = {.signer = &leaf, .is_old_digest = true}, .words = "old kind"});
	expect(&(struct wish){
		.how = {.signer = &leaf, .second = &code}, .words = "not one signer"});
	expect(&(struct wish){.how = {.signer = &leaf, .said_type = HS_CODE},
		.words = "another kind of content"});
	expect(&(struct wish){.how = {.signer = &leaf, .is_without_certificate = true},
		.words = "certificate is not in it"});
	expect(&(struct wish){.how = {.signer = &leaf, .type = "1.3.6.1.4.1.311.2.1.4"},
		.words = "no catalogue"});
}

/* One more certificate below @mid, or below @issuer; freed at the end. */
static struct hs_cert *make(struct hs_wish w)
{
	char name[32];

	if (!w.issuer)
		w.issuer = &mid;
	assert_true(n_more < sizeof(more) / sizeof(more[0]));
	(void)snprintf(name, sizeof(name), "Another %zu", n_more);
	hs_cert_make(&more[n_more], name, &w);
	return &more[n_more++];
}

/* As Microsoft signs catalogues of others' drivers: tested, attested, or with more tests. */
static void test_signed__drivers_of_others__not_parts_of_windows(void **state)
{
	const char *const uses[] = {HS_TESTED, HS_ATTESTED, HS_EXTENDED};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct hs_cert *c = make((struct hs_wish){.use = uses[i], .is_leaf = true});
		expect(&(struct wish){.how = {.signer = c}, .use = WIN_USE_DRIVER});
		expect(&(struct wish){
			.how = {.signer = c}, .words = "may not sign parts of Windows"});
		expect(&(struct wish){.how = {.signer = c},
			.use = WIN_USE_CODE,
			.words = "may not sign programs"});
	}
	expect(&(struct wish){.how = {.signer = &code},
		.use = WIN_USE_DRIVER,
		.words = "neither drivers nor parts of Windows"});
	expect(&(struct wish){.how = {.signer = &leaf},
		.use = WIN_USE_CODE,
		.words = "a part of Windows, which a catalogue must list"});
}

/* What is pinned issues certificates for time stamps, too: those issue none for programs. */
static void test_signed__issuer_for_another_purpose__not_trusted(void **state)
{
	const char stamps_and_code[] = HS_STAMPS "," HS_CODE,
		   no[] = "may not do so for that purpose";
	struct hs_cert *stamps = make((struct hs_wish){.use = HS_STAMPS});
	struct hs_cert *both = make((struct hs_wish){.use = stamps_and_code});
	struct hs_cert *any = make((struct hs_wish){.use = "2.5.29.37.0"});
	struct hs_cert *broken = make((struct hs_wish){.has_broken_use = true});
	struct hs_wish w = {.issuer = stamps, .use = HS_CODE, .is_leaf = true};

	(void)state;
	expect(&(struct wish){
		.how = {.signer = make(w), .more = {stamps}}, .use = WIN_USE_CODE, .words = no});
	w.issuer = both;
	expect(&(struct wish){.how = {.signer = make(w), .more = {both}}, .use = WIN_USE_CODE});
	w.issuer = any;
	expect(&(struct wish){.how = {.signer = make(w), .more = {any}}, .use = WIN_USE_CODE});
	w.issuer = broken;
	expect(&(struct wish){.how = {.signer = make(w), .more = {broken}},
		.use = WIN_USE_CODE,
		.words = "pinned"});
	/* what is pinned itself says it, too */
	w.issuer = stamps;
	expect(&(struct wish){
		.how = {.signer = make(w)}, .pin = stamps, .use = WIN_USE_CODE, .words = no});
	/* of a list of purposes it is the one by which the signer counts */
	w = (struct hs_wish){.issuer = make((struct hs_wish){.use = HS_TESTED}),
		.is_leaf = true,
		.use = HS_WINDOWS};
	expect(&(struct wish){.how = {.signer = make(w), .more = {w.issuer}},
		.use = WIN_USE_DRIVER,
		.words = no});
	w.use = HS_WINDOWS "," HS_TESTED;
	expect(&(struct wish){
		.how = {.signer = make(w), .more = {w.issuer}}, .use = WIN_USE_DRIVER});
}

static void test_signed__issuer_that_may_issue_none__not_trusted(void **state)
{
	const char no_chain[] = "does not lead to one that is pinned";
	struct hs_wish w = {.use = HS_CODE, .is_leaf = true};

	(void)state;
	/* one that says it by the use of its key alone, as older ones did */
	w.issuer = make((struct hs_wish){.constraints = "", .key_usage = "keyCertSign"});
	expect(&(struct wish){.how = {.signer = make(w), .more = {w.issuer}},
		.use = WIN_USE_CODE,
		.words = no_chain});
	w.issuer = make((struct hs_wish){.key_usage = "digitalSignature"});
	expect(&(struct wish){.how = {.signer = make(w), .more = {w.issuer}},
		.use = WIN_USE_CODE,
		.words = no_chain});
	w.issuer = make(
		(struct hs_wish){.key_usage = "keyCertSign", .constraints = "CA:TRUE,pathlen:0"});
	expect(&(struct wish){.how = {.signer = make(w), .more = {w.issuer}}, .use = WIN_USE_CODE});
	struct hs_cert *deeper = make((struct hs_wish){.issuer = w.issuer});
	const struct hs_cert *above = w.issuer;
	w.issuer = deeper;
	expect(&(struct wish){.how = {.signer = make(w), .more = {deeper, above}},
		.use = WIN_USE_CODE,
		.words = no_chain});
	/* nor does a key that is for something else sign */
	w = (struct hs_wish){.use = HS_CODE, .is_leaf = true, .key_usage = "keyEncipherment"};
	expect(&(struct wish){
		.how = {.signer = make(w)}, .use = WIN_USE_CODE, .words = "not for signatures"});
	w.key_usage = "critical,digitalSignature";
	expect(&(struct wish){.how = {.signer = make(w)}, .use = WIN_USE_CODE});
}

/* Whatever one bit of it is changed: it is not trusted, or still says the same of the digests. */
static void test_signed__one_byte_changed__never_says_more(void **state)
{
	const struct hs_der ctl = hs_catalogue(digests[0], 2, 32);
	const struct hs_sign how = {.signer = &leaf, .type = HS_CTL};
	auto_roots struct win_roots *roots = pinned(&mid);
	char why[WIN_SIGNED_WHY];
	size_t len, trusted = 0;
	bool is;

	(void)state;
	uint8_t *der = hs_sign((struct rs_view){ctl.p, ctl.len}, &how, &len);
	for (size_t i = 0; i < len; i++) {
		der[i] ^= (uint8_t)(1U << i % 8);
		assert_int_equal(win_catalogue_check((struct rs_view){der, len}, roots,
					 WIN_USE_WINDOWS, digests[2], &is, why, NULL),
			0);
		assert_false(is);
		assert_int_equal(win_catalogue_check((struct rs_view){der, len}, roots,
					 WIN_USE_WINDOWS, digests[0], &is, why, NULL),
			0);
		trusted += is;
		der[i] ^= (uint8_t)(1U << i % 8);
	}
	assert_true(trusted < 64); /* bytes that nobody signed: numbers of versions, NULLs */
	for (size_t i = 0; i < len; i++) {
		uint8_t *cut = malloc(i ? i : 1);
		assert_non_null(cut);
		memcpy(cut, der, i);
		assert_int_equal(win_catalogue_check((struct rs_view){cut, i}, roots,
					 WIN_USE_WINDOWS, digests[0], &is, why, NULL),
			0);
		assert_false(is);
		free(cut);
	}
	free(der);
}

static void test_catalogue__members__by_their_digest(void **state)
{
	struct hs_der ctl = hs_catalogue(digests[0], 2, 32);
	const struct hs_der old = hs_catalogue(digests[0], 2, 20), none = hs_catalogue(NULL, 0, 32);

	(void)state;
	const struct rs_view v = {ctl.p, ctl.len};
	assert_true(win_catalogue_has(v, digests[0]));
	assert_true(win_catalogue_has(v, digests[1]));
	assert_false(win_catalogue_has(v, digests[2]));
	assert_false(win_catalogue_has((struct rs_view){old.p, old.len}, digests[0]));
	uint8_t padded[32] = {0}; /* as if a shorter digest were one of ours */
	memcpy(padded, digests[0], 20);
	assert_false(win_catalogue_has((struct rs_view){old.p, old.len}, padded));
	assert_false(win_catalogue_has((struct rs_view){none.p, none.len}, digests[0]));
	for (size_t i = 0; i < v.len; i++) {
		uint8_t *cut = malloc(i ? i : 1);
		assert_non_null(cut);
		memcpy(cut, ctl.p, i);
		assert_false(win_catalogue_has((struct rs_view){cut, i}, digests[0]));
		free(cut);
	}
	/* a list of another kind: of certificates that are trusted */
	uint8_t *usage = memmem(ctl.p, ctl.len, "\x2b\x06\x01\x04\x01\x82\x37\x0c\x01\x01", 10);
	assert_non_null(usage);
	usage[9] = 2;
	assert_false(win_catalogue_has(v, digests[0]));
}

/* ---- what is pinned ---- */

extern const char *const win_pinned_pem[];

static X509 *pinned_read(size_t i)
{
	BIO *bio = BIO_new_mem_buf(win_pinned_pem[i], -1);
	X509 *x = PEM_read_bio_X509(bio, NULL, NULL, NULL);

	assert_non_null(x);
	BIO_free(bio);
	return x;
}

static bool is_in(const uint8_t *all, size_t len, X509 *x)
{
	unsigned char *der = NULL;
	const int der_len = i2d_X509(x, &der);

	assert_true(der_len > 0);
	const bool is = memmem(all, len, der, (size_t)der_len) != NULL;
	OPENSSL_free(der);
	return is;
}

/* Each is one that Debian's ovmf has in the list db of its variables, or its key has signed one
 * that is there, and itself: nobody has to believe us. tests/disks/check-roots asks others. */
static void test_pinned__are_those_of_another_package(void **state)
{
	static uint8_t vars[1U << 20];
	FILE *f = fopen("/usr/share/OVMF/OVMF_VARS_4M.ms.fd", "rb");
	struct win_roots *roots = NULL;
	size_t len, n_there = 0;

	(void)state;
	assert_int_equal(win_roots_pinned(&roots, NULL), 0);
	win_roots_free(roots);
	assert_non_null(win_pinned_pem[0]);
	if (!f) {
		print_message("no ovmf here: not compared\n");
		return;
	}
	len = fread(vars, 1, sizeof(vars), f);
	(void)fclose(f);
	for (size_t i = 0; win_pinned_pem[i]; i++) {
		X509 *x = pinned_read(i);
		bool is = is_in(vars, len, x);
		n_there += is;
		for (size_t k = 0; !is && win_pinned_pem[k]; k++) {
			X509 *below = pinned_read(k);
			is = is_in(vars, len, below) && X509_verify(x, X509_get0_pubkey(x)) == 1 &&
			     X509_verify(below, X509_get0_pubkey(x)) == 1;
			X509_free(below);
		}
		assert_true(is);
		X509_free(x);
	}
	assert_true(n_there > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_signed__chain_to_a_pinned_one__trusted),
		cmocka_unit_test(test_signed__anything_else__not_trusted),
		cmocka_unit_test(test_signed__drivers_of_others__not_parts_of_windows),
		cmocka_unit_test(test_signed__issuer_for_another_purpose__not_trusted),
		cmocka_unit_test(test_signed__issuer_that_may_issue_none__not_trusted),
		cmocka_unit_test(test_signed__one_byte_changed__never_says_more),
		cmocka_unit_test(test_catalogue__members__by_their_digest),
		cmocka_unit_test(test_pinned__are_those_of_another_package),
	};

	return cmocka_run_group_tests(tests, make_certificates, free_certificates);
}
