// SPDX-License-Identifier: GPL-2.0-or-later
/* The surroundings of a heap under measurement, see flat_env.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <pkvm/hypercall.h>

#include "flat_env.h"
#include "../../kmod/hyp/mm.h"
#include "../../kmod/hyp/panic.h"
#include "../../kmod/hyp/spinlock.h"
#include "../../kmod/hyp/trace.h"

static struct {
	u64 va;
	u64 mapped;
	bool is_mapped[PKVM_HEAP_MAX_SIZE >> HYP_PAGE_SHIFT];
} env;

u64 flat_env_start(void)
{
	void *va = mmap(NULL, PKVM_HEAP_MAX_SIZE, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (va == MAP_FAILED) {
		perror("heap_bench: mmap");
		exit(EXIT_FAILURE);
	}
	env.va = (uintptr_t)va;
	return env.va;
}

void flat_env_reset(void)
{
	madvise((void *)(uintptr_t)env.va, PKVM_HEAP_MAX_SIZE, MADV_DONTNEED);
	memset(env.is_mapped, 0, sizeof(env.is_mapped));
	env.mapped = 0;
}

u64 flat_env_mapped(void)
{
	return env.mapped;
}

static void mark(u64 va, u64 nr_pages, bool mapped)
{
	memset(&env.is_mapped[(va - env.va) >> HYP_PAGE_SHIFT], mapped, nr_pages);
}

int hyp_reserve(struct hyp_ask *ask, u64 nr)
{
	(void)nr;
	ask->credit = 0;
	return 0;
}

u64 hyp_map_cost(u64 va, u64 nr_pages)
{
	(void)va;
	return nr_pages;
}

void hyp_map(u64 va, u64 nr_pages)
{
	mark(va, nr_pages, true);
	env.mapped += nr_pages;
}

void hyp_unmap(u64 va, u64 nr_pages)
{
	memset((void *)(uintptr_t)va, 0, nr_pages << HYP_PAGE_SHIFT);
	mark(va, nr_pages, false);
	env.mapped -= nr_pages;
}

bool hyp_mapped(u64 va)
{
	return va - env.va < PKVM_HEAP_MAX_SIZE && env.is_mapped[(va - env.va) >> HYP_PAGE_SHIFT];
}

void hyp_spin_lock(struct hyp_spinlock *lock)
{
	(void)lock;
}

void hyp_spin_unlock(struct hyp_spinlock *lock)
{
	(void)lock;
}

void hyp_panic_at(const char *file, unsigned int line)
{
	fprintf(stderr, "heap_bench: hyp_panic at %s:%u\n", file, line);
	abort();
}

/* Nobody looks at the events: they stay off. */
u64 trace_mask;

void trace_write(enum pkvm_trace_event event, u32 arg32, u64 arg0, u64 arg1)
{
	(void)event;
	(void)arg32;
	(void)arg0;
	(void)arg1;
}
