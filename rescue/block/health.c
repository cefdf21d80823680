/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "block/health.h"

#include <errno.h>
#include <fcntl.h>
#include <libnvme.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "block/internal.h"
#include "core/text.h"

#define ANSWER_MS 5000

void disk_health_parse(const uint8_t log[512], struct disk_health *ret)
{
	*ret = (struct disk_health){.is_known = true,
		.warnings = log[0] & 0x3f,
		.spare_percent = log[3],
		.used_percent = log[5],
		/* of 128 bits; more than these have no disk */
		.media_errors = rs_le64(log + 168) ? UINT64_MAX : rs_le64(log + 160)};
}

static void ask_nvme(const char *path, struct disk_health *ret)
{
	struct nvme_smart_log log;
	auto_close int fd = open(path, O_RDONLY | O_CLOEXEC);

	_Static_assert(sizeof(log) == 512, "");
	const int r = fd < 0 ? -1 : nvme_get_log_smart(fd, NVME_NSID_ALL, true, &log);
	if (r == 0)
		disk_health_parse((const uint8_t *)&log, ret);
	else if (r > 0)
		(void)snprintf(
			ret->fault, sizeof(ret->fault), "it refuses, status %#x", (unsigned)r);
	else
		(void)snprintf(ret->fault, sizeof(ret->fault), "%s", strerror(errno));
}

static bool is_nvme(const char *path)
{
	char dir[PATH_MAX];
	struct stat st;

	if (stat(path, &st) < 0 || !S_ISBLK(st.st_mode) ||
		!sys_disk_dir(&sys_roots_real, st.st_rdev, dir))
		return false;
	return strncmp(strrchr(dir, '/') + 1, "nvme", strlen("nvme")) == 0;
}

/* Nothing but the answer goes on from there. */
static _Noreturn void ask_and_end(disk_health_fn *ask, const char *path, int out_fd)
{
	struct disk_health h = {0};

	ask(path, &h);
	_exit(write(out_fd, &h, sizeof(h)) != (ssize_t)sizeof(h));
}

void disk_health_within(
	disk_health_fn *ask, const char *path, int timeout_ms, struct disk_health *ret)
{
	struct pollfd polled = {.events = POLLIN};
	int ends[2];

	*ret = (struct disk_health){0};
	if (pipe2(ends, O_CLOEXEC) < 0)
		return; /* as for one that tells nothing */
	const pid_t pid = fork();
	if (pid == 0)
		ask_and_end(ask, path, ends[1]);
	(void)close(ends[1]); /* it has its own */
	polled.fd = ends[0];
	if (pid > 0 && (poll(&polled, 1, timeout_ms) != 1 ||
			       read(ends[0], ret, sizeof(*ret)) != (ssize_t)sizeof(*ret))) {
		*ret = (struct disk_health){0};
		(void)snprintf(ret->fault, sizeof(ret->fault), "it does not answer");
	}
	(void)close(ends[0]); /* only read */
	if (pid > 0) {
		(void)kill(pid, SIGKILL); /* not buried yet: it is its own */
		/* one that is kept by its disk is buried by who comes after us */
		(void)waitpid(pid, NULL, ret->fault[0] ? WNOHANG : 0);
	}
}

void disk_health(const char *path, struct disk_health *ret)
{
	*ret = (struct disk_health){0};
	if (is_nvme(path))
		disk_health_within(ask_nvme, path, ANSWER_MS, ret);
}
