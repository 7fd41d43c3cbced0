// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counts what EL2 costs, by hypercalls of its own beside those of pkvm.ko. Meant
 * for a machine that runs under icount, where a nanosecond is an instruction; then
 * each figure is instructions from the call to its return, the host's few
 * instructions of calling included. Prints "bench NAME VALUE" to the kernel log.
 *
 * With hypercall_only=1 it measures a plain hypercall and no more, and with burst=N it makes N
 * of them each millisecond for BURSTS_MS: what looks at their traces can be measured by that.
 *
 * With lock_time=1 it tells in the end how long EL2 has held a lock at most since load, which a
 * debug image knows; the other figures are then those of a debug image.
 *
 * The counter steps by 16 instructions or more, so everything is measured over
 * thousands of calls.
 */
#include <linux/arm-smccc.h>
#include <linux/delay.h>
#include <linux/io.h>
#include <linux/irqflags.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/timekeeping.h>
#include <asm/arch_timer.h>

#include <pkvm/hypercall.h>

#define HYPERCALLS	1000
#define ROUNDS		21
#define ALLOCS		400	/* vCPUs of one VM */
#define VMS		100
#define VM_VCPUS	4
#define VM_PAGES	16	/* more than a VM with that many vCPUs needs */
#define LIST_ROUNDS	200
#define RANGE_ROUNDS	50
#define RANGE_ORDER	9
#define TABLE_PAGES	4096
#define SCATTER		40
#define BURSTS_MS	200
#define GUEST_TABLES	256	/* more than a batch of pages needs, each far from the others */

static bool hypercall_only;
module_param(hypercall_only, bool, 0);

static bool lock_time;
module_param(lock_time, bool, 0);

static unsigned int burst;
module_param(burst, uint, 0);

/* A batch of pages as the host keeps it between top-up and reclaim. */
struct list {
	u64 head;
	u64 nr;
};

static long hcall(enum pkvm_hcall_nr nr, struct arm_smccc_1_2_regs *regs)
{
	regs->a0 = PKVM_HCALL_ID(nr);
	arm_smccc_1_2_hvc(regs, regs);
	return regs->a0 ? -EOPNOTSUPP : (long)regs->a1;
}

static void report(const char *name, u64 ns, u64 calls)
{
	pr_info("bench %s %llu\n", name, DIV_ROUND_CLOSEST_ULL(ns, calls));
}

static int list_fill(struct list *list, u64 nr)
{
	for (; list->nr < nr; list->nr++) {
		u64 *page = (u64 *)__get_free_page(GFP_KERNEL);

		if (!page)
			return -ENOMEM;
		*page = list->head;
		list->head = virt_to_phys(page);
	}
	return 0;
}

static void list_free(struct list *list)
{
	for (; list->nr; list->nr--) {
		u64 *page = phys_to_virt(list->head);

		list->head = *page;
		free_page((unsigned long)page);
	}
}

/* Takes back all that EL2 does not use, so that what follows starts from nothing. */
static int drain(void)
{
	struct arm_smccc_1_2_regs regs;
	struct list list;
	long ret;

	do {
		regs = (struct arm_smccc_1_2_regs){ .a1 = PKVM_BATCH_PAGES };
		ret = hcall(PKVM_HCALL_RECLAIM, &regs);
		if (ret)
			return ret;
		list = (struct list){ regs.a2, regs.a3 };
		list_free(&list);
	} while (regs.a3);
	return 0;
}

/* One batch of at most nr pages; those that join the stock are added to *joined. */
static long topup_batch(u64 nr, u64 flags, u64 *joined)
{
	struct arm_smccc_1_2_regs regs = { .a3 = flags };
	struct list list = {};
	long ret = list_fill(&list, min_t(u64, nr, PKVM_BATCH_PAGES));

	if (!ret) {
		regs.a1 = list.head;
		regs.a2 = list.nr;
		ret = hcall(PKVM_HCALL_TOPUP_LIST, &regs);
	}
	if (ret)
		list_free(&list);
	else
		*joined += regs.a4;
	return ret;
}

static long topup(u64 nr)
{
	u64 joined = 0;
	long ret = 0;

	while (joined < nr && !ret)
		ret = topup_batch(nr - joined, 0, &joined);
	return ret;
}

/*
 * Nothing but calls between two looks at the clock: no interrupt, and the registers laid out
 * ahead, for to clear them takes 15 instructions more or less by where the stack happens to lie.
 */
static int time_hypercalls(u64 *ret_ns)
{
	struct arm_smccc_1_2_regs regs = {};
	unsigned long flags;
	unsigned int i;
	u64 start, err = 0;

	local_irq_save(flags);
	start = ktime_get_ns();
	for (i = 0; i < HYPERCALLS; i++) {
		regs.a0 = PKVM_HCALL_ID(PKVM_HCALL_VERSION);
		arm_smccc_1_2_hvc(&regs, &regs);
		err |= regs.a0 | regs.a1;
	}
	*ret_ns = ktime_get_ns() - start;
	local_irq_restore(flags);
	return err ? -EIO : 0;
}

static int compare_u64(const void *a, const void *b)
{
	const u64 *one = a, *other = b;

	return (*one > *other) - (*one < *other);
}

/* The median of several rounds. */
static int bench_hypercall(void)
{
	u64 ns[ROUNDS];
	unsigned int n;
	int err;

	for (n = 0; n < ROUNDS; n++) {
		err = time_hypercalls(&ns[n]);
		if (err)
			return err;
		cond_resched();
	}
	sort(ns, ROUNDS, sizeof(*ns), compare_u64, NULL);
	report("el2/hypercall_insns", ns[ROUNDS / 2], HYPERCALLS);
	return 0;
}

static int make_bursts(void)
{
	u64 next = ktime_get_ns();
	unsigned int ms, i;

	for (ms = 0; ms < BURSTS_MS; ms++) {
		for (i = 0; i < burst; i++) {
			struct arm_smccc_1_2_regs regs = {};

			if (hcall(PKVM_HCALL_VERSION, &regs))
				return -EIO;
		}
		next += NSEC_PER_MSEC;
		while (ktime_get_ns() < next)
			usleep_range(100, 200);
	}
	return 0;
}

/* Top-ups of nr pages a call, as a list; the pages are allocated before the clock runs. */
static int bench_list(const char *name, unsigned int nr)
{
	struct list *lists = kcalloc(LIST_ROUNDS, sizeof(*lists), GFP_KERNEL);
	unsigned int i, taken = 0;
	u64 start;
	int ret = lists ? 0 : -ENOMEM;

	for (i = 0; i < LIST_ROUNDS && !ret; i++)
		ret = list_fill(&lists[i], nr);
	start = ktime_get_ns();
	for (; taken < LIST_ROUNDS && !ret; taken++) {
		struct arm_smccc_1_2_regs regs = { .a1 = lists[taken].head, .a2 = nr };

		ret = hcall(PKVM_HCALL_TOPUP_LIST, &regs);
	}
	if (!ret)
		report(name, ktime_get_ns() - start, LIST_ROUNDS * nr);
	for (i = taken; lists && i < LIST_ROUNDS; i++)
		list_free(&lists[i]);
	kfree(lists);
	return ret ?: drain();
}

/* Top-ups of one naturally aligned block of 512 pages a call. */
static int bench_range(const char *name)
{
	struct page **blocks = kcalloc(RANGE_ROUNDS, sizeof(*blocks), GFP_KERNEL);
	unsigned int i, taken = 0;
	u64 start;
	int ret = blocks ? 0 : -ENOMEM;

	for (i = 0; i < RANGE_ROUNDS && !ret; i++) {
		blocks[i] = alloc_pages(GFP_KERNEL, RANGE_ORDER);
		if (blocks[i])
			split_page(blocks[i], RANGE_ORDER);
		else
			ret = -ENOMEM;
	}
	start = ktime_get_ns();
	for (; taken < RANGE_ROUNDS && !ret; taken++) {
		struct arm_smccc_1_2_regs regs = {
			.a1 = page_to_phys(blocks[taken]),
			.a2 = 1 << RANGE_ORDER,
		};

		ret = hcall(PKVM_HCALL_TOPUP_RANGE, &regs);
	}
	if (!ret)
		report(name, ktime_get_ns() - start, RANGE_ROUNDS << RANGE_ORDER);
	for (i = taken; blocks && i < RANGE_ROUNDS && blocks[i]; i++) {
		unsigned int k;

		for (k = 0; k < 1 << RANGE_ORDER; k++)
			__free_page(blocks[i] + k);
	}
	kfree(blocks);
	return ret ?: drain();
}

/* An R call that answers its own requests, as pkvm.ko would, from pages it allocates. */
static long call_fed(enum pkvm_hcall_nr nr, u64 a1, u64 a2, u64 *ret_x2)
{
	struct arm_smccc_1_2_regs regs;
	struct pkvm_req req;
	u64 credit = 0;
	long ret;

	for (;;) {
		regs = (struct arm_smccc_1_2_regs){ .a1 = a1, .a2 = a2, .a7 = credit };
		ret = hcall(nr, &regs);
		if (ret != -ENOMEM || !pkvm_req_decode(regs.a2, regs.a3, &req))
			break;
		for (credit = 0; credit < req.pages;) {
			ret = topup_batch(req.pages - credit, PKVM_TOPUP_CREDIT, &credit);
			if (ret)
				return ret;
		}
	}
	*ret_x2 = regs.a2;
	return ret;
}

static long destroy_vm(u64 handle)
{
	struct arm_smccc_1_2_regs regs;
	long ret;

	do {
		regs = (struct arm_smccc_1_2_regs){ .a1 = handle };
		ret = hcall(PKVM_HCALL_VM_DESTROY, &regs);
	} while (!ret && regs.a2);
	return ret;
}

static long create_vm(u64 vcpus, u64 *ret_handle)
{
	u64 ignored, i;
	long ret = call_fed(PKVM_HCALL_VM_CREATE, vcpus, 0, ret_handle);

	for (i = 0; i < vcpus && !ret; i++)
		ret = call_fed(PKVM_HCALL_VCPU_CREATE, *ret_handle, i, &ignored);
	return ret;
}

/* One allocation each, with pages topped up ahead: what the heap itself costs. */
static int bench_alloc(void)
{
	u64 handle, ignored, start, i;
	long ret = topup(ALLOCS * 2) ?: call_fed(PKVM_HCALL_VM_CREATE, ALLOCS, 0, &handle);

	if (ret)
		return ret;
	start = ktime_get_ns();
	for (i = 0; i < ALLOCS && !ret; i++)
		ret = call_fed(PKVM_HCALL_VCPU_CREATE, handle, i, &ignored);
	if (!ret)
		report("el2/alloc_insns", ktime_get_ns() - start, ALLOCS);
	return destroy_vm(handle) ?: ret ?: drain();
}

/* Each VM is created from an EL2 that holds nothing spare, or from one that was topped up. */
static int bench_vm(const char *name, bool reserved)
{
	u64 handle, start, ns = 0;
	unsigned int i;
	long ret = drain();

	for (i = 0; i < VMS && !ret; i++) {
		if (reserved)
			ret = topup(VM_PAGES);
		if (ret)
			break;
		start = ktime_get_ns();
		ret = create_vm(VM_VCPUS, &handle);
		ns += ktime_get_ns() - start;
		ret = ret ?: destroy_vm(handle) ?: drain();
	}
	if (!ret)
		report(name, ns, VMS);
	return ret;
}

static long mem_stats(struct pkvm_mem_stats *ret_stats)
{
	struct arm_smccc_1_2_regs regs = { .a1 = PKVM_STATS_MEM };
	long ret = hcall(PKVM_HCALL_STATS, &regs);

	memcpy(ret_stats, &regs.a2, sizeof(*ret_stats));
	return ret;
}

/* What the host's stage-2 spends on tables, for a number of pages donated in one way or another. */
static int report_tables(const char *name)
{
	struct arm_smccc_1_2_regs regs = { .a1 = PKVM_STATS_PAGES };
	struct pkvm_page_stats stats;
	long ret = hcall(PKVM_HCALL_STATS, &regs);

	memcpy(&stats, &regs.a2, sizeof(stats));
	if (!ret)
		pr_info("bench %s %llu\n", name, stats.tables);
	return ret;
}

/* Of SCATTER pages allocated one is donated; the others go back. */
static int donate_scattered(void)
{
	struct list kept = {};
	unsigned int i;
	long ret = 0;

	for (i = 0; i < TABLE_PAGES && !ret; i++) {
		struct arm_smccc_1_2_regs regs = { .a2 = 1 };
		u64 *page = (u64 *)__get_free_page(GFP_KERNEL);

		ret = page ? list_fill(&kept, kept.nr + SCATTER - 1) : -ENOMEM;
		if (ret)
			break;
		*page = PKVM_LIST_END;
		regs.a1 = virt_to_phys(page);
		ret = hcall(PKVM_HCALL_TOPUP_LIST, &regs);
	}
	list_free(&kept);
	return ret;
}

static int bench_tables(void)
{
	return drain() ?: donate_scattered() ?: report_tables("host_s2/tables/scattered") ?:
	       drain() ?: report_tables("host_s2/tables/after_giveback");
}

/* Takes back what was topped up just before, in calls of nr pages. */
static int bench_reclaim(const char *name, unsigned int nr)
{
	u64 start, ns = 0;
	unsigned int i;
	long ret = topup(LIST_ROUNDS * nr);

	for (i = 0; i < LIST_ROUNDS && !ret; i++) {
		struct arm_smccc_1_2_regs regs = { .a1 = nr };
		struct list list;

		start = ktime_get_ns();
		ret = hcall(PKVM_HCALL_RECLAIM, &regs);
		ns += ktime_get_ns() - start;
		list = (struct list){ regs.a2, regs.a3 };
		list_free(&list);
	}
	if (!ret)
		report(name, ns, LIST_ROUNDS * nr);
	return ret ?: drain();
}

/* The longest of the calls that do most at once. */
static u64 longest;

static long timed(enum pkvm_hcall_nr nr, struct arm_smccc_1_2_regs *regs)
{
	u64 start = ktime_get_ns();
	long ret = hcall(nr, regs);

	longest = max(longest, ktime_get_ns() - start);
	return ret;
}

static int time_range(void)
{
	struct page *block = alloc_pages(GFP_KERNEL, RANGE_ORDER);
	struct arm_smccc_1_2_regs regs = { .a2 = 1 << RANGE_ORDER };

	if (!block)
		return -ENOMEM;
	split_page(block, RANGE_ORDER);
	regs.a1 = page_to_phys(block);
	return timed(PKVM_HCALL_TOPUP_RANGE, &regs);
}

static int time_walks(void)
{
	struct arm_smccc_1_2_regs regs;
	u64 cursor = 0;
	long ret;

	do {
		regs = (struct arm_smccc_1_2_regs){ .a1 = cursor };
		ret = timed(PKVM_HCALL_HEAP_CHECK, &regs);
		cursor = regs.a2;
	} while (!ret && cursor);
	return ret;
}

static int time_batches(u64 handle)
{
	struct arm_smccc_1_2_regs regs;
	struct list list;
	long ret;

	do {
		regs = (struct arm_smccc_1_2_regs){ .a1 = handle };
		ret = timed(PKVM_HCALL_VM_DESTROY, &regs);
	} while (!ret && regs.a2);
	do {
		regs = (struct arm_smccc_1_2_regs){ .a1 = PKVM_BATCH_PAGES };
		ret = ret ?: timed(PKVM_HCALL_RECLAIM, &regs);
		list = (struct list){ regs.a2, ret ? 0 : regs.a3 };
		list_free(&list);
	} while (!ret && regs.a3);
	return ret;
}

/* A block that is shared with EL2, then with a VM. */
static long time_sharing(u64 handle, phys_addr_t pa)
{
	struct arm_smccc_1_2_regs regs = { .a1 = pa, .a2 = PKVM_RANGE_PAGES };
	long ret = timed(PKVM_HCALL_SHARE_HYP, &regs);

	regs = (struct arm_smccc_1_2_regs){ .a1 = pa, .a2 = PKVM_RANGE_PAGES };
	ret = ret ?: timed(PKVM_HCALL_UNSHARE_HYP, &regs);
	regs = (struct arm_smccc_1_2_regs){ .a1 = handle, .a2 = pa, .a4 = PKVM_RANGE_PAGES };
	ret = ret ?: timed(PKVM_HCALL_GUEST_SHARE, &regs);
	regs = (struct arm_smccc_1_2_regs){ .a1 = handle, .a3 = PKVM_RANGE_PAGES };
	return ret ?: timed(PKVM_HCALL_GUEST_UNSHARE, &regs);
}

/* Pages of a block become a guest's: one after the other, or each far from the others. */
static long time_donation(u64 handle, phys_addr_t pa, bool scattered)
{
	unsigned int i, nr = scattered ? PKVM_BATCH_GUEST_PAGES : PKVM_RANGE_PAGES;
	unsigned int calls = scattered ? nr : 1;
	long ret = 0;

	for (i = 0; i < calls && !ret; i++) {
		struct arm_smccc_1_2_regs regs = {
			.a1 = handle,
			.a2 = pa + i * PKVM_PAGE_SIZE,
			.a3 = scattered ? (u64)(i + 1) * SZ_1G - PKVM_PAGE_SIZE : 0,
			.a4 = nr / calls,
		};

		ret = timed(PKVM_HCALL_GUEST_DONATE, &regs);
	}
	return ret;
}

static long time_guest(bool scattered)
{
	struct page *block = alloc_pages(GFP_KERNEL, RANGE_ORDER);
	phys_addr_t pa;
	u64 handle;
	long ret;

	if (!block)
		return -ENOMEM;
	pa = page_to_phys(block);
	ret = create_vm(1, &handle) ?: topup(GUEST_TABLES) ?: time_sharing(handle, pa) ?:
	      time_donation(handle, pa, scattered) ?: time_batches(handle);
	/* The VM's end has made it the host's again. */
	if (!ret)
		__free_pages(block, RANGE_ORDER);
	return ret;
}

static int bench_longest(void)
{
	u64 handle;
	long ret = drain() ?: time_range() ?: create_vm(ALLOCS, &handle) ?: time_walks() ?:
		   time_batches(handle) ?: time_guest(false) ?: time_guest(true);

	if (!ret)
		pr_info("bench el2/max_insns_per_call %llu\n", longest);
	return ret;
}

/* What lies idle at EL2 after requests, not a reserve, have fed a VM. */
static int bench_idle(void)
{
	struct pkvm_mem_stats stats;
	u64 handle;
	long ret = drain() ?: create_vm(VM_VCPUS, &handle);

	if (ret)
		return ret;
	ret = mem_stats(&stats);
	if (!ret)
		pr_info("bench el2/idle_bytes_after_vm_create %llu\n", stats.stock * PKVM_PAGE_SIZE);
	return destroy_vm(handle) ?: ret ?: drain();
}

static int bench_all(void)
{
	return bench_hypercall() ?:
	       bench_list("el2/donate_insns_per_page/1", 1) ?:
	       bench_list("el2/donate_insns_per_page/64", PKVM_BATCH_PAGES) ?:
	       bench_range("el2/donate_insns_per_page/512") ?:
	       bench_reclaim("el2/reclaim_insns_per_page/1", 1) ?:
	       bench_reclaim("el2/reclaim_insns_per_page/64", PKVM_BATCH_PAGES) ?:
	       bench_tables() ?:
	       bench_longest() ?:
	       bench_alloc() ?:
	       bench_vm("el2/vm_create_insns/cold", false) ?:
	       bench_vm("el2/vm_create_insns/reserved", true) ?:
	       bench_idle();
}

static int report_lock_time(void)
{
	struct arm_smccc_1_2_regs regs = { .a1 = PKVM_DEBUG_LOCK_TIME };
	long ret = hcall(PKVM_HCALL_DEBUG_PANIC, &regs);

	if (!ret)
		pr_info("bench el2/max_lock_insns %llu\n",
			div_u64(regs.a2 * NSEC_PER_SEC, arch_timer_get_cntfrq()));
	return ret;
}

static int bench(void)
{
	if (burst)
		return make_bursts();
	if (hypercall_only)
		return bench_hypercall();
	return bench_all() ?: lock_time ? report_lock_time() : 0;
}

static int __init el2_bench_init(void)
{
	int ret = bench();

	if (ret)
		pr_err("bench failed: error %d\n", ret);
	return ret;
}

static void __exit el2_bench_exit(void)
{
}

module_init(el2_bench_init);
module_exit(el2_bench_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Counts what EL2's hypercalls cost");
