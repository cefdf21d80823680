/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The engine's session as the options say, for whichever front end. */
#include <libgen.h>
#include <string.h>

#include "ui/ui.h"

int ui_parse_fd(const char *option, const char *text, int *ret, struct rs_err *err)
{
	char *end;
	unsigned long v = strtoul(text, &end, 10);

	if (text[0] < '0' || text[0] > '9' || *end || v > 65535)
		return rs_fail(
			err, RS_E_USAGE, "%s needs the number of an open file descriptor", option);
	*ret = (int)v;
	return 0;
}

static int read_key(struct rs_session *s, const struct key_option *key, struct rs_err *err)
{
	int fd = -1;

	if (key->id == OPT_KEYS_FD)
		return ui_parse_fd("--keys-fd", key->value, &fd, err) < 0
			       ? err->code
			       : rs_keys_from_fd(s, fd, err);
	return rs_keys_from_file(s, key->value,
		key->id == OPT_PASSPHRASE_FILE ? RS_KEY_PASSPHRASE
		: key->id == OPT_STARTUP_KEY   ? RS_KEY_STARTUP
					       : RS_KEY_LIST,
		err);
}

/* Where the plan of a replay goes that no --plan names a place for: beside the report, else into
 * this user's own folder (XDG Base Directory Specification: a path that is not absolute is none).
 */
static int place_plans(const struct ui *ui, struct rs_err *err)
{
	const char *report = ui->opt.report, *state = getenv("XDG_STATE_HOME");
	const char *home = getenv("HOME");
	auto_free char *folder = NULL;
	int n = 0;

	if (report)
		n = asprintf(&folder, "%s", report);
	else if (state && state[0] == '/')
		n = asprintf(&folder, "%s/unbrick", state);
	else if (home && home[0] == '/')
		n = asprintf(&folder, "%s/.local/state/unbrick", home);
	if (n < 0) {
		folder = NULL;
		return rs_fail(err, RS_E_MEMORY, "folder of plans");
	}
	return !n ? 0 : rs_plans_in(ui->session, report ? dirname(folder) : folder, !report, err);
}

int ui_read_options(const struct options *o, struct rs_options *ret, struct rs_err *err)
{
	static const char *const words[] = {REPLAY_POLICIES(JUST_WORD)};

	*ret = (struct rs_options){
		.say_yes = is_given(o, OPT_YES),
		.plan_file = o->plan,
		.how = is_given(o, OPT_RESUME_PLAN) ? RS_REPLAY_RESUME
		       : is_given(o, OPT_REVERT)    ? RS_REPLAY_REVERT
						    : RS_REPLAY_NEW,
		.id = o->command->bit == CMD_UNDO && o->n_args > 1 ? o->args[1] : NULL,
	};
	if (!o->replay)
		return 0;
	for (unsigned i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		ret->policy = (enum rs_replay_policy)i;
		if (strcmp(o->replay, words[i]) == 0)
			return 0;
	}
	return rs_fail_on(err, RS_E_USAGE, "--replay", "'%.64s' is not safe, no or all", o->replay);
}

int ui_open_session(struct ui *ui, const struct rs_events *events,
	const struct rs_key_source *asked, struct rs_err *err)
{
	if (asked)
		term_hide_typing();
	memory_warn();
	int r = rs_session_new(events, &ui->session, err);
	if (r == 0 && asked)
		r = rs_keys_add_source(ui->session, asked, err);
	if (r == 0)
		r = place_plans(ui, err);
	for (unsigned i = 0; r == 0 && i < ui->opt.n_keys; i++)
		r = read_key(ui->session, &ui->opt.keys[i], err);
	if (r == 0 && ui->opt.rules)
		r = rs_rules_from(ui->session, ui->opt.rules, err);
	return r;
}
