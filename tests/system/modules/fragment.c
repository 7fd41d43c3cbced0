// SPDX-License-Identifier: GPL-2.0-only
/*
 * While it is loaded the page allocator has no block of 2 MiB: of each that there was, one
 * page is in use, which cannot be moved.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/gfp.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/sizes.h>

/* The pages kept. */
static LIST_HEAD(kept);

static int __init fragment_init(void)
{
	unsigned int order = get_order(SZ_2M), blocks = 0, i;
	LIST_HEAD(held);
	struct page *block, *next;

	while ((block = alloc_pages(GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN, order))) {
		split_page(block, order);
		list_add(&block->lru, &held);
		blocks++;
	}
	/* Not before there is none left, or the same blocks would come again. */
	list_for_each_entry_safe(block, next, &held, lru) {
		list_move(&block->lru, &kept);
		for (i = 1; i < 1U << order; i++)
			__free_page(block + i);
	}
	pr_info("%u blocks broken\n", blocks);
	return 0;
}

static void __exit fragment_exit(void)
{
	struct page *page, *next;

	list_for_each_entry_safe(page, next, &kept, lru) {
		list_del(&page->lru);
		__free_page(page);
	}
}

module_init(fragment_init);
module_exit(fragment_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Test: memory without large blocks");
