// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * pkvmd's manager, runner, link and store over a fake kernel: what it does when the module
 * comes, goes and talks nonsense, when people want something, and when it is started again.
 */
#define _GNU_SOURCE
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "../../daemon/pkvmd/store.h"
#include "fake/netlink.h"
#include "fake/pressure.h"
#include "pkvmd_manager.h"
#include "suite.h"

#define ROUND_US	1000	/* to wait for what is to come in a round of the loop */

static char root[] = "/tmp/pkvmd_manager.XXXXXX";
char config_file[64];
static struct manager_paths paths = {
	.config_root = root,
	.state_directory = root,
	.probe_directory = "/nonexistent",
};
struct manager *manager;
struct ctl_message message;
bool dry_run;

struct seen seen;

static void on_begins(const struct action *action, const struct policy_decision *decision,
		      void *arg)
{
	(void)arg;
	ck_assert_uint_eq(action->done, 0);
	ck_assert_int_eq(decision->action, action->kind);
	ck_assert_int_eq(decision->reason, action->reason);
	ck_assert_uint_eq(decision->pages, action->asked);
	seen.begun++;
}

static void on_ends(const struct action *action, void *arg)
{
	(void)arg;
	seen.ended++;
	seen.last = *action;
}

static void on_changed(void *arg)
{
	(void)arg;
	seen.changed++;
}

static void on_done(const struct action *action, void *arg)
{
	ck_assert_ptr_eq(arg, &seen);
	seen.done++;
	seen.done_with = *action;
}

static struct manager_observer observer = {
	.action_begins = on_begins, .action_ends = on_ends, .changed = on_changed,
};

void settle(void)
{
	int n;

	for (int i = 0; i < 1000; i++) {
		n = sd_event_run(manager->event, ROUND_US);
		ck_assert_int_ge(n, 0);
		if (!n)
			return;
	}
	ck_abort_msg("the loop does not come to rest");
}

void start(void)
{
	ck_assert_int_eq(manager_new(&paths, dry_run, &manager), 0);
	manager_observe(manager, &observer);
	settle();
}

static void stop(void)
{
	manager_unobserve(manager, &observer);
	manager_free(manager);
	manager = NULL;
	ck_assert_uint_eq(fake_netlink_sockets(), 0);
}

void configure(const char *text)
{
	FILE *file = fopen(config_file, "w");

	ck_assert_ptr_nonnull(file);
	fputs(text, file);
	fclose(file);
}

static void setup(void)
{
	char *command;

	ck_assert_ptr_nonnull(mkdtemp(root));
	ck_assert_int_ge(asprintf(&command, "mkdir %s/etc", root), 0);
	ck_assert_int_eq(system(command), 0);
	free(command);
	snprintf(config_file, sizeof(config_file), "%s/etc/pkvmd.conf", root);
}

static void teardown(void)
{
	char *command;

	if (manager)
		stop();
	ck_assert_int_ge(asprintf(&command, "rm -r %s", root), 0);
	ck_assert_int_eq(system(command), 0);
	free(command);
}

uint64_t reserve(void)
{
	return fake_module.stats.mem.reclaimable;
}

START_TEST(waits_for_the_module)
{
	start();
	ck_assert_int_eq(manager->state, MANAGER_WAITING);
	ck_assert_int_eq(manager->decision.reason, REASON_NO_HYP);
	ck_assert(!fake_pressure.watched);
	ck_assert_int_eq(manager_refresh(manager), -ENODEV);
	fake_module_load();
	settle();
	ck_assert_int_eq(manager->state, MANAGER_LIVE);
	ck_assert(fake_pressure.watched);
	ck_assert_uint_eq(reserve(), FLOOR);
	ck_assert_uint_ge(seen.changed, 1);
}
END_TEST

START_TEST(finds_the_module)
{
	fake_module_load();
	start();
	ck_assert_int_eq(manager->state, MANAGER_LIVE);
	ck_assert_str_eq(manager->info.module_version, "0.0.1");
	ck_assert_uint_eq(manager->shrinker.batch, 64);
	ck_assert_uint_eq(reserve(), FLOOR);
	ck_assert_int_eq(manager_refresh(manager), 0);
	ck_assert_uint_eq(manager->stats.mem.reclaimable, FLOOR);
	ck_assert_uint_eq(manager->page_stats.hyp, fake_module.stats.mem.owned);
}
END_TEST

START_TEST(module_goes_and_comes)
{
	fake_module_load();
	start();
	for (int i = 0; i < 3; i++) {
		fake_module_unload();
		settle();
		ck_assert_int_eq(manager->state, MANAGER_WAITING);
		ck_assert_uint_eq(manager->stats.mem.owned, 0);
		ck_assert(!fake_pressure.watched);
		fake_module_load();
		settle();
		ck_assert_int_eq(manager->state, MANAGER_LIVE);
		ck_assert_uint_eq(reserve(), FLOOR);
	}
	ck_assert_uint_eq(manager->counters.loads, 4);
	/* Both at once, before the daemon has looked. */
	fake_module_unload();
	fake_module_load();
	settle();
	ck_assert_int_eq(manager->state, MANAGER_LIVE);
	ck_assert_uint_eq(reserve(), FLOOR);
}
END_TEST

/* It was found before the news of its being loaded was read. */
START_TEST(old_news)
{
	fake_module_load();
	ck_assert_int_eq(manager_new(&paths, false, &manager), 0);
	fake_module_tell();
	settle();
	ck_assert_int_eq(manager->state, MANAGER_LIVE);
	ck_assert_uint_eq(manager->counters.loads, 1);
}
END_TEST

START_TEST(other_version)
{
	fake_module_load();
	fake_module.netlink_abi++;
	start();
	ck_assert_int_eq(manager->state, MANAGER_MISMATCH);
	ck_assert_uint_eq(fake_module.topups, 0);
	fake_module_unload();
	settle();
	ck_assert_int_eq(manager->state, MANAGER_WAITING);
	fake_module_load();
	settle();
	ck_assert_int_eq(manager->state, MANAGER_LIVE);
}
END_TEST

START_TEST(el2_dies)
{
	fake_module_load();
	start();
	fake_module_die();
	settle();
	ck_assert_int_eq(manager->state, MANAGER_DEAD);
	ck_assert_int_eq(manager->decision.reason, REASON_NO_HYP);
	ck_assert_int_eq(manager_request(manager, POLICY_TOPUP, 1, on_done, &seen, &message),
			 -ENODEV);
	ck_assert_str_eq(message.text, "no live EL2: the daemon's state is dead");
}
END_TEST

static const int troubles[] = { ENOMEM, ENOBUFS, EAGAIN };

/* Figures that cannot be had are no news of EL2: what was decided stands, and it looks again. */
START_TEST(figures_cannot_be_had)
{
	fake_module_load();
	start();
	fake_module.refused = PKVM_CMD_HEAP_STATS_GET;
	fake_module.refusal = troubles[_i];
	fake_module.stats.mem.reclaimable = 0;
	manager_look(manager);
	settle();
	manager_look(manager);
	settle();
	ck_assert_int_eq(manager->state, MANAGER_LIVE);
	ck_assert_int_eq(manager->decision.reason, REASON_NOTHING_TO_DO);
	ck_assert_uint_eq(manager->decision.reserve, FLOOR);
	ck_assert(manager->sample.live);
	ck_assert_uint_eq(manager->counters.blind, 2);
	fake_module.refused = 0;
	/* By itself, within a second or so. */
	ck_assert_int_gt(sd_event_run(manager->event, 3000000), 0);
	settle();
	ck_assert_uint_eq(reserve(), FLOOR);
	ck_assert_uint_eq(manager->counters.blind, 2);
	ck_assert_uint_eq(manager->decision.look_again, 0);
}
END_TEST

/* It is there, and found once it can be talked to. */
START_TEST(module_cannot_be_talked_to)
{
	fake_module_load();
	fake_module.refused = PKVM_CMD_INFO_GET;
	fake_module.refusal = ENOMEM;
	start();
	ck_assert_int_eq(manager->state, MANAGER_WAITING);
	fake_module.refused = 0;
	ck_assert_int_gt(sd_event_run(manager->event, 3000000), 0);
	settle();
	ck_assert_int_eq(manager->state, MANAGER_LIVE);
	ck_assert_uint_eq(manager->counters.loads, 1);
}
END_TEST

/* What the lost notifications told is asked for until it is known. */
START_TEST(notifications_lost_and_no_answer)
{
	fake_module_load();
	start();
	fake_module.shrinker.batch = 77;
	fake_module.refused = PKVM_CMD_SHRINKER_GET;
	fake_module.refusal = ENOMEM;
	fake_netlink_overrun();
	settle();
	ck_assert_uint_eq(manager->shrinker.batch, 64);
	fake_module.refused = 0;
	ck_assert_int_gt(sd_event_run(manager->event, 3000000), 0);
	settle();
	ck_assert_uint_eq(manager->shrinker.batch, 77);
}
END_TEST

START_TEST(idle_is_idle)
{
	uint64_t decisions;

	fake_module_load();
	start();
	decisions = manager->counters.decisions;
	ck_assert_int_eq(sd_event_run(manager->event, 200000), 0);
	ck_assert_uint_eq(manager->counters.decisions, decisions);
	ck_assert_uint_eq(manager->decision.look_again, 0);
}
END_TEST

START_TEST(learns_from_requests)
{
	configure("[Reserve]\nFloor=0\n");
	fake_module_load();
	start();
	ck_assert_uint_eq(reserve(), 0);
	fake_module_use(300);
	settle();
	/* 300 and a quarter more, and the request of 300, above the low mark of 75 %. */
	ck_assert_uint_eq(manager->decision.low, 675);
	ck_assert_uint_eq(reserve(), 900);
	ck_assert_uint_eq(manager->counters.request_latency.sum, 20000);
	fake_module_use(300);
	settle();
	ck_assert_uint_eq(fake_module.stats.mem.requests, 1);
}
END_TEST

START_TEST(notifications_lost)
{
	fake_module_load();
	start();
	fake_module.shrinker.batch = 77;
	fake_module.stats.mem.reclaimable = 0;
	seen.changed = 0;
	fake_netlink_overrun();
	settle();
	ck_assert_uint_eq(manager->counters.overruns, 1);
	ck_assert_uint_ge(seen.changed, 1);
	ck_assert_uint_eq(manager->shrinker.batch, 77);
	ck_assert_uint_eq(reserve(), FLOOR);
}
END_TEST

START_TEST(garbage_from_the_kernel)
{
	static const unsigned char data[] = { 3, 0, 1, 0, 255, 255, 9, 9, 8, 0, 1, 0, 1, 2, 3, 4 };

	fake_module_load();
	start();
	for (size_t n = 0; n <= sizeof(data); n++) {
		fake_netlink_garbage(data, n);
		settle();
	}
	ck_assert_int_eq(manager->state, MANAGER_LIVE);
	fake_module_shrink();
	settle();
	ck_assert_int_eq(manager->decision.reason, REASON_HOLD);
}
END_TEST

START_TEST(a_persons_topup)
{
	fake_module_load();
	start();
	seen.begun = seen.ended = 0;
	fake_module.topups = 0;
	ck_assert_int_eq(manager_request(manager, POLICY_TOPUP, 1300, on_done, &seen, &message), 0);
	settle();
	ck_assert_uint_eq(seen.done, 1);
	ck_assert_uint_eq(seen.begun, 1);
	ck_assert_uint_eq(seen.ended, 1);
	ck_assert_uint_eq(seen.done_with.done, 1300);
	ck_assert_int_eq(seen.done_with.origin, ORIGIN_PERSON);
	ck_assert_int_eq(seen.done_with.error, 0);
	ck_assert_uint_eq(reserve(), FLOOR + 1300);
	/* In batches. */
	ck_assert_uint_eq(fake_module.topups, 3);
	ck_assert_uint_eq(manager->counters.actions[POLICY_TOPUP][REASON_REQUESTED], 1);
	ck_assert_uint_eq(decisions_get(&manager->decisions, 0)->done, 1300);
}
END_TEST

START_TEST(a_persons_reclaim_is_not_undone)
{
	fake_module_load();
	start();
	ck_assert_int_eq(manager_request(manager, POLICY_RECLAIM, 1000, on_done, &seen, &message),
			 0);
	settle();
	ck_assert_uint_eq(seen.done_with.done, FLOOR);
	ck_assert_uint_eq(reserve(), 0);
	ck_assert_int_eq(manager->decision.reason, REASON_HOLD);
	ck_assert_uint_gt(manager->decision.look_again, 0);
	ck_assert_uint_eq(manager->counters.suppressed[POLICY_TOPUP][REASON_HOLD], 1);
}
END_TEST

START_TEST(requests_are_refused)
{
	start();
	ck_assert_int_eq(manager_request(manager, POLICY_TOPUP, 1, on_done, &seen, &message),
			 -ENODEV);
	fake_module_load();
	settle();
	ck_assert_int_eq(manager_request(manager, POLICY_TOPUP, 0, on_done, &seen, &message),
			 -ERANGE);
	ck_assert_int_eq(manager_request(manager, POLICY_TOPUP, PKVM_NL_MAX_PAGES + 1, on_done,
					 &seen, &message),
			 -ERANGE);
	ck_assert_str_eq(message.text, "262145 pages: out of range, 1 to 262144");
	ck_assert_int_eq(manager_request(manager, POLICY_RELEASE, 1, on_done, &seen, &message),
			 -EINVAL);
	for (int i = 0; i < 64; i++)
		ck_assert_int_eq(manager_request(manager, POLICY_TOPUP, 1, on_done, &seen,
						 &message),
				 0);
	ck_assert_int_eq(manager_request(manager, POLICY_TOPUP, 1, on_done, &seen, &message),
			 -EBUSY);
	settle();
	ck_assert_uint_eq(seen.done, 64);
}
END_TEST

START_TEST(module_goes_in_the_midst)
{
	fake_module_load();
	start();
	fake_module.gone_after = 2;
	ck_assert_int_eq(manager_request(manager, POLICY_TOPUP, 5000, on_done, &seen, &message), 0);
	ck_assert_int_eq(manager_request(manager, POLICY_TOPUP, 5000, on_done, &seen, &message), 0);
	settle();
	ck_assert_uint_eq(seen.done, 2);
	ck_assert_int_eq(seen.done_with.error, -ENODEV);
	ck_assert_int_eq(manager->state, MANAGER_WAITING);
}
END_TEST

START_TEST(freed_in_the_midst)
{
	fake_module_load();
	start();
	ck_assert_int_eq(manager_request(manager, POLICY_TOPUP, 50000, on_done, &seen, &message),
			 0);
	ck_assert_int_ge(sd_event_run(manager->event, ROUND_US), 0);
	ck_assert_uint_eq(seen.done, 0);
	stop();
	ck_assert_uint_eq(seen.done, 1);
	ck_assert_int_eq(seen.done_with.error, -ECANCELED);
}
END_TEST

static int on_flood(sd_event_source *source, int fd, uint32_t events, void *arg)
{
	(void)source, (void)fd, (void)events;
	++*(unsigned int *)arg;
	return 0;
}

/* Somebody who always wants something, and a long action: neither keeps the other from it. */
START_TEST(others_take_turns)
{
	unsigned int rounds, floods = 0, batches = 40;
	sd_event_source *source;
	int fd = eventfd(1, EFD_CLOEXEC);

	fake_module_load();
	start();
	ck_assert_int_ge(sd_event_add_io(manager->event, &source, fd, EPOLLIN, on_flood, &floods),
			 0);
	ck_assert_int_eq(manager_request(manager, POLICY_TOPUP, batches * 512, on_done, &seen,
					 &message),
			 0);
	for (rounds = 0; !seen.done; rounds++) {
		ck_assert_uint_lt(rounds, 8 * batches);
		ck_assert_int_ge(sd_event_run(manager->event, ROUND_US), 0);
	}
	ck_assert_uint_ge(floods, batches / 2);
	sd_event_source_unref(source);
	close(fd);
}
END_TEST

START_TEST(host_has_larger_pages)
{
	fake_module_load();
	start();
	fake_module.topups = 0;
	fake_module.topup_excess = 3;
	ck_assert_int_eq(manager_request(manager, POLICY_TOPUP, 1300, on_done, &seen, &message), 0);
	settle();
	ck_assert_uint_eq(fake_module.topups, 3);
	ck_assert_uint_eq(seen.done_with.done, 1303);
	ck_assert_int_eq(seen.done_with.error, 0);
}
END_TEST

START_TEST(host_has_too_little)
{
	fake_module_load();
	fake_module.topup_limit = 10;
	start();
	ck_assert_uint_eq(seen.last.done, 10);
	ck_assert_int_eq(manager->decision.reason, REASON_BACK_OFF);
	ck_assert_uint_eq(fake_module.topups, 1);
}
END_TEST

START_TEST(pressure_takes_pages_back)
{
	fake_module_load();
	start();
	ck_assert_int_eq(manager_request(manager, POLICY_TOPUP, 10000, NULL, NULL, &message), 0);
	settle();
	fake_pressure_fire(manager, 3000);
	settle();
	ck_assert_uint_eq(reserve(), 0);
	ck_assert_int_eq(seen.last.kind, POLICY_RECLAIM);
	ck_assert_int_eq(seen.last.reason, REASON_PRESSURE_RISING);
	ck_assert_int_eq(manager->policy.level, LEVEL_HIGH);
	ck_assert_int_eq(manager->decision.reason, REASON_PRESSURE_LASTS);
	ck_assert_uint_gt(manager->decision.look_again, 0);
}
END_TEST

/* What EL2 gets ahead of need gives way to a host that is short. */
START_TEST(pressure_stops_a_topup)
{
	configure("[Reserve]\nFloor=512M\nCeiling=1G\n");
	fake_module_load();
	ck_assert_int_eq(manager_new(&paths, false, &manager), 0);
	manager_observe(manager, &observer);
	while (reserve() < 5000)
		ck_assert_int_gt(sd_event_run(manager->event, ROUND_US), 0);
	fake_pressure_fire(manager, 3000);
	settle();
	ck_assert_uint_eq(reserve(), 0);
	ck_assert_uint_eq(manager->counters.failed[POLICY_TOPUP], 0);
	ck_assert_uint_lt(manager->counters.pages[POLICY_TOPUP], 131072);
}
END_TEST

/* As after kill -9: what was kept is all that the next one has. */
START_TEST(learnt_survives)
{
	configure("[Reserve]\nFloor=0\n");
	fake_module_load();
	start();
	fake_module_use(300);
	settle();
	stop();
	fake_module_unload();
	fake_module_load();
	start();
	ck_assert_uint_eq(fake_module.stats.mem.requests, 0);
	ck_assert_uint_ge(reserve(), 890);
	ck_assert_uint_le(reserve(), 900);
}
END_TEST

static const char *const spoilt[] = {
	"burst-pages=-5\n", "burst-pages=99999999999999999999\n", "damping=5\n", "burst-pages=1x\n",
	"\x01\xff garbage",
};

START_TEST(spoilt_store_is_left_aside)
{
	char path[64];
	FILE *file;

	snprintf(path, sizeof(path), "%s/learnt", root);
	file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	fputs(spoilt[_i], file);
	fclose(file);
	fake_module_load();
	start();
	ck_assert_uint_eq(reserve(), FLOOR);
	ck_assert_uint_eq(manager->policy.damping, 0);
}
END_TEST

#define MINUTE	UINT64_C(60000000)

/* The half hour after which a ping-pong is forgotten does not begin anew. */
START_TEST(damping_fades_over_restarts)
{
	const uint64_t now = 600 * MINUTE;
	struct policy_state kept, again;
	struct config config;
	struct store *store;

	ck_assert_int_eq(config_init(&config), 0);
	policy_init(&kept);
	kept.damping = 2;
	kept.damped_at = now - 40 * MINUTE;
	kept.ping_pongs = 7;
	ck_assert_int_eq(store_new(root, &store), 0);
	ck_assert_int_eq(store_save(store, &kept, now), 0);
	policy_init(&again);
	ck_assert_int_eq(store_load(store, &config, now, &again), 0);
	ck_assert_uint_eq(again.damping, 1);
	ck_assert_uint_eq(again.ping_pongs, 7);
	ck_assert_uint_ge(now - again.damped_at, 10 * MINUTE);
	ck_assert_uint_le(now - again.damped_at, 11 * MINUTE);
	/* Of a machine that has just been started. */
	ck_assert_int_eq(store_load(store, &config, MINUTE, &again), 0);
	ck_assert_uint_eq(again.damped_at, 0);
	store_free(store);
	config_release(&config);
}
END_TEST

/* It goes on, and says so once. */
START_TEST(nowhere_to_keep)
{
	paths.state_directory = "/nonexistent";
	fake_module_load();
	start();
	ck_assert_uint_eq(reserve(), FLOOR);
	fake_module_use(300);
	settle();
	ck_assert_int_eq(store_save(manager->store, &manager->policy, 0), 0);
}
END_TEST

static void explained(const char *part)
{
	const struct decision_entry *entry = decisions_get(&manager->decisions, 0);
	char *text = decision_explain(entry);

	ck_assert_msg(strstr(text, part), "no '%s' in: %s", part, text);
	free(text);
}

START_TEST(explains)
{
	start();
	explained("no action: there is no live EL2 that the module could ask");
	fake_module_load();
	settle();
	explained("no action: there is nothing to do [reserve 256 pages, low mark 192, target 256; "
		  "pressure none, stalled 0.00 %, threshold 5.00 %]");
	fake_module_shrink();
	settle();
	explained("no topup of 256 pages: pages were taken back less than the hold time ago");
	ck_assert_ptr_null(decisions_get(&manager->decisions, DECISIONS_KEPT));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("pkvmd_manager");
	TCase *tcase = tcase_create("manager");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, waits_for_the_module);
	tcase_add_test(tcase, finds_the_module);
	tcase_add_test(tcase, module_goes_and_comes);
	tcase_add_test(tcase, old_news);
	tcase_add_test(tcase, other_version);
	tcase_add_test(tcase, el2_dies);
	tcase_add_loop_test(tcase, figures_cannot_be_had, 0,
			    sizeof(troubles) / sizeof(troubles[0]));
	tcase_add_test(tcase, module_cannot_be_talked_to);
	tcase_add_test(tcase, notifications_lost_and_no_answer);
	tcase_add_test(tcase, idle_is_idle);
	tcase_add_test(tcase, learns_from_requests);
	tcase_add_test(tcase, notifications_lost);
	tcase_add_test(tcase, garbage_from_the_kernel);
	tcase_add_test(tcase, a_persons_topup);
	tcase_add_test(tcase, a_persons_reclaim_is_not_undone);
	tcase_add_test(tcase, requests_are_refused);
	tcase_add_test(tcase, module_goes_in_the_midst);
	tcase_add_test(tcase, freed_in_the_midst);
	tcase_add_test(tcase, others_take_turns);
	tcase_add_test(tcase, host_has_larger_pages);
	tcase_add_test(tcase, host_has_too_little);
	tcase_add_test(tcase, pressure_takes_pages_back);
	tcase_add_test(tcase, pressure_stops_a_topup);
	add_config_tests(tcase);
	tcase_add_test(tcase, learnt_survives);
	tcase_add_loop_test(tcase, spoilt_store_is_left_aside, 0,
			    sizeof(spoilt) / sizeof(spoilt[0]));
	tcase_add_test(tcase, damping_fades_over_restarts);
	tcase_add_test(tcase, nowhere_to_keep);
	tcase_add_test(tcase, explains);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
