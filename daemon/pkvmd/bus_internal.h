/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of the bus share. */
#ifndef PKVMD_BUS_INTERNAL_H
#define PKVMD_BUS_INTERNAL_H

#include <systemd/sd-bus.h>

#include "bus.h"
#include "bus_told.h"
#include "manager.h"
#include "polkit.h"

#define BUS_NAME		"org.pkvm1"
#define BUS_PATH		"/org/pkvm1"
#define BUS_INTERFACE		"org.pkvm1.Manager"

struct bus {
	struct manager *manager;
	sd_bus *bus;			/* NULL between two connections */
	struct polkit polkit;
	struct manager_observer observer;
	struct bus_told told;
	sd_event_source *reconnect;	/* a timer, on while there is no connection or no name */
	uint64_t delay;			/* until it is tried once more, us */
	bool refused;			/* the bus did not give us the name last time */
	uint64_t fresh_at;		/* round of the loop that refreshed the figures, or 0 */
};

/* The interface. Its user data is the struct bus. */
extern const sd_bus_vtable bus_vtable[];

/* Handlers, as the vtable wants them: of a property, of a method. @arg is the struct bus. */
#define BUS_UNUSED	__attribute__((unused))
#define BUS_GETTER(name) \
	int name(BUS_UNUSED sd_bus *connection, BUS_UNUSED const char *path, \
		 BUS_UNUSED const char *interface, BUS_UNUSED const char *property, \
		 sd_bus_message *reply, void *arg, BUS_UNUSED sd_bus_error *error)
#define BUS_METHOD(name) \
	int name(sd_bus_message *call, void *arg, BUS_UNUSED sd_bus_error *error)

BUS_GETTER(bus_get_figure);
BUS_GETTER(bus_get_text);
BUS_GETTER(bus_get_dry_run);
BUS_GETTER(bus_get_probe_running);
BUS_GETTER(bus_get_stalled);
BUS_GETTER(bus_get_configuration);
BUS_GETTER(bus_get_shrinker);
BUS_GETTER(bus_get_actions);

BUS_METHOD(bus_top_up);
BUS_METHOD(bus_reclaim);
BUS_METHOD(bus_set_policy);
BUS_METHOD(bus_reload_config);
BUS_METHOD(bus_explain);
BUS_METHOD(bus_list_decisions);
BUS_METHOD(bus_list_vms);
BUS_METHOD(bus_get_metrics);
BUS_METHOD(bus_get_request_histograms);

/* Sends @reply, which it takes, unless @err is what kept it from being put together. */
int bus_send_reply(sd_bus_message *reply, int err);

/*
 * The figures that properties tell, all of them of type "t": name and member of struct
 * manager. They change all the time, and are asked for.
 */
#define BUS_FIGURES(X) \
	X("ReservePages", stats.mem.reclaimable), \
	X("ReserveTargetPages", decision.target), \
	X("ReserveLowMarkPages", decision.low), \
	X("OwnedPages", stats.mem.owned), \
	X("BootPages", stats.mem.boot), \
	X("StockPages", stats.mem.stock), \
	X("HeapPages", stats.mem.heap), \
	X("TablePages", stats.mem.tables), \
	X("VmemmapPages", stats.mem.vmemmap), \
	X("HeapSizeBytes", stats.heap.size), \
	X("HeapUsedBytes", stats.heap.used), \
	X("HeapMappedBytes", stats.heap.mapped), \
	X("HeapLargestFreeBytes", stats.heap.largest_free), \
	X("HeapHoles", stats.heap.holes), \
	X("VMs", stats.mem.vms), \
	X("VCPUs", stats.mem.vcpus), \
	X("Requests", stats.mem.requests), \
	X("RequestedPages", stats.mem.requested), \
	X("TopUps", stats.mem.topups), \
	X("ToppedUpPages", stats.mem.topped_up), \
	X("Reclaims", stats.mem.reclaims), \
	X("ReclaimedPages", stats.mem.reclaimed), \
	X("ShrunkPages", stats.host.shrunk), \
	X("PingPongs", policy.ping_pongs), \
	X("Decisions", counters.decisions), \
	X("PressureTriggers", counters.triggers)

#endif
