// SPDX-License-Identifier: GPL-2.0-or-later
/* Keys and values. */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "config_value.h"

#define US_PER_SECOND	UINT64_C(1000000)

int config_init(struct config *config)
{
	struct ctl_message ignored;

	*config = (struct config){ .cgroups = strdup("") };
	if (!config->cgroups)
		return -ENOMEM;
	for (enum config_id id = 0; id < CONFIG_KEYS; id++) {
		int err = config_set(config, id, config_keys[id].fallback, "default", &ignored);

		if (err) {
			config_release(config);
			return err;
		}
	}
	return 0;
}

void config_release(struct config *config)
{
	for (enum config_id id = 0; id < CONFIG_KEYS; id++)
		free(config->origin[id]);
	free(config->cgroups);
	*config = (struct config){};
}

int config_copy(const struct config *from, struct config *ret)
{
	struct config copy = {};
	bool complete;

	memcpy(copy.value, from->value, sizeof(copy.value));
	copy.cgroups = strdup(from->cgroups);
	complete = copy.cgroups;
	for (enum config_id id = 0; id < CONFIG_KEYS; id++) {
		copy.origin[id] = strdup(from->origin[id]);
		complete = complete && copy.origin[id];
	}
	if (!complete) {
		config_release(&copy);
		return -ENOMEM;
	}
	*ret = copy;
	return 0;
}

bool config_equal(const struct config *a, const struct config *b)
{
	for (enum config_id id = 0; id < CONFIG_KEYS; id++) {
		if (a->value[id] != b->value[id] || strcmp(a->origin[id], b->origin[id]))
			return false;
	}
	return !strcmp(a->cgroups, b->cgroups);
}

enum config_id config_find(const char *name)
{
	enum config_id id = 0;

	while (id < CONFIG_KEYS && strcasecmp(config_keys[id].name, name))
		id++;
	return id;
}

static int set_paths(struct config *config, const char *text, struct ctl_message *message)
{
	char *paths;
	int err = config_check_paths(config_keys[CONFIG_CGROUPS].name, text, message);

	if (err)
		return err;
	paths = strdup(text);
	if (!paths)
		return ctl_message_set(message, -ENOMEM, "out of memory");
	free(config->cgroups);
	config->cgroups = paths;
	return 0;
}

int config_set(struct config *config, enum config_id id, const char *text, const char *origin,
	       struct ctl_message *message)
{
	char *from = strdup(origin);
	int err;

	if (!from)
		return ctl_message_set(message, -ENOMEM, "out of memory");
	if (config_keys[id].unit == CONFIG_PATHS)
		err = set_paths(config, text, message);
	else
		err = config_parse_value(&config_keys[id], text, &config->value[id], message);
	if (err) {
		free(from);
		return err;
	}
	free(config->origin[id]);
	config->origin[id] = from;
	return 0;
}

static const struct {
	enum config_id low, high;
} orders[] = {
	{ CONFIG_FLOOR, CONFIG_CEILING },
	{ CONFIG_LEAVE, CONFIG_ENTER },
	{ CONFIG_ENTER, CONFIG_HIGH },
};

#define N_ORDERS	(sizeof(orders) / sizeof(orders[0]))

static void tell_order(const struct config *config, enum config_id low, enum config_id high,
		       struct ctl_message *message)
{
	char *low_text = config_text(config, low), *high_text = config_text(config, high);

	ctl_message_set(message, 0, "%s %s (%s) is above %s %s (%s)", config_keys[low].name,
			low_text ?: "", config->origin[low], config_keys[high].name,
			high_text ?: "", config->origin[high]);
	free(low_text);
	free(high_text);
}

static void tell_window(const struct config *config, struct ctl_message *message)
{
	char *text = config_text(config, CONFIG_WINDOW);

	ctl_message_set(message, 0, "Window %s (%s) is no multiple of 2 s", text ?: "",
			config->origin[CONFIG_WINDOW]);
	free(text);
}

/* The first contradiction, and a sentence about it. Of one key with itself: both are that. */
static bool find_contradiction(const struct config *config, enum config_id *ret_a,
			       enum config_id *ret_b, struct ctl_message *message)
{
	for (size_t i = 0; i < N_ORDERS; i++) {
		if (config->value[orders[i].low] <= config->value[orders[i].high])
			continue;
		*ret_a = orders[i].low;
		*ret_b = orders[i].high;
		tell_order(config, *ret_a, *ret_b, message);
		return true;
	}
	/* The kernel's rule for those without CAP_SYS_RESOURCE. */
	if (config->value[CONFIG_WINDOW] % (2 * US_PER_SECOND) == 0)
		return false;
	*ret_a = *ret_b = CONFIG_WINDOW;
	tell_window(config, message);
	return true;
}

int config_check(const struct config *config, struct ctl_message *message)
{
	enum config_id a, b;

	return find_contradiction(config, &a, &b, message) ? -EINVAL : 0;
}

static int fall_back(struct config *config, enum config_id id, const char *text)
{
	struct ctl_message ignored;

	return config_set(config, id, text, CONFIG_BY_CAUTION, &ignored);
}

int config_settle(struct config *config, struct ctl_message *message)
{
	enum config_id a, b;
	int err;

	if (!find_contradiction(config, &a, &b, message))
		return 0;
	err = fall_back(config, a, config_keys[a].fallback);
	if (!err)
		err = fall_back(config, b, config_keys[b].fallback);
	if (err)
		return err;
	if (a == b)
		ctl_message_add(message, "; %s is used", config_keys[a].fallback);
	else
		ctl_message_add(message, "; the defaults %s and %s are used",
				config_keys[a].fallback, config_keys[b].fallback);
	return 1;
}

const char *config_cautious(enum config_id id)
{
	switch (id) {
	case CONFIG_ENABLED:
		return "no";
	case CONFIG_DRY_RUN:
		return "yes";
	default:
		return NULL;
	}
}

int config_hold(struct config *config)
{
	return fall_back(config, CONFIG_ENABLED, config_cautious(CONFIG_ENABLED));
}

int config_force_dry_run(struct config *config)
{
	struct ctl_message ignored;

	return config_set(config, CONFIG_DRY_RUN, "yes", CONFIG_BY_COMMAND_LINE, &ignored);
}

char *config_text(const struct config *config, enum config_id id)
{
	if (config_keys[id].unit == CONFIG_PATHS)
		return strdup(config->cgroups);
	return config_value_text(config_keys[id].unit, config->value[id]);
}
