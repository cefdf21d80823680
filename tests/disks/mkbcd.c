/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Make a boot configuration (BCD) by libhivex; device elements as Windows' own stores have them.
 *
 *   mkbcd OUT ENTRY...
 *
 * ENTRY is KIND=DEVICE; KIND loader, resume, winpe (a recovery environment) or memtest; DEVICE a
 * partition's GUID, a disk's SIGNATURE:OFFSET (hex, MBR), "boot" (where it was started from),
 * "locate" (to be searched for), or "none" (the entry has no device). Behind it may stand
 * ",safeboot=N" (starts in Safe Mode), ",name=TEXT" and ",default" (of the boot manager). */
#include <ctype.h>
#include <hivex.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef MKBCD_IN_TEST
int mkhive_main(int argc, char **argv);
#else
#define MKHIVE_IN_TEST
#include "mkhive.c"
#endif
#include "core/text.h"
#include "core/view.h"

int mkbcd_main(int argc, char **argv);

enum { DEVICE_BYTES = 88, BCD_BINARY = 3, BCD_DWORD = 4 };

static void bcd_die(const char *what)
{
	perror(what);
	exit(1);
}

static hive_node_h bcd_key(hive_h *h, hive_node_h parent, const char *name)
{
	hive_node_h sub = hivex_node_get_child(h, parent, name);

	sub = sub ? sub : hivex_node_add_child(h, parent, name);
	if (!sub)
		bcd_die(name);
	return sub;
}

static void bcd_set(
	hive_h *h, hive_node_h node, const char *name, int type, const void *p, size_t len)
{
	char *value = malloc(len ? len : 1), *copy = strdup(name);
	hive_set_value v = {.key = copy, .t = (hive_type)type, .len = len, .value = value};

	if (!value || !copy)
		bcd_die(name);
	memcpy(value, p, len);
	if (hivex_node_set_value(h, node, &v, 0) < 0)
		bcd_die(name);
	free(value);
	free(copy);
}

static void bcd_element(hive_h *h, hive_node_h entry, const char *id, const void *p, size_t len)
{
	hive_node_h at = bcd_key(h, bcd_key(h, entry, "Elements"), id);

	bcd_set(h, at, "Element", BCD_BINARY, p, len);
}

static void bcd_device(const char *text, uint8_t ret[DEVICE_BYTES])
{
	unsigned id = 0;
	unsigned long long off = 0;

	memset(ret, 0, DEVICE_BYTES);
	rs_put_le32(ret + 16, 6);
	rs_put_le32(ret + 24, 0x48);
	if (strcmp(text, "boot") == 0) {
		rs_put_le32(ret + 16, 5);
	} else if (strcmp(text, "locate") == 0) {
		rs_put_le32(ret + 16, 8);
	} else if (rs_guid_parse(text, ret + 32)) {
		memset(ret + 56, 0xA5, 16); /* the disk's GUID */
	} else if (sscanf(text, "%x:%llx", &id, &off) == 2) {
		rs_put_le64(ret + 32, off);
		rs_put_le32(ret + 52, 1);
		rs_put_le32(ret + 56, id);
	} else {
		bcd_die(text);
	}
}

/* A text in UTF-16. */
static void bcd_text(hive_h *h, hive_node_h entry, const char *id, const char *text)
{
	uint8_t raw[256] = {0};
	size_t n = strlen(text) < 127 ? strlen(text) : 127;
	hive_node_h at = bcd_key(h, bcd_key(h, entry, "Elements"), id);

	for (size_t i = 0; i < n; i++)
		raw[2 * i] = (uint8_t)text[i];
	bcd_set(h, at, "Element", 1, raw, 2 * n + 2);
}

static void bcd_manager(hive_h *h, hive_node_h objects, const char *first)
{
	static const uint8_t type[4] = {0x02, 0, 0x10, 0x10};
	hive_node_h entry = bcd_key(h, objects, "{9dea862c-5cdd-4e70-acc1-f32b344d4795}");

	bcd_set(h, bcd_key(h, entry, "Description"), "Type", BCD_DWORD, type, sizeof(type));
	bcd_text(h, entry, "23000003", first);
}

/* What stands behind the device. */
static void bcd_more(
	hive_h *h, hive_node_h objects, hive_node_h entry, const char *name, char *more)
{
	char *rest = NULL;

	for (char *one = strtok_r(more, ",", &rest); one; one = strtok_r(NULL, ",", &rest)) {
		uint8_t number[8] = {0};
		if (strcmp(one, "default") == 0) {
			bcd_manager(h, objects, name);
		} else if (strncmp(one, "safeboot=", 9) == 0) {
			number[0] = (uint8_t)strtoul(one + 9, NULL, 10);
			bcd_element(h, entry, "25000080", number, sizeof(number));
		} else if (strncmp(one, "name=", 5) == 0) {
			bcd_text(h, entry, "12000004", one + 5);
		} else {
			bcd_die(one);
		}
	}
}

static void bcd_entry(hive_h *h, hive_node_h objects, unsigned number, char *spec)
{
	static const struct {
		const char *kind;
		uint32_t type;
	} kinds[] = {{"loader", 0x10200003}, {"winpe", 0x10200003}, {"resume", 0x10200004},
		{"memtest", 0x10200005}};
	char *device = strchr(spec, '='), *more = strchr(spec, ',');
	uint8_t type[4] = {0}, raw[DEVICE_BYTES];
	char name[48];

	if (!device)
		bcd_die(spec);
	if (more)
		*more++ = '\0';
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strncmp(spec, kinds[i].kind, (size_t)(device - spec)) == 0)
			rs_put_le32(type, kinds[i].type);
	(void)snprintf(name, sizeof(name), "{%08x-f608-11eb-825c-c112f60133ab}", number);
	hive_node_h entry = bcd_key(h, objects, name);
	bcd_set(h, bcd_key(h, entry, "Description"), "Type", BCD_DWORD, type, sizeof(type));
	(void)bcd_key(h, entry, "Elements");
	if (spec[0] == 'w')
		bcd_element(h, entry, "26000022", "\1", 1);
	if (more)
		bcd_more(h, objects, entry, name, more);
	if (strcmp(device + 1, "none") == 0)
		return;
	bcd_device(device + 1, raw);
	bcd_element(h, entry, "11000001", raw, sizeof(raw));
	if (spec[0] != 'm')
		bcd_element(h, entry, "21000001", raw, sizeof(raw));
}

int mkbcd_main(int argc, char **argv)
{
	char program[] = "mkhive", kind[] = "system";

	if (argc < 2) {
		(void)fprintf(stderr, "usage: mkbcd OUT KIND=DEVICE... (see mkbcd.c)\n");
		return 2;
	}
	char *make[] = {program, kind, argv[1], NULL};
	if (mkhive_main(3, make) != 0)
		return 1;
	hive_h *h = hivex_open(argv[1], HIVEX_OPEN_WRITE);
	if (!h)
		bcd_die(argv[1]);
	hive_node_h objects = bcd_key(h, hivex_root(h), "Objects");
	for (int i = 2; i < argc; i++)
		bcd_entry(h, objects, (unsigned)i, argv[i]);
	if (hivex_commit(h, NULL, 0) < 0 || hivex_close(h) < 0)
		bcd_die(argv[1]);
	return 0;
}

#ifndef MKBCD_IN_TEST
int main(int argc, char **argv)
{
	return mkbcd_main(argc, argv);
}
#endif
