/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A policy from a server, its signature, a file of keys: the first byte says which of them it is.
 * What is taken has its bounds, and nothing that differs from minisign's own example is verified.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "policy/policy.h"

static const char key[] = "RWSKSe6Pz6dpjRoWsjSHjrtCceGsy/tz0KdCiFG8C0y9blwR82y7QGMU\n";
static const char bytes[] = "the bytes\n";
static const char sig[] =
	"untrusted comment: u\n"
	"RUSKSe6Pz6dpjU6Iwajn+O6aKMuNcZmFHXsNKdNdutPkogDVg1SQw8GlQvPC6CpNa/qw6biyjGN8fS0kXxrRWu2"
	"eFxxv12EWgQc=\n"
	"trusted comment: unit test, hashed\n"
	"p167QKwdGsLUwlSaqbIz4HDgsTtWDdzDdIwC5ALAnVZ+7Hus6BOZvRUmkNMnQslo3ztae1tULrZkHI8bnoREBg=="
	"\n";
static const char policy[] =
	"{\"unbrick_policy\":1,\"purpose\":\"unbrick policy\",\"version\":7,"
	"\"issued\":\"2025-11-24T18:00:00Z\",\"expires\":\"2025-12-01T00:00:00Z\",\"act\":"
	"\"drill\","
	"\"scope\":{\"serials\":[\"S\"],\"uuids\":[\"4C4C4544-0044-3510-8052-B4C04F4A3732\"],"
	"\"macs\":[\"aa:bb:cc:dd:ee:ff\"],\"models\":[\"L\"]},\"rules\":[{\"name\":\"x.ini\","
	"\"text\":\"[rule]\"}],\"shipped_rules\":true,\"diagnosis\":\"alone\",\"max_files\":4,"
	"\"replay\":\"all\",\"outcomes\":{\"repaired\":\"stay\",\"nothing\":\"reboot\","
	"\"failure\":\"poweroff\"},\"unknown_clock\":\"act\",\"delay_s\":20,\"keys\":[{\"type\":"
	"\"https\",\"url\":\"https://k/\"}],\"reports\":[{\"type\":\"put\",\"url\":\"https://r/"
	"\"}]}";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed_number);

static struct rs_view text(const char *s)
{
	return (struct rs_view){(const uint8_t *)s, strlen(s)};
}

static void read_policy(struct rs_view v)
{
	const struct policy_clock now = {0, false};
	struct policy *p = NULL;
	struct rs_err err = {0};
	int r = policy_parse(v, &p, &err);

	if (r < 0 && (r != RS_E_POLICY_INVALID || !err.detail[0] || p))
		abort();
	if (r == 0 && (!p->version || p->expires_s <= p->issued_s || !p->max_files ||
			      p->max_files > POLICY_FILES_MOST || p->delay_s > POLICY_DELAY_MOST_S))
		abort();
	if (r == 0)
		(void)policy_check(p, &now, 0, &err);
	policy_free(p);
}

static void read_signature(struct rs_view v)
{
	struct minisign_keys keys;
	struct minisign_said said;
	struct rs_err err = {0};

	if (minisign_keys_read(text(key), &keys, &err) < 0)
		abort();
	int r = minisign_verify(text(bytes), v, &keys, &said, &err);
	if (r == 0 && !memmem(v.p, v.len, "unit test, hashed\n", 18) &&
		!memmem(v.p, v.len, "unit test, hashed\r\n", 19))
		abort();
	if (r < 0 && r != RS_E_POLICY_UNSIGNED && r != RS_E_POLICY_KEY && r != RS_E_POLICY_FORGED)
		abort();
}

static void read_keys(struct rs_view v)
{
	struct minisign_keys keys;
	struct rs_err err = {0};
	int r = minisign_keys_read(v, &keys, &err);

	if (r == 0 ? !keys.n || keys.n > MINISIGN_KEYS_MOST : r != RS_E_POLICY_KEYS)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *own = size > 1 ? malloc(size - 1) : NULL; /* of its own length, for ASan */

	if (!own)
		return 0;
	memcpy(own, data + 1, size - 1);
	const struct rs_view v = {own, size - 1};
	if (data[0] % 3 == 0)
		read_policy(v);
	else if (data[0] % 3 == 1)
		read_signature(v);
	else
		read_keys(v);
	free(own);
	return 0;
}

/* Now and then back to something that is accepted. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed_number)
{
	static const char *const seeds[] = {policy, sig, key};
	const unsigned which = seed_number % 3;
	const size_t len = strlen(seeds[which]);

	if ((size < 8 || seed_number % 16 == 0) && max_size > len + 1) {
		data[0] = (uint8_t)which;
		memcpy(data + 1, seeds[which], len);
		size = len + 1;
	}
	return size < 2 ? LLVMFuzzerMutate(data, size, max_size)
			: 1 + LLVMFuzzerMutate(data + 1, size - 1, max_size - 1);
}
