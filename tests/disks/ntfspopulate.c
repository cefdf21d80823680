/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ntfspopulate IMAGE MANIFEST: fill an NTFS as Windows would have left it.
 *
 * A line of the manifest is a verb, a path ("/Windows/System32") and words KEY=VALUE, all separated
 * by tabs:
 *   dir PATH                a folder (one that is there is only given its times and attributes)
 *   file PATH               data: from=HOSTFILE, hex=.., zero=BYTES, sparse=BYTES, solid=BYTES
 *                           (allocated, not written), fill=BYTES (all room but so many bytes)
 *   ads PATH name=STREAM    a named stream, data as above
 *   link PATH to=PATH       another name (hard link) for a file made before
 *   reparse PATH hex=..     reparse data with its header, on a file or folder made before
 *   touch PATH              only times and attributes; PATH "#N" is MFT record N
 *   flags BITS              volume flags (1 = dirty)
 * Keys for all: dos=NAME (8.3 name; the long name's own spelling makes one name for both),
 * attr=BITS, created= modified= changed= accessed= as FILETIME, oid=32 hex digits. Times are set
 * last, in reverse order, so that they stay. The clock of the program stands still at the
 * environment's NTFS_EPOCH (seconds): same input, same bytes. */
#include <errno.h>
#include <locale.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include <ntfs-3g/attrib.h>
#include <ntfs-3g/dir.h>
#include <ntfs-3g/inode.h>
#include <ntfs-3g/logging.h>
#include <ntfs-3g/object_id.h>
#include <ntfs-3g/reparse.h>
#include <ntfs-3g/unistr.h>
#include <ntfs-3g/volume.h>

#define WORDS_MAX   16
#define SECURITY_ID 0x100 /* the first one that mkntfs puts into $Secure */

struct line {
	char *text;
	unsigned number, n;
	char *word[WORDS_MAX];
};

static ntfs_volume *volume;
static unsigned current_line;

/* Stands before libc's for libntfs-3g too: see the top of this file. */
int clock_gettime(clockid_t id, struct timespec *ts)
{
	const char *epoch = getenv("NTFS_EPOCH");

	(void)id;
	*ts = (struct timespec){.tv_sec = epoch ? (time_t)strtoll(epoch, NULL, 10) : 1700000000};
	return 0;
}

static _Noreturn void die(const char *what, const char *about)
{
	fprintf(stderr, "ntfspopulate: line %u: %s %s: %s\n", current_line, what, about,
		strerror(errno));
	exit(1);
}

static const char *value(const struct line *l, const char *key)
{
	size_t len = strlen(key);

	for (unsigned i = 2; i < l->n; i++)
		if (strncmp(l->word[i], key, len) == 0 && l->word[i][len] == '=')
			return l->word[i] + len + 1;
	return NULL;
}

static uint64_t number(const struct line *l, const char *key)
{
	const char *v = value(l, key);

	return v ? strtoull(v, NULL, 0) : 0;
}

static uint8_t *unhex(const char *hex, size_t *ret_len)
{
	size_t len = strlen(hex) / 2;
	uint8_t *p = malloc(len + 1);

	if (!p)
		die("memory", "hex");
	for (size_t i = 0; i < len; i++) {
		unsigned byte;
		if (sscanf(hex + 2 * i, "%2x", &byte) != 1)
			die("no hex digits", hex);
		p[i] = (uint8_t)byte;
	}
	*ret_len = len;
	return p;
}

static uint8_t *read_host(const char *path, size_t *ret_len)
{
	FILE *f = fopen(path, "rb");

	if (!f || fseek(f, 0, SEEK_END) < 0)
		die("read", path);
	long size = ftell(f);
	uint8_t *p = malloc((size_t)size + 1);
	rewind(f);
	if (!p || fread(p, 1, (size_t)size, f) != (size_t)size)
		die("read", path);
	(void)fclose(f); /* only read */
	*ret_len = (size_t)size;
	return p;
}

static ntfs_inode *open_path(const char *path)
{
	ntfs_inode *ni = ntfs_pathname_to_inode(volume, NULL, path);

	if (!ni)
		die("open", path);
	return ni;
}

/* Parent folder, and the last name in UTF-16. */
static ntfs_inode *open_parent(const char *path, ntfschar **ret_name, int *ret_len)
{
	char *dir = strdup(path);
	char *slash = dir ? strrchr(dir, '/') : NULL;

	if (!slash)
		die("no path", path);
	*ret_name = NULL;
	*ret_len = ntfs_mbstoucs(slash + 1, ret_name);
	if (*ret_len <= 0)
		die("name", path);
	*slash = '\0';
	ntfs_inode *ni = open_path(dir[0] ? dir : "/");
	free(dir);
	return ni;
}

static void write_all(ntfs_attr *na, const uint8_t *p, size_t len, const char *path)
{
	for (size_t done = 0; done < len;) {
		s64 n = ntfs_attr_pwrite(na, (s64)done, (s64)(len - done), p + done);
		if (n <= 0)
			die("write", path);
		done += (size_t)n;
	}
}

/* Take all free room but @keep bytes, in ever smaller steps: what the library counts as free is not
 * always to be had in one piece. */
static void fill_volume(ntfs_attr *na, s64 keep)
{
	s64 size = 0, step = volume->free_clusters * (s64)volume->cluster_size - keep;

	for (; step >= volume->cluster_size; step /= 2)
		while (!ntfs_attr_truncate_solid(na, size + step))
			size += step;
}

static void fill_attr(ntfs_attr *na, const struct line *l)
{
	uint8_t *p = NULL;
	size_t len = 0;

	if (value(l, "from"))
		p = read_host(value(l, "from"), &len);
	else if (value(l, "hex"))
		p = unhex(value(l, "hex"), &len);
	else if (value(l, "zero"))
		p = calloc(1, (len = number(l, "zero")) + 1);
	if (p)
		write_all(na, p, len, l->word[1]);
	free(p);
	if (value(l, "sparse") && ntfs_attr_truncate(na, (s64)number(l, "sparse")))
		die("size", l->word[1]);
	if (value(l, "solid") && ntfs_attr_truncate_solid(na, (s64)number(l, "solid")))
		die("size", l->word[1]);
	if (value(l, "fill"))
		fill_volume(na, (s64)number(l, "fill"));
}

static void set_dos_name(const struct line *l)
{
	const char *dos = value(l, "dos"), *path = l->word[1];
	ntfschar *name;
	int len;

	if (!dos)
		return;
	ntfs_inode *ni = open_path(path), *dir = open_parent(path, &name, &len);
	free(name);
	/* Closes both. */
	if (ntfs_set_ntfs_dos_name(ni, dir, dos, strlen(dos), 0))
		die("8.3 name", path);
}

static void make(const struct line *l, mode_t type)
{
	const char *path = l->word[1];
	ntfschar *name;
	int len;

	ntfs_inode *dir = open_parent(path, &name, &len);
	u64 there = ntfs_inode_lookup_by_name(dir, name, len);
	if (there != (u64)-1) {
		free(name);
		if (ntfs_inode_close(dir))
			die("close", path);
		return;
	}
	ntfs_inode *ni = ntfs_create(dir, const_cpu_to_le32(SECURITY_ID), name, (u8)len, type);
	if (!ni)
		die("create", path);
	if (S_ISREG(type)) {
		ntfs_attr *na = ntfs_attr_open(ni, AT_DATA, AT_UNNAMED, 0);
		if (!na)
			die("data", path);
		fill_attr(na, l);
		ntfs_attr_close(na);
	}
	free(name);
	if (ntfs_inode_close_in_dir(ni, dir) || ntfs_inode_close(dir))
		die("close", path);
	set_dos_name(l);
}

static void make_stream(const struct line *l)
{
	ntfschar *name = NULL;
	int len = ntfs_mbstoucs(value(l, "name"), &name);
	ntfs_inode *ni = open_path(l->word[1]);

	if (len <= 0 || ntfs_attr_add(ni, AT_DATA, name, (u8)len, NULL, 0))
		die("stream", l->word[1]);
	ntfs_attr *na = ntfs_attr_open(ni, AT_DATA, name, (u32)len);
	if (!na)
		die("stream", l->word[1]);
	fill_attr(na, l);
	ntfs_attr_close(na);
	free(name);
	if (ntfs_inode_close(ni))
		die("close", l->word[1]);
}

static void make_link(const struct line *l)
{
	ntfschar *name;
	int len;
	ntfs_inode *dir = open_parent(l->word[1], &name, &len), *ni = open_path(value(l, "to"));

	if (ntfs_link(ni, dir, name, (u8)len))
		die("link", l->word[1]);
	free(name);
	if (ntfs_inode_close(ni) || ntfs_inode_close(dir))
		die("close", l->word[1]);
	set_dos_name(l);
}

static void make_reparse(const struct line *l)
{
	size_t len;
	uint8_t *p = unhex(value(l, "hex"), &len);
	ntfs_inode *ni = open_path(l->word[1]);

	if (ntfs_set_ntfs_reparse_data(ni, (const char *)p, len, 0))
		die("reparse data", l->word[1]);
	free(p);
	if (ntfs_inode_close(ni))
		die("close", l->word[1]);
}

/* Windows puts the time of creation into all four times of $FILE_NAME, and the attributes once. */
static void set_name_times(ntfs_inode *ni, ntfs_time created)
{
	ntfs_attr_search_ctx *ctx = ntfs_attr_get_search_ctx(ni, NULL);

	while (ctx && !ntfs_attr_lookup(AT_FILE_NAME, NULL, 0, CASE_SENSITIVE, 0, NULL, 0, ctx)) {
		FILE_NAME_ATTR *fn =
			(FILE_NAME_ATTR *)((u8 *)ctx->attr + le16_to_cpu(ctx->attr->value_offset));
		fn->creation_time = fn->last_data_change_time = created;
		fn->last_mft_change_time = fn->last_access_time = created;
		fn->file_attributes = ni->flags & const_cpu_to_le32(0x7fb7);
		if (ni->mrec->flags & MFT_RECORD_IS_DIRECTORY)
			fn->file_attributes |= FILE_ATTR_I30_INDEX_PRESENT;
		ntfs_inode_mark_dirty(ctx->ntfs_ino);
	}
	if (ctx)
		ntfs_attr_put_search_ctx(ctx);
}

static void set_last_things(const struct line *l)
{
	const char *path = l->word[1];
	ntfs_inode *ni = path[0] == '#' ? ntfs_inode_open(volume, strtoull(path + 1, NULL, 10))
					: open_path(path);
	size_t len;

	if (!ni)
		die("open", path);
	if (value(l, "oid")) {
		uint8_t *oid = unhex(value(l, "oid"), &len);
		if (ntfs_set_ntfs_object_id(ni, (const char *)oid, len, 0))
			die("object id", l->word[1]);
		free(oid);
	}
	if (value(l, "attr")) {
		FILE_ATTR_FLAGS keep =
			const_cpu_to_le32(0xfffffed8); /* all but RHSA, temporary .. */
		ni->flags = (ni->flags & keep) | cpu_to_le32((u32)number(l, "attr"));
	}
	if (value(l, "created")) {
		ni->creation_time = (ntfs_time)cpu_to_le64(number(l, "created"));
		ni->last_data_change_time = (ntfs_time)cpu_to_le64(number(l, "modified"));
		ni->last_mft_change_time = (ntfs_time)cpu_to_le64(number(l, "changed"));
		ni->last_access_time = (ntfs_time)cpu_to_le64(number(l, "accessed"));
		set_name_times(ni, ni->creation_time);
	}
	NInoFileNameSetDirty(ni);
	NInoSetDirty(ni);
	if (ntfs_inode_close(ni))
		die("close", l->word[1]);
}

static void act(const struct line *l)
{
	const char *verb = l->word[0];

	if (strcmp(verb, "dir") == 0)
		make(l, S_IFDIR);
	else if (strcmp(verb, "file") == 0)
		make(l, S_IFREG);
	else if (strcmp(verb, "ads") == 0 && value(l, "name"))
		make_stream(l);
	else if (strcmp(verb, "link") == 0 && value(l, "to"))
		make_link(l);
	else if (strcmp(verb, "reparse") == 0 && value(l, "hex"))
		make_reparse(l);
	else if (strcmp(verb, "touch") != 0 && strcmp(verb, "flags") != 0)
		die("unknown verb or key missing", verb);
}

static unsigned load(const char *path, struct line **ret)
{
	FILE *f = fopen(path, "rb");
	struct line *lines = NULL;
	unsigned n = 0, at = 0;
	char *text = NULL;
	size_t cap = 0;

	if (!f)
		die("read", path);
	while (getline(&text, &cap, f) > 0) {
		at++;
		text[strcspn(text, "\n")] = '\0';
		if (!text[0] || text[0] == ';')
			continue;
		lines = realloc(lines, (n + 1) * sizeof(*lines));
		if (!lines)
			die("memory", path);
		struct line *l = &lines[n++];
		*l = (struct line){.text = text, .number = at};
		for (char *w = strtok(text, "\t"); w && l->n < WORDS_MAX; w = strtok(NULL, "\t"))
			l->word[l->n++] = w;
		current_line = at;
		errno = EINVAL;
		if (l->n < 2)
			die("no path", path);
		text = NULL;
		cap = 0;
	}
	free(text);
	(void)fclose(f); /* only read */
	*ret = lines;
	return n;
}

int main(int argc, char **argv)
{
	struct line *lines;
	u16 flags = 0;

	if (argc != 3) {
		fprintf(stderr, "usage: ntfspopulate IMAGE MANIFEST\n");
		return 2;
	}
	(void)setlocale(LC_ALL, "C.UTF-8");
	(void)ntfs_set_char_encoding("C.UTF-8");
	ntfs_log_set_handler(ntfs_log_handler_stderr);
	unsigned n = load(argv[2], &lines);
	volume = ntfs_mount(argv[1], 0);
	if (!volume || ntfs_volume_get_free_space(volume))
		die("mount", argv[1]);
	for (unsigned i = 0; i < n; i++) {
		current_line = lines[i].number;
		errno = EINVAL;
		act(&lines[i]);
	}
	for (unsigned i = n; i-- > 0;) {
		current_line = lines[i].number;
		if (strcmp(lines[i].word[0], "flags") == 0)
			flags = (u16)strtoul(lines[i].word[1], NULL, 0);
		else
			set_last_things(&lines[i]);
		free(lines[i].text);
	}
	free(lines);
	if (flags && ntfs_volume_write_flags(volume, cpu_to_le16(flags)))
		die("flags", argv[1]);
	if (ntfs_umount(volume, FALSE))
		die("unmount", argv[1]);
	return 0;
}
