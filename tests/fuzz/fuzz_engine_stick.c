/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A file on a stick that somebody has plugged in: is it a key of the volume? One that is offered
 * has a key in it, and as a startup key the ID of a protector; a text that begins with ID and
 * password is offered, in letters of any size. Input: what is written over its beginning (HEAD),
 * then the file's bytes.
 * Seeds: none needed. */
#include "../../rescue/engine/stick_keys.c" /* what decides is in no header */
#include "format/guid.h"

#include <ctype.h>
#include <stdlib.h>

#define HEAD	   1U
#define MOST	   2048U
#define KEY_AT	   37U /* behind ID and blank */
#define KEY_DIGITS 48U

static const char KEY[] = "082555-563321-058982-339207-188199-397529-562584-150469\n";
#define KEY_LEN (sizeof(KEY) - 1)

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

/* ID and password, before whatever follows. */
static void put_key(const char *id, bool is_small)
{
	(void)snprintf((char *)file.p, KEY_AT + 1, "%s ", id);
	for (size_t i = 0; is_small && i < KEY_AT; i++)
		file.p[i] = (uint8_t)tolower(file.p[i]);
	memcpy(file.p + KEY_AT, KEY, KEY_LEN);
}

static void put_startup_key(void)
{
	rs_put_le32(file.p, (uint32_t)file.len);
	rs_put_le32(file.p + 4, 1);
	rs_put_le32(file.p + 8, 48);
	memcpy(file.p + BEK_ID, protectors[0].id, sizeof(protectors[0].id));
}

static void check(bool has_key)
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
	expect(!is_text || file.len >= 8 + KEY_DIGITS); /* the shortest ID and a password */
	/* zeros may be those of another encoding */
	expect(is_text || !has_key || memchr(file.p, 0, file.len));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char id[RS_GUID_LEN];

	if (size < HEAD)
		return 0;
	file.len = size - HEAD < MOST ? size - HEAD : MOST;
	memcpy(file.p, data + HEAD, file.len);
	rs_guid_text(protectors[1].id, id);
	const bool has_key = data[0] & 1 && file.len >= KEY_AT + KEY_LEN;
	if (has_key)
		put_key(id, data[0] & 2);
	else if (data[0] & 8 && file.len >= 48)
		put_startup_key();
	check(has_key);
	return 0;
}
