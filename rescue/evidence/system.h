/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What system.c, system_gone.c and system_there.c share. */
#ifndef UNBRICK_EVIDENCE_SYSTEM_H
#define UNBRICK_EVIDENCE_SYSTEM_H

#include "evidence/evidence.h"

enum ev_there {
	EV_THERE,
	EV_NOT_THERE,
	EV_NOT_KNOWN, /* it cannot be looked at, or something stands before it */
	EV_ENDS,      /* @err ends the run */
};

/** Of a path on this volume (system_there.c). */
enum ev_there ev_system_there(
	const struct ev_look *in, const char *path, struct nt_stat *ret, struct rs_err *err);
/** "\Windows\System32\" and @sub. */
void ev_system_path(const struct ev_look *in, const char *sub, char *ret, size_t cap);

/** Files that a start needs and that are not there: drivers of services, programs (system_gone.c).
 * Errors: those that end the run. */
int ev_system_gone(const struct ev_look *in, struct evidence *e, struct rs_err *err);
/** Of what rows tell that it was taken away or deleted: files that are wanted back, as a service or
 * Windows' own store of components still has them (system_taken.c). Errors: as above. */
int ev_system_taken(const struct ev_look *in, struct evidence *e, struct rs_err *err);
/** A copy of a service's driver in the driver store; "" if there is none (system_gone.c). */
void ev_system_copy(const struct ev_look *in, const struct win_system *s,
	const struct win_service *one, char *ret, size_t cap);

#endif
