/* SPDX-License-Identifier: GPL-3.0-or-later */
/* After an act, and before it: the file and the folders that it touches. */
#include "ntfs/check.h"

/* The file, and where it says that its names are. */
static int look_at_file(struct nt_ck *c, const struct nt_check *what, struct rs_err *err)
{
	const uint64_t number = NT_REF_RECORD(what->file_ref);
	int r = nt_ck_ref(c, what->file_ref, false, err);

	if (r == 0)
		r = nt_ck_add(&c->files, number, err);
	if (r == 0)
		r = nt_ck_file(c, number, err);
	if (r < 0)
		return r;
	rs_numbers_sort(&c->parents, false);
	if (what->out_ref && rs_numbers_count(&c->parents, what->out_ref))
		return nt_ck_wrong(c, number, "still names the folder it should have left", err);
	if (what->in_ref && !rs_numbers_count(&c->parents, what->in_ref))
		return nt_ck_wrong(c, number, "has no name in the folder where it should be", err);
	return 0;
}

/* Every folder that a name of the file points to, and the one that it left. */
static int list_folders(
	const struct nt_ck *c, uint64_t out_ref, struct rs_numbers *ret, struct rs_err *err)
{
	int r = out_ref ? nt_ck_add(ret, out_ref, err) : 0;

	for (size_t i = 0; r == 0 && i < c->parents.n; i++)
		r = nt_ck_add(ret, c->parents.v[i], err);
	rs_numbers_sort(ret, true);
	return r;
}

static int look_at_folders(struct nt_ck *c, const struct rs_numbers *folders, struct rs_err *err)
{
	const uint64_t file = c->files.v[0];
	int r = 0;

	for (size_t i = 0; r == 0 && i < folders->n; i++) {
		const uint64_t number = NT_REF_RECORD(folders->v[i]);
		r = nt_ck_ref(c, folders->v[i], true, err);
		if (r < 0 || number == file)
			continue;
		r = nt_ck_add(&c->files, number, err);
		if (r == 0)
			r = nt_ck_file(c, number, err);
	}
	rs_numbers_sort(&c->files, true);
	rs_numbers_sort(&c->parents, false);
	for (size_t i = 0; r == 0 && i < folders->n; i++)
		r = nt_ck_folder(c, folders->v[i], false, err);
	return r < 0 ? r : nt_ck_extents(c, err);
}

int nt_check_touched(struct nt_raw *raw, const struct nt_check *what, struct rs_err *err)
{
	auto_nt_ck struct nt_ck c = {0};
	auto_numbers struct rs_numbers folders = {0};
	int r = nt_ck_open(&c, raw, RS_E_VERIFY, "", err);

	if (r == 0)
		r = look_at_file(&c, what, err);
	if (r == 0)
		r = list_folders(&c, what->out_ref, &folders, err);
	return r < 0 ? r : look_at_folders(&c, &folders, err);
}
