/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The firmware as the other files see it: its tables, the names of its protocols, its memory, and
 * the end where a stack is damaged. Set by the entry (start.c). */
#include "efi/firmware.h"

#include "efi/arch.h"

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

uint64_t __stack_chk_guard = 0x5DEECE66D2B99200;

_Noreturn void __stack_chk_fail(void);

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
