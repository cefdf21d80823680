/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The report beside a quarantine that lost its manifest: bytes of a disk that anybody may have
 * written. Without a corpus it starts from a report with one item. Seeds: report.json of any
 * quarantine (unbrick cat DISK '\Unbrick\<id>\report.json'). */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "act/proof.h"

#define TOP "Unbrick"
#define ID  "20261124T200000Z"

static const char seed[] = "{\"plan\": [{\"item\": 1, \"action\": \"quarantine\", \"path\": "
			   "\"\\\\Windows\\\\bad.sys\", \"rule\": \"r\", \"why\": \"w\", "
			   "\"target\": \"\\\\" TOP "\\\\" ID "\\\\0001\", \"size_bytes\": 1, "
			   "\"sha256\": "
			   "\"7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed\", "
			   "\"record\": 40, \"sequence\": 1, \"accepted\": true}]}";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed_number);

static void check(const struct plan *p)
{
	if (!p->is_by_report || !p->n_items || p->n_items > PLAN_MAX_ITEMS)
		abort();
	for (size_t i = 0; i < p->n_items; i++) {
		const struct plan_item *item = &p->items[i];
		if (item->action != PLAN_RESTORE || !item->path || item->path[0] != '\\' ||
			!item->number || item->number > PLAN_MAX_ITEMS || !item->file_ref)
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct plan *plan = NULL;

	if (report_parse((const char *)data, size, TOP, ID, &plan, NULL) == 0)
		check(plan);
	plan_free(plan);
	return 0;
}

/* Now and then back to something that is accepted. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed_number)
{
	if ((size < 8 || seed_number % 64 == 0) && max_size >= sizeof(seed)) {
		memcpy(data, seed, sizeof(seed) - 1);
		size = sizeof(seed) - 1;
	}
	return LLVMFuzzerMutate(data, size, max_size);
}
