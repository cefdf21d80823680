/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bytes of a text, or of its tail. */
#include <stdio.h>
#include <stdlib.h>

#include "core/cleanup.h"
#include "evidence/texts.h"

static int unread(struct evidence *e, enum ev_source source, const char *path, int r,
	const struct rs_err *why, struct rs_err *err)
{
	char line[512];

	if (rs_err_ends(r))
		return rs_err_pass(err, r, why);
	if (r == RS_E_NO_SUCH_FILE)
		return 0;
	(void)snprintf(line, sizeof(line), "cannot be read: %s", rs_err_info(r)->text);
	if (why->detail[0])
		(void)snprintf(line, sizeof(line), "cannot be read: %s", why->detail);
	return ev_lose(e, source, path, line, 0) ? 0 : rs_fail(err, RS_E_MEMORY, "evidence");
}

int ev_bytes_read(const struct ev_look *in, struct evidence *e, enum ev_source source,
	const char *path, size_t cap, bool is_head, struct ev_bytes *ret, struct rs_err *err)
{
	auto_nt_file struct nt_file *f = NULL;
	struct rs_err why = {0};
	uint64_t ref;

	*ret = (struct ev_bytes){0};
	if (!rs_task_goes_on(in->task))
		return rs_fail(err, RS_E_CANCELLED, "evidence");
	int r = nt_lookup(in->vol, path, &ref, &why);
	if (r == 0)
		r = nt_stat(in->vol, ref, &ret->stat, &why);
	if (r == 0)
		r = nt_file_open(in->vol, ref, "", &f, &why);
	if (r < 0)
		return unread(e, source, path, r, &why, err);
	uint64_t size = nt_file_size(f), off = 0;
	if (size > cap && !is_head)
		off = (size - cap) & ~1ULL; /* a whole unit of UTF-16 */
	auto_free uint8_t *p = malloc(cap + 2);
	if (!p)
		return rs_fail(err, RS_E_MEMORY, "evidence");
	r = nt_file_read(f, off, p, cap, &ret->len, &why);
	if (r < 0)
		return unread(e, source, path, r, &why, err);
	e->bytes += ret->len;
	ret->p = rs_steal(p);
	return 0;
}

bool ev_is_there(const struct ev_look *in, const char *path)
{
	uint64_t ref;

	return nt_lookup(in->vol, path, &ref, NULL) == 0;
}

uint64_t ev_last_heard(const struct ev_look *in, const struct evidence *e)
{
	uint64_t ret = e->log_newest;

	if (in->win->shutdown_filetime > ret)
		ret = in->win->shutdown_filetime;
	return in->win->crashed_filetime > ret ? in->win->crashed_filetime : ret;
}
