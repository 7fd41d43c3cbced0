// SPDX-License-Identifier: GPL-2.0-only
/*
 * Touches pages that it has donated to EL2 with hypercalls of its own, as a host that
 * means harm would. pkvm.ko does not know of these pages: the machine must not unload
 * it afterwards. At load a block of pages is donated; parameters do the rest:
 *
 *	nofault_errno	read: errno of copy_from_kernel_nofault() from the last page
 *	donate		write: donates the last page again, after reclaim
 *	touch		write: reads it plainly, which is the writer's end
 *	reclaim		write: takes the free pages back, then nofault_errno reads 0
 *	zero		read: whether the page has become readable and zero
 *	leave_errno	read: errno of a CPU that wants to be without a stage-2
 *	address		read: physical address of the last page
 *	user_page	write: donates the page at this address of the writer's
 *	user_table	write: donates the page table that translates this address of the
 *			writer's; 0 takes the free pages back and puts it as it was
 */
#include <linux/arm-smccc.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/uaccess.h>

#include <pkvm/hypercall.h>

#define ORDER	4
#define PATTERN	0xa5
#define HYP_PER_HOST	(PAGE_SIZE / PKVM_PAGE_SIZE)

static u8 *block;	/* 16 pages, contiguous */

static u8 *last_page(void)
{
	return block + ((PAGE_SIZE << ORDER) - PAGE_SIZE);
}

static long hcall(enum pkvm_hcall_nr nr, struct arm_smccc_1_2_regs *regs)
{
	regs->a0 = PKVM_HCALL_ID(nr);
	arm_smccc_1_2_hvc(regs, regs);
	return regs->a0 ? -EOPNOTSUPP : (long)regs->a1;
}

/* Whole pages of the host's. */
static long donate(phys_addr_t pa, unsigned long pages)
{
	struct arm_smccc_1_2_regs regs = { .a1 = pa, .a2 = pages * HYP_PER_HOST };
	long err = hcall(PKVM_HCALL_TOPUP_RANGE, &regs);

	/* What was not taken. */
	return err ?: regs.a3 ? -EAGAIN : 0;
}

static int get_nofault_errno(char *buffer, const struct kernel_param *param)
{
	u64 value;

	return sysfs_emit(buffer, "%ld\n",
			  copy_from_kernel_nofault(&value, last_page(), sizeof(value)));
}

static const struct kernel_param_ops nofault_ops = { .get = get_nofault_errno };
module_param_cb(nofault_errno, &nofault_ops, NULL, 0400);

/* Of the block's first pages some have become EL2's tables, and are its own for good. */
static int set_donate(const char *value, const struct kernel_param *param)
{
	return donate(virt_to_phys(last_page()), 1);
}

static const struct kernel_param_ops donate_ops = { .set = set_donate };
module_param_cb(donate, &donate_ops, NULL, 0200);

static int set_touch(const char *value, const struct kernel_param *param)
{
	pr_info("trespass: read %d\n", READ_ONCE(*last_page()));
	return 0;
}

static const struct kernel_param_ops touch_ops = { .set = set_touch };
module_param_cb(touch, &touch_ops, NULL, 0200);

static int set_reclaim(const char *value, const struct kernel_param *param)
{
	struct arm_smccc_1_2_regs regs;
	long err;

	do {
		regs = (struct arm_smccc_1_2_regs){ .a1 = PKVM_BATCH_PAGES };
		err = hcall(PKVM_HCALL_RECLAIM, &regs);
	} while (!err && regs.a3);
	return err;
}

static const struct kernel_param_ops reclaim_ops = { .set = set_reclaim };
module_param_cb(reclaim, &reclaim_ops, NULL, 0200);

/* Behind the lists' links, which are the first 8 bytes of each of EL2's pages. */
static int get_zero(char *buffer, const struct kernel_param *param)
{
	u8 *page = last_page();
	bool zero = true;
	unsigned int i;

	for (i = 0; i < HYP_PER_HOST; i++, page += PKVM_PAGE_SIZE)
		zero &= !memchr_inv(page + 8, 0, PKVM_PAGE_SIZE - 8);
	return sysfs_emit(buffer, "%d\n", zero);
}

static const struct kernel_param_ops zero_ops = { .get = get_zero };
module_param_cb(zero, &zero_ops, NULL, 0400);

static int get_leave_errno(char *buffer, const struct kernel_param *param)
{
	struct arm_smccc_1_2_regs regs = {};

	return sysfs_emit(buffer, "%ld\n", hcall(PKVM_HCALL_CPU_LEAVE, &regs));
}

static const struct kernel_param_ops leave_ops = { .get = get_leave_errno };
module_param_cb(leave_errno, &leave_ops, NULL, 0400);

static int get_address(char *buffer, const struct kernel_param *param)
{
	phys_addr_t pa = virt_to_phys(last_page());

	return sysfs_emit(buffer, "%pa\n", &pa);
}

static const struct kernel_param_ops address_ops = { .get = get_address };
module_param_cb(address, &address_ops, NULL, 0400);

static int set_user_page(const char *value, const struct kernel_param *param)
{
	struct page *page;
	unsigned long va;
	int ret = kstrtoul(value, 0, &va);

	if (ret)
		return ret;
	ret = pin_user_pages_fast(va, 1, FOLL_WRITE | FOLL_LONGTERM, &page);
	if (ret != 1)
		return ret < 0 ? ret : -EFAULT;
	return donate(page_to_phys(page), 1);
}

static const struct kernel_param_ops user_page_ops = { .set = set_user_page };
module_param_cb(user_page, &user_page_ops, NULL, 0200);

/* The table of the writer's that was donated, and what was in it. */
static u64 *table, *table_copy;

/* The last table of the walk for an address, which is mapped; NULL if it ends in a block. */
static u64 *find_table(unsigned long va)
{
	pgd_t *pgd = pgd_offset(current->mm, va);
	p4d_t *p4d = p4d_offset(pgd, va);
	pud_t *pud = pud_offset(p4d, va);
	pmd_t *pmd = pmd_offset(pud, va);

	if (pmd_none(*pmd) || pmd_leaf(*pmd))
		return NULL;
	return (u64 *)page_address(pmd_page(*pmd));
}

static int donate_table(unsigned long va)
{
	long err = -EINVAL;

	if (table)
		return -EBUSY;
	table_copy = kmalloc(PAGE_SIZE, GFP_KERNEL);
	if (!table_copy)
		return -ENOMEM;
	mmap_read_lock(current->mm);
	table = find_table(va);
	if (table) {
		memcpy(table_copy, table, PAGE_SIZE);
		err = donate(virt_to_phys(table), 1);
	}
	mmap_read_unlock(current->mm);
	if (err)
		table = NULL;
	return err;
}

static int restore_table(void)
{
	int err = set_reclaim(NULL, NULL);

	if (err || !table)
		return err;
	memcpy(table, table_copy, PAGE_SIZE);
	kfree(table_copy);
	table = NULL;
	return 0;
}

static int set_user_table(const char *value, const struct kernel_param *param)
{
	unsigned long va;
	int err = kstrtoul(value, 0, &va);

	if (err)
		return err;
	return va ? donate_table(va) : restore_table();
}

static const struct kernel_param_ops user_table_ops = { .set = set_user_table };
module_param_cb(user_table, &user_table_ops, NULL, 0200);

static int __init trespass_init(void)
{
	block = (u8 *)__get_free_pages(GFP_KERNEL, ORDER);
	if (!block)
		return -ENOMEM;
	/* Whoever maps one of the pages holds a reference on that one. */
	split_page(virt_to_page(block), ORDER);
	memset(block, PATTERN, PAGE_SIZE << ORDER);
	return donate(virt_to_phys(block), 1 << ORDER);
}

module_init(trespass_init);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("A host that touches what it has given to EL2");
