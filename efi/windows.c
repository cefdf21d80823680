/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "efi/app.h"

#include <string.h>

#include "efi/console.h"
#include "format/bytes.h"
#include "format/text.h"

enum { ENTRY_BYTES_MAX = 8192, ORDER_MAX = 512, NUMBER_MAX = 0xFFFF };

/* All that have a protocol; @guid NULL: all. NULL and 0: none. */
static EFI_HANDLE *handles_of(EFI_GUID *guid, UINTN *ret_count)
{
	EFI_HANDLE *handles = NULL;
	UINTN count = 0;

	EFI_STATUS status = BS->LocateHandleBuffer(
		guid ? ByProtocol : AllHandles, guid, NULL, &count, &handles);
	*ret_count = status == EFI_SUCCESS ? count : 0;
	return status == EFI_SUCCESS ? handles : NULL;
}

static EFI_HANDLE *volumes(UINTN *ret_count)
{
	EFI_GUID guid = guid_simple_fs;

	return handles_of(&guid, ret_count);
}

static bool volume_partition(EFI_HANDLE volume, struct partition *ret)
{
	const uint8_t *path = protocol_of(volume, &guid_device_path);

	return path && path_partition(path, path_length(path, PATH_BYTES_MAX), ret);
}

static bool is_there(const struct partition *partition, const char *file)
{
	UINTN count;
	auto_pool EFI_HANDLE *handles = volumes(&count);
	struct partition p;

	for (UINTN i = 0; i < count; i++) {
		if (volume_partition(handles[i], &p) && partition_is_same(&p, partition) &&
			file_exists(handles[i], file))
			return true;
	}
	return false;
}

struct search {
	struct windows *ret;
	bool is_found;
	bool has_dead; /* an entry of Windows whose boot manager is not there */
};

/* A step of variable_each_boot_entry: false = found. */
static bool look_at_entry(void *user, unsigned number)
{
	static uint8_t buf[ENTRY_BYTES_MAX];
	struct search *s = user;
	char name[VARIABLE_NAME_MAX];
	struct boot_entry e;
	size_t len;

	text_format(name, sizeof(name), "Boot%04X", number);
	if (variable_get(name, buf, sizeof(buf), &len) != EFI_SUCCESS ||
		!boot_entry_parse(buf, len, &e) || !boot_entry_is_windows(&e))
		return true;
	if (!is_there(&e.partition, e.file)) {
		s->has_dead = true;
		return true;
	}
	s->is_found = true;
	*s->ret = (struct windows){true, number, e.partition, ""};
	memcpy(s->ret->file, e.file, sizeof(e.file));
	return false;
}

static void look_at_entries(struct search *s)
{
	static uint8_t order[2 * ORDER_MAX];
	size_t len;

	(void)variable_get("BootOrder", order, sizeof(order), &len); /* none: len is 0 */
	for (size_t i = 0; i + 1 < len; i += 2) {
		if (!look_at_entry(s, rs_le16(order + i)))
			return;
	}
	variable_each_boot_entry(look_at_entry, s);
}

static void look_at_volumes(EFI_HANDLE own_volume, struct search *s)
{
	UINTN count;
	auto_pool EFI_HANDLE *handles = volumes(&count);
	struct partition own = {.kind = 0}, p;
	bool has_own = own_volume && volume_partition(own_volume, &own);

	for (UINTN i = 0; i < count && !s->is_found; i++) {
		if (handles[i] == own_volume || !volume_partition(handles[i], &p))
			continue;
		if ((has_own && partition_is_same(&p, &own)) ||
			!file_exists(handles[i], BOOT_FILE_WINDOWS))
			continue;
		s->is_found = true;
		*s->ret = (struct windows){false, 0, p, ""};
		memcpy(s->ret->file, BOOT_FILE_WINDOWS, sizeof(BOOT_FILE_WINDOWS));
	}
}

/* Fast firmware connects only what it boots from. */
static void connect_all(void)
{
	UINTN count;
	auto_pool EFI_HANDLE *handles = handles_of(NULL, &count);

	for (UINTN i = 0; i < count; i++)
		(void)BS->ConnectController(handles[i], NULL, NULL, TRUE); /* most need nothing */
}

const char *windows_find(EFI_HANDLE own_volume, bool is_thorough, struct windows *ret)
{
	struct search s = {.ret = ret};

	*ret = (struct windows){.has_entry = false};
	look_at_entries(&s);
	if (!s.is_found && is_thorough) {
		connect_all();
		look_at_entries(&s);
	}
	if (!s.is_found)
		look_at_volumes(own_volume, &s);
	if (s.is_found)
		return NULL;
	return s.has_dead ? "the firmware's entry leads to a boot manager that is not there"
			  : "no entry in the firmware, and no boot manager on any disk";
}

/* Put a new entry where there is none; not into BootOrder, which is the user's. */
static EFI_STATUS make_entry(struct windows *w)
{
	uint8_t entry[BOOT_ENTRY_MAX], probe[1];
	char name[VARIABLE_NAME_MAX];
	size_t len;

	size_t entry_len = boot_entry_build(&w->partition, w->file, entry, sizeof(entry));
	if (!entry_len)
		return EFI_BUFFER_TOO_SMALL;
	for (unsigned number = 0; number <= NUMBER_MAX; number++) {
		text_format(name, sizeof(name), "Boot%04X", number);
		if (variable_get(name, probe, sizeof(probe), &len) != EFI_NOT_FOUND)
			continue;
		EFI_STATUS status = variable_set(name, entry, entry_len);
		if (status != EFI_SUCCESS)
			return status;
		w->has_entry = true;
		w->number = number;
		say("unbrick: entry %s made for Windows Boot Manager\n", name);
		return EFI_SUCCESS;
	}
	return EFI_OUT_OF_RESOURCES;
}

EFI_STATUS windows_start(EFI_HANDLE own_volume)
{
	uint8_t number[2];
	EFI_STATUS status;
	struct windows w;

	const char *why = windows_find(own_volume, true, &w);
	if (why) {
		say("unbrick: Windows was not started: %s\n", why);
		return EFI_NOT_FOUND;
	}
	if (!w.has_entry && (status = make_entry(&w)) != EFI_SUCCESS)
		return say_failed(
			"Windows was not started: the firmware takes no new entry", status);
	rs_put_le16(number, (uint16_t)w.number);
	status = variable_set("BootNext", number, sizeof(number));
	if (status != EFI_SUCCESS)
		return say_failed("Windows was not started: BootNext was not set", status);
	say("unbrick: starting Windows (Boot%04X)\n", w.number);
	RT->ResetSystem(EfiResetCold, EFI_SUCCESS, 0, NULL);
	say("unbrick: Windows was not started: the firmware did not reset; switch off and on\n");
	return EFI_DEVICE_ERROR;
}
