/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "init/serial.h"

#include <stdio.h>
#include <string.h>

#include "init/sysfs.h"

/* of the table, by its revisions 1, 2 and 4 */
enum {
	LENGTH = 4,
	INTERFACE = 36,
	SPACE = 40,
	ADDRESS = 44,
	BAUDS = 58,
	LEAST = 80,
	EXACT_BAUDS = 80, /* revision 4 */
	REVISION = 8,
};
enum { IS_MEMORY = 0, IS_PORT = 1 };
/* serial_core.h of the kernel: UPIO_PORT; all others but the first two are memory */
enum { UPIO_PORT = 0, UPIO_HUB6 = 1 };

/* 16550, 16450, and 16550 by the address' own parameters */
static bool is_8250(uint8_t interface)
{
	return interface == 0 || interface == 1 || interface == 0x12;
}

static unsigned bauds_of_code(uint8_t code)
{
	static const unsigned bauds[] = {[3] = 9600, [4] = 19200, [6] = 57600, [7] = 115200};

	return code < sizeof(bauds) / sizeof(bauds[0]) ? bauds[code] : 0;
}

/* A speed that no UART of the kind has is none. */
static bool is_speed(uint32_t bauds)
{
	static const uint32_t speeds[] = {
		9600, 19200, 38400, 57600, 115200, 230400, 460800, 921600};
	size_t i = 0;

	while (i < sizeof(speeds) / sizeof(speeds[0]) && speeds[i] != bauds)
		i++;
	return i < sizeof(speeds) / sizeof(speeds[0]);
}

static bool is_whole(struct rs_view table)
{
	uint32_t len;

	if (table.len < LEAST || memcmp(table.p, "SPCR", 4) != 0 ||
		!rs_view_u32(table, LENGTH, &len) || len < LEAST || len > table.len)
		return false;
	return rs_sums_to_zero(table.p, len);
}

bool spcr_parse(struct rs_view table, struct spcr *ret)
{
	uint8_t interface, space, code, revision;
	uint64_t address;
	uint32_t exact = 0, len;

	if (!is_whole(table) || !rs_view_u32(table, LENGTH, &len))
		return false;
	table.len = len;
	if (!rs_view_u8(table, INTERFACE, &interface) || !rs_view_u8(table, SPACE, &space) ||
		!rs_view_u64(table, ADDRESS, &address) || !rs_view_u8(table, BAUDS, &code) ||
		!rs_view_u8(table, REVISION, &revision))
		return false;
	/* address 0: the firmware's console is switched off */
	if (!is_8250(interface) || (space != IS_MEMORY && space != IS_PORT) || !address)
		return false;
	if (revision >= 4)
		(void)rs_view_u32(table, EXACT_BAUDS, &exact); /* not there: 0, as said */
	*ret = (struct spcr){
		space == IS_MEMORY, address, is_speed(exact) ? exact : bauds_of_code(code)};
	return true;
}

bool serial_is_there(const char *root, const char *name)
{
	return sysfs_number(0, "%s/sys/class/tty/%s/type", root, name) != 0; /* PORT_UNKNOWN */
}

struct search {
	const char *root;
	struct spcr spcr;
	char *ret;
};

static void look_at(void *user, const char *name)
{
	struct search *s = user;

	if (strncmp(name, "ttyS", 4) != 0 || s->ret[0] || !serial_is_there(s->root, name))
		return;
	uint64_t io = sysfs_number(UPIO_HUB6, "%s/sys/class/tty/%s/io_type", s->root, name);
	uint64_t at = s->spcr.is_memory
			      ? sysfs_number(0, "%s/sys/class/tty/%s/iomem_base", s->root, name)
			      : sysfs_number(0, "%s/sys/class/tty/%s/port", s->root, name);
	if (io == UPIO_HUB6 || (io != UPIO_PORT) != s->spcr.is_memory || at != s->spcr.address)
		return;
	int n = snprintf(
		s->ret, SERIAL_PORT, "%s,%u", name, s->spcr.bauds ? s->spcr.bauds : SERIAL_BAUDS);
	if (n < 0 || n >= SERIAL_PORT)
		s->ret[0] = '\0';
}

void serial_of_firmware(const char *root, char ret[SERIAL_PORT])
{
	uint8_t bytes[SERIAL_TABLE_MOST];
	char path[256];
	struct search s = {.root = root, .ret = ret};

	ret[0] = '\0';
	(void)snprintf(path, sizeof(path), "%s/sys/firmware/acpi/tables/SPCR", root);
	long len = sysfs_bytes(path, bytes, sizeof(bytes));
	if (len > 0 && spcr_parse((struct rs_view){bytes, (size_t)len}, &s.spcr))
		sysfs_each(look_at, &s, "%s/sys/class/tty", root);
}
