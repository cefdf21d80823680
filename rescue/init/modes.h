/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef UNBRICK_INIT_MODES_H
#define UNBRICK_INIT_MODES_H

struct init;

/** Repair (or only look), then what the settings say; returns when it stays. */
void modes_automatic(struct init *in);
/** BootNext and reset; returns when that cannot be done. */
void modes_windows(struct init *in);

#endif
