/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "efi/linux.h"

#include <string.h>

#include "efi/arch.h"
#include "efi/console.h"
#include "format/pe.h"

enum { COMMAND_LINE_MAX = 2048 };

bool load_has_shim(void)
{
	return protocol_any(&guid_shim_loader) != NULL;
}

static EFI_STATUS fail(const char *cause, EFI_STATUS status)
{
	say("unbrick: unbrick.efi: the kernel (.linux) was not started: %s\n", cause);
	return status;
}

/* ASCII only: the builder takes nothing else, and a kernel would not know what to do with it. */
static CHAR16 *wide_command_line(struct span from, uint32_t *ret_bytes)
{
	size_t len = 0;

	while (len < from.len && from.p[len] && from.p[len] != '\n')
		len++;
	if (len > COMMAND_LINE_MAX)
		return NULL;
	CHAR16 *wide = pool_alloc((len + 1) * sizeof(*wide));
	if (!wide)
		return NULL;
	for (size_t i = 0; i < len; i++)
		wide[i] = from.p[i] < 0x80 ? from.p[i] : '?';
	wide[len] = 0;
	*ret_bytes = (uint32_t)((len + 1) * sizeof(*wide));
	return wide;
}

static UINTN pages_of(uint64_t bytes)
{
	return (bytes + PE_PAGE_BYTES - 1) / PE_PAGE_BYTES;
}

/* Take, and give back, what the kernel will take: where it is to unpack, its image, the initramfs.
 */
static bool has_room(struct span kernel, size_t initrd_bytes)
{
	const uint64_t wanted[] = {
		arch_kernel_room(kernel.p, kernel.len), kernel.len, initrd_bytes};
	enum { PIECES = sizeof(wanted) / sizeof(wanted[0]) };
	EFI_PHYSICAL_ADDRESS at[PIECES];
	unsigned got = 0;

	while (got < PIECES && BS->AllocatePages(AllocateAnyPages, EfiLoaderData,
				       pages_of(wanted[got] + 1), &at[got]) == EFI_SUCCESS)
		got++;
	for (unsigned i = 0; i < got; i++)
		(void)BS->FreePages(at[i], pages_of(wanted[i] + 1));
	return got == PIECES;
}

/* ---- by shim */

/* What shim's and the firmware's messages call the kernel. */
static const struct {
	uint8_t file[4];
	CHAR16 name[7];
	uint8_t end[4];
} __attribute__((packed))
kernel_path = {{4, 4, 4 + 14, 0}, {'.', 'l', 'i', 'n', 'u', 'x', 0}, {0x7F, 0xFF, 4, 0}};

static EFI_STATUS load_by_shim(struct span kernel, CHAR16 *command_line, uint32_t bytes)
{
	uint8_t path[sizeof(kernel_path)];
	EFI_HANDLE image = NULL;

	memcpy(path, &kernel_path, sizeof(path));
	EFI_STATUS status = BS->LoadImage(FALSE, self, (EFI_DEVICE_PATH *)(void *)path,
		(void *)(uintptr_t)kernel.p, kernel.len, &image);
	if (status != EFI_SUCCESS) {
		if (status == EFI_SECURITY_VIOLATION && image)
			(void)BS->UnloadImage(image); /* loaded, but not to be started */
		return status;
	}
	EFI_LOADED_IMAGE *loaded = protocol_of(image, &guid_loaded_image);
	if (!loaded)
		return EFI_LOAD_ERROR;
	loaded->LoadOptions = command_line;
	loaded->LoadOptionsSize = bytes;
	status = BS->StartImage(image, NULL, NULL);
	say("unbrick: unbrick.efi: the kernel (.linux) gave up: %s\n", status_text(status));
	return EFI_ABORTED;
}

/* ---- by ourselves */

static bool pages_change(void *user, bool is_taken, uint64_t base, uint64_t len, uint64_t rights)
{
	struct memory_attribute *m = user;

	return (is_taken ? m->set : m->clear)(m, base, len, rights) == EFI_SUCCESS;
}

/* The kernel finds its command line and device through the image that started: ours, for this time.
 * A handle of its own would need a copy of a structure that firmware may have made larger. */
static EFI_STATUS run(EFI_LOADED_IMAGE *own, const struct pe *pe, uint8_t *image,
	CHAR16 *command_line, uint32_t bytes)
{
	EFI_LOADED_IMAGE saved = *own;
	EFI_STATUS(EFIAPI * entry)(EFI_HANDLE, EFI_SYSTEM_TABLE *);
	uint8_t *at = image + pe->entry;

	memcpy(&entry, &at, sizeof(entry));
	own->ImageBase = image;
	own->ImageSize = pe->image_bytes;
	own->LoadOptions = command_line;
	own->LoadOptionsSize = bytes;
	EFI_STATUS status = entry(self, ST);
	own->ImageBase = saved.ImageBase;
	own->ImageSize = saved.ImageSize;
	own->LoadOptions = saved.LoadOptions;
	own->LoadOptionsSize = saved.LoadOptionsSize;
	say("unbrick: unbrick.efi: the kernel (.linux) gave up: %s\n", status_text(status));
	return EFI_ABORTED;
}

static EFI_STATUS load_by_us(
	EFI_LOADED_IMAGE *own, struct span kernel, CHAR16 *command_line, uint32_t bytes)
{
	struct memory_attribute *attribute = protocol_any(&guid_memory_attribute);
	struct nx_pages rights = {attribute, pages_change};
	EFI_PHYSICAL_ADDRESS base = 0;
	struct pe pe;

	const char *why = pe_open(&pe, kernel.p, kernel.len, arch_pe_machine);
	if (!why)
		why = pe_check(&pe);
	if (why)
		return fail(why, EFI_LOAD_ERROR);
	uint64_t slack = pe.align_bytes - PE_PAGE_BYTES;
	UINTN pages = pages_of(pe.image_bytes + slack);
	EFI_STATUS status = BS->AllocatePages(AllocateAnyPages, EfiLoaderCode, pages, &base);
	if (status != EFI_SUCCESS)
		return fail(status_text(status), status);
	uint8_t *image = (uint8_t *)((base + slack) & ~(uint64_t)(pe.align_bytes - 1));
	pe_load(&pe, image);
	if (attribute && !nx_protect(&rights, &pe, (uintptr_t)image))
		status = fail("its memory cannot be made executable", EFI_UNSUPPORTED);
	else
		status = run(own, &pe, image, command_line, bytes);
	if (attribute)
		nx_release(&rights, &pe, (uintptr_t)image);
	(void)BS->FreePages(base, pages);
	return status;
}

EFI_STATUS load_kernel(
	EFI_LOADED_IMAGE *own, struct span kernel, struct span command_line, size_t initrd_bytes)
{
	uint32_t bytes = 0;
	auto_pool CHAR16 *wide = wide_command_line(command_line, &bytes);

	if (!wide)
		return fail("no memory for its command line", EFI_OUT_OF_RESOURCES);
	if (!has_room(kernel, initrd_bytes))
		return fail(
			"not enough memory: a machine with 256 MB has it", EFI_OUT_OF_RESOURCES);
	if (load_has_shim()) {
		EFI_STATUS status = load_by_shim(kernel, wide, bytes);

		if (status == EFI_ABORTED)
			return status;
		/* a shim that did not look into our file itself (GRUB did) knows only whole files
		 */
		say("unbrick: shim does not load the kernel: %s; loading it myself\n",
			status_text(status));
	}
	return load_by_us(own, kernel, wide, bytes);
}
