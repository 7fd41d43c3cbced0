// SPDX-License-Identifier: GPL-2.0-or-later
/* pkvmd over D-Bus: calls, and what their answers are made of. */
#include "daemon.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME		"org.pkvm1"
#define PATH		"/org/pkvm1"
#define INTERFACE	"org.pkvm1.Manager"

int ctl_daemon_open(struct ctl_daemon *daemon)
{
	int err = sd_bus_open_system(&daemon->bus);

	if (err >= 0)
		return 0;
	daemon->bus = NULL;
	return ctl_message_set(&daemon->message, -ENODEV, "the system bus is not there: %s",
			       strerror(-err));
}

void ctl_daemon_close(struct ctl_daemon *daemon)
{
	daemon->bus = sd_bus_flush_close_unref(daemon->bus);
}

static int fail(struct ctl_daemon *daemon, int err, const sd_bus_error *error)
{
	static const char *const absent[] = {
		SD_BUS_ERROR_SERVICE_UNKNOWN, SD_BUS_ERROR_NAME_HAS_NO_OWNER,
	};

	for (size_t i = 0; i < sizeof(absent) / sizeof(absent[0]); i++) {
		if (sd_bus_error_has_name(error, absent[i]))
			return ctl_message_set(&daemon->message, -ENODEV,
					       "pkvmd does not run (systemctl start pkvmd)");
	}
	if (sd_bus_error_has_name(error, SD_BUS_ERROR_ACCESS_DENIED) ||
	    sd_bus_error_has_name(error, "org.freedesktop.PolicyKit1.Error.NotAuthorized") ||
	    sd_bus_error_has_name(error, SD_BUS_ERROR_INTERACTIVE_AUTHORIZATION_REQUIRED))
		err = -EPERM;
	return ctl_message_set(&daemon->message, err, "%s",
			       error->message ? error->message : strerror(-err));
}

static int malformed(struct ctl_daemon *daemon, int err)
{
	return err < 0 ? ctl_message_set(&daemon->message, err, "pkvmd's answer is malformed") : 0;
}

/* A call of @member with no arguments yet, that starts nobody. */
static int new_call(struct ctl_daemon *daemon, const char *interface, const char *member,
		    sd_bus_message **ret)
{
	int err = sd_bus_message_new_method_call(daemon->bus, ret, NAME, PATH, interface, member);

	if (err >= 0)
		err = sd_bus_message_set_auto_start(*ret, false);
	if (err >= 0)
		err = sd_bus_message_set_allow_interactive_authorization(*ret, true);
	return err;
}

/* Longer than pkvmd waits for somebody to authenticate. */
#define PROMPT_TIMEOUT_US	(UINT64_C(310) * 1000000)

/* Sends @call, which it takes, unless @err says that it could not be made. */
static int run_call(struct ctl_daemon *daemon, sd_bus_message *call, int err, sd_bus_message **ret)
{
	sd_bus_error error = SD_BUS_ERROR_NULL;

	if (err >= 0)
		err = sd_bus_call(daemon->bus, call, 0, &error, ret);
	if (err < 0)
		err = fail(daemon, err, &error);
	sd_bus_error_free(&error);
	sd_bus_message_unref(call);
	return err < 0 ? err : 0;
}

/* A value of a dictionary that is wanted. */
struct wanted {
	const char *key;
	char type;		/* 's', 'b' or 't' */
	void *to;		/* char[size], bool or uint64_t */
	size_t size;
};

#define WANT_TEXT(key, array)	{ key, 's', array, sizeof(array) }
#define WANT_BOOL(key, member)	{ key, 'b', &(member), 0 }
#define WANT_U64(key, member)	{ key, 't', &(member), 0 }

static int take_value(sd_bus_message *message, const struct wanted *wanted)
{
	const char type[] = { wanted->type, '\0' };
	const char *text;
	int flag, err;

	switch (wanted->type) {
	case 's':
		err = sd_bus_message_read(message, "v", type, &text);
		if (err > 0)
			snprintf(wanted->to, wanted->size, "%s", text);
		return err;
	case 'b':
		err = sd_bus_message_read(message, "v", type, &flag);
		if (err > 0)
			*(bool *)wanted->to = flag;
		return err;
	default:
		return sd_bus_message_read(message, "v", type, wanted->to);
	}
}

/* Reads an a{sv} and takes from it what is wanted; the rest is of a newer daemon. */
static int read_dict(sd_bus_message *message, const struct wanted *wanted, size_t n)
{
	int err = sd_bus_message_enter_container(message, 'a', "{sv}");

	while (err > 0) {
		const char *key;
		size_t i = 0;

		err = sd_bus_message_enter_container(message, 'e', "sv");
		if (err <= 0)
			break;
		err = sd_bus_message_read(message, "s", &key);
		while (i < n && strcmp(wanted[i].key, key))
			i++;
		if (err > 0)
			err = i < n ? take_value(message, &wanted[i]) :
				      sd_bus_message_skip(message, "v");
		if (err >= 0)
			err = sd_bus_message_exit_container(message);
	}
	return err < 0 ? err : sd_bus_message_exit_container(message);
}

int ctl_daemon_status(struct ctl_daemon *daemon, struct ctl_daemon_status *ret)
{
	struct ctl_daemon_status status = { 0 };
	const struct wanted wanted[] = {
		WANT_TEXT("Version", status.version),
		WANT_TEXT("State", status.state),
		WANT_TEXT("PressureLevel", status.level),
		WANT_BOOL("DryRun", status.dry_run),
		WANT_U64("ReserveTargetPages", status.target),
		WANT_U64("ReserveLowMarkPages", status.low),
		WANT_U64("PingPongs", status.ping_pongs),
		WANT_BOOL("ProbeRunning", status.probe_running),
		WANT_TEXT("ProbeReason", status.probe_reason),
	};
	sd_bus_message *call = NULL, *reply = NULL;
	int err = new_call(daemon, "org.freedesktop.DBus.Properties", "GetAll", &call);

	if (err >= 0)
		err = sd_bus_message_append(call, "s", INTERFACE);
	err = run_call(daemon, call, err, &reply);
	if (!err)
		err = malformed(daemon,
				read_dict(reply, wanted, sizeof(wanted) / sizeof(wanted[0])));
	if (!err)
		*ret = status;
	sd_bus_message_unref(reply);
	return err;
}

static int read_decision(sd_bus_message *message, struct ctl_decision *decision)
{
	const struct wanted wanted[] = {
		WANT_U64("time-usec", decision->time_us),
		WANT_TEXT("action", decision->action),
		WANT_TEXT("suppressed", decision->suppressed),
		WANT_TEXT("reason", decision->reason),
		WANT_TEXT("origin", decision->origin),
		WANT_BOOL("dry-run", decision->dry_run),
		WANT_U64("pages", decision->pages),
		WANT_U64("done-pages", decision->done),
		WANT_U64("reserve-pages", decision->reserve),
		WANT_U64("low-mark-pages", decision->low),
		WANT_U64("target-pages", decision->target),
		WANT_TEXT("text", decision->text),
	};

	memset(decision, 0, sizeof(*decision));
	return read_dict(message, wanted, sizeof(wanted) / sizeof(wanted[0]));
}

int ctl_daemon_explain(struct ctl_daemon *daemon, struct ctl_decision *ret)
{
	sd_bus_message *call = NULL, *reply = NULL;
	struct ctl_decision decision = { 0 };
	int err = new_call(daemon, INTERFACE, "ExplainLastDecision", &call);

	err = run_call(daemon, call, err, &reply);
	if (!err) {
		err = sd_bus_message_skip(reply, "s");
		if (err >= 0)
			err = read_decision(reply, &decision);
		err = malformed(daemon, err);
	}
	if (!err)
		*ret = decision;
	sd_bus_message_unref(reply);
	return err;
}

/* An array that is read item by item. */
struct array {
	char *items;
	size_t n, item_size;
};

/* Room for one more, or NULL. */
static void *array_add(struct array *array)
{
	char *items = reallocarray(array->items, array->n + 1, array->item_size);

	if (!items)
		return NULL;
	array->items = items;
	return items + array->n++ * array->item_size;
}

/* Reads an array of @contents by @read. The items are freed on failure. */
static int read_array(sd_bus_message *message, const char *contents, struct array *array,
		      int (*read)(sd_bus_message *message, void *item))
{
	int err = sd_bus_message_enter_container(message, 'a', contents);

	while (err > 0) {
		void *item;

		err = sd_bus_message_at_end(message, false);
		if (err)
			break;
		item = array_add(array);
		err = item ? read(message, item) : -ENOMEM;
		err = err < 0 ? err : 1;
	}
	if (err >= 0)
		return 0;
	free(array->items);
	return err;
}

static int read_decision_item(sd_bus_message *message, void *item)
{
	return read_decision(message, item);
}

int ctl_daemon_decisions(struct ctl_daemon *daemon, uint32_t limit, struct ctl_decision **ret,
			 size_t *ret_n)
{
	struct array array = { NULL, 0, sizeof(struct ctl_decision) };
	sd_bus_message *call = NULL, *reply = NULL;
	int err = new_call(daemon, INTERFACE, "ListDecisions", &call);

	if (err >= 0)
		err = sd_bus_message_append(call, "u", limit);
	err = run_call(daemon, call, err, &reply);
	if (!err)
		err = malformed(daemon, read_array(reply, "a{sv}", &array, read_decision_item));
	if (!err) {
		*ret = (struct ctl_decision *)array.items;
		*ret_n = array.n;
	}
	sd_bus_message_unref(reply);
	return err;
}

static int read_key(sd_bus_message *message, void *item)
{
	struct ctl_policy_key *key = item;
	const char *name, *value, *origin;
	int err = sd_bus_message_read(message, "{s(ss)}", &name, &value, &origin);

	if (err <= 0)
		return err;
	snprintf(key->key, sizeof(key->key), "%s", name);
	snprintf(key->value, sizeof(key->value), "%s", value);
	snprintf(key->origin, sizeof(key->origin), "%s", origin);
	return 0;
}

int ctl_daemon_policy(struct ctl_daemon *daemon, struct ctl_policy_key **ret, size_t *ret_n)
{
	struct array array = { NULL, 0, sizeof(struct ctl_policy_key) };
	sd_bus_message *call = NULL, *reply = NULL;
	int err = new_call(daemon, "org.freedesktop.DBus.Properties", "Get", &call);

	if (err >= 0)
		err = sd_bus_message_append(call, "ss", INTERFACE, "Configuration");
	err = run_call(daemon, call, err, &reply);
	if (!err) {
		err = sd_bus_message_enter_container(reply, 'v', "a{s(ss)}");
		if (err >= 0)
			err = read_array(reply, "{s(ss)}", &array, read_key);
		err = malformed(daemon, err);
	}
	if (!err) {
		*ret = (struct ctl_policy_key *)array.items;
		*ret_n = array.n;
	}
	sd_bus_message_unref(reply);
	return err;
}

int ctl_daemon_set_policy(struct ctl_daemon *daemon, const struct ctl_pair *pairs, size_t n)
{
	sd_bus_message *call = NULL, *reply = NULL;
	int err = new_call(daemon, INTERFACE, "SetPolicy", &call);

	if (err >= 0)
		err = sd_bus_message_open_container(call, 'a', "{ss}");
	for (size_t i = 0; err >= 0 && i < n; i++)
		err = sd_bus_message_append(call, "{ss}", pairs[i].key, pairs[i].value);
	if (err >= 0)
		err = sd_bus_message_close_container(call);
	if (err >= 0)
		err = sd_bus_set_method_call_timeout(daemon->bus, PROMPT_TIMEOUT_US);
	err = run_call(daemon, call, err, &reply);
	sd_bus_message_unref(reply);
	return err;
}

int ctl_daemon_metrics(struct ctl_daemon *daemon, const char *format, char **ret)
{
	sd_bus_message *call = NULL, *reply = NULL;
	const char *text;
	int err = new_call(daemon, INTERFACE, "GetMetrics", &call);

	if (err >= 0)
		err = sd_bus_message_append(call, "s", format);
	err = run_call(daemon, call, err, &reply);
	if (!err)
		err = malformed(daemon, sd_bus_message_read(reply, "s", &text));
	if (!err) {
		*ret = strdup(text);
		err = *ret ? 0 : ctl_message_set(&daemon->message, -ENOMEM, "out of memory");
	}
	sd_bus_message_unref(reply);
	return err;
}
