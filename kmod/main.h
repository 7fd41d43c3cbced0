/* SPDX-License-Identifier: GPL-2.0-only */
/* The module as a whole. */
#ifndef PKVM_KMOD_MAIN_H
#define PKVM_KMOD_MAIN_H

#include <linux/types.h>

/*
 * The machine is about to leave this kernel: destroys all VMs and gives EL2 back; of
 * a dead EL2, the CPUs only. Everything that needs EL2 fails from then on. Process
 * context.
 */
void pkvm_shutdown(void);

/* Size of the heap's VA range in bytes, as the module was loaded with. */
u64 pkvm_heap_size(void);

#endif
