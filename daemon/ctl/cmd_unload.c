// SPDX-License-Identifier: GPL-2.0-or-later
/* pkvmctl unload */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "../probe/maps.h"
#include "cmd.h"
#include "module.h"
#include "child.h"
#include "use.h"

#define SERVICE	"pkvmd-probe.service"

/* Returns the exit status of systemctl, or a negative errno. */
static int service(const char *verb)
{
	const char *const argv[] = { "systemctl", verb, SERVICE, NULL };

	return ctl_child_run(argv, -1);
}

static enum ctl_exit tell_use(void)
{
	struct ctl_use use;

	ctl_use_read(&use);
	ctl_failed("the module is in use: %" PRIu64 " reference%s", use.references,
		   use.references == 1 ? "" : "s");
	for (size_t i = 0; i < use.nr_holders; i++)
		ctl_failed("process %" PRIu32 " (%s) has BPF programs on its tracepoints: end it",
			   use.holders[i].pid, use.holders[i].comm);
	ctl_use_release(&use);
	return CTL_EXIT_FAILURE;
}

static enum ctl_exit failed(int err)
{
	switch (err) {
	case -EAGAIN:
		return tell_use();
	case -EPERM:
		ctl_failed("unloading a module needs root, or CAP_SYS_MODULE");
		return CTL_EXIT_PERMISSION;
	default:
		return ctl_failed("the module cannot be unloaded: %s", strerror(-err));
	}
}

/* A VM is not destroyed by the way, and an EL2 that has stopped stays. */
static enum ctl_exit check(struct ctl *ctl)
{
	struct pkvm_stats stats;

	if (pkvm_get_stats(ctl->client, &stats))
		return ctl_client_failed(ctl);
	if (!stats.mem.vms)
		return CTL_EXIT_OK;
	return ctl_failed("%" PRIu64 " VM%s live%s: pkvmctl vm destroy --all", stats.mem.vms,
			  stats.mem.vms == 1 ? "" : "s", stats.mem.vms == 1 ? "s" : "");
}

/* If the module stays, so does the probe. */
enum ctl_exit ctl_cmd_unload(struct ctl *ctl)
{
	enum ctl_exit status = check(ctl);
	bool stopped;
	int err;

	if (status != CTL_EXIT_OK)
		return status;
	stopped = probe_maps_exist(PROBE_PIN_DIR) && !service("stop");
	err = ctl_module_delete();
	if (err && stopped)
		service("start");
	return err ? failed(err) : CTL_EXIT_OK;
}
