// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Metrics over HTTP. libmicrohttpd keeps its own epoll set, whose descriptor the loop
 * watches: the server runs when something has come, or a connection's time is up.
 */
#include "http.h"

#include <errno.h>
#include <fcntl.h>
#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "metrics.h"

/* Scrapers are few, and done at once: who is neither does not get far. */
#define CONNECTIONS		16
#define CONNECTION_SECONDS	10
#define CONNECTION_BYTES	16384

#define SOCKET_NAME		"metrics"

/* A socket that is listened to. */
struct server {
	struct http *http;
	struct MHD_Daemon *mhd;
	sd_event_source *io;
	sd_event_source *timer;		/* armed while a connection is open */
};

struct http {
	struct manager *manager;
	size_t n;
	struct server servers[];
};

/*
 * OpenMetrics, unless the client names the older format and not this one. Prometheus
 * names both, curl neither.
 */
static enum om_format wanted_format(struct MHD_Connection *connection)
{
	const char *accept = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Accept");

	if (!accept || strstr(accept, "application/openmetrics-text"))
		return OM_OPENMETRICS;
	return strstr(accept, "text/plain") ? OM_PROMETHEUS : OM_OPENMETRICS;
}

/* Queues @response and lets go of it. */
static enum MHD_Result respond(struct MHD_Connection *connection, unsigned int status,
			       struct MHD_Response *response, const char *header, const char *value)
{
	enum MHD_Result result = MHD_NO;

	if (!response)
		return MHD_NO;
	if (MHD_add_response_header(response, header, value) == MHD_YES)
		result = MHD_queue_response(connection, status, response);
	MHD_destroy_response(response);
	return result;
}

static enum MHD_Result refuse(struct MHD_Connection *connection, unsigned int status,
			      const char *text, const char *header, const char *value)
{
	return respond(connection, status,
		       MHD_create_response_from_buffer(strlen(text), (void *)text,
						       MHD_RESPMEM_PERSISTENT),
		       header, value);
}

static enum MHD_Result send_metrics(struct http *http, struct MHD_Connection *connection)
{
	enum om_format format = wanted_format(connection);
	struct MHD_Response *response;
	size_t size;
	char *text;

	if (metrics_text(http->manager, format, &text, &size))
		return refuse(connection, MHD_HTTP_INTERNAL_SERVER_ERROR, "out of memory\n",
			      MHD_HTTP_HEADER_CONTENT_TYPE, "text/plain");
	response = MHD_create_response_from_buffer(size, text, MHD_RESPMEM_MUST_FREE);
	if (!response)
		free(text);
	return respond(connection, MHD_HTTP_OK, response, MHD_HTTP_HEADER_CONTENT_TYPE,
		       om_content_type(format));
}

/* Called once when the headers are there, then while a body comes, and once behind it. */
static enum MHD_Result answer(void *arg, struct MHD_Connection *connection, const char *url,
			      const char *method, const char *version, const char *body,
			      size_t *body_size, void **seen)
{
	(void)version;
	(void)body;
	if (!*seen) {
		*seen = connection;
		return MHD_YES;
	}
	if (*body_size) {
		*body_size = 0;
		return MHD_YES;
	}
	if (strcmp(url, "/metrics"))
		return refuse(connection, MHD_HTTP_NOT_FOUND, "There is only /metrics.\n",
			      MHD_HTTP_HEADER_CONTENT_TYPE, "text/plain");
	if (strcmp(method, MHD_HTTP_METHOD_GET) && strcmp(method, MHD_HTTP_METHOD_HEAD))
		return refuse(connection, MHD_HTTP_METHOD_NOT_ALLOWED, "Use GET.\n",
			      MHD_HTTP_HEADER_ALLOW, "GET, HEAD");
	return send_metrics(arg, connection);
}

/* Lets the server do what there is to do, and asks it when it wants to run without news. */
static int run(struct server *server)
{
	MHD_UNSIGNED_LONG_LONG ms;
	int err;

	MHD_run(server->mhd);
	if (MHD_get_timeout(server->mhd, &ms) != MHD_YES)
		return sd_event_source_set_enabled(server->timer, SD_EVENT_OFF);
	err = sd_event_source_set_time_relative(server->timer, ms * 1000);
	return err < 0 ? err : sd_event_source_set_enabled(server->timer, SD_EVENT_ONESHOT);
}

static int on_io(sd_event_source *source, int fd, uint32_t events, void *arg)
{
	(void)source;
	(void)fd;
	(void)events;
	return run(arg);
}

static int on_timer(sd_event_source *source, uint64_t usec, void *arg)
{
	(void)source;
	(void)usec;
	return run(arg);
}

static int watch(struct server *server)
{
	const union MHD_DaemonInfo *info =
		MHD_get_daemon_info(server->mhd, MHD_DAEMON_INFO_EPOLL_FD);
	sd_event *event = server->http->manager->event;
	int err;

	if (!info)
		return -EIO;
	err = sd_event_add_io(event, &server->io, info->epoll_fd, EPOLLIN, on_io, server);
	if (err >= 0)
		err = sd_event_add_time(event, &server->timer, CLOCK_MONOTONIC, 0, 0, on_timer,
					server);
	if (err >= 0)
		err = sd_event_source_set_enabled(server->timer, SD_EVENT_OFF);
	return err < 0 ? err : 0;
}

static struct MHD_Daemon *start(struct http *http, int fd)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK))
		return NULL;
	return MHD_start_daemon(MHD_USE_EPOLL, 0, NULL, NULL, answer, http,
				MHD_OPTION_LISTEN_SOCKET, fd,
				MHD_OPTION_CONNECTION_LIMIT, CONNECTIONS,
				MHD_OPTION_CONNECTION_TIMEOUT, CONNECTION_SECONDS,
				MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_BYTES,
				MHD_OPTION_END);
}

/* Takes the socket, also on failure. */
static int add_server(struct http *http, int fd)
{
	struct server *server = &http->servers[http->n];

	server->http = http;
	server->mhd = start(http, fd);
	if (!server->mhd) {
		close(fd);
		return -EIO;
	}
	http->n++;
	return watch(server);
}

int http_new_on(struct manager *manager, const int *fds, size_t n, struct http **ret)
{
	struct http *http = calloc(1, sizeof(*http) + n * sizeof(http->servers[0]));
	int err = http ? 0 : -ENOMEM;
	size_t i = 0;

	if (http)
		http->manager = manager;
	while (!err && i < n)
		err = add_server(http, fds[i++]);
	while (i < n)
		close(fds[i++]);
	if (err) {
		http_free(http);
		return err;
	}
	*ret = http;
	return 0;
}

void http_free(struct http *http)
{
	if (!http)
		return;
	for (size_t i = 0; i < http->n; i++) {
		sd_event_source_disable_unref(http->servers[i].timer);
		sd_event_source_disable_unref(http->servers[i].io);
		if (http->servers[i].mhd)
			MHD_stop_daemon(http->servers[i].mhd);
	}
	free(http);
}

/* Puts those that metrics are served on into @fds. What else came has no use here. */
static size_t pick_sockets(int *fds, char *const *names, size_t n)
{
	size_t picked = 0;

	for (size_t i = 0; i < n; i++) {
		int fd = SD_LISTEN_FDS_START + (int)i;

		if (!strcmp(names[i], SOCKET_NAME) && sd_is_socket(fd, 0, SOCK_STREAM, 1) > 0)
			fds[picked++] = fd;
		else
			close(fd);
	}
	return picked;
}

static void free_names(char **names)
{
	for (char **name = names; name && *name; name++)
		free(*name);
	free(names);
}

int http_new(struct manager *manager, struct http **ret)
{
	struct http *http = NULL;
	char **names = NULL;
	int n = sd_listen_fds_with_names(1, &names);
	int *fds = n > 0 ? calloc((size_t)n, sizeof(*fds)) : NULL;
	int err = n < 0 ? n : n && !fds ? -ENOMEM : 0;

	if (fds) {
		size_t picked = pick_sockets(fds, names, (size_t)n);

		if (picked)
			err = http_new_on(manager, fds, picked, &http);
	}
	free(fds);
	free_names(names);
	if (!err)
		*ret = http;
	return err;
}
