// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Methods. What changes something checks its arguments, asks polkit, and then does it:
 * who calls may be gone by then, which is no reason not to do what was allowed.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bus_dict.h"
#include "bus_internal.h"
#include "metrics.h"

#define MOVE_PAGES	"org.pkvm1.move-pages"
#define SET_POLICY	"org.pkvm1.set-policy"
#define RELOAD_CONFIG	"org.pkvm1.reload-config"

static int reply_error(sd_bus_message *call, int err, const char *sentence)
{
	const char *name = err == -EINVAL || err == -ERANGE ? SD_BUS_ERROR_INVALID_ARGS :
			   err == -ENOENT		    ? "org.pkvm1.Error.NoSuchKey" :
			   err == -ENODEV		    ? "org.pkvm1.Error.NotLive" :
			   err == -EBUSY		    ? SD_BUS_ERROR_LIMITS_EXCEEDED :
			   err == -ENOMEM		    ? SD_BUS_ERROR_NO_MEMORY :
							      "org.pkvm1.Error.Failed";

	return sd_bus_reply_method_errorf(call, name, "%s", *sentence ? sentence : strerror(-err));
}

int bus_send_reply(sd_bus_message *reply, int err)
{
	if (err >= 0)
		err = sd_bus_send(NULL, reply, NULL);
	sd_bus_message_unref(reply);
	return err;
}

/* A person's action has ended. @arg is the call that asked for it. */
static void answer_move(const struct action *action, void *arg)
{
	sd_bus_message *call = arg;

	if (action->error && !action->done)
		reply_error(call, action->error, action->sentence);
	else
		sd_bus_reply_method_return(call, "ts", action->done, action->sentence);
	sd_bus_message_unref(call);
}

static void move(sd_bus_message *call, struct bus *bus, enum policy_action kind)
{
	struct ctl_message message = { "" };
	uint64_t pages;
	int err;

	sd_bus_message_rewind(call, 1);
	err = sd_bus_message_read(call, "t", &pages);
	if (err > 0)
		err = manager_request(bus->manager, kind, pages, answer_move,
				      sd_bus_message_ref(call), &message);
	if (err >= 0)
		return;
	reply_error(call, err, message.text);
	sd_bus_message_unref(call);
}

static void top_up_granted(sd_bus_message *call, void *arg)
{
	move(call, arg, POLICY_TOPUP);
}

static void reclaim_granted(sd_bus_message *call, void *arg)
{
	move(call, arg, POLICY_RECLAIM);
}

static int ask_to_move(sd_bus_message *call, struct bus *bus, polkit_granted_fn granted)
{
	uint64_t pages;
	int err = sd_bus_message_read(call, "t", &pages);

	if (err < 0)
		return err;
	if (!pages || pages > PKVM_NL_MAX_PAGES)
		return sd_bus_reply_method_errorf(call, SD_BUS_ERROR_INVALID_ARGS,
						  "pages %llu: out of range (1 to %d)",
						  (unsigned long long)pages, PKVM_NL_MAX_PAGES);
	return polkit_ask(&bus->polkit, call, MOVE_PAGES, granted, bus);
}

BUS_METHOD(bus_top_up)
{
	return ask_to_move(call, arg, top_up_granted);
}

BUS_METHOD(bus_reclaim)
{
	return ask_to_move(call, arg, reclaim_granted);
}

/* The strings of *ret are the call's. */
static int read_settings(sd_bus_message *call, struct manager_setting ret[CONFIG_KEYS],
			 size_t *ret_n)
{
	struct manager_setting setting;
	int err = sd_bus_message_enter_container(call, 'a', "{ss}");

	*ret_n = 0;
	while (err > 0) {
		err = sd_bus_message_read(call, "{ss}", &setting.key, &setting.text);
		if (err <= 0)
			break;
		if (*ret_n == CONFIG_KEYS)
			return -E2BIG;
		ret[(*ret_n)++] = setting;
	}
	return err;
}

static void set_policy_granted(sd_bus_message *call, void *arg)
{
	struct manager_setting settings[CONFIG_KEYS];
	struct ctl_message message = { "" };
	struct bus *bus = arg;
	size_t n;
	int err;

	sd_bus_message_rewind(call, 1);
	err = read_settings(call, settings, &n);
	if (err >= 0)
		err = manager_set(bus->manager, settings, n, &message);
	if (err < 0)
		reply_error(call, err, message.text);
	else
		sd_bus_reply_method_return(call, NULL);
}

BUS_METHOD(bus_set_policy)
{
	struct manager_setting settings[CONFIG_KEYS];
	struct bus *bus = arg;
	size_t n;
	int err = read_settings(call, settings, &n);

	if (err == -E2BIG)
		return sd_bus_reply_method_errorf(call, SD_BUS_ERROR_INVALID_ARGS,
						  "more settings than the %d keys there are",
						  CONFIG_KEYS);
	return err < 0 ? err :
			 polkit_ask(&bus->polkit, call, SET_POLICY, set_policy_granted, bus);
}

static void reload_granted(sd_bus_message *call, void *arg)
{
	struct ctl_message message = { "" };
	struct bus *bus = arg;
	int err = manager_reload(bus->manager, &message);

	if (err < 0)
		reply_error(call, err, message.text);
	else
		sd_bus_reply_method_return(call, NULL);
}

BUS_METHOD(bus_reload_config)
{
	struct bus *bus = arg;

	return polkit_ask(&bus->polkit, call, RELOAD_CONFIG, reload_granted, bus);
}

static uint64_t realtime_usec(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

BUS_METHOD(bus_explain)
{
	const struct manager *manager = ((struct bus *)arg)->manager;
	const struct decision_entry entry = {
		.realtime = realtime_usec(),
		.decision = manager->decision,
		.origin = ORIGIN_POLICY,
		.dry_run = manager->config.value[CONFIG_DRY_RUN],
	};
	char *text = decision_explain(&entry);
	sd_bus_message *reply = NULL;
	int err = text ? sd_bus_message_new_method_return(call, &reply) : -ENOMEM;

	if (err >= 0)
		err = sd_bus_message_append(reply, "s", text);
	if (err >= 0)
		err = dict_of_decision(reply, &entry);
	free(text);
	return bus_send_reply(reply, err);
}

BUS_METHOD(bus_list_decisions)
{
	const struct decisions *decisions = &((struct bus *)arg)->manager->decisions;
	const struct decision_entry *entry;
	sd_bus_message *reply = NULL;
	uint32_t limit;
	int err = sd_bus_message_read(call, "u", &limit);

	if (err >= 0)
		err = sd_bus_message_new_method_return(call, &reply);
	if (err >= 0)
		err = sd_bus_message_open_container(reply, 'a', "a{sv}");
	for (size_t age = 0; err >= 0 && age < limit; age++) {
		entry = decisions_get(decisions, age);
		if (!entry)
			break;
		err = dict_of_decision(reply, entry);
	}
	if (err >= 0)
		err = sd_bus_message_close_container(reply);
	return bus_send_reply(reply, err);
}

BUS_METHOD(bus_list_vms)
{
	struct bus *bus = arg;
	struct ctl_message message = { "" };
	sd_bus_message *reply = NULL;
	struct pkvm_vm *vms;
	size_t n;
	int err = manager_list_vms(bus->manager, &vms, &n, &message);

	if (err < 0)
		return reply_error(call, err, message.text);
	err = sd_bus_message_new_method_return(call, &reply);
	if (err >= 0)
		err = sd_bus_message_open_container(reply, 'a', "a{sv}");
	for (size_t i = 0; err >= 0 && i < n; i++)
		err = dict_of_vm(reply, &vms[i]);
	if (err >= 0)
		err = sd_bus_message_close_container(reply);
	free(vms);
	return bus_send_reply(reply, err);
}

BUS_METHOD(bus_get_metrics)
{
	struct bus *bus = arg;
	enum om_format format;
	const char *name;
	char *text;
	size_t size;
	int err = sd_bus_message_read(call, "s", &name);

	if (err < 0)
		return err;
	if (!strcmp(name, "openmetrics"))
		format = OM_OPENMETRICS;
	else if (!strcmp(name, "prometheus"))
		format = OM_PROMETHEUS;
	else
		return sd_bus_reply_method_errorf(call, SD_BUS_ERROR_INVALID_ARGS,
						  "unknown format '%s'; possible: openmetrics, prometheus",
						  name);
	err = metrics_text(bus->manager, format, &text, &size);
	if (err < 0)
		return err;
	err = sd_bus_reply_method_return(call, "s", text);
	free(text);
	return err;
}
