// SPDX-License-Identifier: GPL-2.0-only
/* Reads EL2's crash record once, prints it, and keeps the module where EL2 still needs it. */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/atomic.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/string.h>

#include "crash.h"
#include "hcall.h"
#include "notify.h"

/* Set in this order, by the first hypercall that finds EL2 dead. */
static atomic_t found = ATOMIC_INIT(0);
static struct pkvm_crash record;
static bool dead;

bool pkvm_is_dead(void)
{
	return smp_load_acquire(&dead);
}

const char *pkvm_crash_reason(u64 reason)
{
	static const char *const names[] = {
		[PKVM_CRASH_NONE] = "unknown",
		[PKVM_CRASH_BUG] = "bug",
		[PKVM_CRASH_EXCEPTION] = "exception",
		[PKVM_CRASH_STACK] = "stack overflow",
	};

	return names[reason < ARRAY_SIZE(names) ? reason : PKVM_CRASH_NONE];
}

static void read_record(void)
{
	const unsigned int words = sizeof(record) / sizeof(u64);
	unsigned int i;

	for (i = 0; i < words; i += PKVM_STATS_REGS) {
		struct arm_smccc_1_2_regs regs = { .a1 = i };

		if (pkvm_hcall(PKVM_HCALL_CRASH, &regs))
			return;
		memcpy((u64 *)&record + i, &regs.a2, min(words - i, PKVM_STATS_REGS) * sizeof(u64));
	}
	record.file[sizeof(record.file) - 1] = '\0';
}

static void print_registers(void)
{
	unsigned int i;

	for (i = 0; i < 30; i += 3)
		pr_emerg("x%-2u %016llx x%-2u %016llx x%-2u %016llx\n", i, record.x[i], i + 1,
			 record.x[i + 1], i + 2, record.x[i + 2]);
	pr_emerg("x30 %016llx\n", record.x[30]);
}

static void print_record(void)
{
	pr_emerg("EL2 is dead: %s on CPU %llu in hypercall %#llx\n",
		 pkvm_crash_reason(record.reason), record.cpu, record.hcall);
	if (record.reason == PKVM_CRASH_BUG)
		pr_emerg("at %s:%llu\n", record.file, record.line);
	pr_emerg("pc: image+%#llx, esr %#018llx, far %#018llx, spsr %#llx, sp %#018llx\n",
		 record.elr_offset, record.esr, record.far, record.spsr, record.sp);
	if (record.reason != PKVM_CRASH_BUG)
		print_registers();
	pr_emerg("the host goes on; what EL2 holds is lost until the next boot, and the module stays loaded\n");
}

void pkvm_found_dead(void)
{
	const struct pkvm_event event = { .type = PKVM_EVENT_DEAD, .err = -EIO };

	if (atomic_cmpxchg(&found, 0, 1))
		return;
	read_record();
	smp_store_release(&dead, true);
	print_record();
	/* EL2's vectors and pages are in use until the machine restarts. */
	__module_get(THIS_MODULE);
	pkvm_notify(&event);
}

int pkvm_crash_get(struct pkvm_crash *ret)
{
	if (!pkvm_is_dead())
		return -ENODATA;
	*ret = record;
	return 0;
}
