/* SPDX-License-Identifier: GPL-3.0-or-later */
/* netget URL [CA|system|plain] [SECRET-FILE] [TOTAL-MS] [NOW]: fetch it through unbrick-net, as the
 * program does. Prints the bytes; else "none", or the error's id and line. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/cleanup.h"
#include "net/client.h"

static struct rs_secret read_file(const char *path)
{
	struct rs_secret ret = {0};
	auto_close int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || rs_secret_init(&ret, 1U << 16, NULL) < 0)
		return ret;
	const ssize_t n = read(fd, ret.p, ret.cap - 1); /* with a NUL behind it */
	ret.len = n > 0 ? (size_t)n : 0;
	return ret;
}

static bool show(void *user, const char *line)
{
	(void)user;
	if (line)
		(void)fprintf(stderr, "%s\n", line);
	return true;
}

int main(int argc, char **argv)
{
	struct net_client *c = NULL;
	struct rs_err err = {0};
	char line[1024];
	const char *how = argc > 2 ? argv[2] : "";
	auto_secret struct rs_secret ca = read_file(how), answer = {0};
	auto_secret struct rs_secret secret = read_file(argc > 3 ? argv[3] : "");
	const struct net_get q = {.url = argc > 1 ? argv[1] : "",
		.ca = ca.p ? (const char *)ca.p : NULL,
		.is_system_ca = strcmp(how, "system") == 0,
		.is_plain_allowed = strcmp(how, "plain") == 0,
		.secret = &secret,
		.total_ms = argc > 4 ? (unsigned)strtoul(argv[4], NULL, 10) : 0};

	int r = net_open(getenv("UNBRICK_NET"), &c, &err);
	if (r == 0) {
		net_watch(c, show, NULL);
		net_set_now(c, argc > 5 ? strtoll(argv[5], NULL, 10) : 0);
		r = net_get(c, &q, &answer, &err);
	}
	if (r == 1)
		(void)fwrite(answer.p, 1, answer.len, stdout);
	else if (r == 0)
		(void)puts("none");
	if (r < 0) {
		rs_err_line(&err, line, sizeof(line));
		(void)printf("%s %s\n", rs_err_info(err.code)->id, line);
	}
	net_close(c);
	return r < 0 ? rs_err_info(r)->exit_status : 0;
}
