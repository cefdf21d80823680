/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The B-tree of a folder ($I30), read from bytes: INDEX_ROOT and the INDX blocks of
 * INDEX_ALLOCATION. It trusts nothing: bounds, fixups, depth, and no block twice. Names as in
 * ntfs-3g's layout.h. */
#ifndef UNBRICK_NTFS_BTREE_H
#define UNBRICK_NTFS_BTREE_H

#include "core/err.h"
#include "core/view.h"

#define NT_IX_DEPTH	    16U
#define NT_IX_FN_BYTES	    0x42U /* FILE_NAME without the name */
#define NT_IX_FN_MAX	    (NT_IX_FN_BYTES + 2U * 255U)
#define NT_FILE_NAME_IS_DIR 0x10000000U

/* One entry of a node. @key is the FILE_NAME, empty for the entry that ends a node. */
struct nt_ix_entry {
	uint64_t ref, child_vcn;
	struct rs_view key;
	bool has_child, is_end;
};

struct nt_ix {
	struct rs_view root;	/* value of INDEX_ROOT */
	uint32_t cluster_bytes; /* of the volume */
	uint64_t alloc_bytes;	/* size of INDEX_ALLOCATION, 0 if there is none */
	/* Bytes of INDEX_ALLOCATION as they lie on the disk. */
	int (*read)(void *user, uint64_t off_bytes, void *buf, size_t len, struct rs_err *err);
	void *read_user;
};

struct nt_ix_visit {
	void *user;
	/* Every entry with a name, in the tree's order; false ends the walk (no error). */
	bool (*entry)(void *user, const struct nt_ix_entry *e);
	/* Every INDX block, before its entries. May be NULL. */
	void (*block)(void *user, uint64_t number);
};

/** Next entry of the node whose INDEX_HEADER begins at @header_off_bytes of @block. *off_bytes is 0
 * at first. Returns false when the node is malformed; e->is_end tells the last. */
bool nt_ix_next(
	struct rs_view block, size_t header_off_bytes, size_t *off_bytes, struct nt_ix_entry *e);

/** Block size and bytes per VCN from the INDEX_ROOT; false when it makes no sense. */
bool nt_ix_sizes(const struct nt_ix *ix, uint32_t *ret_block_bytes, uint32_t *ret_vcn_bytes);

/** Walk the whole tree. Errors: RS_E_NTFS_DAMAGED (what), RS_E_IO_READ, RS_E_MEMORY. */
int nt_ix_walk(const struct nt_ix *ix, const struct nt_ix_visit *visit, struct rs_err *err);

#endif
