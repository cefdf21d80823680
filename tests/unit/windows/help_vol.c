/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "help_vol.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h> /* before ntfstime.h, which else defines struct timespec again */

#include <ntfs-3g/attrib.h>
#include <ntfs-3g/dir.h>
#include <ntfs-3g/logging.h>
#include <ntfs-3g/unistr.h>
#include <ntfs-3g/volume.h>

#define MKHIVE_IN_TEST
#include "../../disks/mkhive.c"

static void must(bool ok, const char *what)
{
	if (ok)
		return;
	perror(what);
	abort();
}

void tv_make(struct tv *v)
{
	char command[512];

	*v = (struct tv){0};
	temp_make(v->dir);
	(void)snprintf(v->path, sizeof(v->path), "%s/image", v->dir);
	(void)snprintf(command, sizeof(command),
		"truncate -s 32M '%s' && PATH=$PATH:/usr/sbin:/sbin mkntfs -F -Q -q '%s' "
		">/dev/null 2>&1",
		v->path, v->path);
	must(system(command) == 0, "mkntfs"); /* NOLINT(cert-env33-c): a test's own text */
	ntfs_log_set_handler(ntfs_log_handler_null);
	v->lib = ntfs_mount(v->path, 0);
	must(v->lib != NULL, "ntfs_mount");
}

/* The named part below @dir (which is closed), made when it is not there. */
static ntfs_inode *part(ntfs_volume *lib, ntfs_inode *dir, const char *name, mode_t type)
{
	ntfschar *units = NULL;
	int n = ntfs_mbstoucs(name, &units);

	must(n > 0, name);
	u64 ref = ntfs_inode_lookup_by_name(dir, units, n);
	ntfs_inode *sub = ref == (u64)-1
				  ? ntfs_create(dir, const_cpu_to_le32(0), units, (u8)n, type)
				  : ntfs_inode_open(lib, MREF(ref));
	must(sub != NULL, name);
	free(units);
	must(ntfs_inode_close(dir) == 0, name);
	return sub;
}

void tv_put(struct tv *v, const char *path, const void *p, size_t len)
{
	char copy[256];
	char *save = NULL;
	ntfs_volume *lib = v->lib;
	ntfs_inode *at = ntfs_inode_open(lib, FILE_root);

	(void)snprintf(copy, sizeof(copy), "%s", path);
	for (char *name = strtok_r(copy, "/", &save); name; name = strtok_r(NULL, "/", &save))
		at = part(lib, at, name, *save ? S_IFDIR : S_IFREG);
	ntfs_attr *na = ntfs_attr_open(at, AT_DATA, AT_UNNAMED, 0);
	must(na && ntfs_attr_pwrite(na, 0, (s64)len, p) == (s64)len, path);
	ntfs_attr_close(na);
	must(ntfs_inode_close(at) == 0, path);
}

size_t tv_put_in_pieces(struct tv *v, const char *path, const void *p, size_t len)
{
	enum { STEP = 0x5000 };
	static const uint8_t other[0x1000] = {1};
	size_t n = 0;

	for (size_t done = STEP, i = 0; done < len + STEP; done += STEP, i++) {
		char name[32];
		(void)snprintf(name, sizeof(name), "between-%zu", i);
		tv_put(v, path, p, done < len ? done : len);
		tv_put(v, name, other, sizeof(other));
	}
	ntfs_inode *at = ntfs_pathname_to_inode(v->lib, NULL, path);
	must(at != NULL, path);
	ntfs_attr *na = ntfs_attr_open(at, AT_DATA, AT_UNNAMED, 0);
	must(na && ntfs_attr_map_whole_runlist(na) == 0, path);
	while (na->rl[n].length)
		n++;
	ntfs_attr_close(na);
	must(ntfs_inode_close(at) == 0, path);
	return n;
}

void tv_put_hive(struct tv *v, const char *path, const char *kind, const char *const *args)
{
	char out[128];
	const char *argv[64] = {"mkhive", kind, out};
	int n = 3;
	struct bytes b = {0};

	(void)snprintf(out, sizeof(out), "%s/hive", v->dir);
	for (; args && *args; args++)
		argv[n++] = *args;
	char **copy = calloc((size_t)n + 1, sizeof(*copy)); /* getopt's type has no const */
	must(copy != NULL, "memory");
	for (int i = 0; i < n; i++)
		copy[i] = strdup(argv[i]);
	must(mkhive_main(n, copy) == 0, "mkhive");
	FILE *f = fopen(out, "rb");
	b.p = malloc(1 << 20);
	must(f && b.p, out);
	b.len = fread(b.p, 1, 1 << 20, f);
	(void)fclose(f);
	tv_put(v, path, b.p, b.len);
	bytes_done(&b);
	for (int i = 0; i < n; i++)
		free(copy[i]);
	free(copy);
}

void tv_put_kernel(struct tv *v, const char *path, uint16_t machine, const uint16_t version[4])
{
	uint8_t p[PE_BYTES];

	pe_made(p, machine, version);
	tv_put(v, path, p, sizeof(p));
}

void tv_open(struct tv *v)
{
	must(ntfs_umount(v->lib, FALSE) == 0, "ntfs_umount");
	v->lib = NULL;
	must(blk_file_open(v->path, 0, &v->blk, NULL) == 0, "blk_file_open");
	must(nt_vol_open(v->blk, 0, &v->vol, NULL) == 0, "nt_vol_open");
}

void tv_done(struct tv *v)
{
	if (v->lib)
		(void)ntfs_umount(v->lib, FALSE);
	(void)nt_vol_close(v->vol, NULL);
	blk_close(v->blk);
	temp_remove(v->dir);
}

/* ---- a program: one section at 0x1000 (file 0x200), which holds the resources ---- */

static void folder(uint8_t *p, uint32_t id, uint32_t off)
{
	rs_put_le16(p + 14, 1);
	rs_put_le32(p + 16, id);
	rs_put_le32(p + 20, off);
}

void pe_made(uint8_t p[PE_BYTES], uint16_t machine, const uint16_t version[4])
{
	static const char name[] = "VS_VERSION_INFO";

	memset(p, 0, PE_BYTES);
	memcpy(p, "MZ", 2);
	rs_put_le32(p + 60, PE_AT);
	memcpy(p + PE_AT, "PE\0\0", 4);
	rs_put_le16(p + PE_AT + 4, machine);
	rs_put_le16(p + PE_AT + 6, 1);
	rs_put_le16(p + PE_AT + 20, 240);
	rs_put_le16(p + OPTIONAL_AT, 0x20B);
	rs_put_le32(p + OPTIONAL_AT + 108, 16);
	rs_put_le32(p + OPTIONAL_AT + 112 + 16, 0x1000);
	rs_put_le32(p + OPTIONAL_AT + 112 + 20, 0x200);
	memcpy(p + SECTION_AT, ".rsrc", 5);
	rs_put_le32(p + SECTION_AT + 8, 0x200);
	rs_put_le32(p + SECTION_AT + 12, 0x1000);
	rs_put_le32(p + SECTION_AT + 16, 0x200);
	rs_put_le32(p + SECTION_AT + 20, RSRC);
	folder(p + TYPES, 16, 0x80000000U | (NAMES - RSRC));
	folder(p + NAMES, 1, 0x80000000U | (LANGUAGES - RSRC));
	folder(p + LANGUAGES, 0x409, DATA_ENTRY - RSRC);
	rs_put_le32(p + DATA_ENTRY, 0x1000 + INFO - RSRC);
	rs_put_le32(p + DATA_ENTRY + 4, 0x5C);
	rs_put_le16(p + INFO, 0x5C);
	rs_put_le16(p + INFO + 2, 0x34);
	for (size_t i = 0; i < sizeof(name); i++)
		p[INFO + 6 + 2 * i] = (uint8_t)name[i];
	rs_put_le32(p + INFO + 40, 0xFEEF04BD);
	rs_put_le32(p + INFO + 48, (uint32_t)version[0] << 16 | version[1]);
	rs_put_le32(p + INFO + 52, (uint32_t)version[2] << 16 | version[3]);
}

int tv_probe(struct nt_vol *vol, struct win_info *ret, struct rs_err *err)
{
	auto_free struct win_info *all = NULL;
	size_t n = 0;
	int r = win_probe_all(vol, &all, &n, err);

	if (r == 0)
		*ret = all[0];
	return r;
}
