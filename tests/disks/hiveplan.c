/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Edits of a hive planned, without the program around it: for tests.
 *
 *	hiveplan plan HIVE LOG1 LOG2 EDITS OUT    what would be written: a line of JSON; OUT gets
 *the bytes of each write, before and after hiveplan image HIVE LOG1 LOG2 EDITS OUT   the whole
 *hive, clean, with the edits hiveplan replay HIVE LOG1 LOG2 OUT        the whole hive, clean
 *
 * LOG1, LOG2: a file or "-". EDITS: a file of lines, in fields with tabs between them: "set KEY
 *NAME TYPE HEX", "unset KEY NAME", "make KEY", "drop KEY". HIVE_NOW: a FILETIME. HIVE_TXR:
 *transactions are open. Status 0; 1 an error; 3 refused, and its id and cause. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hivewrite/hivewrite.h"

enum { MOST_EDITS = 256 };

struct job {
	struct win_bytes bytes[3];
	struct hw_files f;
	struct hw_edit edits[MOST_EDITS];
	size_t n;
};

static uint8_t *read_file(const char *path, size_t *ret_len)
{
	FILE *f = fopen(path, "rb");
	uint8_t *p = NULL;
	long n = -1;

	if (f && !fseek(f, 0, SEEK_END) && (n = ftell(f)) >= 0) {
		rewind(f);
		p = calloc(1, (size_t)n + 1);
		if (p && fread(p, 1, (size_t)n, f) != (size_t)n) {
			free(p);
			p = NULL;
		}
	}
	if (f)
		(void)fclose(f);
	*ret_len = n > 0 ? (size_t)n : 0;
	return p;
}

static int write_file(const char *path, const uint8_t *p, size_t len)
{
	FILE *f = fopen(path, "wb");

	if (!f)
		return 1;
	const bool is_written = fwrite(p, 1, len, f) == len;
	return fclose(f) == 0 && is_written ? 0 : 1;
}

static bool load(struct job *j, int nth, const char *path, struct win_src *ret)
{
	if (strcmp(path, "-") == 0)
		return false;
	j->bytes[nth].p = read_file(path, &j->bytes[nth].len);
	*ret = win_src_bytes(&j->bytes[nth]);
	return j->bytes[nth].p != NULL;
}

static uint8_t *from_hex(const char *hex, size_t *ret_len)
{
	const size_t n = strlen(hex) / 2;
	uint8_t *p = malloc(n + 1);

	for (size_t i = 0; p && i < n; i++) {
		const char two[3] = {hex[2 * i], hex[2 * i + 1], '\0'};
		p[i] = (uint8_t)strtoul(two, NULL, 16);
	}
	*ret_len = n;
	return p;
}

static bool edit_parse(char *line, struct hw_edit *e)
{
	char *word = strsep(&line, "\t"), *type;

	e->key = strsep(&line, "\t");
	if (!e->key)
		return false;
	if (strcmp(word, "make") == 0 || strcmp(word, "drop") == 0) {
		e->op = *word == 'm' ? HW_MAKE_KEY : HW_DELETE_KEY;
		return true;
	}
	e->name = strsep(&line, "\t");
	e->op = HW_DELETE_VALUE;
	if (strcmp(word, "unset") == 0)
		return e->name;
	e->op = HW_SET;
	type = strsep(&line, "\t");
	if (strcmp(word, "set") != 0 || !type || !line)
		return false;
	e->type = (uint32_t)strtoul(type, NULL, 0);
	e->p = from_hex(line, &e->len);
	return e->p;
}

static bool edits_load(struct job *j, const char *path)
{
	size_t len;
	char *text = (char *)read_file(path, &len), *line;

	while (text && (line = strsep(&text, "\n")))
		if (*line && (j->n == MOST_EDITS || !edit_parse(line, &j->edits[j->n++])))
			return false;
	return true;
}

static int failed(const struct rs_err *err)
{
	(void)printf("%s: %s\n", rs_err_info(err->code)->id, err->detail);
	return err->code == RS_E_HIVE_EDIT || err->code == RS_E_HIVE ||
			       err->code == RS_E_HIVE_TXR || err->code == RS_E_NO_SUCH_FILE
		       ? 3
		       : 1;
}

static int plan(const struct job *j, const char *out)
{
	static const char *const ways[] = {"nothing", "sector", "log", "append", "aside"};
	auto_hw_plan struct hw_plan p = {0};
	struct rs_err err = {0};
	size_t len = 0;

	if (hw_plan_make(&j->f, j->edits, j->n, &p, &err) < 0)
		return failed(&err);
	(void)printf("{\"way\": \"%s\", \"steps\": %u, \"writes\": [", ways[p.way], p.n_steps);
	for (size_t i = 0; i < p.n; i++) {
		const struct hw_write *w = &p.writes[i];
		(void)printf("%s[%u, %llu, %zu, %u, %d]", i ? ", " : "", w->file,
			(unsigned long long)w->off_bytes, w->len, w->step, w->is_commit);
		if (w->before != p.bytes + len || w->after != w->before + w->len)
			return 1;
		len += 2 * w->len;
	}
	(void)printf("]}\n");
	return write_file(out, p.bytes, len);
}

static int whole(const struct job *j, bool is_replay, const char *out)
{
	struct rs_err err = {0};
	uint8_t *p = NULL;
	size_t len = 0;
	int r = is_replay ? hw_replay(&j->f, &p, &len, &err)
			  : hw_image(&j->f, j->edits, j->n, &p, &len, &err);

	if (r < 0)
		return failed(&err);
	r = write_file(out, p, len);
	free(p);
	return r;
}

int main(int argc, char **argv)
{
	static struct job j;
	const bool is_replay = argc == 6 && strcmp(argv[1], "replay") == 0;
	const char *now = getenv("HIVE_NOW");

	if (argc != 7 && !is_replay)
		return 1;
	j.f.now_filetime = now ? strtoull(now, NULL, 0) : 0;
	j.f.flags = getenv("HIVE_TXR") ? HW_TXR_PENDING : 0;
	j.f.has_log1 = load(&j, 1, argv[3], &j.f.log1);
	j.f.has_log2 = load(&j, 2, argv[4], &j.f.log2);
	if (!load(&j, 0, argv[2], &j.f.primary) || (!is_replay && !edits_load(&j, argv[5])))
		return 1;
	if (strcmp(argv[1], "plan") == 0)
		return plan(&j, argv[6]);
	return whole(&j, is_replay, argv[argc - 1]);
}
