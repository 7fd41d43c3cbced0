// SPDX-License-Identifier: GPL-2.0-or-later
/* The little machine: arch.h, spinlock.h and panic.h over a memory file and this process's MMU. */
#define _GNU_SOURCE
#include "arch_env.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../../../kmod/el2_stage2.h"
#include "../../../kmod/hyp/arch.h"
#include "../../../kmod/hyp/errno.h"
#include "../../../kmod/hyp/hcall.h"
#include "../../../kmod/hyp/host_fault.h"
#include "../../../kmod/hyp/panic.h"
#include "../../../kmod/hyp/psci.h"
#include "../../../kmod/hyp/pte.h"
#include "../../../kmod/hyp/spinlock.h"

#define NR_SLOTS	5			/* root-table slots of EL2 that are in use */
#define WINDOW_SIZE	(NR_SLOTS * PKVM_VA_SLOT)
#define FIRST_PAGES	8			/* of the boot pages: all but the stage-2 */
#define BOOT_PAGES	64
#define BOOT_OFFSET	(1UL << 20)		/* of the boot pages in the first range */
#define S2_WINDOWS_SIZE	((PTE_LAST_LEVEL + 1) * HYP_PAGE_SIZE)
#define CACHED_STEPS	64
#define DEFAULT_IPA_BITS	48
#define HOST_TLB	512			/* entries, of pages and of blocks */

/* The table that translates the VAs with this tag at a level. */
struct walk_step {
	bool valid;
	u64 tag;
	phys_addr_t table;
};

/* What the host's stage-2 said when an address in the block of a level was translated. */
struct host_tlb_entry {
	unsigned int level;			/* 0: not valid */
	u64 ipa;
};

struct arch_env arch_env;

static unsigned int next_ipa_bits = DEFAULT_IPA_BITS;

static struct {
	int fd;
	u8 *ram;
	u8 *uncached;			/* what is in memory, as far as it is not ram */
	u8 *window;			/* reserved, aligned to a slot */
	u8 *reserved;
	u64 last_fault;			/* page that was mapped for the last fault, 0: none */
	phys_addr_t fixmap;		/* page in the window, 0: none */
	unsigned int locks_held;
	bool mm_lock_held;
	bool probing;
	sigjmp_buf probe_to;
	struct sigaction old_action;
	struct walk_step steps[PTE_LAST_LEVEL + 1][CACHED_STEPS];
	struct host_tlb_entry host_tlb[HOST_TLB];
	unsigned int host_tlb_next;
	u8 *s2_windows;			/* a page for each level */
	phys_addr_t s2_window_pa[PTE_LAST_LEVEL + 1];
} machine;

static _Noreturn void die(const char *what, u64 value)
{
	fprintf(stderr, "arch_env: %s: 0x%llx\n", what, (unsigned long long)value);
	abort();
}

/* -1: no RAM is there. */
static s64 page_offset(phys_addr_t pa)
{
	u64 offset = 0;

	for (u64 i = 0; i < arch_env.boot.nr_ram; i++) {
		const struct pkvm_ram_range *ram = &arch_env.boot.ram[i];

		if (pa - ram->base < ram->size)
			return offset + (pa - ram->base);
		offset += ram->size;
	}
	return -1;
}

void *arch_env_page(phys_addr_t pa)
{
	s64 offset = page_offset(pa);

	if (offset < 0)
		die("no RAM at", pa);
	return machine.ram + offset;
}

bool arch_env_is_zero(phys_addr_t pa, unsigned int links)
{
	const u64 *page = arch_env_page(pa);
	u64 bits = 0;

	for (unsigned int i = links; i < HYP_PAGE_SIZE / 8; i++)
		bits |= page[i];
	return !bits;
}

u64 arch_env_page_index(phys_addr_t pa)
{
	return page_offset(pa) >> HYP_PAGE_SHIFT;
}

phys_addr_t arch_env_page_pa(u64 index)
{
	u64 offset = index << HYP_PAGE_SHIFT;
	const struct pkvm_ram_range *ram = arch_env.boot.ram;

	for (; offset >= ram->size; ram++)
		offset -= ram->size;
	return ram->base + offset;
}

/* Walks. */

static unsigned int index_at(u64 va, unsigned int level)
{
	return va >> PTE_SHIFT(level) & (PTE_ENTRIES - 1);
}

/* The table whose entries translate va at a level; false if the walk ends before. */
static bool find_table(u64 va, unsigned int level, phys_addr_t *ret)
{
	phys_addr_t table = arch_env.root;

	for (unsigned int i = 0; i < level; i++) {
		u64 pte = ((u64 *)arch_env_page(table))[index_at(va, i)];

		if (!pte_is_valid(pte))
			return false;
		table = pte_pa(pte);
	}
	*ret = table;
	return true;
}

static struct walk_step *find_step(u64 va, unsigned int level)
{
	u64 tag = level ? va >> PTE_SHIFT(level - 1) : 0;
	struct walk_step *step = &machine.steps[level][tag % CACHED_STEPS];

	if (!step->valid || step->tag != tag)
		*step = (struct walk_step){ .tag = tag };
	return step;
}

u64 *arch_pte(u64 va, unsigned int level)
{
	struct walk_step *step = find_step(va, level);
	phys_addr_t table;

	if (!find_table(va, level, &table))
		die("a table is missing above the entry for", va);
	if (step->valid && step->table != table)
		die("the TLB was not invalidated after a table changed for", va);
	step->valid = true;
	step->table = table;
	return (u64 *)arch_env_page(table) + index_at(va, level);
}

void arch_pte_sync(void)
{
}

static void forget_steps(u64 va, u64 end)
{
	for (unsigned int level = 1; level <= PTE_LAST_LEVEL; level++)
		for (unsigned int i = 0; i < CACHED_STEPS; i++) {
			struct walk_step *step = &machine.steps[level][i];
			u64 start = step->tag << PTE_SHIFT(level - 1);

			if (start < end && va < start + PTE_SPAN(level - 1))
				step->valid = false;
		}
}

static void unmap_window(u64 va, u64 size)
{
	if (mmap((void *)va, size, PROT_NONE,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0) == MAP_FAILED)
		die("cannot unmap", va);
}

void arch_tlbi(u64 va, u64 nr_pages)
{
	u64 size = nr_pages << HYP_PAGE_SHIFT;

	if (!IS_ALIGNED(va, HYP_PAGE_SIZE) || va < (u64)machine.window ||
	    va + size > (u64)machine.window + WINDOW_SIZE)
		die("arch_tlbi() of", va);
	arch_env.tlbis++;
	machine.last_fault = 0;
	forget_steps(va, va + size);
	unmap_window(va, size);
}

/* The MMU. */

/* Maps what EL2's tables have for a page. False: nothing. */
static bool map_page(u64 va)
{
	phys_addr_t table;
	int prot;
	u64 pte;

	if (!find_table(va, PTE_LAST_LEVEL, &table))
		return false;
	pte = ((u64 *)arch_env_page(table))[index_at(va, PTE_LAST_LEVEL)];
	if (!pte_is_valid(pte))
		return false;
	prot = pte & PKVM_PTE_RO ? PROT_READ : PROT_READ | PROT_WRITE;
	return mmap((void *)va, HYP_PAGE_SIZE, prot, MAP_SHARED | MAP_FIXED, machine.fd,
		    page_offset(pte_pa(pte))) != MAP_FAILED;
}

/* The same page twice in a row: it was mapped, but the access was not allowed. */
static void on_fault(int signal, siginfo_t *info, void *context)
{
	u64 page = (u64)info->si_addr & HYP_PAGE_MASK;

	(void)context;
	if (page - (u64)machine.window < WINDOW_SIZE && page != machine.last_fault &&
	    map_page(page)) {
		machine.last_fault = page;
		return;
	}
	if (machine.probing)
		siglongjmp(machine.probe_to, 1);
	/* The access happens again, and then it is the sanitizer's report. */
	sigaction(signal, &machine.old_action, NULL);
}

bool arch_env_readable(u64 va)
{
	volatile bool readable = false;

	machine.probing = true;
	if (!sigsetjmp(machine.probe_to, 1)) {
		(void)*(volatile u8 *)va;
		readable = true;
	}
	machine.probing = false;
	return readable;
}

/* arch.h, the rest. */

/* This machine does not speculate. */
u64 arch_index_nospec(u64 index, u64 size)
{
	return index < size ? index : 0;
}

u32 arch_cpu(void)
{
	return arch_env.cpu;
}

/* Never the same twice. */
u64 arch_counter(void)
{
	return ++arch_env.counter;
}

struct trace_ring *arch_trace_ring(void)
{
	return &arch_env.trace[arch_env.cpu];
}

void *arch_fixmap(phys_addr_t pa)
{
	if (machine.fixmap)
		die("the fixmap window is in use already", pa);
	if (!IS_ALIGNED(pa, HYP_PAGE_SIZE) || page_offset(pa) < 0)
		die("arch_fixmap() of", pa);
	machine.fixmap = pa;
	arch_env.fixmaps++;
	return arch_env_page(pa);
}

void arch_fixmap_put(void)
{
	phys_addr_t pa = machine.fixmap;

	if (!pa)
		die("the fixmap window is not in use", 0);
	machine.fixmap = 0;
	if (arch_env.fixmap_closed)
		arch_env.fixmap_closed(pa);
}

/* The host's stage-2. */

/* One address for each level, as at EL2: a pointer that is kept for too long leads astray. */
u64 *arch_s2_window(phys_addr_t table, unsigned int level)
{
	u8 *window = machine.s2_windows + level * HYP_PAGE_SIZE;

	arch_env.s2_walks++;
	if (!IS_ALIGNED(table, HYP_PAGE_SIZE) || page_offset(table) < 0)
		die("a stage-2 table at", table);
	if (machine.s2_window_pa[level] != table &&
	    mmap(window, HYP_PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, machine.fd,
		 page_offset(table)) == MAP_FAILED)
		die("no window for the table at", table);
	machine.s2_window_pa[level] = table;
	return (u64 *)window;
}

void arch_s2_tlbi(u64 ipa)
{
	for (unsigned int i = 0; i < HOST_TLB; i++) {
		struct host_tlb_entry *e = &machine.host_tlb[i];

		if (e->level && ipa >> PTE_SHIFT(e->level) == e->ipa >> PTE_SHIFT(e->level))
			e->level = 0;
	}
}

void arch_s2_tlbi_all(void)
{
	memset(machine.host_tlb, 0, sizeof(machine.host_tlb));
	arch_env.s2_tlbi_alls++;
}

void arch_s2_tlbi_sync(void)
{
	arch_env.s2_tlbi_syncs++;
}

void arch_guest_tlbi(void)
{
	arch_env.guest_tlbis++;
}

/* The level of the plain entry that translates ipa, 0 if there is none. Walks as the CPU does. */
static unsigned int host_walk(u64 ipa)
{
	unsigned int bits = arch_env.boot.s2_ipa_bits;
	unsigned int level = pkvm_s2_start_level(bits);
	u64 index = ipa >> pkvm_s2_shift(level);
	phys_addr_t table = arch_env.boot.s2_root + index / PTE_ENTRIES * HYP_PAGE_SIZE;

	if (ipa >> bits)
		return 0;
	for (;; level++) {
		u64 entry = ((u64 *)arch_env_page(table))[index_at(ipa, level)];

		if (!(entry & PKVM_S2_VALID))
			return 0;
		if (!pkvm_s2_is_table(entry, level)) {
			if ((entry & ~PKVM_S2_LENT) != pkvm_s2_plain(ipa, level))
				die("the host's stage-2 is no identity at", ipa);
			return level;
		}
		table = entry & PKVM_S2_ADDR;
	}
}

static bool host_tlb_hit(u64 ipa)
{
	for (unsigned int i = 0; i < HOST_TLB; i++) {
		const struct host_tlb_entry *e = &machine.host_tlb[i];

		if (e->level && ipa >> PTE_SHIFT(e->level) == e->ipa >> PTE_SHIFT(e->level))
			return true;
	}
	return false;
}

/* One abort at most: EL2 has resolved it, or the host has its fault. */
bool arch_env_host_access(u64 ipa)
{
	struct pkvm_violation who = { .ipa = ipa & HYP_PAGE_MASK, .va = ipa, .pc = ~ipa };
	unsigned int level;

	if (host_tlb_hit(ipa))
		return true;
	if (!host_walk(ipa) && !host_fault(&who))
		return false;
	level = host_walk(ipa);
	if (!level)
		die("EL2 says it has mapped, and has not,", ipa);
	machine.host_tlb[machine.host_tlb_next++ % HOST_TLB] =
		(struct host_tlb_entry){ .level = level, .ipa = ipa };
	return true;
}

void arch_env_check_host_tlb(void)
{
	for (unsigned int i = 0; i < HOST_TLB; i++) {
		const struct host_tlb_entry *e = &machine.host_tlb[i];

		if (e->level && host_walk(e->ipa) != e->level)
			die("the host's TLB is stale at", e->ipa);
	}
}

void arch_zero_page(void *page)
{
	memset(page, 0, HYP_PAGE_SIZE);
}

/* The page that EL2 has in its window, or behind its own tables. */
static phys_addr_t pa_of(const void *page)
{
	u64 va = (u64)page;
	phys_addr_t table;

	if (machine.fixmap && page == arch_env_page(machine.fixmap))
		return machine.fixmap;
	if (va - (u64)machine.window >= WINDOW_SIZE || !find_table(va, PTE_LAST_LEVEL, &table))
		die("no page to scrub at", va);
	return pte_pa(((u64 *)arch_env_page(table))[index_at(va, PTE_LAST_LEVEL)]);
}

void arch_scrub_page(void *page)
{
	arch_zero_page(page);
	arch_env_write_back(pa_of(page));
}

/* The memory behind the cache. */

void *arch_env_uncached_page(phys_addr_t pa)
{
	return machine.uncached + ((u8 *)arch_env_page(pa) - machine.ram);
}

void arch_env_write_back(phys_addr_t pa)
{
	memcpy(arch_env_uncached_page(pa), arch_env_page(pa), HYP_PAGE_SIZE);
}

/* spinlock.h: one CPU, so that a lock which is taken will stay taken. */

void hyp_spin_lock(struct hyp_spinlock *lock)
{
	if (lock->owner != lock->next)
		die("deadlock on the lock at", (u64)lock);
	if (machine.mm_lock_held)
		die("the memory lock is held, and yet another is taken", (u64)lock);
	lock->next++;
	machine.locks_held++;
	machine.mm_lock_held = lock == &mm_lock;
}

void hyp_spin_unlock(struct hyp_spinlock *lock)
{
	if (lock->owner == lock->next || !machine.locks_held)
		die("a lock was released that is not held", (u64)lock);
	lock->owner++;
	machine.locks_held--;
	machine.mm_lock_held = false;
}

/* panic.h */

void hyp_panic_at(const char *file, unsigned int line)
{
	if (arch_env.catching)
		longjmp(arch_env.panic_to, 1);
	fprintf(stderr, "EL2 panic at %s:%u\n", file, line);
	abort();
}

/* hcall.h and psci.h: what is about the CPU. */

void psci_stats(struct pkvm_cpu_stats *ret)
{
	*ret = (struct pkvm_cpu_stats){ .cpus = 1 };
}

void cpu_leave(void)
{
	arch_env.left = true;
}

int hcall_cpu_number(struct hcall *call)
{
	return call->arg[1] < ARCH_ENV_CPUS ? 0 : -HYP_EINVAL;
}

int hcall_crash(struct hcall *call)
{
	(void)call;
	return -HYP_ENODATA;
}

/* Power on: what the loader does on a machine. */

static u64 *fill_table(phys_addr_t pa, u64 pte)
{
	u64 *table = arch_env_page(pa);

	for (unsigned int i = 0; i < PTE_ENTRIES; i++)
		table[i] = pte;
	return table;
}

static void make_tables(phys_addr_t pa)
{
	struct pkvm_boot *boot = &arch_env.boot;
	phys_addr_t vmemmap = pa + HYP_PAGE_SIZE;
	u64 *first;

	arch_env.root = pa;
	for (unsigned int i = 0; i < 3; i++)
		boot->zero_pa[i] = pa + (2 + i) * HYP_PAGE_SIZE;
	fill_table(boot->zero_pa[1], boot->zero_pa[0] | PKVM_PTE_PAGE_RO);
	fill_table(boot->zero_pa[2], boot->zero_pa[1] | PKVM_PTE_SHARED_TABLE);
	first = arch_env_page(vmemmap);
	for (unsigned int i = 0; i < 1U << (PKVM_PA_BITS - HYP_PAGE_SHIFT + 1 - PTE_SHIFT(1)); i++)
		first[i] = boot->zero_pa[2] | PKVM_PTE_SHARED_TABLE;
	((u64 *)arch_env_page(arch_env.root))[index_at(boot->va_base + PKVM_VA_VMEMMAP, 0)] =
		vmemmap | PKVM_PTE_PAGE_TABLE;
}

static void make_stage2(phys_addr_t pa, unsigned int pages)
{
	struct pkvm_boot *boot = &arch_env.boot;
	struct el2_stage2 t = {
		.mem = arch_env_page(pa),
		.pa = pa,
		.nr = pages,
		.ipa_bits = next_ipa_bits,
	};
	bool made = el2_stage2_init(&t);

	next_ipa_bits = DEFAULT_IPA_BITS;
	for (u64 i = 0; made && i < boot->nr_ram; i++)
		made = el2_stage2_map(&t, boot->ram[i].base, boot->ram[i].size);
	made = made && el2_stage2_cut(&t, boot->boot_pa, BOOT_PAGES);
	boot->s2_ipa_bits = t.ipa_bits;
	boot->s2_root = pa;
	boot->s2_lazy = el2_stage2_take(&t, PKVM_S2_LAZY_TABLES);
	boot->s2_spare = el2_stage2_take(&t, PKVM_S2_SPARE_TABLES);
	if (!made || !boot->s2_lazy || !boot->s2_spare)
		die("too few pages for the host's stage-2", pages);
}

void arch_env_set_ipa_bits(unsigned int bits)
{
	next_ipa_bits = bits;
}

static void make_ram(u64 size)
{
	machine.fd = memfd_create("ram", MFD_CLOEXEC);
	if (machine.fd < 0 || ftruncate(machine.fd, size))
		die("no memory file of size", size);
	machine.ram = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, machine.fd, 0);
	machine.uncached = mmap(NULL, size, PROT_READ | PROT_WRITE,
				MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (machine.ram == MAP_FAILED || machine.uncached == MAP_FAILED)
		die("cannot map RAM of size", size);
}

static void make_window(void)
{
	struct sigaction action = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_NODEFER };

	machine.reserved = mmap(NULL, WINDOW_SIZE + PKVM_VA_SLOT, PROT_NONE,
				MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (machine.reserved == MAP_FAILED)
		die("cannot reserve address space", WINDOW_SIZE + PKVM_VA_SLOT);
	machine.s2_windows = mmap(NULL, S2_WINDOWS_SIZE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS,
				  -1, 0);
	if (machine.s2_windows == MAP_FAILED)
		die("cannot reserve windows", S2_WINDOWS_SIZE);
	machine.window = (u8 *)ALIGN_UP((u64)machine.reserved, PKVM_VA_SLOT);
	sigaction(SIGSEGV, &action, &machine.old_action);
}

void arch_env_start(const struct pkvm_ram_range *ram, unsigned int nr)
{
	struct pkvm_boot *boot = &arch_env.boot;
	u64 size = 0;

	memset(&arch_env, 0, sizeof(arch_env));
	memset(&machine, 0, sizeof(machine));
	memcpy(boot->ram, ram, nr * sizeof(*ram));
	boot->nr_ram = nr;
	for (unsigned int i = 0; i < nr; i++)
		size += ram[i].size;
	arch_env.nr_pages = size >> HYP_PAGE_SHIFT;
	make_ram(size);
	make_window();
	boot->va_base = (u64)machine.window;
	boot->heap_size = UINT64_C(64) << 20;
	boot->heap_key[0] = UINT64_C(0x6a09e667f3bcc908);
	boot->heap_key[1] = UINT64_C(0xbb67ae8584caa73b);
	boot->boot_pages = BOOT_PAGES;
	boot->boot_pa = ram[0].base + BOOT_OFFSET;
	boot->boot_size = BOOT_PAGES * HYP_PAGE_SIZE;
	boot->nr_cpus = 1;
	make_tables(boot->boot_pa);
	make_stage2(boot->boot_pa + FIRST_PAGES * HYP_PAGE_SIZE, BOOT_PAGES - FIRST_PAGES);
}

void arch_env_start_default(void)
{
	static const struct pkvm_ram_range ram[] = {
		{ UINT64_C(0x0040000000), 8 << 20 },		/* with the boot pages */
		{ UINT64_C(0x0080780000), 1 << 20 },		/* entries in two pages */
		{ UINT64_C(0x00c0000000), HYP_PAGE_SIZE },
		{ UINT64_C(0x0140000000), 8 << 20 },		/* another level 3 table */
		{ UINT64_C(0x0240000000), 2 * HYP_PAGE_SIZE },
		{ UINT64_C(0x30000000000), 4 << 20 },		/* another level 2 table */
		{ UINT64_C(0x50000000000), 3 * HYP_PAGE_SIZE },	/* just enough for itself */
		{ UINT64_C(0x70000000000), HYP_PAGE_SIZE },
		{ BIT(PKVM_PA_BITS) - (1 << 20), 1 << 20 },
	};

	arch_env_start(ram, ARRAY_SIZE(ram));
}

void arch_env_stop(void)
{
	sigaction(SIGSEGV, &machine.old_action, NULL);
	munmap(machine.reserved, WINDOW_SIZE + PKVM_VA_SLOT);
	munmap(machine.s2_windows, S2_WINDOWS_SIZE);
	munmap(machine.ram, arch_env.nr_pages << HYP_PAGE_SHIFT);
	munmap(machine.uncached, arch_env.nr_pages << HYP_PAGE_SHIFT);
	close(machine.fd);
}
