/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which machine this is, and whether a policy is for it. */
#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "policy/policy.h"

/* The first line of a file of the kernel, without blanks at its ends; what a maker left as it was
 * says nothing. */
static void first_line(const char *path, char *ret, size_t cap)
{
	static const char *const nothing[] = {"To be filled by O.E.M.", "Default string", "None",
		"Not Specified", "Not Available", "System Serial Number", "System Product Name",
		"Unknown", "INVALID", "0", "00000000", "0123456789", "123456789", "N/A",
		"00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff",
		"03000200-0400-0500-0006-000700080009"};
	auto_file FILE *f = fopen(path, "re");
	char line[256];

	ret[0] = '\0';
	if (!f || !fgets(line, sizeof(line), f))
		return;
	char *from = line, *end = line + strlen(line);
	while (*from && isspace((unsigned char)*from))
		from++;
	while (end > from && isspace((unsigned char)end[-1]))
		*--end = '\0';
	for (size_t i = 0; i < sizeof(nothing) / sizeof(nothing[0]); i++)
		if (strcasecmp(from, nothing[i]) == 0)
			return;
	if ((size_t)(end - from) < cap) /* a part of it would be another machine's */
		(void)snprintf(ret, cap, "%s", from);
}

static void add_mac(const char *folder, const char *name, struct policy_machine *m)
{
	char path[512], text[32];

	if (m->n_macs == POLICY_MACS_MOST)
		return;
	/* a card, nothing that Linux made */
	(void)snprintf(path, sizeof(path), "%s/%.200s/device", folder, name);
	if (access(path, F_OK) < 0)
		return;
	(void)snprintf(path, sizeof(path), "%s/%.200s/address", folder, name);
	first_line(path, text, sizeof(text));
	if (strlen(text) == 17 && strcmp(text, "00:00:00:00:00:00") != 0)
		memcpy(m->macs[m->n_macs++], text, sizeof(m->macs[0]));
}

void policy_machine_read(const char *root, struct policy_machine *ret)
{
	const struct {
		const char *name;
		char *to;
		size_t cap;
	} texts[] = {
		{"product_serial", ret->serial, sizeof(ret->serial)},
		{"product_uuid", ret->uuid, sizeof(ret->uuid)},
		{"product_name", ret->model, sizeof(ret->model)},
		{"sys_vendor", ret->vendor, sizeof(ret->vendor)},
	};
	char path[300];

	*ret = (struct policy_machine){0};
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		(void)snprintf(
			path, sizeof(path), "%.200s/sys/class/dmi/id/%s", root, texts[i].name);
		first_line(path, texts[i].to, texts[i].cap);
	}
	(void)snprintf(path, sizeof(path), "%.200s/sys/class/net", root);
	auto_dir DIR *d = opendir(path);
	for (const struct dirent *e; d && (e = readdir(d)) != NULL;)
		if (e->d_name[0] != '.')
			add_mac(path, e->d_name, ret);
}

static bool has(const struct policy_texts *list, const char *text)
{
	for (size_t i = 0; text[0] && i < list->n; i++)
		if (strcasecmp(list->v[i], text) == 0)
			return true;
	return false;
}

static bool is_named(const struct policy *p, const struct policy_machine *m)
{
	if (has(&p->serials, m->serial) || has(&p->uuids, m->uuid))
		return true;
	for (size_t i = 0; i < m->n_macs; i++)
		if (has(&p->macs, m->macs[i]))
			return true;
	return !p->serials.n && !p->uuids.n && !p->macs.n;
}

int policy_fits(const struct policy *p, const struct policy_machine *m, struct rs_err *err)
{
	char full[sizeof(m->vendor) + sizeof(m->model) + 1];

	/* a machine that tells no model has none that could be listed */
	(void)snprintf(full, sizeof(full), "%s%s%s", m->model[0] ? m->vendor : "",
		m->model[0] ? " " : "", m->model);
	if (p->models.n && !has(&p->models, m->model) && !has(&p->models, full))
		return rs_fail(
			err, RS_E_POLICY_FOREIGN, "the model '%.100s' is not listed", m->model);
	if (!is_named(p, m))
		return rs_fail(err, RS_E_POLICY_FOREIGN,
			"the machine with the serial number '%.60s' and the UUID '%.40s' is not "
			"listed",
			m->serial, m->uuid);
	return 0;
}
