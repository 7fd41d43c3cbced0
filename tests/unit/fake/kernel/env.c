// SPDX-License-Identifier: GPL-2.0-or-later
/* Implements fake/kernel/env.h and what the fake kernel headers declare. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <linux/delay.h>
#include <linux/ktime.h>
#include <linux/spinlock.h>

#include "env.h"

#define MIN_PAGE_SHIFT	12
#define NR_PAGES	(FAKE_RAM_SIZE >> fake_page_shift)
#define POISON		0xa5

/* Not assert(): the checks stay whatever the build. */
#define CHECK(cond)			\
	do {				\
		if (!(cond))		\
			abort();	\
	} while (0)

static _Alignas(1 << 16) unsigned char ram[FAKE_RAM_SIZE];
static struct page pages[FAKE_RAM_SIZE >> MIN_PAGE_SHIFT];
static unsigned int pages_left;
static unsigned int max_order;
static struct page *last_freed;
static bool last_in_first_out;
static void (*other_task)(void);
static gfp_t last_gfp;
static u64 now;

unsigned int fake_page_shift = MIN_PAGE_SHIFT;
unsigned int fake_spinlocks_held;
struct task_struct fake_task;
unsigned long fake_slept_ms;

void fake_kernel_init(unsigned int page_shift)
{
	fake_page_shift = page_shift;
	fake_task.killed = false;
	fake_slept_ms = 0;
	memset(ram, POISON, sizeof(ram));
	memset(pages, 0, sizeof(pages));
	pages_left = UINT_MAX;
	max_order = UINT_MAX;
	last_freed = NULL;
	last_in_first_out = true;
	other_task = NULL;
	last_gfp = 0;
}

void fake_fail_page(unsigned int nth)
{
	pages_left = nth - 1;
}

void fake_limit_order(unsigned int order)
{
	max_order = order;
}

void fake_forget_freed(void)
{
	last_in_first_out = false;
}

void fake_meanwhile(void (*task)(void))
{
	other_task = task;
}

unsigned long fake_pages_in_use(void)
{
	unsigned long i, n = 0;

	for (i = 0; i < NR_PAGES; i++)
		n += pages[i].refs > 0;
	return n;
}

unsigned long fake_refs(void)
{
	unsigned long i, n = 0;

	for (i = 0; i < NR_PAGES; i++)
		n += pages[i].refs;
	return n;
}

gfp_t fake_last_gfp(void)
{
	return last_gfp;
}

u64 ktime_get_ns(void)
{
	return ++now;
}

static bool block_free(unsigned long first, unsigned int order)
{
	unsigned long i;

	for (i = first; i < first + (1UL << order); i++) {
		if (pages[i].refs)
			return false;
	}
	return true;
}

static void run_other_task(void)
{
	void (*task)(void) = other_task;

	other_task = NULL;
	if (task)
		task();
}

static struct page *find_block(unsigned int order)
{
	bool last = !order && last_freed && !last_freed->refs;
	unsigned long i;

	if (last && last_in_first_out)
		return last_freed;
	for (i = 0; i + (1UL << order) <= NR_PAGES; i += 1UL << order) {
		if (block_free(i, order) && !(last && &pages[i] == last_freed))
			return &pages[i];
	}
	return NULL;
}

/* As in the kernel, only the first page of a block has a reference until it is split. */
struct page *alloc_pages(gfp_t gfp, unsigned int order)
{
	struct page *block;

	CHECK(!fake_spinlocks_held);
	run_other_task();
	last_gfp = gfp;
	block = order > max_order ? NULL : find_block(order);
	if (block)
		block->refs = 1;
	return block;
}

struct page *alloc_page(gfp_t gfp)
{
	last_gfp = gfp;
	if (!pages_left)
		return NULL;
	pages_left--;
	return alloc_pages(gfp, 0);
}

void split_page(struct page *page, unsigned int order)
{
	unsigned long i;

	CHECK(page->refs == 1);
	for (i = 1; i < 1UL << order; i++) {
		CHECK(!page[i].refs);
		page[i].refs = 1;
	}
}

void page_ref_add(struct page *page, int nr)
{
	CHECK(page->refs > 0);
	page->refs += nr;
}

int page_ref_dec_return(struct page *page)
{
	CHECK(page->refs > 0);
	return --page->refs;
}

void set_page_count(struct page *page, int nr)
{
	CHECK(!page->refs);
	page->refs = nr;
}

void __SetPageOffline(struct page *page)
{
	CHECK(page->refs > 0 && !page->offline);
	page->offline = true;
}

void __ClearPageOffline(struct page *page)
{
	CHECK(page->offline);
	page->offline = false;
}

void __free_page(struct page *page)
{
	CHECK(page->refs > 0 && !page->offline && !fake_spinlocks_held);
	if (--page->refs)
		return;
	memset(phys_to_virt(page_to_phys(page)), POISON, 1UL << fake_page_shift);
	last_freed = page;
}

struct page *pfn_to_page(u64 pfn)
{
	u64 i = pfn - (FAKE_RAM_BASE >> fake_page_shift);

	CHECK(i < NR_PAGES);
	return &pages[i];
}

u64 page_to_phys(const struct page *page)
{
	return FAKE_RAM_BASE + ((u64)(page - pages) << fake_page_shift);
}

void *phys_to_virt(u64 pa)
{
	CHECK(pa >= FAKE_RAM_BASE && pa < FAKE_RAM_BASE + FAKE_RAM_SIZE);
	return ram + (pa - FAKE_RAM_BASE);
}
