/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whose product took a file away, and which services are that product's: only what names it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../evidence/made.h"
#include "core/cleanup.h"
#include "judge/putback.h"

#define GONE	"\\Windows\\System32\\user32.dll"
#define DRIVERS "\\Windows\\System32\\drivers\\"

static int make(void **state)
{
	*state = made_begin();
	return 0;
}

static int unmake(void **state)
{
	ev_free(*state);
	return 0;
}

static void took(struct evidence *e, const char *path, const char *product)
{
	made_row(e, EV_TAKEN_AWAY, EV_VENDOR_LOG, AT(5), path)->product = product;
}

/* ---- who ---- */

static void test_taker__its_log_names_the_file__is_known(void **state)
{
	took(*state, "\\Windows\\System32\\gdi32.dll", "Other Guard");
	assert_string_equal(putback_taker(*state, GONE), "");
	took(*state, GONE, "Lantern Guard");
	assert_string_equal(putback_taker(*state, GONE), "Lantern Guard");
	took(*state, GONE, "LANTERN guard"); /* twice the same */
	assert_string_equal(
		putback_taker(*state, "\\WINDOWS\\system32\\user32.dll"), "LANTERN guard");
}

static void test_taker__two_say_so__is_not_known(void **state)
{
	took(*state, GONE, "Lantern Guard");
	took(*state, GONE, "Other Guard");
	assert_string_equal(putback_taker(*state, GONE), "");
}

static void test_taker__into_a_vault_in_that_moment__is_its_owner(void **state)
{
	struct evidence *e = *state;

	(void)made_row(e, EV_FILE_GONE, EV_CHANGE_JOURNAL, AT(9), GONE);
	(void)made_row(e, EV_FILE_NEW, EV_CHANGE_JOURNAL, AT(9) + 60000000,
		"\\ProgramData\\Late Guard\\Quarantine\\1.bin");
	(void)made_row(e, EV_FILE_NEW, EV_CHANGE_JOURNAL, AT(9) - 60000000,
		"\\ProgramData\\Early Guard\\Quarantine\\1.bin");
	(void)made_row(
		e, EV_FILE_NEW, EV_CHANGE_JOURNAL, AT(9), "\\ProgramData\\Some Guard\\Logs\\1.log");
	(void)made_row(e, EV_FILE_NEW, EV_CHANGE_JOURNAL, AT(9), "\\Users\\a\\Quarantine\\1.bin");
	assert_string_equal(putback_taker(e, GONE), "");
	(void)made_row(e, EV_FILE_NEW, EV_CHANGE_JOURNAL, AT(9) + 20000000,
		"\\ProgramData\\Lantern Guard\\Quarantine\\1.bin");
	assert_string_equal(putback_taker(e, GONE), "Lantern Guard");
}

static void test_taker__gone_without_a_time__nobody_took_it(void **state)
{
	(void)made_row(*state, EV_FILE_GONE, EV_FILE, 0, GONE);
	(void)made_row(*state, EV_FILE_NEW, EV_CHANGE_JOURNAL, 0,
		"\\ProgramData\\Lantern Guard\\Quarantine\\1.bin");
	assert_string_equal(putback_taker(*state, GONE), "");
}

/* ---- its services ---- */

static struct win_service *add(struct evidence *e, const char *name, const char *path)
{
	struct win_service *one = made_service(e, name, path, 2, 1);

	one->is_driver = strstr(path, ".sys");
	one->is_user_exe = !one->is_driver;
	return one;
}

static void is_security(struct win_service *one)
{
	free(one->group);
	one->group = strdup("FSFilter Anti-Virus");
	assert_non_null(one->group);
}

/* The names, each with a blank behind it. */
static const char *services(struct evidence *e, const char *product)
{
	static char all[200];
	const struct ev_look in = {0};
	auto_free const char **names = NULL;
	size_t n = 0;

	all[0] = '\0';
	assert_int_equal(putback_taker_services(&in, e, product, &names, &n, NULL), 0);
	for (size_t i = 0; i < n; i++) {
		(void)strcat(all, names[i]);
		(void)strcat(all, " ");
	}
	return all;
}

static void test_services__in_a_folder_of_its_name__are_its(void **state)
{
	struct evidence *e = *state;

	(void)add(e, "a", "\\Program Files\\Lantern Guard\\a.exe");
	(void)add(e, "b", "\\Program Files (x86)\\LANTERN GUARD\\deep\\b.exe");
	(void)add(e, "c", "\\ProgramData\\Maker\\Lantern Guard\\c.exe");
	(void)add(e, "d", "\\Program Files\\Lantern Guard 2\\d.exe");
	(void)add(e, "e", "\\Program Files\\The Lantern Guard\\e.exe");
	(void)add(e, "f", "\\Lantern Guard\\f.exe");
	(void)add(e, "g", "\\Program Files\\g\\Lantern Guard"); /* a file of that name */
	add(e, "h", "\\Program Files\\Lantern Guard\\h.exe")->start = WIN_START_DISABLED;
	add(e, "i", "\\Program Files\\Lantern Guard\\i.dll")->is_user_exe = false;
	assert_string_equal(services(e, "Lantern Guard"), "a b c ");
	assert_string_equal(services(e, "Lan"), ""); /* too short to say anything */
}

static void test_services__drivers_of_security_whose_text_names_it__are_its(void **state)
{
	struct evidence *e = *state;

	is_security(add(e, "maker", DRIVERS "maker.sys"));
	is_security(add(e, "product", DRIVERS "product.sys"));
	is_security(add(e, "other", DRIVERS "other.sys"));
	(void)add(e, "plain", DRIVERS "plain.sys");
	(void)made_file(e, DRIVERS "maker.sys", "Lantern Security GmbH");
	(void)snprintf(made_file(e, DRIVERS "product.sys", "Elsewhere Ltd")->image.product,
		sizeof(((struct win_image *)0)->product), "Lantern Guard");
	(void)made_file(e, DRIVERS "other.sys", "Lanterna Ltd");
	(void)made_file(e, DRIVERS "plain.sys", "Lantern Security GmbH");
	assert_string_equal(services(e, "Lantern Guard"), "maker product ");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make, unmake)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_taker__its_log_names_the_file__is_known),
		TEST(test_taker__two_say_so__is_not_known),
		TEST(test_taker__into_a_vault_in_that_moment__is_its_owner),
		TEST(test_taker__gone_without_a_time__nobody_took_it),
		TEST(test_services__in_a_folder_of_its_name__are_its),
		TEST(test_services__drivers_of_security_whose_text_names_it__are_its),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
