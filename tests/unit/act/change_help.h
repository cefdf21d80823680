/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A volume with a SYSTEM hive of libhivex, and a change of it. */
#ifndef UNBRICK_TESTS_CHANGE_HELP_H
#define UNBRICK_TESTS_CHANGE_HELP_H

#include "quarantine_help.h"

#define HIVE	"/Windows/System32/config/SYSTEM"
#define FILE_IN "\\Windows\\System32\\config\\SYSTEM"
#define SET	"ControlSet001\\"
#define X	SET "Services\\x"
#define Z	SET "Services\\z" /* its file is \Windows\other\z.sys */
#define CLASS	SET "Control\\Class\\{4D36E967-E325-11CE-BFC1-08002BE10318}"
#define MEMORY	SET "Control\\Session Manager\\Memory Management"

enum { BINARY = 3, DWORD = 4, MULTI = 7 };

#define CH_WITHOUT_X_BYTES 18
/** "PartMgr" and an end, UTF-16: the list of CLASS without x. */
extern const uint8_t ch_without_x[CH_WITHOUT_X_BYTES];
extern const uint8_t ch_four[4];

/** qh_make and qh_open with the hive and its logs. */
void ch_make(struct qh *q);
/** As Windows leaves them: the hive with a number that its logs have seen, logs with room. */
void ch_give_logs(struct qh *q, const char *dir, const char *name);
void ch_add(struct plan_change *c, enum hw_op op, const char *key, const char *name, uint32_t type,
	const void *p, size_t len);
/** Service x off, and its name out of a list. */
struct plan_change *ch_disable_x(void);

#endif
