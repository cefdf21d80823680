/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/model.h"

#include <string.h>

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
