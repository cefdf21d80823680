/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The steps of a quarantine: lines of 64 bytes that anything may have been written over. Without a
 * corpus it starts from a few lines of ours. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "act/quarantine.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed_number);

static const char *const lines[] = {
	"fix begun", "intent 0001", "done 0001", "fix ended", "undo begun"};

#define N_LINES (sizeof(lines) / sizeof(lines[0]))

/* Whatever lies there, what we write next is the newest, and read back. */
static void check(const struct steps *before)
{
	struct steps j = *before;
	char slot[STEPS_SLOT_BYTES];

	if (!j.next || j.next > 99999999)
		abort();
	if (j.last_mode[0] && strncmp(j.last_mode, "fix", 3) != 0 &&
		strncmp(j.last_mode, "undo", 4) != 0)
		abort();
	if (j.next == 99999999)
		return; /* the last one: it would be none */
	steps_put(j.next, "undo ended", slot);
	steps_take(&j, slot);
	if (j.next != before->next + 1 || strcmp(j.last_mode, "undo ended") != 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct steps j = {.next = 1};
	char slot[STEPS_SLOT_BYTES];

	for (size_t at = 0; at + sizeof(slot) <= size; at += sizeof(slot)) {
		memcpy(slot, data + at, sizeof(slot));
		steps_take(&j, slot);
		check(&j);
	}
	return 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed_number)
{
	char slot[STEPS_SLOT_BYTES];

	for (size_t i = 0; (size < sizeof(slot) || seed_number % 64 == 0) && i < N_LINES &&
			   (i + 1) * sizeof(slot) <= max_size;
		i++) {
		steps_put((uint32_t)i + 1, lines[i], slot);
		memcpy(data + i * sizeof(slot), slot, sizeof(slot));
		size = size < (i + 1) * sizeof(slot) ? (i + 1) * sizeof(slot) : size;
	}
	return LLVMFuzzerMutate(data, size, max_size);
}
