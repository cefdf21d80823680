/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Words of the field, and only what can be done from where the person stands. A new trouble is a
 * row here; of rows with the same code the first that fits counts. */
#include "ui/advice.h"

#include <stdio.h>
#include <string.h>

#define AHCI                                                                                       \
	"Do not just switch the firmware from RAID (RST, VMD) to AHCI: Windows may not start at "  \
	"all then, and BitLocker may ask for its recovery key."
#define OF_PROMPT "t the command prompt of Windows' recovery environment"
#define PROMPT	  "A" OF_PROMPT
#define AT_PROMPT "a" OF_PROMPT

/* ---- which kind of it ---- */

static const struct run_volume *volume_of(const struct rs_run *run, const struct rs_err *e)
{
	for (size_t i = 0; run && i < run->n_disks; i++)
		for (size_t k = 0; k < run->disks[i].n_volumes; k++)
			if (strcmp(run->disks[i].volumes[k].name, e->object) == 0)
				return &run->disks[i].volumes[k];
	return NULL;
}

static enum member_kind member_of(const struct rs_run *run, const struct rs_err *e)
{
	const struct run_volume *v = volume_of(run, e);

	if (v && v->member.kind != MEMBER_NONE)
		return v->member.kind;
	for (size_t i = 0; run && i < run->n_disks; i++)
		if ((v && v >= run->disks[i].volumes &&
			    v < run->disks[i].volumes + run->disks[i].n_volumes) ||
			strcmp(run->disks[i].path, e->object) == 0)
			return run->disks[i].member.kind;
	return MEMBER_NONE;
}

static bool is_dynamic(const struct rs_run *run, const struct rs_err *e)
{
	return member_of(run, e) == MEMBER_DYNAMIC;
}

static bool is_spaces(const struct rs_run *run, const struct rs_err *e)
{
	return member_of(run, e) == MEMBER_SPACES;
}

static bool is_firmware(const struct rs_run *run, const struct rs_err *e)
{
	return member_of(run, e) == MEMBER_FIRMWARE;
}

static bool is_refs(const struct rs_run *run, const struct rs_err *e)
{
	const struct run_volume *v = volume_of(run, e);

	return v && (strcmp(v->part.fs_type, "ReFS") == 0 ||
			    (v->bitlocker && v->bitlocker->inside == RUN_INSIDE_REFS));
}

/* A person said so, and nothing is wrong with the journal. */
static bool is_forbidden(const struct rs_run *run, const struct rs_err *e)
{
	(void)run;
	return strstr(e->detail, "forbidden");
}

/* A person named it: no rule is to be asked. */
static bool is_of_drivers(const struct rs_run *run, const struct rs_err *e)
{
	(void)e;
	return run && run->command &&
	       (strcmp(run->command, "disable") == 0 || strcmp(run->command, "safe") == 0);
}

/* ---- the table ---- */

static const struct advice table[] = {
	{ADVICE_NO_DISK, NULL, "No disk was found",
		"This system sees no disk at all. Mostly the disk is there and hidden behind a "
		"controller in RAID mode (Intel RST or VMD), which may need a driver that is not "
		"here.",
		"Look into the firmware's setup: does it list the disk? If it does not, the disk, "
		"its seat or its cable has failed. If it does, look how the storage is set (VMD, "
		"RST, RAID On) before you change anything. " AHCI,
		"Put the disk into another machine or into a USB case and start from there; or use "
		"Windows' own recovery environment with the maker's storage driver."},
	{RS_E_KEY_NEEDED, NULL, "No key at hand",
		"The disk is encrypted with BitLocker. Nothing but its key opens it: no password "
		"of Windows does, and nobody gets round it.",
		"Give the help desk the key ID above (the first eight characters do), the computer "
		"name and the serial number: they find the key in Entra ID, Intune or Active "
		"Directory. A private person finds it at aka.ms/myrecoverykey with the Microsoft "
		"account of the machine's first user.",
		"A printout or file from the day it was encrypted: its name has the key ID. A key "
		"file can also lie on a stick (keys.txt). Without any key only a backup has the "
		"files."},
	{RS_E_KEY_OTHER, NULL, "It has no recovery key: something else opens it",
		"BitLocker was set up here without a recovery key of 48 digits. The line above "
		"says what opens the volume.",
		"A startup key is a hidden file (.BEK) on a USB stick: find that stick, and put it "
		"in. A "
		"passphrase: ask the person who types it when the machine starts.",
		"A data volume that opens by itself has its key in the Windows beside it: open "
		"that Windows first."},
	{RS_E_KEY_REJECTED, NULL, "Wrong key: it belongs to another volume",
		"The digits are a proper recovery key, and not one of this volume. Each volume has "
		"its own, and it changes when BitLocker is switched off and on again.",
		"Compare the key ID shown here, from its first character, with the one beside the "
		"key that you were given, and ask for the one with this ID.",
		"Where the help desk has several for this computer, the newest is mostly right."},
	{ADVICE_WRONG_PASSPHRASE, NULL, "Wrong passphrase",
		"Nothing that was typed opens this volume. Capitals count, and a keyboard of "
		"another layout gives other characters for the same keys.",
		"Ask the person who types it when the machine starts, and on which keyboard. On "
		"this machine's own screen F11 shows what is typed, and Left and Right choose the "
		"layout.",
		"Where it has a recovery key, that opens it, too: try again and give that."},
	{RS_E_KEY_FORMAT, NULL, "A digit of the key is wrong",
		"Each of the eight groups carries a check of its own, and one of them fails it: "
		"something was misread or misheard.",
		"Compare the group named above with the paper or screen, or have it read out "
		"again. 1 and 7, 0 and 8, 3 and 8 are the usual ones.",
		""},
	{RS_E_KEY_FILE, NULL, "The key file has no key for this",
		"The file was read, and no key in it can be used here.",
		"It may hold one key, lines of key ID and key, or be the text file that Windows "
		"saves. Startup keys (.BEK) are given as such.",
		"Type the 48 digits instead."},
	{RS_E_KEY_SEALED, NULL, "This passphrase does not open the key file",
		"The key file is encrypted, and this is not its passphrase; or the file was "
		"changed.",
		"Type it once more: capital letters and the layout of the keyboard count.",
		"Type the 48 digits instead."},
	{RS_E_BL_NO_PROTECTOR, NULL, "Only its own computer opens this disk",
		"No recovery key was ever made: the key lies in the computer's TPM, on a card or "
		"in the directory, and none of these can be asked from here.",
		"Put the disk back into its own computer. If Windows starts there: manage-bde "
		"-protectors -add C: -recoverypassword makes a key.",
		""},
	{RS_E_BL_DAMAGED, NULL, "BitLocker's own data are damaged",
		"The volume is encrypted, and what is needed to open it is damaged on the disk. "
		"The key alone does not help any more.",
		"Copy the whole disk first. Then Microsoft's repair-bde with the recovery key may "
		"get the data out, onto another disk.",
		"If the data matter and that fails, this is one for a data recovery laboratory."},
	{RS_E_CONVERSION, NULL, "BitLocker is half way",
		"Windows was encrypting or decrypting this volume when it stopped: one part is in "
		"clear, one is not. It is not written from here.",
		"Let Windows start and finish. If it does not start: " AT_PROMPT ", manage-bde "
		"-unlock C: -rp and the key, then manage-bde -off C:, and wait until it is done.",
		""},
	{RS_E_HIBERNATED, NULL, "Windows is hibernated, not shut down",
		"It sleeps on this disk (hibernated, or shut down with Fast Startup) and keeps its "
		"own picture of the disk in memory. Changed beneath it, the disk would be damaged "
		"when it wakes up.",
		"Start Windows and shut it down with Shift held. If it does not start any "
		"more: h at the findings drops what it would resume from, after a question. What "
		"was open in Windows is lost then. Then try again here.",
		"Everything can be looked at and copied meanwhile; reading does no harm."},
	{RS_E_LOG_UNCLEAN, is_forbidden, "The journal has changes that are not applied",
		"Windows crashed in the middle of its work. It was said not to apply what it left "
		"in the journal, and without that nothing is written.",
		"Let Windows' recovery environment look at the disk once, which applies the "
		"journal. Or change what said so, and start again: on a stick it is the line "
		"'replay' of its settings.",
		"Everything can be looked at and copied meanwhile; reading does no harm."},
	{RS_E_LOG_UNCLEAN, NULL, "The journal is open and cannot be applied here",
		"Windows crashed in the middle of its work. What it left in the journal could not "
		"be read or understood whole: the line above says why.",
		"Is it a copy or an image? Then make sure that it is whole: one that was cut short "
		"ends like this. Otherwise let Windows' recovery environment look at the disk "
		"once, "
		"which applies the journal.",
		""},
	{RS_E_LOG_TORN, NULL, "The journal is damaged",
		"What Windows was about to change when it crashed can no longer be read whole, so "
		"the disk cannot be brought to a sound state from here.",
		PROMPT ", run chkdsk C: /f (the letter may differ there; manage-bde -unlock comes "
		       "first with BitLocker), then come back.",
		"Save the person's files before that: reading works."},
	{RS_E_LOG_UNSUPPORTED, NULL, "The journal is one that only Windows can apply",
		"Windows left changes in a form that is not known here. A part of them is never "
		"applied, so nothing was.",
		"Start Windows' recovery environment once and open its command prompt: that "
		"applies the journal. Then come back.",
		"Please report the line above: it names what is missing."},
	{RS_E_LOG_CHECK, NULL, "The file system was damaged before the crash",
		"The journal was tried out in memory, and the outcome is not sound.",
		"Save the person's files first: reading works. Then, " AT_PROMPT ", chkdsk C: /f.",
		"Have the disk's health looked at: a failing disk makes such damage."},
	{RS_E_LOG_LOSERS, NULL, "Somebody has to decide about the journal",
		"Windows was in the middle of changes that never ended. To go on they are taken "
		"back, as Windows itself would do.",
		"Try again and answer the question with yes.", ""},
	{RS_E_HELD, NULL, "Another machine may hold this disk",
		"The disk belongs to a cluster or was reserved by another machine. Two machines "
		"that write to one NTFS destroy it.",
		"Ask those who run the cluster: take the disk out of its service there, or do the "
		"repair on the machine that holds it.",
		""},
	{RS_E_PART_OF_SET, is_dynamic, "A dynamic disk of Windows",
		"Windows' disk management made this disk a part of a set (a mirror, a stripe or a "
		"spanned volume). Changed alone, the parts would no longer agree.",
		"Repair it where all disks of the set are known: in Windows' recovery environment "
		"on its own computer.",
		"A simple volume on one dynamic disk can be read here, and its files copied."},
	{RS_E_PART_OF_SET, is_spaces, "A part of Storage Spaces",
		"The disk is one of a pool of Storage Spaces; only Windows puts that together.",
		"Repair it in Windows' recovery environment, with all disks of the pool attached.",
		""},
	{RS_E_PART_OF_SET, is_firmware, "A part of a RAID",
		"The firmware (Intel RST and the like) joined this disk with others. Changed "
		"alone, the halves of a mirror would differ, and both look sound.",
		"Attach every disk of the set: Intel's sets are then put together by the stick and "
		"appear as one disk, /dev/md...; choose that one. " AHCI,
		"Or repair it in Windows' recovery environment with the controller's driver."},
	{RS_E_PART_OF_SET, NULL, "A part of a larger set of disks",
		"Something on this disk says that it is one part of several. Changed alone, the "
		"parts would no longer agree.",
		"Put the whole set together and choose that.",
		"If the mark is left over from an earlier life of the disk, work on a copy."},
	{RS_E_READ_ONLY, NULL, "The disk cannot be written",
		"A switch, the permissions, or the disk itself forbids it; some disks that fail "
		"only let themselves be read any more.",
		"Look for a switch on the card or case; start this as root. Try another cable or "
		"port.",
		"If a disk in a laptop is read-only by itself, it is at its end: copy it first."},
	{RS_E_CHANGED, NULL, "Something changed meanwhile",
		"Between the plan and your key a file became another one. An old plan is never "
		"carried out.",
		"Make sure that nothing else uses the disk, and look again with Enter.", ""},
	{RS_E_UNDO, NULL, "The files cannot simply go back",
		"Before the first file is moved all places were looked at, and one is not as it "
		"was: its name is taken again, its folder is gone, or the file was changed.",
		"The plan below says for each file what is in the way, and the step to take.",
		"It may be better to leave them: where the vendor's program has fetched a new file "
		"already, nothing need be put back."},
	{RS_E_UNSAFE_PATH, NULL, "A link stands where a folder should be",
		"Following it could write to another place than the one shown.",
		PROMPT ", look at the folder named above, and rename the link if it does not "
		       "belong there.",
		""},
	{RS_E_GUARD, is_of_drivers, "This driver stays enabled",
		"A start of this Windows may need it: the line above says why that is believed.",
		"Esc, the disks. Then choose another driver.", ""},
	{RS_E_GUARD, NULL, "Refused for safety",
		"Something does not fit what the rule expects, for example far too many files.",
		"Read the reason above, and take it to those who wrote the rule.", ""},
	{RS_E_UNPROVEN, NULL, "This quarantine may be somebody else's",
		"Any user of a Windows could have made this folder and named any file in it. "
		"Nothing that it says is done without a person's yes.",
		"If you made the repair yourself, answer for each file after a look at both "
		"places. If you do not know it, leave it.",
		""},
	{RS_E_PENDING, NULL, "An update or upgrade of Windows is half way",
		"At its next start Windows goes on with its own setup and replaces whole folders: "
		"a repair now would be lost, or break it.",
		"If Windows does not get through it: in its recovery environment choose "
		"Troubleshoot, Advanced options, Uninstall Updates (the latest feature update). "
		"For a monthly update, " AT_PROMPT ": dism /image:C:\\ /cleanup-image "
		"/revertpendingactions. Then come back.",
		"A first installation has nothing to go back to: begin it anew."},
	{RS_E_RENAME, NULL, "Windows is about to replace the same file",
		"A rename waits for the next start of Windows, and it would undo this.",
		"If the new file is the vendor's repaired one, nothing else need be done: start "
		"Windows. Otherwise try again and answer the question.",
		"Or delete the value PendingFileRenameOperations in Windows' recovery environment "
		"(reg load)."},
	{RS_E_NEIGHBOUR, NULL, "Another Windows sleeps and has this volume open",
		"It keeps what it knows of this volume in memory and goes on with that when it "
		"wakes up: what is written meanwhile would be damaged.",
		"Start the Windows named above and shut it down with Shift held. If it does not "
		"start: " AT_PROMPT ", del /a X:\\hiberfil.sys with its letter.",
		""},
	{RS_E_NEIGHBOUR_LOCKED, NULL, "A locked volume may hold a Windows that sleeps",
		"A Windows in the locked volume may have this one open. Nobody can look without "
		"its key.",
		"Try again and give the key of that volume, too.",
		"If you know that no Windows sleeps there, answer the question with yes."},
	{RS_E_NO_SPACE, NULL, "The volume is full to the last byte",
		"The quarantine needs a few kilobytes, and there is no room even for that.",
		PROMPT ", del /a C:\\pagefile.sys: Windows makes it again by itself.", ""},
	{RS_E_NO_WINDOWS, NULL, "No Windows on this disk",
		"Every volume that could be read was looked at, and none holds a Windows. The "
		"lines below say what each is.",
		"Is it the right disk? A second one may be inside; a locked one needs its key "
		"first; one behind a RAID controller may not be seen.",
		"If the person's Windows was here, its files are gone: go by the backup."},
	{RS_E_NOT_OPENED, is_refs, "ReFS: it is not opened here",
		"The volume is formatted with ReFS, Microsoft's newer file system of servers and "
		"Dev Drives. Only Windows reads it.",
		"Repair it in Windows, or in the recovery environment of a Windows that is at "
		"least as new as the one that wrote it.",
		""},
	{RS_E_NOT_OPENED, NULL, "A kind of volume that is not opened here",
		"The volume may hold the Windows, in a container that needs a tool of its own. The "
		"line above names it.",
		"Open it with that tool; where that gives a device of its own, choose that one "
		"here.",
		""},
	{RS_E_ENCRYPTED, NULL, "Encrypted by another product?",
		"There is no file system, and the bytes look random, as good encryption leaves "
		"them (VeraCrypt, DiskCryptor, McAfee, Sophos, Check Point ...). A wiped disk "
		"looks the same.",
		"Ask those who manage the machine what encrypts it, and use the rescue disk of "
		"that product to decrypt it. Then come back.",
		""},
	{RS_E_VIRTUAL_DISK, NULL, "Windows may start from a virtual disk (VHD)",
		"There is no Windows on this volume, but a virtual disk: Windows can start from "
		"such a file (native boot).",
		"Copy the file to another disk, make a raw image of it (qemu-img convert -O raw), "
		"and choose that here.",
		"Or attach it in Windows, or in its recovery environment (diskpart, select vdisk, "
		"attach vdisk)."},
	{RS_E_CONTAINER, NULL, "An image file that is packed",
		"The disk is inside of the file named above, in a format of virtual machines or "
		"forensics.",
		"Make a raw image of it on another disk first (of a virtual machine: qemu-img "
		"convert -O raw).",
		""},
	{RS_E_CONTAINER_CHILD, NULL, "An image that is only a part",
		"It holds the changes since a snapshot or checkpoint; all else lies in its parent.",
		"Merge it where it was made (Hyper-V: delete the checkpoint or merge the disk; "
		"others: delete the snapshot). Converted alone, everything in the parent is lost.",
		"Or attach it in Windows."},
	{RS_E_UNSUPPORTED, NULL, "This is not supported here",
		"What the line above names is known, and not handled.",
		"Use Windows' own tools for it.", ""},
	{RS_E_BL_VISTA, NULL, "BitLocker of Windows Vista",
		"Its data have another form than those of all later versions.",
		"Unlock it with Windows 7 or later.", ""},
	{RS_E_BL_METHOD, NULL, "An encryption method that is not known here",
		"BitLocker names a cipher that no Windows up to now had.",
		"Unlock it with the version of Windows that encrypted it.", ""},
	{RS_E_NOT_NTFS, NULL, "No NTFS is on this volume",
		"Windows lives on NTFS, and this volume holds something else, or nothing that is "
		"known.",
		"Choose another disk or volume. If it did hold Windows, its beginning was "
		"overwritten: copy the disk before anything else.",
		""},
	{RS_E_IO_READ, NULL, "The disk has read errors",
		"The disk did not give back what is written on it. It may be dying, and each hour "
		"that it runs can be its last.",
		"Switch off, try another cable or port once. Then copy the whole disk to a new one "
		"(ddrescue) before anything else, and repair the copy.",
		"If only the person's files matter, copy those first. Do not run chkdsk on a disk "
		"that fails: it writes to it."},
	{RS_E_IO_WRITE, NULL, "The disk did not take a write",
		"The order of writes leaves the old state, or one that can be finished. But the "
		"disk or its cable fails.",
		"Try another cable or port, then the same repair again: it goes on where it "
		"stopped.",
		"If it fails again, copy the disk and repair the copy."},
	{RS_E_CUT_SHORT, NULL, "It stopped after the disk was written",
		"In the middle of the writes something was not as it was a moment ago. The disk "
		"may have lost it, or read it wrongly: it says nothing about the file system.",
		"Try another cable or port, then the same repair again: it goes on where it "
		"stopped. Undo takes back what was done; a journal's replay r finishes, too.",
		"If it stops again, copy the disk and repair the copy."},
	{RS_E_IO_OPEN, NULL, "It cannot be opened",
		"The disk or file named above is not there, or not for this user.",
		"Check the name. Disks of the machine need root.", ""},
	{RS_E_TRUNCATED, NULL, "The disk is shorter than its contents",
		"Its own tables speak of more than is there: mostly a copy that was not complete.",
		"Make the copy again, completely. What is there can be read.", ""},
	{RS_E_TABLE, NULL, "The partition table is damaged",
		"What says where the volumes begin does not fit itself, so none is touched.",
		"Copy the disk. Then gdisk or testdisk mend the table from its second copy.", ""},
	{RS_E_NTFS_DAMAGED, NULL, "The file system is damaged",
		"NTFS contradicts itself in a place that must be sound. Nothing is written to "
		"such a volume.",
		"Save the person's files first: reading works as far as it can. Then, " AT_PROMPT
		", chkdsk C: /f.",
		"Have the disk's health looked at."},
	{RS_E_HIVE, NULL, "Windows' registry is empty or damaged",
		"A file of the registry that Windows needs to start is empty, cut off or damaged: "
		"that alone keeps it from starting.",
		"In Windows' recovery environment use System Restore with a restore point from "
		"before. If the line above says that a copy is in RegBack: " AT_PROMPT
		", copy it to System32\\config.",
		"Nothing here restores it. If both fail: save the files, reinstall Windows."},
	{RS_E_MANIFEST, NULL, "The list of this quarantine is damaged",
		"What was moved where can no longer be read safely, so nothing is put back by it.",
		"The files are whole in the folder named above. Move them back by hand in Windows "
		"or its recovery environment.",
		""},
	{RS_E_MANIFEST_GONE, NULL, "The list of this quarantine is gone",
		"An antivirus or chkdsk took it away. The moved files are still there.",
		"Try undo: it goes by the report beside it, where that is still ours. Otherwise "
		"move them back by hand in Windows' recovery environment.",
		""},
	{RS_E_PLAN_FILE, NULL, "No place for the journal's safety copy",
		"Before the journal is applied, the bytes before and after are saved in a file, "
		"and that could not be made. Nothing of that volume was changed.",
		"Put the stick back in, or make room on it.", ""},
	{RS_E_VERIFY, NULL, "The result is not what was planned",
		"All was written, read back, and something else is there.",
		"Do not start Windows from this disk. Save the report, copy the disk, and ask for "
		"help.",
		"Undo may be safe: look at its plan first."},
	{RS_E_NOT_KEPT, NULL, "The disk does not keep what is written",
		"It acknowledged every write and gave back something else: a failing or fake disk, "
		"or a write protection that nobody announces.",
		"Do not start Windows from this disk. Copy it to a sound one and repair the copy.",
		""},
	{RS_E_BUSY, NULL, "The disk is in use",
		"Something else has it open: a mounted volume, or another run of this program.",
		"End that first (the line above says what, where it is known), then try again.",
		""},
};

const struct advice *advice_at(size_t i)
{
	return i < sizeof(table) / sizeof(table[0]) ? &table[i] : NULL;
}

const struct advice *advice_find(const struct rs_run *run, const struct rs_err *e)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (table[i].code == e->code && (!table[i].fits || table[i].fits(run, e)))
			return &table[i];
	return NULL;
}

/* ---- what a look at the disks tells already ---- */

/* An upgrade in any of them is in the way. */
static bool is_upgrading(const struct run_volume *v)
{
	bool ret = false;

	for (size_t i = 0; i < v->n_windows; i++)
		ret |= run_is_judgeable(v, i) && v->windows[i].setup_in_progress;
	return ret;
}

bool advice_of_volume(const struct run_volume *v, size_t i, struct rs_err *ret)
{
	const struct nt_state *s = v->ntfs ? &v->ntfs->state : NULL;
	const struct run_journal *j = v->ntfs ? &v->ntfs->journal : NULL;
	const struct win_info *w = v->chosen ? v->chosen : v->n_windows ? v->windows : NULL;
	/* X(is it so, its code, the cause) */
	const struct {
		bool is_so;
		int code;
		const char *detail;
	} all[] = {
		{v->member.kind == MEMBER_CLUSTER, RS_E_HELD, v->member.text},
		{v->member.kind != MEMBER_NONE && v->member.kind != MEMBER_CLUSTER,
			RS_E_PART_OF_SET, v->member.text},
		{v->err.code && v->err.code != RS_E_KEY_NEEDED && v->err.code != RS_E_NOT_NTFS,
			v->err.code, v->err.detail},
		{v->passed_code, v->passed_code, v->passed_over},
		{s && s->is_hibernated, RS_E_HIBERNATED, s ? s->hibernation : ""},
		{j && j->refused.code, j ? j->refused.code : 0, j ? j->refused.detail : ""},
		{is_upgrading(v), RS_E_PENDING, ""},
		{w && w->hive_fault[0], RS_E_HIVE, w ? w->hive_fault : ""},
	};

	for (size_t k = 0; k < sizeof(all) / sizeof(all[0]); k++)
		if (all[k].is_so && i-- == 0) {
			(void)rs_fail_on(ret, all[k].code, v->name, "%s", all[k].detail);
			return true;
		}
	return false;
}

bool advice_of_disk(const struct run_disk *d, struct rs_err *ret)
{
	if (d->member.kind != MEMBER_NONE)
		(void)rs_fail_on(ret,
			d->member.kind == MEMBER_CLUSTER ? RS_E_HELD : RS_E_PART_OF_SET, d->path,
			"%s", d->member.text);
	else
		*ret = d->err;
	return ret->code;
}

/* ---- on a page ---- */

void advice_draw(const struct advice *a, struct page *p)
{
	page_blank(p);
	page_say(p, false, "%s", a->means);
	page_say(p, true, "Now: %s", a->now);
	if (a->or_else[0])
		page_say(p, false, "Else: %s", a->or_else);
}

static void say_hindrance(
	const struct rs_run *run, const char *where, const struct rs_err *e, struct page *p)
{
	const struct advice *a = advice_find(run, e);

	page_say(p, true, "    ! %s: %s%s%s%s", where, a ? a->title : rs_err_info(e->code)->text,
		e->detail[0] ? " (" : "", e->detail, e->detail[0] ? ")" : "");
}

void say_hindrances(const struct rs_run *run, const struct run_disk *d, struct page *p)
{
	struct rs_err e = {0};
	char where[32];

	if (advice_of_disk(d, &e))
		say_hindrance(run, "the disk", &e, p);
	for (size_t i = 0; i < d->n_volumes; i++)
		for (size_t k = 0; advice_of_volume(&d->volumes[i], k, &e); k++) {
			(void)snprintf(where, sizeof(where), "volume %u", d->volumes[i].number);
			say_hindrance(run, where, &e, p);
		}
}
