/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a run's report says that the next steps depend on (docs/report.md). */
#include <stdio.h>
#include <string.h>

#include "core/err.h"
#include "format/words.h"
#include "init/run.h"

/* "" where there is none */
static const char *text(struct json_object *o, const char *key)
{
	const char *s = json_object_get_string(json_object_object_get(o, key));

	return s ? s : "";
}

static struct json_object *list(struct json_object *o, const char *key, size_t *ret_n)
{
	struct json_object *a = json_object_object_get(o, key);

	*ret_n = json_object_is_type(a, json_type_array) ? json_object_array_length(a) : 0;
	return a;
}

static void read_quarantines(struct json_object *volume, struct run *r)
{
	size_t n;
	struct json_object *all = list(volume, "quarantines", &n);

	for (size_t i = 0; i < n; i++) {
		struct json_object *q = json_object_array_get_idx(all, i);
		if (strcmp(text(q, "state"), quarantine_state_word(QUARANTINE_ACTIVE)) != 0 ||
			!text(q, "id")[0])
			continue;
		r->n_before++;
		if (strcmp(text(q, "id"), r->newest_before) > 0)
			(void)snprintf(
				r->newest_before, sizeof(r->newest_before), "%s", text(q, "id"));
	}
}

/* A part of another system's RAID or of a pool is no failure. */
static bool is_foreign(const char *id)
{
	return strcmp(id, rs_err_info(RS_E_PART_OF_SET)->id) == 0 || strncmp(id, "volume.", 7) == 0;
}

void run_read(struct run *ret)
{
	struct json_object *error = json_object_object_get(ret->report, "error");
	struct json_object *outcome = json_object_object_get(ret->report, "outcome");
	size_t n_disks, n_volumes;
	struct json_object *disks = list(ret->report, "disks", &n_disks);
	const char *object = text(error, "object"), *detail = text(error, "detail"),
		   *next = text(error, "next");

	ret->has_disks = disks;
	ret->is_foreign = is_foreign(text(error, "id"));
	for (size_t i = 0; i < n_disks; i++) {
		struct json_object *volumes =
			list(json_object_array_get_idx(disks, i), "volumes", &n_volumes);
		for (size_t k = 0; k < n_volumes; k++) {
			struct json_object *v = json_object_array_get_idx(volumes, k);
			read_quarantines(v, ret);
			ret->is_foreign &= !json_object_object_get_ex(v, "windows", NULL) &&
					   !json_object_object_get_ex(v, "bitlocker", NULL);
		}
	}
	(void)snprintf(ret->detail, sizeof(ret->detail), "%s", detail);
	(void)snprintf(ret->next, sizeof(ret->next), "%s", next);
	if (text(error, "text")[0])
		(void)snprintf(ret->outcome, sizeof(ret->outcome), "%s%s%s%s%s%s%s", object,
			object[0] ? ": " : "", text(error, "text"), detail[0] ? ": " : "", detail,
			next[0] ? "; " : "", next);
	else
		(void)snprintf(ret->outcome, sizeof(ret->outcome), "%s", text(outcome, "text"));
}
