// SPDX-License-Identifier: GPL-2.0-or-later
/* The probe of EL2's heap, loaded and attached. */
#include "heap.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <hyp_heap.skel.h>
#include <stdlib.h>
#include <time.h>

#include "access.h"
#include "hash.h"

struct heap_probe {
	struct hyp_heap *bpf;
};

static const struct probe_layout layout =
	PROBE_LAYOUT(HYP_HEAP_MAX_OBJECTS, heap_object, offset, object);

static int open_all(struct heap_probe *probe, struct ctl_message *message)
{
	int err = probe_check_access(message);

	if (err)
		return err;
	probe->bpf = hyp_heap__open();
	if (!probe->bpf)
		return probe_refused(message, -errno, "open");
	err = hyp_heap__load(probe->bpf);
	if (err)
		return probe_refused(message, err, "load");
	err = hyp_heap__attach(probe->bpf);
	return err ? probe_refused(message, err, "attach") : 0;
}

int heap_probe_open(struct heap_probe **ret, struct ctl_message *message)
{
	struct heap_probe *probe = calloc(1, sizeof(*probe));
	int err = probe ? open_all(probe, message) :
			  ctl_message_set(message, -ENOMEM, "out of memory");

	if (err) {
		heap_probe_close(probe);
		return err;
	}
	*ret = probe;
	return 0;
}

void heap_probe_close(struct heap_probe *probe)
{
	if (!probe)
		return;
	hyp_heap__destroy(probe->bpf);
	free(probe);
}

static int compare(const void *a, const void *b)
{
	const struct hyp_heap_object *one = &((const struct heap_object *)a)->object;
	const struct hyp_heap_object *other = &((const struct heap_object *)b)->object;

	if (one->vm != other->vm)
		return one->vm < other->vm ? -1 : 1;
	return (one->seen_ns > other->seen_ns) - (one->seen_ns < other->seen_ns);
}

/* Drops those that are freed, and sorts the rest. */
static void keep_living(struct heap_reading *reading)
{
	size_t kept = 0;

	for (size_t i = 0; i < reading->nr_objects; i++) {
		if (reading->objects[i].object.size)
			reading->objects[kept++] = reading->objects[i];
	}
	reading->nr_objects = kept;
	qsort(reading->objects, kept, sizeof(*reading->objects), compare);
}

int heap_probe_read(const struct heap_probe *probe, struct heap_reading *ret)
{
	struct heap_reading reading = { 0 };
	struct timespec now;
	uint32_t zero = 0;
	int err;

	if (bpf_map_lookup_elem(bpf_map__fd(probe->bpf->maps.totals), &zero, &reading.totals))
		return -errno;
	err = probe_read_hash(bpf_map__fd(probe->bpf->maps.objects), &layout,
			      (void **)&reading.objects, &reading.nr_objects);
	if (err)
		return err;
	clock_gettime(CLOCK_MONOTONIC, &now);
	reading.now_ns = (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
	keep_living(&reading);
	*ret = reading;
	return 0;
}

void heap_reading_release(struct heap_reading *reading)
{
	free(reading->objects);
	*reading = (struct heap_reading){ 0 };
}
