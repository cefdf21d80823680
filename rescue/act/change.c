/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kinds of changes that can be carried out. */
#include "act/change.h"

static const struct change_ops *const rows[CHANGE_N_KINDS] = {
	[CHANGE_HIVE] = &change_hive,
	[CHANGE_LINK] = &change_link,
	[CHANGE_COPY] = &change_copy,
};

const struct change_ops *change_ops_of(const struct plan_item *item)
{
	return rows[item->change->kind];
}

int change_place(struct nt_vol *vol, const struct plan_item *item, enum nt_switch_state *ret,
	struct rs_err *err)
{
	enum change_state state = CHANGE_MISSING;
	struct rs_err why = {0};
	int r = change_ops_of(item)->state(vol, item, &state, &why);

	if (rs_err_unread(r))
		return rs_err_pass(err, r, &why);
	if (r < 0)
		state = CHANGE_MISSING; /* neither done nor undone, as far as can be seen */
	*ret = state == CHANGE_BEFORE  ? NT_SWITCH_AT_FROM
	       : state == CHANGE_AFTER ? NT_SWITCH_AT_TO
				       : NT_SWITCH_ELSEWHERE;
	return 0;
}

size_t change_count_left(const struct plan *p)
{
	size_t n = 0;

	for (size_t i = 0; i < p->n_items; i++) {
		const struct plan_change *c = p->items[i].change;
		for (size_t k = 0; c && k < c->n; k++)
			n += c->values[k].is_left;
	}
	return n;
}
