// SPDX-License-Identifier: GPL-2.0-or-later
/* pkvmd's configuration: values, files, drop-ins and their precedence, and what is kept. */
#define _GNU_SOURCE
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../../daemon/pkvmd/config_load.h"
#include "../../daemon/pkvmd/config_value.h"
#include "suite.h"

#define SECOND	UINT64_C(1000000)

static char root[] = "/tmp/pkvmd_config.XXXXXX";
static struct config config;
static struct ctl_message message;
static char warnings[4096];

static void setup(void)
{
	ck_assert_ptr_nonnull(mkdtemp(root));
	warnings[0] = '\0';
	message.text[0] = '\0';
}

static void run(const char *command)
{
	char *line;

	ck_assert_int_ge(asprintf(&line, "cd %s && %s", root, command), 0);
	ck_assert_int_eq(system(line), 0);
	free(line);
}

static void teardown(void)
{
	run("rm -r \"$PWD\"");
	config_release(&config);
}

static void put(const char *path, const char *text)
{
	char *command;
	int n = asprintf(&command, "mkdir -p $(dirname %s) && printf '%s' >%s", path, text, path);

	ck_assert_int_ge(n, 0);
	run(command);
	free(command);
}

static void warn(const char *sentence, void *arg)
{
	(void)arg;
	ck_assert_uint_lt(strlen(warnings) + strlen(sentence) + 2, sizeof(warnings));
	strcat(strcat(warnings, sentence), "\n");
}

/* As a daemon that runs does. */
static int load(const struct config *running)
{
	return config_load(root, running, warn, NULL, &config, &message);
}

/* As one does that starts. */
static void load_well(void)
{
	ck_assert_int_eq(config_load_first(root, warn, NULL, &config), 0);
}

static unsigned int warned(void)
{
	unsigned int n = 0;

	for (const char *at = warnings; (at = strchr(at, '\n')); at++)
		n++;
	return n;
}

static void said(const char *part)
{
	ck_assert_msg(strstr(warnings, part), "no '%s' in: %s", part, warnings);
}

static void key_is(enum config_id id, uint64_t value, const char *origin)
{
	ck_assert_uint_eq(config.value[id], value);
	ck_assert_str_eq(config.origin[id], origin);
}

static const struct {
	enum config_id id;
	const char *text;
	int err;
	uint64_t value;
} values[] = {
	{ CONFIG_ENABLED, "yes", 0, 1 },
	{ CONFIG_ENABLED, "OFF", 0, 0 },
	{ CONFIG_ENABLED, "1", 0, 1 },
	{ CONFIG_ENABLED, "maybe", -EINVAL, 0 },
	{ CONFIG_ENABLED, "", -EINVAL, 0 },
	{ CONFIG_FLOOR, "0", 0, 0 },
	{ CONFIG_FLOOR, "512", 0, 512 },
	{ CONFIG_FLOOR, "4K", 0, 1 },
	{ CONFIG_FLOOR, "2M", 0, 512 },
	{ CONFIG_FLOOR, "1G", 0, 262144 },
	{ CONFIG_FLOOR, "2G", -ERANGE, 0 },
	{ CONFIG_FLOOR, "5K", -EINVAL, 0 },
	{ CONFIG_FLOOR, "-1", -EINVAL, 0 },
	{ CONFIG_FLOOR, "2MB", -EINVAL, 0 },
	{ CONFIG_ENTER, "5%", 0, 500 },
	{ CONFIG_ENTER, "5", 0, 500 },
	{ CONFIG_ENTER, "0.01%", 0, 1 },
	{ CONFIG_ENTER, "0.5", 0, 50 },
	{ CONFIG_ENTER, "12.34%", 0, 1234 },
	{ CONFIG_ENTER, "100%", 0, 10000 },
	{ CONFIG_ENTER, "100.01%", -ERANGE, 0 },
	{ CONFIG_ENTER, "0%", -ERANGE, 0 },
	{ CONFIG_ENTER, "1.%", -EINVAL, 0 },
	{ CONFIG_ENTER, "1.234%", -EINVAL, 0 },
	{ CONFIG_ENTER, ".5%", -EINVAL, 0 },
	{ CONFIG_ENTER, "5 %", -EINVAL, 0 },
	{ CONFIG_ENTER, "99999999999999999999", -EINVAL, 0 },
	{ CONFIG_HOLD_TIME, "30", 0, 30 * SECOND },
	{ CONFIG_HOLD_TIME, "500ms", 0, SECOND / 2 },
	{ CONFIG_HOLD_TIME, "10min", 0, 600 * SECOND },
	{ CONFIG_HOLD_TIME, "24h", 0, 86400 * SECOND },
	{ CONFIG_HOLD_TIME, "25h", -ERANGE, 0 },
	{ CONFIG_HOLD_TIME, "999999999999999h", -ERANGE, 0 },
	{ CONFIG_HOLD_TIME, "1d", -EINVAL, 0 },
	{ CONFIG_HOLD_TIME, "s", -EINVAL, 0 },
};

#define N_VALUES	((int)(sizeof(values) / sizeof(values[0])))

START_TEST(value)
{
	const struct config_key *key = &config_keys[values[_i].id];
	uint64_t seen = 4711;
	int err = config_parse_value(key, values[_i].text, &seen, &message);

	ck_assert_msg(err == values[_i].err, "'%s': %d, %s", values[_i].text, err, message.text);
	ck_assert_uint_eq(seen, err ? 4711 : values[_i].value);
	/* A refusal names the key and what was written. */
	if (err) {
		ck_assert_ptr_nonnull(strstr(message.text, key->name));
		ck_assert_ptr_nonnull(strstr(message.text, values[_i].text));
	}
}
END_TEST

/* Of every key: the default is within its own limits, and both of these can be written. */
START_TEST(limits_can_be_written)
{
	const struct config_key *key = &config_keys[_i];
	const uint64_t limits[] = { key->min, key->max };
	uint64_t seen;
	char *text;

	ck_assert_ptr_nonnull(key->help);
	if (key->unit == CONFIG_PATHS)
		return;
	ck_assert_int_eq(config_parse_value(key, key->fallback, &seen, &message), 0);
	for (int i = 0; i < 2; i++) {
		text = config_value_text(key->unit, limits[i]);
		ck_assert_msg(!config_parse_value(key, text, &seen, &message), "%s", message.text);
		ck_assert_uint_eq(seen, limits[i]);
		free(text);
	}
}
END_TEST

START_TEST(paths)
{
	static const char *const good[] = { "", " ", "a", "a/b  c.slice", "..a a..", "a/..b" };
	static const char *const bad[] = { "/a", "a /b", "..", "../a", "a/..", "a/../b", "x a/.." };

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		ck_assert_msg(!config_check_paths("Cgroups", good[i], &message), "%s", good[i]);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_msg(config_check_paths("Cgroups", bad[i], &message) == -EINVAL, "%s",
			      bad[i]);
}
END_TEST

START_TEST(nothing_is_the_defaults)
{
	load_well();
	ck_assert_str_eq(warnings, "");
	key_is(CONFIG_FLOOR, 256, "default");
	ck_assert_str_eq(config.cgroups, "");
}
END_TEST

START_TEST(drop_ins_win_by_name)
{
	put("etc/pkvmd.conf", "[Reserve]\nFloor=1\nHostShare=2\n\n[Pressure]\nCgroups=a b\n");
	put("usr/lib/pkvmd.conf.d/50-x.conf", "[Reserve]\nFloor=2\nLowMark=60\n");
	put("etc/pkvmd.conf.d/10-y.conf", "[reserve]\nfloor=3\n");
	put("run/pkvmd.conf.d/readme", "[Reserve]\nFloor=9\n");
	load_well();
	ck_assert_str_eq(warnings, "");
	key_is(CONFIG_FLOOR, 2, "/usr/lib/pkvmd.conf.d/50-x.conf:2");
	key_is(CONFIG_LOW_MARK, 6000, "/usr/lib/pkvmd.conf.d/50-x.conf:3");
	key_is(CONFIG_HOST_SHARE, 200, "/etc/pkvmd.conf:3");
	ck_assert_str_eq(config.cgroups, "a b");
}
END_TEST

START_TEST(of_one_name_etc_wins)
{
	put("usr/lib/pkvmd.conf.d/50-x.conf", "[Reserve]\nFloor=1\nLowMark=60\n");
	put("run/pkvmd.conf.d/50-x.conf", "[Reserve]\nFloor=2\n");
	load_well();
	key_is(CONFIG_FLOOR, 2, "/run/pkvmd.conf.d/50-x.conf:2");
	key_is(CONFIG_LOW_MARK, 7500, "default");
	config_release(&config);
	put("etc/pkvmd.conf.d/50-x.conf", "[Reserve]\nFloor=3\n");
	load_well();
	key_is(CONFIG_FLOOR, 3, "/etc/pkvmd.conf.d/50-x.conf:2");
}
END_TEST

START_TEST(link_to_null_masks)
{
	put("usr/lib/pkvmd.conf.d/50-x.conf", "[Reserve]\nFloor=1\n");
	run("mkdir -p etc/pkvmd.conf.d && ln -s /dev/null etc/pkvmd.conf.d/50-x.conf");
	load_well();
	key_is(CONFIG_FLOOR, 256, "default");
}
END_TEST

START_TEST(what_is_wrong_is_told_with_its_line)
{
	put("etc/pkvmd.conf", "# why\n[Reserve]\nFloor=lots\nRoof=1\nEnter=1\nnonsense\nLowMark=60\n"
			      "[Pressure\n ; not told\n\nmore ;of=it\n");
	load_well();
	said("/etc/pkvmd.conf:3: Floor: 'lots' is not a size: give whole pages, or bytes with suffix "
	     "K, M or G; the old value stays");
	said("/etc/pkvmd.conf:4: unknown key 'Roof'");
	said("/etc/pkvmd.conf:5: Enter belongs into section [Pressure], not [Reserve]");
	said("/etc/pkvmd.conf:6: neither a section nor a key with a value");
	said("/etc/pkvmd.conf:8: neither a section nor a key with a value");
	said("/etc/pkvmd.conf:11: neither a section nor a key with a value");
	ck_assert_uint_eq(warned(), 6);
	key_is(CONFIG_FLOOR, 256, "default");
	key_is(CONFIG_LOW_MARK, 6000, "/etc/pkvmd.conf:7");
}
END_TEST

/* But not without end. */
START_TEST(of_one_file_so_many_are_told)
{
	char text[512] = "";

	for (int i = 0; i < 50; i++)
		strcat(text, i % 2 ? "Roof=1\n" : "roof\n");
	put("etc/pkvmd.conf", text);
	put("etc/pkvmd.conf.d/10-more.conf", "roof\n");
	load_well();
	said("/etc/pkvmd.conf:20: unknown key 'Roof'");
	said("/etc/pkvmd.conf:21: this and what else is wrong from here on is left out and not told");
	said("/etc/pkvmd.conf.d/10-more.conf:1: neither a section nor a key");
	ck_assert_uint_eq(warned(), 22);
}
END_TEST

START_TEST(long_line_is_left_out)
{
	char text[600];

	memset(text, 'x', sizeof(text));
	memcpy(text, "[Reserve]\nFloor=", 16);
	strcpy(text + 500, "\nLowMark=60\n");
	put("etc/pkvmd.conf", text);
	load_well();
	said("/etc/pkvmd.conf:2: the line is too long, and left out");
	key_is(CONFIG_FLOOR, 256, "default");
	key_is(CONFIG_LOW_MARK, 6000, "/etc/pkvmd.conf:3");
}
END_TEST

/* Of a bad value what runs stays; of a value that is gone, the default is back. */
START_TEST(running_value_stays)
{
	struct config running;

	put("etc/pkvmd.conf", "[Reserve]\nFloor=7\nLowMark=60\n");
	load_well();
	running = config;
	put("etc/pkvmd.conf", "[Reserve]\nFloor=x\n");
	ck_assert_int_eq(load(&running), 0);
	key_is(CONFIG_FLOOR, 7, "/etc/pkvmd.conf:2");
	key_is(CONFIG_LOW_MARK, 7500, "default");
	config_release(&running);
}
END_TEST

/* A daemon that starts does nothing rather than too much. */
START_TEST(nonsense_is_taken_for_what_is_safe)
{
	put("etc/pkvmd.conf", "[Policy]\nEnabled=nope\nDryRun=nope\n[Reserve]\nFloor=2M\n");
	load_well();
	said("/etc/pkvmd.conf:2: Enabled: 'nope' is neither yes nor no; taken for no");
	said("/etc/pkvmd.conf:3: DryRun: 'nope' is neither yes nor no; taken for yes");
	key_is(CONFIG_ENABLED, 0, "fallback");
	key_is(CONFIG_DRY_RUN, 1, "fallback");
	key_is(CONFIG_FLOOR, 512, "/etc/pkvmd.conf:5");
	config_release(&config);
	/* What comes later wins. */
	put("etc/pkvmd.conf.d/10-x.conf", "[Policy]\nEnabled=yes\n");
	load_well();
	key_is(CONFIG_ENABLED, 1, "/etc/pkvmd.conf.d/10-x.conf:2");
}
END_TEST

/* One that runs keeps what it has. */
START_TEST(nonsense_changes_nothing)
{
	struct config running;

	load_well();
	running = config;
	put("etc/pkvmd.conf", "[Policy]\nEnabled=nope\n");
	ck_assert_int_eq(load(&running), 0);
	key_is(CONFIG_ENABLED, 1, "default");
	config_release(&running);
}
END_TEST

static const struct {
	const char *text, *part;
} contradictions[] = {
	{ "[Reserve]\nFloor=65M\n", "Floor 65M (/etc/pkvmd.conf:2) is above Ceiling 64M (default)" },
	{ "[Pressure]\nLeave=6\n", "Leave 6% (/etc/pkvmd.conf:2) is above Enter 5% (default)" },
	{ "[Pressure]\nEnter=30\n", "Enter 30% (/etc/pkvmd.conf:2) is above High 20% (default)" },
	{ "[Pressure]\nWindow=3s\n", "Window 3s (/etc/pkvmd.conf:2) is no multiple of 2 s" },
};

START_TEST(contradiction_is_refused)
{
	struct config running = {};

	put("etc/pkvmd.conf", contradictions[_i].text);
	ck_assert_int_eq(config_init(&running), 0);
	ck_assert_int_eq(load(&running), -EINVAL);
	ck_assert_msg(strstr(message.text, contradictions[_i].part), "%s", message.text);
	ck_assert_ptr_null(config.cgroups);
	config_release(&running);
}
END_TEST

/* At the start both keys have their defaults, and what else is configured counts. */
START_TEST(contradiction_is_settled)
{
	char *text;

	ck_assert_int_ge(asprintf(&text, "%s[Policy]\nEnabled=no\nDryRun=yes\n",
				  contradictions[_i].text),
			 0);
	put("etc/pkvmd.conf", text);
	free(text);
	load_well();
	said(contradictions[_i].part);
	ck_assert_uint_eq(warned(), 1);
	ck_assert_int_eq(config_check(&config, &message), 0);
	key_is(CONFIG_ENABLED, 0, "/etc/pkvmd.conf:4");
	key_is(CONFIG_DRY_RUN, 1, "/etc/pkvmd.conf:5");
}
END_TEST

/* Of three, each of which contradicts the next. */
START_TEST(contradictions_are_settled_one_by_one)
{
	put("etc/pkvmd.conf", "[Pressure]\nLeave=4\nEnter=3\nHigh=2\n[Reserve]\nFloor=65M\n");
	load_well();
	said("Floor 65M (/etc/pkvmd.conf:6) is above Ceiling 64M (default); the defaults 1M and 64M "
	     "are used");
	said("Leave 4% (/etc/pkvmd.conf:2) is above Enter 3% (/etc/pkvmd.conf:3)");
	said("Enter 5% (fallback) is above High 2% (/etc/pkvmd.conf:4)");
	ck_assert_uint_eq(warned(), 3);
	key_is(CONFIG_LEAVE, 100, "fallback");
	key_is(CONFIG_ENTER, 500, "fallback");
	key_is(CONFIG_HIGH, 2000, "fallback");
	key_is(CONFIG_FLOOR, 256, "fallback");
	key_is(CONFIG_CEILING, 16384, "fallback");
}
END_TEST

START_TEST(unreadable_file_is_refused)
{
	struct config running;

	load_well();
	running = config;
	config = (struct config){};
	run("mkdir -p etc/pkvmd.conf");
	ck_assert_int_eq(load(&running), -EIO);
	ck_assert_str_eq(message.text, "cannot read /etc/pkvmd.conf: Input/output error");
	config_release(&running);
}
END_TEST

/* It may have said that nothing is to be done. */
START_TEST(unreadable_file_disables)
{
	run("mkdir -p etc/pkvmd.conf etc/pkvmd.conf.d/20-x.conf");
	put("etc/pkvmd.conf.d/10-x.conf", "[Policy]\nEnabled=yes\n[Reserve]\nFloor=2M\n");
	put("etc/pkvmd.conf.d/30-x.conf", "[Reserve]\nHostShare=2\n");
	load_well();
	said("cannot read /etc/pkvmd.conf: Input/output error\n");
	said("cannot read /etc/pkvmd.conf.d/20-x.conf: Input/output error\n");
	said("the policy is disabled until the configuration is known\n");
	key_is(CONFIG_ENABLED, 0, "fallback");
	key_is(CONFIG_FLOOR, 512, "/etc/pkvmd.conf.d/10-x.conf:4");
	key_is(CONFIG_HOST_SHARE, 200, "/etc/pkvmd.conf.d/30-x.conf:2");
}
END_TEST

START_TEST(command_line_wins)
{
	put("etc/pkvmd.conf", "[Policy]\nDryRun=no\n");
	load_well();
	ck_assert_int_eq(config_force_dry_run(&config), 0);
	key_is(CONFIG_DRY_RUN, 1, "command line");
}
END_TEST

/* What is printed can be read again, and is the same. */
START_TEST(print_and_read)
{
	struct config again;
	char *text;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	put("etc/pkvmd.conf", "[Reserve]\nFloor=3M\nHoldTime=1500ms\n[Pressure]\nEnter=0.07\n"
			      "Leave=0.01\nCgroups=a/b c\n");
	load_well();
	ck_assert_int_eq(config_print(&config, file), 0);
	fclose(file);
	ck_assert_ptr_nonnull(strstr(text, "# /etc/pkvmd.conf:3\nHoldTime=1500ms\n"));
	ck_assert_int_eq(config_init(&again), 0);
	file = fmemopen(text, size, "r");
	ck_assert_int_eq(config_read(file, "printed", &again, NULL, warn, NULL), 0);
	fclose(file);
	ck_assert_str_eq(warnings, "");
	ck_assert_mem_eq(again.value, config.value, sizeof(config.value));
	ck_assert_str_eq(again.cgroups, config.cgroups);
	config_release(&again);
	free(text);
}
END_TEST

START_TEST(copy_is_its_own)
{
	struct config copy;

	load_well();
	ck_assert_int_eq(config_copy(&config, &copy), 0);
	ck_assert_int_eq(config_set(&copy, CONFIG_FLOOR, "5", "test", &message), 0);
	ck_assert_int_eq(config_set(&copy, CONFIG_CGROUPS, "x", "test", &message), 0);
	key_is(CONFIG_FLOOR, 256, "default");
	ck_assert_str_eq(config.cgroups, "");
	config_release(&copy);
}
END_TEST

START_TEST(find)
{
	ck_assert_int_eq(config_find("floor"), CONFIG_FLOOR);
	ck_assert_int_eq(config_find("Flo"), CONFIG_KEYS);
	for (enum config_id id = 0; id < CONFIG_KEYS; id++)
		ck_assert_int_eq(config_find(config_keys[id].name), id);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("pkvmd_config");
	TCase *tcase = tcase_create("config");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, value, 0, N_VALUES);
	tcase_add_loop_test(tcase, limits_can_be_written, 0, CONFIG_KEYS);
	tcase_add_test(tcase, paths);
	tcase_add_test(tcase, nothing_is_the_defaults);
	tcase_add_test(tcase, drop_ins_win_by_name);
	tcase_add_test(tcase, of_one_name_etc_wins);
	tcase_add_test(tcase, link_to_null_masks);
	tcase_add_test(tcase, what_is_wrong_is_told_with_its_line);
	tcase_add_test(tcase, of_one_file_so_many_are_told);
	tcase_add_test(tcase, long_line_is_left_out);
	tcase_add_test(tcase, running_value_stays);
	tcase_add_test(tcase, nonsense_is_taken_for_what_is_safe);
	tcase_add_test(tcase, nonsense_changes_nothing);
	tcase_add_loop_test(tcase, contradiction_is_refused, 0,
			    sizeof(contradictions) / sizeof(contradictions[0]));
	tcase_add_loop_test(tcase, contradiction_is_settled, 0,
			    sizeof(contradictions) / sizeof(contradictions[0]));
	tcase_add_test(tcase, contradictions_are_settled_one_by_one);
	tcase_add_test(tcase, unreadable_file_is_refused);
	tcase_add_test(tcase, unreadable_file_disables);
	tcase_add_test(tcase, command_line_wins);
	tcase_add_test(tcase, print_and_read);
	tcase_add_test(tcase, copy_is_its_own);
	tcase_add_test(tcase, find);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
