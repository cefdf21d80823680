/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Between the files that read texts of a volume: texts.c (Windows' own), vendor.c (a
 * vendor's), over texts_bytes.c. */
#ifndef UNBRICK_EVIDENCE_TEXTS_H
#define UNBRICK_EVIDENCE_TEXTS_H

#include "evidence/evidence.h"

struct ev_bytes {   /* of a file, or of its tail */
	uint8_t *p; /* NULL: it is not there, or it cannot be read (a row says so) */
	size_t len;
	struct nt_stat stat;
};

/** At most @cap bytes: its last ones, or (@is_head) its first. Errors: those that end the run. */
int ev_bytes_read(const struct ev_look *in, struct evidence *e, enum ev_source source,
	const char *path, size_t cap, bool is_head, struct ev_bytes *ret, struct rs_err *err);
/** When the machine was last heard of, as far as is known by now; 0: not at all. */
uint64_t ev_last_heard(const struct ev_look *in, const struct evidence *e);
/** Is there a file of this path? */
bool ev_is_there(const struct ev_look *in, const char *path);

int ev_from_vendors(const struct ev_look *in, struct evidence *e, struct rs_err *err);

/** Does the path lie in an antivirus' quarantine, by the names of its folders (vendor.c)? */
bool ev_is_vault(const char *path);

#endif
