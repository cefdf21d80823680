/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "efi/linux.h"
#include "format/cpio.h"
#include "format/guid.h"

enum { FACTS_BYTES = APP_NOTES_MAX * (APP_NOTE_BYTES + 10) + 1200 };

static void add_card(struct text *t, const struct app *app, const struct origin *o)
{
	const uint8_t *m = o->mac;
	char pci[ORIGIN_PCI_MAX];

	text_add(t, "network = yes\nboot_mac = %02x:%02x:%02x:%02x:%02x:%02x\n", (unsigned)m[0],
		(unsigned)m[1], (unsigned)m[2], (unsigned)m[3], (unsigned)m[4], (unsigned)m[5]);
	if (origin_pci(app->image->DeviceHandle, pci))
		text_add(t, "boot_pci = %s\n", pci);
	if (o->has_vlan)
		text_add(t, "boot_vlan = %u\n", o->vlan);
	if (o->is_ip6)
		text_add(t, "boot_ip6 = yes\n");
	if (o->url[0])
		text_add(t, "boot_url = %s\n", o->url);
}

static void add_origin(struct text *t, const struct app *app)
{
	const uint8_t *path = protocol_of(app->image->DeviceHandle, &guid_device_path);
	struct partition p;
	char guid[RS_GUID_LEN], place[PLACE_TEXT_MAX];
	struct origin o;

	if (!path)
		return;
	size_t len = path_length(path, PATH_BYTES_MAX);
	origin_find(app->image->DeviceHandle, &o);
	text_add(t, "how = %s\n", origin_how_word(o.how));
	if (o.has_mac) {
		add_card(t, app, &o);
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
	static const struct {
		enum section from;
		const char *to;
	} keys[] = {{SECTION_RULEKEY, "unbrick/rules.pub"}, {SECTION_POLKEY, "unbrick/policy.pub"},
		{SECTION_NETCA, "unbrick/ca.pem"}};

	cpio_add_folder(c, "unbrick");
	cpio_add_file(c, "unbrick/settings.conf", settings, settings_len);
	cpio_add_file(c, "unbrick/boot.conf", facts->p, facts->len);
	for (unsigned i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		struct span key = app->sections[keys[i].from];

		if (key.p && key.len)
			cpio_add_file(c, keys[i].to, key.p, key.len);
	}
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
