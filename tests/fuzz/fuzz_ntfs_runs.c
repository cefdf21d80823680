/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Mapping pairs. Input: 8 bytes highest VCN, then pairs. */
#include <stdlib.h>

#include "ntfs/internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CLUSTERS (1ULL << 40)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct nt_runs runs = {0};
	uint64_t lcn, left;
	int code;

	if (size < 8)
		return 0;
	struct nt_attr a = {.highest_vcn = rs_le64(data), .pairs = {data + 8, size - 8}};
	(void)nt_runs_add(&runs, &a, CLUSTERS, &code);
	a.lowest_vcn = runs.end_vcn;
	(void)nt_runs_add(&runs, &a, CLUSTERS, &code);
	for (size_t i = 0; i < runs.n; i++) {
		if (!nt_runs_find(&runs, runs.v[i].vcn, &lcn, &left) || lcn != runs.v[i].lcn ||
			left != runs.v[i].clusters)
			abort();
		if (lcn != NT_HOLE && (lcn >= CLUSTERS || left > CLUSTERS - lcn))
			abort();
	}
	if (nt_runs_find(&runs, runs.end_vcn, &lcn, &left))
		abort();
	nt_runs_done(&runs);
	return 0;
}
