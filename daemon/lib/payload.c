// SPDX-License-Identifier: LGPL-2.1-or-later
/* Payloads: one table per struct says which attribute goes into which member. */
#include <errno.h>
#include <string.h>

#include <netlink/attr.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>

#include "payload.h"

/* More than the largest attribute type of any set below. */
#define TYPES_MAX	32

enum kind {
	NUMBER,		/* of as many bytes as the member; a bool is 0 or 1 */
	FLAG,		/* bool: there or not */
	TEXT,		/* char[], cut if it is longer */
};

struct field {
	int attr;
	enum kind kind;
	bool optional;			/* the member is 0 if it is missing */
	size_t offset, size;		/* of the member */
};

#define FIELD(attr, kind, optional, type, member) \
	{ attr, kind, optional, offsetof(type, member), sizeof(((type *)0)->member) }

struct fields {
	const struct field *list;
	size_t n;
};

#define FIELDS(table)	(&(const struct fields){ table, sizeof(table) / sizeof(table[0]) })

_Static_assert(sizeof(enum pkvm_state) == sizeof(uint32_t), "enums travel as u32");
_Static_assert(PKVM_A_HOST_MAX < TYPES_MAX, "the host's counters are the largest set");

static int read_text(const struct nlattr *attr, char *ret, size_t size)
{
	size_t len = strnlen(nla_data(attr), nla_len(attr));

	if (len == (size_t)nla_len(attr))
		return -EBADMSG;
	if (len >= size)
		len = size - 1;
	memcpy(ret, nla_data(attr), len);
	ret[len] = '\0';
	return 0;
}

static int read_field(const struct field *field, const struct nlattr *attr, void *object)
{
	char *member = (char *)object + field->offset;

	if (field->kind == FLAG) {
		*(bool *)member = attr;
		return 0;
	}
	if (!attr)
		return field->optional ? 0 : -EBADMSG;
	if (field->kind == TEXT)
		return read_text(attr, member, field->size);
	if ((size_t)nla_len(attr) != field->size ||
	    (field->size == sizeof(bool) && *(const uint8_t *)nla_data(attr) > 1))
		return -EBADMSG;
	memcpy(member, nla_data(attr), field->size);
	return 0;
}

/* Clears the object of @size bytes, then fills it. *ret is written only if all is well. */
static int read_fields(const struct fields *fields, const struct nlattr *attrs, int len,
		       void *ret, size_t size)
{
	struct nlattr *tb[TYPES_MAX];
	char object[sizeof(struct pkvm_event)] __attribute__((aligned(8))) = {};
	size_t i;

	if (nla_parse(tb, TYPES_MAX - 1, (struct nlattr *)attrs, len, NULL) < 0)
		return -EBADMSG;
	for (i = 0; i < fields->n; i++)
		if (read_field(&fields->list[i], tb[fields->list[i].attr], object))
			return -EBADMSG;
	memcpy(ret, object, size);
	return 0;
}

static const struct field info_fields[] = {
#define INFO(attr, kind, optional, member) \
	FIELD(PKVM_A_INFO_##attr, kind, optional, struct pkvm_info, member)
	INFO(NETLINK_ABI, NUMBER, false, netlink_abi),
	INFO(MODULE_ABI, NUMBER, false, module_abi),
	INFO(HYP_ABI, NUMBER, true, hyp_abi),
	INFO(PROVIDER, NUMBER, false, provider),
	INFO(STATE, NUMBER, false, state),
	INFO(FEATURES, NUMBER, true, features),
	INFO(CPUS, NUMBER, false, cpus),
	INFO(HEAP_SIZE, NUMBER, false, heap_size),
	INFO(MODULE_VERSION, TEXT, false, module_version),
};

int payload_info(const struct nlattr *attrs, int len, struct pkvm_info *ret)
{
	return read_fields(FIELDS(info_fields), attrs, len, ret, sizeof(*ret));
}

#define HEAP(attr, member) \
	FIELD(PKVM_A_HEAP_##attr, NUMBER, false, struct pkvm_stats_heap, member)
static const struct field heap_fields[] = {
	HEAP(SIZE, size),
	HEAP(USED, used),
	HEAP(MAPPED, mapped),
	HEAP(FREE_MAPPED, free_mapped),
	HEAP(LARGEST_FREE, largest_free),
	HEAP(HOLES, holes),
	HEAP(CHUNKS_USED, chunks_used),
	HEAP(CHUNKS_FREE, chunks_free),
	HEAP(RECLAIMABLE, reclaimable),
	HEAP(ALLOCS, allocs),
	HEAP(FREES, frees),
	HEAP(FAILURES, failures),
	HEAP(MISUSES, misuses),
};

#define MEM(attr, member) \
	FIELD(PKVM_A_MEM_##attr, NUMBER, false, struct pkvm_stats_mem, member)
static const struct field mem_fields[] = {
	MEM(OWNED, owned),
	MEM(BOOT, boot),
	MEM(STOCK, stock),
	MEM(CREDITED, credited),
	MEM(HEAP, heap),
	MEM(TABLES, tables),
	MEM(VMEMMAP, vmemmap),
	MEM(REQUESTS, requests),
	MEM(REQUESTED, requested),
	MEM(TOPUPS, topups),
	MEM(TOPPED_UP, topped_up),
	MEM(TOPUP_REFUSED, topup_refused),
	MEM(RECLAIMS, reclaims),
	MEM(RECLAIMED, reclaimed),
	MEM(VMS, vms),
	MEM(VCPUS, vcpus),
	MEM(RECLAIMABLE, reclaimable),
};

#define HOST(attr, member) \
	FIELD(PKVM_A_HOST_##attr, NUMBER, false, struct pkvm_stats_host, member)
static const struct field host_fields[] = {
	HOST(REQUESTS_OTHER, requests_other),
	HOST(REQUESTS_VM, requests_vm),
	HOST(REQUESTS_VCPU, requests_vcpu),
	HOST(REQUESTS_SELFTEST, requests_selftest),
	HOST(REQUESTED, requested),
	HOST(REQUEST_RETRIES, request_retries),
	HOST(REQUEST_FAILURES, request_failures),
	HOST(TOPUP_RANGE_PAGES, topup_range_pages),
	HOST(TOPUP_LIST_PAGES, topup_list_pages),
	HOST(TOPUP_FAILURES, topup_failures),
	HOST(ALLOC_FAILURES, alloc_failures),
	HOST(RECLAIMS, reclaims),
	HOST(RECLAIMED, reclaimed),
	HOST(SHRINKS, shrinks),
	HOST(SHRUNK, shrunk),
	HOST(SHRINK_BACKOFFS, shrink_backoffs),
	HOST(VMS_CREATED, vms_created),
	HOST(VMS_DESTROYED, vms_destroyed),
	HOST(DONATED, donated),
	HOST(RETURNED, returned),
	HOST(EVENTS_LOST, events_lost),
};

static int read_nested(const struct fields *fields, const struct nlattr *nest, void *ret,
		       size_t size)
{
	if (!nest)
		return -EBADMSG;
	return read_fields(fields, nla_data(nest), nla_len(nest), ret, size);
}

int payload_stats(const struct nlattr *attrs, int len, struct pkvm_stats *ret)
{
	struct nlattr *tb[PKVM_A_STATS_MAX + 1];
	struct pkvm_stats stats;

	if (nla_parse(tb, PKVM_A_STATS_MAX, (struct nlattr *)attrs, len, NULL) < 0 ||
	    read_nested(FIELDS(heap_fields), tb[PKVM_A_STATS_HEAP], &stats.heap,
			sizeof(stats.heap)) ||
	    read_nested(FIELDS(mem_fields), tb[PKVM_A_STATS_MEM], &stats.mem,
			sizeof(stats.mem)) ||
	    read_nested(FIELDS(host_fields), tb[PKVM_A_STATS_HOST], &stats.host,
			sizeof(stats.host)))
		return -EBADMSG;
	*ret = stats;
	return 0;
}

static const struct field page_fields[] = {
	FIELD(PKVM_A_PAGE_PFN, NUMBER, false, struct pkvm_page, pfn),
	FIELD(PKVM_A_PAGE_OWNER, NUMBER, false, struct pkvm_page, owner),
	FIELD(PKVM_A_PAGE_USE, NUMBER, false, struct pkvm_page, use),
	FIELD(PKVM_A_PAGE_COUNT, NUMBER, false, struct pkvm_page, count),
};

int payload_page(const struct nlattr *attrs, int len, struct pkvm_page *ret)
{
	return read_fields(FIELDS(page_fields), attrs, len, ret, sizeof(*ret));
}

#define PAGE_STATS(attr, member) \
	FIELD(PKVM_A_PAGE_STATS_##attr, NUMBER, false, struct pkvm_page_stats, member)
static const struct field page_stats_fields[] = {
	PAGE_STATS(HOST, host),
	PAGE_STATS(HYP, hyp),
	PAGE_STATS(SPLIT_GIBS, split_gibs),
	PAGE_STATS(SPLIT_BLOCKS, split_blocks),
	PAGE_STATS(TABLES, tables),
	PAGE_STATS(TABLES_IDLE, tables_idle),
	PAGE_STATS(TABLES_SPARE, tables_spare),
	PAGE_STATS(REFUSED, refused),
	PAGE_STATS(FAULTS_MAPPED, faults_mapped),
	PAGE_STATS(FAULTS_RACED, faults_raced),
	PAGE_STATS(VIOLATIONS, violations),
	PAGE_STATS(GUEST, guest),
	PAGE_STATS(SHARED_HYP, shared_hyp),
	PAGE_STATS(SHARED_GUEST, shared_guest),
	PAGE_STATS(CPUS, cpus),
	PAGE_STATS(RELAYED, relayed),
	PAGE_STATS(ENTRIES_REFUSED, entries_refused),
	PAGE_STATS(SMCS_PASSED, smcs_passed),
	PAGE_STATS(SMCS_REFUSED, smcs_refused),
};

int payload_page_stats(const struct nlattr *attrs, int len, struct pkvm_page_stats *ret)
{
	return read_fields(FIELDS(page_stats_fields), attrs, len, ret, sizeof(*ret));
}

static const struct field region_fields[] = {
	FIELD(PKVM_A_REGION_OFFSET, NUMBER, false, struct pkvm_region, offset),
	FIELD(PKVM_A_REGION_SIZE, NUMBER, false, struct pkvm_region, size),
	FIELD(PKVM_A_REGION_KIND, NUMBER, false, struct pkvm_region, kind),
};

int payload_region(const struct nlattr *attrs, int len, struct pkvm_region *ret)
{
	return read_fields(FIELDS(region_fields), attrs, len, ret, sizeof(*ret));
}

static const struct field check_fields[] = {
	FIELD(PKVM_A_CHECK_RESULT, NUMBER, false, struct pkvm_check, result),
	FIELD(PKVM_A_CHECK_OFFSET, FLAG, true, struct pkvm_check, has_offset),
	FIELD(PKVM_A_CHECK_OFFSET, NUMBER, true, struct pkvm_check, offset),
};

int payload_check(const struct nlattr *attrs, int len, struct pkvm_check *ret)
{
	return read_fields(FIELDS(check_fields), attrs, len, ret, sizeof(*ret));
}

static const struct field selftest_fields[] = {
	FIELD(PKVM_A_SELFTEST_STEPS, NUMBER, false, struct pkvm_selftest, steps),
	FIELD(PKVM_A_SELFTEST_PASSED, NUMBER, false, struct pkvm_selftest, passed),
	FIELD(PKVM_A_SELFTEST_LINE, NUMBER, true, struct pkvm_selftest, line),
};

int payload_selftest(const struct nlattr *attrs, int len, struct pkvm_selftest *ret)
{
	return read_fields(FIELDS(selftest_fields), attrs, len, ret, sizeof(*ret));
}

static const struct field pages_fields[] = {
	{ PKVM_A_PAGES_PAGES, NUMBER, false, 0, sizeof(uint64_t) },
};

int payload_pages(const struct nlattr *attrs, int len, uint64_t *ret)
{
	return read_fields(FIELDS(pages_fields), attrs, len, ret, sizeof(*ret));
}

static const struct field shrinker_fields[] = {
	FIELD(PKVM_A_SHRINKER_ENABLED, NUMBER, false, struct pkvm_shrinker, enabled),
	FIELD(PKVM_A_SHRINKER_SEEKS, NUMBER, false, struct pkvm_shrinker, seeks),
	FIELD(PKVM_A_SHRINKER_BATCH, NUMBER, false, struct pkvm_shrinker, batch),
	FIELD(PKVM_A_SHRINKER_RESERVE, NUMBER, false, struct pkvm_shrinker, reserve),
};

int payload_shrinker(const struct nlattr *attrs, int len, struct pkvm_shrinker *ret)
{
	return read_fields(FIELDS(shrinker_fields), attrs, len, ret, sizeof(*ret));
}

/* A notification may have nothing but the handle, if the VM has gone already. */
static const struct field vm_fields[] = {
#define VM(attr, kind, optional, member) \
	FIELD(PKVM_A_VM_##attr, kind, optional, struct pkvm_vm, member)
	VM(HANDLE, NUMBER, false, handle),
	VM(MAX_VCPUS, NUMBER, true, max_vcpus),
	VM(VCPUS, NUMBER, true, vcpus),
	VM(BOUND, FLAG, true, bound),
	VM(BYTES, NUMBER, true, bytes),
	VM(REQUESTS, NUMBER, true, requests),
	VM(PAGES, NUMBER, true, pages),
	VM(AGE, NUMBER, true, age_ns),
	VM(PID, NUMBER, true, pid),
	VM(COMM, TEXT, true, comm),
};

int payload_vm(const struct nlattr *attrs, int len, struct pkvm_vm *ret)
{
	return read_fields(FIELDS(vm_fields), attrs, len, ret, sizeof(*ret));
}

static const struct field handle_fields[] = {
	{ PKVM_A_VM_HANDLE, NUMBER, false, 0, sizeof(uint32_t) },
};

int payload_vm_handle(const struct nlattr *attrs, int len, uint32_t *ret)
{
	return read_fields(FIELDS(handle_fields), attrs, len, ret, sizeof(*ret));
}

static const struct field destroyed_fields[] = {
	{ PKVM_A_VM_DESTROYED, NUMBER, false, 0, sizeof(uint32_t) },
};

int payload_vm_destroyed(const struct nlattr *attrs, int len, uint32_t *ret)
{
	return read_fields(FIELDS(destroyed_fields), attrs, len, ret, sizeof(*ret));
}

static const struct field crash_fields[] = {
#define CRASH(attr, kind, member) \
	FIELD(PKVM_A_CRASH_##attr, kind, false, struct pkvm_crash_record, member)
	CRASH(REASON, NUMBER, reason),
	CRASH(CPU, NUMBER, cpu),
	CRASH(ESR, NUMBER, esr),
	CRASH(ELR, NUMBER, elr),
	CRASH(ELR_OFFSET, NUMBER, elr_offset),
	CRASH(FAR, NUMBER, far),
	CRASH(SPSR, NUMBER, spsr),
	CRASH(SP, NUMBER, sp),
	CRASH(HCALL, NUMBER, hcall),
	CRASH(LINE, NUMBER, line),
	CRASH(FILE, TEXT, file),
};

int payload_crash(const struct nlattr *attrs, int len, struct pkvm_crash_record *ret)
{
	struct pkvm_crash_record crash;
	const struct nlattr *attr;
	size_t n = 0;
	int left;

	if (read_fields(FIELDS(crash_fields), attrs, len, &crash, sizeof(crash)))
		return -EBADMSG;
	nla_for_each_attr(attr, attrs, len, left) {
		if (nla_type(attr) != PKVM_A_CRASH_REG)
			continue;
		if (n == 31 || nla_len(attr) != sizeof(crash.x[0]))
			return -EBADMSG;
		memcpy(&crash.x[n++], nla_data(attr), sizeof(crash.x[0]));
	}
	if (n != 31)
		return -EBADMSG;
	*ret = crash;
	return 0;
}

static const struct field moved_fields[] = {
#define MOVED(attr, optional, member) \
	FIELD(PKVM_A_EVENT_##attr, NUMBER, optional, struct pkvm_moved, member)
	MOVED(PAGES, false, pages),
	MOVED(ASKED, false, asked),
	MOVED(ERROR, false, error),
	MOVED(DURATION, false, duration_ns),
	MOVED(VM, true, vm),
	MOVED(CAUSE, true, cause),
	MOVED(RETRIES, true, retries),
};

static int read_moved(const struct nlattr *attrs, int len, struct pkvm_moved *ret)
{
	return read_fields(FIELDS(moved_fields), attrs, len, ret, sizeof(*ret));
}

static const struct field fault_fields[] = {
#define FAULT(attr, member) \
	FIELD(PKVM_A_FAULT_##attr, NUMBER, false, struct pkvm_fault, member)
	FAULT(ADDRESS, address),
	FAULT(VA, va),
	FAULT(PC, pc),
	FAULT(OWNER, owner),
	FAULT(CPU, cpu),
	FAULT(ACCESS, access),
	FAULT(LOST, lost),
};

static int read_fault(const struct nlattr *attrs, int len, struct pkvm_fault *ret)
{
	return read_fields(FIELDS(fault_fields), attrs, len, ret, sizeof(*ret));
}

static int event_type(uint8_t cmd)
{
	switch (cmd) {
	case PKVM_CMD_REQUEST_NTF:
		return PKVM_EVENT_REQUEST;
	case PKVM_CMD_TOPUP_NTF:
		return PKVM_EVENT_TOPUP;
	case PKVM_CMD_RECLAIM_NTF:
		return PKVM_EVENT_RECLAIM;
	case PKVM_CMD_SHRINK_NTF:
		return PKVM_EVENT_SHRINK;
	case PKVM_CMD_VM_CREATE_NTF:
		return PKVM_EVENT_VM_CREATE;
	case PKVM_CMD_VM_DESTROY_NTF:
		return PKVM_EVENT_VM_DESTROY;
	case PKVM_CMD_SHRINKER_NTF:
		return PKVM_EVENT_SHRINKER;
	case PKVM_CMD_STATE_NTF:
		return PKVM_EVENT_STATE;
	case PKVM_CMD_CRASH_NTF:
		return PKVM_EVENT_CRASH;
	case PKVM_CMD_FAULT_NTF:
		return PKVM_EVENT_FAULT;
	default:
		return -ENOMSG;
	}
}

static int read_event(const struct nlattr *attrs, int len, struct pkvm_event *event)
{
	switch (event->type) {
	case PKVM_EVENT_VM_CREATE:
	case PKVM_EVENT_VM_DESTROY:
		return payload_vm(attrs, len, &event->vm);
	case PKVM_EVENT_SHRINKER:
		return payload_shrinker(attrs, len, &event->shrinker);
	case PKVM_EVENT_STATE:
		return payload_info(attrs, len, &event->info);
	case PKVM_EVENT_CRASH:
		return payload_crash(attrs, len, &event->crash);
	case PKVM_EVENT_FAULT:
		return read_fault(attrs, len, &event->fault);
	default:
		return read_moved(attrs, len, &event->moved);
	}
}

int payload_event(const struct nlmsghdr *message, struct pkvm_event *ret)
{
	const struct genlmsghdr *genl = nlmsg_data(message);
	struct pkvm_event event = {};
	int type;

	if (!genlmsg_valid_hdr((struct nlmsghdr *)message, 0))
		return -EBADMSG;
	type = event_type(genl->cmd);
	if (type < 0)
		return type;
	event.type = type;
	if (read_event(genlmsg_attrdata(genl, 0), genlmsg_attrlen(genl, 0), &event))
		return -EBADMSG;
	*ret = event;
	return 0;
}
