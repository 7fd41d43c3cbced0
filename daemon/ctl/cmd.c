// SPDX-License-Identifier: GPL-2.0-or-later
/* What commands have in common: how they fail. */
#include "cmd.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

enum ctl_exit ctl_client_failed(const struct ctl *ctl)
{
	fprintf(stderr, "pkvmctl: %s\n", pkvm_client_error(ctl->client));
	switch (pkvm_client_failure(ctl->client)) {
	case PKVM_FAILURE_NO_MODULE:
		return CTL_EXIT_NO_MODULE;
	case PKVM_FAILURE_PERMISSION:
		return CTL_EXIT_PERMISSION;
	case PKVM_FAILURE_EL2:
		return CTL_EXIT_EL2;
	default:
		return CTL_EXIT_FAILURE;
	}
}

enum ctl_exit ctl_daemon_failed(const struct ctl_daemon *daemon, int err)
{
	ctl_failed("%s", daemon->message.text);
	switch (err) {
	case -ENODEV:
		return CTL_EXIT_NO_DAEMON;
	case -EPERM:
		return CTL_EXIT_PERMISSION;
	default:
		return CTL_EXIT_FAILURE;
	}
}

enum ctl_exit ctl_failed(const char *format, ...)
{
	va_list args;

	fputs("pkvmctl: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	return CTL_EXIT_FAILURE;
}

enum ctl_exit ctl_viewed(int err)
{
	return err ? ctl_failed("cannot print: %s", strerror(-err)) : CTL_EXIT_OK;
}
