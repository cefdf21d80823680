/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The writes of a plan, as they are gathered. */
#include <stdlib.h>
#include <string.h>

#include "core/list.h"
#include "hivewrite/internal.h"

static const struct win_src *file_of(const struct hw_build *b, unsigned file)
{
	return file == HW_PRIMARY ? &b->f->primary : file == HW_LOG1 ? &b->f->log1 : &b->f->log2;
}

static uint8_t *bytes_add(struct hw_build *b, size_t len)
{
	if (b->cap - b->used < len) {
		const size_t cap = 2 * (b->cap + len);
		uint8_t *p = realloc(b->plan.bytes, cap);
		if (!p)
			return NULL;
		b->plan.bytes = p;
		b->cap = cap;
	}
	b->used += len;
	return b->plan.bytes + b->used - len;
}

/* One write; what is there now is read. Its pointers are put when nothing moves any more
 * (hw_build_finish), and until then what is before and after lies in the order of the writes. */
int hw_build_write(struct hw_build *b, struct hw_write w, const uint8_t *after, struct rs_err *err)
{
	const struct win_src *src = file_of(b, w.file);
	struct hw_write *to = rs_list_add(&b->plan.writes, &b->plan.n, sizeof(*to));
	uint8_t *p = to ? bytes_add(b, 2 * w.len) : NULL;

	if (!p)
		return rs_fail(err, RS_E_MEMORY, "writes to a hive");
	*to = w;
	memcpy(p + w.len, after, w.len);
	return src->read(src->user, w.off_bytes, p, w.len, err);
}

void hw_build_finish(struct hw_build *b, enum hw_way way)
{
	const uint8_t *p = b->plan.bytes;

	b->plan.way = way;
	for (size_t i = 0; i < b->plan.n; i++) {
		struct hw_write *w = &b->plan.writes[i];
		w->before = p;
		w->after = p + w->len;
		p += 2 * w->len;
		b->plan.n_steps = w->step + 1;
	}
}

int hw_build_base(
	struct hw_build *b, const uint8_t *base, unsigned step, bool is_commit, struct rs_err *err)
{
	const struct hw_write w = {
		.file = HW_PRIMARY, .len = HW_SECTOR_BYTES, .step = step, .is_commit = is_commit};

	return hw_build_write(b, w, base, err);
}
