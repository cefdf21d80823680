/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Is there enough power for a write? Told by the kernel's power_supply class. */
#ifndef UNBRICK_UI_BATTERY_H
#define UNBRICK_UI_BATTERY_H

#include <stdbool.h>

#define BATTERY_FOLDER "/sys/class/power_supply"
#define BATTERY_LOW    15U /* per cent; below it a write waits */

/** Does the machine run on a battery that is low? @folder as BATTERY_FOLDER; what cannot be read
 * says nothing. *ret_percent of the fullest battery, where it does. Source: Linux,
 * Documentation/ABI/testing/sysfs-class-power. */
bool battery_is_low(const char *folder, unsigned *ret_percent);

#endif
