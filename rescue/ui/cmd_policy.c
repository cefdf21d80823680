/* SPDX-License-Identifier: GPL-3.0-or-later */
/* policy sign, verify, show. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "ui/ui.h"

#define PASSPHRASE_BYTES 1024U

static bool is_verb(const struct options *o, const char *verb)
{
	return strcmp(o->args[0], verb) == 0;
}

int check_policy(const struct options *o, struct rs_err *err)
{
	static const struct named_option of_sign[] = {{OPT_SECRET_KEY, "secret-key"},
		{OPT_PASSPHRASE_FD, "passphrase-fd"}, {OPT_ADD_RULE, "add-rule"},
		{OPT_EXPIRES, "expires"}};
	const bool is_sign = is_verb(o, "sign");
	unsigned least;
	int fd;

	if (!is_sign && !is_verb(o, "verify") && !is_verb(o, "show"))
		return rs_fail(err, RS_E_USAGE, "'%.64s' is not sign, verify or show", o->args[0]);
	for (size_t i = 0; !is_sign && i < sizeof(of_sign) / sizeof(of_sign[0]); i++)
		if (is_given(o, of_sign[i].id))
			return rs_fail_on(err, RS_E_USAGE, "policy", "--%s is for 'policy sign'",
				of_sign[i].name);
	if (is_sign && !o->secret_key)
		return rs_fail_on(err, RS_E_USAGE, "policy sign", "needs --secret-key FILE");
	if (is_verb(o, "verify") && !o->policy_keys)
		return rs_fail_on(err, RS_E_USAGE, "policy verify", "needs --policy-keys FILE");
	if (o->passphrase_fd && ui_parse_fd("--passphrase-fd", o->passphrase_fd, &fd, err) < 0)
		return err->code;
	return policy_read_floor(o->policy_floor, &least, err);
}

/* One line of a descriptor. */
static int read_passphrase(int fd, struct rs_secret *ret, struct rs_err *err)
{
	int r = rs_secret_init(ret, PASSPHRASE_BYTES, err);
	ssize_t n = 1;

	while (r == 0 && n > 0 && ret->len < ret->cap) {
		n = read(fd, ret->p + ret->len, ret->cap - ret->len);
		if (n < 0 && errno == EINTR && !term_is_cancelled())
			n = 1;
		else if (n < 0)
			return rs_fail_on(
				err, RS_E_IO_READ, "--passphrase-fd", "%s", strerror(errno));
		else
			ret->len += (size_t)n;
	}
	const uint8_t *end = r == 0 ? memchr(ret->p, '\n', ret->len) : NULL;
	if (end)
		ret->len = (size_t)(end - ret->p);
	return r;
}

static int passphrase(void *user, struct rs_secret *ret, struct rs_err *err)
{
	const struct options *o = user;
	int fd = -1;

	if (o->passphrase_fd)
		return ui_parse_fd("--passphrase-fd", o->passphrase_fd, &fd, err) < 0
			       ? err->code
			       : read_passphrase(fd, ret, err);
	int r = term_can_ask() ? term_ask_hidden("Passphrase of the secret key: ", ret, err) : 0;
	return r < 0	? r
	       : r == 1 ? 0
			: rs_fail(err, RS_E_POLICY_SECRET,
				  "a passphrase protects it, and nobody answered");
}

int cmd_policy(struct ui *ui, const struct rs_options *none, struct rs_report **ret)
{
	struct options *o = &ui->opt;
	const struct rs_policy_sign sign = {.file = o->args[1],
		.secret_key = o->secret_key,
		.keys = o->policy_keys,
		.rule = o->add_rule,
		.expires = o->expires,
		.passphrase = passphrase,
		.user = o};
	unsigned least = 0;

	(void)none;
	(void)policy_read_floor(o->policy_floor, &least, NULL); /* check_policy looked at it */
	if (is_verb(o, "sign"))
		return rs_policy_sign(ui->session, &sign, ret);
	return is_verb(o, "show")
		       ? rs_policy_show(ui->session, o->args[1], ret)
		       : rs_policy_verify(ui->session, o->args[1], o->policy_keys, least, ret);
}
