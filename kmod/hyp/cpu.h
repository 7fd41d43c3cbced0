/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What EL2 keeps for each CPU: the page at TPIDR_EL2, which is also the top of
 * the CPU's stack (image.h has the layout around it). Offsets serve entry.S.
 */
#ifndef HYP_CPU_H
#define HYP_CPU_H

#define FRAME_SIZE		272
#define FRAME_ELR		248

#define CPU_HOST		0
#define CPU_HOST_HCR		56
#define CPU_HOST_VTCR		64
#define CPU_HOST_VTTBR		72
#define CPU_CRASH_X		80
#define CPU_BHB_LOOPS		336
#define CPU_PANIC_STACK		4096	/* grows down from the page's end */

/* What entry.S does when C returns to it. */
#define EXIT_TO_HOST		0
#define EXIT_LEAVE		1
#define EXIT_SOFT_RESTART	2
#define EXIT_COLD		3	/* debug: as if firmware had woken this CPU */

#ifndef __ASSEMBLY__
#include <pkvm/image.h>

#include "el2_regs.h"
#include "trace_ring.h"
#include "types.h"

/*
 * The host's general registers x0 to x30 and where it goes on, saved at the top
 * of the stack while EL2 runs: an exception at EL2 would overwrite ELR and SPSR.
 */
struct hyp_frame {
	u64 x[31];
	u64 elr;
	u64 spsr;
	u64 pad;	/* the stack stays aligned to 16 */
};

/* EL2 registers as the kernel's stub had them, for giving the CPU back. */
struct hyp_host_regs {
	u64 vbar;
	u64 sctlr;
	u64 tcr;
	u64 mair;
	u64 ttbr0;
	u64 tpidr;
	u64 sp;
	u64 hcr;
	u64 vtcr;
	u64 vttbr;
};

/* As far as PSCI calls tell (psci.c). */
enum cpu_power {
	CPU_UNKNOWN = 0,	/* no CPU has had this record, or it has left for good */
	CPU_OFF,
	CPU_PENDING,		/* on its way */
	CPU_ON,
};

struct hyp_cpu {
	struct hyp_host_regs host;
	u64 crash_x[31];	/* general registers when an exception was taken from EL2 */
	u64 crash_sp;
	u32 bhb_loops;		/* of the vectors that begin with a loop of branches (errata.h) */
	u64 *fixmap_pte;	/* level 3 entry of the fixmap window; those of the others follow */
	u64 hcall;		/* function id of the running hypercall */
	u32 cpu;		/* of this record, among all */
	u32 number;		/* by which the host knows the CPU; only told, never acted upon */
	u32 exit;		/* EXIT_*: how the running hypercall ends */
	/* An abort or SMC runs, no hypercall: x0 and x1 are no answer, the host can try again. */
	bool restartable;
	u8 power, was;		/* enum cpu_power, now and before CPU_PENDING; see psci.c */
	u64 mpidr;		/* affinity */
	u64 resume;		/* where the kernel goes on when this CPU comes in cold */
	u64 control[EL2_CONTROL_REGS_NR];
	u64 relayed;		/* times that it came in cold: count */
	/* For struct pkvm_cpu_stats, of this CPU's calls. */
	u64 entries_refused;
	u64 smcs_passed;
	u64 smcs_refused;
	struct trace_ring trace;
};

_Static_assert(sizeof(struct hyp_frame) == FRAME_SIZE, "entry.S");
_Static_assert(offsetof(struct hyp_frame, elr) == FRAME_ELR, "entry.S");
_Static_assert(offsetof(struct hyp_cpu, host) == CPU_HOST, "entry.S");
_Static_assert(offsetof(struct hyp_host_regs, hcr) == CPU_HOST_HCR, "entry.S");
_Static_assert(offsetof(struct hyp_host_regs, vtcr) == CPU_HOST_VTCR, "entry.S");
_Static_assert(offsetof(struct hyp_host_regs, vttbr) == CPU_HOST_VTTBR, "entry.S");
_Static_assert(offsetof(struct hyp_cpu, crash_x) == CPU_CRASH_X, "entry.S");
_Static_assert(offsetof(struct hyp_cpu, bhb_loops) == CPU_BHB_LOOPS, "entry.S");
_Static_assert(sizeof(struct hyp_cpu) <= CPU_PANIC_STACK / 2, "room for the panic stack");

static inline struct hyp_cpu *this_cpu(void)
{
	struct hyp_cpu *cpu;

	asm volatile("mrs %0, tpidr_el2" : "=r" (cpu));
	return cpu;
}

/* Where entry.S saves the host's registers: always the top of the stack. */
static inline struct hyp_frame *cpu_frame(struct hyp_cpu *cpu)
{
	return (struct hyp_frame *)cpu - 1;
}

/* The address of this CPU's window onto any page (arch.h). */
static inline u64 cpu_fixmap(const struct hyp_cpu *cpu)
{
	return (u64)cpu - PKVM_CPU_DATA + PKVM_CPU_FIXMAP;
}

/* The address of its window for the host's stage-2 tables of a level. */
static inline u64 cpu_s2_window(const struct hyp_cpu *cpu, unsigned int level)
{
	return (u64)cpu - PKVM_CPU_DATA + PKVM_CPU_S2_WINDOWS + level * HYP_PAGE_SIZE;
}

/* Ends the running hypercall from anywhere with what the frame holds; the stack is dropped. */
_Noreturn void exit_now(struct hyp_frame *frame, u32 exit);

/* From here on the host runs behind its stage-2 on this CPU, and its SMCs come to EL2. */
void el2_enable_traps(const struct hyp_cpu *cpu);

/* entry.S calls these. */
u32 el2_cpu_init(struct hyp_frame *frame);
u32 el2_cold_init(struct hyp_frame *frame);
u32 el2_lower_sync(struct hyp_frame *frame);
u32 el2_lower_sync_traced(struct hyp_frame *frame);
_Noreturn void el2_exception_panic(void);
#endif

#endif
