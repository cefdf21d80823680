/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The report that a rule is written from: a file that anybody may have written. What comes out is
 * no rule, or one that the parser accepts, of one path, whose folder is not all folders, and that
 * reaches nothing which Windows needs. Without a corpus it starts from the report of a fix.
 * Seeds: reports of fix and diagnose. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "engine/teach.h"
#include "judge/rule_internal.h"

static const char seed[] =
	"{\"schema_version\":1,\"tool\":{\"name\":\"unbrick\"},\"command\":\"fix\","
	"\"started\":\"2026-11-24T20:00:00Z\",\"disks\":[{\"volumes\":[{\"number\":3,\"windows\":"
	"{\"root\":\"\\\\Windows\",\"build\":22631,\"computer_name\":\"PC-7\"}}]}],"
	"\"diagnosis\":{\"volume\":3,\"kind\":\"bad-file\",\"certainty\":\"likely\","
	"\"candidates\":[{\"path\":\"\\\\Users\\\\bob\\\\C-00000291-00000000-00000032.sys\","
	"\"product\":\"Acme\",\"service\":\"acme\"}],\"proposal\":[{\"action\":\"move\",\"path\":"
	"\"\\\\Users\\\\bob\\\\C-00000291-00000000-00000032.sys\"}],"
	"\"timeline\":[{\"what\":\"crash\",\"text\":\"0x50\"}]},"
	"\"verification\":{\"passed\":true},\"plan\":[{\"volume\":3,\"path\":"
	"\"\\\\Users\\\\bob\\\\C-00000291-00000000-00000032.sys\",\"windows\":\"\\\\Windows\","
	"\"rule\":\"named\",\"size_bytes\":1,\"created\":\"2026-11-24T09:00:00Z\",\"modified\":"
	"\"2026-11-24T09:00:00Z\",\"sha256\":"
	"\"7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed\"}],\"actions\":["
	"{\"volume\":3,\"action\":\"quarantine\",\"path\":"
	"\"\\\\Users\\\\bob\\\\C-00000291-00000000-00000032.sys\",\"result\":\"done\"}]}";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed_number);

static void check(const struct rule *r)
{
	const struct rule_path *p = r->paths.v;
	const char *last;
	size_t prefix = 0;

	if (r->paths.n != 1 || p->is_deep || r->confidence != RULE_ONE_SOURCE || !r->bad.n ||
		r->stop_if.n || r->requires.n || protect_pattern(p))
		abort();
	last = p->parts[p->n_parts - 1];
	while (last[prefix] && last[prefix] != '*')
		prefix++;
	if (prefix < 3)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	struct rs_err err = {0};
	struct rule *r = NULL;

	if (!text)
		abort();
	memcpy(text, data, size);
	text[size] = '\0';
	int code = en_teach(text, size, NULL, &r, &err);
	if (code == 0)
		check(r);
	else if (code != RS_E_USAGE || !err.detail[0] || r)
		abort();
	rule_free(r);
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
