/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/config.h"

#include <json-c/json.h>
#include <stdint.h>
#include <string.h>

#define MOST_S	  600
#define USUAL_S	  60
#define NAME_MOST 64U
#define PEM_BEGIN "-----BEGIN CERTIFICATE-----"

/* ---- what a text may be ---- */

typedef const char *text_fn(const char *s); /* NULL, or why it may not */

static bool is_letter_or_digit(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool is_printable(const char *s)
{
	for (; *s; s++)
		if (*s <= ' ' || *s > '~' || strchr("\"\\<>^`|", *s))
			return false;
	return true;
}

static const char *check_name(const char *s)
{
	if (strlen(s) > NAME_MOST)
		return "it is too long";
	for (; *s; s++)
		if (!is_letter_or_digit(*s) && *s != '-' && *s != '_' && *s != '.')
			return "it has other characters than letters, digits, '-', '_' and '.'";
	return NULL;
}

static const char *check_path(const char *s)
{
	if (strlen(s) > NET_URL_MOST / 4 || !is_printable(s) || strpbrk(s, "?#%") || s[0] == '/' ||
		strstr(s, ".."))
		return "it is no path";
	return NULL;
}

static const char *check_text(const char *s)
{
	for (const char *p = s; *p; p++)
		if ((unsigned char)*p < ' ')
			return "it has control characters";
	return strlen(s) > NET_URL_MOST / 4 ? "it is too long" : NULL;
}

static const char *check_pointer(const char *s)
{
	if (s[0] && s[0] != '/')
		return "it does not begin with a slash";
	return check_text(s);
}

static const char *check_ca(const char *s)
{
	if (!s[0] || strcmp(s, NET_SYSTEM_CA) == 0)
		return NULL;
	if (strlen(s) > NET_PEM_MOST)
		return "it is too long";
	if (strstr(s, "PRIVATE KEY"))
		return "a private key belongs into the secret file";
	return strstr(s, PEM_BEGIN) ? NULL : "it is no certificate as PEM";
}

/* A query that hands a secret over. */
static bool has_secret(const char *query)
{
	static const char *const words[] = {"sig=", "token", "secret", "passw", "apikey", "api_key",
		"api-key", "credential", "code="};

	for (size_t i = 0; query && i < sizeof(words) / sizeof(words[0]); i++)
		if (strcasestr(query, words[i]))
			return true;
	return false;
}

static const char *check_url(const char *s, const char *scheme, bool is_template)
{
	const size_t n = strlen(scheme);

	if (strlen(s) > NET_URL_MOST || !is_printable(s))
		return "it is no address";
	if (strncmp(s, scheme, n) != 0)
		return "it does not begin as an encrypted one does";
	const char *host = s + n;
	const size_t len = strcspn(host, "/?#");
	if (!len || memchr(host, '{', len))
		return "it names no server";
	if (memchr(host, '@', len) || has_secret(strchr(host, '?')))
		return "a user, password or token belongs into the secret file";
	if (strchr(s, '#') || (!is_template && strpbrk(s, "{}?")))
		return "it is more than an address";
	return NULL;
}

static const char *check_https(const char *s)
{
	return check_url(s, "https://", false);
}

static const char *check_template(const char *s)
{
	static const struct net_words any = {.key_id = "00000000-0000-0000-0000-000000000000",
		.serial = "1",
		.uuid = "1",
		.mac = "1"};
	char filled[2 * NET_URL_MOST];
	const char *why = check_url(s, "https://", true);

	if (!why && net_template(s, &any, filled, sizeof(filled), NULL) < 0)
		why = "it has a word in braces that is not known";
	return why;
}

static const char *check_ldaps(const char *s)
{
	return check_url(s, "ldaps://", false);
}

/* Of a collector: a word in braces is for who fills it in (net/sink.h). */
static const char *check_sink(const char *s)
{
	return check_url(s, strncmp(s, "syslog", 6) == 0 ? "syslog://" : "https://", true);
}

/* ---- fields ---- */

struct field {
	const char *name;
	unsigned types; /* 1 << type */
	bool is_needed;
	text_fn *check;
	size_t place; /* in the struct */
	const char *usual;
};

#define ALL_TYPES  0xffU
#define AT(member) offsetof(struct net_key_source, member)

static const struct field key_fields[] = {
	{"url", 1U << NET_KEY_HTTPS, true, check_template, AT(url), ""},
	{"url", 1U << NET_KEY_VAULT | 1U << NET_KEY_GRAPH, true, check_https, AT(url), ""},
	{"url", 1U << NET_KEY_LDAP, true, check_ldaps, AT(url), ""},
	{"ca", ALL_TYPES, false, check_ca, AT(ca), ""},
	{"account", ALL_TYPES, false, check_name, AT(account), ""},
	{"json_pointer", 1U << NET_KEY_HTTPS, false, check_pointer, AT(json_pointer), ""},
	{"mount", 1U << NET_KEY_VAULT, false, check_path, AT(mount), "secret"},
	{"path", 1U << NET_KEY_VAULT, false, check_path, AT(path), "{key_id}"},
	{"field", 1U << NET_KEY_VAULT, false, check_name, AT(field), "key"},
	{"role", 1U << NET_KEY_VAULT, false, check_name, AT(role), ""},
	{"namespace", 1U << NET_KEY_VAULT, false, check_path, AT(space), ""},
	{"base", 1U << NET_KEY_LDAP, false, check_text, AT(base), ""},
};
#define N_KEY_FIELDS (sizeof(key_fields) / sizeof(key_fields[0]))

#undef AT
#define AT(member) offsetof(struct net_sink, member)

static const struct field sink_fields[] = {
	{"url", ALL_TYPES, true, check_sink, AT(url), ""},
	{"ca", ALL_TYPES, false, check_ca, AT(ca), ""},
	{"account", ALL_TYPES, false, check_name, AT(account), ""},
	{"index", 1U << NET_SINK_ELASTIC, false, check_name, AT(index), ""},
};
#define N_SINK_FIELDS (sizeof(sink_fields) / sizeof(sink_fields[0]))

static const char *const key_types[] = {NET_KEY_TYPES(JUST_WORD)};
static const char *const sink_types[] = {NET_SINK_TYPES(JUST_WORD)};

/* A kind of object: its fields, and where its own are. */
struct kind {
	const struct field *fields;
	size_t n_fields;
	const char *const *types;
	size_t n_types;
};

static int refuse(struct rs_err *err, const char *field, const char *why)
{
	return rs_fail(err, RS_E_NET_CONFIG, "'%.32s': %s", field, why);
}

/* A JSON text may have a NUL in it, behind which nobody would look. */
static const char *text_of(struct json_object *v)
{
	const char *s = json_object_is_type(v, json_type_string) ? json_object_get_string(v) : NULL;

	return s && strlen(s) == (size_t)json_object_get_string_len(v) ? s : NULL;
}

static int find_type(struct json_object *o, const struct kind *k, unsigned *ret, struct rs_err *err)
{
	const char *word = text_of(json_object_object_get(o, "type"));

	for (*ret = 0; word && *ret < k->n_types; ++*ret)
		if (strcmp(word, k->types[*ret]) == 0)
			return 0;
	return refuse(err, "type", word ? "there is no such type" : "it is missing");
}

static const struct field *find_field(const struct kind *k, unsigned type, const char *name)
{
	for (size_t i = 0; i < k->n_fields; i++)
		if ((k->fields[i].types & 1U << type) && strcmp(k->fields[i].name, name) == 0)
			return &k->fields[i];
	return NULL;
}

static int take_seconds(struct json_object *v, unsigned *ret_ms, struct rs_err *err)
{
	const int64_t s = json_object_is_type(v, json_type_int) ? json_object_get_int64(v) : 0;

	if (s < 1 || s > MOST_S)
		return refuse(err, "timeout_s", "it is no number of seconds from 1 to 600");
	*ret_ms = (unsigned)s * 1000U;
	return 0;
}

static int take_field(void *ret, const struct field *f, struct json_object *v, struct rs_err *err)
{
	const char *s = text_of(v);
	const char *why = s ? f->check(s) : "it is no text";

	if (why)
		return refuse(err, f->name, why);
	*(const char **)(void *)((char *)ret + f->place) = s;
	return 0;
}

/* Fields of @o into the struct @ret, whose members of type text are those of @k. */
static int take_all(struct json_object *o, const struct kind *k, void *ret, unsigned *ret_type,
	unsigned *ret_ms, struct rs_err *err)
{
	if (!json_object_is_type(o, json_type_object))
		return rs_fail(
			err, RS_E_NET_CONFIG, "a source of keys or a collector is an object");
	int r = find_type(o, k, ret_type, err);
	if (r < 0)
		return r;
	*ret_ms = USUAL_S * 1000U;
	for (size_t i = 0; i < k->n_fields; i++)
		if (k->fields[i].types & 1U << *ret_type)
			*(const char **)(void *)((char *)ret + k->fields[i].place) =
				k->fields[i].usual;
	json_object_object_foreach(o, name, v)
	{
		const struct field *f = find_field(k, *ret_type, name);
		if (strcmp(name, "type") == 0)
			continue;
		if (strcmp(name, "timeout_s") == 0)
			r = take_seconds(v, ret_ms, err);
		else
			r = f ? take_field(ret, f, v, err)
			      : refuse(err, name, "there is no such field");
		if (r < 0)
			return r;
	}
	for (size_t i = 0; i < k->n_fields; i++)
		if (k->fields[i].is_needed && (k->fields[i].types & 1U << *ret_type) &&
			!json_object_object_get_ex(o, k->fields[i].name, NULL))
			return refuse(err, k->fields[i].name, "it is missing");
	return 0;
}

int net_key_source_parse(struct json_object *o, struct net_key_source *ret, struct rs_err *err)
{
	static const struct kind kind = {
		key_fields, N_KEY_FIELDS, key_types, sizeof(key_types) / sizeof(key_types[0])};
	unsigned type = 0;

	*ret = (struct net_key_source){.ca = "",
		.account = "",
		.json_pointer = "",
		.mount = "",
		.path = "",
		.field = "",
		.role = "",
		.space = "",
		.base = ""};
	int r = take_all(o, &kind, ret, &type, &ret->total_ms, err);
	if (r < 0)
		return r;
	ret->type = (enum net_key_type)type;
	ret->json = json_object_get(o);
	return 0;
}

void net_key_source_done(struct net_key_source *s)
{
	json_object_put(s->json);
	*s = (struct net_key_source){0};
}

int net_sink_parse(struct json_object *o, struct net_sink *ret, struct rs_err *err)
{
	static const struct kind kind = {
		sink_fields, N_SINK_FIELDS, sink_types, sizeof(sink_types) / sizeof(sink_types[0])};
	unsigned type = 0;

	*ret = (struct net_sink){.ca = "", .account = "", .index = ""};
	int r = take_all(o, &kind, ret, &type, &ret->total_ms, err);
	if (r < 0)
		return r;
	ret->type = (enum net_sink_type)type;
	if ((ret->type == NET_SINK_SYSLOG) != (strncmp(ret->url, "syslog", 6) == 0))
		return refuse(err, "url", "it is of another type");
	ret->json = json_object_get(o);
	return 0;
}

void net_sink_done(struct net_sink *s)
{
	json_object_put(s->json);
	*s = (struct net_sink){0};
}

/* ---- addresses ---- */

struct word {
	const char *name, *value;
	size_t most; /* characters of it */
	bool is_lower;
};

static bool put(char *ret, size_t cap, size_t *at, char c)
{
	if (*at + 1 >= cap)
		return false;
	ret[(*at)++] = c;
	ret[*at] = '\0';
	return true;
}

static bool put_word(char *ret, size_t cap, size_t *at, const struct word *w)
{
	static const char hex[] = "0123456789ABCDEF";
	bool has_room = true;

	for (size_t i = 0; has_room && i < w->most && w->value[i]; i++) {
		char c = w->value[i];
		if (w->is_lower && c >= 'A' && c <= 'Z')
			c = (char)(c | 0x20);
		if (is_letter_or_digit(c) || strchr("-._~", c))
			has_room = put(ret, cap, at, c);
		else
			has_room = put(ret, cap, at, '%') &&
				   put(ret, cap, at, hex[(uint8_t)c >> 4]) &&
				   put(ret, cap, at, hex[(uint8_t)c & 15]);
	}
	return has_room;
}

static const struct word *find_word(const struct word *words, size_t n, const char *at)
{
	for (size_t i = 0; i < n; i++) {
		const size_t len = strlen(words[i].name);
		if (strncmp(at, words[i].name, len) == 0 && at[len] == '}')
			return &words[i];
	}
	return NULL;
}

int net_template(const char *template, const struct net_words *words, char *ret, size_t cap,
	struct rs_err *err)
{
	const struct word known[] = {{"key_id", words->key_id, SIZE_MAX, false},
		{"key_id_lower", words->key_id, SIZE_MAX, true},
		{"key_id8", words->key_id, 8, false}, {"serial", words->serial, SIZE_MAX, false},
		{"uuid", words->uuid, SIZE_MAX, false}, {"mac", words->mac, SIZE_MAX, false}};
	size_t at = 0;
	bool has_room = cap;

	if (cap)
		ret[0] = '\0';
	for (const char *p = template; has_room && *p; p++) {
		if (*p == '}')
			return refuse(err, "url", "a brace that closes nothing");
		if (*p != '{') {
			has_room = put(ret, cap, &at, *p);
			continue;
		}
		const struct word *w = find_word(known, sizeof(known) / sizeof(known[0]), p + 1);
		if (!w)
			return refuse(err, "url", "it has a word in braces that is not known");
		if (!w->value || !w->value[0])
			return rs_fail(err, RS_E_NET_CONFIG, "this machine tells no {%s}", w->name);
		has_room = put_word(ret, cap, &at, w);
		p += strlen(w->name) + 1;
	}
	return has_room ? 0 : refuse(err, "url", "it is too long");
}
