/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the hives say of a Windows: version, language, control set, time zone, role, processor.
 * Input: four characters for its language (MS-LCID, in hex); then pieces of up to 8 bytes, each
 * with which hive and where it lies over what libhivex made. Seeds: none needed. */
#include "hive.h"

#define LCID  "0407"
#define PIECE 12U /* which hive, two bytes of where, how many, and 8 */

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct made made[2]; /* SOFTWARE, SYSTEM */
static uint8_t *lcid_at;

static void expect(bool is_so)
{
	if (!is_so)
		abort();
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	static char program[] = "mkhive", soft[] = "software", sys[] = "system",
		    option[] = "--language", lcid[] = LCID;
	char *of_software[] = {program, soft, NULL, NULL};
	char *of_system[] = {program, sys, NULL, option, lcid, NULL};

	(void)argc;
	(void)argv;
	made_make(&made[0], 3, of_software);
	made_make(&made[1], 5, of_system);
	lcid_at = made_find(&made[1], LCID, 2);
	return 0;
}

#define ENDS(text) (memchr(text, 0, sizeof(text)) != NULL)

static void check(const struct win_info *w)
{
	expect(ENDS(w->product) && ENDS(w->edition) && ENDS(w->installation) && ENDS(w->version) &&
		ENDS(w->display_version) && ENDS(w->time_zone) && ENDS(w->computer_name) &&
		ENDS(w->arch) && ENDS(w->note));
	expect(w->control_set >= 1 && w->control_set <= 999);
	expect(!w->language[0] || (strlen(w->language) == 2 &&
					  strspn(w->language, "abcdefghijklmnopqrstuvwxyz") == 2));
	expect(!w->is_domain_controller || w->is_server);
}

/* Primary languages by the registry's own numbers (MS-LCID, 2.2): the low ten bits. */
static void check_language(const struct win_info *w)
{
	static const struct {
		unsigned number;
		const char *code;
	} some[] = {{0x04, "zh"}, {0x07, "de"}, {0x09, "en"}, {0x0A, "es"}, {0x0C, "fr"},
		{0x11, "ja"}, {0x19, "ru"}, {0x27, "lt"}, {0x00, ""}, {0x3FF, ""}};
	unsigned number = 0;

	for (size_t i = 0; i < 4; i++) {
		static const char digits[] = "0123456789abcdef";
		const char *digit = strchr(digits, lcid_at[2 * i]);
		if (!digit)
			return;
		number = number << 4 | (unsigned)(digit - digits);
	}
	for (size_t i = 0; i < sizeof(some) / sizeof(some[0]); i++)
		expect(((number & 0x3FF) == some[i].number) ==
			(some[i].code[0] ? strcmp(w->language, some[i].code) == 0
					 : (number & 0x3FF) == some[i].number && !w->language[0]));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct made now[2];
	struct win_info info = {.root = "\\Windows"};

	if (size < 4)
		return 0;
	for (size_t i = 0; i < 4; i++)
		lcid_at[2 * i] =
			data[i] < 0xC0 ? (uint8_t) "0123456789abcdef"[data[i] % 16] : data[i];
	memcpy(now, made, sizeof(now));
	bool is_whole = true;
	for (data += 4, size -= 4; size >= PIECE; data += PIECE, size -= PIECE) {
		struct made *m = &now[data[0] & 1];
		const size_t at = ((size_t)data[1] << 8 | data[2]) % (m->len - 8);
		memcpy(m->p + at, data + 4, 1 + data[3] % 8);
		is_whole = false;
	}
	for (size_t i = 0; i < 2; i++) {
		struct win_bytes bytes = {now[i].p, now[i].len};
		struct win_hive *h = NULL;
		if (made_open(&bytes, &h) == 0)
			(i ? win_system_facts : win_software_read)(h, &info);
		win_hive_close(h);
	}
	if (info.control_set)
		check(&info);
	if (is_whole)
		check_language(&info);
	return 0;
}
