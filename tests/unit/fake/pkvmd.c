// SPDX-License-Identifier: GPL-2.0-or-later
/* The manager's functions over what the test has set. */
#include "pkvmd.h"

#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct fake_manager *fake_of(struct manager *manager)
{
	return (struct fake_manager *)manager;
}

/* Every figure of a struct of uint64_t gets a value of its own. */
static uint64_t number_from(void *object, size_t size, uint64_t first)
{
	for (uint64_t *at = object; (char *)at < (char *)object + size; at++)
		*at = first++;
	return first;
}

static void fill_counters(struct counters *counters)
{
	counters_init(counters);
	for (uint64_t ns = 1000; ns < 10000000000; ns *= 10)
		histogram_add(&counters->request_latency, ns);
	histogram_add(&counters->topup_size, 1);
	histogram_add(&counters->topup_size, 512);
	counters->actions[POLICY_TOPUP][REASON_LOW_RESERVE] = 11;
	counters->actions[POLICY_RECLAIM][REASON_PRESSURE_SUSTAINED] = 12;
	counters->suppressed[POLICY_RELEASE][REASON_COOL_DOWN] = 13;
	counters->pages[POLICY_TOPUP] = 14;
	counters->failed[POLICY_TOPUP] = 15;
	counters->dry_runs[POLICY_RECLAIM] = 16;
	counters->decisions = 17;
	counters->triggers = 18;
	counters->notifications = 19;
	counters->overruns = 20;
	counters->loads = 21;
	counters->reloads = 22;
}

void fake_manager_init(struct fake_manager *fake)
{
	struct manager *manager = &fake->manager;

	memset(fake, 0, sizeof(*fake));
	fake->sentence = "";
	ck_assert_int_ge(sd_event_new(&manager->event), 0);
	ck_assert_int_eq(config_init(&manager->config), 0);
	manager->state = MANAGER_LIVE;
	manager->info = (struct pkvm_info){ .provider = PKVM_PROVIDER_EL2,
					    .state = PKVM_STATE_LIVE,
					    .module_version = "1.2.3" };
	manager->shrinker = (struct pkvm_shrinker){ true, 2, 64, 1024 };
	number_from(&manager->page_stats, sizeof(manager->page_stats),
		    number_from(&manager->stats, sizeof(manager->stats), 1001));
	manager->sample.pressure.some_avg10 = 123;
	manager->decision = (struct policy_decision){
		.reason = REASON_COOL_DOWN,
		.suppressed = POLICY_RELEASE,
		.pages = 31,
		.reserve = 32,
		.low = 33,
		.target = 34,
		.level = LEVEL_SOME,
		.avg10 = 123,
		.enter = 500,
	};
	manager->policy.level = LEVEL_SOME;
	manager->policy.ping_pongs = 35;
	manager->policy.damping = 1;
	fill_counters(&manager->counters);
}

void fake_manager_release(struct fake_manager *fake)
{
	ck_assert_ptr_null(fake->manager.observers);
	config_release(&fake->manager.config);
	sd_event_unref(fake->manager.event);
}

const char *manager_state_name(enum manager_state state)
{
	static const char *const names[] = { "waiting", "live", "dead", "mismatch" };

	return names[state];
}

int manager_refresh(struct manager *manager)
{
	fake_of(manager)->refreshes++;
	return fake_of(manager)->refresh_err;
}

void manager_observe(struct manager *manager, struct manager_observer *observer)
{
	observer->next = manager->observers;
	manager->observers = observer;
}

void manager_unobserve(struct manager *manager, struct manager_observer *observer)
{
	ck_assert_ptr_eq(manager->observers, observer);
	manager->observers = observer->next;
}

/* Done at once: the callback comes before the call returns to the loop. */
int manager_request(struct manager *manager, enum policy_action kind, uint64_t pages,
		    manager_done_fn done, void *arg, struct ctl_message *message)
{
	struct fake_manager *fake = fake_of(manager);
	struct action action = {
		.kind = kind,
		.reason = REASON_REQUESTED,
		.origin = ORIGIN_PERSON,
		.asked = pages,
	};
	struct manager_observer *observer = manager->observers;

	if (fake->request_err)
		return ctl_message_set(message, fake->request_err, "%s", fake->sentence);
	fake->requests++;
	fake->kind = kind;
	fake->pages = pages;
	if (observer && observer->action_begins)
		observer->action_begins(&action, &manager->decision, observer->arg);
	action.done = pages - 1;
	action.took = 77;
	snprintf(action.sentence, sizeof(action.sentence), "%s", fake->sentence);
	if (observer && observer->action_ends)
		observer->action_ends(&action, observer->arg);
	done(&action, arg);
	return 0;
}

static void apply(struct manager *manager, const struct manager_setting *setting)
{
	enum config_id id = config_find(setting->key);
	struct ctl_message message;

	if (id == CONFIG_KEYS)
		return;
	ck_assert_int_eq(config_set(&manager->config, id, setting->text, "run time", &message), 0);
	manager->config_version++;
}

int manager_set(struct manager *manager, const struct manager_setting *settings, size_t n,
		struct ctl_message *message)
{
	struct fake_manager *fake = fake_of(manager);

	if (fake->set_err)
		return ctl_message_set(message, fake->set_err, "%s", fake->sentence);
	for (size_t i = 0; i < n; i++) {
		ck_assert_uint_lt(fake->settings, FAKE_MAX_SETTINGS);
		snprintf(fake->set[fake->settings++], sizeof(fake->set[0]), "%s=%s",
			 settings[i].key, settings[i].text);
		apply(manager, &settings[i]);
	}
	if (manager->observers && manager->observers->changed)
		manager->observers->changed(manager->observers->arg);
	return 0;
}

int manager_reload(struct manager *manager, struct ctl_message *message)
{
	struct fake_manager *fake = fake_of(manager);

	if (fake->reload_err)
		return ctl_message_set(message, fake->reload_err, "%s", fake->sentence);
	fake->reloads++;
	return 0;
}

int manager_list_vms(struct manager *manager, struct pkvm_vm **ret, size_t *ret_n,
		     struct ctl_message *message)
{
	struct fake_manager *fake = fake_of(manager);

	if (manager->state != MANAGER_LIVE)
		return ctl_message_set(message, -ENODEV, "no live EL2");
	*ret = NULL;
	*ret_n = fake->nr_vms;
	if (fake->nr_vms) {
		*ret = calloc(fake->nr_vms, sizeof(**ret));
		memcpy(*ret, fake->vms, fake->nr_vms * sizeof(**ret));
	}
	return 0;
}
