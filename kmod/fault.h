/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Faults that the host met because it touched what is EL2's. EL2 remembers the last ones;
 * who made them is told by the kernel, or not at all (a signal, an errno).
 */
#ifndef PKVM_KMOD_FAULT_H
#define PKVM_KMOD_FAULT_H

/* While EL2 is held. Process context; pkvm_fault_stop() tells what is left to tell. */
void pkvm_fault_start(void);
void pkvm_fault_stop(void);

#endif
