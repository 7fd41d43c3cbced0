/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The page allocator and the direct map, over the small machine of fake/kernel/env.h. */
#ifndef FAKE_LINUX_MM_H
#define FAKE_LINUX_MM_H

#include <linux/gfp.h>
#include <linux/minmax.h>
#include <linux/types.h>

struct page {
	int refs;
	bool offline;
};

#define PAGE_SHIFT	fake_page_shift
extern unsigned int fake_page_shift;

struct page *alloc_pages(gfp_t gfp, unsigned int order);
struct page *alloc_page(gfp_t gfp);
void split_page(struct page *page, unsigned int order);
void page_ref_add(struct page *page, int nr);
int page_ref_dec_return(struct page *page);
void set_page_count(struct page *page, int nr);
void __SetPageOffline(struct page *page);
void __ClearPageOffline(struct page *page);
void __free_page(struct page *page);

struct page *pfn_to_page(u64 pfn);
u64 page_to_phys(const struct page *page);
void *phys_to_virt(u64 pa);

#endif
