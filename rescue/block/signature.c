/* SPDX-License-Identifier: GPL-3.0-or-later */
/* All signatures on a volume. libblkid knows them; it wants a descriptor, and a block source has
 * none to give (it may be a test's layer, or an opened BitLocker volume). So the places that its
 * probes look at are copied into a memory file of the volume's size, mostly a hole. Bytes that
 * cannot be read stay zero, and a hostile volume is seen through that window only. */
#include <blkid/blkid.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "block/internal.h"
#include "format/ntfsboot.h"

#define HEAD_BYTES  (1U << 20)	/* btrfs 64 KiB, UDF up to 1 MiB, ZFS 512 KiB */
#define LUKS_BYTES  4096U	/* second headers of LUKS2: powers of 2 up to 4 MiB */
#define TAIL_BYTES  (2U << 20)	/* superblocks of RAID members (Promise: 3087 sectors), ZFS */
#define LAST_BYTES  1024U	/* most firmwares' */
#define MFT_BYTES   (16U << 10) /* the first four records, of up to 4096 bytes */
#define CHUNK_BYTES (64U << 10)

static void free_probe(blkid_probe *p)
{
	if (*p)
		blkid_free_probe(*p);
}

/* Copy [off, off+len) of the volume to the memory file. Stops at the first bad place: a dying disk
 * may take seconds for each, and the rest stays a hole. */
static void copy_range(struct blk *vol, int fd, uint64_t off_bytes, uint64_t len)
{
	auto_free uint8_t *chunk = malloc(CHUNK_BYTES);

	while (chunk && len && off_bytes < vol->size_bytes) {
		uint64_t n = vol->size_bytes - off_bytes;
		n = n < CHUNK_BYTES ? n : CHUNK_BYTES;
		n = n < len ? n : len;
		if (blk_read(vol, off_bytes, chunk, (size_t)n, NULL) < 0 ||
			pwrite(fd, chunk, (size_t)n, (off_t)off_bytes) != (ssize_t)n)
			return;
		off_bytes += n;
		len -= n;
	}
}

/* libblkid believes in an NTFS only when it sees the first records of its $MFT. */
static void copy_mft(struct blk *vol, int fd, const uint8_t boot[512])
{
	struct nt_boot ntfs;

	nt_boot_parse(boot, 512, &ntfs);
	if (ntfs.has_signature && !ntfs.fault)
		copy_range(vol, fd, ntfs.geo.mft_off_bytes, MFT_BYTES);
}

static int window_open(struct blk *vol, const uint8_t boot[512], uint64_t len_bytes)
{
	auto_close int fd = memfd_create("volume", MFD_CLOEXEC);

	if (fd < 0 || len_bytes > INT64_MAX || ftruncate(fd, (off_t)len_bytes) < 0)
		return -1;
	copy_range(vol, fd, 0, HEAD_BYTES);
	for (uint64_t mib = 1; mib <= 4; mib *= 2)
		copy_range(vol, fd, mib << 20, LUKS_BYTES);
	if (vol->size_bytes == len_bytes) {
		uint64_t tail = len_bytes < TAIL_BYTES ? len_bytes : TAIL_BYTES;
		uint64_t last = len_bytes < LAST_BYTES ? len_bytes : LAST_BYTES;
		copy_range(vol, fd, len_bytes - last, last); /* whatever is bad before */
		copy_range(vol, fd, len_bytes - tail, tail);
	}
	copy_mft(vol, fd, boot);
	return rs_steal_fd(&fd);
}

static void take_value(blkid_probe probe, const char *name, char *ret, size_t cap)
{
	const char *value = NULL;

	if (blkid_probe_lookup_value(probe, name, &value, NULL) == 0 && value)
		(void)snprintf(ret, cap, "%s", value);
}

/* What the probe has just found. */
static void take_sign(blkid_probe probe, struct vol_sign *ret)
{
	char usage[16] = "", at[24] = "";

	*ret = (struct vol_sign){0};
	take_value(probe, "TYPE", ret->type, sizeof(ret->type));
	take_value(probe, "LABEL", ret->label, sizeof(ret->label));
	take_value(probe, "UUID", ret->uuid, sizeof(ret->uuid));
	take_value(probe, "USAGE", usage, sizeof(usage));
	take_value(probe, "SBMAGIC_OFFSET", at, sizeof(at));
	ret->at_bytes = strtoull(at, NULL, 10); /* libblkid's own number */
	/* libblkid's "crypto" holds BitLocker, too, which we open by ourselves and is whole alone
	 */
	ret->is_container = strcmp(ret->type, "BitLocker") != 0 &&
			    (strcmp(usage, "raid") == 0 || strcmp(usage, "crypto") == 0);
}

void vol_signs_read(struct blk *vol, const uint8_t boot[512], uint64_t len_bytes,
	uint32_t sector_bytes, struct vol_signs *ret)
{
	auto_close int fd = window_open(vol, boot, len_bytes);
	__attribute__((cleanup(free_probe))) blkid_probe probe = blkid_new_probe();

	ret->n = 0;
	if (fd < 0 || !probe || blkid_probe_set_device(probe, fd, 0, 0) < 0)
		return;
	(void)blkid_probe_set_sectorsize(probe, sector_bytes); /* 512 stays, which does no harm */
	(void)blkid_probe_enable_partitions(probe, 0);
	(void)blkid_probe_enable_superblocks(probe, 1);
	(void)blkid_probe_set_superblocks_flags(
		probe, BLKID_SUBLKS_TYPE | BLKID_SUBLKS_LABEL | BLKID_SUBLKS_UUID |
			       BLKID_SUBLKS_USAGE | BLKID_SUBLKS_MAGIC);
	while (ret->n < VOL_SIGNS_MAX && blkid_do_probe(probe) == 0) {
		take_sign(probe, &ret->list[ret->n]);
		ret->n += ret->list[ret->n].type[0] != '\0';
	}
}
