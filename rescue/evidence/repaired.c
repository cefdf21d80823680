/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What we have moved away ourselves and nobody has put back: the evidence of before the repair is
 * still there, and must not be read as that of another fault. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/cleanup.h"
#include "core/list.h"
#include "evidence/evidence.h"

#define NAMES_MAX 256U /* of one folder */
#define ROWS_MAX  16U
#define DEPTH	  3U /* \Unbrick\TIME\NNNN */

struct name {
	char text[256];
	uint64_t ref;
	bool is_dir;
};

struct names {
	struct name *v;
	size_t n;
	bool is_top, has_no_memory;
};

static bool take(void *user, const char *text, uint64_t ref, bool is_dir)
{
	struct names *l = user;

	if (l->is_top && (!is_dir || (strcasecmp(text, "Unbrick") != 0 &&
					     strncasecmp(text, "Unbrick-", 8) != 0)))
		return true;
	struct name *to = rs_list_add(&l->v, &l->n, sizeof(*to));
	l->has_no_memory = !to;
	if (!to)
		return false;
	(void)snprintf(to->text, sizeof(to->text), "%s", text);
	to->ref = ref;
	to->is_dir = is_dir;
	return l->n < NAMES_MAX;
}

static int row(const struct ev_look *in, struct evidence *e, const struct name *file, uint64_t dir,
	struct rs_err *err)
{
	struct nt_stat st = {0};
	char path[600] = "";

	/* when the folder was made: the file keeps its own times */
	(void)nt_stat(in->vol, dir, &st, NULL);
	(void)nt_path(in->vol, file->ref, path, sizeof(path), NULL);
	struct ev_item *i = ev_add(e, EV_REPAIRED, EV_QUARANTINE, st.created);
	if (!i)
		return rs_fail(err, RS_E_MEMORY, "evidence");
	i->where = ev_text(e, "%s", path);
	i->text = ev_text(e, "%s was moved into the quarantine", file->text);
	return 0;
}

/* Files lie at the DEPTH; what is in the folders above it is about them. */
static int look(const struct ev_look *in, struct evidence *e, uint64_t dir, unsigned depth,
	size_t *n_rows, struct rs_err *err)
{
	struct names l = {.is_top = depth == 0};
	struct rs_err why = {0};
	int r = nt_list(in->vol, dir, take, &l, &why);
	auto_free struct name *v = l.v;

	if (l.has_no_memory)
		return rs_fail(err, RS_E_MEMORY, "evidence");
	if (rs_err_ends(r))
		return rs_err_pass(err, r, &why);
	if (r < 0 && depth)
		(void)ev_lose(e, EV_QUARANTINE, "\\Unbrick", rs_err_info(r)->text, 0);
	r = 0;
	for (size_t i = 0; r == 0 && i < l.n && *n_rows < ROWS_MAX; i++)
		if (depth < DEPTH && v[i].is_dir) {
			r = look(in, e, v[i].ref, depth + 1, n_rows, err);
		} else if (depth == DEPTH && !v[i].is_dir) {
			++*n_rows;
			r = row(in, e, &v[i], dir, err);
		}
	return r;
}

int ev_from_quarantine(const struct ev_look *in, struct evidence *e, struct rs_err *err)
{
	size_t n_rows = 0;
	uint64_t root;

	return nt_lookup(in->vol, "\\", &root, NULL) == 0 ? look(in, e, root, 0, &n_rows, err) : 0;
}
