// SPDX-License-Identifier: GPL-2.0-only
/*
 * A storm of hypercalls and SMCs from all CPUs at once, random and plausible ones, as a host
 * that means harm would make them. What could only harm the host itself is left out: no page
 * but those of a pool is offered to EL2, and nothing that ends the machine or EL2 is called.
 * Pages that come back from EL2 are not followed: the machine must not unload pkvm.ko.
 *
 *	run	write: makes so many calls on all CPUs together; read: how many were made, how many
 *		found EL2 dead, and how many of the first kind EL2 took for good (err 0)
 *	check	read: compares what EL2 says of every page of RAM with its statistics and with what
 *		the host can read of that page; "ok", or what differs
 *	seed	of the random numbers; a run with one CPU is the same every time
 */
#include <linux/arm-smccc.h>
#include <linux/completion.h>
#include <linux/cpu.h>
#include <linux/io.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/prandom.h>
#include <linux/uaccess.h>

#include <pkvm/hypercall.h>

static unsigned int seed = 1;
module_param(seed, uint, 0600);

#define POOL_PAGES	192
#define BLOCK_PAGES	512
#define HANDLES		32

/* Pages that may be EL2's at any time: single ones, and a block of 2 MiB. */
static u8 *pool[POOL_PAGES];
static u8 *block;
/* Addresses of pages of EL2's own, by use. */
static phys_addr_t hyp_pages[PKVM_USE_BOOT + 1];
/* VMs that the storm has created. */
static u64 handles[HANDLES];

struct worker {
	struct rnd_state random;
	u64 calls, wanted, dead, taken;
	struct completion done;
};

static u64 run_calls, run_dead, run_taken;

static u32 below(struct worker *w, u32 limit)
{
	return prandom_u32_state(&w->random) % limit;
}

static u64 any_u64(struct worker *w)
{
	return (u64)prandom_u32_state(&w->random) << 32 | prandom_u32_state(&w->random);
}

static phys_addr_t pool_page(struct worker *w)
{
	return virt_to_phys(pool[below(w, POOL_PAGES)]);
}

static phys_addr_t block_page(struct worker *w)
{
	return virt_to_phys(block) + below(w, BLOCK_PAGES) * PKVM_PAGE_SIZE;
}

/* An address of every kind, but of no page that the kernel needs. */
static u64 address(struct worker *w)
{
	static const u64 others[] = {
		0, 1, 0x08000000, 0x09000000, 0x0a000000, 0x3ffff000,	/* devices, below RAM */
		BIT_ULL(40), BIT_ULL(47), BIT_ULL(48), ~0ULL, ~0xfffULL,
	};

	switch (below(w, 8)) {
	case 0:
		return others[below(w, ARRAY_SIZE(others))];
	case 1:
		return hyp_pages[below(w, ARRAY_SIZE(hyp_pages))];
	case 2:
		return pool_page(w) + below(w, 4096);
	case 3:
	case 4:
		return block_page(w);
	default:
		return pool_page(w);
	}
}

static u64 number(struct worker *w)
{
	switch (below(w, 5)) {
	case 0:
		return any_u64(w);
	case 1:
		return handles[below(w, HANDLES)];
	case 2:
		return below(w, 1024);
	default:
		return below(w, 70);
	}
}

/* Stores to a page that may be EL2's: false if it is. */
static bool store(u64 *to, u64 value)
{
	__put_kernel_nofault(to, &value, u64, fault);
	return true;
fault:
	return false;
}

/* Links of lists, and data, in pages that are EL2's as often as not. */
static void scribble(struct worker *w)
{
	u64 value = below(w, 4) ? address(w) : any_u64(w);
	u8 *page = below(w, 2) ? pool[below(w, POOL_PAGES)] : phys_to_virt(block_page(w));

	store((u64 *)page, value);
}

/* A list of pool pages that is right, unless one is EL2's already or somebody scribbles. */
static void build_list(struct worker *w, struct arm_smccc_1_2_regs *regs)
{
	u64 head = PKVM_LIST_END;
	u32 n = 1 + below(w, PKVM_BATCH_PAGES);

	regs->a2 = n;
	while (n--) {
		u8 *page = pool[below(w, POOL_PAGES)];

		if (!store((u64 *)page, head) && below(w, 4))
			break;
		head = virt_to_phys(page);
	}
	regs->a1 = head;
}

/* Part of the block, or one page of any kind, or far too much: never a neighbour of the pool's. */
static void build_range(struct worker *w, unsigned long *start, unsigned long *nr)
{
	u32 first = below(w, BLOCK_PAGES);

	*start = virt_to_phys(block) + first * PKVM_PAGE_SIZE;
	*nr = min_t(u32, 1 + below(w, below(w, 2) ? 512 : 8), BLOCK_PAGES - first);
	if (below(w, 3))
		return;
	*start = address(w);
	*nr = below(w, 2) ? 1 : any_u64(w) | BIT_ULL(40);
}

/* Some at the place where others are, some far from all, some nowhere. */
static u64 guest_address(struct worker *w)
{
	u64 page = (u64)below(w, 2048) << PKVM_PAGE_SHIFT;

	return below(w, 16) ? page << 9 * below(w, 3) : any_u64(w);
}

static const u8 ends_el2[] = {
	PKVM_HCALL_TEARDOWN, PKVM_HCALL_CPU_LEAVE, PKVM_HCALL_DEBUG_PANIC,
};

static bool is_excluded(u32 nr)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ends_el2); i++)
		if (nr == ends_el2[i])
			return true;
	return false;
}

static void random_args(struct worker *w, struct arm_smccc_1_2_regs *regs)
{
	unsigned long *args = &regs->a1;
	unsigned int i;

	for (i = 0; i < 7; i++)
		args[i] = below(w, 3) ? number(w) : address(w);
}

/* The VM that another one takes the place of: EL2 has 255. */
static void destroy(u64 handle)
{
	struct arm_smccc_1_2_regs regs;

	do {
		regs = (struct arm_smccc_1_2_regs){
			.a0 = PKVM_HCALL_ID(PKVM_HCALL_VM_DESTROY),
			.a1 = handle,
		};
		arm_smccc_1_2_hvc(&regs, &regs);
	} while (!regs.a0 && !regs.a1 && regs.a2);
}

static void hypercall(struct worker *w)
{
	struct arm_smccc_1_2_regs regs = {};
	u32 nr = below(w, PKVM_HCALL_COUNT + 2);

	if (is_excluded(nr))
		return;
	random_args(w, &regs);
	switch (nr) {
	case PKVM_HCALL_TOPUP_LIST:
		regs.a1 = address(w);
		if (below(w, 4))
			build_list(w, &regs);
		regs.a3 = below(w, 8) ? below(w, 2) : any_u64(w);
		break;
	case PKVM_HCALL_TOPUP_RANGE:
		build_range(w, &regs.a1, &regs.a2);
		regs.a3 = below(w, 8) ? below(w, 2) : any_u64(w);
		break;
	case PKVM_HCALL_SHARE_HYP:
	case PKVM_HCALL_UNSHARE_HYP:
		build_range(w, &regs.a1, &regs.a2);
		break;
	case PKVM_HCALL_GUEST_DONATE:
	case PKVM_HCALL_GUEST_SHARE:
		build_range(w, &regs.a2, &regs.a4);
		fallthrough;
	case PKVM_HCALL_GUEST_UNSHARE:
		regs.a1 = handles[below(w, HANDLES)];
		if (nr == PKVM_HCALL_GUEST_UNSHARE)
			regs.a2 = guest_address(w);
		else
			regs.a3 = guest_address(w);
		break;
	case PKVM_HCALL_VM_CREATE:
		regs.a1 = 1 + below(w, 8);
		break;
	}
	regs.a0 = PKVM_HCALL_ID(nr);
	arm_smccc_1_2_hvc(&regs, &regs);
	w->dead += !regs.a0 && (long)regs.a1 == -EIO;
	w->taken += !regs.a0 && !regs.a1;
	if (nr == PKVM_HCALL_VM_CREATE && !regs.a0 && !regs.a1)
		destroy(xchg(&handles[below(w, HANDLES)], regs.a2));
}

/* Function ids that are not ours: the stub's, and whatever else. Never SOFT_RESTART (1). */
static void other_hvc(struct worker *w)
{
	struct arm_smccc_1_2_regs regs = {};

	random_args(w, &regs);
	regs.a0 = below(w, 2) ? 2 + below(w, 30) : any_u64(w);
	if (regs.a0 == 1 || (u32)(regs.a0 - PKVM_HCALL_BASE) <= PKVM_HCALL_COUNT ||
	    (u32)((regs.a0 & ~BIT(16)) - PKVM_HCALL_BASE) <= PKVM_HCALL_COUNT)
		return;
	arm_smccc_1_2_hvc(&regs, &regs);
}

/* Never a call that firmware ends the machine or the CPU with; what names an entry is refused. */
static void smc(struct worker *w)
{
	static const u32 services[] = {
		0x84000000, 0xc4000000, 0x80000000, 0x82000000, 0x83000000, 0xb2000000, 0x0,
	};
	struct arm_smccc_1_2_regs regs = {};
	u32 function = below(w, 0x100);

	if (function == 1 || function == 2 || function == 8 || function == 9 || function == 0x12)
		return;
	random_args(w, &regs);
	regs.a0 = services[below(w, ARRAY_SIZE(services))] | function;
	arm_smccc_1_2_smc(&regs, &regs);
}

static int work(void *data)
{
	struct worker *w = data;

	for (; w->calls < w->wanted; w->calls++) {
		u32 kind = below(w, 32);

		if (kind < 20)
			hypercall(w);
		else if (kind < 22)
			other_hvc(w);
		else if (kind < 24)
			smc(w);
		else
			scribble(w);
		if (w->calls % 64 == 0)
			cond_resched();
	}
	complete(&w->done);
	return 0;
}

static struct worker workers[8];

static int set_run(const char *value, const struct kernel_param *param)
{
	unsigned int cpu, n = 0;
	u64 calls;
	int err = kstrtou64(value, 0, &calls);

	if (err)
		return err;
	run_calls = run_dead = run_taken = 0;
	for_each_online_cpu(cpu) {
		struct worker *w = &workers[n++];
		struct task_struct *task;

		*w = (struct worker){ .wanted = calls / num_online_cpus() };
		init_completion(&w->done);
		prandom_seed_state(&w->random, seed + cpu);
		task = kthread_create(work, w, "storm/%u", cpu);
		if (IS_ERR(task))
			return PTR_ERR(task);
		kthread_bind(task, cpu);
		wake_up_process(task);
	}
	while (n--) {
		wait_for_completion(&workers[n].done);
		run_calls += workers[n].calls;
		run_dead += workers[n].dead;
		run_taken += workers[n].taken;
	}
	return 0;
}

static int get_run(char *buffer, const struct kernel_param *param)
{
	return sysfs_emit(buffer, "%llu %llu %llu\n", run_calls, run_dead, run_taken);
}

static const struct kernel_param_ops run_ops = { .set = set_run, .get = get_run };
module_param_cb(run, &run_ops, NULL, 0600);

static long ask(enum pkvm_hcall_nr nr, u64 arg, struct arm_smccc_1_2_regs *regs)
{
	*regs = (struct arm_smccc_1_2_regs){ .a0 = PKVM_HCALL_ID(nr), .a1 = arg };
	arm_smccc_1_2_hvc(regs, regs);
	return regs->a0 ? -EOPNOTSUPP : (long)regs->a1;
}

/* Counts what each of EL2's pages is, and whether the CPU agrees with EL2 about whose it is. */
static void count_pages(u64 uses[PKVM_USE_BOOT + 1], u64 *disagree, phys_addr_t *where)
{
	phys_addr_t pa, end = PFN_PHYS(node_end_pfn(0));

	for (pa = PFN_PHYS(node_start_pfn(0)); pa < end; pa += PKVM_PAGE_SIZE) {
		struct arm_smccc_1_2_regs regs;
		u8 byte;
		bool readable;

		if (!pfn_is_map_memory(PHYS_PFN(pa)) || ask(PKVM_HCALL_PAGE_STATE, pa, &regs))
			continue;
		readable = !copy_from_kernel_nofault(&byte, __va(pa), 1);
		if (regs.a3 > PKVM_USE_BOOT || readable != (regs.a2 == PKVM_OWNER_HOST)) {
			*where = pa;
			(*disagree)++;
			continue;
		}
		hyp_pages[regs.a3] = regs.a2 == PKVM_OWNER_HOST ? 0 : pa;
		uses[regs.a3]++;
		if (IS_ALIGNED(pa, SZ_1M))
			cond_resched();
	}
}

static int get_check(char *buffer, const struct kernel_param *param)
{
	u64 uses[PKVM_USE_BOOT + 1] = {}, disagree = 0;
	struct pkvm_mem_stats mem;
	struct pkvm_page_stats pages;
	struct arm_smccc_1_2_regs regs;
	phys_addr_t where = 0;

	count_pages(uses, &disagree, &where);
	if (disagree)
		return sysfs_emit(buffer, "%llu pages are not whose EL2 says, %pa\n", disagree,
				  &where);
	if (ask(PKVM_HCALL_STATS, PKVM_STATS_MEM, &regs))
		return sysfs_emit(buffer, "EL2 does not answer\n");
	memcpy(&mem, &regs.a2, sizeof(mem));
	ask(PKVM_HCALL_STATS, PKVM_STATS_PAGES, &regs);
	memcpy(&pages, &regs.a2, sizeof(pages));
	if (uses[PKVM_USE_STOCK] != mem.stock || uses[PKVM_USE_HEAP] != mem.heap ||
	    uses[PKVM_USE_TABLE] + uses[PKVM_USE_HOST_S2] + uses[PKVM_USE_GUEST_S2] !=
		    mem.tables ||
	    uses[PKVM_USE_VMEMMAP] != mem.vmemmap_pages || uses[PKVM_USE_BOOT] != mem.boot ||
	    pages.hyp_pages != mem.owned)
		return sysfs_emit(buffer,
				  "counted: stock %llu heap %llu tables %llu+%llu vmemmap %llu boot %llu; told: %llu %llu %llu %llu %llu, owned %llu and %llu\n",
				  uses[PKVM_USE_STOCK], uses[PKVM_USE_HEAP], uses[PKVM_USE_TABLE],
				  uses[PKVM_USE_HOST_S2], uses[PKVM_USE_VMEMMAP],
				  uses[PKVM_USE_BOOT], mem.stock, mem.heap, mem.tables,
				  mem.vmemmap_pages, mem.boot, mem.owned, pages.hyp_pages);
	if (uses[PKVM_USE_GUEST] != pages.guest_pages ||
	    uses[PKVM_USE_SHARED_HYP] != pages.shared_hyp ||
	    uses[PKVM_USE_SHARED_GUEST] != pages.shared_guest)
		return sysfs_emit(buffer,
				  "counted: guests' %llu, shared with EL2 %llu, with guests %llu; told: %llu %llu %llu\n",
				  uses[PKVM_USE_GUEST], uses[PKVM_USE_SHARED_HYP],
				  uses[PKVM_USE_SHARED_GUEST], pages.guest_pages,
				  pages.shared_hyp, pages.shared_guest);
	return sysfs_emit(buffer, "ok\n");
}

static const struct kernel_param_ops check_ops = { .get = get_check };
module_param_cb(check, &check_ops, NULL, 0400);

static int __init storm_init(void)
{
	u64 uses[PKVM_USE_BOOT + 1] = {}, disagree = 0;
	phys_addr_t where;
	unsigned int i;

	for (i = 0; i < POOL_PAGES; i++) {
		pool[i] = (u8 *)get_zeroed_page(GFP_KERNEL);
		if (!pool[i])
			return -ENOMEM;
	}
	block = (u8 *)__get_free_pages(GFP_KERNEL, get_order(BLOCK_PAGES * PKVM_PAGE_SIZE));
	if (!block)
		return -ENOMEM;
	count_pages(uses, &disagree, &where);
	return disagree ? -ENXIO : 0;
}

module_init(storm_init);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("A storm of calls to EL2 and to firmware");
