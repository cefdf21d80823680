/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which services may be disabled, with what, and what the registry says then: by made registries
 * and by those of real machines. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../windows/help.h"
#include "judge/disable_internal.h"

#define MOST 8

#define DISK	 "{4d36e967-e325-11ce-bfc1-08002be10318}"
#define KEYBOARD "{4d36e96b-e325-11ce-bfc1-08002be10318}"

/* A registry with room for what a test wants in it. */
struct made {
	struct win_system s;
	struct win_service services[MOST];
	struct win_filter_list filters[MOST];
	struct win_device devices[MOST];
	char *list_names[MOST][4];
	uint8_t raw[MOST][400];
	struct disable_maker makers[MOST];
	char texts[128][64]; /* that are written to */
	size_t n_texts;
};

static char *text(struct made *m, const char *from)
{
	char *ret = m->texts[m->n_texts++];

	assert_true(m->n_texts <= 128);
	(void)snprintf(ret, sizeof(m->texts[0]), "%s", from);
	return ret;
}

static struct made *made(void)
{
	static struct made m;

	memset(&m, 0, sizeof(m));
	m.s.services = m.services;
	m.s.filters = m.filters;
	m.s.devices = m.devices;
	m.s.are_services_whole = true;
	m.s.control_set = 2;
	return &m;
}

/* A boot-start driver of "Foreign" that nothing speaks for. */
static struct win_service *add(struct made *m, const char *name)
{
	const size_t i = m->s.n_services++;
	char path[64];

	(void)snprintf(path, sizeof(path), "\\Windows\\System32\\drivers\\%s.sys", name);
	m->services[i] = (struct win_service){.name = text(m, name),
		.path = text(m, path),
		.image_path = text(m, ""),
		.group = text(m, ""),
		.display = text(m, ""),
		.inf = text(m, ""),
		.package = text(m, ""),
		.altitude = text(m, ""),
		.type = 1,
		.error_control = 1,
		.override = -1,
		.has_start = true,
		.is_driver = true,
		.is_boot = true};
	m->makers[i].is_known = true;
	(void)snprintf(m->makers[i].vendor, sizeof(m->makers[i].vendor), "%s Ltd", name);
	return &m->services[i];
}

static void maker(struct made *m, size_t i, const char *vendor)
{
	(void)snprintf(m->makers[i].vendor, sizeof(m->makers[i].vendor), "%s", vendor);
}

/* A list of up to three names. */
static void filters(struct made *m, const char *where, const char *guid, const char *const names[3])
{
	const size_t i = m->s.n_filters++;
	struct win_filter_list *f = &m->filters[i];
	size_t n = 0, at = 0;

	for (; n < 3 && names[n]; n++) {
		m->list_names[i][n] = text(m, names[n]);
		for (const char *c = names[n]; *c; c++, at += 2)
			m->raw[i][at] = (uint8_t)*c;
		at += 2;
	}
	*f = (struct win_filter_list){.where = text(m, where),
		.class_guid = text(m, guid),
		.is_upper = true,
		.names = {m->list_names[i], n},
		.raw = m->raw[i],
		.raw_len = at + 2};
}

static struct disable_choice *choose(
	struct made *m, const char *first, const char *second, bool is_safe)
{
	const char *names[] = {first, second};
	const struct disable_input in = {
		&m->s, m->makers, names, (size_t)(first != NULL) + (second != NULL), is_safe};
	struct disable_choice *ret = NULL;
	struct rs_err err = {0};

	assert_int_equal(disable_choose(&in, &ret, &err), 0);
	return ret;
}

static bool is_off(const struct disable_choice *c, const char *name)
{
	char key[80];

	(void)snprintf(key, sizeof(key), "ControlSet002\\Services\\%s", name);
	for (size_t i = 0; i < c->n_edits; i++)
		if (strcmp(c->edits[i].key, key) == 0) {
			assert_string_equal(c->edits[i].name, "Start");
			assert_int_equal(c->edits[i].type, 4);
			assert_int_equal(c->edits[i].len, 4);
			assert_memory_equal(c->edits[i].p, "\4\0\0\0", 4);
			return true;
		}
	return false;
}

static const struct disable_row *row(const struct disable_choice *c, const char *name)
{
	for (size_t i = 0; i < c->n_rows; i++)
		if (strcmp(c->rows[i].name, name) == 0)
			return &c->rows[i];
	return NULL;
}

/* Named alone it is refused, because of these words. */
static void refused(struct made *m, const char *name, const char *words)
{
	auto_disable struct disable_choice *c = choose(m, name, NULL, false);

	assert_non_null(c->refused);
	assert_string_equal(c->refused, name);
	if (!strstr(c->refused_why, words))
		fail_msg("'%s' is not in '%s'", words, c->refused_why);
	assert_int_equal(c->n_edits, 0);
}

static void test_disable__a_driver__start_4_and_nothing_else(void **state)
{
	struct made *m = made();

	(void)state;
	add(m, "flt");
	add(m, "other")->override = 3;
	auto_disable struct disable_choice *c = choose(m, "FLT", NULL, false);
	assert_null(c->refused);
	assert_int_equal(c->n_edits, 1);
	assert_true(is_off(c, "flt"));
	assert_string_equal(c->edits[0].what, "service flt: Start 0 -> 4 (disabled)");
	assert_int_equal(c->n_chosen, 1);
	assert_true(c->rows[0].is_named);
	assert_false(c->is_security);
}

static void test_disable__name_of_its_file__finds_it(void **state)
{
	struct made *m = made();

	(void)state;
	add(m, "flt");
	auto_disable struct disable_choice *c = choose(m, "FLT.sys", NULL, false);
	assert_true(is_off(c, "flt"));
}

static void test_disable__same_file__goes_with_it(void **state)
{
	struct made *m = made();

	(void)state;
	add(m, "flt");
	add(m, "twin")->path = text(m, "\\windows\\system32\\DRIVERS\\flt.sys");
	add(m, "other");
	auto_disable struct disable_choice *c = choose(m, "flt", NULL, false);
	assert_true(is_off(c, "flt") && is_off(c, "twin") && !is_off(c, "other"));
	m->makers[1].is_own = true;
	refused(m, "flt", "twin goes with it and must stay");
}

/* Another spelling of it: a short name, a hard link, a path that leads nowhere here. */
static void test_disable__same_file_by_another_path__goes_with_it(void **state)
{
	struct made *m = made();

	(void)state;
	(void)add(m, "mine");
	add(m, "link")->path = text(m, "\\Windows\\System32\\drivers\\MINE~1.SYS");
	(void)add(m, "other");
	m->makers[0].ref = m->makers[1].ref = 77;
	auto_disable struct disable_choice *c = choose(m, "mine", NULL, false);
	assert_null(c->refused);
	assert_true(is_off(c, "link"));
	assert_false(is_off(c, "other"));
	assert_int_equal(c->n_edits, 2);

	/* what is not found may be it */
	m->services[2].path = text(m, "");
	m->services[2].image_path = text(m, "\\??\\Volume{1}\\drivers\\Mine.sys");
	auto_disable struct disable_choice *both = choose(m, "mine", NULL, false);
	assert_true(is_off(both, "other"));
	m->makers[2].is_known = false;
	auto_disable struct disable_choice *none = choose(m, "mine", NULL, false);
	assert_non_null(none->refused);
}

/* --with-files has moved its file: nothing tells its maker any more, and nothing is left to do. */
static void test_disable__done_and_its_file_is_gone__nothing_refuses(void **state)
{
	static const char *const list[3] = {"mine"};
	struct made *m = made();
	struct win_service *one;

	(void)state;
	add(m, "mine");
	one = &m->services[0];
	one->start = 4;
	one->is_boot = false;
	m->makers[0].is_known = false;
	m->makers[0].ref = 0;
	auto_disable struct disable_choice *c = choose(m, "mine", NULL, false);
	assert_null(c->refused);
	assert_int_equal(c->n_edits, 0);
	assert_int_equal(c->n_chosen, 0); /* nor is its file looked for */

	m->makers[0].ref = 77; /* what is there is judged as ever */
	auto_disable struct disable_choice *there = choose(m, "mine", NULL, false);
	assert_non_null(there->refused);
	m->makers[0].ref = 0;
	one->start = 3;
	auto_disable struct disable_choice *on = choose(m, "mine", NULL, false);
	assert_non_null(on->refused);
	one->start = 4;
	filters(m, "Class\\" KEYBOARD, KEYBOARD, list);
	auto_disable struct disable_choice *named = choose(m, "mine", NULL, false);
	assert_non_null(named->refused);
}

static void test_disable__filter__its_name_alone_goes_out_of_each_list(void **state)
{
	static const char *const three[3] = {"before", "flt", "after"}, *const one[3] = {"FLT"},
				 *const none[3] = {"kbdclass"};
	struct made *m = made();

	(void)state;
	add(m, "flt");
	filters(m, "Class\\" KEYBOARD, KEYBOARD, three);
	filters(m, "Enum\\HID\\x\\1", KEYBOARD, one);
	filters(m, "Class\\{x}", "{x}", none);
	auto_disable struct disable_choice *c = choose(m, "flt", NULL, false);
	assert_int_equal(c->n_edits, 3);
	/* the lists before the service */
	assert_string_equal(c->edits[0].key, "ControlSet002\\Control\\Class\\" KEYBOARD);
	assert_string_equal(c->edits[0].name, "UpperFilters");
	assert_int_equal(c->edits[0].type, 7);
	assert_int_equal(c->edits[0].len, sizeof(u"before\0after\0") - 2 + 2);
	assert_memory_equal(c->edits[0].p, u"before\0after\0", c->edits[0].len);
	assert_string_equal(c->edits[1].key, "ControlSet002\\Enum\\HID\\x\\1");
	assert_null(c->edits[1].p); /* an empty list is deleted */
	assert_true(is_off(c, "flt"));
	assert_non_null(strstr(row(c, "flt")->why, "2 lists of filters"));
}

static void test_disable__a_name_that_only_begins_so__stays_in_the_list(void **state)
{
	static const char *const two[3] = {"flt2", "flt"};
	struct made *m = made();

	(void)state;
	add(m, "flt");
	filters(m, "Class\\{x}", "{x}", two);
	/* what stands behind the list's end, and an odd byte, stay as they are */
	m->filters[0].raw[m->filters[0].raw_len] = 'z';
	m->filters[0].raw_len++;
	auto_disable struct disable_choice *c = choose(m, "flt", NULL, false);
	assert_int_equal(c->edits[0].len, 13);
	assert_memory_equal(c->edits[0].p,
		"f\0l\0t\0"
		"2\0\0\0\0\0z",
		13);
}

/* The kernel reads such a list to its end. */
static void test_disable__behind_an_empty_name_in_a_list__goes_out_too(void **state)
{
	struct made *m = made();

	(void)state;
	(void)add(m, "mine");
	filters(m, "Class\\" KEYBOARD, KEYBOARD, (const char *const[3]){"kbdclass", "", "mine"});
	filters(m, "Class\\" DISK, DISK, (const char *const[3]){"", "mine"});
	auto_disable struct disable_choice *c = choose(m, "mine", NULL, false);
	assert_null(c->refused);
	assert_int_equal(c->n_edits, 3);
	assert_int_equal(c->edits[0].len, m->filters[0].raw_len - 10);
	assert_memory_equal(c->edits[0].p, m->filters[0].raw, 20);
	assert_null(c->edits[1].p); /* nothing else is in it */
}

/* What a script makes of a variable that is not set. */
static void test_disable__no_name__is_nobodys(void **state)
{
	struct made *m = made();

	(void)state;
	(void)add(m, "mine");
	auto_disable struct disable_choice *c = choose(m, "", NULL, false);
	assert_non_null(c->refused);
	assert_true(c->is_unknown);
	assert_false(disable_finds(&m->s, ""));
}

static void test_disable__filter_that_no_list_shows__stays(void **state)
{
	struct made *m = made();

	(void)state;
	(void)add(m, "mine");
	m->makers[0].is_declared = true;
	refused(m, "mine", "AddFilter");
}

/* The most that one of them means; of one that is disabled already, nothing. */
static void test_disable__filter_of_the_network__what_becomes_of_it(void **state)
{
	struct made *m = made();

	(void)state;
	add(m, "late")->network = WIN_NETWORK_LATER;
	add(m, "waits")->network = WIN_NETWORK_WAITS;
	(void)add(m, "none");
	auto_disable struct disable_choice *none = choose(m, "none", NULL, false);
	assert_int_equal(none->network, WIN_NETWORK_NONE);
	auto_disable struct disable_choice *late = choose(m, "none", "late", false);
	assert_int_equal(late->network, WIN_NETWORK_LATER);
	auto_disable struct disable_choice *both = choose(m, "waits", "late", false);
	assert_int_equal(both->network, WIN_NETWORK_WAITS);
	m->services[1].start = WIN_START_DISABLED;
	auto_disable struct disable_choice *before = choose(m, "waits", "late", false);
	assert_int_equal(before->network, WIN_NETWORK_LATER);
}

static bool adds(const char *inf, size_t wide, const char *name)
{
	uint8_t *p = calloc(1, strlen(inf) * wide + 1); /* its end is the end */
	size_t n = 0;

	assert_non_null(p);
	for (; *inf; inf++, n += wide)
		p[n] = (uint8_t)*inf;
	uint8_t *exact = malloc(n ? n : 1);
	assert_non_null(exact);
	memcpy(exact, p, n);
	const bool ret = disable_inf_adds(exact, n, name);
	free(p);
	free(exact);
	return ret;
}

/* What the documentation of the directive shows, in both forms of an INF; cut off at every byte
 * nothing is read behind the end. */
static void test_inf__addfilter__names_the_service(void **state)
{
	static const char inf[] =
		"[Version]\r\nClass=Extension\r\n[x.Filters]\r\naddfilter = Mine,,pos\r\n";

	(void)state;
	for (size_t wide = 1; wide <= 2; wide++) {
		assert_true(adds(inf, wide, "mine"));
		assert_false(adds(inf, wide, "min"));
		assert_false(adds(inf, wide, "mine2"));
		assert_false(adds(inf, wide, ""));
		assert_true(adds("AddFilter=\"mine\"", wide, "mine"));
		assert_true(adds("AddFilter=mine", wide, "mine"));
		assert_false(adds("AddFilter=", wide, "mine"));
		assert_false(adds("AddService=mine,", wide, "mine"));
		/* a string of its own may be any name that the file has */
		assert_true(adds("AddFilter=%n%,,p\r\n[Strings]\r\nn=\"mine\"", wide, "mine"));
		assert_false(adds("AddFilter=%n%,,p\r\n[Strings]\r\nn=\"x\"", wide, "mine"));
	}
	for (size_t n = 0; n < sizeof(inf); n++) {
		char part[sizeof(inf)];
		(void)snprintf(part, sizeof(part), "%.*s", (int)n, inf);
		assert_int_equal(adds(part, 1, "mine"), n >= 57);
		assert_int_equal(adds(part, 2, "mine"), n >= 57);
	}
}

static void test_disable__letters_of_other_alphabets__stays(void **state)
{
	struct made *m = made();

	(void)state;
	add(m, "\303\274ber")->path = text(m, "\\Windows\\System32\\drivers\\uber.sys");
	filters(m, "Class\\" DISK, DISK, (const char *const[3]){"\303\234BER"});
	refused(m, "\303\274ber", "letters");
}

static void test_disable__filter_without_a_service__goes_out_of_the_lists(void **state)
{
	static const char *const two[3] = {"gone", "partmgr"}, *const critical[3] = {"old"};
	struct made *m = made();

	(void)state;
	add(m, "flt");
	filters(m, "Class\\" DISK, DISK, two);
	filters(m, "CriticalDeviceDatabase\\x", DISK, critical);
	auto_disable struct disable_choice *c = choose(m, "gone", NULL, false);
	assert_null(c->refused);
	assert_int_equal(c->n_edits, 1);
	assert_memory_equal(c->edits[0].p, u"partmgr\0", c->edits[0].len);
	refused(m, "partmgr", "belongs into lists");
	refused(m, "old", "no service of this name");
	refused(m, "nothing", "no service of this name");
	auto_disable struct disable_choice *both = choose(m, "partmgr", "gone", false);
	assert_int_equal(both->n_rows, 0);
	m->s.is_devices_cut = true;
	refused(m, "gone", "no service of this name");
	m->s.is_devices_cut = false;
	(void)snprintf(m->s.note, sizeof(m->s.note), "Enum: damaged");
	refused(m, "gone", "no service of this name");
}

/* No end, and an odd byte behind the end: what is behind it is none of the list. */
static void test_disable__a_list_that_does_not_end_well__is_read_so_far(void **state)
{
	static const char *const one[3] = {"flt"};
	struct made *m = made();

	(void)state;
	add(m, "flt");
	filters(m, "Class\\{x}", "{x}", one);
	m->filters[0].raw_len = 6;
	m->filters[0].raw[6] = 'z';
	auto_disable struct disable_choice *c = choose(m, "flt", NULL, false);
	assert_int_equal(c->n_edits, 2);
	assert_null(c->edits[0].p);
	m->filters[0].raw[6] = 0;
	m->filters[0].raw[8] = 'z';
	m->filters[0].raw_len = 9;
	auto_disable struct disable_choice *odd = choose(m, "flt", NULL, false);
	assert_int_equal(odd->n_edits, 2);
}

static void test_disable__what_must_stay__is_refused(void **state)
{
	struct made *m = made();

	(void)state;
	struct win_service *one = add(m, "flt");
	m->makers[0].is_own = true;
	refused(m, "flt", "part of Windows");
	m->makers[0] = (struct disable_maker){0};
	refused(m, "flt", "who made it");
	m->makers[0].is_known = true;
	one->has_start = false;
	refused(m, "flt", "no number");
	one->has_start = true;
	one->boot_flags = 1;
	refused(m, "flt", "BootFlags");
	one->boot_flags = 0x40; /* the verifier's: not where it starts from */
	one->altitude = text(m, "145000");
	refused(m, "flt", "encrypts");
	one->altitude = text(m, "");
	one->group = text(m, "SCSI miniport");
	refused(m, "flt", "disks stand on");
	one->group = text(m, "");
	one->is_driver = false;
	refused(m, "flt", "other services use");
	one->is_user_exe = true;
	(void)snprintf(m->s.note, sizeof(m->s.note), "Enum: damaged");
	refused(m, "flt", "not all of the SYSTEM hive");
	m->s.note[0] = '\0';
	char *path = one->path;
	one->path = text(m, "");
	refused(m, "flt", "not on this volume");
	one->path = path;
	auto_disable struct disable_choice *c = choose(m, "flt", NULL, false);
	assert_true(is_off(c, "flt"));
}

static void test_disable__names_that_a_start_stands_on__stay_whoever_made_them(void **state)
{
	static const char *const kept[] = {"stornvme", "VeraCrypt", "fvevol", "iaStorAV"};
	static const char *const go[] = {"snapman", "fltsrv", "csagent"};

	(void)state;
	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
		struct made *m = made();
		add(m, kept[i]);
		refused(m, kept[i], "whoever made it");
	}
	for (size_t i = 0; i < sizeof(go) / sizeof(go[0]); i++) {
		struct made *m = made();
		add(m, go[i]);
		auto_disable struct disable_choice *c = choose(m, go[i], NULL, false);
		assert_true(is_off(c, go[i]));
	}
}

static void test_disable__dumps_go_through_it__stays(void **state)
{
	static char dump[] = "flt.sys";
	char *names[] = {dump};
	struct made *m = made();

	(void)state;
	add(m, "flt");
	m->s.dump_filters = (struct win_list){names, 1};
	refused(m, "flt", "dumps");
	dump[3] = '\0'; /* by its service's name */
	m->services[0].path = text(m, "\\Windows\\System32\\drivers\\other.sys");
	refused(m, "flt", "dumps");
	dump[3] = '.';
}

static void test_disable__new_devices_are_filtered_by_it__stays(void **state)
{
	static const char *const critical[3] = {"flt"};
	struct made *m = made();

	(void)state;
	add(m, "flt");
	filters(m, "CriticalDeviceDatabase\\x", KEYBOARD, critical);
	refused(m, "flt", "starts new devices");
}

/* A service of that name, whatever its file is. */
static void test_disable__one_of_the_minimum__is_refused_in_the_end(void **state)
{
	struct made *m = made();

	(void)state;
	add(m, "volume")->path = text(m, "\\Windows\\System32\\drivers\\foreign.sys");
	auto_disable struct disable_choice *c = choose(m, "volume", NULL, false);
	assert_string_equal(c->refused, "volume");
	assert_non_null(strstr(c->refused_why, "0x7B"));
}

static void test_disable__hive_that_is_not_whole__nothing_goes(void **state)
{
	struct made *m = made();

	(void)state;
	add(m, "flt");
	m->s.are_services_whole = false;
	refused(m, "flt", "not all of the SYSTEM hive");
	m->s.are_services_whole = true;
	(void)snprintf(m->s.note, sizeof(m->s.note), "Enum: damaged");
	refused(m, "flt", "not all of the SYSTEM hive");
	m->s.note[0] = '\0';
	m->s.is_devices_cut = true;
	refused(m, "flt", "not all of the SYSTEM hive");
}

static void test_disable__keyboard_works_by_it__stays_and_a_filter_of_it_goes(void **state)
{
	static const char *const list[3] = {"filter", "kbdclass"};
	struct made *m = made();

	(void)state;
	add(m, "keys")->start = WIN_START_DEMAND;
	add(m, "filter");
	m->devices[0] = (struct win_device){text(m, "HID\\x"), text(m, "KEYS"), text(m, KEYBOARD)};
	m->s.n_devices = 1;
	filters(m, "Class\\" KEYBOARD, KEYBOARD, list);
	refused(m, "keys", "keyboard");
	auto_disable struct disable_choice *c = choose(m, "filter", NULL, false);
	assert_null(c->refused);
	assert_int_equal(c->n_edits, 2);
}

static void early(struct made *m)
{
	struct win_service *one = add(m, "main"), *elam = add(m, "mainelam");

	one->altitude = text(m, "321000");
	elam->group = text(m, "Early-Launch");
	maker(m, 0, "Guard Ltd");
	maker(m, 1, "GUARD Inc.");
}

static void test_disable__early_launch_and_its_product__only_together(void **state)
{
	static const char *const names[] = {"main", "mainelam"};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct made *m = made();
		early(m);
		add(m, "other");
		auto_disable struct disable_choice *c = choose(m, names[i], NULL, false);
		assert_null(c->refused);
		assert_true(is_off(c, "main") && is_off(c, "mainelam") && !is_off(c, "other"));
		assert_true(c->is_security);
		assert_non_null(strstr(row(c, names[1 - i])->why, "0x178"));
	}
}

static void test_disable__early_launch_alone__is_refused(void **state)
{
	struct made *m = made();

	(void)state;
	early(m);
	maker(m, 1, "Somebody"); /* of another product: its own driver is not there */
	refused(m, "mainelam", "0x178");
	maker(m, 1, "");
	refused(m, "main", "0x178");
	m->services[1].start = WIN_START_DISABLED;
	auto_disable struct disable_choice *c = choose(m, "main", NULL, false);
	assert_true(is_off(c, "main"));
}

static void test_disable__of_one_package__one_product_whoever_signed_it(void **state)
{
	struct made *m = made();

	(void)state;
	early(m);
	maker(m, 1, "Signer of others");
	m->services[0].inf = text(m, "oem7.inf");
	m->services[1].inf = text(m, "OEM7.inf");
	auto_disable struct disable_choice *c = choose(m, "mainelam", NULL, false);
	assert_true(is_off(c, "main") && is_off(c, "mainelam"));
	m->services[0].inf = m->services[1].inf = text(m, "");
	maker(m, 0, "Guardian Ltd"); /* another word, which begins like it */
	maker(m, 1, "Guard Ltd");
	refused(m, "mainelam", "0x178");
}

static void test_disable__a_security_product_that_starts_late__is_a_twin_too(void **state)
{
	struct made *m = made();

	(void)state;
	early(m);
	m->services[0].start = WIN_START_DEMAND;
	m->services[0].is_boot = false;
	auto_disable struct disable_choice *c = choose(m, "mainelam", NULL, false);
	assert_true(is_off(c, "main") && is_off(c, "mainelam"));
	m->services[0].altitude = text(m, ""); /* or one that starts early, whatever it is for */
	m->services[0].start = WIN_START_SYSTEM;
	auto_disable struct disable_choice *soon = choose(m, "mainelam", NULL, false);
	assert_true(is_off(soon, "main") && is_off(soon, "mainelam"));
}

/* Whatever order they stand in: what goes with what goes with it. */
static void test_disable__of_the_twin_the_same_file__goes_with_it(void **state)
{
	struct made *m = made();

	(void)state;
	add(m, "shares")->path = text(m, "\\Windows\\System32\\drivers\\main.sys");
	m->services[0].start = WIN_START_DEMAND;
	m->services[0].is_boot = false;
	early(m);
	maker(m, 1, "Guard Ltd");
	maker(m, 2, "Guard Ltd");
	maker(m, 0, "Nobody");
	auto_disable struct disable_choice *c = choose(m, "mainelam", NULL, false);
	assert_true(is_off(c, "shares") && is_off(c, "main") && is_off(c, "mainelam"));
}

static void test_disable__without_a_file__shares_none(void **state)
{
	struct made *m = made();

	(void)state;
	add(m, "one")->path = text(m, "");
	add(m, "two")->path = text(m, "");
	auto_disable struct disable_choice *c = choose(m, "one", NULL, false);
	assert_true(is_off(c, "one") && !is_off(c, "two"));
}

static void test_disable__a_name__before_what_another_is_called(void **state)
{
	struct made *m = made();

	(void)state;
	add(m, "other")->display = text(m, "flt");
	add(m, "flt");
	auto_disable struct disable_choice *c = choose(m, "flt", NULL, false);
	assert_true(is_off(c, "flt") && !is_off(c, "other"));
}

static void test_disable__windows_early_launch_without_a_maker__is_nobodys_twin(void **state)
{
	struct made *m = made();

	(void)state;
	early(m);
	m->makers[1].is_own = true;
	maker(m, 1, "");
	auto_disable struct disable_choice *c = choose(m, "main", NULL, false);
	assert_true(is_off(c, "main") && !is_off(c, "mainelam"));
}

static void test_disable__windows_early_launch__is_nobodys_twin(void **state)
{
	struct made *m = made();

	(void)state;
	early(m);
	m->makers[1].is_own = true;
	auto_disable struct disable_choice *c = choose(m, "main", NULL, false);
	assert_true(is_off(c, "main") && !is_off(c, "mainelam"));
}

static void test_disable__one_that_stays__refuses_all_that_are_named(void **state)
{
	struct made *m = made();

	(void)state;
	add(m, "flt");
	add(m, "disk");
	auto_disable struct disable_choice *c = choose(m, "flt", "disk", false);
	assert_string_equal(c->refused, "disk");
	assert_int_equal(c->n_edits, 0);
}

static void test_disable__disabled_already__nothing_to_write(void **state)
{
	struct made *m = made();

	(void)state;
	add(m, "flt")->start = WIN_START_DISABLED;
	auto_disable struct disable_choice *c = choose(m, "flt", NULL, false);
	assert_null(c->refused);
	assert_int_equal(c->n_edits, 0);
	assert_non_null(strstr(row(c, "flt")->why, "already"));
}

static void test_safe__boot_and_system_start_of_others__go_the_rest_stays(void **state)
{
	static const char *const disk[3] = {"partmgr", "backup"};
	struct made *m = made();
	const struct disable_row *r;

	(void)state;
	add(m, "bootdrv");
	struct win_service *one = add(m, "sysdrv");
	one->start = WIN_START_SYSTEM;
	one->is_boot = false;
	one = add(m, "demand");
	one->start = WIN_START_DEMAND;
	one->is_boot = false;
	one = add(m, "override"); /* Start 0, and set back */
	one->override = 3;
	one->is_boot = false;
	add(m, "windows");
	m->makers[4].is_own = true;
	add(m, "backup");
	filters(m, "Class\\" DISK, DISK, disk);
	add(m, "vsock");
	add(m, "who");
	m->makers[7].is_known = false;
	auto_disable struct disable_choice *c = choose(m, NULL, NULL, true);
	assert_null(c->refused);
	assert_int_equal(c->n_edits, 2);
	assert_true(is_off(c, "bootdrv") && is_off(c, "sysdrv"));
	assert_int_equal(c->n_chosen, 2);
	assert_int_equal(c->n_rows, 5);
	assert_true(c->rows[0].is_chosen && c->rows[1].is_chosen && !c->rows[2].is_chosen);
	assert_null(row(c, "windows")); /* what is Windows' own is no row */
	assert_null(row(c, "demand"));
	r = row(c, "backup");
	assert_non_null(r);
	assert_non_null(strstr(r->why, "disks or volumes"));
	r = row(c, "vsock");
	assert_non_null(r);
	assert_non_null(strstr(r->why, "virtual machine"));
	r = row(c, "who");
	assert_non_null(r);
	assert_non_null(strstr(r->why, "who made it"));
	assert_string_equal(row(c, "bootdrv")->vendor, "bootdrv Ltd");
}

static void test_safe__early_launch_without_its_driver__stays_and_its_twin_goes_with_it(
	void **state)
{
	struct made *m = made();

	(void)state;
	early(m);
	struct win_service *lone = add(m, "lone");
	lone->group = text(m, "Early-Launch");
	auto_disable struct disable_choice *c = choose(m, NULL, NULL, true);
	assert_true(is_off(c, "main") && is_off(c, "mainelam") && !is_off(c, "lone"));
	assert_true(c->is_security);
}

static void test_safe__what_is_no_driver_or_off__is_no_row(void **state)
{
	struct made *m = made();

	(void)state;
	struct win_service *one = add(m, "program");
	one->is_driver = one->is_boot = false;
	one->is_user_exe = true;
	one->start = WIN_START_SYSTEM;
	one = add(m, "off");
	one->start = WIN_START_DISABLED;
	one->is_boot = false;
	one->override = WIN_START_SYSTEM;
	auto_disable struct disable_choice *c = choose(m, NULL, NULL, true);
	assert_int_equal(c->n_rows, 0);
}

/* Is it said that Windows runs without its security product? */
static void test_security__is_told_where_something_of_it_goes(void **state)
{
	struct made *m = made();

	(void)state;
	struct win_service *one = add(m, "guard");
	one->altitude = text(m, "321000");
	m->makers[0].is_known = false; /* stays, and is a row */
	add(m, "other");
	auto_disable struct disable_choice *c = choose(m, NULL, NULL, true);
	assert_true(row(c, "guard") && is_off(c, "other"));
	assert_false(c->is_security);
	m->makers[0].is_known = true;
	one->start = WIN_START_DISABLED; /* it is off already */
	auto_disable struct disable_choice *off = choose(m, "guard", NULL, false);
	assert_false(off->is_security);
	one->start = WIN_START_DEMAND; /* not asked for, of the same product */
	one->is_boot = false;
	maker(m, 0, "Guard Ltd");
	maker(m, 1, "Guard Inc.");
	auto_disable struct disable_choice *part = choose(m, "other", NULL, false);
	assert_true(is_off(part, "other") && !is_off(part, "guard"));
	assert_true(part->is_security);
}

/* What encryption of disks came with, though nothing says what it is for; a security driver of the
 * same maker is known. */
static void test_safe__maker_of_a_driver_under_disks__its_other_boot_drivers_stay(void **state)
{
	struct made *m = made();

	(void)state;
	add(m, "vault")->altitude = text(m, "145100");
	(void)add(m, "helper");
	add(m, "guard")->altitude = text(m, "321000");
	add(m, "late")->is_boot = false;
	m->services[3].start = WIN_START_SYSTEM;
	(void)add(m, "else");
	for (size_t i = 0; i < 4; i++)
		maker(m, i, i ? "VAULT GmbH" : "Vault Ltd");
	auto_disable struct disable_choice *c = choose(m, NULL, NULL, true);
	assert_false(is_off(c, "vault") || is_off(c, "helper"));
	assert_non_null(strstr(row(c, "helper")->why, "of its maker"));
	assert_true(is_off(c, "guard") && is_off(c, "late") && is_off(c, "else"));
	auto_disable struct disable_choice *named = choose(m, "helper", NULL, false);
	assert_true(is_off(named, "helper"));

	/* it filters disks */
	m->services[0].altitude = text(m, "");
	filters(m, "Class\\" DISK, DISK, (const char *const[3]){"vault"});
	auto_disable struct disable_choice *filter = choose(m, NULL, NULL, true);
	assert_false(is_off(filter, "helper"));
	m->s.n_filters = 0;
	auto_disable struct disable_choice *free_ = choose(m, NULL, NULL, true);
	assert_true(is_off(free_, "helper"));
}

static void test_minimum__one_of_it_disabled__is_named(void **state)
{
	struct made *m = made();
	char key[] = "ControlSet002\\Services\\VOLMGR";
	uint8_t four[] = {4, 0, 0, 0};
	struct disable_edit e = {.key = key, .name = "Start", .type = 4, .p = four, .len = 4};

	(void)state;
	add(m, "volmgr");
	assert_string_equal(disable_breaks_minimum(&m->s, &e, 1), "volmgr");
	assert_null(disable_breaks_minimum(&m->s, NULL, 0)); /* the others were not there before */
	e.name = "UpperFilters";			     /* a device of that name */
	assert_null(disable_breaks_minimum(&m->s, &e, 1));
	e.name = "Start";
	m->services[0].start = WIN_START_DEMAND;
	assert_null(disable_breaks_minimum(&m->s, &e, 1)); /* nor did it hold */
}

/* ---- machines that were in use ---- */

/* Whatever a file might say of its maker: none of it is Windows' own. What a start needs stays. */
static void test_safe__real_hive_all_of_it_foreign__what_a_start_needs_stays(void **state)
{
	static const char *const needed[] = {"ACPI", "disk", "volmgr", "volmgrx", "partmgr",
		"volsnap", "volume", "fvevol", "mountmgr", "storahci", "atapi", "pci", "vdrvroot",
		"spaceport", "CLFS", "CNG", "KSecDD", "KSecPkg", "FltMgr", "Ntfs", "NDIS", "Tcpip",
		"Wdf01000", "Wof", "rdyboost", "iorate", "EhStorClass", "LSI_SAS", "vmci", "vsock"};
	auto_bytes struct bytes b;
	auto_hive struct win_hive *h = NULL;
	__attribute__((cleanup(win_system_free_auto))) struct win_system *s = NULL;
	struct rs_err err = {0};

	(void)state;
	if (!fixture_load("registry/regipy-SYSTEM_WIN_10_1709.xz", &b))
		skip();
	struct win_src src = bytes_src(&b);
	assert_int_equal(win_hive_open(&src, NULL, NULL, &h, &err), 0);
	assert_int_equal(win_system_read(h, 1, "\\Windows", NULL, &s, &err), 0);
	auto_free struct disable_maker *makers = calloc(s->n_services, sizeof(*makers));
	assert_non_null(makers);
	for (size_t i = 0; i < s->n_services; i++)
		makers[i].is_known = true;
	const struct disable_input in = {s, makers, NULL, 0, true};
	auto_disable struct disable_choice *c = NULL;
	assert_int_equal(disable_choose(&in, &c, &err), 0);
	assert_null(c->refused);
	assert_int_equal(c->n_chosen, 28);
	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
		const struct disable_row *r = row(c, needed[i]);
		if (!r || r->is_chosen)
			fail_msg("%s does not stay", needed[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_disable__a_driver__start_4_and_nothing_else),
		cmocka_unit_test(test_disable__name_of_its_file__finds_it),
		cmocka_unit_test(test_disable__same_file__goes_with_it),
		cmocka_unit_test(test_disable__same_file_by_another_path__goes_with_it),
		cmocka_unit_test(test_disable__done_and_its_file_is_gone__nothing_refuses),
		cmocka_unit_test(test_disable__filter__its_name_alone_goes_out_of_each_list),
		cmocka_unit_test(test_disable__a_name_that_only_begins_so__stays_in_the_list),
		cmocka_unit_test(test_disable__behind_an_empty_name_in_a_list__goes_out_too),
		cmocka_unit_test(test_disable__no_name__is_nobodys),
		cmocka_unit_test(test_disable__filter_that_no_list_shows__stays),
		cmocka_unit_test(test_disable__filter_of_the_network__what_becomes_of_it),
		cmocka_unit_test(test_inf__addfilter__names_the_service),
		cmocka_unit_test(test_disable__letters_of_other_alphabets__stays),
		cmocka_unit_test(test_disable__filter_without_a_service__goes_out_of_the_lists),
		cmocka_unit_test(test_disable__what_must_stay__is_refused),
		cmocka_unit_test(
			test_disable__names_that_a_start_stands_on__stay_whoever_made_them),
		cmocka_unit_test(test_disable__dumps_go_through_it__stays),
		cmocka_unit_test(test_disable__hive_that_is_not_whole__nothing_goes),
		cmocka_unit_test(test_disable__keyboard_works_by_it__stays_and_a_filter_of_it_goes),
		cmocka_unit_test(test_disable__early_launch_and_its_product__only_together),
		cmocka_unit_test(test_disable__early_launch_alone__is_refused),
		cmocka_unit_test(test_disable__windows_early_launch__is_nobodys_twin),
		cmocka_unit_test(test_disable__one_that_stays__refuses_all_that_are_named),
		cmocka_unit_test(test_disable__disabled_already__nothing_to_write),
		cmocka_unit_test(test_safe__boot_and_system_start_of_others__go_the_rest_stays),
		cmocka_unit_test(
			test_safe__early_launch_without_its_driver__stays_and_its_twin_goes_with_it),
		cmocka_unit_test(
			test_safe__maker_of_a_driver_under_disks__its_other_boot_drivers_stay),
		cmocka_unit_test(test_minimum__one_of_it_disabled__is_named),
		cmocka_unit_test(test_safe__real_hive_all_of_it_foreign__what_a_start_needs_stays),
		cmocka_unit_test(test_disable__a_list_that_does_not_end_well__is_read_so_far),
		cmocka_unit_test(test_disable__new_devices_are_filtered_by_it__stays),
		cmocka_unit_test(test_disable__one_of_the_minimum__is_refused_in_the_end),
		cmocka_unit_test(test_disable__of_one_package__one_product_whoever_signed_it),
		cmocka_unit_test(test_disable__a_security_product_that_starts_late__is_a_twin_too),
		cmocka_unit_test(test_disable__of_the_twin_the_same_file__goes_with_it),
		cmocka_unit_test(test_disable__without_a_file__shares_none),
		cmocka_unit_test(test_disable__a_name__before_what_another_is_called),
		cmocka_unit_test(
			test_disable__windows_early_launch_without_a_maker__is_nobodys_twin),
		cmocka_unit_test(test_safe__what_is_no_driver_or_off__is_no_row),
		cmocka_unit_test(test_security__is_told_where_something_of_it_goes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
