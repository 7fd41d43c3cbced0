// SPDX-License-Identifier: GPL-2.0-only
/*
 * Operation heap-map. The dump's first call reads the whole map from EL2, in
 * bounded hypercalls one right after the other, into a list of pages; all calls
 * send from there and free what is sent. So user space, however slowly it reads,
 * gets regions without gap or overlap.
 */
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "hcall.h"
#include "main.h"
#include "netlink_gen.h"
#include "netlink_msg.h"

struct region {
	u64 offset;		/* bytes */
	u32 size;		/* bytes; the range has at most 2^30 */
	u32 kind;		/* enum pkvm_region_kind */
};

#define BLOCK_REGIONS \
	((PAGE_SIZE - sizeof(struct list_head) - 2 * sizeof(u32)) / sizeof(struct region))

/* One page of regions. */
struct block {
	struct list_head list;
	u32 nr;
	u32 sent;
	struct region regions[BLOCK_REGIONS];
};

static_assert(sizeof(struct block) <= PAGE_SIZE);

struct map {
	struct list_head blocks;
	u64 end;		/* where the regions read so far end */
};

/* EL2 follows one walk at a time. Held over many hypercalls and allocations; nests in nothing. */
static DEFINE_MUTEX(walk_lock);

static void free_blocks(struct map *map)
{
	struct block *block, *next;

	list_for_each_entry_safe(block, next, &map->blocks, list)
		kfree(block);
	INIT_LIST_HEAD(&map->blocks);
}

/* Room for one more region, or NULL. */
static struct region *new_region(struct map *map)
{
	struct block *last = NULL;

	if (!list_empty(&map->blocks))
		last = list_last_entry(&map->blocks, struct block, list);
	if (!last || last->nr == BLOCK_REGIONS) {
		last = kzalloc(sizeof(*last), GFP_KERNEL_ACCOUNT);
		if (!last)
			return NULL;
		list_add_tail(&last->list, &map->blocks);
	}
	return &last->regions[last->nr++];
}

/*
 * Adds what of [start, end) lies behind the regions so far: the heap may have changed
 * since they were read.
 */
static int add(struct map *map, u64 start, u64 end, enum pkvm_region_kind kind)
{
	struct region *region;

	start = max(start, map->end);
	if (start >= end)
		return 0;
	region = new_region(map);
	if (!region)
		return -ENOMEM;
	*region = (struct region){ .offset = start, .size = end - start, .kind = kind };
	map->end = end;
	return 0;
}

/* A chunk as HEAP_MAP tells it: mapped bytes first, then unmapped ones. */
static int add_chunk(struct map *map, u64 place, u64 sizes)
{
	u64 start = place & ~15ULL;
	u64 mapped = start + (sizes >> 32), end = start + (u32)sizes;
	bool used = (place & 15) == PKVM_CHUNK_USED;

	return add(map, start, mapped, used ? PKVM_REGION_KIND_USED : PKVM_REGION_KIND_FREE) ?:
	       add(map, mapped, end,
		   end < pkvm_heap_size() ? PKVM_REGION_KIND_HOLE : PKVM_REGION_KIND_TAIL);
}

static int walk(struct map *map)
{
	u64 cursor = 0;

	do {
		struct arm_smccc_1_2_regs regs = { .a1 = cursor };
		const unsigned long *entry = &regs.a4;
		int err = pkvm_hcall(PKVM_HCALL_HEAP_MAP, &regs);
		u64 nr = min_t(u64, regs.a3, PKVM_MAP_ENTRIES);

		for (; !err && nr; nr--, entry += 2)
			err = add_chunk(map, entry[0], entry[1]);
		if (err)
			return err;
		cursor = regs.a2;
		cond_resched();
		if (fatal_signal_pending(current))
			return -EINTR;
	} while (cursor);
	return 0;
}

static int read_map(struct netlink_callback *cb)
{
	struct map *map = kzalloc(sizeof(*map), GFP_KERNEL_ACCOUNT);
	int err;

	if (!map)
		return -ENOMEM;
	INIT_LIST_HEAD(&map->blocks);
	/* From here on pkvm_nl_heap_map_done() frees it. */
	cb->args[0] = (long)map;

	err = mutex_lock_killable(&walk_lock);
	if (err)
		return err;
	err = walk(map);
	mutex_unlock(&walk_lock);
	return err;
}

static int send_region(struct sk_buff *skb, struct netlink_callback *cb,
		       const struct region *region)
{
	void *hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
				&pkvm_nl_family, NLM_F_MULTI, PKVM_CMD_HEAP_MAP);

	if (!hdr)
		return -EMSGSIZE;
	if (nla_put_u64_64bit(skb, PKVM_A_REGION_OFFSET, region->offset, PKVM_A_REGION_PAD) ||
	    nla_put_u64_64bit(skb, PKVM_A_REGION_SIZE, region->size, PKVM_A_REGION_PAD) ||
	    nla_put_u32(skb, PKVM_A_REGION_KIND, region->kind)) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return 0;
}

/* Until skb is full. */
static void send_block(struct sk_buff *skb, struct netlink_callback *cb, struct block *block)
{
	while (block->sent < block->nr && !send_region(skb, cb, &block->regions[block->sent]))
		block->sent++;
}

int pkvm_nl_heap_map_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct block *block, *next;
	struct map *map;
	int err;

	if (!cb->args[0]) {
		err = pkvm_nl_explain(cb->extack, read_map(cb));
		if (err)
			return err;
	}
	map = (struct map *)cb->args[0];
	list_for_each_entry_safe(block, next, &map->blocks, list) {
		send_block(skb, cb, block);
		if (block->sent < block->nr)
			break;
		list_del(&block->list);
		kfree(block);
	}
	return skb->len;
}

int pkvm_nl_heap_map_done(struct netlink_callback *cb)
{
	struct map *map = (struct map *)cb->args[0];

	if (map)
		free_blocks(map);
	kfree(map);
	return 0;
}
