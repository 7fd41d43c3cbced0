/* SPDX-License-Identifier: GPL-2.0-only */
/* EL2's life cycle on this host: taken on all CPUs, given back on all CPUs. */
#ifndef PKVM_KMOD_EL2_H
#define PKVM_KMOD_EL2_H

#include <linux/types.h>

/*
 * Loads the image and enters it on every online CPU, or on none: 0, or an errno
 * with everything as before. CPUs that come online later are behind EL2 before
 * they run anything of the kernel; one that is not, and cannot enter, stays
 * offline. heap_size as for el2_image_load(). Process context.
 */
int el2_take(u64 heap_size);

/*
 * Every CPU back to the kernel's own vectors and the boot pages freed. EL2 must
 * hold nothing else (pkvm_teardown()), and nobody makes hypercalls any more.
 * Process context; cannot fail: an EL2 that does hold something stays for good.
 */
void el2_give_back(void);

/*
 * After a low-power mode: this CPU is behind EL2 again, by EL2's own doing if the mode was
 * PSCI's. No effect unless EL2 is taken. Interrupts off, on the CPU itself. 0 or an errno.
 */
int el2_wake_cpu(void);

#endif
