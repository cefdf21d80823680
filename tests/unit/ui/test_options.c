/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The command line: every option of every command, values that are missing or too many, keys that
 * do not belong there, and what --help says of each. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "said.h"
#include "ui/ui.h"

#define PASSWORD "000011-000022-000033-000044-000055-000066-000077-720885"

/* One command line, in memory that may be written. */
struct line {
	char text[SAID_ARGS][128];
	char *argv[SAID_ARGS + 1];
	int n;
};

static void add(struct line *l, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void add(struct line *l, const char *fmt, ...)
{
	va_list ap;

	assert_true(l->n < (int)SAID_ARGS);
	va_start(ap, fmt);
	(void)vsnprintf(l->text[l->n], sizeof(l->text[0]), fmt, ap);
	va_end(ap);
	l->argv[l->n] = l->text[l->n];
	l->argv[++l->n] = NULL;
}

static void begin(struct line *l, const struct command_spec *c)
{
	l->n = 0;
	add(l, "unbrick");
	if (c)
		add(l, "%s", c->name);
	for (unsigned i = 0; c && i < c->least_args; i++)
		add(l, "argument%u", i);
}

static int parse(struct line *l, struct options *ret, struct rs_err *err)
{
	*err = (struct rs_err){0};
	return options_parse(l->n, l->argv, ret, err);
}

static void refused(struct line *l, const char *detail)
{
	struct options o;
	struct rs_err err;

	assert_int_equal(parse(l, &o, &err), RS_E_USAGE);
	assert_int_equal(err.code, RS_E_USAGE);
	if (!strstr(err.detail, detail))
		fail_msg("'%s' is not in '%s'", detail, err.detail);
}

/* Does this command have an option of that name? */
static const struct option_spec *has(const struct command_spec *c, const char *name)
{
	for (unsigned i = 0; i < OPT_COUNT; i++)
		if ((option_table[i].commands & c->bit) && !strcmp(option_table[i].name, name))
			return &option_table[i];
	return NULL;
}

static bool is_once(enum option_id id)
{
	return id != OPT_KEYS && id != OPT_KEYS_FD && id != OPT_PASSPHRASE_FILE &&
	       id != OPT_STARTUP_KEY && id != OPT_BESIDE && id != OPT_CONSOLE && id != OPT_FILE;
}

static void try_option(const struct command_spec *c, const struct option_spec *s)
{
	const struct option_spec *own = has(c, s->name);
	const char *arg = own ? own->arg : s->arg;
	struct options o;
	struct rs_err err;
	struct line l;
	char text[64];

	if (!own && s->id == OPT_RESUME_PLAN)
		return; /* taken for the other --resume */

	for (unsigned how = 0; how < (arg ? 2U : 1U); how++) {
		begin(&l, c);
		add(&l, arg && how ? "--%s=value" : "--%s", s->name);
		if (arg && !how)
			add(&l, "value");
		if (own) {
			assert_int_equal(parse(&l, &o, &err), 0);
			assert_true(is_given(&o, own->id));
			assert_int_equal(o.n_args, c->least_args);
		} else {
			(void)snprintf(text, sizeof(text), "--%s does not belong here", s->name);
			refused(&l, text);
		}
	}
	begin(&l, c);
	add(&l, arg ? "--%s" : "--%s=value", s->name);
	refused(&l, arg ? "needs" : "takes no value");
	begin(&l, c);
	add(&l, "--%s=", s->name); /* and nothing is no value */
	refused(&l, arg ? "needs" : "takes no value");
	if (!own || !arg || !is_once(own->id))
		return;
	begin(&l, c);
	add(&l, "--%s=one", s->name);
	add(&l, "--%s=two", s->name);
	refused(&l, "given twice");
}

static void test_options__each_with_each_command(void **state)
{
	(void)state;
	for (unsigned c = 0; command_at(c); c++)
		for (unsigned i = 0; i < OPT_COUNT; i++)
			if (i != OPT_HELP && i != OPT_VERSION)
				try_option(command_at(c), &option_table[i]);
}

static void test_option_table__each_row__in_its_place(void **state)
{
	(void)state;
	for (unsigned i = 0; i < OPT_COUNT; i++) {
		assert_int_equal(option_table[i].id, i);
		assert_true(option_table[i].commands != 0 && option_table[i].help[0]);
	}
	for (unsigned c = 0; command_at(c); c++)
		assert_ptr_equal(command_find(command_at(c)->name), command_at(c));
	assert_null(command_find("unbrick"));
}

static void test_arguments__too_few_or_many__usage(void **state)
{
	(void)state;
	for (unsigned i = 0; command_at(i); i++) {
		const struct command_spec *c = command_at(i);
		struct line l;
		begin(&l, c);
		if (c->least_args) {
			l.argv[--l.n] = NULL;
			refused(&l, "needs ");
		}
		if (c->most_args > SAID_ARGS - 4)
			continue;
		begin(&l, c);
		for (unsigned k = c->least_args; k <= c->most_args; k++)
			add(&l, "more");
		refused(&l, "too many arguments");
	}
}

static void test_command__none_or_unknown__usage(void **state)
{
	struct options o;
	struct rs_err err;
	struct line l;

	(void)state;
	begin(&l, NULL);
	refused(&l, "which command?");
	add(&l, "repair");
	refused(&l, "there is no command 'repair'");
	begin(&l, NULL);
	add(&l, "--unknown");
	refused(&l, "unknown option --unknown");
	begin(&l, NULL);
	add(&l, "-x");
	refused(&l, "unknown option -x");
	begin(&l, NULL);
	add(&l, "--help");
	assert_int_equal(parse(&l, &o, &err), 0);
	assert_string_equal(o.command->name, "help");
	begin(&l, NULL);
	add(&l, "--version");
	assert_int_equal(parse(&l, &o, &err), 0);
	assert_string_equal(o.command->name, "version");
}

static void test_short__joined_and_apart(void **state)
{
	struct options o;
	struct rs_err err;
	struct line l;

	(void)state;
	begin(&l, command_find("ls"));
	add(&l, "-lr");
	assert_int_equal(parse(&l, &o, &err), 0);
	assert_true(is_given(&o, OPT_LONG) && is_given(&o, OPT_RECURSIVE));
	begin(&l, command_find("export"));
	add(&l, "-oFILE");
	assert_int_equal(parse(&l, &o, &err), 0);
	assert_string_equal(o.output, "FILE");
	begin(&l, command_find("export"));
	add(&l, "-o");
	refused(&l, "-o needs FILE");
	begin(&l, command_find("cat"));
	l.n -= 2;
	add(&l, "--");
	add(&l, "disk");
	add(&l, "--json");
	assert_int_equal(parse(&l, &o, &err), 0);
	assert_string_equal(o.args[1], "--json");
	assert_false(is_given(&o, OPT_JSON));
}

static void test_too_many__keys_or_disks_beside__usage(void **state)
{
	struct line l;

	(void)state;
	begin(&l, command_find("fix"));
	for (unsigned i = 0; i <= MOST_KEY_OPTIONS; i++)
		add(&l, "--keys=k");
	refused(&l, "more than 16 key options");
	begin(&l, command_find("tui"));
	for (unsigned i = 0; i <= MOST_CONSOLES; i++)
		add(&l, "--console=/dev/ttyS0");
	refused(&l, "more than 8 consoles");
}

static void test_recovery_password__anywhere__wiped_and_refused(void **state)
{
	static const char *const before[] = {"", "--volume=", "--keys=", "--report="};

	(void)state;
	for (unsigned i = 0; i < sizeof(before) / sizeof(before[0]); i++) {
		struct line l;
		begin(&l, command_find("scan"));
		add(&l, "%s%s", before[i], PASSWORD);
		add(&l, "--unknown"); /* read on: a key may follow a wrong option */
		add(&l, PASSWORD);
		add(&l, "--json");
		refused(&l, "does not belong on the command line");
		for (int k = 0; k < l.n; k++)
			assert_null(strstr(l.text[k], "720885"));
	}
	assert_true(
		is_recovery_password("000011 000022 000033 000044 000055 000066 000077 720885"));
	assert_false(is_recovery_password(PASSWORD "1"));
	assert_false(is_recovery_password(PASSWORD "x"));
}

static void test_wrong_then_json__json_is_heeded(void **state)
{
	struct options o;
	struct rs_err err;
	struct line l;

	(void)state;
	begin(&l, command_find("fix"));
	add(&l, "--nonsense");
	add(&l, "--json");
	assert_int_equal(parse(&l, &o, &err), RS_E_USAGE);
	assert_true(is_given(&o, OPT_JSON));
	assert_string_equal(err.detail, "unknown option --nonsense");
}

static void test_help__of_each_command__its_options_and_no_other(void **state)
{
	(void)state;
	for (unsigned i = 0; command_at(i); i++) {
		const struct command_spec *c = command_at(i);
		struct said a, b;
		char text[64];
		said_run(&a, "help", c->name, NULL);
		said_run(&b, c->name, "--help", "--nonsense-free", NULL);
		said_expect(&b, 2, "", "unknown option");
		said_done(&b);
		said_run(&b, c->name, "--help", NULL);
		(void)snprintf(text, sizeof(text), "unbrick %s ", c->name);
		said_expect(&a, 0, text, "");
		assert_string_equal(a.out, c->bit == CMD_HELP ? a.out : b.out);
		for (unsigned k = 0; k < OPT_COUNT; k++) {
			(void)snprintf(text, sizeof(text), " --%s%s%s\n", option_table[k].name,
				option_table[k].arg ? " " : "",
				option_table[k].arg ? option_table[k].arg : "");
			text[strlen(text) - 1] = '\0';
			if (option_table[k].commands & c->bit)
				assert_non_null(strstr(a.out, text));
			if (option_table[k].commands & c->bit)
				assert_non_null(strstr(a.out, option_table[k].help));
			else if (!has(c, option_table[k].name))
				assert_null(strstr(a.out, text));
		}
		said_done(&a);
		said_done(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_options__each_with_each_command),
		cmocka_unit_test(test_option_table__each_row__in_its_place),
		cmocka_unit_test(test_arguments__too_few_or_many__usage),
		cmocka_unit_test(test_command__none_or_unknown__usage),
		cmocka_unit_test(test_short__joined_and_apart),
		cmocka_unit_test(test_too_many__keys_or_disks_beside__usage),
		cmocka_unit_test(test_recovery_password__anywhere__wiped_and_refused),
		cmocka_unit_test(test_wrong_then_json__json_is_heeded),
		cmocka_unit_test(test_help__of_each_command__its_options_and_no_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
