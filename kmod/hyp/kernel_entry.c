// SPDX-License-Identifier: GPL-2.0-only
/* Looks at the kernel's code for its call of init_kernel_el; all from 6.1 to 7.2 have it. */
#include "kernel_entry.h"

#include "arch.h"
#include "errno.h"
#include "host_s2.h"
#include "mm.h"
#include "ram.h"

/* The call is among so many instructions, and so is the read of CurrentEL behind it. */
#define LOOK_AT		4

/* Arm ARM C6.2: BL, 26 bits of offset in instructions; MRS Xt, CurrentEL. */
#define INSN_BL(insn)			(((insn) & 0xfc000000) == 0x94000000)
#define INSN_BL_OFFSET(insn)		((s64)((u64)(insn) << 38) >> 36)
#define INSN_MRS_CURRENTEL(insn)	(((insn) & ~0x1fU) == 0xd5384240)

/* ram_check() is about pages, host_s2_owns too. */
static int __read_insn(u64 pa, u32 *ret)
{
	phys_addr_t page = ALIGN_DOWN(pa, HYP_PAGE_SIZE);
	int err = ram_check(page, 1);

	if (err)
		return err;
	if (!__host_s2_owns(page, 1))
		return -HYP_EPERM;
	*ret = READ_ONCE(*(u32 *)((u8 *)arch_fixmap(page) + (pa - page)));
	arch_fixmap_put();
	return 0;
}

/* 0 if the code at pa reads CurrentEL. */
static int __check_init(u64 pa)
{
	for (unsigned int i = 0; i < LOOK_AT; i++) {
		u32 insn;
		int err = __read_insn(pa + i * sizeof(insn), &insn);

		if (err)
			return err;
		if (INSN_MRS_CURRENTEL(insn))
			return 0;
	}
	return -HYP_ENOENT;
}

static int __find(u64 entry, u64 *ret_resume)
{
	for (u64 pc = entry; pc < entry + LOOK_AT * sizeof(u32); pc += sizeof(u32)) {
		u32 insn;
		int err = __read_insn(pc, &insn);

		if (err)
			return err;
		if (!INSN_BL(insn))
			continue;
		*ret_resume = pc + sizeof(insn);
		return __check_init(pc + INSN_BL_OFFSET(insn));
	}
	return -HYP_ENOENT;
}

int kernel_entry_resume(u64 entry, u64 *ret_resume)
{
	u64 resume = 0;
	int err;

	if (!IS_ALIGNED(entry, sizeof(u32)))
		return -HYP_EINVAL;
	hyp_spin_lock(&mm_lock);
	err = __find(entry, &resume);
	hyp_spin_unlock(&mm_lock);
	if (!err)
		*ret_resume = resume;
	return err;
}
