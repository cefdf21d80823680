/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/battery.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "ui/node.h"

struct power {
	bool has_charger, is_discharging;
	unsigned percent; /* of the fullest */
};

static void look_at(struct power *p, const char *folder, const char *supply)
{
	char type[32], word[32];

	node_line(word, sizeof(word), "%s/%s/scope", folder, supply);
	if (strcmp(word, "Device") == 0)
		return; /* of a mouse */
	node_line(type, sizeof(type), "%s/%s/type", folder, supply);
	if (strcmp(type, "Battery") != 0) {
		node_line(word, sizeof(word), "%s/%s/online", folder, supply);
		p->has_charger = p->has_charger || (word[0] && strcmp(word, "0") != 0);
		return;
	}
	node_line(word, sizeof(word), "%s/%s/status", folder, supply);
	p->is_discharging = p->is_discharging || strcmp(word, "Discharging") == 0;
	node_line(word, sizeof(word), "%s/%s/capacity", folder, supply);
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
