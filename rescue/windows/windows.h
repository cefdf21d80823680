/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What makes an NTFS volume a Windows: hives read in place, facts of the installation, file
 * versions, pending work that could undo a repair. */
#ifndef UNBRICK_WINDOWS_WINDOWS_H
#define UNBRICK_WINDOWS_WINDOWS_H

#include <string.h>
#include <strings.h>

#include "format/words.h"
#include "ntfswrite/vol.h"

/* ---- registry hives, lazily (hive.c) ---- */

struct win_src { /* any random-access bytes: an NTFS file, a plain file in tests */
	int (*read)(void *user, uint64_t off_bytes, void *buf, size_t len, struct rs_err *err);
	void *user;
	uint64_t size_bytes;
};

struct win_hive;
typedef uint32_t win_key; /* offset of a key node; 0 is no key */

/** Open a hive for reading, without loading it: a bounded cache (at most 1 MiB) over @primary.
 * @log1, @log2 may be NULL; if the hive is dirty, their valid entries are laid over it in memory
 * (new format, Windows 8.1+; older logs are noted, not applied). The sources must outlive it.
 * Errors: RS_E_HIVE (no hive, damaged root, truncated: said which), RS_E_IO_READ, RS_E_MEMORY.
 * Format: regf specification by M. Suhanov. */
int win_hive_open(const struct win_src *primary, const struct win_src *log1,
	const struct win_src *log2, struct win_hive **ret, struct rs_err *err);
void win_hive_close(struct win_hive *h);
RS_DEFINE_AUTO(struct win_hive *, win_hive_close);
#define auto_hive __attribute__((cleanup(win_hive_close_auto)))

/** Is the file shorter than its own base block says? Windows refuses such a hive; what is there can
 * be read. */
bool win_hive_is_cut(const struct win_hive *h);
bool win_hive_is_dirty(const struct win_hive *h); /* as found on the disk */
/** What of it, with its logs laid over, is no hive bin ("hbin", its own offset, a size that fits):
 * Windows loads no hive that has such a place. *ret_first: where in the file the first one is, 0
 * where there is none; *ret_bad_bytes: how much all of them are. A hive with so many pieces of logs
 * that this would take long is not looked at (as if whole). Errors: RS_E_IO_READ, RS_E_CANCELLED.
 */
int win_hive_bins(struct win_hive *h, const struct rs_task *task, uint64_t *ret_first,
	uint64_t *ret_bad_bytes, struct rs_err *err);
/** What was found and could not be used (a log of the old format, a wrong checksum), or "". Valid
 * until the hive is closed. */
const char *win_hive_note(const struct win_hive *h);

win_key win_hive_root(const struct win_hive *h);
/** Key by path below @from ("Microsoft\\Windows NT\\CurrentVersion"), case-blind.
 * Errors: RS_E_NO_SUCH_FILE, RS_E_HIVE, RS_E_IO_READ. */
int win_hive_key(
	struct win_hive *h, win_key from, const char *path, win_key *ret, struct rs_err *err);
/** Sub-keys, in the order of the hive; false from @fn stops. Depth, counts and loops are capped.
 * Errors: RS_E_HIVE, RS_E_IO_READ, RS_E_MEMORY. */
int win_hive_each_key(struct win_hive *h, win_key key,
	bool (*fn)(void *user, const char *name, win_key sub), void *user, struct rs_err *err);
/** Values with their raw type and length in bytes, in the same way. Errors: as above. */
int win_hive_each_value(struct win_hive *h, win_key key,
	bool (*fn)(void *user, const char *name, uint32_t type, uint32_t len), void *user,
	struct rs_err *err);
/* Types of values. */
enum {
	REG_SZ = 1,
	REG_EXPAND_SZ = 2,
	REG_BINARY = 3,
	REG_DWORD = 4,
	REG_MULTI_SZ = 7,
	REG_QWORD = 11
};
/** Raw value; @name "" = default value. For win_value_done; p is NULL for length 0. At most 16 MiB.
 * Errors: RS_E_NO_SUCH_FILE (no such value), RS_E_HIVE, RS_E_IO_READ, RS_E_MEMORY. */
struct win_value {
	uint32_t type;
	uint8_t *p;
	size_t len;
};
int win_hive_value(struct win_hive *h, win_key key, const char *name, struct win_value *ret,
	struct rs_err *err);
static inline void win_value_done(struct win_value *v)
{
	free(v->p);
}
#define auto_value __attribute__((cleanup(win_value_done)))
/** Text (REG_SZ, REG_EXPAND_SZ) as UTF-8, cut to @cap. Errors: those of win_hive_value;
 * RS_E_NO_SUCH_FILE also when it is of another type. */
int win_hive_text(struct win_hive *h, win_key key, const char *name, char *ret, size_t cap,
	struct rs_err *err);
/** Number (REG_DWORD, REG_QWORD). Errors: as above; RS_E_NO_SUCH_FILE also when it is too short. */
int win_hive_number(
	struct win_hive *h, win_key key, const char *name, uint64_t *ret, struct rs_err *err);
struct win_list {
	char **p;
	size_t n;
};
/** List (REG_MULTI_SZ) for win_list_done, with its empty strings kept: a pair's empty half counts.
 * Errors: those of win_hive_text. */
int win_hive_list(struct win_hive *h, win_key key, const char *name, struct win_list *ret,
	struct rs_err *err);
void win_list_done(struct win_list *l);
#define auto_list __attribute__((cleanup(win_list_done)))

/** A hive that lies in a volume, with its .LOG1 and .LOG2 beside it. Closes all with the hive.
 * Errors: those of win_hive_open; RS_E_NO_SUCH_FILE, RS_E_NTFS_DAMAGED. */
int win_hive_open_in(
	struct nt_vol *vol, const char *path, struct win_hive **ret, struct rs_err *err);

/* ---- the installation (facts.c) ---- */

/* What a report and a rule call it, the machine in the header of its programs (format/pe.h), and
 * what the registry calls it: PROCESSOR_ARCHITECTURE. */
struct win_arch {
	const char *word;
	uint16_t machine;
	const char *in_registry;
};

#define WIN_ARCHS(X)                                                                               \
	X(WIN_X86, "x86", PE_MACHINE_X86, "x86")                                                   \
	X(WIN_X64, "x64", PE_MACHINE_X64, "AMD64")                                                 \
	X(WIN_ARM64, "arm64", PE_MACHINE_ARM64, "ARM64")                                           \
	X(WIN_ARM, "arm", PE_MACHINE_ARM, "ARM")
enum { WIN_ARCHS(JUST_NAME) WIN_N_ARCHS };
extern const struct win_arch win_archs[WIN_N_ARCHS];

#define WIN_MOST  16U /* Windows folders of one volume that are named */
#define WIN_PARTS 3U  /* SYSTEM and SOFTWARE hive, kernel */

struct win_info {
	char root[64];		  /* "\Windows" (the folder's own spelling) */
	unsigned parts;		  /* how many of its parts are there, 1 to WIN_PARTS */
	char hive_fault[256];	  /* why it cannot start: a hive it needs; "" if none */
	char product[128];	  /* "Windows 11 Pro": 11 by build, whatever ProductName says */
	char edition[64];	  /* EditionID */
	char installation[32];	  /* Client, Server, Server Core */
	char display_version[32]; /* 22H2; "" if none */
	char version[16];	  /* "10.0" or "6.1" */
	uint32_t build, revision; /* 22631, 3880; 0 unknown */
	char computer_name[64];
	char time_zone[128];  /* key name, "Pacific Standard Time" */
	int32_t bias_minutes; /* UTC = local + bias (active) */
	char language[4];     /* of its screens, ISO 639, "de" */
	char arch[16];	      /* a word of win_archs: from the kernel's PE header */
	bool is_server, is_domain_controller;
	uint64_t installed_filetime, shutdown_filetime;
	uint64_t ran_filetime; /* when its hive, its log or a dump was written last; 0: not known */
	uint64_t crashed_filetime; /* of its newest memory dump; 0: none is there */
	bool system_hive_dirty, software_hive_dirty;
	bool setup_in_progress;	 /* an upgrade is under way */
	char setup_command[260]; /* no upgrade: a command set to run at the next start, or "" */
	unsigned control_set;	 /* Select\Default */
	char note[256];		 /* what could not be read, and why ("SOFTWARE hive: ..."), or "" */
};

/** Every Windows in this volume, by content (System32, hives, kernel): in each folder of the root,
 * and in a folder Windows in those (\Windows.old\Windows). Whole ones come first, and of those
 * \Windows; of remains beside them only root and parts are known. Facts that cannot be read are ""
 * or 0 and named in @note: a damaged hive is no failure. *ret is malloc'd, one at least.
 * Errors: RS_E_NO_WINDOWS, RS_E_NTFS_DAMAGED, RS_E_IO_READ, RS_E_MEMORY. */
int win_probe_all(struct nt_vol *vol, struct win_info **ret, size_t *ret_n, struct rs_err *err);
/** Are all its parts there? */
bool win_is_whole(const struct win_info *w);
/** Of the Windows of a volume the one that starts, as far as can be told: of the whole ones that
 * none put aside the one that ran last. What lies beside their folders (the page file, ProgramData)
 * is its. NULL: none is whole. */
const struct win_info *win_that_starts(const struct win_info *list, size_t n);
/** Was it put aside (\Windows.old\Windows) for the one that starts? */
bool win_is_aside(const struct win_info *w, const struct win_info *starts);
/** The last part of a path: its name. */
static inline const char *win_path_name(const char *path)
{
	const char *slash = strrchr(path, '\\');

	return slash ? slash + 1 : path;
}
/** Does it end so, whatever the case of its letters? */
static inline bool win_path_ends(const char *path, const char *end)
{
	const size_t n = strlen(path), m = strlen(end);

	return n >= m && strcasecmp(path + n - m, end) == 0;
}
/** Does the path lie in the folder @root ("\Windows")? Case as NTFS has it. */
bool win_has_path(struct nt_vol *vol, const char *root, const char *path);

/* ---- pending work (pending.c) ---- */

struct win_rename {
	char *source, *target; /* volume paths "\Windows\..."; target "" = delete; raw text kept
				* when it is no drive path */
};
struct win_pending {
	struct win_rename *renames;
	size_t n_renames;
	bool update_pending; /* pending.xml, SessionsPending\Exclusive, SETUPEXECUTE, ... */
	char update_reason[160];
};

/** PendingFileRenameOperations (and ...2) of the control set that boots next, and signs of a half
 * done update. A damaged hive gives an error: the caller must not act without knowing.
 * Errors: RS_E_HIVE, RS_E_IO_READ, RS_E_MEMORY. */
int win_pending_read(struct nt_vol *vol, const struct win_info *info, struct win_pending *ret,
	struct rs_err *err);
void win_pending_done(struct win_pending *p);

/* ---- boot configuration (bcd.c) ---- */

/* The partition that a boot entry names, as it stands in a device element. */
struct win_bcd_device {
	bool is_mbr;
	uint8_t partition[16]; /* GPT: unique GUID of the partition, as on disk */
	uint32_t disk_id;      /* MBR: signature of the disk ... */
	uint64_t off_bytes;    /* ... and where the partition begins */
};

#define WIN_BCD_DEVICES_MAX 64U

struct win_bcd {
	struct win_bcd_device devices[WIN_BCD_DEVICES_MAX];
	size_t n;
	size_t n_windows; /* entries that start or resume a Windows */
	bool is_unclear;  /* one of them names its partition in a way that is not understood */
};

/** What a boot configuration starts: the partitions of every entry that loads a Windows or wakes
 * one up, no recovery environments. @hive must be a BCD (a regf with Objects). Errors: RS_E_HIVE,
 * RS_E_IO_READ, RS_E_MEMORY. */
int win_bcd_read(const struct win_src *hive, struct win_bcd *ret, struct rs_err *err);

/* One entry of a boot configuration that starts a Windows. */
struct win_loader {
	char object[64];       /* its key below Objects, "{...}" */
	char description[128]; /* "Windows 11"; "" if none */
	bool is_default;       /* of the boot manager */
	bool is_here;	       /* the partition that the boot manager was started from */
	bool has_device;       /* @device is where its Windows lies */
	struct win_bcd_device device;
	bool has_safeboot; /* starts in Safe Mode: 0 minimal, 1 network, 2 dsrepair */
	uint64_t safeboot;
	bool has_shell; /* ... with a command prompt in place of the desktop */
};

/** Those of a boot configuration, in its order, without recovery environments; @log1 and @log2 may
 * be NULL. *ret is malloc'd, also when there is none. Errors: those of win_bcd_read. */
int win_bcd_loaders(const struct win_src *hive, const struct win_src *log1,
	const struct win_src *log2, struct win_loader **ret, size_t *ret_n, struct rs_err *err);

/** A struct win_src over bytes in memory, which must outlive it. */
struct win_bytes {
	const uint8_t *p;
	size_t len;
};
struct win_src win_src_bytes(struct win_bytes *b);

/* ---- portable executables (pe.c) ---- */

struct win_pe {
	bool is_pe;
	uint16_t machine; /* PE_MACHINE_* */
	bool has_version;
	uint16_t version[4]; /* VS_FIXEDFILEINFO dwFileVersion */
};

/** Headers and version resource. Not a PE: is_pe = false and 0. Malformed resources: no version.
 * Errors: RS_E_IO_READ. */
int win_pe_read(const struct win_src *src, struct win_pe *ret, struct rs_err *err);

/** A struct win_src over an open NTFS file (f must outlive it). */
struct win_src win_src_file(struct nt_file *f);

#endif
