/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "efi/linux.h"
#include "format/cpio.h"
#include "format/guid.h"

enum { FACTS_BYTES = APP_NOTES_MAX * (APP_NOTE_BYTES + 10) + 800 };

static void add_origin(struct text *t, const struct app *app)
{
	const uint8_t *path = protocol_of(app->image->DeviceHandle, &guid_device_path);
	struct partition p;
	char guid[RS_GUID_LEN], place[PLACE_TEXT_MAX];

	if (!path)
		return;
	size_t len = path_length(path, PATH_BYTES_MAX);
	if (path_is_network(path, len)) {
		text_add(t, "network = yes\n");
		return;
	}
	if (path_place(path, len, place))
		text_add(t, "place = %s\n", place); /* images that were copied share their GUIDs */
	if (path_partition(path, len, &p) && p.kind == PARTITION_GPT) {
		rs_guid_lower(p.signature, guid);
		text_add(t, "partition = %s\n", guid);
	} else if (path_is_cd(path, len)) {
		text_add(t, "medium = cd\n");
	}
}

static void write_facts(struct text *t, const struct app *app)
{
	static const char *const who[] = {"default", "key", "menu"};

	text_add(t, "door = %s\nversion = %s\nsecure_boot = %s\nloader = %s\nchosen = %s\n",
		door_word(DOOR_APPLICATION), UNBRICK_VERSION, secure_boot_word(app->secure_boot),
		load_has_shim() ? "shim" : "own", who[app->chosen]);
	add_origin(t, app);
	if (app->has_windows && app->windows.has_entry)
		text_add(t, "windows_entry = Boot%04X\n", app->windows.number);
	for (unsigned i = 0; i < app->notes_count; i++)
		text_add(t, "note = %s\n", app->notes[i]);
	if (app->notes_lost)
		text_add(t, "note = %u more bad lines are not listed\n", app->notes_lost);
}

static bool write_archive(struct cpio *c, const struct app *app, const char *settings,
	size_t settings_len, const struct text *facts)
{
	struct span rules = app->sections[SECTION_RULEKEY];

	cpio_add_folder(c, "unbrick");
	cpio_add_file(c, "unbrick/settings.conf", settings, settings_len);
	cpio_add_file(c, "unbrick/boot.conf", facts->p, facts->len);
	if (rules.p && rules.len)
		cpio_add_file(c, "unbrick/rules.pub", rules.p, rules.len);
	return cpio_finish(c);
}

EFI_STATUS handover_make(const struct app *app, unsigned mode, struct span *ret)
{
	char settings_text[SETTINGS_TEXT_MAX];
	struct settings settings = app->settings;
	static char facts_text[FACTS_BYTES];
	struct text facts;
	struct cpio c;

	settings.mode = mode;
	size_t len = settings_format(&settings, settings_text, sizeof(settings_text));
	text_init(&facts, facts_text, FACTS_BYTES);
	write_facts(&facts, app);
	cpio_init(&c, NULL, 0);
	(void)write_archive(&c, app, settings_text, len, &facts); /* only counts */
	auto_pool uint8_t *archive = pool_alloc(c.len);
	if (!archive)
		return EFI_OUT_OF_RESOURCES;
	cpio_init(&c, archive, c.len);
	if (!write_archive(&c, app, settings_text, len, &facts))
		return EFI_BUFFER_TOO_SMALL;
	*ret = (struct span){archive, c.len};
	archive = NULL;
	return EFI_SUCCESS;
}
