/* SPDX-License-Identifier: GPL-2.0-only */
/* EL2's life cycle on this host: taken on all CPUs, given back on all CPUs. */
#ifndef PKVM_KMOD_EL2_H
#define PKVM_KMOD_EL2_H

#include <linux/types.h>

/*
 * Loads the image and enters it on every online CPU, or on none: 0, or an errno
 * with everything as before. CPUs that come online later enter before they run
 * anything of user space; one that fails stays offline. heap_size as for
 * el2_image_load(). Process context.
 */
int el2_take(u64 heap_size);

/*
 * Every CPU back to the kernel's own vectors and the boot pages freed. EL2 must
 * hold nothing else (pkvm_teardown()), and nobody makes hypercalls any more.
 * Process context; cannot fail.
 */
void el2_give_back(void);

/*
 * This CPU loses EL2's state in a low-power mode: sleep before, wake after. No
 * effect on a CPU that is not at EL2. Interrupts off, on the CPU itself. Waking
 * returns 0 or an errno.
 */
void el2_sleep_cpu(void);
int el2_wake_cpu(void);

#endif
