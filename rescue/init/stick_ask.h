/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Of several volumes that may be the stick a person says which one is meant, where one is there: on
 * the technician's screen, by the words of core/link.h. In the automatic modes nobody is asked. */
#ifndef UNBRICK_INIT_STICK_ASK_H
#define UNBRICK_INIT_STICK_ASK_H

#include <stddef.h>

struct init;

/** Those of this round (stick.now) are what is asked about: another list is another question. */
void stick_ask(struct init *in);
/** How a person knows candidate @i, as the text of the word `stick` (core/link.h): which question
 * and which of it ("3-0"), device, bytes, port, serial number, model. @root as in sysfs.h. */
void stick_ask_text(const struct init *in, const char *root, unsigned i, char *ret, size_t cap);
/** A person means this one ("3-0"); the next round heeds it. What is no candidate of the question
 * that is open is none. */
void stick_answer(struct init *in, const char *which);

#endif
