// SPDX-License-Identifier: GPL-2.0-only
/* A CPU's ring of events, see trace_ring.h. */
#include "trace_ring.h"

/* Before the head: behind all that is empty. */
static void insert(struct trace_ring *ring, struct simple_buffer_page *page)
{
	page->entries = 0;
	if (!ring->head) {
		page->prev = page->next = page;
		ring->head = ring->tail = page;
		return;
	}
	page->next = ring->head;
	page->prev = ring->head->prev;
	page->prev->next = page;
	page->next->prev = page;
}

/* Takes the head out; the ring's next page is the new one. */
static struct simple_buffer_page *take_head(struct trace_ring *ring)
{
	struct simple_buffer_page *page = ring->head;

	if (page->next == page) {
		ring->head = ring->tail = NULL;
		return page;
	}
	page->prev->next = page->next;
	page->next->prev = page->prev;
	ring->head = page->next;
	/* Nothing was written behind it. */
	if (ring->tail == page)
		ring->tail = page->next;
	return page;
}

void trace_ring_add(struct trace_ring *ring, struct simple_buffer_page *page)
{
	if (ring->reader)
		insert(ring, page);
	else
		ring->reader = page;
}

struct simple_buffer_page *trace_ring_remove(struct trace_ring *ring)
{
	struct simple_buffer_page *page = ring->reader;

	if (page) {
		ring->reader = NULL;
	} else if (ring->head) {
		page = take_head(ring);
		ring->dropped += page->entries;
	}
	return page;
}

static void advance_tail(struct trace_ring *ring)
{
	struct simple_buffer_page *next = ring->tail->next;

	if (next == ring->head) {
		ring->overwritten += next->entries;
		next->entries = 0;
		ring->head = next->next;
	}
	ring->tail = next;
}

void trace_ring_write(struct trace_ring *ring, const struct pkvm_trace_record *record)
{
	if (!ring->tail) {
		ring->dropped++;
		return;
	}
	if (ring->tail->entries == PKVM_TRACE_PAGE_RECORDS)
		advance_tail(ring);
	ring->tail->va[ring->tail->entries++] = *record;
}

static void tell_lost(struct trace_ring *ring, struct trace_swap *ret)
{
	ret->overwritten = ring->overwritten;
	ret->dropped = ring->dropped;
	ring->overwritten = ring->dropped = 0;
}

void trace_ring_swap(struct trace_ring *ring, struct trace_swap *ret)
{
	struct simple_buffer_page *page = ring->head;

	*ret = (struct trace_swap){ .page = PKVM_LIST_END };
	tell_lost(ring, ret);
	if (!ring->reader || !page || !page->entries)
		return;
	take_head(ring);
	insert(ring, ring->reader);
	ring->reader = page;
	ret->page = page->pa;
	ret->entries = page->entries;
}

void trace_ring_reset(struct trace_ring *ring)
{
	struct simple_buffer_page *page = ring->head;

	ring->overwritten = ring->dropped = 0;
	if (!page)
		return;
	do {
		page->entries = 0;
		page = page->next;
	} while (page != ring->head);
	ring->tail = ring->head;
}
