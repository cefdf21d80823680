/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The variables of this system, of a folder with such files, or of a virtual machine's file. */
#include "firmware/firmware.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/cleanup.h"
#include "core/file.h"
#include "format/guid.h"

#define VARIABLE_MOST	 ((size_t)1 << 20)
#define STORE_MOST	 ((size_t)64 << 20)
#define CERTIFICATE_MOST ((size_t)64 << 10)
#define ATTRIBUTES	 4U /* before the value, in efivarfs */
#define GLOBAL		 "8be4df61-93ca-11d2-aa0d-00e098032b8c"
#define SECURITY	 "d719b2cb-3d3a-4596-a3bc-dad00e67656f"
#define SHIM		 "605dab50-e046-4300-abb6-3dd810dd8b23"

/* In this order: whether one is revoked is asked of those that are there. Shim shows its lists to a
 * system under another name (...RT); in a virtual machine's file they have their own. */
static const struct variable {
	const char *name, *shown, *vendor;
	bool is_shims; /* what is wrong with it is told, and nothing else depends on it */
} variables[] = {
	{"SecureBoot", NULL, GLOBAL, false},
	{"SetupMode", NULL, GLOBAL, false},
	{"KEK", NULL, GLOBAL, false},
	{"db", NULL, SECURITY, false},
	{"dbx", NULL, SECURITY, false},
	{"MokList", "MokListRT", SHIM, true},
	{"MokListX", "MokListXRT", SHIM, true},
	{"MokSBState", "MokSBStateRT", SHIM, true},
	{"SbatLevel", "SbatLevelRT", SHIM, true},
};

struct place {
	const char *path;
	struct rs_view store; /* of a file; empty: it is a folder */
	bool is_own;	      /* this system's */
};

/* 1: there, 0: not there. The bytes are malloc'd. */
static int from_folder(const struct place *p, const char *name, const char *vendor, char **ret,
	struct rs_view *ret_value, struct rs_err *err)
{
	char path[1024];
	size_t len = 0;

	if ((size_t)snprintf(path, sizeof(path), "%s/%s-%s", p->path, name, vendor) >= sizeof(path))
		return rs_fail_on(err, RS_E_IO_OPEN, p->path, "the name is too long");
	if (access(path, F_OK) < 0 && errno == ENOENT)
		return 0;
	int r = rs_file_load(path, VARIABLE_MOST + 1, "variable", ret, &len, err);
	if (r < 0)
		return r;
	if (len < ATTRIBUTES || len > VARIABLE_MOST)
		return rs_fail_on(err, RS_E_FIRMWARE, path,
			len < ATTRIBUTES ? "it is cut short" : "it is larger than 1 MiB");
	*ret_value = (struct rs_view){(uint8_t *)*ret + ATTRIBUTES, len - ATTRIBUTES};
	return 1;
}

static int load(const struct place *p, const char *name, const char *vendor, char **ret,
	struct rs_view *ret_value, struct rs_err *err)
{
	uint8_t guid[16];

	if (!p->store.len)
		return from_folder(p, name, vendor, ret, ret_value, err);
	return rs_guid_parse(vendor, guid) && fw_store_find(p->store, name, guid, ret_value);
}

static int read_one(struct fw_reading *reading, const struct place *p, const struct variable *v,
	bool *ret_is_there, struct rs_err *err)
{
	auto_free char *bytes = NULL;
	struct rs_view value = {0};

	int r = v->shown ? load(p, v->shown, v->vendor, &bytes, &value, err) : 0;
	if (r == 0)
		r = load(p, v->name, v->vendor, &bytes, &value, err);
	*ret_is_there = r > 0;
	if (r <= 0)
		return r;
	return fw_take(reading, v->name, value)
		       ? 0
		       : rs_fail_on(err, RS_E_FIRMWARE, p->path,
				 "the variable %s is not what the UEFI specification says",
				 v->name);
}

static int read_all(
	struct fw_reading *reading, struct fw_facts *f, const struct place *p, struct rs_err *err)
{
	unsigned n_there = 0;

	for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++) {
		const struct variable *v = &variables[i];
		struct rs_err why = {0};
		bool is_there = false;
		int r = read_one(reading, p, v, &is_there, &why);
		if (r < 0 && (!v->is_shims || rs_err_ends(r)))
			return rs_err_pass(err, r, &why);
		if (r < 0)
			(void)snprintf(f->fault, sizeof(f->fault),
				"%s cannot be read: what shim does is not fully known", v->name);
		n_there += is_there;
	}
	if (n_there || p->store.len) /* the file of one that was never started has none */
		return 0;
	if (p->is_own)
		return rs_fail_on(err, RS_E_NO_FIRMWARE, p->path,
			"it is empty: mount -t efivarfs efivarfs %s", p->path);
	return rs_fail_on(
		err, RS_E_NOT_VARIABLES, p->path, "none of those of Secure Boot is in it");
}

static int read_certificate(struct fw_reading *reading, const char *path, struct rs_err *err)
{
	auto_free char *bytes = NULL;
	size_t len = 0;

	int r = rs_file_load(path, CERTIFICATE_MOST, "certificate", &bytes, &len, err);
	if (r < 0)
		return r;
	if (!fw_reading_ask(reading, (struct rs_view){(uint8_t *)bytes, len}))
		return rs_fail_on(err, RS_E_CERTIFICATE, path, "neither PEM nor DER");
	return 0;
}

/* The state of a virtual machine that is off is not in its file: SecureBoot is made at its start.
 */
static void state_of_file(struct fw_facts *f, const struct place *p)
{
	struct rs_view pk = {0};
	uint8_t guid[16];
	bool has_pk =
		rs_guid_parse(GLOBAL, guid) && fw_store_find(p->store, "PK", guid, &pk) && pk.len;

	f->secure_boot = has_pk ? SECURE_BOOT_YES : SECURE_BOOT_SETUP;
}

static int read_place(
	struct fw_reading *reading, struct fw_facts *f, const char *path, struct rs_err *err)
{
	struct place p = {.path = path ? path : FW_FOLDER, .is_own = !path};
	auto_free char *file = NULL;
	struct stat st;
	size_t len = 0;

	if (!path && access("/sys/firmware/efi", F_OK) < 0)
		return rs_fail(err, RS_E_NO_FIRMWARE,
			"this system was not started by UEFI firmware (but by a BIOS, or in a "
			"container)");
	if (stat(p.path, &st) < 0)
		return rs_fail_on(err, RS_E_IO_OPEN, p.path, "%s", strerror(errno));
	if (S_ISDIR(st.st_mode))
		return access(p.path, R_OK | X_OK) == 0
			       ? read_all(reading, f, &p, err)
			       : rs_fail_on(err, RS_E_IO_OPEN, p.path, "%s", strerror(errno));
	int r = rs_file_load(p.path, STORE_MOST, "variables", &file, &len, err);
	if (r < 0)
		return r;
	p.store = (struct rs_view){(uint8_t *)file, len};
	if (!fw_store_is_one(p.store))
		return rs_fail_on(err, RS_E_NOT_VARIABLES, p.path,
			"neither a folder nor the file of an OVMF");
	state_of_file(f, &p);
	return read_all(reading, f, &p, err);
}

int fw_read(const char *path, const char *certificate, struct fw_facts *ret, struct rs_err *err)
{
	*ret = (struct fw_facts){.secure_boot = SECURE_BOOT_NO};
	struct fw_reading *reading = fw_reading_new(ret);

	if (!reading)
		return rs_fail(err, RS_E_MEMORY, "variables");
	int r = certificate ? read_certificate(reading, certificate, err) : 0;
	if (r == 0)
		r = read_place(reading, ret, path, err);
	fw_reading_free(reading);
	return r;
}
