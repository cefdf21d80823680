/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/plain.h"

#include <string.h>

#include "ui/keys.h"
#include "ui/ui.h"

#define AROUND	   8U /* lines of a list before and behind the chosen one */
#define MOST_TIMES 10000U

static const struct {
	const char *word;
	unsigned key;
} words[] = {
	{"b", UI_KEY_ESC},
	{"q", UI_KEY_LOST},
	{N_("yes"), UI_KEY_F12}, /* what confirms, and nothing shorter does */
	{"+", UI_KEY_RIGHT},
	{"-", UI_KEY_LEFT},
};

unsigned plain_key(const char *line, unsigned *ret_times)
{
	*ret_times = 1;
	if (!line[0])
		return UI_KEY_ENTER;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcasecmp(line, words[i].word) == 0 ||
			strcasecmp(line, lang_word(words[i].word)) == 0)
			return words[i].key;
	if (!line[1])
		return (line[0] >= 'a' && line[0] <= 'z') || (line[0] >= '1' && line[0] <= '9')
			       ? (unsigned)line[0]
			       : UI_KEY_NONE;
	if ((line[0] != '+' && line[0] != '-') || line[1 + strspn(line + 1, "0123456789")])
		return UI_KEY_NONE;
	const unsigned long n = strtoul(line + 1, NULL, 10);
	if (!n || n > MOST_TIMES)
		return UI_KEY_NONE;
	*ret_times = (unsigned)n;
	return line[0] == '+' ? UI_KEY_RIGHT : UI_KEY_LEFT;
}

const char *plain_word(unsigned key)
{
	if (key == UI_KEY_ENTER)
		return N_("Enter");
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (words[i].key == key)
			return words[i].word;
	return "";
}

void plain_say(const struct page *p)
{
	size_t first = 0, last = p->n;

	if (p->has_choice) {
		first = p->choice > AROUND ? p->choice - AROUND : 0;
		last = p->n - p->choice > AROUND ? p->choice + AROUND : p->n;
	}
	for (size_t i = first; i < last; i++)
		(void)puts(p->lines[i].text); /* a terminal; out_finish finds what was lost */
}
