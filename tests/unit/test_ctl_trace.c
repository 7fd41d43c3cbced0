// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * pkvmctl trace and unload over a probe that tells what the test says: lines, histograms and
 * stacks as they are printed, how a trace ends, and what is asked of the machine.
 */
#include <check.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "fake/client.h"
#include "fake/probe.h"
#include "fake/ctl_run.h"
#include "histogram.h"
#include "hypevents.h"
#include "suite.h"
#include "symbols.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

static const struct hyp_req_event events[] = {
	{ .asked = 4,
	  .given = 5,
	  .duration_ns = 4381808,
	  .vm = 7,
	  .retries = 1,
	  .stack = 3,
	  .kind = { HYP_REQ_SOURCE_MODULE, 1, PKVM_REQUEST_CAUSE_VM, 0 },
	  .task = { 126, "pkvmctl" } },
	{ .asked = 600,
	  .duration_ns = 999,
	  .err = -ENOMEM,
	  .stack = -1,
	  .kind = { HYP_REQ_SOURCE_MODULE, 1, PKVM_REQUEST_CAUSE_OTHER, 0 },
	  .task = { 4194304, "a \"b\"\n\xff" } },
	{ .stack = -1, .kind = { HYP_REQ_SOURCE_KERNEL, 2, 0, 0 }, .task = { 9, "qemu" } },
};

static struct probe_kind kinds[] = {
	{ { HYP_REQ_SOURCE_MODULE, 1, PKVM_REQUEST_CAUSE_VM, 0 },
	  { .sum = { 130, 1, 131, 520, 524, 900000000 },
	    .latency = { [18] = 2, [19] = 127, [23] = 1 },
	    .asked = { [3] = 130 },
	    .given = { [0] = 1, [3] = 129 } } },
	{ { HYP_REQ_SOURCE_KERNEL, 2, 0, 0 }, { .sum = { .calls = 3, .failures = 2 } } },
};

static struct probe_vm vms[] = {
	{ 0, { 3, 2, 0, 0, 0, 0 } },
	{ 255, { 130, 1, 131, 520, 524, 900000000 } },
};

static struct probe_task tasks[] = {
	{ { 126, "pkvmctl" }, { 130, 1, 131, 520, 524, 900000000 } },
	{ { 4194304, "a \"b\"\n\xff" }, { 3, 2, 0, 0, 0, 0 } },
};

static const struct probe_reading reading = {
	kinds, vms, tasks, 2, 2, 2, { [HYP_REQ_LOST_EVENTS] = 11, [HYP_REQ_LOST_SUMS] = 1 },
};

static void start(void)
{
	setenv("TZ", "UTC", 1);
	tzset();
	setenv("COLUMNS", "80", 1);
	fake_probe.events = events;
	fake_probe.nr_events = ARRAY_SIZE(events);
	fake_probe.reading = reading;
}

static void stop(void)
{
	ck_assert_int_eq(fake_probe.open_probes, 0);
	ck_assert_int_eq(fake_probe.open_maps, 0);
	ck_assert_int_eq(fake_probe.open_heaps, 0);
	ck_assert_int_eq(fake_probe.open_traces, 0);
}

/* What a line says behind its time: "12:34:56.789 ". */
static void assert_lines(char *text, const char *const lines[], size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char *line = strtok(i ? NULL : text, "\n");

		ck_assert_ptr_nonnull(line);
		ck_assert_uint_gt(strlen(line), 13);
		ck_assert_str_eq(line + 13, lines[i]);
	}
	ck_assert_ptr_null(strtok(NULL, "\n"));
}

START_TEST(slots)
{
	static const struct {
		uint64_t value;
		unsigned int slot;
	} expected[] = {
		{ 0, 0 },
		{ 1, 1 },
		{ 2, 2 },
		{ 3, 2 },
		{ 4, 3 },
		{ 65535, 16 },
		{ 65536, 17 },
		{ (UINT64_C(1) << 38) - 1, 38 },
		{ UINT64_C(1) << 38, 39 },
		{ UINT64_MAX, 39 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(expected); i++)
		ck_assert_uint_eq(hyp_req_slot(expected[i].value, 40), expected[i].slot);
}
END_TEST

/* Each slot's lower end, as it is drawn, is the first value that the probe counts there. */
START_TEST(slots_are_drawn_where_they_count)
{
	uint64_t all[HYP_REQ_LATENCY_SLOTS];
	struct ctl_histogram histogram = { CTL_NS, HYP_REQ_LATENCY_SLOTS, all };
	const struct ctl_style style = { .bytes = true, .width = 80 };
	size_t size;
	char *text, *line;
	FILE *out = open_memstream(&text, &size);

	for (size_t i = 0; i < ARRAY_SIZE(all); i++)
		all[i] = i + 1;
	ctl_histogram_draw(out, &histogram, &style);
	fclose(out);
	line = strtok(text, "\n");
	for (unsigned int i = 0; i < ARRAY_SIZE(all); i++, line = strtok(NULL, "\n")) {
		unsigned long long from, to, count;
		int n = sscanf(line, "%llu to %llu %llu", &from, &to, &count);

		ck_assert_uint_eq(hyp_req_slot(from, HYP_REQ_LATENCY_SLOTS), i);
		if (from)
			ck_assert_uint_eq(hyp_req_slot(from - 1, HYP_REQ_LATENCY_SLOTS), i - 1);
		ck_assert(n == 3 ? count == i + 1 : i == ARRAY_SIZE(all) - 1);
		ck_assert_uint_le(strlen(line), 80);
	}
	ck_assert_ptr_null(line);
	free(text);
}
END_TEST

START_TEST(empty_histogram_is_nothing)
{
	static const uint64_t none[4];
	const struct ctl_histogram histogram = { CTL_PAGES, 4, none };
	const struct ctl_style style = { .width = 80 };
	size_t size;
	char *text;
	FILE *out = open_memstream(&text, &size);

	ctl_histogram_draw(out, &histogram, &style);
	fclose(out);
	ck_assert_str_eq(text, "");
	free(text);
}
END_TEST

START_TEST(events_are_lines)
{
	static const char *const lines[] = {
		"request    by pkvmctl, pid 126, VM 7, type 1, cause vm, retries 1, given 20 KiB, asked for 16 KiB, took 4.4 ms",
		"request    by a \"b\"??, pid 4194304, type 1, cause other, retries 0, given 0 B, asked for 2.3 MiB, took 999 ns, error Cannot allocate memory",
		"request    by qemu, pid 9, type 2, cause kernel, retries 0, given 0 B, asked for 0 B, took 0 ns",
		"summary    calls 133, failed 3, retries 131, given 2.0 MiB, asked for 2.0 MiB, took 900 ms, events lost 11, sums lost 1",
	};

	ck_assert_int_eq(run("trace req --timeout 1"), 0);
	ck_assert_str_eq(said.err, "");
	assert_lines(said.out, lines, ARRAY_SIZE(lines));
	ck_assert(fake_probe.options.events && !fake_probe.options.stacks);
	ck_assert_uint_eq(fake_probe.options.ring_size, 1 << 20);
}
END_TEST

START_TEST(events_are_json_lines)
{
	static const char *const wanted[] = {
		"\"comm\":\"pkvmctl\"",  "\"pid\":126",         "\"vm\":7",
		"\"cause\":\"vm\"",      "\"retries\":1",       "\"given_pages\":5",
		"\"asked_pages\":4",     "\"duration_ns\":4381808", "\"error\":12",
		"\"event\":\"summary\"", "\"lost\":{\"events\":11,",
	};
	FILE *reader = popen("while read -r line; do printf %s \"$line\" | python3 -m json.tool || exit; done >/dev/null", "w");

	ck_assert_int_eq(run("-j trace req --timeout 1"), 0);
	for (size_t i = 0; i < ARRAY_SIZE(wanted); i++)
		ck_assert_msg(strstr(said.out, wanted[i]), "no %s in %s", wanted[i], said.out);
	fputs(said.out, reader);
	ck_assert_msg(!pclose(reader), "no JSON: %s", said.out);
}
END_TEST

/* With enough of them a trace ends; with the time up before that, it has failed. */
START_TEST(trace_counts)
{
	ck_assert_int_eq(run("trace req --count 2"), 0);
	ck_assert_ptr_nonnull(strstr(said.out, "pid 4194304"));
	ck_assert_ptr_null(strstr(said.out, "qemu"));
	ck_assert_ptr_nonnull(strstr(said.out, "summary"));
	ck_assert_int_eq(run("trace req --count 4 --timeout 1"), 1);
	ck_assert_str_eq(said.err, "pkvmctl: the time was up after 3 of 4 events\n");
	ck_assert_ptr_nonnull(strstr(said.out, "summary"));
}
END_TEST

START_TEST(trace_ends_by_interrupt)
{
	sigset_t set;

	/* Pending before it begins to wait. */
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	raise(SIGINT);
	ck_assert_int_eq(run("trace req"), 0);
	ck_assert_ptr_nonnull(strstr(said.out, "summary"));
	raise(SIGINT);
	ck_assert_int_eq(run("trace hist"), 0);
	ck_assert_ptr_nonnull(strstr(said.out, "cause vm"));
	ck_assert_str_eq(said.err, "");
}
END_TEST

START_TEST(buffer_is_a_power_of_two)
{
	ck_assert_int_eq(run("trace req --count 1 --buffer 64K"), 0);
	ck_assert_uint_eq(fake_probe.options.ring_size, 65536);
	ck_assert_int_eq(run("trace req --count 1 --buffer 68K"), 0);
	ck_assert_uint_eq(fake_probe.options.ring_size, 131072);
	ck_assert_int_eq(run("trace req --count 1 --buffer 256M"), 0);
	ck_assert_uint_eq(fake_probe.options.ring_size, PROBE_RING_MAX);
}
END_TEST

/* Addresses that no kernel has: they are told as they are. */
START_TEST(stacks)
{
	static const uint64_t stack[] = { 0x10, 0x20 };

	fake_probe.stack = stack;
	fake_probe.stack_len = 2;
	ck_assert_int_eq(run("trace req --count 1 --stack"), 0);
	ck_assert(fake_probe.options.stacks);
	ck_assert_ptr_nonnull(strstr(said.out, "took 4.4 ms\n    0x10\n    0x20\n"));
	ck_assert_int_eq(run("-j trace req --count 1 --stack"), 0);
	ck_assert_ptr_nonnull(strstr(said.out, "\"stack\":\"0x10;0x20\""));
	ck_assert_int_eq(run("-j trace req --count 1"), 0);
	ck_assert_ptr_null(strstr(said.out, "stack\":\""));
}
END_TEST

START_TEST(addresses_have_names)
{
	static const char text[] = "ffff800008010000 T one\n"
				   "ffff800008030000 t three\t[pkvm]\n"
				   "ffff800008020000 t two\n"
				   "ffff800008028000 d data\n"
				   "0000000000000000 t hidden\n"
				   "not a line\n";
	static const struct {
		uint64_t address;
		const char *name;
	} expected[] = {
		{ 0xffff800008010000, "one+0x0" },
		{ 0xffff80000801ffff, "one+0xffff" },
		{ 0xffff800008028004, "two+0x8004" },
		{ 0xffff800008030010, "three+0x10 [pkvm]" },
		{ 0xffff80000800ffff, "0xffff80000800ffff" },
	};
	FILE *file = fmemopen((char *)text, sizeof(text) - 1, "r");
	struct ctl_symbols *symbols;
	char name[64];

	ck_assert_int_eq(ctl_symbols_read(file, &symbols), 0);
	fclose(file);
	for (size_t i = 0; i < ARRAY_SIZE(expected); i++) {
		ctl_symbols_name(symbols, expected[i].address, name, sizeof(name));
		ck_assert_str_eq(name, expected[i].name);
	}
	ctl_symbols_free(symbols);
	ctl_symbols_name(NULL, 16, name, sizeof(name));
	ck_assert_str_eq(name, "0x10");
}
END_TEST

static const char hist_text[] =
	"cause vm, type 1: calls 130, failed 1, retries 131, given 2.0 MiB, asked for 2.0 MiB, took 900 ms\n"
	"  took\n"
	"    131.1 us to 262.1 us            2 |#                                       |\n"
	"    262.1 us to 524.3 us          127 |########################################|\n"
	"    524.3 us to 1.0 ms              0 |                                        |\n"
	"      1.0 ms to 2.1 ms              0 |                                        |\n"
	"      2.1 ms to 4.2 ms              0 |                                        |\n"
	"      4.2 ms to 8.4 ms              1 |#                                       |\n"
	"  given\n"
	"         0 B to 4 KiB               1 |#                                       |\n"
	"       4 KiB to 8 KiB               0 |                                        |\n"
	"       8 KiB to 16 KiB              0 |                                        |\n"
	"      16 KiB to 32 KiB            129 |########################################|\n"
	"\n"
	"cause kernel, type 2: calls 3, failed 2, retries 0, given 0 B, asked for 0 B, took 0 ns\n"
	"  took\n"
	"  given\n"
	"\n";

START_TEST(hist_is_drawn)
{
	ck_assert_int_eq(run("trace hist --timeout 1"), 0);
	ck_assert_str_eq(said.err, "");
	ck_assert_ptr_eq(strstr(said.out, hist_text), said.out);
	ck_assert_ptr_nonnull(strstr(said.out, "\n255   130      1     131"));
	ck_assert_ptr_nonnull(strstr(said.out, "\npkvmctl     126   130"));
	ck_assert_ptr_nonnull(strstr(said.out, "\nnot in these sums, for want of room: 1 times\n"));
	ck_assert(!fake_probe.options.events);
}
END_TEST

START_TEST(hist_is_json)
{
	FILE *reader = popen("python3 -c '"
			     "import json, sys; h = json.load(sys.stdin); k = h[\"kinds\"];"
			     "assert k[0][\"duration_ns_histogram\"] == "
			     "{\"131072\": 2, \"262144\": 127, \"4194304\": 1};"
			     "assert k[0][\"given_pages_histogram\"] == {\"0\": 1, \"4\": 129};"
			     "assert k[1][\"cause\"] == \"kernel\" and k[1][\"calls\"] == 3;"
			     "assert [v[\"vm\"] for v in h[\"vms\"]] == [0, 255];"
			     "assert h[\"processes\"][0][\"pid\"] == 126;"
			     "assert h[\"lost\"] == {\"events\": 11, \"stacks\": 0, \"sums\": 1}'",
			     "w");

	ck_assert_int_eq(run("-j trace hist --timeout 1"), 0);
	fputs(said.out, reader);
	ck_assert_msg(!pclose(reader), "other JSON: %s", said.out);
}
END_TEST

START_TEST(hist_of_nothing)
{
	fake_probe.reading = (struct probe_reading){ 0 };
	ck_assert_int_eq(run("trace hist --timeout 1"), 0);
	ck_assert_str_eq(said.out, "no call has made a hyp request\n");
}
END_TEST

START_TEST(hist_of_the_service)
{
	fake_probe.error = -ENOENT;
	fake_probe.sentence = "pkvmd-probe does not run";
	ck_assert_int_eq(run("trace hist --service"), 1);
	ck_assert_str_eq(said.err, "pkvmctl: pkvmd-probe does not run\n");
	ck_assert_str_eq(said.out, "");
	fake_probe.pinned = true;
	ck_assert_int_eq(run("trace hist --service"), 0);
	ck_assert_ptr_nonnull(strstr(said.out, "cause vm"));
}
END_TEST

static struct heap_object objects[] = {
	{ 4096, { .size = 100, .seen_ns = 1000, .vm = 0 } },
	{ 16, { .size = 1024, .seen_ns = 2000, .vm = 7 } },
	{ 64, { .size = 2048, .seen_ns = 9000, .vm = 7 } },
};

static const struct heap_reading heap = {
	{ .allocs = 5,
	  .frees = 3,
	  .foreign_frees = 1,
	  .events_lost = 9,
	  .sizes = { [7] = 1, [11] = 4 },
	  .lives = { [20] = 2 } },
	objects,
	3,
	10000,
};

START_TEST(heap_is_told)
{
	fake_probe.heap = heap;
	ck_assert_int_eq(run("trace heap --timeout 1"), 0);
	ck_assert_str_eq(said.out,
			 "allocated 5, freed 3, of these from before 1, events lost 9\n"
			 "  size\n"
			 "        64 B to 128 B               1 |##########                              |\n"
			 "       128 B to 256 B               0 |                                        |\n"
			 "       256 B to 512 B               0 |                                        |\n"
			 "       512 B to 1 KiB               0 |                                        |\n"
			 "       1 KiB to 2 KiB               4 |########################################|\n"
			 "  life\n"
			 "    524.3 us to 1.0 ms              2 |########################################|\n"
			 "\n"
			 "still held, by VM (0: EL2's own)\n"
			 "VM OBJECTS  HELD OLDEST YOUNGEST\n"
			 " 0       1 100 B   9 us     9 us\n"
			 " 7       2 3 KiB   8 us     1 us\n");
	ck_assert_int_eq(run("-j trace heap --timeout 1"), 0);
	ck_assert_ptr_nonnull(strstr(said.out, "\"held_bytes\": 3072"));
	ck_assert_ptr_nonnull(strstr(said.out, "\"1024\": 4"));
	fake_probe.error = -EPERM;
	fake_probe.sentence = "why not";
	ck_assert_int_eq(run("trace heap"), 4);
	ck_assert_str_eq(said.err, "pkvmctl: why not\n");
}
END_TEST

/* As trace_pipe has it: two CPUs, mixed; a gap; a line of somebody else's; one in two parts. */
static const char pipe_text[] =
	"   kworker/0:1-10      [000] .....    12.3: hyp_enter: hyp_cpu=0 hyp_ts=2000000002 reason=hcall\n"
	"   kworker/0:1-10      [000] .....    12.3: hyp_heap_alloc: hyp_cpu=0 hyp_ts=2000000005 heap=main offset=0x10 size=1024\n"
	"CPU:0 [LOST 12 EVENTS]\n"
	"   kworker/1:1-11      [001] .....    12.3: hyp_host_hcall: hyp_cpu=1 hyp_ts=2000000001 id=vm_create errno=-12\n"
	"   kworker/1:1-11      [001] .....    12.3: sched_switch: hyp_cpu=1 hyp_ts=7\n"
	"   kworker/1:1-11      [001] .....    12.3: hyp_lost: hyp_cpu=1 hyp_ts=2000000003 overwritten=4 dropped=5\n"
	"   kworker/1:1-11      [001] .....    12.3: hyp_vm_create: hyp_cpu=1 hyp_ts=20000";

static const char pipe_end[] = "00004 vm=7 max_vcpus=8\n";

START_TEST(el2_events_are_in_order)
{
	fake_probe.pipe = pipe_text;
	fake_probe.pipe_end = pipe_end;
	ck_assert_int_eq(run("trace events --timeout 1"), 0);
	/* The last one came after those before it were told, having waited for it in vain. */
	ck_assert_str_eq(said.out,
			 "     2.000000001 [001] hyp_host_hcall   id=vm_create errno=-12\n"
			 "     2.000000002 [000] hyp_enter        reason=hcall\n"
			 "     2.000000003 [001] hyp_lost         overwritten=4 dropped=5\n"
			 "     2.000000005 [000] hyp_heap_alloc   heap=main offset=0x10 size=1024\n"
			 "     2.000000004 [001] hyp_vm_create    vm=7 max_vcpus=8\n"
			 "summary: events 5, lost at EL2 9, lost in the trace buffer 12\n");
	ck_assert(fake_probe.mask == UINT64_MAX);
	ck_assert_int_eq(run("trace events hyp_enter hyp_vcpu_destroy --timeout 1"), 0);
	ck_assert_uint_eq(fake_probe.mask, 1 | 1 << 13);
}
END_TEST

START_TEST(el2_events_are_json)
{
	fake_probe.pipe = pipe_text;
	ck_assert_int_eq(run("-j trace events --timeout 1"), 0);
	ck_assert_ptr_nonnull(strstr(said.out, "{\"hyp_ts_ns\":2000000001,\"hyp_cpu\":1,"
					       "\"event\":\"hyp_host_hcall\","
					       "\"id\":\"vm_create\",\"errno\":\"-12\"}\n"));
	ck_assert_ptr_nonnull(strstr(said.out, "\"offset\":\"0x10\",\"size\":1024}\n"));
	ck_assert_ptr_nonnull(strstr(said.out, "{\"event\":\"summary\",\"events\":4,"
					       "\"lost_at_el2\":9,\"lost_in_buffer\":12}\n"));
}
END_TEST

START_TEST(el2_events_are_counted)
{
	fake_probe.pipe = pipe_text;
	ck_assert_int_eq(run("trace events --count 2"), 0);
	ck_assert_ptr_null(strstr(said.out, "hyp_lost"));
	ck_assert_int_eq(run("trace events --count 5 --timeout 1"), 1);
	ck_assert_str_eq(said.err, "pkvmctl: ended after 4 of 5 events\n");
	fake_probe.error = -EACCES;
	fake_probe.sentence = "not yours";
	ck_assert_int_eq(run("trace events"), 4);
	ck_assert_str_eq(said.err, "pkvmctl: not yours\n");
}
END_TEST

/* Older than the newest by more than the delay: these can be told, whatever comes. */
START_TEST(el2_events_wait_for_each_other)
{
	static const char text[] = "x: hyp_enter: hyp_cpu=0 hyp_ts=100 reason=smc\n"
				   "x: hyp_exit: hyp_cpu=1 hyp_ts=50000099 reason=smc\n"
				   "x: hyp_exit: hyp_cpu=0 hyp_ts=99 reason=smc\n";
	struct ctl_hypevents all = { 0 };

	ck_assert_int_eq(ctl_hypevents_feed(&all, text, sizeof(text) - 1), 0);
	ck_assert_uint_eq(ctl_hypevents_ready(&all, 0), 1);
	ck_assert_uint_eq(all.list[0].ts, 99);
	ctl_hypevents_drop(&all, 1);
	ck_assert_uint_eq(ctl_hypevents_ready(&all, 0), 0);
	ck_assert_uint_eq(ctl_hypevents_ready(&all, 1), 2);
	ck_assert_uint_eq(all.list[0].ts, 100);
	ctl_hypevents_release(&all);
}
END_TEST

START_TEST(probe_that_does_not_load)
{
	static const struct {
		int error, status;
	} expected[] = {
		{ -EPERM, 4 }, { -EACCES, 4 }, { -ENODEV, 3 }, { -EOPNOTSUPP, 1 }, { -EPROTO, 1 },
	};

	fake_probe.sentence = "why it does not";
	for (size_t i = 0; i < ARRAY_SIZE(expected); i++) {
		fake_probe.error = expected[i].error;
		ck_assert_int_eq(run("trace req"), expected[i].status);
		ck_assert_str_eq(said.err, "pkvmctl: why it does not\n");
		ck_assert_str_eq(said.out, "");
		ck_assert_int_eq(run("trace hist"), expected[i].status);
		ck_assert_str_eq(said.err, "pkvmctl: why it does not\n");
	}
}
END_TEST

START_TEST(unload_stops_the_probe)
{
	ck_assert_int_eq(run("unload"), 0);
	ck_assert_str_eq(fake_probe.spawned, "");
	fake_probe.pinned = true;
	ck_assert_int_eq(run("unload"), 0);
	ck_assert_str_eq(fake_probe.spawned, "systemctl stop pkvmd-probe.service\n");
	ck_assert_uint_eq(fake_probe.nr_deleted, 2);
	ck_assert_str_eq(said.err, "");
}
END_TEST

/* Nothing has changed: the probe is not stopped for VMs, and started again for others. */
START_TEST(unload_is_refused)
{
	static const struct probe_holder holder = { 321, 2, "bpftrace" };

	fake_probe.pinned = true;
	fake_module.stats.mem.vms = 1;
	ck_assert_int_eq(run("unload"), 1);
	ck_assert_str_eq(said.err, "pkvmctl: 1 VM lives: pkvmctl vm destroy --all\n");
	ck_assert_str_eq(fake_probe.spawned, "");
	ck_assert_uint_eq(fake_probe.nr_deleted, 0);

	fake_module.stats.mem.vms = 0;
	fake_probe.delete_error = -EAGAIN;
	fake_probe.references = 2;
	fake_probe.holders = &holder;
	fake_probe.nr_holders = 1;
	ck_assert_int_eq(run("unload"), 1);
	ck_assert_str_eq(said.err, "pkvmctl: the module is in use: 2 references\n"
				   "pkvmctl: process 321 (bpftrace) has BPF programs on its tracepoints: end it\n");
	ck_assert_str_eq(fake_probe.spawned, "systemctl stop pkvmd-probe.service\n"
					     "systemctl start pkvmd-probe.service\n");

	fake_probe.pinned = false;
	fake_probe.delete_error = -EPERM;
	ck_assert_int_eq(run("unload"), 4);
	fake_probe.delete_error = -ENOSYS;
	ck_assert_int_eq(run("unload"), 1);
}
END_TEST

/* The archive has a file for each command, and in it what that said. */
START_TEST(report_is_an_archive)
{
	char command[512], *name;
	size_t len;

	ck_assert_int_eq(run("report"), 0);
	ck_assert_str_eq(said.err, "");
	len = strcspn(said.out, "\n");
	ck_assert_str_eq(said.out + len, "\n");
	name = strndup(said.out, len);
	snprintf(command, sizeof(command),
		 "test $(tar tf %s | grep -c '\\.') = 20 && "
		 "test \"$(tar xOf %s --wildcards '*/kernel.txt')\" = 'uname -a' && "
		 "tar xOf %s --wildcards '*/events.txt' | grep -q ' address=0x\\*\\{8\\} vm=7$' && rm %s",
		 name, name, name, name);
	ck_assert_msg(!system(command), "%s fails", command);
	free(name);
	ck_assert_ptr_nonnull(strstr(fake_probe.spawned, "/proc/self/exe --json heap map\n"));
	ck_assert_ptr_nonnull(strstr(fake_probe.spawned, "journalctl --no-pager"));

	fake_probe.spawn_status = 3;
	ck_assert_int_eq(run("report"), 1);
	ck_assert_str_eq(said.err, "pkvmctl: tar ended with status 3\n");
	ck_assert_str_eq(said.out, "");
}
END_TEST

/* It says so, and there is neither an archive nor a folder. */
START_TEST(interrupted_report_leaves_nothing)
{
	const char *const left = "! ls -d pkvm-report-* 2>/dev/null";

	fake_probe.interrupt = "uname";
	ck_assert_int_eq(run("report"), 1);
	ck_assert_str_eq(said.err, "pkvmctl: cannot write the report: Interrupted system call\n");
	ck_assert_str_eq(said.out, "");
	ck_assert_ptr_null(strstr(fake_probe.spawned, "journalctl"));
	ck_assert_ptr_null(strstr(fake_probe.spawned, "tar "));
	ck_assert_msg(!system(left), "something is left");
}
END_TEST

START_TEST(status_tells_who_holds_the_module)
{
	static const struct probe_holder holder = { 321, 2, "pkvmd-probe" };

	ck_assert_int_eq(run("status"), 0);
	ck_assert_ptr_null(strstr(said.out, "In use"));
	fake_probe.references = 3;
	fake_probe.holders = &holder;
	fake_probe.nr_holders = 1;
	ck_assert_int_eq(run("status"), 0);
	ck_assert_ptr_nonnull(strstr(said.out, "forbids unloading: 3\n"));
	ck_assert_ptr_nonnull(strstr(said.out, "process pkvmd-probe, pid 321, BPF programs 2\n"));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("ctl_trace");
	TCase *tcase = tcase_create("all");

	suite_add_tcase(suite, tcase);
	tcase_set_timeout(tcase, 30);
	tcase_add_checked_fixture(tcase, start, stop);
	tcase_add_test(tcase, slots);
	tcase_add_test(tcase, slots_are_drawn_where_they_count);
	tcase_add_test(tcase, empty_histogram_is_nothing);
	tcase_add_test(tcase, events_are_lines);
	tcase_add_test(tcase, events_are_json_lines);
	tcase_add_test(tcase, trace_counts);
	tcase_add_test(tcase, trace_ends_by_interrupt);
	tcase_add_test(tcase, buffer_is_a_power_of_two);
	tcase_add_test(tcase, stacks);
	tcase_add_test(tcase, addresses_have_names);
	tcase_add_test(tcase, hist_is_drawn);
	tcase_add_test(tcase, hist_is_json);
	tcase_add_test(tcase, hist_of_nothing);
	tcase_add_test(tcase, hist_of_the_service);
	tcase_add_test(tcase, heap_is_told);
	tcase_add_test(tcase, el2_events_are_in_order);
	tcase_add_test(tcase, el2_events_are_json);
	tcase_add_test(tcase, el2_events_are_counted);
	tcase_add_test(tcase, el2_events_wait_for_each_other);
	tcase_add_test(tcase, probe_that_does_not_load);
	tcase_add_test(tcase, unload_stops_the_probe);
	tcase_add_test(tcase, unload_is_refused);
	tcase_add_test(tcase, report_is_an_archive);
	tcase_add_test(tcase, interrupted_report_leaves_nothing);
	tcase_add_test(tcase, status_tells_who_holds_the_module);
	return suite_run(suite);
}
