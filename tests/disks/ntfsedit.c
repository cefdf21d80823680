/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What Windows does to a volume between a repair and its undo, where FUSE is missing:
 *   ntfsedit IMAGE mkdir PATH | rename PATH NAME | dos PATH NAME | put PATH BYTES | remove PATH
 * one after another. For tests only. */
#include <stdio.h>
#include <string.h>

#include "ntfswrite/vol_internal.h"

struct place {
	uint64_t dir_ref, ref; /* ref 0: not there */
	char name[256];
};

static int find(struct nt_vol *vol, const char *path, struct place *ret, struct rs_err *err)
{
	const char *slash = strrchr(path, '/');
	char dir[1024];

	if (!slash)
		return rs_fail_on(err, RS_E_USAGE, path, "it begins with '/'");
	(void)snprintf(dir, sizeof(dir), "%.*s", (int)(slash - path), path);
	(void)snprintf(ret->name, sizeof(ret->name), "%s", slash + 1);
	ret->ref = 0;
	int r = nt_lookup(vol, dir, &ret->dir_ref, err);
	if (r == 0 && nt_lookup(vol, path, &ret->ref, NULL) < 0)
		ret->ref = 0;
	return r;
}

static u8 to_le(const char *name, ntfschar le[255])
{
	size_t n = strnlen(name, 255);

	for (size_t i = 0; i < n; i++)
		le[i] = cpu_to_le16((u16)(unsigned char)name[i]);
	return (u8)n;
}

/* A link and a delete, as the library's own mount does it. */
static int rename_to(struct nt_vol *vol, const struct place *p, const char *name)
{
	ntfs_inode *ni = ntfs_inode_open(vol->lib, NT_REF_RECORD(p->ref));
	ntfs_inode *dir = ntfs_inode_open(vol->lib, NT_REF_RECORD(p->dir_ref));
	ntfschar old[255], new[255];
	const u8 n_old = to_le(p->name, old), n_new = to_le(name, new);

	if (!ni || !dir || ntfs_link(ni, dir, new, n_new))
		return -1;
	return ntfs_delete(vol->lib, NULL, ni, dir, old, n_old); /* closes both */
}

static int dos_name(struct nt_vol *vol, const struct place *p, const char *name)
{
	ntfs_inode *ni = ntfs_inode_open(vol->lib, NT_REF_RECORD(p->ref));
	ntfs_inode *dir = ntfs_inode_open(vol->lib, NT_REF_RECORD(p->dir_ref));

	if (!ni || !dir)
		return -1;
	return ntfs_set_ntfs_dos_name(ni, dir, name, strlen(name), 0); /* closes both */
}

static bool first_in(void *user, const char *name, uint64_t ref, bool is_dir)
{
	struct place *p = user;

	(void)is_dir;
	p->ref = ref;
	(void)snprintf(p->name, sizeof(p->name), "%.255s", name);
	return false;
}

static int remove_one(struct nt_vol *vol, const struct place *p)
{
	ntfs_inode *ni = ntfs_inode_open(vol->lib, NT_REF_RECORD(p->ref));
	ntfs_inode *dir = ntfs_inode_open(vol->lib, NT_REF_RECORD(p->dir_ref));
	ntfschar le[255];
	const u8 n = to_le(p->name, le);

	if (!ni || !dir)
		return -1;
	return ntfs_delete(vol->lib, NULL, ni, dir, le, n); /* closes both */
}

/* A folder's files go first. */
static int remove_it(struct nt_vol *vol, const struct place *p)
{
	for (;;) {
		struct place in = {.dir_ref = p->ref};

		if (nt_list(vol, p->ref, first_in, &in, NULL) < 0 || !in.ref)
			return remove_one(vol, p);
		if (remove_one(vol, &in))
			return -1;
	}
}

static int put(struct nt_vol *vol, const struct place *p, const char *count, struct rs_err *err)
{
	size_t n = strtoul(count, NULL, 10);
	auto_free uint8_t *bytes = malloc(n + 1);
	uint64_t ref;

	if (!bytes)
		return rs_fail(err, RS_E_MEMORY, "bytes");
	memset(bytes, 'n', n);
	return p->ref ? nt_file_overwrite(vol, p->ref, 0, bytes, n, err)
		      : nt_file_create(vol, p->dir_ref, p->name, bytes, n, 0, &ref, err);
}

/* Arguments used; negative: failed. */
static int run(struct nt_vol *vol, char **argv, struct rs_err *err)
{
	struct place p = {0};
	uint64_t made;
	const char *what = argv[0];
	int r = argv[1] ? find(vol, argv[1], &p, err)
			: rs_fail_on(err, RS_E_USAGE, what, "needs a path");

	if (r < 0)
		return r;
	if (!strcmp(what, "mkdir"))
		r = nt_mkdir(vol, p.dir_ref, p.name, &made, err);
	else if (!strcmp(what, "remove"))
		r = remove_it(vol, &p);
	else if (argv[2] && !strcmp(what, "rename"))
		r = rename_to(vol, &p, argv[2]);
	else if (argv[2] && !strcmp(what, "dos"))
		r = dos_name(vol, &p, argv[2]);
	else if (argv[2] && !strcmp(what, "put"))
		r = put(vol, &p, argv[2], err);
	else
		r = rs_fail_on(err, RS_E_USAGE, what, "not a verb, or too few words");
	if (r == 0)
		r = nt_sync(vol, err);
	if (r < 0)
		return err->code ? r : rs_fail_on(err, RS_E_BUG, argv[1], "%s failed", what);
	return !strcmp(what, "mkdir") || !strcmp(what, "remove") ? 2 : 3;
}

int main(int argc, char **argv)
{
	struct blk *disk = NULL;
	struct nt_vol *vol = NULL;
	struct rs_err err = {0};
	char line[900];

	if (argc < 3)
		return (void)fprintf(stderr, "usage: ntfsedit IMAGE VERB...\n"), 2;
	int r = blk_file_open(argv[1], BLK_OPEN_WRITE, &disk, &err);
	if (r == 0)
		r = nt_vol_open(disk, NT_VOL_WRITE, &vol, &err);
	for (int i = 2; r >= 0 && i < argc; i += r)
		r = run(vol, argv + i, &err);
	int closed = nt_vol_close(vol, r >= 0 ? &err : NULL);
	blk_close(disk);
	if (r >= 0 && closed >= 0)
		return 0;
	rs_err_line(&err, line, sizeof(line));
	(void)fprintf(stderr, "ntfsedit: %s\n", line);
	return 1;
}
