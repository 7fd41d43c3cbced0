// SPDX-License-Identifier: GPL-2.0-or-later
/* What pkvmd's manager makes of its configuration: files, reloads, run-time changes, dry runs. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fake/netlink.h"
#include "fake/pressure.h"
#include "pkvmd_manager.h"

START_TEST(dry_run_moves_nothing)
{
	static const struct manager_setting off = { "DryRun", "no" };

	dry_run = true;
	configure("[Policy]\nDryRun=no\n");
	fake_module_load();
	start();
	ck_assert_uint_eq(fake_module.topups, 0);
	ck_assert_uint_eq(seen.begun, 1);
	ck_assert_uint_eq(seen.ended, 1);
	ck_assert(seen.last.dry_run);
	ck_assert_uint_eq(manager->counters.dry_runs[POLICY_TOPUP], 1);
	ck_assert_int_eq(manager->decision.reason, REASON_REHEARSED);
	ck_assert_uint_eq(manager->decision.look_again, 0);
	manager_look(manager);
	settle();
	ck_assert_uint_eq(manager->counters.dry_runs[POLICY_TOPUP], 1);
	ck_assert_str_eq(manager->config.origin[CONFIG_DRY_RUN], "command line");
	ck_assert_int_eq(manager_reload(manager, &message), 0);
	ck_assert_uint_eq(manager->config.value[CONFIG_DRY_RUN], 1);
	ck_assert_int_eq(manager_set(manager, &off, 1, &message), -EINVAL);
	ck_assert_uint_eq(manager->config.value[CONFIG_DRY_RUN], 1);
}
END_TEST

/* A dry run does not wait for what the real one before it waits for, nor the other way round. */
START_TEST(dry_run_comes_and_goes)
{
	const struct manager_setting on = { "DryRun", "yes" }, off = { "DryRun", "no" };

	fake_module_load();
	fake_module.topup_limit = 10;
	start();
	ck_assert_int_eq(manager->decision.reason, REASON_BACK_OFF);
	fake_module.topup_limit = UINT64_MAX;
	ck_assert_int_eq(manager_set(manager, &on, 1, &message), 0);
	settle();
	ck_assert_uint_eq(manager->counters.dry_runs[POLICY_TOPUP], 1);
	ck_assert_int_eq(manager->decision.reason, REASON_REHEARSED);
	ck_assert_uint_eq(reserve(), 10);
	ck_assert_int_eq(manager_set(manager, &off, 1, &message), 0);
	settle();
	ck_assert_uint_eq(reserve(), FLOOR);
}
END_TEST

START_TEST(set_at_run_time)
{
	const struct manager_setting good[] = { { "floor", "4M" }, { "HoldTime", "1s" } };
	const struct manager_setting bad[] = { { "floor", "8M" }, { "Ceiling", "2M" } };
	const struct manager_setting unknown = { "roof", "8M" };

	fake_module_load();
	start();
	ck_assert_int_eq(manager_set(manager, bad, 2, &message), -EINVAL);
	ck_assert_int_eq(manager_set(manager, &unknown, 1, &message), -ENOENT);
	ck_assert_str_eq(message.text, "there is no key 'roof'");
	ck_assert_uint_eq(manager->config.value[CONFIG_FLOOR], FLOOR);
	ck_assert_int_eq(manager_set(manager, good, 2, &message), 0);
	settle();
	ck_assert_uint_eq(reserve(), 1024);
	ck_assert_str_eq(manager->config.origin[CONFIG_FLOOR], "run time");
	ck_assert_int_eq(manager_reload(manager, &message), 0);
	ck_assert_uint_eq(manager->config.value[CONFIG_FLOOR], FLOOR);
}
END_TEST

/* A trigger that is set anew forgets what it has seen. */
START_TEST(triggers_are_set_for_their_keys)
{
	const struct manager_setting floor = { "Floor", "2M" }, enter = { "Enter", "6%" },
				     window = { "Window", "4s" }, cgroups = { "Cgroups", "a" };

	fake_module_load();
	start();
	ck_assert_uint_eq(fake_pressure.set, 1);
	ck_assert_int_eq(manager_set(manager, &floor, 1, &message), 0);
	ck_assert_int_eq(manager_reload(manager, &message), 0);
	ck_assert_uint_eq(fake_pressure.set, 1);
	ck_assert_int_eq(manager_set(manager, &enter, 1, &message), 0);
	ck_assert_int_eq(manager_set(manager, &window, 1, &message), 0);
	ck_assert_int_eq(manager_set(manager, &cgroups, 1, &message), 0);
	ck_assert_uint_eq(fake_pressure.set, 4);
}
END_TEST

/* What is the same is no change. */
START_TEST(reload_of_the_same)
{
	fake_module_load();
	start();
	seen.changed = 0;
	ck_assert_int_eq(manager_reload(manager, &message), 0);
	ck_assert_uint_eq(seen.changed, 0);
	configure("[Reserve]\nFloor=2M\n");
	ck_assert_int_eq(manager_reload(manager, &message), 0);
	ck_assert_uint_eq(seen.changed, 1);
}
END_TEST

START_TEST(reload_by_signal)
{
	fake_module_load();
	start();
	configure("[Reserve]\nFloor=8M\n");
	raise(SIGHUP);
	settle();
	ck_assert_uint_eq(reserve(), 2048);
	ck_assert_uint_eq(manager->counters.reloads, 1);
	configure("[Reserve]\nFloor=8M\nCeiling=4M\n");
	raise(SIGHUP);
	settle();
	ck_assert_uint_eq(manager->config.value[CONFIG_CEILING], 16384);
	ck_assert_uint_eq(manager->counters.reloads, 1);
}
END_TEST

START_TEST(contradictory_files_at_start)
{
	configure("[Reserve]\nFloor=8M\nCeiling=4M\n");
	fake_module_load();
	start();
	ck_assert_uint_eq(reserve(), FLOOR);
}
END_TEST

START_TEST(contradictory_files_do_not_enable)
{
	configure("[Policy]\nEnabled=no\n[Reserve]\nFloor=8M\nCeiling=4M\n");
	fake_module_load();
	start();
	ck_assert_uint_eq(reserve(), 0);
	ck_assert_int_eq(manager->decision.reason, REASON_DISABLED);
}
END_TEST

/* Nobody knows what is in it, until it is put right. */
START_TEST(unreadable_file_at_start)
{
	ck_assert_int_eq(mkdir(config_file, 0755), 0);
	fake_module_load();
	start();
	ck_assert_uint_eq(reserve(), 0);
	ck_assert_int_eq(manager->decision.reason, REASON_DISABLED);
	ck_assert_int_ne(manager_reload(manager, &message), 0);
	settle();
	ck_assert_uint_eq(reserve(), 0);
	ck_assert_int_eq(rmdir(config_file), 0);
	ck_assert_int_eq(manager_reload(manager, &message), 0);
	settle();
	ck_assert_uint_eq(reserve(), FLOOR);
}
END_TEST

void add_config_tests(TCase *tcase)
{
	tcase_add_test(tcase, dry_run_moves_nothing);
	tcase_add_test(tcase, dry_run_comes_and_goes);
	tcase_add_test(tcase, set_at_run_time);
	tcase_add_test(tcase, triggers_are_set_for_their_keys);
	tcase_add_test(tcase, reload_of_the_same);
	tcase_add_test(tcase, reload_by_signal);
	tcase_add_test(tcase, contradictory_files_at_start);
	tcase_add_test(tcase, contradictory_files_do_not_enable);
	tcase_add_test(tcase, unreadable_file_at_start);
}
