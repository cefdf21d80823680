/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A stand-in for Windows Boot Manager: says on the first serial port that it runs, how it was
 * started and what the TPM holds, then powers off. Lines: WINDOWS BOOT MANAGER (fake) started fake:
 * device PATH | file PATH | BootCurrent NNNN | BootNext NNNN | BootNext not set fake: PCR NN SHA256
 * (16 times) | no TPM fake: end */
#include <string.h>

#include "efi/firmware.h"
#include "format/bytes.h"
#include "format/text.h"

enum { PORT = 0x3F8, PCRS = 16, DIGEST_BYTES = 32, LINE_MAX = 600 };

static void port_put(char c)
{
	uint8_t state = 0;

	for (unsigned spins = 0; spins < 1000000 && !(state & 0x20); spins++)
		__asm__ volatile("inb %1, %0" : "=a"(state) : "Nd"((uint16_t)(PORT + 5)));
	__asm__ volatile("outb %0, %1" : : "a"(c), "Nd"((uint16_t)PORT));
}

static void put_line(const char *text)
{
	for (; *text; text++)
		port_put(*text);
	port_put('\r');
	port_put('\n');
}

struct path_to_text {
	void *node_to_text;
	CHAR16 *(EFIAPI *path_to_text)(const EFI_DEVICE_PATH *, BOOLEAN is_short, BOOLEAN is_alias);
};

static void put_path(const char *what, const EFI_DEVICE_PATH *path)
{
	static const EFI_GUID guid = {
		0x8b843e20, 0x8132, 0x4852, {0x90, 0xcc, 0x55, 0x1a, 0x4e, 0x4a, 0x7f, 0x1c}};
	struct path_to_text *p = protocol_any(&guid);
	CHAR16 *wide = p && path ? p->path_to_text(path, FALSE, FALSE) : NULL;
	char buf[LINE_MAX];
	struct text t;

	text_init(&t, buf, sizeof(buf));
	text_add(&t, "fake: %s ", what);
	for (size_t i = 0; wide && wide[i]; i++) {
		const char c[] = {wide[i] < ' ' || wide[i] > '~' ? '?' : (char)wide[i], 0};
		text_add(&t, "%s", c);
	}
	put_line(buf);
	pool_free(wide);
}

static void put_number_variable(CHAR16 *wide, const char *name)
{
	EFI_GUID guid = guid_global_variable;
	uint16_t value = 0;
	UINTN len = sizeof(value);
	char buf[LINE_MAX];
	struct text t;

	text_init(&t, buf, sizeof(buf));
	if (RT->GetVariable(wide, &guid, NULL, &len, &value) == EFI_SUCCESS && len == 2)
		text_add(&t, "fake: %s %04X", name, (unsigned)value);
	else
		text_add(&t, "fake: %s not set", name);
	put_line(buf);
}

static bool pcr_read(struct tcg2 *tpm, unsigned pcr, uint8_t ret[DIGEST_BYTES])
{
	/* TPM2_PCR_Read of one PCR in the SHA-256 bank */
	uint8_t command[] = {
		0x80, 0x01, 0, 0, 0, 20, 0, 0, 0x01, 0x7E, 0, 0, 0, 1, 0, 0x0B, 3, 0, 0, 0};
	uint8_t answer[128] = {0};

	command[17 + pcr / 8] = (uint8_t)(1U << pcr % 8);
	if (tpm->submit_command(tpm, sizeof(command), command, sizeof(answer), answer) !=
		EFI_SUCCESS)
		return false;
	memcpy(ret, answer + 30, DIGEST_BYTES);
	return rs_le32(answer + 6) == 0; /* response code */
}

static void put_pcrs(void)
{
	struct tcg2 *tpm = protocol_any(&guid_tcg2);
	uint8_t digest[DIGEST_BYTES];
	char buf[LINE_MAX];
	struct text t;

	if (!tpm) {
		put_line("fake: no TPM");
		return;
	}
	for (unsigned pcr = 0; pcr < PCRS; pcr++) {
		text_init(&t, buf, sizeof(buf));
		text_add(&t, "fake: PCR %02u ", pcr);
		bool is_read = pcr_read(tpm, pcr, digest);
		for (unsigned i = 0; is_read && i < DIGEST_BYTES; i++)
			text_add(&t, "%02x", (unsigned)digest[i]);
		if (!is_read)
			text_add(&t, "cannot be read");
		put_line(buf);
	}
}

EFI_STATUS efi_main(void)
{
	EFI_LOADED_IMAGE *image = protocol_of(self, &guid_loaded_image);

	put_line("WINDOWS BOOT MANAGER (fake) started");
	put_path("device", image ? protocol_of(image->DeviceHandle, &guid_device_path) : NULL);
	put_path("file", image ? image->FilePath : NULL);
	put_number_variable((CHAR16[]){L"BootCurrent"}, "BootCurrent");
	put_number_variable((CHAR16[]){L"BootNext"}, "BootNext");
	put_pcrs();
	put_line("fake: end");
	RT->ResetSystem(EfiResetShutdown, EFI_SUCCESS, 0, NULL);
	return EFI_ABORTED;
}
