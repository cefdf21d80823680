/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Indexes: the B-tree of a folder ($I30) or of a view, read from bytes: INDEX_ROOT and the INDX
 * blocks of INDEX_ALLOCATION. It trusts nothing: bounds, fixups, depth, and no block twice. Names
 * as in ntfs-3g's layout.h. */
#ifndef UNBRICK_NTFS_INDEX_H
#define UNBRICK_NTFS_INDEX_H

#include "ntfs/stream.h"

#define NT_IX_DEPTH	    16U
#define NT_IX_FN_BYTES	    0x42U /* FILE_NAME without the name */
#define NT_IX_FN_MAX	    (NT_IX_FN_BYTES + 2U * 255U)
#define NT_IX_ROOT_HEADER   0x10U /* INDEX_HEADER inside INDEX_ROOT */
#define NT_IX_BLOCK_HEADER  0x18U /* INDEX_HEADER inside an INDX block */
#define NT_FILE_NAME_IS_DIR 0x10000000U

/* One entry of a node. @key is the FILE_NAME, empty for the entry that ends a node. */
struct nt_ix_entry {
	uint64_t ref, child_vcn;
	struct rs_view key;
	bool has_child, is_end;
};

struct nt_ix {
	struct rs_view root;	/* value of INDEX_ROOT */
	uint64_t number;	/* of the record, for errors */
	uint32_t cluster_bytes; /* of the volume */
	uint64_t alloc_bytes;	/* size of INDEX_ALLOCATION, 0 if there is none */
	/* Bytes of INDEX_ALLOCATION as they lie on the disk. */
	int (*read)(void *user, uint64_t off_bytes, void *buf, size_t len, struct rs_err *err);
	void *read_user;
	uint32_t block_bytes, vcn_bytes; /* of a block, and what a VCN counts (nt_ix_sizes) */
};

struct nt_ix_visit {
	void *user;
	/* Every entry with a name, in the tree's order; false ends the walk (no error). May be
	 * NULL. */
	bool (*entry)(void *user, const struct nt_ix_entry *e);
	/* Every INDX block, before its entries. May be NULL. */
	void (*block)(void *user, uint64_t number);
};

/** Next entry of the node whose INDEX_HEADER begins at @header_off_bytes of @block. *off_bytes is 0
 * at first. Returns false when the node is malformed; e->is_end tells the last. */
bool nt_ix_next(
	struct rs_view block, size_t header_off_bytes, size_t *off_bytes, struct nt_ix_entry *e);

/** Block size and bytes per VCN from the INDEX_ROOT. Errors: RS_E_NTFS_DAMAGED (no sense). */
int nt_ix_sizes(struct nt_ix *ix, struct rs_err *err);

/** The INDX block at @vcn into @buf (ix->block_bytes), its fixups undone; ix has its sizes.
 * Errors: RS_E_NTFS_DAMAGED (outside, torn, another block: said which), those of ix->read. */
int nt_ix_block(const struct nt_ix *ix, uint64_t vcn, uint8_t *buf, struct rs_err *err);

/** Walk the whole tree. Errors: RS_E_NTFS_DAMAGED (what), RS_E_IO_READ, RS_E_MEMORY. */
int nt_ix_walk(struct nt_ix *ix, const struct nt_ix_visit *visit, struct rs_err *err);

/* ---- an index of a volume that our own reader has open ---- */

struct nt_index {
	struct nt_ix ix;
	const struct nt_raw *raw;
	struct nt_stream alloc;
	uint8_t *root, *bitmap; /* bitmap: NULL when all is in the root */
	size_t bitmap_len;
};

/** Open the index @name of a record; done with nt_index_done, also after an error. @ret is not to
 * be moved. Tolerant: a bitmap that cannot be read is none.
 * Errors: RS_E_NO_SUCH_FILE (no such index), RS_E_NTFS_DAMAGED, RS_E_IO_READ, RS_E_MEMORY. */
int nt_index_open(struct nt_raw *raw, uint64_t number, const char *name, bool is_tolerant,
	struct nt_index *ret, struct rs_err *err);
void nt_index_done(struct nt_index *x);
#define auto_nt_index __attribute__((cleanup(nt_index_done)))

typedef bool nt_index_fn(void *user, uint64_t ref, const struct nt_file_name *name);

/** The tolerant walk: every entry of a folder's $I30 index, block by block in disk order (not
 * sorted); damaged blocks are passed over and counted in *ret_damaged. @fn returns false to stop.
 * Errors: RS_E_NTFS_DAMAGED when the root of the index cannot be read. */
int nt_index_each(struct nt_raw *raw, uint64_t number, nt_index_fn *fn, void *user,
	unsigned *ret_damaged, struct rs_err *err);

#endif
