/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The steps of a quarantine: lines of 64 bytes, a ring, each written in place with one sector
 * write, so that a line costs no change of file system metadata. "00000012 intent 0001          \n"
 */
#include <stdio.h>
#include <string.h>

#include "act/quarantine.h"

#define SEQUENCE_LEN 8
#define SEQUENCE_MAX 99999999U

size_t steps_bytes(size_t n_items)
{
	/* fix and undo write two lines an item and two around them, with as much again to spare */
	size_t bytes = (n_items * 8 + 16) * STEPS_SLOT_BYTES;

	return (bytes + 4095) / 4096 * 4096;
}

/* Eight digits and a blank: neither a sign nor a number that has no room for the next one. */
static bool slot_sequence(const char *slot, uint32_t *ret)
{
	uint32_t v = 0;

	for (unsigned i = 0; i < SEQUENCE_LEN; i++) {
		if (slot[i] < '0' || slot[i] > '9')
			return false;
		v = 10 * v + (uint32_t)(slot[i] - '0');
	}
	if (slot[SEQUENCE_LEN] != ' ' || slot[STEPS_SLOT_BYTES - 1] != '\n' || v == SEQUENCE_MAX)
		return false;
	*ret = v;
	return true;
}

static void rtrim(char *text)
{
	for (size_t n = strlen(text); n && text[n - 1] == ' '; n--)
		text[n - 1] = '\0';
}

void steps_take(struct steps *j, const char slot[STEPS_SLOT_BYTES])
{
	const char *text = slot + SEQUENCE_LEN + 1;
	uint32_t sequence;

	if (!slot_sequence(slot, &sequence))
		return;
	if (sequence >= j->next)
		j->next = sequence + 1;
	bool is_mode = !strncmp(text, "fix ", 4) || !strncmp(text, "undo ", 5);
	if (is_mode && sequence >= j->mode_sequence) {
		j->mode_sequence = sequence;
		(void)snprintf(j->last_mode, sizeof(j->last_mode), "%.15s", text);
		rtrim(j->last_mode);
	}
}

void steps_put(uint32_t sequence, const char *line, char ret[STEPS_SLOT_BYTES])
{
	char slot[STEPS_SLOT_BYTES + 1];
	int n = snprintf(slot, sizeof(slot), "%0*u %s", SEQUENCE_LEN, sequence, line);

	memset(slot + n, ' ', STEPS_SLOT_BYTES - (size_t)n);
	slot[STEPS_SLOT_BYTES - 1] = '\n';
	memcpy(ret, slot, STEPS_SLOT_BYTES);
}

int steps_open(struct nt_vol *vol, uint64_t ref, struct steps *ret, struct rs_err *err)
{
	char slot[STEPS_SLOT_BYTES];
	auto_nt_file struct nt_file *f = NULL;

	*ret = (struct steps){.vol = vol, .ref = ref, .next = 1};
	if (!ref)
		return 0;
	int r = nt_file_open(vol, ref, "", &f, err);
	if (r < 0)
		return r;
	ret->slots = (size_t)(nt_file_size(f) / STEPS_SLOT_BYTES);
	for (size_t i = 0; i < ret->slots && i < (size_t)2 * PLAN_MAX_ITEMS * 8; i++) {
		size_t got = 0;
		r = nt_file_read(f, i * STEPS_SLOT_BYTES, slot, STEPS_SLOT_BYTES, &got, err);
		if (r < 0)
			return r;
		if (got == STEPS_SLOT_BYTES)
			steps_take(ret, slot);
	}
	return 0;
}

int steps_add(struct steps *j, const char *line, struct rs_err *err)
{
	char slot[STEPS_SLOT_BYTES];

	if (!j->ref || !j->slots)
		return 0;
	steps_put(j->next, line, slot);
	uint64_t off = (uint64_t)(j->next % j->slots) * STEPS_SLOT_BYTES;
	j->next++;
	return nt_file_overwrite(j->vol, j->ref, off, slot, STEPS_SLOT_BYTES, err);
}

int steps_add_item(struct steps *j, const char *verb, unsigned number, struct rs_err *err)
{
	char line[40];

	(void)snprintf(line, sizeof(line), "%s %04u", verb, number);
	return steps_add(j, line, err);
}
