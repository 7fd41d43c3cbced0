// SPDX-License-Identifier: GPL-2.0-only
/*
 * The pages that EL2 writes its events to are the host's memory: what a host can do there
 * that means harm. Needs some pages in EL2's stock, and no tracepoint of EL2's attached for:
 *
 *	own		read: shares pages of its own and has EL2 trace to them, with wrong calls
 *			and with all pages overwritten all the time; "ok", or the line that failed
 *
 * and with them attached:
 *
 *	burst		write: makes so many hypercalls at once, which fail (VM_INFO, -ENOENT)
 *	scribble	write: for so many ms overwrites the pages that pkvm.ko shares; read: how
 *			many pages those were
 */
#include <linux/arm-smccc.h>
#include <linux/delay.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/prandom.h>
#include <linux/smp.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#include <pkvm/trace.h>

#define OWN_PAGES	4
#define CALLS		2000
#define EVENTS_PER_CALL	3	/* enter, hcall, exit */
#define PATTERN		0xa5

static void *own_pages[OWN_PAGES];

static long hcall(enum pkvm_hcall_nr nr, u64 a1, u64 a2, struct arm_smccc_1_2_regs *ret)
{
	*ret = (struct arm_smccc_1_2_regs){ .a0 = PKVM_HCALL_ID(nr), .a1 = a1, .a2 = a2 };
	arm_smccc_1_2_hvc(ret, ret);
	return ret->a0 ? -EOPNOTSUPP : (long)ret->a1;
}

/* In a function that returns the line of the check that failed, or 0. */
#define EXPECT(cond)			\
	do {				\
		if (!(cond))		\
			return __LINE__; \
	} while (0)

static bool is_own(u64 pa)
{
	unsigned int i;

	for (i = 0; i < OWN_PAGES; i++)
		if (virt_to_phys(own_pages[i]) == pa)
			return true;
	return false;
}

static void fill_own(u8 value)
{
	unsigned int i;

	for (i = 0; i < OWN_PAGES; i++)
		memset(own_pages[i], value, PKVM_PAGE_SIZE);
}

/* Of pages that EL2 may not use, and of those that it does. */
static int check_refusals(u64 cpu)
{
	phys_addr_t pa = virt_to_phys(own_pages[0]);
	struct arm_smccc_1_2_regs regs;

	EXPECT(hcall(PKVM_HCALL_TRACE_LOAD, cpu, pa, &regs) == -EPERM);
	EXPECT(hcall(PKVM_HCALL_SHARE_HYP, pa, 1, &regs) == 0);
	EXPECT(hcall(PKVM_HCALL_TRACE_LOAD, cpu + 1, pa, &regs) == -EINVAL);
	EXPECT(hcall(PKVM_HCALL_TRACE_LOAD, cpu, pa + 32, &regs) == -EINVAL);
	EXPECT(hcall(PKVM_HCALL_TRACE_LOAD, cpu, pa, &regs) == 0);
	EXPECT(hcall(PKVM_HCALL_UNSHARE_HYP, pa, 1, &regs) == -EBUSY);
	EXPECT(hcall(PKVM_HCALL_TOPUP_RANGE, pa, 1, &regs) == -EPERM);
	EXPECT(hcall(PKVM_HCALL_TRACE_SWAP, cpu + 1, 0, &regs) == -EINVAL);
	EXPECT(hcall(PKVM_HCALL_TRACE_ENABLE, ~0ULL, 0, &regs) == -EINVAL);
	return 0;
}

static int load_own(u64 cpu)
{
	struct arm_smccc_1_2_regs regs;
	unsigned int i;

	for (i = 1; i < OWN_PAGES; i++) {
		phys_addr_t pa = virt_to_phys(own_pages[i]);

		EXPECT(hcall(PKVM_HCALL_SHARE_HYP, pa, 1, &regs) == 0);
		EXPECT(hcall(PKVM_HCALL_TRACE_LOAD, cpu, pa, &regs) == 0);
	}
	return 0;
}

static int unload_own(u64 cpu)
{
	struct arm_smccc_1_2_regs regs, ignored;
	unsigned int nr = 0;

	for (;; nr++) {
		EXPECT(hcall(PKVM_HCALL_TRACE_UNLOAD, cpu, 0, &regs) == 0);
		if (regs.a2 == PKVM_LIST_END)
			break;
		EXPECT(is_own(regs.a2));
		EXPECT(hcall(PKVM_HCALL_UNSHARE_HYP, regs.a2, 1, &ignored) == 0);
	}
	EXPECT(nr == OWN_PAGES);
	return 0;
}

/* Three events for each call, in their order, and behind them nothing that EL2 has written. */
static int check_records(const struct pkvm_trace_record *records, u64 nr)
{
	static const u32 events[] = { PKVM_TRACE_ENTER, PKVM_TRACE_HCALL, PKVM_TRACE_EXIT };
	u64 i;

	for (i = 0; i < nr; i++) {
		EXPECT(records[i].event == events[i % EVENTS_PER_CALL]);
		EXPECT(!i || records[i].time >= records[i - 1].time);
		EXPECT(records[i].arg[1] == 0);
	}
	EXPECT(!memchr_inv(&records[nr], PATTERN, PKVM_PAGE_SIZE - nr * sizeof(*records)));
	return 0;
}

static int check_content(u64 cpu)
{
	struct arm_smccc_1_2_regs regs;
	unsigned int i;

	fill_own(PATTERN);
	for (i = 0; i < 10; i++)
		EXPECT(hcall(PKVM_HCALL_RECLAIMABLE, 0, 0, &regs) == 0);
	EXPECT(hcall(PKVM_HCALL_TRACE_SWAP, cpu, 0, &regs) == 0);
	EXPECT(is_own(regs.a2));
	EXPECT(regs.a3 == 10 * EVENTS_PER_CALL);
	EXPECT(regs.a4 == 0 && regs.a5 == 0);
	return check_records(phys_to_virt(regs.a2), regs.a3);
}

/* Whatever is written to the pages: what EL2 says of them is what it would say otherwise. */
static int check_overwritten(u64 cpu)
{
	struct arm_smccc_1_2_regs regs;
	u64 told = 0;
	unsigned int i;

	for (i = 0; i < CALLS; i++) {
		fill_own(i);
		EXPECT(hcall(PKVM_HCALL_RECLAIMABLE, 0, 0, &regs) == 0);
		if (i % 7 && i != CALLS - 1)
			continue;
		EXPECT(hcall(PKVM_HCALL_TRACE_SWAP, cpu, 0, &regs) == 0);
		EXPECT(is_own(regs.a2));
		EXPECT(regs.a3 <= PKVM_TRACE_PAGE_RECORDS);
		told += regs.a3 + regs.a4 + regs.a5;
	}
	EXPECT(told == CALLS * EVENTS_PER_CALL);
	return 0;
}

static int check_traced(u64 cpu)
{
	struct arm_smccc_1_2_regs regs;
	u64 mask = PKVM_TRACE_BIT(PKVM_TRACE_ENTER) | PKVM_TRACE_BIT(PKVM_TRACE_HCALL) |
		   PKVM_TRACE_BIT(PKVM_TRACE_EXIT);
	int line;

	EXPECT(hcall(PKVM_HCALL_TRACE_ENABLE, mask, 0, &regs) == 0);
	EXPECT(regs.a2 == 0);
	line = check_content(cpu) ?: check_overwritten(cpu);
	EXPECT(hcall(PKVM_HCALL_TRACE_ENABLE, 0, 0, &regs) == 0);
	return line;
}

/* On one CPU and undisturbed: every event there is of this module's making. */
static int run_own(void)
{
	unsigned long flags;
	int line;
	u64 cpu;

	local_irq_save(flags);
	cpu = smp_processor_id();
	line = check_refusals(cpu) ?: load_own(cpu) ?: check_traced(cpu) ?: unload_own(cpu);
	local_irq_restore(flags);
	return line;
}

static int get_own(char *buffer, const struct kernel_param *param)
{
	unsigned int i;
	int line = 0;

	for (i = 0; i < OWN_PAGES; i++) {
		own_pages[i] = (void *)__get_free_page(GFP_KERNEL);
		if (!own_pages[i])
			return -ENOMEM;
	}
	line = run_own();
	if (line)
		return sysfs_emit(buffer, "line %d\n", line);
	/* Otherwise EL2 may have them still. */
	for (i = 0; i < OWN_PAGES; i++)
		free_page((unsigned long)own_pages[i]);
	return sysfs_emit(buffer, "ok\n");
}

static const struct kernel_param_ops own_ops = { .get = get_own };
module_param_cb(own, &own_ops, NULL, 0400);

#define STOLEN_MAX	1024

static DEFINE_SPINLOCK(stolen_lock);
static phys_addr_t stolen[STOLEN_MAX];
static unsigned int nr_stolen;

static void note_stolen(phys_addr_t pa)
{
	unsigned int i;

	for (i = 0; i < nr_stolen; i++)
		if (stolen[i] == pa)
			return;
	if (nr_stolen < STOLEN_MAX)
		stolen[nr_stolen++] = pa;
}

/* A swap tells where a page is, whoever asks. */
static void steal(void *unused)
{
	struct arm_smccc_1_2_regs regs;

	if (hcall(PKVM_HCALL_TRACE_SWAP, smp_processor_id(), 0, &regs) ||
	    regs.a2 == PKVM_LIST_END)
		return;
	spin_lock(&stolen_lock);
	note_stolen(regs.a2);
	spin_unlock(&stolen_lock);
}

/* Numbers that mean something as often as not. */
static void scribble_on(u32 *page, struct rnd_state *random)
{
	unsigned int i;

	for (i = 0; i < PKVM_PAGE_SIZE / sizeof(*page); i++) {
		u32 value = prandom_u32_state(random);

		page[i] = value & 1 ? value : value >> 1 & 0xf;
	}
}

static int set_scribble(const char *value, const struct kernel_param *param)
{
	struct rnd_state random;
	unsigned int ms, i;
	int err = kstrtouint(value, 0, &ms);

	if (err)
		return err;
	nr_stolen = 0;
	prandom_seed_state(&random, 1);
	for (; ms; ms--) {
		on_each_cpu(steal, NULL, 1);
		for (i = 0; i < nr_stolen; i++)
			scribble_on(phys_to_virt(stolen[i]), &random);
		usleep_range(500, 1000);
	}
	return 0;
}

static int get_scribble(char *buffer, const struct kernel_param *param)
{
	return sysfs_emit(buffer, "%u\n", nr_stolen);
}

static const struct kernel_param_ops scribble_ops = { .set = set_scribble, .get = get_scribble };
module_param_cb(scribble, &scribble_ops, NULL, 0600);

/* With interrupts off nobody reads the ring of this CPU meanwhile. */
static int set_burst(const char *value, const struct kernel_param *param)
{
	struct arm_smccc_1_2_regs regs;
	unsigned long flags;
	unsigned int nr;
	int err = kstrtouint(value, 0, &nr);

	if (err)
		return err;
	local_irq_save(flags);
	while (nr--)
		hcall(PKVM_HCALL_VM_INFO, 0, 0, &regs);
	local_irq_restore(flags);
	return 0;
}

static const struct kernel_param_ops burst_ops = { .set = set_burst };
module_param_cb(burst, &burst_ops, NULL, 0200);

static int __init tracepages_init(void)
{
	return 0;
}

static void __exit tracepages_exit(void)
{
}

module_init(tracepages_init);
module_exit(tracepages_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("A host that writes to the pages of EL2's trace");
