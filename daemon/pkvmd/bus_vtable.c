// SPDX-License-Identifier: GPL-2.0-or-later
/* The interface org.pkvm1.Manager; org.pkvm1(5) says what is behind each name. */
#include "bus_internal.h"

#define SELDOM		SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE
#define EVERYONE	SD_BUS_VTABLE_UNPRIVILEGED
#define FIGURE(name, member)	SD_BUS_PROPERTY(name, "t", bus_get_figure, 0, 0)

/* Who may call a method is polkit's decision, not the bus's. */
const sd_bus_vtable bus_vtable[] = {
	SD_BUS_VTABLE_START(0),

	SD_BUS_PROPERTY("Version", "s", bus_get_text, 0, SD_BUS_VTABLE_PROPERTY_CONST),
	SD_BUS_PROPERTY("State", "s", bus_get_text, 0, SELDOM),
	SD_BUS_PROPERTY("Provider", "s", bus_get_text, 0, SELDOM),
	SD_BUS_PROPERTY("ModuleVersion", "s", bus_get_text, 0, SELDOM),
	SD_BUS_PROPERTY("PressureLevel", "s", bus_get_text, 0, SELDOM),
	SD_BUS_PROPERTY("DryRun", "b", bus_get_dry_run, 0, SELDOM),
	SD_BUS_PROPERTY("Configuration", "a{s(ss)}", bus_get_configuration, 0, SELDOM),
	SD_BUS_PROPERTY("Shrinker", "a{sv}", bus_get_shrinker, 0, SELDOM),
	SD_BUS_PROPERTY("ProbeRunning", "b", bus_get_probe_running, 0, SELDOM),
	SD_BUS_PROPERTY("ProbeReason", "s", bus_get_text, 0, SELDOM),

	SD_BUS_PROPERTY("StalledPercent", "d", bus_get_stalled, 0, 0),
	SD_BUS_PROPERTY("Actions", "a(sst)", bus_get_actions, 0, 0),
	SD_BUS_PROPERTY("SuppressedActions", "a(sst)", bus_get_actions, 0, 0),
	BUS_FIGURES(FIGURE),

	SD_BUS_METHOD_WITH_ARGS("TopUp", SD_BUS_ARGS("t", pages),
				SD_BUS_RESULT("t", moved_pages, "s", remark), bus_top_up, EVERYONE),
	SD_BUS_METHOD_WITH_ARGS("Reclaim", SD_BUS_ARGS("t", pages),
				SD_BUS_RESULT("t", moved_pages, "s", remark), bus_reclaim,
				EVERYONE),
	SD_BUS_METHOD_WITH_ARGS("SetPolicy", SD_BUS_ARGS("a{ss}", values_by_key), SD_BUS_NO_RESULT,
				bus_set_policy, EVERYONE),
	SD_BUS_METHOD_WITH_ARGS("ReloadConfig", SD_BUS_NO_ARGS, SD_BUS_NO_RESULT, bus_reload_config,
				EVERYONE),
	SD_BUS_METHOD_WITH_ARGS("ExplainLastDecision", SD_BUS_NO_ARGS,
				SD_BUS_RESULT("s", text, "a{sv}", details), bus_explain, EVERYONE),
	SD_BUS_METHOD_WITH_ARGS("ListDecisions", SD_BUS_ARGS("u", limit),
				SD_BUS_RESULT("aa{sv}", newest_first), bus_list_decisions,
				EVERYONE),
	SD_BUS_METHOD_WITH_ARGS("ListVMs", SD_BUS_NO_ARGS, SD_BUS_RESULT("aa{sv}", vms),
				bus_list_vms, EVERYONE),
	SD_BUS_METHOD_WITH_ARGS("GetMetrics", SD_BUS_ARGS("s", openmetrics_or_prometheus),
				SD_BUS_RESULT("s", text), bus_get_metrics, EVERYONE),
	SD_BUS_METHOD_WITH_ARGS("GetRequestHistograms", SD_BUS_NO_ARGS,
				SD_BUS_RESULT("aa{sv}", by_request_type, "a{sv}", lost),
				bus_get_request_histograms, EVERYONE),

	SD_BUS_SIGNAL_WITH_ARGS("ActionBegins", SD_BUS_ARGS("a{sv}", details), 0),
	SD_BUS_SIGNAL_WITH_ARGS("ActionEnded", SD_BUS_ARGS("a{sv}", details), 0),
	SD_BUS_VTABLE_END,
};
