// SPDX-License-Identifier: GPL-2.0-or-later
/* The client library with a module of our own behind it. */
#include "fake/client.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct fake_module fake_module = { .calls_left = -1 };

struct pkvm_client {
	enum pkvm_failure failure;
	const char *sentence;
};

struct pkvm_monitor {
	struct pkvm_client *client;
	int fds[2];		/* a pipe with something to read, as long as there are events */
	size_t next;
};

static int fail(struct pkvm_client *client, int err)
{
	client->failure = fake_module.failure;
	client->sentence = fake_module.sentence;
	return err;
}

/* Begins every call. */
static int begin(struct pkvm_client *client)
{
	client->failure = PKVM_FAILURE_NONE;
	client->sentence = "";
	if (!fake_module.calls_left)
		return fail(client, -EIO);
	if (fake_module.calls_left > 0)
		fake_module.calls_left--;
	return 0;
}

int pkvm_client_new(struct pkvm_client **ret)
{
	*ret = calloc(1, sizeof(**ret));
	fake_module.open_clients++;
	return *ret ? 0 : -ENOMEM;
}

void pkvm_client_free(struct pkvm_client *client)
{
	fake_module.open_clients -= !!client;
	free(client);
}

int pkvm_client_connect(struct pkvm_client *client)
{
	return begin(client);
}

const char *pkvm_client_error(const struct pkvm_client *client)
{
	return client->sentence;
}

enum pkvm_failure pkvm_client_failure(const struct pkvm_client *client)
{
	return client->failure;
}

/* Defines a call that returns one struct of the fake. */
#define FAKE_GET(function, type, member) \
	int function(struct pkvm_client *client, type *ret) \
	{ \
		int err = begin(client); \
		if (!err) \
			*ret = fake_module.member; \
		return err; \
	}

FAKE_GET(pkvm_get_info, struct pkvm_info, info)
FAKE_GET(pkvm_get_stats, struct pkvm_stats, stats)
FAKE_GET(pkvm_get_shrinker, struct pkvm_shrinker, shrinker)
FAKE_GET(pkvm_get_page_stats, struct pkvm_page_stats, page_stats)
FAKE_GET(pkvm_check_heap, struct pkvm_check, check)
FAKE_GET(pkvm_run_selftest, struct pkvm_selftest, selftest)
FAKE_GET(pkvm_get_crash, struct pkvm_crash_record, crash)

static void *copy(const void *from, size_t size)
{
	return size ? memcpy(malloc(size), from, size) : NULL;
}

int pkvm_get_page(struct pkvm_client *client, uint64_t pfn, struct pkvm_page *ret)
{
	int err = begin(client);

	if (err)
		return err;
	*ret = fake_module.page;
	ret->pfn = pfn;
	return 0;
}

int pkvm_get_heap_map(struct pkvm_client *client, struct pkvm_region **ret, size_t *ret_n)
{
	int err = begin(client);

	if (err)
		return err;
	*ret = copy(fake_module.regions, fake_module.nr_regions * sizeof(**ret));
	*ret_n = fake_module.nr_regions;
	return 0;
}

int pkvm_get_vms(struct pkvm_client *client, struct pkvm_vm **ret, size_t *ret_n)
{
	int err = begin(client);

	if (err)
		return err;
	*ret = copy(fake_module.vms, fake_module.nr_vms * sizeof(**ret));
	*ret_n = fake_module.nr_vms;
	return 0;
}

static uint64_t take(uint64_t *from, uint64_t pages)
{
	uint64_t done = pages < *from ? pages : *from;

	*from -= done;
	return done;
}

int pkvm_topup(struct pkvm_client *client, uint64_t pages, uint64_t *ret_done)
{
	int err = begin(client);

	if (err)
		return err;
	if (fake_module.nr_topups < FAKE_MAX_CALLS)
		fake_module.topup_pages[fake_module.nr_topups] = pages;
	fake_module.nr_topups++;
	*ret_done = take(&fake_module.topup_room, pages + fake_module.topup_excess);
	if (*ret_done < pages)
		client->sentence = fake_module.sentence;
	return 0;
}

int pkvm_reclaim(struct pkvm_client *client, uint64_t pages, uint64_t *ret_done)
{
	int err = begin(client);

	if (err)
		return err;
	fake_module.nr_reclaims++;
	*ret_done = take(&fake_module.reclaimable, pages);
	return 0;
}

int pkvm_set_shrinker(struct pkvm_client *client, const struct pkvm_shrinker *shrinker,
		      unsigned int which)
{
	int err = begin(client);

	if (err)
		return err;
	fake_module.which = which;
	if (which & PKVM_SHRINKER_ENABLED)
		fake_module.shrinker.enabled = shrinker->enabled;
	if (which & PKVM_SHRINKER_SEEKS)
		fake_module.shrinker.seeks = shrinker->seeks;
	if (which & PKVM_SHRINKER_BATCH)
		fake_module.shrinker.batch = shrinker->batch;
	if (which & PKVM_SHRINKER_RESERVE)
		fake_module.shrinker.reserve = shrinker->reserve;
	return 0;
}

int pkvm_create_vm(struct pkvm_client *client, const struct pkvm_vm_config *config,
		   uint32_t *ret_handle)
{
	int err = begin(client);

	if (err)
		return err;
	fake_module.config = *config;
	*ret_handle = ++fake_module.nr_created;
	return 0;
}

int pkvm_destroy_vm(struct pkvm_client *client, uint32_t handle)
{
	int err = begin(client);

	if (err)
		return err;
	if (fake_module.nr_destroyed < FAKE_MAX_CALLS)
		fake_module.destroyed[fake_module.nr_destroyed] = handle;
	fake_module.nr_destroyed++;
	return 0;
}

int pkvm_destroy_all_vms(struct pkvm_client *client, uint32_t *ret_n)
{
	int err = begin(client);

	if (!err)
		*ret_n = (uint32_t)fake_module.nr_vms;
	return err;
}

/* Group "admin" needs a permission; only a failure of this kind can be had here. */
int pkvm_monitor_open(struct pkvm_client *client, unsigned int groups, struct pkvm_monitor **ret)
{
	bool everyone = groups == PKVM_MONITOR_EVENTS;
	struct pkvm_monitor *monitor;
	int err = begin(client);

	if (err && !(everyone && fake_module.failure == PKVM_FAILURE_PERMISSION))
		return err;
	monitor = calloc(1, sizeof(*monitor));
	if (!monitor || pipe(monitor->fds) || write(monitor->fds[1], "", 1) != 1)
		abort();
	monitor->client = client;
	fake_module.monitor_groups = groups;
	fake_module.open_monitors++;
	*ret = monitor;
	return 0;
}

void pkvm_monitor_free(struct pkvm_monitor *monitor)
{
	close(monitor->fds[0]);
	close(monitor->fds[1]);
	free(monitor);
	fake_module.open_monitors--;
}

int pkvm_monitor_fd(const struct pkvm_monitor *monitor)
{
	return monitor->fds[0];
}

int pkvm_monitor_next(struct pkvm_monitor *monitor, struct pkvm_event *ret)
{
	char byte;
	int end;

	if (monitor->next < fake_module.nr_events) {
		*ret = fake_module.events[monitor->next++];
		return 1;
	}
	end = fake_module.monitor_end;
	fake_module.monitor_end = 0;
	if (end)
		return end == -ENOBUFS ? end : fail(monitor->client, end);
	/* Nothing more to come: what polls must wait. */
	if (read(monitor->fds[0], &byte, 1) != 1)
		abort();
	return 0;
}
