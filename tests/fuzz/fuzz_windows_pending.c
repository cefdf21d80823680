/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Renames that wait for Windows' next start, as any program on it may have left them. Input: the
 * letter that Windows gives its own volume, the one that MountedDevices has, then the list: a byte
 * is a character, a line end ends a text, 0x80 and more is the upper half of one. Seeds: lines of
 * such a list. */
#include "hive.h"

#define ROOM  600U /* characters of the list */
#define PLACE "<a place for the list>"

static const char seed[] = "CC\\??\\C:\\Windows\\a\n!\\??\\D:\\b\n*1\\SystemRoot\\c\n"
			   "\\??\\Volume{12345678-0000-0000-0000-000000000000}\\d\n";

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed_number);

static struct made software, hive; /* SYSTEM */
static uint8_t *letter_at, *device_at, *list_at;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	static char place[ROOM + 1] = PLACE, program[] = "mkhive", soft[] = "software",
				 sys[] = "system", pending[] = "--pending", none[] = "";
	char *of_software[] = {program, soft, NULL, NULL};
	char *of_system[] = {program, sys, NULL, pending, place, none, NULL};

	(void)argc;
	(void)argv;
	memset(place + strlen(PLACE), '.', ROOM - strlen(PLACE));
	made_make(&software, 3, of_software);
	made_make(&hive, 6, of_system);
	letter_at = made_find(&software, "C:\\Windows", 2);
	list_at = made_find(&hive, PLACE, 2);
	device_at = made_find(&hive, "\\DosDevices\\C:", 1) + strlen("\\DosDevices\\");
	return 0;
}

static void put_list(const uint8_t *data, size_t size)
{
	for (size_t i = 0, at = 0; i < ROOM; i++) {
		uint16_t unit = '.';
		if (at < size)
			unit = data[at++];
		if (unit >= 0x80 && at < size)
			unit = (uint16_t)(unit << 8 | data[at++]);
		rs_put_le16(list_at + 2 * i, unit == '\n' ? 0 : unit);
	}
}

static void check(const struct win_pending *p)
{
	for (size_t i = 0; i < p->n_renames; i++)
		if (!p->renames[i].source || !p->renames[i].target || !p->renames[i].source[0])
			abort();
	if (p->update_pending)
		abort(); /* nothing of the list says so */
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct win_info info = {.root = "\\Windows", .control_set = 1};
	struct win_bytes bytes[2] = {{software.p, software.len}, {hive.p, hive.len}};
	struct win_hive *of_software = NULL, *of_system = NULL;
	struct win_pending p = {0};

	if (size < 2)
		return 0;
	*letter_at = data[0];
	*device_at = data[1] < 0x80 ? data[1] : 'C';
	put_list(data + 2, size - 2);
	if (made_open(&bytes[0], &of_software) < 0 || made_open(&bytes[1], &of_system) < 0 ||
		win_pending_of(of_software, of_system, &info, &p, NULL) < 0)
		abort(); /* the hives are whole */
	check(&p);
	win_pending_done(&p);
	win_hive_close(of_software);
	win_hive_close(of_system);
	return 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed_number)
{
	if ((size < 4 || seed_number % 64 == 0) && max_size >= sizeof(seed)) {
		memcpy(data, seed, sizeof(seed) - 1);
		size = sizeof(seed) - 1;
	}
	return LLVMFuzzerMutate(data, size, max_size);
}
