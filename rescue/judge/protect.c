/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The one table of what no rule may quarantine, whatever it says: without these Windows does not
 * start, loses its disk, its registry or its security. Asked twice: when a rule is parsed (a
 * pattern that could reach one is refused) and for every file found.
 *
 * Sources: the boot-start drivers with ErrorControl 3 and the storage, file system and class filter
 * drivers of a Windows 10; Microsoft's minimum list for stop 0x7B; ELAM and disk encryption
 * drivers; csagent.sys, which only read the bad content of 2024-07-19. */
#include <stdio.h>
#include <string.h>

#include "judge/rule_internal.h"

/* Names in any folder; a driver's name stands for its file. */
static const char *const names[] = {
	/* kernel, loader, boot */
	"ntoskrnl.exe", "ntkrnl*.exe", "hal.dll", "hal*.dll", "CI.dll", "winload.*", "winresume.*",
	"bootmgr*", "bootmgfw.efi", "boot*.efi", "ntldr", "ntdetect.com", "boot.ini", "BCD",
	"BCD.*", "kd*.dll", "bootvid.dll", "PSHED.dll", "securekernel.exe", "hvix64.exe",
	"hvax64.exe", "mcupdate_*.dll", "tcblaunch.exe", "skci.dll", "apisetschema.dll", "c_*.nls",
	"locale.nls", "l_intl.nls", "vga*.fon", "BOOTNXT",
	/* the first user processes and what they stand on */
	"smss.exe", "csrss.exe", "wininit.exe", "winlogon.exe", "services.exe", "lsass.exe",
	"lsaiso.exe", "svchost.exe", "userinit.exe", "explorer.exe", "autochk.exe", "ntdll.dll",
	"kernel32.dll", "kernelbase.dll", "user32.dll", "gdi32.dll", "advapi32.dll", "rpcrt4.dll",
	"msvcrt.dll", "sechost.dll", "netapi32.dll", "lsasrv.dll", "win32k*.sys", "win32u.dll",
	"basesrv.dll", "csrsrv.dll", "winsrv*.dll", "sxssrv.dll",
	/* boot-start drivers with ErrorControl 3 */
	"ACPI.sys", "acpiex.sys", "atapi.sys", "CLFS.sys", "CNG.sys", "fltmgr.sys", "fvevol.sys",
	"intelide.sys", "iorate.sys", "isapnp.sys", "ksecdd.sys", "ksecpkg.sys", "mountmgr.sys",
	"msisadrv.sys", "ndis.sys", "nvstor.sys", "partmgr.sys", "pci.sys", "pciide*.sys",
	"pdc.sys", "rdyboost.sys", "spaceport.sys", "storahci.sys", "stornvme.sys", "vdrvroot.sys",
	"volmgr.sys", "volmgrx.sys", "volsnap.sys", "volume.sys", "WindowsTrustedRT*.sys",
	/* the same in importance, whatever their ErrorControl */
	"disk.sys", "classpnp.sys", "EhStorClass.sys", "Wof.sys", "FileInfo.sys", "Wdf01000.sys",
	"wdfldr.sys", "Fs_Rec.sys", "ntfs.sys", "ntfs3.sys", "refs*.sys", "fastfat.sys",
	"exfat.sys", "tcpip.sys", "fwpkclnt.sys", "wfplwfs.sys", "netio.sys", "mup.sys",
	"cdrom.sys", "hwpolicy.sys", "SgrmAgent.sys", "vmbus*.sys", "storvsc.sys", "storflt.sys",
	"vmstorfl.sys", "winhv*.sys", "tpm.sys", "msrpc.sys", "tm.sys", "ataport.sys",
	"storport.sys", "scsiport.sys", "crashdmp.sys", "dumpfve.sys", "dump*.sys", "werkernel.sys",
	"cimfs.sys", "bindflt.sys",
	/* storage controllers */
	"iaStor*.sys", "iaVROC*.sys", "iaLPSS*.sys", "megasas*.sys", "megasr*.sys", "nvraid*.sys",
	"LSI_*.sys", "lsi*.sys", "amdsata.sys", "amdxata.sys", "amdsbs.sys", "amdide.sys",
	"vmd.sys", "pvscsi*.sys", "viostor.sys", "vioscsi.sys", "vhdmp.sys", "nvme*.sys",
	"secnvme*.sys", "HpSAMD.sys", "HpCISSs*.sys", "percsas*.sys", "arcsas.sys", "adp*.sys",
	"3ware.sys", "mvumis.sys", "stexstor.sys", "vsmraid.sys", "VSTXRAID.sys", "SiSRaid*.sys",
	"ql*.sys", "elxstor.sys", "bfad*.sys", "ItSas35i.sys", "SmartSAMD.sys", "rcraid.sys",
	"rcbottom.sys", "sbp2port.sys", "sdbus.sys", "sdstor.sys", "uaspstor.sys", "USBSTOR.sys",
	"cht4*.sys", "ebdrv.sys",
	/* keyboard, mouse and USB at the recovery screen */
	"kbdclass.sys", "mouclass.sys", "i8042prt.sys", "kbdhid.sys", "mouhid.sys", "hidusb.sys",
	"hidclass.sys", "usbport.sys", "usbhub*.sys", "ucx01000.sys", "usbxhci.sys", "usbccgp.sys",
	"usbd.sys",
	/* security and disk encryption: ELAM may veto the start, encryption holds the data */
	"WdBoot.sys", "WdFilter.sys", "csagent.sys", "csboot.sys", "cselam.sys", "CbELAM.sys",
	"mfeelamk.sys", "SophosEL.sys", "symelam.sys", "eelam.sys", "bdelam.sys", "klelam.sys",
	"SentinelELAM.sys", "mbamelam.sys", "tmel.sys", "wrelam.sys", "veracrypt*.sys",
	"truecrypt*.sys", "dcrypt.sys", "PGPwded.sys", "eefltmgr.sys", "mfeepepc.sys",
	"mfedisk.sys", "SafeGuard*.sys",
	/* backup and storage filters that stand in UpperFilters: gone means stop 0x7B */
	"otman*.sys", "snapman*.sys", "tdrpman*.sys", "fltsrv.sys", "stcvsm.sys",
	/* state of the machine */
	"pagefile.sys", "hiberfil.sys", "swapfile.sys", "ntuser.dat*", "usrclass.dat*",
	"bootstat.dat", "pending.xml"};

/* Folders with all that is in them. */
static const char *const folders[] = {
	"%WINDIR%\\System32\\config\\**\\*",
	"%WINDIR%\\Boot\\**\\*",
	"%WINDIR%\\servicing\\**\\*",
	"%WINDIR%\\WinSxS\\**\\*",
	"%WINDIR%\\System32\\CatRoot\\**\\*",
	"%WINDIR%\\System32\\CatRoot2\\**\\*",
	"%WINDIR%\\System32\\Boot\\**\\*",
	"%WINDIR%\\System32\\DriverStore\\**\\*",
	"%WINDIR%\\ELAMBKUP\\**\\*",
	"\\Boot\\**\\*",
	"\\EFI\\**\\*",
	"\\Recovery\\**\\*",
	"\\System Volume Information\\**\\*",
	"\\$Extend\\**\\*",
	"\\Unbrick\\**\\*",
	"\\Unbrick-*\\**\\*",
	"\\$*",
};

/* Of them, those that may be disabled all the same, with what goes with them: security products
 * with their early-launch drivers, filters once their names are out of all lists. */
static const char *const undone[] = {"csagent.sys", "csboot.sys", "cselam.sys", "CbELAM.sys",
	"mfeelamk.sys", "SophosEL.sys", "symelam.sys", "eelam.sys", "bdelam.sys", "klelam.sys",
	"SentinelELAM.sys", "mbamelam.sys", "tmel.sys", "wrelam.sys", "otman*.sys", "snapman*.sys",
	"tdrpman*.sys", "fltsrv.sys", "stcvsm.sys"};

#define N_NAMES	  (sizeof(names) / sizeof(names[0]))
#define N_FOLDERS (sizeof(folders) / sizeof(folders[0]))

/* A rule's pattern that ends in "*.dat" reaches "bootstat.dat" only if its folders fit as well; but
 * a name is protected in every folder, so the last part alone decides. */
static bool name_meets(const struct rule_path *p, const char *name)
{
	char *last[] = {p->parts[p->n_parts - 1]};
	char text[64];

	(void)snprintf(text, sizeof(text), "%s", name);
	char *other[] = {text};
	struct rule_path a = {.n_parts = 1, .parts = last}, b = {.n_parts = 1, .parts = other};
	return rule_paths_meet(&a, &b);
}

/* Of a pattern with "**" only what stands before it: that it could wander into a protected folder
 * is looked at for each file found; that it starts in one is an error of the rule. */
static struct rule_path folder_of(const struct rule_path *p, char **parts)
{
	static char any[] = "*";
	struct rule_path ret = {.below_windows = p->below_windows, .parts = parts};

	while (ret.n_parts < p->n_parts && strcmp(p->parts[ret.n_parts], "**") != 0) {
		parts[ret.n_parts] = p->parts[ret.n_parts];
		ret.n_parts++;
	}
	if (p->is_deep && ret.n_parts)
		parts[ret.n_parts++] = any;
	return ret;
}

const char *protect_pattern(const struct rule_path *p)
{
	char *parts[RULE_MAX_PARTS + 1];

	for (size_t i = 0; i < N_NAMES; i++)
		if (name_meets(p, names[i]))
			return names[i];
	for (size_t i = 0; i < N_FOLDERS; i++) {
		struct rule_path folder;
		if (rule_path_parse(folders[i], &folder))
			return folders[i]; /* no memory: refuse */
		struct rule_path start = folder_of(p, parts);
		/* the Windows folder may have any name, but not that of another folder here */
		bool is_inside = (folder.below_windows || !p->below_windows) &&
				 rule_paths_meet(&start, &folder);
		rule_path_done(&folder);
		if (is_inside)
			return folders[i];
	}
	return NULL;
}

static bool names_meet(const char *file, const char *pattern)
{
	char text[NT_NAME_BYTES];
	char *parts[] = {text};
	const struct rule_path p = {.n_parts = 1, .parts = parts};

	(void)snprintf(text, sizeof(text), "%s", file);
	return name_meets(&p, pattern);
}

bool protect_from_disable(const char *file)
{
	for (size_t i = 0; i < sizeof(undone) / sizeof(undone[0]); i++)
		if (names_meet(file, undone[i]))
			return false;
	for (size_t i = 0; i < N_NAMES; i++)
		if (names_meet(file, names[i]))
			return true;
	return false;
}

const char *protect_path(struct nt_vol *vol, const char *root, const char *path)
{
	const char *last = strrchr(path, '\\');

	if (!last)
		return "a path without a folder";
	for (size_t i = 0; i < N_NAMES; i++)
		if (nt_name_match(vol, names[i], last + 1))
			return names[i];
	for (size_t i = 0; i < N_FOLDERS; i++) {
		struct rule_path folder;
		if (rule_path_parse(folders[i], &folder))
			return folders[i]; /* no memory: refuse */
		bool is_inside = rule_path_match(vol, &folder, root, path);
		rule_path_done(&folder);
		if (is_inside)
			return folders[i];
	}
	return NULL;
}
