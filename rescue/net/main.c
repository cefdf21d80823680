/* SPDX-License-Identifier: GPL-3.0-or-later */
/* unbrick-net: started by Unbrick (net/client.h), never by a person. It refuses whatever would give
 * it more than it needs: root's rights, and anything at its descriptor 0 but a socket. Its
 * libraries get their memory from one locked heap that is wiped, since each of them handles keys.
 */
#include <curl/curl.h>
#include <openssl/crypto.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/arena.h"
#include "net/calls.h"
#include "net/serve.h"

/* libcurl looks names up in a thread of its own; the heap is for one at a time. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct rs_arena *arena;

static void *heap_resize(void *p, size_t len)
{
	(void)pthread_mutex_lock(&lock); /* cannot fail for this kind */
	void *ret = rs_arena_resize(arena, p, len);
	(void)pthread_mutex_unlock(&lock);
	return ret;
}

static void *heap_alloc(size_t len)
{
	return heap_resize(NULL, len ? len : 1);
}

static void heap_release(void *p)
{
	(void)pthread_mutex_lock(&lock);
	rs_arena_release(arena, p);
	(void)pthread_mutex_unlock(&lock);
}

static void *heap_zeros(size_t n, size_t len)
{
	size_t all;

	return __builtin_mul_overflow(n, len, &all) ? NULL : heap_alloc(all);
}

static char *heap_copy(const char *s)
{
	const size_t len = strlen(s) + 1;
	char *ret = heap_alloc(len);

	return ret ? memcpy(ret, s, len) : NULL;
}

static void *ssl_alloc(size_t len, const char *file, int line)
{
	(void)file;
	(void)line;
	return len ? heap_alloc(len) : NULL;
}

static void ssl_release(void *p, const char *file, int line)
{
	(void)file;
	(void)line;
	heap_release(p);
}

static void *ssl_resize(void *p, size_t len, const char *file, int line)
{
	if (len)
		return heap_resize(p, len);
	ssl_release(p, file, line);
	return NULL;
}

static bool protect(void)
{
	const struct rlimit none = {0, 0};

	return setrlimit(RLIMIT_CORE, &none) == 0 && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0 &&
	       prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && rs_arena_new(&arena, NULL) == 0 &&
	       CRYPTO_set_mem_functions(ssl_alloc, ssl_resize, ssl_release) == 1 &&
	       curl_global_init_mem(CURL_GLOBAL_DEFAULT, heap_alloc, heap_release, heap_resize,
		       heap_copy, heap_zeros) == CURLE_OK &&
	       calls_limit();
}

int main(void)
{
	struct stat st;

	if (fstat(STDIN_FILENO, &st) < 0 || !S_ISSOCK(st.st_mode) || getuid() == 0 ||
		geteuid() == 0)
		return 2;
	/* a server that goes away while it is written to is an error, which is told and tried again
	 */
	(void)signal(SIGPIPE, SIG_IGN); /* cannot fail for this one */
	/* what was kept of keys goes with the process; its threads are not waited for */
	_exit(protect() ? serve(STDIN_FILENO) : 1);
}
