// SPDX-License-Identifier: GPL-2.0-only
/* Chunk headers of the heap: birth, death, and how walks survive the latter. */
#include "heap_chunk.h"
#include "string.h"

struct heap_chunk *chunk_probe(const struct hyp_heap *h, u64 off)
{
	struct heap_chunk *c;

	if (off >= h->end || !chunk_off_legal(off))
		return NULL;
	c = chunk_at(h, off);
	if (!hyp_mapped((uintptr_t)c) || !chunk_is_sound(h, c))
		return NULL;
	return c;
}

struct heap_chunk *chunk_before(const struct hyp_heap *h, const struct heap_chunk *c)
{
	u32 off = chunk_off(h, c);
	struct heap_chunk *prev;

	if (!off)
		return NULL;
	prev = chunk_get(h, chunk_prev_off(c));
	HYP_ASSERT(prev->next == off);
	return prev;
}

void chunk_init_free(struct heap_chunk *c, u32 prev, u32 mapped_end, u32 next)
{
	memset(c, 0, sizeof(*c));
	c->prev = prev << CHUNK_FLAG_BITS;
	c->next = next;
	c->size = mapped_end;
}

void chunk_kill(struct hyp_heap *h, struct heap_chunk *c, u32 heir)
{
	u32 off = chunk_off(h, c);

	for (unsigned int i = 0; i < HEAP_CURSORS; i++)
		if (h->cursor[i].now == off)
			h->cursor[i].now = heir;
	memset(c, 0, sizeof(*c));
}

bool heap_cursor_resume(const struct hyp_heap *h, enum heap_cursor_id id, u64 given, u32 *ret)
{
	const struct heap_cursor *cursor = &h->cursor[id];

	if (!given)
		*ret = 0;
	else if (given == cursor->given)
		*ret = cursor->now;
	else if (chunk_probe(h, given))
		*ret = given;
	else
		return false;
	return true;
}

void heap_cursor_set(struct hyp_heap *h, enum heap_cursor_id id, u32 off)
{
	h->cursor[id].given = off;
	h->cursor[id].now = off;
}
