/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rules from the stick. A file counts only with a signature over exactly its bytes by the key that
 * came with the application (ours, under its signature). A key on the stick itself proves as much
 * as the stick: it counts where nothing else vouches for this system either, and that is said. */
#include "init/stick_files.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/cleanup.h"
#include "format/settings.h"
#include "init/init.h"
#include "init/sysfs.h"

#define RULES_MOST 256
#define RULE_MOST  (256U << 10)
#define KEY_NAME   "rules.pub"
#define KEY_FILE   "/unbrick/" KEY_NAME
#define KEY_MOST   4096
#define SIGNATURE  64
#define RULES_DIR  INIT_RUN "/rules"

/* NULL: it is none that signs rules. */
static EVP_PKEY *key_of(const char *pem, size_t len)
{
	BIO *bio = len <= KEY_MOST ? BIO_new_mem_buf(pem, (int)len) : NULL;
	char nothing[] = ""; /* as the passphrase: nobody is asked for one */
	EVP_PKEY *key = bio ? PEM_read_bio_PUBKEY(bio, NULL, NULL, nothing) : NULL;

	BIO_free(bio);
	if (key && EVP_PKEY_get_base_id(key) == EVP_PKEY_ED25519)
		return key;
	EVP_PKEY_free(key);
	return NULL;
}

bool stick_rule_is_signed(const char *pem, size_t pem_len, const void *bytes, size_t len,
	const unsigned char *sig, size_t sig_len)
{
	EVP_PKEY *key = sig_len == SIGNATURE ? key_of(pem, pem_len) : NULL;
	EVP_MD_CTX *verify = EVP_MD_CTX_new();
	bool is_good = key && verify && EVP_DigestVerifyInit(verify, NULL, NULL, NULL, key) == 1 &&
		       EVP_DigestVerify(verify, sig, sig_len, bytes, len) == 1;

	EVP_MD_CTX_free(verify);
	EVP_PKEY_free(key);
	return is_good;
}

struct taking {
	enum settings_rules which;
	const char *folder; /* where they come from */
	int out_fd;
	const struct stick_rule_keys *keys;
	unsigned n, n_taken;
	bool is_shipped;
};

/* Names go into paths of ours: letters, digits, dot, dash, underscore, and ".ini" at the end. */
static bool is_rule_name(const char *name)
{
	size_t len = strlen(name);

	for (const char *p = name; *p; p++)
		if (!isalnum((unsigned char)*p) && !strchr("._-", *p))
			return false;
	return len > 4 && len < 100 && name[0] != '.' && strcmp(name + len - 4, ".ini") == 0;
}

void stick_take_own_key(const char *top, const char *refusal, int out_fd, struct rs_secret *ret)
{
	char path[600];

	(void)snprintf(path, sizeof(path), "%s/" KEY_NAME, top);
	int r = stick_read_file(path, KEY_MOST, ret);
	if (r == -ENOENT)
		return;
	EVP_PKEY *key = r < 0 ? NULL : key_of((const char *)ret->p, ret->len);
	const char *why = refusal		 ? refusal
			  : r < 0 && r != -EFBIG ? strerror(-r)
			  : !key		 ? "it is no public key of Ed25519 (PEM)"
						 : NULL;
	EVP_PKEY_free(key);
	if (!why) {
		stick_say(out_fd, STICK_NOTE,
			KEY_NAME " of the stick: rules signed by the stick's own key count, as far "
				 "as the stick itself is trusted");
		return;
	}
	stick_say(out_fd, STICK_NOTE, "%s of the stick is not used: %s", KEY_NAME, why);
	rs_secret_done(ret);
}

static bool has_signed(
	const struct rs_secret *key, const struct rs_secret *rule, const struct rs_secret *sig)
{
	return key->len && stick_rule_is_signed((const char *)key->p, key->len, rule->p, rule->len,
				   sig->p, sig->len);
}

const char *stick_rule_refusal(enum settings_rules which, const struct stick_rule_keys *keys,
	const char *path, const struct rs_secret *rule, const char **ret_why)
{
	auto_secret struct rs_secret sig = {0};
	char sig_path[700];

	*ret_why = "unsigned rules are allowed";
	if (which == SETTINGS_RULES_UNSIGNED)
		return NULL;
	if (!keys->application.len && !keys->own.len)
		return "this build has no key for rules";
	(void)snprintf(sig_path, sizeof(sig_path), "%s.sig", path);
	if (stick_read_file(sig_path, SIGNATURE, &sig) < 0)
		return "it has no signature";
	bool is_ours = has_signed(&keys->application, rule, &sig);
	*ret_why = is_ours ? "signed" : "signed by the stick's own key";
	return is_ours || has_signed(&keys->own, rule, &sig) ? NULL : "its signature is wrong";
}

static void take_rule(void *user, const char *name)
{
	struct taking *t = user;
	auto_secret struct rs_secret rule = {0};
	char path[600], target[200];
	const char *on = "";

	if (!is_rule_name(name) || t->n++ >= RULES_MOST)
		return;
	(void)snprintf(path, sizeof(path), "%s/%s", t->folder, name);
	int r = stick_read_file(path, RULE_MOST, &rule);
	const char *why = r < 0		  ? strerror(-r)
			  : t->is_shipped ? NULL
					  : stick_rule_refusal(t->which, t->keys, path, &rule, &on);
	if (why) {
		stick_say(t->out_fd, STICK_RULE, "%s: not used: %s", name, why);
		return;
	}
	(void)snprintf(target, sizeof(target), RULES_DIR "/%s", name);
	auto_close int fd = open(target, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0 || !process_write(fd, rule.p, rule.len)) {
		stick_say(t->out_fd, STICK_RULE, "%s: not used: %s", name, strerror(errno));
		return;
	}
	t->n_taken++;
	if (!t->is_shipped)
		stick_say(t->out_fd, STICK_RULE, "%s: used (%s)", name, on);
}

/* The program reads them as it will for a repair: one bad rule would stop every repair. */
static bool is_usable(void)
{
	static const char *const argv[] = {INIT_PROGRAM, "rules", "check", (RULES_DIR), NULL};
	const struct process_plan plan = {.argv = argv, .log = "/dev/null"};

	return process_wait(&plan) == 0;
}

static void take_all(struct taking *t, const char *folder)
{
	if (mkdir(RULES_DIR, 0700) < 0 && errno != EEXIST)
		return;
	t->folder = INIT_RULES;
	t->is_shipped = true;
	sysfs_each(take_rule, t, "%s", t->folder);
	t->folder = folder;
	t->is_shipped = false;
	t->n = t->n_taken = 0;
	sysfs_each(take_rule, t, "%s", t->folder);
	if (t->n_taken && is_usable())
		stick_say(t->out_fd, STICK_RULES_DIR, RULES_DIR);
	else if (t->n_taken)
		stick_say(t->out_fd, STICK_NOTE,
			"rules of the stick: one of them is invalid (a check of them on a computer "
			"names it), "
			"so "
			"none of the stick's is used");
}

void stick_take_rules(
	enum settings_rules which, const char *key_refusal, const char *top, int out_fd)
{
	struct stick_rule_keys keys = {0};
	struct taking t = {.which = which, .out_fd = out_fd, .keys = &keys};
	char folder[512];

	(void)snprintf(folder, sizeof(folder), "%s/rules", top);
	if (which == SETTINGS_RULES_SHIPPED || access(folder, F_OK) < 0)
		return;
	(void)stick_read_file(KEY_FILE, KEY_MOST, &keys.application); /* none: refusals say it */
	if (which == SETTINGS_RULES_SIGNED)
		stick_take_own_key(top, key_refusal, out_fd, &keys.own);
	take_all(&t, folder);
	rs_secret_done(&keys.application);
	rs_secret_done(&keys.own);
}
