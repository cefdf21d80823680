/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/battery.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The first word of a file of a supply, "" if there is none. */
static void read_word(const char *folder, const char *supply, const char *file, char ret[32])
{
	char path[512];

	ret[0] = '\0';
	(void)snprintf(path, sizeof(path), "%s/%s/%s", folder, supply, file);
	FILE *f = fopen(path, "re");
	if (!f)
		return;
	if (!fgets(ret, 32, f))
		ret[0] = '\0';
	(void)fclose(f); /* only read */
	ret[strcspn(ret, "\n")] = '\0';
}

struct power {
	bool has_charger, is_discharging;
	unsigned percent; /* of the fullest */
};

static void look_at(struct power *p, const char *folder, const char *supply)
{
	char type[32], word[32];

	read_word(folder, supply, "scope", word);
	if (strcmp(word, "Device") == 0)
		return; /* of a mouse */
	read_word(folder, supply, "type", type);
	if (strcmp(type, "Battery") != 0) {
		read_word(folder, supply, "online", word);
		p->has_charger = p->has_charger || (word[0] && strcmp(word, "0") != 0);
		return;
	}
	read_word(folder, supply, "status", word);
	p->is_discharging = p->is_discharging || strcmp(word, "Discharging") == 0;
	read_word(folder, supply, "capacity", word);
	const unsigned percent = word[0] ? (unsigned)strtoul(word, NULL, 10) : 100;
	if (percent > p->percent)
		p->percent = percent;
}

bool battery_is_low(const char *folder, unsigned *ret_percent)
{
	struct power p = {0};
	DIR *d = opendir(folder);
	const struct dirent *e;

	while (d && (e = readdir(d)))
		if (e->d_name[0] != '.')
			look_at(&p, folder, e->d_name);
	if (d)
		(void)closedir(d); /* only read */
	*ret_percent = p.percent;
	return p.is_discharging && !p.has_charger && p.percent < BATTERY_LOW;
}
