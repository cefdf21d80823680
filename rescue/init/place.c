/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Both sides become hops. Linux' own are read out of the disk's path in /sys/devices:
 * pci0000:00/0000:00:14.0/usb2/2-4/2-4.1/2-4.1:1.0/host3/target3:0:0/3:0:0:0/block/sda */
#include "init/place.h"

#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "init/sysfs.h"

enum { HOPS = 24, WORD_MOST = 24 };

enum kind { ROOT, PCI, USB, SATA, NVME, SCSI, SD, EMMC, LUN, OTHER };

struct hop {
	enum kind kind;
	unsigned a, b;
	unsigned also; /* may as well be meant by @a; else the same */
};

struct hops {
	struct hop list[HOPS];
	unsigned n;
	bool is_cut;
};

static void add(struct hops *h, enum kind kind, unsigned a, unsigned b, unsigned also)
{
	if (kind == LUN && a == 0)
		return; /* a device of one unit has no such hop */
	if (h->n < HOPS)
		h->list[h->n++] = (struct hop){kind, a, b, also};
	else
		h->is_cut = true;
}

/* ---- the firmware's words */

static bool parse_number(const char **p, int base, unsigned *ret)
{
	char *end;

	if (!isxdigit((unsigned char)**p))
		return false;
	*ret = (unsigned)strtoul(*p, &end, base);
	bool is_there = end != *p;
	*p = end;
	return is_there;
}

static void add_word(struct hops *h, const char *word)
{
	static const struct {
		const char *name;
		enum kind kind;
		int base;
		bool has_two;
	} words[] = {
		{"root:", ROOT, 10, false},
		{"pci:", PCI, 16, true},
		{"usb:", USB, 10, false},
		{"sata:", SATA, 10, false},
		{"nvme:", NVME, 10, false},
		{"scsi:", SCSI, 10, true},
		{"sd:", SD, 10, false},
		{"emmc:", EMMC, 10, false},
		{"lun:", LUN, 10, false},
	};
	unsigned a = 0, b = 0;

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		size_t len = strlen(words[i].name);
		const char *p = word + len;
		if (strncmp(word, words[i].name, len) != 0 || !parse_number(&p, words[i].base, &a))
			continue;
		if (words[i].has_two && (*p++ != '.' || !parse_number(&p, words[i].base, &b)))
			break;
		add(h, *p ? OTHER : words[i].kind, a, b, a);
		return;
	}
	add(h, OTHER, 0, 0, 0);
}

static void parse(const char *said, struct hops *ret)
{
	char word[WORD_MOST];

	*ret = (struct hops){0};
	for (said += strspn(said, " "); *said; said += strspn(said, " ")) {
		size_t len = strcspn(said, " ");
		(void)snprintf(word, sizeof(word), "%.*s", (int)len, said);
		add_word(ret, len < sizeof(word) ? word : "other");
		said += len;
	}
}

/* ---- what Linux knows */

struct walk {
	const char *root;
	char at[PATH_MAX]; /* of /sys/devices, up to the component that is looked at */
	struct hops hops;
	char bus[16];		   /* "usb2" */
	char controller[PATH_MAX]; /* of that bus */
	unsigned n_others;	   /* ports of its other buses */
	char ports[64];		   /* "4.1": of the last USB device on the way */
	unsigned target, unit;	   /* of SCSI */
	bool has_unit;
};

static void count_ports(void *user, const char *name)
{
	struct walk *w = user;

	if (strncmp(name, "usb", 3) == 0 && isdigit((unsigned char)name[3]) &&
		strcmp(name, w->bus) != 0)
		w->n_others += (unsigned)sysfs_number(
			0, "%s/sys/devices/%s/%s/maxchild", w->root, w->controller, name);
}

/* An xHCI controller counts its ports over both of its speeds; Linux has a bus for each, which
 * counts its own. ACPI's address of a port is the controller's number, where there is one. */
static void add_root_port(struct walk *w, unsigned port)
{
	uint64_t number =
		sysfs_number(UINT_MAX, "%s/sys/devices/%s/%s/%s-0:1.0/%s-port%u/firmware_node/adr",
			w->root, w->controller, w->bus, w->bus + 3, w->bus, port);

	w->n_others = 0;
	sysfs_each(count_ports, w, "%s/sys/devices/%s", w->root, w->controller);
	if (number < UINT_MAX)
		add(&w->hops, USB, (unsigned)number, 0, (unsigned)number);
	else
		add(&w->hops, USB, port, 0, port + w->n_others);
}

static void add_ports(struct walk *w)
{
	const char *p = w->ports;
	unsigned port;

	for (bool is_first = true; parse_number(&p, 10, &port); is_first = false) {
		if (is_first)
			add_root_port(w, port);
		else
			add(&w->hops, USB, port, 0, port);
		p += *p == '.';
	}
	w->ports[0] = '\0';
}

static void add_root(struct walk *w, const char *name)
{
	uint64_t number =
		sysfs_number(UINT_MAX, "%s/sys/devices/%s/firmware_node/uid", w->root, name);

	if (number < UINT_MAX)
		add(&w->hops, ROOT, (unsigned)number, 0, (unsigned)number);
	else /* the first one has this name and, by every firmware, this number */
		add(&w->hops, strcmp(name, "pci0000:00") == 0 ? ROOT : OTHER, 0, 0, 0);
}

static void take_component(struct walk *w, const char *name)
{
	unsigned n[4], port;
	int end = 0;

	if (strncmp(name, "pci", 3) == 0 && sscanf(name + 3, "%4x:%2x%n", n, n + 1, &end) == 2 &&
		!name[3 + end]) {
		add_root(w, name);
	} else if (sscanf(name, "%8x:%2x:%2x.%1x%n", n, n + 1, n + 2, n + 3, &end) == 4 &&
		   !name[end]) {
		add(&w->hops, PCI, n[2], n[3], n[2]);
	} else if (sscanf(name, "usb%3u%n", n, &end) == 1 && !name[end]) {
		(void)snprintf(w->bus, sizeof(w->bus), "%s", name);
		(void)snprintf(w->controller, sizeof(w->controller), "%s", w->at);
	} else if (w->bus[0] && strspn(name, "0123456789-.") == strlen(name) && strchr(name, '-')) {
		(void)snprintf(w->ports, sizeof(w->ports), "%s", strchr(name, '-') + 1);
	} else if (sscanf(name, "ata%9u%n", n, &end) == 1 && !name[end]) {
		port = (unsigned)sysfs_number(
			0, "%s/sys/devices/%s/%s/ata_port/%s/port_no", w->root, w->at, name, name);
		add(&w->hops, port ? SATA : OTHER, port - 1, 0, port - 1);
	} else if (sscanf(name, "%9u:%9u:%9u:%9u%n", n, n + 1, n + 2, n + 3, &end) == 4 &&
		   !name[end]) {
		w->has_unit = true;
		w->target = n[2];
		w->unit = n[3];
	}
}

/* What is at the end of the way: a unit, a namespace, a card. */
static void add_end(struct walk *w, const char *disk)
{
	const enum kind last = w->hops.n ? w->hops.list[w->hops.n - 1].kind : OTHER;
	uint64_t space = sysfs_number(0, "%s/sys/block/%s/nsid", w->root, disk);
	char type[8];

	if (w->has_unit && (last == SATA || w->ports[0])) {
		add_ports(w);
		add(&w->hops, LUN, w->unit, 0, w->unit);
	} else if (w->has_unit)
		add(&w->hops, SCSI, w->target, w->unit, w->target);
	else if (space)
		add(&w->hops, NVME, (unsigned)space, 0, (unsigned)space);
	else if (strncmp(disk, "mmcblk", 6) == 0 &&
		 sysfs_text(type, sizeof(type), "%s/sys/block/%s/device/type", w->root, disk))
		add(&w->hops, strcmp(type, "SD") == 0 ? SD : EMMC, 0, 0, 0);
}

static void walk_to(const char *root, const char *disk, struct hops *ret)
{
	char path[PATH_MAX], real[PATH_MAX], *rest = NULL;
	static struct walk w;

	*ret = (struct hops){0};
	w = (struct walk){.root = root};
	(void)snprintf(path, sizeof(path), "%s/sys/block/%s", root, disk);
	char *at = realpath(path, real) ? strstr(real, "/sys/devices/") : NULL;
	if (!at)
		return;
	for (char *c = strtok_r(at + strlen("/sys/devices/"), "/", &rest); c;
		c = strtok_r(NULL, "/", &rest)) {
		take_component(&w, c);
		size_t len = strlen(w.at);
		(void)snprintf(w.at + len, sizeof(w.at) - len, "%s%s", len ? "/" : "", c);
	}
	add_end(&w, disk);
	*ret = w.hops;
}

/* ---- both */

static bool has_other(const struct hops *h)
{
	for (unsigned i = 0; i < h->n; i++)
		if (h->list[i].kind == OTHER)
			return true;
	return h->n < 2 || h->is_cut;
}

enum place place_of(const char *root, const char *disk, const char *said)
{
	struct hops theirs, ours;

	parse(said, &theirs);
	walk_to(root, disk, &ours);
	if (has_other(&theirs) || has_other(&ours))
		return PLACE_UNKNOWN;
	if (theirs.n != ours.n)
		return PLACE_OTHER;
	for (unsigned i = 0; i < ours.n; i++) {
		const struct hop *a = &theirs.list[i], *b = &ours.list[i];
		bool is_card = a->kind == SD || a->kind == EMMC;
		if (a->kind == b->kind && is_card && a->a != 0)
			return PLACE_UNKNOWN; /* Linux does not count a host's slots */
		if (a->kind != b->kind || a->b != b->b || (a->a != b->a && a->a != b->also))
			return PLACE_OTHER;
	}
	return PLACE_SAME;
}
