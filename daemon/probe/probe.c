// SPDX-License-Identifier: GPL-2.0-or-later
/* The probe of hyp requests, loaded and attached. */
#include "probe.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <hyp_req.skel.h>
#include <stdlib.h>
#include <string.h>

#include "access.h"

struct probe {
	struct hyp_req *bpf;
	struct ring_buffer *ring;
	struct probe_maps maps;
	probe_event_fn fn;	/* while events are drained */
	void *arg;
};

/* A tracepoint of the kernel's own is a type in its BTF. */
static bool kernel_has_requests(void)
{
	struct btf *btf = btf__load_vmlinux_btf();
	bool has;

	if (!btf)
		return false;
	has = btf__find_by_name_kind(btf, "btf_trace_kvm_handle_pkvm_hyp_req",
				     BTF_KIND_TYPEDEF) > 0;
	btf__free(btf);
	return has;
}

static int load(struct probe *probe, const struct probe_options *options,
		struct ctl_message *message)
{
	struct hyp_req *bpf = hyp_req__open();
	int err;

	if (!bpf)
		return probe_refused(message, -errno, "open");
	probe->bpf = bpf;
	bpf->rodata->want_events = options->events;
	bpf->rodata->want_stacks = options->stacks;
	err = bpf_map__set_max_entries(bpf->maps.events, options->ring_size);
	if (!err)
		err = bpf_program__set_autoload(bpf->progs.kernel_request,
						kernel_has_requests());
	if (!err)
		err = hyp_req__load(bpf);
	return err ? probe_refused(message, err, "load") : 0;
}

static int attach(struct probe *probe, struct ctl_message *message)
{
	int err = hyp_req__attach(probe->bpf);

	return err ? probe_refused(message, err, "attach") : 0;
}

static int hand_over(void *ctx, void *data, size_t size)
{
	struct probe *probe = ctx;
	struct hyp_req_event event;

	if (size < sizeof(event))
		return -EPROTO;
	memcpy(&event, data, sizeof(event));
	return probe->fn(&event, probe->arg) ? 0 : -ECANCELED;
}

/* Before the programs are attached: then no event waits for a reader that does not come. */
static int open_ring(struct probe *probe, struct ctl_message *message)
{
	int fd = bpf_map__fd(probe->bpf->maps.events);

	probe->ring = ring_buffer__new(fd, hand_over, probe, NULL);
	return probe->ring ? 0 : probe_refused(message, -errno, "read events of");
}

static void set_maps(struct probe *probe)
{
	probe->maps.kinds = bpf_map__fd(probe->bpf->maps.kinds);
	probe->maps.vms = bpf_map__fd(probe->bpf->maps.vms);
	probe->maps.tasks = bpf_map__fd(probe->bpf->maps.tasks);
	probe->maps.lost = bpf_map__fd(probe->bpf->maps.lost);
}

static int open_all(struct probe *probe, const struct probe_options *options,
		    struct ctl_message *message)
{
	int err = probe_check_access(message);

	if (!err)
		err = load(probe, options, message);
	if (!err && options->events)
		err = open_ring(probe, message);
	if (!err)
		err = attach(probe, message);
	if (!err)
		set_maps(probe);
	return err;
}

int probe_open(const struct probe_options *options, struct probe **ret,
	       struct ctl_message *message)
{
	struct probe *probe = calloc(1, sizeof(*probe));
	int err;

	if (!probe)
		return ctl_message_set(message, -ENOMEM, "out of memory");
	err = open_all(probe, options, message);
	if (err) {
		probe_close(probe);
		return err;
	}
	*ret = probe;
	return 0;
}

void probe_close(struct probe *probe)
{
	if (!probe)
		return;
	ring_buffer__free(probe->ring);
	hyp_req__destroy(probe->bpf);
	free(probe);
}

const struct probe_maps *probe_maps_of(const struct probe *probe)
{
	return &probe->maps;
}

int probe_fd(const struct probe *probe)
{
	return ring_buffer__epoll_fd(probe->ring);
}

int probe_drain(struct probe *probe, probe_event_fn fn, void *arg)
{
	int err;

	probe->fn = fn;
	probe->arg = arg;
	err = ring_buffer__consume(probe->ring);
	return err < 0 && err != -ECANCELED ? err : 0;
}

unsigned int probe_stack(const struct probe *probe, int32_t stack,
			 uint64_t ips[HYP_REQ_STACK_DEPTH])
{
	uint32_t key = (uint32_t)stack;
	unsigned int n = 0;

	if (stack < 0 || bpf_map_lookup_elem(bpf_map__fd(probe->bpf->maps.stacks), &key, ips))
		return 0;
	while (n < HYP_REQ_STACK_DEPTH && ips[n])
		n++;
	/* The registers that the walk begins with may be those of its first frame. */
	if (n > 1 && ips[0] == ips[1])
		memmove(ips, ips + 1, --n * sizeof(*ips));
	return n;
}
