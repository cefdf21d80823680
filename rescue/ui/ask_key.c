/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The screen as a source of keys: what opens a volume is asked of whoever sits there. */
#include "ui/keymap.h"
#include "ui/tui.h"

static bool has_recovery(const struct rs_key_request *q)
{
	for (unsigned i = 0; i < q->n_protectors; i++)
		if (bl_is_kind(q->protectors[i].protection, BL_P_RECOVERY))
			return true;
	return false;
}

static int on_key(const struct rs_key_source *self, const struct rs_key_request *q,
	struct rs_secret *ret, struct rs_err *err)
{
	struct tui *t = self->user;
	struct key_entry *e = &t->secret->entry;

	if (term_is_cancelled() || !has_recovery(q)) /* the error says what opens it */
		return 0;
	*e = (struct key_entry){0};
	t->asked = q;
	const int screen = consoles_private_fd(&t->consoles);
	if (screen >= 0)
		keymap_digits(screen);
	tui_ask(t, SCREEN_UNLOCK);
	keymap_restore();
	t->asked = NULL;
	const bool is_complete = key_entry_is_complete(e) && !term_is_cancelled();
	int r = is_complete ? key_entry_take(e, ret, err) : 0;
	rs_wipe(t->secret, sizeof(*t->secret));
	return r < 0 ? r : is_complete;
}

const struct rs_key_source tui_keys = {"the keyboard", NULL, RS_KEY_TYPED, on_key};
