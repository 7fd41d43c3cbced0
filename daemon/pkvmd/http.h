/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Metrics over HTTP, on the sockets that systemd has opened (pkvmd.socket). */
#ifndef PKVMD_HTTP_H
#define PKVMD_HTTP_H

#include "manager.h"

struct http;

/*
 * Serves "GET /metrics" from the manager's loop on every socket named "metrics" that was
 * passed to the process; these are the server's then. Without one, *ret is NULL: that is no
 * error. Returns 0 or a negative errno. Freed before the manager.
 */
int http_new(struct manager *manager, struct http **ret);

/* The same on the @n listening sockets @fds, of which it takes possession, also on failure. */
int http_new_on(struct manager *manager, const int *fds, size_t n, struct http **ret);

/* Closes connections and sockets. NULL is fine. */
void http_free(struct http *http);

#endif
