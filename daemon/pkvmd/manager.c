// SPDX-License-Identifier: GPL-2.0-or-later
/* The manager: beginning, end, and what others ask of it. */
#include "manager.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-daemon.h>

#include "config_load.h"
#include "link.h"
#include "log.h"
#include "manager_priv.h"
#include "pressure.h"
#include "probe_watch.h"
#include "runner.h"
#include "store.h"

static void warn_of_config(const char *sentence, void *arg)
{
	(void)arg;
	log_say(LOG_WARNING, LOG_ID_CONFIG, "%s", sentence);
}

void manager_changed(struct manager *manager)
{
	for (struct manager_observer *at = manager->observers, *next; at; at = next) {
		next = at->next;
		if (at->changed)
			at->changed(at->arg);
	}
}

void manager_look(struct manager *manager)
{
	if (manager->look)
		sd_event_source_set_enabled(manager->look, SD_EVENT_ONESHOT);
}

void manager_set_state(struct manager *manager, enum manager_state state)
{
	if (manager->state == state)
		return;
	manager->state = state;
	if (state != MANAGER_LIVE)
		runner_stop(manager->runner, -ENODEV, true);
	pressure_watch(manager->pressure, state == MANAGER_LIVE);
	probe_watch_look(manager->probe);
	tell_state(manager);
	manager_changed(manager);
	manager_look(manager);
}

void manager_lost(struct manager *manager)
{
	memset(&manager->info, 0, sizeof(manager->info));
	memset(&manager->stats, 0, sizeof(manager->stats));
	memset(&manager->page_stats, 0, sizeof(manager->page_stats));
	memset(&manager->shrinker, 0, sizeof(manager->shrinker));
	manager_set_state(manager, MANAGER_WAITING);
}

/* Of what the triggers are made. They are not set anew for less: that would lose what fires. */
static bool same_triggers(const struct config *a, const struct config *b)
{
	return a->value[CONFIG_ENTER] == b->value[CONFIG_ENTER] &&
	       a->value[CONFIG_WINDOW] == b->value[CONFIG_WINDOW] &&
	       !strcmp(a->cgroups, b->cgroups);
}

/* Takes @config over; the old one is released. */
static void adopt(struct manager *manager, struct config *config)
{
	struct config before = manager->config;

	manager->config = *config;
	if (!config_equal(config, &before)) {
		manager->config_version++;
		manager_changed(manager);
	}
	if (config->value[CONFIG_DRY_RUN] != before.value[CONFIG_DRY_RUN])
		policy_forget_topups(&manager->policy);
	if (!same_triggers(config, &before))
		pressure_watch(manager->pressure, manager->state == MANAGER_LIVE);
	config_release(&before);
	manager_look(manager);
}

static int override(const struct manager *manager, struct config *config)
{
	return manager->dry_run ? config_force_dry_run(config) : 0;
}

static int reload(struct manager *manager, struct ctl_message *message)
{
	struct config config;
	int err = config_load(manager->paths->config_root, &manager->config, warn_of_config, NULL,
			      &config, message);

	if (err)
		return err;
	err = override(manager, &config);
	if (err) {
		config_release(&config);
		return ctl_message_set(message, err, "out of memory");
	}
	adopt(manager, &config);
	manager->counters.reloads++;
	return 0;
}

int manager_reload(struct manager *manager, struct ctl_message *message)
{
	int err;

	sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%" PRIu64, manager_now());
	err = reload(manager, message);
	if (err)
		log_say(LOG_ERR, LOG_ID_CONFIG, "the old configuration stays: %s", message->text);
	else
		log_say(LOG_INFO, LOG_ID_CONFIG, "the configuration was read again");
	sd_notify(0, "READY=1");
	return err;
}

static int set_one(struct config *config, const struct manager_setting *setting,
		   struct ctl_message *message)
{
	enum config_id id = config_find(setting->key);

	if (id == CONFIG_KEYS)
		return ctl_message_set(message, -ENOENT, "there is no key '%s'", setting->key);
	return config_set(config, id, setting->text, "run time", message);
}

static int set_all(struct config *config, const struct manager_setting *settings, size_t n,
		   struct ctl_message *message)
{
	int err = 0;

	for (size_t i = 0; i < n && !err; i++)
		err = set_one(config, &settings[i], message);
	return err ?: config_check(config, message);
}

int manager_set(struct manager *manager, const struct manager_setting *settings, size_t n,
		struct ctl_message *message)
{
	struct config config;
	int err = config_copy(&manager->config, &config);

	if (err)
		return ctl_message_set(message, err, "out of memory");
	err = set_all(&config, settings, n, message);
	if (!err && manager->dry_run && !config.value[CONFIG_DRY_RUN])
		err = ctl_message_set(message, -EINVAL,
				      "DryRun is set by the command line, which wins");
	if (err) {
		config_release(&config);
		return err;
	}
	adopt(manager, &config);
	for (size_t i = 0; i < n; i++)
		log_say(LOG_NOTICE, LOG_ID_CONFIG,
			"%s is %s now, until the configuration is read again", settings[i].key,
			settings[i].text);
	return 0;
}

int manager_request(struct manager *manager, enum policy_action kind, uint64_t pages,
		    manager_done_fn done, void *arg, struct ctl_message *message)
{
	const struct action action = {
		.kind = kind,
		.reason = REASON_REQUESTED,
		.origin = ORIGIN_PERSON,
		.dry_run = manager->config.value[CONFIG_DRY_RUN],
		.asked = pages,
	};
	int err;

	if (kind != POLICY_TOPUP && kind != POLICY_RECLAIM)
		return ctl_message_set(message, -EINVAL, "neither topup nor reclaim");
	if (!pages || pages > PKVM_NL_MAX_PAGES)
		return ctl_message_set(message, -ERANGE, "%" PRIu64 " pages: out of range, 1 to %d",
				       pages, PKVM_NL_MAX_PAGES);
	if (manager->state != MANAGER_LIVE)
		return ctl_message_set(message, -ENODEV, "no live EL2: the daemon's state is %s",
				       manager_state_name(manager->state));
	err = runner_add(manager->runner, &action, done, arg);
	if (err)
		ctl_message_set(message, err, "cannot take another request: %s", strerror(-err));
	return err;
}

int manager_refresh(struct manager *manager)
{
	int err = link_refresh(manager->link);

	return err ?: link_refresh_pages(manager->link);
}

int manager_list_vms(struct manager *manager, struct pkvm_vm **ret, size_t *ret_n,
		     struct ctl_message *message)
{
	struct pkvm_client *client = link_client(manager->link);
	int err;

	if (manager->state != MANAGER_LIVE)
		return ctl_message_set(message, -ENODEV, "no live EL2: the daemon's state is %s",
				       manager_state_name(manager->state));
	err = pkvm_get_vms(client, ret, ret_n);
	if (err)
		ctl_message_set(message, err, "%s", pkvm_client_error(client));
	return err;
}

void manager_observe(struct manager *manager, struct manager_observer *observer)
{
	observer->next = manager->observers;
	manager->observers = observer;
}

void manager_unobserve(struct manager *manager, struct manager_observer *observer)
{
	struct manager_observer **at = &manager->observers;

	while (*at && *at != observer)
		at = &(*at)->next;
	if (*at)
		*at = observer->next;
}

static int on_hangup(sd_event_source *source, const struct signalfd_siginfo *info, void *arg)
{
	struct ctl_message message;

	(void)source, (void)info;
	manager_reload(arg, &message);
	return 0;
}

/* A NULL handler leaves the loop. */
static int add_signals(struct manager *manager)
{
	sigset_t set;
	int err;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	if (sigprocmask(SIG_BLOCK, &set, NULL))
		return -errno;
	err = sd_event_add_signal(manager->event, NULL, SIGTERM, NULL, NULL);
	if (err >= 0)
		err = sd_event_add_signal(manager->event, NULL, SIGINT, NULL, NULL);
	if (err >= 0)
		err = sd_event_add_signal(manager->event, NULL, SIGHUP, on_hangup, manager);
	return err;
}

static int on_timer(sd_event_source *source, uint64_t now, void *arg)
{
	(void)now;
	return manager_step(source, arg);
}

/*
 * All sources have the same priority, here and elsewhere: they take turns, so that none of
 * those who talk to the daemon can keep it from its work.
 */
static int add_sources(struct manager *manager)
{
	int err = sd_event_add_defer(manager->event, &manager->look, manager_step, manager);

	if (err >= 0)
		err = sd_event_add_time(manager->event, &manager->timer, CLOCK_MONOTONIC, 0, 0,
					on_timer, manager);
	if (err >= 0)
		err = sd_event_source_set_enabled(manager->timer, SD_EVENT_OFF);
	return err;
}

static int first_configuration(struct manager *manager)
{
	int err = config_load_first(manager->paths->config_root, warn_of_config, NULL,
				    &manager->config);

	return err ?: override(manager, &manager->config);
}

static int remember_learnt(struct manager *manager)
{
	int err = store_new(manager->paths->state_directory, &manager->store);

	if (err)
		return err;
	err = store_load(manager->store, &manager->config, manager_now(), &manager->policy);
	if (err)
		log_say(LOG_WARNING, LOG_ID_TROUBLE, "what was learnt cannot be read: %s",
			strerror(-err));
	return 0;
}

/* The module comes last: the first thing it may bring is a step of the policy. */
static int start(struct manager *manager)
{
	int err = sd_event_default(&manager->event);

	if (err >= 0)
		err = add_signals(manager);
	if (err >= 0)
		err = add_sources(manager);
	if (err >= 0)
		err = first_configuration(manager);
	if (err >= 0)
		err = remember_learnt(manager);
	if (err >= 0)
		err = pressure_new(manager, manager->paths, &manager->pressure);
	if (err >= 0)
		err = probe_watch_new(manager, &manager->probe);
	if (err >= 0)
		err = runner_new(manager, &manager->runner);
	if (err >= 0)
		err = link_new(manager, &manager->link);
	return err < 0 ? err : 0;
}

int manager_new(const struct manager_paths *paths, bool dry_run, struct manager **ret)
{
	struct manager *manager = calloc(1, sizeof(*manager));
	int err;

	if (!manager) {
		log_say(LOG_ERR, LOG_ID_TROUBLE, "out of memory");
		return -ENOMEM;
	}
	manager->paths = paths;
	manager->dry_run = dry_run;
	policy_init(&manager->policy);
	counters_init(&manager->counters);
	err = start(manager);
	if (err) {
		log_say(LOG_ERR, LOG_ID_TROUBLE, "cannot start: %s", strerror(-err));
		manager_free(manager);
		return err;
	}
	*ret = manager;
	return 0;
}

void manager_free(struct manager *manager)
{
	if (!manager)
		return;
	runner_free(manager->runner);
	link_free(manager->link);
	pressure_free(manager->pressure);
	probe_watch_free(manager->probe);
	store_free(manager->store);
	sd_event_source_disable_unref(manager->look);
	sd_event_source_disable_unref(manager->timer);
	sd_event_unref(manager->event);
	config_release(&manager->config);
	free(manager);
}

int manager_run(struct manager *manager)
{
	int err = sd_event_set_watchdog(manager->event, true);

	if (err < 0)
		return err;
	if (manager->state == MANAGER_WAITING)
		tell_state(manager);
	sd_notify(0, "READY=1");
	err = sd_event_loop(manager->event);
	sd_notify(0, "STOPPING=1");
	return err;
}
