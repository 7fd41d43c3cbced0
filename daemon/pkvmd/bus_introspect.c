// SPDX-License-Identifier: GPL-2.0-or-later
/* The interface as XML: libsystemd only tells it to a peer, so there is one for a moment. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bus_internal.h"

/* The two ends of a connection with no bus between them. */
struct peers {
	sd_bus *server, *client;
};

static int start_peer(sd_bus **ret, int fd, bool server)
{
	const sd_id128_t id = SD_ID128_MAKE(46, ad, 44, 8d, da, 57, 84, c5, 99, 14, ab, df, 80, 8a,
					    5a, 27);
	int err = sd_bus_new(ret);

	if (err >= 0)
		err = sd_bus_set_fd(*ret, fd, fd);
	if (err < 0) {
		close(fd);
		return err;
	}
	if (server)
		err = sd_bus_set_server(*ret, true, id);
	if (err >= 0)
		err = sd_bus_set_anonymous(*ret, true);
	return err < 0 ? err : sd_bus_start(*ret);
}

static int connect_peers(struct peers *peers)
{
	int fds[2], err;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds))
		return -errno;
	err = start_peer(&peers->server, fds[0], true);
	if (err < 0) {
		close(fds[1]);
		return err;
	}
	return start_peer(&peers->client, fds[1], false);
}

static int on_introspection(sd_bus_message *reply, void *arg, sd_bus_error *error)
{
	(void)error;
	*(sd_bus_message **)arg = sd_bus_message_ref(reply);
	return 0;
}

/* Both ends are ours: one answers while the other waits. */
static int exchange(struct peers *peers, sd_bus_message *const *reply)
{
	int server = 1, client = 1;

	while (!*reply && server >= 0 && client >= 0) {
		server = sd_bus_process(peers->server, NULL);
		client = sd_bus_process(peers->client, NULL);
		if (!server && !client)
			client = sd_bus_wait(peers->client, 1000000);
	}
	return server < 0 ? server : client;
}

/* What libsystemd adds, and in which order, is its own: only our interface is printed. */
static int print_interface(FILE *out, const char *xml)
{
	const char *begin = strstr(xml, " <interface name=\"" BUS_INTERFACE "\">");
	const char *end = begin ? strstr(begin, "</interface>\n") : NULL;

	if (!end)
		return -EBADMSG;
	fprintf(out, "<node name=\"%s\">\n%.*s</interface>\n</node>\n", BUS_PATH,
		(int)(end - begin), begin);
	return ferror(out) ? -EIO : 0;
}

static int introspect(struct peers *peers, FILE *out)
{
	sd_bus_message *reply = NULL;
	const char *xml;
	int err = sd_bus_add_object_vtable(peers->server, NULL, BUS_PATH, BUS_INTERFACE, bus_vtable,
					   NULL);

	if (err >= 0)
		err = sd_bus_call_method_async(peers->client, NULL, NULL, BUS_PATH,
					       "org.freedesktop.DBus.Introspectable", "Introspect",
					       on_introspection, &reply, NULL);
	if (err >= 0)
		err = exchange(peers, &reply);
	if (err >= 0)
		err = sd_bus_message_read(reply, "s", &xml);
	if (err >= 0)
		err = print_interface(out, xml);
	sd_bus_message_unref(reply);
	return err;
}

int bus_introspect(FILE *out)
{
	struct peers peers = { NULL, NULL };
	int err = connect_peers(&peers);

	if (err >= 0)
		err = introspect(&peers, out);
	sd_bus_close_unref(peers.client);
	sd_bus_close_unref(peers.server);
	return err < 0 ? err : 0;
}
