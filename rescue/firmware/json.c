/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The same object in the report of the command and in that of a start. */
#include "firmware/firmware.h"

static const char *state_of(const struct fw_ca *ca)
{
	if (ca->is_revoked)
		return "revoked";
	if (ca->is_there)
		return "trusted";
	return ca->is_other ? "other" : "absent";
}

static void put_names(struct json_out *j, const char *key, const struct fw_names *names)
{
	jo_open(j, key, '[');
	for (size_t i = 0; i < names->n && i < FW_NAMES_MAX; i++)
		jo_text(j, NULL, names->list[i]);
	jo_close(j, ']');
}

static void put_microsoft(struct json_out *j, const struct fw_facts *f)
{
	jo_open(j, "microsoft", '[');
	for (unsigned i = 0; i < FW_CAS_END; i++) {
		jo_open(j, NULL, '{');
		jo_text(j, "name", fw_known[i].name);
		jo_text(j, "variable", fw_known[i].variable);
		jo_text(j, "state", state_of(&f->cas[i]));
		jo_close(j, '}');
	}
	jo_close(j, ']');
}

static void put_shim(struct json_out *j, const struct fw_facts *f)
{
	jo_open(j, "shim", '{');
	if (f->has_mok_state)
		jo_bool(j, "checks", !f->is_mok_off);
	if (f->has_mok)
		put_names(j, "moks", &f->moks);
	if (f->has_sbat) {
		jo_open(j, "sbat_level", '[');
		for (size_t i = 0; i < f->n_sbat; i++)
			jo_text(j, NULL, f->sbat[i]);
		jo_close(j, ']');
	}
	jo_text(j, "fault", f->fault);
	jo_close(j, '}');
}

static void put_loaders(struct json_out *j, const struct fw_facts *f)
{
	jo_open(j, "loaders", '[');
	for (unsigned i = 0; i < FW_LOADERS; i++) {
		jo_open(j, NULL, '{');
		jo_text(j, "file", fw_loaders[i].file);
		jo_bool(j, "revoked", f->is_revoked[i]);
		jo_bool(j, "too_old", f->is_old[i]);
		jo_close(j, '}');
	}
	jo_close(j, ']');
}

static void put_doors(struct json_out *j, const struct fw_verdict *v)
{
	jo_open(j, "doors", '[');
	for (unsigned i = 0; i < FW_DOORS_END; i++) {
		jo_open(j, NULL, '{');
		jo_text(j, "door", fw_door_word((enum fw_door)i));
		for (unsigned when = 0; when < FW_TIMES_END; when++)
			jo_text(j, fw_time_word((enum fw_time)when),
				fw_answer_word(v->doors[i][when]));
		jo_close(j, '}');
	}
	jo_close(j, ']');
}

static void put_verdict(struct json_out *j, const struct fw_verdict *v)
{
	jo_open(j, "starts", '{');
	for (unsigned when = 0; when < FW_TIMES_END; when++) {
		jo_open(j, fw_time_word((enum fw_time)when), '{');
		jo_text(j, "by", fw_best_word(v->best[when]));
		jo_bool(j, "sure", v->is_proven[when]);
		jo_text(j, "text", v->text[when]);
		jo_text(j, "next", v->next[when]);
		jo_close(j, '}');
	}
	jo_close(j, '}');
}

void fw_json(struct json_out *j, const void *of)
{
	const struct fw_report *r = of;
	const struct fw_facts *f = &r->facts;

	jo_text(j, "secure_boot", secure_boot_word(f->secure_boot));
	put_microsoft(j, f);
	jo_open(j, "db", '{');
	jo_uint(j, "certificates", f->n_db);
	jo_uint(j, "hashes", f->n_db_hashes);
	put_names(j, "others", &f->others);
	jo_close(j, '}');
	jo_open(j, "dbx", '{');
	jo_uint(j, "certificates", f->n_dbx);
	jo_uint(j, "hashes", f->n_dbx_hashes);
	jo_close(j, '}');
	put_shim(j, f);
	if (f->is_asked) {
		jo_open(j, "certificate", '{');
		jo_bool(j, "in_db", f->is_in_db);
		jo_bool(j, "in_mok", f->is_in_mok);
		jo_bool(j, "revoked", f->is_asked_revoked);
		jo_close(j, '}');
	}
	put_loaders(j, f);
	put_doors(j, &r->verdict);
	put_verdict(j, &r->verdict);
}
