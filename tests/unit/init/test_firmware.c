/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The report's object on what the firmware trusts. */
#include "init/init.h"
#include "init/machine.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <json-c/json.h>

#include "tree.h"

#define GLOBAL "8be4df61-93ca-11d2-aa0d-00e098032b8c"

static struct json_object *told(const char *path, const struct facts *started)
{
	char *text = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);

	assert_non_null(f);
	firmware_tell(path, started, f);
	assert_int_equal(fclose(f), 0);
	struct json_object *o = json_tokener_parse(text);
	assert_non_null(o);
	free(text);
	return o;
}

static const char *text_at(struct json_object *o, const char *a, const char *b, const char *c)
{
	struct json_object *in = json_object_object_get(json_object_object_get(o, a), b);

	return json_object_get_string(json_object_object_get(in, c));
}

/* Secure Boot is on, and db is empty. */
static const char *enforced(void)
{
	static char path[512];
	const char *root = tree_new();

	(void)snprintf(path, sizeof(path), "%s/SecureBoot-" GLOBAL, root);
	tree_file("SecureBoot-" GLOBAL, "");
	FILE *f = fopen(path, "we");
	assert_non_null(f);
	assert_int_equal(fwrite("\6\0\0\0\1", 1, 5, f), 5);
	assert_int_equal(fclose(f), 0);
	return root;
}

static void test_tell__nothing_there__the_reason(void **state)
{
	const struct facts started = {.door = DOOR_GRUB};

	(void)state;
	struct json_object *o = told("/nonexistent", &started);
	assert_int_equal(json_object_object_length(o), 1);
	const char *fault = json_object_get_string(json_object_object_get(o, "fault"));
	assert_non_null(fault);
	assert_non_null(strstr(fault, "cannot open"));
	json_object_put(o);
}

static void test_tell__another_door__what_the_variables_say(void **state)
{
	const struct facts started = {.door = DOOR_GRUB, .secure_boot = SECURE_BOOT_YES};

	(void)state;
	struct json_object *o = told(enforced(), &started);
	assert_null(json_object_object_get(o, "fault"));
	assert_string_equal(text_at(o, "starts", "now", "by"), "none");
	assert_null(json_object_object_get(o, "certificate"));
	json_object_put(o);
	tree_done();
}

static void test_tell__the_application_was_checked__its_certificate_is_known(void **state)
{
	struct facts started = {.door = DOOR_APPLICATION, .secure_boot = SECURE_BOOT_YES};
	const char *root = enforced();

	(void)state;
	(void)snprintf(started.loader, sizeof(started.loader), "own");
	struct json_object *o = told(root, &started);
	assert_string_equal(text_at(o, "starts", "now", "by"), "own-key");
	assert_string_equal(text_at(o, "starts", "now", "sure"), "true");
	assert_string_equal(json_object_get_string(json_object_object_get(o, "certificate")),
		"{ \"in_db\": true, \"in_mok\": false, \"revoked\": false }");
	json_object_put(o);
	(void)snprintf(started.loader, sizeof(started.loader), "shim");
	o = told(root, &started);
	assert_string_equal(json_object_get_string(json_object_object_get(o, "certificate")),
		"{ \"in_db\": false, \"in_mok\": true, \"revoked\": false }");
	json_object_put(o);
	started.secure_boot = SECURE_BOOT_NO;
	o = told(root, &started);
	assert_null(json_object_object_get(o, "certificate"));
	json_object_put(o);
	tree_done();
}

/* Nobody waits for a firmware that does not answer: a while, or until somebody presses a key. */
static struct init in;
static uint64_t time_ms;
static unsigned n_steps, stop_at;

uint64_t __wrap_now_ms(void);
void __wrap_init_step(struct init *of, int wait_ms);

uint64_t __wrap_now_ms(void)
{
	return time_ms;
}

void __wrap_init_step(struct init *of, int wait_ms)
{
	time_ms += (uint64_t)wait_ms;
	assert_in_range(++n_steps, 1, 1000);
	if (n_steps == stop_at)
		of->is_stop_wanted = true;
}

static void test_wait__no_answer__a_little_while(void **state)
{
	(void)state;
	in = (struct init){.is_firmware_awaited = true};
	firmware_wait(&in);
	assert_in_range(time_ms, 1000, 10000);
	n_steps = 0;
	stop_at = 2;
	firmware_wait(&in);
	assert_int_equal(n_steps, 2);
	in.is_firmware_awaited = in.is_stop_wanted = false;
	firmware_wait(&in);
	assert_int_equal(n_steps, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tell__nothing_there__the_reason),
		cmocka_unit_test(test_tell__another_door__what_the_variables_say),
		cmocka_unit_test(test_tell__the_application_was_checked__its_certificate_is_known),
		cmocka_unit_test(test_wait__no_answer__a_little_while),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
