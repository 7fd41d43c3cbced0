// SPDX-License-Identifier: GPL-2.0-only
/*
 * Goes to pages by every route that a kernel has, and says what came of it: an errno for
 * the read and one for the write, 0 where it got through. Makes no hypercall; who owns a
 * page meanwhile is for others to arrange (trespass.c). At load the page at `address`, and
 * the one before it, are the host's.
 *
 *	old_alias	read: through a mapping in vmalloc space from before, which has been used
 *	new_alias	read: through one that is made for it
 *	pinned		write: by pinning the page at this address of the writer's; read: how
 *			many pages that were, and the errnos
 *	zeropad		read: in hexadecimal, what load_unaligned_zeropad() makes of the last 4
 *			bytes of the page before and the first 4 of the page
 *	sweep		read: how many of EL2's pages are marked offline, and of how many
 *			reads and writes got through in the linear map
 *	/dev/routes	mmap: the page
 */
#include <linux/highmem.h>
#include <linux/ioport.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>
#include <asm/word-at-a-time.h>

#include <pkvm/hypercall.h>

#define STRAY 0x5742575742575742ULL
#define NEIGHBOUR 0x44332211

static unsigned long address;
module_param(address, ulong, 0400);
MODULE_PARM_DESC(address, "physical address of the page");

static struct page *page;
static u8 *alias;

static long try_read(const void *va)
{
	u64 value;

	return copy_from_kernel_nofault(&value, va, sizeof(value));
}

/* copy_to_kernel_nofault() is not exported; this is what it does. */
static long try_write(void *va)
{
	u64 value = STRAY;

	__put_kernel_nofault(va, &value, u64, fault);
	return 0;
fault:
	return -EFAULT;
}

static int emit_tries(char *buffer, void *va)
{
	long read = try_read(va);

	return sysfs_emit(buffer, "%ld %ld\n", read, try_write(va));
}

static int get_old_alias(char *buffer, const struct kernel_param *param)
{
	return emit_tries(buffer, alias);
}

static const struct kernel_param_ops old_alias_ops = { .get = get_old_alias };
module_param_cb(old_alias, &old_alias_ops, NULL, 0400);

static int get_new_alias(char *buffer, const struct kernel_param *param)
{
	u8 *va = vmap(&page, 1, VM_MAP, PAGE_KERNEL);
	int len;

	if (!va)
		return -ENOMEM;
	len = emit_tries(buffer, va);
	vunmap(va);
	return len;
}

static const struct kernel_param_ops new_alias_ops = { .get = get_new_alias };
module_param_cb(new_alias, &new_alias_ops, NULL, 0400);

/* What came of the last pin: how many pages, and the errnos. */
static struct {
	long pages, read, write;
} pinned;

static int set_pinned(const char *text, const struct kernel_param *param)
{
	struct page *user_page;
	unsigned long va;
	void *mapped;
	int ret = kstrtoul(text, 0, &va);

	if (ret)
		return ret;
	pinned.pages = pin_user_pages_fast(va, 1, FOLL_WRITE, &user_page);
	if (pinned.pages != 1)
		return 0;
	mapped = kmap_local_page(user_page);
	pinned.read = try_read(mapped);
	pinned.write = try_write(mapped);
	kunmap_local(mapped);
	unpin_user_page(user_page);
	return 0;
}

static int get_pinned(char *buffer, const struct kernel_param *param)
{
	return sysfs_emit(buffer, "%ld %ld %ld\n", pinned.pages, pinned.read, pinned.write);
}

static const struct kernel_param_ops pinned_ops = { .set = set_pinned, .get = get_pinned };
module_param_cb(pinned, &pinned_ops, NULL, 0600);

static int get_zeropad(char *buffer, const struct kernel_param *param)
{
	u8 *va = page_address(page);

	*(u32 *)(va - sizeof(u32)) = NEIGHBOUR;
	return sysfs_emit(buffer, "%lx\n", load_unaligned_zeropad(va - sizeof(u32)));
}

static const struct kernel_param_ops zeropad_ops = { .get = get_zeropad };
module_param_cb(zeropad, &zeropad_ops, NULL, 0400);

/* Of EL2's size. */
struct sweep {
	unsigned long pages, reads, writes;
};

static void sweep_page(struct sweep *sweep, u8 *va)
{
	u8 *end = va + PAGE_SIZE;

	for (; va < end; va += PKVM_PAGE_SIZE) {
		sweep->pages++;
		sweep->reads += !try_read(va);
		sweep->writes += !try_write(va);
	}
}

static int sweep_ram(struct resource *ram, void *arg)
{
	struct sweep *sweep = arg;
	unsigned long pfn;

	for (pfn = PHYS_PFN(ram->start); pfn <= PHYS_PFN(ram->end); pfn++) {
		if (pfn_valid(pfn) && PageOffline(pfn_to_page(pfn)))
			sweep_page(sweep, pfn_to_kaddr(pfn));
	}
	return 0;
}

static int get_sweep(char *buffer, const struct kernel_param *param)
{
	struct sweep sweep = {};
	int err = walk_iomem_res_desc(IORES_DESC_NONE, IORESOURCE_SYSTEM_RAM | IORESOURCE_BUSY, 0,
				      -1, &sweep, sweep_ram);

	if (err)
		return err;
	return sysfs_emit(buffer, "%lu %lu %lu\n", sweep.pages, sweep.reads, sweep.writes);
}

static const struct kernel_param_ops sweep_ops = { .get = get_sweep };
module_param_cb(sweep, &sweep_ops, NULL, 0400);

/* As a page of RAM with a reference for the mapping, so that it can be pinned. */
static int routes_mmap(struct file *file, struct vm_area_struct *vma)
{
	return vm_insert_page(vma, vma->vm_start, page);
}

static const struct file_operations routes_fops = {
	.owner = THIS_MODULE,
	.mmap = routes_mmap,
};

static struct miscdevice routes_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "routes",
	.fops = &routes_fops,
};

static int __init routes_init(void)
{
	int err;

	if (!address || !pfn_valid(PHYS_PFN(address)))
		return -EINVAL;
	page = pfn_to_page(PHYS_PFN(address));
	alias = vmap(&page, 1, VM_MAP, PAGE_KERNEL);
	if (!alias)
		return -ENOMEM;
	err = try_read(alias) ?: try_write(alias) ?: misc_register(&routes_device);
	if (err)
		vunmap(alias);
	return err;
}

static void __exit routes_exit(void)
{
	misc_deregister(&routes_device);
	vunmap(alias);
}

module_init(routes_init);
module_exit(routes_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Goes to pages by every route that a kernel has");
