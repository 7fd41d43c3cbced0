// SPDX-License-Identifier: GPL-2.0-only
/*
 * A CPU's ring of EL2 events: pages of the host's that it shares with EL2, and a work item
 * that reads them. EL2 writes, the host reads the page that a swap leaves to it.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/kernel.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "hcall.h"
#include "hyptrace.h"
#include "hyptrace_clock.h"
#include "hyptrace_ring.h"
#include "memcache.h"
#include "request.h"

/* EL2 needs one page to write to while another is read. */
#define MIN_PAGES	2
#define MAX_PAGES	4096

/* How often it is read; a busy ring, of which this part was full, with every tick. */
#define PERIOD_MS	10
#define BUSY_PART	8

static unsigned int trace_pages = 64;

static int set_trace_pages(const char *value, const struct kernel_param *param)
{
	return param_set_uint_minmax(value, param, MIN_PAGES, MAX_PAGES);
}

static const struct kernel_param_ops trace_pages_ops = {
	.set = set_trace_pages,
	.get = param_get_uint,
};

module_param_cb(trace_pages, &trace_pages_ops, &trace_pages, 0644);
MODULE_PARM_DESC(trace_pages, "pages of 4 KiB for EL2's events on each CPU while they are traced, 2 to 4096 (default 64)");

struct ring {
	struct mutex lock;	/* one reader at a time */
	void **pages;		/* the host's, shared with EL2 */
	unsigned int nr_pages;
	int err;		/* of loading it */
	struct delayed_work work;
};

static void drain_and_rearm(struct work_struct *work);

static DEFINE_PER_CPU(struct ring, rings);

static int share(void *page)
{
	struct arm_smccc_1_2_regs regs = { .a1 = virt_to_phys(page), .a2 = PKVM_HYP_PER_HOST };

	return pkvm_hcall_req(PKVM_HCALL_SHARE_HYP, &regs, NULL);
}

/* Returns an errno if EL2 does not let go of the page: then it stays allocated for good. */
static int unshare_and_free(void *page)
{
	struct arm_smccc_1_2_regs regs = { .a1 = virt_to_phys(page), .a2 = PKVM_HYP_PER_HOST };
	int err = pkvm_hcall(PKVM_HCALL_UNSHARE_HYP, &regs);

	if (!err)
		free_page((unsigned long)page);
	return err;
}

static int add_page(struct ring *ring)
{
	void *page = (void *)get_zeroed_page(GFP_KERNEL);
	int err = page ? share(page) : -ENOMEM;

	if (err) {
		free_page((unsigned long)page);
		return err;
	}
	ring->pages[ring->nr_pages++] = page;
	return 0;
}

static int load_page(unsigned int cpu, void *page)
{
	unsigned int i;
	int err = 0;

	for (i = 0; i < PKVM_HYP_PER_HOST && !err; i++) {
		struct arm_smccc_1_2_regs regs = {
			.a1 = cpu,
			.a2 = virt_to_phys(page) + i * PKVM_PAGE_SIZE,
		};

		err = pkvm_hcall_req(PKVM_HCALL_TRACE_LOAD, &regs, NULL);
	}
	return err;
}

static int load(struct ring *ring, unsigned int cpu)
{
	unsigned int nr = DIV_ROUND_UP(READ_ONCE(trace_pages), PKVM_HYP_PER_HOST);
	int err = 0;

	ring->nr_pages = 0;
	ring->pages = kvcalloc(nr, sizeof(*ring->pages), GFP_KERNEL);
	if (!ring->pages)
		return -ENOMEM;
	while (!err && ring->nr_pages < nr) {
		err = add_page(ring);
		if (!err)
			err = load_page(cpu, ring->pages[ring->nr_pages - 1]);
		cond_resched();
	}
	return err;
}

static void unload(struct ring *ring, unsigned int cpu)
{
	struct arm_smccc_1_2_regs regs;
	unsigned long kept = 0;
	int err;

	do {
		regs = (struct arm_smccc_1_2_regs){ .a1 = cpu };
		err = pkvm_hcall(PKVM_HCALL_TRACE_UNLOAD, &regs);
	} while (!err && regs.a2 != PKVM_LIST_END);
	while (ring->nr_pages) {
		err = unshare_and_free(ring->pages[--ring->nr_pages]);
		kept += err ? PKVM_HYP_PER_HOST : 0;
	}
	if (kept)
		pr_err("EL2 keeps %lu pages of CPU %u's trace: error %d\n", kept, cpu, err);
	kvfree(ring->pages);
	ring->pages = NULL;
}

void pkvm_hyptrace_ring_load(unsigned int cpu)
{
	struct ring *ring = per_cpu_ptr(&rings, cpu);

	mutex_init(&ring->lock);
	INIT_DELAYED_WORK(&ring->work, drain_and_rearm);
	ring->err = load(ring, cpu);
	if (!ring->err) {
		schedule_delayed_work_on(cpu, &ring->work, 0);
		return;
	}
	unload(ring, cpu);
	pr_err("CPU %u gets no %u pages for EL2's events: error %d\n", cpu,
	       READ_ONCE(trace_pages), ring->err);
}

void pkvm_hyptrace_ring_unload(unsigned int cpu)
{
	struct ring *ring = per_cpu_ptr(&rings, cpu);

	if (ring->err)
		return;
	cancel_delayed_work_sync(&ring->work);
	pkvm_hyptrace_ring_drain(cpu);
	unload(ring, cpu);
}

void pkvm_hyptrace_ring_reset(unsigned int cpu)
{
	struct arm_smccc_1_2_regs regs = { .a1 = cpu };

	pkvm_hcall(PKVM_HCALL_TRACE_RESET, &regs);
}

int pkvm_hyptrace_ring_error(unsigned int cpu)
{
	return per_cpu_ptr(&rings, cpu)->err;
}

/* EL2 leaves the page alone until the next swap. */
static void tell_page(unsigned int cpu, const struct pkvm_trace_record *records, unsigned int nr,
		      const struct hyptrace_clock *clock)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		pkvm_hyptrace_tell(cpu, hyptrace_clock_ns(clock, READ_ONCE(records[i].time)),
				   &records[i]);
}

/* Whether there may be more. */
static bool drain_page(unsigned int cpu, const struct hyptrace_clock *clock)
{
	struct arm_smccc_1_2_regs regs = { .a1 = cpu };

	if (pkvm_hcall(PKVM_HCALL_TRACE_SWAP, &regs))
		return false;
	if (regs.a4 || regs.a5)
		pkvm_hyptrace_tell_lost(cpu, hyptrace_clock_now(), regs.a4, regs.a5);
	if (regs.a2 == PKVM_LIST_END)
		return false;
	tell_page(cpu, phys_to_virt(regs.a2),
		  min_t(unsigned long, regs.a3, PKVM_TRACE_PAGE_RECORDS), clock);
	return true;
}

static unsigned int ring_pages(const struct ring *ring)
{
	return ring->nr_pages * PKVM_HYP_PER_HOST;
}

/* As many pages as there are: all that was there when it began. Returns how many were read. */
static unsigned int drain(struct ring *ring, unsigned int cpu)
{
	struct hyptrace_clock clock;
	unsigned int nr = 0;

	mutex_lock(&ring->lock);
	hyptrace_clock_get(&clock);
	while (nr < ring_pages(ring) && drain_page(cpu, &clock)) {
		nr++;
		cond_resched();
	}
	mutex_unlock(&ring->lock);
	return nr;
}

void pkvm_hyptrace_ring_drain(unsigned int cpu)
{
	struct ring *ring = per_cpu_ptr(&rings, cpu);

	if (!ring->err)
		drain(ring, cpu);
}

/* The ring's own CPU, and only while that is online: the work is cancelled before it goes. */
static void drain_and_rearm(struct work_struct *work)
{
	struct ring *ring = container_of(to_delayed_work(work), struct ring, work);
	unsigned int cpu = raw_smp_processor_id();
	bool busy = drain(ring, cpu) >= ring_pages(ring) / BUSY_PART;

	schedule_delayed_work_on(cpu, &ring->work, busy ? 1 : msecs_to_jiffies(PERIOD_MS));
}
