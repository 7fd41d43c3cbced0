// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The heap's figures, natively and without sanitizers.
 *
 *	heap_bench time		nanoseconds: a JSON object per line
 *	heap_bench fragment	what live objects leave unused: likewise
 *	heap_bench count N	PAIRS pairs with N live chunks, in measured_pairs(), for
 *				a tool that counts its instructions
 *
 * A pair is the free of a random live chunk and an allocation of a random size.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <pkvm/hypercall.h>

#include "flat_env.h"
#include "list_heap.h"
#include "../../kmod/hyp/heap.h"

#define MAX_LIVE	100000
#define PAIRS		20000		/* heap_run knows the number, too */
#define ROUNDS		9		/* of PAIRS; the fastest counts, the least disturbed */
#define MIX_OPS		1000000
#define MIX_SAMPLES	100		/* after these */
#define MIX_BETWEEN	20000		/* the most operations between two samples */
#define MIX_BYTES	(UINT64_C(8) << 20)	/* the live set's peak */

struct heap_ops {
	void (*start)(u64 va);
	void *(*alloc)(u64 size);
	void (*free)(void *p);
};

static const u64 key[2] = { UINT64_C(0x243f6a8885a308d3), UINT64_C(0x13198a2e03707344) };
static struct hyp_heap heap;

static void fail(const char *what)
{
	fprintf(stderr, "heap_bench: %s\n", what);
	exit(EXIT_FAILURE);
}

static void start_heap(u64 va)
{
	heap_init(&heap, va, PKVM_HEAP_MAX_SIZE, key);
}

static void *alloc_heap(u64 size)
{
	struct hyp_ask ask = { 0 };
	void *p;

	return heap_alloc(&heap, size, &ask, &p) ? NULL : p;
}

static void free_heap(void *p)
{
	if (heap_free(&heap, p))
		fail("free refused");
}

static void start_list(u64 va)
{
	list_heap_start(va, PKVM_HEAP_MAX_SIZE, key);
}

static const struct heap_ops heap_ops = { start_heap, alloc_heap, free_heap };
static const struct heap_ops list_ops = { start_list, list_heap_alloc, list_heap_free };

/* splitmix64 */
static u64 next_random(u64 *state)
{
	u64 z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

/* The live chunks of a run. */
struct live {
	const struct heap_ops *ops;
	u64 random;
	u64 nr;
	void *p[MAX_LIVE];
};

static struct live live;

static void *alloc_some(struct live *l)
{
	void *p = l->ops->alloc(16 + next_random(&l->random) % 1009);

	if (!p)
		fail("the range is full");
	return p;
}

static void __attribute__((noinline)) measured_pairs(struct live *l, u64 pairs)
{
	while (pairs--) {
		void **p = &l->p[next_random(&l->random) % l->nr];

		l->ops->free(*p);
		*p = alloc_some(l);
	}
}

static void grow(struct live *l, const struct heap_ops *ops, u64 va, u64 nr)
{
	flat_env_reset();
	ops->start(va);
	l->ops = ops;
	l->random = 1;
	for (l->nr = 0; l->nr < nr; l->nr++)
		l->p[l->nr] = alloc_some(l);
}

/* Leaves the live chunks between free ones of all sizes, as after a long time of use. */
static void age(struct live *l, u64 pairs)
{
	while (pairs--) {
		void **p = &l->p[next_random(&l->random) % l->nr];

		l->ops->free(*p);
		*p = alloc_some(l);
	}
}

static double now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1e9 + ts.tv_nsec;
}

static double pair_ns(const struct heap_ops *ops, u64 va, u64 nr)
{
	double best = 0;

	grow(&live, ops, va, nr);
	age(&live, 2 * nr);
	for (unsigned int i = 0; i < ROUNDS; i++) {
		double start = now_ns(), ns;

		measured_pairs(&live, PAIRS);
		ns = (now_ns() - start) / PAIRS;
		if (!i || ns < best)
			best = ns;
	}
	return best;
}

/* What a live set of VMs' objects leaves in pages that it does not use. */
struct mix {
	u64 random;
	u64 nr;
	u64 bytes;		/* requested */
	bool shrinking;
	struct {
		void *p;
		u64 size;
	} block[MAX_LIVE];
};

static struct mix mix;

/*
 * Sizes as in vm.c: mostly vCPUs, which have one size, some VMs with a pointer for
 * each vCPU they can have, and small objects beside them.
 */
static u64 mix_size(struct mix *m)
{
	u64 kind = next_random(&m->random) % 100;

	if (kind < 60)
		return 1280;
	if (kind < 80)
		return 40 + 8 * (1 + next_random(&m->random) % PKVM_MAX_VCPUS);
	return 16 + next_random(&m->random) % 497;
}

static void mix_alloc(struct mix *m)
{
	u64 size = mix_size(m);

	if (m->nr == MAX_LIVE)
		fail("too many blocks in the mix");
	m->block[m->nr].p = alloc_heap(size);
	m->block[m->nr].size = size;
	if (!m->block[m->nr].p)
		fail("the range is full");
	m->bytes += size;
	m->nr++;
}

static void mix_free(struct mix *m)
{
	u64 i = next_random(&m->random) % m->nr;

	free_heap(m->block[i].p);
	m->bytes -= m->block[i].size;
	m->block[i] = m->block[--m->nr];
}

/* The live set swings between 80 and 100 % of its peak. */
static void mix_run(struct mix *m, u64 ops)
{
	while (m->bytes < MIX_BYTES)
		mix_alloc(m);
	while (ops--) {
		if (m->bytes >= MIX_BYTES)
			m->shrinking = true;
		else if (m->bytes <= MIX_BYTES / 5 * 4)
			m->shrinking = false;
		/* Two steps in the one direction, one in the other. */
		if ((next_random(&m->random) % 3 != 0) == m->shrinking)
			mix_free(m);
		else
			mix_alloc(m);
	}
}

/* The pages that hold a byte of a live block; dead_pages() fills it each time. */
static bool alive[PKVM_HEAP_MAX_SIZE >> HYP_PAGE_SHIFT];

/* Mapped pages that hold no byte of a live block. */
static u64 dead_pages(const struct mix *m, u64 va)
{
	u64 nr_alive = 0;

	memset(alive, 0, sizeof(alive));
	for (u64 i = 0; i < m->nr; i++) {
		u64 first = (uintptr_t)m->block[i].p - va;
		u64 last = first + m->block[i].size - 1;

		for (u64 page = first >> HYP_PAGE_SHIFT; page <= last >> HYP_PAGE_SHIFT; page++) {
			nr_alive += !alive[page];
			alive[page] = true;
		}
	}
	return flat_env_mapped() - nr_alive;
}

static void figure(const char *name, double value, const char *unit, const char *against)
{
	printf("{\"name\": \"%s\", \"value\": %.3f, \"unit\": \"%s\"", name, value, unit);
	if (against)
		printf(", \"against\": \"%s\"", against);
	printf("}\n");
}

static void print_times(u64 va)
{
	static const u64 counts[] = { 100, 1000, 10000, 100000 };
	double ours = 0, list;
	char name[64];

	for (unsigned int i = 0; i < ARRAY_SIZE(counts); i++) {
		double ns = pair_ns(&heap_ops, va, counts[i]);

		if (counts[i] == 1000)
			ours = ns;
		snprintf(name, sizeof(name), "heap/pair_ns/%" PRIu64, counts[i]);
		figure(name, ns, "ns", NULL);
	}
	list = pair_ns(&list_ops, va, 1000);
	figure("heap/list_pair_ns/1000", list, "ns", NULL);
	figure("heap/pair_vs_list/1000", list / ours, "ratio",
	       "address-ordered list, best fit by walking");
}

static void print_fragmentation(u64 va)
{
	u64 dead = 0, reclaimable = 0;
	double sum = 0, worst = 0;

	flat_env_reset();
	start_heap(va);
	mix_run(&mix, MIX_OPS);
	for (unsigned int i = 0; i < MIX_SAMPLES; i++) {
		double ratio;

		/* At random, not to meet the live set at one point of its swing. */
		mix_run(&mix, next_random(&mix.random) % MIX_BETWEEN);
		dead += dead_pages(&mix, va);
		reclaimable += heap_reclaim(&heap, UINT64_MAX);
		ratio = (double)(flat_env_mapped() << HYP_PAGE_SHIFT) / mix.bytes;
		sum += ratio;
		worst = ratio > worst ? ratio : worst;
	}
	figure("heap/mapped_over_used", sum / MIX_SAMPLES, "ratio", "bytes requested, on average");
	figure("heap/mapped_over_used_worst", worst, "ratio", "bytes requested, at the worst moment");
	figure("heap/reclaimable_share", (double)reclaimable / dead, "ratio",
	       "mapped pages without a live byte");
}

static void count_pairs(u64 va, const char *number)
{
	u64 nr = strtoull(number, NULL, 10);

	if (!nr || nr > MAX_LIVE)
		fail("count takes a number of live chunks from 1 to 100000");
	grow(&live, &heap_ops, va, nr);
	age(&live, 2 * nr);
	measured_pairs(&live, PAIRS);
}

int main(int argc, char **argv)
{
	u64 va = flat_env_start();

	if (argc == 2 && !strcmp(argv[1], "time"))
		print_times(va);
	else if (argc == 2 && !strcmp(argv[1], "fragment"))
		print_fragmentation(va);
	else if (argc == 3 && !strcmp(argv[1], "count"))
		count_pairs(va, argv[2]);
	else
		fail("usage: heap_bench time | fragment | count N");
	return EXIT_SUCCESS;
}
