// SPDX-License-Identifier: GPL-2.0-only
/*
 * Keeps EL2 consistent where the machine changes state under it: a CPU that sleeps deeply
 * loses its EL2 registers, and gets them back here if not on PSCI's way; a kernel started by
 * kexec wants EL2 as its predecessor found it; a hibernation image cannot hold what EL2 holds.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cpu_pm.h>
#include <linux/module.h>
#include <linux/notifier.h>
#include <linux/reboot.h>
#include <linux/suspend.h>

#include "el2.h"
#include "main.h"
#include "power.h"

static int on_cpu_pm(struct notifier_block *nb, unsigned long action, void *data)
{
	int ret = action == CPU_PM_EXIT ? el2_wake_cpu() : 0;

	if (ret)
		pr_err("CPU %d cannot enter EL2 after low power: error %d\n", smp_processor_id(), ret);
	return ret ? NOTIFY_BAD : NOTIFY_OK;
}

static struct notifier_block cpu_pm_nb = { .notifier_call = on_cpu_pm };

static int on_pm(struct notifier_block *nb, unsigned long action, void *data)
{
	/* Restoring an image would overwrite EL2 in place. */
	if (action != PM_HIBERNATION_PREPARE && action != PM_RESTORE_PREPARE)
		return NOTIFY_DONE;
	pr_err("hibernation is refused: the image cannot hold what EL2 holds; unload pkvm first\n");
	return notifier_from_errno(-EBUSY);
}

static struct notifier_block pm_nb = { .notifier_call = on_pm };

/*
 * Not left to HVC_SOFT_RESTART, even by a dead EL2: before a kexec gets there, it has
 * moved the next kernel to wherever that wants to be, over EL2's pages if need be.
 */
static int on_reboot(struct notifier_block *nb, unsigned long action, void *data)
{
	pkvm_shutdown();
	return NOTIFY_DONE;
}

static struct notifier_block reboot_nb = { .notifier_call = on_reboot };

int pkvm_power_init(void)
{
	int ret;

	ret = cpu_pm_register_notifier(&cpu_pm_nb);
	if (ret)
		return ret;
	ret = register_pm_notifier(&pm_nb);
	if (ret)
		goto err_cpu_pm;
	ret = register_reboot_notifier(&reboot_nb);
	if (ret)
		goto err_pm;
	return 0;

err_pm:
	unregister_pm_notifier(&pm_nb);
err_cpu_pm:
	cpu_pm_unregister_notifier(&cpu_pm_nb);
	return ret;
}

void pkvm_power_exit(void)
{
	unregister_reboot_notifier(&reboot_nb);
	unregister_pm_notifier(&pm_nb);
	cpu_pm_unregister_notifier(&cpu_pm_nb);
}
