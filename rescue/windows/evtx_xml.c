/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The binary XML of one record: a fragment that names a template (which lies in the same chunk,
 * with this or an earlier record) and gives its values; one of the values is the event's own data,
 * again a fragment. What is wanted of it is gathered on the way, as text or number. */
#include <string.h>

#include "core/text.h"
#include "windows/evtx_internal.h"

enum { OPTIONAL = 0x0E, FLAG_MORE = 0x40 };
#define TEMPLATE_HEAD 24U /* next u32, GUID, bytes u32 */

struct cursor {
	size_t off, end;
	const struct evtx_value *values; /* of the template that is being filled in */
	size_t n_values;
	unsigned nest, depth; /* elements that were open at its beginning */
	bool is_template;     /* elements have a dependency */
	bool is_over;
};

/* Where an element stands. */
enum kind {
	OTHER,
	EVENT,
	SYSTEM,
	SECTION, /* EventData, UserData */
	PROVIDER,
	ID,
	LEVEL,
	TIME,
	RECORD,
	CHANNEL,
	COMPUTER,
	LEAF, /* in a section */
};

/* ---- names ---- */

/* A name: next u32, hash u16, units u16, the units, a NUL. */
static bool name_at(const struct evtx_xml *x, size_t off, struct rs_view *ret)
{
	uint16_t units;

	return rs_view_u16(x->chunk, off + 6, &units) &&
	       rs_view_sub(x->chunk, off + 8, 2UL * units, ret);
}

static bool name_is(struct rs_view name, const char *text)
{
	size_t n = strlen(text);

	if (name.len != 2 * n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (rs_le16(name.p + 2 * i) != (uint8_t)text[i])
			return false;
	return true;
}

/* The name whose offset stands at *@off; *@off: behind it, and behind the name where that lies
 * right there. */
static bool name_take(const struct evtx_xml *x, size_t *off, struct rs_view *ret)
{
	uint32_t at;

	if (!rs_view_u32(x->chunk, *off, &at) || !name_at(x, at, ret))
		return false;
	*off += 4;
	if (at == *off)
		*off += 8 + ret->len + 2;
	return true;
}

/* ---- elements ---- */

static enum kind kind_in_system(struct rs_view name)
{
	static const struct {
		const char *name;
		enum kind kind;
	} known[] = {{"Provider", PROVIDER}, {"EventID", ID}, {"Level", LEVEL},
		{"TimeCreated", TIME}, {"EventRecordID", RECORD}, {"Channel", CHANNEL},
		{"Computer", COMPUTER}};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (name_is(name, known[i].name))
			return known[i].kind;
	return OTHER;
}

static enum kind kind_of(struct evtx_xml *x, struct rs_view name)
{
	if (x->depth == 0)
		return EVENT;
	struct evtx_level *up = &x->levels[x->depth - 1];
	up->is_parent = true;
	switch ((enum kind)up->kind) {
	case EVENT:
		if (name_is(name, "System"))
			return SYSTEM;
		return name_is(name, "EventData") || name_is(name, "UserData") ? SECTION : OTHER;
	case SYSTEM:
		return kind_in_system(name);
	case SECTION:
	case LEAF:
		return LEAF;
	default:
		return OTHER;
	}
}

/* An element's head: the token, its dependency u16 (in templates; what it says follows from the
 * value itself), its bytes u32, its name; then the bytes of its attributes u32 where it has some.
 */
static bool head_take(
	const struct evtx_xml *x, struct cursor *c, bool has_dependency, struct rs_view *name)
{
	size_t off = c->off + 1 + (has_dependency ? 2 : 0);
	uint32_t bytes;
	bool has_more = x->chunk.p[c->off] & FLAG_MORE;

	if (!rs_view_u32(x->chunk, off, &bytes) || bytes > c->end - c->off)
		return false;
	off += 4;
	if (!name_take(x, &off, name))
		return false;
	c->off = off + (has_more ? 4 : 0);
	return true;
}

static bool on_element(struct evtx_xml *x, struct cursor *c)
{
	struct rs_view name;

	/* outside of templates some have no dependency, and nothing says which */
	if (!head_take(x, c, true, &name) && (c->is_template || !head_take(x, c, false, &name)))
		return false;
	if (x->depth == EVTX_DEPTH)
		return false;
	if (x->target == EVTX_T_TEXT)
		x->text.n = x->start; /* between elements */
	evtx_begin(x, EVTX_T_NONE);
	enum kind kind = kind_of(x, name);
	x->levels[x->depth++] = (struct evtx_level){(uint8_t)kind, false};
	if (kind == LEAF) {
		x->name = "";
		if (!name_is(name, "Data")) {
			evtx_begin(x, EVTX_T_NAME);
			evtx_text_put(&x->text, name);
			evtx_end(x);
		}
	}
	return true;
}

static bool on_attribute(struct evtx_xml *x, struct cursor *c)
{
	static const struct {
		const char *name;
		enum kind kind;
		enum evtx_target target;
	} wanted[] = {{"Name", PROVIDER, EVTX_T_PROVIDER},
		{"EventSourceName", PROVIDER, EVTX_T_SOURCE}, {"SystemTime", TIME, EVTX_T_TIME},
		{"Name", LEAF, EVTX_T_NAME}};
	struct rs_view name;

	evtx_end(x);
	c->off++;
	if (!x->depth || !name_take(x, &c->off, &name))
		return false;
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		if (x->levels[x->depth - 1].kind == wanted[i].kind && name_is(name, wanted[i].name))
			evtx_begin(x, wanted[i].target);
	return true;
}

static bool on_content(struct evtx_xml *x, struct cursor *c)
{
	static const enum evtx_target targets[] = {[ID] = EVTX_T_ID,
		[LEVEL] = EVTX_T_LEVEL,
		[RECORD] = EVTX_T_RECORD,
		[CHANNEL] = EVTX_T_CHANNEL,
		[COMPUTER] = EVTX_T_COMPUTER,
		[LEAF] = EVTX_T_TEXT};

	evtx_end(x);
	c->off++;
	if (!x->depth)
		return false;
	evtx_begin(x, targets[x->levels[x->depth - 1].kind]);
	return true;
}

/* ---- templates that are known ---- */

static struct evtx_plain *plain_of(struct evtx_xml *x, uint32_t at)
{
	return &x->plains[at / 8 % EVTX_PLAINS];
}

static bool is_unwanted(const struct evtx_xml *x, const char *provider)
{
	return x->ops->wants && !x->ops->wants(x->ops->user, x->event.id, provider);
}

/* The head of a record is over that stands in its outermost template as a whole. */
static void plain_keep(struct evtx_xml *x)
{
	size_t n = strlen(x->event.provider);
	struct evtx_plain *p = plain_of(x, x->template_at);

	if (!x->is_plain || !x->template_at || x->id_value == UINT16_MAX || n >= EVTX_PLAIN_NAME)
		return;
	p->at = x->template_at;
	p->id = x->id_value;
	memcpy(p->provider, x->event.provider, n + 1);
}

/* Is a record of this template one that nobody wants? Only where its own head tells the time. */
static bool is_plainly_unwanted(
	struct evtx_xml *x, uint32_t at, const struct evtx_value *values, size_t n)
{
	const struct evtx_plain *p = plain_of(x, at);

	if (p->at != at || !at || !x->event.time || p->id >= n ||
		values[p->id].type != EVTX_UINT16 || values[p->id].len != 2)
		return false;
	x->event.id = rs_le16(x->chunk.p + values[p->id].off);
	x->is_unwanted = is_unwanted(x, p->provider);
	return x->is_unwanted;
}

static bool on_end(struct evtx_xml *x, struct cursor *c)
{
	if (x->depth <= c->depth)
		return false;
	const struct evtx_level *l = &x->levels[x->depth - 1];
	if (l->kind == LEAF && l->is_parent) {
		x->text.n = x->target == EVTX_T_TEXT ? x->start : x->text.n;
		evtx_begin(x, EVTX_T_NONE);
	}
	evtx_end(x);
	x->depth--;
	c->off++;
	if (l->kind == SYSTEM) {
		if (!x->event.provider[0])
			x->event.provider = x->source;
		x->is_asked = true;
		x->is_unwanted = is_unwanted(x, x->event.provider);
		if (c->nest == 1 && c->values)
			plain_keep(x);
		c->is_over = x->is_unwanted;
	} else if (l->kind == EVENT) {
		c->is_over = true;
	}
	return true;
}

static bool on_empty(struct evtx_xml *x, struct cursor *c)
{
	if (!on_content(x, c))
		return false;
	c->off--;
	return on_end(x, c);
}

/* ---- what stands in them ---- */

static bool on_fragment(struct evtx_xml *x, struct cursor *c)
{
	(void)x;
	c->off += 4;
	return true;
}

static bool on_over(struct evtx_xml *x, struct cursor *c)
{
	(void)x;
	c->off = c->end;
	return true;
}

/* Text of the template itself: a number that has some is not that of the value alone. */
static bool put_literal(struct evtx_xml *x, uint8_t type, struct rs_view v)
{
	x->is_plain = x->is_plain && x->target != EVTX_T_ID;
	return evtx_put(x, type, v);
}

/* A count of units u16 at @off, and the units. */
static bool units_take(const struct evtx_xml *x, struct cursor *c, size_t off, struct rs_view *ret)
{
	uint16_t units;

	if (!rs_view_u16(x->chunk, off, &units) ||
		!rs_view_sub(x->chunk, off + 2, 2UL * units, ret))
		return false;
	c->off = off + 2 + ret->len;
	return true;
}

static bool on_value(struct evtx_xml *x, struct cursor *c)
{
	struct rs_view v;
	uint8_t type;

	return rs_view_u8(x->chunk, c->off + 1, &type) && type == EVTX_STRING &&
	       units_take(x, c, c->off + 2, &v) && put_literal(x, type, v);
}

static bool on_cdata(struct evtx_xml *x, struct cursor *c)
{
	struct rs_view v;

	return units_take(x, c, c->off + 1, &v) && put_literal(x, EVTX_STRING, v);
}

static bool on_character(struct evtx_xml *x, struct cursor *c)
{
	struct rs_view v;

	if (!rs_view_sub(x->chunk, c->off + 1, 2, &v) || !put_literal(x, EVTX_STRING, v))
		return false;
	c->off += 3;
	return true;
}

static bool on_entity(struct evtx_xml *x, struct cursor *c)
{
	static const struct {
		const char *name;
		char c;
	} known[] = {{"lt", '<'}, {"gt", '>'}, {"amp", '&'}, {"quot", '"'}, {"apos", '\''}};
	struct rs_view name;

	c->off++;
	if (!name_take(x, &c->off, &name))
		return false;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (x->target != EVTX_T_NONE && x->target < EVTX_T_NUMBERS &&
			name_is(name, known[i].name))
			evtx_text_char(&x->text, known[i].c);
	return true;
}

static bool on_instruction(struct evtx_xml *x, struct cursor *c)
{
	struct rs_view name;

	c->off++;
	return name_take(x, &c->off, &name);
}

static bool on_instruction_data(struct evtx_xml *x, struct cursor *c)
{
	struct rs_view v;

	return units_take(x, c, c->off + 1, &v);
}

static bool run(struct evtx_xml *x, struct cursor *c);

/* What makes a record's head other than its template alone tells. */
static void note_value(
	struct evtx_xml *x, const struct cursor *c, uint16_t i, const struct evtx_value *v)
{
	if (x->is_asked)
		return;
	bool is_name = x->target == EVTX_T_PROVIDER || x->target == EVTX_T_SOURCE;
	bool is_second = x->target == EVTX_T_ID && x->id_value != UINT16_MAX;
	if (is_name || is_second || c->nest != 1 || v->type == EVTX_BINXML)
		x->is_plain = false;
	if (x->target == EVTX_T_ID)
		x->id_value = i;
}

/* A number of the value u16, the type that the template expects u8: the value says its own. */
static bool on_substitution(struct evtx_xml *x, struct cursor *c)
{
	uint16_t i;

	if (!c->values || !rs_view_u16(x->chunk, c->off + 1, &i) ||
		!rs_view_has(x->chunk, c->off, 4))
		return false;
	uint8_t token = x->chunk.p[c->off] & (uint8_t)~FLAG_MORE;
	c->off += 4;
	if (i >= EVTX_VALUES)
		return true;
	static const struct evtx_value none = {0};
	const struct evtx_value *v = i < c->n_values ? &c->values[i] : &none;
	note_value(x, c, i, v);
	if (token == OPTIONAL && v->type == EVTX_NULL)
		x->is_absent = true; /* and so is its element */
	struct rs_view bytes = {x->chunk.p + v->off, v->len};
	if (v->type == EVTX_BINXML) {
		struct cursor inner = {.off = v->off,
			.end = v->off + (size_t)v->len,
			.nest = c->nest,
			.depth = x->depth};
		bool is_right = run(x, &inner);
		c->is_over = inner.is_over;
		return is_right;
	}
	return v->type & EVTX_MANY ? evtx_put_many(x, v->type, bytes) : evtx_put(x, v->type, bytes);
}

/* A count u32, then bytes u16 and type u16 of each, then all of them. */
static bool values_take(
	struct evtx_xml *x, size_t *off, size_t end, struct evtx_value *ret, size_t *ret_n)
{
	uint32_t n;

	if (!rs_view_u32(x->chunk, *off, &n) || *off + 4 > end || n > (end - *off - 4) / 4 ||
		!evtx_pay(x, 4 * (size_t)n))
		return false;
	const uint8_t *head = x->chunk.p + *off + 4;
	size_t at = *off + 4 + 4 * (size_t)n;
	*ret_n = n < EVTX_VALUES ? n : EVTX_VALUES;
	for (uint32_t i = 0; i < n; i++) {
		uint16_t len = rs_le16(head + 4 * (size_t)i);
		if (len > end - at)
			return false;
		if (i < EVTX_VALUES)
			ret[i] = (struct evtx_value){(uint16_t)at, len, head[4 * (size_t)i + 2]};
		at += len;
	}
	*off = at;
	return true;
}

/* The token, u8, the template's number u32, where it lies u32; then it itself, if that is here. */
static bool on_template(struct evtx_xml *x, struct cursor *c)
{
	uint32_t at, bytes;
	size_t off = c->off + 10, n;

	if (c->nest == EVTX_NEST || !rs_view_u32(x->chunk, c->off + 6, &at) ||
		!rs_view_u32(x->chunk, (size_t)at + TEMPLATE_HEAD - 4, &bytes) ||
		!rs_view_has(x->chunk, (size_t)at + TEMPLATE_HEAD, bytes))
		return false;
	if (at == off)
		off += TEMPLATE_HEAD + bytes;
	if (off > c->end || !values_take(x, &off, c->end, x->values[c->nest], &n))
		return false;
	if (c->nest == 0 && !x->template_at && x->depth == 0) {
		if (is_plainly_unwanted(x, at, x->values[0], n)) {
			x->is_asked = x->is_found = true;
			c->is_over = true;
			return true;
		}
		x->template_at = at;
	} else if (!x->is_asked) {
		x->is_plain = false;
	}
	struct cursor inner = {.off = (size_t)at + TEMPLATE_HEAD,
		.end = (size_t)at + TEMPLATE_HEAD + bytes,
		.values = x->values[c->nest],
		.n_values = n,
		.nest = c->nest + 1,
		.depth = x->depth,
		.is_template = true};
	if (!run(x, &inner))
		return false;
	c->is_over = inner.is_over;
	c->off = off;
	return true;
}

static bool run(struct evtx_xml *x, struct cursor *c)
{
	static bool (*const tokens[])(struct evtx_xml * x, struct cursor * c) = {on_over,
		on_element, on_content, on_empty, on_end, on_value, on_attribute, on_cdata,
		on_character, on_entity, on_instruction, on_instruction_data, on_template,
		on_substitution, on_substitution, on_fragment};

	while (c->off < c->end && !c->is_over) {
		uint8_t token = x->chunk.p[c->off] & (uint8_t)~FLAG_MORE;
		if (token >= sizeof(tokens) / sizeof(tokens[0]) || !evtx_pay(x, 0) ||
			!tokens[token](x, c))
			return false;
	}
	return c->off <= c->end;
}

void evtx_chunk_begin(struct evtx_xml *x, struct rs_view chunk)
{
	x->chunk = chunk;
	x->chunk_steps = EVTX_CHUNK_STEPS;
	for (size_t i = 0; i < EVTX_PLAINS; i++)
		x->plains[i].at = 0;
}

enum evtx_read evtx_xml_read(struct evtx_xml *x, size_t off, size_t end)
{
	struct cursor c = {.off = off, .end = end};
	struct win_event *e = &x->event;

	e->provider = e->channel = e->computer = x->source = x->name = "";
	e->id = 0;
	e->level = 0;
	e->n_data = 0;
	x->text = (struct evtx_text){x->texts, 0, sizeof(x->texts)};
	x->depth = 0;
	x->is_asked = x->is_found = x->is_unwanted = false;
	x->template_at = 0;
	x->id_value = UINT16_MAX;
	x->is_plain = true;
	x->steps = x->chunk_steps < EVTX_RECORD_STEPS ? x->chunk_steps : EVTX_RECORD_STEPS;
	size_t steps = x->steps;
	evtx_begin(x, EVTX_T_NONE);
	bool is_right = run(x, &c);
	x->chunk_steps -= steps - x->steps;
	if (!is_right || !x->is_asked || !x->is_found)
		return EVTX_BAD;
	if (x->is_unwanted)
		return EVTX_SKIPPED;
	return x->depth ? EVTX_BAD : EVTX_READ;
}
