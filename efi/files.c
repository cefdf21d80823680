/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "efi/firmware.h"
#include "format/text.h"

enum { PATH_MAX = 160, INFO_BYTES = 1024 };

static EFI_STATUS open_file(EFI_HANDLE volume, const char *path, EFI_FILE_HANDLE *ret)
{
	EFI_FILE_IO_INTERFACE *fs = protocol_of(volume, &guid_simple_fs);
	EFI_FILE_HANDLE root = NULL;
	CHAR16 wide[PATH_MAX];

	if (!fs)
		return EFI_UNSUPPORTED;
	text_widen(path, wide, PATH_MAX);
	EFI_STATUS status = fs->OpenVolume(fs, &root);
	if (status != EFI_SUCCESS)
		return status;
	status = root->Open(root, ret, wide, EFI_FILE_MODE_READ, 0);
	(void)root->Close(root); /* only read */
	return status;
}

static EFI_STATUS file_length(EFI_FILE_HANDLE file, uint64_t *ret)
{
	EFI_GUID guid = EFI_FILE_INFO_ID;
	auto_pool EFI_FILE_INFO *info = pool_alloc(INFO_BYTES);
	UINTN len = INFO_BYTES;

	if (!info)
		return EFI_OUT_OF_RESOURCES;
	EFI_STATUS status = file->GetInfo(file, &guid, &len, info);
	if (status != EFI_SUCCESS)
		return status;
	if (info->Attribute & EFI_FILE_DIRECTORY)
		return EFI_NOT_FOUND;
	*ret = info->FileSize;
	return EFI_SUCCESS;
}

static EFI_STATUS read_all(EFI_FILE_HANDLE file, size_t max, uint8_t **ret, size_t *ret_len)
{
	uint64_t len = 0;
	EFI_STATUS status = file_length(file, &len);

	if (status != EFI_SUCCESS || len == 0)
		return status;
	*ret_len = len;
	if (len > max)
		return EFI_BAD_BUFFER_SIZE;
	auto_pool uint8_t *buf = pool_alloc(len);
	if (!buf)
		return EFI_OUT_OF_RESOURCES;
	UINTN got = len;
	status = file->Read(file, &got, buf);
	if (status != EFI_SUCCESS)
		return status;
	if (got > len)
		return EFI_DEVICE_ERROR;
	*ret_len = got;
	*ret = buf;
	buf = NULL;
	return EFI_SUCCESS;
}

EFI_STATUS file_read(
	EFI_HANDLE volume, const char *path, size_t max, uint8_t **ret, size_t *ret_len)
{
	EFI_FILE_HANDLE file = NULL;

	*ret = NULL;
	*ret_len = 0;
	EFI_STATUS status = open_file(volume, path, &file);
	if (status != EFI_SUCCESS)
		return status;
	status = read_all(file, max, ret, ret_len);
	(void)file->Close(file); /* only read */
	return status;
}

bool file_exists(EFI_HANDLE volume, const char *path)
{
	EFI_FILE_HANDLE file = NULL;
	uint64_t len = 0;

	if (open_file(volume, path, &file) != EFI_SUCCESS)
		return false;
	EFI_STATUS status = file_length(file, &len);
	(void)file->Close(file); /* only read */
	return status == EFI_SUCCESS && len > 0;
}
