/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GUIDs as Microsoft and UEFI store them: the first three fields are little-endian. */
#ifndef UNBRICK_FORMAT_GUID_H
#define UNBRICK_FORMAT_GUID_H

#include <stdbool.h>
#include <stdint.h>

#define RS_GUID_LEN 37

/** 16 bytes to "64311DEA-4587-4029-924A-BA299647998E", as BitLocker's are shown. */
void rs_guid_text(const uint8_t guid[16], char ret[RS_GUID_LEN]);
/** The same in lower case, as those of partitions are. */
void rs_guid_lower(const uint8_t guid[16], char ret[RS_GUID_LEN]);

/** The reverse, case-blind, with or without braces; false when malformed. */
bool rs_guid_parse(const char *text, uint8_t ret[16]);

#endif
