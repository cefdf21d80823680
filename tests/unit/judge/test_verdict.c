/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What follows from evidence: each kind, each weight, and what makes a verdict less sure. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../evidence/made.h"
#include "judge/verdict.h"
#include "judge/verdict_internal.h"

#define DRIVER	"\\Windows\\System32\\drivers\\tnd.sys"
#define OTHER	"\\Windows\\System32\\drivers\\npf.sys"
#define OWN	"\\Windows\\System32\\ntoskrnl.exe"
#define CONTENT "\\ProgramData\\Halvard\\Sentry\\Content\\hs-4127.hvc"
#define COMPANY "Tnd Networks GmbH"

static struct diagnosis *verdict_of(struct evidence *e)
{
	const struct win_info win = {.root = "\\Windows"};
	const struct verdict_input in = {.e = e, .win = &win};
	struct diagnosis *d = NULL;

	assert_int_equal(verdict_make(&in, &d, NULL), 0);
	return d;
}

static const struct diag_why *why_of(const struct diagnosis *d, size_t i, const char *weight)
{
	for (size_t k = 0; i < d->n_candidates && k < d->candidates[i].n_why; k++)
		if (strcmp(d->candidates[i].why[k].weight, weight) == 0)
			return &d->candidates[i].why[k];
	return NULL;
}

static bool contradicts(const struct diagnosis *d, const char *what)
{
	for (size_t i = 0; i < d->n_contradictions; i++)
		if (strstr(d->contradictions[i], what))
			return true;
	return false;
}

/* A driver that came 6 minutes before, and two crashes in it. */
static struct evidence *updated_driver(void)
{
	struct evidence *e = made_begin();
	struct ev_item *i;

	made_run(e, AT(0), AT(95));
	i = made_row(e, EV_PACKAGE, EV_DRIVER_STORE, AT(94), DRIVER);
	i->service = "tnd";
	(void)made_row(e, EV_DEVICE_INSTALLED, EV_EVENT_LOG, AT(94) + 10, DRIVER);
	(void)made_row(e, EV_FILE_CHANGED, EV_FILE, AT(94) + 5, DRIVER);
	for (int k = 0; k < 2; k++) {
		(void)made_row(e, EV_START, EV_EVENT_LOG, AT(99 + 3 * k), "");
		i = made_dump(e, AT(100 + 3 * k), 0xd1, 1, EV_AT_FAULT, DRIVER);
		i->crash->blames[0].timestamp = 0x60000000;
	}
	(void)made_file(e, DRIVER, COMPANY);
	(void)made_service(e, "tnd", DRIVER, WIN_START_SYSTEM, 1);
	return e;
}

static void updated_driver_is_at_fault(void **state)
{
	struct diagnosis *d = verdict_of(updated_driver());

	(void)state;
	assert_int_equal(d->kind, DIAG_BAD_FILE);
	assert_int_equal(d->certainty, DIAG_C_SURE);
	assert_string_equal(d->candidates[0].path, DRIVER);
	assert_string_equal(d->candidates[0].service, "tnd");
	for (size_t i = 0; i < 7; i++)
		assert_non_null(why_of(d, 0,
			((const char *const[]){"at-fault", "at-fault-again", "new-before-crash",
				"half-hour-before", "package-came", "told-by-log",
				"same-build"})[i]));
	assert_int_equal(d->n_proposals, 1);
	assert_int_equal(d->proposals[0].action, DIAG_DISABLE);
	assert_string_equal(d->proposals[0].path, DRIVER);
	assert_string_equal(d->proposals[0].service, "tnd");
	assert_true(d->proposals[0].can);
	assert_false(d->proposals[0].may_alone); /* a driver never without a person */
	assert_int_equal(d->first_crash, AT(100));
	assert_int_equal(d->last_crash, AT(103));
	assert_int_equal(d->n_crashes, 2);
	assert_int_equal(d->n_contradictions, 0);
	diagnosis_free(d);
}

/* Of each kind of evidence: as long as it is not known, the verdict is less sure, and says why. */
static void what_cannot_be_read_makes_it_less_sure(void **state)
{
	static const enum ev_source sources[] = {EV_EVENT_LOG, EV_REGISTRY, EV_SETUP_LOG, EV_FILE};

	(void)state;
	for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++) {
		struct evidence *e = updated_driver();
		assert_true(ev_lose(e, sources[i], "X.log", "read error", 0));
		struct diagnosis *d = verdict_of(e);
		assert_int_equal(d->kind, DIAG_BAD_FILE);
		assert_int_equal(d->certainty, DIAG_C_LIKELY);
		assert_true(contradicts(d, "X.log"));
		assert_non_null(why_of(d, 0, "at-fault-again"));
		diagnosis_free(d);
	}
}

/* That it is not there is told, and takes nothing away. */
static void what_is_not_there_takes_nothing_away(void **state)
{
	struct evidence *e = updated_driver();

	(void)state;
	assert_true(ev_miss(e, EV_CHANGE_JOURNAL, "$J", "no change journal"));
	struct diagnosis *d = verdict_of(e);
	assert_int_equal(d->certainty, DIAG_C_SURE);
	assert_int_equal(d->n_contradictions, 0);
	diagnosis_free(d);
}

static struct diagnosis *with_lost_dumps(struct evidence *e, unsigned n, uint64_t time)
{
	char where[] = "\\Windows\\Minidump\\0.dmp";

	for (; n; n--) {
		where[18]++;
		assert_true(ev_lose(e, EV_DUMP, where, "read error", time));
	}
	return verdict_of(e);
}

/* Two dumps and the time of the file speak for the driver, and nothing else. */
static struct evidence *plain_driver(int64_t other_at)
{
	struct evidence *e = made_begin();

	made_run(e, AT(0), AT(95));
	(void)made_row(e, EV_FILE_CHANGED, EV_FILE, AT(94), DRIVER);
	(void)made_row(e, EV_FILE_CHANGED, EV_FILE, AT(other_at), OTHER);
	for (int k = 0; k < 2; k++)
		(void)made_dump(e, AT(100 + 3 * k), 0xd1, 1, EV_AT_FAULT, DRIVER);
	(void)made_file(e, DRIVER, COMPANY);
	(void)made_file(e, OTHER, COMPANY);
	return e;
}

/* What others say is not known, but for those that were written before all was well last; as many
 * make it unsure, unless the log tells that all crashes are alike, or much else speaks for it. */
static void dumps_that_cannot_be_read_may_say_something_else(void **state)
{
	static const struct {
		unsigned n;
		uint64_t time;
		uint32_t code;
		bool is_strong;
		enum diag_certainty certainty;
	} rows[] = {{1, 0, 0x50, false, DIAG_C_LIKELY}, {2, 0, 0x50, false, DIAG_C_UNSURE},
		{2, AT(110), 0x50, false, DIAG_C_UNSURE}, {3, 0, 0xd1, false, DIAG_C_LIKELY},
		{2, 0, 0x50, true, DIAG_C_LIKELY}, {3, AT(90), 0xd1, true, DIAG_C_SURE}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct evidence *e = rows[i].is_strong ? updated_driver() : plain_driver(-4000);
		made_logged(e, AT(109), rows[i].code);
		struct diagnosis *d = with_lost_dumps(e, rows[i].n, rows[i].time);
		assert_int_equal(d->certainty, rows[i].certainty);
		assert_int_equal(
			d->kind, d->certainty == DIAG_C_UNSURE ? DIAG_UNSURE : DIAG_BAD_FILE);
		assert_int_equal(d->n_proposals, d->certainty != DIAG_C_UNSURE);
		assert_int_equal(why_of(d, 0, "at-fault-again") != NULL, rows[i].time == AT(90));
		diagnosis_free(d);
	}
}

/* One more dump could put the other one first. */
static void lost_dump_may_point_to_the_other_one_that_changed(void **state)
{
	(void)state;
	for (int is_near = 0; is_near < 2; is_near++) {
		struct diagnosis *d = with_lost_dumps(plain_driver(is_near ? 96 : -4000), 1, 0);
		assert_int_equal(d->certainty, is_near ? DIAG_C_UNSURE : DIAG_C_LIKELY);
		assert_string_equal(d->candidates[0].path, DRIVER);
		diagnosis_free(d);
	}
}

/* Of a dump that is not whole the code is known: one like the others adds nothing, another one may
 * mean another file. A file that is damaged does not rest on dumps. */
static void dump_that_is_not_whole(void **state)
{
	struct diagnosis *d;

	(void)state;
	for (unsigned is_odd = 0; is_odd < 2; is_odd++) {
		struct evidence *e = updated_driver();
		struct ev_item *i =
			made_dump(e, AT(106), is_odd ? 0x50 : 0xd1, 1, EV_AT_FAULT, NULL);
		i->where = "\\Windows\\MEMORY.DMP";
		i->crash->is_dump = false;
		assert_true(ev_lose(e, EV_DUMP, i->where, "cut off", 0));
		d = verdict_of(e);
		assert_int_equal(d->certainty, is_odd ? DIAG_C_LIKELY : DIAG_C_SURE);
		assert_int_equal(why_of(d, 0, "at-fault-again") != NULL, !is_odd);
		diagnosis_free(d);
	}

	struct evidence *e = updated_driver();
	e->files[0]->image.soundness = WIN_ALL_ZERO;
	d = with_lost_dumps(e, 5, 0);
	assert_int_equal(d->kind, DIAG_BAD_FILE);
	assert_int_equal(d->certainty, DIAG_C_LIKELY);
	diagnosis_free(d);
}

/* 'Nothing wrong' needs all of the evidence; that a hive cannot be read is proof by itself. */
static void nothing_wrong_is_not_said_of_what_was_not_read(void **state)
{
	struct evidence *e;
	struct diagnosis *d;

	(void)state;
	for (int is_lost = 0; is_lost < 2; is_lost++) {
		e = made_begin();
		made_run(e, AT(0), AT(95));
		e->log_newest = AT(95);
		if (is_lost)
			assert_true(ev_lose(e, EV_STARTUP_REPAIR, "SrtTrail.txt", "read error", 0));
		d = verdict_of(e);
		assert_int_equal(d->kind, DIAG_NONE);
		assert_int_equal(d->certainty, is_lost ? DIAG_C_UNSURE : DIAG_C_LIKELY);
		diagnosis_free(d);
	}

	e = made_begin();
	made_row(e, EV_REGISTRY_BAD, EV_REGISTRY, 0, "")->is_certain = true;
	assert_true(ev_lose(e, EV_REGISTRY, "SYSTEM", "read error", 0));
	d = verdict_of(e);
	assert_int_equal(d->kind, DIAG_REGISTRY);
	assert_int_equal(d->certainty, DIAG_C_SURE);
	assert_int_equal(d->n_contradictions, 0);
	diagnosis_free(d);
}

/* Of so many changes that this one was left out nobody may say that the file is as it was. */
static void change_that_was_left_out_is_no_sameness(void **state)
{
	(void)state;
	for (int is_old = 0; is_old < 2; is_old++) {
		struct evidence *e = made_begin();
		made_run(e, AT(0), AT(95));
		(void)made_dump(e, AT(100), 0xd1, 1, EV_AT_FAULT, DRIVER);
		made_file(e, DRIVER, COMPANY)->changed = AT(is_old ? -50 : 94);
		struct diagnosis *d = verdict_of(e);
		assert_int_equal(why_of(d, 0, "unchanged") != NULL, is_old);
		diagnosis_free(d);
	}
}

static void other_build_on_the_disk_counts_against_it(void **state)
{
	struct evidence *e = updated_driver();

	(void)state;
	e->files[0]->image.timestamp = 0x61000000;
	struct diagnosis *d = verdict_of(e);
	assert_non_null(why_of(d, 0, "other-build"));
	assert_int_not_equal(d->certainty, DIAG_C_UNSURE + 2);
	diagnosis_free(d);
}

static void same_crash_before_it_came_acquits_it(void **state)
{
	struct evidence *e = updated_driver();

	(void)state;
	(void)made_dump(e, AT(-100000), 0xd1, 1, EV_AT_FAULT, DRIVER);
	struct diagnosis *d = verdict_of(e);
	assert_non_null(why_of(d, 0, "crashed-before"));
	assert_int_not_equal(d->certainty, DIAG_C_SURE);
	diagnosis_free(d);
}

static void clock_that_was_set_makes_it_less_sure(void **state)
{
	struct evidence *e = updated_driver();

	(void)state;
	(void)made_row(e, EV_CLOCK_SET, EV_EVENT_LOG, AT(90), "");
	struct diagnosis *d = verdict_of(e);
	assert_int_equal(d->certainty, DIAG_C_LIKELY);
	assert_true(contradicts(d, "clock"));
	diagnosis_free(d);
}

static void pending_update_makes_it_less_sure(void **state)
{
	struct evidence *e = updated_driver();

	(void)state;
	made_row(e, EV_UPDATE_PENDING, EV_REGISTRY, 0, "")->is_certain = true;
	struct diagnosis *d = verdict_of(e);
	assert_int_equal(d->kind, DIAG_BAD_FILE);
	assert_int_equal(d->certainty, DIAG_C_LIKELY);
	assert_true(contradicts(d, "update"));
	diagnosis_free(d);
}

/* ErrorControl 3: Windows would not start without the file. */
static void driver_that_windows_insists_on_is_disabled(void **state)
{
	struct evidence *e = updated_driver();

	(void)state;
	e->system->services[0].error_control = 3;
	struct diagnosis *d = verdict_of(e);
	assert_int_equal(d->proposals[0].action, DIAG_DISABLE);
	assert_true(d->proposals[0].can);
	assert_non_null(strstr(d->proposals[0].text, "ErrorControl 3"));
	diagnosis_free(d);
	e = updated_driver();
	e->system->services[0].error_control = 3;
	e->system->services[0].has_start = false; /* then it is for a person, and no move */
	d = verdict_of(e);
	assert_int_equal(d->proposals[0].action, DIAG_DISABLE);
	assert_false(d->proposals[0].can);
	diagnosis_free(d);
}

/* Its key cannot be edited: the file may be moved, as Windows takes its absence. */
static void driver_whose_service_cannot_be_disabled_is_moved(void **state)
{
	struct evidence *e = updated_driver();

	(void)state;
	e->system->are_services_whole = false;
	struct diagnosis *d = verdict_of(e);
	assert_int_equal(d->proposals[0].action, DIAG_MOVE);
	assert_true(d->proposals[0].can);
	assert_false(d->proposals[0].may_alone);
	diagnosis_free(d);
}

static void filter_is_no_move(void **state)
{
	struct evidence *e = updated_driver();
	struct win_filter_list *l = calloc(1, sizeof(*l));

	(void)state;
	assert_non_null(l);
	l->where = strdup("Class\\{4d36e967-e325-11ce-bfc1-08002be10318}");
	l->class_guid = strdup("{4d36e967-e325-11ce-bfc1-08002be10318}");
	l->names.p = calloc(1, sizeof(char *));
	assert_non_null(l->names.p);
	l->names.p[0] = strdup("TND"); /* case-blind */
	l->names.n = 1;
	e->system->filters = l;
	e->system->n_filters = 1;
	struct diagnosis *d = verdict_of(e);
	assert_int_equal(d->proposals[0].action, DIAG_FILTER);
	assert_string_equal(d->proposals[0].service, "tnd");
	assert_true(d->proposals[0].can);
	diagnosis_free(d);
}

/* It drives the disk that Windows starts from: whatever is said against it, it stays. */
static void driver_of_the_disk_stays(void **state)
{
	struct evidence *e = updated_driver();
	struct win_device *device = calloc(1, sizeof(*device));

	(void)state;
	assert_non_null(device);
	*device = (struct win_device){.id = strdup("PCI\\VEN_1"),
		.service = strdup("tnd"),
		.class_guid = strdup("{4d36e97b-e325-11ce-bfc1-08002be10318}")};
	e->system->devices = device;
	e->system->n_devices = 1;
	e->system->services[0].error_control = 3; /* nor is it disabled for that */
	struct diagnosis *d = verdict_of(e);
	assert_int_equal(d->kind, DIAG_BAD_FILE);
	assert_int_equal(d->proposals[0].action, DIAG_ASK);
	assert_false(d->proposals[0].can);
	diagnosis_free(d);
}

/* No dump tells more than a code, and a driver came that each of the starts loads. */
static void early_crashes_and_a_new_boot_driver(void **state)
{
	struct evidence *e = updated_driver();

	(void)state;
	for (size_t i = 0; i < e->n_items; i++)
		if (e->items[i].crash) {
			e->items[i].source = EV_PAGEFILE;
			e->items[i].crash->is_dump = false;
			e->items[i].crash->n_blames = 0;
		}
	struct diagnosis *d = verdict_of(e);
	assert_int_equal(d->kind, DIAG_BAD_FILE);
	assert_int_equal(d->certainty, DIAG_C_LIKELY);
	assert_non_null(why_of(d, 0, "loaded-at-each-start"));
	diagnosis_free(d);
}

/* The file that a start needs is absent, and another one too: no whole Windows, nobody took it. */
static void one_absent_program_counts_and_two_do_not(void **state)
{
	for (unsigned n = 1; n <= 2; n++) {
		struct evidence *e = made_begin();
		struct diagnosis *d;
		(void)state;
		made_run(e, AT(0), AT(95));
		(void)made_row(e, EV_START_FAILED, EV_STARTUP_REPAIR, AT(110), "");
		(void)made_row(e, EV_FILE_GONE, EV_FILE, 0, "\\Windows\\System32\\user32.dll");
		if (n == 2)
			(void)made_row(
				e, EV_FILE_GONE, EV_FILE, 0, "\\Windows\\System32\\win32u.dll");
		d = verdict_of(e);
		assert_int_equal(d->kind, n == 1 ? DIAG_FILE_REMOVED : DIAG_UNSURE);
		diagnosis_free(d);
	}
}

/* Woken up in vain: what the loader wrote since is all that there is. */
static void resume_that_goes_round(void **state)
{
	struct evidence *e = made_begin();

	(void)state;
	made_run(e, AT(0), AT(95));
	(void)made_row(e, EV_START, EV_EVENT_LOG, AT(100), "");
	made_row(e, EV_RESUME_FAILED, EV_HIBERNATION, AT(200), "")->is_certain = true;
	(void)made_row(e, EV_START, EV_BOOT_STATUS, AT(300), "");
	struct diagnosis *d = verdict_of(e);
	assert_int_equal(d->kind, DIAG_RESUME);
	diagnosis_free(d);
}

/* A power loss of months ago is nothing that a person still wonders about. */
static void old_power_loss_is_nothing(void **state)
{
	struct evidence *e = made_begin();

	(void)state;
	(void)made_row(e, EV_START, EV_EVENT_LOG, AT(0), "");
	(void)made_row(e, EV_POWER_LOSS, EV_EVENT_LOG, AT(0) + 1, "");
	made_run(e, AT(100000), AT(100100));
	struct diagnosis *d = verdict_of(e);
	assert_int_equal(d->kind, DIAG_NONE);
	diagnosis_free(d);
}

/* A driver that never changed, and a new content file of its product. */
static struct evidence *bad_content(void)
{
	struct evidence *e = made_begin();
	struct ev_file *f;

	(void)made_row(e, EV_START, EV_EVENT_LOG, AT(-900), "");
	(void)made_dump(e, AT(0), 0x50, 900, EV_AT_FAULT, DRIVER);
	(void)made_dump(e, AT(3), 0x50, 1, EV_AT_FAULT, DRIVER);
	(void)made_row(e, EV_FILE_NEW, EV_FILE, AT(-3), CONTENT);
	f = made_file(e, DRIVER, "Halvard Systems AB");
	(void)strcpy(f->image.paths[0], "\\ProgramData\\Halvard\\Sentry\\Content\\");
	f->image.n_paths = 1;
	(void)made_file(e, CONTENT, NULL);
	(void)made_service(e, "hvdflt", DRIVER, WIN_START_BOOT, 1);
	return e;
}

static void content_is_at_fault_and_not_the_module(void **state)
{
	struct diagnosis *d = verdict_of(bad_content());

	(void)state;
	assert_int_equal(d->kind, DIAG_BAD_FILE);
	assert_int_equal(d->certainty, DIAG_C_LIKELY); /* never more, of data */
	assert_string_equal(d->candidates[0].path, CONTENT);
	assert_non_null(why_of(d, 0, "content-of-blamed"));
	assert_non_null(why_of(d, 0, "read-by-blamed"));
	assert_non_null(why_of(d, 0, "minutes-before"));
	assert_string_equal(d->candidates[1].path, DRIVER);
	assert_non_null(why_of(d, 1, "unchanged"));
	assert_int_equal(d->proposals[0].action, DIAG_MOVE);
	assert_string_equal(d->proposals[0].path, CONTENT);
	assert_true(d->proposals[0].may_alone);
	diagnosis_free(d);
}

/* The file that did it may be one of those that had no room. A driver has more to speak for it. */
static void flood_of_changes_makes_data_unsure(void **state)
{
	struct evidence *e = bad_content();
	struct diagnosis *d;

	(void)state;
	e->are_changes_cut = true;
	d = verdict_of(e);
	assert_int_equal(d->kind, DIAG_UNSURE);
	assert_int_equal(d->certainty, DIAG_C_UNSURE);
	assert_int_equal(d->n_proposals, 0);
	assert_true(contradicts(d, "more files changed"));
	diagnosis_free(d);

	e = updated_driver();
	e->are_changes_cut = true;
	d = verdict_of(e);
	assert_int_equal(d->kind, DIAG_BAD_FILE);
	assert_true(contradicts(d, "more files changed"));
	diagnosis_free(d);
}

/* All that speaks for a next file is of before the repair; a crash since then counts, and asks a
 * person. */
static void what_was_repaired_is_not_repaired_twice(void **state)
{
	(void)state;
	for (int is_newer = 0; is_newer < 2; is_newer++) {
		struct evidence *e = bad_content();
		struct ev_item *i =
			made_row(e, EV_REPAIRED, EV_QUARANTINE, AT(is_newer ? -1000 : 1000), "");
		i->where = "\\Unbrick\\1\\0001\\x.hvc";
		struct diagnosis *d = verdict_of(e);
		assert_true(contradicts(d, "x.hvc"));
		assert_int_equal(d->kind, is_newer ? DIAG_BAD_FILE : DIAG_UNSURE);
		assert_int_equal(d->n_proposals, is_newer);
		if (is_newer)
			assert_false(d->proposals[0].may_alone);
		diagnosis_free(d);
	}
}

/* Data of the module's product have their points of a dump already. */
static void lost_dump_gives_data_nothing_more(void **state)
{
	struct evidence *e = bad_content();
	struct diagnosis *d;

	(void)state;
	(void)made_row(e, EV_FILE_NEW, EV_FILE, AT(-400),
		"\\ProgramData\\Halvard\\Sentry\\Content\\hs-4126.hvc");
	(void)made_file(e, "\\ProgramData\\Halvard\\Sentry\\Content\\hs-4126.hvc", NULL);
	d = with_lost_dumps(e, 1, 0);
	assert_string_equal(d->candidates[0].path, CONTENT);
	assert_int_equal(d->certainty, DIAG_C_LIKELY);
	assert_int_equal(d->n_proposals, 1);
	assert_false(d->proposals[0].may_alone); /* what speaks against it is for a person */
	diagnosis_free(d);
}

/* Two came, one after the other: which of them it was, nobody knows for sure. */
static void contradicted_content_waits_for_a_person(void **state)
{
	struct evidence *e = bad_content();
	const char *other = "\\ProgramData\\Halvard\\Sentry\\Content\\hs-4126.hvc";

	(void)state;
	(void)made_row(e, EV_FILE_NEW, EV_FILE, AT(-7), other);
	(void)made_file(e, other, NULL);
	struct diagnosis *d = verdict_of(e);
	assert_string_equal(d->candidates[0].path, CONTENT);
	assert_true(contradicts(d, "fits nearly as well"));
	assert_true(d->proposals[0].can);
	assert_false(d->proposals[0].may_alone);
	diagnosis_free(d);
}

/* Evidence can be planted: data of Windows stay, whatever blames them; of those of people and
 * products Startup Repair has nothing to say. */
static void data_elsewhere_is_not_moved(void **state)
{
	static const char *const paths[] = {"\\Users\\anna\\Halvard\\thesis.docx",
		"\\Windows\\System32\\Halvard\\c.nl", "\\Halvard\\notes"};

	(void)state;
	assert_false(ev_is_content_place("\\Windows", "\\Windows\\System32\\drivers\\Halvard.sys"));
	assert_true(
		ev_is_content_place("\\Windows", "\\Windows\\System32\\drivers\\Halvard\\h-1.sys"));
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		struct evidence *e = bad_content();
		struct ev_item *named =
			made_row(e, EV_ROOT_CAUSE, EV_STARTUP_REPAIR, AT(4), paths[i]);
		assert_non_null(named);
		(void)made_row(e, EV_SERVICE_NEW, EV_EVENT_LOG, AT(-1), paths[i]);
		(void)made_file(e, paths[i], NULL);
		struct diagnosis *d = verdict_of(e);
		const bool is_windows = strncmp(paths[i], "\\Windows", 8) == 0;
		assert_true(!is_windows || strcmp(d->candidates[0].path, paths[i]) == 0);
		assert_true(!is_windows || d->n_proposals == 1);
		assert_true(!is_windows || d->proposals[0].action == DIAG_ASK);
		for (size_t k = 0; k < d->n_proposals; k++)
			assert_true(strcmp(d->proposals[k].path, paths[i]) != 0 ||
				    !(d->proposals[k].can || d->proposals[k].may_alone));
		diagnosis_free(d);
	}
}

/* The loader loads no data of a product: what Startup Repair says of such a file links it to
 * nothing; of a program in the same folder it does. */
static void startup_repair_speaks_of_programs(void **state)
{
	for (int k = 0; k < 2; k++) {
		struct evidence *e = made_begin();
		struct ev_file *f;
		(void)state;
		made_run(e, AT(-900), AT(-10));
		(void)made_row(e, EV_FILE_NEW, EV_FILE, AT(-12), CONTENT);
		f = made_file(e, CONTENT, k ? COMPANY : NULL);
		(void)made_row(e, EV_START_FAILED, EV_STARTUP_REPAIR, AT(0), "");
		(void)made_row(e, EV_ROOT_CAUSE, EV_STARTUP_REPAIR, AT(0), CONTENT);
		assert_int_equal(f->image.is_pe, k);
		struct diagnosis *d = verdict_of(e);
		assert_true(!why_of(d, 0, "named") == !k);
		assert_true(!why_of(d, 0, "named-data") == !!k);
		assert_int_equal(d->kind, k ? DIAG_BAD_FILE : DIAG_UNSURE);
		diagnosis_free(d);
	}
}

/* A dump has it loaded, so it was a program: no data, though it is none now. */
static void loaded_data_is_not_moved(void **state)
{
	struct evidence *e = bad_content();

	(void)state;
	(void)made_dump(e, AT(6), 0x50, 1, EV_AT_FAULT, CONTENT);
	struct diagnosis *d = verdict_of(e);
	assert_string_equal(d->candidates[0].path, CONTENT);
	for (size_t i = 0; i < d->n_proposals; i++)
		assert_false(d->proposals[i].can);
	diagnosis_free(d);
}

/* By its vendor's folder, where the module's text names none. */
static void vendor_folder_is_enough(void **state)
{
	struct evidence *e = bad_content();

	(void)state;
	e->files[0]->image.n_paths = 0;
	struct diagnosis *d = verdict_of(e);
	assert_string_equal(d->candidates[0].path, CONTENT);
	assert_null(why_of(d, 0, "read-by-blamed"));
	diagnosis_free(d);
}

static void content_of_another_vendor_is_innocent(void **state)
{
	struct evidence *e = bad_content();

	(void)state;
	e->files[0]->image.n_paths = 0;
	(void)strcpy(e->files[0]->image.company, "Somebody Else Inc.");
	struct diagnosis *d = verdict_of(e);
	assert_int_not_equal(d->kind, DIAG_BAD_FILE);
	assert_int_equal(d->n_proposals, 0);
	diagnosis_free(d);
}

/* Zeros are what a crash leaves behind: another new file of the product is nearer to it. */
static void zeros_of_a_crash_are_no_cause(void **state)
{
	struct evidence *e = bad_content();
	struct ev_file *f = made_file(e, "\\ProgramData\\Halvard\\Sentry\\Content\\hs-9.hvc", NULL);

	(void)state;
	f->image.soundness = WIN_ALL_ZERO;
	(void)made_row(e, EV_FILE_NEW, EV_FILE, AT(-1), f->path);
	struct diagnosis *d = verdict_of(e);
	assert_string_equal(d->candidates[0].path, CONTENT);
	assert_int_equal(d->kind, DIAG_BAD_FILE);
	diagnosis_free(d);
}

/* The same minute, the same product: which of them it was cannot be known. */
static void two_alike_are_unsure(void **state)
{
	struct evidence *e = bad_content();
	struct ev_file *f = made_file(e, "\\ProgramData\\Halvard\\Sentry\\Content\\hs-9.hvc", NULL);

	(void)state;
	(void)made_row(e, EV_FILE_NEW, EV_FILE, AT(-3), f->path);
	struct diagnosis *d = verdict_of(e);
	assert_int_equal(d->certainty, DIAG_C_UNSURE);
	assert_int_equal(d->n_proposals, 0);
	assert_true(contradicts(d, "nearly as well"));
	diagnosis_free(d);
}

/* Time alone is no proof: a driver came that night, and the crashes name nobody. */
static void time_alone_proposes_nothing(void **state)
{
	struct evidence *e = updated_driver();

	(void)state;
	for (size_t i = 0; i < e->n_items; i++)
		if (e->items[i].crash)
			e->items[i].crash->n_blames = 0;
	struct diagnosis *d = verdict_of(e);
	assert_int_equal(d->kind, DIAG_UNSURE);
	assert_int_equal(d->n_proposals, 0);
	assert_string_equal(d->candidates[0].path, DRIVER); /* what to look at */
	diagnosis_free(d);
}

/* A code without an address names no driver, whatever lies on the stack. */
static void hardware_code_blames_nobody(void **state)
{
	struct evidence *e = updated_driver();

	(void)state;
	for (size_t i = 0; i < e->n_items; i++)
		if (e->items[i].crash)
			e->items[i].crash->code = 0x124;
	struct diagnosis *d = verdict_of(e);
	assert_int_equal(d->kind, DIAG_HARDWARE);
	assert_int_equal(d->proposals[0].action, DIAG_ASK);
	assert_null(why_of(d, 0, "at-fault"));
	diagnosis_free(d);
}

static void windows_own_part_is_not_moved(void **state)
{
	struct evidence *e = made_begin();

	(void)state;
	made_run(e, AT(0), AT(95));
	(void)made_dump(e, AT(100), 0xd1, 1, EV_AT_FAULT, OWN);
	(void)made_dump(e, AT(103), 0xd1, 1, EV_AT_FAULT, OWN);
	(void)made_row(e, EV_FILE_CHANGED, EV_FILE, AT(94), OWN);
	(void)made_file(e, OWN, "Microsoft Corporation");
	struct diagnosis *d = verdict_of(e);
	assert_non_null(why_of(d, 0, "windows-own"));
	assert_null(strstr(d->text, "ntoskrnl"));
	assert_int_not_equal(d->kind, DIAG_BAD_FILE);
	assert_int_equal(d->n_proposals, 0);
	diagnosis_free(d);
}

static void old_crashes_are_history(void **state)
{
	struct evidence *e = updated_driver();

	(void)state;
	made_run(e, AT(200), AT(900));
	struct diagnosis *d = verdict_of(e);
	assert_int_equal(d->kind, DIAG_NONE);
	assert_int_equal(d->n_proposals, 0);
	diagnosis_free(d);
}

static void damaged_boot_driver(void **state)
{
	struct evidence *e = made_begin();
	struct ev_file *f;

	(void)state;
	made_run(e, AT(0), AT(95));
	(void)made_row(e, EV_START_FAILED, EV_STARTUP_REPAIR, AT(110), "");
	f = made_file(e, DRIVER, COMPANY);
	f->image.soundness = WIN_CUT;
	(void)made_service(e, "tnd", DRIVER, WIN_START_BOOT, 1);
	struct diagnosis *d = verdict_of(e);
	assert_int_equal(d->kind, DIAG_BAD_FILE);
	assert_string_equal(d->candidates[0].path, DRIVER);
	assert_non_null(why_of(d, 0, "damaged"));
	assert_non_null(why_of(d, 0, "damaged-at-start"));
	diagnosis_free(d);
}

/* Its package has a whole one. */
static void damaged_driver_is_restored(void **state)
{
	static const char copy[] =
		"\\Windows\\System32\\DriverStore\\FileRepository\\tnd.inf_amd64_00\\tnd.sys";
	struct evidence *e = made_begin();
	struct ev_file *f;

	(void)state;
	made_run(e, AT(0), AT(95));
	(void)made_row(e, EV_START_FAILED, EV_STARTUP_REPAIR, AT(110), "");
	f = made_file(e, DRIVER, COMPANY);
	f->image.soundness = WIN_CUT;
	(void)made_file(e, copy, COMPANY);
	(void)made_service(e, "tnd", DRIVER, WIN_START_BOOT, 1);
	struct diagnosis *d = verdict_of(e);
	assert_int_equal(d->proposals[0].action, DIAG_RESTORE);
	assert_string_equal(d->proposals[0].from, copy);
	assert_false(d->proposals[0].can);
	diagnosis_free(d);
}

/* All of them: the disk, or a copy of a Windows that was never one. */
static void many_damaged_are_nobodys_fault(void **state)
{
	static const char *const paths[] = {
		"\\a.sys", "\\b.sys", "\\c.sys", "\\d.sys", "\\e.sys", "\\f.sys"};

	(void)state;
	for (size_t n = 5; n <= 6; n++) {
		struct evidence *e = made_begin();
		struct diagnosis *d;
		made_run(e, AT(0), AT(95));
		(void)made_row(e, EV_START_FAILED, EV_STARTUP_REPAIR, AT(110), "");
		for (size_t i = 0; i < n; i++) {
			made_file(e, paths[i], COMPANY)->image.soundness = WIN_BAD_HEADER;
			(void)made_service(e, paths[i] + 1, paths[i], WIN_START_BOOT, 1);
		}
		d = verdict_of(e);
		assert_int_equal(d->n_candidates > 0, n == 5);
		assert_int_equal(contradicts(d, "programs are damaged"), n == 6);
		diagnosis_free(d);
	}
}

/* It was so when Windows ran well last. */
static void old_damage_is_no_trouble(void **state)
{
	for (int k = 0; k < 2; k++) {
		struct evidence *e = made_begin();
		struct ev_file *f = made_file(e, DRIVER, COMPANY);
		struct diagnosis *d;
		(void)state;
		made_run(e, AT(0), AT(95));
		f->image.soundness = WIN_CUT;
		f->changed = AT(k ? 200 : -200);
		(void)made_service(e, "tnd", DRIVER, WIN_START_BOOT, 1);
		d = verdict_of(e);
		assert_int_equal(d->kind, k ? DIAG_BAD_FILE : DIAG_NONE);
		diagnosis_free(d);
	}
}

/* What came before the last good run does not count, nor what came after the first crash. */
static void changes_outside_of_the_window_are_none(void **state)
{
	struct evidence *e = made_begin();
	struct diagnosis *d;

	(void)state;
	made_run(e, AT(0), AT(95));
	(void)made_dump(e, AT(100), 0xd1, 1, EV_AT_FAULT, DRIVER);
	(void)made_row(e, EV_FILE_CHANGED, EV_FILE, AT(-5), DRIVER);
	(void)made_row(e, EV_FILE_CHANGED, EV_FILE, AT(103), DRIVER);
	(void)made_file(e, DRIVER, COMPANY);
	(void)made_service(e, "tnd", DRIVER, WIN_START_SYSTEM, 1);
	d = verdict_of(e);
	assert_null(why_of(d, 0, "new-before-crash"));
	assert_null(why_of(d, 0, "new-in-the-run-before"));
	diagnosis_free(d);
}

/* The copy in the driver store came as well, and is not the file that is loaded. */
static void copies_in_the_store_are_no_candidates(void **state)
{
	struct evidence *e = updated_driver();
	struct diagnosis *d;

	(void)state;
	(void)made_row(e, EV_FILE_NEW, EV_FILE, AT(94),
		"\\Windows\\System32\\DriverStore\\FileRepository\\tnd.inf_amd64_00\\tnd.sys");
	d = verdict_of(e);
	assert_int_equal(d->n_candidates, 1);
	diagnosis_free(d);
}

/* Zeros that only the journal's replay shows do not count. */
static void unlogged_zeros_are_no_damage(void **state)
{
	struct evidence *e = made_begin();
	struct ev_file *f;

	(void)state;
	made_run(e, AT(0), AT(95));
	(void)made_row(e, EV_START_FAILED, EV_STARTUP_REPAIR, AT(110), "");
	f = made_file(e, DRIVER, COMPANY);
	f->image.soundness = WIN_ALL_ZERO;
	f->is_unlogged = true;
	f->changed = AT(200); /* damage of then would count */
	(void)made_service(e, "tnd", DRIVER, WIN_START_BOOT, 1);
	struct diagnosis *d = verdict_of(e);
	assert_int_equal(d->kind, DIAG_UNSURE);
	assert_int_equal(d->n_candidates, 0);
	diagnosis_free(d);
}

static void file_that_was_taken_away(void **state)
{
	struct evidence *e = made_begin();
	struct ev_item *i;

	(void)state;
	made_run(e, AT(0), AT(95));
	(void)made_row(e, EV_START_FAILED, EV_STARTUP_REPAIR, AT(110), "");
	i = made_row(e, EV_FILE_GONE, EV_REGISTRY, 0, DRIVER);
	i->is_certain = true;
	i->service = "tnd";
	(void)made_row(e, EV_TAKEN_AWAY, EV_VENDOR_LOG, AT(90), DRIVER);
	struct diagnosis *d = verdict_of(e);
	assert_int_equal(d->kind, DIAG_FILE_REMOVED);
	assert_int_equal(d->certainty, DIAG_C_SURE);
	assert_string_equal(d->candidates[0].path, DRIVER);
	assert_int_equal(d->proposals[0].action, DIAG_RESTORE);
	assert_string_equal(d->proposals[0].path, DRIVER);
	diagnosis_free(d);
}

static void registry_verifier_resume_update(void **state)
{
	static const struct {
		enum ev_what what;
		bool is_certain;
		uint32_t code;
		enum diag_kind kind;
		enum diag_certainty certainty;
		enum diag_action action;
	} rows[] = {
		{EV_REGISTRY_BAD, true, 0, DIAG_REGISTRY, DIAG_C_SURE, DIAG_ASK},
		{EV_OTHER, false, 0x74, DIAG_REGISTRY, DIAG_C_LIKELY, DIAG_ASK},
		{EV_VERIFIER_ON, false, 0xc4, DIAG_VERIFIER, DIAG_C_SURE, DIAG_REGISTRY_EDIT},
		{EV_RESUME_FAILED, true, 0x50, DIAG_RESUME, DIAG_C_LIKELY, DIAG_MOVE},
		{EV_UPDATE_PENDING, true, 0x7b, DIAG_UPDATE, DIAG_C_SURE, DIAG_ASK},
		{EV_SETUP, true, 0xc000021a, DIAG_UPDATE, DIAG_C_SURE, DIAG_ASK},
	};

	(void)state;
	for (size_t k = 0; k < sizeof(rows) / sizeof(rows[0]); k++) {
		struct evidence *e = made_begin();
		struct diagnosis *d;
		made_run(e, AT(0), AT(95));
		if (rows[k].code)
			(void)made_dump(e, AT(100), rows[k].code, 1, EV_ON_STACK, NULL);
		made_row(e, rows[k].what, EV_REGISTRY, 0, "")->is_certain = rows[k].is_certain;
		d = verdict_of(e);
		assert_int_equal(d->kind, rows[k].kind);
		assert_int_equal(d->certainty, rows[k].certainty);
		assert_int_equal(d->proposals[0].action, rows[k].action);
		assert_false(d->proposals[0].can);
		assert_true(d->text[0]);
		diagnosis_free(d);
	}
}

/* A verifier that is off now, and one that is on while others crash, are no verdict. */
static void verifier_must_be_on_and_have_stopped_it(void **state)
{
	struct evidence *e = updated_driver();

	(void)state;
	(void)made_row(e, EV_VERIFIER_ON, EV_REGISTRY, 0, "");
	struct diagnosis *d = verdict_of(e);
	assert_int_equal(d->kind, DIAG_BAD_FILE);
	diagnosis_free(d);
	e = made_begin();
	made_run(e, AT(0), AT(95));
	(void)made_dump(e, AT(100), 0xc4, 1, EV_ON_STACK, NULL);
	d = verdict_of(e);
	assert_int_not_equal(d->kind, DIAG_VERIFIER);
	assert_true(contradicts(d, "off now"));
	diagnosis_free(d);
}

static void crashes_all_over_the_place_are_hardware(void **state)
{
	static const uint32_t codes[] = {0x1a, 0x50, 0x139, 0x3b};
	static const char *const modules[] = {OWN, "\\Windows\\System32\\drivers\\a.sys",
		"\\Windows\\System32\\drivers\\b.sys", "\\Windows\\System32\\drivers\\c.sys"};
	struct evidence *e = made_begin();

	(void)state;
	made_run(e, AT(0), AT(5));
	for (int k = 0; k < 4; k++)
		(void)made_dump(e, AT(100 + 7 * k), codes[k], 3, EV_AT_FAULT, modules[k]);
	struct diagnosis *d = verdict_of(e);
	assert_int_equal(d->kind, DIAG_HARDWARE);
	diagnosis_free(d);
}

static void disk_errors_are_hardware(void **state)
{
	struct evidence *e = made_begin();

	(void)state;
	made_run(e, AT(0), AT(95));
	(void)made_row(e, EV_DISK_ERROR, EV_EVENT_LOG, AT(97), "");
	(void)made_dump(e, AT(100), 0x7a, 1, EV_FIRST_FOREIGN, DRIVER);
	(void)made_file(e, DRIVER, COMPANY);
	struct diagnosis *d = verdict_of(e);
	assert_int_equal(d->kind, DIAG_HARDWARE);
	assert_int_equal(d->certainty, DIAG_C_LIKELY); /* disk, cable, controller: who knows */
	diagnosis_free(d);
}

/* Nobody is: a driver that tempts stands apart, and what the trouble is about stands first. */
static void where_no_file_is_at_fault_none_is_first(void **state)
{
	static const struct {
		enum ev_what what;
		bool is_certain;
		enum diag_kind kind;
		bool is_told;
	} cases[] = {{EV_REGISTRY_BAD, true, DIAG_REGISTRY, true},
		{EV_POWER_LOSS, false, DIAG_NO_DRIVER, false},
		{EV_HIBERNATED, true, DIAG_RESUME, true},
		{EV_UPDATE_PENDING, true, DIAG_UPDATE, false}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct evidence *e = made_begin();
		struct diagnosis *d;
		struct ev_item *it;
		const bool is_power = cases[i].what == EV_POWER_LOSS;
		made_run(e, AT(0), AT(95));
		for (int k = 0; !is_power && k < 2; k++)
			(void)made_row(e, EV_START_FAILED, EV_STARTUP_REPAIR, AT(110 + 20 * k), "");
		if (is_power)
			(void)made_row(e, EV_START, EV_EVENT_LOG, AT(100), "");
		it = made_row(e, cases[i].what, is_power ? EV_EVENT_LOG : EV_REGISTRY, AT(100) + 1,
			cases[i].is_told ? "\\thing" : "");
		it->is_certain = cases[i].is_certain;
		it = made_row(
			e, EV_REGISTRY_BAD, EV_REGISTRY, 0, "\\COMPONENTS"); /* no start needs it */
		it->is_certain = false;
		(void)made_row(e, EV_FILE_CHANGED, EV_FILE, AT(94), DRIVER); /* tempts */
		(void)made_file(e, DRIVER, COMPANY);
		d = verdict_of(e);
		assert_int_equal(d->kind, cases[i].kind);
		assert_int_equal(d->n_candidates, cases[i].is_told);
		if (cases[i].is_told)
			assert_string_equal(d->candidates[0].path, "\\thing");
		assert_int_equal(d->n_suspects, !is_power);
		if (!is_power)
			assert_string_equal(d->suspects[0].path, DRIVER);
		diagnosis_free(d);
	}
}

/* Crashes whose dumps agree, and a driver that a start goes on without was taken: the dumps count.
 */
static void missing_driver_explains_no_crash(void **state)
{
	(void)state;
	for (int is_needed = 0; is_needed < 2; is_needed++) {
		struct evidence *e = updated_driver();
		struct ev_item *gone = made_row(e, EV_FILE_GONE, EV_REGISTRY, 0, OTHER);
		gone->service = "npf";
		gone->is_certain = is_needed;
		(void)made_row(e, EV_TAKEN_AWAY, EV_VENDOR_LOG, AT(93), OTHER);
		struct diagnosis *d = verdict_of(e);
		assert_int_equal(d->kind, is_needed ? DIAG_FILE_REMOVED : DIAG_BAD_FILE);
		assert_string_equal(d->candidates[0].path, is_needed ? OTHER : DRIVER);
		assert_int_equal(contradicts(d, "gone as well"), !is_needed);
		assert_int_equal(d->certainty, is_needed ? DIAG_C_SURE : DIAG_C_LIKELY);
		diagnosis_free(d);
	}
}

/* Whatever is said against a verdict makes it at most likely, programs too. */
static void program_in_a_flood_is_at_most_likely(void **state)
{
	struct evidence *e = updated_driver();

	(void)state;
	e->are_changes_cut = true;
	struct diagnosis *d = verdict_of(e);
	assert_int_equal(d->kind, DIAG_BAD_FILE);
	assert_int_equal(d->certainty, DIAG_C_LIKELY);
	diagnosis_free(d);
}

/* A name in a list of filters of disks, without a service: the name goes, but for Windows' own. */
static void filter_that_is_not_loaded(void **state)
{
	static const char *const names[] = {"bsltrk", "fvevol"};

	(void)state;
	for (int k = 0; k < 4; k++) { /* is it Windows' own; did it run since */
		struct evidence *e = made_begin();
		struct ev_item *gone;
		made_run(e, AT(0), AT(95));
		(void)made_row(e, EV_START_FAILED, EV_STARTUP_REPAIR, AT(110), "");
		if (k >= 2)
			made_run(e, AT(200), AT(300));
		gone = made_row(e, EV_FILE_GONE, EV_REGISTRY, 0, OTHER);
		gone->service = names[k % 2];
		gone->is_filter = gone->is_certain = true;
		struct diagnosis *d = verdict_of(e);
		assert_int_equal(d->kind == DIAG_FILE_REMOVED, k < 2);
		assert_int_equal(d->n_proposals, k < 2);
		if (k < 2)
			assert_int_equal(d->proposals[0].action, k == 0 ? DIAG_FILTER : DIAG_ASK);
		if (k < 2)
			assert_int_equal(d->proposals[0].can, k == 0);
		diagnosis_free(d);
	}
}

/* A file system's own event after an update of Windows, and no sign of a disk: nobody's hardware.
 */
static void file_system_after_an_update_is_no_hardware(void **state)
{
	(void)state;
	for (int k = 0; k < 3;
		k++) { /* without the update; with it; with errors of the disk, too */
		struct evidence *e = made_begin();
		made_run(e, AT(0), AT(95));
		if (k)
			made_row(e, EV_UPDATE, EV_EVENT_LOG, AT(90), "")->text =
				"KB2823324: installed";
		for (int i = 0; i < 2; i++) {
			(void)made_row(e, EV_START, EV_EVENT_LOG, AT(99 + 3 * i), "");
			(void)made_row(e, EV_FS_DAMAGE, EV_EVENT_LOG, AT(99 + 3 * i) + 5, "");
			(void)made_dump(e, AT(100 + 3 * i), 0xc000021a, 1, EV_ON_STACK, NULL);
		}
		if (k == 2)
			(void)made_row(e, EV_DISK_ERROR, EV_EVENT_LOG, AT(96), "");
		struct diagnosis *d = verdict_of(e);
		assert_int_equal(d->kind, k == 1 ? DIAG_UNSURE : DIAG_HARDWARE);
		assert_int_equal(strstr(d->text, "KB2823324") != NULL, k == 1);
		diagnosis_free(d);
	}
}

/* Times that are not in the order of what happened tell neither that all is well nor of nobody. */
static void clock_that_went_back_is_not_well(void **state)
{
	(void)state;
	for (int k = 0; k < 2; k++) {
		struct evidence *e = made_begin();
		made_run(e, AT(0), AT(95));
		e->log_newest = AT(95);
		e->clock_back = k ? 2 * 864000000000ULL : 0;
		struct diagnosis *d = verdict_of(e);
		assert_int_equal(d->kind, k ? DIAG_UNSURE : DIAG_NONE);
		assert_int_equal(contradicts(d, "clock went back"), k);
		diagnosis_free(d);
	}
}

static void nobody_is_at_fault_for_power(void **state)
{
	for (int k = 0; k < 2; k++) {
		struct evidence *e = made_begin();
		struct diagnosis *d;
		(void)state;
		made_run(e, AT(0), AT(60));
		(void)made_row(e, EV_START, EV_EVENT_LOG, AT(100), "");
		(void)made_row(e, k ? EV_BUTTON : EV_POWER_LOSS, EV_EVENT_LOG, AT(100) + 1, "");
		(void)made_row(e, EV_FILE_CHANGED, EV_FILE, AT(50), DRIVER); /* tempts */
		(void)made_file(e, DRIVER, COMPANY);
		d = verdict_of(e);
		assert_int_equal(d->kind, DIAG_NO_DRIVER);
		assert_int_equal(d->certainty, k ? DIAG_C_SURE : DIAG_C_LIKELY);
		assert_int_equal(d->n_proposals, 0);
		diagnosis_free(d);
	}
}

static void lost_boot_device_and_a_new_driver(void **state)
{
	struct evidence *e = updated_driver();

	(void)state;
	for (size_t i = 0; i < e->n_items; i++)
		if (e->items[i].crash)
			e->items[i].crash->code = 0x7b;
	e->system->services[0].start = WIN_START_BOOT;
	e->system->services[0].is_boot = true;
	struct diagnosis *d = verdict_of(e);
	assert_int_equal(d->kind, DIAG_BAD_FILE);
	assert_non_null(why_of(d, 0, "boot-path-new"));
	assert_null(why_of(d, 0, "at-fault"));
	diagnosis_free(d);
}

static void what_a_rule_matches_is_evidence(void **state)
{
	const struct win_info win = {.root = "\\Windows"};
	const struct verdict_rule rule = {"some-incident", CONTENT};
	const struct verdict_input in = {
		.e = bad_content(), .win = &win, .rules = &rule, .n_rules = 1};
	struct diagnosis *d = NULL;

	(void)state;
	assert_int_equal(verdict_make(&in, &d, NULL), 0);
	assert_non_null(why_of(d, 0, "rule"));
	assert_int_equal(d->certainty, DIAG_C_LIKELY); /* data are never sure */
	diagnosis_free(d);
}

static void timeline_has_its_key_moments(void **state)
{
	struct diagnosis *d = verdict_of(updated_driver());
	unsigned n_keys = 0;

	(void)state;
	for (size_t i = 0; i < d->n_timeline; i++) {
		assert_true(i == 0 || d->timeline[i - 1].time <= d->timeline[i].time);
		n_keys += d->timeline[i].is_key;
	}
	assert_true(d->n_timeline >= 7);
	assert_true(n_keys >= 3); /* good start, change, first crash */
	diagnosis_free(d);
}

/* Dump, 41, 6008 and 1001 of a crash are one moment, with its sources. */
static void timeline_has_each_crash_once(void **state)
{
	struct evidence *e = updated_driver();
	struct ev_item *i;
	size_t n = 0;

	made_logged(e, AT(104), 0xd1);
	(void)made_row(e, EV_UNCLEAN, EV_EVENT_LOG, AT(104) + MIN / 10, "");
	for (size_t k = 0; k < e->n_items; k++)
		if (e->items[k].source == EV_EVENT_LOG && e->items[k].crash)
			e->items[k].id = n++ ? 1001 : 41;
	/* and one that left nothing but rows of the log: the one that names the dump leads */
	made_logged(e, AT(114), 0x50);
	i = &e->items[e->n_items - 1];
	i->id = 1001;
	i->text = "the one of 1001";
	struct diagnosis *d = verdict_of(e);
	size_t crashes = 0;

	(void)state;
	for (size_t k = 0; k < d->n_timeline; k++) {
		const struct diag_moment *m = &d->timeline[k];
		assert_int_not_equal(m->what, EV_UNCLEAN);
		if (m->what != EV_CRASH)
			continue;
		crashes++;
		if (m->time == AT(103)) {
			assert_int_equal(m->source, EV_DUMP);
			assert_int_equal(m->n_also, 3);
			assert_int_equal(m->also[0].source, EV_EVENT_LOG);
			assert_int_equal(m->also[0].event, 41);
			assert_int_equal(m->also[2].event, 1001);
		}
	}
	assert_int_equal(crashes, 3);
	assert_string_equal(d->timeline[d->n_timeline - 1].text, "the one of 1001");
	assert_int_equal(d->timeline[d->n_timeline - 1].n_also, 1);
	diagnosis_free(d);
}

/* The first crash is a moment that the verdict rests on, whichever row has its time. */
static void timeline_key_crash_stays_key(void **state)
{
	struct evidence *e = updated_driver();
	struct ev_item *i;
	bool is_key = false;

	(void)state;
	i = ev_add_crash(e, EV_PAGEFILE, AT(100) - 10);
	i->crash->code = 0xd1;
	struct diagnosis *d = verdict_of(e);
	for (size_t k = 0; k < d->n_timeline; k++)
		is_key |= d->timeline[k].source == EV_DUMP && d->timeline[k].time == AT(100) &&
			  d->timeline[k].is_key && d->timeline[k].n_also == 1;
	assert_true(is_key);
	diagnosis_free(d);
}

/* ---- who may be moved ---- */

#define STORE "\\Windows\\System32\\DriverStore\\FileRepository\\tnd.inf_amd64_00\\tnd.sys"

static void is_not_moved(struct evidence *e, enum diag_action action)
{
	struct diagnosis *d = verdict_of(e);

	assert_int_equal(d->kind, DIAG_BAD_FILE);
	assert_int_equal(d->n_proposals, 1);
	assert_int_equal(d->proposals[0].action, action);
	assert_string_equal(d->proposals[0].from, "");
	assert_false(d->proposals[0].can);
	assert_false(d->proposals[0].may_alone);
	diagnosis_free(d);
}

static void what_is_gone_is_not_moved(void **state)
{
	struct evidence *e = updated_driver();

	(void)state;
	e->files[0]->ref = 0;
	is_not_moved(e, DIAG_ASK);
	e = bad_content();
	e->files[1]->ref = 0;
	is_not_moved(e, DIAG_ASK);
}

static void driver_that_no_service_loads_is_not_moved(void **state)
{
	struct evidence *e = updated_driver();

	(void)state;
	e->system->services[0].path[0] = '\0';
	is_not_moved(e, DIAG_ASK);
}

static void driver_in_the_store_is_disabled(void **state)
{
	struct evidence *e = made_begin();

	(void)state;
	made_run(e, AT(0), AT(95));
	(void)made_row(e, EV_PACKAGE, EV_DRIVER_STORE, AT(94), STORE);
	(void)made_dump(e, AT(100), 0xd1, 1, EV_AT_FAULT, STORE);
	(void)made_file(e, STORE, COMPANY);
	(void)made_service(e, "tnd", STORE, WIN_START_SYSTEM, 1);
	e->system->are_services_whole = false; /* nor is it moved where it cannot be disabled */
	is_not_moved(e, DIAG_DISABLE);
}

/* Neither one that is damaged, nor one that was not read, nor one that lies anywhere. */
static void copy_that_is_none_is_not_restored(void **state)
{
	static const char *const copies[] = {STORE, STORE, "\\Users\\a\\tnd.sys"};

	(void)state;
	for (size_t i = 0; i < sizeof(copies) / sizeof(copies[0]); i++) {
		struct evidence *e = made_begin();
		struct ev_file *f;
		made_run(e, AT(0), AT(95));
		(void)made_row(e, EV_START_FAILED, EV_STARTUP_REPAIR, AT(110), "");
		made_file(e, DRIVER, COMPANY)->image.soundness = WIN_CUT;
		f = made_file(e, copies[i], COMPANY);
		f->image.soundness = i == 0 ? WIN_CUT : WIN_SOUND;
		f->is_looked = i != 1;
		(void)made_service(e, "tnd", DRIVER, WIN_START_SYSTEM, 3);
		struct diagnosis *d = verdict_of(e);
		assert_int_equal(d->kind, DIAG_BAD_FILE);
		assert_int_not_equal(d->proposals[0].action, DIAG_RESTORE);
		diagnosis_free(d);
	}
}

/* The copy of its package is the same file: only what is kept for a start is another. */
static void sound_driver_that_stays_is_not_restored_from_its_package(void **state)
{
	static char group[] = "Primary Disk";
	struct evidence *e = updated_driver();

	(void)state;
	free(e->system->services[0].group);
	e->system->services[0].group = strdup(group);
	(void)made_file(e, STORE, COMPANY);
	is_not_moved(e, DIAG_ASK);
}

/* Whatever it looks like: what a service loads is no data, and a program is none. */
static void content_is_neither_loaded_nor_a_program(void **state)
{
	struct evidence *e = bad_content();
	struct diagnosis *d;

	(void)state;
	(void)made_service(e, "hvc", CONTENT, WIN_START_SYSTEM, 1);
	d = verdict_of(e);
	for (size_t i = 0; i < d->n_candidates; i++)
		assert_null(why_of(d, i, "content-of-blamed"));
	for (size_t i = 0; i < d->n_proposals; i++)
		assert_false(d->proposals[i].may_alone);
	diagnosis_free(d);
	e = bad_content();
	e->files[1]->image.is_pe = true;
	d = verdict_of(e);
	for (size_t i = 0; i < d->n_proposals; i++)
		assert_false(d->proposals[i].may_alone);
	diagnosis_free(d);
}

/* ---- what is no evidence ---- */

static void what_is_only_on_the_stack_is_not_at_fault(void **state)
{
	struct evidence *e = updated_driver();
	struct diagnosis *d;

	(void)state;
	for (size_t i = 0; i < e->n_items; i++)
		if (e->items[i].crash)
			e->items[i].crash->blames[0].how = EV_ON_STACK;
	d = verdict_of(e);
	assert_int_equal(d->kind, DIAG_UNSURE);
	assert_int_equal(d->n_proposals, 0);
	diagnosis_free(d);
}

static void first_on_the_stack_is_never_sure(void **state)
{
	struct evidence *e = updated_driver();
	struct diagnosis *d;

	(void)state;
	for (size_t i = 0; i < e->n_items; i++)
		if (e->items[i].crash) {
			struct ev_crash *c = e->items[i].crash;
			c->code = 0x10d;
			c->blames[0].how = EV_FIRST_FOREIGN;
			c->blames[1] = c->blames[0]; /* twice in one crash counts once */
			c->n_blames = 2;
		}
	d = verdict_of(e);
	assert_int_equal(d->kind, DIAG_BAD_FILE);
	assert_int_equal(d->certainty, DIAG_C_LIKELY);
	assert_non_null(why_of(d, 0, "on-stack-again"));
	diagnosis_free(d);
}

static void changes_after_the_crash_and_local_times_do_not_count(void **state)
{
	struct evidence *e = updated_driver();
	struct diagnosis *d;

	(void)state;
	(void)made_row(e, EV_FILE_CHANGED, EV_FILE, AT(120), OTHER);
	(void)made_file(e, OTHER, COMPANY);
	(void)made_row(e, EV_FILE_CHANGED, EV_FILE, AT(-500), CONTENT); /* nor those of long ago */
	made_row(e, EV_DEVICE_INSTALLED, EV_SETUP_LOG, AT(98), DRIVER)->is_local = true;
	d = verdict_of(e);
	assert_int_equal(d->n_candidates, 1);
	assert_non_null(why_of(d, 0, "half-hour-before"));
	diagnosis_free(d);
}

static void only_what_is_loaded_can_be_damaged(void **state)
{
	struct evidence *e = made_begin();
	struct diagnosis *d;

	(void)state;
	made_run(e, AT(0), AT(95));
	(void)made_row(e, EV_START_FAILED, EV_STARTUP_REPAIR, AT(110), "");
	made_file(e, CONTENT, NULL)->image.soundness = WIN_CUT;
	made_file(e, DRIVER, COMPANY)->image.soundness = WIN_CUT;
	e->files[1]->is_looked = false;
	(void)made_service(e, "tnd", DRIVER, WIN_START_BOOT, 1);
	d = verdict_of(e);
	assert_int_equal(d->n_candidates, 0);
	assert_int_equal(d->n_proposals, 0);
	diagnosis_free(d);
}

/* Dumps tell why it crashed: the damage of a driver that no start needs is not it. */
static void damage_beside_dumps_is_no_link(void **state)
{
	struct evidence *e = updated_driver();
	struct diagnosis *d;

	(void)state;
	for (size_t i = 0; i < e->n_items; i++)
		if (e->items[i].crash)
			e->items[i].crash->n_blames = 0;
	e->files[0]->image.soundness = WIN_CUT;
	e->system->services[0].start = WIN_START_DEMAND;
	d = verdict_of(e);
	assert_null(why_of(d, 0, "damaged-at-start"));
	assert_int_equal(d->kind, DIAG_UNSURE);
	diagnosis_free(d);
}

/* A driver that did not change, and Windows that did: it may not fit any more. */
static void unchanged_counts_only_where_windows_is_unchanged(void **state)
{
	static const struct {
		uint64_t time;
		const char *text;
		bool is_acquitted;
	} updates[] = {{AT(-500), "2024-07 Cumulative Update (KB5040442)", false},
		{AT(-500), "Security Intelligence Update", true},
		{AT(-500), "Definition Update (KB2267602)", true},
		{AT(-90000), "2024-06 Cumulative Update (KB5039212)", true}};

	(void)state;
	for (size_t i = 0; i < sizeof(updates) / sizeof(updates[0]); i++) {
		struct evidence *e = bad_content();
		made_row(e, EV_UPDATE, EV_EVENT_LOG, updates[i].time, "")->text = updates[i].text;
		struct diagnosis *d = verdict_of(e);
		assert_string_equal(d->candidates[1].path, DRIVER);
		assert_int_equal(why_of(d, 1, "unchanged") != NULL, updates[i].is_acquitted);
		diagnosis_free(d);
	}
}

/* ---- what makes it less sure, and what does not ---- */

static void clock_set_long_ago_does_not_matter(void **state)
{
	struct evidence *e = updated_driver();
	struct diagnosis *d;

	(void)state;
	(void)made_row(e, EV_CLOCK_SET, EV_EVENT_LOG, AT(-500), "");
	(void)made_row(e, EV_CLOCK_SET, EV_EVENT_LOG, AT(500), "");
	d = verdict_of(e);
	assert_int_equal(d->certainty, DIAG_C_SURE);
	diagnosis_free(d);
}

/* Of a single dump, and no log beside it, nobody is sure. */
static void one_dump_without_a_log_is_never_sure(void **state)
{
	for (int k = 0; k < 2; k++) {
		struct evidence *e = updated_driver();
		struct diagnosis *d;
		(void)state;
		for (size_t i = 0; i < e->n_items; i++)
			if (e->items[i].crash && e->items[i].time > AT(101))
				e->items[i].what = EV_OTHER;
		e->log_newest = k ? AT(110) : 0;
		d = verdict_of(e);
		assert_int_equal(d->kind, DIAG_BAD_FILE);
		assert_int_equal(d->certainty, k ? DIAG_C_SURE : DIAG_C_LIKELY);
		diagnosis_free(d);
	}
}

/* Windows starts without it, and its service fails at each start since an antivirus took the file.
 * What nobody took, or nobody misses, is none. */
static void driver_that_an_antivirus_took_is_missed(void **state)
{
	for (int k = 0; k < 3; k++) {
		struct evidence *e = made_begin();
		struct diagnosis *d;
		(void)state;
		made_run(e, AT(0), AT(100));
		made_run(e, AT(200), AT(300));
		made_row(e, EV_FILE_GONE, EV_REGISTRY, 0, DRIVER)->service = "tnd";
		(void)made_row(e, k == 1 ? EV_FILE_GONE : EV_TAKEN_AWAY,
			k == 1 ? EV_CHANGE_JOURNAL : EV_VENDOR_LOG, AT(90), DRIVER);
		made_row(e, EV_SERVICE_FAILED, EV_EVENT_LOG, k == 2 ? AT(80) : AT(202), "")
			->service = "tnd";
		d = verdict_of(e);
		assert_int_equal(d->kind, k ? DIAG_NONE : DIAG_FILE_REMOVED);
		if (!k) {
			assert_int_equal(d->certainty, DIAG_C_LIKELY);
			assert_int_equal(d->proposals[0].action, DIAG_RESTORE);
		}
		diagnosis_free(d);
	}
}

/* A file that was deleted, nobody says by whom, and dumps: they tell more. */
static void deletion_is_no_theft_where_dumps_tell_more(void **state)
{
	for (int k = 0; k < 2; k++) {
		struct evidence *e = updated_driver();
		struct diagnosis *d;
		(void)state;
		(void)made_row(e, EV_FILE_GONE, EV_FILE, 0, "\\Windows\\System32\\xps.exe");
		(void)made_row(e, k ? EV_TAKEN_AWAY : EV_FILE_GONE,
			k ? EV_VENDOR_LOG : EV_CHANGE_JOURNAL, AT(94),
			"\\Windows\\System32\\xps.exe");
		d = verdict_of(e);
		assert_int_equal(d->kind, k ? DIAG_FILE_REMOVED : DIAG_BAD_FILE);
		diagnosis_free(d);
	}
}

/* What was put aside does not start: its last crash is history. */
static void put_aside_is_nothing(void **state)
{
	const struct win_info win = {.root = "\\Windows.old\\Windows"};
	const struct verdict_input in = {.e = updated_driver(), .win = &win, .starts = "\\Windows"};
	struct diagnosis *d = NULL;

	(void)state;
	assert_int_equal(verdict_make(&in, &d, NULL), 0);
	assert_int_equal(d->kind, DIAG_NONE);
	assert_int_equal(d->certainty, DIAG_C_UNSURE);
	assert_int_equal(d->n_proposals, 0);
	assert_int_equal(d->last_crash, 0); /* or a report would take it for the worst one */
	diagnosis_free(d);
}

/* No dump, starts that come as far as the log, and two products that came: which of them, time does
 * not tell. What was there at a start that went well for a while does not count. */
static void two_that_came_acquit_each_other_without_dumps(void **state)
{
	for (int k = 0; k < 3; k++) {
		struct evidence *e = updated_driver();
		struct ev_item *other;
		(void)state;
		for (size_t i = 0; i < e->n_items; i++)
			if (e->items[i].crash) {
				e->items[i].source = EV_PAGEFILE;
				e->items[i].crash->is_dump = false;
				e->items[i].crash->n_blames = 0;
			}
		other = made_row(e, k == 2 ? EV_UPDATE : EV_FILE_NEW, EV_FILE,
			k == 1 ? AT(-3) : AT(93), k == 2 ? "" : OTHER);
		other->text = "x";
		(void)made_file(e, OTHER, "Npf Ltd");
		(void)made_service(e, "npf", OTHER, WIN_START_DEMAND, 1);
		struct diagnosis *d = verdict_of(e);
		assert_true(!why_of(d, 0, "loaded-at-each-start") == (k != 1));
		assert_int_equal(d->n_proposals, k == 1);
		diagnosis_free(d);
	}
}

static void early_crashes_are_no_reason_of_their_own(void **state)
{
	for (int k = 0; k < 2; k++) {
		struct evidence *e = updated_driver();
		struct diagnosis *d;
		(void)state;
		for (size_t i = 0; i < e->n_items; i++)
			if (e->items[i].crash) {
				e->items[i].source = EV_PAGEFILE;
				e->items[i].crash->is_dump = false;
				e->items[i].crash->n_blames = 0;
				if (k) /* no crash either: a start that failed */
					e->items[i].time = 0;
			}
		if (k)
			(void)made_row(e, EV_START_FAILED, EV_STARTUP_REPAIR, AT(100), "");
		else
			e->system->services[0].start = WIN_START_DEMAND; /* which no start loads */
		if (k) {
			e->system->services[0].start = WIN_START_BOOT;
			e->system->services[0].is_boot = true;
		}
		d = verdict_of(e);
		assert_null(why_of(d, 0, "loaded-at-each-start"));
		assert_int_equal(d->n_proposals, 0);
		diagnosis_free(d);
	}
}

static void lost_boot_device_accuses_who_stands_in_its_path(void **state)
{
	for (int k = 0; k < 2; k++) {
		struct evidence *e = updated_driver();
		struct diagnosis *d;
		(void)state;
		for (size_t i = 0; i < e->n_items; i++)
			if (e->items[i].crash)
				e->items[i].crash->code = k ? 0xd1 : 0x7b;
		e->system->services[0].start = k ? WIN_START_BOOT : WIN_START_DEMAND;
		e->system->services[0].is_boot = k;
		d = verdict_of(e);
		assert_null(why_of(d, 0, "boot-path-new"));
		diagnosis_free(d);
	}
}

/* ---- kinds that are none ---- */

static void absence_that_does_no_harm_is_none(void **state)
{
	static const struct {
		bool is_certain;
		uint64_t time;
		enum ev_source source;
		bool is_troubled, is_taken;
	} rows[] = {
		{true, 0, EV_REGISTRY, false, false},	  /* Windows ran without it */
		{false, 0, EV_REGISTRY, false, true},	  /* nor is it sure to be needed */
		{false, 0, EV_REGISTRY, true, false},	  /* it may never have been there */
		{true, AT(50), EV_REGISTRY, true, false}, /* a row of a change */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct evidence *e = made_begin();
		struct diagnosis *d;
		made_run(e, AT(0), AT(95));
		if (rows[i].is_troubled)
			(void)made_row(e, EV_START_FAILED, EV_STARTUP_REPAIR, AT(110), "");
		made_row(e, EV_FILE_GONE, rows[i].source, rows[i].time, DRIVER)->is_certain =
			rows[i].is_certain;
		if (rows[i].is_taken)
			(void)made_row(e, EV_TAKEN_AWAY, EV_VENDOR_LOG, AT(90), DRIVER);
		d = verdict_of(e);
		assert_int_not_equal(d->kind, DIAG_FILE_REMOVED);
		diagnosis_free(d);
	}
}

static void hives_and_codes_of_old_are_no_registry_fault(void **state)
{
	struct evidence *e = made_begin();
	struct diagnosis *d;

	(void)state;
	made_run(e, AT(0), AT(95));
	(void)made_row(e, EV_REGISTRY_BAD, EV_REGISTRY, 0, ""); /* COMPONENTS */
	d = verdict_of(e);
	assert_int_equal(d->kind, DIAG_NONE);
	diagnosis_free(d);
	e = made_begin();
	(void)made_dump(e, AT(-9000), 0x74, 1, EV_ON_STACK, NULL);
	made_run(e, AT(0), AT(95));
	d = verdict_of(e);
	assert_int_equal(d->kind, DIAG_NONE);
	diagnosis_free(d);
}

/* An image to wake up from is there after each fast start-up. */
static void resume_needs_more_than_an_image(void **state)
{
	for (int k = 0; k < 3; k++) {
		struct evidence *e = made_begin();
		struct diagnosis *d;
		(void)state;
		made_run(e, AT(0), AT(95));
		(void)made_row(e, EV_HIBERNATED, EV_HIBERNATION, AT(96), "");
		if (k == 0) /* one start that failed */
			(void)made_row(e, EV_START_FAILED, EV_STARTUP_REPAIR, AT(110), "");
		for (int i = 0; k && i < 2; i++) /* crashes that a dump tells of */
			(void)made_dump(
				e, AT(100 + 5 * i), 0xd1, 1, EV_AT_FAULT, k == 1 ? DRIVER : OWN);
		if (k == 2) /* it ran since */
			made_run(e, AT(200), AT(300));
		d = verdict_of(e);
		assert_int_not_equal(d->kind, DIAG_RESUME);
		diagnosis_free(d);
	}
}

static void hardware_needs_trouble_and_enough_of_it(void **state)
{
	static const struct {
		int crash, n, errors;
		enum diag_kind kind;
	} rows[] = {{-9000, 5, 50, DIAG_NONE}, {100, 2, 97, DIAG_UNSURE},
		{100, 3, 97, DIAG_HARDWARE}, {100, 5, -30000, DIAG_UNSURE}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct evidence *e = made_begin();
		struct diagnosis *d;
		made_run(e, AT(0), AT(95));
		(void)made_dump(e, AT(rows[i].crash), 0xd1, 1, EV_ON_STACK, NULL);
		for (int k = 0; k < rows[i].n; k++)
			(void)made_row(e, EV_DISK_ERROR, EV_EVENT_LOG,
				AT(rows[i].errors) + (uint64_t)k, "");
		d = verdict_of(e);
		assert_int_equal(d->kind, rows[i].kind);
		diagnosis_free(d);
	}
}

/* Held twice without a run between: it hangs, and a person ended it. */
static void button_held_again_is_no_answer(void **state)
{
	struct evidence *e = made_begin();
	struct diagnosis *d;

	(void)state;
	made_run(e, AT(0), AT(60));
	for (int k = 0; k < 2; k++) {
		(void)made_row(e, EV_START, EV_EVENT_LOG, AT(100 + 20 * k), "");
		(void)made_row(e, EV_BUTTON, EV_EVENT_LOG, AT(100 + 20 * k) + 1, "");
	}
	d = verdict_of(e);
	assert_int_equal(d->kind, DIAG_UNSURE);
	diagnosis_free(d);
}

/* Nothing is said to be well that is not known to be. */
static void nothing_wrong_is_said_only_of_what_ran(void **state)
{
	struct evidence *e = made_begin();
	struct diagnosis *d;

	(void)state;
	e->log_newest = AT(60);
	d = verdict_of(e);
	assert_int_equal(d->kind, DIAG_NONE);
	assert_int_equal(d->certainty, DIAG_C_UNSURE); /* no run is known */
	diagnosis_free(d);
	e = made_begin();
	made_run(e, AT(0), AT(60));
	(void)made_row(e, EV_START_FAILED, EV_STARTUP_REPAIR, 0, ""); /* who knows when */
	d = verdict_of(e);
	assert_int_equal(d->kind, DIAG_UNSURE);
	diagnosis_free(d);
	e = made_begin();
	made_run(e, AT(-200), AT(-100));
	(void)made_dump(e, AT(-30), 0xd1, 1, EV_ON_STACK, NULL);
	made_run(e, AT(0), AT(60)); /* a crash of an hour ago */
	e->log_newest = AT(60);
	d = verdict_of(e);
	assert_int_equal(d->kind, DIAG_NONE);
	assert_int_equal(d->certainty, DIAG_C_UNSURE);
	diagnosis_free(d);
	e = made_begin();
	made_run(e, AT(0), AT(60));
	(void)made_row(e, EV_START, EV_EVENT_LOG, AT(100), "");
	(void)made_row(e, EV_POWER_LOSS, EV_EVENT_LOG, AT(100) + 1, "");
	(void)made_row(e, EV_DUMP_FAILED, EV_EVENT_LOG, AT(100) + 2, "");
	d = verdict_of(e);
	assert_int_not_equal(d->kind, DIAG_NO_DRIVER); /* it crashed, and nobody knows of what */
	diagnosis_free(d);
}

/* Nor where the log is silent because it is gone, or where nobody knows how the last start went. */
static void nothing_wrong_needs_a_log_to_its_end(void **state)
{
	for (int k = 0; k < 3; k++) {
		struct evidence *e = made_begin();
		(void)state;
		made_run(e, AT(0), AT(60));
		e->log_newest = k == 1 ? 0 : AT(60);
		if (k == 2)
			(void)made_row(e, EV_START, EV_BOOT_STATUS, AT(100), "");
		struct diagnosis *d = verdict_of(e);
		assert_int_equal(d->kind, DIAG_NONE);
		assert_int_equal(d->certainty, k ? DIAG_C_UNSURE : DIAG_C_LIKELY);
		diagnosis_free(d);
	}
}

/* Three crashes in two weeks are not over because it ran in between: it did so before. Of one
 * series that ended, nothing is known to come again. */
static void crashes_that_come_again_are_not_over(void **state)
{
	for (int k = 0; k < 4; k++) {
		struct evidence *e = made_begin();
		struct diagnosis *d;
		/* long ago; and longer ago than they lie apart */
		const int ago = k == 1 ? 40000 : k == 3 ? 9000 : 3000;
		(void)state;
		for (int i = 0; i < 3; i++)
			(void)made_dump(
				e, AT(-ago + 1000 * i), 0xd1, k == 2 ? 1 : 20, EV_AT_FAULT, DRIVER);
		(void)made_file(e, DRIVER, COMPANY);
		made_run(e, AT(0), AT(60));
		d = verdict_of(e);
		if (k)
			assert_int_equal(d->kind, DIAG_NONE);
		else
			assert_int_not_equal(d->kind, DIAG_NONE);
		diagnosis_free(d);
	}
}

static void what_is_told_is_bounded(void **state)
{
	static char paths[20][64];
	struct evidence *e = made_begin();
	struct diagnosis *d;

	(void)state;
	made_run(e, AT(0), AT(95));
	for (int k = 0; k < 500; k++)
		(void)made_row(e, EV_HARDWARE_ERROR, EV_EVENT_LOG, AT(50) + (uint64_t)k, "");
	for (int k = 0; k < 20; k++) {
		(void)snprintf(paths[k], sizeof(paths[k]), "\\ProgramData\\A\\%d.bin", k);
		(void)made_row(e, EV_FILE_NEW, EV_FILE, AT(94), paths[k]);
	}
	(void)made_row(e, EV_START_FAILED, EV_STARTUP_REPAIR, AT(96), "");
	d = verdict_of(e);
	assert_int_equal(d->n_candidates, 10);
	assert_int_equal(d->n_timeline, 400);
	assert_int_equal(d->timeline[d->n_timeline - 1].time, AT(96)); /* the newest */
	diagnosis_free(d);
}

/* ---- Windows' own ---- */

static void make_own(struct evidence *e)
{
	(void)strcpy(e->files[0]->image.company, "Microsoft Corporation");
	e->system->services[0].inf[0] = '\0';
}

static void damaged_part_of_windows_is_not_moved(void **state)
{
	struct evidence *e = made_begin();

	(void)state;
	made_run(e, AT(0), AT(95));
	(void)made_row(e, EV_START_FAILED, EV_STARTUP_REPAIR, AT(110), "");
	made_file(e, DRIVER, COMPANY)->image.soundness = WIN_CUT;
	(void)made_service(e, "tnd", DRIVER, WIN_START_BOOT, 1);
	make_own(e);
	is_not_moved(e, DIAG_ASK);
}

/* However much speaks for it: crashes show in Windows that others cause. */
static void windows_own_is_never_linked(void **state)
{
	struct evidence *e = updated_driver();
	struct diagnosis *d;

	(void)state;
	make_own(e);
	for (size_t i = 0; i < e->n_items; i++) {
		if (e->items[i].path[0])
			e->items[i].time = AT(97) + i;
		if (e->items[i].crash)
			e->items[i].crash->code = 0x50;
	}
	d = verdict_of(e);
	assert_int_not_equal(d->kind, DIAG_BAD_FILE);
	diagnosis_free(d);
	e = bad_content();
	make_own(e); /* nor are the data that it reads */
	d = verdict_of(e);
	assert_int_not_equal(d->kind, DIAG_BAD_FILE);
	diagnosis_free(d);
	e = updated_driver();
	make_own(e);
	for (size_t i = 0; i < e->n_items; i++)
		if (e->items[i].crash)
			e->items[i].crash->code = 0x7b;
	e->system->services[0].is_boot = true;
	d = verdict_of(e);
	for (size_t i = 0; i < d->n_candidates; i++)
		assert_null(why_of(d, i, "boot-path-new"));
	diagnosis_free(d);
}

/* ---- more that counts, and that does not ---- */

static void filter_stands_in_the_path_of_a_start(void **state)
{
	struct evidence *e = updated_driver();
	struct win_filter_list *l = calloc(1, sizeof(*l));
	struct diagnosis *d;

	(void)state;
	assert_non_null(l);
	l->where = strdup("Class");
	l->class_guid = strdup("");
	l->names.p = calloc(1, sizeof(char *));
	assert_non_null(l->names.p);
	l->names.p[0] = strdup("TND");
	l->names.n = 1;
	e->system->filters = l;
	e->system->n_filters = 1;
	e->system->services[0].start = WIN_START_DEMAND;
	for (size_t i = 0; i < e->n_items; i++)
		if (e->items[i].crash)
			e->items[i].crash->code = 0x7b;
	d = verdict_of(e);
	assert_non_null(why_of(d, 0, "boot-path-new"));
	diagnosis_free(d);
}

static void other_modules_and_runs_after_speak_against_it(void **state)
{
	struct evidence *e = updated_driver();
	struct diagnosis *d;

	(void)state;
	(void)made_dump(e, AT(106), 0xd1, 1, EV_AT_FAULT, OTHER);
	(void)made_file(e, OTHER, COMPANY);
	d = verdict_of(e);
	assert_int_equal(d->kind, DIAG_BAD_FILE);
	assert_true(contradicts(d, "different modules"));
	diagnosis_free(d);
	e = updated_driver();
	for (int k = 1; k <= 2; k++)
		(void)made_dump(e, AT(106 + 30 * k), 0xd1, 20, EV_AT_FAULT, DRIVER);
	made_run(e, AT(200), AT(900));
	d = verdict_of(e);
	assert_int_equal(d->kind, DIAG_BAD_FILE);
	assert_int_equal(d->certainty, DIAG_C_LIKELY);
	assert_true(contradicts(d, "ran again"));
	diagnosis_free(d);
}

static void dumps_tell_more_than_an_absent_program(void **state)
{
	struct evidence *e = made_begin();
	struct diagnosis *d;

	(void)state;
	made_run(e, AT(0), AT(95));
	(void)made_dump(e, AT(100), 0xd1, 1, EV_ON_STACK, NULL);
	(void)made_row(e, EV_FILE_GONE, EV_FILE, 0, "\\Windows\\System32\\user32.dll");
	d = verdict_of(e);
	assert_int_not_equal(d->kind, DIAG_FILE_REMOVED);
	diagnosis_free(d);
}

static void what_ran_since_it_slept_is_awake(void **state)
{
	struct evidence *e = made_begin();
	struct diagnosis *d;

	(void)state;
	made_run(e, AT(0), AT(95));
	made_row(e, EV_RESUME_FAILED, EV_HIBERNATION, AT(200), "")->is_certain = true;
	made_run(e, AT(210), AT(250));
	(void)made_row(e, EV_START, EV_BOOT_STATUS, AT(300), "");
	d = verdict_of(e);
	assert_int_not_equal(d->kind, DIAG_RESUME);
	diagnosis_free(d);
}

static void two_codes_are_not_all_over_the_place(void **state)
{
	struct evidence *e = made_begin();
	struct diagnosis *d;

	(void)state;
	made_run(e, AT(0), AT(95));
	(void)made_dump(e, AT(100), 0xd1, 1, EV_ON_STACK, NULL);
	(void)made_dump(e, AT(110), 0x50, 1, EV_ON_STACK, NULL);
	d = verdict_of(e);
	assert_int_equal(d->kind, DIAG_UNSURE);
	diagnosis_free(d);
}

static void crash_after_a_power_loss_is_no_power_loss(void **state)
{
	struct evidence *e = made_begin();
	struct diagnosis *d;

	(void)state;
	(void)made_row(e, EV_START, EV_EVENT_LOG, AT(50), "");
	(void)made_row(e, EV_POWER_LOSS, EV_EVENT_LOG, AT(50) + 1, "");
	(void)made_dump(e, AT(100), 0xd1, 1, EV_ON_STACK, NULL);
	made_run(e, AT(200), AT(300));
	d = verdict_of(e);
	assert_int_equal(d->kind, DIAG_NONE);
	diagnosis_free(d);
}

/* A start that failed before the last good run is over, whatever is absent. */
static void failed_start_before_a_run_is_over(void **state)
{
	struct evidence *e = made_begin();
	struct diagnosis *d;

	(void)state;
	(void)made_row(e, EV_START_FAILED, EV_STARTUP_REPAIR, 0, "");
	(void)made_row(e, EV_START, EV_BOOT_STATUS, AT(-10), "");
	made_run(e, AT(0), AT(60));
	made_row(e, EV_FILE_GONE, EV_REGISTRY, 0, DRIVER)->is_certain = true;
	d = verdict_of(e);
	assert_int_not_equal(d->kind, DIAG_FILE_REMOVED);
	diagnosis_free(d);
}

static void suspects_have_points_and_moments_are_told_once(void **state)
{
	struct evidence *e = made_begin();
	struct diagnosis *d;
	unsigned n = 0;

	(void)state;
	made_run(e, AT(0), AT(95));
	(void)made_dump(e, AT(100), 0xd1, 1, EV_ON_STACK, DRIVER);
	(void)made_file(e, DRIVER, COMPANY);
	d = verdict_of(e);
	assert_int_equal(d->n_candidates, 0); /* it was so when all went well */
	diagnosis_free(d);
	e = updated_driver();
	(void)made_row(e, EV_FILE_CHANGED, EV_CHANGE_JOURNAL, AT(94) + 6, DRIVER);
	d = verdict_of(e);
	for (size_t i = 0; i < d->n_timeline; i++)
		n += d->timeline[i].what == EV_FILE_CHANGED;
	assert_int_equal(n, 1);
	diagnosis_free(d);
}

static void words_of_a_company_are_whole_names(void **state)
{
	static const struct {
		const char *company, *named, *path;
		int is;
	} rows[] = {
		{"Halvard Systems AB", "", "\\ProgramData\\Halvard\\x.bin", 1},
		{"Program Files Inc", "", "\\Program Files\\Other\\x.bin", 0},
		{"abc", "", "\\ProgramData\\abc\\x.bin", 0},
		{"Halv", "", "\\ProgramData\\Halvard\\x.bin", 0},
		{"", "C:\\ProgramData\\Halvard\\*.hvc", "\\ProgramData\\Halvard\\x.bin", 2},
		{"", "\\ProgramData\\Halv\\", "\\ProgramData\\Halvard\\x.bin", 0},
		{"", "\\Contents\\", "\\ProgramData\\Other\\Contents\\x.bin", 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ev_file *f = calloc(1, sizeof(*f));
		assert_non_null(f);
		f->is_looked = true;
		(void)strcpy(f->image.company, rows[i].company);
		(void)strcpy(f->image.paths[0], rows[i].named);
		f->image.n_paths = rows[i].named[0] != '\0';
		assert_int_equal(verdict_is_of_product(rows[i].path, f), rows[i].is);
		free(f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(updated_driver_is_at_fault),
		cmocka_unit_test(other_build_on_the_disk_counts_against_it),
		cmocka_unit_test(same_crash_before_it_came_acquits_it),
		cmocka_unit_test(clock_that_was_set_makes_it_less_sure),
		cmocka_unit_test(pending_update_makes_it_less_sure),
		cmocka_unit_test(driver_that_windows_insists_on_is_disabled),
		cmocka_unit_test(driver_whose_service_cannot_be_disabled_is_moved),
		cmocka_unit_test(filter_is_no_move),
		cmocka_unit_test(driver_of_the_disk_stays),
		cmocka_unit_test(early_crashes_and_a_new_boot_driver),
		cmocka_unit_test(one_absent_program_counts_and_two_do_not),
		cmocka_unit_test(resume_that_goes_round),
		cmocka_unit_test(old_power_loss_is_nothing),
		cmocka_unit_test(content_is_at_fault_and_not_the_module),
		cmocka_unit_test(contradicted_content_waits_for_a_person),
		cmocka_unit_test(data_elsewhere_is_not_moved),
		cmocka_unit_test(startup_repair_speaks_of_programs),
		cmocka_unit_test(loaded_data_is_not_moved),
		cmocka_unit_test(vendor_folder_is_enough),
		cmocka_unit_test(content_of_another_vendor_is_innocent),
		cmocka_unit_test(zeros_of_a_crash_are_no_cause),
		cmocka_unit_test(two_alike_are_unsure),
		cmocka_unit_test(what_cannot_be_read_makes_it_less_sure),
		cmocka_unit_test(what_is_not_there_takes_nothing_away),
		cmocka_unit_test(dumps_that_cannot_be_read_may_say_something_else),
		cmocka_unit_test(lost_dump_may_point_to_the_other_one_that_changed),
		cmocka_unit_test(lost_dump_gives_data_nothing_more),
		cmocka_unit_test(what_was_repaired_is_not_repaired_twice),
		cmocka_unit_test(flood_of_changes_makes_data_unsure),
		cmocka_unit_test(dump_that_is_not_whole),
		cmocka_unit_test(nothing_wrong_is_not_said_of_what_was_not_read),
		cmocka_unit_test(change_that_was_left_out_is_no_sameness),
		cmocka_unit_test(time_alone_proposes_nothing),
		cmocka_unit_test(hardware_code_blames_nobody),
		cmocka_unit_test(windows_own_part_is_not_moved),
		cmocka_unit_test(old_crashes_are_history),
		cmocka_unit_test(damaged_boot_driver),
		cmocka_unit_test(damaged_driver_is_restored),
		cmocka_unit_test(many_damaged_are_nobodys_fault),
		cmocka_unit_test(old_damage_is_no_trouble),
		cmocka_unit_test(changes_outside_of_the_window_are_none),
		cmocka_unit_test(copies_in_the_store_are_no_candidates),
		cmocka_unit_test(unlogged_zeros_are_no_damage),
		cmocka_unit_test(file_that_was_taken_away),
		cmocka_unit_test(registry_verifier_resume_update),
		cmocka_unit_test(verifier_must_be_on_and_have_stopped_it),
		cmocka_unit_test(crashes_all_over_the_place_are_hardware),
		cmocka_unit_test(disk_errors_are_hardware),
		cmocka_unit_test(where_no_file_is_at_fault_none_is_first),
		cmocka_unit_test(missing_driver_explains_no_crash),
		cmocka_unit_test(program_in_a_flood_is_at_most_likely),
		cmocka_unit_test(filter_that_is_not_loaded),
		cmocka_unit_test(file_system_after_an_update_is_no_hardware),
		cmocka_unit_test(clock_that_went_back_is_not_well),
		cmocka_unit_test(nobody_is_at_fault_for_power),
		cmocka_unit_test(lost_boot_device_and_a_new_driver),
		cmocka_unit_test(what_a_rule_matches_is_evidence),
		cmocka_unit_test(timeline_has_its_key_moments),
		cmocka_unit_test(timeline_has_each_crash_once),
		cmocka_unit_test(timeline_key_crash_stays_key),
		cmocka_unit_test(what_is_gone_is_not_moved),
		cmocka_unit_test(driver_that_no_service_loads_is_not_moved),
		cmocka_unit_test(driver_in_the_store_is_disabled),
		cmocka_unit_test(copy_that_is_none_is_not_restored),
		cmocka_unit_test(sound_driver_that_stays_is_not_restored_from_its_package),
		cmocka_unit_test(content_is_neither_loaded_nor_a_program),
		cmocka_unit_test(what_is_only_on_the_stack_is_not_at_fault),
		cmocka_unit_test(first_on_the_stack_is_never_sure),
		cmocka_unit_test(changes_after_the_crash_and_local_times_do_not_count),
		cmocka_unit_test(only_what_is_loaded_can_be_damaged),
		cmocka_unit_test(damage_beside_dumps_is_no_link),
		cmocka_unit_test(unchanged_counts_only_where_windows_is_unchanged),
		cmocka_unit_test(clock_set_long_ago_does_not_matter),
		cmocka_unit_test(early_crashes_are_no_reason_of_their_own),
		cmocka_unit_test(put_aside_is_nothing),
		cmocka_unit_test(deletion_is_no_theft_where_dumps_tell_more),
		cmocka_unit_test(driver_that_an_antivirus_took_is_missed),
		cmocka_unit_test(one_dump_without_a_log_is_never_sure),
		cmocka_unit_test(two_that_came_acquit_each_other_without_dumps),
		cmocka_unit_test(lost_boot_device_accuses_who_stands_in_its_path),
		cmocka_unit_test(absence_that_does_no_harm_is_none),
		cmocka_unit_test(hives_and_codes_of_old_are_no_registry_fault),
		cmocka_unit_test(resume_needs_more_than_an_image),
		cmocka_unit_test(hardware_needs_trouble_and_enough_of_it),
		cmocka_unit_test(button_held_again_is_no_answer),
		cmocka_unit_test(nothing_wrong_is_said_only_of_what_ran),
		cmocka_unit_test(nothing_wrong_needs_a_log_to_its_end),
		cmocka_unit_test(crashes_that_come_again_are_not_over),
		cmocka_unit_test(what_is_told_is_bounded),
		cmocka_unit_test(damaged_part_of_windows_is_not_moved),
		cmocka_unit_test(windows_own_is_never_linked),
		cmocka_unit_test(filter_stands_in_the_path_of_a_start),
		cmocka_unit_test(other_modules_and_runs_after_speak_against_it),
		cmocka_unit_test(dumps_tell_more_than_an_absent_program),
		cmocka_unit_test(what_ran_since_it_slept_is_awake),
		cmocka_unit_test(two_codes_are_not_all_over_the_place),
		cmocka_unit_test(crash_after_a_power_loss_is_no_power_loss),
		cmocka_unit_test(failed_start_before_a_run_is_over),
		cmocka_unit_test(suspects_have_points_and_moments_are_told_once),
		cmocka_unit_test(words_of_a_company_are_whole_names),
	};

	return cmocka_run_group_tests_name("judge: verdict", tests, NULL, NULL);
}
