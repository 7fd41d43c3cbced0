// SPDX-License-Identifier: GPL-2.0-or-later
/* pkvmctl heap show, heap map, heap check, selftest */
#include <stdlib.h>

#include "cmd.h"
#include "view.h"

enum ctl_exit ctl_cmd_heap_show(struct ctl *ctl)
{
	struct pkvm_stats stats;

	if (pkvm_get_stats(ctl->client, &stats))
		return ctl_client_failed(ctl);
	return ctl_viewed(ctl_view_heap(ctl->out, &stats, &ctl->style));
}

enum ctl_exit ctl_cmd_heap_map(struct ctl *ctl)
{
	struct pkvm_region *regions;
	size_t n;
	int err;

	if (pkvm_get_heap_map(ctl->client, &regions, &n))
		return ctl_client_failed(ctl);
	err = ctl_view_map(ctl->out, regions, n, &ctl->style);
	free(regions);
	return ctl_viewed(err);
}

/* A finding is printed whatever it is; the status tells whether the heap is sound. */
enum ctl_exit ctl_cmd_heap_check(struct ctl *ctl)
{
	struct pkvm_check check;
	int err;

	if (pkvm_check_heap(ctl->client, &check))
		return ctl_client_failed(ctl);
	err = ctl_view_check(ctl->out, &check, &ctl->style);
	if (err)
		return ctl_viewed(err);
	if (check.result == PKVM_CHECK_RESULT_OK || check.result == PKVM_CHECK_RESULT_BUSY)
		return CTL_EXIT_OK;
	return CTL_EXIT_FAILURE;
}

enum ctl_exit ctl_cmd_selftest(struct ctl *ctl)
{
	struct pkvm_selftest test;
	int err;

	if (pkvm_run_selftest(ctl->client, &test))
		return ctl_client_failed(ctl);
	err = ctl_view_selftest(ctl->out, &test, &ctl->style);
	if (err)
		return ctl_viewed(err);
	return test.passed == test.steps ? CTL_EXIT_OK : CTL_EXIT_FAILURE;
}
