// SPDX-License-Identifier: GPL-2.0-or-later
/* pkvmctl metrics */
#include <errno.h>
#include <stdlib.h>

#include "../metrics/kernel.h"
#include "cmd.h"

/* Without the daemon: what the module answers. That it is not loaded is a figure, too. */
static enum ctl_exit print_kernel(struct ctl *ctl, enum om_format format)
{
	struct om_writer writer = { .out = ctl->out, .format = format };
	struct kernel_metrics metrics = { 0 };
	int err = pkvm_client_connect(ctl->client);

	if (!err)
		err = kernel_metrics_get(ctl->client, &metrics);
	if (err && pkvm_client_failure(ctl->client) != PKVM_FAILURE_NO_MODULE)
		return ctl_client_failed(ctl);
	kernel_metrics_write(&writer, &metrics);
	om_end(&writer);
	return CTL_EXIT_OK;
}

/* The daemon's own text, so that there is one way only to tell a figure. */
enum ctl_exit ctl_cmd_metrics(struct ctl *ctl)
{
	enum om_format format = ctl->args->prometheus.given ? OM_PROMETHEUS : OM_OPENMETRICS;
	struct ctl_daemon daemon = { 0 };
	enum ctl_exit status = CTL_EXIT_OK;
	char *text = NULL;
	int err = ctl_daemon_open(&daemon);

	if (!err)
		err = ctl_daemon_metrics(&daemon,
					 format == OM_PROMETHEUS ? "prometheus" : "openmetrics",
					 &text);
	if (!err)
		fputs(text, ctl->out);
	else if (err == -ENODEV)
		status = print_kernel(ctl, format);
	else
		status = ctl_daemon_failed(&daemon, err);
	free(text);
	ctl_daemon_close(&daemon);
	return status;
}
