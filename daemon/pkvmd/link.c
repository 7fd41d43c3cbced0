// SPDX-License-Identifier: GPL-2.0-or-later
/* Finding, hearing and losing the module. */
#include "link.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/epoll.h>

#include "log.h"
#include "manager_priv.h"

/* Events handled before others in the loop get their turn. */
#define EVENTS_AT_ONCE	64

/* When the module is looked for again that could not be talked to for a reason of the moment. */
#define RETRY_USEC	UINT64_C(1000000)

struct link {
	struct manager *manager;
	struct pkvm_client *client;
	struct pkvm_monitor *watch;		/* for the module's coming and going */
	sd_event_source *watch_source;
	sd_event_source *retry;			/* a timer, on after a failure that may pass */
	int err;				/* of the last try to connect */
	struct pkvm_monitor *monitor;		/* while connected */
	sd_event_source *monitor_source;
	uint64_t largest_request;
	bool stale;				/* since notifications were lost */
};

struct pkvm_client *link_client(struct link *link)
{
	return link->client;
}

uint64_t link_take_largest(struct link *link)
{
	uint64_t largest = link->largest_request;

	link->largest_request = 0;
	return largest;
}

static void disconnect(struct link *link)
{
	sd_event_source_disable_unref(link->monitor_source);
	link->monitor_source = NULL;
	pkvm_monitor_free(link->monitor);
	link->monitor = NULL;
	link->largest_request = 0;
	link->stale = false;
	manager_lost(link->manager);
}

static enum manager_state state_of(const struct pkvm_info *info)
{
	return info->state == PKVM_STATE_LIVE ? MANAGER_LIVE : MANAGER_DEAD;
}

/* All that is known of the module, anew. */
static int resync(struct link *link)
{
	struct manager *manager = link->manager;
	struct pkvm_info info;
	struct pkvm_shrinker shrinker;
	int err = pkvm_get_info(link->client, &info);

	if (!err)
		err = pkvm_get_shrinker(link->client, &shrinker);
	if (err)
		return err;
	manager->info = info;
	manager->shrinker = shrinker;
	link->stale = false;
	manager_set_state(manager, state_of(&info));
	manager_changed(manager);
	return 0;
}

static void on_request(struct link *link, const struct pkvm_moved *moved)
{
	histogram_add(&link->manager->counters.request_latency, moved->duration_ns);
	if (moved->asked > link->largest_request)
		link->largest_request = moved->asked;
}

static void on_event(struct link *link, const struct pkvm_event *event)
{
	struct manager *manager = link->manager;

	manager->counters.notifications++;
	switch (event->type) {
	case PKVM_EVENT_REQUEST:
		on_request(link, &event->moved);
		break;
	case PKVM_EVENT_TOPUP:
		histogram_add(&manager->counters.topup_size, event->moved.pages);
		break;
	case PKVM_EVENT_SHRINKER:
		manager->shrinker = event->shrinker;
		manager_changed(manager);
		break;
	case PKVM_EVENT_STATE:
		manager->info = event->info;
		manager_set_state(manager, state_of(&event->info));
		break;
	default:
		break;
	}
}

static void on_overrun(struct link *link)
{
	link->manager->counters.overruns++;
	log_say(LOG_INFO, LOG_ID_OVERRUN,
		"notifications of the module were lost; its figures are read anew");
	link->stale = true;
	if (resync(link) == -ENODEV)
		disconnect(link);
}

static int on_notification(sd_event_source *source, int fd, uint32_t events, void *arg)
{
	struct link *link = arg;
	struct pkvm_event event;
	int found = 1;

	(void)source, (void)fd, (void)events;
	/* What an event leads to may disconnect. */
	for (int i = 0; i < EVENTS_AT_ONCE && found > 0 && link->monitor; i++) {
		found = pkvm_monitor_next(link->monitor, &event);
		if (found > 0)
			on_event(link, &event);
	}
	if (found == -ENODEV)
		disconnect(link);
	else if (found == -ENOBUFS)
		on_overrun(link);
	else if (found < 0)
		log_say(LOG_WARNING, LOG_ID_TROUBLE, "%s", pkvm_client_error(link->client));
	manager_look(link->manager);
	return 0;
}

/* The subscription comes first: what happens after it is not missed. */
static int subscribe(struct link *link)
{
	int err = pkvm_monitor_open(link->client, PKVM_MONITOR_EVENTS, &link->monitor);

	if (!err)
		err = sd_event_add_io(link->manager->event, &link->monitor_source,
				      pkvm_monitor_fd(link->monitor), EPOLLIN, on_notification,
				      link);
	if (!err)
		err = resync(link);
	return err;
}

static bool may_pass(int err)
{
	return err == -ENOMEM || err == -ENOBUFS || err == -EAGAIN || err == -EINTR ||
	       err == -EBUSY;
}

static void retry_later(struct link *link)
{
	sd_event_source_set_time_relative(link->retry, RETRY_USEC);
	sd_event_source_set_enabled(link->retry, SD_EVENT_ONESHOT);
}

/* Without the module there is nothing to connect to: that is no error. */
static void connect_module(struct link *link)
{
	int err = pkvm_client_connect(link->client);

	if (!err)
		err = subscribe(link);
	if (!err) {
		link->err = 0;
		link->manager->counters.loads++;
		manager_look(link->manager);
		return;
	}
	if (err != -ENODEV && err != link->err)
		log_say(LOG_ERR, LOG_ID_TROUBLE, "%s", pkvm_client_error(link->client));
	link->err = err;
	disconnect(link);
	if (err == -EPROTONOSUPPORT)
		manager_set_state(link->manager, MANAGER_MISMATCH);
	else if (may_pass(err))
		retry_later(link);
}

static int on_retry(sd_event_source *source, uint64_t now, void *arg)
{
	struct link *link = arg;

	(void)source, (void)now;
	if (!link->monitor)
		connect_module(link);
	return 0;
}

static int on_watch(sd_event_source *source, int fd, uint32_t events, void *arg)
{
	struct link *link = arg;
	struct pkvm_event event;
	bool news = false;
	int found;

	(void)source, (void)fd, (void)events;
	while ((found = pkvm_monitor_next(link->watch, &event)) > 0)
		news = true;
	/* Lost messages could have been some. */
	if (!news && found != -ENOBUFS)
		return 0;
	/* Old news, if the one that was found is still there. */
	if (link->monitor && !resync(link))
		return 0;
	disconnect(link);
	connect_module(link);
	return 0;
}

int link_refresh(struct link *link)
{
	struct pkvm_stats stats;
	int err;

	if (!link->monitor)
		return -ENODEV;
	err = link->stale ? resync(link) : 0;
	if (!err)
		err = pkvm_get_stats(link->client, &stats);
	if (!err)
		link->manager->stats = stats;
	else if (err == -ENODEV)
		disconnect(link);
	return err;
}

int link_refresh_pages(struct link *link)
{
	struct pkvm_page_stats stats;
	int err;

	if (!link->monitor)
		return -ENODEV;
	err = pkvm_get_page_stats(link->client, &stats);
	if (!err)
		link->manager->page_stats = stats;
	return err;
}

static int start(struct link *link)
{
	int err = pkvm_monitor_open(link->client, PKVM_MONITOR_MODULE, &link->watch);

	if (err) {
		log_say(LOG_ERR, LOG_ID_TROUBLE, "%s", pkvm_client_error(link->client));
		return err;
	}
	err = sd_event_add_io(link->manager->event, &link->watch_source,
			      pkvm_monitor_fd(link->watch), EPOLLIN, on_watch, link);
	if (err >= 0)
		err = sd_event_add_time(link->manager->event, &link->retry, CLOCK_MONOTONIC, 0, 0,
					on_retry, link);
	if (err >= 0)
		err = sd_event_source_set_enabled(link->retry, SD_EVENT_OFF);
	if (err < 0)
		return err;
	connect_module(link);
	return 0;
}

int link_new(struct manager *manager, struct link **ret)
{
	struct link *link = calloc(1, sizeof(*link));
	int err;

	if (!link)
		return -ENOMEM;
	link->manager = manager;
	err = pkvm_client_new(&link->client);
	if (!err)
		err = start(link);
	if (err < 0) {
		link_free(link);
		return err;
	}
	*ret = link;
	return 0;
}

void link_free(struct link *link)
{
	if (!link)
		return;
	sd_event_source_disable_unref(link->monitor_source);
	sd_event_source_disable_unref(link->watch_source);
	sd_event_source_disable_unref(link->retry);
	pkvm_monitor_free(link->monitor);
	pkvm_monitor_free(link->watch);
	pkvm_client_free(link->client);
	free(link);
}
