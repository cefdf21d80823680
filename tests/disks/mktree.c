/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mktree IMAGE N_FILES N_DIRS SEED: fill an NTFS image with a tree of that many folders and files,
 * through libntfs-3g, quickly. For tests and `make bench`. Make the image first, for instance:
 *   truncate -s 4G big.img && mkntfs -F -Q -q big.img && mktree big.img 100000 10000 1
 * The same seed gives the same names. About one file in ten has a resident value of some bytes,
 * one in fifty gets clusters; names have 6 to 40 characters, a few are not ASCII. */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <ntfs-3g/types.h>

#include <ntfs-3g/attrib.h>
#include <ntfs-3g/device.h>
#include <ntfs-3g/dir.h>
#include <ntfs-3g/inode.h>
#include <ntfs-3g/volume.h>

#define NAME_MAX_UNITS 48
#define DEPTH_SHARE    4U /* of N folders, this part are at the top */
#define SMALL_BYTES    200U
#define BIG_BYTES      10000U

static uint64_t state;

static uint32_t next_random(void)
{
	state = state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (uint32_t)(state >> 33);
}

static void die(const char *what, unsigned long i)
{
	(void)fprintf(stderr, "mktree: %s %lu: %s\n", what, i, strerror(errno));
	exit(1);
}

/* A name that no other file has: the number is in it. */
static u8 make_name(ntfschar *name, const char *prefix, unsigned long number)
{
	char text[NAME_MAX_UNITS];
	u8 n = 0;

	(void)snprintf(text, sizeof(text), "%s%lx-", prefix, number);
	for (const char *p = text; *p; p++)
		name[n++] = cpu_to_le16((uint16_t)*p);
	for (uint32_t more = next_random() % 28; more; more--)
		name[n++] = cpu_to_le16((uint16_t)('a' + next_random() % 26));
	if (next_random() % 50 == 0)
		name[n++] = cpu_to_le16(0x00E4); /* a umlaut */
	return n;
}

static void fill(ntfs_inode *ni, size_t len, unsigned long number)
{
	static char bytes[BIG_BYTES];
	ntfs_attr *na = ntfs_attr_open(ni, AT_DATA, AT_UNNAMED, 0);

	if (!na)
		die("data of file", number);
	if (ntfs_attr_pwrite(na, 0, (s64)len, bytes) != (s64)len)
		die("write file", number);
	ntfs_attr_close(na);
}

/* One entry in @parent; returns its record number. */
static u64 create(ntfs_volume *vol, u64 parent, mode_t type, unsigned long number)
{
	ntfschar name[NAME_MAX_UNITS];
	u8 n = make_name(name, type == S_IFDIR ? "dir" : "file", number);
	ntfs_inode *dir = ntfs_inode_open(vol, parent);

	if (!dir)
		die("open folder of", number);
	ntfs_inode *ni = ntfs_create(dir, const_cpu_to_le32(0), name, n, type);
	if (!ni)
		die("create", number);
	u64 ret = ni->mft_no;
	if (type == S_IFREG && number % 50 == 0)
		fill(ni, BIG_BYTES, number);
	else if (type == S_IFREG && number % 10 == 0)
		fill(ni, 1 + next_random() % SMALL_BYTES, number);
	if (ntfs_inode_close_in_dir(ni, dir) || ntfs_inode_close(dir))
		die("close", number);
	return ret;
}

int main(int argc, char **argv)
{
	if (argc != 5) {
		(void)fputs("usage: mktree IMAGE N_FILES N_DIRS SEED\n", stderr);
		return 2;
	}
	unsigned long files = strtoul(argv[2], NULL, 10), dirs = strtoul(argv[3], NULL, 10);
	state = strtoul(argv[4], NULL, 10);
	u64 *folder = calloc(dirs + 1, sizeof(*folder));
	ntfs_volume *vol = ntfs_mount(argv[1], 0);

	if (!vol || !folder)
		die("mount", 0);
	folder[0] = FILE_root;
	for (unsigned long i = 1; i <= dirs; i++) {
		bool is_top = i == 1 || i <= dirs / DEPTH_SHARE;
		unsigned long up = is_top ? 0 : 1 + next_random() % (i - 1);
		folder[i] = create(vol, folder[up], S_IFDIR, i);
	}
	for (unsigned long i = 0; i < files; i++) /* a folder's files come in groups */
		(void)create(vol, folder[(i / 8 * 2654435761UL) % (dirs + 1)], S_IFREG, i);
	free(folder);
	if (ntfs_umount(vol, FALSE))
		die("unmount", 0);
	return 0;
}
