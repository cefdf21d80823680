/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What this machine's firmware trusts, for the report: whoever has the reports of a fleet can count
 * the machines that the stick will not start on. */
#include "init/machine.h"

#include <stdio.h>
#include <string.h>

#include "core/cleanup.h"
#include "core/redact.h"
#include "firmware/firmware.h"
#include "init/efivar.h"
#include "init/init.h"

#define LOOK_MS	   60000 /* each variable is a call of the firmware; one that is slow holds nobody */
#define WAIT_MS	   5000U
#define MOST_BYTES ((size_t)64 << 10)

/* By the application, and checked: its certificate is in db, or shim has it in its own list. */
static void note_door(struct fw_facts *f, const struct facts *started)
{
	bool is_shim = strcmp(started->loader, "shim") == 0;

	if (started->door != DOOR_APPLICATION || started->secure_boot != SECURE_BOOT_YES)
		return;
	f->is_asked = true;
	f->is_in_db = !is_shim;
	f->is_in_mok = is_shim;
}

static void put(struct json_out *j, const struct fw_report *r, const char *fault)
{
	jo_open(j, NULL, '{');
	if (fault[0])
		jo_text(j, "fault", fault);
	else
		fw_json(j, r);
	jo_close(j, '}');
}

void firmware_tell(const char *path, const struct facts *started, FILE *f)
{
	static struct fw_report r;
	struct rs_err err = {0};
	char fault[800] = "";

	if (fw_read(path, NULL, &r.facts, &err) < 0)
		rs_err_line(&err, fault, sizeof(fault));
	note_door(&r.facts, started);
	fw_judge(&r.facts, &r.verdict);
	put(&(struct json_out){.f = f, .clean = rs_shown_new}, &r, fault);
}

static int look(void *arg, int out_fd)
{
	const struct init *in = arg;
	auto_free char *text = NULL;
	char fault[128];
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);

	if (!f)
		return 1;
	if (efivar_mount(fault, sizeof(fault)))
		firmware_tell(NULL, &in->facts, f);
	else
		put(&(struct json_out){.f = f, .clean = rs_shown_new}, NULL, fault);
	bool is_whole = !ferror(f);
	return fclose(f) == 0 && is_whole && process_write(out_fd, text, len) ? 0 : 1;
}

static void on_looked(void *user, struct process *p)
{
	struct init *in = user;
	struct json_tokener *t = json_tokener_new();
	struct json_object *o = NULL;

	if (t && process_is_good(p))
		o = json_tokener_parse_ex(t, (const char *)p->result.p, (int)p->result.len);
	json_tokener_free(t);
	in->is_firmware_awaited = false;
	if (o)
		report_set(in, "firmware", o);
	else
		init_log(in, "firmware: what it trusts is not known");
}

void firmware_look(struct init *in)
{
	const struct process_plan plan = {.run = look,
		.arg = in,
		.cap = MOST_BYTES,
		.end = on_looked,
		.user = in,
		.limit_ms = LOOK_MS};

	in->is_firmware_awaited = process_start(&in->processes, &plan, NULL);
	if (!in->is_firmware_awaited)
		init_log(in, "firmware: no process to look at it");
}

void firmware_wait(struct init *in)
{
	const uint64_t end = now_ms() + WAIT_MS;

	while (in->is_firmware_awaited && !in->is_stop_wanted && now_ms() < end)
		init_step(in, 200);
}
