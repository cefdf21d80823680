/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A keyboard that does nothing: nobody can say so, thus it is told by itself. */
#ifndef UNBRICK_UI_HINT_H
#define UNBRICK_UI_HINT_H

#include <stdbool.h>
#include <stdint.h>

#define HINT_NS 20000000000ULL /* a person who was asked has pressed something by then */

/** Asked since then, and not one key so far. */
bool hint_is_due(uint64_t since_ns, uint64_t now_ns, bool is_touched);
/** Has an input device keys for all digits? @keys as sysfs has them (capabilities/key): words in
 * hex, the lowest one last. */
bool hint_is_keyboard(const char *keys);
/** Does Linux know a keyboard of this machine? @folder "/sys/class/input"; true where that cannot
 * be read. */
bool hint_has_keyboard(const char *folder);

#endif
