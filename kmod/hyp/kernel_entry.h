/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where a CPU that firmware turns on, or wakes, goes on in the kernel.
 *
 * The entry points that a kernel names to PSCI call its init_kernel_el first, which expects
 * to run at EL2, drops to EL1 and returns how the CPU was booted. EL2 has done all of that
 * when the kernel gets to run: so it goes on behind that call, as if it had returned.
 */
#ifndef HYP_KERNEL_ENTRY_H
#define HYP_KERNEL_ENTRY_H

#include "types.h"

/*
 * entry: from the host, any value. 0 with the address behind the call in *ret_resume, or
 *	-HYP_EINVAL	entry is not aligned to an instruction
 *	-HYP_EFAULT	it, or what it calls, is not in RAM
 *	-HYP_EPERM	that is not the host's
 *	-HYP_ENOENT	it does not begin as described
 * What is there can change afterwards: it is the host's code, and runs as the host.
 * Takes the memory lock.
 */
int kernel_entry_resume(u64 entry, u64 *ret_resume);

#endif
