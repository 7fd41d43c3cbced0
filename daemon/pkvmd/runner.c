// SPDX-License-Identifier: GPL-2.0-or-later
/* Actions, batch by batch. */
#include "runner.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "link.h"
#include "manager_priv.h"

#define BATCH_PAGES	512	/* 2 MiB: the block that EL2 would not have to split */
#define MOST_WAITING	64

struct job {
	struct action action;
	manager_done_fn done;
	void *arg;
	struct job *next;
};

struct runner {
	struct manager *manager;
	struct job *jobs;		/* the first is under way */
	size_t n;
	sd_event_source *batch;		/* a timer that is due at once, while there are jobs */
};

static const struct action no_action = { .kind = POLICY_NONE };

const struct action *runner_current(const struct runner *runner)
{
	return runner->jobs ? &runner->jobs->action : &no_action;
}

static void begin(struct runner *runner)
{
	struct action *action = &runner->jobs->action;

	action->began = manager_now();
	manager_action_begins(runner->manager, action);
}

/*
 * Takes the first job out and tells everyone, but of one that has not begun only who waits for
 * it. The next one begins with the next batch.
 */
static void end(struct runner *runner, int err)
{
	struct job *job = runner->jobs;

	job->action.error = err;
	runner->jobs = job->next;
	runner->n--;
	if (job->action.began) {
		job->action.took = manager_now() - job->action.began;
		manager_action_ended(runner->manager, &job->action);
	}
	if (job->done)
		job->done(&job->action, job->arg);
	free(job);
}

/* Returns 1 if there is more to do, 0 if that was all, or a negative errno. */
static int move_batch(struct runner *runner, struct action *action)
{
	struct pkvm_client *client = link_client(runner->manager->link);
	uint64_t left = action->asked - action->done, done = 0;
	uint64_t pages = left < BATCH_PAGES ? left : BATCH_PAGES;
	int err;

	if (action->kind == POLICY_TOPUP)
		err = pkvm_topup(client, pages, &done);
	else
		err = pkvm_reclaim(client, pages, &done);
	action->done += done;
	if (err || done < pages)
		snprintf(action->sentence, sizeof(action->sentence), "%s",
			 pkvm_client_error(client));
	if (err)
		return err;
	return done >= pages && action->done < action->asked;
}

/*
 * A source that is always pending would come before all others of its priority; a timer that
 * is set again takes turns with them.
 */
static int schedule(struct runner *runner)
{
	int err = sd_event_source_set_time(runner->batch, 0);

	return err < 0 ? err : sd_event_source_set_enabled(runner->batch, SD_EVENT_ONESHOT);
}

static int on_batch(sd_event_source *source, uint64_t now, void *arg)
{
	struct runner *runner = arg;
	struct action *action;
	int more;

	(void)source, (void)now;
	if (!runner->jobs)
		return 0;
	action = &runner->jobs->action;
	if (!action->began)
		begin(runner);
	more = action->dry_run ? 0 : move_batch(runner, action);
	if (more <= 0)
		end(runner, more);
	return runner->jobs ? schedule(runner) : 0;
}

int runner_add(struct runner *runner, const struct action *action, manager_done_fn done, void *arg)
{
	struct job *job, **at = &runner->jobs;
	int err;

	if (runner->n == MOST_WAITING)
		return -EBUSY;
	job = calloc(1, sizeof(*job));
	if (!job)
		return -ENOMEM;
	err = schedule(runner);
	if (err < 0) {
		free(job);
		return err;
	}
	*job = (struct job){ .action = *action, .done = done, .arg = arg };
	while (*at)
		at = &(*at)->next;
	*at = job;
	runner->n++;
	return 0;
}

void runner_stop(struct runner *runner, int err, bool all)
{
	size_t stopped = all ? runner->n : !!runner->n;

	/* What is added meanwhile, by those who are told, is not among them. */
	while (stopped-- && runner->jobs)
		end(runner, err);
}

int runner_new(struct manager *manager, struct runner **ret)
{
	struct runner *runner = calloc(1, sizeof(*runner));
	int err;

	if (!runner)
		return -ENOMEM;
	runner->manager = manager;
	err = sd_event_add_time(manager->event, &runner->batch, CLOCK_MONOTONIC, 0, 1, on_batch,
				runner);
	if (err >= 0)
		err = sd_event_source_set_enabled(runner->batch, SD_EVENT_OFF);
	if (err < 0) {
		runner_free(runner);
		return err;
	}
	*ret = runner;
	return 0;
}

void runner_free(struct runner *runner)
{
	if (!runner)
		return;
	runner_stop(runner, -ECANCELED, true);
	sd_event_source_disable_unref(runner->batch);
	free(runner);
}
