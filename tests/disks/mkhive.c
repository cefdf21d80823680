/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Make a small, believable registry hive for test disks: the skeleton by hand, the contents by
 * libhivex, so that our reader is tested on hives that it had no part in.
 *
 *   mkhive software OUT [--product "Windows 11 Pro"] [--edition Professional] [--build 22631]
 *          [--ubr 3880] [--display 23H2] [--type Client] [--major 10] [--installed UNIX-SECONDS]
 *          [--root C:\Windows] [--exclusive]
 *   mkhive system OUT [--name DESKTOP-1] [--zone "Pacific Standard Time"] [--bias 480]
 *          [--pending SOURCE TARGET]... [--role WinNT|ServerNT|LanmanNT] [--arch AMD64]
 *          [--shutdown FILETIME] [--set N] [--upgrade] [--command 'cmd.exe']
 *          [--language 0407]
 *   either: [--dirty] (sequence numbers that differ)
 *
 * --pending: SOURCE as Windows writes it ("\??\C:\Windows\..."), TARGET "" to delete. --exclusive:
 * a servicing session is pending. --set: number of the control set. --upgrade: setup is in
 * progress. --command: it is run at the next start in place of a log-on (SetupType 2).
 * --language: LCID of its screens, in hex (Control\Nls\Language). */
#include <getopt.h>
#include <hivex.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "core/view.h"

int mkhive_main(int argc, char **argv);

enum { MAX_PENDING = 64, HIVE_BYTES = 8192, SZ = 1, EXPAND_SZ = 2, BINARY = 3, DWORD = 4 };
enum { MULTI_SZ = 7, QWORD = 11 };

struct spec {
	const char *product, *edition, *build, *display, *type, *root;
	const char *name, *zone, *role, *arch, *command, *language;
	const char *pending[2 * MAX_PENDING];
	size_t n_pending;
	uint32_t ubr, major, installed, bias, set;
	uint64_t shutdown;
	int is_exclusive, is_upgrade, is_dirty;
};

/* ---- an empty hive: base block, one bin with the root key and its security ---- */

static void checksum(uint8_t *base)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < 508; i += 4)
		sum ^= rs_le32(base + i);
	rs_put_le32(base + 508, sum == 0 ? 1 : sum == 0xFFFFFFFF ? 0xFFFFFFFE : sum);
}

static void cell(uint8_t *bin, uint32_t off, int32_t size)
{
	rs_put_le32(bin + off, (uint32_t)size);
}

static void put_root(uint8_t *bin)
{
	uint8_t *nk = bin + 0x24;

	cell(bin, 0x20, -0x60);
	memcpy(nk, "nk", 2);
	rs_put_le16(nk + 2, 0x2C); /* root, not to be deleted, Latin name */
	rs_put_le32(nk + 16, 0xFFFFFFFF);
	rs_put_le32(nk + 28, 0xFFFFFFFF);
	rs_put_le32(nk + 32, 0xFFFFFFFF);
	rs_put_le32(nk + 40, 0xFFFFFFFF);
	rs_put_le32(nk + 44, 0x80);
	rs_put_le32(nk + 48, 0xFFFFFFFF);
	rs_put_le16(nk + 72, 4);
	memcpy(nk + 76, "ROOT", 4);
}

/* Owner and group SYSTEM (S-1-5-18), no list: everybody may. */
static void put_security(uint8_t *bin)
{
	static const uint8_t sid[12] = {1, 1, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0};
	uint8_t *sk = bin + 0x84;

	cell(bin, 0x80, -0x48);
	memcpy(sk, "sk", 2);
	rs_put_le32(sk + 4, 0x80);
	rs_put_le32(sk + 8, 0x80);
	rs_put_le32(sk + 12, 1);
	rs_put_le32(sk + 16, 44);
	sk[20] = 1;
	rs_put_le16(sk + 22, 0x8000); /* self-relative */
	rs_put_le32(sk + 24, 20);
	rs_put_le32(sk + 28, 32);
	memcpy(sk + 40, sid, sizeof(sid));
	memcpy(sk + 52, sid, sizeof(sid));
}

static int write_all(const char *path, const uint8_t *p, size_t len)
{
	FILE *f = fopen(path, "wb");

	if (!f)
		return -1;
	size_t n = fwrite(p, 1, len, f);
	return fclose(f) == 0 && n == len ? 0 : -1;
}

static int empty_hive(const char *path)
{
	uint8_t p[HIVE_BYTES] = {0};
	uint8_t *bin = p + 4096;

	memcpy(p, "regf", 4);
	rs_put_le32(p + 4, 1);
	rs_put_le32(p + 8, 1);
	rs_put_le32(p + 20, 1);
	rs_put_le32(p + 24, 5);
	rs_put_le32(p + 32, 1);
	rs_put_le32(p + 36, 0x20);
	rs_put_le32(p + 40, HIVE_BYTES - 4096);
	rs_put_le32(p + 44, 1);
	checksum(p);
	memcpy(bin, "hbin", 4);
	rs_put_le32(bin + 8, 4096);
	put_root(bin);
	put_security(bin);
	cell(bin, 0xC8, 4096 - 0xC8);
	return write_all(path, p, sizeof(p));
}

/* ---- contents ---- */

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static hive_node_h key(hive_h *h, const char *path)
{
	hive_node_h node = hivex_root(h);
	char copy[256];
	char *save = NULL;

	(void)snprintf(copy, sizeof(copy), "%s", path);
	for (char *part = strtok_r(copy, "\\", &save); part; part = strtok_r(NULL, "\\", &save)) {
		hive_node_h sub = hivex_node_get_child(h, node, part);
		node = sub ? sub : hivex_node_add_child(h, node, part);
		if (!node)
			die(path);
	}
	return node;
}

static void set(hive_h *h, hive_node_h node, const char *name, int type, const void *p, size_t len)
{
	char *value = malloc(len ? len : 1);
	char *name_copy = strdup(name);

	if (!value || !name_copy)
		die(name);
	memcpy(value, p, len);
	hive_set_value v = {.key = name_copy, .t = (hive_type)type, .len = len, .value = value};
	if (hivex_node_set_value(h, node, &v, 0) < 0)
		die(name);
	free(value);
	free(name_copy);
}

static void number(hive_h *h, hive_node_h node, const char *name, uint32_t v)
{
	uint8_t raw[4];

	rs_put_le32(raw, v);
	set(h, node, name, DWORD, raw, sizeof(raw));
}

static void number64(hive_h *h, hive_node_h node, const char *name, int type, uint64_t v)
{
	uint8_t raw[8];

	rs_put_le64(raw, v);
	set(h, node, name, type, raw, sizeof(raw));
}

/* UTF-16LE with its NUL behind what is in @ret already; the new length. */
static size_t add_text(uint8_t *ret, size_t len, size_t cap, const char *s)
{
	uint16_t units[1024];
	long n = rs_utf8_to_utf16(s, units, 1024);

	if (n < 0 || len + 2 * ((size_t)n + 1) > cap) {
		(void)fprintf(stderr, "mkhive: text too long: %s\n", s);
		exit(1);
	}
	units[n] = 0;
	for (long i = 0; i <= n; i++, len += 2)
		rs_put_le16(ret + len, units[i]);
	return len;
}

static void text(hive_h *h, hive_node_h node, const char *name, const char *s)
{
	uint8_t raw[2048];

	set(h, node, name, strchr(s, '%') ? EXPAND_SZ : SZ, raw, add_text(raw, 0, sizeof(raw), s));
}

static void list(hive_h *h, hive_node_h node, const char *name, const char *const *items, size_t n)
{
	static uint8_t raw[1 << 17];
	size_t len = 0;

	for (size_t i = 0; i < n; i++)
		len = add_text(raw, len, sizeof(raw), items[i]);
	len = add_text(raw, len, sizeof(raw), "");
	set(h, node, name, MULTI_SZ, raw, len);
}

static void fill_software(hive_h *h, const struct spec *s)
{
	hive_node_h n = key(h, "Microsoft\\Windows NT\\CurrentVersion");

	text(h, n, "ProductName", s->product);
	text(h, n, "EditionID", s->edition);
	text(h, n, "InstallationType", s->type);
	text(h, n, "CurrentBuild", s->build);
	text(h, n, "CurrentBuildNumber", s->build);
	text(h, n, "SystemRoot", s->root);
	text(h, n, "PathName", s->root);
	number(h, n, "InstallDate", s->installed);
	if (s->major >= 10) {
		text(h, n, "CurrentVersion", "6.3");
		number(h, n, "CurrentMajorVersionNumber", s->major);
		number(h, n, "CurrentMinorVersionNumber", 0);
		number(h, n, "UBR", s->ubr);
		text(h, n, "ReleaseId", "2009");
		if (s->display[0])
			text(h, n, "DisplayVersion", s->display);
		number64(h, n, "InstallTime", QWORD, (s->installed + 11644473600ULL) * 10000000ULL);
	} else {
		text(h, n, "CurrentVersion", "6.1");
	}
	(void)key(h, "Classes");
	(void)key(h, "Policies");
	n = key(h,
		"Microsoft\\Windows\\CurrentVersion\\Component Based Servicing\\SessionsPending");
	number(h, n, "Exclusive", (uint32_t)s->is_exclusive);
	(void)key(h, "Microsoft\\Windows\\CurrentVersion\\SideBySide\\Configuration");
}

static hive_node_h control(hive_h *h, const struct spec *s, const char *sub)
{
	char path[256];

	(void)snprintf(path, sizeof(path), "ControlSet%03u\\Control\\%s", s->set, sub);
	return key(h, path);
}

static void fill_session_manager(hive_h *h, const struct spec *s)
{
	static const char *const boot[] = {"autocheck autochk *"};
	hive_node_h n = control(h, s, "Session Manager");

	list(h, n, "BootExecute", boot, 1);
	list(h, n, "SETUPEXECUTE", NULL, 0);
	if (s->n_pending)
		list(h, n, "PendingFileRenameOperations", s->pending, s->n_pending);
	text(h, control(h, s, "Session Manager\\Environment"), "PROCESSOR_ARCHITECTURE", s->arch);
}

static void fill_system(hive_h *h, const struct spec *s)
{
	static const char *const selected[] = {"Current", "Default", "LastKnownGood"};
	/* MBR: signature of the disk, byte offset of the partition */
	static const uint8_t device[12] = {0x78, 0x56, 0x34, 0x12, 0, 0, 0x50, 0x06};
	hive_node_h n = key(h, "Select");

	for (size_t i = 0; i < 3; i++)
		number(h, n, selected[i], s->set);
	number(h, n, "Failed", 0);
	n = control(h, s, "ComputerName\\ComputerName");
	text(h, n, "", "mnmsrvc");
	text(h, n, "ComputerName", s->name);
	n = control(h, s, "TimeZoneInformation");
	text(h, n, "TimeZoneKeyName", s->zone);
	number(h, n, "Bias", s->bias);
	number(h, n, "ActiveTimeBias", s->bias);
	text(h, control(h, s, "ProductOptions"), "ProductType", s->role);
	if (s->language)
		text(h, control(h, s, "Nls\\Language"), "Default", s->language);
	number64(h, control(h, s, "Windows"), "ShutdownTime", BINARY, s->shutdown);
	fill_session_manager(h, s);
	n = key(h, "Setup");
	number(h, n, "SystemSetupInProgress", 0);
	number(h, n, "OOBEInProgress", 0);
	number(h, n, "SetupType", s->command ? 2 : 0);
	if (s->command)
		text(h, n, "CmdLine", s->command);
	number(h, n, "Upgrade", (uint32_t)s->is_upgrade);
	n = key(h, "MountedDevices");
	set(h, n, "\\DosDevices\\C:", BINARY, device, sizeof(device));
}

/* ---- command line ---- */

static void make_dirty(const char *path)
{
	uint8_t base[512];
	FILE *f = fopen(path, "r+b");

	if (!f || fread(base, sizeof(base), 1, f) != 1)
		die(path);
	rs_put_le32(base + 4, rs_le32(base + 8) + 1);
	checksum(base);
	rewind(f);
	if (fwrite(base, sizeof(base), 1, f) != 1 || fclose(f) != 0)
		die(path);
}

enum option_code {
	O_PRODUCT = 256,
	O_EDITION,
	O_BUILD,
	O_UBR,
	O_DISPLAY,
	O_TYPE,
	O_MAJOR,
	O_INSTALLED,
	O_ROOT,
	O_NAME,
	O_ZONE,
	O_BIAS,
	O_PENDING,
	O_ROLE,
	O_ARCH,
	O_SHUTDOWN,
	O_SET,
	O_COMMAND,
	O_LANGUAGE,
};

static int usage(void)
{
	(void)fprintf(
		stderr, "usage: mkhive software|system OUT [--option VALUE]... (see mkhive.c)\n");
	return 2;
}

static int take_pending(struct spec *s, int argc, char **argv)
{
	if (s->n_pending == 2UL * MAX_PENDING || optind >= argc)
		return -1;
	s->pending[s->n_pending++] = optarg;
	s->pending[s->n_pending++] = argv[optind++];
	return 0;
}

static void take_option(struct spec *s, int option)
{
	const char **texts[] = {[O_PRODUCT - O_PRODUCT] = &s->product,
		[O_EDITION - O_PRODUCT] = &s->edition,
		[O_BUILD - O_PRODUCT] = &s->build,
		[O_DISPLAY - O_PRODUCT] = &s->display,
		[O_TYPE - O_PRODUCT] = &s->type,
		[O_ROOT - O_PRODUCT] = &s->root,
		[O_NAME - O_PRODUCT] = &s->name,
		[O_ZONE - O_PRODUCT] = &s->zone,
		[O_ROLE - O_PRODUCT] = &s->role,
		[O_ARCH - O_PRODUCT] = &s->arch,
		[O_COMMAND - O_PRODUCT] = &s->command,
		[O_LANGUAGE - O_PRODUCT] = &s->language};
	uint32_t *numbers[] = {[O_UBR - O_PRODUCT] = &s->ubr,
		[O_MAJOR - O_PRODUCT] = &s->major,
		[O_INSTALLED - O_PRODUCT] = &s->installed,
		[O_BIAS - O_PRODUCT] = &s->bias,
		[O_SET - O_PRODUCT] = &s->set};

	if (option == O_SHUTDOWN)
		s->shutdown = strtoull(optarg, NULL, 0);
	else if (texts[option - O_PRODUCT])
		*texts[option - O_PRODUCT] = optarg;
	else
		*numbers[option - O_PRODUCT] = (uint32_t)strtol(optarg, NULL, 0);
}

static int parse(struct spec *s, int argc, char **argv)
{
	const struct option options[] = {{"product", 1, NULL, O_PRODUCT},
		{"edition", 1, NULL, O_EDITION}, {"build", 1, NULL, O_BUILD},
		{"ubr", 1, NULL, O_UBR}, {"display", 1, NULL, O_DISPLAY}, {"type", 1, NULL, O_TYPE},
		{"major", 1, NULL, O_MAJOR}, {"installed", 1, NULL, O_INSTALLED},
		{"root", 1, NULL, O_ROOT}, {"name", 1, NULL, O_NAME}, {"zone", 1, NULL, O_ZONE},
		{"bias", 1, NULL, O_BIAS}, {"pending", 1, NULL, O_PENDING},
		{"role", 1, NULL, O_ROLE}, {"arch", 1, NULL, O_ARCH},
		{"shutdown", 1, NULL, O_SHUTDOWN}, {"set", 1, NULL, O_SET},
		{"command", 1, NULL, O_COMMAND}, {"language", 1, NULL, O_LANGUAGE},
		{"exclusive", 0, &s->is_exclusive, 1}, {"upgrade", 0, &s->is_upgrade, 1},
		{"dirty", 0, &s->is_dirty, 1}, {NULL, 0, NULL, 0}};
	int option;

	optind = 1;
	while ((option = getopt_long(argc, argv, "+", options, NULL)) != -1) {
		if (option == '?' || (option == O_PENDING && take_pending(s, argc, argv) < 0))
			return -1;
		if (option >= O_PRODUCT && option != O_PENDING)
			take_option(s, option);
	}
	return optind == argc ? 0 : -1;
}

int mkhive_main(int argc, char **argv)
{
	struct spec s = {.product = "Windows 10 Pro",
		.edition = "Professional",
		.build = "22631",
		.display = "23H2",
		.type = "Client",
		.root = "C:\\Windows",
		.ubr = 3880,
		.major = 10,
		.installed = 1700000000,
		.name = "DESKTOP-1",
		.zone = "Pacific Standard Time",
		.role = "WinNT",
		.arch = "AMD64",
		.bias = 480,
		.set = 1,
		.shutdown = 133657200000000000ULL}; /* 2024-07-17 23:00 UTC */

	if (argc < 3 || (strcmp(argv[1], "software") != 0 && strcmp(argv[1], "system") != 0) ||
		parse(&s, argc - 2, argv + 2) < 0)
		return usage();
	const char *out = argv[2];
	if (empty_hive(out) < 0)
		die(out);
	hive_h *h = hivex_open(out, HIVEX_OPEN_WRITE);
	if (!h)
		die(out);
	if (argv[1][1] == 'o')
		fill_software(h, &s);
	else
		fill_system(h, &s);
	if (hivex_commit(h, NULL, 0) < 0 || hivex_close(h) < 0)
		die(out);
	if (s.is_dirty)
		make_dirty(out);
	return 0;
}

#ifndef MKHIVE_IN_TEST
int main(int argc, char **argv)
{
	return mkhive_main(argc, argv);
}
#endif
