/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is protected whatever is found of it: what Windows needs by name (protect.c), what its
 * registry says of a start (protect_structure.c), what a source itself leaves alone. */
#include <stdio.h>
#include <string.h>

#include "judge/diagnosis.h"
#include "judge/judge_internal.h"
#include "judge/rule_internal.h"
#include "judge/source.h"
#include "judge/structure.h"

static bool has_hives(struct nt_vol *vol, const char *root)
{
	char hives[NT_NAME_BYTES + 64];
	uint64_t ref;

	(void)snprintf(hives, sizeof(hives), "%s\\System32\\config", root);
	return nt_lookup(vol, hives, &ref, NULL) == 0;
}

const char *judge_protects(struct nt_vol *vol, const char *path)
{
	static const char *const below[] = {"", "\\Windows"}; /* as win_probe_all looks for them */
	char root[NT_NAME_BYTES + 16];
	size_t len = path[0] == '\\' ? 1 + strcspn(path + 1, "\\") : 0;
	const char *why = NULL;

	if (!len || len >= NT_NAME_BYTES + 2)
		return "no path of a file";
	for (size_t i = 0; !why && i < sizeof(below) / sizeof(below[0]); i++) {
		(void)snprintf(root, sizeof(root), "%.*s%s", (int)len, path, below[i]);
		if (has_hives(vol, root))
			why = protect_path(vol, root, path);
	}
	return why ? why : protect_path(vol, "\\Windows", path);
}

static const struct judge_said *said_of(const struct judge_result *judged, const char *id)
{
	for (size_t i = 0; judged && id && i < judged->n_said; i++)
		if (strcmp(judged->said[i].id, id) == 0)
			return &judged->said[i];
	return NULL;
}

bool judge_is_program(struct nt_vol *vol, uint64_t ref)
{
	auto_nt_file struct nt_file *f = NULL;
	uint8_t head[2] = {0};
	size_t n = 0;

	if (nt_file_open(vol, ref, "", &f, NULL) < 0 ||
		nt_file_read(f, 0, head, sizeof(head), &n, NULL) < 0)
		return true;
	return n == sizeof(head) && head[0] == 'M' && head[1] == 'Z';
}

bool judge_is_program_at(struct nt_vol *vol, const char *path)
{
	uint64_t ref;

	return nt_lookup(vol, path, &ref, NULL) < 0 || judge_is_program(vol, ref);
}

/* What the registry of a Windows that was diagnosed says of it; up to @most it may go. */
static const char *structure_forbids(const struct judge_result *judged, struct nt_vol *vol,
	const char *path, enum structure most)
{
	for (size_t i = 0; judged && i < judged->n_diagnoses; i++) {
		const struct diagnosis *d = judged->diagnoses[i];
		const char *why = "";
		if (!win_has_path(vol, d->windows, path))
			continue;
		/* data need no registry to be known as such */
		if ((!d->evidence->system || !d->evidence->system->n_services) &&
			!judge_is_program_at(vol, path))
			continue;
		if (structure_protects(d->evidence->system, path, "", &why) > most)
			return why;
	}
	return NULL;
}

static bool is_windows_own(const struct evidence *e, const char *path)
{
	for (size_t i = 0; i < e->n_files; i++)
		if (strcasecmp(e->files[i]->path, path) == 0)
			return ev_is_windows_own(e, e->files[i]);
	return false;
}

void judge_against(const struct judge_result *judged, struct nt_vol *vol, const char *path,
	void (*tell)(void *user, const char *why), void *user)
{
	for (size_t i = 0; judged && i < judged->n_diagnoses; i++) {
		const struct diagnosis *d = judged->diagnoses[i];
		const struct win_system *s = d->evidence->system;
		if (!win_has_path(vol, d->windows, path))
			continue;
		if ((s && s->n_services) || judge_is_program_at(vol, path))
			structure_against(s, path, tell, user);
		if (is_windows_own(d->evidence, path))
			tell(user, "by its version or its package it is a part of Windows");
	}
}

const char *judge_forbids(const struct judge_result *judged, const char *id, struct nt_vol *vol,
	const char *root, const char *path)
{
	const struct judge_said *s = said_of(judged, id);
	const char *why = s ? s->source->forbids(s, vol, root, path) : NULL;

	if (why)
		return why;
	if (protect_path(vol, root, path) || judge_protects(vol, path))
		return "it is protected";
	return structure_forbids(judged, vol, path, STRUCTURE_SECURITY);
}

const char *judge_forbids_disabled(
	const struct judge_result *judged, struct nt_vol *vol, const char *root, const char *path)
{
	if (protect_path(vol, root, path) || judge_protects(vol, path))
		return "it is protected";
	return structure_forbids(judged, vol, path, STRUCTURE_INSISTED);
}
