/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The process that has the network: interfaces by the kernel's events, addresses by dhcpcd or as
 * they are set, names in resolv.conf. It stays as long as the machine is on, for what is renewed,
 * pulled out or plugged in. */
#include <errno.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/cleanup.h"
#include "init/module.h"
#include "init/network.h"
#include "init/network_child.h"

enum {
	TICK_MS = 500,	      /* while something is waited for */
	AGAIN_MS = 5000,      /* what failed is tried again */
	BOOT_CARD_MS = 10000, /* until the boot's own interface has its driver */
	FIRST_HINT_MS = 2000,
	HINTS = 3, /* while a link is waited for */
};

/* ---- addresses ---- */

/* Names that nothing waits for: with one lease more, or one less. Readable for the process that
 * asks the network, which has no rights of its own. */
static void write_resolv(struct child *c)
{
	char temp[NETWORK_FOLDER + 8];
	unsigned n = 0;

	(void)snprintf(temp, sizeof(temp), "%s.new", c->wish->resolv);
	FILE *f = fopen(temp, "we");
	for (int k = 0; f && k < 2; k++)
		for (int i = 0; i < CARD_MOST; i++) {
			const struct card *card = &c->cards[i];
			const bool is_first = strcmp(card->link.name, c->now.interface) == 0;
			if (is_first != (k == 0) || !card_is_up(card))
				continue;
			for (int j = 0; j < LEASE_FAMILIES * LEASE_SERVERS; j++) {
				const char *dns =
					card->lease[j / LEASE_SERVERS].dns[j % LEASE_SERVERS];
				if (dns[0] && n++ < 3) /* more are not asked */
					(void)fprintf(f, "nameserver %s\n", dns);
			}
		}
	bool is_whole = f && !ferror(f) && fchmod(fileno(f), 0644) == 0;
	if (f)
		is_whole &= fclose(f) == 0;
	if (!is_whole || rename(temp, c->wish->resolv) < 0)
		child_tell(c, NETWORK_LOG, "network: %s is not written: %s", c->wish->resolv,
			strerror(errno));
}

/* What has the address: the interface, or the VLAN on it. */
static bool find_user(struct child *c, struct card *card)
{
	int r = 0;

	if (card->user)
		return true;
	(void)snprintf(card->user_name, sizeof(card->user_name), "%s", card->link.name);
	if (c->wish->vlan) {
		char failed[64];
		(void)module_load_names((const char *const[]){"8021q", NULL}, failed,
			sizeof(failed)); /* else the next line says it */
		(void)snprintf(card->user_name, sizeof(card->user_name), "v%d.%u",
			card->link.index % 100000, c->wish->vlan);
		r = netlink_add_vlan(card->link.index, c->wish->vlan, card->user_name);
	}
	card->user = (int)if_nametoindex(card->user_name);
	if (card->user && c->wish->vlan)
		r = netlink_set_up(card->user);
	if (card->user && r == 0)
		return true;
	card->user = 0;
	child_tell(c, NETWORK_SAY, "network: %s: VLAN %u cannot be made: %s", card->link.name,
		c->wish->vlan, strerror(r < 0 ? -r : ENODEV));
	return false;
}

static bool set_static(struct child *c, struct card *card)
{
	struct lease l;
	int r = -EINVAL;

	if (network_static_of(c->wish->address, &l)) {
		r = netlink_add_address(card->user, l.address, l.prefix);
		if (r == 0 && l.router[0])
			r = netlink_add_gateway(card->user, l.router);
	}
	if (r < 0) {
		child_tell(c, NETWORK_SAY, "network: %s: the address %s cannot be set: %s",
			card->link.name, c->wish->address, strerror(-r));
		return false;
	}
	card->lease[strchr(l.address, ':') ? LEASE_IPV6 : LEASE_IPV4] = l;
	card->is_set = true;
	return true;
}

static void on_dhcp_end(void *user, struct process *p)
{
	struct child *c = user;
	struct card *card = &c->cards[p->tag];
	char how[96];

	card->dhcp = NULL;
	card->tried_ms = now_ms();
	memset(card->lease, 0, sizeof(card->lease));
	process_end_text(p->wait_status, how, sizeof(how));
	child_tell(c, NETWORK_LOG, "network: %s: dhcpcd has ended (%s): started again",
		card->link.name, how);
}

/* In the new process, before dhcpcd: it ends with us. */
static int end_with_us(void *arg, int out_fd)
{
	(void)arg;
	(void)out_fd;
	return prctl(PR_SET_PDEATHSIG, SIGTERM) == 0 && getppid() != 1 ? 0 : 126;
}

static const char *find_dhcpcd(void)
{
	static const char *const places[] = {"/sbin/dhcpcd", "/usr/sbin/dhcpcd", "/bin/dhcpcd"};

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (access(places[i], X_OK) == 0)
			return places[i];
	return places[0];
}

static bool start_dhcp(struct child *c, struct card *card)
{
	const char *const args[] = {
		find_dhcpcd(), "-f", c->config, "-B", "-q", "-c", c->hook, card->user_name, NULL};
	const struct process_plan plan = {.run = end_with_us,
		.argv = args,
		.log = c->log,
		.end = on_dhcp_end,
		.user = c,
		.tag = (unsigned)(card - c->cards)};
	struct rs_err err = {0};

	card->dhcp = process_start(&c->processes, &plan, &err);
	if (!card->dhcp)
		child_tell(c, NETWORK_LOG, "network: %s: dhcpcd: %s", card->link.name, err.detail);
	return card->dhcp;
}

static void ask_for_address(struct child *c, struct card *card, uint64_t now)
{
	if (card->dhcp || card->is_set || (card->tried_ms && now - card->tried_ms < AGAIN_MS))
		return;
	card->tried_ms = now;
	if (!find_user(c, card))
		return;
	if (c->wish->address[0])
		(void)set_static(c, card); /* it says so itself, and is tried again */
	else if (start_dhcp(c, card) && !card->is_asking_told)
		child_tell(c, NETWORK_SAY, "network: %s: link; asking for an address (DHCP)",
			card->user_name);
	card->is_asking_told = true;
}

/* ---- which one ---- */

/* The boot's own goes first; the others follow when it has no link or no answer for long, or does
 * not appear at all. */
static bool is_used(const struct child *c, const struct card *card, uint64_t now)
{
	const struct card *boot = card_of_boot(c->cards, c->wish->boot_mac, c->wish->boot_pci);

	if (!card_may(card))
		return false;
	if (!c->wish->boot_mac[0] || card == boot)
		return true;
	if (!boot)
		return now - c->started_ms >= BOOT_CARD_MS;
	if (card_is_up(boot))
		return false;
	return boot->link_ms ? now - boot->link_ms >= c->wish->answer_wait_ms
			     : now - boot->since_ms >= c->wish->link_wait_ms;
}

static void bring_up(struct child *c, struct card *card, uint64_t now)
{
	if (!card_may(card) || card->link.is_up ||
		(card->tried_ms && now - card->tried_ms < AGAIN_MS))
		return;
	const int r = netlink_set_up(card->link.index);
	if (r < 0) {
		card->tried_ms = now;
		child_tell(c, NETWORK_LOG, "network: %s cannot be brought up: %s", card->link.name,
			strerror(-r));
	}
}

/* ---- how far it is ---- */

static const struct card *first_up(const struct child *c)
{
	const struct card *boot = card_of_boot(c->cards, c->wish->boot_mac, c->wish->boot_pci),
			  *ret = NULL;

	if (boot && card_is_up(boot))
		return boot;
	for (int i = 0; i < CARD_MOST; i++) {
		const struct card *card = &c->cards[i];
		if (!card_is_up(card))
			continue;
		if (c->now.state == NETWORK_UP && strcmp(card->link.name, c->now.interface) == 0)
			return card; /* it stays with what it has */
		if (!ret || card->link_ms < ret->link_ms)
			ret = card;
	}
	return ret;
}

static enum network_state state_of(struct child *c, uint64_t now)
{
	enum network_state ret = NETWORK_NO_CARD;

	for (int i = 0; i < CARD_MOST; i++) {
		const struct card *card = &c->cards[i];
		if (!card_may(card))
			continue;
		if (ret == NETWORK_NO_CARD)
			ret = NETWORK_NO_LINK;
		if (card->link_ms)
			ret = NETWORK_NO_ADDRESS;
	}
	if (ret == NETWORK_NO_ADDRESS && !c->link_ms)
		c->link_ms = now;
	if (ret != NETWORK_NO_ADDRESS)
		c->link_ms = 0;
	return ret;
}

static bool is_late(const struct child *c, enum network_state state, uint64_t now)
{
	if (state == NETWORK_NO_ADDRESS)
		return now - c->link_ms >= c->wish->answer_wait_ms;
	return state != NETWORK_UP && now - c->started_ms >= c->wish->link_wait_ms;
}

static struct network_now look(struct child *c, uint64_t now)
{
	struct network_now ret;
	const struct card *card = first_up(c);

	memset(&ret, 0, sizeof(ret)); /* it is compared as bytes */
	ret.state = state_of(c, now);
	ret.vlan = c->wish->vlan;
	if (card) {
		ret.state = NETWORK_UP;
		ret.is_boot = card == card_of_boot(c->cards, c->wish->boot_mac, c->wish->boot_pci);
		ret.is_static = card->is_set;
		(void)snprintf(ret.interface, sizeof(ret.interface), "%s", card->link.name);
		(void)snprintf(ret.mac, sizeof(ret.mac), "%s", card->link.permanent);
		memcpy(ret.lease, card->lease, sizeof(ret.lease));
	}
	if (ret.state >= NETWORK_NO_ADDRESS && !c->first_link_ms)
		c->first_link_ms = now - c->started_ms + 1;
	ret.link_wait_ms = c->first_link_ms;
	ret.clock = c->now.clock;
	ret.is_late = is_late(c, ret.state, now);
	return ret;
}

/* ---- lines for people, which scripts wait for, too ---- */

static void list_cards(const struct child *c, char *ret, size_t cap)
{
	size_t len = 0;

	ret[0] = '\0';
	for (int i = 0; i < CARD_MOST && len < cap; i++)
		if (card_may(&c->cards[i]))
			len += (size_t)snprintf(ret + len, cap - len, "%s%s (%s)", len ? ", " : "",
				c->cards[i].link.name, c->cards[i].link.permanent);
}

static void tell_up(struct child *c)
{
	const struct network_now *n = &c->now;

	for (int i = 0; i < LEASE_FAMILIES; i++) {
		const struct lease *l = &n->lease[i];
		if (l->address[0])
			child_tell(c, NETWORK_SAY, "network: %s: address %s/%u (%s)%s%s",
				n->interface, l->address, l->prefix,
				network_how(n, (enum lease_family)i),
				l->router[0] ? ", gateway " : "", l->router);
	}
}

static void tell_late(struct child *c, enum network_state state)
{
	static const char *const texts[NETWORK_STATES] = {
		[NETWORK_NO_CARD] = "no wired interface is there that Linux has a driver for; "
				    "Wi-Fi is not used: plug in an Ethernet adapter (USB)",
		[NETWORK_NO_LINK] = "no link: look at the cable, the socket and the switch's port",
		[NETWORK_NO_ADDRESS] = "nobody answers: is there a DHCP server in this network, or "
				       "does its switch ask for a login (802.1X)?",
	};

	if (texts[state])
		child_tell(c, NETWORK_SAY,
			"network: %s; going on without it, it is taken when it comes",
			texts[state]);
}

static void tell_waiting(struct child *c, uint64_t now)
{
	char names[200];
	const uint64_t step = c->wish->link_wait_ms / HINTS;

	if (c->now.state != NETWORK_NO_LINK || c->now.is_late || now < c->hint_ms)
		return;
	c->hint_ms = now + step;
	list_cards(c, names, sizeof(names));
	child_tell(c, NETWORK_SAY,
		"network: %s: waiting for a link (is the cable in? a switch may "
		"take half a minute)",
		names);
}

/* As bytes, which were zero: a difference between members would only tell it once more. */
static bool is_same(const void *a, const void *b, size_t len)
{
	return memcmp(a, b, len) == 0;
}

static void tell_change(struct child *c, const struct network_now *before)
{
	const struct network_now *n = &c->now;
	const bool is_other = !is_same(before->lease, n->lease, sizeof(n->lease)) ||
			      strcmp(before->interface, n->interface) != 0;

	if (n->state == NETWORK_UP && (before->state != NETWORK_UP || is_other))
		tell_up(c);
	else if (before->state == NETWORK_UP && n->state != NETWORK_UP)
		child_tell(c, NETWORK_SAY, "network: %s: %s is gone", before->interface,
			n->state == NETWORK_NO_ADDRESS ? "its address" : "its link");
	if (n->is_late && (!before->is_late || before->state != n->state))
		tell_late(c, n->state);
	if (is_other || before->state != n->state)
		write_resolv(c);
}

static void step(struct child *c)
{
	const uint64_t now = now_ms();
	struct network_word w = {.kind = NETWORK_NOW};

	for (int i = 0; i < CARD_MOST; i++) {
		struct card *card = &c->cards[i];
		bring_up(c, card, now);
		if (card->link_ms && is_used(c, card, now))
			ask_for_address(c, card, now);
	}
	const struct network_now before = c->now;
	c->now = look(c, now);
	tell_waiting(c, now);
	if (is_same(&before, &c->now, sizeof(before)))
		return;
	tell_change(c, &before);
	w.now = c->now;
	child_send(c, &w);
}

/* ---- events ---- */

static void forget_leases(struct card *card)
{
	if (!card->is_set)
		memset(card->lease, 0, sizeof(card->lease));
}

static void take_link(struct child *c, const struct link_seen *l)
{
	struct card *card = card_take(c->cards, l, c->wish->root, now_ms());

	if (!card)
		return;
	if (!card->link_ms)
		forget_leases(card); /* what comes back may be another network's */
	if (!l->is_gone)
		return;
	if (card->dhcp) {
		process_signal(card->dhcp, SIGTERM);
		card->dhcp->end = NULL; /* the place is another one's */
	}
	*card = (struct card){0};
}

static void on_links(void *user, int fd, short events)
{
	static uint8_t bytes[NETLINK_MOST];
	struct child *c = user;
	struct link_seen l;
	ssize_t n;

	(void)events;
	while ((n = recv(fd, bytes, sizeof(bytes), 0)) > 0) {
		struct rs_view rest = {bytes, (size_t)n}, message;
		while (netlink_next(&rest, &message))
			if (netlink_link(message, &l))
				take_link(c, &l);
	}
	if (n < 0 && errno == ENOBUFS && !netlink_ask_again(fd))
		child_tell(c, NETWORK_LOG, "network: news of interfaces were lost");
}

static struct card *card_of_user(struct child *c, const char *name)
{
	for (int i = 0; i < CARD_MOST; i++)
		if (c->cards[i].user && strcmp(c->cards[i].user_name, name) == 0)
			return &c->cards[i];
	return NULL;
}

static void on_lease(void *user, int fd, short events)
{
	struct child *c = user;
	struct lease l;
	ssize_t n;

	(void)events;
	while ((n = recv(fd, &l, sizeof(l), MSG_TRUNC)) >= 0) {
		if (n != (ssize_t)sizeof(l) || !lease_is_sound(&l))
			continue;
		struct card *card = card_of_user(c, l.interface);
		if (!card || card->is_set)
			continue;
		memset(&card->lease[l.family], 0, sizeof(l));
		if (!l.is_lost)
			card->lease[l.family] = l;
	}
}

static void on_signal(void *user, int fd, short events)
{
	struct child *c = user;
	struct signalfd_siginfo info;

	(void)events;
	while (read(fd, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
		if (info.ssi_signo == SIGCHLD)
			processes_reap(&c->processes);
		else
			c->is_over = true;
	}
}

/* ---- its start ---- */

static int open_signals(void)
{
	sigset_t set;

	(void)sigemptyset(&set); /* these fail for wrong numbers only */
	(void)sigaddset(&set, SIGCHLD);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGINT);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* Its settings, its hook, and the folders that it looks for. */
static bool prepare_dhcp(struct child *c)
{
	static const char config[] = "# made by /init\n"
				     "define 224 string unbrick_url\n"
				     "option domain_name_servers, routers, ntp_servers\n"
				     "option unbrick_url\n"
				     "option dhcp6_name_servers, dhcp6_sntp_servers\n"
				     "vendorclassid unbrick\n"
				     "noarp\n"
				     "noipv4ll\n"
				     "timeout 0\n";
	static const char *const folders[] = {"/run/dhcpcd", "/var", "/var/lib", "/var/lib/dhcpcd"};
	const char *run = c->wish->run;

	(void)snprintf(c->config, sizeof(c->config), "%s/dhcpcd.conf", run);
	(void)snprintf(c->log, sizeof(c->log), "%s/dhcpcd.log", run);
	(void)snprintf(c->hook, sizeof(c->hook), "%s/" LEASE_HOOK, run);
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		(void)mkdir(folders[i], 0755); /* dhcpcd says it, in its log */
	(void)unlink(c->hook);		       /* symlink tells */
	FILE *f = fopen(c->config, "we");
	bool is_whole = f && fputs(config, f) >= 0;
	if (f)
		is_whole &= fclose(f) == 0;
	return is_whole && symlink(c->program, c->hook) == 0;
}

static bool begin(struct child *c)
{
	ssize_t n = readlink("/proc/self/exe", c->program, sizeof(c->program) - 1);

	c->program[n > 0 ? n : 0] = '\0';
	loop_init(&c->loop);
	processes_init(&c->processes, &c->loop);
	c->started_ms = now_ms();
	c->hint_ms = c->started_ms + FIRST_HINT_MS;
	clock_begin(c->wish->floor_unix_s, c->wish->sets_clock, &c->now.clock);
	if (mkdir(c->wish->run, 0700) < 0 && errno != EEXIST)
		return false;
	return prepare_dhcp(c) && loop_add(&c->loop, open_signals(), POLLIN, on_signal, c) &&
	       loop_add(&c->loop, lease_listen(c->wish->run), POLLIN, on_lease, c) &&
	       loop_add(&c->loop, netlink_open(), POLLIN, on_links, c);
}

int network_live(struct child *c)
{
	if (!begin(c)) {
		child_tell(
			c, NETWORK_SAY, "network: none: it cannot be begun: %s", strerror(errno));
		return 1;
	}
	while (!c->is_over) {
		step(c);
		const int clock_ms = network_ask_time(c);
		const bool is_waiting = c->now.state != NETWORK_UP;
		loop_step(&c->loop,
			loop_sooner_ms(is_waiting ? TICK_MS : -1,
				loop_sooner_ms(clock_ms, processes_wait_ms(&c->processes))));
		processes_step(&c->processes);
	}
	return 0;
}

int network_child(void *arg, int out_fd)
{
	static struct child c;

	c.wish = arg;
	c.out_fd = out_fd;
	return network_live(&c);
}
