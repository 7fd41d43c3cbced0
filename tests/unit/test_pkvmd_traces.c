// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * pkvmd's policy over simulated hours: how often it acts, and how many requests are left for
 * VM starts. The simulated manager asks it as the real one does: when something happened at
 * EL2, when a PSI trigger fired, when it said that it wants to look again, and never else.
 */
#include <check.h>
#include <math.h>
#include <string.h>

#include "../../daemon/pkvmd/policy.h"
#include "suite.h"

#define SECOND		UINT64_C(1000000)
#define MINUTE		(60 * SECOND)
#define HOUR		(60 * MINUTE)
#define TICK		(2 * SECOND)	/* PSI's */
#define VM_PAGES	12
/* What a request asks for beyond what its VM takes: tables. */
#define EXTRA_PAGES	4

static struct {
	struct config config;
	struct policy_state policy;
	uint64_t now, look_again;
	/* EL2 */
	uint64_t reclaimable, in_use;
	uint64_t donated, reclaimed, shrunk;
	uint64_t largest_request;
	/* The host */
	uint32_t stalled;		/* share of time now */
	double avg10;
	/* Counted */
	uint64_t requests, actions[POLICY_ACTIONS], moved[POLICY_ACTIONS];
	uint64_t suppressed[POLICY_REASONS], steps;
} sim;

static void set(enum config_id id, const char *text)
{
	struct ctl_message message;

	ck_assert_msg(!config_set(&sim.config, id, text, "test", &message), "%s", message.text);
}

static void setup(void)
{
	memset(&sim, 0, sizeof(sim));
	sim.now = HOUR;
	ck_assert_int_eq(config_init(&sim.config), 0);
	policy_init(&sim.policy);
}

static void teardown(void)
{
	config_release(&sim.config);
}

/* The action is done at once. */
static void act(const struct policy_decision *decision)
{
	uint64_t pages = decision->pages;

	if (decision->action == POLICY_TOPUP) {
		sim.reclaimable += pages;
		sim.donated += pages;
	} else {
		ck_assert_uint_le(pages, sim.reclaimable);
		sim.reclaimable -= pages;
		sim.reclaimed += pages;
	}
	sim.actions[decision->action]++;
	sim.moved[decision->action] += pages;
	policy_completed(&sim.policy, &sim.config, decision->action, true, pages, pages, sim.now);
}

static void rehearse(const struct policy_decision *decision)
{
	sim.actions[decision->action]++;
	policy_rehearsed(&sim.policy, decision->action, true, decision->pages, sim.now);
}

/* As the manager: an action that has ended is a reason to ask again. */
static void ask(bool triggered)
{
	struct policy_decision decision;

	do {
		const struct policy_sample sample = {
			.now = sim.now,
			.live = true,
			.reclaimable = sim.reclaimable,
			.in_use = sim.in_use,
			.donated = sim.donated,
			.reclaimed = sim.reclaimed,
			.shrunk = sim.shrunk,
			.largest_request = sim.largest_request,
			.host_available = UINT64_MAX,
			.pressure = { triggered, lround(sim.avg10) },
		};

		sim.largest_request = 0;
		triggered = false;
		decision = policy_step(&sim.policy, &sim.config, &sample);
		sim.look_again = decision.look_again;
		sim.steps++;
		if (decision.action == POLICY_NONE)
			sim.suppressed[decision.reason]++;
		else if (sim.config.value[CONFIG_DRY_RUN])
			rehearse(&decision);
		else
			act(&decision);
	} while (decision.action != POLICY_NONE);
}

/* Two seconds go by. */
static void tick(void)
{
	double keep = exp(-(double)TICK / (10 * SECOND));
	bool triggered;

	sim.now += TICK;
	sim.avg10 = sim.avg10 * keep + sim.stalled * (1 - keep);
	triggered = sim.stalled >= sim.config.value[CONFIG_ENTER];
	if (triggered || (sim.look_again && sim.now >= sim.look_again))
		ask(triggered);
}

static void pass(uint64_t time)
{
	for (uint64_t end = sim.now + time; sim.now < end;)
		tick();
}

static void start_vm(void)
{
	if (sim.reclaimable < VM_PAGES) {
		uint64_t asked = VM_PAGES - sim.reclaimable + EXTRA_PAGES;

		sim.requests++;
		sim.reclaimable += asked;
		sim.donated += asked;
		if (asked > sim.largest_request)
			sim.largest_request = asked;
	}
	sim.reclaimable -= VM_PAGES;
	sim.in_use += VM_PAGES;
	ask(false);
}

static void stop_vm(void)
{
	sim.in_use -= VM_PAGES;
	sim.reclaimable += VM_PAGES;
	ask(false);
}

static void take_all_back(void)
{
	sim.reclaimed += sim.reclaimable;
	sim.reclaimable = 0;
	ask(false);
}

static void shrink_all(void)
{
	sim.shrunk += sim.reclaimable;
	sim.reclaimable = 0;
	ask(false);
}

static uint64_t all_actions(void)
{
	return sim.actions[POLICY_TOPUP] + sim.actions[POLICY_RELEASE] +
	       sim.actions[POLICY_RECLAIM];
}

START_TEST(idle)
{
	ask(false);
	pass(24 * HOUR);
	ck_assert_uint_eq(all_actions(), 1);
	/* The first step, and that after the top-up to the floor. */
	ck_assert_uint_eq(sim.steps, 2);
}
END_TEST

START_TEST(steady)
{
	for (int i = 0; i < 10; i++)
		start_vm();
	for (int i = 0; i < 8 * 60; i++) {
		pass(MINUTE);
		start_vm();
		stop_vm();
	}
	ck_assert_uint_le(sim.requests, 1);
	ck_assert_uint_le(all_actions(), 3);
}
END_TEST

/* Starts @n VMs within 6 s. */
static void burst(int n)
{
	for (int i = 0; i < n; i++) {
		start_vm();
		if (i % (n / 3) == 0)
			tick();
	}
}

static void burst_ends(int n)
{
	while (n--)
		stop_vm();
}

/* What they leave is taken back by hand each time: the reserve is all that there is. */
START_TEST(bursts)
{
	uint64_t of_the_first;

	set(CONFIG_FLOOR, "0");
	for (int i = 0; i < 16; i++) {
		burst(90);
		if (!i)
			of_the_first = sim.requests;
		pass(10 * MINUTE);
		burst_ends(90);
		pass(MINUTE);
		take_all_back();
		pass(20 * MINUTE);
	}
	ck_assert_uint_ge(of_the_first, 1);
	ck_assert_uint_eq(sim.requests, of_the_first);
	/* A few while the first is learnt; then one before each burst and three within. */
	ck_assert_uint_le(sim.actions[POLICY_TOPUP], 12 + 4 * 16);
}
END_TEST

START_TEST(ceiling_bounds_what_is_learnt)
{
	set(CONFIG_FLOOR, "0");
	set(CONFIG_CEILING, "100");
	burst(90);
	pass(MINUTE);
	ck_assert_uint_le(sim.reclaimable, 100);
	burst(90);
	ck_assert_uint_le(sim.reclaimable, 100 + EXTRA_PAGES);
}
END_TEST

/* VMs that never end: each top-up buys the way from the target to the low mark. */
START_TEST(slow_leak)
{
	int starts = 24 * 12;

	for (int i = 0; i < starts; i++) {
		pass(5 * MINUTE);
		start_vm();
	}
	ck_assert_uint_le(sim.requests, 1);
	ck_assert_uint_le(sim.actions[POLICY_TOPUP], 2 + starts * VM_PAGES / 64);
	ck_assert_uint_eq(sim.actions[POLICY_RELEASE] + sim.actions[POLICY_RECLAIM], 0);
}
END_TEST

static void press(uint32_t stalled, uint64_t time)
{
	sim.stalled = stalled;
	pass(time);
	sim.stalled = 0;
}

START_TEST(pressure_gets_all_within_seconds)
{
	sim.reclaimable = 20000;
	ask(false);
	press(5000, 10 * SECOND);
	ck_assert_uint_eq(sim.reclaimable, 0);
	ck_assert_uint_le(all_actions(), 5);
	pass(20 * SECOND);
	ck_assert_uint_eq(sim.actions[POLICY_TOPUP], 0);
	/* Once it is over, the floor again, and nothing more. */
	pass(HOUR);
	ck_assert_uint_eq(sim.actions[POLICY_TOPUP], 1);
	ck_assert_uint_eq(sim.reclaimable, sim.config.value[CONFIG_FLOOR]);
	ck_assert_uint_eq(sim.look_again, 0);
}
END_TEST

START_TEST(a_blip_gets_a_step)
{
	sim.reclaimable = 20000;
	ask(false);
	press(1000, 2 * SECOND);
	pass(HOUR);
	ck_assert_uint_eq(sim.actions[POLICY_RELEASE], 1);
	ck_assert_uint_eq(sim.actions[POLICY_RECLAIM], 0);
}
END_TEST

/* Of pressure that comes and goes @n times; returns how often pages went to EL2 again. */
static uint64_t oscillate(int n, uint64_t on, uint64_t off)
{
	ask(false);
	for (int i = 0; i < n; i++) {
		press(3000, on);
		pass(off);
	}
	return sim.actions[POLICY_TOPUP];
}

START_TEST(oscillating_pressure_is_damped)
{
	uint64_t cycles = 6 * HOUR / (2 * MINUTE);
	uint64_t topups = oscillate(cycles, 30 * SECOND, 90 * SECOND);

	ck_assert_uint_ge(sim.policy.ping_pongs, 1);
	ck_assert_uint_le(topups, cycles / 4);
	ck_assert_uint_le(all_actions(), cycles);
}
END_TEST

/* What the damping is there for: without it, every cycle moves pages both ways. */
START_TEST(oscillating_pressure_without_damping)
{
	uint64_t cycles = 6 * HOUR / (2 * MINUTE);

	set(CONFIG_PING_PONG_TIME, "0");
	ck_assert_uint_ge(oscillate(cycles, 30 * SECOND, 90 * SECOND), cycles / 2);
	ck_assert_uint_eq(sim.policy.ping_pongs, 0);
}
END_TEST

/* Faster than the hold time: the reserve waits until it is quiet. */
START_TEST(fast_oscillation_is_sat_out)
{
	ck_assert_uint_le(oscillate(6 * HOUR / (20 * SECOND), 10 * SECOND, 10 * SECOND), 1);
}
END_TEST

/* The shrinker takes all whenever it is asked, at pressure too low for a trigger. */
START_TEST(the_shrinker_is_not_fought)
{
	sim.reclaimable = 5000;
	ask(false);
	sim.stalled = 200;
	for (int i = 0; i < 6 * 60; i++) {
		shrink_all();
		pass(10 * SECOND);
	}
	ck_assert_uint_eq(all_actions(), 0);
	ck_assert_uint_gt(sim.suppressed[REASON_HOLD], 0);
	/* It leaves off, but the stalls do not. */
	pass(HOUR);
	ck_assert_uint_eq(all_actions(), 0);
	ck_assert_uint_gt(sim.suppressed[REASON_PRESSURE_LASTS], 0);
	sim.stalled = 0;
	pass(HOUR);
	ck_assert_uint_eq(sim.actions[POLICY_TOPUP], 1);
	ck_assert_uint_eq(all_actions(), 1);
	ck_assert_uint_eq(sim.look_again, 0);
}
END_TEST

/* Told while they would be done, and not again and again; idle, it sleeps. */
START_TEST(dry_run)
{
	set(CONFIG_DRY_RUN, "yes");
	ask(false);
	pass(24 * HOUR);
	ck_assert_uint_eq(sim.actions[POLICY_TOPUP], 1);
	ck_assert_uint_eq(sim.steps, 2);
	burst(90);
	burst_ends(90);
	ck_assert_uint_le(sim.actions[POLICY_TOPUP], 1 + 90 * (VM_PAGES + EXTRA_PAGES) / 64);
	ck_assert_uint_eq(sim.moved[POLICY_TOPUP], 0);
	press(3000, MINUTE);
	ck_assert_uint_ge(sim.actions[POLICY_RELEASE] + sim.actions[POLICY_RECLAIM], 1);
	/* At the most once per cool-down. */
	ck_assert_uint_le(sim.actions[POLICY_RELEASE] + sim.actions[POLICY_RECLAIM], 40);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("pkvmd_traces");
	TCase *tcase = tcase_create("traces");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, idle);
	tcase_add_test(tcase, steady);
	tcase_add_test(tcase, bursts);
	tcase_add_test(tcase, ceiling_bounds_what_is_learnt);
	tcase_add_test(tcase, slow_leak);
	tcase_add_test(tcase, pressure_gets_all_within_seconds);
	tcase_add_test(tcase, a_blip_gets_a_step);
	tcase_add_test(tcase, oscillating_pressure_is_damped);
	tcase_add_test(tcase, oscillating_pressure_without_damping);
	tcase_add_test(tcase, fast_oscillation_is_sat_out);
	tcase_add_test(tcase, the_shrinker_is_not_fought);
	tcase_add_test(tcase, dry_run);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
