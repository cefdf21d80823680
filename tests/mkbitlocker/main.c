/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mkbitlocker: options and the order of the work. See the text of --help. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/text.h"
#include "core/view.h"
#include "mkb.h"

static const char usage[] =
	"usage: mkbitlocker [OPTION...] IMAGE OUT            encrypt a copy of a plain NTFS or FAT "
	"image\n"
	"       mkbitlocker [OPTION...] --make-ntfs SIZE OUT make the NTFS too (mkntfs)\n"
	"       mkbitlocker [OPTION...] --in OFFSET,LENGTH DISK  encrypt a volume in place\n"
	"       mkbitlocker [OPTION...] --reserve IMAGE      only make the files that reserve "
	"clusters\n"
	"                                               (add --in OFFSET,LENGTH within a disk)\n"
	"The files are made if they are missing; the IMAGE must then have a clean journal.\n"
	"  --cipher cbc128|cbc256|cbc128-elephant|cbc256-elephant|xts128|xts256   (xts128)\n"
	"  --sector 512|4096          for --make-ntfs, else checked\n"
	"  --seed N                   everything random comes from it (1)\n"
	"  --areas M1,M2,M3,RELOCATED[,SPARE]   byte offsets instead of those of the files\n"
	"Protectors, in the order given (none: one recovery password):\n"
	"  --recovery DIGITS|auto[:GUID]  --passphrase FILE  --startup-key OUT.BEK[:GUID]\n"
	"  --clear-key  --tpm  --tpm-pin  --smart-card  --unknown-protector\n"
	"  --keys FILE                'ID KEY' lines go there (standard output); --quiet: nowhere\n"
	"  --secrets FILE             'NAME HEX' lines of keys that a reader has to hide are "
	"added\n"
	"Kinds and states:\n"
	"  --win7 | --win10           style of the entries (10); --bek-win11: 180 bytes key file\n"
	"  --used-space-only          free clusters stay as they are\n"
	"  --state CUR/NEXT           with --watermark BYTES: below it encrypted, above plain\n"
	"  --eow                      encrypt-on-write, chunks by seed or below --watermark\n"
	"  --decrypted                state 1/1, all plain;   --vista, --togo\n"
	"  --no-entry-f               without the entry that names the relocated block\n"
	"  --description TEXT         of the volume (UNBRICK-TEST C: 7/4/2024)\n"
	"  --short | --long           the file is 1 MiB shorter or longer than the volume\n"
	"  --damage NAME[=N]          a malformed case; --damage list prints them\n"
	"  --stale-hash               the sealed hash is that of the undamaged block\n";

void mk_die(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)fputs("mkbitlocker: ", stderr);
	(void)vfprintf(stderr, fmt, ap);
	(void)fputc('\n', stderr);
	va_end(ap);
	exit(1);
}

void *mk_alloc(size_t len)
{
	void *p = calloc(1, len);

	if (!p)
		mk_die("not enough memory");
	return p;
}

void mk_text(uint8_t *to, const char *text)
{
	while (*text)
		*to++ = (uint8_t)*text++;
}

void mk_pread(const struct mk_vol *vol, uint64_t off_bytes, void *ret, size_t len)
{
	if (pread(vol->fd, ret, len, (off_t)(vol->base + off_bytes)) != (ssize_t)len)
		mk_die("cannot read %zu bytes at %" PRIu64 ": %s", len, off_bytes, strerror(errno));
}

void mk_pwrite(const struct mk_vol *vol, uint64_t off_bytes, const void *p, size_t len)
{
	if (pwrite(vol->fd, p, len, (off_t)(vol->base + off_bytes)) != (ssize_t)len)
		mk_die("cannot write %zu bytes at %" PRIu64 ": %s", len, off_bytes,
			strerror(errno));
}

static uint64_t number(const char *text, char **ret_end)
{
	char *end;
	uint64_t n = strtoull(text, &end, 0);

	if (end == text || (!ret_end && *end))
		mk_die("'%s' is not a number", text);
	if (ret_end)
		*ret_end = end;
	return n;
}

static void add_prot(struct mk_opt *o, enum mk_kind kind, char *arg)
{
	char *colon = arg ? strrchr(arg, ':') : NULL;

	if (o->prots == MK_MAX_PROT)
		mk_die("too many protectors");
	struct mk_prot *p = &o->prot[o->prots++];
	p->kind = kind;
	p->arg = arg;
	if (colon && rs_guid_parse(colon + 1, p->guid)) {
		p->has_guid = true;
		*colon = '\0';
	}
}

static void parse_places(struct mk_opt *o, char *text)
{
	struct mk_places *p = &o->places;
	uint64_t *const to[] = {&p->area[0], &p->area[1], &p->area[2], &p->reloc, &p->spare};

	for (unsigned i = 0; i < 5; i++) {
		*to[i] = number(text, &text);
		if (*text && *text++ != ',')
			mk_die("--areas takes numbers with commas");
		if (!*text && i < 3)
			mk_die("--areas takes four or five numbers");
		if (!*text)
			break;
	}
	o->has_places = true;
}

enum {
	O_CIPHER = 256,
	O_SECTOR,
	O_SEED,
	O_AREAS,
	O_PROT,
	O_KEYS = O_PROT + 16,
	O_DESCRIPTION,
	O_SECRETS,
	O_STATE,
	O_WATERMARK,
	O_DAMAGE,
	O_MAKE,
	O_IN,
	O_FLAG,
	O_HELP,
};

static struct mk mk;

/* Options that only set a flag: where. */
static const struct {
	const char *name;
	bool *flag;
} flags[] = {
	{"reserve", &mk.opt.reserve},
	{"used-space-only", &mk.opt.used_only},
	{"eow", &mk.opt.eow},
	{"decrypted", &mk.opt.decrypted},
	{"togo", &mk.opt.togo},
	{"vista", &mk.opt.vista},
	{"win7", &mk.opt.win7},
	{"no-entry-f", &mk.opt.no_entry_f},
	{"short", &mk.opt.short_file},
	{"long", &mk.opt.long_file},
	{"stale-hash", &mk.opt.stale_hash},
	{"quiet", &mk.opt.quiet},
	{"bek-win11", &mk.opt.bek_win11},
	{"win10", NULL},
};
#define FLAGS (sizeof(flags) / sizeof(flags[0]))

static const struct option with_value[] = {
	{"cipher", 1, NULL, O_CIPHER},
	{"sector", 1, NULL, O_SECTOR},
	{"seed", 1, NULL, O_SEED},
	{"areas", 1, NULL, O_AREAS},
	{"recovery", 1, NULL, O_PROT + MK_RECOVERY},
	{"passphrase", 1, NULL, O_PROT + MK_PASSPHRASE},
	{"startup-key", 1, NULL, O_PROT + MK_STARTUP},
	{"clear-key", 0, NULL, O_PROT + MK_CLEAR},
	{"tpm", 0, NULL, O_PROT + MK_TPM},
	{"tpm-pin", 0, NULL, O_PROT + MK_TPM_PIN},
	{"smart-card", 0, NULL, O_PROT + MK_SMART_CARD},
	{"unknown-protector", 0, NULL, O_PROT + MK_UNKNOWN},
	{"keys", 1, NULL, O_KEYS},
	{"description", 1, NULL, O_DESCRIPTION},
	{"secrets", 1, NULL, O_SECRETS},
	{"state", 1, NULL, O_STATE},
	{"watermark", 1, NULL, O_WATERMARK},
	{"damage", 1, NULL, O_DAMAGE},
	{"make-ntfs", 1, NULL, O_MAKE},
	{"in", 1, NULL, O_IN},
	{"help", 0, NULL, O_HELP},
};
#define WITH_VALUE (sizeof(with_value) / sizeof(with_value[0]))

static void take_damage(struct mk_opt *o, char *arg)
{
	if (!strcmp(arg, "list")) {
		mk_damage_list();
		exit(0);
	}
	char *eq = strchr(arg, '=');
	if (eq) {
		*eq = '\0';
		o->damage_arg = number(eq + 1, NULL);
	}
	o->damage = arg;
}

static void take_option(struct mk_opt *o, int c, char *arg)
{
	char *rest;

	if (c == O_CIPHER) {
		o->cipher = arg;
	} else if (c == O_SECTOR) {
		o->sector = (uint32_t)number(arg, NULL);
	} else if (c == O_SEED) {
		o->seed = number(arg, NULL);
	} else if (c == O_AREAS) {
		parse_places(o, arg);
	} else if (c >= O_PROT && c < O_KEYS) {
		add_prot(o, (enum mk_kind)(c - O_PROT), arg);
	} else if (c == O_KEYS) {
		o->keys_file = arg;
	} else if (c == O_DESCRIPTION) {
		o->description = arg;
	} else if (c == O_STATE) {
		o->current = (uint16_t)number(arg, &rest);
		if (*rest != '/')
			mk_die("--state takes CURRENT/NEXT");
		o->next = (uint16_t)number(rest + 1, NULL);
		o->has_state = true;
	} else if (c == O_WATERMARK) {
		o->watermark = number(arg, NULL);
		o->has_watermark = true;
	} else if (c == O_SECRETS) {
		o->secrets_file = arg;
	} else if (c == O_DAMAGE) {
		take_damage(o, arg);
	} else if (c == O_MAKE) {
		o->make_ntfs = arg;
	} else if (c == O_IN) {
		o->in_off = number(arg, &rest);
		if (*rest != ',')
			mk_die("--in takes OFFSET,LENGTH in bytes");
		o->in_len = number(rest + 1, NULL);
		o->in = true;
	}
}

static void parse(struct mk_opt *o, int argc, char **argv)
{
	struct option table[WITH_VALUE + FLAGS + 1] = {0};
	int c;

	memcpy(table, with_value, sizeof(with_value));
	for (unsigned i = 0; i < FLAGS; i++)
		table[WITH_VALUE + i] = (struct option){flags[i].name, 0, NULL, O_FLAG};
	o->seed = 1;
	o->description = "UNBRICK-TEST C: 7/4/2024";
	for (int index; (c = getopt_long(argc, argv, "", table, &index)) != -1;) {
		if (c == O_HELP) {
			(void)fputs(usage, stdout);
			exit(0);
		}
		if (c == '?')
			exit(2);
		if (c != O_FLAG)
			take_option(o, c, optarg);
		else if (flags[(unsigned)index - WITH_VALUE].flag)
			*flags[(unsigned)index - WITH_VALUE].flag = true;
	}
	int want = o->reserve || o->in || o->make_ntfs ? 1 : 2;
	if (argc - optind != want) {
		(void)fputs(usage, stderr);
		exit(2);
	}
	o->image = argv[optind];
	o->out = argv[argc - 1];
}

/* What options mean together. */
static void settle(struct mk_opt *o)
{
	static char automatic[] = "auto";

	if (!o->has_state) {
		o->current = o->decrypted ? 1 : o->has_watermark && !o->eow ? 5 : 4;
		o->next = o->decrypted ? 1 : 4;
	}
	if (!o->prots && !o->decrypted)
		add_prot(o, MK_RECOVERY, automatic);
	if (!o->cipher)
		o->cipher = o->vista || o->win7 ? "cbc128-elephant" : "xts128";
	if (o->eow && o->has_places)
		mk_die("--areas does not go with --eow");
	if ((o->short_file || o->long_file) && o->in)
		mk_die("--short and --long do not go with --in");
}

static void open_volume(uint8_t plain_sector[4096])
{
	struct mk_vol *v = &mk.vol;
	const struct mk_opt *o = &mk.opt;
	struct stat st;

	v->fd = open(o->out, O_RDWR | O_CLOEXEC);
	if (v->fd < 0 || fstat(v->fd, &st))
		mk_die("%s: %s", o->out, strerror(errno));
	v->base = o->in_off;
	v->size = o->in ? o->in_len : (uint64_t)st.st_size;
	if (v->base > (uint64_t)st.st_size || v->size > (uint64_t)st.st_size - v->base)
		mk_die("%s is shorter than --in says", o->out);
	mk_pread(v, 0, plain_sector, 4096);
	v->ntfs = !memcmp(plain_sector + 3, "NTFS    ", 8);
	v->sector = rs_le16(plain_sector + 11);
	/* Above 128 the byte is a negative power of two (NTFS with large clusters). */
	unsigned shift = plain_sector[13] > 128 ? 256u - plain_sector[13] : 0;
	v->cluster = v->sector * (!shift ? plain_sector[13] : shift < 16 ? 1u << shift : 0);
	if ((v->sector != 512 && v->sector != 4096) || !v->cluster || v->size % v->sector)
		mk_die("%s holds no NTFS or FAT that can be encrypted", o->out);
	if (o->sector && o->sector != v->sector)
		mk_die("the image has sectors of %u bytes", v->sector);
	if (v->ntfs && (rs_le64(plain_sector + 40) + 1) * v->sector != v->size)
		(void)fprintf(stderr, "mkbitlocker: note: the NTFS does not fill its volume\n");
}

static void find_places(void)
{
	const struct mk_opt *o = &mk.opt;

	mk.at = o->places;
	mk.at.reloc_len = o->vista ? 0 : o->togo ? 5258240 : 8192;
	if (o->has_places)
		return;
	if (mk.vol.ntfs)
		mk_ntfs_places(&mk, true);
	else
		mk_fat_places(&mk);
}

void mk_note_secret(const struct mk *m, const char *name, const uint8_t *p, size_t len)
{
	FILE *f = m->opt.secrets_file ? fopen(m->opt.secrets_file, "ae") : NULL;

	if (!f)
		return;
	(void)fprintf(f, "%s ", name); /* fclose tells */
	for (size_t i = 0; i < len; i++)
		(void)fprintf(f, "%02x", p[i]);
	(void)fprintf(f, "\n");
	if (fclose(f))
		mk_die("%s: %s", m->opt.secrets_file, strerror(errno));
}

static void write_metadata(const uint8_t plain_sector[4096])
{
	static uint8_t area[MK_AREA], copy[MK_AREA];

	if (mk.opt.vista)
		mk.at.reloc = rs_le64(plain_sector + 56); /* the header's last field there */
	mk_meta_build(&mk, area);
	for (unsigned i = 0; i < 3; i++) {
		memcpy(copy, area, MK_AREA);
		mk_damage_area(&mk, copy, i);
		mk_pwrite(&mk.vol, mk.at.area[i], copy, mk.opt.vista ? 16384 : MK_AREA);
	}
}

static void encrypt_all(const uint8_t plain_sector[4096])
{
	mk_rng_init(&mk);
	mk_random(&mk, mk.vmk, sizeof(mk.vmk));
	mk_random(&mk, mk.fvek, sizeof(mk.fvek));
	mk_random(&mk, mk.volume_guid, sizeof(mk.volume_guid));
	mk_note_secret(&mk, "vmk", mk.vmk, sizeof(mk.vmk));
	mk_note_secret(&mk, "fvek", mk.fvek, sizeof(mk.fvek));
	mk.counter = 1;
	mk.method = mk_method_parse(mk.opt.cipher);
	mk.cipher = mk_cipher_new(mk.method, mk.fvek, mk.vol.sector);
	if (mk.opt.used_only && mk.vol.ntfs)
		mk_ntfs_used(&mk);
	mk_holes_plan(&mk);
	if (mk.opt.eow)
		mk_eow_plan(&mk);
	mk_encrypt_volume(&mk);
	write_metadata(plain_sector);
	mk_keys_close(&mk);
	if (mk.opt.eow)
		mk_eow_write(&mk);
	mk_boot_write(&mk, plain_sector);
}

int main(int argc, char **argv)
{
	uint8_t plain_sector[4096];
	struct mk_opt *o = &mk.opt;

	parse(o, argc, argv);
	settle(o);
	mk_damage_setup(&mk);
	if (o->make_ntfs)
		mk_run_mkntfs(o);
	else if (!o->in && !o->reserve)
		mk_copy_file(o->image, o->out);
	open_volume(plain_sector);
	find_places();
	if (o->reserve) {
		(void)printf("areas %" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 "\n",
			mk.at.area[0], mk.at.area[1], mk.at.area[2], mk.at.reloc, mk.at.spare);
		return 0;
	}
	encrypt_all(plain_sector);
	int64_t change = o->short_file ? -(1 << 20) : o->long_file ? 1 << 20 : 0;
	if (change && ftruncate(mk.vol.fd, (off_t)mk.vol.size + change))
		mk_die("%s: %s", o->out, strerror(errno));
	if (close(mk.vol.fd))
		mk_die("%s: %s", o->out, strerror(errno));
	return 0;
}
