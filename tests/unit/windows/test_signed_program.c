/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A program's own signature, as makers' drivers have it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "help_signed.h"
#include "windows/signed_internal.h"

static struct hs_cert root, mid, code, no_ca, below_no_ca, other_root;
static struct hs_cert top, party, publisher, maker, stamps, service, past, other_service,
	code_service;

static int make_certificates(void **state)
{
	(void)state;
	hs_cert_make(&root, "Root", &(struct hs_wish){.issuer = NULL});
	hs_cert_make(&mid, "Production", &(struct hs_wish){.issuer = &root});
	hs_cert_make(&code, "A Vendor",
		&(struct hs_wish){.issuer = &mid, .use = HS_CODE, .is_leaf = true});
	hs_cert_make(&no_ca, "No CA", &(struct hs_wish){.issuer = &mid, .is_leaf = true});
	hs_cert_make(&below_no_ca, "Below",
		&(struct hs_wish){.issuer = &no_ca, .use = HS_CODE, .is_leaf = true});
	hs_cert_make(&other_root, "Root", &(struct hs_wish){.issuer = NULL});
	/* keys and uses as Microsoft's are */
	hs_cert_make(&top, "Root 2010", &(struct hs_wish){.issuer = NULL, .is_rsa = true});
	hs_cert_make(&party, "Third Party Component CA",
		&(struct hs_wish){.issuer = &top,
			.is_rsa = true,
			.key_usage = "digitalSignature,keyCertSign,cRLSign"});
	hs_cert_make(&publisher, "Hardware Compatibility Publisher",
		&(struct hs_wish){.issuer = &party,
			.is_rsa = true,
			.is_leaf = true,
			.use = HS_EXTENDED "," HS_TESTED "," HS_CODE});
	hs_cert_make(&maker, "A Maker",
		&(struct hs_wish){.issuer = &other_root, .use = HS_CODE, .is_leaf = true});
	hs_cert_make(
		&stamps, "Time-Stamp PCA", &(struct hs_wish){.issuer = &top, .use = HS_STAMPS});
	hs_cert_make(&service, "Time-Stamp Service",
		&(struct hs_wish){.issuer = &stamps, .use = HS_STAMPS, .is_leaf = true});
	hs_cert_make(&code_service, "No Time-Stamp Service",
		&(struct hs_wish){.issuer = &party, .use = HS_CODE, .is_leaf = true});
	hs_cert_make(&other_service, "Other Service",
		&(struct hs_wish){.issuer = &other_root, .use = HS_STAMPS, .is_leaf = true});
	hs_cert_make(&past, "A Past Publisher",
		&(struct hs_wish){.issuer = &party,
			.use = HS_TESTED "," HS_CODE,
			.is_leaf = true,
			.from_days = -90,
			.to_days = -30});
	return 0;
}

static int free_certificates(void **state)
{
	struct hs_cert *all[] = {&root, &mid, &code, &no_ca, &below_no_ca, &other_root, &top,
		&party, &publisher, &maker, &stamps, &service, &past, &other_service,
		&code_service};

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
	static struct win_proof proof;
	auto_roots struct win_roots *roots = pinned(pin);
	struct win_bytes b = {p, len};
	const struct win_src src = win_src_bytes(&b);
	uint8_t sha256[32];

	assert_true(digest_of(p, len, sha256));
	assert_int_equal(win_image_signed(&src, roots, sha256, &proof, NULL), 0);
	assert_true(proof.is_trusted == !proof.why[0]);
	return proof.is_trusted ? NULL : proof.why;
}

static void add_signature_of(uint8_t *p, size_t *len, const struct hs_sign *how)
{
	uint8_t sha256[32];

	assert_true(digest_of(p, *len, sha256));
	hs_sign_program(p, len, PE_DIR, sha256, (struct rs_view){NULL, 0}, how);
}

static void add_signature(uint8_t *p, size_t *len, const struct hs_cert *signer)
{
	add_signature_of(p, len, &(struct hs_sign){.signer = signer, .type = HS_PROGRAM});
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
	add_signature_of(p, &len, &(struct hs_sign){.signer = &code, .type = HS_CTL});
	assert_non_null(strstr(why_unsigned(p, len, &mid), "another content"));
	free(p);
}

/* A driver of today: its maker has signed it first, by somebody else's root; Microsoft's signature,
 * with RSA keys and page hashes, is nested in that. */
static void test_program__second_signature__trusted_as_well(void **state)
{
	struct hs_sign inner = {.signer = &publisher, .more = {&party}, .type = HS_PROGRAM};
	struct hs_sign outer = {.signer = &maker, .type = HS_PROGRAM, .is_old_digest = true};
	uint8_t sha256[32];
	size_t len, n, n_bad;
	uint8_t *p = make_program(&len);

	(void)state;
	assert_true(digest_of(p, len, sha256));
	const struct hs_der content = hs_indirect_pages(sha256);
	uint8_t *good = hs_sign((struct rs_view){content.p, content.len}, &inner, &n);
	sha256[0] ^= 1;
	const struct hs_der other_content = hs_indirect_pages(sha256);
	uint8_t *bad =
		hs_sign((struct rs_view){other_content.p, other_content.len}, &inner, &n_bad);
	outer.nested[0] = (struct rs_view){good, n};
	add_signature_of(p, &len, &outer);
	assert_null(why_unsigned(p, len, &top));
	assert_non_null(strstr(why_unsigned(p, len, &mid), "pinned"));
	p[0x300] ^= 1;
	assert_non_null(strstr(why_unsigned(p, len, &top), "another content"));
	free(p);
	p = make_program(&len);
	outer.nested[0] = (struct rs_view){bad, n_bad};
	add_signature_of(p, &len, &outer);
	assert_non_null(strstr(why_unsigned(p, len, &top), "another content"));
	free(p);
	p = make_program(&len); /* the second of two */
	outer.nested[1] = (struct rs_view){good, n};
	add_signature_of(p, &len, &outer);
	assert_null(why_unsigned(p, len, &top));
	free(p);
	p = make_program(&len); /* in an attribute that means something else */
	outer.nested_kind = "1.3.6.1.4.1.311.3.3.1";
	add_signature_of(p, &len, &outer);
	assert_non_null(strstr(why_unsigned(p, len, &top), "old kind"));
	free(p);
	free(good);
	free(bad);
}

/* So many days from today. */
static const char *day(int days)
{
	static char text[32];
	const time_t when = time(NULL) + days * 24L * 60 * 60;
	struct tm tm;

	assert_non_null(gmtime_r(&when, &tm));
	assert_true(strftime(text, sizeof(text), "%Y%m%d%H%M%SZ", &tm) > 0);
	return text;
}

/* NULL: trusted; *ret_unix when it was signed. */
static const char *stamped(const struct hs_stamp *stamp, int64_t *ret_unix)
{
	static struct win_proof proof;
	const struct hs_sign how = {
		.signer = &past, .more = {&party}, .type = HS_PROGRAM, .stamp = *stamp};
	auto_roots struct win_roots *roots = pinned(&top);
	size_t len;
	uint8_t *p = make_program(&len), sha256[32];

	add_signature_of(p, &len, &how);
	assert_true(digest_of(p, len, sha256));
	struct win_bytes b = {p, len};
	const struct win_src src = win_src_bytes(&b);
	assert_int_equal(win_image_signed(&src, roots, sha256, &proof, NULL), 0);
	*ret_unix = proof.signed_unix;
	free(p);
	return proof.is_trusted ? NULL : proof.why;
}

static void expect_stamp(const struct hs_stamp *stamp, const char *words, int days)
{
	int64_t when = 0;
	const char *why = stamped(stamp, &when);

	if (words ? !why || !strstr(why, words) : why != NULL)
		fail_msg("'%s' and not '%s'", why ? why : "trusted", words ? words : "trusted");
	if (!words && days)
		assert_true(llabs(when - (time(NULL) + days * 24L * 60 * 60)) < 600);
	if (!days)
		assert_int_equal(when, 0);
}

static void test_stamp__says_when__or_the_signature_is_no_good(void **state)
{
	struct hs_stamp s = {.authority = &service, .more = &stamps, .time = NULL};
	char time[32];

	(void)state;
	expect_stamp(&(struct hs_stamp){.authority = NULL}, NULL, 0);
	s.time = strcpy(time, day(-60));
	expect_stamp(&s, NULL, -60);
	s.is_of_another = true;
	expect_stamp(&s, "time stamp is of another signature", 0);
	s.is_of_another = false;
	s.is_old = true;
	expect_stamp(&s, "time stamp is of another signature", 0);
	s.is_old = false;
	s.is_changed = true;
	expect_stamp(&s, "time stamp is not good", 0);
	s.is_changed = false;
	s.is_broken = true;
	expect_stamp(&s, "time stamp cannot be read", 0);
	s.is_broken = false;
	/* a key that was used after its certificate had ended, or before it began */
	s.time = strcpy(time, day(-20));
	expect_stamp(&s, "was not valid", 0);
	s.time = strcpy(time, day(-95));
	expect_stamp(&s, "was not valid", 0);
	/* whose clock it was is not known: as if it had none */
	s = (struct hs_stamp){.authority = &other_service, .more = &other_root, .time = time};
	expect_stamp(&s, NULL, 0);
	s = (struct hs_stamp){.authority = &code_service, .more = &party, .time = time};
	expect_stamp(&s, NULL, 0);
	/* nor was the service's own certificate good then */
	s = (struct hs_stamp){
		.authority = &service, .more = &stamps, .time = strcpy(time, day(-200))};
	expect_stamp(&s, NULL, 0);
}

static void test_stamp__cut_anywhere__the_signature_is_no_good(void **state)
{
	char time[32];
	struct hs_stamp s = {
		.authority = &service, .more = &stamps, .time = strcpy(time, day(-60))};
	int64_t when;

	(void)state;
	assert_null(stamped(&s, &when));
	for (s.cut_bytes = 1; s.cut_bytes < 900; s.cut_bytes += 3) {
		assert_non_null(stamped(&s, &when));
		assert_int_equal(when, 0);
	}
}

static bool count(void *user, struct rs_view nested)
{
	(void)nested;
	++*(unsigned *)user;
	return true;
}

static void test_nested__cut_anywhere__none(void **state)
{
	const struct hs_der content = hs_indirect((const uint8_t[32]){0}, 32);
	const struct rs_view v = {content.p, content.len};
	struct hs_sign how = {.signer = &code, .type = HS_PROGRAM};
	size_t len, n_inner;
	unsigned n = 0;

	(void)state;
	uint8_t *inner = hs_sign(v, &how, &n_inner);
	how.nested[0] = how.nested[1] = (struct rs_view){inner, n_inner};
	uint8_t *der = hs_sign(v, &how, &len);
	signed_nested((struct rs_view){der, len}, count, &n);
	assert_int_equal(n, 2);
	n = 0;
	for (size_t i = 0; i < len; i++) {
		uint8_t *cut = malloc(i ? i : 1);
		assert_non_null(cut);
		memcpy(cut, der, i);
		signed_nested((struct rs_view){cut, i}, count, &n);
		free(cut);
	}
	assert_int_equal(n, 0);
	free(inner);
	free(der);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_program__its_own_signature__trusted_or_not),
		cmocka_unit_test(test_program__second_signature__trusted_as_well),
		cmocka_unit_test(test_stamp__says_when__or_the_signature_is_no_good),
		cmocka_unit_test(test_stamp__cut_anywhere__the_signature_is_no_good),
		cmocka_unit_test(test_nested__cut_anywhere__none),
		cmocka_unit_test(test_program__digest__not_where_bytes_are_outside_of_it),
		cmocka_unit_test(test_program__another_reader__agrees),
	};

	return cmocka_run_group_tests(tests, make_certificates, free_certificates);
}
