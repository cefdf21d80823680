/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "init/stick_files.h"

#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/cleanup.h"
#include "core/text.h"
#include "core/view.h"
#include "init/init.h"
#include "init/stick_ntfs.h"
#include "init/sysfs.h"

#define MOUNT_POINT INIT_RUN "/stick"
#define REPORT_MOST (4 << 20)

static void send_file(const char *top, const char *name, enum stick_tag tag, int out_fd)
{
	auto_secret struct rs_secret file = {0};
	char path[512];

	(void)snprintf(path, sizeof(path), "%s/%s", top, name);
	int r = stick_read_file(path, STICK_FILE_MOST, &file);
	if (r == -ENOENT)
		return;
	if (r < 0)
		stick_say(out_fd, STICK_NOTE, "%s of the stick cannot be read: %s", name,
			r == -EFBIG ? "it is longer than 64 KiB" : strerror(-r));
	else
		(void)stick_send(out_fd, tag, file.p, file.len); /* nobody is left to tell */
}

/* ---- startup keys: Windows keeps one in the root of a stick, one hidden file a volume. They go to
 * the program one after another in one stream (rs_keys_from_fd), where the length in a file's
 * header tells where the next one begins: so that has to be right. */

#define HEADER	  48U
#define KEY_MOST  1024U
#define KEYS_MOST (48U << 10) /* with keys.txt they fit into the pipe to the program */

struct sending {
	const char *folder;
	int out_fd;
	size_t len;
	bool is_full;
};

static bool is_startup_key(const struct rs_secret *s)
{
	return s->len >= HEADER && rs_le32(s->p) == s->len && rs_le32(s->p + 4) == 1 &&
	       rs_le32(s->p + 8) == HEADER;
}

static void send_startup_key(void *user, const char *name)
{
	struct sending *s = user;
	auto_secret struct rs_secret key = {0};
	size_t len = strlen(name);
	char path[512];

	if (len < 5 || len > 255 || strcasecmp(name + len - 4, ".BEK") != 0 || s->is_full)
		return;
	(void)snprintf(path, sizeof(path), "%s/%s", s->folder, name);
	int r = stick_read_file(path, KEY_MOST, &key);
	if (r < 0 || !is_startup_key(&key)) {
		stick_say(s->out_fd, STICK_NOTE, "%s of the stick is not used: %s", name,
			r < 0 && r != -EFBIG ? strerror(-r) : "it is no startup key");
		return;
	}
	s->len += key.len;
	s->is_full = s->len > KEYS_MOST;
	if (s->is_full)
		stick_say(s->out_fd, STICK_NOTE,
			"startup keys of the stick: there are more than are read, %s is the first "
			"that is not",
			name);
	else
		(void)stick_send(s->out_fd, STICK_STARTUP_KEY, key.p, key.len); /* as notes */
}

void stick_send_startup_keys(const char *top, int out_fd)
{
	struct sending s = {.folder = top, .out_fd = out_fd};

	sysfs_each(send_startup_key, &s, "%s", top);
}

/* ---- the last report of this machine ---- */

static struct json_object *parse(const char *json, size_t len)
{
	struct json_tokener *tokener = json_tokener_new_ex(32);
	struct json_object *root = tokener && len <= REPORT_MOST
					   ? json_tokener_parse_ex(tokener, json, (int)len)
					   : NULL;

	if (tokener)
		json_tokener_free(tokener);
	return root;
}

bool stick_last_of(const char *json, size_t len, struct stick_last *ret)
{
	struct json_object *root = parse(json, len);
	struct json_object *outcome = json_object_object_get(root, "outcome");
	const char *text = json_object_get_string(json_object_object_get(outcome, "text")),
		   *end = json_object_get_string(json_object_object_get(outcome, "end")),
		   *started = json_object_get_string(json_object_object_get(root, "started"));
	bool is_ours = text && end && started;
	char line[sizeof(ret->run)];

	if (is_ours) {
		(void)snprintf(line, sizeof(line), "%.40s: %s", started, text);
		(void)rs_escape(line, ret->run, sizeof(ret->run));
		(void)rs_escape(end, ret->end, sizeof(ret->end));
	}
	json_object_put(root);
	return is_ours;
}

/* Names are times: the last in order is the newest. */
static void newer(void *user, const char *name)
{
	char *newest = user;
	size_t len = strlen(name);

	if (len > 5 && len < 64 && strcmp(name + len - 5, ".json") == 0 && strcmp(name, newest) > 0)
		(void)snprintf(newest, 64, "%s", name);
}

static void send_last(const struct stick_read *r, const char *top, int out_fd)
{
	char folder[512], path[600], newest[64] = "";
	struct stick_last last = {0};
	auto_secret struct rs_secret file = {0};

	(void)snprintf(folder, sizeof(folder), "%s/reports/%s", top, r->serial);
	sysfs_each(newer, newest, "%s", folder);
	(void)snprintf(path, sizeof(path), "%s/%s", folder, newest);
	if (newest[0] && stick_read_file(path, REPORT_MOST, &file) == 0 &&
		stick_last_of((const char *)file.p, file.len, &last))
		(void)stick_send(out_fd, STICK_LAST, &last, sizeof(last)); /* as above */
}

/* ---- reports that no collector has ---- */

#define UNSENT ".unsent"
#define SENT   ".sent"

static const char *text_of(struct json_object *o, const char *key)
{
	struct json_object *v = json_object_object_get(o, key);

	return json_object_is_type(v, json_type_string) ? json_object_get_string(v) : "";
}

/* A stick may be anybody's: what goes into a request is what we would have written. */
static bool is_made_of(const char *text, const char *letters, size_t least, size_t cap)
{
	const size_t len = strlen(text);

	return len >= least && len < cap && strspn(text, letters) == len;
}

#define LOWER  "abcdefghijklmnopqrstuvwxyz"
#define DIGITS "0123456789"
#define NAMES  LOWER "ABCDEFGHIJKLMNOPQRSTUVWXYZ" DIGITS "_-"

bool stick_unsent_of(const char *json, size_t len, struct stick_unsent *ret)
{
	struct json_object *root = parse(json, len);
	const char *id = text_of(root, "report_id");
	const char *result = text_of(json_object_object_get(root, "outcome"), "result");
	const int64_t revision = json_object_get_int64(json_object_object_get(root, "revision"));
	const bool is_good = strcmp(text_of(root, "command"), "boot") == 0 &&
			     strcmp(text_of(root, "event"), "end") == 0 &&
			     is_made_of(id, DIGITS "abcdef-", 36, 37) &&
			     is_made_of(result, LOWER "-", 1, sizeof(ret->result)) &&
			     revision >= 0 && revision < 1000000;

	if (is_good) {
		(void)snprintf(ret->id, sizeof(ret->id), "%s", id);
		(void)snprintf(ret->result, sizeof(ret->result), "%s", result);
		ret->revision = (unsigned)revision;
	}
	json_object_put(root);
	return is_good;
}

struct unsent {
	const struct stick_read *r;
	const char *reports; /* the folder */
	const char *folder;  /* in it */
	int out_fd;
	unsigned n;
	size_t bytes;
};

static bool copy_unsent(struct unsent *u, const struct rs_secret *file)
{
	char path[128];

	(void)snprintf(path, sizeof(path), "%s/unsent-%u.json", u->r->run, u->n);
	auto_close int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	return fd >= 0 && process_write(fd, file->p, file->len);
}

static void send_unsent(void *user, const char *name)
{
	struct unsent *u = user;
	struct stick_unsent one = {0};
	auto_secret struct rs_secret file = {0};
	const size_t len = strlen(name), end = sizeof(UNSENT) - 1;
	char path[700];

	if (len <= end || len - end >= sizeof(one.name) || u->n == STICK_UNSENT_MOST ||
		strcmp(name + len - end, UNSENT) != 0)
		return;
	(void)snprintf(one.folder, sizeof(one.folder), "%s", u->folder);
	(void)snprintf(one.name, sizeof(one.name), "%.*s", (int)(len - end), name);
	(void)snprintf(path, sizeof(path), "%s/%s/%s.json", u->reports, one.folder, one.name);
	if (!is_made_of(one.name, NAMES, 1, sizeof(one.name)) ||
		stick_read_file(path, STICK_UNSENT_BYTES, &file) < 0 ||
		file.len > STICK_UNSENT_ALL - u->bytes ||
		!stick_unsent_of((const char *)file.p, file.len, &one) || !copy_unsent(u, &file))
		return;
	u->bytes += file.len;
	one.number = u->n++;
	(void)stick_send(u->out_fd, STICK_UNSENT, &one, sizeof(one)); /* as notes */
}

static void look_for_unsent(void *user, const char *name)
{
	struct unsent *u = user;

	if (!is_made_of(name, NAMES, 1, sizeof(((struct stick_unsent *)0)->folder)))
		return;
	u->folder = name;
	sysfs_each(send_unsent, u, "%s/%s", u->reports, name);
}

static void send_all_unsent(const struct stick_read *r, const char *top, int out_fd)
{
	char reports[512];
	struct unsent u = {.r = r, .reports = reports, .out_fd = out_fd};

	(void)snprintf(reports, sizeof(reports), "%s/reports", top);
	if (r->run[0])
		sysfs_each(look_for_unsent, &u, "%s", reports);
}

/* ---- mounting ---- */

static bool mount_stick(
	const char *device, enum vol_kind content, unsigned long flags, char *ret_text, size_t cap)
{
	const char *type = content == VOL_EXFAT ? "exfat" : "vfat";

	if (!module_mounts_fat(MOUNT_POINT, ret_text, cap))
		return false;
	flags |= MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_NOATIME;
	if (mount(device, MOUNT_POINT, type, flags, "fmask=0177,dmask=0077") == 0)
		return true;
	(void)snprintf(ret_text, cap, "%s does not mount: %s", device, strerror(errno));
	return false;
}

/* In place of it a folder in memory, with what our own reader has found there. False: it is none to
 * be used. */
static bool bring_ntfs(const struct stick_read *r, int out_fd)
{
	const unsigned long flags = MS_NOSUID | MS_NODEV | MS_NOEXEC;
	auto_blk struct blk *vol = NULL;
	struct rs_err err = {0};
	char text[256] = "";

	if (!module_mounts_fat(MOUNT_POINT, text, sizeof(text)))
		(void)0; /* the text says why */
	else if (mount("tmpfs", MOUNT_POINT, "tmpfs", flags, "size=16m,mode=0700") < 0)
		(void)snprintf(text, sizeof(text), "tmpfs: %s", strerror(errno));
	else if (blk_file_open(r->device, 0, &vol, &err) < 0)
		(void)snprintf(text, sizeof(text), "%.250s", err.detail);
	else
		(void)stick_ntfs_copy(vol, r->is_look, MOUNT_POINT, out_fd, text, sizeof(text));
	if (text[0])
		stick_say(out_fd, STICK_REFUSED, "%s", text);
	return !text[0];
}

/* What is on it at MOUNT_POINT; false: it is not, and that was said. */
static bool bring(const struct stick_read *r, int out_fd)
{
	char text[256];

	if (r->content == VOL_NTFS)
		return bring_ntfs(r, out_fd);
	if (mount_stick(r->device, r->content, MS_RDONLY, text, sizeof(text)))
		return true;
	stick_say(out_fd, STICK_NOTE, "%s", text);
	return false;
}

enum settings_rules stick_rules_of(const struct stick_read *r, const struct settings *settings)
{
	enum settings_rules rules = (enum settings_rules)settings->rules;

	return r->is_foreign && rules == SETTINGS_RULES_UNSIGNED ? SETTINGS_RULES_SIGNED : rules;
}

void stick_read_folder(const struct stick_read *r, const char *top, int out_fd)
{
	struct settings settings = r->settings;
	auto_secret struct rs_secret file = {0};
	char path[512];

	send_file(top, "unbrick.conf", STICK_SETTINGS, out_fd);
	send_file(top, "keys.txt", STICK_KEYS, out_fd);
	send_file(top, "keys.enc", STICK_KEYS, out_fd);
	send_file(top, "fleet.secret", STICK_ACCOUNTS, out_fd);
	send_last(r, top, out_fd);
	send_all_unsent(r, top, out_fd);
	(void)snprintf(path, sizeof(path), "%s/unbrick.conf", top);
	if (r->reads_settings && stick_read_file(path, STICK_FILE_MOST, &file) == 0)
		(void)settings_parse(&settings, file.p, file.len, r->trust, NULL, NULL);
	const char *key_refusal =
		r->is_foreign ? "this was not started from that stick" : r->key_refusal;
	stick_take_rules(stick_rules_of(r, &settings), key_refusal, top, out_fd);
}

/* The first one is where our own media have it; the other is for a person who makes a folder on a
 * stick that is there. */
static const char *find_top(const struct stick_read *r, char *ret, size_t cap)
{
	static const char *const tops[] = {"EFI/unbrick", "unbrick"};
	struct stat st;

	for (int i = 0; i < (r->is_foreign ? 2 : 1); i++) {
		(void)snprintf(ret, cap, MOUNT_POINT "/%s", tops[i]);
		if (lstat(ret, &st) == 0 && S_ISDIR(st.st_mode))
			return tops[i];
	}
	return NULL;
}

int stick_read_run(void *arg, int out_fd)
{
	const struct stick_read *r = arg;
	char path[64];
	const char *top = bring(r, out_fd) ? find_top(r, path, sizeof(path)) : NULL;

	if (top) {
		stick_say(out_fd, STICK_IS_ONE, "%s", top);
		if (!r->is_look) {
			stick_send_startup_keys(MOUNT_POINT, out_fd);
			stick_read_folder(r, path, out_fd);
		}
	}
	(void)umount2(MOUNT_POINT, 0); /* and it ends with the process */
	return 0;
}

/* ---- reports ---- */

static int copy_file(const char *from, const char *to, const char *temp)
{
	auto_secret struct rs_secret file = {0};
	int r = stick_read_file(from, REPORT_MOST, &file);

	if (r < 0)
		return r;
	auto_close int fd = open(temp, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0 || !process_write(fd, file.p, file.len) || fsync(fd) < 0 ||
		rename(temp, to) < 0) {
		r = -errno;
		(void)unlink(temp); /* only half of it was there */
	}
	return r;
}

static bool make_folder(const char *path)
{
	return mkdir(path, 0700) == 0 || errno == EEXIST;
}

static bool machine_folder(const char *top, const char *serial, char *ret, size_t cap)
{
	(void)snprintf(ret, cap, "%s/reports", top);
	if (!make_folder(ret))
		return false;
	(void)snprintf(ret, cap, "%s/reports/%s", top, serial);
	return make_folder(ret);
}

/* One file of the report: @from/report@end becomes @folder/NAME@end. False: @ret_text says why not.
 */
static bool write_one(const struct stick_write *w, const char *from, const char *folder,
	const char *end, char *ret_text, size_t cap)
{
	char source[600], target[640], temp[640];

	(void)snprintf(source, sizeof(source), "%s/report%s", from, end);
	(void)snprintf(target, sizeof(target), "%s/%s%s", folder, w->name, end);
	(void)snprintf(temp, sizeof(temp), "%s/unfinished%s", folder, strrchr(end, '.'));
	int r = copy_file(source, target, temp);
	if (r < 0)
		(void)snprintf(ret_text, cap, "%s%s: %s", w->name, end, strerror(-r));
	return r == 0;
}

/* A mark beside the report: it is to be sent at another start, or not any more. */
static bool mark(const struct stick_write *w, const char *folder)
{
	char path[640];

	(void)snprintf(path, sizeof(path), "%s/%s" UNSENT, folder, w->name);
	if (!w->is_unsent)
		return unlink(path) == 0 || errno == ENOENT;
	auto_close int fd = open(path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	return fd >= 0;
}

static void mark_sent(const struct stick_write *w, const char *top)
{
	for (unsigned i = 0; i < w->n_sent; i++) {
		char from[640], to[640];
		const struct stick_unsent *s = &w->sent[i];
		(void)snprintf(
			from, sizeof(from), "%s/reports/%s/%s" UNSENT, top, s->folder, s->name);
		(void)snprintf(to, sizeof(to), "%s/reports/%s/%s" SENT, top, s->folder, s->name);
		(void)rename(from, to); /* else it is sent once more, and counted once */
	}
}

void stick_write_folder(
	const struct stick_write *w, const char *from, const char *top, char *ret_text, size_t cap)
{
	char folder[512], end[32];

	ret_text[0] = '\0';
	if (!machine_folder(top, w->serial, folder, sizeof(folder))) {
		(void)snprintf(ret_text, cap, "its folder cannot be made: %s", strerror(errno));
		return;
	}
	if (!write_one(w, from, folder, ".txt", ret_text, cap) ||
		!write_one(w, from, folder, ".json", ret_text, cap))
		return;
	for (unsigned i = 1; i <= w->n_pictures; i++) {
		(void)snprintf(end, sizeof(end), "-%u.svg", i);
		if (!write_one(w, from, folder, end, ret_text, cap))
			break; /* said, and what is there already is flushed */
	}
	if (!mark(w, folder) && !ret_text[0])
		(void)snprintf(ret_text, cap, "%s" UNSENT ": %s", w->name, strerror(errno));
	mark_sent(w, top);
	auto_close int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || (fsync(fd) < 0 && errno != EINVAL))
		(void)snprintf(ret_text, cap, "its folder is not flushed: %s", strerror(errno));
}

/* ---- the next start with a BIOS ---- */

#define ENV_BYTES 1024
#define ENV_HEAD  "# GRUB Environment Block\n"

void stick_set_next_in(const char *top, const char *machine, char *ret_text, size_t cap)
{
	char path[512], block[ENV_BYTES], there[sizeof(ENV_HEAD) - 1];
	struct stat st;

	ret_text[0] = '\0';
	memset(block, '#', sizeof(block));
	char *end = stpcpy(stpcpy(stpcpy(block, ENV_HEAD), "next="), machine);
	*end = '\n';
	(void)snprintf(path, sizeof(path), "%s/bios/env", top);
	auto_close int fd = open(path, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0)
		(void)snprintf(ret_text, cap, "bios/env of it: %s", strerror(errno));
	else if (!S_ISREG(st.st_mode) || st.st_size != ENV_BYTES ||
		 pread(fd, there, sizeof(there), 0) != (ssize_t)sizeof(there) ||
		 memcmp(there, ENV_HEAD, sizeof(there)) != 0)
		(void)snprintf(ret_text, cap, "bios/env of it is not GRUB's");
	else if (lseek(fd, 0, SEEK_SET) != 0 || !process_write(fd, block, sizeof(block)) ||
		 fsync(fd) < 0)
		(void)snprintf(
			ret_text, cap, "bios/env of it cannot be written: %s", strerror(errno));
}

/* Where the stick's folder of ours is while it is mounted. */
static void top_of(const struct stick_write *w, char *ret, size_t cap)
{
	(void)snprintf(ret, cap, MOUNT_POINT "/%s", w->top);
}

/* In a job: @act in the stick's folder @top, mounted for writing. */
static int with_stick(const struct stick_write *w, int out_fd,
	void (*act)(const struct stick_write *w, const char *top, char *ret_text, size_t cap))
{
	char text[256], top[64], inside[66];

	top_of(w, top, sizeof(top));
	(void)snprintf(inside, sizeof(inside), "%s/", top); /* of a folder, no file */
	if (!mount_stick(w->device, w->content, 0, text, sizeof(text)))
		(void)0; /* the text says why */
	else if (access(inside, F_OK) < 0)
		(void)snprintf(text, sizeof(text), "it has no folder %s any more", w->top);
	else
		act(w, top, text, sizeof(text));
	if (umount2(MOUNT_POINT, 0) < 0 && !text[0])
		(void)snprintf(text, sizeof(text), "unmounting: %s", strerror(errno));
	return process_write(out_fd, text, strlen(text)) ? 0 : 1;
}

static void write_reports(const struct stick_write *w, const char *top, char *ret_text, size_t cap)
{
	stick_write_folder(w, INIT_RUN, top, ret_text, cap);
}

int stick_write_run(void *arg, int out_fd)
{
	return with_stick(arg, out_fd, write_reports);
}

static void set_next(const struct stick_write *w, const char *top, char *ret_text, size_t cap)
{
	char uuid[SYSFS_UUID];

	(void)w;
	if (sysfs_uuid("", uuid))
		stick_set_next_in(top, uuid, ret_text, cap);
	else
		(void)snprintf(ret_text, cap, "this machine has no UUID of its own to know it by");
}

int stick_next_run(void *arg, int out_fd)
{
	return with_stick(arg, out_fd, set_next);
}

int stick_enter(void *arg, int out_fd)
{
	const struct stick_write *w = arg;
	char text[256], folder[512], top[64];

	(void)out_fd;
	top_of(w, top, sizeof(top));
	if (mount_stick(w->device, w->content, MS_SYNCHRONOUS, text, sizeof(text)) &&
		access(top, F_OK) == 0 && machine_folder(top, w->serial, folder, sizeof(folder)) &&
		chdir(folder) < 0)
		(void)0; /* the plan goes where it goes without a stick */
	return 0;
}
