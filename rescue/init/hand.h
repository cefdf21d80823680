/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What of this program can be run on a host, as any program, and for tests. */
#ifndef UNBRICK_INIT_HAND_H
#define UNBRICK_INIT_HAND_H

/** "network", "policy" or "report" and "KEY=VALUE" for what such a process is told; it says on
 * standard output what /init would hear. @words ends with NULL. Its exit status; -1: none of these.
 */
int by_hand(char **words);

#endif
