// SPDX-License-Identifier: GPL-2.0-or-later
/* pkvmctl policy show, policy set, policy explain */
#include <stdlib.h>

#include "cmd.h"
#include "view.h"

#define PAST_DECISIONS	10

static int show(struct ctl *ctl, struct ctl_daemon *daemon, enum ctl_exit *ret)
{
	struct ctl_policy_key *keys = NULL;
	size_t n = 0;
	int err = ctl_daemon_policy(daemon, &keys, &n);

	if (!err)
		*ret = ctl_viewed(ctl_view_policy(ctl->out, keys, n, &ctl->style));
	free(keys);
	return err;
}

/* Shows what is in force afterwards. */
static int set(struct ctl *ctl, struct ctl_daemon *daemon, enum ctl_exit *ret)
{
	int err = ctl_daemon_set_policy(daemon, ctl->args->pairs, ctl->args->nr_pairs);

	return err ? err : show(ctl, daemon, ret);
}

static int explain(struct ctl *ctl, struct ctl_daemon *daemon, enum ctl_exit *ret)
{
	uint32_t limit = (uint32_t)ctl_value_or(ctl->args->count, PAST_DECISIONS);
	struct ctl_decision now, *past = NULL;
	size_t n = 0;
	int err = ctl_daemon_explain(daemon, &now);

	if (!err)
		err = ctl_daemon_decisions(daemon, limit, &past, &n);
	if (!err)
		*ret = ctl_viewed(ctl_view_explanation(ctl->out, &now, past, n, &ctl->style));
	free(past);
	return err;
}

static enum ctl_exit with_daemon(struct ctl *ctl, int (*fn)(struct ctl *ctl,
							    struct ctl_daemon *daemon,
							    enum ctl_exit *ret))
{
	enum ctl_exit status = CTL_EXIT_OK;
	struct ctl_daemon daemon = { 0 };
	int err = ctl_daemon_open(&daemon);

	if (!err)
		err = fn(ctl, &daemon, &status);
	if (err)
		status = ctl_daemon_failed(&daemon, err);
	ctl_daemon_close(&daemon);
	return status;
}

enum ctl_exit ctl_cmd_policy_show(struct ctl *ctl)
{
	return with_daemon(ctl, show);
}

enum ctl_exit ctl_cmd_policy_set(struct ctl *ctl)
{
	return with_daemon(ctl, set);
}

enum ctl_exit ctl_cmd_policy_explain(struct ctl *ctl)
{
	return with_daemon(ctl, explain);
}
