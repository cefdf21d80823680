/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The smallest repair that is safe. What this program does not do (restore, edit the registry at
 * large) is proposed by name. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/list.h"
#include "judge/disable.h"
#include "judge/structure.h"
#include "judge/verdict_internal.h"

static struct diag_proposal *add(struct verdict *v, enum diag_action action, const char *path,
	const char *service, const char *fmt, ...) __attribute__((format(printf, 5, 6)));
static struct diag_proposal *add(struct verdict *v, enum diag_action action, const char *path,
	const char *service, const char *fmt, ...)
{
	struct diag_proposal *p = rs_list_add(&v->d->proposals, &v->d->n_proposals, sizeof(*p));
	char text[700];
	va_list ap;

	if (!p) {
		v->is_out = true;
		return NULL;
	}
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	*p = (struct diag_proposal){.action = action,
		.path = path,
		.service = service,
		.from = "",
		.text = ev_text(v->e, "%s", text)};
	return p;
}

/* A copy of a driver: in the driver store of its package, or what a security product keeps for a
 * start (ELAMBKUP). */
static const char *copy_of(const struct verdict *v, const char *path)
{
	const char *name = strrchr(path, '\\');

	for (size_t i = 0; name && i < v->e->n_files; i++) {
		const struct ev_file *f = v->e->files[i];
		const char *last = strrchr(f->path, '\\');
		if (last && strcasecmp(last, name) == 0 && strcasecmp(f->path, path) != 0 &&
			(strcasestr(f->path, "\\FileRepository\\") ||
				strcasestr(f->path, "\\ELAMBKUP\\") ||
				strcasestr(f->path, "\\WinSxS\\")) &&
			f->ref && f->is_looked && f->image.is_pe && f->image.soundness == WIN_SOUND)
			return f->path;
	}
	return "";
}

/* Put back @copy; "": a person has to find one. */
static void propose_copy(struct verdict *v, const char *path, const char *service, const char *copy,
	const char *text)
{
	struct diag_proposal *p = add(v, DIAG_RESTORE, path, service, "%s", text);

	if (p)
		p->from = copy;
}

/* Could its service be disabled, whoever made it? That is looked at with the plan. */
static bool can_disable(const struct verdict *v, const struct candidate *c)
{
	const struct disable_maker another = {.is_known = true};

	return v->e->system && !disable_stays(v->e->system, &another, c->svc);
}

/* Start 4 is enough for a driver, and takes less than a move: nothing waits for a file then. Where
 * its key cannot be edited a move may do (facts of the registry, section 4). */
static void propose_disable(
	struct verdict *v, const struct candidate *c, enum structure how, bool is_in_store)
{
	const char *path = c->d.path, *service = c->d.service[0] ? c->d.service : c->svc->name;
	const bool can = can_disable(v, c);
	struct diag_proposal *p;

	if (how == STRUCTURE_FILTER)
		p = add(v, DIAG_FILTER, path, service,
			"It filters devices: disable its service and take its name out of every "
			"list of filters, in one step.%s",
			can ? "" : " This program does not do that here.");
	else if (how == STRUCTURE_INSISTED)
		p = add(v, DIAG_DISABLE, path, service,
			"Disable its service: with the file gone alone Windows would refuse to "
			"start (ErrorControl %u).%s",
			c->svc->error_control, can ? "" : " This program does not do that here.");
	else if (is_in_store)
		p = add(v, DIAG_DISABLE, path, service,
			"Disable its service: it runs from the driver store, where no file is "
			"moved by hand.%s",
			can ? "" : " This program does not do that here.");
	else if (can)
		p = add(v, DIAG_DISABLE, path, service,
			"Disable its service: Windows starts without it, the file stays, and it "
			"can be taken back.");
	else
		p = add(v, DIAG_MOVE, path, service,
			"Move the driver into the quarantine; Windows starts without it, and it "
			"can be put back.");
	if (p)
		p->can = can || p->action == DIAG_MOVE;
}

static void propose_driver(struct verdict *v, const struct candidate *c)
{
	const char *path = c->d.path, *service = c->d.service, *copy = copy_of(v, path);
	const char *why = "";

	if (!c->is_own && (!c->d.file || !c->d.file->ref)) {
		(void)add(v, DIAG_ASK, path, service,
			"It is not there any more, or cannot be looked at: put it back from the "
			"product that it belongs to.");
		return;
	}
	if (c->is_own) {
		(void)add(v, DIAG_ASK, path, service,
			"It is a part of Windows: have Windows' own tools (sfc, dism, a restore "
			"point) put it right.");
		return;
	}
	if (c->is_damaged && copy[0]) {
		propose_copy(v, path, service, copy,
			"Put the whole copy from the driver store in its place; this program does "
			"not do that yet.");
		return;
	}
	if (!c->svc) {
		(void)add(v, DIAG_ASK, path, service,
			"No service of this Windows loads it: look at the product that it belongs "
			"to.");
		return;
	}
	const enum structure how = structure_protects(v->e->system, path, service, &why);
	if (how == STRUCTURE_NEVER && strcasestr(copy, "\\ELAMBKUP\\")) {
		propose_copy(v, path, service, copy,
			"Put back the copy that its product keeps for a start; this program does "
			"not do that yet.");
		return;
	}
	if (how == STRUCTURE_NEVER) {
		(void)add(v, DIAG_ASK, path, service,
			"It must stay (%s): put its last version back in Windows' recovery "
			"environment, or ask its maker.",
			why);
		return;
	}
	propose_disable(v, c, how, strcasestr(path, "\\FileRepository\\"));
}

static void propose_file(struct verdict *v)
{
	const struct candidate *c = &v->c[0];
	const struct ev_file *f = c->d.file;
	struct diag_proposal *p;

	/* what a dump has loaded is a program, whatever lies there now */
	if (!c->is_content || c->blame) {
		propose_driver(v, c);
		return;
	}
	if (!f || !f->ref) {
		(void)add(v, DIAG_ASK, c->d.path, c->d.service, "The file is not there any more.");
		return;
	}
	if (!ev_is_content_place(v->e->root, c->d.path)) {
		(void)add(v, DIAG_ASK, c->d.path, c->d.service,
			"Look at this file; it is not moved here: it lies where Windows and people "
			"keep their own.");
		return;
	}
	p = add(v, DIAG_MOVE, c->d.path, c->d.service,
		"Move this one file into the quarantine; the product goes on with the others, and "
		"it can be put back.");
	if (!p)
		return;
	p->can = true;
	/* what speaks against it is for a person to weigh */
	p->may_alone = !f->image.is_pe && !c->svc && !v->d->n_contradictions;
}

/* Windows' own filters of disks and volumes: their names belong there (facts of a Windows 10). */
static bool is_own_filter(const char *name)
{
	static const char *const names[] = {
		"partmgr", "volsnap", "fvevol", "iorate", "rdyboost", "EhStorClass", "volume"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcasecmp(names[i], name) == 0)
			return true;
	return false;
}

static void propose_filter(struct verdict *v)
{
	const struct ev_item *gone = v->gone;
	struct diag_proposal *p = NULL;

	if (is_own_filter(gone->service))
		(void)add(v, DIAG_ASK, "", gone->service,
			"Its name belongs there: put its service back as it was (Start 0), from a "
			"restore point or a backup of the hive.");
	else
		p = add(v, DIAG_FILTER, gone->path, gone->service,
			"Take the one name %s out of that list and leave the others in their "
			"order; "
			"an empty list is deleted.",
			gone->service);
	if (p)
		p->can = true;
}

static void propose_removed(struct verdict *v)
{
	if (v->gone->is_filter) {
		propose_filter(v);
		return;
	}
	const char *copy = copy_of(v, v->gone->path);
	struct diag_proposal *p = add(v, DIAG_RESTORE, v->gone->path, v->gone->service,
		"Put the file back%s%s; what took it away may take it again. This program does not "
		"do that here.",
		copy[0] ? " from " : ", out of the antivirus' quarantine or Windows' media", copy);

	if (p)
		p->from = copy;
}

static bool is_exclusive(const struct verdict *v)
{
	for (size_t i = 0; i < v->e->n_items; i++)
		if (v->e->items[i].what == EV_UPDATE_PENDING &&
			strstr(v->e->items[i].text, "Exclusive"))
			return true;
	return false;
}

static void propose_update(struct verdict *v)
{
	if (is_exclusive(v))
		(void)add(v, DIAG_REGISTRY_EDIT, "", "",
			"'clear DISK update' (v on the screen) deletes the value Exclusive "
			"of SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Component Based "
			"Servicing\\SessionsPending; then, in Windows' recovery environment, dism "
			"/image:C:\\ /get-packages, and /remove-package for each in the state "
			"Install Pending. This program does not do that by itself.");
	else
		(void)add(v, DIAG_ASK, "", "",
			"In Windows' recovery environment: dism /image:C:\\ /cleanup-image "
			"/revertpendingactions, or uninstall the newest update there.");
}

void verdict_propose(struct verdict *v)
{
	switch (v->d->kind) {
	case DIAG_BAD_FILE:
		propose_file(v);
		break;
	case DIAG_FILE_REMOVED:
		propose_removed(v);
		break;
	case DIAG_VERIFIER:
		(void)add(v, DIAG_REGISTRY_EDIT, "", "",
			"Turn Driver Verifier off: 'clear DISK verifier' (v on the screen) "
			"deletes VerifyDrivers and VerifyDriverLevel below Control\\Session "
			"Manager\\Memory Management of the SYSTEM hive; so does verifier /reset "
			"in Safe Mode. This program does not do that by itself.");
		break;
	case DIAG_RESUME:
		(void)add(v, DIAG_MOVE, "\\hiberfil.sys", "",
			"Drop the image to resume from: 'hibernation DISK' (h on the "
			"screen) asks a person, what was open is lost, and Windows starts anew. "
			"This program does not do that by itself.");
		break;
	case DIAG_UPDATE:
		propose_update(v);
		break;
	case DIAG_REGISTRY:
		(void)add(v, DIAG_ASK, "", "",
			"Restore the hive in Windows' recovery environment: a restore point, or "
			"the copy in System32\\config\\RegBack where it is not empty.");
		break;
	case DIAG_HARDWARE:
		(void)add(v, DIAG_ASK, "", "",
			"Test memory and disk before anything else, save the data first; no file "
			"is to be moved.");
		break;
	default: /* holding still */
		break;
	}
}
