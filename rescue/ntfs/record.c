/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One record: its fixups and its header. */
#include <inttypes.h>
#include <openssl/evp.h>
#include <string.h>

#include "ntfs/stream.h"

#define HEADER_BYTES 0x28U /* of an MFT record, up to the next attribute's number */

bool nt_sha256(const uint8_t *p, size_t len, uint8_t ret[NT_SHA256_BYTES])
{
	unsigned n = 0;

	return EVP_Digest(p, len, ret, &n, EVP_sha256(), NULL) == 1 && n == NT_SHA256_BYTES;
}

uint16_t nt_usn_next(uint16_t usn)
{
	return usn >= 0xFFFE ? 1 : (uint16_t)(usn + 1);
}

void nt_fixup_put(uint8_t *buf, uint16_t usn)
{
	size_t ofs = rs_le16(buf + 4), count = rs_le16(buf + 6);

	rs_put_le16(buf + ofs, usn);
	for (size_t i = 1; i < count; i++) {
		memcpy(buf + ofs + 2 * i, buf + i * NT_STRIDE_BYTES - 2, 2);
		rs_put_le16(buf + i * NT_STRIDE_BYTES - 2, usn);
	}
}

const char *nt_record_check(const uint8_t *rec, size_t len)
{
	size_t attrs = rs_le16(rec + 0x14), used = rs_le32(rec + 0x18);

	if (used > len || used < HEADER_BYTES + 8)
		return "bytes in use";
	if (attrs < HEADER_BYTES || attrs % 8 || attrs > used - 4)
		return "place of the first attribute";
	return NULL;
}

const char *nt_record_prepare(uint8_t *buf, size_t len)
{
	if (len < NT_STRIDE_BYTES)
		return "length is no multiple of 512";
	if (memcmp(buf, "BAAD", 4) == 0)
		return "marked BAAD: written in part";
	if (memcmp(buf, "FILE", 4) != 0)
		return rs_is_zero(buf, len) ? "all zeros" : "no FILE signature";
	const char *what = nt_fixup(buf, len);
	return what ? what : nt_record_check(buf, len);
}

int nt_raw_record(struct nt_raw *raw, uint64_t number, uint8_t *buf, struct rs_err *err)
{
	const uint32_t len = raw->geo.record_bytes;
	int r;

	if (number >= raw->records)
		return rs_fail_on(err, RS_E_NO_SUCH_FILE, raw->src->name,
			"MFT record %" PRIu64 " of %" PRIu64, number, raw->records);
	if (number == NT_MFT_RECORD && raw->is_mft_from_mirror)
		r = blk_read(raw->src, raw->geo.mftmirr_off_bytes, buf, len, err);
	else
		r = nt_runs_read(raw, &raw->mft, number * len, buf, len, err);
	if (r < 0)
		return r;
	const char *what = nt_record_prepare(buf, len);
	if (what)
		return rs_fail_on(err, RS_E_NTFS_DAMAGED, raw->src->name,
			"MFT record %" PRIu64 ": %s", number, what);
	return 0;
}
