/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the lower rooms found, in the words of docs/report.md. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "report/report.h"

static const char *flavour_word(enum bl_flavour f)
{
	return f == BL_VISTA ? "vista" : f == BL_TO_GO ? "to-go" : "7";
}

static const char *state_word(enum bl_state s)
{
	switch (s) {
	case BL_ENCRYPTED:
		return "encrypted";
	case BL_SUSPENDED:
		return "suspended";
	case BL_CONVERTING:
		return "converting";
	case BL_EOW:
		return "converting-eow";
	case BL_DECRYPTED:
		return "decrypted";
	case BL_STATE_UNKNOWN:
		break;
	}
	return "unknown";
}

static void protectors(struct json_object *b, const struct bl_info *info)
{
	struct json_object *all = report_array(b, "protectors");
	struct json_object *ids = report_array(b, "recovery_key_ids");

	for (unsigned i = 0; i < info->n_protectors; i++) {
		const struct bl_protector *p = &info->protectors[i];
		struct json_object *o = report_append(all);
		char kind[64], id[RS_GUID_LEN], brief[9];

		bl_protector_text(p->protection, kind, sizeof(kind));
		rs_guid_text(p->id, id);
		(void)snprintf(brief, sizeof(brief), "%.8s", id);
		report_text_set(o, "kind", kind);
		report_text_set(o, "id", id);
		report_text_set(o, "short_id", brief);
		report_text_set(o, "name", p->name);
		report_time_set(o, "changed", p->changed_filetime);
		if ((p->protection & 0xff00) == BL_P_RECOVERY)
			json_object_array_add(ids, json_object_new_string(id));
	}
}

void report_bitlocker(struct json_object *volume, const struct bl_info *info,
	const struct bl_unlock_result *unlocked)
{
	struct json_object *b = report_object(volume, "bitlocker");
	char text[64];

	report_text_set(b, "flavour", flavour_word(info->flavour));
	report_text_set(b, "state", state_word(info->state));
	bl_method_text(info->method, text, sizeof(text));
	report_text_set(b, "method", text);
	report_uint_set(b, "sector_bytes", info->sector_bytes);
	report_uint_set(b, "volume_bytes", info->volume_bytes);
	report_guid_set(b, "volume_id", info->volume_id);
	report_time_set(b, "created", info->created_filetime);
	report_text_set(b, "description", info->description);
	if (info->encrypted_by_build)
		report_uint_set(b, "encrypted_by_build", info->encrypted_by_build);
	struct json_object *copies = report_array(b, "copies_good");
	for (int i = 0; i < 3; i++)
		json_object_array_add(copies, json_object_new_boolean(info->copy_is_good[i]));
	report_bool_set(b, "can_read", info->can_read);
	report_bool_set(b, "can_write", unlocked ? unlocked->can_write : info->can_write);
	report_text_set(b, "note",
		unlocked && unlocked->note[0] && !info->note[0] ? unlocked->note : info->note);
	protectors(b, info);
	report_bool_set(b, "unlocked", unlocked != NULL);
	if (unlocked) {
		struct json_object *by = report_object(b, "unlocked_by");
		bl_protector_text(unlocked->protection, text, sizeof(text));
		report_text_set(by, "kind", text);
		report_guid_set(by, "id", unlocked->protector_id);
	}
}

static const char *log_word(enum nt_log_state s)
{
	static const char *const words[] = {
		"wiped", "clean", "unclean", "chkdsk", "torn", "unsupported", "unreadable"};

	return words[s];
}

void report_ntfs(struct json_object *volume, const struct nt_geometry *g, const struct nt_state *s)
{
	struct json_object *n = report_object(volume, "ntfs");
	char text[32];

	(void)snprintf(text, sizeof(text), "%u.%u", s->ntfs_major, s->ntfs_minor);
	report_text_set(n, "version", s->ntfs_major ? text : "");
	report_text_set(n, "label", s->label);
	(void)snprintf(text, sizeof(text), "%016" PRIX64, g->serial);
	report_text_set(n, "serial", text);
	report_uint_set(n, "cluster_bytes", g->cluster_bytes);
	report_uint_set(n, "record_bytes", g->record_bytes);
	report_bool_set(n, "dirty", s->is_dirty);
	struct json_object *h = report_object(n, "hibernation");
	report_bool_set(h, "hibernated", s->is_hibernated);
	report_text_set(h, "detail", s->hibernation);
	report_bool_set(n, "can_write", s->can_write);
	report_text_set(n, "refusal", s->refusal);
	report_bool_set(n, "mirror_differs", s->mirror_differs);
	if (g->from_backup)
		report_text_set(n, "boot_sector", "backup");
}

/* What the journal is to a person: an open one is idle or has changes that wait. */
static const char *journal_word(const struct nt_state *on_disk, const struct nt_replay *p)
{
	if (on_disk->log != NT_LOG_UNCLEAN || !p)
		return log_word(on_disk->log);
	switch (p->pending) {
	case NT_PENDING_IDLE:
		return "idle";
	case NT_PENDING_CHANGES:
		return "pending";
	case NT_PENDING_TORN:
		return "torn";
	case NT_PENDING_UNSUPPORTED:
		return "unsupported";
	case NT_PENDING_NONE:
		break;
	}
	return log_word(on_disk->log);
}

void report_replay_counts(struct json_object *o, const struct nt_replay *p, uint64_t since_filetime)
{
	char lsn[24];

	report_uint_set(o, "records", p->records);
	report_uint_set(o, "redone", p->redone);
	report_uint_set(o, "transactions", p->transactions);
	report_uint_set(o, "losers", p->losers);
	report_time_set(o, "since", since_filetime);
	(void)snprintf(lsn, sizeof(lsn), "0x%" PRIx64, p->oldest_lsn);
	report_text_set(o, "since_lsn", lsn);
}

void report_journal(struct json_object *volume, const struct nt_state *on_disk,
	const struct nt_replay *p, uint64_t since_filetime)
{
	struct json_object *j = report_object(report_object(volume, "ntfs"), "journal");
	char text[32];

	report_text_set(j, "state", journal_word(on_disk, p));
	(void)snprintf(text, sizeof(text), "%u.%u", on_disk->log_major, on_disk->log_minor);
	report_text_set(j, "version", on_disk->log_major ? text : "");
	report_text_set(j, "reason", on_disk->log_reason);
	if (!p || p->refusal.code)
		return; /* counted only as far as it was understood */
	report_bool_set(j, "pending", p->pending == NT_PENDING_CHANGES);
	report_replay_counts(j, p, since_filetime);
}

static void windows_set(struct json_object *o, const struct win_info *w)
{
	report_text_set(o, "root", w->root);
	report_bool_set(o, "whole", win_is_whole(w));
	if (w->hive_fault[0])
		report_text_set(o, "cannot_start", w->hive_fault);
	report_text_set(o, "product", w->product);
	report_text_set(o, "edition", w->edition);
	report_text_set(o, "installation", w->installation);
	report_text_set(o, "display_version", w->display_version);
	report_text_set(o, "version", w->version);
	if (w->build)
		report_uint_set(o, "build", w->build);
	if (w->revision)
		report_uint_set(o, "revision", w->revision);
	report_text_set(o, "computer_name", w->computer_name);
	report_text_set(o, "time_zone", w->time_zone);
	if (w->time_zone[0])
		report_int_set(o, "bias_minutes", w->bias_minutes);
	report_text_set(o, "arch", w->arch);
	report_bool_set(o, "server", w->is_server);
	report_bool_set(o, "domain_controller", w->is_domain_controller);
	report_time_set(o, "installed", w->installed_filetime);
	report_time_set(o, "shutdown", w->shutdown_filetime);
	report_bool_set(o, "system_hive_dirty", w->system_hive_dirty);
	report_bool_set(o, "software_hive_dirty", w->software_hive_dirty);
	report_bool_set(o, "setup_in_progress", w->setup_in_progress);
	report_text_set(o, "setup_command", w->setup_command);
	report_text_set(o, "note", w->note);
}

void report_windows(struct json_object *volume, const struct win_info *w, size_t n)
{
	windows_set(report_object(volume, "windows"), w);
	for (size_t i = 1; i < n; i++) {
		struct json_object *o = report_append(report_array(volume, "other_windows"));

		if (win_is_whole(&w[i])) {
			windows_set(o, &w[i]);
			continue;
		}
		report_text_set(o, "root", w[i].root);
		report_bool_set(o, "whole", false);
	}
}

void report_partition(struct json_object *volume, const struct disk_part *p)
{
	static const char *const content[] = {[VOL_UNKNOWN] = "unknown",
		[VOL_NTFS] = "ntfs",
		[VOL_BITLOCKER] = "bitlocker",
		[VOL_FAT] = "fat",
		[VOL_EXFAT] = "exfat",
		[VOL_MSR] = "msr",
		[VOL_OTHER] = "other",
		[VOL_EXTENDED] = "other"};

	if (p->number) {
		struct json_object *o = report_object(volume, "partition");
		report_uint_set(o, "number", p->number);
		report_text_set(o, "uuid", p->uuid);
		report_text_set(o, "type", p->type);
		report_text_set(o, "type_name", p->type_name);
		report_text_set(o, "label", p->label);
	}
	report_uint_set(volume, "offset_bytes", p->off_bytes);
	report_uint_set(volume, "size_bytes", p->len_bytes);
	report_text_set(volume, "content", content[p->kind]);
	report_text_set(volume, "file_system", p->fs_type);
	report_text_set(volume, "label", p->fs_label);
	report_text_set(volume, "member_of", p->member_of);
	report_text_set(volume, "left_over", p->left_over);
}
