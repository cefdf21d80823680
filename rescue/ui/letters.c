/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/letters.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#define MOST_KEPT 8U /* CONSOLES_MOST */

/* A signal handler can reach nothing but a global. */
static struct {
	volatile sig_atomic_t is_kept;
	int fd;
	struct font before;
} kept[MOST_KEPT];

/* Linux' own (console_codes(4)): ESC ] P and the colour; ESC ] R, the palette as it was. Colour 7
 * is that of text, and with it of bars in reverse; bold has 15, which is white anyway. */
static const char white[] = "\x1b]P7ffffff", usual[] = "\x1b]R";
static volatile sig_atomic_t is_white[MOST_KEPT];
static int white_fd[MOST_KEPT];

/* Not where output is held: that would be for ever. */
static void put(int fd, const char *text)
{
	struct pollfd polled = {fd, POLLOUT, 0};

	if (poll(&polled, 1, 0) > 0 && write(fd, text, strlen(text)) < 0)
		return; /* as it is */
}

void letters_white(int fd, bool is_to_be)
{
	for (size_t i = 0; i < MOST_KEPT; i++)
		if (is_white[i] && white_fd[i] == fd) {
			is_white[i] = is_to_be;
			put(fd, is_to_be ? white : usual);
			return;
		}
	for (size_t i = 0; is_to_be && i < MOST_KEPT; i++)
		if (!is_white[i]) {
			white_fd[i] = fd;
			is_white[i] = 1;
			put(fd, white);
			return;
		}
}

static size_t place_of(int fd)
{
	size_t ret = MOST_KEPT;

	for (size_t i = 0; i < MOST_KEPT; i++) {
		if (kept[i].is_kept && kept[i].fd == fd)
			return i;
		if (!kept[i].is_kept && ret == MOST_KEPT)
			ret = i;
	}
	return ret;
}

int letters_choose(int fd, enum font_size size)
{
	auto_font struct font before = {0};
	const size_t at = place_of(fd);
	const int r = at < MOST_KEPT ? font_choose(fd, size, &before) : -EMFILE;

	if (r != 1 || kept[at].is_kept) /* the first ones are those to be put back */
		return r;
	kept[at].fd = fd;
	kept[at].before = before;
	kept[at].is_kept = 1;
	before.bits = NULL;
	return r;
}

void letters_restore_all(void)
{
	for (size_t i = 0; i < MOST_KEPT; i++) {
		if (kept[i].is_kept) /* nobody is left to hear that it failed */
			(void)font_write(kept[i].fd, &kept[i].before);
		if (is_white[i])
			put(white_fd[i], usual);
	}
}

void letters_restore(int fd)
{
	const size_t at = place_of(fd);

	if (at == MOST_KEPT || !kept[at].is_kept)
		return;
	(void)font_write(fd, &kept[at].before); /* as above */
	kept[at].is_kept = 0;
	font_done(&kept[at].before);
}

int letters_size(const char *name)
{
	static const char *const words[] = {FONT_SIZES(JUST_WORD)};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(words[i], name) == 0)
			return (int)i;
	return -1;
}
