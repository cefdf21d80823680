/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Windows' own store of components, WinSxS: which version of a component Windows itself uses, and
 * where it puts a component's file. The highest version in the store proves nothing: what counts is
 * what servicing wrote down (SOFTWARE ...\SideBySide\Winners). */
#ifndef UNBRICK_WINDOWS_COMPONENT_H
#define UNBRICK_WINDOWS_COMPONENT_H

#include "windows/windows.h"

/* A folder of the store, "amd64_microsoft-windows-x_31bf3856ad364e35_10.0.19041.546_none_" and 16
 * hexadecimal digits, taken apart. */
struct win_component {
	char arch[16];	  /* "amd64", "x86", "wow64", ...; as it is spelt */
	char head[128];	  /* "amd64_microsoft-windows-x_31bf3856ad364e35_" */
	char version[32]; /* "10.0.19041.546" */
	char culture[32]; /* "none", "de-de" */
};

/** false: it has another form. Untrusted text. */
bool win_component_parse(const char *folder, struct win_component *ret);

enum win_winner {
	WIN_WINNER,	    /* this very version */
	WIN_WINNER_OTHER,   /* another version of it */
	WIN_WINNER_NONE,    /* nothing is said of this component */
	WIN_WINNER_UNCLEAR, /* two say different things, or it makes no sense */
};

/** What SOFTWARE says of the component. *ret_version is the version that wins, "" where none is
 * named. The key's name holds a number of its own that is not in the folder's name: two keys that
 * differ in that alone are WIN_WINNER_UNCLEAR. Errors: RS_E_HIVE, RS_E_IO_READ, RS_E_MEMORY. */
int win_component_winner(struct win_hive *software, const struct win_component *c,
	enum win_winner *ret, char ret_version[32], struct rs_err *err);

#define WIN_MANIFEST_MAX (1U << 20)

enum win_place {
	WIN_PLACE_NAMED,     /* the file goes there, below the Windows folder */
	WIN_PLACE_ELSEWHERE, /* to a folder that is none of those */
	WIN_PLACE_PACKED,    /* the manifest is compressed as a difference */
	WIN_PLACE_NOT_SAID,  /* no such file in it, or it is no manifest */
};

/** Where does the manifest put its file @name? *ret_folder is below the Windows folder ("System32",
 * "" for itself). Bytes of a file of WinSxS\Manifests, untrusted. Two files of that name that go to
 * different folders are WIN_PLACE_ELSEWHERE. */
enum win_place win_component_place(struct rs_view manifest, const char *name, char ret_folder[64]);

#endif
