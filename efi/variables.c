/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "efi/firmware.h"

#include <string.h>

#include "format/text.h"

enum { NV_BS_RT = 7, NAME_BYTES = 1024, VARIABLES_MAX = 4096 };

EFI_STATUS variable_get(const char *name, void *ret, size_t size, size_t *ret_len)
{
	CHAR16 wide[VARIABLE_NAME_MAX];
	EFI_GUID guid = guid_global_variable;
	UINTN len = size;

	text_widen(name, wide, VARIABLE_NAME_MAX);
	EFI_STATUS status = RT->GetVariable(wide, &guid, NULL, &len, ret);
	if (status == EFI_SUCCESS && len > size)
		status = EFI_DEVICE_ERROR;
	*ret_len = status == EFI_SUCCESS ? len : 0;
	return status;
}

uint64_t variable_number(const char *name, size_t bytes, uint64_t otherwise)
{
	uint64_t value = 0;
	size_t len;

	if (variable_get(name, &value, sizeof(value), &len) != EFI_SUCCESS || len != bytes)
		return otherwise;
	return value;
}

EFI_STATUS variable_set(const char *name, const void *bytes, size_t len)
{
	CHAR16 wide[VARIABLE_NAME_MAX];
	EFI_GUID guid = guid_global_variable;
	void *copy = pool_alloc(len); /* the firmware's prototypes know no const */

	if (!copy)
		return EFI_OUT_OF_RESOURCES;
	memcpy(copy, bytes, len);
	text_widen(name, wide, VARIABLE_NAME_MAX);
	EFI_STATUS status = RT->SetVariable(wide, &guid, NV_BS_RT, len, copy);
	pool_free(copy);
	return status;
}

/* The number in "Boot####", upper-case digits as the specification says; -1 for other names. */
static int boot_number(const CHAR16 *name)
{
	static const char head[] = "Boot";
	int number = 0;

	for (unsigned i = 0; i < 4; i++) {
		if (name[i] != (CHAR16)head[i])
			return -1;
	}
	for (unsigned i = 4; i < 8; i++) {
		CHAR16 c = name[i];

		if (c >= '0' && c <= '9')
			number = number * 16 + (c - '0');
		else if (c >= 'A' && c <= 'F')
			number = number * 16 + (c - 'A' + 10);
		else
			return -1;
	}
	return name[8] ? -1 : number;
}

void variable_each_boot_entry(bool (*each)(void *user, unsigned number), void *user)
{
	static CHAR16 name[NAME_BYTES / sizeof(CHAR16)];
	EFI_GUID guid = {0};

	name[0] = 0;
	for (unsigned i = 0; i < VARIABLES_MAX; i++) {
		UINTN len = sizeof(name);

		/* a name of more than 500 characters ends the search: nothing is lost but an entry
		 */
		if (RT->GetNextVariableName(&len, name, &guid) != EFI_SUCCESS)
			return;
		if (memcmp(&guid, &guid_global_variable, sizeof(guid)) != 0)
			continue;
		int number = boot_number(name);
		if (number >= 0 && !each(user, (unsigned)number))
			return;
	}
}

enum secure_boot secure_boot_state(void)
{
	if (variable_number("SetupMode", 1, 0) == 1)
		return SECURE_BOOT_SETUP;
	return variable_number("SecureBoot", 1, 0) == 1 ? SECURE_BOOT_YES : SECURE_BOOT_NO;
}
