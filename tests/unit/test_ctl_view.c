// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What pkvmctl prints, against files in tests/unit/golden: every view for
 * people, with plain numbers, in colour and as JSON. GOLDEN_UPDATE=1 writes the
 * files anew; what has changed is then for git diff to show and for people to judge.
 */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "committed.h"
#include "suite.h"
#include "top.h"
#include "view.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

static const struct pkvm_info live = {
	.netlink_abi = 1,
	.module_abi = 1,
	.hyp_abi = 1,
	.provider = PKVM_PROVIDER_EL2,
	.state = PKVM_STATE_LIVE,
	.features = PKVM_FEATURE_DEBUG,
	.cpus = 4,
	.heap_size = UINT64_C(1) << 30,
	.module_version = "0.1.0",
};

/* No two figures alike, so that one in another's place is seen. */
static const struct pkvm_stats stats = {
	.heap = {
		.size = UINT64_C(1) << 30,
		.used = 1234567,
		.mapped = 1572864,
		.free_mapped = 330000,
		.largest_free = 1071644672,
		.holes = 3,
		.chunks_used = 41,
		.chunks_free = 7,
		.reclaimable = 64,
		.allocs = 59,
		.frees = 18,
		.failures = 2,
		.misuses = 1,
	},
	.mem = {
		.owned = 1000,
		.boot = 300,
		.stock = 256,
		.credited = 9,
		.heap = 384,
		.tables = 40,
		.vmemmap = 20,
		.requests = 23,
		.requested = 700,
		.topups = 29,
		.topped_up = 1024,
		.topup_refused = 4,
		.reclaims = 5,
		.reclaimed = 324,
		.vms = 8,
		.vcpus = 32,
		.reclaimable = 311,
	},
	.host = {
		.requests_other = 6,
		.requests_vm = 10,
		.requests_vcpu = 11,
		.requests_selftest = 12,
		.requested = 701,
		.request_retries = 24,
		.request_failures = 13,
		.topup_range_pages = 512,
		.topup_list_pages = 513,
		.topup_failures = 14,
		.alloc_failures = 15,
		.reclaims = 16,
		.reclaimed = 200,
		.shrinks = 17,
		.shrunk = 124,
		.shrink_backoffs = 19,
		.vms_created = 21,
		.vms_destroyed = 22,
		.donated = 1025,
		.returned = 325,
		.events_lost = 25,
	},
};

static const struct pkvm_shrinker shrinker = {
	.enabled = true,
	.seeks = 2,
	.batch = 128,
	.reserve = 1024,
};

static const struct pkvm_crash_record crash = {
	.reason = PKVM_PANIC_REASON_EXCEPTION,
	.cpu = 3,
	.esr = 0x96000045,
	.elr = 0x800000001234,
	.elr_offset = 0x1234,
	.far = 0xffffffffffffffff,
	.spsr = 0x3c9,
	.sp = 0x800000100ff0,
	.hcall = 0xc600700a,
	.line = 321,
	.file = "kmod/hyp/heap.c",
};

/* A heap with all there can be: two rows, holes, a used chunk that is small beside one. */
static const struct pkvm_region regions[] = {
	{ 0, 98304, PKVM_REGION_KIND_USED },       { 98304, 32768, PKVM_REGION_KIND_FREE },
	{ 131072, 131072, PKVM_REGION_KIND_HOLE }, { 262144, 512, PKVM_REGION_KIND_USED },
	{ 262656, 7680, PKVM_REGION_KIND_FREE },   { 270336, 4096, PKVM_REGION_KIND_HOLE },
	{ 274432, 300000, PKVM_REGION_KIND_USED }, { 574432, 1073167392, PKVM_REGION_KIND_TAIL },
};

static const struct pkvm_vm vms[] = {
	{ 1, 8, 8, false, 73728, 9, 24, UINT64_C(3210000000), 812, "pkvmctl" },
	{ 255, 512, 0, true, 9216, 1, 4, 999, 4194304, "a \"b\"\\\n\xff" },
};

static const struct timespec when = { 1795222923, 45678901 };

static const struct ctl_daemon_status pkvmd = {
	.version = "0.1.0",
	.state = "live",
	.level = "some",
	.target = 128,
	.low = 48,
	.ping_pongs = 2,
	.probe_reason = "pkvmd-probe.service does not run",
};

static const struct ctl_decision decisions[] = {
	{
		.time_us = UINT64_C(1795222923045678),
		.action = "topup",
		.reason = "low-reserve",
		.origin = "policy",
		.pages = 100,
		.done = 99,
		.reserve = 28,
		.low = 48,
		.target = 128,
		.text = "topup of 100 pages: below the low mark; moved 99 pages",
	},
	{
		.time_us = UINT64_C(1795222920000000),
		.action = "none",
		.suppressed = "release",
		.reason = "cool-down",
		.origin = "policy",
		.dry_run = true,
		.pages = 77,
		.reserve = 65,
		.low = 48,
		.target = 128,
		.text = "no release of 77 pages: the last one completed a short while ago",
	},
};

static const struct ctl_policy_key policy_keys[] = {
	{ "Enabled", "yes", "default" },
	{ "CGroups", "a/b \"c\"", "/etc/pkvmd.conf:3" },
};

typedef int (*view_fn)(FILE *out, const struct ctl_style *style);

static int status(FILE *out, const struct ctl_style *style)
{
	const struct ctl_status all = {
		.info = live,
		.shrinker = shrinker,
		.has_stats = true,
		.stats = stats,
		.has_daemon = true,
		.daemon = pkvmd,
	};

	return ctl_view_status(out, &all, style);
}

static int policy(FILE *out, const struct ctl_style *style)
{
	return ctl_view_policy(out, policy_keys, ARRAY_SIZE(policy_keys), style);
}

static int explanation(FILE *out, const struct ctl_style *style)
{
	return ctl_view_explanation(out, &decisions[1], decisions, ARRAY_SIZE(decisions), style);
}

/* More events than the ring has room for: the oldest are gone. */
static void fill_top(struct ctl_top *top)
{
	struct ctl_top_sample sample = {
		.ns = UINT64_C(5000000000),
		.when = when,
		.info = live,
		.has_stats = true,
		.stats = stats,
		.has_pressure = true,
		.stalled = 1234,
	};
	char line[64];

	memset(top, 0, sizeof(*top));
	top->interval = 2;
	ctl_top_sample(top, &sample);
	sample.ns += UINT64_C(2000000000);
	sample.stats.mem.requests += 3;
	sample.stats.mem.topped_up += 512;
	sample.stats.mem.reclaimed += 100;
	sample.stats.host.shrunk += 1;
	sample.has_daemon = true;
	sample.daemon = pkvmd;
	sample.nr_decisions = ARRAY_SIZE(decisions);
	memcpy(sample.decisions, decisions, sizeof(decisions));
	ctl_top_sample(top, &sample);
	for (int i = 0; i < CTL_TOP_EVENTS + 2; i++) {
		snprintf(line, sizeof(line), "event %d", i);
		ctl_top_event(top, line);
	}
}

static int draw_top(FILE *out, const struct ctl_style *style, unsigned int height)
{
	struct ctl_top top;

	fill_top(&top);
	ctl_top_draw(out, &top, height, style);
	return 0;
}

static int top_all(FILE *out, const struct ctl_style *style)
{
	return draw_top(out, style, 60);
}

static int top_low(FILE *out, const struct ctl_style *style)
{
	return draw_top(out, style, 7);
}

/* EL2 is dead, and no daemon runs: the first look. */
static int draw_dead(FILE *out, const struct ctl_style *style, bool silent)
{
	const struct ctl_top_sample sample = {
		.ns = 1,
		.when = when,
		.info = { .state = PKVM_STATE_DEAD, .cpus = 4, .module_version = "0.1.0" },
		.daemon_is_silent = silent,
	};
	struct ctl_top top = { .interval = 1 };

	ctl_top_sample(&top, &sample);
	ctl_top_draw(out, &top, 24, style);
	return 0;
}

static int top_dead(FILE *out, const struct ctl_style *style)
{
	return draw_dead(out, style, false);
}

/* And a daemon that hangs. */
static int top_silent(FILE *out, const struct ctl_style *style)
{
	return draw_dead(out, style, true);
}

static int status_dead(FILE *out, const struct ctl_style *style)
{
	struct ctl_status dead = {
		.info = live,
		.shrinker = shrinker,
		.has_crash = true,
		.crash = crash,
	};

	dead.info.state = PKVM_STATE_DEAD;
	dead.info.hyp_abi = 0;
	dead.info.features = 0;
	return ctl_view_status(out, &dead, style);
}

static int version(FILE *out, const struct ctl_style *style)
{
	return ctl_view_version(out, &live, style);
}

static int version_no_module(FILE *out, const struct ctl_style *style)
{
	return ctl_view_version(out, NULL, style);
}

static int doctor(FILE *out, const struct ctl_style *style)
{
	static const struct ctl_facts facts = {
		.machine = "aarch64",
		.release = "6.1.0-test",
		.cmdline = "quiet\n",
		.started_at_el2 = CTL_YES,
		.vhe = CTL_NO,
		.kvm = true,
	};
	struct ctl_finding findings[CTL_DOCTOR_CHECKS];

	ctl_doctor_examine(&facts, findings);
	return ctl_view_doctor(out, findings, style);
}

static int heap(FILE *out, const struct ctl_style *style)
{
	return ctl_view_heap(out, &stats, style);
}

static int map(FILE *out, const struct ctl_style *style)
{
	return ctl_view_map(out, regions, ARRAY_SIZE(regions), style);
}

/* Nothing but the tail: a heap that has never been used. */
static int map_empty(FILE *out, const struct ctl_style *style)
{
	static const struct pkvm_region tail = { 0, UINT64_C(1) << 30, PKVM_REGION_KIND_TAIL };

	return ctl_view_map(out, &tail, 1, style);
}

static int map_one(FILE *out, const struct ctl_style *style)
{
	static const struct pkvm_region one[] = {
		{ 0, 16, PKVM_REGION_KIND_USED },
		{ 16, (UINT64_C(1) << 30) - 16, PKVM_REGION_KIND_TAIL },
	};

	return ctl_view_map(out, one, ARRAY_SIZE(one), style);
}

/* The whole range, with a lonely page at its end. */
static int map_full(FILE *out, const struct ctl_style *style)
{
	static const struct pkvm_region full[] = {
		{ 0, UINT64_C(600) << 20, PKVM_REGION_KIND_USED },
		{ UINT64_C(600) << 20, UINT64_C(100) << 20, PKVM_REGION_KIND_FREE },
		{ UINT64_C(700) << 20, (UINT64_C(324) << 20) - 4096, PKVM_REGION_KIND_HOLE },
		{ (UINT64_C(1) << 30) - 4096, 4096, PKVM_REGION_KIND_USED },
	};

	return ctl_view_map(out, full, ARRAY_SIZE(full), style);
}

static int check_ok(FILE *out, const struct ctl_style *style)
{
	static const struct pkvm_check check = { PKVM_CHECK_RESULT_OK, false, 0 };

	return ctl_view_check(out, &check, style);
}

static int check_fault(FILE *out, const struct ctl_style *style)
{
	static const struct pkvm_check check = { PKVM_CHECK_RESULT_LINK, true, 4656 };

	return ctl_view_check(out, &check, style);
}

/* What a newer module may send. */
static int check_unheard_of(FILE *out, const struct ctl_style *style)
{
	static const struct pkvm_check check = { 99, false, 0 };

	return ctl_view_check(out, &check, style);
}

static int page(FILE *out, const struct ctl_style *style)
{
	static const struct pkvm_page table = { 262144, PKVM_PAGE_OWNER_HYP, PKVM_PAGE_USE_TABLE,
						7 };

	return ctl_view_page(out, &table, style);
}

static int page_stats(FILE *out, const struct ctl_style *style)
{
	static const struct pkvm_page_stats figures = {
		.host = 260000,
		.hyp = 2144,
		.split_gibs = 1,
		.split_blocks = 17,
		.tables = 18,
		.tables_idle = 2,
		.tables_spare = 7,
		.faults_mapped = 3,
		.violations = 12345,
		.guest = 512,
		.shared_hyp = 16,
		.shared_guest = 8,
		.cpus = 4,
		.relayed = 2,
		.smcs_passed = 9,
		.arena_held = 403,
		.arena_blocks = 3,
		.arena_cut = 1133,
		.arena_missed = 1,
	};

	return ctl_view_page_stats(out, &figures, style);
}

static int selftest(FILE *out, const struct ctl_style *style)
{
	static const struct pkvm_selftest test = { 12, 12, 0 };

	return ctl_view_selftest(out, &test, style);
}

static int selftest_fault(FILE *out, const struct ctl_style *style)
{
	static const struct pkvm_selftest test = { 12, 4, 123 };

	return ctl_view_selftest(out, &test, style);
}

static int moved(FILE *out, const struct ctl_style *style)
{
	return ctl_view_moved(out, "topped up", 16385, style);
}

static int moved_one(FILE *out, const struct ctl_style *style)
{
	return ctl_view_moved(out, "reclaimed", 1, style);
}

static int shrinker_show(FILE *out, const struct ctl_style *style)
{
	return ctl_view_shrinker(out, &shrinker, &stats.host, style);
}

static int vm_list(FILE *out, const struct ctl_style *style)
{
	return ctl_view_vms(out, vms, ARRAY_SIZE(vms), style);
}

static int vm_list_empty(FILE *out, const struct ctl_style *style)
{
	return ctl_view_vms(out, NULL, 0, style);
}

static int vm_handles(FILE *out, const struct ctl_style *style)
{
	static const uint32_t handles[] = { 1, 2, 4294967295 };

	return ctl_view_handles(out, handles, ARRAY_SIZE(handles), style);
}

static int vm_destroyed(FILE *out, const struct ctl_style *style)
{
	return ctl_view_destroyed(out, 1, style) ?: ctl_view_destroyed(out, 3, style);
}

static int events(FILE *out, const struct ctl_style *style)
{
	struct pkvm_info dead = live;
	int err = 0;

	dead.state = PKVM_STATE_DEAD;
	const struct pkvm_event all[] = {
		{ PKVM_EVENT_REQUEST,
		  .moved = { 24, 23, 0, 1549000, 7, PKVM_REQUEST_CAUSE_VCPU, 1 } },
		{ PKVM_EVENT_REQUEST,
		  .moved = { 3, 23, ENOMEM, 20000000, 0, PKVM_REQUEST_CAUSE_SELFTEST, 8 } },
		{ PKVM_EVENT_TOPUP, .moved = { 512, 512, 0, 850, 0, 0, 0 } },
		{ PKVM_EVENT_RECLAIM, .moved = { 0, 64, 0, 1000, 0, 0, 0 } },
		{ PKVM_EVENT_SHRINK, .moved = { 128, 128, EINTR, 123456, 0, 0, 0 } },
		{ PKVM_EVENT_VM_CREATE, .vm = vms[0] },
		{ PKVM_EVENT_VM_CREATE, .vm = vms[1] },
		{ PKVM_EVENT_VM_DESTROY, .vm = { .handle = 255 } },
		{ PKVM_EVENT_SHRINKER, .shrinker = shrinker },
		{ PKVM_EVENT_STATE, .info = dead },
		{ PKVM_EVENT_CRASH, .crash = crash },
		{ PKVM_EVENT_FAULT,
		  .fault = { 0x40000000, 0xffff000012345678, 0xffff800008012340,
			     PKVM_PAGE_OWNER_HYP, 3, PKVM_ACCESS_WRITE | PKVM_ACCESS_WALK, 17 } },
		{ PKVM_EVENT_FAULT,
		  .fault = { 0x1000, 0xaaaa0000, 0xbbbb0000, PKVM_PAGE_OWNER_NOBODY, 0, 0, 0 } },
	};

	for (size_t i = 0; !err && i < ARRAY_SIZE(all); i++)
		err = ctl_view_event(out, &all[i], &when, style);
	return err ? err : ctl_view_lost(out, &when, style);
}

static const struct ctl_style people = { .width = 80 };
static const struct ctl_style narrow = { .width = 40 };
static const struct ctl_style wide = { .width = 200 };
static const struct ctl_style plain = { .bytes = true, .width = 80 };
static const struct ctl_style colored = { .color = true, .width = 80 };
static const struct ctl_style json = { .json = true, .width = 80 };

static const struct view_case {
	const char *file;
	view_fn view;
	const struct ctl_style *style;
	bool lines; /* each line is a JSON value of its own */
} cases[] = {
	{ "status", status, &people, false },
	{ "status-bytes", status, &plain, false },
	{ "status-color", status, &colored, false },
	{ "status.json", status, &json, false },
	{ "status-dead", status_dead, &people, false },
	{ "status-dead.json", status_dead, &json, false },
	{ "version", version, &people, false },
	{ "version.json", version, &json, false },
	{ "version-no-module", version_no_module, &people, false },
	{ "version-no-module.json", version_no_module, &json, false },
	{ "doctor", doctor, &people, false },
	{ "doctor-color", doctor, &colored, false },
	{ "doctor.json", doctor, &json, false },
	{ "heap-show", heap, &people, false },
	{ "heap-show-bytes", heap, &plain, false },
	{ "heap-show.json", heap, &json, false },
	{ "heap-map", map, &people, false },
	{ "heap-map-narrow", map, &narrow, false },
	{ "heap-map-wide", map, &wide, false },
	{ "heap-map-bytes", map, &plain, false },
	{ "heap-map-color", map, &colored, false },
	{ "heap-map.json", map, &json, false },
	{ "heap-map-empty", map_empty, &people, false },
	{ "heap-map-empty.json", map_empty, &json, false },
	{ "heap-map-one", map_one, &people, false },
	{ "heap-map-full", map_full, &people, false },
	{ "heap-check-ok", check_ok, &people, false },
	{ "heap-check-ok.json", check_ok, &json, false },
	{ "heap-check-fault", check_fault, &people, false },
	{ "heap-check-fault.json", check_fault, &json, false },
	{ "heap-check-unheard-of", check_unheard_of, &people, false },
	{ "page", page, &people, false },
	{ "page.json", page, &json, false },
	{ "page-stats", page_stats, &people, false },
	{ "page-stats-bytes", page_stats, &plain, false },
	{ "page-stats.json", page_stats, &json, false },
	{ "selftest", selftest, &people, false },
	{ "selftest.json", selftest, &json, false },
	{ "selftest-fault", selftest_fault, &people, false },
	{ "selftest-fault.json", selftest_fault, &json, false },
	{ "moved", moved, &people, false },
	{ "moved-bytes", moved, &plain, false },
	{ "moved.json", moved, &json, false },
	{ "moved-one", moved_one, &people, false },
	{ "shrinker", shrinker_show, &people, false },
	{ "shrinker.json", shrinker_show, &json, false },
	{ "vm-list", vm_list, &people, false },
	{ "vm-list-bytes", vm_list, &plain, false },
	{ "vm-list.json", vm_list, &json, false },
	{ "vm-list-empty", vm_list_empty, &people, false },
	{ "vm-list-empty.json", vm_list_empty, &json, false },
	{ "vm-handles", vm_handles, &people, false },
	{ "vm-handles.json", vm_handles, &json, false },
	{ "vm-destroyed", vm_destroyed, &people, false },
	{ "policy", policy, &people, false },
	{ "policy.json", policy, &json, false },
	{ "explain", explanation, &people, false },
	{ "explain.json", explanation, &json, true },
	{ "top", top_all, &people, false },
	{ "top-narrow", top_all, &narrow, false },
	{ "top-wide", top_all, &wide, false },
	{ "top-low", top_low, &people, false },
	{ "top-dead", top_dead, &people, false },
	{ "top-silent", top_silent, &people, false },
	{ "events", events, &people, false },
	{ "events-bytes", events, &plain, false },
	{ "events.json", events, &json, true },
};

static char *render(const struct view_case *c)
{
	size_t size;
	char *text;
	FILE *out = open_memstream(&text, &size);

	ck_assert_int_eq(c->view(out, c->style), 0);
	fclose(out);
	return text;
}

START_TEST(golden)
{
	const struct view_case *c = &cases[_i];
	char *text = render(c), path[128];

	snprintf(path, sizeof(path), "tests/unit/golden/ctl-%s", c->file);
	committed_compare(path, text);
	free(text);
}
END_TEST

/* Another reader than our own judges the JSON. */
static void assert_json(const char *text, const char *what)
{
	FILE *reader = popen("python3 -m json.tool >/dev/null", "w");

	ck_assert_ptr_nonnull(reader);
	fputs(text, reader);
	ck_assert_msg(!pclose(reader), "%s is no JSON: %s", what, text);
}

START_TEST(json_is_valid)
{
	const struct view_case *c = &cases[_i];
	char *text;

	if (!c->style->json)
		return;
	text = render(c);
	if (!c->lines)
		assert_json(text, c->file);
	else
		for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
			assert_json(line, c->file);
	free(text);
}
END_TEST

/* No line of a drawing is wider than it may be. */
START_TEST(map_fits)
{
	for (unsigned int width = CTL_WIDTH_MIN; width < 300; width++) {
		const struct ctl_style style = { .width = width };
		const struct view_case c = { "map", map_full, &style, false };
		char *text = render(&c);
		unsigned int rows = 0;

		for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
			if (!strchr(line, '|'))
				continue;
			rows++;
			ck_assert_uint_le(strlen(line), width);
		}
		ck_assert_uint_ge(rows, 8);
		ck_assert_uint_le(rows, 16);
		free(text);
	}
}
END_TEST

static void use_utc(void)
{
	setenv("TZ", "UTC", 1);
	tzset();
}

int main(void)
{
	Suite *suite = suite_create("ctl_view");
	TCase *tcase = tcase_create("all");

	suite_add_tcase(suite, tcase);
	tcase_add_checked_fixture(tcase, use_utc, NULL);
	tcase_add_loop_test(tcase, golden, 0, ARRAY_SIZE(cases));
	tcase_add_loop_test(tcase, json_is_valid, 0, ARRAY_SIZE(cases));
	tcase_add_test(tcase, map_fits);
	tcase_set_timeout(tcase, 60);
	return suite_run(suite);
}
