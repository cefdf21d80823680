/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "raw_help.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../../layers/layers.h"

#define USA_OFS 0x30U

void rh_boot(uint8_t s[512], uint64_t total_sectors, uint64_t mirror_lcn)
{
	memset(s, 0, 512);
	memcpy(s + 3, "NTFS    ", sizeof("NTFS    ")); /* the next byte is set below */
	rs_put_le16(s + 0x0B, 512);
	s[0x0D] = RH_CLUSTER / 512;
	rs_put_le64(s + 0x28, total_sectors);
	rs_put_le64(s + 0x30, RH_MFT_LCN);
	rs_put_le64(s + 0x38, mirror_lcn);
	s[0x40] = 0xF6; /* 2^10 */
	s[0x44] = 1;
	rs_put_le64(s + 0x48, 0x1122334455667788ULL);
	rs_put_le16(s + 0x1FE, 0xAA55);
}

void rh_protect(uint8_t *p, size_t len, uint16_t ofs)
{
	rs_put_le16(p + 4, ofs);
	rs_put_le16(p + 6, (uint16_t)(len / 512 + 1));
	rs_put_le16(p + ofs, 0x0107);
	for (size_t i = 1; i <= len / 512; i++) {
		memcpy(p + ofs + 2 * i, p + i * 512 - 2, 2);
		rs_put_le16(p + i * 512 - 2, 0x0107);
	}
}

void rh_begin(struct rh_rec *r, uint64_t number, uint16_t sequence, uint16_t flags, uint64_t base)
{
	memset(r, 0, sizeof(*r));
	memcpy(r->b, "FILE", 4);
	rs_put_le16(r->b + 0x10, sequence);
	rs_put_le16(r->b + 0x12, 1);
	rs_put_le16(r->b + 0x14, 0x38);
	rs_put_le16(r->b + 0x16, flags);
	rs_put_le32(r->b + 0x1C, RH_RECORD);
	rs_put_le64(r->b + 0x20, base);
	rs_put_le32(r->b + 0x2C, (uint32_t)number);
	r->pos = 0x38;
}

static size_t put_utf16(uint8_t *p, const char *text)
{
	size_t n = 0;

	for (; text[n]; n++)
		rs_put_le16(p + 2 * n, (uint16_t)(uint8_t)text[n]);
	return n;
}

static uint8_t *attr_begin(struct rh_rec *r, uint32_t type, const char *name, size_t header)
{
	uint8_t *a = r->b + r->pos;

	rs_put_le32(a, type);
	a[9] = (uint8_t)put_utf16(a + header, name);
	rs_put_le16(a + 0xA, (uint16_t)header);
	return a;
}

static void attr_end(struct rh_rec *r, uint8_t *a, size_t len)
{
	len = (len + 7) / 8 * 8;
	rs_put_le32(a + 4, (uint32_t)len);
	r->pos += len;
	assert_true(r->pos + 8 <= RH_RECORD);
}

void rh_resident(struct rh_rec *r, uint32_t type, const char *name, const void *value, size_t len)
{
	uint8_t *a = attr_begin(r, type, name, 0x18);
	size_t off = (0x18 + 2 * strlen(name) + 7) / 8 * 8;

	assert_true(r->pos + off + len + 8 <= RH_RECORD);
	rs_put_le32(a + 0x10, (uint32_t)len);
	rs_put_le16(a + 0x14, (uint16_t)off);
	memcpy(a + off, value, len);
	attr_end(r, a, off + len);
}

size_t rh_hex(const char *hex, uint8_t *ret, size_t cap)
{
	size_t n = 0;
	unsigned v;

	for (; *hex; hex += *hex == ' ' ? 1 : 2) {
		if (*hex == ' ')
			continue;
		assert_int_equal(sscanf(hex, "%2x", &v), 1);
		assert_true(n < cap);
		ret[n++] = (uint8_t)v;
	}
	return n;
}

void rh_runs(struct rh_rec *r, uint32_t type, uint64_t lowest_vcn, uint64_t highest_vcn,
	const char *pairs_hex, const uint64_t sizes[3])
{
	uint8_t *a = attr_begin(r, type, "", 0x40);

	a[8] = 1;
	rs_put_le64(a + 0x10, lowest_vcn);
	rs_put_le64(a + 0x18, highest_vcn);
	rs_put_le16(a + 0x20, 0x40);
	for (size_t i = 0; i < 3; i++)
		rs_put_le64(a + 0x28 + 8 * i, sizes[i]);
	attr_end(r, a, 0x40 + rh_hex(pairs_hex, a + 0x40, RH_RECORD - r->pos - 0x48));
}

void rh_times(struct rh_rec *r, uint32_t attributes)
{
	uint8_t v[0x48] = {0};

	for (size_t i = 0; i < 4; i++)
		rs_put_le64(v + 8 * i, 0x01DA000000000000ULL + i);
	rs_put_le32(v + 0x20, attributes);
	rh_resident(r, NT_AT_STANDARD_INFORMATION, "", v, sizeof(v));
}

void rh_name(struct rh_rec *r, uint64_t parent, const char *name, uint8_t name_space)
{
	uint8_t v[0x42 + 2 * 255] = {0};

	rs_put_le64(v, parent);
	v[0x40] = (uint8_t)put_utf16(v + 0x42, name);
	v[0x41] = name_space;
	rh_resident(r, NT_AT_FILE_NAME, "", v, 0x42 + 2 * strlen(name));
}

void rh_end(struct rh_rec *r)
{
	rs_put_le32(r->b + r->pos, UINT32_MAX);
	rs_put_le32(r->b + 0x18, (uint32_t)r->pos + 8);
	rh_protect(r->b, RH_RECORD, USA_OFS);
}

void rh_simple(struct rh_rec *r, uint64_t number, uint16_t flags, uint64_t parent, const char *name)
{
	rh_begin(r, number, 1, flags, 0);
	rh_times(r, 0x20);
	rh_name(r, parent, name, NT_NS_WIN32);
	rh_end(r);
}

uint8_t *rh_at(struct rh_vol *v, uint64_t number)
{
	return v->p + (uint64_t)RH_MFT_LCN * RH_CLUSTER + number * RH_RECORD;
}

void rh_put(struct rh_vol *v, uint64_t number, const struct rh_rec *r)
{
	assert_true(number < v->records);
	memcpy(rh_at(v, number), r->b, RH_RECORD);
	if (number < 4)
		memcpy(v->p + v->mirror_lcn * RH_CLUSTER + number * RH_RECORD, r->b, RH_RECORD);
}

static void put_stream(struct rh_vol *v, uint64_t number, const char *name, uint64_t lcn,
	uint64_t clusters, bool is_mft)
{
	const uint64_t bytes = clusters * RH_CLUSTER, sizes[3] = {bytes, bytes, bytes};
	struct rh_rec r;
	char pairs[32];

	(void)snprintf(pairs, sizeof(pairs), "44 %02x%02x%02x%02x %02x%02x%02x00 00",
		(unsigned)(clusters & 255), (unsigned)(clusters >> 8 & 255),
		(unsigned)(clusters >> 16 & 255), 0U, (unsigned)(lcn & 255),
		(unsigned)(lcn >> 8 & 255), (unsigned)(lcn >> 16 & 255));
	rh_begin(&r, number, number ? (uint16_t)number : 1, 1, 0);
	rh_times(&r, 6);
	rh_name(&r, RH_ROOT, name, NT_NS_WIN32_DOS);
	rh_runs(&r, NT_AT_DATA, 0, clusters - 1, pairs, sizes);
	if (is_mft) {
		uint8_t used[64];
		memset(used, 0xFF, sizeof(used));
		rh_resident(&r, NT_AT_BITMAP, "", used, sizeof(used));
	}
	rh_end(&r);
	rh_put(v, number, &r);
}

static void put_volume_and_root(struct rh_vol *v)
{
	const uint8_t info[12] = {0, 0, 0, 0, 0, 0, 0, 0, 3, 1, 0, 0};
	uint8_t root[0x30] = {0x30, 0, 0, 0, 1, 0, 0, 0, 0, 0x10};
	struct rh_rec r;

	rh_begin(&r, 3, 3, 1, 0);
	rh_name(&r, RH_ROOT, "$Volume", NT_NS_WIN32_DOS);
	rh_resident(&r, NT_AT_VOLUME_NAME, "", "T\0E\0S\0T\0", 8);
	rh_resident(&r, NT_AT_VOLUME_INFORMATION, "", info, sizeof(info));
	rh_end(&r);
	rh_put(v, 3, &r);
	rs_put_le32(root + 0x10, 0x10); /* first entry, used, allocated */
	rs_put_le32(root + 0x14, 0x20);
	rs_put_le32(root + 0x18, 0x20);
	rs_put_le16(root + 0x28, 0x10);
	root[0x2C] = 2; /* the last entry */
	rh_begin(&r, 5, 5, 3, 0);
	rh_times(&r, 6);
	rh_name(&r, RH_ROOT, ".", NT_NS_WIN32_DOS);
	rh_resident(&r, NT_AT_INDEX_ROOT, "$I30", root, sizeof(root));
	rh_end(&r);
	rh_put(v, 5, &r);
}

void rh_vol_make(struct rh_vol *v, unsigned records)
{
	uint64_t mft_clusters = (records + 3) / 4;
	uint64_t clusters = RH_MFT_LCN + mft_clusters + 64;

	*v = (struct rh_vol){.records = (unsigned)mft_clusters * 4};
	v->mirror_lcn = RH_MFT_LCN + mft_clusters + 1;
	v->log_lcn = v->mirror_lcn + 1;
	v->free_lcn = v->log_lcn + 4;
	v->mem = lay_mem_new(clusters * RH_CLUSTER + 512, 512);
	assert_non_null(v->mem);
	v->p = lay_mem_bytes(v->mem);
	rh_boot(v->p, clusters * 8, v->mirror_lcn);
	memcpy(v->p + clusters * RH_CLUSTER, v->p, 512);
	put_stream(v, 0, "$MFT", RH_MFT_LCN, mft_clusters, true);
	put_stream(v, 1, "$MFTMirr", v->mirror_lcn, 1, false);
	put_stream(v, 2, "$LogFile", v->log_lcn, 4, false);
	put_volume_and_root(v);
	/* the rest of what the bitmap has as used is in use, without a name, as 12 to 15 are */
	for (unsigned i = 4; i < v->records && i < 512; i++) {
		struct rh_rec r;
		if (i == 5)
			continue;
		rh_begin(&r, i, 1, i < 24, 0);
		rh_times(&r, 6);
		rh_end(&r);
		rh_put(v, i, &r);
	}
	memset(v->p + v->log_lcn * RH_CLUSTER, 0xFF, (size_t)4 * RH_CLUSTER);
}

struct nt_raw *rh_open(struct rh_vol *v)
{
	struct rs_err err = {0};
	struct nt_raw *raw = NULL;

	if (nt_raw_open(v->mem, &raw, &err) < 0)
		fail_msg("%s", err.detail);
	return raw;
}

/* ---- fixtures ---- */

static char fixture_dir[64];

static const char *unpacker(const char *name)
{
	size_t n = strlen(name);

	if (n > 7 && strcmp(name + n - 7, ".tar.xz") == 0)
		return "tar -xJSOf '%s' >'%s'"; /* one file inside */
	if (n > 6 && strcmp(name + n - 6, ".qcow2") == 0)
		return "qemu-img convert -O raw '%s' '%s' 2>/dev/null";
	if (n > 3 && strcmp(name + n - 3, ".gz") == 0)
		return "gzip -dc '%s' | dd of='%s' bs=64k conv=sparse status=none";
	return "xz -dc '%s' | dd of='%s' bs=64k conv=sparse status=none";
}

static char fixture_path[256];

const char *rh_fixture(const char *name)
{
	const char *top = getenv("UNBRICK_FIXTURES");
	char source[512], command[1400];

	(void)snprintf(
		source, sizeof(source), "%s/%s", top && *top ? top : "../shared/fixtures", name);
	if (access(source, R_OK) != 0) {
		print_message("skip: no fixture %s (set UNBRICK_FIXTURES)\n", name);
		skip();
	}
	if (!fixture_dir[0]) {
		(void)snprintf(fixture_dir, sizeof(fixture_dir), "/tmp/unbrick-raw-XXXXXX");
		assert_non_null(mkdtemp(fixture_dir));
	}
	const char *last = strrchr(name, '/');
	(void)snprintf(fixture_path, sizeof(fixture_path), "%s/%s.img", fixture_dir,
		last ? last + 1 : name);
	if (access(fixture_path, R_OK) == 0)
		return fixture_path;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral" /* one of the four above */
	(void)snprintf(command, sizeof(command), unpacker(name), source, fixture_path);
#pragma GCC diagnostic pop
	if (system(command) != 0) { /* NOLINT(cert-env33-c): a test's own text */
		print_message("skip: cannot unpack %s\n", name);
		skip();
	}
	return fixture_path;
}

int rh_fixtures_done(void **state)
{
	char command[128];

	(void)state;
	if (fixture_dir[0]) {
		(void)snprintf(command, sizeof(command), "rm -rf '%s'", fixture_dir);
		if (system(command) != 0) /* NOLINT(cert-env33-c): a test's own text */
			print_message("cannot remove %s\n", fixture_dir);
	}
	return 0;
}
