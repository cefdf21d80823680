/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "efi/console.h"
#include "format/text.h"

enum { TEXT_MAX = 500, TICK_MS = 10, ESCAPE_MS = 100, PENDING_MAX = 100 };

static void write_utf16(const char *text)
{
	static CHAR16 wide[2 * TEXT_MAX + 1];
	size_t n = 0;

	if (!ST->ConOut)
		return;
	for (; *text; text++) {
		if (*text == '\n')
			wide[n++] = '\r';
		wide[n++] = (CHAR16)(unsigned char)*text;
	}
	wide[n] = 0;
	(void)ST->ConOut->OutputString(ST->ConOut, wide);
}

void say(const char *fmt, ...)
{
	char buf[TEXT_MAX];
	struct text t;
	va_list args;

	text_init(&t, buf, sizeof(buf));
	va_start(args, fmt);
	text_add_args(&t, fmt, args);
	va_end(args);
	write_utf16(buf);
}

const char *status_text(EFI_STATUS status)
{
	static const struct {
		EFI_STATUS status;
		const char *text;
	} table[] = {
		{EFI_SUCCESS, "done"},
		{EFI_LOAD_ERROR, "cannot be loaded"},
		{EFI_INVALID_PARAMETER, "not understood by the firmware"},
		{EFI_UNSUPPORTED, "not supported by the firmware"},
		{EFI_BAD_BUFFER_SIZE, "wrong size"},
		{EFI_BUFFER_TOO_SMALL, "too long"},
		{EFI_NOT_READY, "not ready"},
		{EFI_DEVICE_ERROR, "the device reports an error"},
		{EFI_WRITE_PROTECTED, "write protected"},
		{EFI_OUT_OF_RESOURCES, "not enough memory"},
		{EFI_VOLUME_CORRUPTED, "the file system is damaged"},
		{EFI_NO_MEDIA, "no medium"},
		{EFI_MEDIA_CHANGED, "the medium was changed"},
		{EFI_NOT_FOUND, "not found"},
		{EFI_ACCESS_DENIED, "access denied (Secure Boot)"},
		{EFI_NO_RESPONSE, "no answer"},
		{EFI_TIMEOUT, "time is over"},
		{EFI_NOT_STARTED, "not started"},
		{EFI_ALREADY_STARTED, "already there"},
		{EFI_ABORTED, "given up"},
		{EFI_CRC_ERROR, "wrong checksum"},
		{EFI_SECURITY_VIOLATION, "not trusted (Secure Boot)"},
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		if (table[i].status == status)
			return table[i].text;
	}
	return "unknown status of the firmware";
}

EFI_STATUS say_failed(const char *what, EFI_STATUS status)
{
	say("unbrick: %s: %s\n", what, status_text(status));
	return status;
}

static bool has_keys(void)
{
	return ST->ConIn != NULL && ST->ConsoleInHandle != NULL;
}

static bool read_key(EFI_INPUT_KEY *ret)
{
	return has_keys() && ST->ConIn->ReadKeyStroke(ST->ConIn, ret) == EFI_SUCCESS;
}

/* Not by Reset, which takes a second on some USB keyboards and for ever on a few. */
void console_forget_keys(void)
{
	EFI_INPUT_KEY k;

	for (unsigned i = 0; i < PENDING_MAX && read_key(&k); i++)
		;
}

/* Polling, as the event of some firmware's ConIn is never signalled for a serial line. */
static bool wait_key(int timeout_ms, EFI_INPUT_KEY *ret)
{
	for (int left_ms = timeout_ms; !read_key(ret); left_ms -= timeout_ms < 0 ? 0 : TICK_MS) {
		if (timeout_ms < 0 ? !has_keys() : left_ms <= 0)
			return false;
		(void)BS->Stall((UINTN)TICK_MS * 1000);
	}
	return true;
}

/* The rest of an arrow key that came from a terminal as it is: ESC [ A, ESC O A. */
static int escape_sequence(void)
{
	EFI_INPUT_KEY k;

	if (!wait_key(ESCAPE_MS, &k))
		return KEY_OTHER;
	if ((k.UnicodeChar == '[' || k.UnicodeChar == 'O') && wait_key(ESCAPE_MS, &k)) {
		if (k.UnicodeChar == 'A')
			return KEY_UP;
		if (k.UnicodeChar == 'B')
			return KEY_DOWN;
	}
	return KEY_OTHER;
}

int console_key(int timeout_ms)
{
	EFI_INPUT_KEY k;

	if (!wait_key(timeout_ms, &k))
		return KEY_NONE;
	if (k.ScanCode == SCAN_UP)
		return KEY_UP;
	if (k.ScanCode == SCAN_DOWN)
		return KEY_DOWN;
	if (k.ScanCode == SCAN_ESC || k.UnicodeChar == 0x1B)
		return escape_sequence();
	if (k.UnicodeChar == '\r' || k.UnicodeChar == '\n')
		return KEY_ENTER;
	if (k.UnicodeChar >= '0' && k.UnicodeChar <= '9')
		return KEY_DIGIT + (k.UnicodeChar - '0');
	return KEY_OTHER;
}

void console_clear(void)
{
	if (!ST->ConOut)
		return;
	(void)ST->ConOut->SetAttribute(ST->ConOut, EFI_LIGHTGRAY | EFI_BACKGROUND_BLACK);
	(void)ST->ConOut->ClearScreen(ST->ConOut);
}

void console_go(unsigned row)
{
	if (ST->ConOut)
		(void)ST->ConOut->SetCursorPosition(ST->ConOut, 0, row);
}

void console_cursor(bool is_shown)
{
	if (ST->ConOut)
		(void)ST->ConOut->EnableCursor(ST->ConOut, is_shown);
}

void console_line(unsigned row, bool is_marked, const char *text)
{
	UINTN plain = EFI_LIGHTGRAY | EFI_BACKGROUND_BLACK;

	console_go(row);
	if (ST->ConOut && is_marked)
		(void)ST->ConOut->SetAttribute(ST->ConOut, EFI_BLACK | EFI_BACKGROUND_LIGHTGRAY);
	write_utf16(text);
	if (ST->ConOut && is_marked)
		(void)ST->ConOut->SetAttribute(ST->ConOut, plain);
	say("\n");
}
