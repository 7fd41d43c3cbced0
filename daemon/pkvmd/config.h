/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The configuration: one table of keys, and a value with an origin for each. Where a
 * value comes from (files, the bus) is the caller's business: config_load.h, manager.h.
 */
#ifndef PKVMD_CONFIG_H
#define PKVMD_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../ctl/message.h"

enum config_id {
	CONFIG_ENABLED,
	CONFIG_DRY_RUN,
	CONFIG_FLOOR,
	CONFIG_CEILING,
	CONFIG_LOW_MARK,
	CONFIG_HOST_SHARE,
	CONFIG_HOLD_TIME,
	CONFIG_DEMAND_WINDOW,
	CONFIG_DEMAND_HALF_LIFE,
	CONFIG_ENTER,
	CONFIG_LEAVE,
	CONFIG_HIGH,
	CONFIG_WINDOW,
	CONFIG_SUSTAIN,
	CONFIG_COOL_DOWN,
	CONFIG_STEP,
	CONFIG_CGROUPS,
	CONFIG_PING_PONG_TIME,
	CONFIG_FORGET_TIME,
	CONFIG_KEYS
};

/* What a value is, in which unit it is kept, and how people write it. */
enum config_unit {
	CONFIG_BOOL,		/* 0 or 1: yes, no, on, off, true, false, 1, 0 */
	CONFIG_PAGES,		/* of 4 KiB: 512, or bytes with suffix as in 2M */
	CONFIG_PERCENT,		/* hundredths of a percent: 5%, 0.25% */
	CONFIG_TIME,		/* microseconds: 500ms, 30s, 10min, 1h; 30 is seconds */
	CONFIG_PATHS,		/* text: paths below /sys/fs/cgroup between blanks, or nothing */
};

struct config_key {
	const char *section;	/* of the file */
	const char *name;	/* unique over all sections */
	enum config_unit unit;
	uint64_t min, max;	/* in that unit; PATHS: none */
	const char *fallback;	/* the default, as people write it */
	const char *help;	/* a sentence */
};

extern const struct config_key config_keys[CONFIG_KEYS];

#define CONFIG_BY_COMMAND_LINE	"command line"
#define CONFIG_BY_CAUTION	"fallback"

struct config {
	uint64_t value[CONFIG_KEYS];	/* in the key's unit; of CGROUPS unused */
	char *cgroups;			/* never NULL after config_init() */
	char *origin[CONFIG_KEYS];	/* "default", "FILE:LINE", "run time" and the below */
};

/* Defaults everywhere. Returns 0 or -ENOMEM, with nothing to release then. */
int config_init(struct config *config);
void config_release(struct config *config);
int config_copy(const struct config *from, struct config *ret);

/* Values and where they come from. */
bool config_equal(const struct config *a, const struct config *b);

/* By name, whatever the case. Returns CONFIG_KEYS if there is none. */
enum config_id config_find(const char *name);

/*
 * Sets a key from what people write. Returns 0, -EINVAL or -ERANGE with a sentence in
 * @message that names key, value and limits, or -ENOMEM; then nothing has changed.
 */
int config_set(struct config *config, enum config_id id, const char *text, const char *origin,
	       struct ctl_message *message);

/* What holds between keys (Floor <= Ceiling, Leave <= Enter <= High): 0 or -EINVAL. */
int config_check(const struct config *config, struct ctl_message *message);

/*
 * What config_check() refuses has the default in place of each of the two values, whichever of
 * them was meant. Returns 1 with the sentence, 0 if nothing is refused, or -ENOMEM. Once for each
 * contradiction.
 */
int config_settle(struct config *config, struct ctl_message *message);

/* What does no harm where a value makes no sense, as people write it. NULL: the default. */
const char *config_cautious(enum config_id id);

/*
 * Not all that was configured is known, such as that nothing is to be done: the policy does
 * nothing by itself. Returns 0 or -ENOMEM.
 */
int config_hold(struct config *config);

/* The command line's: it wins over all that is configured. Returns 0 or -ENOMEM. */
int config_force_dry_run(struct config *config);

/* The value as people write it. The caller frees it; NULL when out of memory. */
char *config_text(const struct config *config, enum config_id id);

#endif
