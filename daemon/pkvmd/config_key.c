// SPDX-License-Identifier: GPL-2.0-or-later
/* The keys: what pkvmd.conf(5) documents. */
#include <linux/pkvm.h>

#include "config.h"

#define MS	UINT64_C(1000)
#define SECOND	(1000 * MS)
#define HOUR	(3600 * SECOND)

const struct config_key config_keys[CONFIG_KEYS] = {
	[CONFIG_ENABLED] = { "Policy", "Enabled", CONFIG_BOOL, 0, 1, "yes",
			     "Whether the policy acts by itself" },
	[CONFIG_DRY_RUN] = { "Policy", "DryRun", CONFIG_BOOL, 0, 1, "no",
			     "Whether actions are only told, and no page moved" },
	[CONFIG_FLOOR] = { "Reserve", "Floor", CONFIG_PAGES, 0, PKVM_NL_MAX_PAGES, "1M",
			   "The least that the reserve is topped up to" },
	[CONFIG_CEILING] = { "Reserve", "Ceiling", CONFIG_PAGES, 0, PKVM_NL_MAX_PAGES, "64M",
			     "The most that it is topped up to, whatever has been learnt" },
	[CONFIG_LOW_MARK] = { "Reserve", "LowMark", CONFIG_PERCENT, 100, 10000, "75%",
			      "Share of its target below which it is topped up: the demand learnt" },
	[CONFIG_HOST_SHARE] = { "Reserve", "HostShare", CONFIG_PERCENT, 1, 10000, "10%",
				"The most that a top-up takes of the host's available memory" },
	[CONFIG_HOLD_TIME] = { "Reserve", "HoldTime", CONFIG_TIME, 0, 24 * HOUR, "30s",
			       "How long nothing is topped up after pages were taken back" },
	[CONFIG_DEMAND_WINDOW] = { "Reserve", "DemandWindow", CONFIG_TIME, SECOND, 24 * HOUR, "1min",
				   "How long a burst of VM starts may take to count as one" },
	[CONFIG_DEMAND_HALF_LIFE] = { "Reserve", "DemandHalfLife", CONFIG_TIME, SECOND, 8760 * HOUR,
				      "12h", "In what time half of the demand learnt is forgotten" },
	[CONFIG_ENTER] = { "Pressure", "Enter", CONFIG_PERCENT, 1, 10000, "5%",
			   "Share of time that tasks wait for memory at which pressure begins" },
	[CONFIG_LEAVE] = { "Pressure", "Leave", CONFIG_PERCENT, 1, 10000, "1%",
			   "Share of time below which it is over" },
	[CONFIG_HIGH] = { "Pressure", "High", CONFIG_PERCENT, 1, 10000, "20%",
			  "Share of time at which all that is reclaimable is taken back" },
	[CONFIG_WINDOW] = { "Pressure", "Window", CONFIG_TIME, 2 * SECOND, 10 * SECOND, "2s",
			    "Over what time Enter is measured: 2, 4, 6, 8 or 10 s" },
	[CONFIG_SUSTAIN] = { "Pressure", "Sustain", CONFIG_TIME, 0, HOUR, "10s",
			     "After what time pressure that does not rise counts as sustained" },
	[CONFIG_COOL_DOWN] = { "Pressure", "CoolDown", CONFIG_TIME, 0, HOUR, "2s",
			       "The least time between a take-back's completion and the next" },
	[CONFIG_STEP] = { "Pressure", "Step", CONFIG_PERCENT, 1, 10000, "50%",
			  "Share of the reserve above the floor that is released at a time" },
	[CONFIG_CGROUPS] = { "Pressure", "Cgroups", CONFIG_PATHS, 0, 0, "",
			     "Control groups whose pressure counts besides the system's" },
	[CONFIG_PING_PONG_TIME] = { "Damping", "PingPongTime", CONFIG_TIME, 0, HOUR, "5min",
				    "Pages donated again so soon after pressure took them are ping-pong" },
	[CONFIG_FORGET_TIME] = { "Damping", "ForgetTime", CONFIG_TIME, SECOND, 24 * HOUR, "30min",
				 "Time without ping-pong that halves the raised threshold" },
};
