// SPDX-License-Identifier: GPL-2.0-or-later
/* What pkvmctl can be told: every object, verb, option and knob. */
#include "verbs.h"

#include <linux/pkvm.h>

#include "size.h"

/* As many as EL2 has at a time: PKVM_MAX_VMS of its ABI. */
#define MAX_VMS	255

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define FIELD(member)	offsetof(struct ctl_args, member)

static const struct ctl_setting general_options[] = {
	{ "json", 'j', CTL_KIND_FLAG, NULL, 0, 0, FIELD(json), "print JSON with plain numbers" },
	{ "bytes", 'b', CTL_KIND_FLAG, NULL, 0, 0, FIELD(bytes),
	  "print sizes as plain numbers of bytes, times of nanoseconds" },
	{ "help", 'h', CTL_KIND_FLAG, NULL, 0, 0, FIELD(help),
	  "print this, or what one object can do" },
};

const struct ctl_settings ctl_general_options = { ARRAY_SIZE(general_options), general_options };

static const struct ctl_setting reclaim_options[] = {
	{ "all", 0, CTL_KIND_FLAG, NULL, 0, 0, FIELD(all), "everything that EL2 does not use" },
};

static const struct ctl_setting vm_create_options[] = {
	{ "vcpus", 0, CTL_KIND_NUMBER, "N", 0, PKVM_NL_MAX_VCPUS, FIELD(vcpus),
	  "vCPUs to create at once (default: 1)" },
	{ "max-vcpus", 0, CTL_KIND_NUMBER, "N", 1, PKVM_NL_MAX_VCPUS, FIELD(max_vcpus),
	  "vCPUs that the VM can have (default: as many as --vcpus, at least 1)" },
	{ "count", 0, CTL_KIND_NUMBER, "N", 1, MAX_VMS, FIELD(count),
	  "VMs to create (default: 1)" },
};

static const struct ctl_setting vm_destroy_options[] = {
	{ "all", 0, CTL_KIND_FLAG, NULL, 0, 0, FIELD(all), "every VM" },
};

static const struct ctl_setting explain_options[] = {
	{ "count", 0, CTL_KIND_NUMBER, "N", 1, UINT32_MAX, FIELD(count),
	  "past decisions to show (default: 10)" },
};

static const struct ctl_setting metrics_options[] = {
	{ "prometheus", 0, CTL_KIND_FLAG, NULL, 0, 0, FIELD(prometheus),
	  "the text format 0.0.4 that came before OpenMetrics" },
};

static const struct ctl_setting top_options[] = {
	{ "interval", 0, CTL_KIND_NUMBER, "S", 1, 3600, FIELD(interval),
	  "look every S seconds (default: 1)" },
};

static const struct ctl_setting monitor_options[] = {
	{ "count", 0, CTL_KIND_NUMBER, "N", 1, UINT32_MAX, FIELD(count), "end after N events" },
	{ "timeout", 0, CTL_KIND_NUMBER, "S", 1, 86400, FIELD(timeout), "end after S seconds" },
};

/* As many bytes as the probe takes for its ring. */
#define MIN_BUFFER	16
#define MAX_BUFFER	65536

static const struct ctl_setting trace_req_options[] = {
	{ "count", 0, CTL_KIND_NUMBER, "N", 1, UINT32_MAX, FIELD(count), "end after N events" },
	{ "timeout", 0, CTL_KIND_NUMBER, "S", 1, 86400, FIELD(timeout), "end after S seconds" },
	{ "stack", 0, CTL_KIND_FLAG, NULL, 0, 0, FIELD(stack), "the kernel's stack with each" },
	{ "buffer", 0, CTL_KIND_SIZE, "SIZE", MIN_BUFFER, MAX_BUFFER, FIELD(buffer),
	  "room for events that wait (default: 1M)" },
};

static const struct ctl_setting trace_heap_options[] = {
	{ "timeout", 0, CTL_KIND_NUMBER, "S", 1, 86400, FIELD(timeout), "end after S seconds" },
};

static const struct ctl_setting trace_events_options[] = {
	{ "count", 0, CTL_KIND_NUMBER, "N", 1, UINT32_MAX, FIELD(count), "end after N events" },
	{ "timeout", 0, CTL_KIND_NUMBER, "S", 1, 86400, FIELD(timeout), "end after S seconds" },
};

static const struct ctl_setting trace_hist_options[] = {
	{ "timeout", 0, CTL_KIND_NUMBER, "S", 1, 86400, FIELD(timeout), "end after S seconds" },
	{ "service", 0, CTL_KIND_FLAG, NULL, 0, 0, FIELD(service),
	  "what pkvmd-probe has measured, at once" },
};

/*
 * Only what the attribute's type can carry is checked here: the ranges of the
 * knobs are the module's, and its sentence tells them.
 */
static const struct ctl_setting knobs[] = {
	{ "enabled", 0, CTL_KIND_SWITCH, "on|off", 0, 1, FIELD(enabled),
	  "whether memory pressure takes pages back" },
	{ "seeks", 0, CTL_KIND_NUMBER, "N", 0, UINT32_MAX, FIELD(seeks),
	  "what a page costs to get back; higher is taken later" },
	{ "batch", 0, CTL_KIND_SIZE, "SIZE", 0, UINT32_MAX, FIELD(batch),
	  "what the kernel asks for at a time" },
	{ "reserve", 0, CTL_KIND_SIZE, "SIZE", 0, UINT64_MAX / CTL_PAGE_SIZE, FIELD(reserve),
	  "reclaimable pages that the shrinker leaves at EL2" },
};

const struct ctl_settings ctl_knobs = { ARRAY_SIZE(knobs), knobs };

const struct ctl_setting ctl_size_operand = {
	"SIZE", 0, CTL_KIND_SIZE, NULL, 1, PKVM_NL_MAX_PAGES, FIELD(size), NULL,
};

const struct ctl_setting ctl_page_operand = {
	"PFN|ADDRESS", 0, CTL_KIND_PAGE, NULL, 0, PKVM_NL_MAX_PFN, FIELD(pfn), NULL,
};

const struct ctl_verb ctl_verbs[CTL_COMMANDS] = {
	[CTL_STATUS] = {
		.object = "status",
		.help = "what EL2 is, holds and does (also without an object)",
	},
	[CTL_DOCTOR] = {
		.object = "doctor",
		.help = "whether this host can run pkvm, and what to do if not",
	},
	[CTL_HEAP_SHOW] = {
		.object = "heap",
		.verb = "show",
		.help = "statistics of EL2's heap and memory",
	},
	[CTL_HEAP_MAP] = {
		.object = "heap",
		.verb = "map",
		.help = "the heap as a drawing",
	},
	[CTL_HEAP_CHECK] = {
		.object = "heap",
		.verb = "check",
		.help = "verify every invariant of the heap",
	},
	[CTL_PAGE_SHOW] = {
		.object = "page",
		.verb = "show",
		.operand = CTL_OPERAND_PAGE,
		.help = "whose a page of RAM is, and what it is used for",
	},
	[CTL_PAGE_STATS] = {
		.object = "page",
		.verb = "stats",
		.help = "pages by owner, what that costs, and the host's faults",
	},
	[CTL_SELFTEST] = {
		.object = "selftest",
		.help = "let EL2 test a second, small heap of its own",
	},
	[CTL_TOPUP] = {
		.object = "topup",
		.operand = CTL_OPERAND_SIZE,
		.help = "donate pages to EL2 ahead of need",
	},
	[CTL_RECLAIM] = {
		.object = "reclaim",
		.operand = CTL_OPERAND_SIZE_OR_ALL,
		.options = { ARRAY_SIZE(reclaim_options), reclaim_options },
		.help = "take unused pages back from EL2",
	},
	[CTL_SHRINKER_SHOW] = {
		.object = "shrinker",
		.verb = "show",
		.help = "the shrinker's knobs and counters",
	},
	[CTL_SHRINKER_SET] = {
		.object = "shrinker",
		.verb = "set",
		.operand = CTL_OPERAND_KNOBS,
		.help = "change the shrinker's knobs",
	},
	[CTL_VM_CREATE] = {
		.object = "vm",
		.verb = "create",
		.options = { ARRAY_SIZE(vm_create_options), vm_create_options },
		.help = "create VMs and print their handles",
	},
	[CTL_VM_LIST] = {
		.object = "vm",
		.verb = "list",
		.help = "the VMs and what they hold at EL2",
	},
	[CTL_VM_DESTROY] = {
		.object = "vm",
		.verb = "destroy",
		.operand = CTL_OPERAND_HANDLES_OR_ALL,
		.options = { ARRAY_SIZE(vm_destroy_options), vm_destroy_options },
		.help = "destroy VMs",
	},
	[CTL_POLICY_SHOW] = {
		.object = "policy",
		.verb = "show",
		.help = "pkvmd's configuration, and where each value comes from",
	},
	[CTL_POLICY_SET] = {
		.object = "policy",
		.verb = "set",
		.operand = CTL_OPERAND_PAIRS,
		.help = "change pkvmd's configuration until it is reloaded",
	},
	[CTL_POLICY_EXPLAIN] = {
		.object = "policy",
		.verb = "explain",
		.options = { ARRAY_SIZE(explain_options), explain_options },
		.help = "what pkvmd does or does not do, and why",
	},
	[CTL_METRICS] = {
		.object = "metrics",
		.options = { ARRAY_SIZE(metrics_options), metrics_options },
		.help = "all figures as OpenMetrics text",
	},
	[CTL_TOP] = {
		.object = "top",
		.options = { ARRAY_SIZE(top_options), top_options },
		.help = "EL2's memory, live",
	},
	[CTL_MONITOR] = {
		.object = "monitor",
		.options = { ARRAY_SIZE(monitor_options), monitor_options },
		.help = "print events as they come, one a line",
	},
	[CTL_TRACE_REQ] = {
		.object = "trace",
		.verb = "req",
		.options = { ARRAY_SIZE(trace_req_options), trace_req_options },
		.help = "hyp requests as they come, by an eBPF probe",
	},
	[CTL_TRACE_HIST] = {
		.object = "trace",
		.verb = "hist",
		.options = { ARRAY_SIZE(trace_hist_options), trace_hist_options },
		.help = "histograms of hyp requests, by an eBPF probe",
	},
	[CTL_TRACE_HEAP] = {
		.object = "trace",
		.verb = "heap",
		.options = { ARRAY_SIZE(trace_heap_options), trace_heap_options },
		.help = "what is allocated at EL2, for whom and how long, by an eBPF probe",
	},
	[CTL_TRACE_EVENTS] = {
		.object = "trace",
		.verb = "events",
		.operand = CTL_OPERAND_EVENTS,
		.options = { ARRAY_SIZE(trace_events_options), trace_events_options },
		.help = "what EL2 does, in the order in which it happens",
	},
	[CTL_REPORT] = {
		.object = "report",
		.help = "put together an archive for the report of a bug",
	},
	[CTL_UNLOAD] = {
		.object = "unload",
		.help = "stop pkvmd-probe and unload the module",
	},
	[CTL_VERSION] = {
		.object = "version",
		.help = "versions of pkvmctl and of the module",
	},
};
