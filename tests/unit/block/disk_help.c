/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "disk_help.h"

#include <stdio.h>
#include <string.h>

#include "core/view.h"

struct mem {
	struct blk blk; /* first */
	uint64_t bad_off, bad_len;
	uint8_t *bytes;
};

static struct mem *mem_of(struct blk *b)
{
	return (struct mem *)(void *)b;
}

static int mem_read(struct blk *b, uint64_t off_bytes, void *buf, size_t len, struct rs_err *err)
{
	const struct mem *m = mem_of(b);

	if (m->bad_len && off_bytes < m->bad_off + m->bad_len && m->bad_off < off_bytes + len)
		return rs_fail_on(err, RS_E_IO_READ, b->name, "bad sector");
	memcpy(buf, m->bytes + off_bytes, len);
	return 0;
}

static int mem_write(
	struct blk *b, uint64_t off_bytes, const void *buf, size_t len, struct rs_err *err)
{
	(void)err; /* memory takes everything */
	memcpy(mem_of(b)->bytes + off_bytes, buf, len);
	return 0;
}

static void mem_close(struct blk *b)
{
	free(mem_of(b)->bytes);
	free(b);
}

static const struct blk_ops mem_ops = {.read = mem_read, .write = mem_write, .close = mem_close};

struct blk *mem_disk(unsigned mib, uint8_t **ret_bytes)
{
	struct mem *m = calloc(1, sizeof(*m));
	uint8_t *bytes = calloc(mib, 1 << 20);

	if (!m || !bytes)
		abort();
	m->blk = (struct blk){.ops = &mem_ops,
		.size_bytes = (uint64_t)mib << 20,
		.sector_bytes = 512,
		.name = "mem"};
	m->bytes = *ret_bytes = bytes;
	return &m->blk;
}

void mem_disk_break(struct blk *b, uint64_t off_bytes, uint64_t len)
{
	mem_of(b)->bad_off = off_bytes;
	mem_of(b)->bad_len = len;
}

void mem_disk_cut(struct blk *b, uint64_t size_bytes)
{
	b->size_bytes = size_bytes;
}

bool mem_disk_load(struct blk *b, const char *path)
{
	FILE *f = fopen(path, "re");
	size_t n = f ? fread(mem_of(b)->bytes, 1, b->size_bytes, f) : 0;

	if (f)
		(void)fclose(f); /* only read */
	return n > 0;
}

char *scratch_new(void)
{
	char *dir = strdup("/tmp/unbrick-block-XXXXXX");

	if (!dir || !mkdtemp(dir))
		abort();
	return dir;
}

void scratch_done(char *dir)
{
	(void)run("rm -rf '%s'", dir); /* a leftover in /tmp is no failure */
	free(dir);
}

bool run(const char *fmt, ...)
{
	char command[2048];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(command, sizeof(command), fmt, ap);
	va_end(ap);
	return system(command) == 0; /* NOLINT(cert-env33-c): fixed commands of the tests */
}

bool has_program(const char *name)
{
	return run("PATH=$PATH:/sbin:/usr/sbin command -v %s >/dev/null", name);
}

void put_mbr_entry(uint8_t *sector, unsigned slot, uint8_t type, uint32_t lba, uint32_t sectors)
{
	uint8_t *e = sector + 446 + 16 * (size_t)slot;

	e[4] = type;
	rs_put_le32(e + 8, lba);
	rs_put_le32(e + 12, sectors);
	sector[510] = 0x55;
	sector[511] = 0xaa;
}
