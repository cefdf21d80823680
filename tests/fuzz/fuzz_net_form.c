/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What servers answer, and the file with what they want to know: places in JSON, passwords,
 * sections; heads of frames. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "net/form.h"
#include "net/secret.h"
#include "net/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool is_password(const char *s)
{
	for (size_t i = 0; i < NET_PASSWORD_BYTES - 1; i++)
		if (i % 7 == 6 ? s[i] != '-' : s[i] < '0' || s[i] > '9')
			return false;
	return !s[NET_PASSWORD_BYTES - 1];
}

static void look(struct rs_view v)
{
	static const char *const places[] = {"", "/key", "/data/data/key", "/0/1", "/a~1b/~0"};
	char text[64], password[NET_PASSWORD_BYTES], again[NET_PASSWORD_BYTES];
	struct net_secret secret;

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (net_pick(v, places[i], text, sizeof(text)) == NET_PICK_DONE &&
			memchr(text, '\0', sizeof(text)) == NULL)
			__builtin_trap();
	if (net_password(v, password)) {
		const struct rs_view made = {(const uint8_t *)password, strlen(password)};
		if (!is_password(password) || !net_password(made, again) ||
			strcmp(password, again) != 0)
			__builtin_trap();
	}
	for (int i = 0; i < 2; i++)
		if (net_secret_parse(net_secret_section(v, i ? "a" : ""), &secret, NULL) == 0) {
			if (!secret.certificate.p != !secret.key.p)
				__builtin_trap();
			net_secret_done(&secret);
		}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size ? size : 1); /* of just this size */
	size_t len = 0;
	uint8_t head[NET_HEAD_BYTES];

	if (!copy)
		return 0;
	if (size)
		memcpy(copy, data, size);
	look((struct rs_view){copy, size});
	for (int i = 0; size >= NET_HEAD_BYTES && i < 2; i++) {
		const enum net_frame frame = net_head_parse(copy, i, &len);
		if (frame &&
			(!net_head_make(frame, len, head) || memcmp(head, copy, sizeof(head)) != 0))
			__builtin_trap();
	}
	free(copy);
	return 0;
}
