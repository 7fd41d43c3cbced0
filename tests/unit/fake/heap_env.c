// SPDX-License-Identifier: GPL-2.0-or-later
/* The heap's surroundings for native tests, see heap_env.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "heap_env.h"
#include "../../../kmod/hyp/errno.h"
#include "../../../kmod/hyp/mm.h"
#include "../../../kmod/hyp/panic.h"
#include "../../../kmod/hyp/spinlock.h"
#include "../../../kmod/hyp/trace.h"

#define TABLE_SHIFT	21

struct heap_env heap_env;

static void broken(const char *what)
{
	fprintf(stderr, "heap_env: contract broken: %s\n", what);
	abort();
}

void heap_env_start(u64 size, u64 stock)
{
	void *va = mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (va == MAP_FAILED)
		broken("mmap");
	heap_env = (struct heap_env){ .va = (uintptr_t)va, .size = size, .stock = stock };
	heap_env.is_mapped = calloc(size >> HYP_PAGE_SHIFT, sizeof(bool));
	heap_env.in_table = calloc((size >> TABLE_SHIFT) + 1, sizeof(u64));
	if (!heap_env.is_mapped || !heap_env.in_table)
		broken("calloc");
}

void heap_env_stop(void)
{
	munmap((void *)(uintptr_t)heap_env.va, heap_env.size);
	free(heap_env.is_mapped);
	free(heap_env.in_table);
}

static u64 page_of(u64 va)
{
	return (va - heap_env.va) >> HYP_PAGE_SHIFT;
}

static u64 table_of(u64 va)
{
	return (va - heap_env.va) >> TABLE_SHIFT;
}

static void check_range(u64 va, u64 nr_pages)
{
	if (!IS_ALIGNED(va, HYP_PAGE_SIZE) || va < heap_env.va || !nr_pages)
		broken("range");
	if (nr_pages > (heap_env.va + heap_env.size - va) >> HYP_PAGE_SHIFT)
		broken("range");
}

static void protect(u64 va, u64 nr_pages, int prot)
{
	if (mprotect((void *)(uintptr_t)va, nr_pages << HYP_PAGE_SHIFT, prot))
		broken("mprotect");
}

int hyp_reserve(struct hyp_ask *ask, u64 nr)
{
	if (heap_env.reserved)
		broken("two reservations");
	ask->credit = 0;
	if (nr > heap_env.stock) {
		ask->shortage = nr - heap_env.stock;
		return -HYP_ENOMEM;
	}
	heap_env.stock -= nr;
	heap_env.reserved = nr;
	heap_env.reserves++;
	return 0;
}

u64 hyp_map_cost(u64 va, u64 nr_pages)
{
	u64 cost = nr_pages;

	check_range(va, nr_pages);
	for (u64 t = table_of(va); t <= table_of(va + (nr_pages << HYP_PAGE_SHIFT) - 1); t++)
		cost += !heap_env.in_table[t];
	return cost;
}

void hyp_map(u64 va, u64 nr_pages)
{
	if (heap_env.reserved != hyp_map_cost(va, nr_pages))
		broken("mapped is not what was reserved");
	heap_env.reserved = 0;
	protect(va, nr_pages, PROT_READ | PROT_WRITE);
	heap_env.mapped += nr_pages;
	for (u64 end = va + (nr_pages << HYP_PAGE_SHIFT); va < end; va += HYP_PAGE_SIZE) {
		if (heap_env.is_mapped[page_of(va)])
			broken("mapped twice");
		heap_env.is_mapped[page_of(va)] = true;
		heap_env.tables += !heap_env.in_table[table_of(va)]++;
	}
}

void hyp_unmap(u64 va, u64 nr_pages)
{
	u64 tables = heap_env.tables;

	check_range(va, nr_pages);
	memset((void *)(uintptr_t)va, 0, nr_pages << HYP_PAGE_SHIFT);
	protect(va, nr_pages, PROT_NONE);
	for (u64 at = va; at < va + (nr_pages << HYP_PAGE_SHIFT); at += HYP_PAGE_SIZE) {
		if (!heap_env.is_mapped[page_of(at)])
			broken("unmapped twice");
		heap_env.is_mapped[page_of(at)] = false;
		heap_env.tables -= !--heap_env.in_table[table_of(at)];
	}
	heap_env.mapped -= nr_pages;
	heap_env.stock += nr_pages + tables - heap_env.tables;
	heap_env.unmaps++;
}

bool hyp_mapped(u64 va)
{
	if (va < heap_env.va || va - heap_env.va >= heap_env.size)
		return false;
	return heap_env.is_mapped[page_of(va)];
}

/* The tests have one thread: a lock that is taken twice would be a deadlock. */
void hyp_spin_lock(struct hyp_spinlock *lock)
{
	if (lock->owner != lock->next++)
		broken("lock taken twice");
}

void hyp_spin_unlock(struct hyp_spinlock *lock)
{
	if (++lock->owner != lock->next)
		broken("unlock without lock");
}

void hyp_panic_at(const char *file, unsigned int line)
{
	if (!heap_env.catching) {
		fprintf(stderr, "hyp_panic at %s:%u\n", file, line);
		abort();
	}
	heap_env.panic_line = line;
	longjmp(heap_env.panic_to, 1);
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
