// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * VMs that come and go by netlink: with the socket that they are bound to, and while
 * dumps are read. All are gone in the end. Exit status 1 if a case fails.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <linux/pkvm.h>

#include "nl_test.h"

/* VMs that stay while others come and go: enough for more than one piece of a dump. */
#define STEADY_VMS	120
#define DUMPS		150
#define REUSES		20

/* No number that the kernel would give. */
#define REUSED_PORT	0x706b766d

/* The range that the module reserves by default. */
#define HEAP_SIZE	(UINT64_C(1) << 30)

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
		.attrs = {
			ATTR_U32(PKVM_A_VM_MAX_VCPUS, 2),
			ATTR_U32(PKVM_A_VM_VCPUS, 1),
			ATTR_FLAG(bound ? PKVM_A_VM_BOUND : 0),
		},
	};
	struct nl_answer answer;
	uint32_t handle = 0;
	int err = test_ask(test, request, read_handle, &handle, &answer);

	if (err)
		return err;
	return answer.err ? answer.err : (int)handle;
}

static int destroy_vm(struct test *test, uint32_t handle)
{
	const struct nl_request request = DO(PKVM_CMD_VM_DESTROY,
					     ATTR_U32(PKVM_A_VM_HANDLE, handle));
	struct nl_answer answer;
	int err = test_ask(test, request, NULL, NULL, &answer);

	return err ? err : answer.err;
}

static bool vm_exists(struct test *test, uint32_t handle)
{
	const struct nl_request request = DO(PKVM_CMD_VM_GET, ATTR_U32(PKVM_A_VM_HANDLE, handle));
	struct nl_answer answer;

	return !test_ask(test, request, NULL, NULL, &answer) && !answer.err;
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
	test_report(test, "bound-vm-goes-with-its-socket", was_there && !vm_exists(test, bound),
		    "it was not there before, or it is still there");
	test_report(test, "unbound-vm-stays", free_one > 0 && !destroy_vm(test, free_one),
		    "it is not there any more");
}

/* A socket with that number, as soon as it is free; below 0 if there is none to be had. */
static int open_at_port(uint32_t port)
{
	const struct sockaddr_nl address = { .nl_family = AF_NETLINK, .nl_pid = port };
	int sock = nl_open();

	while (sock >= 0 && bind(sock, (const struct sockaddr *)&address, sizeof(address))) {
		if (errno == EADDRINUSE)
			continue;
		close(sock);
		return -errno;
	}
	return sock;
}

/* The VM of a socket that gets a number while its last owner is being closed: 0 if it stays. */
static int reuse_port(struct test *test)
{
	const struct timespec pause = { .tv_nsec = 20000000 };
	struct test first = { .sock = open_at_port(REUSED_PORT), .family = test->family };
	struct test second = { .family = test->family };
	int gone = create_vm(&first, true), vm;
	pid_t closer = fork();

	/* Whoever is last closes it. */
	close(first.sock);
	if (!closer)
		_exit(0);
	second.sock = open_at_port(REUSED_PORT);
	vm = create_vm(&second, true);
	if (closer > 0)
		waitpid(closer, NULL, 0);
	nanosleep(&pause, NULL);
	vm = gone > 0 && vm > 0 && vm_exists(test, vm) && !vm_exists(test, gone) ? 0 : -1;
	close(second.sock);
	return vm;
}

static void check_port_reuse(struct test *test)
{
	unsigned int failed = 0;

	for (unsigned int i = 0; i < REUSES; i++)
		failed += reuse_port(test) != 0;
	test_report(test, "bound-vm-of-a-reused-port-stays", !failed,
		    "it went with the socket that had the number before, or that one's did not");
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

	return !test_ask(test, request, read_vm, &dump, &answer) && !answer.err && !dump.disorder &&
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

	return !test_ask(test, request, read_region, &end, &answer) && !answer.err &&
	       end == HEAP_SIZE;
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
	bool *steady = calloc(HANDLES, sizeof(*steady));
	const struct nl_request all = DO(PKVM_CMD_VM_DESTROY, ATTR_FLAG(PKVM_A_VM_ALL));
	bool created = steady && create_steady(test, steady);
	int bad_vms = 0, bad_maps = 0, status;
	struct nl_answer answer;
	char seen[100];
	pid_t child;

	fflush(stdout);
	child = fork();
	if (!child)
		churn(test->family);
	for (int i = 0; created && i < DUMPS; i++) {
		bad_vms += !dump_vms(test, steady);
		bad_maps += !dump_map(test);
	}
	/* It only ends by itself if a VM could not be created or destroyed. */
	status = waitpid(child, NULL, WNOHANG);
	if (!status) {
		kill(child, SIGKILL);
		waitpid(child, NULL, 0);
	}
	free(steady);
	snprintf(seen, sizeof(seen), "steady VMs created: %d, torn or out of order: %d of %d",
		 created, bad_vms, DUMPS);
	test_report(test, "vm-dumps-under-change", created && !bad_vms, seen);
	snprintf(seen, sizeof(seen), "with gaps: %d of %d", bad_maps, DUMPS);
	test_report(test, "map-dumps-under-change", created && !bad_maps, seen);
	test_report(test, "churn-meanwhile", !status, "a VM could not be created or destroyed");
	test_report(test, "destroy-all", !test_ask(test, all, NULL, NULL, &answer) && !answer.err,
		    answer.sentence);
}

int main(void)
{
	struct test test = test_start();

	check_bound(&test);
	check_port_reuse(&test);
	check_dumps_under_change(&test);
	return !!test.failed;
}
