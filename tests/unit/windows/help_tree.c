/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The whole tree of a hive, by our reader and by libhivex. */
#include <hivex.h>
#include <stdio.h>
#include <string.h>

#include "help.h"

enum { MAX_STEPS = 300000 };

struct item {
	char *name;
	win_key key;
};

struct items {
	struct item *p;
	size_t n, cap;
};

static bool add(void *user, const char *name, win_key key)
{
	struct items *l = user;

	if (l->n == l->cap) {
		l->cap = l->cap ? 2 * l->cap : 8;
		struct item *more = realloc(l->p, l->cap * sizeof(*more));
		if (!more)
			abort();
		l->p = more;
	}
	l->p[l->n++] = (struct item){strdup(name), key};
	return true;
}

static bool add_value(void *user, const char *name, uint32_t type, uint32_t len)
{
	(void)type;
	(void)len;
	return add(user, name, 0);
}

static void items_done(struct items *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->p[i].name);
	free(l->p);
}

#define auto_items __attribute__((cleanup(items_done)))

struct both {
	struct win_hive *h;
	hive_h *x;
	struct tree_count *count;
};

/* Both have arrays that end in 0. */
static size_t array_len(const size_t *p)
{
	size_t n = 0;

	while (p && p[n])
		n++;
	return n;
}

static void value_compare(struct both *b, win_key key, const char *name, hive_value_h theirs)
{
	auto_value struct win_value v = {0};
	hive_type their_type;
	size_t their_len;

	b->count->values++;
	int r = win_hive_value(b->h, key, name, &v, NULL);
	b->count->errors += r < 0;
	if (!theirs)
		return;
	auto_free char *data = hivex_value_value(b->x, theirs, &their_type, &their_len);
	auto_free char *their_name = hivex_value_key(b->x, theirs);
	if (r < 0 || !data || !their_name || (uint32_t)their_type != v.type || their_len != v.len ||
		(v.len && memcmp(data, v.p, v.len) != 0) || strcmp(name, their_name) != 0)
		b->count->differences++;
}

static void key_compare(struct both *b, win_key key, hive_node_h node)
{
	auto_items struct items keys = {0};
	auto_items struct items values = {0};

	if (b->count->keys++ > MAX_STEPS)
		return;
	b->count->errors += win_hive_each_value(b->h, key, add_value, &values, NULL) < 0;
	auto_free hive_value_h *their_values = node ? hivex_node_values(b->x, node) : NULL;
	b->count->differences += node && array_len(their_values) != values.n;
	for (size_t i = 0; i < values.n; i++) {
		bool has = node && i < array_len(their_values);
		value_compare(b, key, values.p[i].name, has ? their_values[i] : 0);
	}
	b->count->errors += win_hive_each_key(b->h, key, add, &keys, NULL) < 0;
	auto_free hive_node_h *nodes = node ? hivex_node_children(b->x, node) : NULL;
	size_t n_nodes = array_len(nodes);
	b->count->differences += node && n_nodes != keys.n;
	for (size_t i = 0; i < keys.n; i++) {
		auto_free char *name = i < n_nodes ? hivex_node_name(b->x, nodes[i]) : NULL;
		if (node && (!name || strcmp(name, keys.p[i].name) != 0))
			b->count->differences++;
		key_compare(b, keys.p[i].key, i < n_nodes ? nodes[i] : 0);
	}
}

void tree_compare(struct win_hive *h, const char *hivex_path, struct tree_count *ret)
{
	struct both b = {.h = h, .count = ret};

	*ret = (struct tree_count){0};
	if (hivex_path)
		b.x = hivex_open(hivex_path, 0);
	if (hivex_path && !b.x)
		ret->differences++;
	key_compare(&b, win_hive_root(h), b.x ? hivex_root(b.x) : 0);
	if (b.x)
		(void)hivex_close(b.x);
}
