/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/model.h"

#include <stdio.h>
#include <string.h>

#include "core/language.h"
#include "core/status.h"

const char *run_trouble_text(enum diag_kind kind)
{
	static const char *const texts[] = {
		[DIAG_UNSURE] = "what is wrong cannot be told",
		[DIAG_NONE] = "nothing wrong is seen",
		[DIAG_BAD_FILE] = "a bad file is there",
		[DIAG_FILE_REMOVED] = "a file that Windows needs was taken away",
		[DIAG_UPDATE] = "an update is half applied",
		[DIAG_REGISTRY] = "the registry cannot be read",
		[DIAG_HARDWARE] = "the hardware, the disk or the file system fails",
		[DIAG_NO_DRIVER] = "no driver is at fault",
		[DIAG_VERIFIER] = "Driver Verifier is on",
		[DIAG_RESUME] = "it fails to resume from hibernation, again and again",
	};

	return texts[kind];
}

const char *run_certainty_text(const struct diagnosis *d)
{
	static const char *const texts[] = {
		[DIAG_C_UNSURE] = "not sure, nothing is proposed",
		[DIAG_C_LIKELY] = "likely, a person decides",
		[DIAG_C_SURE] = "sure, a person decides",
	};
	static const char *const alone[] = {
		[DIAG_C_UNSURE] = "not sure, nothing is proposed",
		[DIAG_C_LIKELY] = N_("likely"),
		[DIAG_C_SURE] = N_("sure"),
	};

	return (d->n_proposals ? texts : alone)[d->certainty]; /* else there is nothing to decide */
}

bool run_is_left_to_do(const struct diag_proposal *proposal)
{
	return !proposal->can && proposal->action != DIAG_ASK &&
	       !strstr(proposal->text, "This program does not do that");
}

static bool has_name(const struct plan_item *item, const char *path)
{
	for (size_t i = 0; i < item->n_names; i++)
		if (strcasecmp(item->names[i].path, path) == 0)
			return true;
	return strcasecmp(item->path, path) == 0;
}

static const struct plan_item *item_of(const struct rs_run *run, unsigned volume, const char *path)
{
	for (size_t i = 0; i < run->n_plan; i++)
		if (run->plan[i].volume == volume && has_name(&run->plan[i].item, path))
			return &run->plan[i].item;
	return NULL;
}

static bool is_about(const struct plan_change *c, const char *service)
{
	for (size_t i = 0; i < c->n_touched; i++)
		if (c->touched[i].is_done && strcasecmp(c->touched[i].name, service) == 0)
			return true;
	return false;
}

/* The change that a proposal without a move became. */
static const struct plan_item *change_of(
	const struct rs_run *run, unsigned volume, const char *service)
{
	for (size_t i = 0; service[0] && i < run->n_plan; i++)
		if (run->plan[i].volume == volume && run->plan[i].item.change &&
			is_about(run->plan[i].item.change, service))
			return &run->plan[i].item;
	return NULL;
}

/* Of the volume, or of all that was to be done; NULL: none. */
static const struct rs_err *refused(const struct rs_run *run, unsigned volume)
{
	for (size_t i = 0; i < run->n_left; i++)
		if (run->left[i].volume == volume)
			return &run->left[i].err;
	return run->err.code && !run->is_acted &&
			       rs_err_info(run->err.code)->exit_status == RS_STATUS_REFUSED
		       ? &run->err
		       : NULL;
}

bool run_refusal(const struct rs_run *run, const struct run_diagnosis *of,
	const struct diag_proposal *proposal, char *ret, size_t cap)
{
	const bool is_disable = proposal->action == DIAG_DISABLE || proposal->action == DIAG_FILTER;
	const struct plan_item *change =
		is_disable ? change_of(run, of->volume, proposal->service) : NULL;
	const struct plan_item *item =
		change ? change
		       : item_of(run, of->volume,
				 proposal->path[0] ? proposal->path : proposal->service);
	const struct rs_err *err = refused(run, of->volume);

	ret[0] = '\0';
	if (!proposal->can || !run->is_planned)
		return false;
	if (item && item->is_spared)
		(void)snprintf(ret, cap, "%s",
			item->refused ? item->refused
			: item->why   ? item->why
				      : "");
	else if (err)
		(void)snprintf(ret, cap, "%s%s%s", rs_err_info(err->code)->text,
			err->detail[0] ? ": " : "", err->detail);
	else if (!item)
		(void)snprintf(ret, cap, "it is not there any more, or cannot be read");
	return ret[0];
}

const char *run_act_text(enum diag_action action)
{
	static const char *const texts[] = {
		[DIAG_MOVE] = "move away",
		[DIAG_DISABLE] = "turn off",
		[DIAG_RESTORE] = "bring back",
		[DIAG_REGISTRY_EDIT] = "change in the registry",
		[DIAG_FILTER] = "take out of the list of filters",
		[DIAG_ASK] = "look at",
	};

	return texts[action];
}

/* From nothing wrong over what nobody can tell to what is sure. */
static unsigned weight(const struct run_diagnosis *d)
{
	switch (d->d.kind) {
	case DIAG_NONE:
		return 0;
	case DIAG_UNSURE:
		return 1;
	case DIAG_NO_DRIVER:
		return 2;
	default:
		return 3 + (unsigned)d->d.certainty;
	}
}

const struct run_diagnosis *run_worst(const struct rs_run *run)
{
	const struct run_diagnosis *ret = NULL;

	for (size_t i = 0; i < run->n_diagnoses; i++) {
		const struct run_diagnosis *d = &run->diagnoses[i];
		if (!ret || weight(d) > weight(ret) ||
			(weight(d) == weight(ret) && d->d.last_crash > ret->d.last_crash))
			ret = d;
	}
	return ret;
}

bool run_is_wrong(const struct run_diagnosis *d)
{
	return d && weight(d) > weight(&(struct run_diagnosis){.d = {.kind = DIAG_NO_DRIVER}}) &&
	       d->d.certainty != DIAG_C_UNSURE;
}

enum run_role run_role_of(const struct run_diagnosis *d)
{
	if (diag_is_nobodys(d->d.kind))
		return RUN_CONCERNED;
	if (!run_is_wrong(d))
		return RUN_SUSPECT;
	return d->d.kind == DIAG_BAD_FILE	? RUN_AT_FAULT
	       : d->d.kind == DIAG_FILE_REMOVED ? RUN_TAKEN_AWAY
						: RUN_SUSPECT;
}

const struct run_volume *run_volume_at(const struct rs_run *run, unsigned number)
{
	for (size_t i = 0; i < run->n_disks; i++)
		for (size_t k = 0; k < run->disks[i].n_volumes; k++)
			if (run->disks[i].volumes[k].number == number)
				return &run->disks[i].volumes[k];
	return NULL;
}

bool run_is_judgeable(const struct run_volume *v, size_t i)
{
	return i == 0 || win_is_whole(&v->windows[i]);
}

bool run_has_several(const struct run_volume *v)
{
	size_t n = 0;

	for (size_t i = 0; v && i < v->n_windows; i++)
		n += run_is_judgeable(v, i);
	return n > 1;
}

const struct win_info *run_windows_at(const struct rs_run *run, unsigned volume, const char *folder)
{
	const struct run_volume *v = run_volume_at(run, volume);

	for (size_t i = 0; v && folder && i < v->n_windows; i++)
		if (strcmp(v->windows[i].root, folder) == 0)
			return &v->windows[i];
	return v && v->n_windows ? &v->windows[0] : NULL;
}
