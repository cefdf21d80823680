/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Windows keeps a startup key in the root of a stick, one hidden file a volume. They go to the
 * program one after another in one stream (rs_keys_from_fd), where the length in a file's header
 * tells where the next one begins: so that has to be right. */
#include "init/stick_keys.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "core/secret.h"
#include "core/view.h"
#include "init/stick_record.h"
#include "init/sysfs.h"

#define HEADER	  48U
#define KEY_MOST  1024U
#define KEYS_MOST (48U << 10) /* with keys.txt they fit into the pipe to the program */

struct sending {
	const char *folder;
	int out_fd;
	size_t len;
	bool is_full;
};

static bool is_startup_key(const struct rs_secret *s)
{
	return s->len >= HEADER && rs_le32(s->p) == s->len && rs_le32(s->p + 4) == 1 &&
	       rs_le32(s->p + 8) == HEADER;
}

static void send_startup_key(void *user, const char *name)
{
	struct sending *s = user;
	auto_secret struct rs_secret key = {0};
	size_t len = strlen(name);
	char path[512];

	if (len < 5 || len > 255 || strcasecmp(name + len - 4, ".BEK") != 0 || s->is_full)
		return;
	(void)snprintf(path, sizeof(path), "%s/%s", s->folder, name);
	int r = stick_read_file(path, KEY_MOST, &key);
	if (r < 0 || !is_startup_key(&key)) {
		stick_say(s->out_fd, STICK_NOTE, "%s of the stick is not used: %s", name,
			r < 0 && r != -EFBIG ? strerror(-r) : "it is no startup key");
		return;
	}
	s->len += key.len;
	s->is_full = s->len > KEYS_MOST;
	if (s->is_full)
		stick_say(s->out_fd, STICK_NOTE,
			"startup keys of the stick: there are more than are read, %s is the first "
			"that is not",
			name);
	else
		(void)stick_send(s->out_fd, STICK_STARTUP_KEY, key.p, key.len); /* as notes */
}

void stick_send_startup_keys(const char *top, int out_fd)
{
	struct sending s = {.folder = top, .out_fd = out_fd};

	sysfs_each(top, send_startup_key, &s);
}
