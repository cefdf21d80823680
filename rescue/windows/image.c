/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Is a program what it was when it was made? Its headers against its size, and in a full look all
 * its bytes in one pass: zeros, checksum, the digest of its signature, paths. Sources: Microsoft's
 * PE format; the checksum is that of ImageHlp's CheckSumMappedFile: the sum of all 16-bit words
 * with the carry added back, the field itself left out, plus the size. */
#include "windows/image_internal.h"

#include <inttypes.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#include "core/cleanup.h"

#define PIECE_BYTES	 65536U
#define WINDOW_BYTES	 8192U
#define SUBSYSTEM_NATIVE 1U

RS_DEFINE_AUTO(EVP_MD_CTX *, EVP_MD_CTX_free);

/* ---- headers are read in small bits: through a window, which makes few requests of them ---- */

struct window {
	const struct win_src *src;
	uint64_t at;
	size_t len;
	uint8_t buf[WINDOW_BYTES];
};

static int window_read(void *user, uint64_t off_bytes, void *buf, size_t len, struct rs_err *err)
{
	struct window *w = user;

	if (off_bytes < w->at || off_bytes - w->at > w->len || w->len - (off_bytes - w->at) < len) {
		if (len > WINDOW_BYTES)
			return w->src->read(w->src->user, off_bytes, buf, len, err);
		uint64_t left = w->src->size_bytes - off_bytes; /* callers stay inside */
		size_t n = left < WINDOW_BYTES ? (size_t)left : WINDOW_BYTES;
		w->len = 0;
		int r = w->src->read(w->src->user, off_bytes, w->buf, n, err);
		if (r < 0)
			return r;
		w->at = off_bytes;
		w->len = n;
	}
	memcpy(buf, w->buf + (off_bytes - w->at), len);
	return 0;
}

/* ---- one look ---- */

struct look {
	struct win_src src; /* through the window */
	const struct win_src *whole;
	struct pe_headers pe;
	struct pe_place sections[PE_SECTIONS_MAX];
	bool has_bytes[PE_SECTIONS_MAX]; /* other than zeros */
	uint16_t n_sections;
	uint64_t headers_end; /* where the first section's bytes begin */
	bool is_gapless;      /* the sections lie one behind another: all is in the digest */
	bool is_all_zero;
	struct image_digest signature;
	EVP_MD_CTX *md; /* NULL: nothing to hash */
	uint64_t sum;	/* of words, not folded */
	struct image_text text;
};

__attribute__((format(printf, 3, 4))) static void fault(
	struct win_image *ret, enum win_soundness what, const char *fmt, ...)
{
	va_list ap;

	if (ret->soundness != WIN_SOUND) /* the first one tells most */
		return;
	ret->soundness = what;
	va_start(ap, fmt);
	(void)vsnprintf(ret->fault, sizeof(ret->fault), fmt, ap);
	va_end(ap);
}

static int by_place(const void *a, const void *b)
{
	const struct pe_place *x = a, *y = b;

	return (x->at > y->at) - (x->at < y->at);
}

/* The sections that have bytes in the file, in its order. */
static int sections_read(struct look *l, struct win_image *ret, struct rs_err *err)
{
	uint64_t size = ret->size_bytes;

	for (uint16_t i = 0; i < l->pe.n_sections; i++) {
		struct pe_place s;
		int r = pe_section_read(&l->pe, i, &s, err);
		if (r < 0)
			return r;
		if (r == 0 || !s.bytes || !s.at)
			continue;
		if (s.at > size || size - s.at < s.bytes)
			fault(ret, WIN_CUT,
				"it ends after %" PRIu64 " bytes, and its headers tell of %" PRIu64
				" at least",
				size, (uint64_t)s.at + s.bytes);
		l->sections[l->n_sections++] = s;
	}
	qsort(l->sections, l->n_sections, sizeof(l->sections[0]), by_place);
	l->is_gapless = l->n_sections > 0;
	l->headers_end = l->n_sections ? l->sections[0].at : size;
	for (uint16_t i = 1; i < l->n_sections; i++)
		if ((uint64_t)l->sections[i - 1].at + l->sections[i - 1].bytes != l->sections[i].at)
			l->is_gapless = false;
	return 0;
}

static int version_take(struct look *l, struct win_image *ret, struct rs_err *err)
{
	struct win_pe version = {0};

	int r = pe_version_read(&l->pe, &version, err);
	if (r < 0 || !version.has_version)
		return r;
	ret->has_version = true;
	memcpy(ret->version, version.version, sizeof(ret->version));
	uint64_t size = l->src.size_bytes, at = l->pe.version_at;
	uint64_t left = at < size ? size - at : 0;
	size_t len = l->pe.version_bytes < PE_VERSION_MAX ? l->pe.version_bytes : PE_VERSION_MAX;
	len = len < left ? len : (size_t)left;
	auto_free uint8_t *buf = malloc(len ? len : 1);
	if (!buf)
		return rs_fail(err, RS_E_MEMORY, "version");
	r = len ? l->src.read(l->src.user, at, buf, len, err) : 0;
	if (r == 0)
		version_texts((struct rs_view){buf, len}, ret);
	return r;
}

/* The folder of the resources has entries, or there would be none. */
static int resources_check(struct look *l, struct win_image *ret, struct rs_err *err)
{
	uint8_t head[16];
	uint64_t at = l->pe.resources_at;

	if (!at || at > ret->size_bytes || ret->size_bytes - at < sizeof(head))
		return 0;
	int r = l->src.read(l->src.user, at, head, sizeof(head), err);
	if (r == 0 && rs_is_zero(head, sizeof(head)))
		fault(ret, WIN_ZERO_TAIL,
			"its resources hold only zeros where they begin (byte %" PRIu64 ")", at);
	return r;
}

static int headers_look(struct look *l, bool is_program, struct win_image *ret, struct rs_err *err)
{
	int r = pe_headers_read(&l->src, &l->pe, err);
	if (r < 0)
		return r;
	if (!l->pe.is_pe) {
		if (l->pe.is_cut)
			fault(ret, WIN_CUT, "it ends after %" PRIu64 " bytes, in its own headers",
				ret->size_bytes);
		else if (l->pe.is_mz && is_program && !l->pe.is_old)
			fault(ret, WIN_BAD_HEADER,
				"it begins as a program, and has no header of one");
		else if (is_program && !l->pe.is_mz)
			fault(ret, WIN_NO_PROGRAM,
				"it should be a program, and its first bytes are "
				"those of none");
		return 0;
	}
	ret->is_pe = true;
	ret->machine = l->pe.machine;
	ret->is_native = l->pe.subsystem == SUBSYSTEM_NATIVE;
	ret->image_size = l->pe.image_size;
	ret->timestamp = l->pe.timestamp;
	ret->checksum = l->pe.checksum;
	if (l->pe.is_cut)
		fault(ret, WIN_CUT, "it ends after %" PRIu64 " bytes, in its own headers",
			ret->size_bytes);
	else if (!l->pe.has_optional || !l->pe.n_sections)
		fault(ret, WIN_BAD_HEADER, "it begins as a program, and its headers are not whole");
	r = sections_read(l, ret, err);
	if (r == 0 && l->pe.security_at && l->pe.security_bytes &&
		(l->pe.security_at > ret->size_bytes ||
			ret->size_bytes - l->pe.security_at < l->pe.security_bytes))
		fault(ret, WIN_CUT, "it ends after %" PRIu64 " bytes, before its signature does",
			ret->size_bytes);
	if (r == 0)
		r = version_take(l, ret, err);
	return r < 0 ? r : resources_check(l, ret, err);
}

/* ---- all bytes ---- */

/* [from, to) of the piece at @at goes into the digest. */
static bool hash_part(
	struct look *l, uint64_t at, const uint8_t *p, size_t len, uint64_t from, uint64_t to)
{
	uint64_t end = at + len;

	from = from > at ? from : at;
	to = to < end ? to : end;
	return from >= to || EVP_DigestUpdate(l->md, p + (from - at), (size_t)(to - from)) == 1;
}

/* All but the checksum, the directory's entry of the signature, and the signature. */
static bool hash_piece(struct look *l, uint64_t at, const uint8_t *p, size_t len)
{
	const struct pe_headers *pe = &l->pe;

	return hash_part(l, at, p, len, 0, pe->checksum_at) &&
	       hash_part(l, at, p, len, pe->checksum_at + 4, pe->security_dir_at) &&
	       hash_part(l, at, p, len, pe->security_dir_at + 8, pe->security_at);
}

static void sum_piece(struct look *l, uint64_t at, const uint8_t *p, size_t len)
{
	size_t i = 0;

	for (; i + 1 < len; i += 2) /* pieces begin at even places */
		l->sum += rs_le16(p + i);
	if (i < len)
		l->sum += p[i];
	for (i = 0; i < 4; i++) { /* the field counts as zeros */
		uint64_t field = l->pe.checksum_at + i;
		if (field >= at && field - at < len)
			l->sum -= (uint64_t)p[field - at] << (field & 1 ? 8 : 0);
	}
}

static void zeros_piece(struct look *l, uint64_t at, const uint8_t *p, size_t len)
{
	if (rs_is_zero(p, len))
		return;
	l->is_all_zero = false;
	for (uint16_t i = 0; i < l->n_sections; i++) {
		uint64_t from = l->sections[i].at, to = from + l->sections[i].bytes;
		if (l->has_bytes[i] || to <= at || from >= at + len)
			continue;
		from = from > at ? from : at;
		to = to < at + len ? to : at + len;
		l->has_bytes[i] = !rs_is_zero(p + (from - at), (size_t)(to - from));
	}
}

static int pass(
	struct look *l, const struct rs_task *task, struct win_image *ret, struct rs_err *err)
{
	auto_free uint8_t *buf = malloc(PIECE_BYTES);
	uint64_t end = ret->size_bytes < WIN_IMAGE_MOST ? ret->size_bytes : WIN_IMAGE_MOST;

	if (!buf)
		return rs_fail(err, RS_E_MEMORY, "file");
	for (uint64_t at = 0; at < end;) {
		size_t len = end - at < PIECE_BYTES ? (size_t)(end - at) : PIECE_BYTES;
		if (!rs_task_goes_on(task))
			return rs_fail(err, RS_E_CANCELLED, "while a file was looked at");
		int r = l->whole->read(l->whole->user, at, buf, len, err);
		if (r < 0)
			return r;
		zeros_piece(l, at, buf, len);
		image_text_add(&l->text, buf, len, ret);
		if (l->pe.has_optional)
			sum_piece(l, at, buf, len);
		if (l->md && !hash_piece(l, at, buf, len))
			return rs_fail(err, RS_E_BUG, "digest");
		at += len;
	}
	image_text_end(&l->text, ret);
	ret->is_full = end == ret->size_bytes;
	return 0;
}

/* Can the digest be computed? Only where all bytes but the signature go into it one after the
 * other, as they do in what linkers make. */
static int digest_begin(struct look *l, EVP_MD_CTX *md, struct win_image *ret, struct rs_err *err)
{
	const char *why = NULL;
	int r = image_digest_read(&l->pe, &l->signature, err);

	if (r < 0 || !l->signature.is_signed)
		return r;
	ret->digest = WIN_DIGEST_UNREADABLE;
	(void)snprintf(ret->signer, sizeof(ret->signer), "%s", l->signature.signer);
	if (!l->signature.nid)
		why = l->signature.why;
	else if (ret->size_bytes > WIN_IMAGE_MOST)
		why = "the file is larger than what is looked at";
	else if (!l->is_gapless || !l->pe.security_dir_at)
		why = "the file is not laid out as linkers do it";
	if (why) {
		(void)snprintf(
			ret->note, sizeof(ret->note), "its signature is not compared: %.80s", why);
		return 0;
	}
	if (EVP_DigestInit_ex(md, EVP_get_digestbynid(l->signature.nid), NULL) != 1)
		return rs_fail(err, RS_E_MEMORY, "digest");
	l->md = md;
	return 0;
}

static int digest_end(struct look *l, struct win_image *ret, struct rs_err *err)
{
	uint8_t md[EVP_MAX_MD_SIZE];
	unsigned len = 0;

	if (!l->md)
		return 0;
	if (EVP_DigestFinal_ex(l->md, md, &len) != 1)
		return rs_fail(err, RS_E_BUG, "digest");
	bool is_same = len == l->signature.len && memcmp(md, l->signature.digest, len) == 0;
	ret->digest = is_same ? WIN_DIGEST_MATCHES : WIN_DIGEST_DIFFERS;
	return 0;
}

static bool is_checksum_right(const struct look *l, const struct win_image *ret)
{
	uint64_t sum = l->sum;

	while (sum >> 16)
		sum = (sum & 0xFFFF) + (sum >> 16);
	return (uint32_t)(sum + ret->size_bytes) == ret->checksum;
}

/* A section of code, of the resources, or of a page and more that is only read holds something,
 * unless whoever made the file summed it up with zeros. */
static void zero_sections(const struct look *l, struct win_image *ret)
{
	for (uint16_t i = 0; i < l->n_sections; i++) {
		const struct pe_place *s = &l->sections[i];
		bool is_resources = l->pe.resources_rva >= s->rva &&
				    l->pe.resources_rva - s->rva < s->bytes &&
				    l->pe.resources_bytes;
		bool is_writable = s->flags & 0x80000000U;
		if (l->has_bytes[i] || !(s->flags & PE_HAS_CODE || is_resources ||
					       (!is_writable && s->bytes >= 4096)))
			continue;
		fault(ret, WIN_ZERO_TAIL, "from byte %u on %u bytes are zeros, where it has %s",
			s->at, s->bytes,
			s->flags & PE_HAS_CODE ? "code"
			: is_resources	       ? "resources"
					       : "data");
	}
}

static void judge_full(const struct look *l, struct win_image *ret)
{
	if (l->is_all_zero && ret->is_full) {
		ret->soundness = WIN_SOUND; /* tells more than what it is not */
		fault(ret, WIN_ALL_ZERO, "all its %" PRIu64 " bytes are zeros", ret->size_bytes);
	}
	if (!l->pe.has_optional || !ret->is_full)
		return;
	bool is_right = ret->checksum && is_checksum_right(l, ret);
	if (!is_right && ret->digest != WIN_DIGEST_MATCHES)
		zero_sections(l, ret);
	if (ret->digest == WIN_DIGEST_DIFFERS)
		fault(ret, WIN_BAD_DIGEST, "its contents are not those that were signed%s%s",
			ret->signer[0] ? " by " : "", ret->signer);
	/* Windows looks at it in drivers only; of other programs many have a wrong one from the
	 * beginning, and their signature is the better witness */
	if (ret->checksum && !is_right && (ret->is_native || ret->digest != WIN_DIGEST_MATCHES))
		fault(ret, WIN_BAD_CHECKSUM, "its checksum is not the one in its header");
}

static int look_full(
	struct look *l, const struct rs_task *task, struct win_image *ret, struct rs_err *err)
{
	__attribute__((cleanup(EVP_MD_CTX_free_auto))) EVP_MD_CTX *md = EVP_MD_CTX_new();

	if (!md)
		return rs_fail(err, RS_E_MEMORY, "digest");
	int r = l->pe.is_pe && ret->soundness != WIN_CUT ? digest_begin(l, md, ret, err) : 0;
	l->is_all_zero = true;
	if (r == 0)
		r = pass(l, task, ret, err);
	if (r == 0)
		r = digest_end(l, ret, err);
	if (r < 0)
		return r;
	if (!ret->is_full && !ret->note[0])
		(void)snprintf(ret->note, sizeof(ret->note), "only its first %u MiB were looked at",
			(unsigned)(WIN_IMAGE_MOST >> 20));
	judge_full(l, ret);
	return 0;
}

int win_image_look(const struct win_src *src, bool is_program, bool is_full,
	const struct rs_task *task, struct win_image *ret, struct rs_err *err)
{
	auto_free struct window *w = calloc(1, sizeof(*w));
	auto_free struct look *l = calloc(1, sizeof(*l));

	*ret = (struct win_image){.size_bytes = src->size_bytes};
	if (!w || !l)
		return rs_fail(err, RS_E_MEMORY, "file");
	if (!src->size_bytes) {
		ret->is_full = true;
		fault(ret, WIN_EMPTY, "it is empty");
		return 0;
	}
	w->src = src;
	l->whole = src;
	l->src = (struct win_src){window_read, w, src->size_bytes};
	size_t head =
		src->size_bytes < sizeof(ret->head) ? (size_t)src->size_bytes : sizeof(ret->head);
	int r = l->src.read(l->src.user, 0, ret->head, head, err);
	if (r == 0)
		r = headers_look(l, is_program, ret, err);
	if (r == 0 && is_full)
		r = look_full(l, task, ret, err);
	return r;
}
