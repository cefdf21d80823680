/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names on the EFI system partition that the engine writes and the first process looks for. */
#ifndef UNBRICK_FORMAT_ESPNAMES_H
#define UNBRICK_FORMAT_ESPNAMES_H

/* Where Windows' boot configuration lies, its logs, and what Unbrick keeps of it; parts divided as
 * whoever opens it wants. */
#define ESP_BOOT_FOLDER(slash) slash "EFI" slash "Microsoft" slash "Boot"

/* Two of the kept files: as the folder of FAT has them, and as people write them. The one of a
 * Safe Mode that Unbrick set: who finds it knows that Unbrick was there. */
#define ESP_KEPT      "UNBRICK OLD"
#define ESP_KEPT_NAME "UNBRICK.OLD"
/* ... and the one of a Safe Mode of somebody else's that Unbrick took back: it proves nothing of
 * what is set later. */
#define ESP_TAKEN      "UNBRICK OFF"
#define ESP_TAKEN_NAME "UNBRICK.OFF"

#endif
