/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A process that holds nothing, at the other end of a socket. */
#ifndef UNBRICK_NET_SPAWN_H
#define UNBRICK_NET_SPAWN_H

#include <sys/types.h>

#include "core/err.h"

#define NET_NOBODY 65534U /* user and group that own nothing */

/* A sanitizer's shadow takes terabytes of addresses, and it makes system calls of its own. */
#if defined(__SANITIZE_ADDRESS__)
#define NET_IS_BOUNDED false
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define NET_IS_BOUNDED false
#endif
#endif
#ifndef NET_IS_BOUNDED
#define NET_IS_BOUNDED true
#endif

/* How it ends that could not become the program (and nothing was said over the socket). */
enum net_spawn_status { NET_SPAWN_RIGHTS = 125, NET_SPAWN_PLACE = 126, NET_SPAWN_EXEC = 127 };

/** Start @program with no argument, no environment, the socket as its descriptor 0, and nothing
 * else of ours. *ret_fd: our end, that does not block. Errors: RS_E_NET_PROGRAM, RS_E_MEMORY. */
int net_spawn(const char *program, pid_t *ret_pid, int *ret_fd, struct rs_err *err);
/** Wait a moment for its end, then end it. Its status as of waitpid(2); -1: somebody else waited.
 */
int net_reap(pid_t pid);

#endif
