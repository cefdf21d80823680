/* SPDX-License-Identifier: GPL-3.0-or-later */
/* So many clients that fetch one file at the same time, as firmware does it:
 *   fetch http|tftp ADDRESS NAME BYTES CLIENTS [PLACES]
 * TFTP with firmware's own question (RFC 2348, 2349, 7440): blocks of 1468 bytes, windows of 4.
 * PLACES: the clients' addresses are 10.88.0.1 and so on, so many of them; without it all have the
 * same. Each must get BYTES bytes. Prints seconds; exit status 1 where one failed. For tests and
 * bench, on loopback. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
	BLOCK = 1468,
	WINDOW = 4,
	RETRIES = 20,
};

struct fetch {
	bool is_http;
	const char *address, *name;
	uint64_t bytes;
	unsigned client, places;
};

static double now(void)
{
	struct timespec t;
	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int open_socket(const struct fetch *f, int type)
{
	int s = socket(AF_INET, type, 0);
	struct timeval second = {.tv_sec = f->is_http ? 120 : 1};
	struct sockaddr_in me = {.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(0x0a580001 + (f->places ? f->client % f->places : 0))};

	(void)setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &second, sizeof(second));
	if (s >= 0 && f->places && bind(s, (struct sockaddr *)&me, sizeof(me)) == 0)
		return s;
	if (s >= 0 && !f->places)
		return s;
	perror("socket");
	exit(1);
}

static int by_http(const struct fetch *f, const struct sockaddr_in *server)
{
	static char buf[1 << 18];
	int s = open_socket(f, SOCK_STREAM);

	if (connect(s, (const struct sockaddr *)server, sizeof(*server)) != 0)
		return -1;
	int n = snprintf(buf, sizeof(buf),
		"GET /%s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n", f->name, f->address);
	if (send(s, buf, (size_t)n, 0) != n)
		return -1;
	uint64_t got = 0;
	bool is_body = false;
	ssize_t len;
	while ((len = recv(s, buf, sizeof(buf) - 1, 0)) > 0) {
		if (is_body) {
			got += (uint64_t)len;
			continue;
		}
		buf[len] = '\0'; /* a head comes in one piece on loopback */
		const char *end = strstr(buf, "\r\n\r\n");
		if (!end || strncmp(buf, "HTTP/1.1 200", 12) != 0)
			return -1;
		got = (uint64_t)(len - (end + 4 - buf));
		is_body = true;
	}
	(void)close(s);
	return got == f->bytes ? 0 : -1;
}

static size_t question(const struct fetch *f, uint8_t *ret, size_t cap)
{
	static const char words[] = "\0octet\0tsize\0000\0blksize\0001468\0windowsize\0004";
	size_t len = strlen(f->name);

	if (len + 2 + sizeof(words) > cap)
		exit(1);
	ret[0] = 0;
	ret[1] = 1;
	memcpy(ret + 2, f->name, len);
	memcpy(ret + 2 + len, words, sizeof(words));
	return 2 + len + sizeof(words);
}

/* what the server took of the question: its words are pairs */
static void take_words(const uint8_t *p, size_t len, unsigned *ret_block, unsigned *ret_window)
{
	const char *at = (const char *)p + 2, *end = (const char *)p + len;

	while (at < end) {
		const char *value = at + strnlen(at, (size_t)(end - at)) + 1;
		if (value >= end)
			return;
		if (strcmp(at, "blksize") == 0)
			*ret_block = (unsigned)strtoul(value, NULL, 10);
		if (strcmp(at, "windowsize") == 0)
			*ret_window = (unsigned)strtoul(value, NULL, 10);
		at = value + strnlen(value, (size_t)(end - value)) + 1;
	}
}

static int by_tftp(const struct fetch *f, const struct sockaddr_in *server)
{
	uint8_t packet[4 + BLOCK + 64], ask[256], ack[4] = {0, 4, 0, 0};
	size_t ask_len = question(f, ask, sizeof(ask));
	struct sockaddr_in peer = *server;
	unsigned block = 512, window = 1, in_window = 0, silent = 0;
	uint16_t last = 0;
	uint64_t got = 0;
	bool has_begun = false;
	int s = open_socket(f, SOCK_DGRAM);

	(void)sendto(s, ask, ask_len, 0, (const struct sockaddr *)server, sizeof(*server));
	for (;;) {
		socklen_t peer_len = sizeof(peer);
		ssize_t len = recvfrom(
			s, packet, sizeof(packet) - 1, 0, (struct sockaddr *)&peer, &peer_len);
		bool is_due = false;
		if (len < 4) {
			if (++silent > RETRIES)
				return -1;
			if (!has_begun)
				(void)sendto(s, ask, ask_len, 0, (const struct sockaddr *)server,
					sizeof(*server));
			is_due = has_begun;
		} else if (packet[1] == 6 && !has_begun) {
			packet[len] = 0;
			take_words(packet, (size_t)len, &block, &window);
			has_begun = is_due = true;
		} else if (packet[1] == 3) {
			uint16_t number = (uint16_t)(packet[2] << 8 | packet[3]);
			has_begun = true;
			silent = 0;
			if (number == (uint16_t)(last + 1)) {
				last = number;
				got += (uint64_t)len - 4;
				in_window++;
			} else if (in_window) {
				is_due = true; /* one was lost: go on behind the last that came */
			}
			if (number == last && (size_t)len - 4 < block) {
				ack[2] = (uint8_t)(last >> 8);
				ack[3] = (uint8_t)last;
				(void)sendto(s, ack, sizeof(ack), 0, (struct sockaddr *)&peer,
					sizeof(peer));
				break;
			}
			is_due = is_due || in_window >= window;
		} else if (packet[1] == 5) {
			return -1;
		}
		if (is_due) {
			ack[2] = (uint8_t)(last >> 8);
			ack[3] = (uint8_t)last;
			in_window = 0;
			(void)sendto(
				s, ack, sizeof(ack), 0, (struct sockaddr *)&peer, sizeof(peer));
		}
	}
	(void)close(s);
	return got == f->bytes ? 0 : -1;
}

int main(int argc, char **argv)
{
	if (argc < 6) {
		(void)fprintf(stderr, "fetch http|tftp ADDRESS NAME BYTES CLIENTS [PLACES]\n");
		return 2;
	}
	struct fetch f = {.is_http = strcmp(argv[1], "http") == 0,
		.address = argv[2],
		.name = argv[3],
		.bytes = strtoull(argv[4], NULL, 10),
		.places = argc > 6 ? (unsigned)strtoul(argv[6], NULL, 10) : 0};
	struct sockaddr_in server = {.sin_family = AF_INET, .sin_port = htons(f.is_http ? 80 : 69)};
	unsigned clients = (unsigned)strtoul(argv[5], NULL, 10), failed = 0;
	double began = now();

	if (inet_pton(AF_INET, f.address, &server.sin_addr) != 1)
		return 2;
	for (f.client = 0; f.client < clients; f.client++) {
		pid_t pid = fork();
		if (pid < 0)
			return 1;
		if (pid == 0)
			_exit((f.is_http ? by_http(&f, &server) : by_tftp(&f, &server)) != 0);
	}
	for (unsigned i = 0; i < clients; i++) {
		int status;
		if (wait(&status) < 0 || status != 0)
			failed++;
	}
	printf("%.4f\n", now() - began);
	if (failed)
		(void)fprintf(stderr, "%u of %u failed\n", failed, clients);
	return failed != 0;
}
