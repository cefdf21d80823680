/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Volumes without a Windows that could be looked at: what each is, and the next step. */
#include <stdio.h>

#include "core/text.h"
#include "engine/engine.h"

#define NAMES_MAX   200000U /* that are looked at for a virtual disk, on one volume */
#define FOLDERS_MAX 1024U   /* of the root, that are looked into */

struct hunt {
	struct nt_vol *nt;
	const char *folder; /* "" for the root */
	char *ret;	    /* path of the first virtual disk */
	size_t cap;
	uint64_t ref; /* its record */
	unsigned n_names, n_found, n_folders;
	uint64_t folders[FOLDERS_MAX];
	char names[FOLDERS_MAX][64];
};

static bool take_name(void *user, const char *name, uint64_t ref, bool is_dir)
{
	struct hunt *h = user;

	if (++h->n_names > NAMES_MAX)
		return false;
	if (is_dir) {
		if (!h->folder[0] && h->n_folders < FOLDERS_MAX && name[0] != '$') {
			h->folders[h->n_folders] = ref;
			(void)snprintf(h->names[h->n_folders++], sizeof(h->names[0]), "%s", name);
		}
		return true;
	}
	if (!nt_name_match(h->nt, "*.vhd", name) && !nt_name_match(h->nt, "*.vhdx", name))
		return true;
	if (h->n_found++)
		return true;
	h->ref = ref;
	(void)snprintf(h->ret, h->cap, "%s%s\\%s", h->folder[0] ? "\\" : "", h->folder, name);
	return true;
}

/* Virtual disks in the root or one folder below it, where Windows is told to start from them. */
static void find_virtual_disks(struct hunt *h)
{
	(void)nt_list(h->nt, NT_ROOT_RECORD, take_name, h, NULL); /* as far as it can be read */
	for (unsigned i = 0; i < h->n_folders; i++) {
		h->folder = h->names[i];
		(void)nt_list(h->nt, h->folders[i], take_name, h, NULL); /* as above */
	}
}

static void pass_ntfs(struct en_volume *v)
{
	struct en_passed *p = &v->passed;
	auto_free struct hunt *h = calloc(1, sizeof(*h));
	char path[192] = "";

	(void)snprintf(p->is, sizeof(p->is), "NTFS without a Windows");
	if (!h)
		return;
	*h = (struct hunt){.nt = v->stack.nt, .folder = "", .ret = path, .cap = sizeof(path)};
	find_virtual_disks(h);
	if (!h->n_found)
		return;
	p->code = RS_E_VIRTUAL_DISK;
	bool is_child = en_inner_has_parent(v->stack.nt, h->ref);
	if (is_child)
		p->next = rs_err_info(RS_E_CONTAINER_CHILD)->advice;
	(void)snprintf(p->is, sizeof(p->is), "NTFS with %u virtual %s%s%s%s", h->n_found,
		rs_form(h->n_found, "disk", "disks"), h->n_found > 1 ? ", the first: " : ": ", path,
		is_child ? ", which holds only the changes to another one" : "");
}

static void pass_unknown(const struct en_machine *m, struct en_volume *v)
{
	struct en_passed *p = &v->passed;
	char traces[160];

	(void)snprintf(p->is, sizeof(p->is), "nothing that is known by its bytes");
	p->next = "is it the right partition, or was its beginning overwritten? Copy the disk; "
		  "TestDisk finds boot sectors that are lost";
	if (v->part->err.code != 0 && v->part->err.code != RS_E_NOT_NTFS)
		return;
	if (en_stack_part(&v->stack, v, NULL) < 0 || !vol_looks_random(v->stack.blk[EN_PART]))
		return;
	en_esp_traces(m, traces, sizeof(traces));
	p->code = RS_E_ENCRYPTED;
	p->next = NULL;
	(void)snprintf(p->is, sizeof(p->is),
		traces[0] ? "a volume without a known boot sector, and its bytes look random "
			    "(there is also %s)"
			  : "a volume without a known boot sector, and its bytes look random%s",
		traces);
}

static void pass_other(struct en_volume *v)
{
	const struct vol_known *known = vol_known_find(v->part->fs_type);
	struct en_passed *p = &v->passed;

	(void)snprintf(p->is, sizeof(p->is), "%s", known ? known->name : v->part->fs_type);
	if (known && known->next[0]) {
		p->code = RS_E_NOT_OPENED;
		p->next = known->next;
	}
}

static void pass_bitlocker(struct en_volume *v)
{
	bool is_refs = v->inside == RUN_INSIDE_REFS;

	(void)snprintf(v->passed.is, sizeof(v->passed.is), "BitLocker %s",
		is_refs ? "with ReFS in it" : "without an NTFS in it");
	if (is_refs) {
		v->passed.code = RS_E_NOT_OPENED;
		v->passed.next = vol_known_find("ReFS")->next;
	}
}

static void pass(const struct en_machine *m, struct en_volume *v)
{
	struct en_passed *p = &v->passed;

	*p = (struct en_passed){0};
	if (v->is_windows || !v->is_looked_at || v->member.kind != MEMBER_NONE ||
		(v->err.code && v->err.code != RS_E_NOT_NTFS))
		return; /* the error says more */
	if (v->stack.nt)
		pass_ntfs(v);
	else if (v->part->kind == VOL_BITLOCKER)
		pass_bitlocker(v);
	else if (v->part->kind == VOL_MSR)
		(void)snprintf(p->is, sizeof(p->is), "reserved for Windows (MSR)");
	else if (v->part->kind == VOL_FAT || v->part->kind == VOL_EXFAT)
		(void)snprintf(p->is, sizeof(p->is), "%s%s%s%s",
			v->part->kind == VOL_FAT ? "FAT" : "exFAT",
			v->part->type_name[0] ? " (" : "", v->part->type_name,
			v->part->type_name[0] ? ")" : "");
	else if (v->part->kind == VOL_OTHER)
		pass_other(v);
	else
		pass_unknown(m, v);
}

void en_passed_look(struct en_machine *m)
{
	for (size_t i = 0; i < m->n_volumes; i++)
		pass(m, &m->volumes[i]);
}

/* One that may well hold the Windows comes first. */
static unsigned rank(const struct en_volume *v)
{
	switch (v->passed.code) {
	case RS_E_VIRTUAL_DISK:
		return 3;
	case RS_E_ENCRYPTED:
		return 2;
	case RS_E_NOT_OPENED:
		return 1;
	default:
		return 0;
	}
}

int en_passed_verdict(const struct en_machine *m, struct rs_err *err)
{
	const struct en_volume *best = NULL;
	char all[300] = "";

	for (size_t i = 0; i < m->n_volumes; i++) {
		const struct en_volume *v = &m->volumes[i];
		if (rank(v) > (best ? rank(best) : 0))
			best = v;
		if (v->passed.is[0])
			rs_note(all, sizeof(all), "%u: %.60s", v->number, v->passed.is);
	}
	if (best) {
		int r = rs_fail_on(err, best->passed.code, best->name, "%s", best->passed.is);
		err->next = best->passed.next;
		return r;
	}
	return rs_fail_on(err, RS_E_NO_WINDOWS, m->n_disks == 1 ? m->disks[0].path : "",
		"none on %zu %s%s%s%s", m->n_volumes, rs_form(m->n_volumes, "volume", "volumes"),
		all[0] ? " (" : "", all, all[0] ? ")" : "");
}
