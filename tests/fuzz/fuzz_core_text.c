/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text from volumes and settings: what is escaped stays so and is clean, what is read is written
 * the same again, and what looks like a key goes whole, also in pieces. Any bytes are seeds. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/redact.h"
#include "core/text.h"

#define MOST 1024U

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool is_so)
{
	if (!is_so)
		abort();
}

static void escape(const char *text)
{
	char once[MOST * 8], twice[MOST * 8];

	(void)rs_escape(text, once, sizeof(once));
	(void)rs_escape(once, twice, sizeof(twice));
	expect(!strcmp(once, twice) && rs_is_utf8(once));
	for (const char *p = once; *p; p++)
		expect((unsigned char)*p >= ' ' && *p != 0x7f);
	(void)rs_shown(text, once, sizeof(once));
	rs_shorten(text, twice, 40);
	expect(strlen(twice) < 40);
}

static void units(const uint8_t *data, size_t size)
{
	char text[MOST * 2];
	uint16_t back[MOST];
	size_t n = size / 2;

	for (size_t i = 0; i < n; i++)
		if (!rs_le16(data + 2 * i))
			return; /* ends a text */
	(void)rs_utf16_to_utf8((struct rs_view){data, 2 * n}, text, sizeof(text));
	expect(rs_utf8_to_utf16(text, back, MOST) == (long)n);
	for (size_t i = 0; i < n; i++)
		expect(back[i] == rs_le16(data + 2 * i));
}

static void values(const char *text)
{
	char time[RS_TIME_LEN], guid[RS_GUID_LEN];
	uint64_t filetime, again;
	uint8_t id[16], id_again[16];

	if (rs_filetime_parse(text, &filetime) && filetime) {
		rs_filetime_text(filetime, time);
		expect(rs_filetime_parse(time, &again) && again == filetime);
	}
	if (rs_guid_parse(text, id)) {
		rs_guid_text(id, guid);
		expect(rs_guid_parse(guid, id_again) && !memcmp(id, id_again, sizeof(id)));
	}
}

static void count(void *user, const char *bytes, size_t len)
{
	(void)bytes;
	*(size_t *)user += len;
}

static void redact(char *text, size_t piece)
{
	size_t len = strlen(text), n = 0;
	struct rs_redact r = {.out = count, .user = &n};

	for (size_t i = 0; i < len; i += piece) {
		rs_redact_put(&r, text + i, len - i < piece ? len - i : piece);
		if (piece & 1)
			rs_redact_idle(&r);
	}
	rs_redact_end(&r);
	expect(!rs_redact_holds(&r));
	rs_redact(text);
	expect(strlen(text) <= len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[MOST + 1];

	if (size < 1 || size > MOST)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	escape(text);
	units(data, size);
	values(text);
	redact(text, 1 + data[0] % 16);
	return 0;
}
