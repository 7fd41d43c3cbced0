// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sends the netlink family what no well-behaved program sends, and compares each answer
 * with the errno, the sentence and the attribute that it has to name. Nothing of it may
 * have an effect. Exit status 1 if a case fails.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/pkvm.h>

#include "nl_test.h"

#define NOBODY		65534
#define NO_VM		255		/* a handle that no test has been given */

/* A request that is to be refused. */
struct bad_request {
	const char *name;
	int err;
	const char *sentence;
	unsigned int culprit;	/* attribute that the kernel has to name, 0 for none */
	struct nl_request request;
};

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
/* Either of them: the kernels differ. */
#define NO_ATTRS	BAD_POLICY "|" UNKNOWN_ATTR
#define LEFT_OVER	"bytes leftover after parsing attributes"

static const struct bad_request bad_requests[] = {
	/* Missing. */
	{ "topup-without-pages", -EINVAL, NO_PAGES, PKVM_A_PAGES_PAGES,
	  DO(PKVM_CMD_TOPUP) },
	{ "reclaim-without-pages", -EINVAL, NO_PAGES, PKVM_A_PAGES_PAGES,
	  DO(PKVM_CMD_RECLAIM) },
	{ "create-without-max", -EINVAL, NO_MAX_VCPUS, PKVM_A_VM_MAX_VCPUS,
	  DO(PKVM_CMD_VM_CREATE) },
	{ "destroy-without-any", -EINVAL, HANDLE_OR_ALL, 0,
	  DO(PKVM_CMD_VM_DESTROY) },
	{ "get-without-handle", -EINVAL, NO_HANDLE, PKVM_A_VM_HANDLE,
	  DO(PKVM_CMD_VM_GET) },
	{ "shrinker-set-without-any", -EINVAL, "the request names nothing to set", 0,
	  DO(PKVM_CMD_SHRINKER_SET) },

	/* Of another type: too short, too long, a flag with a value. */
	{ "pages-of-4-bytes", -EINVAL, BAD_LENGTH, PKVM_A_PAGES_PAGES,
	  DO(PKVM_CMD_TOPUP, ATTR_U32(PKVM_A_PAGES_PAGES, 1)) },
	{ "pages-without-value", -EINVAL, BAD_LENGTH, PKVM_A_PAGES_PAGES,
	  DO(PKVM_CMD_RECLAIM, ATTR_FLAG(PKVM_A_PAGES_PAGES)) },
	{ "max-vcpus-of-8-bytes", -EINVAL, BAD_LENGTH, PKVM_A_VM_MAX_VCPUS,
	  DO(PKVM_CMD_VM_CREATE, ATTR_U64(PKVM_A_VM_MAX_VCPUS, 1)) },
	{ "enabled-of-4-bytes", -EINVAL, BAD_LENGTH, PKVM_A_SHRINKER_ENABLED,
	  DO(PKVM_CMD_SHRINKER_SET, ATTR_U32(PKVM_A_SHRINKER_ENABLED, 1)) },
	{ "handle-of-1-byte", -EINVAL, BAD_LENGTH, PKVM_A_VM_HANDLE,
	  DO(PKVM_CMD_VM_DESTROY, ATTR_U8(PKVM_A_VM_HANDLE, 1)) },
	{ "bound-with-a-value", -ERANGE, BAD_POLICY, PKVM_A_VM_BOUND,
	  DO(PKVM_CMD_VM_CREATE, ATTR_U32(PKVM_A_VM_MAX_VCPUS, 1), ATTR_U32(PKVM_A_VM_BOUND, 1)) },
	{ "trailing-bytes", -EINVAL, LEFT_OVER, 0,
	  TRAIL(3, PKVM_CMD_TOPUP, ATTR_U64(PKVM_A_PAGES_PAGES, 1)) },

	/* Out of range. */
	{ "topup-of-0", -ERANGE, BAD_RANGE, PKVM_A_PAGES_PAGES,
	  DO(PKVM_CMD_TOPUP, ATTR_U64(PKVM_A_PAGES_PAGES, 0)) },
	{ "topup-of-too-many", -ERANGE, BAD_RANGE, PKVM_A_PAGES_PAGES,
	  DO(PKVM_CMD_TOPUP, ATTR_U64(PKVM_A_PAGES_PAGES, PKVM_NL_MAX_PAGES + 1)) },
	{ "reclaim-of-all-ones", -ERANGE, BAD_RANGE, PKVM_A_PAGES_PAGES,
	  DO(PKVM_CMD_RECLAIM, ATTR_U64(PKVM_A_PAGES_PAGES, UINT64_MAX)) },
	{ "no-vcpus-at-most", -ERANGE, BAD_RANGE, PKVM_A_VM_MAX_VCPUS,
	  DO(PKVM_CMD_VM_CREATE, ATTR_U32(PKVM_A_VM_MAX_VCPUS, 0)) },
	{ "too-many-vcpus-at-most", -ERANGE, BAD_RANGE, PKVM_A_VM_MAX_VCPUS,
	  DO(PKVM_CMD_VM_CREATE, ATTR_U32(PKVM_A_VM_MAX_VCPUS, PKVM_NL_MAX_VCPUS + 1)) },
	{ "more-vcpus-than-at-most", -EINVAL, "more vCPUs than the VM can have", PKVM_A_VM_VCPUS,
	  DO(PKVM_CMD_VM_CREATE, ATTR_U32(PKVM_A_VM_MAX_VCPUS, 2), ATTR_U32(PKVM_A_VM_VCPUS, 3)) },
	{ "destroy-handle-0", -ERANGE, BAD_RANGE, PKVM_A_VM_HANDLE,
	  DO(PKVM_CMD_VM_DESTROY, ATTR_U32(PKVM_A_VM_HANDLE, 0)) },
	{ "enabled-2", -ERANGE, BAD_RANGE, PKVM_A_SHRINKER_ENABLED,
	  DO(PKVM_CMD_SHRINKER_SET, ATTR_U8(PKVM_A_SHRINKER_ENABLED, 2)) },
	{ "seeks-0", -ERANGE, BAD_RANGE, PKVM_A_SHRINKER_SEEKS,
	  DO(PKVM_CMD_SHRINKER_SET, ATTR_U32(PKVM_A_SHRINKER_SEEKS, 0)) },
	{ "seeks-1001", -ERANGE, BAD_RANGE, PKVM_A_SHRINKER_SEEKS,
	  DO(PKVM_CMD_SHRINKER_SET, ATTR_U8(PKVM_A_SHRINKER_ENABLED, 0),
	     ATTR_U32(PKVM_A_SHRINKER_SEEKS, 1001)) },
	{ "batch-4097", -ERANGE, BAD_RANGE, PKVM_A_SHRINKER_BATCH,
	  DO(PKVM_CMD_SHRINKER_SET, ATTR_U32(PKVM_A_SHRINKER_BATCH, 4097)) },
	{ "reserve-of-too-many", -ERANGE, BAD_RANGE, PKVM_A_SHRINKER_RESERVE,
	  DO(PKVM_CMD_SHRINKER_SET, ATTR_U64(PKVM_A_SHRINKER_RESERVE, PKVM_NL_MAX_PAGES + 1)) },

	/* What there is not. */
	{ "destroy-no-such-vm", -ENOENT, NO_SUCH_VM, PKVM_A_VM_HANDLE,
	  DO(PKVM_CMD_VM_DESTROY, ATTR_U32(PKVM_A_VM_HANDLE, NO_VM)) },
	{ "destroy-handle-of-all-ones", -ENOENT, NO_SUCH_VM, PKVM_A_VM_HANDLE,
	  DO(PKVM_CMD_VM_DESTROY, ATTR_U32(PKVM_A_VM_HANDLE, UINT32_MAX)) },
	{ "get-no-such-vm", -ENOENT, NO_SUCH_VM, PKVM_A_VM_HANDLE,
	  DO(PKVM_CMD_VM_GET, ATTR_U32(PKVM_A_VM_HANDLE, NO_VM)) },
	{ "destroy-one-and-all", -EINVAL, HANDLE_OR_ALL, 0,
	  DO(PKVM_CMD_VM_DESTROY, ATTR_U32(PKVM_A_VM_HANDLE, NO_VM), ATTR_FLAG(PKVM_A_VM_ALL)) },
	{ "crash-of-a-living", -ENODATA, "EL2 is alive: it has left no crash record", 0,
	  DO(PKVM_CMD_CRASH_GET) },

	/* Attributes and commands that nobody knows, or that are another's. */
	{ "unknown-attribute", -EINVAL, UNKNOWN_ATTR, 77,
	  DO(PKVM_CMD_TOPUP, ATTR_U64(PKVM_A_PAGES_PAGES, 1), ATTR_U32(77, 1)) },
	{ "attribute-of-a-reply", -EINVAL, UNKNOWN_ATTR, PKVM_A_VM_DESTROYED,
	  DO(PKVM_CMD_VM_CREATE, ATTR_U32(PKVM_A_VM_MAX_VCPUS, 1),
	     ATTR_U32(PKVM_A_VM_DESTROYED, 1)) },
	{ "handle-for-create", -EINVAL, "Unsupported attribute", PKVM_A_VM_HANDLE,
	  DO(PKVM_CMD_VM_CREATE, ATTR_U32(PKVM_A_VM_HANDLE, 1)) },
	{ "attribute-for-info", -EINVAL, NO_ATTRS, 1,
	  DO(PKVM_CMD_INFO_GET, ATTR_U32(1, 1)) },
	{ "attribute-for-check", -EINVAL, NO_ATTRS, 1,
	  DO(PKVM_CMD_HEAP_CHECK, ATTR_U32(1, 1)) },
	{ "unknown-command", -EOPNOTSUPP, "", 0,
	  DO(PKVM_CMD_MAX + 1) },
	{ "notification-as-command", -EOPNOTSUPP, "", 0,
	  DO(PKVM_CMD_TOPUP_NTF) },
	{ "map-is-a-dump", -EOPNOTSUPP, "", 0,
	  DO(PKVM_CMD_HEAP_MAP) },
	{ "info-is-no-dump", -EOPNOTSUPP, "", 0,
	  DUMP(PKVM_CMD_INFO_GET) },
};

/* What needs CAP_NET_ADMIN, in the form that an administrator could send it. */
static const struct bad_request for_admin[] = {
	{ "nobody-heap-map", -EPERM, "", 0,
	  DUMP(PKVM_CMD_HEAP_MAP) },
	{ "nobody-heap-check", -EPERM, "", 0,
	  DO(PKVM_CMD_HEAP_CHECK) },
	{ "nobody-selftest", -EPERM, "", 0,
	  DO(PKVM_CMD_SELFTEST) },
	{ "nobody-topup", -EPERM, "", 0,
	  DO(PKVM_CMD_TOPUP, ATTR_U64(PKVM_A_PAGES_PAGES, 1)) },
	{ "nobody-reclaim", -EPERM, "", 0,
	  DO(PKVM_CMD_RECLAIM, ATTR_U64(PKVM_A_PAGES_PAGES, 1)) },
	{ "nobody-shrinker-set", -EPERM, "", 0,
	  DO(PKVM_CMD_SHRINKER_SET, ATTR_U8(PKVM_A_SHRINKER_ENABLED, 0)) },
	{ "nobody-vm-create", -EPERM, "", 0,
	  DO(PKVM_CMD_VM_CREATE, ATTR_U32(PKVM_A_VM_MAX_VCPUS, 1)) },
	{ "nobody-vm-destroy", -EPERM, "", 0,
	  DO(PKVM_CMD_VM_DESTROY, ATTR_FLAG(PKVM_A_VM_ALL)) },
	{ "nobody-crash-get", -EPERM, "", 0,
	  DO(PKVM_CMD_CRASH_GET) },
};

/* Whether the sentence is one of those expected, which are divided by bars. */
static bool is_one_of(const char *sentence, const char *expected)
{
	size_t length = strcspn(expected, "|");

	while (strlen(sentence) != length || strncmp(sentence, expected, length)) {
		if (!expected[length])
			return false;
		expected += length + 1;
		length = strcspn(expected, "|");
	}
	return true;
}

static void check_refused(struct test *test, const struct bad_request *bad)
{
	struct nl_answer answer;
	char seen[400];
	bool refused;
	int err = test_ask(test, bad->request, NULL, NULL, &answer);

	snprintf(seen, sizeof(seen),
		 "exchange %d, errno %d, attribute %u, sentence '%s'; expected errno %d, attribute %u, sentence '%s'",
		 err, answer.err, answer.culprit, answer.sentence, bad->err, bad->culprit,
		 bad->sentence);
	refused = !err && answer.err == bad->err && answer.culprit == bad->culprit &&
		  !answer.messages && is_one_of(answer.sentence, bad->sentence);
	test_report(test, bad->name, refused, seen);
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
	test_report(test, name, err == expected, seen);
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
		test_report(test, "nobody", child > 0 && WIFEXITED(status) && !WEXITSTATUS(status),
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

/* Port numbers of another network namespace say nothing in this one. */
static void check_other_namespace(struct test *test)
{
	static const struct bad_request bad = {
		"bound-from-another-namespace", -EINVAL,
		"a VM can only be bound from the initial network namespace", PKVM_A_VM_BOUND,
		DO(PKVM_CMD_VM_CREATE, ATTR_U32(PKVM_A_VM_MAX_VCPUS, 1),
		   ATTR_FLAG(PKVM_A_VM_BOUND)),
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

int main(void)
{
	struct test test = test_start();

	for (size_t i = 0; i < ARRAY_SIZE(bad_requests); i++)
		check_refused(&test, &bad_requests[i]);
	check_as_nobody(&test);
	check_join(&test, "root-joins-admin", PKVM_MCGRP_ADMIN, 0);
	check_other_namespace(&test);
	return !!test.failed;
}
