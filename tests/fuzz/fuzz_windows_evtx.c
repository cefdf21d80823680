/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Event logs. Input: a file, or (first byte 'R') the binary XML of one record, which is put into a
 * chunk that is right. Seed: a record with a template, its values, and data in binary XML. */
#include <stdlib.h>
#include <string.h>

#include "windows/evtx.h"

enum { HEAD = 4096, FIRST = 512, CHUNK = 65536, RECORD = 24, ROOM = CHUNK - FIRST - RECORD - 4 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed_number);

/* <Event><System><Provider Name="P"/><EventID>%0</EventID></System>%1</Event>, then the values: an
 * id, and <EventData><Data>%0</Data></EventData> with an array of texts. Offsets are of the chunk:
 * the record's binary XML begins at 536. */
#define AT(n) (n) & 255, (n) >> 8, 0, 0
#define NAME4 0, 0, 0, 0, 0, 0
static const uint8_t seed[] = {'R', 0x0F, 1, 1, 0, 0x0C, 1, 1, 0, 0, 0, AT(550), 0, 0, 0, 0, 1, 2,
	3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 170, 0, 0, 0, 0x0F, 1, 1, 0,
	/* 578 */ 0x01, 0xFF, 0xFF, 150, 0, 0, 0, AT(589), NAME4, 5, 0, 'E', 0, 'v', 0, 'e', 0, 'n',
	0, 't', 0, 0, 0, 0x02,
	/* 610 */ 0x01, 0xFF, 0xFF, 100, 0, 0, 0, AT(621), NAME4, 6, 0, 'S', 0, 'y', 0, 's', 0, 't',
	0, 'e', 0, 'm', 0, 0, 0, 0x02,
	/* 644 */ 0x01, 0xFF, 0xFF, 40, 0, 0, 0, AT(655), NAME4, 7, 0, 'E', 0, 'v', 0, 'e', 0, 'n',
	0, 't', 0, 'I', 0, 'D', 0, 0, 0, 0x02, 0x0D, 0, 0, 6, 0x04, 0x04, 0x0E, 1, 0, 0x21, 0x04,
	0};

static int read_at(void *user, uint64_t off_bytes, void *buf, size_t len, struct rs_err *err)
{
	const struct win_bytes *b = user;

	if (off_bytes > b->len || len > b->len - off_bytes)
		return rs_fail(err, RS_E_IO_READ, "the end");
	memcpy(buf, b->p + off_bytes, len);
	return 0;
}

static bool wants(void *user, uint32_t id, const char *provider)
{
	(void)user;
	return provider[0] != 'x' || id;
}

static bool event(void *user, const struct win_event *e)
{
	size_t *sum = user;

	if (e->n_data > WIN_EVENT_DATA_MAX)
		abort();
	*sum += strlen(e->provider) + strlen(e->channel) + strlen(e->computer);
	for (size_t i = 0; i < e->n_data; i++)
		*sum += strlen(e->data[i].name) + strlen(e->data[i].text);
	return true;
}

static void read_all(const uint8_t *p, size_t len)
{
	struct win_bytes b = {p, len};
	struct win_src src = {read_at, &b, len};
	size_t sum = 0;
	struct win_evtx_ops ops = {.user = &sum, .wants = wants, .event = event};
	struct win_evtx_info info;

	(void)win_evtx_read(&src, &ops, NULL, &info, NULL); /* any answer, but one */
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!size || data[0] != 'R') {
		read_all(data, size);
		return 0;
	}
	size_t n = size - 1 < ROOM ? size - 1 : ROOM, len = HEAD + FIRST + RECORD + n + 4;
	uint8_t *file = calloc(1, len);
	if (!file)
		return 0;
	memcpy(file, "ElfFile", 8);
	memcpy(file + HEAD, "ElfChnk", 8);
	rs_put_le32(file + HEAD + 48, (uint32_t)(len - HEAD));
	uint8_t *record = file + HEAD + FIRST;
	memcpy(record, "**\0", 4);
	rs_put_le32(record + 4, (uint32_t)(RECORD + n + 4));
	rs_put_le32(record + RECORD + n, (uint32_t)(RECORD + n + 4));
	memcpy(record + RECORD, data + 1, n);
	read_all(file, len);
	free(file);
	return 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed_number)
{
	if ((size < 4 || seed_number % 64 == 0) && max_size >= sizeof(seed)) {
		memcpy(data, seed, sizeof(seed));
		size = sizeof(seed);
	}
	return LLVMFuzzerMutate(data, size, max_size);
}
