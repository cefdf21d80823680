/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The address of a collector and the names that go into it, as a policy and a machine have them. */
#include <stdlib.h>
#include <string.h>

#include "core/cleanup.h"
#include "net/sink.h"
#include "net/tls.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_free char *text = malloc(size + 1);
	auto_free char *url = NULL, *frame = NULL;
	struct tls_server server;
	size_t len = 0;

	if (!text)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	const char *host = text + strlen(text) / 2;
	const struct sink_ask q = {.url = text,
		.id = host,
		.event = "end",
		.host = host,
		.result = host,
		.unix_s = (int64_t)((uint64_t)size << (size % 64)),
		.report = {data, size}};
	(void)tls_server(text, "syslog", "6514", &server);
	(void)sink_put_url(&q, &url, NULL);
	(void)sink_syslog_frame(&q, &frame, &len, NULL);
	return 0;
}
