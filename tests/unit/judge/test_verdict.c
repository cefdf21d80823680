/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What follows from evidence: each kind, each weight, and what makes a verdict less sure. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "../evidence/made.h"
#include "judge/verdict.h"

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
	assert_int_equal(d->proposals[0].action, DIAG_MOVE);
	assert_true(d->proposals[0].can);
	assert_false(d->proposals[0].may_alone); /* a driver never without a person */
	assert_int_equal(d->first_crash, AT(100));
	assert_int_equal(d->last_crash, AT(103));
	assert_int_equal(d->n_crashes, 2);
	assert_int_equal(d->n_contradictions, 0);
	diagnosis_free(d);
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
	assert_false(d->proposals[0].can);
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
	assert_false(d->proposals[0].can);
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

/* Evidence can be planted: data of Windows and of people stay, whatever blames them. */
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
		assert_string_equal(d->candidates[0].path, paths[i]);
		assert_int_equal(d->n_proposals, 1);
		assert_int_equal(d->proposals[0].action, DIAG_ASK);
		assert_false(d->proposals[0].can || d->proposals[0].may_alone);
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
	assert_int_not_equal(d->kind, DIAG_BAD_FILE);
	assert_non_null(why_of(d, 0, "windows-own"));
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
	assert_int_equal(d->certainty, DIAG_C_SURE);
	diagnosis_free(d);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(updated_driver_is_at_fault),
		cmocka_unit_test(other_build_on_the_disk_counts_against_it),
		cmocka_unit_test(same_crash_before_it_came_acquits_it),
		cmocka_unit_test(clock_that_was_set_makes_it_less_sure),
		cmocka_unit_test(pending_update_makes_it_less_sure),
		cmocka_unit_test(driver_that_windows_insists_on_is_disabled),
		cmocka_unit_test(filter_is_no_move),
		cmocka_unit_test(driver_of_the_disk_stays),
		cmocka_unit_test(early_crashes_and_a_new_boot_driver),
		cmocka_unit_test(one_absent_program_counts_and_two_do_not),
		cmocka_unit_test(resume_that_goes_round),
		cmocka_unit_test(old_power_loss_is_nothing),
		cmocka_unit_test(content_is_at_fault_and_not_the_module),
		cmocka_unit_test(contradicted_content_waits_for_a_person),
		cmocka_unit_test(data_elsewhere_is_not_moved),
		cmocka_unit_test(loaded_data_is_not_moved),
		cmocka_unit_test(vendor_folder_is_enough),
		cmocka_unit_test(content_of_another_vendor_is_innocent),
		cmocka_unit_test(zeros_of_a_crash_are_no_cause),
		cmocka_unit_test(two_alike_are_unsure),
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
		cmocka_unit_test(nobody_is_at_fault_for_power),
		cmocka_unit_test(lost_boot_device_and_a_new_driver),
		cmocka_unit_test(what_a_rule_matches_is_evidence),
		cmocka_unit_test(timeline_has_its_key_moments),
	};

	return cmocka_run_group_tests_name("judge: verdict", tests, NULL, NULL);
}
