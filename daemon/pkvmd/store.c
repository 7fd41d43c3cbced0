// SPDX-License-Identifier: GPL-2.0-or-later
/* Keeping what has been learnt. */
#define _GNU_SOURCE	/* asprintf */
#include "store.h"

#include <errno.h>
#include <ini.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* No host has more pages than that, nor has anything been learnt before 1970. */
#define VALUE_MAX	(UINT64_C(1) << 56)

/* As in the file; times are microseconds since 1970, for clocks start anew with the machine. */
struct kept {
	uint64_t burst, largest, learnt;
	uint64_t damping, damped;
	uint64_t ping_pongs;
};

static const struct {
	const char *name;
	size_t offset;
} members[] = {
	{ "burst-pages", offsetof(struct kept, burst) },
	{ "largest-request-pages", offsetof(struct kept, largest) },
	{ "learnt-at", offsetof(struct kept, learnt) },
	{ "damping", offsetof(struct kept, damping) },
	{ "damped-at", offsetof(struct kept, damped) },
	{ "ping-pongs", offsetof(struct kept, ping_pongs) },
};

#define N_MEMBERS	(sizeof(members) / sizeof(members[0]))

struct store {
	char *path, *aside;	/* NULL: nothing is kept */
	struct policy_state saved;
	bool known;		/* what the file has */
	int err;		/* of the last time */
};

static uint64_t realtime(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return ts.tv_sec * UINT64_C(1000000) + ts.tv_nsec / 1000;
}

static uint64_t *member(struct kept *kept, size_t i)
{
	return (uint64_t *)((char *)kept + members[i].offset);
}

int store_new(const char *directory, struct store **ret)
{
	struct store *store = calloc(1, sizeof(*store));

	if (!store)
		return -ENOMEM;
	if (directory && asprintf(&store->path, "%s/learnt", directory) < 0)
		store->path = NULL;
	if (store->path && asprintf(&store->aside, "%s.new", store->path) < 0)
		store->aside = NULL;
	if (directory && (!store->path || !store->aside)) {
		store_free(store);
		return -ENOMEM;
	}
	*ret = store;
	return 0;
}

void store_free(struct store *store)
{
	if (!store)
		return;
	free(store->path);
	free(store->aside);
	free(store);
}

/* inih's: 0 is an error. What a later version keeps besides is none. */
static int on_value(void *arg, const char *section, const char *name, const char *value)
{
	char *end;
	uint64_t number;

	(void)section;
	for (size_t i = 0; i < N_MEMBERS; i++) {
		if (strcmp(members[i].name, name))
			continue;
		number = strtoull(value, &end, 10);
		if (*value < '0' || *value > '9' || *end || number > VALUE_MAX)
			return 0;
		*member(arg, i) = number;
	}
	return 1;
}

/* How long ago, us. What lies in the future is as of now: the clock was set back. */
static uint64_t age(uint64_t then)
{
	uint64_t now = realtime();

	return now > then ? now - then : 0;
}

static void restore(const struct kept *kept, const struct config *config, uint64_t now,
		    struct policy_state *policy)
{
	uint64_t time = config->value[CONFIG_FORGET_TIME], since = age(kept->damped);
	uint64_t forgotten = since / time, begun = since % time;

	demand_restore(&policy->demand, kept->burst, kept->largest, age(kept->learnt),
		       config->value[CONFIG_DEMAND_HALF_LIFE], now);
	policy->ping_pongs = kept->ping_pongs;
	policy->damping = kept->damping > forgotten ? kept->damping - forgotten : 0;
	/* A restart does not lengthen it, but for one soon after the machine's. */
	policy->damped_at = now > begun ? now - begun : 0;
}

int store_load(struct store *store, const struct config *config, uint64_t now,
	       struct policy_state *policy)
{
	struct kept kept = {};
	FILE *file;
	int bad;

	if (!store->path)
		return 0;
	file = fopen(store->path, "re");
	if (!file)
		return errno == ENOENT ? 0 : -errno;
	bad = ini_parse_file(file, on_value, &kept);
	fclose(file);
	if (bad || kept.damping > POLICY_DAMPING_MAX)
		return -EBADMSG;
	restore(&kept, config, now, policy);
	return 0;
}

/* The clock of @then, which is @now, as of 1970. */
static uint64_t since_epoch(uint64_t then, uint64_t now)
{
	return realtime() - (now > then ? now - then : 0);
}

static int write_file(const char *path, struct kept *kept)
{
	FILE *file = fopen(path, "we");
	bool failed;

	if (!file)
		return -errno;
	fputs("# What pkvmd has learnt. It replaces this file; remove it to have that forgotten.\n",
	      file);
	for (size_t i = 0; i < N_MEMBERS; i++)
		fprintf(file, "%s=%" PRIu64 "\n", members[i].name, *member(kept, i));
	/* On the disk before it gets its name: after a loss of power there is one or the other. */
	failed = fflush(file) || ferror(file) || fsync(fileno(file));
	return fclose(file) || failed ? -EIO : 0;
}

static bool same(const struct policy_state *a, const struct policy_state *b)
{
	return a->demand.burst == b->demand.burst && a->demand.largest == b->demand.largest &&
	       a->demand.learnt_at == b->demand.learnt_at && a->damping == b->damping &&
	       a->damped_at == b->damped_at && a->ping_pongs == b->ping_pongs;
}

static int replace(const struct store *store, struct kept *kept)
{
	int err = write_file(store->aside, kept);

	if (!err && rename(store->aside, store->path))
		err = -errno;
	if (err)
		unlink(store->aside);
	return err;
}

int store_save(struct store *store, const struct policy_state *policy, uint64_t now)
{
	struct kept kept = {
		.burst = policy->demand.burst,
		.largest = policy->demand.largest,
		.learnt = since_epoch(policy->demand.learnt_at, now),
		.damping = policy->damping,
		.damped = since_epoch(policy->damped_at, now),
		.ping_pongs = policy->ping_pongs,
	};
	int err, before = store->err;

	if (!store->path || (store->known && same(&store->saved, policy)))
		return 0;
	err = replace(store, &kept);
	store->err = err;
	if (err)
		return err == before ? 0 : err;
	store->saved = *policy;
	store->known = true;
	return 0;
}
