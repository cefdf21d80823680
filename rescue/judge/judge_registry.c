/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Evidence in the registry: keys, values, services, packages, the processor. */
#include <stdio.h>
#include <string.h>

#include "judge/judge_internal.h"

#define PACKAGES_KEY "Microsoft\\Windows\\CurrentVersion\\Component Based Servicing\\Packages"
/* CurrentState of a package: 0x50 superseded and all below it are not (any more) in use */
#define STATE_INSTALL_PENDING 0x60U
#define MAX_KEYS	      100000U

static const char *const hive_names[JUDGE_N_HIVES] = {"SYSTEM", "SOFTWARE", "COMPONENTS"};

/* ---- hives and keys ---- */

static struct judge_hive *hive_get(struct judge_ctx *ctx, int which)
{
	struct judge_hive *h = &ctx->hives[which];
	struct rs_err err = {0};
	char path[160];

	if (h->is_tried)
		return h;
	h->is_tried = true;
	(void)snprintf(
		path, sizeof(path), "%s\\System32\\config\\%s", ctx->win->root, hive_names[which]);
	int r = win_hive_open_in(ctx->vol, path, &h->hive, &err);
	if (r < 0) {
		h->hive = NULL;
		h->is_absent = r == RS_E_NO_SUCH_FILE;
		(void)snprintf(h->why_not, sizeof(h->why_not), "%s hive: %s%s%s", hive_names[which],
			rs_err_info(r)->text, err.detail[0] ? ": " : "", err.detail);
	}
	return h;
}

static enum judge_truth no_answer(struct judge_ctx *ctx, char **why, const char *what)
{
	judge_add(ctx, why, ", ", "not looked at: %s", what);
	return JUDGE_UNKNOWN;
}

static enum judge_truth from_err(struct judge_ctx *ctx, char **why, const struct rs_err *err)
{
	judge_add(ctx, why, ", ", "not looked at: %s%s%s", rs_err_info(err->code)->text,
		err->detail[0] ? ": " : "", err->detail);
	return JUDGE_UNKNOWN;
}

/* "CurrentControlSet\..." exists only in a running Windows: take the set that boots next. */
static char *real_key(struct judge_ctx *ctx, int which, const char *key)
{
	static const char current[] = "CurrentControlSet";
	size_t len = sizeof(current) - 1;
	char *ret = NULL;
	int r;

	if (which == JUDGE_SYSTEM && strncasecmp(key, current, len) == 0 &&
		(!key[len] || key[len] == '\\'))
		r = asprintf(&ret, "ControlSet%03u%s",
			ctx->win->control_set ? ctx->win->control_set : 1, key + len);
	else
		r = asprintf(&ret, "%s", key);
	ctx->no_memory |= r < 0;
	return r < 0 ? NULL : ret;
}

/* Opened hive and key; YES when both are there, NO when the key is not. */
static enum judge_truth key_open(struct judge_ctx *ctx, int which, const char *key,
	struct win_hive **ret_hive, win_key *ret_key, char **why)
{
	struct judge_hive *h = hive_get(ctx, which);
	struct rs_err err = {0};

	if (!h->hive && h->is_absent && which == JUDGE_COMPONENTS)
		return JUDGE_NO; /* Windows XP has none */
	if (!h->hive)
		return no_answer(ctx, why, h->why_not);
	auto_free char *path = real_key(ctx, which, key);
	*ret_hive = h->hive;
	*ret_key = win_hive_root(h->hive);
	int r = 0;
	if (path && *path)
		r = win_hive_key(h->hive, win_hive_root(h->hive), path, ret_key, &err);
	if (r == RS_E_NO_SUCH_FILE)
		return JUDGE_NO;
	return r < 0 || !path ? from_err(ctx, why, &err) : JUDGE_YES;
}

struct collect {
	struct judge_ctx *ctx;
	struct judge_keys *keys;
};

static bool collect_key(void *user, const char *name, win_key sub)
{
	struct collect *c = user;
	struct judge_keys *k = c->keys;
	char *copy = strdup(name);

	if ((k->n & (k->n + 1)) == 0) { /* grow at powers of two */
		char **names = reallocarray(k->names, 2 * k->n + 2, sizeof(*names));
		if (names)
			k->names = names;
		win_key *keys = reallocarray(k->keys, 2 * k->n + 2, sizeof(*keys));
		if (keys)
			k->keys = keys;
		c->ctx->no_memory |= !names || !keys;
	}
	c->ctx->no_memory |= !copy;
	if (c->ctx->no_memory || k->n >= MAX_KEYS) {
		free(copy);
		return false;
	}
	k->names[k->n] = copy;
	k->keys[k->n++] = sub;
	return true;
}

static void keys_done(struct judge_keys *k)
{
	for (size_t i = 0; i < k->n; i++) {
		free(k->names[i]);
		if (k->labels)
			free(k->labels[i]);
	}
	free(k->names);
	free(k->keys);
	free(k->labels);
	*k = (struct judge_keys){.code = 1};
}

/* All sub-keys of a key, once. */
static enum judge_truth keys_load(
	struct judge_ctx *ctx, int which, const char *key, struct judge_keys *k, char **why)
{
	struct win_hive *h = NULL;
	win_key at = 0;
	struct collect c = {ctx, k};

	if (k->code == 1) {
		enum judge_truth t = key_open(ctx, which, key, &h, &at, why);
		if (t != JUDGE_YES)
			return t;
		k->code = win_hive_each_key(h, at, collect_key, &c, &k->err);
	}
	/* a damaged list has told what it could: names found still count */
	return k->code < 0 && !k->n ? from_err(ctx, why, &k->err) : JUDGE_YES;
}

/* ---- services and packages ---- */

static const char *label_of(struct judge_ctx *ctx, struct judge_keys *k, size_t i)
{
	char text[512];

	if (!k->labels)
		k->labels = calloc(k->n, sizeof(*k->labels));
	if (!k->labels) {
		ctx->no_memory = true;
		return "";
	}
	if (!k->labels[i]) {
		struct win_hive *h = ctx->hives[JUDGE_SYSTEM].hive;
		if (!h || win_hive_text(h, k->keys[i], "DisplayName", text, sizeof(text), NULL) < 0)
			text[0] = '\0';
		k->labels[i] = strdup(text);
	}
	return k->labels[i] ? k->labels[i] : "";
}

static enum judge_truth service(struct judge_ctx *ctx, const struct rule_evidence *e, char **why)
{
	struct judge_keys *k = &ctx->services;
	enum judge_truth t = keys_load(ctx, JUDGE_SYSTEM, "CurrentControlSet\\Services", k, why);

	if (t != JUDGE_YES)
		return t;
	for (size_t i = 0; i < k->n; i++) {
		for (size_t w = 0; w < e->any.n; w++) {
			if (!nt_name_match(NULL, e->any.v[w], k->names[i]) &&
				!nt_name_match(NULL, e->any.v[w], label_of(ctx, k, i)))
				continue;
			judge_add(ctx, why, ", ", "service %s", k->names[i]);
			return JUDGE_YES;
		}
	}
	if (k->code < 0)
		return from_err(ctx, why, &k->err);
	return JUDGE_NO;
}

static bool is_package(const char *number, const char *name)
{
	char pattern[80];

	(void)snprintf(pattern, sizeof(pattern), "Package_for_%.40s~*", number);
	if (nt_name_match(NULL, pattern, name))
		return true;
	(void)snprintf(pattern, sizeof(pattern), "Package_*_for_%.40s~*", number);
	return nt_name_match(NULL, pattern, name);
}

static bool is_in_use(struct judge_ctx *ctx, win_key key)
{
	struct win_hive *h = ctx->hives[JUDGE_SOFTWARE].hive;
	uint64_t state = 0;

	/* without a state that can be read: present is present */
	return !h || win_hive_number(h, key, "CurrentState", &state, NULL) < 0 ||
	       state >= STATE_INSTALL_PENDING;
}

static enum judge_truth package(struct judge_ctx *ctx, const struct rule_evidence *e, char **why)
{
	struct judge_keys *k = &ctx->packages;
	enum judge_truth t = keys_load(ctx, JUDGE_SOFTWARE, PACKAGES_KEY, k, why);

	if (t != JUDGE_YES)
		return t;
	for (size_t i = 0; i < k->n; i++) {
		for (size_t w = 0; w < e->any.n; w++) {
			if (!is_package(e->any.v[w], k->names[i]) || !is_in_use(ctx, k->keys[i]))
				continue;
			judge_add(ctx, why, ", ", "package %s", e->any.v[w]);
			return JUDGE_YES;
		}
	}
	if (k->code < 0)
		return from_err(ctx, why, &k->err);
	return JUDGE_NO;
}

/* ---- keys and values ---- */

static enum judge_truth key_exists(
	struct judge_ctx *ctx, int which, const struct rule_evidence *e, char **why)
{
	struct win_hive *h = NULL;
	win_key at = 0;
	const char *last = strrchr(e->key, '\\');

	if (!strpbrk(e->key, "*?") || !last) {
		enum judge_truth t = key_open(ctx, which, e->key, &h, &at, why);
		if (t == JUDGE_YES)
			judge_add(ctx, why, ", ", "registry key %s", e->text);
		return t;
	}
	auto_free char *parent = strndup(e->key, (size_t)(last - e->key));
	struct judge_keys own = {.code = 1};
	bool is_packages =
		which == JUDGE_SOFTWARE && parent && strcasecmp(parent, PACKAGES_KEY) == 0;
	struct judge_keys *k = is_packages ? &ctx->packages : &own;
	enum judge_truth t = keys_load(ctx, which, parent ? parent : "", k, why);
	bool is_found = false;
	for (size_t i = 0; i < k->n && t == JUDGE_YES && !is_found; i++) {
		is_found = nt_name_match(NULL, last + 1, k->names[i]);
		if (is_found)
			judge_add(ctx, why, ", ", "registry key %s", k->names[i]);
	}
	keys_done(&own);
	return t == JUDGE_YES && !is_found ? JUDGE_NO : t;
}

static bool is_nonzero(const uint8_t *p, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (p[i])
			return true;
	return false;
}

static enum judge_truth value_test(
	struct judge_ctx *ctx, int which, const struct rule_evidence *e, char **why)
{
	struct win_hive *h = NULL;
	win_key at = 0;
	struct rs_err err = {0};
	auto_free uint8_t *p = NULL;
	size_t len = 0;
	uint32_t type = 0;
	char text[1024] = "";

	enum judge_truth t = key_open(ctx, which, e->key, &h, &at, why);
	if (t == JUDGE_UNKNOWN)
		return t;
	int r = t == JUDGE_NO ? RS_E_NO_SUCH_FILE
			      : win_hive_value(h, at, e->value, &type, &p, &len, &err);
	if (r < 0 && r != RS_E_NO_SUCH_FILE)
		return from_err(ctx, why, &err);
	bool is_so = r == 0;
	if (e->test == RULE_VALUE_ABSENT)
		is_so = r < 0;
	else if (e->test == RULE_VALUE_NONZERO && is_so)
		is_so = is_nonzero(p, len);
	else if (e->test == RULE_VALUE_LIKE && is_so)
		is_so = win_hive_text(h, at, e->value, text, sizeof(text), &err) == 0 &&
			nt_name_match(NULL, e->pattern, text);
	if (is_so)
		judge_add(ctx, why, ", ", "registry value %s %s", e->value,
			e->test == RULE_VALUE_ABSENT	? "is absent"
			: e->test == RULE_VALUE_NONZERO ? "is set"
			: e->test == RULE_VALUE_LIKE	? text
							: "is present");
	return is_so ? JUDGE_YES : JUDGE_NO;
}

struct any_value {
	struct judge_ctx *ctx;
	struct judge_keys names; /* of values: the keys stay 0 */
};

static bool collect_value(void *user, const char *name, uint32_t type, uint32_t len)
{
	struct any_value *a = user;
	struct collect c = {a->ctx, &a->names};

	(void)type;
	(void)len;
	return collect_key(&c, name, 0);
}

static enum judge_truth any_value(
	struct judge_ctx *ctx, int which, const struct rule_evidence *e, char **why)
{
	struct win_hive *h = NULL;
	win_key at = 0;
	struct rs_err err = {0};
	struct any_value a = {.ctx = ctx};
	bool is_found = false;
	char text[1024];

	enum judge_truth t = key_open(ctx, which, e->key, &h, &at, why);
	if (t != JUDGE_YES)
		return t;
	int r = win_hive_each_value(h, at, collect_value, &a, &err);
	for (size_t i = 0; i < a.names.n && !is_found; i++) {
		is_found = win_hive_text(h, at, a.names.names[i], text, sizeof(text), NULL) == 0 &&
			   nt_name_match(NULL, e->pattern, text);
		if (is_found)
			judge_add(
				ctx, why, ", ", "registry value %s is %s", a.names.names[i], text);
	}
	keys_done(&a.names);
	if (!is_found && r < 0)
		return from_err(ctx, why, &err);
	return is_found ? JUDGE_YES : JUDGE_NO;
}

enum judge_truth judge_registry(struct judge_ctx *ctx, const struct rule_evidence *e, char **why)
{
	int which = JUDGE_SYSTEM;

	while (which + 1 < JUDGE_N_HIVES && strcmp(hive_names[which], e->hive) != 0)
		which++;
	switch (e->kind) {
	case RULE_SERVICE:
		return service(ctx, e, why);
	case RULE_PACKAGE:
		return package(ctx, e, why);
	case RULE_REGISTRY_KEY:
		return key_exists(ctx, which, e, why);
	case RULE_REGISTRY_VALUE:
		return value_test(ctx, which, e, why);
	default:
		return any_value(ctx, which, e, why);
	}
}

enum judge_truth judge_cpu(struct judge_ctx *ctx, char *ret, size_t cap, char **why)
{
	struct win_hive *h = NULL;
	win_key at = 0;
	struct rs_err err = {0};
	enum judge_truth t = key_open(ctx, JUDGE_SYSTEM,
		"CurrentControlSet\\Control\\Session Manager\\Environment", &h, &at, why);

	if (t == JUDGE_YES && win_hive_text(h, at, "PROCESSOR_IDENTIFIER", ret, cap, &err) == 0)
		return JUDGE_YES;
	if (t != JUDGE_UNKNOWN)
		judge_add(ctx, why, ", ", "the processor is not recorded");
	return JUDGE_UNKNOWN;
}

void judge_registry_done(struct judge_ctx *ctx)
{
	keys_done(&ctx->services);
	keys_done(&ctx->packages);
	for (size_t i = 0; i < JUDGE_N_HIVES; i++)
		if (ctx->hives[i].hive)
			win_hive_close(ctx->hives[i].hive);
}
