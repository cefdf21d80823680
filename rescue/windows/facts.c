/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Is there a Windows in a volume, where, and which. By content, never by a label or letter. */
#include "windows/internal.h"

#include <stdio.h>
#include <string.h>

#include "core/list.h"
#include "core/text.h"
#include "format/pe.h"

#define MAX_ROOT_FOLDERS 4096
#define MAX_DUMPS	 1000U

/* ---- where ---- */

struct probe {
	struct nt_vol *vol;
	struct rs_err bad; /* the first thing that could not be looked at */
	bool is_usual_bad; /* it is of \\Windows */
};

/* A file (or folder) of the installation; 0 when there is none or it cannot be looked at. */
static uint64_t there(struct probe *p, const char *root, const char *sub, bool is_dir)
{
	char path[WIN_PATH_CAP];
	struct rs_err why = {0};
	struct nt_stat st = {0};
	uint64_t ref = 0;

	(void)snprintf(path, sizeof(path), "%s\\%s", root, sub);
	int r = nt_lookup(p->vol, path, &ref, &why);
	if (r == 0)
		r = nt_stat(p->vol, ref, &st, &why);
	if (r < 0 && r != RS_E_NO_SUCH_FILE && r != RS_E_UNSAFE_PATH && !p->bad.code)
		p->bad = why;
	/* a compressed system file (WOF) is a reparse point: no reason to reject it */
	return r == 0 && st.is_dir == is_dir && !(is_dir && st.is_reparse) ? ref : 0;
}

static uint64_t kernel_there(struct probe *p, const char *root)
{
	static const char *const kernels[] = {
		"System32\\ntoskrnl.exe", "System32\\ntkrnlmp.exe", "System32\\ntkrnlpa.exe"};
	uint64_t ref = 0;

	for (size_t i = 0; !ref && i < sizeof(kernels) / sizeof(kernels[0]); i++)
		ref = there(p, root, kernels[i], false);
	return ref;
}

/* 0: not a Windows; more: how many of its parts are there. */
static unsigned parts_of(struct probe *p, const char *root)
{
	unsigned n = 0;

	if (!there(p, root, "System32", true))
		return 0;
	n += there(p, root, "System32\\config\\SYSTEM", false) != 0;
	n += there(p, root, "System32\\config\\SOFTWARE", false) != 0;
	return n + (kernel_there(p, root) != 0);
}

struct folders {
	char (*names)[sizeof(((struct win_info *)0)->root)];
	size_t n;
	bool is_out_of_memory;
};

static void folders_done(struct folders *f)
{
	free(f->names);
}

static bool folder_add(void *user, const char *name, uint64_t ref, bool is_dir)
{
	struct folders *f = user;

	(void)ref;
	if (!is_dir || strlen(name) + 2 > sizeof(f->names[0]))
		return true;
	char *to = rs_list_add(&f->names, &f->n, sizeof(f->names[0]));
	f->is_out_of_memory = !to;
	if (!to)
		return false;
	(void)snprintf(to, sizeof(f->names[0]), "\\%s", name);
	return f->n < MAX_ROOT_FOLDERS;
}

static int list_folders(struct probe *p, struct folders *f, struct rs_err *err)
{
	uint64_t root;

	int r = nt_lookup(p->vol, "", &root, err);
	if (r == 0)
		r = nt_list(p->vol, root, folder_add, f, err);
	if (r == 0 && f->is_out_of_memory)
		r = rs_fail(err, RS_E_MEMORY, "folders of the root");
	return r;
}

struct candidates {
	struct win_info list[WIN_MOST];
	size_t n;
	unsigned n_more; /* that had no room */
};

static void candidate(struct probe *p, const char *root, struct candidates *c)
{
	unsigned parts = parts_of(p, root);
	uint64_t ref = 0;

	if (!parts)
		return;
	if (c->n == WIN_MOST) {
		c->n_more++;
		return;
	}
	struct win_info *info = &c->list[c->n];
	*info = (struct win_info){.parts = parts};
	if (nt_lookup(p->vol, root, &ref, NULL) < 0 ||
		nt_path(p->vol, ref, info->root, sizeof(info->root), NULL) < 0)
		return; /* a path too long for a Windows */
	c->n++;
}

static bool is_nested(const struct win_info *w)
{
	return strchr(w->root + 1, '\\') != NULL;
}

static bool is_usual(const struct win_info *w)
{
	return strcasecmp(w->root, "\\Windows") == 0;
}

/* The whole ones first; of those alike, \Windows, then others of the root, then what a later
 * installation put aside (\Windows.old\Windows). */
static int by_rank(const void *a, const void *b)
{
	const struct win_info *x = a, *y = b;

	if (x->parts != y->parts)
		return x->parts > y->parts ? -1 : 1;
	if (is_usual(x) != is_usual(y))
		return is_usual(x) ? -1 : 1;
	if (is_nested(x) != is_nested(y))
		return is_nested(x) ? 1 : -1;
	return strcmp(x->root, y->root);
}

/* Every folder of the root, and a folder Windows in each. */
static int search(struct probe *p, struct candidates *c, struct rs_err *err)
{
	__attribute__((cleanup(folders_done))) struct folders f = {0};
	int r = list_folders(p, &f, err);

	if (r < 0)
		return r;
	candidate(p, "\\Windows", c); /* never among those that have no room */
	p->is_usual_bad = p->bad.code != 0;
	for (size_t i = 0; i < f.n; i++) {
		char below[sizeof(f.names[0]) + 16];
		if (strcasecmp(f.names[i], "\\Windows") != 0)
			candidate(p, f.names[i], c);
		(void)snprintf(below, sizeof(below), "%s\\Windows", f.names[i]);
		candidate(p, below, c);
	}
	qsort(c->list, c->n, sizeof(c->list[0]), by_rank);
	return 0;
}

/* A folder of copied hives is no Windows, unless it is where a Windows is. */
static bool is_one(const struct win_info *w)
{
	return w->parts > 1 || is_usual(w);
}

static int find_all(struct probe *p, struct candidates *c, struct rs_err *err)
{
	int r = search(p, c, err);

	if (r < 0)
		return r;
	while (c->n && !is_one(&c->list[c->n - 1]))
		c->n--;
	/* one that was put aside is not the one that this machine starts */
	const bool is_hidden = p->is_usual_bad && c->n && !is_usual(&c->list[0]);
	if (c->n && !is_hidden)
		return 0;
	if (p->bad.code)
		return rs_err_pass(err, p->bad.code, &p->bad);
	return rs_fail(err, RS_E_NO_WINDOWS, "no folder has a System32 with hives and a kernel");
}

/* ---- the kernel ---- */

#define ARCH(name, word, machine, in_registry) {word, machine, in_registry},
const struct win_arch win_archs[WIN_N_ARCHS] = {WIN_ARCHS(ARCH)};

static const char *machine_name(uint16_t machine)
{
	for (size_t i = 0; i < WIN_N_ARCHS; i++)
		if (win_archs[i].machine == machine)
			return win_archs[i].word;
	return "";
}

static void kernel_facts(struct probe *p, struct win_info *info)
{
	auto_nt_file struct nt_file *f = NULL;
	struct rs_err why = {0};
	struct win_pe pe = {0};

	uint64_t ref = kernel_there(p, info->root);
	int r = ref ? nt_file_open(p->vol, ref, "", &f, &why)
		    : rs_fail(&why, RS_E_NO_SUCH_FILE, "no ntoskrnl.exe");
	if (r == 0) {
		struct win_src src = win_src_file(f);
		r = win_pe_read(&src, &pe, &why);
	}
	if (r < 0 || !pe.is_pe) {
		rs_note(info->note, sizeof(info->note), "kernel: %s",
			r < 0 ? why.detail : "not a program");
		return;
	}
	(void)snprintf(info->arch, sizeof(info->arch), "%s", machine_name(pe.machine));
	if (!pe.has_version || info->build)
		return;
	(void)snprintf(info->version, sizeof(info->version), "%u.%u", pe.version[0], pe.version[1]);
	info->build = pe.version[2];
	info->revision = pe.version[3];
	rs_note(info->note, sizeof(info->note), "version taken from the kernel's file");
}

/* ---- when it crashed last ---- */

static void newest_of(struct nt_vol *vol, uint64_t ref, uint64_t *newest)
{
	struct nt_stat st;

	if (nt_stat(vol, ref, &st, NULL) == 0 && !st.is_dir && st.modified > *newest)
		*newest = st.modified;
}

struct dumps {
	struct nt_vol *vol;
	uint64_t newest;
	unsigned n;
};

static bool dump_each(void *user, const char *name, uint64_t ref, bool is_dir)
{
	struct dumps *d = user;

	if (!is_dir && nt_name_match(d->vol, "*.dmp", name))
		newest_of(d->vol, ref, &d->newest);
	return ++d->n < MAX_DUMPS;
}

/* By the time of what it wrote then: the whole dump, and the small ones beside it. What cannot be
 * read is not known. */
static void crash_facts(struct probe *p, struct win_info *info)
{
	struct dumps d = {p->vol, 0, 0};
	char path[WIN_PATH_CAP];
	uint64_t ref;

	(void)snprintf(path, sizeof(path), "%s\\MEMORY.DMP", info->root);
	if (nt_lookup(p->vol, path, &ref, NULL) == 0)
		newest_of(p->vol, ref, &d.newest);
	(void)snprintf(path, sizeof(path), "%s\\Minidump", info->root);
	if (nt_lookup(p->vol, path, &ref, NULL) == 0)
		(void)nt_list(p->vol, ref, dump_each, &d, NULL);
	info->crashed_filetime = d.newest;
}

/* What each start writes: kept with their times where a Windows is put aside. */
static void ran_facts(struct probe *p, struct win_info *info)
{
	static const char *const written[] = {
		"System32\\config\\SYSTEM", "System32\\winevt\\Logs\\System.evtx"};
	char path[WIN_PATH_CAP];
	uint64_t ref;

	info->ran_filetime = info->crashed_filetime;
	for (size_t i = 0; i < sizeof(written) / sizeof(written[0]); i++) {
		(void)snprintf(path, sizeof(path), "%s\\%s", info->root, written[i]);
		if (nt_lookup(p->vol, path, &ref, NULL) == 0)
			newest_of(p->vol, ref, &info->ran_filetime);
	}
}

/* ---- what it is called: the registry of a Windows 11 says "Windows 10 ...", the build decides
 * ---- */

#define FIRST_BUILD_OF_11 22000

static const struct name {
	uint32_t from_build;
	const char *client, *server;
} names[] = {
	{26100, "Windows 11", "Windows Server 2025"},
	{FIRST_BUILD_OF_11, "Windows 11", "Windows Server"},
	{20348, "Windows 10", "Windows Server 2022"},
	{17763, "Windows 10", "Windows Server 2019"},
	{14393, "Windows 10", "Windows Server 2016"},
	{10240, "Windows 10", "Windows Server"},
	{9600, "Windows 8.1", "Windows Server 2012 R2"},
	{9200, "Windows 8", "Windows Server 2012"},
	{7600, "Windows 7", "Windows Server 2008 R2"},
	{6000, "Windows Vista", "Windows Server 2008"},
	{3790, "Windows XP x64", "Windows Server 2003"},
	{2600, "Windows XP", "Windows Server"},
	{0, "Windows", "Windows Server"},
};

static const struct {
	const char *id, *name;
} editions[] = {
	{"Professional", "Pro"},
	{"ProfessionalN", "Pro N"},
	{"ProfessionalWorkstation", "Pro for Workstations"},
	{"ProfessionalEducation", "Pro Education"},
	{"Core", "Home"},
	{"CoreN", "Home N"},
	{"CoreSingleLanguage", "Home Single Language"},
	{"CoreCountrySpecific", "Home China"},
	{"EnterpriseS", "Enterprise LTSC"},
	{"IoTEnterprise", "IoT Enterprise"},
	{"ServerStandard", "Standard"},
	{"ServerDatacenter", "Datacenter"},
	{"ServerStandardEval", "Standard Evaluation"},
	{"ServerDatacenterEval", "Datacenter Evaluation"},
};

static const char *edition_name(const char *id)
{
	for (size_t i = 0; i < sizeof(editions) / sizeof(editions[0]); i++) {
		if (strcmp(editions[i].id, id) == 0)
			return editions[i].name;
	}
	return id;
}

static void name_it(struct win_info *info)
{
	char *ten = strstr(info->product, "Windows 10");

	if (ten && info->build >= FIRST_BUILD_OF_11 && !info->is_server)
		ten[strlen("Windows 1")] = '1';
	if (info->product[0])
		return;
	const struct name *n = names;
	while (n->from_build > info->build)
		n++;
	(void)snprintf(info->product, sizeof(info->product), "%s%s%s",
		info->is_server ? n->server : n->client, info->edition[0] ? " " : "",
		edition_name(info->edition));
}

/* ---- all of it ---- */

static int fill(struct probe *p, struct win_info *info, struct rs_err *err)
{
	int r = win_facts_software(p->vol, info, err);

	if (r < 0)
		return r;
	kernel_facts(p, info);
	crash_facts(p, info);
	ran_facts(p, info);
	char arch[sizeof(info->arch)];
	memcpy(arch, info->arch, sizeof(arch));
	r = win_facts_system(p->vol, info, err);
	if (r < 0)
		return r;
	if (arch[0]) /* the kernel's own header against a variable of the environment */
		memcpy(info->arch, arch, sizeof(arch));
	info->is_server |= strncmp(info->installation, "Server", strlen("Server")) == 0;
	name_it(info);
	return 0;
}

bool win_is_whole(const struct win_info *w)
{
	return w->parts == WIN_PARTS;
}

/* Is @a rather the one that starts than @b? */
static bool is_rather(const struct win_info *a, const struct win_info *b)
{
	if (is_nested(a) != is_nested(b))
		return is_nested(b);
	return a->ran_filetime > b->ran_filetime;
}

const struct win_info *win_that_starts(const struct win_info *list, size_t n)
{
	const struct win_info *ret = NULL;

	for (size_t i = 0; i < n; i++)
		if (win_is_whole(&list[i]) && (!ret || is_rather(&list[i], ret)))
			ret = &list[i];
	return ret;
}

bool win_is_aside(const struct win_info *w, const struct win_info *starts)
{
	return starts && starts != w && is_nested(w) && !is_nested(starts);
}

bool win_has_path(struct nt_vol *vol, const char *root, const char *path)
{
	const size_t len = strlen(root);
	auto_free char *begin = strndup(path, len);

	return begin && strlen(begin) == len && path[len] == '\\' &&
	       nt_name_equal(vol, begin, root);
}

int win_probe_all(struct nt_vol *vol, struct win_info **ret, size_t *ret_n, struct rs_err *err)
{
	auto_free struct candidates *c = calloc(1, sizeof(*c));
	struct probe p = {.vol = vol};

	if (!c)
		return rs_fail(err, RS_E_MEMORY, "Windows folders");
	int r = find_all(&p, c, err);
	for (size_t i = 0; r == 0 && i < c->n; i++)
		if (i == 0 || win_is_whole(&c->list[i]))
			r = fill(&p, &c->list[i], err);
	if (r < 0)
		return r;
	if (p.bad.code)
		rs_note(c->list[0].note, sizeof(c->list[0].note),
			"not all folders could be looked at: %s",
			p.bad.detail[0] ? p.bad.detail : rs_err_info(p.bad.code)->text);
	if (c->n_more)
		rs_note(c->list[0].note, sizeof(c->list[0].note),
			"%u more folders look like a Windows", c->n_more);
	*ret = calloc(c->n + 1, sizeof(**ret));
	if (!*ret)
		return rs_fail(err, RS_E_MEMORY, "Windows folders");
	memcpy(*ret, c->list, c->n * sizeof(**ret));
	*ret_n = c->n;
	return 0;
}
