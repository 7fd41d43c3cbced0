/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The ways into and out of EL2: a CPU's first entry and its leaving, with the
 * MMU off on one side, and the exception vectors in between.
 *
 * C code here never touches x18 (-ffixed-x18), so that a vector has one register
 * to start with even when the stack pointer is not to be trusted.
 */
#include <pkvm/image.h>
#include <pkvm/version.h>

#include "cpu.h"
#include "smccc.h"
#include "sysreg.h"

	.section .idmap, "ax"
	.balign	8

/* struct pkvm_image_header, image.h */
	.globl	image_header
	.hidden	image_header
image_header:
	.quad	PKVM_IMAGE_MAGIC
	.quad	PKVM_ABI_VERSION
	.quad	el2_entry - image_header
	.quad	0, 0, 0, 0		/* ttbr0, tcr, mair, sctlr */
	.quad	0			/* image_pa */
	.quad	0			/* cpu_va */
	.quad	0			/* boot_va */
	.quad	el2_entry_virt - image_header
	.quad	0, 0			/* vtcr, vttbr */

/*
 * A CPU enters EL2 through HVC_SOFT_RESTART.
 *   x0 number of the CPU; MMU off, identity-mapped page; VBAR_EL2, ELR_EL2 and
 *   SPSR_EL2 are those of the kernel's HVC.
 * The kernel's registers are kept in x5-x10 until there is memory to save them:
 * what is written with the MMU off might be hidden behind a stale cache line.
 */
	.globl	el2_entry
el2_entry:
	mov	x15, #0
	mrs	x5, sctlr_el2
	mrs	x6, tcr_el2
	mrs	x7, mair_el2
	mrs	x8, ttbr0_el2
	mrs	x9, tpidr_el2
	mov	x10, sp
	b	enter_mmu

/*
 * A CPU that firmware has turned on, or woken with its state lost (psci.c).
 *   x0 number of the CPU, as EL2 counts; MMU off, identity-mapped page. Every EL2 register is
 *   as it may be after a reset.
 */
	.globl	el2_cold_entry
el2_cold_entry:
	mov	x15, #1

/* x15: 0 with the kernel's registers in x5-x10, or 1 */
enter_mmu:
	adr	x12, image_header
	ldr	x1, [x12, #HDR_MAIR]
	msr	mair_el2, x1
	ldr	x1, [x12, #HDR_TCR]
	msr	tcr_el2, x1
	ldr	x1, [x12, #HDR_TTBR0]
	msr	ttbr0_el2, x1
	isb
	tlbi	alle2
	ic	iallu
	dsb	nsh
	isb
	ldr	x1, [x12, #HDR_SCTLR]
	msr	sctlr_el2, x1
	isb
	ldr	x13, [x12, #HDR_VIRT_ENTRY]
	br	x13

/*
 * A CPU leaves EL2: reached through the identity map with the MMU still on.
 *   x0 EXIT_LEAVE or EXIT_SOFT_RESTART; x1, x2 the host's x0 and x1;
 *   x5-x10 as in el2_entry, x11 VBAR_EL2; x13-x16 target and arguments of the
 *   soft restart; x18-x30 are the host's already.
 */
el2_leave:
	msr	sctlr_el2, x5
	isb
	tlbi	alle2
	dsb	nsh
	msr	tcr_el2, x6
	msr	mair_el2, x7
	msr	ttbr0_el2, x8
	msr	tpidr_el2, x9
	msr	vbar_el2, x11
	mov	sp, x10
	isb
	cmp	x0, #EXIT_SOFT_RESTART
	b.eq	1f
#ifdef CONFIG_HYP_DEBUG
	cmp	x0, #EXIT_COLD
	b.eq	2f
#endif
	mov	x0, x1
	mov	x1, x2
	eret
	dsb	nsh
	isb
1:	mov	x0, x14
	mov	x1, x15
	mov	x2, x16
	br	x13

#ifdef CONFIG_HYP_DEBUG
/* As if a power-down had lost everything; x2: the number of this CPU (psci.c). */
2:	mov	x0, x2
	msr	hcr_el2, xzr
	msr	vbar_el2, xzr
	msr	mdcr_el2, xzr
	msr	cnthctl_el2, xzr
	msr	vpidr_el2, xzr
	msr	vmpidr_el2, xzr
	msr	vtcr_el2, xzr
	msr	tpidr_el2, xzr
	msr	sctlr_el1, xzr
	isb
	b	el2_cold_entry
#endif

	.text

	.macro	save_x0_x1
	sub	sp, sp, #FRAME_SIZE
	stp	x0, x1, [sp, #16 * 0]
	.endm

	/* the rest of struct hyp_frame */
	.macro	save_frame
	stp	x2, x3, [sp, #16 * 1]
	stp	x4, x5, [sp, #16 * 2]
	stp	x6, x7, [sp, #16 * 3]
	stp	x8, x9, [sp, #16 * 4]
	stp	x10, x11, [sp, #16 * 5]
	stp	x12, x13, [sp, #16 * 6]
	stp	x14, x15, [sp, #16 * 7]
	stp	x16, x17, [sp, #16 * 8]
	stp	x18, x19, [sp, #16 * 9]
	stp	x20, x21, [sp, #16 * 10]
	stp	x22, x23, [sp, #16 * 11]
	stp	x24, x25, [sp, #16 * 12]
	stp	x26, x27, [sp, #16 * 13]
	stp	x28, x29, [sp, #16 * 14]
	mrs	x0, elr_el2
	mrs	x1, spsr_el2
	stp	x30, x0, [sp, #16 * 15]
	str	x1, [sp, #16 * 16]
	.endm

	/* x18 to x30, which every exit gives back unchanged, and where the host goes on */
	.macro	restore_preserved
	ldr	x18, [sp, #16 * 16]
	msr	spsr_el2, x18
	ldr	x18, [sp, #FRAME_ELR]
	msr	elr_el2, x18
	ldp	x18, x19, [sp, #16 * 9]
	ldp	x20, x21, [sp, #16 * 10]
	ldp	x22, x23, [sp, #16 * 11]
	ldp	x24, x25, [sp, #16 * 12]
	ldp	x26, x27, [sp, #16 * 13]
	ldp	x28, x29, [sp, #16 * 14]
	ldr	x30, [sp, #16 * 15]
	.endm

/* The rest of el2_entry and el2_cold_entry, MMU on: x0, x5-x10, x12 and x15 as there. */
el2_entry_virt:
	ldr	x14, [x12, #HDR_CPU_VA]
	add	x14, x14, x0, lsl #PKVM_CPU_SHIFT
	add	x14, x14, #PKVM_CPU_DATA
	msr	tpidr_el2, x14
	mov	sp, x14
	cbnz	x15, enter_cold
	mrs	x11, vbar_el2
	stp	x11, x5, [x14, #CPU_HOST]
	stp	x6, x7, [x14, #CPU_HOST + 16]
	stp	x8, x9, [x14, #CPU_HOST + 32]
	str	x10, [x14, #CPU_HOST + 48]
	mrs	x1, hcr_el2
	str	x1, [x14, #CPU_HOST + CPU_HOST_HCR]
	mrs	x1, vtcr_el2
	mrs	x2, vttbr_el2
	stp	x1, x2, [x14, #CPU_HOST + CPU_HOST_VTCR]
	adr	x1, el2_vectors
	msr	vbar_el2, x1
	isb
	save_x0_x1
	save_frame
	mov	x0, sp
	bl	el2_cpu_init
	b	exit_frame

enter_cold:
	adr	x1, el2_vectors
	msr	vbar_el2, x1
	isb
	sub	sp, sp, #FRAME_SIZE
	str	x0, [sp]
	mov	x0, sp
	bl	el2_cold_init
	b	exit_frame

/*
 * The host's branches are not to steer EL2's (errata.h): before EL2's first indirect branch the
 * CPU's branch history is filled with branches of EL2's own, or cleared.
 */
lower_sync_loop:
	save_x0_x1
	mrs	x0, tpidr_el2
	ldr	w0, [x0, #CPU_BHB_LOOPS]
1:	b	2f
2:	subs	w0, w0, #1
	b.ne	1b
	dsb	nsh
	isb
	b	lower_sync_saved

lower_sync_clear:
	hint	#22			/* CLRBHB */
	isb

/* A synchronous exception from EL1 or EL0: the host's hypercalls. */
lower_sync:
	save_x0_x1
lower_sync_saved:
	mrs	x1, esr_el2
	lsr	x1, x1, #ESR_EC_SHIFT
	cmp	x1, #ESR_EC_SMC64
	b.eq	lower_smc
lower_slow:
	save_frame
	mov	x0, sp
	bl	el2_lower_sync

/* w0: EXIT_*; sp: the frame */
exit_frame:
	cbnz	w0, exit_leave
	ldp	x0, x1, [sp, #16 * 0]
	ldp	x2, x3, [sp, #16 * 1]
	ldp	x4, x5, [sp, #16 * 2]
	ldp	x6, x7, [sp, #16 * 3]
	ldp	x8, x9, [sp, #16 * 4]
	ldp	x10, x11, [sp, #16 * 5]
	ldp	x12, x13, [sp, #16 * 6]
	ldp	x14, x15, [sp, #16 * 7]
	ldp	x16, x17, [sp, #16 * 8]
	restore_preserved
	add	sp, sp, #FRAME_SIZE
	eret
	dsb	nsh
	isb

/*
 * Mitigations that the kernel calls on its way in and out (SMCCC ARCH_WORKAROUND_1 to _3,
 * Arm DEN0028): straight to the firmware. They may use x0 to x3 and take x1 at most.
 * x18 and where the host goes on are kept for smc_undefined().
 */
lower_smc:
	mov	w1, #SMCCC_ARCH_WORKAROUND_1 & 0xffff
	movk	w1, #SMCCC_ARCH_WORKAROUND_1 >> 16, lsl #16
	cmp	w0, w1				/* 0x80008000 */
	sub	w1, w1, #1
	ccmp	w0, w1, #4, ne			/* _2: 0x80007fff */
	sub	w1, w1, #4, lsl #12
	ccmp	w0, w1, #4, ne			/* _3: 0x80003fff */
	b.ne	lower_slow
	ldr	x1, [sp, #8]
	mrs	x2, elr_el2
	mrs	x3, spsr_el2
	add	x2, x2, #4
	str	x2, [sp, #FRAME_ELR]
	str	x3, [sp, #FRAME_ELR + 8]
	str	x18, [sp, #16 * 9]
	.globl	smc_fast_insn
smc_fast_insn:
	smc	#0
	ldr	x2, [sp, #FRAME_ELR]
	msr	elr_el2, x2
	add	sp, sp, #FRAME_SIZE
	eret
	dsb	nsh
	isb

exit_leave:
	ldp	x1, x2, [sp, #16 * 0]
	mov	x13, x2			/* HVC_SOFT_RESTART: x1 target, x2-x4 arguments */
	ldp	x14, x15, [sp, #16 * 1]
	ldr	x16, [sp, #16 * 2]
	mrs	x12, tpidr_el2
	restore_preserved
	ldp	x11, x5, [x12, #CPU_HOST]
	ldp	x6, x7, [x12, #CPU_HOST + 16]
	ldp	x8, x9, [x12, #CPU_HOST + 32]
	ldr	x10, [x12, #CPU_HOST + 48]
	ldr	x3, [x12, #CPU_HOST + CPU_HOST_HCR]
	ldp	x4, x17, [x12, #CPU_HOST + CPU_HOST_VTCR]
	msr	hcr_el2, x3		/* the host's stage-2 is off */
	isb
	msr	vtcr_el2, x4
	msr	vttbr_el2, x17
	isb
	tlbi	alle1
	dsb	nsh
	isb
	adrp	x12, image_header
	add	x12, x12, :lo12:image_header
	ldr	x12, [x12, #HDR_IMAGE_PA]
	add	x12, x12, #(el2_leave - image_header)
	br	x12

/* exit_now(frame, exit), cpu.h */
	.globl	exit_now
exit_now:
	mov	sp, x0
	mov	w0, w1
	b	exit_frame

/*
 * An exception from EL2 itself: always fatal, so nothing is to be returned to.
 * Registers go into struct hyp_cpu; the stack may be what failed.
 */
el2_fault:
	mrs	x18, tpidr_el2
	stp	x0, x1, [x18, #CPU_CRASH_X + 16 * 0]
	stp	x2, x3, [x18, #CPU_CRASH_X + 16 * 1]
	stp	x4, x5, [x18, #CPU_CRASH_X + 16 * 2]
	stp	x6, x7, [x18, #CPU_CRASH_X + 16 * 3]
	stp	x8, x9, [x18, #CPU_CRASH_X + 16 * 4]
	stp	x10, x11, [x18, #CPU_CRASH_X + 16 * 5]
	stp	x12, x13, [x18, #CPU_CRASH_X + 16 * 6]
	stp	x14, x15, [x18, #CPU_CRASH_X + 16 * 7]
	stp	x16, x17, [x18, #CPU_CRASH_X + 16 * 8]
	stp	xzr, x19, [x18, #CPU_CRASH_X + 16 * 9]
	stp	x20, x21, [x18, #CPU_CRASH_X + 16 * 10]
	stp	x22, x23, [x18, #CPU_CRASH_X + 16 * 11]
	stp	x24, x25, [x18, #CPU_CRASH_X + 16 * 12]
	stp	x26, x27, [x18, #CPU_CRASH_X + 16 * 13]
	stp	x28, x29, [x18, #CPU_CRASH_X + 16 * 14]
	mov	x0, sp
	stp	x30, x0, [x18, #CPU_CRASH_X + 16 * 15]
	add	x0, x18, #CPU_PANIC_STACK
	mov	sp, x0
	b	el2_exception_panic

	.section .vectors, "ax"

	.macro	ventry target
	.balign	128
	b	\target
	.endm

	/* What comes from the host goes to \lower. */
	.macro	vectors name, lower
	.balign	2048
	.globl	\name
	.hidden	\name
\name:
	.rept	8			/* from EL2, with SP_EL0 and with SP_EL2 */
	ventry	el2_fault
	.endr
	ventry	\lower			/* AArch64 */
	.rept	3			/* interrupts are not routed to EL2 */
	ventry	el2_fault
	.endr
	ventry	\lower			/* AArch32 */
	.rept	3
	ventry	el2_fault
	.endr
	.endm

	vectors	el2_vectors, lower_sync
	vectors	el2_vectors_loop, lower_sync_loop
	vectors	el2_vectors_clear, lower_sync_clear
