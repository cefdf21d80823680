/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The firmware's tables, variables and files, and the protocols that gnu-efi 3.0.15 does not know.
 */
#ifndef UNBRICK_EFI_FIRMWARE_H
#define UNBRICK_EFI_FIRMWARE_H

#include <efi.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "format/words.h"

extern EFI_HANDLE self; /* our image */
extern EFI_SYSTEM_TABLE *ST;
extern EFI_BOOT_SERVICES *BS;
extern EFI_RUNTIME_SERVICES *RT;
extern uint64_t __stack_chk_guard; /* what gcc's stack protector compares with */

/** What a program begins with: start.c calls it with the tables set. Its status goes back to
 * whoever started us. */
EFI_STATUS efi_main(void);

/** Memory of the firmware's pool; NULL if there is none. pool_free takes NULL. */
void *pool_alloc(size_t len);
void pool_free(void *p);

static inline void pool_free_auto(void *p)
{
	pool_free(*(void **)p);
}
#define auto_pool __attribute__((cleanup(pool_free_auto)))

/** The protocol of a handle, or NULL. */
void *protocol_of(EFI_HANDLE handle, const EFI_GUID *guid);

/** The first protocol of a kind, or NULL. */
void *protocol_any(const EFI_GUID *guid);

extern const EFI_GUID guid_global_variable, guid_loaded_image, guid_simple_fs, guid_device_path,
	guid_load_file2, guid_tcg2, guid_shim_loader, guid_memory_attribute;

struct load_file2 {
	EFI_STATUS(EFIAPI *load_file)
	(struct load_file2 *this, EFI_DEVICE_PATH *path, BOOLEAN is_boot_policy, UINTN *len,
		void *buf);
};

struct memory_attribute {
	EFI_STATUS(EFIAPI *get)(struct memory_attribute *, uint64_t base, uint64_t len, uint64_t *);
	EFI_STATUS(EFIAPI *set)(struct memory_attribute *, uint64_t base, uint64_t len, uint64_t);
	EFI_STATUS(EFIAPI *clear)(struct memory_attribute *, uint64_t base, uint64_t len, uint64_t);
};

/* TCG EFI Protocol Specification, revision 00.13 */
struct tcg2_capability {
	uint8_t size;
	uint8_t version[4];
	uint32_t hash_algorithms;
	uint32_t event_logs;
	uint8_t is_present;
	uint16_t command_bytes_max, response_bytes_max;
	uint32_t manufacturer, banks, banks_active;
};

struct tcg2_event { /* packed in the specification */
	uint8_t size[4], header_size[4], header_version[2], pcr[4], type[4], text[];
};

struct tcg2 {
	EFI_STATUS(EFIAPI *get_capability)(struct tcg2 *, struct tcg2_capability *);
	void *get_event_log;
	EFI_STATUS(EFIAPI *hash_log_extend_event)
	(struct tcg2 *, uint64_t flags, uint64_t data, uint64_t len, const struct tcg2_event *);
	EFI_STATUS(EFIAPI *submit_command)
	(struct tcg2 *, uint32_t in_len, uint8_t *in, uint32_t out_len, uint8_t *out);
};

/* ---- variables in the global namespace, by ASCII name (variables.c) */

enum { VARIABLE_NAME_MAX = 40 };

/** Read at most @size bytes; the length goes to @ret_len. */
EFI_STATUS variable_get(const char *name, void *ret, size_t size, size_t *ret_len);

/** Read a number of just 1, 2 or 8 bytes; @otherwise if there is none. */
uint64_t variable_number(const char *name, size_t bytes, uint64_t otherwise);

/** Write one that outlives a reset and is seen by the operating system. */
EFI_STATUS variable_set(const char *name, const void *bytes, size_t len);

/** Call @each with the number of every Boot#### that exists, until it returns false. */
void variable_each_boot_entry(bool (*each)(void *user, unsigned number), void *user);

/** SETUP: the firmware would take keys from anybody, nothing is enforced. */
enum secure_boot secure_boot_state(void);

/* ---- files on the FAT volumes that the firmware shows (files.c) */

/** Read a whole file of at most @max bytes from a volume. @path in ASCII with back slashes.
 * *ret is to be freed by pool_free; an empty file gives NULL and 0.
 * EFI_NOT_FOUND no such file, EFI_UNSUPPORTED no file system there (a network start),
 * EFI_BAD_BUFFER_SIZE longer than @max: *ret_len is its length. */
EFI_STATUS file_read(
	EFI_HANDLE volume, const char *path, size_t max, uint8_t **ret, size_t *ret_len);

/** True if there is such a file with something in it. */
bool file_exists(EFI_HANDLE volume, const char *path);

#endif
