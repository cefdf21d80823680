/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What came of it as a QR code, for a machine whose report no network takes: a phone reads it from
 * the screen. All in the letters that a code needs the least room for (ISO/IEC 18004, alphanumeric
 * mode); the smallest screen has a short one. */
#include <string.h>

#include "ui/tui.h"

#define CODE_BYTES 512U
#define SHORT_ID   8 /* of a key's ID, as Windows' recovery screen shows it */
#define KEYS_MOST  4U

/* Of the repair that has ended last. */
static const struct rs_run *ended(const struct tui *t)
{
	return t->report && !t->repair && !t->is_working ? rs_report_run(t->report) : NULL;
}

bool result_is_open(const struct tui *t)
{
	const struct rs_run *run = ended(t);

	return run && run->outcome.is_known;
}

enum screen_id result_go(struct tui *t)
{
	tui_ask(t, SCREEN_RESULT);
	return SCREEN_STAY;
}

void result_tell(const struct tui *t, struct page *p)
{
	if (result_is_open(t))
		page_say(p, false, "c shows the result as a QR code, for a phone.");
}

/* IDs of the recovery keys that opened something; how many. */
static unsigned used_keys(const struct rs_run *run, char ret[KEYS_MOST][RS_GUID_LEN])
{
	unsigned n = 0;

	for (size_t i = 0; i < run->n_disks; i++)
		for (size_t k = 0; k < run->disks[i].n_volumes && n < KEYS_MOST; k++) {
			const struct run_bitlocker *b = run->disks[i].volumes[k].bitlocker;
			if (b && b->is_unlocked && bl_is_kind(b->unlock.protection, BL_P_RECOVERY))
				rs_guid_text(b->unlock.protector_id, ret[n++]);
		}
	return n;
}

void result_text(const struct rs_run *run, bool is_short, char *ret, size_t cap)
{
	char keys[KEYS_MOST][RS_GUID_LEN], began[RS_TIME_LEN], serial[sizeof(run->machine.serial)];
	const unsigned n_keys = used_keys(run, keys);
	size_t n;

	rs_filetime_name(run->started_filetime, began);
	(void)snprintf(serial, sizeof(serial), "%s", run->machine.serial);
	rs_redact_code(serial); /* before it is cut, or half a secret would be none */
	(void)snprintf(ret, cap, "UNBRICK %s %d SN %.*s", run_result_word(run->outcome.result),
		run->outcome.status, is_short ? 20 : 64, serial);
	n = strlen(ret);
	if (!is_short)
		(void)snprintf(ret + n, cap - n, " AT %s", began);
	rs_redact_code(ret); /* a disk and a firmware call themselves what they like */
	for (unsigned i = 0; i < n_keys; i++) {
		n = strlen(ret);
		(void)snprintf(
			ret + n, cap - n, " KEY %.*s", is_short ? SHORT_ID : RS_GUID_LEN, keys[i]);
	}
}

void result_draw(const struct tui *t, struct page *p)
{
	const struct rs_run *run = ended(t);
	char text[CODE_BYTES], keys[KEYS_MOST][RS_GUID_LEN];

	p->columns = PAGE_BESIDE;
	if (!run)
		return;
	for (int is_short = 0; is_short < 2; is_short++) {
		result_text(run, is_short, text, sizeof(text));
		page_code(p, text);
	}
	page_say(p, true, "%s.", run->outcome.text);
	page_blank(p);
	if (run->machine.serial[0])
		page_say(p, false, "Serial number: %-s", run->machine.serial);
	for (unsigned i = 0, n = used_keys(run, keys); i < n; i++)
		page_say(p, false, "Key used: %s", keys[i]);
	page_blank(p);
	page_say(p, false,
		"A phone reads result, serial number and the IDs of used keys from the code, and "
		"can send them to whoever counts the machines. There is no key in it.");
}

/* ---- of a start of the rescue system, which the first process has told of (core/link.h) ---- */

/* IDs as Windows' recovery screen shows them. */
void code_shorten(const char *text, char *ret, size_t cap)
{
	size_t n = 0, in_id = 0;

	for (size_t i = 0; text[i] && n + 1 < cap; i++) {
		const bool begins = i >= 4 && (strncmp(text + i - 4, " KEY", 4) == 0 ||
						      strncmp(text + i - 3, " ID", 3) == 0);
		if (text[i] == ' ')
			in_id = begins;
		else if (in_id && in_id++ > SHORT_ID)
			continue;
		ret[n++] = text[i];
	}
	ret[n] = '\0';
}

enum screen_id code_enter(struct tui *t)
{
	t->supervisor.is_result_due = false;
	return SCREEN_CODE;
}

bool code_is_open(const struct tui *t)
{
	return t->supervisor.result[0];
}

enum screen_id code_go(struct tui *t)
{
	(void)t;
	return SCREEN_CODE;
}

enum screen_id code_back(struct tui *t)
{
	(void)t;
	return SCREEN_FOUND;
}

void code_draw(const struct tui *t, struct page *p)
{
	char text[LINK_BYTES];

	p->columns = PAGE_BESIDE;
	page_code(p, t->supervisor.result);
	code_shorten(t->supervisor.result, text, sizeof(text));
	page_code(p, text);
	page_say(p, true, "No collector has the report of this start.");
	page_blank(p);
	page_say(p, false, "%-s", t->supervisor.result);
	page_blank(p);
	page_say(p, false,
		"A phone reads that from the code, and can send it to whoever counts the machines. "
		"There is no key in it, only the IDs of keys that were used.");
	page_say(p, false, "Esc goes on to the disks.");
}
