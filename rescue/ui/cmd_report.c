/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The commands whose report the engine makes from end to end. */
#include <string.h>

#include "ui/ui.h"

int cmd_repair(struct ui *ui, const struct rs_options *o, struct rs_report **ret)
{
	return rs_repair_all(ui->session, ui->opt.command->repair, &ui->target, o, ret);
}

int check_look(const struct options *o, struct rs_err *err)
{
	uint64_t since;

	int r = ui_parse_since(o->since, &since, err);

	if (r == 0)
		r = policy_options_check(o, err);
	return r < 0 ? r : picture_check(o, err);
}

int check_replay(const struct options *o, struct rs_err *err)
{
	if (is_given(o, OPT_PLAN) + is_given(o, OPT_RESUME_PLAN) + is_given(o, OPT_REVERT) > 1)
		return rs_fail_on(
			err, RS_E_USAGE, o->command->name, "one of --plan, --resume, --revert");
	if (o->replay && (is_given(o, OPT_RESUME_PLAN) || is_given(o, OPT_REVERT)))
		return rs_fail_on(err, RS_E_USAGE, "replay", "--replay is for a new one");
	return 0;
}

int check_safemode(const struct options *o, struct rs_err *err)
{
	const char *word = o->args[0];
	const bool is_on = strcmp(word, "on") == 0;

	if (!is_on && strcmp(word, "off") != 0 && strcmp(word, "clear") != 0)
		return rs_fail_on(
			err, RS_E_USAGE, "safemode", "'%.64s' is not on, off or clear", word);
	if (is_given(o, OPT_NETWORK) + is_given(o, OPT_DIRECTORY) > is_on)
		return rs_fail_on(err, RS_E_USAGE, "safemode",
			"--network or --directory-services, and with 'on'");
	return 0;
}

int cmd_safemode(struct ui *ui, const struct rs_options *given, struct rs_report **ret)
{
	const struct options *o = &ui->opt;
	struct rs_options all = *given;

	all.safemode = strcmp(o->args[0], "off") == 0	  ? RS_SAFEMODE_OFF
		       : strcmp(o->args[0], "clear") == 0 ? RS_SAFEMODE_CLEAR
		       : is_given(o, OPT_NETWORK)	  ? RS_SAFEMODE_NETWORK
		       : is_given(o, OPT_DIRECTORY)	  ? RS_SAFEMODE_DIRECTORY
							  : RS_SAFEMODE_ON;
	ui->target.disks = (const char *const *)o->args + 1;
	return rs_repair_all(ui->session, RS_SAFEMODE, &ui->target, &all, ret);
}

int check_rules(const struct options *o, struct rs_err *err)
{
	const char *verb = o->n_args ? o->args[0] : "list";

	if ((o->from || o->output) && strcmp(verb, "write") != 0)
		return rs_fail_on(err, RS_E_USAGE, "rules", "%s is for 'rules write'",
			o->from ? "--from" : "--output");
	if (strcmp(verb, "list") == 0)
		return o->n_args < 2 ? 0
				     : rs_fail_on(err, RS_E_USAGE, "rules list",
					       "too many arguments, it takes none");
	if (strcmp(verb, "show") == 0)
		return o->n_args == 2 ? 0
				      : rs_fail_on(err, RS_E_USAGE, "rules show", "needs one ID");
	if (strcmp(verb, "check") == 0)
		return o->n_args > 1 ? 0
				     : rs_fail_on(err, RS_E_USAGE, "rules check", "needs PATH...");
	if (strcmp(verb, "write") == 0)
		return o->n_args < 3 && o->from
			       ? 0
			       : rs_fail_on(err, RS_E_USAGE, "rules write",
					 "needs --from REPORT, and takes one PATH");
	return rs_fail_on(
		err, RS_E_USAGE, "rules", "'%.64s' is not list, show, check or write", verb);
}

int cmd_rules(struct ui *ui, const struct rs_options *none, struct rs_report **ret)
{
	const struct options *o = &ui->opt;

	(void)none;
	if (o->from)
		return rs_rules_write(ui->session, o->from, o->n_args > 1 ? o->args[1] : NULL,
			o->output && strcmp(o->output, "-") != 0 ? o->output : NULL, ret);
	if (o->n_args < 2)
		return rs_rules_list(ui->session, ret);
	if (strcmp(o->args[0], "show") == 0)
		return rs_rules_show(ui->session, o->args[1], ret);
	return rs_rules_check(ui->session, (const char *const *)o->args + 1, o->n_args - 1, ret);
}

int cmd_check_firmware(struct ui *ui, const struct rs_options *none, struct rs_report **ret)
{
	(void)none;
	return rs_check_firmware(ui->session, ui->opt.variables, ui->opt.certificate, ret);
}
