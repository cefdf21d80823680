/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "help.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>

static int bytes_read(void *user, uint64_t off_bytes, void *buf, size_t len, struct rs_err *err)
{
	struct bytes *b = user;

	if (++b->reads == b->fail_at || off_bytes > b->len || b->len - off_bytes < len)
		return rs_fail(err, RS_E_IO_READ, "test");
	memcpy(buf, b->p + off_bytes, len);
	return 0;
}

struct win_src bytes_src(struct bytes *b)
{
	return (struct win_src){bytes_read, b, b->len};
}

void bytes_done(struct bytes *b)
{
	free(b->p);
	*b = (struct bytes){0};
}

bool fixture_load(const char *name, struct bytes *ret)
{
	const char *top = getenv("UNBRICK_FIXTURES");
	char command[512];
	char path[400];
	size_t cap = 1 << 16;

	*ret = (struct bytes){0};
	(void)snprintf(path, sizeof(path), "%s/%s", top ? top : "../shared/fixtures", name);
	if (access(path, R_OK) < 0) {
		(void)printf("fixture %s is not here: skipped\n", path);
		return false;
	}
	bool is_packed = strlen(path) > 3 && strcmp(path + strlen(path) - 3, ".xz") == 0;
	(void)snprintf(command, sizeof(command), "%s '%s'", is_packed ? "xz -dc" : "cat", path);
	FILE *f = popen(command, "r");
	ret->p = malloc(cap);
	for (size_t n = 1; f && ret->p && n > 0; ret->len += n) {
		if (ret->len == cap) {
			cap *= 2;
			uint8_t *more = realloc(ret->p, cap);
			if (!more)
				abort();
			ret->p = more;
		}
		n = fread(ret->p + ret->len, 1, cap - ret->len, f);
	}
	if (f)
		(void)pclose(f);
	return ret->len > 0;
}

void temp_make(char ret[64])
{
	(void)snprintf(ret, 64, "/tmp/unbrick-test-XXXXXX");
	if (!mkdtemp(ret))
		abort();
}

void temp_remove(const char *dir)
{
	DIR *d = opendir(dir);

	for (struct dirent *e = d ? readdir(d) : NULL; e; e = readdir(d))
		(void)unlinkat(dirfd(d), e->d_name, 0); /* "." and ".." stay */
	if (d)
		(void)closedir(d);
	(void)rmdir(dir);
}

const char *store(const char *dir, const char *name, const struct bytes *b)
{
	static char path[128];

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	FILE *f = fopen(path, "wb");
	if (!f || fwrite(b->p, 1, b->len, f) != b->len || fclose(f) != 0)
		abort();
	return path;
}

/* ---- raw hives ---- */

void mk_sum(uint8_t *p)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < 508; i += 4)
		sum ^= rs_le32(p + i);
	rs_put_le32(p + 508, sum == 0 ? 1 : sum == 0xFFFFFFFF ? 0xFFFFFFFE : sum);
}

uint8_t *mk_at(const struct mk *m, uint32_t off)
{
	return m->b.p + HIVE_BASE_BYTES + off + 4;
}

uint32_t mk_cell(struct mk *m, uint32_t data_len)
{
	uint32_t off = m->next;
	uint32_t size = (data_len + 4 + 7) / 8 * 8;

	if (off + size > m->b.len - HIVE_BASE_BYTES)
		abort();
	rs_put_le32(mk_at(m, off) - 4, 0U - size);
	m->next += size;
	return off;
}

static uint32_t key_new(struct mk *m, uint32_t parent, uint16_t flags, uint16_t name_len)
{
	uint32_t off = mk_cell(m, 76U + name_len);
	uint8_t *nk = mk_at(m, off);

	memcpy(nk, "nk", 2);
	rs_put_le16(nk + 2, flags);
	rs_put_le32(nk + 16, parent);
	rs_put_le32(nk + 28, HIVE_NIL);
	rs_put_le32(nk + 32, HIVE_NIL);
	rs_put_le32(nk + 40, HIVE_NIL);
	rs_put_le32(nk + 44, HIVE_NIL);
	rs_put_le32(nk + 48, HIVE_NIL);
	rs_put_le16(nk + 72, name_len);
	return off;
}

uint32_t mk_key(struct mk *m, uint32_t parent, const char *latin_name)
{
	size_t n = strlen(latin_name);
	uint32_t off = key_new(m, parent, 0x20, (uint16_t)n);

	memcpy(mk_at(m, off) + 76, latin_name, n);
	return off;
}

uint32_t mk_key_utf16(struct mk *m, uint32_t parent, const uint16_t *name, uint16_t n)
{
	uint32_t off = key_new(m, parent, 0, (uint16_t)(2 * n));

	for (uint16_t i = 0; i < n; i++)
		rs_put_le16(mk_at(m, off) + 76 + 2 * i, name[i]);
	return off;
}

uint32_t mk_list(struct mk *m, const char *kind, const uint32_t *offs, uint16_t n)
{
	uint32_t stride = kind[1] == 'i' ? 4 : 8;
	uint32_t off = mk_cell(m, 4 + n * stride);
	uint8_t *p = mk_at(m, off);

	memcpy(p, kind, 2);
	rs_put_le16(p + 2, n);
	for (uint32_t i = 0; i < n; i++)
		rs_put_le32(p + 4 + i * stride, offs[i]); /* hashes stay 0: wrong */
	return off;
}

void mk_set_keys(struct mk *m, uint32_t key, uint32_t list, uint32_t n)
{
	rs_put_le32(mk_at(m, key) + 20, n);
	rs_put_le32(mk_at(m, key) + 28, list);
}

uint32_t mk_value(struct mk *m, const char *name, uint32_t type, const void *p, uint32_t len)
{
	uint16_t n = (uint16_t)strlen(name);
	uint32_t off = mk_cell(m, 20U + n);
	uint8_t *vk = mk_at(m, off);

	memcpy(vk, "vk", 2);
	rs_put_le16(vk + 2, n);
	rs_put_le32(vk + 12, type);
	rs_put_le16(vk + 16, 1);
	memcpy(vk + 20, name, n);
	if (len <= 4) {
		rs_put_le32(vk + 4, len | 0x80000000U);
		memcpy(vk + 8, p, len);
		return off;
	}
	uint32_t data = mk_cell(m, len);
	memcpy(mk_at(m, data), p, len);
	rs_put_le32(vk + 4, len);
	rs_put_le32(vk + 8, data);
	return off;
}

void mk_set_values(struct mk *m, uint32_t key, const uint32_t *offs, uint32_t n)
{
	uint32_t list = mk_cell(m, 4 * n);

	for (uint32_t i = 0; i < n; i++)
		rs_put_le32(mk_at(m, list) + 4 * i, offs[i]);
	rs_put_le32(mk_at(m, key) + 36, n);
	rs_put_le32(mk_at(m, key) + 40, list);
}

void mk_new(struct mk *m, uint32_t bins_bytes)
{
	*m = (struct mk){.next = MK_ROOT};
	m->b.len = HIVE_BASE_BYTES + bins_bytes;
	m->b.p = calloc(1, m->b.len);
	if (!m->b.p)
		abort();
	uint8_t *p = m->b.p;
	memcpy(p, "regf", 4);
	rs_put_le32(p + 4, 5);
	rs_put_le32(p + 8, 5);
	rs_put_le32(p + 20, 1);
	rs_put_le32(p + 24, 5);
	rs_put_le32(p + 32, 1);
	rs_put_le32(p + 36, MK_ROOT);
	rs_put_le32(p + 40, bins_bytes);
	rs_put_le32(p + 44, 1);
	memcpy(p + HIVE_BASE_BYTES, "hbin", 4);
	rs_put_le32(p + HIVE_BASE_BYTES + 8, bins_bytes);
	(void)mk_key(m, HIVE_NIL, "ROOT");
}

int mk_open(struct mk *m, struct win_hive **ret, struct rs_err *err)
{
	struct win_src src = bytes_src(&m->b);

	mk_sum(m->b.p);
	return win_hive_open(&src, NULL, NULL, ret, err);
}

void mk_sample(struct mk *m)
{
	static const uint8_t seven[4] = {7, 0, 0, 0};
	static const uint8_t text[] = {'t', 0, 'e', 0, 'x', 0, 't', 0, 0, 0};

	mk_new(m, 4096);
	uint32_t a = mk_key(m, MK_ROOT, "A");
	uint32_t b = mk_key(m, MK_ROOT, "B");
	uint32_t c = mk_key(m, b, "C");
	mk_set_keys(m, MK_ROOT, mk_list(m, "lh", (uint32_t[]){a, b}, 2), 2);
	mk_set_keys(m, b, mk_list(m, "li", &c, 1), 1);
	uint32_t x = mk_value(m, "X", 4, seven, sizeof(seven));
	uint32_t d = mk_value(m, "", 1, text, sizeof(text));
	mk_set_values(m, a, (uint32_t[]){x, d}, 2);
}
