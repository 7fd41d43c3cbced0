// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * pkvmd on a real bus, asked by callers with and without rights, with a polkit that says
 * what the test wants; and pkvmctl's part of the conversation.
 */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bus.h"
#include "committed.h"
#include "fake/bus.h"
#include "fake/pkvmd.h"
#include "run.h"
#include "suite.h"

#define NAME		"org.pkvm1"
#define PATH		"/org/pkvm1"
#define INTERFACE	"org.pkvm1.Manager"
#define NOT_AUTHORIZED	"org.freedesktop.PolicyKit1.Error.NotAuthorized"

static struct fake_manager fake;
static struct fake_polkit polkit;
static struct bus *bus;

static void setup(void)
{
	fake_bus_prepare();
	fake_bus_start();
	fake_manager_init(&fake);
	memset(&polkit, 0, sizeof(polkit));
	fake_polkit_start(&polkit, fake.manager.event);
	ck_assert_int_eq(bus_new(&fake.manager, &bus), 0);
}

static void teardown(void)
{
	bus_free(bus);
	if (polkit.bus)
		fake_polkit_stop(&polkit);
	fake_manager_release(&fake);
	fake_bus_remove();
}

/* The name may not be there yet: it is asked for while others already call. */
static void wait_for_name(sd_bus *caller)
{
	while (sd_bus_call_method(caller, NAME, PATH, "org.freedesktop.DBus.Peer", "Ping", NULL,
				  NULL, NULL) < 0)
		usleep(10000);
}

static void run(void (*caller)(sd_bus *bus), bool as_nobody)
{
	fake_caller_run(fake.manager.event, caller, as_nobody);
}

/*
 * The interface
 */

/* GOLDEN_UPDATE=1 writes the file anew. */
START_TEST(xml_is_as_committed)
{
	const char *path = "systemd/org.pkvm1.Manager.xml";
	const char *licence = "<!-- SPDX-License-Identifier: GPL-2.0-or-later -->\n";
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	fputs(licence, out);
	ck_assert_int_eq(bus_introspect(out), 0);
	fclose(out);
	committed_compare(path, text);
	free(text);
}
END_TEST

/* Every name of the interface is explained in the manual. */
START_TEST(manual_is_complete)
{
	char *xml = committed_read("systemd/org.pkvm1.Manager.xml");
	char *man = committed_read("daemon/man/org.pkvm1.5"), name[64], word[80];

	for (char *at = xml; (at = strchr(at, '<')); at++) {
		if (sscanf(at, "<property name=\"%63[^\"]\"", name) != 1 &&
		    sscanf(at, "<method name=\"%63[^\"]\"", name) != 1 &&
		    sscanf(at, "<signal name=\"%63[^\"]\"", name) != 1)
			continue;
		snprintf(word, sizeof(word), "\n.It Fn %s", name);
		if (!strstr(man, word))
			snprintf(word, sizeof(word), "\n.It Va %s", name);
		ck_assert_msg(strstr(man, word), "org.pkvm1(5) lacks %s", name);
	}
	free(xml);
	free(man);
}
END_TEST

/* And every key of the configuration, with its default. */
START_TEST(manual_of_the_configuration_is_complete)
{
	char *man = committed_read("daemon/man/pkvmd.conf.5"), word[96], *at;

	for (int i = 0; i < CONFIG_KEYS; i++) {
		const struct config_key *key = &config_keys[i];
		char *end;

		snprintf(word, sizeof(word), "\n.It Va %s\n", key->name);
		at = strstr(man, word);
		ck_assert_msg(at, "pkvmd.conf(5) lacks %s", key->name);
		end = strstr(at + 1, "\n.It ");
		if (end)
			*end = '\0';
		if (*key->fallback)
			snprintf(word, sizeof(word), "default\n.Cm %s .", key->fallback);
		else
			snprintf(word, sizeof(word), "default none.");
		ck_assert_msg(strstr(at, word), "pkvmd.conf(5): %s: %s", key->name, key->fallback);
		if (end)
			*end = '\n';
	}
	free(man);
}
END_TEST

/* Every reason, wherever it is told. */
START_TEST(manual_knows_all_reasons)
{
	char *man = committed_read("daemon/man/org.pkvm1.5"), word[48];

	for (enum policy_reason reason = 0; reason < POLICY_REASONS; reason++) {
		snprintf(word, sizeof(word), "\n.It %s\n", policy_reason_name(reason));
		ck_assert_msg(strstr(man, word), "org.pkvm1(5) lacks the reason %s",
			      policy_reason_name(reason));
	}
	free(man);
}
END_TEST

/* As is every kind of message. */
START_TEST(manual_knows_all_messages)
{
	char *header = committed_read("daemon/pkvmd/log.h"), *man = committed_read("daemon/man/pkvmd.8");
	char id[33], word[48];
	int n = 0;

	for (char *at = header; (at = strstr(at, "#define LOG_ID_")); at++) {
		ck_assert_int_eq(sscanf(at, "#define %*s \"%32[0-9a-f]\"", id), 1);
		snprintf(word, sizeof(word), "\n.It %s\n", id);
		ck_assert_msg(strstr(man, word), "pkvmd(8) lacks %s", id);
		/* No kind shares the one of another. */
		ck_assert_ptr_null(strstr(strstr(header, id) + 1, id));
		n++;
	}
	/* Each action begins, ends, fails or is suppressed; and five more. */
	ck_assert_int_ge(n, 4 * (POLICY_ACTIONS - 1) + 5);
	free(header);
	free(man);
}
END_TEST

/*
 * Reading
 */

static void read_all(sd_bus *caller)
{
	sd_bus_error error = SD_BUS_ERROR_NULL;
	sd_bus_message *reply;
	char *text = NULL;
	uint64_t number;
	double share;

	wait_for_name(caller);
	MUST(sd_bus_call_method(caller, NAME, PATH, "org.freedesktop.DBus.Properties", "GetAll",
				&error, &reply, "s", INTERFACE) >= 0);
	MUST(sd_bus_get_property_trivial(caller, NAME, PATH, INTERFACE, "OwnedPages", &error, 't',
					 &number) >= 0);
	MUST(number == 1014);
	MUST(sd_bus_get_property_trivial(caller, NAME, PATH, INTERFACE, "ReserveTargetPages",
					 &error, 't', &number) >= 0);
	MUST(number == 34);
	MUST(sd_bus_get_property_trivial(caller, NAME, PATH, INTERFACE, "StalledPercent", &error,
					 'd', &share) >= 0);
	MUST(share == 1.23);
	MUST(sd_bus_get_property_string(caller, NAME, PATH, INTERFACE, "State", &error, &text) >=
	     0);
	MUST(!strcmp(text, "live"));
	MUST(sd_bus_set_property(caller, NAME, PATH, INTERFACE, "State", &error, "s", "x") < 0);
}

/* GetAll looks once, whatever it holds. */
START_TEST(everyone_may_read)
{
	run(read_all, true);
	ck_assert_uint_eq(polkit.asked, 0);
	ck_assert_uint_le(fake.refreshes, 3);
	ck_assert_uint_ge(fake.refreshes, 2);
}
END_TEST

static void list_vms(sd_bus *caller)
{
	sd_bus_error error = SD_BUS_ERROR_NULL;
	sd_bus_message *reply;
	const char *key, *creator = NULL;

	wait_for_name(caller);
	MUST(sd_bus_call_method(caller, NAME, PATH, INTERFACE, "ListVMs", &error, &reply, NULL) >=
	     0);
	MUST(sd_bus_message_enter_container(reply, 'a', "a{sv}") > 0);
	MUST(sd_bus_message_enter_container(reply, 'a', "{sv}") > 0);
	while (sd_bus_message_enter_container(reply, 'e', "sv") > 0) {
		MUST(sd_bus_message_read(reply, "s", &key) > 0);
		if (!strcmp(key, "creator"))
			MUST(sd_bus_message_read(reply, "v", "s", &creator) > 0);
		else
			MUST(sd_bus_message_skip(reply, "v") >= 0);
		MUST(sd_bus_message_exit_container(reply) >= 0);
	}
	MUST(creator && !strcmp(creator, "a?b?"));
}

static void list_vms_without_el2(sd_bus *caller)
{
	sd_bus_error error = SD_BUS_ERROR_NULL;

	wait_for_name(caller);
	MUST(sd_bus_call_method(caller, NAME, PATH, INTERFACE, "ListVMs", &error, NULL, NULL) < 0);
	MUST(sd_bus_error_has_name(&error, "org.pkvm1.Error.NotLive"));
}

/* What a process calls itself cannot break a message. */
START_TEST(vms)
{
	struct pkvm_vm vm = { 1, 8, 8, false, 73728, 9, 24, 3210000000, 812, "a\xff\x62\n" };

	fake.vms = &vm;
	fake.nr_vms = 1;
	run(list_vms, true);
	fake.manager.state = MANAGER_WAITING;
	run(list_vms_without_el2, true);
}
END_TEST

/*
 * Changing
 */

static void top_up(sd_bus *caller)
{
	sd_bus_error error = SD_BUS_ERROR_NULL;
	sd_bus_message *reply;
	const char *remark;
	uint64_t done;

	wait_for_name(caller);
	MUST(sd_bus_call_method(caller, NAME, PATH, INTERFACE, "TopUp", &error, &reply, "t",
				UINT64_C(64)) >= 0);
	MUST(sd_bus_message_read(reply, "ts", &done, &remark) > 0);
	MUST(done == 63 && !strcmp(remark, "one was missing"));
}

START_TEST(root_is_not_asked_about)
{
	if (geteuid())
		return;
	fake.sentence = "one was missing";
	run(top_up, false);
	ck_assert_uint_eq(polkit.asked, 0);
	ck_assert_int_eq(fake.kind, POLICY_TOPUP);
	ck_assert_uint_eq(fake.pages, 64);
}
END_TEST

START_TEST(whom_polkit_allows_may)
{
	fake.sentence = "one was missing";
	polkit.answer = FAKE_YES;
	run(top_up, true);
	ck_assert_uint_eq(polkit.asked, 1);
	ck_assert_str_eq(polkit.action, "org.pkvm1.move-pages");
	ck_assert_uint_eq(polkit.flags, 0);
	ck_assert_uint_eq(fake.requests, 1);
}
END_TEST

static const struct refusal {
	enum fake_answer answer;
	const char *name, *sentence;
} refusals[] = {
	{ FAKE_NO, NOT_AUTHORIZED, "polkit does not allow this" },
	{ FAKE_CHALLENGE, SD_BUS_ERROR_INTERACTIVE_AUTHORIZATION_REQUIRED,
	  "polkit wants an administrator to authenticate, and could not ask for it" },
	{ FAKE_ERROR, NOT_AUTHORIZED,
	  "only root may do this, as polkit cannot be asked: polkit is out of order" },
	{ FAKE_NONSENSE, NOT_AUTHORIZED, "polkit's answer is malformed" },
};

/* What the callers below expect; set before they are forked. */
static const struct refusal *expected;
static const char *expected_sentence;

static const struct {
	const char *member, *types, *action;
} changes[] = {
	{ "TopUp", "t", "org.pkvm1.move-pages" },
	{ "Reclaim", "t", "org.pkvm1.move-pages" },
	{ "SetPolicy", "a{ss}", "org.pkvm1.set-policy" },
	{ "ReloadConfig", "", "org.pkvm1.reload-config" },
};

#define NR_CHANGES	(sizeof(changes) / sizeof(changes[0]))

static void change_refused(sd_bus *caller, size_t i)
{
	sd_bus_error error = SD_BUS_ERROR_NULL;
	char sentence[256];
	int err;

	if (!strcmp(changes[i].types, "t"))
		err = sd_bus_call_method(caller, NAME, PATH, INTERFACE, changes[i].member, &error,
					 NULL, "t", UINT64_C(1));
	else if (*changes[i].types)
		err = sd_bus_call_method(caller, NAME, PATH, INTERFACE, changes[i].member, &error,
					 NULL, "a{ss}", 1, "Floor", "1M");
	else
		err = sd_bus_call_method(caller, NAME, PATH, INTERFACE, changes[i].member, &error,
					 NULL, NULL);
	MUST(err < 0);
	snprintf(sentence, sizeof(sentence), "%s: %s", changes[i].action, expected->sentence);
	MUST(sd_bus_error_has_name(&error, expected->name));
	MUST(!strcmp(error.message, sentence));
}

static void changes_refused(sd_bus *caller)
{
	wait_for_name(caller);
	for (size_t i = 0; i < NR_CHANGES; i++)
		change_refused(caller, i);
}

START_TEST(others_are_told_why)
{
	expected = &refusals[_i];
	polkit.answer = expected->answer;
	run(changes_refused, true);
	ck_assert_uint_eq(polkit.asked, NR_CHANGES);
	ck_assert_uint_eq(fake.requests + fake.settings + fake.reloads, 0);
}
END_TEST

static void refused_without_polkit(sd_bus *caller)
{
	sd_bus_error error = SD_BUS_ERROR_NULL;

	wait_for_name(caller);
	MUST(sd_bus_call_method(caller, NAME, PATH, INTERFACE, "ReloadConfig", &error, NULL,
				NULL) < 0);
	MUST(sd_bus_error_has_name(&error, NOT_AUTHORIZED));
	MUST(strstr(error.message, "only root may do this, as polkit cannot be asked: "));
}

START_TEST(without_polkit)
{
	fake_polkit_stop(&polkit);
	run(refused_without_polkit, true);
	ck_assert_uint_eq(fake.reloads, 0);
}
END_TEST

static void prompt_allowed(sd_bus *caller)
{
	sd_bus_set_allow_interactive_authorization(caller, true);
	wait_for_name(caller);
	MUST(sd_bus_call_method(caller, NAME, PATH, INTERFACE, "ReloadConfig", NULL, NULL, NULL) >=
	     0);
}

START_TEST(a_prompt_is_the_callers_choice)
{
	polkit.answer = FAKE_YES;
	run(prompt_allowed, true);
	ck_assert_uint_eq(polkit.flags, 1);
	ck_assert_uint_eq(fake.reloads, 1);
}
END_TEST

/* Sends and goes: what was allowed is done all the same, and nobody waits for an answer. */
static void ask_and_go(sd_bus *caller)
{
	sd_bus_message *call;

	wait_for_name(caller);
	MUST(sd_bus_message_new_method_call(caller, &call, NAME, PATH, INTERFACE, "ReloadConfig") >=
	     0);
	for (int i = 0; i < 100; i++)
		MUST(sd_bus_send(caller, call, NULL) >= 0);
}

START_TEST(a_caller_may_be_gone)
{
	polkit.answer = FAKE_YES;
	run(ask_and_go, true);
	while (sd_event_run(fake.manager.event, 100000) > 0)
		;
	ck_assert_uint_le(fake.reloads, 100);
}
END_TEST

static void set_policy(sd_bus *caller)
{
	wait_for_name(caller);
	MUST(sd_bus_call_method(caller, NAME, PATH, INTERFACE, "SetPolicy", NULL, NULL, "a{ss}", 2,
				"Floor", "2M", "DryRun", "yes") >= 0);
}

START_TEST(policy_is_passed_on)
{
	polkit.answer = FAKE_YES;
	run(set_policy, true);
	ck_assert_uint_eq(fake.settings, 2);
	ck_assert_str_eq(fake.set[0], "Floor=2M");
	ck_assert_str_eq(fake.set[1], "DryRun=yes");
}
END_TEST

static const struct {
	int err;
	const char *name;
} errors[] = {
	{ -EINVAL, SD_BUS_ERROR_INVALID_ARGS },
	{ -ERANGE, SD_BUS_ERROR_INVALID_ARGS },
	{ -ENOENT, "org.pkvm1.Error.NoSuchKey" },
	{ -ENODEV, "org.pkvm1.Error.NotLive" },
	{ -EBUSY, SD_BUS_ERROR_LIMITS_EXCEEDED },
	{ -ENOMEM, SD_BUS_ERROR_NO_MEMORY },
	{ -EIO, "org.pkvm1.Error.Failed" },
};

static void change_fails(sd_bus *caller)
{
	sd_bus_error error = SD_BUS_ERROR_NULL;

	wait_for_name(caller);
	MUST(sd_bus_call_method(caller, NAME, PATH, INTERFACE, "SetPolicy", &error, NULL, "a{ss}",
				1, "Floor", "x") < 0);
	MUST(sd_bus_error_has_name(&error, expected_sentence));
	MUST(!strcmp(error.message, "the manager's own sentence"));
	sd_bus_error_free(&error);
	MUST(sd_bus_call_method(caller, NAME, PATH, INTERFACE, "Reclaim", &error, NULL, "t",
				UINT64_C(1)) < 0);
	MUST(sd_bus_error_has_name(&error, expected_sentence));
	MUST(!strcmp(error.message, "the manager's own sentence"));
}

START_TEST(errors_are_told)
{
	polkit.answer = FAKE_YES;
	fake.set_err = fake.request_err = errors[_i].err;
	fake.sentence = "the manager's own sentence";
	expected_sentence = errors[_i].name;
	run(change_fails, true);
}
END_TEST

static void out_of_range(sd_bus *caller)
{
	static const uint64_t pages[] = { 0, PKVM_NL_MAX_PAGES + 1, UINT64_MAX };

	wait_for_name(caller);
	for (size_t i = 0; i < 3; i++) {
		sd_bus_error error = SD_BUS_ERROR_NULL;

		MUST(sd_bus_call_method(caller, NAME, PATH, INTERFACE, "TopUp", &error, NULL, "t",
					pages[i]) < 0);
		MUST(sd_bus_error_has_name(&error, SD_BUS_ERROR_INVALID_ARGS));
	}
}

/* What cannot be done is refused before anybody is asked for a password. */
START_TEST(arguments_are_checked_first)
{
	run(out_of_range, true);
	ck_assert_uint_eq(polkit.asked, 0);
}
END_TEST

/*
 * Signals
 */

/* The keys of the dictionary that comes next. */
static void add_keys(sd_bus_message *signal, char *seen)
{
	const char *key;

	MUST(sd_bus_message_enter_container(signal, 'a', "{sv}") > 0);
	while (sd_bus_message_enter_container(signal, 'e', "sv") > 0) {
		MUST(sd_bus_message_read(signal, "s", &key) > 0);
		MUST(sd_bus_message_skip(signal, "v") >= 0);
		MUST(sd_bus_message_exit_container(signal) >= 0);
		strcat(strcat(seen, " "), key);
	}
}

static int on_signal(sd_bus_message *signal, void *arg, sd_bus_error *error)
{
	const char *member = sd_bus_message_get_member(signal);
	char *seen = arg;

	(void)error;
	strcat(seen, member);
	if (!strcmp(member, "PropertiesChanged"))
		MUST(sd_bus_message_skip(signal, "s") >= 0);
	add_keys(signal, seen);
	strcat(seen, "\n");
	return 0;
}

/* Figures before and after; of the properties those that are not as they were. */
static const char expected_signals[] =
	"ActionBegins action reason reason-text origin dry-run asked-pages reserve-pages "
	"low-mark-pages target-pages pressure-level stalled-percent threshold-percent\n"
	"ActionEnded action reason reason-text origin dry-run asked-pages done-pages "
	"duration-usec reserve-pages\n"
	"PropertiesChanged DryRun Configuration\n";

static void hear_signals(sd_bus *caller)
{
	char seen[1024] = "";

	wait_for_name(caller);
	MUST(sd_bus_match_signal(caller, NULL, NAME, PATH, NULL, NULL, on_signal, seen) >= 0);
	MUST(sd_bus_call_method(caller, NAME, PATH, INTERFACE, "TopUp", NULL, NULL, "t",
				UINT64_C(5)) >= 0);
	MUST(sd_bus_call_method(caller, NAME, PATH, INTERFACE, "SetPolicy", NULL, NULL, "a{ss}", 1,
				"DryRun", "yes") >= 0);
	while (sd_bus_process(caller, NULL) > 0 || !strstr(seen, "PropertiesChanged"))
		;
	MUST(!strcmp(seen, expected_signals));
}

START_TEST(signals)
{
	polkit.answer = FAKE_YES;
	run(hear_signals, true);
}
END_TEST

/*
 * The connection
 */

static void ping(sd_bus *caller)
{
	wait_for_name(caller);
}

START_TEST(the_bus_comes_back)
{
	run(ping, true);
	fake_polkit_stop(&polkit);
	fake_bus_stop();
	/* It notices, and waits for the socket. */
	while (sd_event_run(fake.manager.event, 100000) > 0)
		;
	fake_bus_start();
	run(ping, true);
}
END_TEST

/* It notices that the bus is gone, and tries again after a second. */
static void run_until_it_has_failed(void)
{
	uint64_t now, end = 0;

	do {
		ck_assert_int_ge(sd_event_run(fake.manager.event, 100000), 0);
		ck_assert_int_ge(sd_event_now(fake.manager.event, CLOCK_MONOTONIC, &now), 0);
		end = end ?: now + 1500000;
	} while (now < end);
}

/* What is where the bus should be is none, for a while: it is tried again. */
START_TEST(the_bus_is_not_to_be_had)
{
	char *address = strdup(getenv("DBUS_SYSTEM_BUS_ADDRESS"));

	run(ping, true);
	setenv("DBUS_SYSTEM_BUS_ADDRESS", "nonsense:", 1);
	fake_polkit_stop(&polkit);
	fake_bus_stop();
	run_until_it_has_failed();
	setenv("DBUS_SYSTEM_BUS_ADDRESS", address, 1);
	free(address);
	fake_bus_start();
	run(ping, true);
}
END_TEST

/* As after an installation, until the bus has read the policy. */
START_TEST(the_name_is_to_be_had_later)
{
	run(ping, true);
	fake_polkit_stop(&polkit);
	fake_bus_stop();
	fake_bus_let_own(false);
	fake_bus_start();
	run_until_it_has_failed();
	fake_bus_let_own(true);
	run(ping, true);
}
END_TEST

/* Nobody hears; nothing is kept for later, and nothing breaks. */
START_TEST(without_a_bus)
{
	struct manager_observer *observer;
	const struct action action = { .kind = POLICY_TOPUP };
	const struct policy_decision decision = { .action = POLICY_TOPUP };

	fake_polkit_stop(&polkit);
	fake_bus_stop();
	while (sd_event_run(fake.manager.event, 100000) > 0)
		;
	observer = fake.manager.observers;
	for (int i = 0; i < 1000; i++) {
		observer->action_begins(&action, &decision, observer->arg);
		observer->action_ends(&action, observer->arg);
		observer->changed(observer->arg);
	}
	fake_bus_start();
	fake_polkit_start(&polkit, fake.manager.event);
	polkit.answer = FAKE_YES;
	run(hear_signals, true);
}
END_TEST

START_TEST(there_is_one_only)
{
	struct bus *second;
	int status = 0;

	run(ping, true);
	ck_assert_int_eq(bus_new(&fake.manager, &second), 0);
	while (status >= 0 && sd_event_get_state(fake.manager.event) != SD_EVENT_FINISHED)
		status = sd_event_run(fake.manager.event, UINT64_MAX);
	ck_assert_int_ge(sd_event_get_exit_code(fake.manager.event, &status), 0);
	ck_assert_int_eq(status, -EEXIST);
	bus_free(second);
}
END_TEST

/*
 * pkvmctl
 */

static const char *words[4];
static int expected_status;
static const char *expected_text;

static void be_pkvmctl(sd_bus *caller)
{
	const char *argv[5] = { "pkvmctl", words[0], words[1], words[2], NULL };
	char text[65536] = "";
	FILE *out = tmpfile();
	int argc = 1;

	wait_for_name(caller);
	while (argv[argc])
		argc++;
	MUST(dup2(fileno(out), STDOUT_FILENO) >= 0 && dup2(fileno(out), STDERR_FILENO) >= 0);
	if (ctl_run(argc, argv) != expected_status)
		_exit(2);
	fflush(stdout);
	rewind(out);
	text[fread(text, 1, sizeof(text) - 1, out)] = '\0';
	_exit(strstr(text, expected_text) ? 0 : 3);
}

static const struct {
	const char *words[3];
	enum fake_answer answer;
	int status;
	const char *text;
} commands[] = {
	{ { "policy", "show" }, FAKE_NO, 0, "\nDryRun " },
	{ { "policy", "explain" }, FAKE_NO, 0, "now: no release of 31 pages: " },
	{ { "policy", "set", "Floor=2M" }, FAKE_YES, 0, "\nFloor " },
	{ { "policy", "set", "Floor=2M" }, FAKE_NO, 4,
	  "pkvmctl: org.pkvm1.set-policy: polkit does not allow this\n" },
	{ { "policy", "set", "Floor=2M" }, FAKE_CHALLENGE, 4, "polkit wants an administrator" },
	{ { "metrics" }, FAKE_NO, 0, "\npkvmd_decisions_total 17\n" },
	{ { "metrics", "--prometheus" }, FAKE_NO, 0, "# TYPE pkvmd_decisions_total counter\n" },
};

START_TEST(pkvmctl_is_understood)
{
	memcpy(words, commands[_i].words, sizeof(commands[_i].words));
	expected_status = commands[_i].status;
	expected_text = commands[_i].text;
	polkit.answer = commands[_i].answer;
	run(be_pkvmctl, true);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("pkvmd_bus");
	TCase *tcase = tcase_create("all");

	suite_add_tcase(suite, tcase);
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, xml_is_as_committed);
	tcase_add_test(tcase, manual_is_complete);
	tcase_add_test(tcase, manual_of_the_configuration_is_complete);
	tcase_add_test(tcase, manual_knows_all_reasons);
	tcase_add_test(tcase, manual_knows_all_messages);
	tcase_add_test(tcase, everyone_may_read);
	tcase_add_test(tcase, vms);
	tcase_add_test(tcase, root_is_not_asked_about);
	tcase_add_test(tcase, whom_polkit_allows_may);
	tcase_add_loop_test(tcase, others_are_told_why, 0, sizeof(refusals) / sizeof(refusals[0]));
	tcase_add_test(tcase, without_polkit);
	tcase_add_test(tcase, a_prompt_is_the_callers_choice);
	tcase_add_test(tcase, a_caller_may_be_gone);
	tcase_add_test(tcase, policy_is_passed_on);
	tcase_add_loop_test(tcase, errors_are_told, 0, sizeof(errors) / sizeof(errors[0]));
	tcase_add_test(tcase, arguments_are_checked_first);
	tcase_add_test(tcase, signals);
	tcase_add_test(tcase, the_bus_comes_back);
	tcase_add_test(tcase, the_bus_is_not_to_be_had);
	tcase_add_test(tcase, the_name_is_to_be_had_later);
	tcase_add_test(tcase, without_a_bus);
	tcase_add_test(tcase, there_is_one_only);
	tcase_add_loop_test(tcase, pkvmctl_is_understood, 0,
			    sizeof(commands) / sizeof(commands[0]));
	return suite_run(suite);
}
