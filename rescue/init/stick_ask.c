/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "init/stick_ask.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "init/init.h"
#include "init/sysfs.h"

void stick_ask(struct init *in)
{
	struct stick *s = &in->stick;

	if (memcmp(&s->now, &s->asked, sizeof(s->asked)) == 0)
		return;
	s->asked = s->now;
	s->question++;
}

/* The USB device that a disk is, or whose box it is in: "" if it is none. */
static void usb_folder(const char *root, const char *disk, char ret[PATH_MAX])
{
	char path[PATH_MAX];

	(void)snprintf(path, sizeof(path), "%s/sys/block/%s", root, disk);
	if (!realpath(path, ret))
		ret[0] = '\0';
	while (ret[0] && !sysfs_has("%s/idVendor", ret)) {
		char *slash = strrchr(ret, '/');
		*(slash ? slash : ret) = '\0';
	}
}

/* A word of the text: what somebody has written into a stick has blanks, and worse. */
static void put_word(char *word, size_t cap, const char *text)
{
	size_t n = 0;

	for (; n < cap - 1 && text[n]; n++)
		word[n] = text[n] > ' ' && text[n] <= '~' ? text[n] : '_';
	(void)snprintf(word + n, cap - n, "%s", n ? "" : "-");
}

void stick_ask_text(const struct init *in, const char *root, unsigned i, char *ret, size_t cap)
{
	const struct stick_place *p = &in->stick.asked.list[i];
	char usb[PATH_MAX], device[DISK_NAME], text[64], port[40], serial[64], model[64];
	uint64_t bytes = sysfs_number(0, "%s/sys/block/%s/size", root, p->disk) * 512;

	if (!disk_part_name(root, p->disk, p->part, device, sizeof(device)))
		(void)snprintf(device, sizeof(device), "%s", p->disk);
	usb_folder(root, p->disk, usb);
	const char *name = strrchr(usb, '/');
	put_word(port, sizeof(port), name ? name + 1 : "");
	(void)(usb[0] ? sysfs_text(text, sizeof(text), "%s/serial", usb)
		      : sysfs_text(text, sizeof(text), "%s/sys/block/%s/device/serial", root,
				p->disk));
	put_word(serial, sizeof(serial), text);
	if (!sysfs_text(model, sizeof(model), "%s/sys/block/%s/device/model", root, p->disk))
		(void)sysfs_text(
			model, sizeof(model), "%s/sys/block/%s/device/name", root, p->disk);
	(void)snprintf(ret, cap, "%u-%u %s %llu %s %s %s", in->stick.question, i, device,
		(unsigned long long)bytes, port, serial, model[0] ? model : "-");
}

void stick_answer(struct init *in, const char *which)
{
	struct stick *s = &in->stick;
	unsigned question, i;
	int end = 0;

	if (sscanf(which, "%9u-%9u%n", &question, &i, &end) != 2 || which[end] ||
		question != s->question || i >= s->asked.n)
		return;
	s->meant = s->asked.list[i];
	init_log(in, "a person has named the stick: /dev/%s", s->meant.disk);
}
