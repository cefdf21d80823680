/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bytes on the disk: copying the image, mkntfs, and the encryption of the volume in place. */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/view.h"
#include "mkb.h"

#define WORK (1u << 20)

void mk_copy_file(const char *from, const char *to)
{
	struct stat st;
	int in = open(from, O_RDONLY | O_CLOEXEC);
	int out = open(to, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	if (in < 0 || out < 0 || fstat(in, &st) || ftruncate(out, st.st_size))
		mk_die("cannot copy %s to %s: %s", from, to, strerror(errno));
	for (off_t data = 0; (data = lseek(in, data, SEEK_DATA)) >= 0;) {
		off_t hole = lseek(in, data, SEEK_HOLE), to_off = data;

		while (data < hole) {
			ssize_t n =
				copy_file_range(in, &data, out, &to_off, (size_t)(hole - data), 0);

			if (n <= 0)
				mk_die("cannot copy %s to %s: %s", from, to, strerror(errno));
		}
	}
	close(in);
	if (close(out))
		mk_die("cannot write %s: %s", to, strerror(errno));
}

static uint64_t parse_size(const char *text)
{
	char *end;
	uint64_t n = strtoull(text, &end, 10);
	unsigned shift = *end == 'K' ? 10 : *end == 'M' ? 20 : *end == 'G' ? 30 : 0;

	if (end == text || (shift ? end[1] : *end))
		mk_die("'%s' is not a size", text);
	return n << shift;
}

void mk_run_mkntfs(const struct mk_opt *opt)
{
	char sector[16];
	char prog[] = "mkntfs", force[] = "-F", quick[] = "-Q", quiet[] = "-q", s[] = "-s",
	     c[] = "-c", size[] = "4096", label[] = "-L", name[] = "TEST";
	char *out = strdup(opt->out);
	char *argv[] = {prog, force, quick, quiet, s, sector, c, size, label, name, out, NULL};
	char path[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";
	char *env[] = {path, NULL};
	pid_t pid;
	int status;

	(void)snprintf(sector, sizeof(sector), "%u", opt->sector ? opt->sector : 512);
	int fd = open(opt->out, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (!out || fd < 0 || ftruncate(fd, (off_t)parse_size(opt->make_ntfs)))
		mk_die("%s: %s", opt->out, strerror(errno));
	close(fd);
	posix_spawn_file_actions_t act;
	posix_spawn_file_actions_init(&act);
	posix_spawn_file_actions_addopen(&act, 1, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_addopen(&act, 2, "/dev/null", O_WRONLY, 0);
	if (posix_spawn(&pid,
		    access("/usr/sbin/mkntfs", X_OK) ? "/sbin/mkntfs" : "/usr/sbin/mkntfs", &act,
		    NULL, argv, env) ||
		waitpid(pid, &status, 0) != pid || status)
		mk_die("mkntfs failed on %s", opt->out);
	posix_spawn_file_actions_destroy(&act);
	free(out);
}

static void add_hole(struct mk *mk, uint64_t off, uint64_t len)
{
	unsigned i = mk->holes++;

	for (; i && mk->hole[i - 1].off > off; i--)
		mk->hole[i] = mk->hole[i - 1];
	mk->hole[i] = (struct mk_range){off, len};
}

void mk_holes_plan(struct mk *mk)
{
	const struct mk_places *at = &mk->at;
	bool vista = mk->opt.vista;
	uint32_t area = vista ? 16384 : MK_AREA;

	add_hole(mk, 0, vista ? 0x2000 : at->reloc_len);
	for (unsigned i = 0; i < 3; i++)
		add_hole(mk, at->area[i], area);
	if (vista)
		add_hole(mk, mk->vol.size - mk->vol.sector, mk->vol.sector);
	else
		add_hole(mk, at->reloc, at->reloc_len);
	if (mk->opt.eow) {
		add_hole(mk, at->eow[0], MK_AREA);
		add_hole(mk, at->eow[1], MK_AREA);
		add_hole(mk, at->log, 527360);
	}
	for (unsigned i = 0; i < mk->holes; i++) {
		const struct mk_range *h = &mk->hole[i];
		uint64_t end = i + 1 < mk->holes ? h[1].off : mk->vol.size;

		if (h->off % mk->vol.sector || h->off > end || h->len > end - h->off)
			mk_die("BitLocker's parts overlap, end behind the volume or are not "
			       "aligned");
	}
}

bool mk_is_cipher(const struct mk *mk, uint64_t off_bytes)
{
	if (mk->opt.decrypted)
		return false;
	for (unsigned i = 0; i < mk->regions; i++) {
		const struct mk_region *r = &mk->region[i];

		if (off_bytes - r->off < r->len && off_bytes >= r->off) {
			uint64_t chunk = (off_bytes - r->off) >> 23;

			return r->map[chunk / 8] >> (chunk % 8) & 1;
		}
	}
	if (mk->opt.eow)
		return false;
	return !mk->opt.has_watermark || off_bytes < mk->opt.watermark;
}

static bool is_wanted(const struct mk *mk, uint64_t off)
{
	const struct mk_vol *v = &mk->vol;
	uint64_t cluster = off / v->cluster;

	if (!mk_is_cipher(mk, off))
		return false;
	return !v->used || cluster >= v->used_bits || v->used[cluster / 8] >> (cluster % 8) & 1;
}

/* Encrypt what is wanted of [off, end), which touches no hole. */
static void encrypt_stretch(struct mk *mk, uint64_t off, uint64_t end, uint8_t *work)
{
	uint32_t unit = mk->opt.togo ? 2048 : 4096;

	if (unit > mk->vol.cluster)
		unit = mk->vol.cluster;
	if (unit < mk->vol.sector)
		unit = mk->vol.sector;
	while (off < end) {
		uint64_t stop = off, limit = end - off > WORK ? off + WORK : end;

		while (stop < limit && is_wanted(mk, stop))
			stop += limit - stop < unit ? limit - stop : unit;
		if (stop == off) {
			off += end - off < unit ? end - off : unit;
			continue;
		}
		mk_pread(&mk->vol, off, work, (size_t)(stop - off));
		mk_encrypt(mk->cipher, off, work, (size_t)(stop - off));
		mk_pwrite(&mk->vol, off, work, (size_t)(stop - off));
		off = stop;
	}
}

/* The first bytes of the volume move to their place, encrypted as what lies there. */
static void move_start(struct mk *mk)
{
	uint64_t len = mk->at.reloc_len;
	uint8_t *p = mk_alloc(len);
	mk_pread(&mk->vol, 0, p, len);
	for (uint64_t i = 0; i < len; i += mk->vol.sector)
		if (mk_is_cipher(mk, mk->at.reloc + i))
			mk_encrypt(mk->cipher, mk->at.reloc + i, p + i, mk->vol.sector);
	mk_pwrite(&mk->vol, mk->at.reloc, p, len);
	free(p);
}

void mk_encrypt_volume(struct mk *mk)
{
	uint8_t *work = mk_alloc(WORK);
	uint64_t cur = 0;
	if (!mk->opt.vista)
		move_start(mk);
	for (unsigned i = 0; i < mk->holes; i++) {
		encrypt_stretch(mk, cur, mk->hole[i].off, work);
		cur = mk->hole[i].off + mk->hole[i].len;
	}
	encrypt_stretch(mk, cur, mk->vol.size, work);
	free(work);
}
