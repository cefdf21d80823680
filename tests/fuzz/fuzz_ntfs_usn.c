/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A change journal: the first 8 bytes are the time from which on records are wanted, the rest is
 * its end. Seeds: the end of any $J. */
#include <string.h>

#include "ntfs/internal.h"
#include "ntfs/usn.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t len);

struct seen {
	uint64_t since, n;
};

static bool on_record(void *user, const struct nt_usn *u)
{
	struct seen *s = user;

	if (u->time < s->since || !u->name || strlen(u->name) >= NT_NAME_BYTES)
		__builtin_trap();
	s->n++;
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	struct nt_raw raw = {.geo = {.cluster_bytes = 4096}};
	struct nt_stream s = {.is_resident = true};
	struct seen seen = {0};
	uint64_t n = 0, skipped = 0;

	if (len < 8)
		return 0;
	seen.since = rs_le64(p);
	s.data_bytes = s.initialized_bytes = len - 8;
	s.value = malloc(len - 7);
	if (!s.value)
		return 0;
	memcpy(s.value, p + 8, len - 8);
	const struct nt_usn_want want = {seen.since, on_record, &seen, NULL};
	if (nt_usn_stream(&raw, &s, &want, &n, &skipped, NULL) < 0 || n != seen.n || skipped > len)
		__builtin_trap();
	free(s.value);
	return 0;
}
