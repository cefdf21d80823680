/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Texts of Windows; the first byte says which. Seeds: any log. */
#include <string.h>

#include "core/text.h"
#include "windows/traces.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t len);

static bool take(void *user, const struct win_trace *t)
{
	size_t *n = user;

	if (!rs_is_utf8(t->text) || !rs_is_utf8(t->path) || !rs_is_utf8(t->name) ||
		!rs_is_utf8(t->package) || !rs_is_utf8(t->service) || !rs_is_utf8(t->product) ||
		!win_trace_word(t->kind) || strchr(t->text, '\n'))
		__builtin_trap();
	return ++*n < 1000;
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	struct win_clock c = {len & 1 ? 480 : -120, len & 2};
	struct rs_view v = {p + 1, len - 1};
	size_t n = 0;
	int r = 0;

	if (!len)
		return 0;
	switch (p[0] % 11) {
	case 0:
		r = win_srt_read(v, c, take, &n, NULL);
		break;
	case 1:
		r = win_dumpstack_read(v, take, &n, NULL);
		break;
	case 2:
		r = win_ntbtlog_read(v, c, take, &n, NULL);
		break;
	case 3:
		r = win_setupapi_read(v, c, take, &n, NULL);
		break;
	case 4:
		r = win_cbs_read(v, c, take, &n, NULL);
		break;
	case 5:
		r = win_poqexec_read(v, take, &n, NULL);
		break;
	case 6:
		r = win_pending_xml_read(v, take, &n, NULL);
		break;
	case 7:
		r = win_panther_read(v, c, take, &n, NULL);
		break;
	case 8:
		r = win_vendor_read(v, c, take, &n, NULL);
		break;
	case 9:
		r = win_taken_read(v, c, take, &n, NULL);
		break;
	default:
		r = win_wer_read(v, take, &n, NULL);
	}
	if (r < 0 || n > 1000)
		__builtin_trap(); /* nothing in them is an error, and who has enough is heard */
	return 0;
}
