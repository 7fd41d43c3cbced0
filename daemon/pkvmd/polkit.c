// SPDX-License-Identifier: GPL-2.0-or-later
/* Who may change something: first who calls, then what polkit says of them. */
#include "polkit.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

/* A prompt holds a query for minutes; nobody needs so many. */
#define QUERIES_MAX	64

/* Unlike D-Bus's AccessDenied, which busctl shows without its sentence. */
#define NOT_AUTHORIZED	"org.freedesktop.PolicyKit1.Error.NotAuthorized"

#define PROMPT_USEC	(UINT64_C(300) * 1000000)
#define ANSWER_USEC	(UINT64_C(30) * 1000000)

/* CheckAuthorization's flag: the user may be asked for a password. */
#define ALLOW_USER_INTERACTION	1u

struct polkit_query {
	struct polkit *polkit;
	struct polkit_query *next;
	sd_bus_message *call;
	const char *action;
	polkit_granted_fn granted;
	void *arg;
	sd_bus_slot *slot;		/* of the question that is open */
};

static void query_free(struct polkit_query *query)
{
	struct polkit_query **link = &query->polkit->queries;

	while (*link != query)
		link = &(*link)->next;
	*link = query->next;
	query->polkit->n--;
	sd_bus_slot_unref(query->slot);
	sd_bus_message_unref(query->call);
	free(query);
}

static void grant(struct polkit_query *query)
{
	query->granted(query->call, query->arg);
	query_free(query);
}

/* @why: a sentence that goes on "ACTION: ". */
static void refuse(struct polkit_query *query, const char *error, const char *why)
{
	sd_bus_reply_method_errorf(query->call, error, "%s: %s", query->action, why);
	query_free(query);
}

/* It is not there, is masked, does not answer, or does not trust us. */
static void tell_failure(struct polkit_query *query, const sd_bus_error *error)
{
	sd_bus_reply_method_errorf(query->call, NOT_AUTHORIZED,
				   "%s: only root may do this, as polkit cannot be asked: %s",
				   query->action, error->message ? error->message : error->name);
	query_free(query);
}

static int on_polkit(sd_bus_message *reply, void *arg, sd_bus_error *ret_error)
{
	struct polkit_query *query = arg;
	int authorized, challenge;

	(void)ret_error;
	if (sd_bus_message_is_method_error(reply, NULL))
		tell_failure(query, sd_bus_message_get_error(reply));
	else if (sd_bus_message_enter_container(reply, 'r', "bba{ss}") <= 0 ||
		 sd_bus_message_read(reply, "bb", &authorized, &challenge) <= 0)
		refuse(query, NOT_AUTHORIZED, "polkit's answer is malformed");
	else if (authorized)
		grant(query);
	else if (challenge)
		refuse(query, SD_BUS_ERROR_INTERACTIVE_AUTHORIZATION_REQUIRED,
		       "polkit wants an administrator to authenticate, and could not ask for it");
	else
		refuse(query, NOT_AUTHORIZED, "polkit does not allow this");
	return 0;
}

static int ask_polkit(struct polkit_query *query)
{
	sd_bus *bus = sd_bus_message_get_bus(query->call);
	bool prompt = sd_bus_message_get_allow_interactive_authorization(query->call) > 0;
	sd_bus_message *question = NULL;
	int err = sd_bus_message_new_method_call(
		bus, &question, "org.freedesktop.PolicyKit1", "/org/freedesktop/PolicyKit1/Authority",
		"org.freedesktop.PolicyKit1.Authority", "CheckAuthorization");

	if (err >= 0)
		err = sd_bus_message_append(question, "(sa{sv})sa{ss}us", "system-bus-name", 1,
					    "name", "s", sd_bus_message_get_sender(query->call),
					    query->action, 0, prompt ? ALLOW_USER_INTERACTION : 0,
					    "");
	query->slot = sd_bus_slot_unref(query->slot);
	if (err >= 0)
		err = sd_bus_call_async(bus, &query->slot, question, on_polkit, query,
					prompt ? PROMPT_USEC : ANSWER_USEC);
	sd_bus_message_unref(question);
	return err;
}

static int on_user(sd_bus_message *reply, void *arg, sd_bus_error *ret_error)
{
	struct polkit_query *query = arg;
	uint32_t uid;

	(void)ret_error;
	if (sd_bus_message_is_method_error(reply, NULL) ||
	    sd_bus_message_read(reply, "u", &uid) <= 0)
		refuse(query, NOT_AUTHORIZED, "the bus does not know who calls");
	else if (!uid)
		grant(query);
	else if (ask_polkit(query) < 0)
		refuse(query, NOT_AUTHORIZED, "polkit cannot be asked");
	return 0;
}

int polkit_ask(struct polkit *polkit, sd_bus_message *call, const char *action,
	       polkit_granted_fn granted, void *arg)
{
	struct polkit_query *query;
	int err;

	if (polkit->n >= QUERIES_MAX)
		return sd_bus_reply_method_errorf(call, SD_BUS_ERROR_LIMITS_EXCEEDED,
						  "%u calls wait for authorization already",
						  polkit->n);
	query = calloc(1, sizeof(*query));
	if (!query)
		return -ENOMEM;
	*query = (struct polkit_query){
		.polkit = polkit,
		.next = polkit->queries,
		.call = sd_bus_message_ref(call),
		.action = action,
		.granted = granted,
		.arg = arg,
	};
	polkit->queries = query;
	polkit->n++;
	err = sd_bus_call_method_async(sd_bus_message_get_bus(call), &query->slot,
				       "org.freedesktop.DBus", "/org/freedesktop/DBus",
				       "org.freedesktop.DBus", "GetConnectionUnixUser", on_user,
				       query, "s", sd_bus_message_get_sender(call));
	if (err >= 0)
		return 1;
	query_free(query);
	return err;
}

void polkit_release(struct polkit *polkit)
{
	while (polkit->queries)
		query_free(polkit->queries);
}
