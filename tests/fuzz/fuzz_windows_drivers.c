/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the SYSTEM hive says of drivers, and paths as Windows' tables have them. Input: a byte for
 * how long the path is, the path; then pieces of up to 8 bytes, each with where it lies over what
 * libhivex made. Seeds: none needed. */
#include "hive.h"
#include "windows/drivers.h"

#define PIECE 12U /* three bytes of where, how many, and 8 */

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct made made;

static void expect(bool is_so)
{
	if (!is_so)
		abort();
}

static void fill_drivers(hive_h *h)
{
	static const char *const owners[] = {"disk.inf", "oem7.inf"}, *const upper[] = {"flt", ""};
	static const uint8_t version[48] = {[32] = 1, [36] = 5}, date[8] = {1, 2, 3, 4, 5, 6, 7, 1};
	hive_node_h n = key(h, "ControlSet001\\Services\\flt");

	number(h, n, "Type", 2);
	number(h, n, "Start", 0);
	number(h, n, "ErrorControl", 3);
	text(h, n, "ImagePath", "\\SystemRoot\\System32\\drivers\\flt.sys");
	text(h, n, "Group", "FSFilter Top");
	list(h, n, "Owners", owners, 2);
	number(h, key(h, "ControlSet001\\Services\\flt\\StartOverride"), "0", 3);
	text(h, key(h, "ControlSet001\\Services\\flt\\Instances"), "DefaultInstance", "b");
	text(h, key(h, "ControlSet001\\Services\\flt\\Instances\\a"), "Altitude", "1");
	text(h, key(h, "ControlSet001\\Services\\flt\\Instances\\b"), "Altitude", "328010");
	number(h, key(h, "ControlSet001\\Services\\svc"), "Type", 0x10);
	(void)key(h, "ControlSet001\\Control\\SafeBoot\\Minimal\\flt.sys");
	n = key(h, "DriverDatabase\\DriverPackages\\x.inf_amd64_0011223344556677");
	text(h, n, "", "oem7.inf");
	text(h, n, "Provider", "Somebody");
	set(h, n, "Version", BINARY, version, sizeof(version));
	set(h, n, "ImportDate", BINARY, date, sizeof(date));
	list(h, key(h, "ControlSet001\\Control\\Class\\{4d36e967-e325-11ce-bfc1-08002be10318}"),
		"UpperFilters", upper, 2);
	n = key(h, "ControlSet001\\Enum\\PCI\\VEN_1\\0");
	text(h, n, "Service", "flt");
	text(h, n, "ClassGUID", "{4D36E967-E325-11CE-BFC1-08002BE10318}");
	list(h, n, "LowerFilters", upper, 1);
	text(h, key(h, "ControlSet001\\Control\\CriticalDeviceDatabase\\x"), "Service", "flt");
	text(h, key(h, "ControlSet001\\Control\\Session Manager\\Memory Management"),
		"VerifyDrivers", "*");
	number(h, key(h, "ControlSet001\\Control\\CrashControl"), "CrashDumpEnabled", 7);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	static char program[] = "mkhive", kind[] = "system";
	char path[] = "/tmp/unbrick-fuzz.XXXXXX";
	char *args[] = {program, kind, path, NULL};
	int fd = mkstemp(path);

	(void)argc;
	(void)argv;
	if (fd < 0 || mkhive_main(3, args) != 0)
		abort();
	hive_h *h = hivex_open(path, HIVEX_OPEN_WRITE);
	if (!h)
		abort();
	fill_drivers(h);
	if (hivex_commit(h, NULL, 0) < 0 || hivex_close(h) < 0)
		abort();
	FILE *f = fopen(path, "rb");
	if (!f)
		abort();
	made.len = fread(made.p, 1, sizeof(made.p), f);
	(void)fclose(f);
	(void)close(fd);
	(void)unlink(path);
	return 0;
}

#define ENDS(text) (memchr(text, 0, sizeof(text)) != NULL)

static void check_path(const char *path)
{
	expect(!path[0] || path[0] == '\\');
	expect(!strstr(path, "\\\\") && !strstr(path, "\\..\\") && !strchr(path, ':'));
}

static void check(const struct win_system *s)
{
	for (size_t i = 0; i < s->n_services; i++) {
		const struct win_service *one = &s->services[i];
		expect(one->name && one->image_path && one->group && one->display && one->inf &&
			one->package && one->altitude);
		expect(one->override >= -1 && one->override <= 4);
		expect(!one->is_boot || one->is_driver);
		check_path(one->path);
	}
	for (size_t i = 0; i < s->n_packages; i++)
		expect(s->packages[i].folder && s->packages[i].inf && s->packages[i].original &&
			s->packages[i].version && s->packages[i].signer);
	for (size_t i = 0; i < s->n_filters; i++)
		expect(s->filters[i].where && s->filters[i].class_guid && s->filters[i].names.n);
	for (size_t i = 0; i < s->n_devices; i++)
		expect(s->devices[i].id && s->devices[i].service && s->devices[i].class_guid);
	expect(ENDS(s->dump_file) && ENDS(s->minidump_dir) && ENDS(s->verified) &&
		ENDS(s->setup_execute) && ENDS(s->note));
}

static size_t path_of(const uint8_t *data, size_t size)
{
	char raw[256], path[64];
	size_t n = size && data[0] < size ? data[0] : 0;

	memcpy(raw, data + 1, n);
	raw[n] = '\0';
	win_path_on_volume(raw, "\\Windows", path, sizeof(path));
	expect(ENDS(path));
	check_path(path);
	return n + 1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct made now;
	struct win_system *s = NULL;
	struct win_hive *h = NULL;

	if (!size)
		return 0;
	size_t used = path_of(data, size);
	now = made;
	for (data += used, size -= used; size >= PIECE; data += PIECE, size -= PIECE) {
		size_t at =
			((size_t)data[0] << 16 | (size_t)data[1] << 8 | data[2]) % (now.len - 8);
		memcpy(now.p + at, data + 4, 1 + data[3] % 8);
	}
	struct win_bytes bytes = {now.p, now.len};
	if (made_open(&bytes, &h) == 0 && win_system_read(h, 1, "\\Windows", NULL, &s, NULL) == 0)
		check(s);
	win_system_free(s);
	win_hive_close(h);
	return 0;
}
