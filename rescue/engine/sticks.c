/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which disks are sticks, and whether one is still what it was when it was listed. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "engine/engine.h"

/* The first word of a node of the disk, "" if there is none. */
static void read_word(const char *disk_dir, const char *node, char ret[8])
{
	char path[PATH_MAX + 32];

	ret[0] = '\0';
	(void)snprintf(path, sizeof(path), "%s/%s", disk_dir, node);
	FILE *f = fopen(path, "re");
	if (!f)
		return;
	if (fscanf(f, "%7s", ret) != 1)
		ret[0] = '\0';
	(void)fclose(f); /* only read */
}

/* A card is no removable disk to Linux where its reader is no USB device: eMMC is built in, SD is
 * not (Linux, drivers/mmc/core/bus.c). */
bool rs_stick_is_one(const char *sys, const char *path)
{
	char node[PATH_MAX], real[PATH_MAX], word[8];
	const char *name = strrchr(path, '/');

	(void)snprintf(node, sizeof(node), "%s/class/block/%s", sys, name ? name + 1 : path);
	if (!realpath(node, real))
		return false;
	if (strstr(real, "/usb"))
		return true;
	read_word(real, "removable", word);
	if (strcmp(word, "1") == 0)
		return true;
	read_word(real, "device/type", word);
	return strcmp(word, "SD") == 0;
}

int rs_stick_list(char *ret, size_t cap, struct rs_err *err)
{
	char **paths = NULL;
	size_t n = 0;
	int r = disk_list(&paths, err);

	ret[0] = '\0';
	for (size_t i = 0; r == 0 && paths[i] && n < cap; i++)
		if (rs_stick_is_one(RS_STICK_SYS, paths[i]))
			n += (size_t)snprintf(ret + n, cap - n, "%s%s", n ? " " : "", paths[i]);
	if (r == 0)
		disk_list_free(paths);
	return r;
}

static bool is_same_disk(const struct run_disk *d)
{
	char model[sizeof(d->model)], serial[sizeof(d->serial)];

	disk_identity(d->path, model, sizeof(model), serial, sizeof(serial));
	return strcmp(model, d->model) == 0 && strcmp(serial, d->serial) == 0;
}

/* Through the descriptor: its device keeps its number, and so its name, for as long as it is open.
 */
static bool is_same_volume(int fd, const struct disk_part *was)
{
	auto_blk struct blk *b = NULL;
	auto_disk_map struct disk_map *map = NULL;
	char path[32];

	(void)snprintf(path, sizeof(path), RS_STICK_FD, fd);
	if (blk_file_open(path, 0, &b, NULL) < 0 || disk_map_load(b, &map, NULL) < 0)
		return false;
	return map->n_parts == 1 && map->parts[0].kind == was->kind &&
	       map->parts[0].len_bytes == was->len_bytes &&
	       strcmp(map->parts[0].fs_uuid, was->fs_uuid) == 0;
}

int rs_stick_open(const char *device, const struct run_disk *d, const struct run_volume *v,
	int *ret_fd, struct rs_err *err)
{
	auto_close int fd = open(device, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return rs_fail_on(err, RS_E_IO_OPEN, device, "%s", strerror(errno));
	if (!is_same_disk(d) || !is_same_volume(fd, &v->part)) {
		(void)rs_fail_on(err, RS_E_OUTPUT, device, "it is another stick than was listed");
		if (err)
			err->next = "go back to the disks, and choose the stick once more";
		return RS_E_OUTPUT;
	}
	*ret_fd = rs_steal_fd(&fd);
	return 0;
}
