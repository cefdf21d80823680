/* SPDX-License-Identifier: GPL-3.0-or-later */
/* After an act: all that was written, read back from the device. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/language.h"
#include "engine/engine.h"

/* Of several volumes the weakest word counts. */
static void tell_source(struct run_verification *told, bool is_device)
{
	if (told->read_from != RUN_SOURCE_CACHE)
		told->read_from = is_device ? RUN_SOURCE_DEVICE : RUN_SOURCE_CACHE;
}

static void tell_compared(struct rs_report *told, const struct en_volume *v, bool is_device)
{
	char line[300];

	(void)snprintf(line, sizeof(line),
		"%s: all %" PRIu64 " bytes that were written read back as "
		"written%s",
		v->disk->path, blk_overlay_bytes(v->disk->written),
		is_device ? "" : ", as far as this machine's cache tells");
	report_add_text(&told->kept, &told->run.verification.checks, line);
}

/* Where a flush failed, that is told; and what is there is looked at all the same. */
static int open_disk(const struct en_disk *d, struct blk **ret, bool *ret_is_device,
	struct rs_err *flush, struct rs_err *err)
{
	int r = d->kind->open_again(d->path, ret, ret_is_device, err);

	if (r != RS_E_IO_WRITE)
		return r;
	(void)rs_err_pass(flush, r, err);
	return d->kind->open_again(d->path, ret, ret_is_device, err);
}

int en_again_open(
	const struct en_volume *v, struct en_stack *ret, struct rs_report *told, struct rs_err *err)
{
	struct rs_err flush = {0};
	bool is_device = false;

	*ret = (struct en_stack){.disk = v->disk};
	int r = open_disk(v->disk, &ret->blk[EN_DISK], &is_device, &flush, err);
	if (r == 0) {
		ret->blk[EN_DISK]->sector_bytes = v->disk->blk->sector_bytes;
		if (told)
			tell_source(&told->run.verification, is_device);
	}
	if (r == 0 && v->disk->written)
		r = blk_written_compare(v->disk->written, ret->blk[EN_DISK], err);
	if (r == 0 && v->disk->written && told)
		tell_compared(told, v, is_device);
	if (r == 0 && flush.code)
		return rs_err_pass(err, flush.code, &flush);
	return r < 0 ? r : en_stack_bytes(ret, v, err);
}

const char *en_verified_text(const struct rs_report *r)
{
	return r->run.verification.read_from == RUN_SOURCE_DEVICE
		       ? N_("verified")
		       : "right in this machine's cache (the device itself could not be read back)";
}
