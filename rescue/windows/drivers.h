/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the SYSTEM hive (with its logs laid over it) says of drivers: services, packages, filters,
 * devices, and the state of the machine that bears on a start. */
#ifndef UNBRICK_WINDOWS_DRIVERS_H
#define UNBRICK_WINDOWS_DRIVERS_H

#include "windows/windows.h"

#define WIN_START_BOOT	   0U
#define WIN_START_SYSTEM   1U
#define WIN_START_AUTO	   2U
#define WIN_START_DEMAND   3U
#define WIN_START_DISABLED 4U

struct win_service {
	char *name;
	char *path;	  /* of a driver or of a program of its own, on this volume,
			   * "\Windows\System32\drivers\x.sys"; "" if it cannot be (another drive, a
			   * network path) or there is none */
	char *image_path; /* as it stands there; "" if it has none */
	char *group, *display;
	char *inf;	/* Owners: "oem14.inf", or "" */
	char *package;	/* Windows 7: its folder in the driver store, or "" */
	char *altitude; /* of a minifilter's default instance, or "" */
	uint32_t type, start, error_control, boot_flags;
	int override;	  /* StartOverride\0; -1: none */
	bool has_start;	  /* Start is a number of 4 bytes: one that can be set */
	bool is_driver;	  /* kernel, file system or recogniser */
	bool is_user_exe; /* a program of its own */
	bool is_boot;	  /* the loader takes it: Start 0 not set back by its override, or BootFlags
			   * that fit, or what the boot file system needs */
	/* Is it a filter of the network (NDIS), and what becomes of that without it? */
	enum win_network {
		WIN_NETWORK_NONE,  /* it is none */
		WIN_NETWORK_LATER, /* it comes up to 90 seconds later (FilterRunType optional) */
		WIN_NETWORK_WAITS, /* it waits for it for ever (mandatory) */
	} network;
	bool is_in_minimal; /* named, itself or by its group, in SafeBoot\Minimal */
	uint64_t written;   /* FILETIME of its key */
};

struct win_package {			   /* DriverDatabase\DriverPackages */
	char *folder;			   /* "tndrvpn.inf_amd64_9b1f0a6e2c4d7781" */
	char *inf;			   /* published name, "oem14.inf" */
	char *original;			   /* "tndrvpn.inf" */
	char *provider, *signer, *version; /* "5.1.0.0" */
	uint64_t dated, imported;	   /* FILETIME; imported 0: came with Windows */
};

struct win_filter_list {
	char *where;	  /* "Class\{4d36e967-...}" or "Enum\PCI\..." below the control set */
	char *class_guid; /* lower case with braces, or "" */
	bool is_upper, is_device;
	struct win_list names;
	uint8_t *raw; /* the value as it stands there (REG_MULTI_SZ): also what is in no list */
	size_t raw_len;
};

struct win_device {
	char *id;      /* "PCI\VEN_..." */
	char *service; /* that drives it, or "" */
	char *class_guid;
};

struct win_system {
	struct win_service *services;
	size_t n_services;
	struct win_package *packages;
	size_t n_packages;
	struct win_filter_list *filters;
	size_t n_filters;
	struct win_device *devices;
	size_t n_devices;
	struct win_list critical_services; /* of CriticalDeviceDatabase (Windows 7), each once */
	bool are_services_whole;	   /* each of them was read, and nothing of it is noted */
	unsigned control_set;		   /* that was looked at: ControlSet00n */
	bool is_set_chosen;   /* Select\Default and Current differ: the first is looked at */
	uint32_t current_set; /* Select\Current; 0: not known */
	struct win_list dump_filters; /* CrashControl\DumpFilters: who stores or encrypts a dump */
	/* CrashControl */
	uint32_t dump_kind; /* CrashDumpEnabled; UINT32_MAX: not known */
	char dump_file[260], minidump_dir[260];
	/* Session Manager */
	bool is_verifier_on; /* VerifyDrivers names some, or VerifyDriverLevel is set */
	char verified[260];  /* which drivers, "*" or "" */
	bool has_setup_execute;
	char setup_execute[260];
	/* Setup */
	uint32_t setup_type, setup_in_progress, oobe, upgrade, rollback;
	bool is_hiberboot;
	uint64_t shutdown;   /* FILETIME of the last one in order */
	uint64_t written;    /* newest key that was looked at */
	bool is_devices_cut; /* more devices than are kept: which of them use a service is unknown
			      */
	char note[256];	     /* what could not be read */
};

/** Reads a hive that is open. @root "\Windows". What is missing is left "" and noted: a damaged
 * part is no failure. Errors: RS_E_HIVE (nothing can be read), RS_E_IO_READ, RS_E_MEMORY,
 * RS_E_CANCELLED. */
int win_system_read(struct win_hive *h, unsigned control_set, const char *root,
	const struct rs_task *task, struct win_system **ret, struct rs_err *err);
void win_system_free(struct win_system *s);
RS_DEFINE_AUTO(struct win_system *, win_system_free);

/** The packages of another hive with a DriverDatabase (config\DRIVERS), those that are not known
 * yet. Errors: those of win_system_read; a hive without packages is none. */
int win_system_packages(
	struct win_hive *h, const struct rs_task *task, struct win_system *s, struct rs_err *err);
/** Microsoft's list for stop 0x7B: services without which no Windows starts. NULL ended. */
extern const char *const win_boot_minimum[];

/** By name, case-blind; NULL: none. */
const struct win_service *win_service_named(const struct win_system *s, const char *name);
/** An ImagePath, a module's path of a dump, or a path in an event, as a path on this volume: every
 * form ("\SystemRoot\", "System32\", "\??\C:\", "%SystemRoot%", "C:\Windows\", quotes, arguments of
 * a program, "\Device\HarddiskVolumeN\"). "" if it is none. @ret is NUL-ended, at most @cap. */
void win_path_on_volume(const char *raw, const char *root, char *ret, size_t cap);
/** The same of a driver's ImagePath; without one ("") where Windows looks for a driver of that
 * @name. */
void win_driver_path(
	const char *image_path, const char *name, const char *root, char *ret, size_t cap);

#endif
