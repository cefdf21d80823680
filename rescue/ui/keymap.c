/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/keymap.h"

#include <linux/kd.h>
#include <linux/keyboard.h>
#include <stddef.h>
#include <sys/ioctl.h>

enum {
	CAPS_LOCK =
		64, /* what console-setup's layouts have behind it; in others it changes no digit */
	FIRST_KEY = 2, /* KEY_1 to KEY_0 (linux/input-event-codes.h) */
	DIGITS = 10,
};

static const unsigned char tables[] = {
	K_NORMTAB, K_SHIFTTAB, K_NORMTAB + CAPS_LOCK, K_SHIFTTAB + CAPS_LOCK};
#define TABLES (sizeof(tables) / sizeof(tables[0]))

/* A signal handler can reach nothing but a global. */
static struct {
	int fd;
	unsigned short before[TABLES][DIGITS]; /* 0: it is as it was */
} kept;

static struct kbentry entry(size_t table, int i, unsigned value)
{
	return (struct kbentry){
		tables[table], (unsigned char)(FIRST_KEY + i), (unsigned short)value};
}

void keymap_digits(int fd)
{
	keymap_restore();
	kept.fd = fd;
	for (size_t table = 0; table < TABLES; table++)
		for (int i = 0; i < DIGITS; i++) {
			struct kbentry was = entry(table, i, 0);
			const unsigned n = (unsigned)(i + 1) % 10;
			struct kbentry digit = entry(table, i, K(KT_LATIN, '0' + n));
			/* no such table; and what this console cannot name could not be put back */
			if (ioctl(fd, KDGKBENT, &was) < 0 || was.kb_value == K_HOLE)
				continue;
			kept.before[table][i] = was.kb_value;
			if (ioctl(fd, KDSKBENT, &digit) < 0)
				kept.before[table][i] = 0;
		}
}

void keymap_restore(void)
{
	for (size_t table = 0; table < TABLES; table++)
		for (int i = 0; i < DIGITS; i++) {
			struct kbentry was = entry(table, i, kept.before[table][i]);
			if (was.kb_value) /* nobody is left to hear that it failed */
				(void)ioctl(kept.fd, KDSKBENT, &was);
			kept.before[table][i] = 0;
		}
}
