// SPDX-License-Identifier: GPL-2.0-or-later
/* pkvmctl's command line: every verb, option and error; and its help. */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "args.h"
#include "committed.h"
#include "help.h"
#include "suite.h"
#include "verbs.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define MAX_WORDS 16

/* Splits @line at spaces; "" stands for an empty word. Returns their number. */
static int split(char *line, const char *argv[MAX_WORDS])
{
	int argc = 0;

	argv[argc++] = "pkvmctl";
	for (char *word = strtok(line, " "); word; word = strtok(NULL, " ")) {
		ck_assert_int_lt(argc, MAX_WORDS - 1);
		argv[argc++] = strcmp(word, "\"\"") ? word : "";
	}
	argv[argc] = NULL;
	return argc;
}

struct line {
	char buf[256];
	const char *argv[MAX_WORDS];
	struct ctl_args args;
	struct ctl_message message;
	int err;
};

static void parse(struct line *line, const char *text)
{
	int argc;

	memset(line, 0, sizeof(*line));
	snprintf(line->buf, sizeof(line->buf), "%s", text);
	argc = split(line->buf, line->argv);
	line->err = ctl_args_parse(argc, line->argv, &line->args, &line->message);
}

struct good_case {
	const char *line;
	enum ctl_command command;
};

static const struct good_case good[] = {
	{ "", CTL_STATUS },
	{ "--json", CTL_STATUS },
	{ "status", CTL_STATUS },
	{ "doctor", CTL_DOCTOR },
	{ "heap show", CTL_HEAP_SHOW },
	{ "heap map", CTL_HEAP_MAP },
	{ "heap check", CTL_HEAP_CHECK },
	{ "selftest", CTL_SELFTEST },
	{ "topup 1", CTL_TOPUP },
	{ "topup 1G", CTL_TOPUP },
	{ "reclaim 64K", CTL_RECLAIM },
	{ "reclaim --all", CTL_RECLAIM },
	{ "shrinker show", CTL_SHRINKER_SHOW },
	{ "shrinker set enabled=on", CTL_SHRINKER_SET },
	{ "vm create", CTL_VM_CREATE },
	{ "vm create --vcpus 512", CTL_VM_CREATE },
	{ "vm create --vcpus 0 --max-vcpus 1", CTL_VM_CREATE },
	{ "vm list", CTL_VM_LIST },
	{ "vm destroy 1", CTL_VM_DESTROY },
	{ "vm destroy --all", CTL_VM_DESTROY },
	{ "policy show", CTL_POLICY_SHOW },
	{ "policy set Floor=2M Ceiling=64M", CTL_POLICY_SET },
	{ "policy set CGroups=", CTL_POLICY_SET },
	{ "policy explain --count 3", CTL_POLICY_EXPLAIN },
	{ "metrics", CTL_METRICS },
	{ "metrics --prometheus", CTL_METRICS },
	{ "top --interval 5", CTL_TOP },
	{ "monitor", CTL_MONITOR },
	{ "monitor --count 1 --timeout=86400", CTL_MONITOR },
	{ "trace req --count 1 --timeout 1 --stack --buffer 64K", CTL_TRACE_REQ },
	{ "trace hist --timeout=1 --service", CTL_TRACE_HIST },
	{ "trace heap --timeout 1", CTL_TRACE_HEAP },
	{ "trace events", CTL_TRACE_EVENTS },
	{ "trace events hyp_enter hyp_vm_create --count 1", CTL_TRACE_EVENTS },
	{ "report", CTL_REPORT },
	{ "unload", CTL_UNLOAD },
	{ "version", CTL_VERSION },
	{ "version --", CTL_VERSION },
	{ "topup -- 5", CTL_TOPUP },
};

START_TEST(accepted)
{
	struct line line;

	parse(&line, good[_i].line);
	ck_assert_msg(!line.err, "%s: %s", good[_i].line, line.message.text);
	ck_assert_int_eq(ctl_command_of(line.args.verb), good[_i].command);
	ctl_args_release(&line.args);
}
END_TEST

#define OBJECTS \
	"; possible: status, doctor, heap, page, selftest, topup, reclaim, shrinker, vm, policy, " \
	"metrics, top, monitor, trace, report, unload, version"
#define GENERAL "; possible: --json, --bytes, --help"

struct bad_case {
	const char *line;
	int err;
	const char *message;
};

static const struct bad_case bad[] = {
	{ "heaps", -EINVAL, "unknown object 'heaps'" OBJECTS },
	{ "hea", -EINVAL, "unknown object 'hea'" OBJECTS },
	{ "HEAP", -EINVAL, "unknown object 'HEAP'" OBJECTS },
	{ "-", -EINVAL, "unknown object '-'" OBJECTS },
	{ "\"\"", -EINVAL, "unknown object ''" OBJECTS },
	{ "-- --json", -EINVAL, "unknown object '--json'" OBJECTS },
	{ "heap", -EINVAL, "heap needs a verb; possible: show, map, check" },
	{ "shrinker", -EINVAL, "shrinker needs a verb; possible: show, set" },
	{ "vm --json", -EINVAL, "vm needs a verb; possible: create, list, destroy" },
	{ "heap sho", -EINVAL, "unknown verb 'sho' of heap; possible: show, map, check" },
	{ "vm show", -EINVAL, "unknown verb 'show' of vm; possible: create, list, destroy" },
	{ "status all", -EINVAL, "'all' is one word too many" },
	{ "policy", -EINVAL, "policy needs a verb; possible: show, set, explain" },
	{ "policy set", -EINVAL, "give at least one KEY=VALUE" },
	{ "policy set Floor", -EINVAL, "'Floor' is not KEY=VALUE" },
	{ "policy set Floor=2M =3", -EINVAL, "'=3' is not KEY=VALUE" },
	{ "heap show 1", -EINVAL, "'1' is one word too many" },
	{ "topup 1 2", -EINVAL, "'2' is one word too many" },

	{ "--jso", -EINVAL, "unknown option '--jso'" GENERAL },
	{ "-x", -EINVAL, "unknown option '-x'" GENERAL },
	{ "-jx", -EINVAL, "unknown option '-jx'" GENERAL },
	{ "status --all", -EINVAL, "unknown option '--all' of status" GENERAL },
	{ "heap show --all", -EINVAL, "unknown option '--all' of heap show" GENERAL },
	{ "vm --count 1 create", -EINVAL, "unknown option '--count'" GENERAL },
	{ "vm create --vcpu 1", -EINVAL,
	  "unknown option '--vcpu' of vm create" GENERAL ", --vcpus, --max-vcpus, --count" },
	{ "monitor --all", -EINVAL,
	  "unknown option '--all' of monitor" GENERAL ", --count, --timeout" },
	{ "--json=yes", -EINVAL, "--json takes no value" },
	{ "reclaim --all=1", -EINVAL, "--all takes no value" },
	{ "monitor --count", -EINVAL, "--count needs a value" },
	{ "monitor --count=", -EINVAL, "--count: '' is not a whole number" },
	{ "monitor --count --json", -EINVAL, "--count: '--json' is not a whole number" },
	{ "monitor --count 1 --count 1", -EINVAL, "--count is given twice" },
	{ "top --interval 0", -ERANGE, "--interval: '0' is out of range, 1 to 3600" },
	{ "monitor --count 0", -ERANGE, "--count: '0' is out of range, 1 to 4294967295" },
	{ "monitor --timeout 86401", -ERANGE, "--timeout: '86401' is out of range, 1 to 86400" },

	{ "trace", -EINVAL, "trace needs a verb; possible: req, hist, heap, events" },
	{ "trace req --buffer 60K", -ERANGE,
	  "--buffer: '60K' is out of range, 16 to 65536 pages" },
	{ "trace req --buffer 257M", -ERANGE,
	  "--buffer: '257M' is out of range, 16 to 65536 pages" },
	{ "trace hist --stack", -EINVAL,
	  "unknown option '--stack' of trace hist" GENERAL ", --timeout, --service" },
	{ "trace events hyp_", -EINVAL,
	  "unknown event 'hyp_'; possible: hyp_enter, hyp_exit, hyp_host_hcall, hyp_heap_alloc, "
	  "hyp_heap_free, hyp_heap_map, hyp_heap_unmap, hyp_request, hyp_pages, hyp_host_fault, "
	  "hyp_vm_create, hyp_vm_destroy, hyp_vcpu_create, hyp_vcpu_destroy" },
	{ "unload now", -EINVAL, "'now' is one word too many" },

	{ "topup", -EINVAL, "give a SIZE" },
	{ "topup 0", -ERANGE, "SIZE: '0' is out of range, 1 to 262144 pages" },
	{ "topup 1025M", -ERANGE, "SIZE: '1025M' is out of range, 1 to 262144 pages" },
	{ "topup 1.5M", -EINVAL,
	  "SIZE: '1.5M' is not a size: give whole pages, or bytes with suffix K, M or G" },
	{ "topup -5", -EINVAL, "unknown option '-5' of topup" GENERAL },
	{ "topup --all", -EINVAL, "unknown option '--all' of topup" GENERAL },
	{ "reclaim", -EINVAL, "give either a SIZE or --all" },
	{ "reclaim 1 --all", -EINVAL, "give either a SIZE or --all" },

	{ "page show", -EINVAL, "give a PFN, or an ADDRESS that begins with 0x" },
	{ "page show 1 2", -EINVAL, "'2' is one word too many" },
	{ "page show 0x1000000000000", -ERANGE,
	  "PFN|ADDRESS: '0x1000000000000' is out of range, 0 to 0xffffffffffff" },

	{ "shrinker set", -EINVAL, "give at least one KEY=VALUE" },
	{ "shrinker set enabled", -EINVAL, "'enabled' is not KEY=VALUE" },
	{ "shrinker set seek=1", -EINVAL,
	  "unknown knob 'seek'; possible: enabled, seeks, batch, reserve" },
	{ "shrinker set =1", -EINVAL, "unknown knob ''; possible: enabled, seeks, batch, reserve" },
	{ "shrinker set enabled=yes", -EINVAL, "enabled: unknown value 'yes'; possible: off, on" },
	{ "shrinker set enabled=", -EINVAL, "enabled: unknown value ''; possible: off, on" },
	{ "shrinker set seeks=2 seeks=3", -EINVAL, "seeks is given twice" },
	{ "shrinker set seeks=4294967296", -ERANGE,
	  "seeks: '4294967296' is out of range, 0 to 4294967295" },
	{ "shrinker set reserve=1k", -EINVAL,
	  "reserve: '1k' is not a size: give whole pages, or bytes with suffix K, M or G" },

	{ "vm create 5", -EINVAL, "'5' is one word too many" },
	{ "vm create --vcpus 513", -ERANGE, "--vcpus: '513' is out of range, 0 to 512" },
	{ "vm create --max-vcpus 0", -ERANGE, "--max-vcpus: '0' is out of range, 1 to 512" },
	{ "vm create --count 256", -ERANGE, "--count: '256' is out of range, 1 to 255" },
	{ "vm create --vcpus 3 --max-vcpus 2", -EINVAL, "--vcpus 3 is more than --max-vcpus 2" },
	{ "vm destroy", -EINVAL, "give either HANDLEs or --all" },
	{ "vm destroy 1 --all", -EINVAL, "give either HANDLEs or --all" },
	{ "vm destroy 1 x", -EINVAL, "HANDLE: 'x' is not a whole number" },
	{ "vm destroy 0", -ERANGE, "HANDLE: '0' is out of range, 1 to 4294967295" },
	{ "vm destroy 4294967296", -ERANGE,
	  "HANDLE: '4294967296' is out of range, 1 to 4294967295" },
};

START_TEST(refused)
{
	const struct ctl_args *untouched = &(struct ctl_args){ 0 };
	struct line line;

	parse(&line, bad[_i].line);
	ck_assert_int_eq(line.err, bad[_i].err);
	ck_assert_str_eq(line.message.text, bad[_i].message);
	ck_assert_mem_eq(&line.args, untouched, sizeof(*untouched));
}
END_TEST

START_TEST(general_options)
{
	static const char *const lines[] = {
		"-j -b heap show",          "heap -j show -b",      "heap show -jb",
		"--bytes heap show --json", "-bj --json heap show",
	};
	struct line line;

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		parse(&line, lines[i]);
		ck_assert_int_eq(line.err, 0);
		ck_assert(line.args.json.given && line.args.bytes.given && !line.args.help.given);
	}
}
END_TEST

START_TEST(values)
{
	struct line line;

	parse(&line, "vm create --vcpus 2 --max-vcpus=4 --count 8");
	ck_assert_int_eq(line.err, 0);
	ck_assert_uint_eq(line.args.vcpus.number, 2);
	ck_assert_uint_eq(line.args.max_vcpus.number, 4);
	ck_assert_uint_eq(line.args.count.number, 8);

	parse(&line, "vm create");
	ck_assert(!line.args.vcpus.given && !line.args.max_vcpus.given);
	ck_assert_uint_eq(ctl_value_or(line.args.count, 1), 1);

	parse(&line, "topup 2M");
	ck_assert_uint_eq(line.args.size.number, 512);

	parse(&line, "shrinker set reserve=1M enabled=off batch=128 seeks=2");
	ck_assert_int_eq(line.err, 0);
	ck_assert(line.args.enabled.given && !line.args.enabled.number);
	ck_assert_uint_eq(line.args.reserve.number, 256);
	ck_assert_uint_eq(line.args.batch.number, 128);
	ck_assert_uint_eq(line.args.seeks.number, 2);

	parse(&line, "shrinker set seeks=3");
	ck_assert(line.args.seeks.given && !line.args.enabled.given);
	ck_assert(!line.args.batch.given && !line.args.reserve.given);
}
END_TEST

/* Taken apart at the first =, and the rest left to whose keys they are. */
START_TEST(pairs)
{
	struct line line;

	parse(&line, "policy set Floor=2M CGroups=a=b x=");
	ck_assert_int_eq(line.err, 0);
	ck_assert_uint_eq(line.args.nr_pairs, 3);
	ck_assert_str_eq(line.args.pairs[0].key, "Floor");
	ck_assert_str_eq(line.args.pairs[0].value, "2M");
	ck_assert_str_eq(line.args.pairs[1].key, "CGroups");
	ck_assert_str_eq(line.args.pairs[1].value, "a=b");
	ck_assert_str_eq(line.args.pairs[2].value, "");
	ctl_args_release(&line.args);
	ck_assert_ptr_null(line.args.pairs);
}
END_TEST

START_TEST(handles)
{
	struct line line;

	parse(&line, "vm destroy 3 1 4294967295");
	ck_assert_int_eq(line.err, 0);
	ck_assert_uint_eq(line.args.nr_handles, 3);
	ck_assert_uint_eq(line.args.handles[0], 3);
	ck_assert_uint_eq(line.args.handles[1], 1);
	ck_assert_uint_eq(line.args.handles[2], UINT32_MAX);
	ctl_args_release(&line.args);
	ck_assert_ptr_null(line.args.handles);
}
END_TEST

START_TEST(help_is_asked_for)
{
	struct line line;

	/* Whatever else is missing, but not whatever else is wrong. */
	parse(&line, "--help");
	ck_assert_int_eq(line.err, 0);
	ck_assert(line.args.help.given);
	ck_assert_ptr_null(line.args.object);
	parse(&line, "vm create -h");
	ck_assert_int_eq(line.err, 0);
	ck_assert_str_eq(line.args.object, "vm");
	parse(&line, "heap --help");
	ck_assert_int_eq(line.err, 0);
	ck_assert_str_eq(line.args.object, "heap");
	parse(&line, "--help nothing");
	ck_assert_int_eq(line.err, -EINVAL);
}
END_TEST

static char *help_text(const char *object)
{
	size_t size;
	char *text;
	FILE *out = open_memstream(&text, &size);

	ctl_help(out, object);
	fclose(out);
	return text;
}

START_TEST(help_names_everything)
{
	char *all = help_text(NULL), name[64];

	for (size_t i = 0; i < CTL_COMMANDS; i++) {
		const struct ctl_verb *verb = &ctl_verbs[i];
		char *text = help_text(verb->object);

		snprintf(name, sizeof(name), "  %s%s%s", verb->object, verb->verb ? " " : "",
			 verb->verb ? verb->verb : "");
		ck_assert_ptr_nonnull(strstr(all, name));
		ck_assert_ptr_nonnull(strstr(text, name));
		for (size_t j = 0; j < verb->options.n; j++) {
			snprintf(name, sizeof(name), "--%s", verb->options.list[j].name);
			ck_assert_ptr_nonnull(strstr(text, name));
		}
		free(text);
	}
	for (size_t i = 0; i < ctl_general_options.n; i++)
		ck_assert_ptr_nonnull(strstr(all, ctl_general_options.list[i].name));
	free(all);
}
END_TEST

static void assert_has(const char *text, const char *word, const char *where)
{
	size_t len = strlen(word);

	for (const char *at = strstr(text, word); at; at = strstr(at + 1, word)) {
		if (!strchr("abcdefghijklmnopqrstuvwxyz", at[len]) || !at[len])
			return;
	}
	ck_abort_msg("%s lacks '%s'", where, word);
}

/* In mdoc, "--all" is "Fl -all". */
START_TEST(man_page_and_completion_are_complete)
{
	char *man = committed_read("daemon/man/pkvmctl.8");
	char *completion = committed_read("daemon/completion/pkvmctl");
	char word[64];

	for (size_t i = 0; i < CTL_COMMANDS; i++) {
		const struct ctl_verb *verb = &ctl_verbs[i];

		snprintf(word, sizeof(word), ".It Cm %s%s%s", verb->object, verb->verb ? " " : "",
			 verb->verb ? verb->verb : "");
		assert_has(man, word, "the man page");
		assert_has(completion, verb->object, "the completion");
		if (verb->verb)
			assert_has(completion, verb->verb, "the completion");
		for (size_t j = 0; j < verb->options.n; j++) {
			snprintf(word, sizeof(word), "Fl -%s", verb->options.list[j].name);
			assert_has(man, word, "the man page");
			snprintf(word, sizeof(word), "--%s", verb->options.list[j].name);
			assert_has(completion, word, "the completion");
		}
	}
	for (size_t i = 0; i < ctl_knobs.n; i++) {
		snprintf(word, sizeof(word), ".It Cm %s Ns = Ns", ctl_knobs.list[i].name);
		assert_has(man, word, "the man page");
		snprintf(word, sizeof(word), "%s=", ctl_knobs.list[i].name);
		ck_assert_ptr_nonnull(strstr(completion, word));
	}
	free(man);
	free(completion);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("ctl_args");
	TCase *tcase = tcase_create("all");

	suite_add_tcase(suite, tcase);
	tcase_add_loop_test(tcase, accepted, 0, ARRAY_SIZE(good));
	tcase_add_loop_test(tcase, refused, 0, ARRAY_SIZE(bad));
	tcase_add_test(tcase, general_options);
	tcase_add_test(tcase, values);
	tcase_add_test(tcase, handles);
	tcase_add_test(tcase, pairs);
	tcase_add_test(tcase, help_is_asked_for);
	tcase_add_test(tcase, help_names_everything);
	tcase_add_test(tcase, man_page_and_completion_are_complete);
	return suite_run(suite);
}
