/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "efi/linux.h"

#include <string.h>

static const struct {
	uint8_t vendor[4];
	uint8_t guid[16]; /* LINUX_EFI_INITRD_MEDIA_GUID */
	uint8_t end[4];
} media_path = {
	{4, 3, 20, 0},
	{0x27, 0xe4, 0x68, 0x55, 0xfc, 0x68, 0x3d, 0x4f, 0xac, 0x74, 0xca, 0x55, 0x52, 0x31, 0xcc,
		0x68},
	{0x7F, 0xFF, 4, 0},
};

static struct {
	struct load_file2 protocol;
	EFI_HANDLE handle;
	struct span archive, extra;
	uint8_t path[sizeof(media_path)]; /* the firmware's prototypes know no const */
} offer;

/* Linux takes the archives one behind the other, each from a multiple of 4. */
static size_t padded(size_t len)
{
	return (len + 3) & ~(size_t)3;
}

static size_t add(uint8_t *to, struct span from)
{
	size_t len = padded(from.len);

	memcpy(to, from.p, from.len);
	memset(to + from.len, 0, len - from.len);
	return len;
}

static EFI_STATUS EFIAPI load_file(struct load_file2 *this, EFI_DEVICE_PATH *path,
	BOOLEAN is_boot_policy, UINTN *len, void *buf)
{
	if (!this || !path || !len)
		return EFI_INVALID_PARAMETER;
	if (is_boot_policy)
		return EFI_UNSUPPORTED;
	size_t needed = padded(offer.archive.len) + padded(offer.extra.len);
	if (!buf || *len < needed) {
		*len = needed;
		return EFI_BUFFER_TOO_SMALL;
	}
	size_t at = add(buf, offer.archive);
	(void)add((uint8_t *)buf + at, offer.extra);
	*len = needed;
	/* a kernel that gives up from here leaves by Exit: what stays must not point at us */
	initrd_withdraw();
	return EFI_SUCCESS;
}

EFI_STATUS initrd_offer(struct span archive, struct span extra)
{
	EFI_GUID path_guid = guid_device_path, file_guid = guid_load_file2;

	memcpy(offer.path, &media_path, sizeof(media_path));
	offer.protocol.load_file = load_file;
	offer.archive = archive;
	offer.extra = extra;
	offer.handle = NULL;
	return BS->InstallMultipleProtocolInterfaces(
		&offer.handle, &path_guid, offer.path, &file_guid, &offer.protocol, NULL);
}

void initrd_withdraw(void)
{
	EFI_GUID path_guid = guid_device_path, file_guid = guid_load_file2;

	if (!offer.handle)
		return;
	/* if the firmware refuses there is nothing else to do */
	(void)BS->UninstallMultipleProtocolInterfaces(
		offer.handle, &path_guid, offer.path, &file_guid, &offer.protocol, NULL);
	offer.handle = NULL;
}
