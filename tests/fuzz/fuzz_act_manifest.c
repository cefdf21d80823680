/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The quarantine's manifest: bytes of a disk that anybody may have written. Seeds: manifest.json of
 * any quarantine (unbrick cat DISK '\Unbrick\<id>\manifest.json'). */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "act/change.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct plan *plan = NULL;
	struct plan *again = NULL;
	auto_free char *text = NULL;
	size_t len = 0;

	if (manifest_parse((const char *)data, size, PLAN_RESTORE, &plan, NULL) < 0)
		return 0;
	/* what was accepted can be written and read again */
	plan_accept(plan);
	if (manifest_write(plan, &text, &len, NULL) < 0 ||
		manifest_parse(text, len, PLAN_RESTORE, &again, NULL) < 0)
		abort();
	/* and a change that may be undone is the same one then */
	for (size_t i = 0; i < plan->n_items; i++) {
		const struct plan_item *item = &plan->items[i];
		if (item->is_accepted && item->change && !change_ops_of(item)->refuses(item) &&
			(!again->items[i].change ||
				change_ops_of(item)->refuses(&again->items[i]) ||
				again->items[i].change->n != item->change->n))
			abort();
	}
	plan_free(again);
	plan_free(plan);
	return 0;
}
