/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reports of machines that anybody may have been, as a folder has them or a log's line: whatever is
 * in them, the page has the two scripts that are ours, no mark of HTML of theirs, and the table no
 * field that begins as a formula. Seeds: reports of runs and of starts. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fleet/internal.h"

static const char seed[] =
	"{\"schema_version\":2,\"tool\":{\"name\":\"unbrick\",\"version\":\"0.1.0\"},"
	"\"command\":\"boot\",\"event\":\"end\",\"report_id\":\"64311dea-4587-4029\",\"started\":"
	"\"2026-11-24T20:00:00Z\",\"boot\":{\"machine\":\"<b>\"},\"used_key_ids\":["
	"\"64311DEA-4587-4029-924A-BA299647998E\"],\"runs\":[{\"report\":{\"command\":\"fix\","
	"\"error\":{\"id\":\"<script>\"},\"findings\":[{\"source\":\"rule\",\"rule\":\"=r\","
	"\"title\":\"t\",\"kind\":\"bad-file\",\"outcome\":\"matched\"}],\"diagnosis\":{\"kind\":"
	"\"bad-file\",\"certainty\":\"sure\",\"candidates\":[{\"path\":\"\\\\W\\\\a-12345\"}]},"
	"\"outcome\":{\"result\":\"failed\",\"status\":7}}}],\"outcome\":{\"result\":\"failed\","
	"\"text\":\"</script>\"}}";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed_number);

static char *made_of(const struct fleet *f, bool is_page)
{
	char *text = NULL;
	size_t len = 0;
	FILE *to = open_memstream(&text, &len);

	if (!to)
		abort();
	if (is_page && fleet_page(f, to, NULL) < 0)
		abort();
	if (!is_page)
		fleet_csv(f, to);
	if (fclose(to) != 0 || strlen(text) != len)
		abort();
	return text;
}

static unsigned count(const char *text, const char *what)
{
	unsigned n = 0;

	for (; (text = strstr(text, what)); text++)
		n++;
	return n;
}

static void check(struct fleet *f)
{
	if (fleet_join(f, NULL) < 0)
		abort();
	char *page = made_of(f, true), *csv = made_of(f, false);
	if (count(page, "<script") != 2 || count(page, "</script") != 2 || count(page, "<b>") > 11)
		abort();
	for (const char *p = csv; (p = strpbrk(p, "=+-@")); p++)
		if (p > csv && p[-1] == '"' && (p - 1 == csv || strchr(",\n", p[-2])))
			abort();
	free(page);
	free(csv);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	struct fleet *f = NULL;
	const char *why = NULL;

	if (!text || fleet_new(&f, NULL) < 0)
		abort();
	memcpy(text, data, size);
	text[size] = '\0';
	int r = fleet_take(f, text, size, "file", &why, NULL);
	if (r < 0 || (r == 0) != (why != NULL) || (r == 0) != (f->n == 0))
		abort();
	if (r == 1)
		check(f);
	fleet_free(f);
	free(text);
	return 0;
}

/* Now and then back to something that is accepted. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed_number)
{
	if ((size < 8 || seed_number % 16 == 0) && max_size >= sizeof(seed)) {
		memcpy(data, seed, sizeof(seed) - 1);
		size = sizeof(seed) - 1;
	}
	return LLVMFuzzerMutate(data, size, max_size);
}
