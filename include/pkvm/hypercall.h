/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The EL1/EL2 ABI: hypercall numbers, what travels in which register, and the
 * structs that travel in them. Both the module and the EL2 image include it,
 * and so do the native tests; it includes nothing of Linux.
 *
 * Calling convention: Arm SMCCC 1.2 (DEN0028), HVC conduit, fast 64-bit calls
 * of the vendor specific hypervisor service. On entry x0 is the function id and
 * x1 to x7 are the arguments; on return
 *
 *	x0	SMCCC status: 0, or -1 (not supported) for an unknown id
 *	x1	0 or a negative errno (Linux numbers)
 *	x2-x17	results, zero where a call defines none
 *
 * A call that returns an error has changed nothing. Calls may be made from any
 * context of the host; EL2 masks interrupts while it runs and never sleeps.
 */
#ifndef PKVM_HYPERCALL_H
#define PKVM_HYPERCALL_H

#ifdef __KERNEL__
#include <linux/build_bug.h>
#include <linux/types.h>
#define UINT64_C(x) x##ULL
#else
#include <stdbool.h>
#include <stdint.h>
#endif

#include <pkvm/version.h>

/* EL2 always works in 4 KiB pages, whatever the host's page size. */
#define PKVM_PAGE_SHIFT		12
#define PKVM_PAGE_SIZE		(1UL << PKVM_PAGE_SHIFT)

/* The heap's chunk headers hold offsets of 26 bits in units of 16 bytes. */
#define PKVM_HEAP_MAX_SIZE	(1UL << 30)
#define PKVM_HEAP_MIN_SIZE	(1UL << 21)

#define PKVM_MAX_VMS		255
#define PKVM_MAX_VCPUS		512

/* The most pages that one call of TOPUP_LIST, RECLAIM or TEARDOWN handles. */
#define PKVM_BATCH_PAGES	64

/* The most pages that one call of TOPUP_RANGE takes (2 MiB). */
#define PKVM_RANGE_PAGES	512

/* The most vCPUs, and pages, that one call of VM_DESTROY frees. */
#define PKVM_BATCH_VCPUS	16
#define PKVM_BATCH_GUEST_PAGES	32

/* How a list ends. Address 0 is never topped up. */
#define PKVM_LIST_END		UINT64_C(0)

/*
 * Function ids: fast call (bit 31), 64-bit (bit 30), vendor specific hypervisor
 * service (owner 6, bits 29:24), function number (bits 15:0).
 */
#define PKVM_HCALL_BASE		UINT64_C(0xc6007000)
#define PKVM_HCALL_ID(nr)	(PKVM_HCALL_BASE + (uint64_t)(nr))

/* Calls marked R may answer -ENOMEM with a hyp request, see below. */
enum pkvm_hcall_nr {
	/* -> x2 PKVM_ABI_VERSION, x3 feature bits (PKVM_FEAT_*) */
	PKVM_HCALL_VERSION = 0,
	/* x1 enum pkvm_stats_group -> x2.. the group's struct, one u64 a register */
	PKVM_HCALL_STATS,
	/*
	 * x1 head (physical address of the first page), x2 count (at most
	 * PKVM_BATCH_PAGES), x3 PKVM_TOPUP_* flags. Pages are linked by physical
	 * address through their first 8 bytes.
	 * -> x2 head and x3 count of what was not taken, x4 pages that joined the
	 * stock (others became EL2's own metadata for the pages that followed).
	 * With an error nothing is taken. Without, pages may be left that EL2 has
	 * no table to take out of the host's stage-2 with; it has one again after
	 * another page of a GiB of which it has just taken the first.
	 */
	PKVM_HCALL_TOPUP_LIST,
	/*
	 * x1 address, x2 pages (at most PKVM_RANGE_PAGES), x3 flags -> x2-x4 as above, x2 an
	 * address
	 */
	PKVM_HCALL_TOPUP_RANGE,
	/* x1 credited pages that no retry will use: makes them reclaimable again */
	PKVM_HCALL_CREDIT_DROP,
	/*
	 * x1 pages wanted (one batch at most is done) -> x2 head, x3 count; zeroed but for the
	 * links
	 */
	PKVM_HCALL_RECLAIM,
	/* -> x2 pages that RECLAIM could return now */
	PKVM_HCALL_RECLAIMABLE,
	/*
	 * x1 0 to start or the value returned -> x2 cursor for the next call (0: done),
	 * x3 entries, x4.. entries
	 */
	PKVM_HCALL_HEAP_MAP,
	/*
	 * x1 0 to start, or the value returned -> x2 as above, x3 enum pkvm_check, x4 offset of
	 * the chunk at fault
	 */
	PKVM_HCALL_HEAP_CHECK,
	/*
	 * R: x1 0 to start or the step returned -> x2 next step (0: done), x3 steps in all,
	 * x4 line of the check that failed
	 */
	PKVM_HCALL_SELFTEST,
	/* R: x1 vCPUs the VM can have (1 to PKVM_MAX_VCPUS) -> x2 handle */
	PKVM_HCALL_VM_CREATE,
	/* R: x1 handle, x2 index (0 to the VM's maximum - 1) */
	PKVM_HCALL_VCPU_CREATE,
	/* x1 handle -> x2 vCPUs and pages left; repeat until 0, then the VM is gone */
	PKVM_HCALL_VM_DESTROY,
	/* x1 handle -> x2.. struct pkvm_vm_info */
	PKVM_HCALL_VM_INFO,
	/*
	 * Before unload: refused (-EBUSY) while a VM lives or a page is shared. Then every call
	 * gives back one batch as RECLAIM does, until x3 is 0: EL2 holds nothing but
	 * what the loader gave it. After the first call only TEARDOWN, STATS,
	 * VERSION, CRASH, VIOLATIONS, PAGE_STATE and CPU_LEAVE are answered (-ESHUTDOWN otherwise).
	 */
	PKVM_HCALL_TEARDOWN,
	/*
	 * this CPU goes back to the kernel's own vectors, and EL2 takes nothing any more, as
	 * after TEARDOWN; -EBUSY while it holds anything, which the host could then look at
	 */
	PKVM_HCALL_CPU_LEAVE,
	/* x1 index -> x2.. sixteen u64 of struct pkvm_crash from there; -ENODATA if EL2 lives */
	PKVM_HCALL_CRASH,
	/*
	 * x1 number of the first violation wanted, counted from 0 -> x2 number of the
	 * one to ask for next, x3 entries (0: none as yet), x4.. that many struct
	 * pkvm_violation. The first has the number x2 - x3: what came before is lost.
	 */
	PKVM_HCALL_VIOLATIONS,
	/* x1 address of a page of RAM -> x2 enum pkvm_owner, x3 enum pkvm_use, x4 count */
	PKVM_HCALL_PAGE_STATE,
	/* R: x1 address, x2 pages (at most PKVM_RANGE_PAGES) of the host's that EL2 may use too */
	PKVM_HCALL_SHARE_HYP,
	/* x1 address, x2 pages; -EBUSY while EL2 uses one */
	PKVM_HCALL_UNSHARE_HYP,
	/*
	 * R: x1 handle, x2 address, x3 guest address, x4 pages (at most PKVM_RANGE_PAGES): become
	 * the guest's, as they are, until the VM is destroyed; then they are the host's, zeroed
	 */
	PKVM_HCALL_GUEST_DONATE,
	/* R: x1-x4 as above: the guest may use them, too */
	PKVM_HCALL_GUEST_SHARE,
	/* x1 handle, x2 guest address, x3 pages of those that were shared */
	PKVM_HCALL_GUEST_UNSHARE,
	/*
	 * Events of EL2's (<pkvm/trace.h>), in a ring of pages for each CPU. All but the first act
	 * on the ring of the CPU they run on, which x1 names: -EINVAL if it is another one.
	 */
	/* x1 PKVM_TRACE_BIT() of the events that are told from now on -> x2 those before */
	PKVM_HCALL_TRACE_ENABLE,
	/* R: x2 address of a page that is shared: joins the ring. Two are the least that work. */
	PKVM_HCALL_TRACE_LOAD,
	/* -> x2 address of a page that has left the ring, PKVM_LIST_END: it has none any more */
	PKVM_HCALL_TRACE_UNLOAD,
	/*
	 * -> x2 address of the oldest page with records, which EL2 leaves alone until the next
	 * swap (PKVM_LIST_END: none), x3 records in it, and lost since the last swap: x4 those
	 * written over, x5 those that had no place
	 */
	PKVM_HCALL_TRACE_SWAP,
	/* drops the ring's records */
	PKVM_HCALL_TRACE_RESET,
	/*
	 * x1 number by which the host knows this CPU, below that of the possible ones: for all
	 * that EL2 says of it. Needed by one that came in through firmware.
	 */
	PKVM_HCALL_CPU_NUMBER,
	/* debug images only: x1 enum pkvm_debug_panic */
	PKVM_HCALL_DEBUG_PANIC,
	PKVM_HCALL_COUNT
};

/* VERSION: feature bits. */
#define PKVM_FEAT_DEBUG		(UINT64_C(1) << 0)	/* DEBUG_PANIC is there */
#define PKVM_FEAT_TRACE		(UINT64_C(1) << 1)	/* TRACE_* are there */

/* TOPUP_*: the pages answer a request, so RECLAIM leaves them until the retry. */
#define PKVM_TOPUP_CREDIT	(UINT64_C(1) << 0)

/*
 * Hyp requests. A call marked R that runs out of pages changes nothing and
 * returns x1 = -ENOMEM with x2 the request (PKVM_REQ_*) and x3 the number of
 * pages the retry lacks, everything included. The host tops up with
 * PKVM_TOPUP_CREDIT until so many have joined the stock and calls again, with
 * the number of its credited pages in x7. The call gives that credit up,
 * whatever it returns; a shortage it then reports comes on top of the pages it
 * has just given up. x1 = -ENOMEM with PKVM_REQ_NONE is final.
 */
enum pkvm_req_type {
	PKVM_REQ_NONE = 0,
	PKVM_REQ_PAGES = 1,
};

/* What the pages are for; only told, never acted upon. */
enum pkvm_req_cause {
	PKVM_CAUSE_OTHER = 0,
	PKVM_CAUSE_VM,
	PKVM_CAUSE_VCPU,
	PKVM_CAUSE_SELFTEST,
};

struct pkvm_req {
	uint8_t type;		/* enum pkvm_req_type */
	uint8_t cause;		/* enum pkvm_req_cause */
	uint64_t pages;		/* 4 KiB pages that are missing */
};

/* x2 of a request: type in bits 7:0, cause in bits 15:8, the rest zero. */
static inline uint64_t pkvm_req_encode(const struct pkvm_req *req)
{
	return (uint64_t)req->type | (uint64_t)req->cause << 8;
}

/* False if x2 and x3 are no request that this ABI defines; *req is then untouched. */
static inline bool pkvm_req_decode(uint64_t x2, uint64_t x3, struct pkvm_req *req)
{
	if ((x2 & 0xff) != PKVM_REQ_PAGES || (x2 >> 8) > PKVM_CAUSE_SELFTEST || !x3)
		return false;
	req->type = x2 & 0xff;
	req->cause = (x2 >> 8) & 0xff;
	req->pages = x3;
	return true;
}

/* STATS. All structs have at most 16 u64: they travel in x2 to x17. */
enum pkvm_stats_group {
	PKVM_STATS_HEAP,
	PKVM_STATS_MEM,
	PKVM_STATS_PAGES,
	PKVM_STATS_CPUS,
	PKVM_STATS_GROUPS
};

/* The main heap. Bytes unless it says otherwise; all counters since load. */
struct pkvm_heap_stats {
	uint64_t size;			/* of the reserved VA range */
	uint64_t used;			/* requested by live allocations */
	uint64_t mapped;		/* backed by pages */
	uint64_t free_mapped;		/* mapped and in free chunks */
	uint64_t largest_free;		/* largest span of a free chunk, to within its size class */
	uint64_t holes;			/* unmapped regions with a chunk behind them: count */
	uint64_t chunks_used;		/* count */
	uint64_t chunks_free;		/* count */
	uint64_t reclaimable;		/* pages */
	uint64_t allocs;		/* successful */
	uint64_t frees;			/* successful */
	uint64_t failures;		/* allocations refused for good: size, range exhausted */
	uint64_t misuses;		/* frees refused: double, interior, foreign */
};

/*
 * Every page EL2 owns: owned = boot + stock + heap + tables + vmemmap_pages. Pages unless it
 * says otherwise.
 */
struct pkvm_mem_stats {
	uint64_t owned;
	uint64_t boot;			/* given by the loader: image, stacks, first tables */
	uint64_t stock;			/* topped up and unused, the credited ones included */
	uint64_t credited;		/* kept for the retry of a request */
	uint64_t heap;			/* mapped into heaps */
	uint64_t tables;		/* beyond the boot ones, the host's stage-2 included */
	uint64_t vmemmap_pages;		/* pages (and their tables) that hold struct hyp_page */
	uint64_t requests;		/* hyp requests made: count */
	uint64_t requested;		/* pages they asked for */
	uint64_t topups;		/* top-up calls that took pages: count */
	uint64_t topped_up;		/* pages taken */
	uint64_t topup_refused;		/* top-up calls refused: count */
	uint64_t reclaims;		/* reclaim calls that gave pages: count */
	uint64_t reclaimed;		/* pages given */
	uint64_t vms;			/* live VMs: count */
	uint64_t vcpus;			/* live vCPUs: count */
};

/* Who owns what, and what the host's stage-2 costs. Pages; counts are since load. */
struct pkvm_page_stats {
	uint64_t host_pages;		/* of RAM that are the host's */
	uint64_t hyp_pages;		/* that are EL2's, those of the loader included */
	uint64_t split_gibs;		/* blocks of 1 GiB split by donations: count, now */
	uint64_t split_blocks;		/* blocks of 2 MiB split by donations: count, now */
	uint64_t tables;		/* that serve the host's stage-2 beyond its first ones */
	uint64_t tables_idle;		/* of these: would go with nothing but themselves */
	uint64_t tables_spare;		/* the loader's, for GiBs to be split: left */
	uint64_t refused;		/* pages not taken for want of a spare table: count */
	uint64_t faults_mapped;		/* aborts of the host that mapped a hole: count */
	uint64_t faults_raced;		/* aborts that found the address mapped: count */
	uint64_t violations;		/* aborts that the host got back as a fault: count */
	uint64_t guest_pages;		/* that are guests', shared with the host or not */
	uint64_t shared_hyp;		/* of the host's that are shared with EL2 */
	uint64_t shared_guest;		/* of the host's that are shared with guests */
};

/* CPUs, and what of theirs went through EL2. Counts. */
struct pkvm_cpu_stats {
	uint64_t cpus;			/* behind EL2 now */
	uint64_t relayed;		/* times that one came from firmware into EL2 first */
	uint64_t entries_refused;	/* entry points refused: no kernel's, or not the host's */
	uint64_t smcs_passed;		/* calls to firmware; mitigations of the CPU not counted */
	uint64_t smcs_refused;		/* those that it never heard of */
};

struct pkvm_vm_info {
	uint64_t max_vcpus;
	uint64_t vcpus;			/* created */
	uint64_t bytes;			/* heap bytes that the VM and its vCPUs were given */
	uint64_t refs;			/* reference count of the VM object */
	uint64_t dying;			/* 1 once VM_DESTROY has been called */
};

/*
 * HEAP_MAP entries: one chunk each, two registers: x(4+2i) is the chunk's offset
 * in the heap | enum pkvm_chunk in bits 3:0 (offsets are multiples of 16);
 * x(5+2i) is the span in bytes in bits 31:0 and the mapped bytes in bits 63:32.
 * What is not mapped lies at the end of the span: a hole, if a chunk follows.
 */
#define PKVM_MAP_ENTRIES	7

enum pkvm_chunk {
	PKVM_CHUNK_FREE = 0,
	PKVM_CHUNK_USED = 1,
};

/* VIOLATIONS: the host touched what is not its own, and got a fault. */
#define PKVM_VIOLATION_ENTRIES	3	/* that one call returns at most */

struct pkvm_violation {
	uint64_t ipa;			/* of the page */
	uint64_t va;			/* as the host used it */
	uint64_t pc;
	/* PKVM_VIOLATION_*; the owner (enum pkvm_owner) in bits 7:0, the CPU in bits 63:32 */
	uint64_t info;
};

#define PKVM_VIOLATION_WRITE	(UINT64_C(1) << 8)
#define PKVM_VIOLATION_EXEC	(UINT64_C(1) << 9)
#define PKVM_VIOLATION_WALK	(UINT64_C(1) << 10)	/* by the host's own page tables */
#define PKVM_VIOLATION_EL0	(UINT64_C(1) << 11)
#define PKVM_VIOLATION_CPU_SHIFT 32

enum pkvm_owner {
	PKVM_OWNER_NOBODY = 0,		/* there is no such address */
	PKVM_OWNER_HYP = 1,
	PKVM_OWNER_HOST = 2,		/* told only: in the tables, whoever is not named */
	PKVM_OWNER_GUEST = 3,
};

/*
 * PAGE_STATE: what a page is. x4 counts: of a table its entries that are in use (of the host's
 * stage-2 only if it lies in what it translates), of a page shared with EL2 the pins, of one
 * shared with guests their entries.
 */
enum pkvm_use {
	PKVM_USE_HOST = 0,		/* whatever the host does with it */
	PKVM_USE_STOCK,			/* topped up and unused */
	PKVM_USE_HEAP,
	PKVM_USE_TABLE,			/* page table of EL2's own */
	PKVM_USE_VMEMMAP,		/* holds the states of pages, or leads there */
	PKVM_USE_HOST_S2,		/* table of the host's stage-2 */
	PKVM_USE_GUEST_S2,		/* table of a guest's stage-2 */
	PKVM_USE_SHARED_HYP,		/* the host's, shared with EL2 */
	PKVM_USE_SHARED_GUEST,		/* the host's, shared with guests */
	PKVM_USE_GUEST,			/* a guest's own */
	PKVM_USE_GUEST_SHARED,		/* a guest's, shared with the host */
	PKVM_USE_BOOT,			/* of what EL2 was loaded into */
};

/* HEAP_CHECK: what was found. */
enum pkvm_check {
	PKVM_CHECK_OK = 0,
	PKVM_CHECK_HEADER,		/* check value does not match */
	PKVM_CHECK_LINK,		/* neighbours or list links disagree */
	PKVM_CHECK_BOUNDS,		/* sizes, alignment or order */
	PKVM_CHECK_LIST,		/* free chunk in the wrong list or in none */
	PKVM_CHECK_TOTALS,		/* counters and walk disagree */
	PKVM_CHECK_BUSY,		/* sound; the heap changed, so totals were not compared */
};

/* Why EL2 stopped. */
enum pkvm_crash_reason {
	PKVM_CRASH_NONE = 0,
	PKVM_CRASH_BUG,			/* a check of EL2's own state failed, at file:line */
	PKVM_CRASH_EXCEPTION,		/* an exception taken from EL2 itself */
	PKVM_CRASH_STACK,		/* the stack ran into its guard page */
};

/* The crash record. Addresses are EL2's own; elr_offset is relative to the image, for addr2line. */
struct pkvm_crash {
	uint64_t reason;		/* enum pkvm_crash_reason */
	uint64_t cpu;
	uint64_t esr;
	uint64_t elr;
	uint64_t elr_offset;
	uint64_t far;
	uint64_t spsr;
	uint64_t sp;
	uint64_t hcall;			/* function id that was running */
	uint64_t line;
	char file[48];			/* NUL-terminated */
	uint64_t x[31];
};

/* DEBUG_PANIC: what to provoke. */
enum pkvm_debug_panic {
	PKVM_DEBUG_BUG,
	PKVM_DEBUG_NULL,		/* data abort */
	PKVM_DEBUG_TEXT_WRITE,		/* W^X */
	PKVM_DEBUG_STACK,		/* overflow into the guard page */
	PKVM_DEBUG_BUG_LOCKED,		/* with the heap's and the memory lock held */
	/* overwrite a live chunk header: the next heap check or free finds it */
	PKVM_DEBUG_CORRUPT,
	/* no panic: from now on a power-down suspend wakes at once, with the CPU's state lost; */
	PKVM_DEBUG_LOSE_STATE,
	/* or is firmware's business again */
	PKVM_DEBUG_KEEP_STATE,
	/* no panic: from now on this CPU has, and works around, all errata that EL2 knows of */
	PKVM_DEBUG_ERRATA,
	/* no panic: -> x2 the longest that EL2 has held a lock, in ticks of the counter */
	PKVM_DEBUG_LOCK_TIME,
};

#define PKVM_STATS_REGS	16

#define PKVM_ABI_ASSERT(cond) _Static_assert(cond, #cond)
PKVM_ABI_ASSERT(sizeof(struct pkvm_heap_stats) == 13 * 8);
PKVM_ABI_ASSERT(sizeof(struct pkvm_mem_stats) == 16 * 8);
PKVM_ABI_ASSERT(sizeof(struct pkvm_page_stats) == 14 * 8);
PKVM_ABI_ASSERT(sizeof(struct pkvm_cpu_stats) == 5 * 8);
PKVM_ABI_ASSERT(sizeof(struct pkvm_violation) == 4 * 8);
PKVM_ABI_ASSERT(4 + 4 * PKVM_VIOLATION_ENTRIES <= 18);
PKVM_ABI_ASSERT(sizeof(struct pkvm_vm_info) == 5 * 8);
PKVM_ABI_ASSERT(sizeof(struct pkvm_crash) == (10 + 6 + 31) * 8);
PKVM_ABI_ASSERT(4 + 2 * PKVM_MAP_ENTRIES <= 18);

#endif
