// SPDX-License-Identifier: GPL-2.0-only
/*
 * EL2 knows the RAM that there was when it was loaded. Memory that is plugged in later would
 * work for the host, but pages of it could not be donated: so it stays offline meanwhile.
 * Memory that goes needs no help: what is donated is not free, and keeps its block online.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/memory.h>
#include <linux/mm.h>

#include "hcall.h"
#include "hotplug.h"

/* Blocks that come back after having been offline are known. */
static bool is_known(unsigned long pfn)
{
	struct arm_smccc_1_2_regs regs = { .a1 = PFN_PHYS(pfn) };

	return pkvm_hcall(PKVM_HCALL_PAGE_STATE, &regs) != -EFAULT;
}

static int on_memory(struct notifier_block *nb, unsigned long action, void *data)
{
	const struct memory_notify *memory = data;

	if (action != MEM_GOING_ONLINE ||
	    (is_known(memory->start_pfn) &&
	     is_known(memory->start_pfn + memory->nr_pages - 1)))
		return NOTIFY_DONE;
	pr_err("memory at %#llx cannot come online: EL2 knows the RAM of the time it was loaded; unload pkvm first\n",
	       PFN_PHYS(memory->start_pfn));
	return notifier_from_errno(-EBUSY);
}

static struct notifier_block memory_nb = { .notifier_call = on_memory };

int pkvm_hotplug_init(void)
{
	return register_memory_notifier(&memory_nb);
}

void pkvm_hotplug_exit(void)
{
	unregister_memory_notifier(&memory_nb);
}
