// SPDX-License-Identifier: GPL-2.0-or-later
/* The connection to the bus: how it is made and made again, and what is told by signals. */
#include "bus_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bus_dict.h"
#include "log.h"

#define SYSTEM_BUS	"unix:path=/run/dbus/system_bus_socket"

/* A bus that is there but does not want us is asked less and less often. */
#define RECONNECT_MIN_USEC	UINT64_C(1000000)
#define RECONNECT_MAX_USEC	(60 * RECONNECT_MIN_USEC)

/* What is told while there is no bus would queue up, and is of no use afterwards. */
static bool is_heard(const struct bus *bus)
{
	return bus->bus && sd_bus_is_ready(bus->bus) > 0;
}

/* NULL: nobody would hear it. */
static sd_bus_message *new_signal(const struct bus *bus, const char *member)
{
	sd_bus_message *signal = NULL;

	if (is_heard(bus))
		sd_bus_message_new_signal(bus->bus, &signal, BUS_PATH, BUS_INTERFACE, member);
	return signal;
}

/* @err is what filling it has returned. */
static void send_signal(const struct bus *bus, sd_bus_message *signal, int err)
{
	if (err >= 0)
		sd_bus_send(bus->bus, signal, NULL);
	sd_bus_message_unref(signal);
}

static void on_action_begins(const struct action *action, const struct policy_decision *decision,
			     void *arg)
{
	sd_bus_message *signal = new_signal(arg, "ActionBegins");

	if (signal)
		send_signal(arg, signal, dict_of_beginning(signal, action, decision));
}

static void on_action_ends(const struct action *action, void *arg)
{
	const struct bus *bus = arg;
	sd_bus_message *signal = new_signal(bus, "ActionEnded");

	if (signal)
		send_signal(bus, signal,
			    dict_of_end(signal, action, bus->manager->stats.mem.reclaimable));
}

static void on_changed(void *arg)
{
	const char *names[BUS_TOLD_PROPERTIES + 1];
	struct bus *bus = arg;

	/* Whoever comes to a bus that was away asks for all. */
	if (bus_told_update(&bus->told, bus->manager, names) && is_heard(bus))
		sd_bus_emit_properties_changed_strv(bus->bus, BUS_PATH, BUS_INTERFACE,
						    (char **)names);
}

static int reconnect_later(struct bus *bus)
{
	int err = sd_event_source_set_time_relative(bus->reconnect, bus->delay);

	bus->delay = 2 * bus->delay < RECONNECT_MAX_USEC ? 2 * bus->delay : RECONNECT_MAX_USEC;
	return err < 0 ? err : sd_event_source_set_enabled(bus->reconnect, SD_EVENT_ONESHOT);
}

/* Its policy may be there later: told once, and tried again. */
static int on_refusal(struct bus *bus, const sd_bus_error *error)
{
	if (!bus->refused)
		log_say(LOG_WARNING, LOG_ID_TROUBLE, "the bus refuses the name %s: %s", BUS_NAME,
			error->message ?: error->name);
	bus->refused = true;
	return reconnect_later(bus);
}

/* Without the name nobody finds us; another instance with it would fight over the reserve. */
static int on_name(sd_bus_message *reply, void *arg, sd_bus_error *ret_error)
{
	struct bus *bus = arg;
	uint32_t result = 0;

	(void)ret_error;
	/* The connection has ended meanwhile, which is told by itself. */
	if (sd_bus_message_is_method_error(reply, SD_BUS_ERROR_NO_REPLY))
		return 0;
	if (sd_bus_message_is_method_error(reply, NULL))
		return on_refusal(bus, sd_bus_message_get_error(reply));
	bus->refused = false;
	bus->delay = RECONNECT_MIN_USEC;
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
	return reconnect_later(bus);
}

static void disconnect(struct bus *bus)
{
	polkit_release(&bus->polkit);
	if (bus->bus)
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

/* Again and again until it works; what fails once more is told once more, rarely at last. */
static int try_to_connect(struct bus *bus)
{
	int err = connect_bus(bus);

	if (err >= 0)
		return 0;
	log_say(LOG_ERR, LOG_ID_TROUBLE, "cannot connect to the bus, trying again in %u s: %s",
		(unsigned int)(bus->delay / 1000000), strerror(-err));
	disconnect(bus);
	return reconnect_later(bus);
}

static int on_reconnect(sd_event_source *source, uint64_t usec, void *arg)
{
	struct bus *bus = arg;

	(void)source;
	(void)usec;
	disconnect(bus);
	return try_to_connect(bus);
}

int bus_new(struct manager *manager, struct bus **ret)
{
	struct bus *bus = calloc(1, sizeof(*bus));
	int err;

	if (!bus)
		return -ENOMEM;
	bus->manager = manager;
	bus->delay = RECONNECT_MIN_USEC;
	bus_told_init(&bus->told, manager);
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
		err = try_to_connect(bus);
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
