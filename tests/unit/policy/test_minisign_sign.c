/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Signing with secret keys that Debian's minisign 0.11 made, without and with a passphrase; what is
 * signed is verified by the room's other half (and by minisign itself in tests/disks/check-policy).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/minisign_internal.h"
#include "policy/minisign_sign.h"

/* minisign -G -W */
#define PUBLIC	"RWSKSe6Pz6dpjRoWsjSHjrtCceGsy/tz0KdCiFG8C0y9blwR82y7QGMU\n"
#define COMMENT "untrusted comment: minisign encrypted secret key\n"
#define BARE                                                                                       \
	COMMENT "RWQAAEIyAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAiknuj8+"  \
		"na"                                                                               \
		"Y1VkGDBBn8+HOIcamK0nmYlPw4wds1CRbFUUVrUN54ugRoWsjSHjrtCceGsy/"                    \
		"tz0KdCiFG8C0y9blwR82"                                                             \
		"y7QGMUAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
/* The same key, covered by "word" (Python's hashlib.scrypt): with libsodium's limits "interactive",
 * with many passes in little memory, with few operations in much; one that asks for 1 TiB. */
#define COVERED                                                                                    \
	COMMENT "RWRTY0IyAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8AAAgAAAAAAAAAAAEAAAAAG1RXLH9j" \
		"4GHM"                                                                             \
		"sy9QjyJfH9WyuyyiHLt8RA6s/"                                                        \
		"oAIQHeRu67az7o7spUnVN30dOg3LHoDhDqKoVMu5oDCOI2ZCIcaHiCzmBnf"                      \
		"+n7lAXQfOFAIt9QTDYAXcnHO4arkNiEga1SHvJnQgNI=\n"
#define LITTLE                                                                                     \
	COMMENT "RWRTY0IyAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8AAAIAAAAAAAAAEAAAAAAAnXhTK0yC" \
		"75eW"                                                                             \
		"mdiO/"                                                                            \
		"3ihixpwBBBabEuQYSEq3G+smrJlm3WdoaC05WSbbxbc5Lm1+NIoMobEyLtPJsv0l0NlNevDoR4YCLJC"  \
		"QucLeQBBgUqcin6v4YdycW6fjqzYO2kxUxqaN4CqZKM=\n"
#define FEW                                                                                        \
	COMMENT "RWRTY0IyAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8AgAAAAAAAAAAAAEAAAAAASev/"     \
		"R7ZgHWPw"                                                                         \
		"C0XPYULG6BW+"                                                                     \
		"7isQGBZb59LbGtDMM9XT3zEBPb38TZlNpaVjnEt2Of6jx3NObqcpYzzwrwM4dz8qu3mRqAWs"         \
		"Cu+ISb5rmc1znu//sgFPAkoc3MYp5trztDP/Uf/2WjI=\n"
#define HUGE_KEY                                                                                   \
	COMMENT "RWRTY0IyAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAgAAAAAAAAAAAAAAQAAAAAAAAAA" \
		"AAAA"                                                                             \
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" \
		"AAAA"                                                                             \
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"

/* 16 MiB, and passes for years. */
static const char endless[] =
	COMMENT "RWRTY0IyAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAEAAAAAAEAAAAAAAAAAAAA"
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
		"\n";

/* More than minisign ever takes, though a large machine has it. */
static const char four_gib[] = COMMENT
	"RWRTY0IyAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAEAAAAAAEAAEAAAAAAAAAAAAAAAAAAAAAAAA"
	"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
	"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
	"\n";

/* Little memory, and minutes of work. */
static const char minutes[] = COMMENT
	"RWRTY0IyAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAABAAAEAAAAAAAAEAAAAAAAAAAAAAAAAAAAAAAAAA"
	"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
	"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
	"\n";

static unsigned n_asked;

static struct rs_view view(const char *text)
{
	return (struct rs_view){(const uint8_t *)text, strlen(text)};
}

static int ask(void *user, struct rs_secret *ret, struct rs_err *err)
{
	n_asked++;
	return rs_secret_set(ret, user, strlen(user), err);
}

static int nobody(void *user, struct rs_secret *ret, struct rs_err *err)
{
	(void)user;
	(void)ret;
	return rs_fail(err, RS_E_CANCELLED, "%s", "");
}

static void signs(const char *secret, const char *word, const char *public)
{
	struct minisign_secret s = {0};
	struct minisign_keys keys, own;
	struct minisign_said said;
	struct rs_err err = {0};
	char *sig = NULL;

	n_asked = 0;
	assert_int_equal(
		minisign_secret_read(view(secret), ask, (void *)(uintptr_t)word, &s, &err), 0);
	assert_int_equal(n_asked, word != NULL);
	assert_int_equal(minisign_sign(&s, view("policy"), "version 7", &sig, &err), 0);
	assert_int_equal(minisign_public(&s, &own, &err), 0);
	minisign_secret_done(&s);
	assert_null(s.seed.p);
	assert_int_equal(minisign_keys_read(view(public), &keys, &err), 0);
	assert_memory_equal(&own.list[0], &keys.list[0], sizeof(own.list[0]));
	assert_int_equal(minisign_verify(view("policy"), view(sig), &keys, &said, &err), 0);
	assert_string_equal(said.comment, "version 7");
	assert_int_equal(
		minisign_verify(view("Policy"), view(sig), &keys, &said, &err), RS_E_POLICY_FORGED);
	free(sig);
}

static void test_sign__bare_key__is_verified(void **state)
{
	(void)state;
	signs(BARE, NULL, PUBLIC);
}

static void test_sign__key_with_a_passphrase__is_verified(void **state)
{
	(void)state;
	signs(COVERED, "word", PUBLIC);
	signs(LITTLE, "word", PUBLIC);
	signs(FEW, "word", PUBLIC);
}

/* It has its length; what is longer is cut, and verified as it was cut. */
static void test_sign__long_comment__is_cut(void **state)
{
	static char comment[4 * MINISIGN_COMMENT];
	struct minisign_secret s = {0};
	struct minisign_keys keys;
	struct minisign_said said;
	struct rs_err err = {0};
	char *sig = NULL;

	(void)state;
	memset(comment, 'c', sizeof(comment) - 1);
	assert_int_equal(minisign_secret_read(view(BARE), NULL, NULL, &s, &err), 0);
	assert_int_equal(minisign_sign(&s, view("policy"), comment, &sig, &err), 0);
	minisign_secret_done(&s);
	assert_int_equal(minisign_keys_read(view(PUBLIC), &keys, &err), 0);
	assert_int_equal(minisign_verify(view("policy"), view(sig), &keys, &said, &err), 0);
	assert_int_equal(strlen(said.comment), MINISIGN_COMMENT - 1);
	free(sig);
}

/* Sanitizers have their own stacks. */
#if defined(__SANITIZE_ADDRESS__)
#define HAS_PLAIN_STACK 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAS_PLAIN_STACK 0
#endif
#endif
#ifndef HAS_PLAIN_STACK
#define HAS_PLAIN_STACK 1
#endif

#define DEPTH (48U << 10)

static __attribute__((noinline)) void touch_below(void)
{
	volatile uint8_t dead[DEPTH + 4096];

	for (size_t i = 0; i < sizeof(dead); i++)
		dead[i] = 0;
}

/* How often @what stands in what calls before this one have left below. It calls nothing itself. */
static __attribute__((noinline)) unsigned count_below(const volatile uint8_t *what, size_t len)
{
	const volatile uint8_t *end = __builtin_frame_address(0);
	unsigned n = 0;

	for (const volatile uint8_t *p = end - DEPTH; p < end - 512; p++) {
		size_t i = 0;
		while (i < len && p[i] == what[i])
			i++;
		n += i == len;
	}
	return n;
}

/* Deeper than what looks for it afterwards reaches itself. */
static __attribute__((noinline)) int read_deeper(
	const char *secret, const char *word, struct minisign_secret *ret)
{
	volatile uint8_t room[2048];
	struct rs_err err = {0};

	room[0] = 1;
	const int r = minisign_secret_read(view(secret), ask, (void *)(uintptr_t)word, ret, &err);
	return r + room[0] - 1;
}

static unsigned left_of(const char *secret, const char *word)
{
	struct minisign_secret s = {0};

	touch_below();
	const int r = read_deeper(secret, word, &s);
	const unsigned n = r < 0 ? 99 : count_below(s.seed.p, 16);
	minisign_secret_done(&s);
	return n;
}

static __attribute__((noinline)) bool decode_deeper(struct rs_view line, uint8_t ret[42])
{
	volatile uint8_t room[2048];

	room[0] = 1;
	return minisign_decode(line, ret, 42) && room[0];
}

static void test_decode__line_of_a_key__leaves_nothing_on_the_stack(void **state)
{
	static uint8_t raw[42];
	const struct rs_view line = {(const uint8_t *)PUBLIC, strlen(PUBLIC) - 1};

	(void)state;
	if (!HAS_PLAIN_STACK)
		skip();
	touch_below();
	const bool is_read = decode_deeper(line, raw);
	const unsigned n = count_below(raw + 10, 16) + count_below(line.p + 20, 16);
	assert_true(is_read);
	assert_int_equal(n, 0);
}

/* Whoever signs has the site's key in memory for as long as that takes. */
static void test_secret__read__leaves_nothing_on_the_stack(void **state)
{
	(void)state;
	if (!HAS_PLAIN_STACK)
		skip();
	assert_int_equal(left_of(BARE, NULL), 0);
	assert_int_equal(left_of(COVERED, "word"), 0);
}

static void refused(const char *secret, const char *word, const char *why)
{
	struct minisign_secret s = {0};
	struct rs_err err = {0};

	assert_int_equal(minisign_secret_read(view(secret), word ? ask : NULL,
				 (void *)(uintptr_t)word, &s, &err),
		RS_E_POLICY_SECRET);
	if (!strstr(err.detail, why))
		fail_msg("'%s' where '%s' was expected", err.detail, why);
	assert_null(s.seed.p);
}

static void test_secret__what_does_not_open__is_refused(void **state)
{
	char text[sizeof(BARE)];
	struct minisign_secret s = {0};
	struct rs_err err = {0};

	(void)state;
	refused(COVERED, "wrong", "not its passphrase");
	refused(COVERED, NULL, "nobody can be asked");
	assert_int_equal(
		minisign_secret_read(view(COVERED), nobody, NULL, &s, &err), RS_E_CANCELLED);
	refused("", "", "none of minisign");
	refused(COMMENT, "", "none of minisign");
	refused(COMMENT PUBLIC, "", "none of minisign");
	memcpy(text, BARE, sizeof(text));
	text[strlen(COMMENT) + 90] ^= 1; /* in the seed */
	refused(text, "", "damaged");
	memcpy(text, BARE, sizeof(text));
	text[strlen(COMMENT) + 2] = 'x'; /* "E?" */
	refused(text, "", "none of minisign");
	memcpy(text, BARE, sizeof(text));
	text[strlen(COMMENT)] = 'S'; /* "?d" */
	refused(text, "", "none of minisign");
	memcpy(text, BARE, sizeof(text));
	text[strlen(COMMENT) + 4] = 'x'; /* how it is covered */
	refused(text, "", "none of minisign");
}

/* A key that asks for more memory than there is, or none: nothing is stretched. */
static void test_secret__limits_out_of_bounds__are_refused(void **state)
{
	(void)state;
	n_asked = 0;
	refused(HUGE_KEY, "word", "stretched");
	refused(endless, "word", "stretched");
	refused(four_gib, "word", "stretched");
	refused(minutes, "word", "stretched");
	assert_int_equal(n_asked, 0); /* at once: nobody types it first */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sign__bare_key__is_verified),
		cmocka_unit_test(test_sign__key_with_a_passphrase__is_verified),
		cmocka_unit_test(test_sign__long_comment__is_cut),
		cmocka_unit_test(test_decode__line_of_a_key__leaves_nothing_on_the_stack),
		cmocka_unit_test(test_secret__read__leaves_nothing_on_the_stack),
		cmocka_unit_test(test_secret__what_does_not_open__is_refused),
		cmocka_unit_test(test_secret__limits_out_of_bounds__are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
