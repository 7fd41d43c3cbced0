// SPDX-License-Identifier: GPL-2.0-or-later
/* The connection to the bus: how it is made and made again, and what is told by signals. */
#include "bus_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bus_dict.h"
#include "log.h"

#define SYSTEM_BUS	"unix:path=/run/dbus/system_bus_socket"

/* A bus that is there but does not want us is not asked more often. */
#define RECONNECT_USEC	UINT64_C(1000000)

/* What is told while there is no bus would queue up, and is of no use afterwards. */
static bool is_heard(const struct bus *bus)
{
	return bus->bus && sd_bus_is_ready(bus->bus) > 0;
}

/* @ended tells which of the two signals. */
static void tell_action(const struct bus *bus, const struct action *action, bool ended)
{
	sd_bus_message *signal = NULL;
	int err;

	if (!is_heard(bus))
		return;
	err = sd_bus_message_new_signal(bus->bus, &signal, BUS_PATH, BUS_INTERFACE,
					ended ? "ActionEnded" : "ActionBegins");
	if (err >= 0)
		err = dict_of_action(signal, action, ended);
	if (err >= 0)
		sd_bus_send(bus->bus, signal, NULL);
	sd_bus_message_unref(signal);
}

static void on_action_begins(const struct action *action, void *arg)
{
	tell_action(arg, action, false);
}

static void on_action_ends(const struct action *action, void *arg)
{
	tell_action(arg, action, true);
}

static void on_changed(void *arg)
{
	struct bus *bus = arg;

	if (is_heard(bus))
		sd_bus_emit_properties_changed_strv(bus->bus, BUS_PATH, BUS_INTERFACE,
						    (char **)bus_seldom_properties);
}

/* Without the name nobody finds us; another instance with it would fight over the reserve. */
static int on_name(sd_bus_message *reply, void *arg, sd_bus_error *ret_error)
{
	struct bus *bus = arg;
	uint32_t result = 0;

	(void)ret_error;
	if (sd_bus_message_is_method_error(reply, NULL)) {
		log_say(LOG_WARNING, LOG_ID_TROUBLE, "the bus refuses the name %s: %s", BUS_NAME,
			sd_bus_message_get_error(reply)->message);
		return 0;
	}
	/* 1: the name is ours. 4: it was already. */
	if (sd_bus_message_read(reply, "u", &result) > 0 && result != 1 && result != 4) {
		log_say(LOG_ERR, LOG_ID_TROUBLE, "another pkvmd runs: it has the name %s",
			BUS_NAME);
		sd_event_exit(bus->manager->event, -EEXIST);
	}
	return 0;
}

static int on_disconnected(sd_bus_message *message, void *arg, sd_bus_error *ret_error)
{
	struct bus *bus = arg;

	(void)message;
	(void)ret_error;
	log_say(LOG_NOTICE, LOG_ID_TROUBLE, "the bus is gone; waiting for it to come back");
	sd_event_source_set_time_relative(bus->reconnect, RECONNECT_USEC);
	return sd_event_source_set_enabled(bus->reconnect, SD_EVENT_ONESHOT);
}

static void disconnect(struct bus *bus)
{
	polkit_release(&bus->polkit);
	sd_bus_detach_event(bus->bus);
	bus->bus = sd_bus_close_unref(bus->bus);
}

static int export(struct bus *bus)
{
	int err = sd_bus_add_object_vtable(bus->bus, NULL, BUS_PATH, BUS_INTERFACE, bus_vtable,
					   bus);

	if (err >= 0)
		err = sd_bus_match_signal(bus->bus, NULL, "org.freedesktop.DBus.Local",
					  "/org/freedesktop/DBus/Local",
					  "org.freedesktop.DBus.Local", "Disconnected",
					  on_disconnected, bus);
	if (err >= 0)
		err = sd_bus_request_name_async(bus->bus, NULL, BUS_NAME,
						0, on_name, bus);
	return err;
}

/* Does not wait: the socket is watched until it is there, and messages queue up till then. */
static int connect_bus(struct bus *bus)
{
	const char *address = getenv("DBUS_SYSTEM_BUS_ADDRESS");
	int err = sd_bus_new(&bus->bus);

	if (err >= 0)
		err = sd_bus_set_address(bus->bus, address ? address : SYSTEM_BUS);
	if (err >= 0)
		err = sd_bus_set_bus_client(bus->bus, true);
	if (err >= 0)
		err = sd_bus_set_watch_bind(bus->bus, true);
	if (err >= 0)
		err = sd_bus_start(bus->bus);
	if (err >= 0)
		err = export(bus);
	if (err >= 0)
		err = sd_bus_attach_event(bus->bus, bus->manager->event, SD_EVENT_PRIORITY_NORMAL);
	return err < 0 ? err : 0;
}

static int on_reconnect(sd_event_source *source, uint64_t usec, void *arg)
{
	struct bus *bus = arg;
	int err;

	(void)source;
	(void)usec;
	disconnect(bus);
	err = connect_bus(bus);
	if (err < 0)
		log_say(LOG_ERR, LOG_ID_TROUBLE, "cannot connect to the bus: %s", strerror(-err));
	return 0;
}

int bus_new(struct manager *manager, struct bus **ret)
{
	struct bus *bus = calloc(1, sizeof(*bus));
	int err;

	if (!bus)
		return -ENOMEM;
	bus->manager = manager;
	bus->observer = (struct manager_observer){
		.action_begins = on_action_begins,
		.action_ends = on_action_ends,
		.changed = on_changed,
		.arg = bus,
	};
	manager_observe(manager, &bus->observer);
	err = sd_event_add_time(manager->event, &bus->reconnect, CLOCK_MONOTONIC, 0, 0,
				on_reconnect, bus);
	if (err >= 0)
		err = sd_event_source_set_enabled(bus->reconnect, SD_EVENT_OFF);
	if (err >= 0)
		err = connect_bus(bus);
	if (err < 0) {
		bus_free(bus);
		return err;
	}
	*ret = bus;
	return 0;
}

void bus_free(struct bus *bus)
{
	if (!bus)
		return;
	manager_unobserve(bus->manager, &bus->observer);
	sd_event_source_disable_unref(bus->reconnect);
	if (bus->bus) {
		sd_bus_flush(bus->bus);
		disconnect(bus);
	}
	free(bus);
}
