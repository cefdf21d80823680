/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The text of a policy, read more strictly than json-c does by itself. */
#include <string.h>
#include <strings.h>

#include <json-c/json.h>

#include "core/redact.h"
#include "core/text.h"
#include "policy/fields.h"

#define DEPTH_MOST  8
#define VALUES_MOST 150000U /* of about 100 bytes of memory each */

static int refuse(struct rs_err *err, const char *why)
{
	return rs_fail(err, RS_E_POLICY_INVALID, "%s", why);
}

/* What is counted in the text itself: json-c keeps the last of two members of one name. */
struct counts {
	size_t members, values;
	bool has_other_quotes; /* which json-c takes for quotes, and the counting would not */
};

static struct counts count_text(struct rs_view text)
{
	struct counts ret = {.values = 1};
	bool is_text = false;

	for (size_t i = 0; i < text.len; i++) {
		const uint8_t c = text.p[i];
		if (is_text && c == '\\')
			i++;
		else if (c == '"')
			is_text = !is_text;
		else if (!is_text && c == '\'')
			ret.has_other_quotes = true;
		else if (!is_text && c == ':')
			ret.members++;
		else if (!is_text && (c == ',' || c == '[' || c == '{'))
			ret.values++;
	}
	return ret;
}

/* A name of a field that is for secrets: those come from a file of the stick, or are typed. */
static bool is_name_of_secret(const char *name)
{
	static const char *const words[] = {"password", "passphrase", "passwd", "secret", "token",
		"authorization", "header", "cookie", "credential", "api_key", "apikey", "private"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcasestr(name, words[i]))
			return true;
	return false;
}

/* "https://user:word@host", "?token=...": whoever fetches the policy would have it. */
static bool is_url_with_secret(const char *text)
{
	const char *host = strstr(text, "://");

	if (!host)
		return false;
	host += 3;
	const size_t n = strcspn(host, "/?#");
	const char *query = strchr(host, '?');

	return memchr(host, '@', n) || (query && is_name_of_secret(query));
}

/* No field needs what looks like a recovery password, a private key, or a way in. */
static bool is_secret(const char *text)
{
	auto_free char *clean = strdup(text);

	if (!clean)
		return true;
	rs_redact(clean);
	return strcmp(clean, text) != 0 || strstr(text, "PRIVATE KEY-----") ||
	       is_url_with_secret(text);
}

static int check_text(struct json_object *v, bool is_rule, struct rs_err *err)
{
	const char *text = json_object_get_string(v);

	if (strlen(text) != (size_t)json_object_get_string_len(v))
		return refuse(err, "a text has a zero in it");
	/* a rule has hashes and patterns of digits in it, and nobody puts a key into one */
	if (!is_rule && is_secret(text))
		return refuse(err, "a text looks like a secret, and none belongs into a policy");
	return 0;
}

/* All below @v; members are counted. */
static int check_value(struct json_object *v, bool is_rule, size_t *members, struct rs_err *err)
{
	int r = 0;

	switch (json_object_get_type(v)) {
	case json_type_string:
		return check_text(v, is_rule, err);
	case json_type_array:
		for (size_t i = 0; r == 0 && i < json_object_array_length(v); i++)
			r = check_value(json_object_array_get_idx(v, i), is_rule, members, err);
		return r;
	case json_type_object: {
		json_object_object_foreach(v, name, member)
		{
			++*members;
			if (is_name_of_secret(name))
				return rs_fail(err, RS_E_POLICY_INVALID,
					"the field '%.64s' is for a secret, and none belongs into "
					"a policy",
					name);
			r = check_value(
				member, is_rule || strcmp(name, "rules") == 0, members, err);
			if (r < 0)
				return r;
		}
		return 0;
	}
	default:
		return 0;
	}
}

int policy_json_read(struct rs_view bytes, struct json_object **ret, struct rs_err *err)
{
	const struct counts said = count_text(bytes);
	size_t members = 0;

	if (!bytes.len || bytes.len > POLICY_BYTES_MOST)
		return refuse(err, bytes.len ? "it is larger than 1 MiB" : "it is empty");
	if (memchr(bytes.p, '\0', bytes.len))
		return refuse(err, "it is no text");
	if (said.values > VALUES_MOST)
		return refuse(err, "it has too many values");
	if (said.has_other_quotes)
		return refuse(err, "it has other quotes than those of JSON");
	struct json_tokener *tok = json_tokener_new_ex(DEPTH_MOST);
	if (!tok)
		return rs_fail(err, RS_E_MEMORY, "policy");
	json_tokener_set_flags(tok, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	struct json_object *o = json_tokener_parse_ex(tok, (const char *)bytes.p, (int)bytes.len);
	const enum json_tokener_error why = json_tokener_get_error(tok);
	const size_t end = json_tokener_get_parse_end(tok);
	json_tokener_free(tok);
	int r = 0;
	if (why != json_tokener_success || !json_object_is_type(o, json_type_object))
		r = rs_fail(err, RS_E_POLICY_INVALID, "it is not one JSON object (%s, byte %zu)",
			why == json_tokener_success ? "another value"
						    : json_tokener_error_desc(why),
			end);
	else
		r = check_value(o, false, &members, err);
	if (r == 0 && members != said.members)
		r = refuse(err, "a field is there twice");
	if (r < 0) {
		json_object_put(o);
		return r;
	}
	*ret = o;
	return 0;
}
