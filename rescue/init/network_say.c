/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the process that has the network says: words for /init, lines for a host. */
#include <stdarg.h>
#include <stdio.h>

#include "init/network_child.h"

static void send_line(struct child *c, const struct network_word *w)
{
	char line[NETWORK_LINE];

	if (w->kind == NETWORK_NOW)
		network_line(&w->now, line, sizeof(line));
	else
		(void)snprintf(line, sizeof(line), "%s %s", w->kind == NETWORK_SAY ? "say" : "log",
			w->text);
	(void)dprintf(c->out_fd, "%s\n", line); /* whoever reads it has ended us by hand */
}

void child_send(struct child *c, const struct network_word *w)
{
	if (c->by_hand)
		send_line(c, w);
	else if (!process_write(c->out_fd, w, sizeof(*w)))
		c->is_over = true; /* nobody is there any more */
}

void child_tell(struct child *c, enum network_kind kind, const char *fmt, ...)
{
	struct network_word w = {.kind = kind};
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(w.text, sizeof(w.text), fmt, ap);
	va_end(ap);
	child_send(c, &w);
}
