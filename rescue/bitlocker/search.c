/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A volume whose first sector is lost: its metadata still lie where Windows put them. Each copy
 * says where all three are, so one that names its own place is no chance hit. Source of the usual
 * place: 31 of 31 Windows-made volumes have the first copy at 32 MiB or a little behind it. */
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "bitlocker/internal.h"

#define CHUNK_BYTES    (1U << 20)
#define STEP_BYTES     512U
#define USUAL_BYTES    (32ULL << 20) /* first copy: from here ... */
#define USUAL_LEN      (16ULL << 20)
#define SEARCH_BYTES   (1ULL << 30) /* on large volumes the second lies in here */
#define SEARCH_SECONDS 10

struct search {
	struct blk *src;
	const struct rs_task *task;
	uint8_t *chunk;
	uint64_t done, total;
	struct timespec end;
	bool is_found;
	uint64_t found;
};

static bool is_copy(const uint8_t *p, uint64_t at_bytes)
{
	uint16_t version = rs_le16(p + 10);

	if (!at_bytes || !fve_has_name(p) || (version != 1 && version != 2))
		return false;
	for (size_t i = 0; i < BL_COPIES; i++)
		if (rs_le64(p + 32 + 8 * i) == at_bytes)
			return true;
	return false;
}

static bool is_late(const struct search *s)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now); /* cannot fail */
	return now.tv_sec > s->end.tv_sec ||
	       (now.tv_sec == s->end.tv_sec && now.tv_nsec >= s->end.tv_nsec);
}

/* Look through one piece; what cannot be read is passed over. */
static int search_range(struct search *s, uint64_t from, uint64_t to, struct rs_err *err)
{
	for (uint64_t at = from; at < to && !s->is_found && !is_late(s); at += CHUNK_BYTES) {
		uint64_t len = to - at < CHUNK_BYTES ? to - at : CHUNK_BYTES;
		s->done += len;
		if (!rs_task_step(s->task, "search", s->done, s->total))
			return rs_fail_on(err, RS_E_CANCELLED, s->src->name, "search");
		if (blk_next_data(s->src, at) >= at + len ||
			blk_read(s->src, at, s->chunk, (size_t)len, NULL) < 0)
			continue;
		for (uint64_t i = 0; len - i >= STEP_BYTES && !s->is_found; i += STEP_BYTES) {
			s->is_found = is_copy(s->chunk + i, at + i);
			s->found = at + i;
		}
	}
	return 0;
}

int bl_search(struct blk *src, const struct rs_task *task, uint64_t *ret, struct rs_err *err)
{
	uint64_t end = src->size_bytes < SEARCH_BYTES ? src->size_bytes : SEARCH_BYTES;
	uint64_t usual = USUAL_BYTES < end ? USUAL_BYTES : end;
	uint64_t behind = USUAL_BYTES + USUAL_LEN < end ? USUAL_BYTES + USUAL_LEN : end;
	struct search s = {.src = src, .task = task, .total = end};
	auto_free uint8_t *chunk = malloc(CHUNK_BYTES);

	if (!chunk)
		return rs_fail_on(err, RS_E_MEMORY, src->name, "search");
	s.chunk = chunk;
	(void)clock_gettime(CLOCK_MONOTONIC, &s.end); /* cannot fail */
	s.end.tv_sec += SEARCH_SECONDS;
	int r = search_range(&s, usual, behind, err);
	if (r == 0)
		r = search_range(&s, 0, usual, err);
	if (r == 0)
		r = search_range(&s, behind, end, err);
	if (r < 0)
		return r;
	if (!s.is_found)
		return rs_fail_on(err, RS_E_UNSUPPORTED, src->name, "not a BitLocker volume");
	*ret = s.found;
	return 0;
}

/* Only the metadata tell: the sectors' size is tried. */
static int load_with(struct blk *src, const uint8_t *copy, uint32_t sector, struct bl_volume **ret,
	struct rs_err *err)
{
	struct bl_header h = {.flavour = rs_le16(copy + 10) == 1 ? BL_VISTA : BL_WIN7,
		.sector_bytes = sector,
		.cluster_bytes = 4096};

	for (size_t i = 0; i < BL_COPIES; i++)
		h.offsets[i] = rs_le64(copy + 32 + 8 * i);
	return bl_load_header(src, &h, ret, err);
}

int bl_load_lost(struct blk *src, uint64_t at_bytes, struct bl_volume **ret, struct rs_err *err)
{
	uint8_t copy[64];
	int r = blk_read(src, at_bytes, copy, sizeof(copy), err);

	if (r < 0)
		return r;
	if (!is_copy(copy, at_bytes))
		return rs_fail_on(err, RS_E_BL_DAMAGED, src->name, "no metadata there");
	r = load_with(src, copy, 512, ret, err);
	if (r == RS_E_BL_DAMAGED)
		r = load_with(src, copy, 4096, ret, NULL) == 0 ? 0 : r;
	if (r == 0)
		bl_volume_refuse(*ret, RS_E_BL_DAMAGED, "its first sector is overwritten");
	return r;
}
