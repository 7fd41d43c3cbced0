// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls firmware as a host that means harm would. Parameters:
 *
 *	smc		write: makes the call with this function id, all arguments 0;
 *			read: what it answered in x0
 *	cpu_on		write: starts the CPU of this MPIDR, which is off, with code of this
 *			module's that first asks EL2 for its version, then reads a page donated
 *			to EL2 with the MMU off, and turns the CPU off;
 *			read: "arrived VERSION ESR": 1, what EL2 answered, and the syndrome of the
 *			fault that the read met, or 0
 *	bad_cpu_on	write: as cpu_on, with code that is no kernel's entry;
 *			read: what firmware, or EL2 in its place, answered
 *	stats		read: struct pkvm_cpu_stats
 */
#include <linux/arm-smccc.h>
#include <linux/delay.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <uapi/linux/psci.h>
#include <asm/cacheflush.h>

#include <pkvm/hypercall.h>

/* Offsets in the code's page. */
#define REPORT_AT	0x700
#define VECTORS_AT	0x800

/* What the started CPU and this module tell each other; memory that no cache holds then. */
struct report {
	u64 page;	/* physical address to read */
	u64 version_id;	/* function id of VERSION */
	u64 arrived;
	u64 version;
	u64 esr;
	u64 done;
};

/*
 * Entry point: begins as a kernel's does, whose init_kernel_el reads CurrentEL. Runs at its
 * physical address.
 */
asm(".pushsection .rodata, \"a\"\n"
    "	.balign	4096\n"
    "started_code:\n"
    "	bl	1f\n"
    "	b	2f\n"
    "1:	mrs	x0, CurrentEL\n"
    "	ret\n"
    "2:	adr	x1, started_code + 0x800\n"
    "	msr	vbar_el1, x1\n"
    "	isb\n"
    "	adr	x19, started_code + 0x700\n"
    "	mov	x1, #1\n"
    "	str	x1, [x19, #16]\n"
    "	ldr	x0, [x19, #8]\n"
    "	hvc	#0\n"
    "	str	x0, [x19, #24]\n"
    "	ldr	x1, [x19]\n"
    "	ldr	x2, [x1]\n"
    "3:	mov	x1, #1\n"
    "	str	x1, [x19, #40]\n"
    "	dsb	sy\n"
    "	mov	x0, #0x84000000\n"
    "	add	x0, x0, #2\n"		/* CPU_OFF */
    "	smc	#0\n"
    "	b	.\n"
    "	.org	started_code + 0xa00\n"	/* synchronous, from the current level */
    "	mrs	x1, esr_el1\n"
    "	str	x1, [x19, #32]\n"
    "	b	3b\n"
    "	.org	started_code + 0x1000\n"
    "	.popsection\n");

extern const u8 started_code[];

static u8 *code;	/* the page that it is copied to */
static u8 *donated;	/* a block of pages: some become tables, the last is plainly EL2's */
static unsigned long smc_answer, on_answer;

#define BLOCK_ORDER	4

static struct report *report(void)
{
	return (struct report *)(code + REPORT_AT);
}

/* To memory and out of the caches: a CPU with its MMU off looks there. */
static void clean(const void *at, size_t size)
{
	unsigned long va;

	for (va = (unsigned long)at; va < (unsigned long)at + size; va += 16)
		asm volatile("dc civac, %0" : : "r" (va) : "memory");
	dsb(sy);
}

static int set_smc(const char *value, const struct kernel_param *param)
{
	struct arm_smccc_1_2_regs regs = {};
	int ret = kstrtoul(value, 0, &regs.a0);

	if (ret)
		return ret;
	arm_smccc_1_2_smc(&regs, &regs);
	smc_answer = regs.a0;
	return 0;
}

static int get_smc(char *buffer, const struct kernel_param *param)
{
	return sysfs_emit(buffer, "%#lx\n", smc_answer);
}

static const struct kernel_param_ops smc_ops = { .set = set_smc, .get = get_smc };
module_param_cb(smc, &smc_ops, NULL, 0600);

static unsigned long cpu_on(unsigned long mpidr, const void *entry)
{
	struct arm_smccc_res res;

	arm_smccc_smc(PSCI_0_2_FN64_CPU_ON, mpidr, virt_to_phys(entry), 0, 0, 0, 0, 0, &res);
	return res.a0;
}

static int set_cpu_on(const char *value, const struct kernel_param *param)
{
	unsigned long mpidr;
	unsigned int tries;
	int ret = kstrtoul(value, 0, &mpidr);

	if (ret)
		return ret;
	memcpy(code, started_code, PKVM_PAGE_SIZE);
	*report() = (struct report){
		.page = virt_to_phys(donated + (PAGE_SIZE << BLOCK_ORDER) - PAGE_SIZE),
		.version_id = PKVM_HCALL_ID(PKVM_HCALL_VERSION),
	};
	clean(code, PAGE_SIZE);
	caches_clean_inval_pou((unsigned long)code, (unsigned long)code + PAGE_SIZE);
	on_answer = cpu_on(mpidr, code);
	for (tries = 0; !on_answer && tries < 1000; tries++) {
		clean(report(), sizeof(*report()));
		if (READ_ONCE(report()->done))
			break;
		msleep(1);
	}
	return 0;
}

static int get_cpu_on(char *buffer, const struct kernel_param *param)
{
	return sysfs_emit(buffer, "%lld %#llx %#llx\n", report()->arrived, report()->version,
			  report()->esr);
}

static const struct kernel_param_ops cpu_on_ops = { .set = set_cpu_on, .get = get_cpu_on };
module_param_cb(cpu_on, &cpu_on_ops, NULL, 0600);

/* Behind the call that marks a kernel's entry. */
static int set_bad_cpu_on(const char *value, const struct kernel_param *param)
{
	unsigned long mpidr;
	int ret = kstrtoul(value, 0, &mpidr);

	if (!ret)
		on_answer = cpu_on(mpidr, code + REPORT_AT);
	return ret;
}

static int get_bad_cpu_on(char *buffer, const struct kernel_param *param)
{
	return sysfs_emit(buffer, "%ld\n", (long)on_answer);
}

static const struct kernel_param_ops bad_ops = { .set = set_bad_cpu_on, .get = get_bad_cpu_on };
module_param_cb(bad_cpu_on, &bad_ops, NULL, 0600);

static int get_stats(char *buffer, const struct kernel_param *param)
{
	struct arm_smccc_1_2_regs regs = {
		.a0 = PKVM_HCALL_ID(PKVM_HCALL_STATS),
		.a1 = PKVM_STATS_CPUS,
	};

	arm_smccc_1_2_hvc(&regs, &regs);
	return sysfs_emit(buffer, "%ld %ld %ld %ld %ld\n", regs.a2, regs.a3, regs.a4, regs.a5,
			  regs.a6);
}

static const struct kernel_param_ops stats_ops = { .get = get_stats };
module_param_cb(stats, &stats_ops, NULL, 0400);

static int __init firmware_init(void)
{
	struct arm_smccc_1_2_regs regs = { .a0 = PKVM_HCALL_ID(PKVM_HCALL_TOPUP_RANGE) };

	code = (u8 *)get_zeroed_page(GFP_KERNEL);
	donated = (u8 *)__get_free_pages(GFP_KERNEL, BLOCK_ORDER);
	if (!code || !donated)
		return -ENOMEM;
	regs.a1 = virt_to_phys(donated);
	regs.a2 = (PAGE_SIZE << BLOCK_ORDER) / PKVM_PAGE_SIZE;
	arm_smccc_1_2_hvc(&regs, &regs);
	return regs.a0 || regs.a1 ? -ENXIO : 0;
}

module_init(firmware_init);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("A host that calls firmware to get around EL2");
