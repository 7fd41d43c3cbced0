// SPDX-License-Identifier: GPL-2.0-or-later
/* What pkvmd-probe has measured, on the bus: sums and histograms by type of request. */
#include "bus_dict.h"
#include "bus_internal.h"
#include "probe_read.h"

static int add_entry(sd_bus_message *reply, uint64_t up_to, uint64_t count)
{
	return count ? sd_bus_message_append(reply, "(tt)", up_to, count) : 0;
}

/* What no value fell into is left out. */
static int add_slots(sd_bus_message *reply, const uint64_t *slots, unsigned int n)
{
	int err = sd_bus_message_open_container(reply, 'a', "(tt)");

	for (unsigned int slot = 0; err >= 0 && slot < n; slot++)
		err = add_entry(reply, hyp_req_slot_end(slot, n), slots[slot]);
	return err < 0 ? err : sd_bus_message_close_container(reply);
}

static int add_histogram(sd_bus_message *reply, const char *key, const uint64_t *slots,
			 unsigned int n)
{
	int err = sd_bus_message_open_container(reply, 'e', "sv");

	if (err >= 0)
		err = sd_bus_message_append(reply, "s", key);
	if (err >= 0)
		err = sd_bus_message_open_container(reply, 'v', "a(tt)");
	if (err >= 0)
		err = add_slots(reply, slots, n);
	if (err >= 0)
		err = sd_bus_message_close_container(reply);
	return err < 0 ? err : sd_bus_message_close_container(reply);
}

/* The kernel's own requests have types of their own, and no cause. */
static int add_kind(sd_bus_message *reply, const struct hyp_req_kind *kind)
{
	const char *cause = probe_cause_name(kind);
	int err = dict_string(reply, "source", probe_source_name(kind));

	if (err >= 0)
		err = dict_u32(reply, "type", kind->type);
	if (err >= 0 && *cause)
		err = dict_string(reply, "cause", cause);
	return err;
}

static int add_sum(sd_bus_message *reply, const struct hyp_req_sum *sum)
{
	int err = dict_u64(reply, "calls", sum->calls);

	if (err >= 0)
		err = dict_u64(reply, "failures", sum->failures);
	if (err >= 0)
		err = dict_u64(reply, "retries", sum->retries);
	if (err >= 0)
		err = dict_u64(reply, "asked-pages", sum->asked);
	if (err >= 0)
		err = dict_u64(reply, "given-pages", sum->given);
	return err < 0 ? err : dict_u64(reply, "duration-nsec", sum->duration_ns);
}

static int add_histograms(sd_bus_message *reply, const struct hyp_req_stats *stats)
{
	int err = add_histogram(reply, "duration-nsec-histogram", stats->latency,
				HYP_REQ_LATENCY_SLOTS);

	if (err >= 0)
		err = add_histogram(reply, "asked-pages-histogram", stats->asked,
				    HYP_REQ_PAGES_SLOTS);
	if (err >= 0)
		err = add_histogram(reply, "given-pages-histogram", stats->given,
				    HYP_REQ_PAGES_SLOTS);
	return err;
}

static int add_type(sd_bus_message *reply, const struct probe_kind *kind)
{
	int err = dict_begin(reply);

	if (err >= 0)
		err = add_kind(reply, &kind->kind);
	if (err >= 0)
		err = add_sum(reply, &kind->stats.sum);
	if (err >= 0)
		err = add_histograms(reply, &kind->stats);
	return dict_end(reply, err);
}

static int add_lost(sd_bus_message *reply, const uint64_t lost[HYP_REQ_LOST])
{
	int err = dict_begin(reply);

	for (enum hyp_req_lost what = 0; err >= 0 && what < HYP_REQ_LOST; what++)
		err = dict_u64(reply, probe_lost_name(what), lost[what]);
	return dict_end(reply, err);
}

static int add_reading(sd_bus_message *reply, const struct probe_reading *reading)
{
	int err = sd_bus_message_open_container(reply, 'a', "a{sv}");

	for (size_t i = 0; err >= 0 && i < reading->nr_kinds; i++)
		err = add_type(reply, &reading->kinds[i]);
	if (err >= 0)
		err = sd_bus_message_close_container(reply);
	return err < 0 ? err : add_lost(reply, reading->lost);
}

BUS_METHOD(bus_get_request_histograms)
{
	const struct manager *manager = ((struct bus *)arg)->manager;
	struct ctl_message message = { "" };
	struct probe_reading reading;
	sd_bus_message *reply = NULL;
	int err;

	/* The manager knows better why nothing is pinned. */
	if (probe_read(&reading, &message))
		return sd_bus_reply_method_errorf(call, "org.pkvm1.Error.NoProbe",
						  "no figures of hyp requests: %s",
						  manager->probe_running ?
							  message.text :
							  manager->probe_reason.text);
	err = sd_bus_message_new_method_return(call, &reply);
	if (err >= 0)
		err = add_reading(reply, &reading);
	probe_reading_release(&reading);
	return bus_send_reply(reply, err);
}
