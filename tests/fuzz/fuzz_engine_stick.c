/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A file on a stick that somebody has plugged in: is it a key of the volume? One that is offered
 * has the ID of a protector of that kind in it; one that has it as text is offered, in whichever
 * encoding and letters. Input: where and how the ID is written (HEAD), then the file's bytes.
 * Seeds: none needed. */
#include "../../rescue/engine/stick_keys.c" /* what decides is in no header */

#include <ctype.h>
#include <stdlib.h>

#define HEAD 3U
#define MOST 2048U

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct bl_protector protectors[] = {
	{.protection = BL_P_STARTUP_KEY,
		.id = {0x12, 0x34, 0x56, 0x78, 0x9A, 0xBC, 0xDE, 0xF0, 1, 2, 3, 4, 5, 6, 7, 8}},
	{.protection = BL_P_RECOVERY,
		.id = {0xAB, 0xCD, 0xEF, 0x01, 0x23, 0x45, 0x67, 0x89, 9, 8, 7, 6, 5, 4, 3, 2}},
};
static const struct rs_key_request request = {.protectors = protectors, .n_protectors = 2};

static struct {
	uint8_t p[MOST];
	size_t len;
} file;

static void expect(bool is_so)
{
	if (!is_so)
		abort();
}

static bool has(const char *text, size_t step)
{
	const size_t n = strlen(text);

	for (size_t at = 0; at + n * step <= file.len; at++) {
		size_t i = 0;
		while (i < n && toupper(file.p[at + i * step]) == text[i] &&
			(step == 1 || !file.p[at + i * step + 1]))
			i++;
		if (i == n)
			return true;
	}
	return false;
}

/* The ID as text, in characters of one or two bytes. */
static void put_id(const char *id, size_t at, size_t step, bool is_small)
{
	for (size_t i = 0; id[i] && at + i * step + step <= file.len; i++) {
		file.p[at + i * step] = (uint8_t)(is_small ? tolower(id[i]) : id[i]);
		if (step > 1)
			file.p[at + i * step + 1] = 0;
	}
}

static void put_startup_key(void)
{
	rs_put_le32(file.p, (uint32_t)file.len);
	rs_put_le32(file.p + 4, 1);
	rs_put_le32(file.p + 8, 48);
	memcpy(file.p + BEK_ID, protectors[0].id, sizeof(protectors[0].id));
}

static void check(const char *id)
{
	uint8_t *own = malloc(file.len ? file.len : 1); /* so that a byte too many is seen */

	if (!own)
		abort();
	memcpy(own, file.p, file.len);
	const bool is_startup = is_startup_key_of(&request, own, file.len);
	const bool is_text = is_text_of(&request, own, file.len);
	free(own);
	if (is_startup)
		expect(file.len >= BEK_ID + 16 && rs_le32(file.p) == file.len &&
			memcmp(file.p + BEK_ID, protectors[0].id, 16) == 0);
	expect(is_text || (!has(id, 1) && !has(id, 2)));
	size_t n = 0; /* without zeros, and nothing else gone */
	for (size_t i = 0; i < file.len; i++)
		if (file.p[i])
			file.p[n++] = file.p[i];
	file.len = n;
	expect(!is_text || has(id, 1));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char id[RS_GUID_LEN];

	if (size < HEAD)
		return 0;
	file.len = size - HEAD < MOST ? size - HEAD : MOST;
	memcpy(file.p, data + HEAD, file.len);
	rs_guid_text(protectors[1].id, id);
	if (data[0] & 1)
		put_id(id, (size_t)data[1] << 2 | (data[2] & 3), data[0] & 2 ? 2 : 1, data[0] & 4);
	if (data[0] & 8 && file.len >= 48)
		put_startup_key();
	check(id);
	return 0;
}
