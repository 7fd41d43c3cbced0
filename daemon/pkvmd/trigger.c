// SPDX-License-Identifier: GPL-2.0-or-later
/* Setting PSI triggers (Documentation/accounting/psi.rst), and waiting until it can be done. */
#include "trigger.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "log.h"

/* A group is made, or its file is given to somebody. */
#define NEWS	(IN_CREATE | IN_ATTRIB | IN_ONLYDIR)

struct trigger {
	sd_event *event;
	struct trigger_spec spec;
	char *path;
	int fd;				/* -1: there is no trigger */
	sd_event_source *source;	/* of it */
	int news;			/* inotify, or -1: while there is no trigger */
	sd_event_source *news_source;
	int told;			/* the errno that keeps it from being set, once told */
};

int trigger_read(const struct trigger *trigger, char *text, size_t size)
{
	ssize_t n;

	if (trigger->fd < 0)
		return -ENOENT;
	n = pread(trigger->fd, text, size - 1, 0);
	if (n < 0)
		return -errno;
	text[n] = '\0';
	return 0;
}

static void unset(struct trigger *trigger)
{
	trigger->source = sd_event_source_disable_unref(trigger->source);
	if (trigger->fd >= 0)
		close(trigger->fd);
	trigger->fd = -1;
}

static void stop_waiting(struct trigger *trigger)
{
	trigger->news_source = sd_event_source_disable_unref(trigger->news_source);
	if (trigger->news >= 0)
		close(trigger->news);
	trigger->news = -1;
}

static void set_or_wait(struct trigger *trigger);

static int on_pressure(sd_event_source *source, int fd, uint32_t events, void *arg)
{
	struct trigger *trigger = arg;

	(void)source, (void)fd;
	if (!(events & (EPOLLERR | EPOLLHUP))) {
		trigger->spec.fires(trigger->spec.arg);
		return 0;
	}
	log_say(LOG_NOTICE, LOG_ID_TROUBLE, "%s is gone; its pressure does not count until it is back",
		trigger->path);
	unset(trigger);
	trigger->told = ENOENT;
	set_or_wait(trigger);
	return 0;
}

/* The terminating zero is part of what is written. */
static int write_trigger(const struct trigger *trigger)
{
	char text[64];
	int n = snprintf(text, sizeof(text), "some %" PRIu64 " %" PRIu64, trigger->spec.stalled,
			 trigger->spec.window);

	return write(trigger->fd, text, n + 1) < 0 ? -errno : 0;
}

/* Returns 0, or a negative errno with nothing set. */
static int set(struct trigger *trigger)
{
	int err;

	trigger->fd = open(trigger->path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (trigger->fd < 0)
		return -errno;
	err = write_trigger(trigger);
	if (!err)
		err = sd_event_add_io(trigger->event, &trigger->source, trigger->fd, EPOLLPRI,
				      on_pressure, trigger);
	if (err < 0)
		unset(trigger);
	return err < 0 ? err : 0;
}

/* What has come is all the same: it is tried again. */
static int on_news(sd_event_source *source, int fd, uint32_t events, void *arg)
{
	char buffer[4096] __attribute__((aligned(__alignof__(struct inotify_event))));

	(void)source, (void)events;
	while (read(fd, buffer, sizeof(buffer)) > 0)
		;
	set_or_wait(arg);
	return 0;
}

/* Every folder on the way that is there, from the top down: what is made below it is not missed. */
static void watch_folders(struct trigger *trigger)
{
	char *end = trigger->path + trigger->spec.fixed;

	for (; end; end = strchr(end + 1, '/')) {
		*end = '\0';
		inotify_add_watch(trigger->news, trigger->path, NEWS);
		*end = '/';
	}
}

static int wait_for_news(struct trigger *trigger)
{
	if (trigger->news >= 0)
		return 0;
	trigger->news = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (trigger->news < 0)
		return -errno;
	return sd_event_add_io(trigger->event, &trigger->news_source, trigger->news, EPOLLIN,
			       on_news, trigger);
}

static void tell(struct trigger *trigger, int err)
{
	if (trigger->told && !err)
		log_say(LOG_INFO, LOG_ID_TROUBLE, "%s is watched now", trigger->path);
	else if (trigger->told != -err)
		log_say(LOG_WARNING, LOG_ID_TROUBLE, "cannot watch %s: %s", trigger->path,
			strerror(-err));
	trigger->told = -err;
}

/* It is watched for before it is tried, so that it cannot come in between. */
static void set_or_wait(struct trigger *trigger)
{
	int waits = wait_for_news(trigger), err;

	if (waits >= 0)
		watch_folders(trigger);
	err = set(trigger);
	tell(trigger, err);
	if (!err || waits < 0)
		stop_waiting(trigger);
}

int trigger_new(sd_event *event, const struct trigger_spec *spec, struct trigger **ret)
{
	struct trigger *trigger = calloc(1, sizeof(*trigger));
	int err = 0;

	if (!trigger)
		return -ENOMEM;
	*trigger = (struct trigger){
		.event = event, .spec = *spec, .path = strdup(spec->path), .fd = -1, .news = -1,
	};
	if (!trigger->path)
		err = -ENOMEM;
	else if (!spec->fixed)
		err = set(trigger);
	else
		set_or_wait(trigger);
	if (err) {
		trigger_free(trigger);
		return err;
	}
	*ret = trigger;
	return 0;
}

void trigger_free(struct trigger *trigger)
{
	if (!trigger)
		return;
	unset(trigger);
	stop_waiting(trigger);
	free(trigger->path);
	free(trigger);
}
