/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Key files: find every recovery password and every key ID, whatever stands around them, and pair
 * them: in the same record, else with the nearest ID on a line before. The words are never looked
 * at (they are localised), but for column names and labels that say that a GUID is something else
 * (the volume's, the device's, the directory object's). */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "bitlocker/internal.h"

#define MOST_FILE    (64U << 20)
#define MOST_IDS     8
#define MOST_COLUMNS 64

enum column { COL_OTHER, COL_ID, COL_IGNORE };

struct id {
	struct bl_item item; /* id, id_nibbles and line only */
	unsigned score;	     /* 3 the ID column, 2 in braces, 1 bare; 0 not a key's */
};

struct reader {
	struct bl_keyring *k;
	struct scan s;
	/* CSV with a header line */
	enum column columns[MOST_COLUMNS];
	char delimiter; /* 0: no header */
	unsigned column;
	bool is_quoted;
	/* this record */
	struct id ids[MOST_IDS];
	unsigned n_ids;
	struct token key; /* waits for the record's end, or for the next key */
	bool has_key;
	uint32_t key_line;
	unsigned n_before; /* how many of the IDs stood before it */
	bool is_key_first; /* the record's first key had no ID before it: IDs follow keys */
	unsigned n_keys_here;
	/* the file */
	struct id pending; /* last ID on an earlier line without a key */
	bool has_pending, is_pending_unsafe, has_seen_id;
	unsigned n_good, n_bad;
	uint32_t line, bad_line;
	enum bl_group_fault bad_fault;
	unsigned bad_group;
};

static int put_key(struct reader *r, const struct id *id, struct rs_err *err)
{
	struct bl_item item = id ? id->item : (struct bl_item){0};

	item.kind = BL_I_RECOVERY;
	item.line = r->key_line;
	if (r->key.kind == TOKEN_BAD_KEY) {
		item.kind = BL_I_BAD;
		item.fault = r->key.fault;
		item.bad_group = (uint8_t)r->key.group;
		return bl_keyring_put(r->k, &item, NULL, err);
	}
	return bl_keyring_put(r->k, &item, r->key.h0, err);
}

static void count_key(struct reader *r)
{
	if (r->key.kind == TOKEN_KEY) {
		r->n_good++;
		return;
	}
	if (r->n_bad++ == 0) {
		r->bad_line = r->key_line;
		r->bad_fault = r->key.fault;
		r->bad_group = r->key.group;
	}
}

static unsigned best_score(const struct reader *r, unsigned n)
{
	unsigned best = 0;

	for (unsigned i = 0; i < n; i++)
		best = r->ids[i].score > best ? r->ids[i].score : best;
	return best;
}

/* Pair the waiting key with the best IDs of its record; with several equally good ones, each. When
 * the record has several keys, those IDs that lie on the key's own side. */
static int flush_key(struct reader *r, struct rs_err *err)
{
	int ret = 0;

	if (!r->has_key)
		return 0;
	count_key(r);
	unsigned n = r->is_key_first || r->n_keys_here == 1 ? r->n_ids : r->n_before;
	unsigned best = best_score(r, n);
	for (unsigned i = 0; best && i < n && ret == 0; i++)
		if (r->ids[i].score == best)
			ret = put_key(r, &r->ids[i], err);
	if (!best) {
		bool use_pending = r->has_pending && !r->is_pending_unsafe;
		ret = put_key(r, use_pending ? &r->pending : NULL, err);
		/* keys before IDs: then an ID may belong to the key above it */
		r->is_pending_unsafe |= !r->has_seen_id;
	}
	r->has_pending = false;
	r->has_key = false;
	memmove(r->ids, r->ids + n, (r->n_ids - n) * sizeof(r->ids[0])); /* the next key's */
	r->n_ids -= n;
	rs_wipe(r->key.h0, sizeof(r->key.h0));
	return ret;
}

static int take_key(struct reader *r, const struct token *t, struct rs_err *err)
{
	r->n_keys_here++; /* before the flush: a second key changes which IDs the first one gets */
	int ret = flush_key(r, err);
	r->key = *t;
	r->key_line = r->line;
	r->has_key = true;
	r->n_before = r->n_ids;
	if (r->n_keys_here == 1)
		r->is_key_first = r->n_ids == 0;
	return ret;
}

static void take_id(struct reader *r, const struct token *t)
{
	struct id id = {.score = t->is_braced ? 2 : 1};
	enum column c = r->column < MOST_COLUMNS ? r->columns[r->column] : COL_OTHER;

	if (c == COL_IGNORE || (c != COL_ID && t->is_labelled_other))
		return;
	if (c == COL_ID)
		id.score = 3;
	id.item.id_nibbles = t->id_nibbles;
	id.item.line = r->line;
	memcpy(id.item.id, t->id, sizeof(id.item.id));
	r->has_seen_id = true;
	for (unsigned i = 0; i < r->n_ids; i++)
		if (memcmp(&r->ids[i].item.id, &id.item.id, sizeof(id.item.id)) == 0) {
			r->ids[i].score = id.score > r->ids[i].score ? id.score : r->ids[i].score;
			return;
		}
	if (r->n_ids == MOST_IDS) {
		memmove(r->ids, r->ids + 1, sizeof(r->ids) - sizeof(r->ids[0]));
		r->n_ids--;
		r->n_before -= r->n_before > 0;
	}
	r->ids[r->n_ids++] = id;
}

/* An ID that no password follows: worth a word when it turns out to be the volume's. */
static int put_missing(struct reader *r, const struct id *id, struct rs_err *err)
{
	struct bl_item item = id->item;

	item.kind = BL_I_BAD;
	item.fault = BL_G_MISSING;
	return bl_keyring_put(r->k, &item, NULL, err);
}

/* A row of a list without a password; the best IDs of it are those of the key. */
static int put_missing_row(struct reader *r, struct rs_err *err)
{
	unsigned best = best_score(r, r->n_ids);
	int ret = 0;

	for (unsigned i = 0; i < r->n_ids && ret == 0; i++)
		if (r->ids[i].score == best)
			ret = put_missing(r, &r->ids[i], err);
	return ret;
}

static bool is_other_id(const struct id *a, const struct id *b)
{
	unsigned n =
		a->item.id_nibbles < b->item.id_nibbles ? a->item.id_nibbles : b->item.id_nibbles;

	return memcmp(a->item.id, b->item.id, n / 2) != 0;
}

/* In text a password may stand on a later line than its ID; another ID before it ends the wait. */
static int note_missing(struct reader *r, struct rs_err *err)
{
	if (r->n_keys_here || !r->n_ids)
		return 0;
	if (r->delimiter)
		return put_missing_row(r, err);
	if (r->has_pending && is_other_id(&r->pending, &r->ids[r->n_ids - 1]))
		return put_missing(r, &r->pending, err);
	return 0;
}

static int end_record(struct reader *r, struct rs_err *err)
{
	int ret = note_missing(r, err);

	if (ret < 0)
		return ret;
	if (!r->has_key && r->n_keys_here == 0 && r->n_ids) {
		const struct id *last = &r->ids[r->n_ids - 1];
		/* Windows 7 writes the short form and then the whole: the whole wins */
		if (!r->has_pending || last->item.id_nibbles >= r->pending.item.id_nibbles)
			r->pending = *last;
		r->has_pending = true;
	}
	ret = flush_key(r, err);
	r->n_ids = 0;
	r->n_keys_here = 0;
	r->is_key_first = false;
	r->column = 0;
	if (r->delimiter)
		r->has_pending = false; /* rows do not lend each other IDs */
	return ret;
}

static int take_char(struct reader *r, char c, struct rs_err *err)
{
	if (c == '\n')
		r->line++;
	if (r->delimiter && c == '"')
		r->is_quoted = !r->is_quoted;
	if (r->is_quoted)
		return 0;
	if (c == '\n')
		return end_record(r, err);
	if (r->delimiter && c == r->delimiter)
		r->column++;
	return 0;
}

/* ---- header line of a CSV ---- */

static enum column column_of(const char *name)
{
	static const char *const ids[] = {
		"keyid", "recoveryguid", "recoveryid", "protectorid", "passwordid", "identifier"};
	static const char *const others[] = {"volume", "device", "object", "computer", "machine"};

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (strstr(name, others[i]))
			return COL_IGNORE;
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
		if (strstr(name, ids[i]))
			return COL_ID;
	return strcmp(name, "id") == 0 ? COL_ID : COL_OTHER;
}

/* Parse [from, to) as column names; false if nothing in it sounds like one of a key list. */
static bool parse_names(struct reader *r, size_t from, size_t to, char delimiter)
{
	char name[64];
	size_t len = 0;
	unsigned column = 0;
	bool is_any = false;

	for (size_t i = from; i <= to; i++) {
		char c = i < to ? r->s.text[i] : delimiter;
		if (c != delimiter) {
			if (isalnum((unsigned char)c) && len + 1 < sizeof(name))
				name[len++] = (char)tolower((unsigned char)c);
			continue;
		}
		name[len] = '\0';
		len = 0;
		enum column kind = column_of(name);
		is_any |= kind == COL_ID || strstr(name, "key") || strstr(name, "password") ||
			  strstr(name, "recovery");
		if (column < MOST_COLUMNS)
			r->columns[column++] = kind;
	}
	return is_any && column > 1;
}

static char guess_delimiter(const struct scan *s, size_t from, size_t to)
{
	static const char all[] = {',', ';', '\t'};
	size_t best = 0;
	char ret = 0;

	for (size_t d = 0; d < sizeof(all); d++) {
		size_t n = 0;
		for (size_t i = from; i < to; i++)
			n += s->text[i] == all[d];
		if (n > best) {
			best = n;
			ret = all[d];
		}
	}
	return ret;
}

/* The first line that is neither empty nor a "#TYPE" of PowerShell: are these column names? */
static void find_header(struct reader *r)
{
	size_t from = 0, to = 0;

	for (; from < r->s.len; from = to + 1) {
		const char *nl = memchr(r->s.text + from, '\n', r->s.len - from);
		to = nl ? (size_t)(nl - r->s.text) : r->s.len;
		size_t first = from;
		while (first < to && r->s.text[first] == ' ')
			first++;
		if (first < to && r->s.text[first] != '#')
			break;
	}
	if (from >= r->s.len || to - from > 4096)
		return;
	struct scan line = {.text = r->s.text, .len = to, .at = from};
	struct token t;
	while (line.at < line.len)
		if (scan_next(&line, &t))
			return; /* data already */
	char d = guess_delimiter(&r->s, from, to);
	if (d && parse_names(r, from, to, d))
		r->delimiter = d;
	else
		memset(r->columns, 0, sizeof(r->columns));
}

static int read_all(struct reader *r, struct rs_err *err)
{
	int ret = 0;

	r->line = 1;
	find_header(r);
	while (ret == 0 && r->s.at < r->s.len) {
		struct token t;
		size_t was = r->s.at;
		if (!scan_next(&r->s, &t))
			ret = take_char(r, r->s.text[was], err);
		else if (t.kind == TOKEN_ID)
			take_id(r, &t);
		else
			ret = take_key(r, &t, err);
		rs_wipe(t.h0, sizeof(t.h0));
	}
	if (ret == 0)
		ret = end_record(r, err);
	if (ret == 0 && r->has_pending && r->n_good)
		ret = put_missing(r, &r->pending, err);
	return ret;
}

int bl_keyring_add_file(
	struct bl_keyring *k, const char *name, const uint8_t *p, size_t len, struct rs_err *err)
{
	auto_secret struct rs_secret text = {0}, mem = {0};
	char why[80];

	if (len > MOST_FILE)
		return rs_fail_on(err, RS_E_KEY_FILE, name, "larger than 64 MiB");
	if (len && bl_bek_length(p, len) == len)
		return bl_keyring_add_bek(k, name, p, len, err);
	int ret = bl_keytext_decode((struct rs_view){p, len}, &text, err);
	if (ret == 0)
		ret = rs_secret_init(&mem, sizeof(struct reader), err);
	if (ret < 0)
		return ret;
	struct reader *r = (struct reader *)(void *)mem.p; /* page-aligned, zeroed, ours */
	r->k = k; /* NOLINT(clang-analyzer-core.NullDereference): ret == 0 gave memory */
	r->s = (struct scan){.text = (const char *)text.p, .len = text.len};
	ret = read_all(r, err);
	rs_wipe_stack();
	if (ret < 0) {
		(void)rs_err_object(err, name);
		return ret;
	}
	if (r->n_good)
		return 0;
	if (!r->n_bad)
		return rs_fail_on(err, RS_E_KEY_FILE, name, "no recovery password found in it");
	bl_recovery_fault_text(r->bad_fault, r->bad_group, why, sizeof(why));
	return rs_fail_on(err, RS_E_KEY_FORMAT, name, "line %u: %s", r->bad_line, why);
}
