// SPDX-License-Identifier: GPL-2.0-or-later
/* What the bus tells of pkvmd-probe: whether it runs, and its figures, to the last bucket. */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bus.h"
#include "fake/bus.h"
#include "fake/pkvmd.h"
#include "fake/probe.h"

#define NAME		"org.pkvm1"
#define PATH		"/org/pkvm1"
#define INTERFACE	"org.pkvm1.Manager"
#define METHOD		"GetRequestHistograms"

static struct fake_manager fake;
static struct bus *bus;

static struct probe_kind kinds[] = {
	{ { .source = HYP_REQ_SOURCE_MODULE, .type = 1, .cause = 2 },
	  { .sum = { .calls = 6,
		     .failures = 1,
		     .retries = 7,
		     .asked = 90,
		     .given = 80,
		     .duration_ns = 5000 },
	    .latency = { [0] = 1, [12] = 2, [39] = 3 },
	    .asked = { [4] = 6 },
	    .given = { [0] = 1, [5] = 4, [23] = 1 } } },
	{ { .source = HYP_REQ_SOURCE_KERNEL, .type = 3 }, { .sum = { .calls = 4 } } },
};

static void setup(void)
{
	fake_bus_prepare();
	fake_bus_start();
	fake_manager_init(&fake);
	ck_assert_int_eq(bus_new(&fake.manager, &bus), 0);
	fake_probe.reading = (struct probe_reading){
		.kinds = kinds,
		.nr_kinds = 2,
		.lost = { 41, 42, 43 },
	};
}

static void teardown(void)
{
	bus_free(bus);
	fake_manager_release(&fake);
	fake_bus_remove();
	ck_assert_int_eq(fake_probe.open_maps, 0);
}

/* The name may not be there yet. */
static void wait_for_name(sd_bus *caller)
{
	while (sd_bus_call_method(caller, NAME, PATH, "org.freedesktop.DBus.Peer", "Ping", NULL,
				  NULL, NULL) < 0)
		usleep(10000);
}

/* A message in words: "key value; " of each entry, "end to count, " of each bucket. */
static void tell_value(sd_bus_message *reply, const char *type, FILE *out)
{
	uint64_t number, count;
	const char *text;
	uint32_t small;

	if (!strcmp(type, "s") && sd_bus_message_read(reply, "s", &text) > 0)
		fputs(text, out);
	else if (!strcmp(type, "u") && sd_bus_message_read(reply, "u", &small) > 0)
		fprintf(out, "%u", small);
	else if (!strcmp(type, "t") && sd_bus_message_read(reply, "t", &number) > 0)
		fprintf(out, "%llu", (unsigned long long)number);
	if (strcmp(type, "a(tt)"))
		return;
	MUST(sd_bus_message_enter_container(reply, 'a', "(tt)") > 0);
	while (sd_bus_message_read(reply, "(tt)", &number, &count) > 0)
		fprintf(out, "%llu to %llu, ", (unsigned long long)count,
			(unsigned long long)number);
	MUST(sd_bus_message_exit_container(reply) >= 0);
}

static void tell_dict(sd_bus_message *reply, FILE *out)
{
	const char *key, *type;

	MUST(sd_bus_message_enter_container(reply, 'a', "{sv}") > 0);
	while (sd_bus_message_enter_container(reply, 'e', "sv") > 0) {
		MUST(sd_bus_message_read(reply, "s", &key) > 0);
		MUST(sd_bus_message_peek_type(reply, NULL, &type) > 0);
		MUST(sd_bus_message_enter_container(reply, 'v', type) > 0);
		fprintf(out, "%s ", key);
		tell_value(reply, type, out);
		fputs("; ", out);
		MUST(sd_bus_message_exit_container(reply) >= 0);
		MUST(sd_bus_message_exit_container(reply) >= 0);
	}
	MUST(sd_bus_message_exit_container(reply) >= 0);
	fputc('\n', out);
}

static char *tell_figures(sd_bus_message *reply)
{
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	MUST(sd_bus_message_enter_container(reply, 'a', "a{sv}") > 0);
	while (!sd_bus_message_at_end(reply, false))
		tell_dict(reply, out);
	MUST(sd_bus_message_exit_container(reply) >= 0);
	tell_dict(reply, out);
	MUST(sd_bus_message_at_end(reply, true) > 0);
	fclose(out);
	return text;
}

static void read_figures(sd_bus *caller)
{
	sd_bus_error error = SD_BUS_ERROR_NULL;
	sd_bus_message *reply;
	char *text;

	wait_for_name(caller);
	MUST(sd_bus_call_method(caller, NAME, PATH, INTERFACE, METHOD, &error, &reply, NULL) >= 0);
	text = tell_figures(reply);
	MUST(!strcmp(text,
		     "source module; type 1; cause vcpu; calls 6; failures 1; retries 7; "
		     "asked-pages 90; given-pages 80; duration-nsec 5000; "
		     "duration-nsec-histogram 1 to 0, 2 to 4095, 3 to 18446744073709551615, ; "
		     "asked-pages-histogram 6 to 15, ; "
		     "given-pages-histogram 1 to 0, 4 to 31, 1 to 18446744073709551615, ; \n"
		     "source kernel; type 3; calls 4; failures 0; retries 0; "
		     "asked-pages 0; given-pages 0; duration-nsec 0; "
		     "duration-nsec-histogram ; asked-pages-histogram ; "
		     "given-pages-histogram ; \n"
		     "events 41; stacks 42; sums 43; \n"));
	free(text);
	sd_bus_message_unref(reply);
}

START_TEST(figures_are_for_everyone)
{
	fake.manager.probe_running = fake_probe.pinned = true;
	fake_caller_run(fake.manager.event, read_figures, true);
}
END_TEST

static const char *expected_sentence;

static void read_nothing(sd_bus *caller)
{
	sd_bus_error error = SD_BUS_ERROR_NULL;

	wait_for_name(caller);
	MUST(sd_bus_call_method(caller, NAME, PATH, INTERFACE, METHOD, &error, NULL, NULL) < 0);
	MUST(sd_bus_error_has_name(&error, "org.pkvm1.Error.NoProbe"));
	MUST(!strcmp(error.message, expected_sentence));
}

START_TEST(without_a_probe)
{
	strcpy(fake.manager.probe_reason.text, "it is asleep");
	expected_sentence = "no figures of hyp requests: it is asleep";
	fake_caller_run(fake.manager.event, read_nothing, true);
}
END_TEST

/* It has just gone, or what it has cannot be read: the manager has not heard of that. */
START_TEST(unreadable)
{
	fake.manager.probe_running = true;
	fake_probe.error = -EIO;
	fake_probe.sentence = "the maps are broken";
	expected_sentence = "no figures of hyp requests: the maps are broken";
	fake_caller_run(fake.manager.event, read_nothing, true);
}
END_TEST

/* What the caller below expects; set before it is forked. */
static bool expected_running;
static const char *expected_reason;

static void read_properties(sd_bus *caller)
{
	char *reason;
	int running;

	wait_for_name(caller);
	MUST(sd_bus_get_property_trivial(caller, NAME, PATH, INTERFACE, "ProbeRunning", NULL, 'b',
					 &running) >= 0);
	MUST(running == expected_running);
	MUST(sd_bus_get_property_string(caller, NAME, PATH, INTERFACE, "ProbeReason", NULL,
					&reason) >= 0);
	MUST(!strcmp(reason, expected_reason));
	free(reason);
}

START_TEST(properties)
{
	expected_reason = "it is asleep";
	strcpy(fake.manager.probe_reason.text, expected_reason);
	fake_caller_run(fake.manager.event, read_properties, true);
	expected_running = fake.manager.probe_running = true;
	expected_reason = fake.manager.probe_reason.text;
	*fake.manager.probe_reason.text = '\0';
	fake_caller_run(fake.manager.event, read_properties, true);
}
END_TEST

static int on_change(sd_bus_message *signal, void *arg, sd_bus_error *error)
{
	const char *name;

	(void)error;
	MUST(sd_bus_message_skip(signal, "s") >= 0);
	MUST(sd_bus_message_enter_container(signal, 'a', "{sv}") > 0);
	while (sd_bus_message_enter_container(signal, 'e', "sv") > 0) {
		MUST(sd_bus_message_read(signal, "s", &name) > 0);
		if (!strcmp(name, "ProbeRunning"))
			MUST(sd_bus_message_read(signal, "v", "b", arg) > 0);
		else
			MUST(sd_bus_message_skip(signal, "v") >= 0);
		MUST(sd_bus_message_exit_container(signal) >= 0);
	}
	return 0;
}

static void hear_change(sd_bus *caller)
{
	int running = -1;

	wait_for_name(caller);
	MUST(sd_bus_match_signal(caller, NULL, NAME, PATH, "org.freedesktop.DBus.Properties",
				 "PropertiesChanged", on_change, &running) >= 0);
	/* After this one the manager finds the probe. */
	MUST(sd_bus_call_method(caller, NAME, PATH, INTERFACE, "GetMetrics", NULL, NULL, "s",
				"openmetrics") >= 0);
	while (running < 0)
		MUST(sd_bus_process(caller, NULL) > 0 || sd_bus_wait(caller, UINT64_MAX) >= 0);
	MUST(running == 1);
}

/* The manager finds the probe while the caller listens: once it has been asked for figures. */
static int find_probe(sd_event_source *source, void *arg)
{
	struct manager_observer *observer = fake.manager.observers;

	(void)arg;
	if (!fake.refreshes)
		return 0;
	fake.manager.probe_running = true;
	observer->changed(observer->arg);
	return sd_event_source_set_enabled(source, SD_EVENT_OFF);
}

START_TEST(a_change_is_told)
{
	sd_event_source *source;

	ck_assert_int_ge(sd_event_add_post(fake.manager.event, &source, find_probe, NULL), 0);
	fake_caller_run(fake.manager.event, hear_change, true);
	sd_event_source_unref(source);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("pkvmd_bus_probe");
	TCase *tcase = tcase_create("all");
	SRunner *runner = srunner_create(suite);
	int failed;

	suite_add_tcase(suite, tcase);
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, figures_are_for_everyone);
	tcase_add_test(tcase, without_a_probe);
	tcase_add_test(tcase, unreadable);
	tcase_add_test(tcase, properties);
	tcase_add_test(tcase, a_change_is_told);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
