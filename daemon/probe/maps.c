// SPDX-License-Identifier: GPL-2.0-or-later
/* The maps of the probe of hyp requests: pinned, opened and read. */
#include "maps.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hash.h"

/* Each map: its name as a file, where its descriptor is, and what it must look like. */
static const struct map_type {
	const char *name;
	size_t offset;
	uint32_t key_size, value_size;
} map_types[] = {
	{ "hyp_req_kinds", offsetof(struct probe_maps, kinds), sizeof(struct hyp_req_kind),
	  sizeof(struct hyp_req_stats) },
	{ "hyp_req_vms", offsetof(struct probe_maps, vms), sizeof(uint32_t),
	  sizeof(struct hyp_req_sum) },
	{ "hyp_req_tasks", offsetof(struct probe_maps, tasks), sizeof(struct hyp_req_task),
	  sizeof(struct hyp_req_sum) },
	{ "hyp_req_lost", offsetof(struct probe_maps, lost), sizeof(uint32_t), sizeof(uint64_t) },
};

#define NR_MAPS	(sizeof(map_types) / sizeof(map_types[0]))

static int *fd_of(struct probe_maps *maps, const struct map_type *type)
{
	return (int *)((char *)maps + type->offset);
}

static void path_of(const char *dir, const struct map_type *type, char *buf, size_t size)
{
	snprintf(buf, size, "%s/%s", dir, type->name);
}

bool probe_maps_exist(const char *dir)
{
	char path[256];

	path_of(dir, &map_types[0], path, sizeof(path));
	return !faccessat(AT_FDCWD, path, F_OK, AT_EACCESS);
}

static int check_sizes(int fd, const struct map_type *type)
{
	struct bpf_map_info info = { 0 };
	uint32_t size = sizeof(info);
	int err = bpf_obj_get_info_by_fd(fd, &info, &size);

	if (err)
		return err;
	if (info.key_size != type->key_size || info.value_size != type->value_size)
		return -EPROTO;
	return 0;
}

static int refuse(int err, const char *path, struct ctl_message *message)
{
	switch (err) {
	case -ENOENT:
		return ctl_message_set(message, err, "%s is not there: pkvmd-probe does not run",
				       path);
	case -EACCES:
	case -EPERM:
		return ctl_message_set(message, -EACCES,
				       "%s: permission denied: needs root, or the group pkvmd",
				       path);
	case -ENOSYS:
		return ctl_message_set(message, err, "this kernel is built without BPF");
	case -EPROTO:
		return ctl_message_set(message, err, "%s is of another release of pkvmd-probe",
				       path);
	default:
		return ctl_message_set(message, err, "%s: %s", path, strerror(-err));
	}
}

/* Returns a descriptor, or a negative errno with a sentence. */
static int open_map(const char *dir, const struct map_type *type, struct ctl_message *message)
{
	const struct bpf_obj_get_opts options = {
		.sz = sizeof(options),
		.file_flags = BPF_F_RDONLY,
	};
	char path[256];
	int fd, err;

	path_of(dir, type, path, sizeof(path));
	fd = bpf_obj_get_opts(path, &options);
	if (fd < 0)
		return refuse(fd, path, message);
	err = check_sizes(fd, type);
	if (err) {
		close(fd);
		return refuse(err, path, message);
	}
	return fd;
}

int probe_maps_open(const char *dir, struct probe_maps *ret, struct ctl_message *message)
{
	struct probe_maps maps = PROBE_NO_MAPS;

	for (size_t i = 0; i < NR_MAPS; i++) {
		int fd = open_map(dir, &map_types[i], message);

		if (fd < 0) {
			probe_maps_close(&maps);
			return fd;
		}
		*fd_of(&maps, &map_types[i]) = fd;
	}
	*ret = maps;
	return 0;
}

void probe_maps_close(struct probe_maps *maps)
{
	for (size_t i = 0; i < NR_MAPS; i++) {
		int *fd = fd_of(maps, &map_types[i]);

		if (*fd >= 0)
			close(*fd);
	}
	*maps = PROBE_NO_MAPS;
}

/* The group is the directory's, whose set-group-ID bit passes it on. */
static int pin_map(int fd, const char *path)
{
	if (bpf_obj_pin(fd, path))
		return -errno;
	return chmod(path, 0640) ? -errno : 0;
}

int probe_maps_pin(const struct probe_maps *maps, const char *dir, struct ctl_message *message)
{
	struct probe_maps copy = *maps;
	char path[256];

	/* Readers begin with the first: when it is there, so are all. */
	for (size_t i = NR_MAPS; i--;) {
		int err;

		path_of(dir, &map_types[i], path, sizeof(path));
		err = pin_map(*fd_of(&copy, &map_types[i]), path);
		if (err) {
			probe_maps_unpin(dir);
			return ctl_message_set(message, err, "cannot pin a map as %s: %s", path,
					       strerror(-err));
		}
	}
	return 0;
}

void probe_maps_unpin(const char *dir)
{
	char path[256];

	for (size_t i = 0; i < NR_MAPS; i++) {
		path_of(dir, &map_types[i], path, sizeof(path));
		unlink(path);
	}
}

static const struct probe_layout kinds = PROBE_LAYOUT(HYP_REQ_MAX_KINDS, probe_kind, kind, stats);
static const struct probe_layout vms = PROBE_LAYOUT(HYP_REQ_MAX_VMS, probe_vm, vm, sum);
static const struct probe_layout tasks = PROBE_LAYOUT(HYP_REQ_MAX_TASKS, probe_task, task, sum);

static int read_lost(int fd, uint64_t lost[HYP_REQ_LOST])
{
	for (uint32_t what = 0; what < HYP_REQ_LOST; what++) {
		if (bpf_map_lookup_elem(fd, &what, &lost[what]))
			return -errno;
	}
	return 0;
}

static int compare_kinds(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct hyp_req_kind));
}

static int compare_vms(const void *a, const void *b)
{
	const struct probe_vm *one = a, *other = b;

	return (one->vm > other->vm) - (one->vm < other->vm);
}

static int compare_tasks(const void *a, const void *b)
{
	const struct probe_task *one = a, *other = b;

	return (one->sum.asked < other->sum.asked) - (one->sum.asked > other->sum.asked);
}

static void sort(struct probe_reading *reading)
{
	qsort(reading->kinds, reading->nr_kinds, sizeof(*reading->kinds), compare_kinds);
	qsort(reading->vms, reading->nr_vms, sizeof(*reading->vms), compare_vms);
	qsort(reading->tasks, reading->nr_tasks, sizeof(*reading->tasks), compare_tasks);
}

int probe_maps_read(const struct probe_maps *maps, struct probe_reading *ret)
{
	struct probe_reading reading = { 0 };
	int err;

	err = probe_read_hash(maps->kinds, &kinds, (void **)&reading.kinds, &reading.nr_kinds);
	if (!err)
		err = probe_read_hash(maps->vms, &vms, (void **)&reading.vms, &reading.nr_vms);
	if (!err)
		err = probe_read_hash(maps->tasks, &tasks, (void **)&reading.tasks,
				      &reading.nr_tasks);
	if (!err)
		err = read_lost(maps->lost, reading.lost);
	if (err) {
		probe_reading_release(&reading);
		return err;
	}
	sort(&reading);
	*ret = reading;
	return 0;
}

void probe_reading_release(struct probe_reading *reading)
{
	free(reading->kinds);
	free(reading->vms);
	free(reading->tasks);
	*reading = (struct probe_reading){ 0 };
}
