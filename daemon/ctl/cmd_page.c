// SPDX-License-Identifier: GPL-2.0-or-later
/* pkvmctl page show, page stats */
#include "cmd.h"
#include "view.h"

enum ctl_exit ctl_cmd_page_show(struct ctl *ctl)
{
	struct pkvm_page page;

	if (pkvm_get_page(ctl->client, ctl->args->pfn.number, &page))
		return ctl_client_failed(ctl);
	return ctl_viewed(ctl_view_page(ctl->out, &page, &ctl->style));
}

enum ctl_exit ctl_cmd_page_stats(struct ctl *ctl)
{
	struct pkvm_page_stats stats;

	if (pkvm_get_page_stats(ctl->client, &stats))
		return ctl_client_failed(ctl);
	return ctl_viewed(ctl_view_page_stats(ctl->out, &stats, &ctl->style));
}
