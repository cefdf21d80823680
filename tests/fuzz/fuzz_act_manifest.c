/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The quarantine's manifest: bytes of a disk that anybody may have written. Seeds: manifest.json of
 * any quarantine (unbrick cat DISK '\Unbrick\<id>\manifest.json'). */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "act/quarantine.h"

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
	plan_free(again);
	plan_free(plan);
	return 0;
}
