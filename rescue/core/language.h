/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is shown to people, in their language (docs/languages.md). Everything that we say is made in
 * English, kept in English and reported in English; who shows it has it translated here, last of
 * all. One language for the process, as a locale is. */
#ifndef UNBRICK_CORE_LANGUAGE_H
#define UNBRICK_CORE_LANGUAGE_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#define LANG_CODE_LEN 16 /* room for "de", "pt_BR" */
#define LANG_DOMAIN   "unbrick"

/* A text that is translated where it is shown, for xgettext. */
#define N_(text) text

/** Find the translations: in @dir, or (NULL) where this program's are: locale/ beside it,
 * ../share/locale, /usr/share/locale. Before threads. */
void lang_begin(const char *dir);

/** Speak @code from now on ("de"; of "de_AT" de will do); "en": English. False: there are no
 * translations of it, and nothing changes. Texts that were given out stay valid. Not while threads
 * run. */
bool lang_choose(const char *code);

/** "": nothing was chosen, which is English. */
const char *lang_code(void);

/** The language after that one, of all that there are; the first one after the last. */
void lang_next(const char *code, char ret[LANG_CODE_LEN]);

/** What it calls itself: "Deutsch". Before threads, as lang_choose. */
void lang_name(const char *code, char *ret, size_t cap);

/** What is written for the letter of this language in the @n bytes at @letter where there are only
 * ASCII's, @ret_n bytes; NULL: it has none. */
const char *lang_plain(const char *letter, size_t n, size_t *ret_n);

/** A whole text that stands in the sources, blanks around it aside: as it is in this language, or
 * as it is. Lives as long as the process, or as @text. */
const char *lang_word(const char *text);

/** The same of a text that was made by a format of ours, out of such texts, or of several: each
 * part that is recognised is translated and what it was made of is put in; what is not known (a
 * name, a number) stays as it is. What stood in a column of its own is not narrower than before. In
 * memory of its own (free it); NULL: no memory. */
char *lang_new(const char *text);

/** What vasprintf makes, in this language, and each "%-s" is a name: it stays as it is, whatever
 * words of ours it is made of. (A name of a disk that has control characters, which are shown
 * escaped: all stays English.) In memory of its own (free it); NULL: no memory. */
char *lang_vprint_new(const char *fmt, va_list ap) __attribute__((format(printf, 1, 0)));

/** The same into a buffer; without memory, "". */
void lang_print(char *ret, size_t cap, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/** The same as lang_new into a buffer; without memory, as it is. */
void lang_text(const char *text, char *ret, size_t cap);

#endif
