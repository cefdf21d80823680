/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/secret.h"

#include <string.h>

#define PEM_BEGIN "-----BEGIN "
#define PEM_END	  "-----END "

/* The next line, without its end; false: there is none. */
static bool next_line(struct rs_view *rest, struct rs_view *ret)
{
	if (!rest->len)
		return false;
	const uint8_t *end = memchr(rest->p, '\n', rest->len);
	const size_t len = end ? (size_t)(end - rest->p) : rest->len;
	const size_t used = len + (end != NULL);

	*ret = (struct rs_view){rest->p, len && rest->p[len - 1] == '\r' ? len - 1 : len};
	*rest = (struct rs_view){rest->p + used, rest->len - used};
	return true;
}

static bool begins(struct rs_view line, const char *with)
{
	return line.len >= strlen(with) && memcmp(line.p, with, strlen(with)) == 0;
}

static bool is_section(struct rs_view line)
{
	return line.len >= 2 && line.p[0] == '[' && line.p[line.len - 1] == ']';
}

struct rs_view net_secret_section(struct rs_view text, const char *name)
{
	struct rs_view rest = text, line, from = text;
	bool is_in = !name[0];

	while (next_line(&rest, &line)) {
		if (!is_section(line))
			continue;
		if (is_in)
			return (struct rs_view){from.p, (size_t)(line.p - from.p)};
		is_in = line.len - 2 == strlen(name) && memcmp(line.p + 1, name, line.len - 2) == 0;
		from = rest;
	}
	return is_in ? from : (struct rs_view){NULL, 0};
}

/* A token of RFC 9110 and its value, which has no control characters. */
static bool is_header(struct rs_view line)
{
	const uint8_t *colon = memchr(line.p, ':', line.len);

	if (!colon || colon == line.p)
		return false;
	for (const uint8_t *p = line.p; p < line.p + line.len; p++) {
		const bool is_word = (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') ||
				     (*p >= '0' && *p <= '9') || *p == '-' || *p == '_';
		if (p < colon ? !is_word : *p < ' ' && *p != '\t')
			return false;
	}
	return true;
}

static bool take_value(struct rs_view line, const char *name, struct rs_view *ret)
{
	if (!begins(line, name))
		return false;
	line.p += strlen(name);
	line.len -= strlen(name);
	while (line.len && *line.p == ' ') {
		line.p++;
		line.len--;
	}
	*ret = line;
	return true;
}

static int append(struct rs_secret *to, struct rs_view bytes, size_t cap, struct rs_err *err)
{
	int r = to->p ? 0 : rs_secret_init(to, cap + 1, err);

	if (r < 0)
		return r;
	memcpy(to->p + to->len, bytes.p, bytes.len); /* all of it is a part of @cap bytes */
	to->len += bytes.len;
	return 0;
}

/* From its first line on to its last one. */
static int take_pem(struct rs_view *rest, struct rs_view first, size_t cap, struct net_secret *ret,
	struct rs_err *err)
{
	struct rs_view line = first;
	const bool is_key = memmem(first.p, first.len, "PRIVATE KEY", 11) != NULL;
	struct rs_secret *to = is_key ? &ret->key : &ret->certificate;

	if (is_key && ret->key.p)
		return rs_fail(err, RS_E_NET_CONFIG, "two private keys in one section");
	while (!begins(line, PEM_END))
		if (!next_line(rest, &line))
			return rs_fail(err, RS_E_NET_CONFIG, "a certificate or key without an end");
	const uint8_t *end = rest->len ? rest->p : line.p + line.len;
	int r = append(to, (struct rs_view){first.p, (size_t)(end - first.p)}, cap, err);
	if (r == 0 && to->p[to->len - 1] != '\n')
		r = append(to, (struct rs_view){(const uint8_t *)"\n", 1}, cap, err);
	return r;
}

int net_secret_parse(struct rs_view section, struct net_secret *ret, struct rs_err *err)
{
	struct rs_view rest = section, line;
	const size_t cap = section.len + 1; /* a line end more than there was */
	unsigned number = 0;
	int r = 0;

	*ret = (struct net_secret){0};
	while (r == 0 && next_line(&rest, &line)) {
		number++;
		if (!line.len || line.p[0] == '#' || take_value(line, "user:", &ret->user) ||
			take_value(line, "password:", &ret->password))
			continue;
		if (begins(line, PEM_BEGIN))
			r = take_pem(&rest, line, cap, ret, err);
		else if (!is_header(line))
			r = rs_fail(err, RS_E_NET_CONFIG, "line %u of its section is no header",
				number);
		else if (ret->n_headers == NET_HEADERS_MOST)
			r = rs_fail(err, RS_E_NET_CONFIG, "more than %u headers", NET_HEADERS_MOST);
		else
			ret->headers[ret->n_headers++] = line;
	}
	if (r == 0 && !ret->certificate.p != !ret->key.p)
		r = rs_fail(err, RS_E_NET_CONFIG, "a client certificate and its key go together");
	if (r < 0)
		net_secret_done(ret);
	return r;
}

void net_secret_done(struct net_secret *s)
{
	rs_secret_done(&s->certificate);
	rs_secret_done(&s->key);
	*s = (struct net_secret){0};
}
