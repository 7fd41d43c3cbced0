// SPDX-License-Identifier: GPL-2.0-or-later
/* What pkvmd-probe has measured so far. */
#include "probe_read.h"

#include <string.h>

#include "../ctl/names.h"

const char *probe_source_name(const struct hyp_req_kind *kind)
{
	return kind->source == HYP_REQ_SOURCE_MODULE ? "module" : "kernel";
}

const char *probe_cause_name(const struct hyp_req_kind *kind)
{
	if (kind->source != HYP_REQ_SOURCE_MODULE)
		return "";
	return ctl_word(&ctl_cause_words, kind->cause);
}

static const char *const lost_names[HYP_REQ_LOST] = {
	[HYP_REQ_LOST_EVENTS] = "events",
	[HYP_REQ_LOST_STACKS] = "stacks",
	[HYP_REQ_LOST_SUMS] = "sums",
};

const char *probe_lost_name(enum hyp_req_lost what)
{
	return lost_names[what];
}

int probe_read(struct probe_reading *ret, struct ctl_message *message)
{
	struct probe_maps maps;
	int err = probe_maps_open(PROBE_BIND_DIR, &maps, message);

	if (err)
		return err;
	err = probe_maps_read(&maps, ret);
	probe_maps_close(&maps);
	if (err)
		ctl_message_set(message, err, "cannot read the probe's figures: %s",
				strerror(-err));
	return err;
}
