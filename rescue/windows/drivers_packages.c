/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Driver packages, as DriverDatabase keeps them since Windows 8 (before, they are in no hive). Read
 * off real hives: Version is 8 bytes of flags, the class, a FILETIME at 24 and four u16 at 32, the
 * lowest first; ImportDate is a FILETIME, which only packages have that came onto this machine. */
#include <stdio.h>
#include <string.h>

#include "core/list.h"
#include "core/text.h"
#include "windows/drivers_internal.h"

enum { W_VERSION, W_PROVIDER, W_NAME, W_SIGNER, W_IMPORTED, W_INF, W_N };
#define PACKAGE_VALUES                                                                             \
	{                                                                                          \
		[W_VERSION] = {.name = "Version"}, [W_PROVIDER] = {.name = "Provider"},            \
		[W_NAME] = {.name = "InfName"}, [W_SIGNER] = {.name = "SignerName"},               \
		[W_IMPORTED] = {.name = "ImportDate"}, [W_INF] = {.name = ""},                     \
	}
enum { VERSION_DATE_AT = 24, VERSION_AT = 32, VERSION_BYTES = 40 };

static uint64_t filetime_of(const struct hive_wanted *w)
{
	return w->is_there && w->v.p && w->v.len >= 8 ? rs_le64(w->v.p) : 0;
}

/* "x.inf" of "x.inf_amd64_0123456789abcdef": in-box packages have no InfName. */
static char *name_in_folder(struct drivers_read *d, const char *folder)
{
	if (!folder) /* no memory: it ends */
		return NULL;
	const char *end = strcasestr(folder, ".inf_");
	size_t n = end ? (size_t)(end - folder) + strlen(".inf") : strlen(folder);
	char *name = strndup(folder, n);

	return drivers_has(d, name) ? name : NULL;
}

static void package_fill(struct drivers_read *d, const struct hive_wanted *w, struct win_package *p)
{
	const struct win_value *v = &w[W_VERSION].v;
	char version[32] = "";

	if (w[W_VERSION].is_there && v->len >= VERSION_BYTES) {
		p->dated = rs_le64(v->p + VERSION_DATE_AT);
		(void)snprintf(version, sizeof(version), "%u.%u.%u.%u",
			rs_le16(v->p + VERSION_AT + 6), rs_le16(v->p + VERSION_AT + 4),
			rs_le16(v->p + VERSION_AT + 2), rs_le16(v->p + VERSION_AT));
	}
	p->version = drivers_copy(d, version);
	p->provider = drivers_text(d, &w[W_PROVIDER]);
	p->signer = drivers_text(d, &w[W_SIGNER]);
	p->inf = drivers_text(d, &w[W_INF]);
	p->original = drivers_text(d, &w[W_NAME]);
	if (p->original && !p->original[0]) {
		free(p->original);
		p->original = name_in_folder(d, p->folder);
	}
	p->imported = filetime_of(&w[W_IMPORTED]);
}

static bool is_known(const struct win_system *s, size_t n, const char *folder)
{
	for (size_t i = 0; i < n; i++)
		if (strcasecmp(s->packages[i].folder, folder) == 0)
			return true;
	return false;
}

static bool package_see(void *user, const char *name, win_key sub)
{
	struct drivers_read *d = user;
	struct hive_wanted w[] = PACKAGE_VALUES;

	if (!drivers_goes_on(d))
		return false;
	if (d->s->n_packages == DRIVERS_MAX_PACKAGES) {
		rs_note(d->s->note, sizeof(d->s->note), "more than %d driver packages",
			DRIVERS_MAX_PACKAGES);
		return false;
	}
	if (is_known(d->s, d->n_known, name))
		return true;
	struct win_package *p =
		rs_list_add(&d->s->packages, &d->s->n_packages, sizeof(*d->s->packages));
	if (!drivers_has(d, p))
		return false;
	p->folder = drivers_copy(d, name);
	if (p->folder)
		(void)drivers_values(d, sub, w, W_N);
	if (!d->end.code)
		package_fill(d, w, p);
	hive_wanted_done(w, W_N);
	return !d->end.code;
}

void drivers_packages(struct drivers_read *d)
{
	win_key key = drivers_key(d, win_hive_root(d->h), "DriverDatabase\\DriverPackages");

	d->n_known = d->s->n_packages;
	if (key)
		drivers_each(d, key, "DriverPackages", package_see);
}
