/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Disks and volumes in the words of docs/report.md. */
#include <inttypes.h>

#include "core/text.h"
#include "report/render.h"

static void error(struct json_out *j, const void *of)
{
	const struct rs_err *err = of;
	const struct rs_err_info *info = rs_err_info(err->code);

	jo_text(j, "id", info->id);
	jo_int(j, "status", info->exit_status);
	jo_text(j, "object", err->object);
	jo_text(j, "text", info->text);
	jo_text(j, "detail", err->detail);
	jo_text(j, "next", rs_err_next(err));
}

void report_json_error(struct json_out *j, const char *key, const struct rs_err *err)
{
	if (err->code)
		jo_object(j, key, error, err);
}

void report_json_counts(struct json_out *j, const struct run_counts *c)
{
	char lsn[24];

	(void)snprintf(lsn, sizeof(lsn), "0x%" PRIx64, c->since_lsn);
	jo_uint(j, "records", c->records);
	jo_uint(j, "redone", c->redone);
	jo_uint(j, "transactions", c->transactions);
	jo_uint(j, "losers", c->losers);
	jo_time(j, "since", c->since_filetime);
	jo_text(j, "since_lsn", lsn);
}

static const char *flavour_word(enum bl_flavour f)
{
	return f == BL_VISTA ? "vista" : f == BL_TO_GO ? "to-go" : "7";
}

static void protector(struct json_out *j, const void *of)
{
	const struct bl_protector *p = of;
	char kind[64], id[RS_GUID_LEN], brief[9];

	bl_protector_text(p->protection, kind, sizeof(kind));
	rs_guid_text(p->id, id);
	(void)snprintf(brief, sizeof(brief), "%.8s", id);
	jo_text(j, "kind", kind);
	jo_text(j, "id", id);
	jo_text(j, "short_id", brief);
	jo_text(j, "name", p->name);
	jo_time(j, "changed", p->changed_filetime);
}

static void protectors(struct json_out *j, const struct bl_info *info)
{
	JO_OBJECTS(j, "protectors", protector, info->protectors, info->n_protectors);
	jo_open(j, "recovery_key_ids", '[');
	for (unsigned i = 0; i < info->n_protectors; i++)
		if (bl_is_kind(info->protectors[i].protection, BL_P_RECOVERY))
			jo_guid(j, NULL, info->protectors[i].id);
	jo_close(j, ']');
}

static void unlocked(struct json_out *j, const void *of)
{
	const struct bl_unlock_result *u = of;
	char kind[64];

	bl_protector_text(u->protection, kind, sizeof(kind));
	jo_text(j, "kind", kind);
	jo_guid(j, "id", u->protector_id);
}

static void bitlocker(struct json_out *j, const void *of)
{
	const struct run_bitlocker *b = of;
	const struct bl_info *info = &b->info;
	char method[64];

	bl_method_text(info->method, method, sizeof(method));
	jo_text(j, "flavour", flavour_word(info->flavour));
	jo_text(j, "state", run_bitlocker_word(info->state));
	jo_text(j, "method", method);
	jo_uint(j, "sector_bytes", info->sector_bytes);
	jo_uint(j, "volume_bytes", info->volume_bytes);
	jo_guid(j, "volume_id", info->volume_id);
	jo_time(j, "created", info->created_filetime);
	jo_text(j, "description", info->description);
	if (info->encrypted_by_build)
		jo_uint(j, "encrypted_by_build", info->encrypted_by_build);
	jo_open(j, "copies_good", '[');
	for (int i = 0; i < 3; i++)
		jo_bool(j, NULL, info->copy_is_good[i]);
	jo_close(j, ']');
	jo_bool(j, "can_read", info->can_read);
	jo_bool(j, "can_write", b->is_unlocked ? b->unlock.can_write : info->can_write);
	jo_text(j, "note", run_bitlocker_note(b));
	protectors(j, info);
	jo_bool(j, "unlocked", b->is_unlocked);
	if (b->is_unlocked)
		jo_object(j, "unlocked_by", unlocked, &b->unlock);
	jo_text(j, "inside", run_inside_word(b->inside));
}

static void version(struct json_out *j, unsigned major, unsigned minor)
{
	char text[32];

	(void)snprintf(text, sizeof(text), "%u.%u", major, minor);
	jo_text(j, "version", major ? text : "");
}

static void journal(struct json_out *j, const void *of)
{
	const struct run_journal *l = of;

	jo_text(j, "state", run_journal_word(l->state));
	version(j, l->major, l->minor);
	jo_text(j, "reason", l->reason);
	if (l->is_counted) {
		jo_bool(j, "pending", l->is_pending);
		report_json_counts(j, &l->counts);
	}
	if (l->is_judged)
		jo_bool(j, "can_replay", l->can_replay);
	report_json_error(j, "refused", &l->refused);
}

static void hibernation(struct json_out *j, const void *of)
{
	const struct nt_state *s = of;

	jo_bool(j, "hibernated", s->is_hibernated);
	jo_text(j, "detail", s->hibernation);
}

static void ntfs(struct json_out *j, const void *of)
{
	const struct run_ntfs *n = of;
	const struct nt_state *s = &n->state;
	char serial[32];

	(void)snprintf(serial, sizeof(serial), "%016" PRIX64, n->geometry.serial);
	version(j, s->ntfs_major, s->ntfs_minor);
	jo_text(j, "label", s->label);
	jo_text(j, "serial", serial);
	jo_uint(j, "cluster_bytes", n->geometry.cluster_bytes);
	jo_uint(j, "record_bytes", n->geometry.record_bytes);
	jo_bool(j, "dirty", s->is_dirty);
	jo_object(j, "hibernation", hibernation, s);
	jo_bool(j, "can_write", s->can_write);
	jo_text(j, "refusal", s->refusal);
	jo_bool(j, "mirror_differs", s->mirror_differs);
	jo_text(j, "boot_sector", n->geometry.from_backup ? "backup" : "");
	jo_object(j, "journal", journal, &n->journal);
}

static void windows_members(struct json_out *j, const struct win_info *w)
{
	jo_text(j, "cannot_start", w->hive_fault);
	jo_text(j, "product", w->product);
	jo_text(j, "edition", w->edition);
	jo_text(j, "installation", w->installation);
	jo_text(j, "display_version", w->display_version);
	jo_text(j, "version", w->version);
	if (w->build)
		jo_uint(j, "build", w->build);
	if (w->revision)
		jo_uint(j, "revision", w->revision);
	jo_text(j, "computer_name", w->computer_name);
	jo_text(j, "time_zone", w->time_zone);
	if (w->time_zone[0])
		jo_int(j, "bias_minutes", w->bias_minutes);
	jo_text(j, "arch", w->arch);
	jo_bool(j, "server", w->is_server);
	jo_bool(j, "domain_controller", w->is_domain_controller);
	jo_time(j, "installed", w->installed_filetime);
	jo_time(j, "shutdown", w->shutdown_filetime);
	jo_time(j, "crashed", w->crashed_filetime);
	jo_bool(j, "system_hive_dirty", w->system_hive_dirty);
	jo_bool(j, "software_hive_dirty", w->software_hive_dirty);
	jo_bool(j, "setup_in_progress", w->setup_in_progress);
	jo_text(j, "setup_command", w->setup_command);
	jo_text(j, "note", w->note);
}

static void windows(struct json_out *j, const void *of)
{
	const struct win_info *w = of;

	jo_text(j, "root", w->root);
	jo_bool(j, "whole", win_is_whole(w));
	windows_members(j, w);
}

/* Of the remains beside another one only their place is known. */
static void other_windows(struct json_out *j, const void *of)
{
	const struct win_info *w = of;

	jo_text(j, "root", w->root);
	jo_bool(j, "whole", win_is_whole(w));
	if (win_is_whole(w))
		windows_members(j, w);
}

static void partition(struct json_out *j, const void *of)
{
	const struct disk_part *p = of;

	jo_uint(j, "number", p->number);
	jo_text(j, "uuid", p->uuid);
	jo_text(j, "type", p->type);
	jo_text(j, "type_name", p->type_name);
	jo_text(j, "label", p->label);
}

static void part(struct json_out *j, const struct disk_part *p)
{
	if (p->number)
		jo_object(j, "partition", partition, p);
	jo_uint(j, "offset_bytes", p->off_bytes);
	jo_uint(j, "size_bytes", p->len_bytes);
	jo_text(j, "content", run_content_word(p->kind));
	jo_text(j, "file_system", p->fs_type);
	jo_text(j, "label", p->fs_label);
	jo_text(j, "member_of", p->member_of);
	jo_text(j, "left_over", p->left_over);
}

static void quarantine(struct json_out *j, const void *of)
{
	const struct quarantine *q = of;
	char folder[PLAN_PATH_BYTES];

	plan_path(q->top, q->id, "", folder);
	jo_text(j, "id", q->id);
	jo_text(j, "state", quarantine_state_word(q->state));
	jo_text(j, "folder", folder);
	jo_bool(j, "proven", q->is_proven);
	jo_uint(j, "files", q->n_files);
	jo_text(j, "rule", q->rule);
	jo_text(j, "first", q->first);
	jo_text(j, "inside", q->inside);
	if (q->n_more)
		jo_uint(j, "more", q->n_more);
	report_json_error(j, "error", &q->err);
}

static void member(struct json_out *j, const void *of)
{
	const struct disk_member *m = of;

	jo_text(j, "name", m->name);
	jo_text(j, "text", m->text);
	jo_text(j, "next", m->next);
}

static void passed_over(struct json_out *j, const void *of)
{
	const struct run_volume *v = of;

	jo_text(j, "is", v->passed_over);
	jo_text(j, "next", v->passed_next);
}

static void volume(struct json_out *j, const void *of)
{
	const struct run_volume *v = of;

	jo_uint(j, "number", v->number);
	jo_text(j, "name", v->name);
	part(j, &v->part);
	if (v->member.kind != MEMBER_NONE)
		jo_object(j, "member", member, &v->member);
	if (v->bitlocker)
		jo_object(j, "bitlocker", bitlocker, v->bitlocker);
	if (v->ntfs)
		jo_object(j, "ntfs", ntfs, v->ntfs);
	if (v->n_windows)
		jo_object(j, "windows", windows, v->windows);
	if (v->n_windows > 1)
		JO_OBJECTS(j, "other_windows", other_windows, &v->windows[1], v->n_windows - 1);
	if (v->chosen)
		jo_text(j, "chosen_windows", v->chosen->root);
	if (v->n_quarantines)
		JO_OBJECTS(j, "quarantines", quarantine, v->quarantines, v->n_quarantines);
	if (v->passed_over[0])
		jo_object(j, "passed_over", passed_over, v);
	report_json_error(j, "error", &v->err);
}

static void health(struct json_out *j, const void *of)
{
	static const char *const words[] = {
#define W(bit, word, text) [bit] = (word),
		HEALTH_WARNINGS(W)
#undef W
	};
	const struct disk_health *h = of;

	jo_text(j, "fault", h->fault);
	if (!h->is_known)
		return;
	jo_open(j, "warnings", '[');
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (h->warnings & 1U << i)
			jo_text(j, NULL, words[i]);
	jo_close(j, ']');
	jo_uint(j, "used_percent", h->used_percent);
	jo_uint(j, "spare_percent", h->spare_percent);
	jo_uint(j, "media_errors", h->media_errors);
}

static void disk(struct json_out *j, const void *of)
{
	const struct run_disk *d = of;

	jo_text(j, "path", d->path);
	if (d->is_open)
		jo_uint(j, "size_bytes", d->size_bytes);
	jo_text(j, "model", d->model);
	jo_text(j, "serial", d->serial);
	if (d->health.is_known || d->health.fault[0])
		jo_object(j, "health", health, &d->health);
	if (d->has_table) {
		jo_uint(j, "sector_bytes", d->sector_bytes);
		jo_text(j, "scheme", run_scheme_word(d->scheme));
		jo_text(j, "id", d->id);
		jo_text(j, "warning", d->warning);
	}
	if (d->member.kind != MEMBER_NONE)
		jo_object(j, "member", member, &d->member);
	report_json_error(j, "error", &d->err);
	JO_OBJECTS(j, "volumes", volume, d->volumes, d->n_volumes);
}

void report_json_disks(struct json_out *j, const struct rs_run *run)
{
	if (run->is_opened)
		JO_OBJECTS(j, "disks", disk, run->disks, run->n_disks);
}
