/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is written to, and read from, the firmware's consoles (it feeds all of them: graphics and
 * serial). Without a console nothing fails. */
#ifndef UNBRICK_EFI_CONSOLE_H
#define UNBRICK_EFI_CONSOLE_H

#include "efi/firmware.h"

enum console_key {
	KEY_NONE, /* time is over */
	KEY_UP,
	KEY_DOWN,
	KEY_ENTER,
	KEY_OTHER,
	KEY_DIGIT, /* KEY_DIGIT + 0..9 */
};

/** Write text as text_add does; '\n' becomes CR LF. At most 500 characters. */
void say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/** A status of the firmware in words, without a full stop. */
const char *status_text(EFI_STATUS status);

/** Say what failed and that it failed with @status; returns it. */
EFI_STATUS say_failed(const char *what, EFI_STATUS status);

/** Forget keys that were pressed before. */
void console_forget_keys(void);

/** Wait for a key, at most @timeout_ms; negative = until one comes. Without a keyboard KEY_NONE
 * comes at once, or when the time is over. */
int console_key(int timeout_ms);

/** Clear; write one line at a row, in reverse if @is_marked, and leave the cursor behind it. */
void console_clear(void);
void console_line(unsigned row, bool is_marked, const char *text);
void console_go(unsigned row);
void console_cursor(bool is_shown);

#endif
