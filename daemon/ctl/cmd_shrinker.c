// SPDX-License-Identifier: GPL-2.0-or-later
/* pkvmctl shrinker show, shrinker set */
#include "cmd.h"
#include "view.h"

enum ctl_exit ctl_cmd_shrinker_show(struct ctl *ctl)
{
	struct pkvm_shrinker shrinker;
	struct pkvm_stats stats;

	if (pkvm_get_shrinker(ctl->client, &shrinker) || pkvm_get_stats(ctl->client, &stats))
		return ctl_client_failed(ctl);
	return ctl_viewed(ctl_view_shrinker(ctl->out, &shrinker, &stats.host, &ctl->style));
}

/* Shows what is in force afterwards. */
enum ctl_exit ctl_cmd_shrinker_set(struct ctl *ctl)
{
	const struct ctl_args *args = ctl->args;
	struct pkvm_shrinker shrinker = {
		.enabled = args->enabled.number,
		.seeks = (uint32_t)args->seeks.number,
		.batch = (uint32_t)args->batch.number,
		.reserve = args->reserve.number,
	};
	unsigned int which = (args->enabled.given ? PKVM_SHRINKER_ENABLED : 0) |
			     (args->seeks.given ? PKVM_SHRINKER_SEEKS : 0) |
			     (args->batch.given ? PKVM_SHRINKER_BATCH : 0) |
			     (args->reserve.given ? PKVM_SHRINKER_RESERVE : 0);

	if (pkvm_set_shrinker(ctl->client, &shrinker, which))
		return ctl_client_failed(ctl);
	return ctl_cmd_shrinker_show(ctl);
}
