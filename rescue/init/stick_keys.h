/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Inside a job: BitLocker's startup keys on the stick. */
#ifndef UNBRICK_INIT_STICK_KEYS_H
#define UNBRICK_INIT_STICK_KEYS_H

/** Send each startup key file (*.BEK) in the folder @top, where Windows keeps them on a stick. What
 * is no startup key is told by its name. */
void stick_send_startup_keys(const char *top, int out_fd);

#endif
