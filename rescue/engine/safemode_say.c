/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a person has to know before a Windows starts in Safe Mode, or as usual again. */
#include "engine/bootconf.h"

#define BY_HAND "bcdedit /deletevalue {default} safeboot"

static void say(struct rs_report *r, const char *text)
{
	report_add_text(&r->kept, &r->run.safe_mode.texts, text);
}

void en_safe_say_on(struct rs_report *r, const struct win_loader *l, enum boot_mode after,
	const struct en_volume *v)
{
	const bool is_known = v && v->is_windows;

	say(r, "It starts so until it is set back: by Unbrick, whose stick does that when it is "
	       "started again (by itself; in the mode technician it asks first), or in Safe Mode "
	       "at a command prompt of an administrator: " BY_HAND);
	say(r, "By default BitLocker does not ask for the recovery key because of this setting; a "
	       "site's policy may let it ask, once.");
	say(r, "In Safe Mode a password that this computer knows is needed: PIN, Windows Hello and "
	       "smart card may not work.");
	say(r, "There: do what the advisory of the incident says (rename the file that it names, "
	       "take "
	       "the driver or the update back), set it back, and restart.");
	say(r, "A Windows that is hibernated, or was shut down by Fast Startup, wakes up instead "
	       "of "
	       "starting.");
	if (!l->is_default)
		say(r, "This entry is not the one that is started when nobody chooses: choose it "
		       "in "
		       "the boot manager's menu.");
	if (l->has_shell)
		say(r, "A command prompt comes in place of the desktop: somebody set that, and "
		       "BitLocker would notice that it is gone.");
	if (after == BOOT_DIRECTORY)
		say(r, "Of a domain controller: sign in as .\\Administrator with the password of "
		       "Directory "
		       "Services Restore Mode.");
	else if (!is_known || v->win.is_domain_controller)
		say(r, is_known ? "This is a domain controller: nobody of the domain can sign in "
				  "there "
				  "without another one; Directory Services Restore Mode is for it."
				: "If it is a domain controller, nobody of the domain can sign in "
				  "there "
				  "without another one; Directory Services Restore Mode is for "
				  "it.");
}

void en_safe_say_off(struct rs_report *r, bool is_of_others, bool is_in_one)
{
	if (is_of_others)
		say(r, "Somebody else set this; what it was set to is in this report.");
	if (is_in_one)
		say(r, "Somebody else had set another Safe Mode before Unbrick: it starts in that "
		       "one "
		       "again. To let it start as usual, set it back once more.");
}
