/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "ldap": a recovery password out of a directory. */
#include "net/ldap.h"
#include "net/serve.h"

int do_ldap(struct job *j, struct rs_err *err)
{
	const struct rs_view text = {j->secret.p, j->secret.len};
	auto_secret struct rs_secret key = {0};
	struct net_secret secret;

	int r = net_secret_parse(text, &secret, err);
	if (r < 0)
		return r;
	const struct ldap_ask ask = {.job = j,
		.url = job_text(j, "url"),
		.base = job_text(j, "base"),
		.ca = job_text(j, "ca"),
		.secret = &secret,
		.key_id = job_text(j, "key_id")};
	r = ldap_key(&ask, &key, err);
	if (r > 0)
		r = job_answer(j, NET_FRAME_KEY, key.p, key.len, err);
	net_secret_done(&secret);
	return r;
}
