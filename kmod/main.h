/* SPDX-License-Identifier: GPL-2.0-only */
/* The module as a whole. */
#ifndef PKVM_KMOD_MAIN_H
#define PKVM_KMOD_MAIN_H

#include <linux/types.h>

/*
 * The machine is about to leave this kernel: destroys all VMs and gives EL2 back.
 * Everything that needs EL2 fails with -ENXIO from then on. Process context; once.
 */
void pkvm_shutdown(void);

/* Size of the heap's VA range in bytes, as the module was loaded with. */
u64 pkvm_heap_size(void);

#endif
