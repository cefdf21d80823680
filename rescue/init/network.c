/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The supervisor's side: it starts the process that has the network, and keeps what that says. */
#include "init/network.h"

#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "init/init.h"
#include "init/network_child.h"

enum { ENDS_MOST = 5, AGAIN_MS = 5000 };

/* ---- what it says ---- */

static void take_text(struct init *in, enum network_kind kind, char text[NETWORK_TEXT])
{
	text[NETWORK_TEXT - 1] = '\0';
	if (kind == NETWORK_SAY)
		init_say(in, "%s", text);
	else
		init_log(in, "%s", text);
}

static bool is_sound(const struct network_now *n)
{
	bool ret = (unsigned)n->state < NETWORK_STATES &&
		   memchr(n->interface, '\0', sizeof(n->interface)) &&
		   memchr(n->mac, '\0', sizeof(n->mac)) &&
		   (unsigned)n->clock.source < CLOCK_SOURCES &&
		   memchr(n->clock.server, '\0', sizeof(n->clock.server));

	for (int i = 0; ret && i < LEASE_FAMILIES; i++)
		ret = !n->lease[i].interface[0] || lease_is_sound(&n->lease[i]);
	return ret;
}

static void take_word(struct init *in)
{
	struct network *net = &in->network;

	if (net->word.kind == NETWORK_NOW && is_sound(&net->word.now))
		net->now = net->word.now;
	else if (net->word.kind == NETWORK_SAY || net->word.kind == NETWORK_LOG)
		take_text(in, net->word.kind, net->word.text);
}

static void on_said(void *user, const char *bytes, size_t len)
{
	struct init *in = user;
	struct network *net = &in->network;

	while (len) {
		const size_t room = sizeof(net->word) - net->word_len, n = len < room ? len : room;
		memcpy((char *)&net->word + net->word_len, bytes, n);
		net->word_len += n;
		bytes += n;
		len -= n;
		if (net->word_len < sizeof(net->word))
			return;
		net->word_len = 0;
		take_word(in);
	}
}

static void on_end(void *user, struct process *p)
{
	struct init *in = user;
	char how[96];

	in->network.process = NULL;
	in->network.again_ms = now_ms() + AGAIN_MS;
	in->network.now = (struct network_now){.state = NETWORK_NO_CARD, .is_late = true};
	process_end_text(p->wait_status, how, sizeof(how));
	init_say(in, "network: its process has ended (%s)%s", how,
		++in->network.n_ended < ENDS_MOST ? ": started again" : ": there is none any more");
}

/* ---- its start ---- */

static void start(struct init *in)
{
	struct network *net = &in->network;

	network_wish_init(&net->wish);
	network_wish_take(in, &net->wish);
	net->wish.sets_clock = true;
	net->wish.floor_unix_s = clock_floor("");
	const struct process_plan plan = {.run = network_child,
		.arg = &net->wish,
		.output = on_said,
		.end = on_end,
		.user = in};
	net->word_len = 0;
	net->started_ms = now_ms();
	net->now = (struct network_now){.state = NETWORK_NO_CARD};
	net->process = process_start(&in->processes, &plan, NULL);
	if (!net->process)
		net->again_ms = now_ms() + AGAIN_MS;
}

int network_step(struct init *in)
{
	struct network *net = &in->network;

	if (net->process || net->n_ended >= ENDS_MOST || !network_is_wanted(in))
		return -1;
	const uint64_t now = now_ms();
	if (now >= net->again_ms)
		start(in);
	return net->process ? -1 : loop_left_ms(now, net->again_ms);
}

const char *network_why(const struct init *in)
{
	static const char *const texts[NETWORK_STATES] = {
		[NETWORK_OFF] = "this image has no network",
		[NETWORK_NO_CARD] = "no wired network interface is there",
		[NETWORK_NO_LINK] = "no network cable has a link",
		[NETWORK_NO_ADDRESS] = "nobody in the network gives an address",
		[NETWORK_UP] = "the network is there",
	};

	return texts[in->network.now.state];
}

/* ---- the report ---- */

static void add_text(struct json_object *o, const char *key, const char *text)
{
	if (text[0])
		json_object_object_add(o, key, json_object_new_string(text));
}

static void add_servers(
	struct json_object *o, const char *key, const char list[LEASE_SERVERS][LEASE_ADDRESS])
{
	struct json_object *a = json_object_object_get(o, key);

	for (int i = 0; i < LEASE_SERVERS && list[i][0]; i++) {
		if (!a) {
			a = json_object_new_array();
			json_object_object_add(o, key, a);
		}
		json_object_array_add(a, json_object_new_string(list[i]));
	}
}

static struct json_object *addresses_of(const struct network_now *n)
{
	struct json_object *list = json_object_new_array();

	for (int i = 0; i < LEASE_FAMILIES; i++) {
		const struct lease *l = &n->lease[i];
		char text[LEASE_ADDRESS + 8];
		if (!l->address[0])
			continue;
		struct json_object *o = json_object_new_object();
		(void)snprintf(text, sizeof(text), "%s/%u", l->address, l->prefix);
		add_text(o, "address", text);
		add_text(o, "how", network_how(n, (enum lease_family)i));
		add_text(o, "gateway", l->router);
		json_object_array_add(list, o);
	}
	return list;
}

struct json_object *network_facts(const struct init *in)
{
	const struct network_now *n = &in->network.now;

	if (n->state == NETWORK_OFF)
		return NULL;
	struct json_object *o = json_object_new_object();
	add_text(o, "state", network_state_word(n->state));
	add_text(o, "interface", n->interface);
	add_text(o, "mac", n->mac);
	json_object_object_add(o, "boot_interface", json_object_new_boolean(n->is_boot));
	if (n->vlan)
		json_object_object_add(o, "vlan", json_object_new_int((int)n->vlan));
	json_object_object_add(o, "addresses", addresses_of(n));
	for (int i = 0; i < LEASE_FAMILIES; i++) {
		add_servers(o, "dns", n->lease[i].dns);
		add_servers(o, "ntp", n->lease[i].ntp);
		if (n->lease[i].url[0])
			add_text(o, "url", n->lease[i].url);
	}
	json_object_object_add(o, "link_wait_ms", json_object_new_uint64(n->link_wait_ms));
	return o;
}
