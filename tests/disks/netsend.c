/* SPDX-License-Identifier: GPL-3.0-or-later */
/* netsend COLLECTOR FILE [CA] [SECRET-FILE]: send a report to what a policy would have under
 * "reports", through unbrick-net, with the id and machine of the test. Prints "taken", or the
 * error's id and line. */
#include <fcntl.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/cleanup.h"
#include "net/client.h"

static struct rs_secret read_file(const char *path)
{
	struct rs_secret ret = {0};
	auto_close int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || rs_secret_init(&ret, 1U << 20, NULL) < 0)
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
	auto_secret struct rs_secret report = read_file(argc > 2 ? argv[2] : "");
	auto_secret struct rs_secret ca = read_file(argc > 3 ? argv[3] : "");
	auto_secret struct rs_secret secret = read_file(argc > 4 ? argv[4] : "");
	struct json_object *collector = json_tokener_parse(argc > 1 ? argv[1] : "");
	struct net_sink sink;
	const struct net_report p = {.id = "0f8fad5b-d9cb-469f-a165-70867728950e",
		.event = "end",
		.host = "PC 1/é",
		.result = "done",
		.unix_s = 1764012000,
		.bytes = report.p,
		.len = report.len};

	int r = net_sink_parse(collector, &sink, &err);
	if (r == 0) {
		r = net_open(getenv("UNBRICK_NET"), &c, &err);
		if (r == 0 && ca.p)
			r = net_set_ca(c, (const char *)ca.p, &err);
		if (r == 0) {
			net_watch(c, show, NULL);
			net_set_secrets(c, &secret);
			r = net_send(c, &sink, &p, &err);
		}
		net_close(c);
		net_sink_done(&sink);
	}
	json_object_put(collector);
	if (r == 0)
		(void)puts("taken");
	else
		rs_err_line(&err, line, sizeof(line));
	if (r < 0)
		(void)printf("%s %s\n", rs_err_info(err.code)->id, line);
	return r < 0 ? rs_err_info(r)->exit_status : 0;
}
