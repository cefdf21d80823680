/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef UNBRICK_NET_CALLS_H
#define UNBRICK_NET_CALLS_H

#include <stdbool.h>

/** From now on this process, and each thread of it, may make only the system calls that an asker
 * needs (seccomp(2), mode 2): sockets of the internet and files that are there, to be read. What
 * would start a program, look into another process or change the system ends it (SIGSYS); all else
 * is as if the kernel had none of it (ENOSYS). It cannot be taken back. Needs no_new_privs.
 * False: the kernel knows no such filter. In a program that a sanitizer watches: nothing, as that
 * needs calls of its own. */
bool calls_limit(void);

#endif
