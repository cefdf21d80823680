/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The redo: what a step is about to write, kept beside first. A step changes records and index
 * blocks of several sectors, bits of two bitmaps, and the copy of $MFT's first records; a power cut
 * may tear any of them, or leave bits set for what never came. So all of it is written into free
 * clusters near the end of the volume before the first of its sectors goes to its place. After a
 * cut the next opening finds it there and brings the step to its end, whatever of it had arrived.
 *
 * It is believed only while it was us who wrote last: it is bound by a digest to the first pages of
 * $LogFile, which Windows writes as soon as it mounts the volume and which nobody but an
 * administrator can read; and each sector of the step must hold what it held before or what it
 * shall hold. docs/decisions.md says why that is enough. */
#ifndef UNBRICK_NTFS_REDO_H
#define UNBRICK_NTFS_REDO_H

#include "ntfs/raw.h"
#include "ntfs/veil.h"

#define NT_REDO_KEY    32U
#define NT_REDO_DIGEST 16U

struct nt_redo_unit {
	uint64_t off_bytes;
	uint32_t rank;
	bool is_bitmap;
	const uint8_t *now;
};

struct nt_redo {
	bool is_found;	   /* the last step of ours is known: what it did not finish is in @units */
	bool is_flag_ours; /* VOLUME_IS_DIRTY was off before us */
	uint64_t place_off_bytes, number; /* of the step: later ones count higher */
	uint32_t unit_bytes;
	struct nt_redo_unit *units; /* none: there is nothing to finish */
	size_t n;
	uint8_t *bytes;
};

/** What the last step left to do. @raw must read the disk as it is. Nothing found is no error.
 * Errors: RS_E_MEMORY. */
int nt_redo_find(struct nt_raw *raw, struct nt_redo *ret, struct rs_err *err);
void nt_redo_done(struct nt_redo *redo);
#define auto_redo __attribute__((cleanup(nt_redo_done)))
/** Can there be one? Only while VOLUME_IS_DIRTY is on, or $Volume or $MFT are not readable. */
bool nt_redo_may_be(struct nt_raw *raw);

/* Where the steps of an opened volume are kept; off_bytes 0: nowhere. */
struct nt_redo_place {
	uint64_t off_bytes;
	uint32_t len_bytes;
	uint8_t key[NT_REDO_KEY];
	uint64_t number; /* of the last step */
	bool is_used;
	bool is_flag_ours;
};

/** A place for @raw's volume: that of @found, or a new one; its bits are added to @veil, so that
 * nothing is put there. None is no error: a volume that has no such room is written without.
 * Errors: RS_E_MEMORY. */
int nt_redo_choose(struct nt_raw *raw, const struct nt_redo *found, struct nt_veil *veil,
	struct nt_redo_place *ret, struct rs_err *err);
/* ---- redo_place.c ---- */

#define NT_REDO_PLACES 16U

/** Bytes of one place on this volume. */
uint32_t nt_redo_place_bytes(const struct nt_geometry *g);
/** The last places of the volume that are wholly free, from the end; at most NT_REDO_PLACES.
 * Errors: RS_E_MEMORY. */
int nt_redo_places(
	struct nt_raw *raw, uint64_t ret[NT_REDO_PLACES], size_t *ret_n, struct rs_err *err);
/** Cover it in @veil; false: it is covered in part already, or the veil has no room. */
bool nt_redo_cover(struct nt_raw *raw, uint64_t off_bytes, struct nt_veil *veil);
/** Digest of what binds a redo to this state of the volume. false: it cannot be read. */
bool nt_redo_key(struct nt_raw *raw, uint8_t ret[NT_REDO_KEY]);

#endif
