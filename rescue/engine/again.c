/* SPDX-License-Identifier: GPL-3.0-or-later */
/* After an act: all that was written, read back from the device. */
#include "block/again.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "engine/engine.h"

#define DEVICE "device"
#define CACHE  "cache"

/* Of several volumes the weakest word counts. */
static void tell_source(struct json_object *verification, bool is_device)
{
	struct json_object *before = NULL;

	(void)json_object_object_get_ex(verification, "read_from", &before);
	if (before && strcmp(json_object_get_string(before), CACHE) == 0)
		return;
	report_text_set(verification, "read_from", is_device ? DEVICE : CACHE);
}

static void tell_compared(
	struct json_object *verification, const struct en_volume *v, bool is_device)
{
	char line[300];

	(void)snprintf(line, sizeof(line),
		"%s: all %" PRIu64 " bytes that were written read back as "
		"written%s",
		v->disk->path, blk_written_bytes(v->disk->written),
		is_device ? "" : ", as far as this machine's cache tells");
	struct json_object *checks = report_array(verification, "checks");
	char escaped[600];
	(void)rs_escape(line, escaped, sizeof(escaped));
	json_object_array_add(checks, json_object_new_string(escaped));
}

int en_again_open(const struct en_volume *v, struct en_stack *ret, struct json_object *verification,
	struct rs_err *err)
{
	bool is_device = false;

	*ret = (struct en_stack){.disk = v->disk};
	int r = blk_again_open(v->disk->path, &ret->blk[EN_DISK], &is_device, err);
	if (r == 0) {
		ret->blk[EN_DISK]->sector_bytes = v->disk->blk->sector_bytes;
		if (verification)
			tell_source(verification, is_device);
	}
	if (r == 0 && v->disk->written)
		r = blk_written_compare(v->disk->written, ret->blk[EN_DISK], err);
	if (r == 0 && v->disk->written && verification)
		tell_compared(verification, v, is_device);
	return r < 0 ? r : en_stack_bytes(ret, v, err);
}

const char *en_verified_text(struct json_object *root)
{
	struct json_object *o = NULL, *from = NULL;

	if (json_object_object_get_ex(root, "verification", &o) &&
		json_object_object_get_ex(o, "read_from", &from) &&
		strcmp(json_object_get_string(from), DEVICE) == 0)
		return "verified";
	return "right in this machine's cache (the device itself could not be read back)";
}
