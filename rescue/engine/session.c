/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A session: who listens, which keys there are, which rules. */
#include <stdio.h>
#include <string.h>

#include "core/list.h"
#include "core/redact.h"
#include "engine/engine.h"

static bool forward_progress(void *user, const char *what, uint64_t done, uint64_t total)
{
	const struct rs_session *s = user;

	return !s->events.progress || s->events.progress(s->events.user, what, done, total);
}

int rs_session_new(const struct rs_events *events, struct rs_session **ret, struct rs_err *err)
{
	struct rs_session *s = calloc(1, sizeof(*s));

	if (!s)
		return rs_fail(err, RS_E_MEMORY, "session");
	if (events)
		s->events = *events;
	s->task = (struct rs_task){.user = s, .progress = forward_progress};
	int r = bl_keyring_new(&s->keys, err);
	if (r < 0) {
		free(s);
		return r;
	}
	*ret = s;
	return 0;
}

static void forget_named(struct rs_session *s)
{
	for (size_t i = 0; i < s->n_named; i++)
		free(s->named[i].path);
	free(s->named);
	s->named = NULL;
	s->n_named = 0;
}

static void forget_services(struct rs_session *s)
{
	for (size_t i = 0; i < s->n_services; i++)
		free(s->services[i]);
	free(s->services);
	s->services = NULL;
	s->n_services = 0;
}

void rs_session_free(struct rs_session *s)
{
	if (!s)
		return;
	bl_keyring_free(s->keys);
	if (s->network)
		s->network_free(s->network);
	rs_secret_done(&s->sealed);
	rule_set_done(&s->rules);
	forget_named(s);
	forget_services(s);
	free(s->plan_folder);
	free(s);
}

void en_log(const struct rs_session *s, enum rs_log_level level, const char *fmt, ...)
{
	char line[1024];
	va_list ap;

	if (!s->events.log)
		return;
	va_start(ap, fmt);
	(void)vsnprintf(line, sizeof(line), fmt, ap); /* cut is fine */
	va_end(ap);
	rs_redact(line);
	s->events.log(s->events.user, level, line);
}

int rs_rules_from(struct rs_session *s, const char *dir, struct rs_err *err)
{
	rule_set_done(&s->rules);
	s->rules = (struct rule_set){0};
	s->has_rules = false;
	int r = dir ? rule_set_load_dir(dir, &s->rules, err)
		    : rule_set_load_shipped(&s->rules, err);
	s->has_rules = r == 0;
	return r;
}

int rs_name_file(struct rs_session *s, const char *path, uint64_t ref, struct rs_err *err)
{
	char *own = path ? strdup(path) : NULL;
	struct judge_named *to = own ? rs_list_add(&s->named, &s->n_named, sizeof(*to)) : NULL;

	if (!path)
		forget_named(s);
	if (path && !to) {
		free(own);
		return rs_fail(err, RS_E_MEMORY, "path");
	}
	if (to)
		*to = (struct judge_named){own, ref};
	return 0;
}

int rs_name_service(struct rs_session *s, const char *name, struct rs_err *err)
{
	char *own = name ? strdup(name) : NULL;
	char **to = own ? rs_list_add(&s->services, &s->n_services, sizeof(*to)) : NULL;

	if (!name)
		forget_services(s);
	if (name && !to) {
		free(own);
		return rs_fail(err, RS_E_MEMORY, "service");
	}
	if (to)
		*to = own;
	return 0;
}

int rs_ask_rule(struct rs_session *s, const char *id, struct rs_err *err)
{
	int r = en_rules(s, err);

	return r < 0 ? r : rule_set_ask(&s->rules, id, err);
}

int rs_plans_in(struct rs_session *s, const char *folder, bool is_private, struct rs_err *err)
{
	free(s->plan_folder);
	s->plan_folder = strdup(folder);
	s->is_plan_private = is_private;
	return s->plan_folder ? 0 : rs_fail(err, RS_E_MEMORY, "folder of plans");
}

int en_rules(struct rs_session *s, struct rs_err *err)
{
	return s->has_rules ? 0 : rs_rules_from(s, NULL, err);
}

const char *rs_version(void)
{
	return UNBRICK_VERSION;
}
