// SPDX-License-Identifier: GPL-2.0-or-later
/* pkvmd's policy: a table of situations and verdicts; each rule, its edges, each reason. */
#include <check.h>

#include "../../daemon/pkvmd/policy.h"
#include "suite.h"

#define MS	UINT64_C(1000)
#define SECOND	(1000 * MS)
#define NOW	(UINT64_C(100000) * SECOND)

/*
 * As configured below: floor 100, ceiling 10000, low mark 50 %, hold 30 s, enter 5 %, leave 1 %,
 * high 20 %, window 2 s, sustain 10 s, cool-down 2 s, step 50 %, host share 10 %.
 */
static struct config config;
static struct policy_state state;
static struct policy_sample sample;

static void set(enum config_id id, const char *text)
{
	struct ctl_message message;

	ck_assert_msg(!config_set(&config, id, text, "test", &message), "%s", message.text);
}

static void setup(void)
{
	ck_assert_int_eq(config_init(&config), 0);
	set(CONFIG_FLOOR, "100");
	set(CONFIG_CEILING, "10000");
	set(CONFIG_LOW_MARK, "50%");
	policy_init(&state);
	state.primed = true;
	sample = (struct policy_sample){
		.now = NOW,
		.live = true,
		.reclaimable = 100,
		.host_available = UINT64_MAX,
	};
}

static void teardown(void)
{
	config_release(&config);
}

static void under_pressure(enum policy_level level, uint64_t for_us, uint32_t avg10)
{
	state.level = level;
	state.entered = NOW - for_us;
	state.last_avg10 = avg10;
	sample.pressure.some_avg10 = avg10;
}

static void disable(void)
{
	set(CONFIG_ENABLED, "no");
}

static void busy(void)
{
	sample.busy = true;
}

static void gone(void)
{
	sample.live = false;
}

static void low(void)
{
	sample.reclaimable = 49;
}

static void at_low_mark(void)
{
	sample.reclaimable = 50;
}

static void empty(void)
{
	sample.reclaimable = 0;
}

static void learnt_800(void)
{
	state.demand.burst = 600;
	state.demand.largest = 50;
	state.demand.learnt_at = NOW;
}

static void learnt_too_much(void)
{
	state.demand.burst = 100000;
	state.demand.learnt_at = NOW;
}

static void learnt_long_ago(void)
{
	learnt_800();
	state.demand.learnt_at = NOW - 12 * 3600 * SECOND;
}

static void taken_29s_ago(void)
{
	low();
	state.taken_at = NOW - 29 * SECOND;
}

static void taken_30s_ago(void)
{
	low();
	state.taken_at = NOW - 30 * SECOND;
}

static void taken_31s_ago_damped(void)
{
	low();
	state.taken_at = NOW - 31 * SECOND;
	state.damping = 1;
	state.damped_at = NOW;
}

static void shrinker_took(void)
{
	low();
	state.shrunk = 5;
	sample.shrunk = 6;
}

/* Less than what enters pressure, but not nothing. */
static void shrinker_took_and_stalls_go_on(void)
{
	shrinker_took();
	policy_step(&state, &config, &sample);
	sample.now += 31 * SECOND;
	sample.pressure.some_avg10 = 100;
}

static void shrinker_took_and_stalls_are_over(void)
{
	shrinker_took_and_stalls_go_on();
	sample.pressure.some_avg10 = 99;
}

static void stalls_come_after_all_was_quiet(void)
{
	shrinker_took_and_stalls_are_over();
	policy_step(&state, &config, &sample);
	sample.pressure.some_avg10 = 100;
}

/* Nor is there anything to wait for when it is a new EL2. */
static void shrinker_took_from_another(void)
{
	shrinker_took_and_stalls_go_on();
	sample.live = false;
	policy_step(&state, &config, &sample);
	sample.live = true;
}

static void somebody_took_and_stalls_go_on(void)
{
	low();
	state.reclaimed = 5;
	sample.reclaimed = 6;
	policy_step(&state, &config, &sample);
	sample.now += 31 * SECOND;
	sample.pressure.some_avg10 = 100;
}

static void somebody_took(void)
{
	low();
	state.reclaimed = 5;
	sample.reclaimed = 6;
}

static void counters_of_a_new_module(void)
{
	low();
	state.reclaimed = 5;
	sample.reclaimed = 4;
}

static void first_sample(void)
{
	low();
	state.primed = false;
	sample.reclaimed = 5;
}

static void short_topup(void)
{
	low();
	policy_completed(&state, &config, POLICY_TOPUP, true, 51, 50, NOW - 999 * MS);
}

static void short_topup_past(void)
{
	low();
	policy_completed(&state, &config, POLICY_TOPUP, true, 51, 50, NOW - SECOND);
}

static void short_topups(void)
{
	low();
	policy_completed(&state, &config, POLICY_TOPUP, true, 51, 0, NOW - 5 * SECOND);
	policy_completed(&state, &config, POLICY_TOPUP, true, 51, 0, NOW - SECOND);
}

static void short_topup_made_good(void)
{
	low();
	policy_completed(&state, &config, POLICY_TOPUP, true, 51, 0, NOW - 5 * SECOND);
	policy_completed(&state, &config, POLICY_TOPUP, true, 51, 51, NOW - 1);
}

static void rehearsed(void)
{
	low();
	set(CONFIG_DRY_RUN, "yes");
	policy_rehearsed(&state, POLICY_TOPUP, true, 51, NOW - 1);
}

static void rehearsed_and_a_little_more(void)
{
	rehearsed();
	set(CONFIG_FLOOR, "163");
}

static void rehearsed_and_a_batch_more(void)
{
	rehearsed_and_a_little_more();
	sample.reclaimable--;
}

/* What the host can bear was told, not what is wanted. */
static void rehearsed_in_part(void)
{
	low();
	learnt_800();
	set(CONFIG_DRY_RUN, "yes");
	sample.host_available = 640;
	policy_rehearsed(&state, POLICY_TOPUP, true, 64, NOW - 1);
}

static void rehearsed_for_a_person(void)
{
	low();
	set(CONFIG_DRY_RUN, "yes");
	policy_rehearsed(&state, POLICY_TOPUP, false, 51, NOW - 1);
}

static void rehearsed_before(void)
{
	rehearsed();
	set(CONFIG_DRY_RUN, "no");
}

static void rehearsed_then_forgotten(void)
{
	rehearsed();
	policy_forget_topups(&state);
}

/* Between the two, nothing lacked. */
static void rehearsed_last_time(void)
{
	rehearsed();
	sample.reclaimable = 50;
	policy_step(&state, &config, &sample);
	low();
}

static void short_topup_forgotten(void)
{
	short_topup();
	policy_forget_topups(&state);
}

static void host_has_640(void)
{
	learnt_800();
	sample.host_available = 640;
}

static void host_has_630(void)
{
	learnt_800();
	sample.host_available = 630;
}

static void triggered(void)
{
	sample.reclaimable = 1100;
	sample.pressure.triggered = true;
}

static void enters(void)
{
	sample.reclaimable = 1100;
	sample.pressure.some_avg10 = 500;
}

static void not_quite(void)
{
	sample.reclaimable = 1100;
	sample.pressure.some_avg10 = 499;
}

static void little_above_floor(void)
{
	triggered();
	sample.reclaimable = 130;
}

static void step_is_a_batch(void)
{
	triggered();
	sample.reclaimable = 200;
}

static void enters_high(void)
{
	sample.reclaimable = 1100;
	sample.pressure.some_avg10 = 2000;
}

static void rises(void)
{
	enters();
	under_pressure(LEVEL_SOME, SECOND, 600);
	sample.pressure.some_avg10 = 601;
}

static void stays_risen(void)
{
	enters();
	under_pressure(LEVEL_SOME, SECOND, 600);
	state.rising = true;
}

static void falls(void)
{
	enters();
	under_pressure(LEVEL_SOME, 10 * SECOND - 1, 600);
	sample.pressure.some_avg10 = 599;
}

static void is_sustained(void)
{
	enters();
	under_pressure(LEVEL_SOME, 10 * SECOND, 600);
	sample.pressure.some_avg10 = 599;
}

static void sustained_but_low(void)
{
	enters();
	under_pressure(LEVEL_SOME, 10 * SECOND, 600);
	sample.pressure.some_avg10 = 499;
}

static void sustained_at_floor(void)
{
	is_sustained();
	sample.reclaimable = 100;
}

static void rises_at_floor(void)
{
	rises();
	sample.reclaimable = 100;
}

static void rises_without_a_page(void)
{
	rises();
	sample.reclaimable = 0;
	set(CONFIG_FLOOR, "0");
}

static void high_at_floor(void)
{
	enters_high();
	sample.reclaimable = 100;
}

static void nothing_left(void)
{
	enters_high();
	sample.reclaimable = 0;
	set(CONFIG_FLOOR, "0");
}

static void low_under_pressure(void)
{
	rises_at_floor();
	sample.reclaimable = 40;
}

static void leaves(void)
{
	enters();
	under_pressure(LEVEL_SOME, 5 * SECOND, 101);
	sample.pressure.some_avg10 = 99;
}

static void does_not_leave(void)
{
	enters();
	under_pressure(LEVEL_SOME, 5 * SECOND, 101);
	sample.pressure.some_avg10 = 100;
}

static void triggered_again(void)
{
	leaves();
	sample.pressure.triggered = true;
}

static void high_stays_above_enter(void)
{
	enters();
	under_pressure(LEVEL_HIGH, 10 * SECOND, 2000);
	sample.pressure.some_avg10 = 500;
}

static void high_goes_below_enter(void)
{
	enters();
	under_pressure(LEVEL_HIGH, SECOND, 2000);
	sample.pressure.some_avg10 = 499;
}

static void cooling(void)
{
	rises();
	policy_completed(&state, &config, POLICY_RELEASE, true, 100, 100, NOW - 2 * SECOND + 1);
}

static void relief_rehearsed(void)
{
	rises();
	policy_rehearsed(&state, POLICY_RELEASE, true, 500, NOW - 2 * SECOND + 1);
}

static void cooled(void)
{
	rises();
	policy_completed(&state, &config, POLICY_RELEASE, true, 100, 100, NOW - 2 * SECOND);
}

static void damped(void)
{
	rises();
	state.damping = 1;
	state.damped_at = NOW;
	sample.pressure.some_avg10 = 999;
}

static void damped_reached(void)
{
	damped();
	sample.pressure.some_avg10 = 1000;
}

static void damped_forgotten(void)
{
	damped();
	state.damped_at = NOW - 1800 * SECOND;
}

static void topup_disabled(void)
{
	low();
	disable();
}

static void topup_busy(void)
{
	low();
	busy();
}

static void relief_disabled(void)
{
	triggered();
	disable();
}

static void relief_busy(void)
{
	triggered();
	busy();
}

static void gone_under_pressure(void)
{
	enters_high();
	gone();
}

static const struct {
	const char *name;
	void (*arrange)(void);
	enum policy_action action;
	enum policy_reason reason;
	uint64_t pages;
	enum policy_action suppressed;
	uint64_t look_again;		/* from now, us; 0: never */
} verdicts[] = {
#define ACTS(arrange, action, reason, pages) \
	{ #arrange, arrange, POLICY_##action, REASON_##reason, pages, POLICY_NONE, 0 }
#define DOES_NOT(arrange, action, reason, pages, look_again) \
	{ #arrange, arrange, POLICY_NONE, REASON_##reason, pages, POLICY_##action, look_again }
	/* The reserve. */
	DOES_NOT(at_low_mark, NONE, NOTHING_TO_DO, 0, 0),
	ACTS(low, TOPUP, LOW_RESERVE, 51),
	ACTS(empty, TOPUP, LOW_RESERVE, 100),
	ACTS(learnt_800, TOPUP, LOW_RESERVE, 1500),
	ACTS(learnt_too_much, TOPUP, LOW_RESERVE, 9900),
	ACTS(learnt_long_ago, TOPUP, LOW_RESERVE, 700),
	/* Why it is not topped up. */
	DOES_NOT(taken_29s_ago, TOPUP, HOLD, 51, SECOND),
	ACTS(taken_30s_ago, TOPUP, LOW_RESERVE, 51),
	DOES_NOT(taken_31s_ago_damped, TOPUP, HOLD, 51, 29 * SECOND),
	DOES_NOT(shrinker_took, TOPUP, HOLD, 51, 30 * SECOND),
	DOES_NOT(shrinker_took_and_stalls_go_on, TOPUP, PRESSURE_LASTS, 51, 33 * SECOND),
	ACTS(shrinker_took_and_stalls_are_over, TOPUP, LOW_RESERVE, 51),
	ACTS(stalls_come_after_all_was_quiet, TOPUP, LOW_RESERVE, 51),
	ACTS(shrinker_took_from_another, TOPUP, LOW_RESERVE, 51),
	ACTS(somebody_took_and_stalls_go_on, TOPUP, LOW_RESERVE, 51),
	DOES_NOT(somebody_took, TOPUP, HOLD, 51, 30 * SECOND),
	ACTS(counters_of_a_new_module, TOPUP, LOW_RESERVE, 51),
	ACTS(first_sample, TOPUP, LOW_RESERVE, 51),
	DOES_NOT(short_topup, TOPUP, BACK_OFF, 51, MS),
	ACTS(short_topup_past, TOPUP, LOW_RESERVE, 51),
	DOES_NOT(short_topups, TOPUP, BACK_OFF, 51, SECOND),
	ACTS(short_topup_made_good, TOPUP, LOW_RESERVE, 51),
	ACTS(short_topup_forgotten, TOPUP, LOW_RESERVE, 51),
	DOES_NOT(rehearsed, TOPUP, REHEARSED, 51, 0),
	DOES_NOT(rehearsed_and_a_little_more, TOPUP, REHEARSED, 114, 0),
	ACTS(rehearsed_and_a_batch_more, TOPUP, LOW_RESERVE, 115),
	DOES_NOT(rehearsed_in_part, TOPUP, REHEARSED, 64, 0),
	ACTS(rehearsed_for_a_person, TOPUP, LOW_RESERVE, 51),
	ACTS(rehearsed_before, TOPUP, LOW_RESERVE, 51),
	ACTS(rehearsed_then_forgotten, TOPUP, LOW_RESERVE, 51),
	ACTS(rehearsed_last_time, TOPUP, LOW_RESERVE, 51),
	ACTS(host_has_640, TOPUP, LOW_RESERVE, 64),
	DOES_NOT(host_has_630, TOPUP, HOST_SHORT, 63, 30 * SECOND),
	DOES_NOT(low_under_pressure, TOPUP, PRESSURE_LASTS, 60, 2 * SECOND),
	DOES_NOT(topup_disabled, TOPUP, DISABLED, 51, 0),
	DOES_NOT(topup_busy, TOPUP, BUSY, 51, 0),
	/* Pressure begins. */
	ACTS(triggered, RELEASE, PRESSURE_RISING, 500),
	ACTS(enters, RELEASE, PRESSURE_RISING, 500),
	DOES_NOT(not_quite, NONE, NOTHING_TO_DO, 0, 0),
	ACTS(little_above_floor, RELEASE, PRESSURE_RISING, 30),
	ACTS(step_is_a_batch, RELEASE, PRESSURE_RISING, 64),
	ACTS(enters_high, RECLAIM, PRESSURE_RISING, 1100),
	/* It goes on. */
	ACTS(rises, RELEASE, PRESSURE_RISING, 500),
	ACTS(stays_risen, RELEASE, PRESSURE_RISING, 500),
	DOES_NOT(falls, RELEASE, PRESSURE_FALLING, 500, 2 * SECOND),
	ACTS(is_sustained, RELEASE, PRESSURE_SUSTAINED, 500),
	DOES_NOT(sustained_but_low, RELEASE, PRESSURE_FALLING, 500, 2 * SECOND),
	ACTS(sustained_at_floor, RECLAIM, PRESSURE_SUSTAINED, 100),
	DOES_NOT(rises_at_floor, RELEASE, FLOOR, 0, 2 * SECOND),
	ACTS(high_at_floor, RECLAIM, PRESSURE_RISING, 100),
	DOES_NOT(rises_without_a_page, RECLAIM, NOTHING_RECLAIMABLE, 0, 2 * SECOND),
	DOES_NOT(nothing_left, RECLAIM, NOTHING_RECLAIMABLE, 0, 2 * SECOND),
	/* It ends. */
	DOES_NOT(leaves, NONE, NOTHING_TO_DO, 0, 0),
	DOES_NOT(does_not_leave, RELEASE, PRESSURE_FALLING, 500, 2 * SECOND),
	DOES_NOT(triggered_again, RELEASE, PRESSURE_FALLING, 500, 2 * SECOND),
	ACTS(high_stays_above_enter, RECLAIM, PRESSURE_SUSTAINED, 1100),
	DOES_NOT(high_goes_below_enter, RELEASE, PRESSURE_FALLING, 500, 2 * SECOND),
	/* Why nothing is taken back. */
	DOES_NOT(cooling, RELEASE, COOL_DOWN, 500, 1),
	DOES_NOT(relief_rehearsed, RELEASE, COOL_DOWN, 500, 1),
	ACTS(cooled, RELEASE, PRESSURE_RISING, 500),
	DOES_NOT(damped, RELEASE, PING_PONG, 500, 2 * SECOND),
	ACTS(damped_reached, RELEASE, PRESSURE_RISING, 500),
	ACTS(damped_forgotten, RELEASE, PRESSURE_RISING, 500),
	DOES_NOT(relief_disabled, RELEASE, DISABLED, 500, 2 * SECOND),
	DOES_NOT(relief_busy, RELEASE, BUSY, 500, 2 * SECOND),
	/* Nobody to do anything for. */
	DOES_NOT(gone, NONE, NO_HYP, 0, 0),
	DOES_NOT(gone_under_pressure, NONE, NO_HYP, 0, 0),
};

#define N_VERDICTS	((int)(sizeof(verdicts) / sizeof(verdicts[0])))

START_TEST(verdict)
{
	uint64_t look_again = verdicts[_i].look_again;
	struct policy_decision decision;

	verdicts[_i].arrange();
	decision = policy_step(&state, &config, &sample);
	ck_assert_msg(decision.action == verdicts[_i].action &&
		      decision.reason == verdicts[_i].reason &&
		      decision.pages == verdicts[_i].pages &&
		      decision.suppressed == verdicts[_i].suppressed &&
		      decision.look_again == (look_again ? NOW + look_again : 0),
		      "%s: %s of %u pages for %s, suppressed %s, again in %lld us",
		      verdicts[_i].name, policy_action_name(decision.action),
		      (unsigned int)decision.pages, policy_reason_name(decision.reason),
		      policy_action_name(decision.suppressed),
		      decision.look_again ? (long long)(decision.look_again - NOW) : 0);
}
END_TEST

/* The table has no gap: every reason but a person's is some verdict's. */
START_TEST(every_reason)
{
	for (enum policy_reason reason = 0; reason < POLICY_REASONS; reason++) {
		bool found = reason == REASON_REQUESTED;

		for (int i = 0; i < N_VERDICTS; i++)
			found |= verdicts[i].reason == reason;
		ck_assert_msg(found, "%s is in no verdict", policy_reason_name(reason));
		ck_assert_ptr_nonnull(policy_reason_text(reason));
	}
}
END_TEST

/* Back again @after what was taken, with @pages donated meanwhile. */
static void donate_again(uint64_t after, uint64_t pages)
{
	policy_completed(&state, &config, POLICY_RELEASE, true, 100, 100, NOW);
	sample.now = NOW + after;
	sample.donated = state.donated + pages;
	policy_step(&state, &config, &sample);
}

START_TEST(low_mark_covers_the_demand)
{
	learnt_800();
	ck_assert_uint_eq(policy_low_mark(&config, policy_target(&state, &config, NOW)), 800);
	set(CONFIG_LOW_MARK, "100%");
	ck_assert_uint_eq(policy_target(&state, &config, NOW), 800);
}
END_TEST

START_TEST(ping_pong_is_seen)
{
	donate_again(300 * SECOND - 1, 50);
	ck_assert_uint_eq(state.ping_pongs, 1);
	ck_assert_uint_eq(policy_enter(&state, &config), 1000);
	/* It is counted once for each time that pages were taken. */
	sample.donated += 50;
	policy_step(&state, &config, &sample);
	ck_assert_uint_eq(state.ping_pongs, 1);
}
END_TEST

START_TEST(ping_pong_is_not_seen)
{
	donate_again(300 * SECOND, 50);
	ck_assert_uint_eq(state.ping_pongs, 0);
	donate_again(SECOND, 49);
	ck_assert_uint_eq(state.ping_pongs, 0);
	ck_assert_uint_eq(policy_enter(&state, &config), 500);
}
END_TEST

/* What somebody takes is not the policy's mistake; what the shrinker takes is pressure's. */
START_TEST(ping_pong_with_others)
{
	policy_completed(&state, &config, POLICY_RECLAIM, false, 100, 100, NOW);
	sample.reclaimed = 100;
	policy_step(&state, &config, &sample);
	sample.donated = 100;
	policy_step(&state, &config, &sample);
	ck_assert_uint_eq(state.ping_pongs, 0);

	sample.shrunk = 60;
	policy_step(&state, &config, &sample);
	sample.shrunk = 100;
	policy_step(&state, &config, &sample);
	sample.donated = 149;
	policy_step(&state, &config, &sample);
	ck_assert_uint_eq(state.ping_pongs, 0);
	sample.donated = 150;
	policy_step(&state, &config, &sample);
	ck_assert_uint_eq(state.ping_pongs, 1);
}
END_TEST

START_TEST(damping_has_a_limit)
{
	for (int i = 0; i < 10; i++)
		donate_again(SECOND, 100);
	ck_assert_uint_eq(state.ping_pongs, 10);
	ck_assert_uint_eq(state.damping, POLICY_DAMPING_MAX);
	ck_assert_uint_eq(policy_enter(&state, &config), 8000);
	set(CONFIG_ENTER, "50%");
	ck_assert_uint_eq(policy_enter(&state, &config), 10000);
}
END_TEST

START_TEST(damping_is_forgotten_by_halves)
{
	state.damping = 3;
	state.damped_at = NOW;
	sample.now = NOW + 2 * 1800 * SECOND;
	policy_step(&state, &config, &sample);
	ck_assert_uint_eq(state.damping, 1);
	sample.now += 1800 * SECOND - 1;
	policy_step(&state, &config, &sample);
	ck_assert_uint_eq(state.damping, 1);
	sample.now++;
	policy_step(&state, &config, &sample);
	ck_assert_uint_eq(state.damping, 0);
}
END_TEST

START_TEST(back_off_doubles_up_to_a_limit)
{
	uint64_t expected = SECOND;

	for (int i = 0; i < 12; i++) {
		policy_completed(&state, &config, POLICY_TOPUP, true, 10, 0, NOW);
		ck_assert_uint_eq(state.back_off, expected);
		expected = expected * 2 < 300 * SECOND ? expected * 2 : 300 * SECOND;
	}
	policy_completed(&state, &config, POLICY_TOPUP, true, 10, 10, NOW);
	ck_assert_uint_eq(state.back_off, 0);
}
END_TEST

START_TEST(dry_run_moves_nothing_and_is_no_ping_pong)
{
	policy_completed(&state, &config, POLICY_RELEASE, true, 100, 0, NOW);
	ck_assert_uint_eq(state.watch_at, 0);
	ck_assert_uint_eq(state.relieved_at, NOW);
}
END_TEST

/* A step reads its arguments and nothing else: the same twice is the same. */
START_TEST(is_deterministic)
{
	struct policy_state copy;
	struct policy_decision a, b;

	for (int i = 0; i < N_VERDICTS; i++) {
		teardown();
		setup();
		verdicts[i].arrange();
		copy = state;
		a = policy_step(&state, &config, &sample);
		b = policy_step(&copy, &config, &sample);
		ck_assert_int_eq(a.action, b.action);
		ck_assert_int_eq(a.reason, b.reason);
		ck_assert_uint_eq(a.pages, b.pages);
		ck_assert_uint_eq(a.look_again, b.look_again);
		ck_assert_int_eq(state.level, copy.level);
		ck_assert_uint_eq(state.demand.burst, copy.demand.burst);
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("pkvmd_policy");
	TCase *tcase = tcase_create("policy");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, verdict, 0, N_VERDICTS);
	tcase_add_test(tcase, every_reason);
	tcase_add_test(tcase, low_mark_covers_the_demand);
	tcase_add_test(tcase, ping_pong_is_seen);
	tcase_add_test(tcase, ping_pong_is_not_seen);
	tcase_add_test(tcase, ping_pong_with_others);
	tcase_add_test(tcase, damping_has_a_limit);
	tcase_add_test(tcase, damping_is_forgotten_by_halves);
	tcase_add_test(tcase, back_off_doubles_up_to_a_limit);
	tcase_add_test(tcase, dry_run_moves_nothing_and_is_no_ping_pong);
	tcase_add_test(tcase, is_deterministic);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
