/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Texts in German, of which anything may be a disk's: a name that stands in one comes out as it is,
 * whatever it is made of, and what was UTF-8 stays so. Input: which of our texts, then a name; or
 * a text. The translations are those of rescue/po/de.po, so it runs in the project's folder.
 * Seeds: none needed; the mutator puts texts of ours together. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/language_internal.h"
#include "core/text.h"

#define MOST 120U

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed_number);

static void expect(bool is_so)
{
	if (!is_so)
		abort();
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	char dir[] = "/tmp/unbrick-fuzz.XXXXXX", command[400];

	(void)argc;
	(void)argv;
	expect(mkdtemp(dir) != NULL && setenv("LC_ALL", "C.UTF-8", 1) == 0);
	(void)snprintf(command, sizeof(command),
		"mkdir -p %s/de/LC_MESSAGES && msgfmt -o %s/de/LC_MESSAGES/unbrick.mo "
		"rescue/po/de.po",
		dir, dir);
	expect(system(command) == 0); /* NOLINT(cert-env33-c): names of our own */
	lang_begin(dir);
	expect(lang_choose("de"));
	(void)snprintf(command, sizeof(command), "rm -r %s", dir);
	return system(command); /* NOLINT(cert-env33-c): a name of our own */
}

/* What of a volume's name is the disk's own (language_name.c): all before the ", partition 3". */
static size_t own_len(const char *name)
{
	size_t n = strlen(name);

	while (n && name[n - 1] >= '0' && name[n - 1] <= '9')
		n--;
	static const char tail[] = "partition ";
	if (n < sizeof(tail) || memcmp(name + n - (sizeof(tail) - 1), tail, sizeof(tail) - 1) != 0)
		return strlen(name);
	n -= sizeof(tail) - 1;
	while (n && (name[n - 1] == ' ' || name[n - 1] == ','))
		n--;
	return n;
}

/* It stands there whole, and as often as it was put in. */
static void check_name(unsigned which, const char *name)
{
	char ret[4 * MOST + 200], own[MOST + 1];

	switch (which % 6) {
	case 0:
		lang_print(ret, sizeof(ret), "%-s is locked (%s).", name, "BitLocker");
		break;
	case 1:
		lang_print(ret, sizeof(ret), "Looking into %-s ...", name);
		break;
	case 2:
		lang_print(
			ret, sizeof(ret), "Machine: %-s %-s, serial number %-s", name, name, name);
		break;
	case 3:
		lang_print(ret, sizeof(ret), "%-s -> %-s", "one", name);
		break;
	case 4:
		lang_print(ret, sizeof(ret), "warning: %-s: %s", name, "not found");
		break;
	default:
		lang_print(ret, sizeof(ret), "%llu of %llu files were copied to %-s, %llu MiB.",
			1ULL, 2ULL, name, 3ULL);
		break;
	}
	(void)snprintf(own, sizeof(own), "%.*s", (int)own_len(name), name);
	expect(strstr(ret, own) != NULL);
	expect(!rs_is_utf8(name) || rs_is_utf8(ret));
}

static void check_text(const char *text)
{
	char *made = lang_new(text), shown[64];

	expect(made && (!rs_is_utf8(text) || rs_is_utf8(made)));
	expect(strlen(text) > 0 || !made[0]);
	lang_text(text, shown, sizeof(shown));
	expect(strncmp(shown, made, sizeof(shown) - 1) == 0);
	free(made);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[MOST + 1];

	if (!size)
		return 0;
	const size_t n = size - 1 < MOST ? size - 1 : MOST;
	memcpy(text, data + 1, n);
	text[n] = '\0';
	if (data[0] & 1)
		check_name(data[0] >> 1, text);
	else
		check_text(text);
	return 0;
}

/* A name is made of texts of ours: words, and what has a conversion in it. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed_number)
{
	static const char *const words[] = {"path", "plan", "report", "keys", "disk", "disks",
		"machine", "verified", "no", "English", "disk, partition 3", "report partition 1"};
	size_t n;
	const struct lang_entry *e = lang_entries(&n);
	const bool is_all = seed_number / 8 % 2;
	const char *text = words[seed_number / 16 % (sizeof(words) / sizeof(words[0]))];

	if (seed_number % 8 || !n || !size)
		return LLVMFuzzerMutate(data, size, max_size);
	if (!is_all)
		text = e[seed_number / 16 % n].one;
	const size_t at = is_all ? 1 : 1 + seed_number / 64 % size, len = strlen(text);
	if (at + len > max_size)
		return size;
	memcpy(data + at, text, len);
	return is_all || at + len > size ? at + len : size;
}
