/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plan/bootconf.h"

#include <stdio.h>
#include <string.h>

#include "format/guid.h"

#define SAFEBOOT 0x25000080U

/* Source: Microsoft, "BCD settings and BitLocker" (a page of the documentation of BitLocker): what
 * is validated by default where the integrity of Secure Boot is not in use. safeboot is not on that
 * list; advancedoptions, lastknowngood, nx and safebootalternateshell are. */
static const struct {
	uint32_t id;
	const char *name;
} touched[] = {{SAFEBOOT, "safeboot"}};

bool bootconf_may_touch(uint32_t element)
{
	for (size_t i = 0; i < sizeof(touched) / sizeof(touched[0]); i++)
		if (touched[i].id == element)
			return true;
	return false;
}

enum boot_mode bootconf_mode(const struct win_loader *l)
{
	if (!l->has_safeboot)
		return BOOT_USUAL;
	return l->safeboot > 2 ? BOOT_UNKNOWN : (enum boot_mode)(BOOT_SAFE + l->safeboot);
}

/* "{GUID}", which is a key's name and no path */
static bool is_object(const char *object)
{
	char inner[RS_GUID_LEN];
	uint8_t guid[16];

	if (strlen(object) != RS_GUID_LEN + 1 || object[0] != '{' || object[RS_GUID_LEN] != '}')
		return false;
	memcpy(inner, object + 1, RS_GUID_LEN - 1);
	inner[RS_GUID_LEN - 1] = '\0';
	return rs_guid_parse(inner, guid);
}

int bootconf_edits(
	const char *object, enum boot_mode wanted, struct bootconf_edits *ret, struct rs_err *err)
{
	*ret = (struct bootconf_edits){0};
	if (!is_object(object) || wanted == BOOT_UNKNOWN || !bootconf_may_touch(SAFEBOOT))
		return rs_fail_on(err, RS_E_GUARD, object, "a boot entry that is not changed");
	(void)snprintf(ret->key, sizeof(ret->key), "Objects\\%s\\Elements\\%08x", object, SAFEBOOT);
	if (wanted == BOOT_USUAL) {
		ret->edits[0] = (struct hw_edit){.op = HW_DELETE_KEY, .key = ret->key};
		ret->n = 1;
		return 0;
	}
	ret->value[0] = (uint8_t)(wanted - BOOT_SAFE);
	ret->edits[0] = (struct hw_edit){.op = HW_MAKE_KEY, .key = ret->key};
	ret->edits[1] = (struct hw_edit){.op = HW_SET,
		.key = ret->key,
		.name = "Element",
		.type = REG_BINARY,
		.p = ret->value,
		.len = sizeof(ret->value)};
	ret->n = 2;
	return 0;
}
