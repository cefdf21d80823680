/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A stick with NTFS as a forger would make it: a sound volume with a folder of ours, of which the
 * input changes bytes. Whatever becomes of it, nothing is written outside of the folder that it is
 * copied into, no file there is longer than it may be, and of a volume as it was made all is there.
 * Input: 4 bytes each, a place (3) and what is there then. Seeds: none needed. */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../layers/layers.c"
#include "../unit/ntfs/raw_help.c"
#include "init/stick_ntfs.h"

#define RECORDS 40U
#define MOST	((256L << 10) + 1)
#define FOLDER	30U
#define CONF	31U
#define KEYS	32U
#define RULES	33U
#define RULE	34U
#define BEK	35U

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct rh_vol vol;
static uint8_t *sound;
static char top[64];

struct child {
	uint64_t number;
	const char *name;
	bool is_dir;
};

/* INDEX_ROOT with all entries in it. */
static size_t make_root(uint8_t *p, uint64_t parent, const struct child *list, size_t n)
{
	size_t at = 0x20;

	memset(p, 0, 1024);
	rs_put_le32(p, NT_AT_FILE_NAME);
	rs_put_le32(p + 4, 1);
	rs_put_le32(p + 8, 4096);
	p[12] = 1;
	rs_put_le32(p + 0x10, 0x10);
	for (size_t i = 0; i < n; i++) {
		const size_t len = strlen(list[i].name);
		uint8_t *e = p + at, *key = e + 0x10;
		rs_put_le64(e, RH_REF(list[i].number, list[i].number));
		rs_put_le16(e + 8, (uint16_t)((0x10 + NT_IX_FN_BYTES + 2 * len + 7) & ~7U));
		rs_put_le16(e + 10, (uint16_t)(NT_IX_FN_BYTES + 2 * len));
		rs_put_le64(key, parent);
		rs_put_le32(key + 0x38, list[i].is_dir ? NT_FILE_NAME_IS_DIR : 0);
		key[0x40] = (uint8_t)len;
		key[0x41] = NT_NS_WIN32;
		for (size_t k = 0; k < len; k++)
			key[0x42 + 2 * k] = (uint8_t)list[i].name[k];
		at += rs_le16(e + 8);
	}
	rs_put_le16(p + at + 8, 0x10);
	rs_put_le16(p + at + 12, 2);
	at += 0x10;
	rs_put_le32(p + 0x14, (uint32_t)(at - 0x10));
	rs_put_le32(p + 0x18, (uint32_t)(at - 0x10));
	return at;
}

static void put_folder(uint64_t number, const struct child *list, size_t n)
{
	struct rh_rec r;
	uint8_t root[1024];
	size_t len = make_root(root, RH_REF(number, number), list, n);

	rh_begin(&r, number, (uint16_t)number, NT_RECORD_IN_USE | NT_RECORD_IS_DIR, 0);
	rh_resident(&r, NT_AT_INDEX_ROOT, "$I30", root, len);
	rh_end(&r);
	rh_put(&vol, number, &r);
}

static void put_file(uint64_t number, const char *text)
{
	struct rh_rec r;

	rh_begin(&r, number, (uint16_t)number, NT_RECORD_IN_USE, 0);
	rh_resident(&r, NT_AT_DATA, "", text, strlen(text));
	rh_end(&r);
	rh_put(&vol, number, &r);
}

static void make(void)
{
	static const struct child root[] = {{FOLDER, "unbrick", true}, {BEK, "A.BEK", false}};
	static const struct child ours[] = {
		{CONF, "unbrick.conf", false}, {KEYS, "keys.txt", false}, {RULES, "rules", true}};
	static const struct child rules[] = {{RULE, "a.ini", false}};

	rh_vol_make(&vol, RECORDS);
	put_folder(NT_ROOT_RECORD, root, 2);
	put_folder(FOLDER, ours, 3);
	put_folder(RULES, rules, 1);
	put_file(CONF, "mode = look\n");
	put_file(KEYS, "11111");
	put_file(RULE, "[rule]\n");
	put_file(BEK, "key");
	sound = malloc(vol.mem->size_bytes);
	if (!sound)
		abort();
	memcpy(sound, vol.p, vol.mem->size_bytes);
	(void)snprintf(top, sizeof(top), "/tmp/unbrick-fuzz.XXXXXX");
	if (!mkdtemp(top) || chdir(top) < 0 || mkdir("to", 0700) < 0)
		abort();
}

/* How many files there were; all of them are gone then. */
static unsigned take_away(int above, const char *name)
{
	int fd = openat(above, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	unsigned n = 0;
	struct stat st;

	if (!dir)
		abort();
	for (struct dirent *e; (e = readdir(dir));) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		if (fstatat(fd, e->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0)
			abort();
		if (S_ISDIR(st.st_mode)) {
			n += take_away(fd, e->d_name);
			(void)unlinkat(fd, e->d_name, AT_REMOVEDIR);
			continue;
		}
		if (!S_ISREG(st.st_mode) || st.st_size > MOST)
			abort();
		(void)unlinkat(fd, e->d_name, 0);
		n++;
	}
	(void)closedir(dir);
	return n;
}

static size_t place(const uint8_t *p)
{
	return (rs_le32(p) & 0xffffff) % vol.mem->size_bytes;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int notes = -1;
	char why[256];

	if (!sound) {
		make();
		notes = open("/dev/null", O_WRONLY);
	}
	for (size_t i = 0; i + 4 <= size; i += 4)
		vol.p[place(data + i)] = data[i + 3];
	const bool is_taken = stick_ntfs_copy(vol.mem, false, "to", notes, why, sizeof(why));
	const unsigned n = take_away(AT_FDCWD, "to");
	for (size_t i = 0; i + 4 <= size; i += 4)
		vol.p[place(data + i)] = sound[place(data + i)];
	if (size < 4 && (!is_taken || n != 4))
		abort();
	if (!is_taken && (n || !why[0]))
		abort();
	if (take_away(AT_FDCWD, "."))
		abort();
	if (mkdir("to", 0700) < 0 && access("to", F_OK) < 0)
		abort();
	return 0;
}
