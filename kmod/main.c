// SPDX-License-Identifier: GPL-2.0-only
/* Module load and unload: parameters, and the order in which the parts come up and go down. */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/init.h>
#include <linux/module.h>
#include <linux/mutex.h>

#include <pkvm/version.h>

#include "account.h"
#include "arena.h"
#include "crash.h"
#include "el2.h"
#include "fault.h"
#include "hcall.h"
#include "hotplug.h"
#include "hyptrace.h"
#include "main.h"
#include "netlink.h"
#include "notify.h"
#include "power.h"
#include "probe.h"
#include "reclaim.h"
#include "selftest.h"
#include "shrinker.h"
#include "stats.h"
#include "vm.h"

#define MIB_SHIFT	20
#define HEAP_MIN_MIB	(PKVM_HEAP_MIN_SIZE >> MIB_SHIFT)
#define HEAP_MAX_MIB	(PKVM_HEAP_MAX_SIZE >> MIB_SHIFT)

static unsigned int heap_mib = HEAP_MAX_MIB;
module_param(heap_mib, uint, 0444);
MODULE_PARM_DESC(heap_mib, "VA range of EL2's heap in MiB, 2 to 1024 (default 1024); costs no memory until used");

static bool selftest;
module_param(selftest, bool, 0444);
MODULE_PARM_DESC(selftest, "run EL2's self-test at load and refuse to load if it fails (default off)");

/*
 * Cleared when EL2 is given back, be it on unload or ahead of a reboot, which may
 * come while the module is being loaded or unloaded. The mutex is held while EL2
 * is taken or given back; it is before all other locks.
 */
static DEFINE_MUTEX(taken_lock);
static bool taken;

u64 pkvm_heap_size(void)
{
	return (u64)heap_mib << MIB_SHIFT;
}

static int check_parameters(void)
{
	if (heap_mib >= HEAP_MIN_MIB && heap_mib <= HEAP_MAX_MIB)
		return 0;
	pr_err("heap_mib=%u is out of range: %lu to %lu MiB\n", heap_mib, HEAP_MIN_MIB, HEAP_MAX_MIB);
	return -EINVAL;
}

/* Image and module are built together; this finds an EL2 that does not answer as it should. */
static int check_version(void)
{
	struct arm_smccc_1_2_regs regs = {};
	int ret = pkvm_hcall(PKVM_HCALL_VERSION, &regs);

	if (ret) {
		pr_err("EL2 does not answer: error %d\n", ret);
		return ret;
	}
	if (regs.a2 != PKVM_ABI_VERSION) {
		pr_err("EL2 speaks ABI %lu, this module %d\n", regs.a2, PKVM_ABI_VERSION);
		return -ENOEXEC;
	}
	return 0;
}

/* Nothing of EL2's may be missing when its pages come back. */
static void give_back_locked(void)
{
	int ret;

	pkvm_hyptrace_stop();
	ret = pkvm_teardown();
	if (ret)
		pr_err("EL2 does not give its pages back, and is left with what is in them: error %d\n",
		       ret);
	if (pkvm_pages_out())
		pr_err("%lld pages that were donated to EL2 have not come back\n", pkvm_pages_out());
	el2_give_back();
	pkvm_account_end();
	taken = false;
	pr_info("EL2 given back; of %llu pages donated %llu returned\n",
		pkvm_counted(PKVM_COUNT_DONATED), pkvm_counted(PKVM_COUNT_RETURNED));
}

static void give_back(void)
{
	mutex_lock(&taken_lock);
	if (taken)
		give_back_locked();
	mutex_unlock(&taken_lock);
}

static void shutdown_locked(void)
{
	u32 destroyed;

	if (pkvm_is_dead()) {
		pkvm_hyptrace_stop();
		el2_give_back();
		taken = false;
		pr_info("dead EL2 left ahead of the restart\n");
		return;
	}
	destroyed = pkvm_vm_close();
	give_back_locked();
	if (destroyed)
		pr_info("%u VMs destroyed ahead of the restart\n", destroyed);
}

void pkvm_shutdown(void)
{
	mutex_lock(&taken_lock);
	if (taken)
		shutdown_locked();
	mutex_unlock(&taken_lock);
}

static int take_locked(void)
{
	int ret = el2_take(pkvm_heap_size());

	if (ret)
		return ret;
	taken = true;
	ret = check_version();
	if (!ret && selftest)
		ret = pkvm_selftest_at_load();
	if (ret)
		give_back_locked();
	else
		pkvm_hyptrace_start();
	return ret;
}

static int take(void)
{
	int ret;

	mutex_lock(&taken_lock);
	ret = take_locked();
	mutex_unlock(&taken_lock);
	return ret;
}

static int __init pkvm_init(void)
{
	int ret;

	ret = check_parameters() ?: pkvm_probe() ?: pkvm_power_init();
	if (ret)
		return ret;
	ret = take();
	if (ret)
		goto err_power;
	ret = pkvm_hotplug_init();
	if (ret)
		goto err_give_back;
	ret = pkvm_shrinker_register();
	if (ret)
		goto err_hotplug;
	ret = pkvm_netlink_register();
	if (ret)
		goto err_shrinker;
	pkvm_fault_start();
	pr_info("version %s holds EL2 on %u CPUs, heap range %u MiB\n", PKVM_VERSION,
		num_online_cpus(), heap_mib);
	return 0;

err_shrinker:
	pkvm_shrinker_unregister();
err_hotplug:
	pkvm_hotplug_exit();
err_give_back:
	give_back();
err_power:
	pkvm_arena_drain();
	pkvm_power_exit();
	pkvm_notify_exit();
	return ret;
}

/* Every VM holds a reference on the module, and so does a dead EL2: there is neither. */
static void __exit pkvm_exit(void)
{
	pkvm_fault_stop();
	pkvm_netlink_unregister();
	pkvm_vm_exit();
	pkvm_shrinker_unregister();
	pkvm_hotplug_exit();
	give_back();
	pkvm_arena_drain();
	pkvm_power_exit();
	pkvm_notify_exit();
}

module_init(pkvm_init);
module_exit(pkvm_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("pKVM's memory system at EL2: load, watch and steer it");
MODULE_VERSION(PKVM_VERSION);
