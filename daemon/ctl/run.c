// SPDX-License-Identifier: GPL-2.0-or-later
/* From the command line to a command and an exit status. */
#include "run.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "help.h"
#include "verbs.h"

static const struct {
	ctl_cmd_fn run;
	bool connects;		/* by itself, as it has something to say without the module */
} commands[CTL_COMMANDS] = {
	[CTL_STATUS] = { ctl_cmd_status, false },
	[CTL_DOCTOR] = { ctl_cmd_doctor, true },
	[CTL_HEAP_SHOW] = { ctl_cmd_heap_show, false },
	[CTL_HEAP_MAP] = { ctl_cmd_heap_map, false },
	[CTL_HEAP_CHECK] = { ctl_cmd_heap_check, false },
	[CTL_PAGE_SHOW] = { ctl_cmd_page_show, false },
	[CTL_PAGE_STATS] = { ctl_cmd_page_stats, false },
	[CTL_SELFTEST] = { ctl_cmd_selftest, false },
	[CTL_TOPUP] = { ctl_cmd_topup, false },
	[CTL_RECLAIM] = { ctl_cmd_reclaim, false },
	[CTL_SHRINKER_SHOW] = { ctl_cmd_shrinker_show, false },
	[CTL_SHRINKER_SET] = { ctl_cmd_shrinker_set, false },
	[CTL_VM_CREATE] = { ctl_cmd_vm_create, false },
	[CTL_VM_LIST] = { ctl_cmd_vm_list, false },
	[CTL_VM_DESTROY] = { ctl_cmd_vm_destroy, false },
	[CTL_POLICY_SHOW] = { ctl_cmd_policy_show, true },
	[CTL_POLICY_SET] = { ctl_cmd_policy_set, true },
	[CTL_POLICY_EXPLAIN] = { ctl_cmd_policy_explain, true },
	[CTL_METRICS] = { ctl_cmd_metrics, true },
	[CTL_TOP] = { ctl_cmd_top, false },
	[CTL_MONITOR] = { ctl_cmd_monitor, false },
	[CTL_VERSION] = { ctl_cmd_version, true },
};

static enum ctl_exit run_command(const struct ctl_args *args)
{
	enum ctl_command command = ctl_command_of(args->verb);
	struct ctl ctl = {
		.args = args,
		.style = { .json = args->json.given, .bytes = args->bytes.given },
		.out = stdout,
	};
	enum ctl_exit status;

	ctl_style_detect(STDOUT_FILENO, &ctl.style);
	if (pkvm_client_new(&ctl.client))
		return ctl_failed("out of memory");
	if (!commands[command].connects && pkvm_client_connect(ctl.client))
		status = ctl_client_failed(&ctl);
	else
		status = commands[command].run(&ctl);
	pkvm_client_free(ctl.client);
	return status;
}

/* What a full disk or a closed pipe has swallowed was not printed. */
static enum ctl_exit close_stdout(enum ctl_exit status)
{
	if ((fflush(stdout) || ferror(stdout)) && status == CTL_EXIT_OK)
		return ctl_failed("cannot print: %s", strerror(errno));
	return status;
}

int ctl_run(int argc, const char *const argv[])
{
	enum ctl_exit status = CTL_EXIT_OK;
	struct ctl_message message;
	struct ctl_args args;
	int err = ctl_args_parse(argc, argv, &args, &message);

	if (err) {
		ctl_failed("%s", message.text);
		return err == -ENOMEM ? CTL_EXIT_FAILURE : CTL_EXIT_USAGE;
	}
	if (args.help.given)
		ctl_help(stdout, args.object);
	else
		status = run_command(&args);
	ctl_args_release(&args);
	return close_stdout(status);
}
