/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The processes that have to do with a network, run by hand on a host, where its failures can be
 * made without a boot. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "init/fleet.h"
#include "init/hand.h"
#include "init/network_child.h"

struct member {
	const char *key;
	char *text;
	size_t cap;
	unsigned *number;
};

#define TEXT_OF(key, member)                                                                       \
	{                                                                                          \
		key, member, sizeof(member), NULL                                                  \
	}
#define NUMBER_OF(key, member)                                                                     \
	{                                                                                          \
		key, NULL, 0, &(member)                                                            \
	}

static bool take_word(const struct member *members, const char *word)
{
	const char *value = strchr(word, '=');

	for (const struct member *m = members; value && m->key; m++) {
		if (strncmp(word, m->key, (size_t)(value - word)) != 0 ||
			strlen(m->key) != (size_t)(value - word))
			continue;
		if (m->number)
			*m->number = (unsigned)strtoul(value + 1, NULL, 10);
		else
			(void)snprintf(m->text, m->cap, "%s", value + 1);
		return true;
	}
	return false;
}

static bool take_words(const struct member *members, char **words)
{
	for (; *words; words++)
		if (!take_word(members, *words)) {
			(void)dprintf(STDERR_FILENO, "init: %s: not known\n", *words);
			return false;
		}
	return true;
}

static int network_by_hand(char **words)
{
	static struct network_wish w;
	static struct child c;
	const struct member members[] = {TEXT_OF("boot_mac", w.boot_mac),
		TEXT_OF("boot_pci", w.boot_pci), TEXT_OF("address", w.address),
		TEXT_OF("ntp", w.ntp), TEXT_OF("root", w.root), TEXT_OF("run", w.run),
		TEXT_OF("resolv", w.resolv), TEXT_OF("program", w.program),
		NUMBER_OF("vlan", w.vlan), NUMBER_OF("link_wait_ms", w.link_wait_ms),
		NUMBER_OF("answer_wait_ms", w.answer_wait_ms), {NULL, NULL, 0, NULL}};

	network_wish_init(&w);
	if (!take_words(members, words))
		return 2;
	w.floor_unix_s = clock_floor(w.root);
	c.wish = &w;
	c.by_hand = true;
	c.out_fd = STDOUT_FILENO;
	return network_live(&c);
}

/* The last thing that a job says, which a pipe would take. */
static bool run_job(process_fn job, void *arg, void *ret, size_t len)
{
	int ends[2];
	bool is_there = false;

	if (pipe(ends) < 0 || job(arg, ends[1]) != 0 || close(ends[1]) < 0)
		return false;
	while (read(ends[0], ret, len) == (ssize_t)len)
		is_there = true;
	return is_there;
}

static int policy_by_hand(char **words)
{
	static struct fleet_fetch q;
	struct fleet_policy p;
	unsigned now = 0;
	const struct member members[] = {TEXT_OF("url", q.url), TEXT_OF("ca", q.ca),
		TEXT_OF("keys", q.keys), TEXT_OF("folder", q.folder), TEXT_OF("program", q.program),
		NUMBER_OF("floor", q.floor_version), NUMBER_OF("total_ms", q.total_ms),
		NUMBER_OF("now", now), {NULL, NULL, 0, NULL}};

	if (!take_words(members, words))
		return 2;
	q.clock = (struct policy_clock){now ? (int64_t)now : time(NULL), true};
	if (!run_job(fleet_fetch_run, &q, &p, sizeof(p)))
		return 1;
	if (p.code < 0)
		(void)dprintf(STDOUT_FILENO, "refused %s: %s\n", rs_err_info(p.code)->id, p.text);
	else
		(void)dprintf(STDOUT_FILENO, "accepted %u %s %s delay=%u keys=%u reports=%u\n",
			p.version, p.key_id, policy_act_word(p.act), p.delay_s, p.n_keys,
			p.n_reports);
	return p.code < 0;
}

static int report_by_hand(char **words)
{
	static struct fleet_send q = {.event = FLEET_END};
	struct fleet_sent s;
	const struct member members[] = {TEXT_OF("path", q.path), TEXT_OF("id", q.id),
		TEXT_OF("host", q.host), TEXT_OF("sinks", q.sinks),
		TEXT_OF("collector", q.collector), TEXT_OF("ca", q.ca),
		TEXT_OF("program", q.program), NUMBER_OF("total_ms", q.total_ms),
		{NULL, NULL, 0, NULL}};

	if (!take_words(members, words))
		return 2;
	if (!run_job(fleet_send_run, &q, &s, sizeof(s)))
		return 1;
	(void)dprintf(STDOUT_FILENO, "taken %u of %u%s%s\n", s.n_taken, s.n, s.text[0] ? " " : "",
		s.text);
	return s.n_taken != s.n;
}

int by_hand(char **words)
{
	static const struct {
		const char *word;
		int (*run)(char **words);
	} all[] = {{"network", network_by_hand}, {"policy", policy_by_hand},
		{"report", report_by_hand}};

	for (size_t i = 0; words[0] && i < sizeof(all) / sizeof(all[0]); i++)
		if (strcmp(words[0], all[i].word) == 0)
			return all[i].run(words + 1);
	return -1;
}
