/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * PSCI (Arm DEN0022), relayed: what the host has firmware start is EL2's code, which puts
 * EL2's state back and then goes on where the host wanted, at EL1 and behind its stage-2.
 *
 * The functions take the call's registers x0 to x17 and return what x0 is to be.
 */
#ifndef HYP_PSCI_H
#define HYP_PSCI_H

#include <pkvm/hypercall.h>

#include "cpu.h"
#include "types.h"

u64 psci_cpu_on(u64 *x);
u64 psci_cpu_off(u64 *x);
u64 psci_cpu_suspend(u64 *x);
u64 psci_system_suspend(u64 *x);

/* This CPU came in by the loader's hand: remembers what a cold one will need. */
void psci_cpu_entered(struct hyp_cpu *cpu);

/* This CPU goes back to the kernel's own vectors. */
void psci_cpu_left(struct hyp_cpu *cpu);

/* Sums over all CPUs; those that run meanwhile are counted or not. */
void psci_stats(struct pkvm_cpu_stats *ret);

#ifdef CONFIG_HYP_DEBUG
/* A power-down suspend is not passed on: the CPU wakes at once, its state lost. */
void psci_debug_lose_state(bool lose);
#endif

#endif
