// SPDX-License-Identifier: GPL-2.0-or-later
/* Whether pkvmd-probe measures, and if not, why. */
#include "probe_watch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "../probe/maps.h"
#include "log.h"
#include "manager_priv.h"

/* What is pinned is made readable after it was created. */
#define EVENTS	(IN_CREATE | IN_ATTRIB | IN_MOVE | IN_DELETE | IN_DELETE_SELF | IN_ONLYDIR)

struct probe_watch {
	struct manager *manager;
	sd_event_source *source;	/* NULL where there is nothing to watch */
};

/* Returns 0 if it measures, or a negative errno with the reason. */
static int find_probe(const char *dir, struct ctl_message *reason)
{
	struct probe_maps maps;
	int err = probe_maps_open(dir, &maps, reason);

	if (!err)
		probe_maps_close(&maps);
	else if (err == -ENOENT && access(dir, F_OK))
		ctl_message_set(reason, err,
				"there was no %s when pkvmd began: pkvmd-probe is not "
				"installed, or no BPF file system is mounted",
				PROBE_PIN_DIR);
	else if (err == -ENOENT)
		ctl_message_set(reason, err, "pkvmd-probe.service does not run");
	return err;
}

bool probe_watch_look(struct probe_watch *watch)
{
	struct manager *manager = watch->manager;
	struct ctl_message reason = { "" };
	bool running = !find_probe(manager->paths->probe_directory, &reason);

	if (running)
		*reason.text = '\0';
	else if (manager->state == MANAGER_WAITING)
		ctl_message_set(&reason, -ENODEV, "the pkvm module is not loaded");
	if (running == manager->probe_running && !strcmp(reason.text, manager->probe_reason.text))
		return false;
	manager->probe_running = running;
	manager->probe_reason = reason;
	return true;
}

static int on_event(sd_event_source *source, const struct inotify_event *event, void *arg)
{
	struct probe_watch *watch = arg;

	(void)source, (void)event;
	if (!probe_watch_look(watch))
		return 0;
	tell_status(watch->manager);
	manager_changed(watch->manager);
	return 0;
}

/* Watched first: what comes after the look is not missed. */
int probe_watch_new(struct manager *manager, struct probe_watch **ret)
{
	struct probe_watch *watch = calloc(1, sizeof(*watch));
	int err;

	if (!watch)
		return -ENOMEM;
	watch->manager = manager;
	err = sd_event_add_inotify(manager->event, &watch->source, manager->paths->probe_directory,
				   EVENTS, on_event, watch);
	if (err < 0 && err != -ENOENT)
		log_say(LOG_WARNING, LOG_ID_TROUBLE, "cannot watch for pkvmd-probe in %s: %s",
			manager->paths->probe_directory, strerror(-err));
	probe_watch_look(watch);
	*ret = watch;
	return 0;
}

void probe_watch_free(struct probe_watch *watch)
{
	if (!watch)
		return;
	sd_event_source_disable_unref(watch->source);
	free(watch);
}
