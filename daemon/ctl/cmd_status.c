// SPDX-License-Identifier: GPL-2.0-or-later
/* pkvmctl status, version */
#include "cmd.h"
#include "view.h"

/* That it does not run, or there is no bus, is a state like others. */
static bool fetch_daemon(struct ctl_daemon_status *ret)
{
	struct ctl_daemon daemon = { 0 };
	int err = ctl_daemon_open(&daemon);

	if (!err)
		err = ctl_daemon_status(&daemon, ret);
	ctl_daemon_close(&daemon);
	return !err;
}

/*
 * A dead EL2 is a state to be shown, not a failure: then there are no
 * statistics, but there is a crash record for those who may see addresses.
 */
static int fetch_status(struct ctl *ctl, struct ctl_status *status)
{
	int err = pkvm_get_info(ctl->client, &status->info);

	if (!err)
		err = pkvm_get_shrinker(ctl->client, &status->shrinker);
	if (err)
		return err;
	if (status->info.state == PKVM_STATE_DEAD) {
		status->has_crash = !pkvm_get_crash(ctl->client, &status->crash);
		return 0;
	}
	status->has_stats = true;
	return pkvm_get_stats(ctl->client, &status->stats);
}

enum ctl_exit ctl_cmd_status(struct ctl *ctl)
{
	struct ctl_status status = { 0 };

	if (fetch_status(ctl, &status))
		return ctl_client_failed(ctl);
	status.has_daemon = fetch_daemon(&status.daemon);
	return ctl_viewed(ctl_view_status(ctl->out, &status, &ctl->style));
}

enum ctl_exit ctl_cmd_version(struct ctl *ctl)
{
	struct pkvm_info info;
	int err = pkvm_client_connect(ctl->client);

	if (!err)
		err = pkvm_get_info(ctl->client, &info);
	if (err && pkvm_client_failure(ctl->client) != PKVM_FAILURE_NO_MODULE)
		return ctl_client_failed(ctl);
	return ctl_viewed(ctl_view_version(ctl->out, err ? NULL : &info, &ctl->style));
}
