/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sources of keys and collectors out of any JSON. */
#include <json-c/json.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "net/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Whatever is let through is encrypted, and has no user in its address. */
static void look_at_url(const char *url)
{
	const char *host = strstr(url, "://");

	if (!host || strncmp(url, "http:", 5) == 0 || strncmp(url, "ldap:", 5) == 0 ||
		memchr(host + 3, '@', strcspn(host + 3, "/?")))
		__builtin_trap();
}

static void look(struct json_object *o)
{
	static const struct net_words words = {
		"6BC1077E-0000-1111-2222-333333333333", "a/b", "", "c"};
	struct net_key_source source;
	struct net_sink sink;
	char url[256];

	if (net_key_source_parse(o, &source, NULL) == 0) {
		look_at_url(source.url);
		if (net_template(source.url, &words, url, sizeof(url), NULL) == 0 &&
			strpbrk(url, "{} \n"))
			__builtin_trap();
		net_key_source_done(&source);
	}
	if (net_sink_parse(o, &sink, NULL) == 0) {
		look_at_url(sink.url);
		net_sink_done(&sink);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const types[] = {
		"https", "vault", "graph-export", "ldap", "webhook", "syslog"};
	char *text = calloc(1, size + 1);

	if (!text)
		return 0;
	if (size)
		memcpy(text, data, size);
	struct json_object *o = json_tokener_parse(text);
	look(o);
	json_object_put(o);
	/* the text as an address of each type */
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		o = json_object_new_object();
		(void)json_object_object_add(o, "type", json_object_new_string(types[i]));
		(void)json_object_object_add(o, "url", json_object_new_string_len(text, (int)size));
		look(o);
		json_object_put(o);
	}
	free(text);
	return 0;
}
