/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "format/bootentry.h"

#include <string.h>

#include "format/bytes.h"
#include "format/text.h"

enum {
	NODE_MIN_BYTES = 4,
	TYPE_HARDWARE = 1,
	HARDWARE_PCI = 1,
	TYPE_ACPI = 2,
	ACPI_PLAIN = 1,
	ACPI_EXPANDED = 2,
	ACPI_PCI_ROOT = 0x0A0341D0,  /* PNP0A03, as EISA packs it */
	ACPI_PCIE_ROOT = 0x0A0841D0, /* PNP0A08 */
	TYPE_MESSAGING = 3,
	MESSAGING_SCSI = 2,
	MESSAGING_USB = 5,
	MESSAGING_UNIT = 17,
	MESSAGING_SATA = 18,
	SATA_DIRECT = 0x8000, /* no port multiplier between */
	MESSAGING_NVME = 23,
	MESSAGING_SD = 26,
	MESSAGING_EMMC = 29,
	TYPE_MEDIA = 4,
	MEDIA_HARD_DRIVE = 1,
	MEDIA_CD = 2,
	MEDIA_FILE = 4,
	TYPE_END = 0x7F,
	END_WHOLE = 0xFF,
	ENTRY_ACTIVE = 1,
};

bool path_node_next(const uint8_t *path, size_t len, size_t *off, struct path_node *ret)
{
	if (*off > len || len - *off < NODE_MIN_BYTES)
		return false;
	const uint8_t *p = path + *off;
	size_t node_len = rs_le16(p + 2);
	if (node_len < NODE_MIN_BYTES || node_len > len - *off || p[0] == TYPE_END)
		return false;
	*ret = (struct path_node){.p = p, .len = node_len, .type = p[0], .subtype = p[1]};
	*off += node_len;
	return true;
}

size_t path_length(const uint8_t *path, size_t max)
{
	size_t off = 0;

	while (max - off >= NODE_MIN_BYTES) {
		size_t len = rs_le16(path + off + 2);
		if (len < NODE_MIN_BYTES || len > max - off)
			return 0;
		if (path[off] == TYPE_END && path[off + 1] == END_WHOLE)
			return off + len;
		off += len;
	}
	return 0;
}

/* Nothing is changed if the node names none. */
static bool take_partition(const struct path_node *n, struct partition *ret)
{
	if (n->type != TYPE_MEDIA || n->subtype != MEDIA_HARD_DRIVE ||
		n->len < PARTITION_NODE_BYTES ||
		(n->p[41] != PARTITION_GPT && n->p[41] != PARTITION_MBR))
		return false;
	*ret = (struct partition){.kind = n->p[41], .number = rs_le32(n->p + 4)};
	memcpy(ret->node, n->p, PARTITION_NODE_BYTES);
	memcpy(ret->signature, n->p + 24, sizeof(ret->signature));
	return true;
}

bool path_partition(const uint8_t *path, size_t len, struct partition *ret)
{
	bool is_found = false;
	struct path_node n;

	for (size_t off = 0; path_node_next(path, len, &off, &n);)
		is_found |= take_partition(&n, ret);
	return is_found;
}

/* One hop; false: there is no word for it. */
static bool add_messaging(const struct path_node *n, struct text *t)
{
	const uint8_t *p = n->p;

	if (n->subtype == MESSAGING_USB && n->len >= 6)
		text_add(t, "usb:%u ", p[4] + 1U);
	else if (n->subtype == MESSAGING_SATA && n->len >= 10 && rs_le16(p + 6) & SATA_DIRECT)
		text_add(t, "sata:%u ", (unsigned)rs_le16(p + 4));
	else if (n->subtype == MESSAGING_NVME && n->len >= 8)
		text_add(t, "nvme:%u ", (unsigned)rs_le32(p + 4));
	else if (n->subtype == MESSAGING_SCSI && n->len >= 8)
		text_add(t, "scsi:%u.%u ", (unsigned)rs_le16(p + 4), (unsigned)rs_le16(p + 6));
	else if (n->subtype == MESSAGING_SD && n->len >= 5)
		text_add(t, "sd:%u ", (unsigned)p[4]);
	else if (n->subtype == MESSAGING_EMMC && n->len >= 5)
		text_add(t, "emmc:%u ", (unsigned)p[4]);
	else if (n->subtype == MESSAGING_UNIT && n->len >= 5)
		text_add(t, "lun:%u ", (unsigned)p[4]);
	else
		return false;
	return true;
}

static bool add_hop(const struct path_node *n, struct text *t)
{
	const uint8_t *p = n->p;

	if (n->type == TYPE_MESSAGING)
		return add_messaging(n, t);
	if (n->type == TYPE_HARDWARE && n->subtype == HARDWARE_PCI && n->len >= 6)
		text_add(t, "pci:%02x.%x ", (unsigned)p[5], (unsigned)p[4]);
	else if (n->type == TYPE_ACPI &&
		 (n->subtype == ACPI_PLAIN || n->subtype == ACPI_EXPANDED) && n->len >= 12 &&
		 (rs_le32(p + 4) == ACPI_PCI_ROOT || rs_le32(p + 4) == ACPI_PCIE_ROOT))
		text_add(t, "root:%u ", (unsigned)rs_le32(p + 8));
	else
		return false;
	return true;
}

bool path_place(const uint8_t *path, size_t len, char ret[PLACE_TEXT_MAX])
{
	bool is_whole = true;
	struct text t;
	struct path_node n;

	text_init(&t, ret, PLACE_TEXT_MAX);
	for (size_t off = 0; path_node_next(path, len, &off, &n) && n.type != TYPE_MEDIA;)
		is_whole &= add_hop(&n, &t);
	if (t.len && !is_whole)
		text_add(&t, "other ");
	if (!t.len || t.is_cut)
		ret[0] = '\0';
	else
		ret[t.len - 1] = '\0'; /* the last blank */
	return ret[0];
}

bool path_is_cd(const uint8_t *path, size_t len)
{
	struct path_node n;

	for (size_t off = 0; path_node_next(path, len, &off, &n);)
		if (n.type == TYPE_MEDIA && n.subtype == MEDIA_CD)
			return true;
	return false;
}

void partition_name(struct partition *p, uint64_t first_sector, uint64_t n_sectors)
{
	uint8_t node[PARTITION_NODE_BYTES] = {TYPE_MEDIA, MEDIA_HARD_DRIVE, PARTITION_NODE_BYTES};

	rs_put_le32(node + 4, p->number);
	rs_put_le64(node + 8, first_sector);
	rs_put_le64(node + 16, n_sectors);
	memcpy(node + 24, p->signature, sizeof(p->signature));
	node[40] = node[41] = (uint8_t)p->kind; /* of the table, and of the signature */
	memcpy(p->node, node, sizeof(node));
}

bool partition_is_same(const struct partition *a, const struct partition *b)
{
	if (a->kind != b->kind)
		return false;
	/* an MBR's signature is the whole disk's */
	if (a->kind == PARTITION_MBR && a->number != b->number)
		return false;
	return memcmp(a->signature, b->signature, sizeof(a->signature)) == 0;
}

/* Add a file node's text; a path may stand in several nodes. False if it does not fit or is not
 * ASCII: then it is not a file that we look for. */
static bool add_file(const struct path_node *n, char file[BOOT_FILE_MAX], size_t *len)
{
	for (size_t at = NODE_MIN_BYTES; n->len - at >= 2; at += 2) {
		unsigned c = rs_le16(n->p + at);

		if (c == 0)
			break;
		bool is_first = at == NODE_MIN_BYTES;
		bool has_slash = *len && file[*len - 1] == '\\';
		if (is_first && *len && c != '\\' && !has_slash)
			file[(*len)++] = '\\';
		if (is_first && c == '\\' && has_slash)
			continue;
		if (c < ' ' || c > '~' || *len + 2 >= BOOT_FILE_MAX)
			return false;
		file[(*len)++] = (char)c;
	}
	file[*len] = '\0';
	return true;
}

bool boot_entry_parse(const uint8_t *p, size_t len, struct boot_entry *ret)
{
	size_t off = 6, file_len = 0;
	struct path_node n;

	*ret = (struct boot_entry){.has_partition = false};
	if (len < off)
		return false;
	size_t path_len = rs_le16(p + 4);
	ret->is_active = p[0] & ENTRY_ACTIVE;
	ret->title = p + off;
	for (;; off += 2) { /* the description */
		if (len - off < 2)
			return false;
		if (rs_le16(p + off) == 0)
			break;
	}
	ret->title_bytes = (size_t)(p + off - ret->title);
	off += 2;
	if (path_len > len - off)
		return false;
	const uint8_t *path = p + off;
	for (off = 0; path_node_next(path, path_len, &off, &n);) {
		ret->has_partition |= take_partition(&n, &ret->partition);
		if (n.type == TYPE_MEDIA && n.subtype == MEDIA_FILE &&
			!add_file(&n, ret->file, &file_len)) {
			ret->file[0] = '\0';
			return true;
		}
	}
	return path_len - off < NODE_MIN_BYTES || path[off] == TYPE_END;
}

bool boot_entry_is_windows(const struct boot_entry *e)
{
	static const char end[] = "\\bootmgfw.efi";
	size_t len = strlen(e->file), end_len = sizeof(end) - 1;

	return e->has_partition && len >= end_len && text_is_same(e->file + len - end_len, end);
}

struct out {
	uint8_t *p;
	size_t size, len;
};

static void add(struct out *o, const void *bytes, size_t len)
{
	if (o->len <= o->size && o->size - o->len >= len)
		memcpy(o->p + o->len, bytes, len);
	o->len += len;
}

static void add_wide(struct out *o, const char *text)
{
	do {
		uint8_t unit[2] = {(uint8_t)*text, 0};

		add(o, unit, sizeof(unit));
	} while (*text++);
}

size_t boot_entry_build(
	const struct partition *partition, const char *file, uint8_t *ret, size_t size)
{
	static const uint8_t end[] = {TYPE_END, END_WHOLE, 4, 0};
	struct out o = {.p = ret, .size = size};
	uint8_t head[6] = {ENTRY_ACTIVE}, node[NODE_MIN_BYTES] = {TYPE_MEDIA, MEDIA_FILE};
	size_t file_len = NODE_MIN_BYTES + 2 * (strlen(file) + 1);

	rs_put_le16(head + 4, (uint16_t)(PARTITION_NODE_BYTES + file_len + sizeof(end)));
	rs_put_le16(node + 2, (uint16_t)file_len);
	add(&o, head, sizeof(head));
	add_wide(&o, "Windows Boot Manager");
	add(&o, partition->node, PARTITION_NODE_BYTES);
	add(&o, node, sizeof(node));
	add_wide(&o, file);
	add(&o, end, sizeof(end));
	return o.len <= size ? o.len : 0;
}
