// SPDX-License-Identifier: GPL-2.0-only
/* EL2's events: which are told, and what of the host's memory they go to. */
#include "trace.h"

#include "arch.h"
#include "heap.h"
#include "init.h"
#include "panic.h"
#include "trace_ring.h"
#include "transition.h"

u64 trace_mask;

void trace_write(enum pkvm_trace_event event, u32 arg32, u64 arg0, u64 arg1)
{
	struct pkvm_trace_record record = {
		.time = arch_counter(),
		.event = event,
		.arg32 = arg32,
		.arg = { arg0, arg1 },
	};

	trace_ring_write(arch_trace_ring(), &record);
}

u64 trace_enable(u64 events)
{
	return __atomic_exchange_n(&trace_mask, events, __ATOMIC_RELAXED);
}

static int pin(phys_addr_t pa, struct hyp_ask *ask, void **ret_va)
{
	int err;

	hyp_spin_lock(&mm_lock);
	err = __hyp_pin_shared(pa, 1, ask, ret_va);
	hyp_spin_unlock(&mm_lock);
	return err;
}

static void unpin(phys_addr_t pa)
{
	hyp_spin_lock(&mm_lock);
	__hyp_unpin_shared(pa, 1);
	hyp_spin_unlock(&mm_lock);
}

int trace_load(phys_addr_t pa, struct hyp_ask *ask)
{
	struct simple_buffer_page *page;
	void *va, *object;
	int err = pin(pa, ask, &va);

	if (err)
		return err;
	err = heap_alloc(&main_heap, sizeof(*page), ask, &object);
	if (err) {
		unpin(pa);
		return err;
	}
	page = object;
	page->va = va;
	page->pa = pa;
	trace_ring_add(arch_trace_ring(), page);
	return 0;
}

/* Once it is out of the ring: the heap tells events, too. */
phys_addr_t trace_unload(void)
{
	struct simple_buffer_page *page = trace_ring_remove(arch_trace_ring());
	phys_addr_t pa;

	if (!page)
		return PKVM_LIST_END;
	pa = page->pa;
	HYP_ASSERT(!heap_free(&main_heap, page));
	unpin(pa);
	return pa;
}
