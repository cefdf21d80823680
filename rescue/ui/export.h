/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Parts of the export: where it goes, and how far it came. */
#ifndef UNBRICK_UI_EXPORT_H
#define UNBRICK_UI_EXPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "rescue.h"

#define EXPORT_STATE_SUFFIX ".unbrick-export"
#define EXPORT_ID_LEN	    65 /* SHA-256 of the volume's first block, in hex */

/* What the sidecar file holds: enough to refuse another volume. */
struct export_state {
	char volume[512];
	char id[EXPORT_ID_LEN];
	uint64_t bytes, done;
};

/** Errors: RS_E_RESUME (not there, not ours). @path the output's. */
int export_state_load(const char *path, struct export_state *ret, struct rs_err *err);
/** Replaces the sidecar as a whole: the old one or the new one is there. Errors: RS_E_OUTPUT. */
int export_state_save(const char *path, const struct export_state *s, struct rs_err *err);
int export_state_remove(const char *path, struct rs_err *err);

enum export_open_how { EXPORT_NEW, EXPORT_FORCE, EXPORT_RESUME };

/** Open the output for reading and writing; readable by its owner only, as it is decrypted data.
 * Errors: RS_E_OUTPUT_EXISTS, RS_E_ONTO_SOURCE, RS_E_RESUME, RS_E_OUTPUT. */
int export_open(const char *path, const struct rs_tree *source, enum export_open_how how,
	int *ret_fd, bool *ret_is_file, struct rs_err *err);

#endif
