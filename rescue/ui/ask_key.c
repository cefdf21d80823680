/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The screen as a source of keys: what opens a volume is asked of whoever sits there. */
#include "ui/keymap.h"
#include "ui/tui.h"

bool key_request_takes(const struct rs_key_request *q, unsigned kind)
{
	for (unsigned i = 0; i < q->n_protectors; i++)
		if (bl_is_kind(q->protectors[i].protection, kind))
			return true;
	return false;
}

static void ask_recovery(struct tui *t)
{
	const int screen = consoles_private_fd(&t->consoles);

	if (screen >= 0)
		keymap_digits(screen);
	tui_ask(t, SCREEN_UNLOCK);
	keymap_restore();
}

/* Hidden at first, whatever is so with digits: they are of use once, a passphrase is a person's. */
static void ask_passphrase(struct tui *t)
{
	const bool was_hidden = t->consoles.is_hidden;

	t->consoles.is_hidden = true;
	tui_ask(t, SCREEN_PASSPHRASE);
	t->consoles.is_hidden = was_hidden;
}

/* What was entered; 1 a recovery password, 2 a passphrase, 3 a stick's file, 0 nothing. */
static int take(struct tui *t, struct rs_secret *ret, struct rs_err *err)
{
	struct tui_secret *s = t->secret;
	int r = 0;

	if (term_is_cancelled())
		return 0;
	const struct rs_stick_key *stick = t->sticks.is_taken ? sticks_key(t) : NULL;
	if (stick)
		return rs_secret_set(ret, stick->bytes.p, stick->bytes.len, err) < 0 ? err->code
										     : 3;
	if (t->by_passphrase && s->passphrase.is_entered)
		r = passphrase_take(&s->passphrase, ret, err) < 0 ? err->code : 2;
	else if (!t->by_passphrase && key_entry_is_complete(&s->entry))
		r = key_entry_take(&s->entry, ret, err) < 0 ? err->code : 1;
	return r;
}

static int on_key(const struct rs_key_source *self, const struct rs_key_request *q,
	struct rs_secret *ret, struct rs_err *err)
{
	struct tui *t = self->user;
	const bool has_passphrase = q->is_key_file || key_request_takes(q, BL_P_PASSPHRASE);
	const bool has_other =
		key_request_takes(q, BL_P_RECOVERY) || key_request_takes(q, BL_P_STARTUP_KEY);

	if (term_is_cancelled() || (!has_other && !has_passphrase))
		return 0; /* the error says what opens it */
	if (q->attempt == 1)
		t->by_passphrase = has_passphrase && !key_request_takes(q, BL_P_RECOVERY);
	t->was_passphrase = t->by_passphrase;
	t->asked = q;
	supervisor_say(&t->supervisor, LINK_ASKS, NULL);
	do {
		t->is_switched = false;
		if (t->by_passphrase)
			ask_passphrase(t);
		else
			ask_recovery(t);
	} while (t->is_switched && !term_is_cancelled());
	t->asked = NULL;
	const int r = take(t, ret, err);
	sticks_done(t);
	rs_wipe(t->secret, sizeof(*t->secret));
	return r;
}

/* One line of it; 1: it is in @ret. */
static int take_line(struct tui *t, bool is_user, struct rs_secret *ret, struct rs_err *err)
{
	struct passphrase *line = &t->secret->passphrase;
	const bool was_hidden = t->consoles.is_hidden;
	int r = 0;

	t->is_user_asked = is_user;
	t->consoles.is_hidden = !is_user;
	tui_ask(t, SCREEN_ACCOUNT);
	t->consoles.is_hidden = was_hidden;
	if (!term_is_cancelled() && line->is_entered)
		r = passphrase_take(line, ret, err) < 0 ? err->code : 1;
	rs_wipe(line, sizeof(*line));
	return r;
}

static int on_account(const struct rs_key_source *self, const struct rs_account_request *q,
	struct rs_secret *ret_user, struct rs_secret *ret, struct rs_err *err)
{
	struct tui *t = self->user;

	if (term_is_cancelled())
		return 0;
	t->account = q;
	supervisor_say(&t->supervisor, LINK_ASKS, NULL);
	int r = q->is_login ? take_line(t, true, ret_user, err) : 1;
	if (r == 1)
		r = take_line(t, false, ret, err);
	t->account = NULL;
	return r;
}

const struct rs_key_source tui_keys = {
	"the keyboard", NULL, RS_KEY_TYPED, true, on_key, on_account};
