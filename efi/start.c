/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Entry: relocates the image, keeps the tables and sets the stack protector's guard. Used instead
 * of gnu-efi's crt0, which does not keep the registers that the firmware's convention wants kept
 * when we return to it. */
#include <elf.h>

#include "efi/arch.h"
#include "efi/firmware.h"

/* A PE file without relocations counts as one that cannot be moved: one page without any. */
__asm__(".section .reloc, \"a\"\n\t.4byte 0, 12\n\t.2byte 0, 0\n\t.text\n");

/* hidden: reached without the table of addresses, which is not relocated yet */
extern char ImageBase[] __attribute__((visibility("hidden")));
extern Elf64_Dyn _DYNAMIC[] __attribute__((visibility("hidden")));
EFI_STATUS _relocate(long base, Elf64_Dyn *dynamic, EFI_HANDLE image, EFI_SYSTEM_TABLE *st);

EFI_STATUS EFIAPI _start(EFI_HANDLE image, EFI_SYSTEM_TABLE *st)
	__attribute__((visibility("default")));

struct rng {
	void *get_info;
	EFI_STATUS(EFIAPI *get_rng)(struct rng *, EFI_GUID *algorithm, UINTN len, uint8_t *ret);
};

/* The lowest byte stays 0, so that no string gives the guard away or puts it back. */
__attribute__((no_stack_protector)) static void set_guard(void)
{
	static const EFI_GUID guid_rng = {
		0x3152bca5, 0xeade, 0x433d, {0x86, 0x2e, 0xc0, 0x1c, 0xdc, 0x29, 0x1f, 0x44}};
	struct rng *rng = protocol_any(&guid_rng);
	uint64_t value = 0;

	if (!rng || rng->get_rng(rng, NULL, sizeof(value), (uint8_t *)&value) != EFI_SUCCESS)
		value = 0;
	value ^= arch_ticks() * 0x9E3779B97F4A7C15;
	__stack_chk_guard = (__stack_chk_guard ^ value) & ~(uint64_t)0xFF;
}

__attribute__((no_stack_protector)) EFI_STATUS EFIAPI _start(EFI_HANDLE image, EFI_SYSTEM_TABLE *st)
{
	EFI_STATUS status = _relocate((long)ImageBase, _DYNAMIC, image, st);

	if (status != EFI_SUCCESS)
		return status;
	self = image;
	ST = st;
	BS = st->BootServices;
	RT = st->RuntimeServices;
	set_guard();
	return efi_main();
}
