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
#include <unistd.h>

#include "help_signed.h"
#include "windows/signed.h"

static struct hs_cert root, mid, leaf, code, other_root, other;
static struct hs_cert expired, early, weak, no_ca, below_no_ca;
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
	expect(&(struct wish){.how = {.signer = &leaf}, .use = WIN_USE_CODE});
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

/* ---- programs ---- */

#define PE_BYTES 0x400U
#define PE_AT	 0x40U
#define PE_DIR	 (PE_AT + 24 + 112 + 4 * 8) /* the directory's entry of the signature */
#define PE_SUM	 (PE_AT + 24 + 64)

/* Headers, one section; room for a signature behind it. */
static uint8_t *make_program(size_t *ret_len)
{
	uint8_t *p = calloc(1, PE_BYTES + 8192);

	assert_non_null(p);
	memcpy(p, "MZ", 2);
	rs_put_le32(p + 0x3c, PE_AT);
	memcpy(p + PE_AT, "PE", 2);
	rs_put_le16(p + PE_AT + 4, 0x8664);
	rs_put_le16(p + PE_AT + 6, 1);
	rs_put_le16(p + PE_AT + 20, 240);
	rs_put_le16(p + PE_AT + 24, 0x20b);
	rs_put_le32(p + PE_AT + 24 + 32, 0x1000);
	rs_put_le32(p + PE_AT + 24 + 36, 0x200);
	rs_put_le32(p + PE_AT + 24 + 56, 0x2000);
	rs_put_le32(p + PE_AT + 24 + 60, 0x200);
	rs_put_le32(p + PE_AT + 24 + 108, 16);
	memcpy(p + PE_AT + 264, ".text", 5);
	rs_put_le32(p + PE_AT + 264 + 8, 0x200);
	rs_put_le32(p + PE_AT + 264 + 12, 0x1000);
	rs_put_le32(p + PE_AT + 264 + 16, 0x200);
	rs_put_le32(p + PE_AT + 264 + 20, 0x200);
	for (size_t i = 0x200; i < PE_BYTES; i++)
		p[i] = (uint8_t)(i * 7);
	*ret_len = PE_BYTES;
	return p;
}

static bool digest_of(const uint8_t *p, size_t len, uint8_t ret[32])
{
	struct win_bytes b = {p, len};
	const struct win_src src = win_src_bytes(&b);
	bool is = false;

	assert_int_equal(win_image_digest(&src, &is, ret, NULL), 0);
	return is;
}

static const char *why_unsigned(const uint8_t *p, size_t len, const struct hs_cert *pin)
{
	static char why[WIN_SIGNED_WHY];
	auto_roots struct win_roots *roots = pinned(pin);
	struct win_bytes b = {p, len};
	const struct win_src src = win_src_bytes(&b);
	uint8_t sha256[32];
	bool is = false;

	assert_true(digest_of(p, len, sha256));
	assert_int_equal(win_image_signed(&src, roots, sha256, &is, why, NULL), 0);
	assert_true(is == !why[0]);
	return is ? NULL : why;
}

static void add_signature_of(
	uint8_t *p, size_t *len, const struct hs_cert *signer, const char *type)
{
	const struct hs_sign how = {.signer = signer, .type = type};
	uint8_t sha256[32];
	size_t n;

	assert_true(digest_of(p, *len, sha256));
	const struct hs_der content = hs_indirect(sha256, 32);
	uint8_t *der = hs_sign((struct rs_view){content.p, content.len}, &how, &n);
	const size_t all = (8 + n + 7) & ~(size_t)7;
	assert_true(all < 8192);
	rs_put_le32(p + *len, (uint32_t)all);
	rs_put_le16(p + *len + 4, 0x200);
	rs_put_le16(p + *len + 6, 2);
	memcpy(p + *len + 8, der, n);
	rs_put_le32(p + PE_DIR, (uint32_t)*len);
	rs_put_le32(p + PE_DIR + 4, (uint32_t)all);
	*len += all;
	free(der);
}

static void add_signature(uint8_t *p, size_t *len, const struct hs_cert *signer)
{
	add_signature_of(p, len, signer, "1.3.6.1.4.1.311.2.1.4");
}

static void test_program__its_own_signature__trusted_or_not(void **state)
{
	size_t len;
	uint8_t *p = make_program(&len);

	(void)state;
	assert_non_null(strstr(why_unsigned(p, len, &mid), "it has none"));
	add_signature(p, &len, &code);
	assert_null(why_unsigned(p, len, &mid));
	assert_non_null(strstr(why_unsigned(p, len, &root), "pinned"));
	p[0x300] ^= 1;
	assert_non_null(strstr(why_unsigned(p, len, &mid), "another content"));
	p[0x300] ^= 1;
	rs_put_le32(p + PE_SUM, 0x1234); /* of no digest */
	assert_null(why_unsigned(p, len, &mid));
	free(p);
	p = make_program(&len);
	add_signature(p, &len, &below_no_ca);
	assert_non_null(why_unsigned(p, len, &mid));
	free(p);
	p = make_program(&len); /* signed as something else */
	add_signature_of(p, &len, &code, HS_CTL);
	assert_non_null(strstr(why_unsigned(p, len, &mid), "another content"));
	free(p);
}

static void test_program__digest__not_where_bytes_are_outside_of_it(void **state)
{
	uint8_t sha256[32], again[32];
	size_t len;
	uint8_t *p = make_program(&len);

	(void)state;
	assert_true(digest_of(p, len, sha256));
	assert_false(digest_of(p, len - 4, again)); /* no multiple of eight */
	assert_false(digest_of((const uint8_t *)"MZ", 2, again));
	add_signature(p, &len, &code);
	assert_true(digest_of(p, len, again));
	assert_memory_equal(sha256, again, 32);
	assert_false(digest_of(p, len + 8, again)); /* bytes behind the signature */
	rs_put_le32(p + PE_DIR, 0x40);		    /* a signature in the headers */
	assert_false(digest_of(p, len, again));
	rs_put_le32(p + PE_DIR + 4, (uint32_t)len - 0x40); /* and all the way to the end */
	assert_false(digest_of(p, len, again));
	rs_put_le32(p + PE_DIR, 0xfffffff0); /* far behind it, and its length leads back */
	rs_put_le32(p + PE_DIR + 4, (uint32_t)len + 16);
	assert_false(digest_of(p, len, again));
	free(p);
}

/* osslsigncode, which is not of our making, says the same of the digest and of the chain. */
static void test_program__another_reader__agrees(void **state)
{
	char dir[] = "/tmp/unbrick-signed-XXXXXX", path[64], pem[64], command[400], line[400] = "";
	uint8_t sha256[32];
	char hex[65];
	bool is_same = false, is_good = false;
	size_t len;
	uint8_t *p = make_program(&len);

	(void)state;
	if (system("command -v osslsigncode >/dev/null") != 0) { /* NOLINT(cert-env33-c) */
		print_message("no osslsigncode here: not compared\n");
		free(p);
		return;
	}
	add_signature(p, &len, &code);
	assert_true(digest_of(p, len, sha256));
	for (size_t i = 0; i < 32; i++)
		(void)snprintf(hex + 2 * i, 3, "%02X", sha256[i]);
	assert_non_null(mkdtemp(dir));
	(void)snprintf(path, sizeof(path), "%s/a.exe", dir);
	(void)snprintf(pem, sizeof(pem), "%s/ca.pem", dir);
	FILE *f = fopen(path, "wb");
	assert_non_null(f);
	assert_int_equal(fwrite(p, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
	f = fopen(pem, "w");
	assert_non_null(f);
	assert_int_equal(PEM_write_X509(f, root.x), 1);
	assert_int_equal(PEM_write_X509(f, mid.x), 1);
	assert_int_equal(fclose(f), 0);
	(void)snprintf(
		command, sizeof(command), "osslsigncode verify -CAfile %s -in %s 2>&1", pem, path);
	f = popen(command, "r"); /* NOLINT(cert-env33-c): a test's own text */
	assert_non_null(f);
	while (fgets(line, sizeof(line), f)) {
		is_same |= strstr(line, "Calculated") && strstr(line, hex);
		is_good |= strstr(line, "Signature verification: ok") != NULL;
	}
	(void)pclose(f);
	(void)unlink(path);
	(void)unlink(pem);
	(void)rmdir(dir);
	free(p);
	assert_true(is_same);
	assert_true(is_good);
}

/* ---- what is pinned ---- */

extern const char *const win_pinned_pem[];

/* Each is one that Debian's ovmf has in the list db of its variables: nobody has to believe us. */
static void test_pinned__are_those_of_another_package(void **state)
{
	static uint8_t vars[1U << 20];
	FILE *f = fopen("/usr/share/OVMF/OVMF_VARS_4M.ms.fd", "rb");
	struct win_roots *roots = NULL;
	size_t n = 0, len;

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
	for (; win_pinned_pem[n]; n++) {
		BIO *bio = BIO_new_mem_buf(win_pinned_pem[n], -1);
		X509 *x = PEM_read_bio_X509(bio, NULL, NULL, NULL);
		unsigned char *der = NULL;
		assert_non_null(x);
		const int der_len = i2d_X509(x, &der);
		assert_true(der_len > 0);
		assert_non_null(memmem(vars, len, der, (size_t)der_len));
		OPENSSL_free(der);
		X509_free(x);
		BIO_free(bio);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_signed__chain_to_a_pinned_one__trusted),
		cmocka_unit_test(test_signed__anything_else__not_trusted),
		cmocka_unit_test(test_signed__one_byte_changed__never_says_more),
		cmocka_unit_test(test_catalogue__members__by_their_digest),
		cmocka_unit_test(test_program__its_own_signature__trusted_or_not),
		cmocka_unit_test(test_program__digest__not_where_bytes_are_outside_of_it),
		cmocka_unit_test(test_program__another_reader__agrees),
		cmocka_unit_test(test_pinned__are_those_of_another_package),
	};

	return cmocka_run_group_tests(tests, make_certificates, free_certificates);
}
