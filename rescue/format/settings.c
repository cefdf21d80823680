/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "format/settings.h"

#include <string.h>

#include "format/settings_text.h"
#include "format/text.h"

enum { WORDS_MAX = 4, KEY_WAIT_MAX_S = 86400 };

/* One key of the table in docs/boot.md: a number, or one of some words. */
struct key {
	const char *name;
	size_t off; /* of its member in struct settings */
	unsigned min, max;
	/* in the order of the member's enum; NULL: not for this key */
	const char *words[WORDS_MAX];
	unsigned looseness[WORDS_MAX]; /* of each word; from an unsigned file it may only fall */
	enum settings_trust loosens;   /* the least that may let it rise; 0: see refusal */
	/* for a medium that we did not start from, where that is not @looseness: what a person sees
	 * may be set as it likes (codes, too), of the rest some may fall */
	enum { OTHERS_NEVER, OTHERS_FREE, OTHERS_FALL } others;
	unsigned others_looseness[WORDS_MAX];
	/* text; what stands for none is in words[0] */
	enum settings_text text;
	unsigned text_max;
	bool is_count; /* a number, but not of seconds */
	/* whom the network leads to: nobody may change it who could not have changed the image */
	bool is_whom;
};

#define MEMBER(m)		 offsetof(struct settings, m)
#define MODES			 "automatic", "technician", "look", "windows"
#define STAYS			 .others = OTHERS_FALL, .others_looseness = {0, 2, 2, 1}
#define TEXT(kind, unset)	 .text = TEXT_##kind, .text_max = SETTINGS_##kind##_MAX, .words = {unset}
#define X(name, word, looseness) looseness,

static const struct key keys[] = {
	{"timeout", MEMBER(timeout_s), .max = 600},
	{"menu", MEMBER(menu), .words = {"key", "always"}},
	{"mode", MEMBER(mode), .words = {MODES}, .others = OTHERS_FALL,
		.others_looseness = {3, 2, 1, 4}},
	{"console", MEMBER(console), .words = {"all", "graphics", "serial"}},
	{"repaired", MEMBER(repaired), .words = {"stay", "windows", NULL, "poweroff"}, STAYS},
	{"nothing", MEMBER(nothing), .words = {SETTINGS_END_WORDS}, STAYS},
	{"failure", MEMBER(failure), .words = {"stay", NULL, "reboot", "poweroff"}, STAYS},
	{"wait", MEMBER(wait_s), .min = 1, .max = 600},
	{"key_wait", MEMBER(key_wait_s), .max = KEY_WAIT_MAX_S},
	{"report", MEMBER(report), .words = {"stick", "none"}},
	{"rules", MEMBER(rules), .words = {"signed", "shipped", "unsigned"}, .looseness = {1, 0, 2},
		.others = OTHERS_FALL, .others_looseness = {1, 0, 2}},
	{"replay", MEMBER(replay), .words = {REPLAY_POLICIES(JUST_WORD)},
		.looseness = {REPLAY_POLICIES(X)}, .others = OTHERS_FALL,
		.others_looseness = {REPLAY_POLICIES(X)}},
	{"shell", MEMBER(shell), .words = {"no", "yes"}, .looseness = {0, 1}, STAYS},
	{"diagnosis", MEMBER(diagnosis), .words = {"ask", "alone"}, .looseness = {0, 1},
		.loosens = SETTINGS_SIGNED, STAYS},
	{"acts", MEMBER(acts), .words = {"move", "move disable"}, .looseness = {0, 1},
		.loosens = SETTINGS_SIGNED, STAYS},
	{"font", MEMBER(font), .words = {FONT_SIZES(JUST_WORD)}, .others = OTHERS_FREE},
	{"contrast", MEMBER(contrast), .words = {"normal", "high"}, .others = OTHERS_FREE},
	{"screen", MEMBER(screen), .words = {"full", "plain"}, .others = OTHERS_FREE},
	{"language", MEMBER(language), TEXT(CODE, "auto")},
	{"keyboard", MEMBER(keyboard), TEXT(CODE, "auto")},
	{"network", MEMBER(network), .words = {"auto", "no", "yes"}, .looseness = {1, 0, 2},
		.others = OTHERS_FALL, .others_looseness = {1, 0, 2}},
	{"policy", MEMBER(policy), TEXT(URL, "none"), .is_whom = true},
	{"collector", MEMBER(collector), TEXT(TARGET, "none"), .is_whom = true},
	{"address", MEMBER(address), TEXT(ADDRESS, "dhcp"), .is_whom = true},
	{"vlan", MEMBER(vlan), .max = SETTINGS_VLAN_MAX, .is_count = true, .is_whom = true},
	{"ntp", MEMBER(ntp), TEXT(HOST, "dhcp"), .is_whom = true},
	{"policy_floor", MEMBER(policy_floor), .max = SETTINGS_FLOOR_MAX, .is_count = true,
		.is_whom = true},
};
#undef X
enum { KEYS = sizeof(keys) / sizeof(keys[0]) };

/* ---- text without libc */

static bool is_blank(unsigned c)
{
	return c == ' ' || c == '\t';
}

/* ---- values */

static unsigned get(const struct settings *s, const struct key *k)
{
	return *(const unsigned *)(const void *)((const char *)s + k->off);
}

static unsigned looseness(const struct key *k, unsigned value)
{
	return value < WORDS_MAX ? k->looseness[value] : 0;
}

/* "ttyS0", "ttyS0,115200" or "ttyS0,115200n8", put down as "ttyS0,115200": it becomes part of a
 * kernel's idea of a console, so nothing else is let through. */
static bool serial_parse(const char *word, char ret[SETTINGS_SERIAL_MAX])
{
	static const unsigned speeds[] = {
		9600, 19200, 38400, 57600, 115200, 230400, 460800, 921600};
	enum { SPEEDS = sizeof(speeds) / sizeof(speeds[0]), PORTS = 32 };
	unsigned port, speed = 115200, i = 0;
	const char *p = word;

	for (const char *name = "ttys"; *name; name++, p++) {
		if (text_lower(*p) != *name)
			return false;
	}
	if (!settings_number(&p, &port) || port >= PORTS)
		return false;
	if (*p == ',') {
		p++;
		if (!settings_number(&p, &speed))
			return false;
		if (text_lower(*p) == 'n' && p[1] == '8')
			p += 2;
	}
	while (i < SPEEDS && speeds[i] != speed)
		i++;
	if (*p || i == SPEEDS)
		return false;
	text_format(ret, SETTINGS_SERIAL_MAX, "ttyS%u,%u", port, speed);
	return true;
}

/* The same, and the value for @s in @ret; "" where the word for none stands. */
static const char *text_parse(const struct key *k, const char *word, char ret[SETTINGS_URL_MAX])
{
	memset(ret, 0, SETTINGS_URL_MAX);
	if (text_is_same(word, k->words[0]))
		return NULL;
	const char *reason = settings_text_judge(k->text, word);
	if (reason)
		return reason;
	if (strlen(word) >= k->text_max)
		return k->text == TEXT_CODE ? "no code, like de" : "too long";
	memcpy(ret, word, strlen(word));
	return NULL;
}

/* Why @word is no value for @k, or NULL: then it is in @ret. */
static const char *value_parse(
	const struct key *k, const char *word, unsigned *ret, char serial[SETTINGS_SERIAL_MAX])
{
	const char *p = word;

	serial[0] = '\0';
	if (!k->words[0]) {
		if (!settings_number(&p, ret) || *p)
			return k->is_count ? "not a number" : "not a number of seconds";
		return *ret < k->min || *ret > k->max ? "number out of range" : NULL;
	}
	for (unsigned i = 0; i < WORDS_MAX; i++) {
		if (!k->words[i] || !text_is_same(k->words[i], word))
			continue;
		*ret = i;
		return NULL;
	}
	if (k->off == MEMBER(console) && serial_parse(word, serial)) {
		*ret = SETTINGS_CONSOLE_NAMED;
		return NULL;
	}
	return "unknown value";
}

/* ---- lines */

struct reader {
	const uint8_t *p;
	size_t len, off;
	enum encoding code;
	bool is_cr; /* the last character was one */
};

struct line {
	char text[SETTINGS_LINE_MAX + 1];
	size_t len;
	const char *reason; /* why it is bad whatever it says; NULL = it is not */
	bool is_comment;    /* the rest of it */
};

static void reader_init(struct reader *r, const uint8_t *p, size_t len)
{
	*r = (struct reader){.p = p, .len = len};
	r->code = encoding_of(p, len, &r->off);
}

/* The next code unit; false at the end. Half a unit at the end is given as U+FFFD. */
static bool reader_next(struct reader *r, unsigned *ret)
{
	if (r->off >= r->len)
		return false;
	if (r->code == ENC_BYTES) {
		*ret = r->p[r->off++];
		return true;
	}
	if (r->len - r->off < 2) {
		r->off = r->len;
		*ret = 0xFFFD;
		return true;
	}
	*ret = encoding_unit(r->code, r->p + r->off);
	r->off += 2;
	return true;
}

static void line_add(struct line *l, unsigned c)
{
	bool is_after_blank = l->len == 0 || is_blank((unsigned char)l->text[l->len - 1]);

	if (c == '#' && is_after_blank)
		l->is_comment = true;
	if (l->is_comment || (l->len == 0 && is_blank(c)))
		return;
	if (l->len == SETTINGS_LINE_MAX) {
		/* blanks before a comment, or at the end, do no harm */
		if (!is_blank(c) && !l->reason)
			l->reason = "line too long";
		return;
	}
	if (c == 0 && !l->reason)
		l->reason = "zero byte: save the file as UTF-8 text";
	else if ((c < ' ' && c != '\t') || c == 0x7F)
		l->reason = l->reason ? l->reason : "control character";
	else if (c > 0x7F && !l->reason)
		l->reason = "a character that is not ASCII";
	l->text[l->len++] = (char)(c == '\t' ? ' ' : c < ' ' || c >= 0x7F ? '?' : c);
}

/* The next line, without blanks around it and without its comment; false at the end. */
static bool line_read(struct reader *r, struct line *l)
{
	unsigned c;

	*l = (struct line){.len = 0};
	if (r->off >= r->len)
		return false;
	while (reader_next(r, &c)) {
		bool is_crlf = r->is_cr && c == '\n';

		r->is_cr = c == '\r';
		if (is_crlf)
			continue; /* its line ended with the CR */
		if (c == '\r' || c == '\n')
			break;
		line_add(l, c);
	}
	while (l->len && l->text[l->len - 1] == ' ')
		l->len--;
	l->text[l->len] = '\0';
	return true;
}

/* Splits "key = value" in place; why it is none, or NULL. */
static const char *line_split(struct line *l, const char **ret_key, const char **ret_value)
{
	size_t eq = 0, end, value;

	while (eq < l->len && l->text[eq] != '=')
		eq++;
	if (eq == l->len)
		return "no '='";
	for (end = eq; end && l->text[end - 1] == ' ';)
		end--;
	for (value = eq + 1; value < l->len && l->text[value] == ' ';)
		value++;
	if (end == 0)
		return "no key before '='";
	if (value == l->len)
		return "no value after '='";
	l->text[end] = '\0';
	*ret_key = l->text;
	*ret_value = l->text + value;
	return NULL;
}

static const char not_of_others[] = "not taken from a medium that this was not started from";
static const char not_unsigned[] = "not taken from an unsigned file under Secure Boot";

/* Who is started from somewhere else is not taken for whoever plugged this in: nothing that he
 * would not have asked for may come of it. */
static const char *refusal_of_others(const struct settings *s, const struct key *k, unsigned value)
{
	unsigned now = get(s, k);

	if (k->others == OTHERS_FREE)
		return NULL;
	if (k->others == OTHERS_FALL && value < WORDS_MAX && now < WORDS_MAX &&
		(value == now || k->others_looseness[value] < k->others_looseness[now]))
		return NULL;
	return not_of_others;
}

static const char *refusal_of_whom(bool is_same, enum settings_trust trust)
{
	if (is_same || trust >= SETTINGS_UNCHECKED)
		return NULL;
	return trust == SETTINGS_FOREIGN ? not_of_others : not_unsigned;
}

/* Why this value is not for somebody so little trusted to set, or NULL. What lets a verdict act
 * alone is never for the stick's own file, not even where nothing is checked: whoever can write to
 * the stick is not who signed it. */
static const char *refusal(
	const struct settings *s, const struct key *k, unsigned value, enum settings_trust trust)
{
	if (trust == SETTINGS_FOREIGN)
		return refusal_of_others(s, k, value);
	if (k->is_whom)
		return refusal_of_whom(value == get(s, k), trust);
	if (looseness(k, value) <= looseness(k, get(s, k)))
		return NULL;
	if (trust < k->loosens)
		return "taken from signed settings only";
	return trust == SETTINGS_UNSIGNED ? not_unsigned : NULL;
}

/* Why the line is bad, or NULL: then it is in @s. @seen: keys that had their line. */
static const char *line_take(
	struct settings *s, struct line *l, enum settings_trust trust, bool seen[KEYS])
{
	const char *key, *word, *reason;
	char serial[SETTINGS_SERIAL_MAX], text[SETTINGS_URL_MAX];
	unsigned value = 0, i = 0;

	reason = l->reason ? l->reason : line_split(l, &key, &word);
	if (reason)
		return reason;
	while (i < KEYS && !text_is_same(keys[i].name, key))
		i++;
	if (i == KEYS)
		return "unknown key";
	if (keys[i].text)
		reason = text_parse(&keys[i], word, text);
	else
		reason = value_parse(&keys[i], word, &value, serial);
	if (reason)
		return reason;
	if (seen[i])
		return "set a second time; the first one counts";
	char *now = (char *)s + keys[i].off;
	if (!keys[i].text)
		reason = refusal(s, &keys[i], value, trust);
	else if (keys[i].is_whom)
		reason = refusal_of_whom(strcmp(text, now) == 0, trust);
	if (reason)
		return reason;
	seen[i] = true;
	if (keys[i].text) {
		memcpy(now, text, keys[i].text_max);
		return NULL;
	}
	*(unsigned *)(void *)now = value;
	if (keys[i].off == MEMBER(console))
		memcpy(s->serial, serial, sizeof(serial));
	return NULL;
}

void settings_init(struct settings *s)
{
	*s = (struct settings){
		.timeout_s = 3,
		.menu = SETTINGS_MENU_KEY,
		.mode = SETTINGS_MODE_AUTOMATIC,
		.console = SETTINGS_CONSOLE_ALL,
		.repaired = SETTINGS_END_WINDOWS,
		.nothing = SETTINGS_END_STAY,
		.failure = SETTINGS_END_STAY,
		.wait_s = 10,
		.key_wait_s = 0,
		.report = SETTINGS_REPORT_STICK,
		.rules = SETTINGS_RULES_SIGNED,
		.replay = SETTINGS_REPLAY_SAFE,
		.diagnosis = SETTINGS_DIAGNOSIS_ASK,
		.acts = SETTINGS_ACTS_MOVE,
		.font = FONT_AUTO,
		.contrast = SETTINGS_CONTRAST_NORMAL,
		.screen = SETTINGS_SCREEN_FULL,
	};
}

static void tell(
	settings_bad_fn *bad, void *user, unsigned line, const char *text, const char *reason)
{
	struct settings_bad b = {.line = line, .text = text, .reason = reason};

	if (bad)
		bad(user, &b);
}

unsigned settings_parse(struct settings *s, const void *bytes, size_t len,
	enum settings_trust trust, settings_bad_fn *bad, void *user)
{
	bool seen[KEYS] = {false};
	unsigned count = 0;
	struct reader r;
	struct line l;

	if (len > SETTINGS_FILE_MAX) {
		tell(bad, user, 0, "", "longer than 64 KiB: not read");
		return 1;
	}
	reader_init(&r, bytes, len);
	for (unsigned line = 1; line_read(&r, &l); line++) {
		if (l.len == 0)
			continue;
		struct line whole = l; /* line_take cuts it */
		const char *reason = line_take(s, &l, trust, seen);
		if (!reason)
			continue;
		count++;
		if (count <= SETTINGS_BAD_MAX)
			tell(bad, user, line, whole.text, reason);
	}
	return count;
}

/* ---- text out */

size_t settings_format(const struct settings *s, char *ret, size_t size)
{
	struct text t;

	if (!size)
		return 0;
	text_init(&t, ret, size);
	for (const struct key *k = keys; k < keys + KEYS; k++) {
		if (k->text) {
			const char *value = (const char *)s + k->off;
			text_add(&t, "%s = %s\n", k->name, value[0] ? value : k->words[0]);
			continue;
		}
		unsigned value = get(s, k);
		if (k->off == MEMBER(console) && value == SETTINGS_CONSOLE_NAMED)
			text_add(&t, "%s = %s\n", k->name, s->serial);
		else if (k->words[0])
			text_add(&t, "%s = %s\n", k->name, k->words[value % WORDS_MAX]);
		else
			text_add(&t, "%s = %u\n", k->name, value);
	}
	return t.is_cut ? 0 : t.len;
}

const char *settings_mode_name(unsigned mode)
{
	static const char *const names[] = {MODES};

	return names[mode <= SETTINGS_MODE_WINDOWS ? mode : SETTINGS_MODE_AUTOMATIC];
}
