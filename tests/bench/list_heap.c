// SPDX-License-Identifier: GPL-2.0-or-later
/* The baseline of the heap's figures, see list_heap.h. */
#include <string.h>

#include "list_heap.h"
#include "../../kmod/hyp/heap_chunk.h"

/* Of the real heap only the range and the key are used: what chunk headers need. */
static struct hyp_heap list;

void list_heap_start(u64 va, u64 size, const u64 key[2])
{
	list = (struct hyp_heap){
		.va = va, .end = size >> UNIT_SHIFT, .key = { key[0], key[1] },
	};
}

static void map(u32 start, u32 end)
{
	struct hyp_ask ask = { 0 };
	u64 va = list.va + ((u64)start << UNIT_SHIFT);
	u64 pages = (end - start) / UNITS_PER_PAGE;

	HYP_ASSERT(!hyp_reserve(&ask, hyp_map_cost(va, pages)));
	hyp_map(va, pages);
}

/* The first allocation finds one free chunk, of which a page is mapped for the header. */
static void begin(void)
{
	map(0, UNITS_PER_PAGE);
	chunk_init_free(chunk_at(&list, 0), 0, UNITS_PER_PAGE, list.end);
	chunk_seal(&list, chunk_at(&list, 0));
	list.stats.chunks_free = 1;
}

/* Whether a is the better of two that fit: mapped memory goes first, then the smaller chunk. */
static bool better(const struct heap_chunk *a, const struct heap_chunk *b, u32 need)
{
	bool a_mapped = a->size - chunk_off(&list, a) >= need;
	bool b_mapped = b->size - chunk_off(&list, b) >= need;

	if (a_mapped != b_mapped)
		return a_mapped;
	return a->next - chunk_off(&list, a) < b->next - chunk_off(&list, b);
}

static struct heap_chunk *best_fit(u32 need)
{
	struct heap_chunk *best = NULL;

	for (u32 off = 0; off < list.end;) {
		struct heap_chunk *c = chunk_get(&list, off);

		if (!chunk_is_used(c) && c->next - off >= need && (!best || better(c, best, need)))
			best = c;
		off = c->next;
	}
	return best;
}

/* Tells the chunk behind c what is before it now. */
static void tell_next(const struct heap_chunk *c)
{
	struct heap_chunk *next;

	if (c->next == list.end)
		return;
	next = chunk_get(&list, c->next);
	next->prev = chunk_off(&list, c) << CHUNK_FLAG_BITS | (next->prev & CHUNK_USED) |
		     (chunk_has_tail(c) ? CHUNK_HOLE_BEFORE : 0);
	chunk_seal(&list, next);
}

static void split(struct heap_chunk *c, u32 end, u32 mapped)
{
	struct heap_chunk *rest = chunk_at(&list, end);

	chunk_init_free(rest, chunk_off(&list, c), mapped, c->next);
	chunk_seal(&list, rest);
	tell_next(rest);
	c->next = end;
}

void *list_heap_alloc(u64 size)
{
	u32 need = HEADER_UNITS + (ALIGN_UP(size, 1U << UNIT_SHIFT) >> UNIT_SHIFT);
	u32 off, end, mapped;
	struct heap_chunk *c;

	if (!list.stats.chunks_free)
		begin();
	c = best_fit(need);
	if (!c)
		return NULL;
	off = chunk_off(&list, c);
	mapped = c->size;
	end = chunk_off_legal(off + need) ? off + need : off + need + 1;
	if (c->next - end < MIN_CHUNK_UNITS)
		end = c->next;
	if (mapped < c->next && mapped <= end) {
		mapped = min_u64(ALIGN_UP(end + 1, UNITS_PER_PAGE), c->next);
		map(c->size, mapped);
	}
	if (end < c->next)
		split(c, end, mapped);
	c->prev |= CHUNK_USED;
	c->size = size;
	tell_next(c);
	memset(c->link, 0, (u64)(end - off - HEADER_UNITS) << UNIT_SHIFT);
	chunk_seal(&list, c);
	return c->link;
}

/* Joins two free neighbours unless a hole lies between them. */
static void join(struct heap_chunk *c, struct heap_chunk *next)
{
	if (chunk_is_used(c) || chunk_is_used(next) || chunk_has_tail(c))
		return;
	c->size = next->size;
	c->next = next->next;
	memset(next, 0, sizeof(*next));
	tell_next(c);
	chunk_seal(&list, c);
}

void list_heap_free(void *p)
{
	u64 off = ((uintptr_t)p - list.va) / (1U << UNIT_SHIFT) - HEADER_UNITS;
	struct heap_chunk *c = chunk_probe(&list, off);

	HYP_ASSERT(c && chunk_is_used(c));
	c->prev &= ~CHUNK_USED;
	c->size = c->next;
	memset(c->link, 0, sizeof(c->link));
	chunk_seal(&list, c);
	if (c->next < list.end)
		join(c, chunk_get(&list, c->next));
	if (off)
		join(chunk_before(&list, c), c);
}
