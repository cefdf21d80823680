/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Load a volume: sector 0 (its layout: format/bootsector.h) and what of it is opened, the three
 * copies, the choice between them, and what they say. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "bitlocker/internal.h"

int bl_header_parse(struct rs_view s, struct bl_header *ret, struct rs_err *err)
{
	struct fve_boot boot;

	if (s.len < 512 || !fve_boot_parse(s.p, &boot))
		return rs_fail(err, RS_E_UNSUPPORTED, "not a BitLocker volume");
	if (boot.sector_bytes != 512 && boot.sector_bytes != 4096)
		return rs_fail(err, RS_E_UNSUPPORTED, "BitLocker with sectors of %u bytes",
			boot.sector_bytes);
	struct bl_header h = {.flavour = boot.is_vista	 ? BL_VISTA
					 : boot.is_to_go ? BL_TO_GO
							 : BL_WIN7,
		.sector_bytes = boot.sector_bytes,
		.cluster_bytes = boot.cluster_bytes};
	if (!boot.is_vista && !fve_is_guid(boot.guid, &h.is_eow)) {
		char text[RS_GUID_LEN];
		rs_guid_text(boot.guid, text);
		return rs_fail(err, RS_E_UNSUPPORTED, "BitLocker of an unknown kind {%s}", text);
	}
	memcpy(h.offsets, boot.off_bytes, sizeof(h.offsets));
	*ret = h;
	return 0;
}

/* Vista keeps the areas of 16 KiB on whole clusters. */
static size_t area_bytes(const struct bl_header *h)
{
	if (h->flavour != BL_VISTA)
		return BL_AREA_BYTES;
	uint32_t c = h->cluster_bytes;
	if (c == 0 || (c & (c - 1)) || c > BL_AREA_BYTES)
		return 0x4000;
	return (c + 0x3FFFU) & ~(c - 1U);
}

static int load_copy(struct bl_volume *v, struct blk *src, unsigned i, struct rs_err *err)
{
	const struct bl_header *h = &v->header;
	uint16_t version = h->flavour == BL_VISTA ? 1 : 2;
	size_t len = area_bytes(h);

	if (h->offsets[i] == 0 || h->offsets[i] % h->sector_bytes ||
		h->offsets[i] > src->size_bytes || src->size_bytes - h->offsets[i] < len)
		return rs_fail(err, RS_E_BL_DAMAGED, "not inside the disk");
	auto_free uint8_t *raw = malloc(len);
	if (!raw)
		return rs_fail(err, RS_E_MEMORY, "key metadata");
	int r = blk_read(src, h->offsets[i], raw, len, err); /* once: it must not change under us */
	if (r < 0)
		return r;
	auto_meta struct bl_meta *m = NULL;
	r = bl_meta_parse_take(rs_steal(raw), len, version, h->sector_bytes, &m, err);
	if (r < 0)
		return r;
	if (m->offsets[i] != h->offsets[i])
		return rs_fail(err, RS_E_BL_DAMAGED, "it belongs elsewhere");
	if (version == 2)
		r = bl_meta_check_ranges(m, h->sector_bytes, src->size_bytes, err);
	if (r < 0)
		return r;
	v->copies[i] = rs_steal(m);
	v->info.copy_is_good[i] = true;
	return 0;
}

/* Every copy is looked at, so that the damaged ones can be named. */
static int load_copies(struct bl_volume *v, struct blk *src, struct rs_err *err)
{
	char why[256] = "";
	int code = RS_E_BL_DAMAGED;
	bool is_any = false;

	for (unsigned i = 0; i < BL_COPIES; i++) {
		struct rs_err one = {0};
		int r = load_copy(v, src, i, &one);
		if (rs_err_ends(r))
			return rs_fail_on(err, r, src->name, "%s", one.detail);
		if (r < 0) {
			rs_note(why, sizeof(why), "copy %u of 3: %.60s", i + 1, one.detail);
			rs_note(v->info.note, sizeof(v->info.note),
				"copy %u of 3 is damaged (%.60s)", i + 1, one.detail);
			if (code == RS_E_BL_DAMAGED)
				code = r;
		}
		is_any |= r == 0;
		if (i == 0 && r == 0 && v->header.flavour == BL_VISTA)
			memcpy(v->header.offsets, v->copies[0]->offsets, sizeof(v->header.offsets));
	}
	return is_any ? 0 : rs_fail_on(err, code, src->name, "%s", why);
}

/* The nonce counter rises with every change of the metadata: the highest is the newest. */
static void choose(struct bl_volume *v)
{
	bool is_first = true, is_old = false;

	for (unsigned i = 0; i < BL_COPIES; i++) {
		if (!v->copies[i])
			continue;
		const struct bl_meta *best = v->copies[v->used], *m = v->copies[i];
		if (is_first || m->next_nonce > best->next_nonce) {
			is_old |= !is_first;
			is_first = false;
			v->used = i;
		} else {
			is_old |= m->next_nonce < best->next_nonce;
		}
	}
	const struct bl_meta *best = v->copies[v->used];
	for (unsigned i = 0; i < BL_COPIES; i++) {
		const struct bl_meta *m = v->copies[i];
		v->has_rivals |=
			m && m->next_nonce == best->next_nonce && !bl_meta_is_same(m, best);
	}
	if (is_old)
		rs_note(v->info.note, sizeof(v->info.note),
			"an older copy of the metadata remains; copy %u is the newest",
			v->used + 1);
}

void bl_volume_refuse(struct bl_volume *v, int code, const char *why)
{
	v->is_unreadable = true;
	v->refusal = code;
	v->info.can_read = v->info.can_write = false;
	rs_note(v->info.note, sizeof(v->info.note), "%s", why);
}

/* What current and next state mean (0 null, 1 decrypted, 2 switching with a log, 3 and 5 paused or
 * switching: the sources contradict each other, 4 encrypted). */
static void judge_state(struct bl_volume *v, const struct bl_meta *m)
{
	struct bl_info *in = &v->info;
	uint16_t now = m->state_current, next = m->state_next;

	in->can_read = true;
	v->watermark = m->encrypted_bytes;
	if (v->header.flavour == BL_VISTA) {
		in->state = now == 4 && next == 4 ? BL_ENCRYPTED : BL_CONVERTING;
		bl_volume_refuse(v, RS_E_BL_VISTA, "BitLocker of Windows Vista");
	} else if (now == 1 && next == 1 && m->method == BL_NONE) {
		in->state = BL_DECRYPTED;
		v->watermark = 0;
		rs_note(in->note, sizeof(in->note),
			"decrypted, but BitLocker's header is still there");
	} else if (v->header.is_eow) {
		in->state = BL_EOW;
		bl_volume_refuse(v, RS_E_CONVERSION,
			"encryption of this volume is under way (encrypt-on-write), its files "
			"cannot be read here");
	} else if (now == 0 || next == 0 || now > 5 || next > 5 || (now == 1 && next == 1)) {
		in->state = BL_STATE_UNKNOWN;
		bl_volume_refuse(v, RS_E_UNSUPPORTED, "unknown BitLocker state");
	} else if (now == 2 || next == 2) {
		in->state = BL_CONVERTING;
		bl_volume_refuse(v, RS_E_CONVERSION,
			"encryption or decryption was interrupted in the middle of a "
			"step, only Windows can finish it and read its files");
	} else if (now != 4 || next != 4) {
		in->state = BL_CONVERTING;
		rs_note(in->note, sizeof(in->note),
			now == 4 ? "Windows is about to decrypt or convert this volume: its files "
				   "can be read here, not changed"
				 : "encryption or decryption of this volume is unfinished: its "
				   "files can be read here, not changed");
	} else {
		in->state = bl_count_kind(in, BL_P_CLEAR) ? BL_SUSPENDED : BL_ENCRYPTED;
		in->can_write = true;
		if (in->state == BL_SUSPENDED)
			rs_note(in->note, sizeof(in->note), "protection is suspended");
	}
}

static void deny_write(struct bl_info *in, const char *why)
{
	in->can_write = false;
	rs_note(in->note, sizeof(in->note), "%s", why);
}

static bool is_pointer_overlap(const struct bl_header *h)
{
	for (unsigned i = 0; i < BL_COPIES; i++)
		for (unsigned j = 0; j < i; j++) {
			uint64_t a = h->offsets[i], b = h->offsets[j];
			if ((a > b ? a - b : b - a) < BL_AREA_BYTES)
				return true;
		}
	return false;
}

static void judge_method(struct bl_volume *v)
{
	const struct bl_info *in = &v->info;
	char text[40];

	if (v->is_unreadable || in->state == BL_DECRYPTED || bl_method_key_bytes(in->method))
		return;
	bl_method_text(in->method, text, sizeof(text));
	char why[80];
	(void)snprintf(why, sizeof(why), "encryption method: %s", text);
	bl_volume_refuse(v, RS_E_BL_METHOD, why);
}

void bl_volume_adopt(struct bl_volume *v, unsigned copy, uint64_t device_bytes)
{
	const struct bl_meta *m = v->copies[copy];
	struct bl_info *in = &v->info;
	struct bl_entry vmk;

	v->used = copy;
	in->copy_used = copy;
	in->state_current = m->state_current;
	in->state_next = m->state_next;
	in->method = m->method;
	in->volume_bytes = bl_meta_volume_bytes(m, in->sector_bytes, device_bytes);
	memcpy(in->volume_id, m->volume_id, sizeof(in->volume_id));
	in->created_filetime = m->created_filetime;
	memcpy(in->description, m->description, sizeof(in->description));
	in->encrypted_by_build = m->build;
	in->n_protectors = 0;
	while (in->n_protectors < BL_MAX_PROTECTORS && bl_vmk_at(m, in->n_protectors, &vmk))
		bl_vmk_describe(&vmk, &in->protectors[in->n_protectors++]);
	judge_state(v, m);
	judge_method(v);
	if (v->is_unreadable)
		return;
	if (in->volume_bytes > device_bytes)
		deny_write(in, "the disk is shorter than the volume");
	if (m->has_bad_vmk)
		deny_write(in, "a protector's data are damaged");
	if (is_pointer_overlap(&v->header))
		deny_write(in, "the boot sector points to overlapping metadata");
}

/* A Vista volume is listed even when its metadata cannot be read: nobody is going to open it. */
static int list_vista(struct bl_volume *v, int r)
{
	if (rs_err_ends(r) || v->header.flavour != BL_VISTA)
		return r;
	v->info.state = BL_STATE_UNKNOWN;
	v->info.volume_bytes = v->src->size_bytes;
	v->info.note[0] = '\0';
	bl_volume_refuse(v, RS_E_BL_VISTA, "BitLocker of Windows Vista");
	return 0;
}

int bl_load_header(
	struct blk *src, const struct bl_header *h, struct bl_volume **ret, struct rs_err *err)
{
	auto_bl struct bl_volume *v = calloc(1, sizeof(*v));

	if (!v)
		return rs_fail_on(err, RS_E_MEMORY, src->name, "BitLocker volume");
	v->header = *h;
	(void)snprintf(v->name, sizeof(v->name), "%s", src->name);
	v->src = src;
	v->info.flavour = h->flavour;
	v->info.sector_bytes = h->sector_bytes;
	int r = load_copies(v, src, err);
	if (r == 0) {
		choose(v);
		bl_volume_adopt(v, v->used, src->size_bytes);
	} else {
		r = list_vista(v, r);
	}
	if (r < 0)
		return r;
	*ret = rs_steal(v);
	return 0;
}

int bl_load(struct blk *src, struct bl_volume **ret, struct rs_err *err)
{
	uint8_t sector[512];
	struct bl_header header;

	if (src->size_bytes < sizeof(sector))
		return rs_fail_on(err, RS_E_UNSUPPORTED, src->name, "not a BitLocker volume");
	int r = blk_read(src, 0, sector, sizeof(sector), err);
	if (r < 0)
		return r;
	r = bl_header_parse((struct rs_view){sector, sizeof(sector)}, &header, err);
	if (r < 0) {
		(void)rs_err_object(err, src->name);
		return r;
	}
	return bl_load_header(src, &header, ret, err);
}

void bl_free(struct bl_volume *v)
{
	if (!v)
		return;
	for (unsigned i = 0; i < BL_COPIES; i++)
		bl_meta_free(v->copies[i]);
	rs_secret_done(&v->fvek);
	free(v);
}

const struct bl_info *bl_get_info(const struct bl_volume *v)
{
	return &v->info;
}
