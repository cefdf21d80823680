/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kinds of requests that unbrick-net knows: one function each, in a file of its own (do_*.c
 * what is fetched, sink_*.c what is sent), and a row in serve.c. */
#ifndef UNBRICK_NET_SERVE_H
#define UNBRICK_NET_SERVE_H

#include "net/job.h"

/** Read one request, do it, answer. Returns the exit status. */
int serve(int fd);

job_fn do_get;
job_fn do_key;
job_fn do_ldap;
job_fn do_send;
job_fn do_time;

#endif
