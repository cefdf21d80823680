/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Types of partitions, as text: the GUID of a GPT in lower case, "0x07" of an MBR. */
#ifndef UNBRICK_FORMAT_PARTTYPE_H
#define UNBRICK_FORMAT_PARTTYPE_H

#include <stdbool.h>
#include <stdint.h>

/* Those that another room has a table of. */
#define PART_LDM_METADATA   "5808c8aa-7e8f-42e0-85d2-e1e90434cfb3"
#define PART_LDM_DATA	    "af9b60a0-1431-4f62-bc68-3311714a69ad"
#define PART_STORAGE_SPACES "e75caf8f-f680-4cee-afa3-b001e56efc2d"
#define PART_MBR_LDM	    "0x42"

/** Names for people; "" when not known. */
const char *gpt_type_name(const char *guid);
const char *mbr_type_name(uint8_t type);

bool mbr_type_is_extended(uint8_t type);
bool mbr_type_is_protective(uint8_t type);

/** An EFI system partition, of either kind of table? */
bool part_type_is_esp(const char *type);
/** Microsoft reserved: without content by design. */
bool part_type_is_reserved(const char *type);
/** Of Windows: its data or its recovery. */
bool part_type_is_windows(const char *type);

#endif
