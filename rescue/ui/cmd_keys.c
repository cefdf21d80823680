/* SPDX-License-Identifier: GPL-3.0-or-later */
/* unbrick keys: a key file that a passphrase opens. */
#include <string.h>

#include "ui/ui.h"

#define PASSPHRASE_MOST 512U

int check_keys(const struct options *o, struct rs_err *err)
{
	if (strcmp(o->args[0], "encrypt") != 0)
		return rs_fail_on(err, RS_E_USAGE, "keys", "'%.64s' is not encrypt", o->args[0]);
	if (o->n_keys > 1)
		return rs_fail_on(err, RS_E_USAGE, "keys", "one passphrase is enough");
	return report_file_check(o->args[2], NULL, err);
}

/* Its first line; a line end is no part of it. */
static int read_passphrase(const char *path, struct rs_secret *ret, struct rs_err *err)
{
	auto_file FILE *f = fopen(path, "re");
	int r = rs_secret_init(ret, PASSPHRASE_MOST, err);

	if (r < 0)
		return r;
	if (!f)
		return rs_fail_on(err, RS_E_IO_OPEN, path, "%m");
	(void)setvbuf(f, NULL, _IONBF, 0); /* or a part of it stays in a buffer */
	for (int c; ret->len < ret->cap && (c = fgetc(f)) != EOF && c != '\n' && c != '\r';)
		ret->p[ret->len++] = (uint8_t)c;
	return 0;
}

static int ask_once(const char *prompt, struct rs_secret *ret, struct rs_err *err)
{
	int r = term_ask_hidden(prompt, ret, err);

	if (r == 0)
		return rs_fail_on(
			err, RS_E_USAGE, "keys encrypt", "nobody is there to type a passphrase");
	return r < 0 ? r : 0;
}

/* Twice, as nobody sees what is typed. */
static int ask_passphrase(struct rs_secret *ret, struct rs_err *err)
{
	auto_secret struct rs_secret again = {0};
	int r = ask_once("New passphrase of the key file: ", ret, err);

	if (r == 0)
		r = ask_once("Once more: ", &again, err);
	if (r == 0 && (ret->len != again.len || memcmp(ret->p, again.p, again.len) != 0))
		return rs_fail_on(
			err, RS_E_KEY_NEW_PHRASE, "keys encrypt", "the two are not the same");
	return r;
}

int cmd_keys(struct ui *ui)
{
	const struct options *o = &ui->opt;
	auto_secret struct rs_secret passphrase = {0};
	auto_free char *text = NULL;
	struct rs_err err = {0};
	int r;

	ui_begin_take(ui, NULL);
	memory_warn();
	if (o->n_keys)
		r = read_passphrase(o->keys[0].value, &passphrase, &err);
	else
		r = ask_passphrase(&passphrase, &err);
	if (r == 0)
		r = rs_keys_seal(o->args[1], &passphrase, &text, &err);
	if (r == 0)
		(void)report_file_save(o->args[2], text, &err); /* in the error */
	return ui_end(ui, "the key file is encrypted", &err);
}
