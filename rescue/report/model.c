/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/model.h"

#include <string.h>

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
