// SPDX-License-Identifier: GPL-2.0-or-later
/* The view of EL2's heap as its probe has followed it. */
#include "view_trace.h"

#include <errno.h>
#include <stdlib.h>

#include "histogram.h"
#include "record.h"

/* clang-format off */
#define TOTAL(key, member, label, optional) \
	{ key, label, CTL_COUNT, CTL_MEMBER(struct hyp_heap_totals, member), NULL, optional }
#define HELD(key, member, unit, label) \
	{ key, label, unit, CTL_MEMBER(struct held, member), NULL, false }
/* clang-format on */

static const struct ctl_field total_fields_list[] = {
	TOTAL("allocs", allocs, "allocated", false),
	TOTAL("frees", frees, "freed", false),
	TOTAL("foreign_frees", foreign_frees, "of these from before", false),
	TOTAL("events_lost", events_lost, "events lost", false),
	TOTAL("objects_lost", objects_lost, "objects lost", true),
};

static const struct ctl_fields total_fields = { 5, total_fields_list };

/* What a VM holds. */
struct held {
	uint32_t vm;
	uint64_t objects, bytes;
	uint64_t oldest_ns, youngest_ns;	/* ages */
};

static const struct ctl_field held_fields_list[] = {
	HELD("vm", vm, CTL_COUNT, "VM"),
	HELD("objects", objects, CTL_COUNT, "objects"),
	HELD("held", bytes, CTL_BYTES, "held"),
	HELD("oldest", oldest_ns, CTL_NS, "oldest"),
	HELD("youngest", youngest_ns, CTL_NS, "youngest"),
};

static const struct ctl_fields held_fields = { 5, held_fields_list };

/* The reading is sorted by VM and age. Returns the array, of *ret_n entries, or NULL. */
static struct held *sum_up(const struct heap_reading *reading, size_t *ret_n)
{
	struct held *held = calloc(reading->nr_objects + 1, sizeof(*held));
	size_t n = 0;

	if (!held)
		return NULL;
	for (size_t i = 0; i < reading->nr_objects; i++) {
		const struct hyp_heap_object *object = &reading->objects[i].object;
		uint64_t age = reading->now_ns - object->seen_ns;

		if (!n || held[n - 1].vm != object->vm)
			held[n++] = (struct held){ .vm = object->vm, .oldest_ns = age };
		held[n - 1].objects++;
		held[n - 1].bytes += object->size;
		held[n - 1].youngest_ns = age;
	}
	*ret_n = n;
	return held;
}

static void print_json(FILE *out, const struct heap_reading *reading, const struct held *held,
		       size_t n)
{
	const struct ctl_histogram sizes = { CTL_BYTES, HYP_HEAP_SIZE_SLOTS,
					     reading->totals.sizes };
	const struct ctl_histogram lives = { CTL_NS, HYP_HEAP_LIFE_SLOTS, reading->totals.lives };
	struct ctl_json json = { .out = out };

	ctl_json_begin(&json, NULL);
	ctl_json_fields(&json, &total_fields, &reading->totals);
	ctl_histogram_json(&json, "size_bytes_histogram", &sizes);
	ctl_histogram_json(&json, "life_ns_histogram", &lives);
	ctl_json_begin_list(&json, "vms");
	for (size_t i = 0; i < n; i++) {
		ctl_json_begin(&json, NULL);
		ctl_json_fields(&json, &held_fields, &held[i]);
		ctl_json_end(&json);
	}
	ctl_json_end_list(&json);
	ctl_json_end(&json);
}

static int print(FILE *out, const struct heap_reading *reading, const struct held *held, size_t n,
		 const struct ctl_style *style)
{
	const struct ctl_histogram sizes = { CTL_BYTES, HYP_HEAP_SIZE_SLOTS,
					     reading->totals.sizes };
	const struct ctl_histogram lives = { CTL_NS, HYP_HEAP_LIFE_SLOTS, reading->totals.lives };

	ctl_line(out, &total_fields, &reading->totals, style);
	fputs("\n  size\n", out);
	ctl_histogram_draw(out, &sizes, style);
	fputs("  life\n", out);
	ctl_histogram_draw(out, &lives, style);
	fputs("\nstill held, by VM (0: EL2's own)\n", out);
	return ctl_table(out, "vms", &held_fields, held, n, sizeof(*held), style);
}

int ctl_view_trace_heap(FILE *out, const struct heap_reading *reading,
			const struct ctl_style *style)
{
	size_t n = 0;
	struct held *held = sum_up(reading, &n);
	int err = 0;

	if (!held)
		return -ENOMEM;
	if (style->json)
		print_json(out, reading, held, n);
	else
		err = print(out, reading, held, n, style);
	free(held);
	return err;
}
