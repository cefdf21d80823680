/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The state of the machine that bears on a start: dumps, Driver Verifier, setup, shutdown. */
#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "windows/drivers_internal.h"

static void copy_text(struct drivers_read *d, const struct hive_wanted *w, char *ret, size_t cap)
{
	auto_free char *text = drivers_text(d, w);

	if (text)
		(void)snprintf(ret, cap, "%s", text); /* cut is fine */
}

static void crash_control(struct drivers_read *d, win_key key)
{
	struct hive_wanted w[] = {{.name = "CrashDumpEnabled"}, {.name = "DumpFile"},
		{.name = "MinidumpDir"}, {.name = "DumpFilters"}};
	struct win_system *s = d->s;

	(void)drivers_values(d, key, w, 4);
	s->dump_kind = hive_wanted_u32(&w[0], UINT32_MAX);
	copy_text(d, &w[1], s->dump_file, sizeof(s->dump_file));
	copy_text(d, &w[2], s->minidump_dir, sizeof(s->minidump_dir));
	(void)drivers_has(d, hive_wanted_list(&w[3], &s->dump_filters) ? d : NULL);
	hive_wanted_done(w, 4);
}

/* The first command of SetupExecute; an empty list, or empty strings, are none. */
static void session_manager(struct drivers_read *d, win_key key)
{
	struct hive_wanted w[] = {{.name = "SetupExecute"}};
	struct win_list l = {0};
	struct win_system *s = d->s;

	(void)drivers_values(d, key, w, 1);
	(void)drivers_has(d, hive_wanted_list(&w[0], &l) ? d : NULL);
	for (size_t i = 0; i < l.n && !s->has_setup_execute; i++)
		if (l.p[i][0]) {
			s->has_setup_execute = true;
			(void)snprintf(s->setup_execute, sizeof(s->setup_execute), "%s", l.p[i]);
		}
	win_list_done(&l);
	hive_wanted_done(w, 1);
}

static void verifier(struct drivers_read *d, win_key key)
{
	struct hive_wanted w[] = {{.name = "VerifyDrivers"}, {.name = "VerifyDriverLevel"}};
	struct win_system *s = d->s;

	(void)drivers_values(d, key, w, 2);
	copy_text(d, &w[0], s->verified, sizeof(s->verified));
	s->is_verifier_on = s->verified[0] || hive_wanted_u32(&w[1], 0) != 0;
	hive_wanted_done(w, 2);
}

static void power(struct drivers_read *d, win_key key)
{
	struct hive_wanted w[] = {{.name = "HiberbootEnabled"}};

	(void)drivers_values(d, key, w, 1);
	d->s->is_hiberboot = hive_wanted_u32(&w[0], 0) != 0;
	hive_wanted_done(w, 1);
}

static void stopped(struct drivers_read *d, win_key key)
{
	struct hive_wanted w[] = {{.name = "ShutdownTime"}};

	(void)drivers_values(d, key, w, 1);
	if (w[0].is_there && w[0].v.len >= 8)
		d->s->shutdown = rs_le64(w[0].v.p);
	hive_wanted_done(w, 1);
}

static void setup(struct drivers_read *d, win_key key)
{
	struct hive_wanted w[] = {{.name = "SetupType"}, {.name = "SystemSetupInProgress"},
		{.name = "OOBEInProgress"}, {.name = "Upgrade"}, {.name = "RollbackActive"}};
	struct win_system *s = d->s;

	(void)drivers_values(d, key, w, 5);
	s->setup_type = hive_wanted_u32(&w[0], 0);
	s->setup_in_progress = hive_wanted_u32(&w[1], 0);
	s->oobe = hive_wanted_u32(&w[2], 0);
	s->upgrade = hive_wanted_u32(&w[3], 0);
	s->rollback = hive_wanted_u32(&w[4], 0);
	hive_wanted_done(w, 5);
}

void drivers_state(struct drivers_read *d)
{
	static const struct {
		const char *path;
		void (*read)(struct drivers_read *d, win_key key);
	} parts[] = {
		{"Control\\CrashControl", crash_control},
		{"Control\\Session Manager", session_manager},
		{"Control\\Session Manager\\Memory Management", verifier},
		{"Control\\Session Manager\\Power", power},
		{"Control\\Windows", stopped},
	};

	d->s->dump_kind = UINT32_MAX;
	for (size_t i = 0; drivers_goes_on(d) && i < sizeof(parts) / sizeof(parts[0]); i++) {
		win_key key = drivers_key(d, d->set, parts[i].path);
		if (key)
			parts[i].read(d, key);
	}
	win_key key = drivers_goes_on(d) ? drivers_key(d, win_hive_root(d->h), "Setup") : 0;
	if (key)
		setup(d, key);
}
