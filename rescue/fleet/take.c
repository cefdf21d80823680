/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From one report (docs/report.md, docs/boot-report.md) to its row. What is not as those pages say
 * is as if it were not there. */
#include <string.h>

#include <openssl/evp.h>

#include "core/cleanup.h"
#include "core/json_in.h"
#include "core/list.h"
#include "core/redact.h"
#include "fleet/internal.h"

#define REVISION_MOST 1000000U
#define VERSION_MOST  2U /* schema_version; of a boot report */

static const struct ji_limits limits = {FLEET_BYTES_MOST, 400000, 28};

static void put(char *ret, size_t cap, const char *text)
{
	char shown[1024];

	(void)rs_shown(text, shown, sizeof(shown));
	rs_shorten(shown, ret, cap);
}

#define PUT(member, text) put(row->member, sizeof(row->member), text)

static bool is_one_of(const char *word, const char *const *words)
{
	while (*words && strcmp(word, *words) != 0)
		words++;
	return *words;
}

/* ---- times ---- */

/* "2026-11-24T20:00:00Z", or with an offset, as nginx has it: "+01:00". */
static uint64_t when_of(const char *text)
{
	char utc[RS_TIME_LEN] = "";
	uint64_t ret = 0;
	unsigned hours, minutes;
	size_t len = strlen(text);

	if (rs_filetime_parse(text, &ret))
		return ret;
	if (len < 25 || len >= sizeof(utc) || !strchr("+-", text[len - 6]) ||
		strspn(text + len - 5, "0123456789:") != 5 ||
		sscanf(text + len - 5, "%2u:%2u", &hours, &minutes) != 2 || hours > 14 ||
		minutes > 59)
		return 0;
	(void)snprintf(utc, sizeof(utc), "%.*sZ", (int)len - 6, text);
	if (!rs_filetime_parse(utc, &ret))
		return 0;
	uint64_t offset = (hours * 60ULL + minutes) * 60 * 10000000;
	return text[len - 6] == '-' ? ret + offset : ret > offset ? ret - offset : 0;
}

/* ---- keys ---- */

static void add_key(struct fleet_row *row, const char *id)
{
	uint8_t guid[16];
	char text[RS_GUID_LEN];

	if (!rs_guid_parse(id, guid) || row->n_keys == FLEET_KEYS_MOST)
		return;
	rs_guid_text(guid, text);
	for (unsigned i = 0; i < row->n_keys; i++)
		if (strcmp(row->keys[i], text) == 0)
			return;
	memcpy(row->keys[row->n_keys++], text, sizeof(text));
}

static void take_key_list(struct fleet_row *row, struct json_object *o)
{
	size_t n;
	struct json_object *list = ji_list(o, "used_key_ids", &n);

	for (size_t i = 0; i < n; i++) {
		struct json_object *id = json_object_array_get_idx(list, i);
		if (json_object_is_type(id, json_type_string))
			add_key(row, json_object_get_string(id));
	}
}

/* ---- a run ---- */

static void take_windows(struct fleet_row *row, struct json_object *w)
{
	char text[256];
	uint64_t build = 0;

	if (!w || row->windows[0])
		return;
	(void)ji_number(w, "build", &build);
	(void)snprintf(text, sizeof(text), "%.100s %.20s (%u)", ji_text(w, "product"),
		ji_text(w, "display_version"), (unsigned)build);
	PUT(windows, text);
}

/* The keys that opened something, and which Windows it is. */
static void take_disks(struct fleet_row *row, struct json_object *run, bool is_telling)
{
	size_t n, n_volumes;
	struct json_object *disks = ji_list(run, "disks", &n);

	for (size_t i = 0; i < n; i++) {
		struct json_object *volumes = ji_list(ji_nth(disks, i), "volumes", &n_volumes);
		for (size_t k = 0; k < n_volumes; k++) {
			struct json_object *v = ji_nth(volumes, k);
			struct json_object *by =
				ji_object(ji_object(v, "bitlocker"), "unlocked_by");
			if (ji_is_word(by, "kind", "recovery password"))
				add_key(row, ji_text(by, "id"));
			if (is_telling)
				take_windows(row, ji_object(v, "windows"));
		}
	}
	take_key_list(row, run);
}

/* The file that the plan has for a rule. */
static const char *path_of(struct json_object *run, const char *rule)
{
	size_t n;
	struct json_object *plan = ji_list(run, "plan", &n);

	for (size_t i = 0; i < n; i++)
		if (ji_is_word(ji_nth(plan, i), "rule", rule))
			return ji_text(ji_nth(plan, i), "path");
	return "";
}

/* What a rule knows. */
static void take_rule(struct fleet_row *row, struct json_object *run)
{
	static const char *const found[] = {"matched", "repaired", "doubt", "reported", NULL};
	size_t n;
	struct json_object *list = ji_list(run, "findings", &n);

	for (size_t i = 0; i < n && !row->rule[0]; i++) {
		struct json_object *f = ji_nth(list, i);
		if (!ji_is_word(f, "source", "rule") || !is_one_of(ji_text(f, "outcome"), found))
			continue;
		PUT(rule, ji_text(f, "rule"));
		PUT(kind, ji_text(f, "kind"));
		PUT(product, ji_text(f, "title"));
		PUT(path, path_of(run, ji_text(f, "rule")));
	}
}

/* What no rule knows, and the evidence names. */
static void take_diagnosis(struct fleet_row *row, struct json_object *d)
{
	static const char *const certain[] = {"sure", "likely", NULL};
	static const char *const nothing[] = {"", "none", "unsure", NULL};
	size_t n;

	if (row->kind[0] || !is_one_of(ji_text(d, "certainty"), certain) ||
		is_one_of(ji_text(d, "kind"), nothing))
		return;
	struct json_object *first = ji_nth(ji_list(d, "candidates", &n), 0);
	PUT(kind, ji_text(d, "kind"));
	PUT(certainty, ji_text(d, "certainty"));
	PUT(path, ji_text(first, "path"));
	PUT(product, ji_text(first, "product"));
}

static void take_trouble(struct fleet_row *row, struct json_object *run)
{
	size_t n;
	struct json_object *list = ji_list(run, "diagnoses", &n);

	take_rule(row, run);
	for (size_t i = 0; i < n; i++)
		take_diagnosis(row, ji_nth(list, i));
	take_diagnosis(row, ji_object(run, "diagnosis"));
}

static const char *reason_of(struct json_object *run)
{
	size_t n;
	const char *id = ji_text(ji_object(run, "error"), "id");

	if (!id[0])
		id = ji_text(ji_object(ji_nth(ji_list(run, "left", &n), 0), "error"), "id");
	return id[0] ? id : ji_text(ji_object(run, "outcome"), "result");
}

static enum fleet_state state_of_word(const char *word, const char *command, uint64_t status)
{
	static const char *const looks[] = {"fix", "scan", "diagnose", "boot", NULL};
	static const char *const failures[] = {
		"failed", "cannot-start", "not-kept", "cancelled", "no-disk", NULL};

	if (strcmp(word, "done") == 0)
		return strcmp(command, "undo") == 0 ? FLEET_UNDONE
		       : strcmp(command, "fix") == 0 || strcmp(command, "boot") == 0
			       ? FLEET_REPAIRED
			       : FLEET_OTHER;
	if (strcmp(word, "nothing-to-do") == 0)
		return is_one_of(command, looks) ? FLEET_SOUND : FLEET_OTHER;
	if (strcmp(word, "found") == 0)
		return FLEET_TO_REPAIR;
	if (strcmp(word, "left") == 0 || strcmp(word, "wrong") == 0)
		return FLEET_PERSON;
	if (!is_one_of(word, failures))
		return FLEET_OTHER;
	return status == 5 || status == 6 ? FLEET_KEY : status == 7 ? FLEET_REFUSED : FLEET_FAILED;
}

static enum fleet_state state_of_run(struct json_object *run)
{
	struct json_object *outcome = ji_object(run, "outcome");
	uint64_t status = 0;

	(void)ji_number(outcome, "status", &status);
	return state_of_word(ji_text(outcome, "result"), ji_text(run, "command"), status);
}

static void take_machine(struct fleet_row *row, struct json_object *o)
{
	struct json_object *m = ji_object(o, "machine");
	char model[256];

	if (!row->machine[0])
		PUT(machine, ji_text(m, "serial"));
	if (row->model[0] || !ji_text(m, "product")[0])
		return;
	(void)snprintf(model, sizeof(model), "%.100s%s%.150s", ji_text(m, "vendor"),
		ji_text(m, "vendor")[0] ? " " : "", ji_text(m, "product"));
	PUT(model, model);
}

/* The run that tells why it ended as it did. */
static void take_told(struct fleet_row *row, struct json_object *run)
{
	take_machine(row, run);
	take_disks(row, run, true);
	take_trouble(row, run);
	PUT(reason, reason_of(run));
}

/* ---- a start ---- */

static bool is_failure(enum fleet_state s)
{
	return s == FLEET_KEY || s == FLEET_REFUSED || s == FLEET_FAILED;
}

static bool is_of_person(struct json_object *run)
{
	return ji_is_word(run, "command", "fix") || ji_is_word(run, "command", "undo");
}

/* Of all its runs the one that made the start end as it did: the first of that word; of what a
 * person did the last one. */
static struct json_object *telling(struct json_object *root, enum fleet_state state)
{
	const char *result = ji_text(ji_object(root, "outcome"), "result");
	bool is_person = strcmp(result, "technician") == 0;
	struct json_object *ret = NULL, *last = NULL;
	size_t n;
	struct json_object *runs = ji_list(root, "runs", &n);

	for (size_t i = 0; i < n; i++) {
		struct json_object *run = ji_object(ji_nth(runs, i), "report");
		if (!run)
			continue;
		last = run;
		if (is_person ? is_of_person(run)
			      : !ret && (is_failure(state) ? is_failure(state_of_run(run))
							   : state_of_run(run) == state))
			ret = run;
	}
	return ret || is_person ? ret : last;
}

static void take_boot(struct fleet_row *row, struct json_object *root)
{
	struct json_object *boot = ji_object(root, "boot"), *outcome = ji_object(root, "outcome");
	size_t n;
	struct json_object *runs = ji_list(root, "runs", &n);

	/* "unknown": it has no serial number, and is no other machine's (init/start.c) */
	if (!ji_is_word(boot, "machine", "unknown"))
		PUT(machine, ji_text(boot, "machine"));
	PUT(secure_boot, ji_text(boot, "secure_boot"));
	row->state = state_of_word(ji_text(outcome, "result"), "boot", 0);
	struct json_object *run = telling(root, row->state);
	if (run && (is_failure(row->state) || ji_is_word(outcome, "result", "technician")))
		row->state = state_of_run(run);
	if (run)
		take_told(row, run);
	for (size_t i = 0; i < n; i++) {
		struct json_object *r = ji_object(ji_nth(runs, i), "report");
		take_machine(row, r);
		take_disks(row, r, false);
	}
	take_key_list(row, boot);
	if (!row->reason[0])
		PUT(reason, ji_text(outcome, "result"));
}

/* ---- any ---- */

static void take_id(struct fleet_row *row, struct json_object *root)
{
	const char *id = ji_text(root, "report_id");

	if (!id[0])
		id = ji_text(ji_object(root, "boot"), "report_id");
	if (strlen(id) >= 8 && strlen(id) < sizeof(row->id) &&
		strspn(id, "0123456789ABCDEFabcdef-") == strlen(id))
		PUT(id, id);
}

static void take_head(struct fleet_row *row, struct json_object *root, uint64_t received)
{
	struct json_object *policy = ji_object(root, "policy");
	uint64_t ms = 0, version = 0, revision = 0;
	char text[24];

	PUT(command, ji_text(root, "command"));
	PUT(tool, ji_text(ji_object(root, "tool"), "version"));
	PUT(text, ji_text(ji_object(root, "outcome"), "text"));
	PUT(start_hash, ji_text(root, "start_sha256"));
	take_id(row, root);
	if (ji_number(policy, "version", &version)) {
		(void)snprintf(text, sizeof(text), "%llu", (unsigned long long)version);
		PUT(policy, text);
	}
	if (ji_number(root, "revision", &revision) && revision <= REVISION_MOST)
		row->revision = (unsigned)revision;
	(void)ji_number(root, "duration_ms", &ms);
	row->seconds = ms / 1000;
	row->when = received ? received : when_of(ji_text(root, "started"));
}

static void take_row(struct fleet_row *row, struct json_object *root, uint64_t received)
{
	bool is_boot = ji_is_word(root, "command", "boot");

	take_head(row, root, received);
	if (is_boot)
		take_boot(row, root);
	take_machine(row, root);
	if (!is_boot) {
		row->state = state_of_run(root);
		take_told(row, root);
	}
	take_key_list(row, root);
	if (ji_is_true(root, "drill") &&
		(row->state == FLEET_REPAIRED || row->state == FLEET_TO_REPAIR))
		row->state = FLEET_DRILL;
	row->is_start = ji_is_word(root, "event", "start");
	if (row->is_start) {
		row->state = FLEET_MISSING;
		PUT(reason, "missing");
	}
}

static const char *fault_of(struct json_object *root)
{
	uint64_t version = 0;

	if (!ji_is_word(ji_object(root, "tool"), "name", "unbrick") || !ji_text(root, "command")[0])
		return "no report of this program";
	if (!ji_number(root, "schema_version", &version) || version > VERSION_MOST)
		return "a report of another version of this program";
	if (!ji_is_word(root, "event", "start") && !ji_object(root, "outcome"))
		return "a report without an outcome";
	return NULL;
}

static int take_one(struct fleet *f, struct json_object *root, uint64_t received,
	const char *source, struct rs_view bytes, const char **ret_why)
{
	*ret_why = fault_of(root);
	if (*ret_why)
		return 0;
	if (f->n == FLEET_ROWS_MOST) {
		f->counts.beyond++;
		return 1;
	}
	struct fleet_row *row = rs_list_add(&f->rows, &f->n, sizeof(*f->rows));
	if (!row || !EVP_Digest(bytes.p, bytes.len, row->hash, NULL, EVP_sha256(), NULL))
		return RS_E_MEMORY;
	PUT(source, source);
	take_row(row, root, received);
	return 1;
}

/* The body that nginx has logged is a text in its line. */
static int take_body(
	struct fleet *f, struct json_object *line, const char *source, const char **ret_why)
{
	const char *body = ji_text(line, "body");
	size_t len = strlen(body);
	struct json_object *root = ji_parse(body, len, &limits, ret_why);
	int r = root	   ? take_one(f, root, when_of(ji_text(line, "t")), source,
				     (struct rs_view){(const uint8_t *)body, len}, ret_why)
		: *ret_why ? 0
			   : RS_E_MEMORY;

	json_object_put(root);
	return r;
}

int fleet_take(struct fleet *f, const char *text, size_t len, const char *source,
	const char **ret_why, struct rs_err *err)
{
	struct json_object *root = ji_parse(text, len, &limits, ret_why);
	int r = *ret_why ? 0 : RS_E_MEMORY;

	if (root && ji_text(root, "body")[0])
		r = take_body(f, root, source, ret_why);
	else if (root)
		r = take_one(
			f, root, 0, source, (struct rs_view){(const uint8_t *)text, len}, ret_why);
	json_object_put(root);
	return r < 0 ? rs_fail(err, r, "reports") : r;
}
