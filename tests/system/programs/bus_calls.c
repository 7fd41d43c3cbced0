// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * bus_calls N: makes N calls to pkvmd over the bus, of every kind that anybody may make
 * and two that are refused, and checks that each is answered as it should be. Several are
 * under way at a time, as from several callers. Exit status 1 at the first that is not.
 */
#include <stdio.h>
#include <stdlib.h>
#include <systemd/sd-bus.h>

#define UNDER_WAY	64

#define NAME		"org.pkvm1"
#define PATH		"/org/pkvm1"
#define INTERFACE	"org.pkvm1.Manager"
#define PROPERTIES	"org.freedesktop.DBus.Properties"

struct run {
	sd_bus *bus;
	int sent, answered, wanted;
	int failed;
};

static void check(struct run *run, sd_bus_message *reply, const char *expected_error)
{
	const sd_bus_error *error = sd_bus_message_get_error(reply);

	run->answered++;
	if (expected_error ? sd_bus_error_has_name(error, expected_error) :
			     !sd_bus_message_is_method_error(reply, NULL))
		return;
	fprintf(stderr, "bus_calls: answer %d: %s\n", run->answered,
		error ? error->message : "not refused");
	run->failed = 1;
}

static int on_answer(sd_bus_message *reply, void *arg, sd_bus_error *error)
{
	(void)error;
	check(arg, reply, NULL);
	return 0;
}

static int on_refusal(sd_bus_message *reply, void *arg, sd_bus_error *error)
{
	(void)error;
	check(arg, reply, SD_BUS_ERROR_INVALID_ARGS);
	return 0;
}

static int on_no_probe(sd_bus_message *reply, void *arg, sd_bus_error *error)
{
	(void)error;
	check(arg, reply, "org.pkvm1.Error.NoProbe");
	return 0;
}

static int send_call(struct run *run)
{
	sd_bus *bus = run->bus;

	switch (run->sent++ % 7) {
	case 0:
		return sd_bus_call_method_async(bus, NULL, NAME, PATH, PROPERTIES, "Get", on_answer,
						run, "ss", INTERFACE, "ReservePages");
	case 1:
		return sd_bus_call_method_async(bus, NULL, NAME, PATH, INTERFACE,
						"ExplainLastDecision", on_answer, run, NULL);
	case 2:
		return sd_bus_call_method_async(bus, NULL, NAME, PATH, INTERFACE, "ListVMs",
						on_answer, run, NULL);
	case 3:
		return sd_bus_call_method_async(bus, NULL, NAME, PATH, INTERFACE, "ListDecisions",
						on_answer, run, "u", 3);
	case 4:
		return sd_bus_call_method_async(bus, NULL, NAME, PATH, PROPERTIES, "Get", on_answer,
						run, "ss", INTERFACE, "Configuration");
	case 5:
		return sd_bus_call_method_async(bus, NULL, NAME, PATH, INTERFACE,
						"GetRequestHistograms", on_no_probe, run, NULL);
	default:
		return sd_bus_call_method_async(bus, NULL, NAME, PATH, INTERFACE, "TopUp",
						on_refusal, run, "t", UINT64_C(0));
	}
}

static int step(struct run *run)
{
	int err = 0;

	while (err >= 0 && run->sent < run->wanted && run->sent - run->answered < UNDER_WAY)
		err = send_call(run);
	if (err >= 0)
		err = sd_bus_process(run->bus, NULL);
	return err ? err : sd_bus_wait(run->bus, UINT64_MAX);
}

int main(int argc, char *argv[])
{
	struct run run = { .wanted = argc == 2 ? atoi(argv[1]) : 0 };
	int err = sd_bus_open_system(&run.bus);

	while (err >= 0 && !run.failed && run.answered < run.wanted)
		err = step(&run);
	sd_bus_unref(run.bus);
	if (!run.wanted || run.failed || err < 0)
		return 1;
	printf("%d calls\n", run.answered);
	return 0;
}
