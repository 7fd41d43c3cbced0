// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sends the netlink family what no well-behaved program sends, and compares each answer
 * with the errno, the sentence and the attribute that it has to name. Prints a line per
 * case as tests/system/run reads them; exit status 1 if a case fails. With the word
 * "refusals" nothing that it sends may have an effect; with "change" VMs come and go,
 * and all are gone in the end.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <linux/pkvm.h>

#include "nl.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define NOBODY		65534
#define NO_VM		255		/* a handle that no test has been given */

/* VMs that stay while others come and go: enough for more than one piece of a dump. */
#define STEADY_VMS	120
#define DUMPS		150

struct test {
	int sock;
	int family;
	int failed;		/* count */
};

static void report(struct test *test, const char *name, bool passed, const char *seen)
{
	test->failed += !passed;
	if (passed)
		printf("PASS %s\n", name);
	else
		printf("FAIL %s %s\n", name, seen);
}

/* A request that is to be refused. */
struct bad_request {
	const char *name;
	struct nl_request request;
	int err;
	const char *sentence;
	unsigned int culprit;	/* attribute named, 0 for none */
};

#define ATTR_U8(t, v)	{ .type = (t), .len = 1, .value = (v) }
#define ATTR_U32(t, v)	{ .type = (t), .len = 4, .value = (v) }
#define ATTR_U64(t, v)	{ .type = (t), .len = 8, .value = (v) }
#define ATTR_FLAG(t)	{ .type = (t) }
#define DO(c, ...)	{ .cmd = (c), .attrs = { __VA_ARGS__ } }
#define DUMP(c, ...)	{ .cmd = (c), .flags = NLM_F_DUMP, .attrs = { __VA_ARGS__ } }

/* Sentences of the module. */
#define NO_PAGES	"pages is missing: how many to move"
#define NO_MAX_VCPUS	"max-vcpus is missing: the number of vCPUs that the VM can have"
#define NO_HANDLE	"handle is missing: which VM to describe"
#define NO_SUCH_VM	"there is no such VM"
#define HANDLE_OR_ALL	"either handle or all is needed: one of them, not both"
/* Sentences of the kernel's validation (lib/nlattr.c, net/netlink/genetlink.c). */
#define BAD_RANGE	"integer out of range"
#define BAD_LENGTH	"invalid attribute length"
#define UNKNOWN_ATTR	"Unknown attribute type"
#define BAD_POLICY	"Attribute failed policy validation"
#define LEFT_OVER	"bytes leftover after parsing attributes"

static const struct bad_request bad_requests[] = {
	/* Missing. */
	{ "topup-without-pages", DO(PKVM_CMD_TOPUP), -EINVAL, NO_PAGES, PKVM_A_PAGES_PAGES },
	{ "reclaim-without-pages", DO(PKVM_CMD_RECLAIM), -EINVAL, NO_PAGES, PKVM_A_PAGES_PAGES },
	{ "create-without-max", DO(PKVM_CMD_VM_CREATE), -EINVAL, NO_MAX_VCPUS,
	  PKVM_A_VM_MAX_VCPUS },
	{ "destroy-without-any", DO(PKVM_CMD_VM_DESTROY), -EINVAL, HANDLE_OR_ALL, 0 },
	{ "get-without-handle", DO(PKVM_CMD_VM_GET), -EINVAL, NO_HANDLE, PKVM_A_VM_HANDLE },
	{ "shrinker-set-without-any", DO(PKVM_CMD_SHRINKER_SET), -EINVAL,
	  "the request names nothing to set", 0 },

	/* Of another type: too short, too long, a flag with a value. */
	{ "pages-of-4-bytes", DO(PKVM_CMD_TOPUP, ATTR_U32(PKVM_A_PAGES_PAGES, 1)), -EINVAL,
	  BAD_LENGTH, PKVM_A_PAGES_PAGES },
	{ "pages-without-value", DO(PKVM_CMD_RECLAIM, ATTR_FLAG(PKVM_A_PAGES_PAGES)), -EINVAL,
	  BAD_LENGTH, PKVM_A_PAGES_PAGES },
	{ "max-vcpus-of-8-bytes", DO(PKVM_CMD_VM_CREATE, ATTR_U64(PKVM_A_VM_MAX_VCPUS, 1)),
	  -EINVAL, BAD_LENGTH, PKVM_A_VM_MAX_VCPUS },
	{ "enabled-of-4-bytes", DO(PKVM_CMD_SHRINKER_SET, ATTR_U32(PKVM_A_SHRINKER_ENABLED, 1)),
	  -EINVAL, BAD_LENGTH, PKVM_A_SHRINKER_ENABLED },
	{ "handle-of-1-byte", DO(PKVM_CMD_VM_DESTROY, ATTR_U8(PKVM_A_VM_HANDLE, 1)), -EINVAL,
	  BAD_LENGTH, PKVM_A_VM_HANDLE },
	{ "bound-with-a-value", DO(PKVM_CMD_VM_CREATE, ATTR_U32(PKVM_A_VM_MAX_VCPUS, 1),
				   ATTR_U32(PKVM_A_VM_BOUND, 1)), -ERANGE,
	  BAD_POLICY, PKVM_A_VM_BOUND },
	{ "trailing-bytes", { .cmd = PKVM_CMD_TOPUP, .trailing = 3,
			      .attrs = { ATTR_U64(PKVM_A_PAGES_PAGES, 1) } }, -EINVAL,
	  LEFT_OVER, 0 },

	/* Out of range. */
	{ "topup-of-0", DO(PKVM_CMD_TOPUP, ATTR_U64(PKVM_A_PAGES_PAGES, 0)), -ERANGE, BAD_RANGE,
	  PKVM_A_PAGES_PAGES },
	{ "topup-of-too-many", DO(PKVM_CMD_TOPUP, ATTR_U64(PKVM_A_PAGES_PAGES,
							  PKVM_NL_MAX_PAGES + 1)), -ERANGE,
	  BAD_RANGE, PKVM_A_PAGES_PAGES },
	{ "reclaim-of-all-ones", DO(PKVM_CMD_RECLAIM, ATTR_U64(PKVM_A_PAGES_PAGES, UINT64_MAX)),
	  -ERANGE, BAD_RANGE, PKVM_A_PAGES_PAGES },
	{ "no-vcpus-at-most", DO(PKVM_CMD_VM_CREATE, ATTR_U32(PKVM_A_VM_MAX_VCPUS, 0)), -ERANGE,
	  BAD_RANGE, PKVM_A_VM_MAX_VCPUS },
	{ "too-many-vcpus-at-most", DO(PKVM_CMD_VM_CREATE, ATTR_U32(PKVM_A_VM_MAX_VCPUS,
								   PKVM_NL_MAX_VCPUS + 1)),
	  -ERANGE, BAD_RANGE, PKVM_A_VM_MAX_VCPUS },
	{ "more-vcpus-than-at-most", DO(PKVM_CMD_VM_CREATE, ATTR_U32(PKVM_A_VM_MAX_VCPUS, 2),
				       ATTR_U32(PKVM_A_VM_VCPUS, 3)), -EINVAL,
	  "more vCPUs than the VM can have", PKVM_A_VM_VCPUS },
	{ "destroy-handle-0", DO(PKVM_CMD_VM_DESTROY, ATTR_U32(PKVM_A_VM_HANDLE, 0)), -ERANGE,
	  BAD_RANGE, PKVM_A_VM_HANDLE },
	{ "enabled-2", DO(PKVM_CMD_SHRINKER_SET, ATTR_U8(PKVM_A_SHRINKER_ENABLED, 2)), -ERANGE,
	  BAD_RANGE, PKVM_A_SHRINKER_ENABLED },
	{ "seeks-0", DO(PKVM_CMD_SHRINKER_SET, ATTR_U32(PKVM_A_SHRINKER_SEEKS, 0)), -ERANGE,
	  BAD_RANGE, PKVM_A_SHRINKER_SEEKS },
	{ "seeks-1001", DO(PKVM_CMD_SHRINKER_SET, ATTR_U8(PKVM_A_SHRINKER_ENABLED, 0),
			  ATTR_U32(PKVM_A_SHRINKER_SEEKS, 1001)), -ERANGE, BAD_RANGE,
	  PKVM_A_SHRINKER_SEEKS },
	{ "batch-4097", DO(PKVM_CMD_SHRINKER_SET, ATTR_U32(PKVM_A_SHRINKER_BATCH, 4097)), -ERANGE,
	  BAD_RANGE, PKVM_A_SHRINKER_BATCH },
	{ "reserve-of-too-many", DO(PKVM_CMD_SHRINKER_SET, ATTR_U64(PKVM_A_SHRINKER_RESERVE,
								   PKVM_NL_MAX_PAGES + 1)),
	  -ERANGE, BAD_RANGE, PKVM_A_SHRINKER_RESERVE },

	/* What there is not. */
	{ "destroy-no-such-vm", DO(PKVM_CMD_VM_DESTROY, ATTR_U32(PKVM_A_VM_HANDLE, NO_VM)), -ENOENT,
	  NO_SUCH_VM, PKVM_A_VM_HANDLE },
	{ "destroy-handle-of-all-ones", DO(PKVM_CMD_VM_DESTROY,
					   ATTR_U32(PKVM_A_VM_HANDLE, UINT32_MAX)), -ENOENT,
	  NO_SUCH_VM, PKVM_A_VM_HANDLE },
	{ "get-no-such-vm", DO(PKVM_CMD_VM_GET, ATTR_U32(PKVM_A_VM_HANDLE, NO_VM)), -ENOENT,
	  NO_SUCH_VM, PKVM_A_VM_HANDLE },
	{ "destroy-one-and-all", DO(PKVM_CMD_VM_DESTROY, ATTR_U32(PKVM_A_VM_HANDLE, NO_VM),
				    ATTR_FLAG(PKVM_A_VM_ALL)), -EINVAL, HANDLE_OR_ALL, 0 },
	{ "crash-of-a-living", DO(PKVM_CMD_CRASH_GET), -ENODATA,
	  "EL2 is alive: it has left no crash record", 0 },

	/* Attributes and commands that nobody knows, or that are another's. */
	{ "unknown-attribute", DO(PKVM_CMD_TOPUP, ATTR_U64(PKVM_A_PAGES_PAGES, 1),
				  ATTR_U32(77, 1)), -EINVAL, UNKNOWN_ATTR, 77 },
	{ "attribute-of-a-reply", DO(PKVM_CMD_VM_CREATE, ATTR_U32(PKVM_A_VM_MAX_VCPUS, 1),
				     ATTR_U32(PKVM_A_VM_DESTROYED, 1)), -EINVAL, UNKNOWN_ATTR,
	  PKVM_A_VM_DESTROYED },
	{ "handle-for-create", DO(PKVM_CMD_VM_CREATE, ATTR_U32(PKVM_A_VM_HANDLE, 1)), -EINVAL,
	  "Unsupported attribute", PKVM_A_VM_HANDLE },
	{ "attribute-for-info", DO(PKVM_CMD_INFO_GET, ATTR_U32(1, 1)), -EINVAL, BAD_POLICY, 1 },
	{ "attribute-for-check", DO(PKVM_CMD_HEAP_CHECK, ATTR_U32(1, 1)), -EINVAL, BAD_POLICY, 1 },
	{ "unknown-command", DO(PKVM_CMD_MAX + 1), -EOPNOTSUPP, "", 0 },
	{ "notification-as-command", DO(PKVM_CMD_TOPUP_NTF), -EOPNOTSUPP, "", 0 },
	{ "map-is-a-dump", DO(PKVM_CMD_HEAP_MAP), -EOPNOTSUPP, "", 0 },
	{ "info-is-no-dump", DUMP(PKVM_CMD_INFO_GET), -EOPNOTSUPP, "", 0 },
};

/* What needs CAP_NET_ADMIN, in the form that an administrator could send it. */
static const struct bad_request for_admin[] = {
	{ "nobody-heap-map", DUMP(PKVM_CMD_HEAP_MAP), -EPERM, "", 0 },
	{ "nobody-heap-check", DO(PKVM_CMD_HEAP_CHECK), -EPERM, "", 0 },
	{ "nobody-selftest", DO(PKVM_CMD_SELFTEST), -EPERM, "", 0 },
	{ "nobody-topup", DO(PKVM_CMD_TOPUP, ATTR_U64(PKVM_A_PAGES_PAGES, 1)), -EPERM, "", 0 },
	{ "nobody-reclaim", DO(PKVM_CMD_RECLAIM, ATTR_U64(PKVM_A_PAGES_PAGES, 1)), -EPERM, "", 0 },
	{ "nobody-shrinker-set", DO(PKVM_CMD_SHRINKER_SET, ATTR_U8(PKVM_A_SHRINKER_ENABLED, 0)),
	  -EPERM, "", 0 },
	{ "nobody-vm-create", DO(PKVM_CMD_VM_CREATE, ATTR_U32(PKVM_A_VM_MAX_VCPUS, 1)), -EPERM,
	  "", 0 },
	{ "nobody-vm-destroy", DO(PKVM_CMD_VM_DESTROY, ATTR_FLAG(PKVM_A_VM_ALL)), -EPERM, "", 0 },
	{ "nobody-crash-get", DO(PKVM_CMD_CRASH_GET), -EPERM, "", 0 },
};

static int ask(struct test *test, struct nl_request request, nl_read_fn read, void *arg,
	       struct nl_answer *ret)
{
	request.family = test->family;
	return nl_ask(test->sock, &request, read, arg, ret);
}

static void check_refused(struct test *test, const struct bad_request *bad)
{
	struct nl_answer answer;
	char seen[400];
	int err = ask(test, bad->request, NULL, NULL, &answer);

	snprintf(seen, sizeof(seen),
		 "exchange %d, errno %d, attribute %u, sentence '%s'; expected errno %d, attribute %u, sentence '%s'",
		 err, answer.err, answer.culprit, answer.sentence, bad->err, bad->culprit,
		 bad->sentence);
	report(test, bad->name,
	       !err && answer.err == bad->err && answer.culprit == bad->culprit &&
	       !answer.messages && !strcmp(answer.sentence, bad->sentence), seen);
}

static int join(int sock, int group)
{
	return setsockopt(sock, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group)) ?
		-errno : 0;
}

static void check_join(struct test *test, const char *name, const char *group, int expected)
{
	int id = nl_group(test->sock, PKVM_FAMILY_NAME, group);
	int err = id < 0 ? id : join(test->sock, id);
	char seen[100];

	snprintf(seen, sizeof(seen), "group %s: joining ended with %d, expected %d", group, err,
		 expected);
	report(test, name, err == expected, seen);
}

/* In a child without privilege, and with a socket that was opened without. */
static void check_as_nobody(struct test *test)
{
	pid_t child;
	int status;

	fflush(stdout);
	child = fork();
	if (child) {
		waitpid(child, &status, 0);
		report(test, "nobody", child > 0 && WIFEXITED(status) && !WEXITSTATUS(status),
		       "a case above has failed");
		return;
	}
	if (setgid(NOBODY) || setuid(NOBODY))
		_exit(1);
	test->failed = 0;
	test->sock = nl_open();
	for (size_t i = 0; i < ARRAY_SIZE(for_admin); i++)
		check_refused(test, &for_admin[i]);
	check_join(test, "nobody-joins-events", PKVM_MCGRP_EVENTS, 0);
	check_join(test, "nobody-joins-admin", PKVM_MCGRP_ADMIN, -EPERM);
	fflush(stdout);
	_exit(!!test->failed);
}

static int read_handle(const struct nlattr *attrs, size_t len, void *arg)
{
	const struct nlattr *handle = nl_find(attrs, len, PKVM_A_VM_HANDLE);

	if (!handle)
		return -EBADMSG;
	*(uint32_t *)arg = nl_number(handle);
	return 0;
}

/* Returns a handle, or a negative errno. */
static int create_vm(struct test *test, bool bound)
{
	const struct nl_request request = {
		.cmd = PKVM_CMD_VM_CREATE,
		.attrs = { ATTR_U32(PKVM_A_VM_MAX_VCPUS, 2), ATTR_U32(PKVM_A_VM_VCPUS, 1),
			   { .type = bound ? PKVM_A_VM_BOUND : 0 } },
	};
	struct nl_answer answer;
	uint32_t handle = 0;
	int err = ask(test, request, read_handle, &handle, &answer);

	if (err)
		return err;
	return answer.err ? answer.err : (int)handle;
}

static int destroy_vm(struct test *test, uint32_t handle)
{
	const struct nl_request request = DO(PKVM_CMD_VM_DESTROY,
					     ATTR_U32(PKVM_A_VM_HANDLE, handle));
	struct nl_answer answer;
	int err = ask(test, request, NULL, NULL, &answer);

	return err ? err : answer.err;
}

static bool vm_exists(struct test *test, uint32_t handle)
{
	const struct nl_request request = DO(PKVM_CMD_VM_GET, ATTR_U32(PKVM_A_VM_HANDLE, handle));
	struct nl_answer answer;

	return !ask(test, request, NULL, NULL, &answer) && !answer.err;
}

/* A bound VM goes with the socket that created it, an unbound one stays. */
static void check_bound(struct test *test)
{
	const struct timespec pause = { .tv_nsec = 20000000 };
	struct test other = { .sock = nl_open(), .family = test->family };
	int bound = create_vm(&other, true), free_one = create_vm(&other, false);
	bool was_there = bound > 0 && vm_exists(test, bound);
	int tries = 250;

	close(other.sock);
	while (tries-- && vm_exists(test, bound))
		nanosleep(&pause, NULL);
	report(test, "bound-vm-goes-with-its-socket", was_there && !vm_exists(test, bound),
	       "it was not there before, or it is still there");
	report(test, "unbound-vm-stays", free_one > 0 && !destroy_vm(test, free_one),
	       "it is not there any more");
}

/* Port numbers of another network namespace say nothing in this one. */
static void check_other_namespace(struct test *test)
{
	static const struct bad_request bad = {
		"bound-from-another-namespace",
		DO(PKVM_CMD_VM_CREATE, ATTR_U32(PKVM_A_VM_MAX_VCPUS, 1), ATTR_FLAG(PKVM_A_VM_BOUND)),
		-EINVAL, "a VM can only be bound from the initial network namespace",
		PKVM_A_VM_BOUND,
	};
	pid_t child;
	int status = 0;

	fflush(stdout);
	child = fork();
	if (!child) {
		struct test other = { .family = test->family };

		if (unshare(CLONE_NEWNET))
			_exit(1);
		other.sock = nl_open();
		check_refused(&other, &bad);
		fflush(stdout);
		_exit(!!other.failed);
	}
	waitpid(child, &status, 0);
	test->failed += child < 0 || !WIFEXITED(status) || WEXITSTATUS(status);
}

/* What a dump of VMs has to be: ascending, and with all the steady ones. */
struct vm_dump {
	const bool *steady;		/* by handle */
	uint32_t last;
	unsigned int steady_seen;
	unsigned int disorder;
};

#define HANDLES	(1 << 16)

static int read_vm(const struct nlattr *attrs, size_t len, void *arg)
{
	struct vm_dump *dump = arg;
	uint32_t handle;

	if (read_handle(attrs, len, &handle))
		return -EBADMSG;
	dump->disorder += handle <= dump->last;
	dump->last = handle;
	dump->steady_seen += handle < HANDLES && dump->steady[handle];
	return 0;
}

static bool dump_vms(struct test *test, const bool *steady)
{
	const struct nl_request request = DUMP(PKVM_CMD_VM_GET);
	struct vm_dump dump = { .steady = steady };
	struct nl_answer answer;

	return !ask(test, request, read_vm, &dump, &answer) && !answer.err && !dump.disorder &&
	       dump.steady_seen == STEADY_VMS;
}

/* Regions follow each other without a gap, from 0 to the end of the heap's range. */
static int read_region(const struct nlattr *attrs, size_t len, void *arg)
{
	const struct nlattr *offset = nl_find(attrs, len, PKVM_A_REGION_OFFSET);
	const struct nlattr *size = nl_find(attrs, len, PKVM_A_REGION_SIZE);
	uint64_t *end = arg;

	if (!offset || !size || nl_number(offset) != *end || !nl_number(size))
		return -EBADMSG;
	*end += nl_number(size);
	return 0;
}

static bool dump_map(struct test *test)
{
	const struct nl_request request = DUMP(PKVM_CMD_HEAP_MAP);
	struct nl_answer answer;
	uint64_t end = 0;

	return !ask(test, request, read_region, &end, &answer) && !answer.err && end == 1 << 30;
}

/* VMs come and go until the parent kills it. */
static _Noreturn void churn(int family)
{
	struct test test = { .sock = nl_open(), .family = family };
	int handles[8];

	for (;;) {
		for (size_t i = 0; i < ARRAY_SIZE(handles); i++)
			handles[i] = create_vm(&test, true);
		for (size_t i = 0; i < ARRAY_SIZE(handles); i++)
			if (handles[i] <= 0 || destroy_vm(&test, handles[i]))
				_exit(1);
	}
}

static bool create_steady(struct test *test, bool *steady)
{
	for (int i = 0; i < STEADY_VMS; i++) {
		int handle = create_vm(test, false);

		if (handle <= 0 || handle >= HANDLES)
			return false;
		steady[handle] = true;
	}
	return true;
}

static void check_dumps_under_change(struct test *test)
{
	static bool steady[HANDLES];
	const struct nl_request all = DO(PKVM_CMD_VM_DESTROY, ATTR_FLAG(PKVM_A_VM_ALL));
	bool created = create_steady(test, steady);
	int bad_vms = 0, bad_maps = 0, status;
	struct nl_answer answer;
	char seen[100];
	pid_t child;

	fflush(stdout);
	child = fork();
	if (!child)
		churn(test->family);
	for (int i = 0; i < DUMPS; i++) {
		bad_vms += !dump_vms(test, steady);
		bad_maps += !dump_map(test);
	}
	/* It only ends by itself if a VM could not be created or destroyed. */
	status = waitpid(child, NULL, WNOHANG);
	if (!status) {
		kill(child, SIGKILL);
		waitpid(child, NULL, 0);
	}
	snprintf(seen, sizeof(seen), "steady VMs created: %d, torn or out of order: %d of %d",
		 created, bad_vms, DUMPS);
	report(test, "vm-dumps-under-change", created && !bad_vms, seen);
	snprintf(seen, sizeof(seen), "with gaps: %d of %d", bad_maps, DUMPS);
	report(test, "map-dumps-under-change", !bad_maps, seen);
	report(test, "churn-meanwhile", !status, "a VM could not be created or destroyed");
	report(test, "destroy-all", !ask(test, all, NULL, NULL, &answer) && !answer.err,
	       answer.sentence);
}

static void check_refusals(struct test *test)
{
	for (size_t i = 0; i < ARRAY_SIZE(bad_requests); i++)
		check_refused(test, &bad_requests[i]);
	check_as_nobody(test);
	check_join(test, "root-joins-admin", PKVM_MCGRP_ADMIN, 0);
	check_other_namespace(test);
}

static void check_change(struct test *test)
{
	check_bound(test);
	check_dumps_under_change(test);
}

int main(int argc, char *argv[])
{
	struct test test = { .sock = nl_open() };

	if (argc != 2 || (strcmp(argv[1], "refusals") && strcmp(argv[1], "change"))) {
		fprintf(stderr, "Usage: netlink_check refusals|change\n");
		return 2;
	}

	setvbuf(stdout, NULL, _IOLBF, 0);
	test.family = test.sock < 0 ? test.sock : nl_family(test.sock, PKVM_FAMILY_NAME);
	if (test.family < 0) {
		printf("FAIL family %s\n", strerror(-test.family));
		return 1;
	}
	if (!strcmp(argv[1], "refusals"))
		check_refusals(&test);
	else
		check_change(&test);
	return !!test.failed;
}
