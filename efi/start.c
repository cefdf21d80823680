/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Entry: relocates the image, sets the stack protector's guard and keeps the tables. Used instead
 * of gnu-efi's crt0, which does not keep the registers that the firmware's convention wants kept
 * when we return to it. */
#include <elf.h>

#include "efi/arch.h"
#include "efi/firmware.h"

EFI_HANDLE self;
EFI_SYSTEM_TABLE *ST;
EFI_BOOT_SERVICES *BS;
EFI_RUNTIME_SERVICES *RT;

const EFI_GUID guid_global_variable = EFI_GLOBAL_VARIABLE;
const EFI_GUID guid_loaded_image = EFI_LOADED_IMAGE_PROTOCOL_GUID;
const EFI_GUID guid_simple_fs = EFI_SIMPLE_FILE_SYSTEM_PROTOCOL_GUID;
const EFI_GUID guid_device_path = EFI_DEVICE_PATH_PROTOCOL_GUID;
const EFI_GUID guid_load_file2 = {
	0x4006c0c1, 0xfcb3, 0x403e, {0x99, 0x6d, 0x4a, 0x6c, 0x87, 0x24, 0xe0, 0x6d}};
const EFI_GUID guid_tcg2 = {
	0x607f766c, 0x7455, 0x42be, {0x93, 0x0b, 0xe4, 0xd7, 0x6d, 0xb2, 0x72, 0x0f}};
const EFI_GUID guid_shim_loader = {
	0x1f492041, 0xfadb, 0x4e59, {0x9e, 0x57, 0x7c, 0xaf, 0xe7, 0x3a, 0x55, 0xab}};
const EFI_GUID guid_memory_attribute = {
	0xf4560cf6, 0x40ec, 0x4b4a, {0xa1, 0x92, 0xbf, 0x1d, 0x57, 0xd0, 0xb1, 0x89}};

/* A PE file without relocations counts as one that cannot be moved: one page without any. */
__asm__(".section .reloc, \"a\"\n\t.4byte 0, 12\n\t.2byte 0, 0\n\t.text\n");

/* hidden: reached without the table of addresses, which is not relocated yet */
extern char ImageBase[] __attribute__((visibility("hidden")));
extern Elf64_Dyn _DYNAMIC[] __attribute__((visibility("hidden")));
EFI_STATUS _relocate(long base, Elf64_Dyn *dynamic, EFI_HANDLE image, EFI_SYSTEM_TABLE *st);

EFI_STATUS EFIAPI _start(EFI_HANDLE image, EFI_SYSTEM_TABLE *st)
	__attribute__((visibility("default")));
_Noreturn void __stack_chk_fail(void);

extern uint64_t __stack_chk_guard;
uint64_t __stack_chk_guard = 0x5DEECE66D2B99200;

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

_Noreturn void __stack_chk_fail(void)
{
	static CHAR16 text[] = L"unbrick: stack damaged: leaving\r\n";

	if (ST->ConOut)
		(void)ST->ConOut->OutputString(ST->ConOut, text);
	(void)BS->Exit(self, EFI_SECURITY_VIOLATION, 0, NULL);
	/* not reached: a firmware whose Exit returns leaves us nothing else */
	RT->ResetSystem(EfiResetCold, EFI_SECURITY_VIOLATION, 0, NULL);
	arch_halt();
}

void *pool_alloc(size_t len)
{
	void *p = NULL;

	return BS->AllocatePool(EfiLoaderData, len, &p) == EFI_SUCCESS ? p : NULL;
}

void pool_free(void *p)
{
	if (p)
		(void)BS->FreePool(p);
}

void *protocol_of(EFI_HANDLE handle, const EFI_GUID *guid)
{
	EFI_GUID copy = *guid; /* the firmware's prototypes know no const */
	void *ret = NULL;

	if (!handle || BS->HandleProtocol(handle, &copy, &ret) != EFI_SUCCESS)
		return NULL;
	return ret;
}

void *protocol_any(const EFI_GUID *guid)
{
	EFI_GUID copy = *guid;
	void *ret = NULL;

	return BS->LocateProtocol(&copy, NULL, &ret) == EFI_SUCCESS ? ret : NULL;
}
