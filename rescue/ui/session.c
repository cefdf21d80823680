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

int ui_parse_since(const char *text, uint64_t *ret, struct rs_err *err)
{
	char all[RS_TIME_LEN];

	*ret = 0;
	if (!text)
		return 0;
	(void)snprintf(all, sizeof(all), "%s%s", text, strchr(text, 'T') ? "" : "T00:00:00Z");
	if (strlen(text) < sizeof(all) && rs_filetime_parse(all, ret) && *ret)
		return 0;
	return rs_fail_on(err, RS_E_USAGE, "--since",
		"'%.64s' is no date (2026-11-24) and no time in UTC (2026-11-24T20:00:00Z)", text);
}

/* A path as people write one, to one on the volume: "C:\Windows\x.sys", "/Windows/x.sys". */
static int name_file(struct rs_session *s, const char *given, struct rs_err *err)
{
	const bool has_drive = given[0] && given[1] == ':';
	auto_free char *path = NULL;

	given += has_drive ? 2 : 0;
	if (asprintf(&path, "%s%s", given[0] == '\\' || given[0] == '/' ? "" : "\\", given) < 0) {
		path = NULL;
		return rs_fail(err, RS_E_MEMORY, "path");
	}
	for (char *p = path; *p; p++)
		*p = *p == '/' ? '\\' : *p;
	return rs_name_file(s, path, 0, err);
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

/* Servers are asked before a person. */
static int read_network(struct rs_session *s, const struct options *o, struct rs_err *err)
{
	struct rs_network how = {.ca = o->keys_ca ? o->keys_ca : o->policy_ca,
		.secrets = o->keys_secret,
		.secrets_fd = -1,
		.root = o->machine};
	const bool is_more = o->keys_ca || o->keys_secret || o->keys_secret_fd;

	if (o->keys_secret && o->keys_secret_fd)
		return rs_fail(err, RS_E_USAGE, "--keys-secret and --keys-secret-fd are the same");
	if (!o->keys_from && !o->policy && is_more)
		return rs_fail(err, RS_E_USAGE, "%s belongs to --keys-from or --policy",
			o->keys_ca	 ? "--keys-ca"
			: o->keys_secret ? "--keys-secret"
					 : "--keys-secret-fd");
	if (!o->keys_from && !is_more)
		return 0; /* those of a policy, if it has any, need no more */
	if (o->keys_secret_fd &&
		ui_parse_fd("--keys-secret-fd", o->keys_secret_fd, &how.secrets_fd, err) < 0)
		return err->code;
	int r = rs_network_use(s, &how, err);
	return r < 0 || !o->keys_from ? r : rs_keys_from_network(s, o->keys_from, err);
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

static int read_diagnosis(const struct options *o, struct rs_options *ret, struct rs_err *err)
{
	ret->diagnosis_alone = o->diagnosis && strcmp(o->diagnosis, "alone") == 0;
	if (!o->diagnosis || ret->diagnosis_alone || strcmp(o->diagnosis, "ask") == 0)
		return 0;
	return rs_fail_on(
		err, RS_E_USAGE, "--diagnosis", "'%.64s' is not ask or alone", o->diagnosis);
}

static int read_acts(const struct options *o, struct rs_options *ret, struct rs_err *err)
{
	ret->may_disable = o->acts && strcmp(o->acts, "move,disable") == 0;
	if (!o->acts || ret->may_disable || strcmp(o->acts, "move") == 0)
		return 0;
	return rs_fail_on(
		err, RS_E_USAGE, "--acts", "'%.64s' is not move or move,disable", o->acts);
}

static int read_clear(const struct options *o, struct rs_options *ret, struct rs_err *err)
{
	static const char *const words[] = {RS_CLEARS(JUST_WORD)};

	if (o->command->bit != CMD_CLEAR)
		return 0;
	for (unsigned i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		ret->clear = (enum rs_clear)i;
		if (strcmp(o->args[1], words[i]) == 0)
			return 0;
	}
	return rs_fail_on(
		err, RS_E_USAGE, "clear", "'%.64s' is not verifier or update", o->args[1]);
}

int ui_read_options(const struct options *o, struct rs_options *ret, struct rs_err *err)
{
	static const char *const words[] = {REPLAY_POLICIES(JUST_WORD)};

	*ret = (struct rs_options){
		.say_yes = is_given(o, OPT_YES),
		.with_files = is_given(o, OPT_WITH_FILES),
		.plan_file = o->plan,
		.how = is_given(o, OPT_RESUME_PLAN) ? RS_REPLAY_RESUME
		       : is_given(o, OPT_REVERT)    ? RS_REPLAY_REVERT
						    : RS_REPLAY_NEW,
		.id = o->command->bit == CMD_UNDO && o->n_args > 1 ? o->args[1] : NULL,
	};
	int r = read_diagnosis(o, ret, err);
	if (r == 0)
		r = read_acts(o, ret, err);
	if (r == 0)
		r = read_clear(o, ret, err);
	if (r < 0 || !o->replay)
		return r;
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
	if (is_given(&ui->opt, OPT_NO_KEYS))
		asked = NULL;
	if (asked)
		term_hide_typing();
	memory_warn();
	int r = rs_session_new(events, &ui->session, err);
	if (r == 0)
		r = read_network(ui->session, &ui->opt, err);
	if (r == 0 && asked)
		r = rs_keys_add_source(ui->session, asked, err);
	if (r == 0)
		r = place_plans(ui, err);
	for (unsigned i = 0; r == 0 && i < ui->opt.n_keys; i++)
		r = read_key(ui->session, &ui->opt.keys[i], err);
	for (unsigned i = 0; r == 0 && i < ui->opt.n_files; i++)
		r = name_file(ui->session, ui->opt.files[i], err);
	for (unsigned i = 1; r == 0 && ui->opt.command->bit == CMD_DISABLE && i < ui->opt.n_args;
		i++)
		r = rs_name_service(ui->session, ui->opt.args[i], err);
	if (r == 0 && ui->opt.rules)
		r = rs_rules_from(ui->session, ui->opt.rules, err);
	if (r == 0 && ui->opt.rule)
		r = rs_ask_rule(ui->session, ui->opt.rule, err);
	return r;
}
