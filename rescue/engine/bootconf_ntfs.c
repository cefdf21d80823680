/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The boot configuration of a BIOS: it lies on the NTFS of the active partition. What Unbrick set
 * there is told by its quarantines, as of any other change. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "act/change.h"
#include "core/list.h"
#include "engine/bootconf.h"

/* ---- what Unbrick set ---- */

/* "{GUID}" out of "Objects\{GUID}\Elements\25000080" */
static bool object_of(const struct change_value *v, char *ret, size_t cap)
{
	static const char objects[] = "Objects\\";
	const char *object = v->key + strlen(objects);
	const size_t len = strcspn(object, "\\");

	if (strncasecmp(v->key, objects, strlen(objects)) != 0 || len >= cap)
		return false;
	memcpy(ret, object, len);
	ret[len] = '\0';
	return true;
}

/* Before Unbrick, by what it kept. */
static enum boot_mode mode_before(const struct change_value *v)
{
	struct win_loader was = {.has_safeboot = v->had && v->old_len == 8};

	if (was.has_safeboot)
		was.safeboot = rs_le32(v->old);
	return bootconf_mode(&was);
}

/* A quarantine that is of one entry of the boot configuration and of nothing else. */
static int set_add(
	struct nt_vol *vol, const struct quarantine *q, struct en_store *s, struct rs_err *err)
{
	auto_plan struct plan *p = NULL;
	enum change_state state = CHANGE_OTHERS;
	struct en_set set = {.q = q};
	int r = quarantine_load(vol, q, PLAN_RESTORE, &p, err);
	struct plan_change *c = r == 0 && p->n_items == 1 ? p->items[0].change : NULL;

	if (!c || c->kind != CHANGE_HIVE || c->n != 1 || !change_sets(c->values[0].op) ||
		strcasecmp(c->file, EN_BIOS_BCD) != 0 ||
		!object_of(&c->values[0], set.object, sizeof(set.object)))
		return r;
	r = change_state(vol, c, &state, err);
	if (r < 0)
		return r;
	set.is_set = state == CHANGE_AFTER;
	set.before = mode_before(&c->values[0]);
	struct en_set *to = rs_list_add(&s->sets, &s->n_sets, sizeof(*to));
	if (!to)
		return rs_fail(err, RS_E_MEMORY, "boot configuration");
	*to = set;
	return 0;
}

/* One that cannot be read proves nothing, nor does one that others can have made, out of which no
 * change is loaded: that is no reason not to go on. */
static int sets_read(struct nt_vol *vol, struct en_store *s, struct rs_err *err)
{
	for (size_t i = 0; i < s->v->n_quarantines; i++) {
		struct rs_err why = {0};
		int r = set_add(vol, &s->v->quarantines[i], s, &why);
		if (rs_err_ends(r))
			return rs_err_pass(err, r, &why);
	}
	return 0;
}

const struct en_set *en_set_of(const struct en_store *s, const struct win_loader *l)
{
	for (size_t i = s->n_sets; l->has_safeboot && i > 0; i--)
		if (s->sets[i - 1].is_set && strcasecmp(s->sets[i - 1].object, l->object) == 0)
			return &s->sets[i - 1];
	return NULL;
}

/* ---- reading ---- */

int en_loaders_read(const struct en_store_file *hive, const struct en_store_file *log1,
	const struct en_store_file *log2, struct win_loader **ret, size_t *ret_n,
	struct rs_err *err)
{
	struct win_bytes all[3] = {
		{hive->p, hive->len}, {log1->p, log1->len}, {log2->p, log2->len}};
	const struct win_src src[3] = {
		win_src_bytes(&all[0]), win_src_bytes(&all[1]), win_src_bytes(&all[2])};

	return win_bcd_loaders(&src[0], log1->p && log1->len ? &src[1] : NULL,
		log2->p && log2->len ? &src[2] : NULL, ret, ret_n, err);
}

/* One that may be missing. */
static int beside_read(en_store_reader *read, void *from, const char *name,
	struct en_store_file *ret, struct rs_err *err)
{
	struct rs_err why = {0};
	int r = read(from, name, ret, &why);

	return r == RS_E_NO_SUCH_FILE || r == 0 ? 0 : rs_err_pass(err, r, &why);
}

int en_store_fill(en_store_reader *read, void *from, struct en_store *ret, struct rs_err *err)
{
	int r = read(from, "BCD", &ret->bcd, err);

	if (r == 0)
		r = beside_read(read, from, "BCD.LOG1", &ret->log1, err);
	if (r == 0)
		r = beside_read(read, from, "BCD.LOG2", &ret->log2, err);
	return r < 0 ? r
		     : en_loaders_read(
			       &ret->bcd, &ret->log1, &ret->log2, &ret->loaders, &ret->n, err);
}

static int file_read(void *from, const char *name, struct en_store_file *ret, struct rs_err *err)
{
	char path[64];

	(void)snprintf(path, sizeof(path), EN_BIOS_FOLDER "\\%s", name);
	int r = nt_file_load(from, path, EN_BCD_MOST + 1, &ret->p, &ret->len, err);
	return r == 0 && ret->len > EN_BCD_MOST ? rs_fail_on(err, RS_E_HIVE, path, "too large") : r;
}

int en_store_read_ntfs(struct nt_vol *vol, struct en_store *ret, struct rs_err *err)
{
	int r = en_store_fill(file_read, vol, ret, err);

	ret->is_ntfs = true;
	return r < 0 || !ret->v ? r : sets_read(vol, ret, err);
}
