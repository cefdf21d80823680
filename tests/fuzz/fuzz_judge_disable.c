/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lists of filters as a registry may have them (any bytes), and a driver that goes out of them:
 * what stays is what stood there, without that name. Input: a byte of what the three services are,
 * then the list. Seeds: none needed. */
#include <stdlib.h>
#include <string.h>

#include "format/bytes.h"
#include "judge/disable.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool is_so)
{
	if (!is_so)
		abort();
}

static bool is_chosen(const struct disable_choice *c, unsigned letter)
{
	for (size_t i = 0; i < c->n_rows; i++)
		if (c->rows[i].is_chosen && (unsigned char)c->rows[i].name[0] == (letter | 0x20))
			return true;
	return false;
}

/* Is one that was chosen among the list's names? */
static bool has_chosen(const struct disable_choice *c, const uint8_t *p, size_t len)
{
	size_t at = 0;

	while (at + 1 < len && rs_le16(p + at)) {
		size_t n = 0;
		while (at + 2 * n + 1 < len && rs_le16(p + at + 2 * n))
			n++;
		if (n == 1 && rs_le16(p + at) < 0x80 && is_chosen(c, rs_le16(p + at)))
			return true;
		at += 2 * (n + 1);
	}
	return false;
}

static bool is_part_of(const uint8_t *p, size_t n, const uint8_t *all, size_t most)
{
	size_t at = 0;

	for (size_t i = 0; i < most && at < n; i++)
		at += p[at] == all[i];
	return at == n;
}

static void check(const struct disable_choice *c, const uint8_t *raw, size_t len)
{
	expect(!c->refused || !c->n_edits);
	for (size_t i = 0; i < c->n_edits; i++) {
		const struct disable_edit *e = &c->edits[i];
		expect(e->key && e->what);
		if (strcmp(e->name, "Start") == 0) {
			expect(e->len == 4 && e->p[0] == 4);
			continue;
		}
		expect(has_chosen(c, raw, len));
		expect(e->len < len && (!e->p || (!has_chosen(c, e->p, e->len) &&
							 is_part_of(e->p, e->len, raw, len))));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char names[3][2] = {"a", "b", "c"}, paths[3][8] = {"\\a.sys", "\\b.sys", "\\a.sys"};
	static char empty[1], elam[] = "Early-Launch", av[] = "321000", where[] = "Class\\{x}";
	struct win_service services[3];
	struct disable_maker makers[3] = {
		{.is_known = true}, {.is_known = true}, {.is_known = true}};
	static const char *const wanted[] = {"a"};
	struct disable_choice *c = NULL;

	if (!size)
		return 0;
	uint8_t *raw = malloc(size); /* no byte more */
	expect(raw);
	memcpy(raw, data + 1, size - 1);
	for (size_t i = 0; i < 3; i++)
		services[i] = (struct win_service){.name = names[i],
			.path = paths[i],
			.image_path = empty,
			.group = data[0] & 1U << i ? elam : empty,
			.display = empty,
			.inf = empty,
			.package = empty,
			.altitude = data[0] & 8U << i ? av : empty,
			.override = -1,
			.has_start = true,
			.is_driver = true,
			.is_boot = true};
	struct win_filter_list list = {
		.where = where, .class_guid = empty, .raw = raw, .raw_len = size - 1};
	struct win_system s = {.services = services,
		.n_services = 3,
		.filters = &list,
		.n_filters = 1,
		.are_services_whole = true};
	const struct disable_input in = {&s, makers, wanted, 1, (data[0] & 0x40) != 0};
	if (disable_choose(&in, &c, NULL) == 0)
		check(c, raw, size - 1);
	disable_free(c);
	free(raw);
	return 0;
}
