/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "vol_help.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <ntfs-3g/logging.h>
#include <ntfs-3g/object_id.h>
#include <ntfs-3g/reparse.h>

#include "../../layers/layers.h"

static const char *tmp_dir(void)
{
	const char *t = getenv("TMPDIR");

	return t && *t && strlen(t) < 24 ? t : "/tmp";
}

void vh_make(struct vh *v, unsigned mib, unsigned cluster_bytes, unsigned sector_bytes)
{
	char command[512];

	*v = (struct vh){.sector_bytes = sector_bytes};
	(void)snprintf(v->dir, sizeof(v->dir), "%s/unbrick-ntfs-XXXXXX", tmp_dir());
	assert_non_null(mkdtemp(v->dir));
	(void)snprintf(v->path, sizeof(v->path), "%s/image", v->dir);
	(void)snprintf(command, sizeof(command),
		"truncate -s %uM '%s' && PATH=$PATH:/usr/sbin:/sbin mkntfs -F -Q -q -L TEST -c %u "
		"-s %u -p 0 -H 16 -S 63 '%s' >/dev/null 2>&1",
		mib, v->path, cluster_bytes, sector_bytes, v->path);
	assert_int_equal(system(command), 0); /* NOLINT(cert-env33-c): a test's own text */
	ntfs_log_set_handler(ntfs_log_handler_null);
	v->lib = ntfs_mount(v->path, 0);
	assert_non_null(v->lib);
}

void vh_filled(struct vh *v)
{
	assert_int_equal(ntfs_umount(v->lib, FALSE), 0);
	v->lib = NULL;
}

struct blk *vh_load(const struct vh *v)
{
	struct blk *b = lay_mem_load(v->path, v->sector_bytes);

	assert_non_null(b);
	return b;
}

void vh_store(const struct vh *v, struct blk *mem)
{
	FILE *f = fopen(v->path, "r+b");

	assert_non_null(f);
	assert_int_equal(
		fwrite(lay_mem_bytes(mem), 1, (size_t)mem->size_bytes, f), mem->size_bytes);
	assert_int_equal(fclose(f), 0);
}

void vh_remove(struct vh *v)
{
	if (v->lib)
		(void)ntfs_umount(v->lib, TRUE); /* a test failed half-way */
	(void)unlink(v->path);
	(void)rmdir(v->dir);
}

uint8_t vh_byte(uint64_t i)
{
	return (uint8_t)(i * 7 + i / 251);
}

ntfs_inode *vh_open(struct vh *v, const char *path)
{
	ntfs_inode *ni = ntfs_pathname_to_inode(v->lib, NULL, path);

	if (!ni)
		fail_msg("%s: %s", path, strerror(errno));
	return ni;
}

static u8 to_le(const char *name, ntfschar le[256])
{
	size_t n = strlen(name);

	assert_in_range(n, 1, 255);
	for (size_t i = 0; i < n; i++)
		le[i] = cpu_to_le16((u16)(unsigned char)name[i]);
	return (u8)n;
}

static void write_all(ntfs_inode *ni, ntfschar *stream, u32 stream_len, const void *p, size_t len)
{
	ntfs_attr *na = ntfs_attr_open(ni, AT_DATA, stream, stream_len);

	assert_non_null(na);
	for (size_t done = 0; done < len;) {
		s64 n = ntfs_attr_pwrite(na, (s64)done, (s64)(len - done), (const char *)p + done);

		assert_true(n > 0);
		done += (size_t)n;
	}
	while (ntfs_attr_pclose(na) > 0) /* 0 unless the attribute is compressed and unfinished */
		;
	ntfs_attr_close(na);
}

static uint64_t add(
	struct vh *v, const char *dir, const char *name, bool is_dir, const void *bytes, size_t len)
{
	ntfs_inode *dir_ni = vh_open(v, dir);
	ntfschar le[256];
	u8 n = to_le(name, le);
	ntfs_inode *ni = ntfs_create(dir_ni, 0, le, n, is_dir ? S_IFDIR : S_IFREG);

	assert_non_null(ni);
	if (len)
		write_all(ni, NULL, 0, bytes, len);
	uint64_t number = ni->mft_no;
	/* The folder first: closing the file updates its entry there. */
	assert_int_equal(ntfs_inode_close(dir_ni), 0);
	assert_int_equal(ntfs_inode_close(ni), 0);
	return number;
}

uint64_t vh_add(struct vh *v, const char *dir, const char *name, long len)
{
	uint8_t *p = malloc(len > 0 ? (size_t)len : 1);

	assert_non_null(p);
	for (long i = 0; i < len; i++)
		p[i] = vh_byte((uint64_t)i);
	uint64_t number = add(v, dir, name, len<0, p, len> 0 ? (size_t)len : 0);
	free(p);
	return number;
}

uint64_t vh_add_bytes(
	struct vh *v, const char *dir, const char *name, const void *bytes, size_t len)
{
	return add(v, dir, name, false, bytes, len);
}

void vh_add_many(struct vh *v, const char *dir, const char *format, unsigned n)
{
	ntfs_inode *dir_ni = vh_open(v, dir);

	for (unsigned i = 0; i < n; i++) {
		ntfschar le[256];
		char name[128];

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral" /* the test's own */
		(void)snprintf(name, sizeof(name), format, i);
#pragma GCC diagnostic pop
		u8 len = to_le(name, le);
		ntfs_inode *ni = ntfs_create(dir_ni, 0, le, len, S_IFREG);

		assert_non_null(ni);
		assert_int_equal(ntfs_inode_close(ni), 0);
	}
	assert_int_equal(ntfs_inode_close(dir_ni), 0);
}

static void join(char *ret, size_t cap, const char *dir, const char *name)
{
	(void)snprintf(ret, cap, "%s%s%s", dir, dir[1] ? "/" : "", name);
}

void vh_add_dos(struct vh *v, const char *dir, const char *name, const char *dos)
{
	char path[256];

	join(path, sizeof(path), dir, name);
	ntfs_inode *ni = vh_open(v, path), *dir_ni = vh_open(v, dir);
	assert_int_equal(ntfs_set_ntfs_dos_name(ni, dir_ni, dos, strlen(dos), 0), 0); /* closes */
}

void vh_add_link(struct vh *v, const char *file, const char *dir, const char *name)
{
	ntfs_inode *ni = vh_open(v, file), *dir_ni = vh_open(v, dir);
	ntfschar le[256];
	u8 n = to_le(name, le);

	assert_int_equal(ntfs_link(ni, dir_ni, le, n), 0);
	assert_int_equal(ntfs_inode_close(dir_ni), 0);
	assert_int_equal(ntfs_inode_close(ni), 0);
}

void vh_add_stream(struct vh *v, const char *file, const char *stream, const char *text)
{
	ntfs_inode *ni = vh_open(v, file);
	ntfschar le[256];
	u8 n = to_le(stream, le);

	assert_int_equal(ntfs_attr_add(ni, AT_DATA, le, n, NULL, 0), 0);
	write_all(ni, le, n, text, strlen(text));
	assert_int_equal(ntfs_inode_close(ni), 0);
}

void vh_add_reparse(struct vh *v, const char *file, uint32_t tag)
{
	ntfs_inode *ni = vh_open(v, file);
	uint8_t p[8 + 16] = {0};

	rs_put_le32(p, tag);
	rs_put_le16(p + 4, 16);
	if (ntfs_set_ntfs_reparse_data(ni, (const char *)p, sizeof(p), 0))
		fail_msg("%s: %s", file, strerror(errno));
	assert_int_equal(ntfs_inode_close(ni), 0);
}

void vh_set_flags(struct vh *v, const char *file, uint32_t flags)
{
	ntfs_inode *ni = vh_open(v, file);

	ni->flags |= cpu_to_le32(flags);
	ntfs_inode_mark_dirty(ni);
	NInoFileNameSetDirty(ni);
	assert_int_equal(ntfs_inode_close(ni), 0);
}

char *vh_run(const struct vh *v, const char *format)
{
	char command[512];
	size_t cap = 1 << 16, len = 0;
	char *out = malloc(cap);

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral" /* the test's own */
	(void)snprintf(command, sizeof(command), format, v->path);
#pragma GCC diagnostic pop
	FILE *f = popen(command, "r"); /* NOLINT(cert-env33-c): a test's own text */
	assert_non_null(f);
	assert_non_null(out);
	for (size_t n; (n = fread(out + len, 1, cap - len - 1, f)) > 0;) {
		len += n;
		if (cap - len < 2) {
			cap *= 2;
			char *more = realloc(out, cap);

			assert_non_null(more);
			out = more;
		}
	}
	out[len] = '\0';
	if (pclose(f)) {
		free(out);
		return NULL;
	}
	return out;
}

char *vh_portrait(const struct vh *v, uint64_t record)
{
	char format[512];

	/* fls also lists what is left in blocks that an index no longer uses: not the emptied
	 * folder's, please. */

	(void)snprintf(format, sizeof(format),
		"exec 2>/dev/null; ntfsinfo -v -i %llu '%%s' | grep -v 'Upd. Seq. Number'; "
		"cd '%s' && { istat -f ntfs image %llu; fls -f ntfs -r -p -l image; } | "
		"grep -v -e 'LogFile Sequence' -e '\tQuarantine/0001/'; true",
		(unsigned long long)record, v->dir, (unsigned long long)record);
	return vh_run(v, format);
}
