// SPDX-License-Identifier: GPL-2.0-or-later
/* What the relay of PSCI calls decides: which calls firmware gets, and what is a kernel's entry. */
#include "../../kmod/hyp/errno.h"
#include "../../kmod/hyp/kernel_entry.h"
#include "../../kmod/hyp/smc_policy.h"
#include "fake/arch_env.h"
#include "fake/hyp_suite.h"

#define PAGE		HYP_PAGE_SIZE

/* Arm ARM C6.2 */
#define INSN_NOP	0xd503201fU
#define INSN_MOV_X0_XZR	0xaa1f03e0U
#define INSN_BTI_C	0xd503245fU
#define INSN_CURRENTEL	0xd5384240U	/* mrs x0, CurrentEL */
#define INSN_RET	0xd65f03c0U

/* What a call reaches, either way. */
#define BL_REACH	(UINT64_C(128) << 20)

/* Two pages of the host's, within reach of each other. */
static phys_addr_t near, far;

static void write_insn(phys_addr_t pa, u32 insn)
{
	u8 *page = arch_env_page(ALIGN_DOWN(pa, PAGE));

	*(u32 *)(page + pa % PAGE) = insn;
}

static u32 bl(phys_addr_t from, phys_addr_t to)
{
	return 0x94000000U | ((to - from) / 4 & 0x3ffffff);
}

/* A page of nothing else. */
static phys_addr_t page_of_nops(void)
{
	phys_addr_t pa = host_alloc();

	for (unsigned int i = 0; i < PAGE; i += 4)
		write_insn(pa + i, INSN_NOP);
	return pa;
}

static void begin(void)
{
	near = page_of_nops();
	do
		far = page_of_nops();
	while (far - near + BL_REACH >= 2 * BL_REACH);
}

static s64 resume_at(u64 entry)
{
	u64 resume;
	int err = kernel_entry_resume(entry, &resume);

	return err ? err : (s64)resume;
}

/* As Linux 6.1 to 7.2: secondary_entry and init_kernel_el, with and without BTI landing pads. */
START_TEST(kernels_entries_are_known)
{
	begin();
	write_insn(near, INSN_MOV_X0_XZR);
	write_insn(near + 4, bl(near + 4, far + 64));
	write_insn(far + 64, INSN_CURRENTEL);
	ck_assert_int_eq(resume_at(near), near + 8);
	write_insn(far + 64, INSN_BTI_C);
	write_insn(far + 68, INSN_CURRENTEL + 3);
	ck_assert_int_eq(resume_at(near), near + 8);
	write_insn(near + 8, bl(near + 8, far + 64));
	write_insn(near, INSN_BTI_C);
	write_insn(near + 4, INSN_MOV_X0_XZR);
	ck_assert_int_eq(resume_at(near), near + 12);
}
END_TEST

START_TEST(the_call_is_found_backwards_and_across_pages)
{
	begin();
	write_insn(near + PAGE - 8, bl(near + PAGE - 8, near + 16));
	write_insn(near + 16, INSN_CURRENTEL);
	ck_assert_int_eq(resume_at(near + PAGE - 8), near + PAGE - 4);
	write_insn(near + PAGE - 4, bl(near + PAGE - 4, near + 16));
	write_insn(near + PAGE - 8, INSN_NOP);
	ck_assert_int_eq(resume_at(near + PAGE - 4), near + PAGE);
}
END_TEST

START_TEST(other_code_is_not_entered)
{
	begin();
	ck_assert_int_eq(resume_at(near), -HYP_ENOENT);
	/* A call of something else, and a call that comes too late. */
	write_insn(near + 4, bl(near + 4, far));
	write_insn(far, INSN_RET);
	ck_assert_int_eq(resume_at(near), -HYP_ENOENT);
	write_insn(near + 4, INSN_NOP);
	write_insn(near + 16, bl(near + 16, far));
	write_insn(far, INSN_CURRENTEL);
	ck_assert_int_eq(resume_at(near), -HYP_ENOENT);
	ck_assert_int_eq(resume_at(near + 1), -HYP_EINVAL);
	ck_assert_int_eq(resume_at(0), -HYP_EFAULT);
	ck_assert_int_eq(resume_at(UINT64_MAX - 3), -HYP_ENOENT);
	ck_assert_int_eq(resume_at(BIT(47)), -HYP_EFAULT);
	/* The call leads out of RAM. */
	write_insn(near, bl(near, near - (UINT64_C(120) << 20)));
	ck_assert_int_lt(resume_at(near), 0);
}
END_TEST

START_TEST(what_is_el2s_is_not_entered)
{
	struct host_regs regs;
	phys_addr_t pages[2];

	begin();
	write_insn(near, bl(near, near + 64));
	write_insn(near + 64, INSN_CURRENTEL);
	ck_assert_int_eq(resume_at(near), near + 4);
	ck_assert_int_eq(host_call(&regs, PKVM_HCALL_TOPUP_RANGE, near, 1, 0), 0);
	pages[0] = near;
	host_donate(pages, 1);
	ck_assert_int_eq(resume_at(near), -HYP_EPERM);
}
END_TEST

static const struct {
	u32 id;
	enum smc_verdict verdict;
} calls[] = {
	{ 0x84000000, SMC_PASS },		/* PSCI_VERSION */
	{ 0x84000001, SMC_CPU_SUSPEND },
	{ 0xc4000001, SMC_CPU_SUSPEND },
	{ 0x84000002, SMC_CPU_OFF },
	{ 0x84000003, SMC_CPU_ON },
	{ 0xc4000003, SMC_CPU_ON },
	{ 0xc4000004, SMC_PASS },		/* AFFINITY_INFO */
	{ 0x84000005, SMC_REFUSE },		/* MIGRATE */
	{ 0x84000006, SMC_REFUSE },		/* MIGRATE_INFO_TYPE */
	{ 0x84000008, SMC_END },		/* SYSTEM_OFF */
	{ 0x84000009, SMC_END },		/* SYSTEM_RESET */
	{ 0x8400000a, SMC_PASS },		/* PSCI_FEATURES */
	{ 0x8400000b, SMC_REFUSE },		/* CPU_FREEZE */
	{ 0xc400000c, SMC_REFUSE },		/* CPU_DEFAULT_SUSPEND: names an entry, too */
	{ 0xc400000e, SMC_SYSTEM_SUSPEND },
	{ 0x8400000f, SMC_REFUSE },		/* PSCI_SET_SUSPEND_MODE */
	{ 0xc4000012, SMC_END },		/* SYSTEM_RESET2 */
	{ 0x84000013, SMC_REFUSE },		/* MEM_PROTECT */
	{ 0xc4000020, SMC_REFUSE },		/* SDEI_VERSION */
	{ 0xc4000021, SMC_REFUSE },		/* SDEI_EVENT_REGISTER */
	{ 0xc400003f, SMC_REFUSE },
	{ 0x84000050, SMC_PASS },		/* TRNG_VERSION */
	{ 0xc4000053, SMC_PASS },		/* TRNG_RND */
	{ 0x84000063, SMC_PASS },		/* FFA_VERSION */
	{ 0xc4000066, SMC_REFUSE },		/* FFA_RXTX_MAP */
	{ 0x84000067, SMC_REFUSE },		/* FFA_RXTX_UNMAP */
	{ 0x8400006f, SMC_PASS },		/* FFA_MSG_SEND_DIRECT_REQ */
	{ 0x84000071, SMC_REFUSE },		/* FFA_MEM_DONATE */
	{ 0xc4000073, SMC_REFUSE },		/* FFA_MEM_SHARE */
	{ 0x8400007b, SMC_REFUSE },		/* FFA_MEM_FRAG_TX */
	{ 0x84000089, SMC_REFUSE },		/* FFA_MEM_PERM_SET */
	{ 0x84000100, SMC_REFUSE },
	{ 0x80000000, SMC_PASS },		/* SMCCC_VERSION */
	{ 0x80008000, SMC_PASS },		/* SMCCC_ARCH_WORKAROUND_1 */
	{ 0x81000000, SMC_PASS },		/* CPU service */
	{ 0xc2000001, SMC_PASS },		/* SiP */
	{ 0xc3000001, SMC_PASS },		/* OEM */
	{ 0x85000000, SMC_REFUSE },		/* standard hypervisor service */
	{ 0x86000000, SMC_REFUSE },		/* vendor's hypervisor service */
	{ 0xb2000000, SMC_REFUSE },		/* trusted OS */
	{ 0x32000000, SMC_REFUSE },		/* yielding */
	{ 0, SMC_REFUSE },
	{ 0xffffffff, SMC_REFUSE },
};

START_TEST(calls_are_sorted)
{
	ck_assert_int_eq(smc_policy(calls[_i].id), calls[_i].verdict);
}
END_TEST

/* EL2's own entry, which it puts into a relayed call, may lie beyond 4 GiB. */
START_TEST(relayed_calls_hold_any_address)
{
	u64 x[] = { 0x84000003, ~UINT64_C(0), UINT64_C(0xabcd40001000), 7 };
	const u64 as_64_bits[] = { 0xc4000003, 0xffffffff, 0x40001000, 7 };
	u64 with_hint[] = { 0xffffffff84010001, 1, 2, UINT64_C(1) << 32 };

	smc_widen(x);
	ck_assert_mem_eq(x, as_64_bits, sizeof(x));
	x[2] = UINT64_C(0xabcd40001000);
	smc_widen(x);
	ck_assert_uint_eq(x[2], UINT64_C(0xabcd40001000));
	ck_assert_int_eq(smc_policy(x[0]), SMC_CPU_ON);
	smc_widen(with_hint);
	ck_assert_uint_eq((u32)with_hint[0], 0xc4010001);
	ck_assert_uint_eq(with_hint[3], 0);
}
END_TEST

int main(void)
{
	TCase *tcase = hyp_tcase();

	tcase_add_test(tcase, kernels_entries_are_known);
	tcase_add_test(tcase, the_call_is_found_backwards_and_across_pages);
	tcase_add_test(tcase, other_code_is_not_entered);
	tcase_add_test(tcase, what_is_el2s_is_not_entered);
	tcase_add_loop_test(tcase, calls_are_sorted, 0, ARRAY_SIZE(calls));
	tcase_add_test(tcase, relayed_calls_hold_any_address);
	return hyp_suite_run("relay", tcase);
}
