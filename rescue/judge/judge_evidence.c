/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Evidence beside the file: in the registry (keys, values, services, packages, the processor),
 * other files, pending work. */
#include <stdio.h>
#include <string.h>

#include "core/list.h"
#include "judge/judge_internal.h"

#define PACKAGES_KEY "Microsoft\\Windows\\CurrentVersion\\Component Based Servicing\\Packages"
/* CurrentState of a package: 0x50 superseded and all below it are not (any more) in use */
#define STATE_INSTALL_PENDING 0x60U
#define MAX_KEYS	      100000U

/* ---- hives and keys ---- */

static struct judge_hive *hive_get(struct judge_ctx *ctx, unsigned which)
{
	struct judge_hive *h = &ctx->hives[which];
	char path[160];

	if (h->is_tried)
		return h;
	h->is_tried = true;
	(void)snprintf(
		path, sizeof(path), "%s\\System32\\config\\%s", ctx->win->root, rule_hives[which]);
	if (win_hive_open_in(ctx->vol, path, &h->hive, &h->err) < 0)
		h->hive = NULL;
	return h;
}

static enum judge_truth from_err(struct judge_ctx *ctx, char **why, const struct rs_err *err)
{
	judge_add(ctx, why, ", ", "not looked at: %s%s%s", rs_err_info(err->code)->text,
		err->detail[0] ? ": " : "", err->detail);
	return JUDGE_UNKNOWN;
}

/* "CurrentControlSet\..." exists only in a running Windows: take the set that boots next. */
static char *real_key(struct judge_ctx *ctx, unsigned which, const char *key)
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
	if (r < 0)
		ret = NULL; /* undefined after a failure */
	return judge_has(ctx, ret) ? ret : NULL;
}

/* Opened hive and key; YES when both are there, NO when the key is not. */
static enum judge_truth key_open(struct judge_ctx *ctx, unsigned which, const char *key,
	struct win_hive **ret_hive, win_key *ret_key, char **why)
{
	struct judge_hive *h = hive_get(ctx, which);
	struct rs_err err = {0};

	if (!h->hive && h->err.code == RS_E_NO_SUCH_FILE && which == JUDGE_COMPONENTS)
		return JUDGE_NO; /* Windows XP has none */
	if (!h->hive) {
		judge_add(ctx, why, ", ", "not looked at: %s hive: %s%s%s", rule_hives[which],
			rs_err_info(h->err.code)->text, h->err.detail[0] ? ": " : "",
			h->err.detail);
		return JUDGE_UNKNOWN;
	}
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

	if (k->n >= MAX_KEYS)
		return false;
	auto_free char *copy = strdup(name);
	struct judge_key *to = copy ? rs_list_add(&k->v, &k->n, sizeof(*to)) : NULL;
	if (!judge_has(c->ctx, to))
		return false;
	*to = (struct judge_key){rs_steal(copy), sub, NULL};
	return true;
}

static void keys_done(struct judge_keys *k)
{
	for (size_t i = 0; i < k->n; i++) {
		free(k->v[i].name);
		free(k->v[i].label);
	}
	free(k->v);
}

/* All sub-keys of a key, once. */
static enum judge_truth keys_load(
	struct judge_ctx *ctx, unsigned which, const char *key, struct judge_keys *k, char **why)
{
	struct win_hive *h = NULL;
	win_key at = 0;
	struct collect c = {ctx, k};

	if (!k->is_tried) {
		enum judge_truth t = key_open(ctx, which, key, &h, &at, why);
		if (t != JUDGE_YES)
			return t;
		k->is_tried = true;
		(void)win_hive_each_key(h, at, collect_key, &c, &k->err);
	}
	/* a damaged list has told what it could: names found still count */
	return k->err.code && !k->n ? from_err(ctx, why, &k->err) : JUDGE_YES;
}

/* ---- services and packages ---- */

static const char *label_of(struct judge_ctx *ctx, struct judge_key *k)
{
	struct win_hive *h = ctx->hives[JUDGE_SYSTEM].hive;
	char text[512] = "";

	if (!k->label) {
		if (h && win_hive_text(h, k->key, "DisplayName", text, sizeof(text), NULL) < 0)
			text[0] = '\0';
		k->label = strdup(text);
	}
	return judge_has(ctx, k->label) ? k->label : "";
}

static bool is_service(struct judge_ctx *ctx, const char *wanted, struct judge_key *k)
{
	return nt_name_match(NULL, wanted, k->name) ||
	       nt_name_match(NULL, wanted, label_of(ctx, k));
}

static bool is_in_use(struct judge_ctx *ctx, win_key key)
{
	struct win_hive *h = ctx->hives[JUDGE_SOFTWARE].hive;
	uint64_t state = 0;

	/* without a state that can be read: present is present */
	return !h || win_hive_number(h, key, "CurrentState", &state, NULL) < 0 ||
	       state >= STATE_INSTALL_PENDING;
}

static bool is_package(struct judge_ctx *ctx, const char *number, struct judge_key *k)
{
	char whole[80], part[80];

	(void)snprintf(whole, sizeof(whole), "Package_for_%.40s~*", number);
	(void)snprintf(part, sizeof(part), "Package_*_for_%.40s~*", number);
	return (nt_name_match(NULL, whole, k->name) || nt_name_match(NULL, part, k->name)) &&
	       is_in_use(ctx, k->key);
}

/* Is a service or a package there that the evidence names? */
static enum judge_truth one_of(struct judge_ctx *ctx, const struct rule_evidence *e, char **why)
{
	const bool is_of_packages = e->kind == RULE_PACKAGE;
	struct judge_keys *k = is_of_packages ? &ctx->packages : &ctx->services;
	enum judge_truth t = is_of_packages ? keys_load(ctx, JUDGE_SOFTWARE, PACKAGES_KEY, k, why)
					    : keys_load(ctx, JUDGE_SYSTEM,
						      "CurrentControlSet\\Services", k, why);

	if (t != JUDGE_YES)
		return t;
	for (size_t i = 0; i < k->n; i++) {
		for (size_t w = 0; w < e->any.n; w++) {
			if (!(is_of_packages ? is_package : is_service)(ctx, e->any.v[w], &k->v[i]))
				continue;
			judge_add(ctx, why, ", ", "%s %s", is_of_packages ? "package" : "service",
				is_of_packages ? e->any.v[w] : k->v[i].name);
			return JUDGE_YES;
		}
	}
	return k->err.code ? from_err(ctx, why, &k->err) : JUDGE_NO;
}

/* ---- keys and values ---- */

static enum judge_truth key_exists(struct judge_ctx *ctx, const struct rule_evidence *e, char **why)
{
	struct win_hive *h = NULL;
	win_key at = 0;
	const char *last = strrchr(e->key, '\\');

	if (!strpbrk(e->key, "*?") || !last) {
		enum judge_truth t = key_open(ctx, e->hive, e->key, &h, &at, why);
		if (t == JUDGE_YES)
			judge_add(ctx, why, ", ", "registry key %s", e->text);
		return t;
	}
	auto_free char *parent = strndup(e->key, (size_t)(last - e->key));
	struct judge_keys own = {0};
	bool is_packages =
		e->hive == JUDGE_SOFTWARE && parent && strcasecmp(parent, PACKAGES_KEY) == 0;
	struct judge_keys *k = is_packages ? &ctx->packages : &own;
	enum judge_truth t = keys_load(ctx, e->hive, parent ? parent : "", k, why);
	bool is_found = false;
	for (size_t i = 0; i < k->n && t == JUDGE_YES && !is_found; i++) {
		is_found = nt_name_match(NULL, last + 1, k->v[i].name);
		if (is_found)
			judge_add(ctx, why, ", ", "registry key %s", k->v[i].name);
	}
	keys_done(&own);
	return t == JUDGE_YES && !is_found ? JUDGE_NO : t;
}

/* A text each, for who translates them: "set" is no word of a registry. */
static void add_value(
	struct judge_ctx *ctx, const struct rule_evidence *e, const char *text, char **why)
{
	switch (e->test) {
	case RULE_VALUE_ABSENT:
		judge_add(ctx, why, ", ", "registry value %s is absent", e->value);
		break;
	case RULE_VALUE_NONZERO:
		judge_add(ctx, why, ", ", "registry value %s is set", e->value);
		break;
	case RULE_VALUE_LIKE:
		judge_add(ctx, why, ", ", "registry value %s %s", e->value, text);
		break;
	default:
		judge_add(ctx, why, ", ", "registry value %s is present", e->value);
		break;
	}
}

static enum judge_truth value_test(struct judge_ctx *ctx, const struct rule_evidence *e, char **why)
{
	struct win_hive *h = NULL;
	win_key at = 0;
	struct rs_err err = {0};
	auto_value struct win_value v = {0};
	char text[1024] = "";

	enum judge_truth t = key_open(ctx, e->hive, e->key, &h, &at, why);
	if (t == JUDGE_UNKNOWN)
		return t;
	int r = t == JUDGE_NO ? RS_E_NO_SUCH_FILE : win_hive_value(h, at, e->value, &v, &err);
	if (r < 0 && r != RS_E_NO_SUCH_FILE)
		return from_err(ctx, why, &err);
	bool is_so = r == 0;
	if (e->test == RULE_VALUE_ABSENT)
		is_so = r < 0;
	else if (e->test == RULE_VALUE_NONZERO && is_so)
		is_so = !rs_is_zero(v.p, v.len);
	else if (e->test == RULE_VALUE_LIKE && is_so)
		is_so = win_hive_text(h, at, e->value, text, sizeof(text), &err) == 0 &&
			nt_name_match(NULL, e->pattern, text);
	if (is_so)
		add_value(ctx, e, text, why);
	return is_so ? JUDGE_YES : JUDGE_NO;
}

static bool collect_value(void *user, const char *name, uint32_t type, uint32_t len)
{
	(void)type;
	(void)len;
	return collect_key(user, name, 0); /* of values: the keys stay 0 */
}

static enum judge_truth any_value(struct judge_ctx *ctx, const struct rule_evidence *e, char **why)
{
	struct win_hive *h = NULL;
	win_key at = 0;
	struct rs_err err = {0};
	struct judge_keys values = {0};
	struct collect c = {ctx, &values};
	bool is_found = false;
	char text[1024];

	enum judge_truth t = key_open(ctx, e->hive, e->key, &h, &at, why);
	if (t != JUDGE_YES)
		return t;
	int r = win_hive_each_value(h, at, collect_value, &c, &err);
	for (size_t i = 0; i < values.n && !is_found; i++) {
		const char *name = values.v[i].name;
		is_found = win_hive_text(h, at, name, text, sizeof(text), NULL) == 0 &&
			   nt_name_match(NULL, e->pattern, text);
		if (is_found)
			judge_add(ctx, why, ", ", "registry value %s is %s", name, text);
	}
	keys_done(&values);
	return is_found ? JUDGE_YES : r < 0 ? from_err(ctx, why, &err) : JUDGE_NO;
}

/* ---- other files, pending work ---- */

/* The first file that is really there: an index entry whose record is gone proves nothing. */
static const char *first_there(struct judge_ctx *ctx, const struct judge_list *found)
{
	for (size_t i = 0; i < found->n; i++) {
		struct rs_err why = {0};
		struct nt_stat st;
		if (nt_stat(ctx->vol, found->v[i].ref, &st, &why) == 0)
			return found->v[i].path;
		judge_fault_err(ctx, found->v[i].path, &why);
	}
	return NULL;
}

static enum judge_truth file_evidence(
	struct judge_ctx *ctx, const struct rule_evidence *e, char **why)
{
	struct judge_list found = {0};
	auto_free char *blocked = NULL;
	uint64_t unreadable = ctx->res->unreadable;
	bool wants_there = e->kind == RULE_FILE_PRESENT;
	enum judge_truth ret = wants_there ? JUDGE_NO : JUDGE_YES;

	judge_find(ctx, &e->path, &found, &blocked);
	const char *there = first_there(ctx, &found);
	if (there) {
		judge_add(ctx, why, ", ", "file %s", there);
		ret = wants_there ? JUDGE_YES : JUDGE_NO;
	} else if (ctx->end.code || blocked || ctx->res->unreadable != unreadable) {
		judge_add(ctx, why, ", ", "not looked at: %s", blocked ? blocked : "a fault");
		ret = JUDGE_UNKNOWN;
	} else if (!wants_there) {
		judge_add(ctx, why, ", ", "no file %s", e->text);
	}
	judge_list_done(&found);
	return ret;
}

static enum judge_truth pending(struct judge_ctx *ctx, const struct rule_evidence *e, char **why)
{
	struct win_pending p = {0};
	struct rs_err err = {0};

	(void)e; /* it says no more than that it is asked */
	if (!ctx->is_pending_tried) {
		ctx->is_pending_tried = true;
		int r = win_pending_read(ctx->vol, ctx->win, &p, &err);
		ctx->pending = r < 0 ? JUDGE_UNKNOWN : p.update_pending ? JUDGE_YES : JUDGE_NO;
		if (r < 0)
			(void)snprintf(ctx->pending_why, sizeof(ctx->pending_why),
				"not looked at: %.100s%s%.200s", rs_err_info(r)->text,
				err.detail[0] ? ": " : "", err.detail);
		else
			(void)snprintf(ctx->pending_why, sizeof(ctx->pending_why), "%.300s",
				p.update_reason);
		win_pending_done(&p);
	}
	if (ctx->pending != JUDGE_NO && ctx->pending_why[0])
		judge_add(ctx, why, ", ", "%s", ctx->pending_why);
	return ctx->pending;
}

/* ---- each kind ---- */

enum judge_truth judge_evidence(struct judge_ctx *ctx, const struct rule_evidence *e, char **why)
{
	static enum judge_truth (*const looks[])(
		struct judge_ctx * ctx, const struct rule_evidence *e, char **why) = {
		[RULE_FILE_PRESENT] = file_evidence,
		[RULE_FILE_MISSING] = file_evidence,
		[RULE_REGISTRY_KEY] = key_exists,
		[RULE_REGISTRY_VALUE] = value_test,
		[RULE_REGISTRY_ANY] = any_value,
		[RULE_SERVICE] = one_of,
		[RULE_PACKAGE] = one_of,
		[RULE_UPDATE_PENDING] = pending,
	};

	return looks[e->kind](ctx, e, why);
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

void judge_evidence_done(struct judge_ctx *ctx)
{
	keys_done(&ctx->services);
	keys_done(&ctx->packages);
	for (size_t i = 0; i < JUDGE_N_HIVES; i++)
		if (ctx->hives[i].hive)
			win_hive_close(ctx->hives[i].hive);
}
