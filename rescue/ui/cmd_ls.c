/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ls and cat: look into a volume without mounting it. */
#include <openssl/evp.h>
#include <string.h>
#include <unistd.h>

#include "ui/ui.h"

/* "DRHSAL" as far as they apply, size, time of change. */
static void print_long(const struct rs_node *n)
{
	char letters[8], time[32], when[32], size[24] = "-";

	rs_attribute_letters(n, '-', letters);
	rs_filetime_text(n->modified, time);
	(void)snprintf(when, sizeof(when), "%.10s %.8s", time, strlen(time) > 19 ? time + 11 : "");
	if (!n->is_dir)
		(void)snprintf(size, sizeof(size), "%llu", (unsigned long long)n->size_bytes);
	(void)printf("%s %15s  %-19s  ", letters, size, when);
}

static bool on_node(void *user, const struct rs_node *n)
{
	struct ui *ui = user;
	const struct options *o = &ui->opt;

	if (is_given(o, OPT_JSON)) {
		ui_entry(ui, n, NULL);
	} else {
		if (is_given(o, OPT_LONG))
			print_long(n);
		out_line(is_given(o, OPT_RECURSIVE) && n->path[0] ? n->path : n->name);
	}
	return !term_is_cancelled() && !ferror(stdout);
}

static int walk(struct ui *ui, struct rs_tree *t, const char *path, struct rs_err *err)
{
	const struct rs_tree_facts *facts = rs_tree_facts(t);
	uint64_t faults = 0;
	int r = rs_tree_walk(t, path, on_node, ui, &faults, err);

	if (r < 0)
		return r;
	if (facts->fault[0])
		return rs_fail_on(err, RS_E_NTFS_DAMAGED, facts->name, "%s", facts->fault);
	if (faults)
		return rs_fail_on(err, RS_E_NTFS_DAMAGED, facts->name, "%llu %s could not be read",
			(unsigned long long)faults, rs_form(faults, "record", "records"));
	return 0;
}

int cmd_ls(struct ui *ui, struct rs_tree *t, struct rs_err *err)
{
	const char *path = ui->opt.n_args > 1 ? ui->opt.args[1] : "";
	const struct rs_tree_facts *facts = rs_tree_facts(t);
	int r;

	if (is_given(&ui->opt, OPT_RECURSIVE)) {
		r = walk(ui, t, path, err);
	} else {
		if (facts->fault[0])
			out_warn("warning: %-s: %s", facts->name, facts->fault);
		r = rs_tree_list(t, path, on_node, ui, err);
	}
	if (r == 0 && term_is_cancelled())
		r = rs_fail_on(err, RS_E_CANCELLED, ui->opt.args[0], "%s", "");
	if (ferror(stdout))
		r = err->code = 0; /* stopped for that: ui_end says so */
	return r;
}

struct copy {
	struct rs_tree *tree;
	EVP_MD_CTX *hash; /* NULL: to standard output instead */
	uint8_t *block;
};

static int copy_file(struct copy *c, const struct rs_node *n, struct rs_err *err)
{
	uint64_t off = 0;

	for (;;) {
		size_t len = 0;
		int r = rs_tree_read(c->tree, n->ref, off, c->block, UI_BLOCK_BYTES, &len, err);
		if (r < 0)
			return r;
		if (!len)
			return 0;
		if (c->hash && EVP_DigestUpdate(c->hash, c->block, len) != 1)
			return rs_fail(err, RS_E_BUG, "SHA-256");
		r = c->hash ? 0 : out_write(STDOUT_FILENO, c->block, len, "standard output", err);
		if (r < 0)
			return r;
		off += len;
		if (!progress_step("cat", off, n->size_bytes, true))
			return rs_fail_on(err, RS_E_CANCELLED, n->path, "%s", "");
	}
}

/* What the report says of the file: its node, and the hash of all its bytes. */
static int cat_node(struct ui *ui, struct copy *c, struct rs_err *err)
{
	const char *path = ui->opt.args[1];
	struct rs_node n;
	char hex[2 * EVP_MAX_MD_SIZE + 1];

	int r = rs_tree_stat(c->tree, path, &n, err);
	if (r < 0)
		return r;
	if (n.is_dir)
		return rs_fail_on(err, RS_E_USAGE, path, "it is a folder");
	if (n.is_unlogged)
		out_warn(
			"warning: %-s: its contents are not in the journal: zeros, as Windows will "
			"see them",
			path);
	n.path = path; /* its own pointers die with the next call */
	n.name = path;
	r = copy_file(c, &n, err);
	if (r < 0 || !c->hash)
		return r;
	r = ui_hash_text(c->hash, hex, err);
	if (r == 0)
		ui_entry(ui, &n, hex);
	return r;
}

int cmd_cat(struct ui *ui, struct rs_tree *t, struct rs_err *err)
{
	auto_free uint8_t *block = malloc(UI_BLOCK_BYTES);
	struct copy c = {.tree = t, .block = block};
	int r;

	if (is_given(&ui->opt, OPT_JSON))
		c.hash = EVP_MD_CTX_new();
	if (!block)
		r = rs_fail(err, RS_E_MEMORY, "a block to read");
	else if (is_given(&ui->opt, OPT_JSON) &&
		 (!c.hash || EVP_DigestInit_ex(c.hash, EVP_sha256(), NULL) != 1))
		r = rs_fail(err, RS_E_MEMORY, "SHA-256");
	else
		r = cat_node(ui, &c, err);
	EVP_MD_CTX_free(c.hash);
	return r;
}
