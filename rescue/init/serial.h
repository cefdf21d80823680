/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Serial ports: the one that the firmware names for a console (ACPI SPCR: "Serial Port Console
 * Redirection Table", Microsoft), and those that nobody named. */
#ifndef UNBRICK_INIT_SERIAL_H
#define UNBRICK_INIT_SERIAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/view.h"

enum {
	SERIAL_TABLE_MOST = 4096, /* SPCR is 80 bytes, and a name of ACPI's in later ones */
	SERIAL_BAUDS = 115200,	  /* where the firmware does not say */
	SERIAL_PORT = 24,	  /* "ttyS1,115200" */
};

struct spcr {
	bool is_memory; /* the address is of memory, not of an I/O port */
	uint64_t address;
	unsigned bauds; /* 0 = as the firmware has set it */
};

/** Read the table. False: it is none (length, checksum), it names no port, or none of the kind that
 * the kernel calls ttyS (8250). */
bool spcr_parse(struct rs_view table, struct spcr *ret);
/** "ttyS1,57600": the port of the firmware's console; "" if there is none here. @root as in
 * sysfs.h. Opens no port. */
void serial_of_firmware(const char *root, char ret[SERIAL_PORT]);
/** Is there a UART behind that name ("ttyS1")? Opens no port. */
bool serial_is_there(const char *root, const char *name);

#endif
