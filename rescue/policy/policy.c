/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "policy/policy.h"

#include <string.h>

#include <json-c/json.h>

#include "policy/fields.h"

int policy_parse(struct rs_view bytes, struct policy **ret, struct rs_err *err)
{
	auto_policy struct policy *p = calloc(1, sizeof(*p));

	if (!p)
		return rs_fail(err, RS_E_MEMORY, "policy");
	int r = policy_json_read(bytes, &p->root, err);
	if (r == 0)
		r = policy_take(p, err);
	if (r < 0)
		return r;
	*ret = rs_steal(p);
	return 0;
}

void policy_free(struct policy *p)
{
	if (!p)
		return;
	struct policy_texts *const lists[] = {&p->serials, &p->uuids, &p->macs, &p->models};

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		free(lists[i]->v);
	free(p->rules);
	json_object_put(p->root);
	free(p);
}

int policy_check(const struct policy *p, const struct policy_clock *now, unsigned floor_version,
	struct rs_err *err)
{
	if (p->version < floor_version)
		return rs_fail(err, RS_E_POLICY_OLD, "version %u, and %u is the least", p->version,
			floor_version);
	/* an unknown clock is at least so late as what is known of it */
	if (now->unix_s >= p->expires_s)
		return rs_fail(err, RS_E_POLICY_EXPIRED, "version %u", p->version);
	if (now->is_known && now->unix_s + POLICY_EARLY_S < p->issued_s)
		return rs_fail(err, RS_E_POLICY_EARLY, "version %u", p->version);
	return 0;
}

bool policy_plans_alike(const struct policy *a, const struct policy *b)
{
	bool is_alike = a->n_rules == b->n_rules && a->has_shipped_rules == b->has_shipped_rules &&
			a->diagnosis_alone == b->diagnosis_alone &&
			a->may_disable == b->may_disable && a->max_files == b->max_files &&
			a->replay == b->replay;

	for (size_t i = 0; is_alike && i < a->n_rules; i++)
		is_alike = strcmp(a->rules[i].text, b->rules[i].text) == 0;
	return is_alike;
}

int policy_read(const struct policy_files *f, const struct policy_clock *now,
	unsigned floor_version, struct policy **ret, struct rs_err *err)
{
	struct minisign_keys keys;
	struct minisign_said by;
	auto_policy struct policy *p = NULL;

	if (f->bytes.len > POLICY_BYTES_MOST)
		return rs_fail(err, RS_E_POLICY_INVALID, "larger than %u bytes", POLICY_BYTES_MOST);
	int r = minisign_keys_read(f->keys, &keys, err);
	if (r == 0)
		r = minisign_verify(f->bytes, f->sig, &keys, &by, err);
	if (r == 0)
		r = policy_parse(f->bytes, &p, err);
	if (r == 0)
		r = policy_check(p, now, floor_version, err);
	if (r < 0 || !p)
		return r;
	p->by = by;
	*ret = rs_steal(p);
	return 0;
}
