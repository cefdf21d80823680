/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "init/lease.h"
#include "init/netlink.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { VARIABLES = 600 };

/* dhcpcd's environment: the input's lines, of a lease on eth0 wherever they do not say else */
static void as_environment(const uint8_t *data, size_t size)
{
	static const char *const reasons[] = {
		"reason=BOUND", "reason=BOUND6", "reason=ROUTERADVERT"};
	const char *environment[VARIABLES];
	char *text = malloc(size + 1);
	struct lease l;
	size_t n = 0;

	if (!text)
		return;
	memcpy(text, data, size);
	text[size] = '\0';
	for (char *at = text, *next; n < VARIABLES - 3 && at; at = next) {
		next = strchr(at, '\n');
		if (next)
			*next++ = '\0';
		environment[n++] = at;
	}
	environment[n++] = reasons[size % 3];
	environment[n++] = "interface=eth0";
	environment[n] = NULL;
	if (lease_of_environment(environment, &l) && !lease_is_sound(&l))
		__builtin_trap();
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rs_view rest = {data, size}, message;
	struct link_seen l;
	struct lease lease;

	while (netlink_next(&rest, &message))
		if (netlink_link(message, &l) &&
			(!memchr(l.name, '\0', sizeof(l.name)) || strchr(l.name, '/')))
			__builtin_trap();
	(void)netlink_link((struct rs_view){data, size}, &l);
	as_environment(data, size);
	if (size >= sizeof(lease)) {
		memcpy(&lease, data, sizeof(lease));
		if (lease_is_sound(&lease) && strlen(lease.url) >= sizeof(lease.url))
			__builtin_trap();
	}
	return 0;
}
