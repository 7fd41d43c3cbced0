// SPDX-License-Identifier: GPL-2.0-or-later
/* pkvmctl topup, reclaim */
#include <inttypes.h>
#include <unistd.h>

#include "cmd.h"
#include "progress.h"
#include "view.h"

/* How often a bar moves: 16 MiB. What is not larger needs no bar. */
#define BAR_STEP	4096

static int topup(void *context, uint64_t pages, uint64_t *ret_done)
{
	*ret_done = 0;
	return pkvm_topup(context, pages, ret_done);
}

static int reclaim(void *context, uint64_t pages, uint64_t *ret_done)
{
	*ret_done = 0;
	return pkvm_reclaim(context, pages, ret_done);
}

/*
 * With a bar the work is done in steps, without one at once: a step is a
 * top-up or reclaim of its own to those who count or monitor them.
 */
static int move(struct ctl *ctl, ctl_move_fn fn, const char *what, uint64_t *ret_done)
{
	uint64_t pages = ctl->args->size.number;
	struct ctl_progress progress = { .width = ctl->style.width, .what = what };
	bool bar = !ctl->style.json && pages > BAR_STEP && isatty(STDERR_FILENO);

	progress.out = bar ? stderr : NULL;
	return ctl_move_in_steps(fn, ctl->client, pages, bar ? BAR_STEP : pages, &progress,
				 ret_done);
}

/* The module's sentence, if it has one, and how far it came: pages that were moved stay so. */
static enum ctl_exit fell_short(struct ctl *ctl, const char *what, uint64_t done)
{
	enum ctl_exit status = CTL_EXIT_FAILURE;

	if (*pkvm_client_error(ctl->client))
		status = ctl_client_failed(ctl);
	if (done || status == CTL_EXIT_FAILURE)
		ctl_failed("%s only %" PRIu64 " page%s", what, done, done == 1 ? "" : "s");
	return status;
}

enum ctl_exit ctl_cmd_topup(struct ctl *ctl)
{
	uint64_t done;

	if (move(ctl, topup, "top-up", &done) || done < ctl->args->size.number)
		return fell_short(ctl, "topped up", done);
	return ctl_viewed(ctl_view_moved(ctl->out, "topped up", done, &ctl->style));
}

/* EL2 has so much to give as it does not use: less than was asked for is no failure. */
enum ctl_exit ctl_cmd_reclaim(struct ctl *ctl)
{
	const struct ctl_progress no_bar = { 0 };
	uint64_t done;
	int err;

	if (ctl->args->all.given)
		err = ctl_move_in_steps(reclaim, ctl->client, UINT64_MAX, PKVM_NL_MAX_PAGES,
					&no_bar, &done);
	else
		err = move(ctl, reclaim, "reclaim", &done);
	if (err)
		return fell_short(ctl, "reclaimed", done);
	return ctl_viewed(ctl_view_moved(ctl->out, "reclaimed", done, &ctl->style));
}
