/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a run's report says that the next steps depend on. */
#include <stdio.h>
#include <string.h>

#include "init/work.h"

static void each_volume(
	struct json_object *report, void (*fn)(void *user, struct json_object *volume), void *user)
{
	struct json_object *disks = NULL, *volumes = NULL;

	if (!json_object_object_get_ex(report, "disks", &disks) ||
		!json_object_is_type(disks, json_type_array))
		return;
	for (size_t i = 0; i < json_object_array_length(disks); i++) {
		if (!json_object_object_get_ex(
			    json_object_array_get_idx(disks, i), "volumes", &volumes) ||
			!json_object_is_type(volumes, json_type_array))
			continue;
		for (size_t k = 0; k < json_object_array_length(volumes); k++)
			fn(user, json_object_array_get_idx(volumes, k));
	}
}

struct before {
	unsigned n;
	char *id;
	size_t cap;
};

static void count_quarantines(void *user, struct json_object *volume)
{
	struct before *b = user;
	struct json_object *list = NULL, *id = NULL, *state = NULL;

	if (!json_object_object_get_ex(volume, "quarantines", &list) ||
		!json_object_is_type(list, json_type_array))
		return;
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *q = json_object_array_get_idx(list, i);
		if (!json_object_object_get_ex(q, "state", &state) ||
			!json_object_object_get_ex(q, "id", &id) ||
			strcmp(json_object_get_string(state), "active") != 0)
			continue;
		b->n++;
		if (strcmp(json_object_get_string(id), b->id) > 0)
			(void)snprintf(b->id, b->cap, "%s", json_object_get_string(id));
	}
}

unsigned work_repairs_before(struct json_object *report, char *ret_id, size_t cap)
{
	struct before b = {0, ret_id, cap};

	ret_id[0] = '\0';
	each_volume(report, count_quarantines, &b);
	return b.n;
}

static void look_for_windows(void *user, struct json_object *volume)
{
	struct json_object *o = NULL;

	*(bool *)user |= json_object_object_get_ex(volume, "windows", &o) ||
			 json_object_object_get_ex(volume, "bitlocker", &o);
}

/* A part of another system's RAID or of a pool, on which no Windows is seen, is no failure. */
bool work_is_foreign_set(struct json_object *report)
{
	struct json_object *error = NULL, *id = NULL;
	bool has_windows = false;

	if (!json_object_object_get_ex(report, "error", &error) ||
		!json_object_object_get_ex(error, "id", &id) ||
		(strcmp(json_object_get_string(id), "disk.part-of-set") != 0 &&
			strncmp(json_object_get_string(id), "volume.", 7) != 0))
		return false;
	each_volume(report, look_for_windows, &has_windows);
	return !has_windows;
}
