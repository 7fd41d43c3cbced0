/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is around the portable part of EL2, for native tests: a little machine.
 *
 * Physical memory is a memory file, split into the boot record's ranges of RAM.
 * EL2's half of the VA space is a reserved range of this process: an access to a
 * page that is not there yet faults, the handler walks EL2's own page tables and
 * maps the page of RAM that it finds, read-only if the entry says so; arch_tlbi()
 * takes mappings away again. What the walk does not find is a crash. Steps of
 * walks are cached as in a TLB: to use one that is stale is an abort().
 *
 * The host's stage-2 begins with the loader's own tables, built by its own code.
 * arch_env_host_access() is an access of the host's, through a TLB of its own.
 */
#ifndef FAKE_ARCH_ENV_H
#define FAKE_ARCH_ENV_H

#include <setjmp.h>

#include <pkvm/boot.h>

#include "../../../kmod/hyp/trace_ring.h"
#include "../../../kmod/hyp/types.h"

#define ARCH_ENV_CPUS	2

struct arch_env {
	struct pkvm_boot boot;		/* may be changed before hyp_init() */
	phys_addr_t root;
	u64 nr_pages;			/* of RAM */
	u64 tlbis;			/* calls of arch_tlbi() */
	u64 fixmaps;			/* calls of arch_fixmap() */
	u64 s2_tlbi_syncs;		/* calls of arch_s2_tlbi_sync() */
	u64 s2_tlbi_alls;		/* calls of arch_s2_tlbi_all() */
	u64 s2_walks;			/* calls of arch_s2_window(): steps of walks, mostly */
	u64 guest_tlbis;		/* calls of arch_guest_tlbi() */
	u32 cpu;			/* the one that runs, below ARCH_ENV_CPUS */
	u64 counter;			/* arch_counter() */
	bool left;			/* cpu_leave() was called */
	struct trace_ring trace[ARCH_ENV_CPUS];
	/* The host at work meanwhile: called whenever EL2 has closed a window. */
	void (*fixmap_closed)(phys_addr_t pa);
	bool catching;			/* hyp_panic() returns to panic_to instead of aborting */
	jmp_buf panic_to;
};

extern struct arch_env arch_env;

/* Powers the machine on, with first tables as the loader makes them. EL2 has not been entered. */
void arch_env_start(const struct pkvm_ram_range *ram, unsigned int nr);
void arch_env_stop(void);

/* Some memory in every place that differs: near and far from each other, much and a page. */
void arch_env_start_default(void);

/* A page of RAM as the host sees it. */
void *arch_env_page(phys_addr_t pa);

/*
 * A page as the host sees it that reads it past the cache: as it was when its content was written
 * back last. EL2 does that when it scrubs, and a cache whenever it likes: now.
 */
void *arch_env_uncached_page(phys_addr_t pa);
void arch_env_write_back(phys_addr_t pa);

/* Whether a page is zero but for links in its first so many words of 8 bytes. */
bool arch_env_is_zero(phys_addr_t pa, unsigned int links);

/* Pages of RAM by number, from 0 to nr_pages - 1, and back. */
phys_addr_t arch_env_page_pa(u64 index);
u64 arch_env_page_index(phys_addr_t pa);

/* An address space of the host that is not of 48 bits; before arch_env_start(), for one start. */
void arch_env_set_ipa_bits(unsigned int bits);

/*
 * The host accesses a byte, be there RAM or not; its abort, if it has one, goes to EL2 as
 * from the vectors. Whether it got through; otherwise the host has got a fault.
 */
bool arch_env_host_access(u64 ipa);

/*
 * What the host's TLB holds agrees with the tables as they are now, so that nothing
 * will be translated twice in two ways. Aborts otherwise.
 */
void arch_env_check_host_tlb(void);

/* Whether an access through EL2's page tables would succeed. */
bool arch_env_readable(u64 va);

/* Whether a statement ends in hyp_panic(); no lock is held any more then, and EL2 is a corpse. */
#define ARCH_ENV_PANICS(statement)					\
	({								\
		volatile bool panicked = true;				\
									\
		arch_env.catching = true;				\
		if (!setjmp(arch_env.panic_to)) {			\
			statement;					\
			panicked = false;				\
		}							\
		arch_env.catching = false;				\
		(bool)panicked;						\
	})

#endif
