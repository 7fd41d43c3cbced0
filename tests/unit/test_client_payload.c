// SPDX-License-Identifier: GPL-2.0-or-later
/* The client library's reading of payloads: whole, lacking, malformed, cut and garbled. */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/genetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>

#include "payload.h"
#include "suite.h"

#define FAMILY	0x1d

static struct nl_msg *msg;

static void setup(void)
{
	msg = nlmsg_alloc();
}

static void teardown(void)
{
	nlmsg_free(msg);
}

static void begin(uint8_t cmd)
{
	const struct genlmsghdr genl = { .cmd = cmd, .version = 1 };

	nlmsg_put(msg, 0, 0, FAMILY, 0, 0);
	nlmsg_append(msg, (void *)&genl, sizeof(genl), NLMSG_ALIGNTO);
}

static const struct nlattr *attrs(void)
{
	return nlmsg_attrdata(nlmsg_hdr(msg), GENL_HDRLEN);
}

static int len(void)
{
	return nlmsg_attrlen(nlmsg_hdr(msg), GENL_HDRLEN);
}

static void put_info(void)
{
	nla_put_u32(msg, PKVM_A_INFO_NETLINK_ABI, 1);
	nla_put_u32(msg, PKVM_A_INFO_MODULE_ABI, 2);
	nla_put_u32(msg, PKVM_A_INFO_HYP_ABI, 3);
	nla_put_string(msg, PKVM_A_INFO_MODULE_VERSION, "1.2.3");
	nla_put_u32(msg, PKVM_A_INFO_PROVIDER, PKVM_PROVIDER_KVM);
	nla_put_u32(msg, PKVM_A_INFO_STATE, PKVM_STATE_LIVE);
	nla_put_u32(msg, PKVM_A_INFO_FEATURES, PKVM_FEATURE_DEBUG);
	nla_put_u64(msg, PKVM_A_INFO_HEAP_SIZE, UINT64_C(5) << 32);
	nla_put_u32(msg, PKVM_A_INFO_CPUS, 4);
}

START_TEST(info)
{
	struct pkvm_info found;

	begin(PKVM_CMD_INFO_GET);
	put_info();
	ck_assert_int_eq(payload_info(attrs(), len(), &found), 0);
	ck_assert_uint_eq(found.netlink_abi, 1);
	ck_assert_uint_eq(found.module_abi, 2);
	ck_assert_uint_eq(found.hyp_abi, 3);
	ck_assert_str_eq(found.module_version, "1.2.3");
	ck_assert_int_eq(found.provider, PKVM_PROVIDER_KVM);
	ck_assert_int_eq(found.state, PKVM_STATE_LIVE);
	ck_assert_uint_eq(found.features, PKVM_FEATURE_DEBUG);
	ck_assert_uint_eq(found.heap_size, UINT64_C(5) << 32);
	ck_assert_uint_eq(found.cpus, 4);
}
END_TEST

/* A dead EL2 tells neither its ABI nor its features. */
START_TEST(info_of_the_dead)
{
	struct pkvm_info found;

	begin(PKVM_CMD_INFO_GET);
	nla_put_u32(msg, PKVM_A_INFO_NETLINK_ABI, 1);
	nla_put_u32(msg, PKVM_A_INFO_MODULE_ABI, 2);
	nla_put_string(msg, PKVM_A_INFO_MODULE_VERSION, "1.2.3");
	nla_put_u32(msg, PKVM_A_INFO_PROVIDER, PKVM_PROVIDER_EL2);
	nla_put_u32(msg, PKVM_A_INFO_STATE, PKVM_STATE_DEAD);
	nla_put_u64(msg, PKVM_A_INFO_HEAP_SIZE, 1);
	nla_put_u32(msg, PKVM_A_INFO_CPUS, 4);
	ck_assert_int_eq(payload_info(attrs(), len(), &found), 0);
	ck_assert_int_eq(found.state, PKVM_STATE_DEAD);
	ck_assert_uint_eq(found.hyp_abi, 0);
	ck_assert_uint_eq(found.features, 0);
}
END_TEST

/* Attributes 1 to n of a nest, each with its own value. */
static void put_nest(int type, int n, uint64_t first)
{
	struct nlattr *nest = nla_nest_start(msg, type);

	for (int i = 1; i <= n; i++)
		nla_put_u64(msg, i, first + i);
	nla_nest_end(msg, nest);
}

static void put_stats(void)
{
	put_nest(PKVM_A_STATS_HEAP, PKVM_A_HEAP_PAD - 1, 100);
	put_nest(PKVM_A_STATS_MEM, PKVM_A_MEM_PAD - 1, 200);
	put_nest(PKVM_A_STATS_HOST, PKVM_A_HOST_PAD - 1, 300);
}

/* Every word of the structs is some attribute's: sums tell if one is missing or there twice. */
static uint64_t sum(const void *words, size_t size)
{
	uint64_t word, total = 0;

	for (size_t i = 0; i < size; i += sizeof(word)) {
		memcpy(&word, (const char *)words + i, sizeof(word));
		total += word;
	}
	return total;
}

static uint64_t sum_of(uint64_t first, uint64_t n)
{
	return n * first + n * (n + 1) / 2;
}

START_TEST(stats)
{
	struct pkvm_stats all;

	begin(PKVM_CMD_HEAP_STATS_GET);
	put_stats();
	ck_assert_int_eq(payload_stats(attrs(), len(), &all), 0);
	ck_assert_uint_eq(sum(&all.heap, sizeof(all.heap)), sum_of(100, PKVM_A_HEAP_PAD - 1));
	ck_assert_uint_eq(sum(&all.mem, sizeof(all.mem)), sum_of(200, PKVM_A_MEM_PAD - 1));
	ck_assert_uint_eq(sum(&all.host, sizeof(all.host)), sum_of(300, PKVM_A_HOST_PAD - 1));
	ck_assert_uint_eq(all.heap.size, 100 + PKVM_A_HEAP_SIZE);
	ck_assert_uint_eq(all.heap.reclaimable, 100 + PKVM_A_HEAP_RECLAIMABLE);
	ck_assert_uint_eq(all.heap.misuses, 100 + PKVM_A_HEAP_MISUSES);
	ck_assert_uint_eq(all.mem.stock, 200 + PKVM_A_MEM_STOCK);
	ck_assert_uint_eq(all.mem.vmemmap, 200 + PKVM_A_MEM_VMEMMAP);
	ck_assert_uint_eq(all.mem.reclaimable, 200 + PKVM_A_MEM_RECLAIMABLE);
	ck_assert_uint_eq(all.host.requests_vcpu, 300 + PKVM_A_HOST_REQUESTS_VCPU);
	ck_assert_uint_eq(all.host.shrunk, 300 + PKVM_A_HOST_SHRUNK);
	ck_assert_uint_eq(all.host.events_lost, 300 + PKVM_A_HOST_EVENTS_LOST);
}
END_TEST

START_TEST(page_stats)
{
	struct pkvm_page_stats found;

	begin(PKVM_CMD_PAGE_STATS_GET);
	for (int i = 1; i < PKVM_A_PAGE_STATS_PAD; i++)
		nla_put_u64(msg, i, 400 + i);
	ck_assert_int_eq(payload_page_stats(attrs(), len(), &found), 0);
	ck_assert_uint_eq(sum(&found, sizeof(found)), sum_of(400, PKVM_A_PAGE_STATS_PAD - 1));
	ck_assert_uint_eq(found.hyp, 400 + PKVM_A_PAGE_STATS_HYP);
	ck_assert_uint_eq(found.violations, 400 + PKVM_A_PAGE_STATS_VIOLATIONS);
	ck_assert_uint_eq(found.shared_guest, 400 + PKVM_A_PAGE_STATS_SHARED_GUEST);
	ck_assert_uint_eq(found.smcs_refused, 400 + PKVM_A_PAGE_STATS_SMCS_REFUSED);
	ck_assert_uint_eq(found.arena_held, 400 + PKVM_A_PAGE_STATS_ARENA_HELD);
	ck_assert_uint_eq(found.arena_missed, 400 + PKVM_A_PAGE_STATS_ARENA_MISSED);
}
END_TEST

START_TEST(page)
{
	struct pkvm_page found = { .pfn = 99 };

	begin(PKVM_CMD_PAGE_GET);
	nla_put_u64(msg, PKVM_A_PAGE_PFN, 0x40000);
	nla_put_u32(msg, PKVM_A_PAGE_OWNER, PKVM_PAGE_OWNER_HYP);
	nla_put_u32(msg, PKVM_A_PAGE_USE, PKVM_PAGE_USE_TABLE);
	ck_assert_int_eq(payload_page(attrs(), len(), &found), -EBADMSG);
	ck_assert_uint_eq(found.pfn, 99);
	nla_put_u32(msg, PKVM_A_PAGE_COUNT, 512);
	ck_assert_int_eq(payload_page(attrs(), len(), &found), 0);
	ck_assert_uint_eq(found.pfn, 0x40000);
	ck_assert_int_eq(found.owner, PKVM_PAGE_OWNER_HYP);
	ck_assert_int_eq(found.use, PKVM_PAGE_USE_TABLE);
	ck_assert_uint_eq(found.count, 512);
}
END_TEST

START_TEST(fault_event)
{
	struct pkvm_event found;

	begin(PKVM_CMD_FAULT_NTF);
	nla_put_u64(msg, PKVM_A_FAULT_ADDRESS, 0x40000000);
	nla_put_u64(msg, PKVM_A_FAULT_VA, 1);
	nla_put_u64(msg, PKVM_A_FAULT_PC, 2);
	nla_put_u32(msg, PKVM_A_FAULT_OWNER, PKVM_PAGE_OWNER_HYP);
	nla_put_u32(msg, PKVM_A_FAULT_CPU, 3);
	nla_put_u32(msg, PKVM_A_FAULT_ACCESS, PKVM_ACCESS_WRITE);
	ck_assert_int_eq(payload_event(nlmsg_hdr(msg), &found), -EBADMSG);
	nla_put_u64(msg, PKVM_A_FAULT_LOST, 4);
	ck_assert_int_eq(payload_event(nlmsg_hdr(msg), &found), 0);
	ck_assert_int_eq(found.type, PKVM_EVENT_FAULT);
	ck_assert_uint_eq(found.fault.address, 0x40000000);
	ck_assert_uint_eq(found.fault.cpu, 3);
	ck_assert_uint_eq(found.fault.access, PKVM_ACCESS_WRITE);
	ck_assert_uint_eq(found.fault.lost, 4);
}
END_TEST

START_TEST(stats_without_a_part)
{
	struct pkvm_stats all = { .heap.size = 4711 };

	begin(PKVM_CMD_HEAP_STATS_GET);
	put_nest(PKVM_A_STATS_HEAP, PKVM_A_HEAP_PAD - 1, 100);
	put_nest(PKVM_A_STATS_HOST, PKVM_A_HOST_PAD - 1, 300);
	ck_assert_int_eq(payload_stats(attrs(), len(), &all), -EBADMSG);
	ck_assert_uint_eq(all.heap.size, 4711);
}
END_TEST

START_TEST(check_with_and_without_fault)
{
	struct pkvm_check found;

	begin(PKVM_CMD_HEAP_CHECK);
	nla_put_u32(msg, PKVM_A_CHECK_RESULT, PKVM_CHECK_RESULT_OK);
	ck_assert_int_eq(payload_check(attrs(), len(), &found), 0);
	ck_assert(!found.has_offset);
	nla_put_u64(msg, PKVM_A_CHECK_OFFSET, 0x1230);
	ck_assert_int_eq(payload_check(attrs(), len(), &found), 0);
	ck_assert(found.has_offset);
	ck_assert_uint_eq(found.offset, 0x1230);
}
END_TEST

static void put_vm(void)
{
	nla_put_flag(msg, PKVM_A_VM_BOUND);
	nla_put_u32(msg, PKVM_A_VM_HANDLE, 257);
	nla_put_u32(msg, PKVM_A_VM_MAX_VCPUS, 8);
	nla_put_u32(msg, PKVM_A_VM_VCPUS, 3);
	nla_put_u64(msg, PKVM_A_VM_BYTES, 4097);
	nla_put_u64(msg, PKVM_A_VM_REQUESTS, 2);
	nla_put_u64(msg, PKVM_A_VM_PAGES, 9);
	nla_put_u32(msg, PKVM_A_VM_PID, 4000000);
	nla_put_string(msg, PKVM_A_VM_COMM, "fifteen letters");
	nla_put_u64(msg, PKVM_A_VM_AGE, UINT64_MAX);
}

START_TEST(vm)
{
	struct pkvm_vm found;

	begin(PKVM_CMD_VM_GET);
	put_vm();
	ck_assert_int_eq(payload_vm(attrs(), len(), &found), 0);
	ck_assert_uint_eq(found.handle, 257);
	ck_assert_uint_eq(found.max_vcpus, 8);
	ck_assert_uint_eq(found.vcpus, 3);
	ck_assert(found.bound);
	ck_assert_uint_eq(found.bytes, 4097);
	ck_assert_uint_eq(found.requests, 2);
	ck_assert_uint_eq(found.pages, 9);
	ck_assert_uint_eq(found.age_ns, UINT64_MAX);
	ck_assert_uint_eq(found.pid, 4000000);
	ck_assert_str_eq(found.comm, "fifteen letters");
}
END_TEST

START_TEST(text_is_cut)
{
	struct pkvm_vm found;

	begin(PKVM_CMD_VM_GET);
	nla_put_u32(msg, PKVM_A_VM_HANDLE, 1);
	nla_put_string(msg, PKVM_A_VM_COMM, "more than sixteen letters");
	ck_assert_int_eq(payload_vm(attrs(), len(), &found), 0);
	ck_assert_str_eq(found.comm, "more than sixte");
}
END_TEST

START_TEST(text_without_end)
{
	struct pkvm_vm found = { .handle = 99 };

	begin(PKVM_CMD_VM_GET);
	nla_put_u32(msg, PKVM_A_VM_HANDLE, 1);
	nla_put(msg, PKVM_A_VM_COMM, 4, "open");
	ck_assert_int_eq(payload_vm(attrs(), len(), &found), -EBADMSG);
	ck_assert_uint_eq(found.handle, 99);
}
END_TEST

START_TEST(number_of_wrong_width)
{
	struct pkvm_vm found = { .handle = 99 };

	begin(PKVM_CMD_VM_GET);
	nla_put_u64(msg, PKVM_A_VM_HANDLE, 1);
	ck_assert_int_eq(payload_vm(attrs(), len(), &found), -EBADMSG);
	ck_assert_uint_eq(found.handle, 99);
}
END_TEST

START_TEST(bool_is_0_or_1)
{
	struct pkvm_shrinker found;
	struct nlattr *enabled;

	begin(PKVM_CMD_SHRINKER_GET);
	nla_put_u8(msg, PKVM_A_SHRINKER_ENABLED, 1);
	nla_put_u32(msg, PKVM_A_SHRINKER_SEEKS, 2);
	nla_put_u32(msg, PKVM_A_SHRINKER_BATCH, 64);
	nla_put_u64(msg, PKVM_A_SHRINKER_RESERVE, 7);
	ck_assert_int_eq(payload_shrinker(attrs(), len(), &found), 0);
	ck_assert(found.enabled);
	ck_assert_uint_eq(found.seeks, 2);
	ck_assert_uint_eq(found.batch, 64);
	ck_assert_uint_eq(found.reserve, 7);
	enabled = nlmsg_find_attr(nlmsg_hdr(msg), GENL_HDRLEN, PKVM_A_SHRINKER_ENABLED);
	*(uint8_t *)nla_data(enabled) = 2;
	ck_assert_int_eq(payload_shrinker(attrs(), len(), &found), -EBADMSG);
}
END_TEST

static void put_crash(int regs)
{
	nla_put_u32(msg, PKVM_A_CRASH_REASON, PKVM_PANIC_REASON_STACK);
	nla_put_u32(msg, PKVM_A_CRASH_CPU, 1);
	for (int attr = PKVM_A_CRASH_ESR; attr <= PKVM_A_CRASH_HCALL; attr++)
		nla_put_u64(msg, attr, 1000 + attr);
	nla_put_u32(msg, PKVM_A_CRASH_LINE, 42);
	nla_put_string(msg, PKVM_A_CRASH_FILE, "hyp/heap.c");
	for (int i = 0; i < regs; i++)
		nla_put_u64(msg, PKVM_A_CRASH_REG, 2000 + i);
}

START_TEST(crash)
{
	struct pkvm_crash_record found;

	begin(PKVM_CMD_CRASH_GET);
	put_crash(31);
	ck_assert_int_eq(payload_crash(attrs(), len(), &found), 0);
	ck_assert_int_eq(found.reason, PKVM_PANIC_REASON_STACK);
	ck_assert_uint_eq(found.far, 1000 + PKVM_A_CRASH_FAR);
	ck_assert_uint_eq(found.hcall, 1000 + PKVM_A_CRASH_HCALL);
	ck_assert_uint_eq(found.line, 42);
	ck_assert_str_eq(found.file, "hyp/heap.c");
	ck_assert_uint_eq(found.x[0], 2000);
	ck_assert_uint_eq(found.x[30], 2030);
}
END_TEST

START_TEST(crash_with_other_registers)
{
	struct pkvm_crash_record found;

	begin(PKVM_CMD_CRASH_GET);
	put_crash(_i ? 32 : 30);
	ck_assert_int_eq(payload_crash(attrs(), len(), &found), -EBADMSG);
}
END_TEST

static void put_request(void)
{
	nla_put_u32(msg, PKVM_A_EVENT_VM, 5);
	nla_put_u64(msg, PKVM_A_EVENT_PAGES, 3);
	nla_put_u64(msg, PKVM_A_EVENT_ASKED, 4);
	nla_put_u32(msg, PKVM_A_EVENT_ERROR, ENOMEM);
	nla_put_u64(msg, PKVM_A_EVENT_DURATION, 1500);
	nla_put_u32(msg, PKVM_A_EVENT_CAUSE, PKVM_REQUEST_CAUSE_VCPU);
	nla_put_u32(msg, PKVM_A_EVENT_RETRIES, 8);
}

START_TEST(request_event)
{
	struct pkvm_event event;

	begin(PKVM_CMD_REQUEST_NTF);
	put_request();
	ck_assert_int_eq(payload_event(nlmsg_hdr(msg), &event), 0);
	ck_assert_int_eq(event.type, PKVM_EVENT_REQUEST);
	ck_assert_uint_eq(event.moved.vm, 5);
	ck_assert_uint_eq(event.moved.pages, 3);
	ck_assert_uint_eq(event.moved.asked, 4);
	ck_assert_int_eq(event.moved.error, ENOMEM);
	ck_assert_uint_eq(event.moved.duration_ns, 1500);
	ck_assert_int_eq(event.moved.cause, PKVM_REQUEST_CAUSE_VCPU);
	ck_assert_uint_eq(event.moved.retries, 8);
}
END_TEST

static const struct {
	uint8_t cmd;
	enum pkvm_event_type type;
	void (*put)(void);
} kinds[] = {
	{ PKVM_CMD_REQUEST_NTF, PKVM_EVENT_REQUEST, put_request },
	{ PKVM_CMD_TOPUP_NTF, PKVM_EVENT_TOPUP, put_request },
	{ PKVM_CMD_RECLAIM_NTF, PKVM_EVENT_RECLAIM, put_request },
	{ PKVM_CMD_SHRINK_NTF, PKVM_EVENT_SHRINK, put_request },
	{ PKVM_CMD_VM_CREATE_NTF, PKVM_EVENT_VM_CREATE, put_vm },
	{ PKVM_CMD_VM_DESTROY_NTF, PKVM_EVENT_VM_DESTROY, put_vm },
	{ PKVM_CMD_STATE_NTF, PKVM_EVENT_STATE, put_info },
};

#define N_KINDS	((int)(sizeof(kinds) / sizeof(kinds[0])))

START_TEST(event_kinds)
{
	struct pkvm_event event;

	begin(kinds[_i].cmd);
	kinds[_i].put();
	ck_assert_int_eq(payload_event(nlmsg_hdr(msg), &event), 0);
	ck_assert_int_eq(event.type, kinds[_i].type);
}
END_TEST

/* A VM that is gone has nothing but its handle. */
START_TEST(destroyed_vm_event)
{
	struct pkvm_event event;

	begin(PKVM_CMD_VM_DESTROY_NTF);
	nla_put_u32(msg, PKVM_A_VM_HANDLE, 258);
	ck_assert_int_eq(payload_event(nlmsg_hdr(msg), &event), 0);
	ck_assert_uint_eq(event.vm.handle, 258);
	ck_assert_uint_eq(event.vm.max_vcpus, 0);
	ck_assert_str_eq(event.vm.comm, "");
}
END_TEST

START_TEST(unknown_event)
{
	struct pkvm_event event = { .type = PKVM_EVENT_CRASH };

	begin(_i ? 250 : PKVM_CMD_INFO_GET);
	put_info();
	ck_assert_int_eq(payload_event(nlmsg_hdr(msg), &event), -ENOMSG);
	ck_assert_int_eq(event.type, PKVM_EVENT_CRASH);
}
END_TEST

/* Reads it from memory of exactly its size, so that the sanitizer sees every byte beyond. */
static int read_copy(size_t size, size_t garbled, uint8_t value)
{
	struct nlmsghdr *copy = malloc(size);
	struct pkvm_event event;
	int err;

	memcpy(copy, nlmsg_hdr(msg), size);
	if (garbled)
		((uint8_t *)copy)[garbled] = value;
	copy->nlmsg_len = size;
	err = payload_event(copy, &event);
	free(copy);
	return err;
}

START_TEST(cut_anywhere)
{
	size_t whole;

	begin(PKVM_CMD_REQUEST_NTF);
	put_request();
	whole = nlmsg_hdr(msg)->nlmsg_len;
	ck_assert_int_eq(read_copy(whole, 0, 0), 0);
	/* All attributes up to the duration are required. */
	for (size_t size = NLMSG_HDRLEN; size < whole - 2 * nla_total_size(4); size++)
		ck_assert_int_eq(read_copy(size, 0, 0), -EBADMSG);
}
END_TEST

START_TEST(garbled_anywhere)
{
	static const uint8_t values[] = { 0, 1, 3, 4, 0x7f, 0x80, 0xff };
	size_t whole;

	begin(kinds[_i].cmd);
	kinds[_i].put();
	whole = nlmsg_hdr(msg)->nlmsg_len;
	for (size_t at = NLMSG_HDRLEN; at < whole; at++) {
		for (size_t i = 0; i < sizeof(values); i++) {
			int err = read_copy(whole, at, values[i]);

			ck_assert(!err || err == -EBADMSG || err == -ENOMSG);
		}
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("client_payload");
	TCase *tcase = tcase_create("payload");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, info);
	tcase_add_test(tcase, info_of_the_dead);
	tcase_add_test(tcase, stats);
	tcase_add_test(tcase, page_stats);
	tcase_add_test(tcase, page);
	tcase_add_test(tcase, fault_event);
	tcase_add_test(tcase, stats_without_a_part);
	tcase_add_test(tcase, check_with_and_without_fault);
	tcase_add_test(tcase, vm);
	tcase_add_test(tcase, text_is_cut);
	tcase_add_test(tcase, text_without_end);
	tcase_add_test(tcase, number_of_wrong_width);
	tcase_add_test(tcase, bool_is_0_or_1);
	tcase_add_test(tcase, crash);
	tcase_add_loop_test(tcase, crash_with_other_registers, 0, 2);
	tcase_add_test(tcase, request_event);
	tcase_add_loop_test(tcase, event_kinds, 0, N_KINDS);
	tcase_add_test(tcase, destroyed_vm_event);
	tcase_add_loop_test(tcase, unknown_event, 0, 2);
	tcase_add_test(tcase, cut_anywhere);
	tcase_add_loop_test(tcase, garbled_anywhere, 0, N_KINDS);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
