// SPDX-License-Identifier: GPL-2.0-or-later
/* What an eBPF probe needs of the machine. */
#include "access.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/capability.h>
#include <pkvm/version.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static int read_effective(uint64_t *ret)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = { 0 };

	if (syscall(SYS_capget, &header, data))
		return -errno;
	*ret = data[0].effective | (uint64_t)data[1].effective << 32;
	return 0;
}

/* CAP_SYS_ADMIN contains what BPF needs: these are split off it. */
static bool has_cap(uint64_t effective, unsigned int cap)
{
	return (effective >> cap | effective >> CAP_SYS_ADMIN) & 1;
}

static int check_caps(struct ctl_message *message)
{
	uint64_t caps = 0;
	bool bpf, perfmon;
	int err = read_effective(&caps);

	if (err)
		return ctl_message_set(message, err, "cannot read the process's capabilities: %s",
				       strerror(-err));
	bpf = has_cap(caps, CAP_BPF);
	perfmon = has_cap(caps, CAP_PERFMON);
	if (bpf && perfmon)
		return 0;
	return ctl_message_set(message, -EPERM,
			       "a BPF probe needs CAP_BPF and CAP_PERFMON; missing: %s%s%s",
			       bpf ? "" : "CAP_BPF", bpf || perfmon ? "" : ", ",
			       perfmon ? "" : "CAP_PERFMON");
}

static int check_bpf(struct ctl_message *message)
{
	int has = libbpf_probe_bpf_prog_type(BPF_PROG_TYPE_RAW_TRACEPOINT, NULL);

	if (has > 0)
		has = libbpf_probe_bpf_map_type(BPF_MAP_TYPE_RINGBUF, NULL);
	if (has > 0)
		return 0;
	return ctl_message_set(message, -EOPNOTSUPP,
			       "this kernel takes no BPF programs for tracepoints: it is built "
			       "without them, or locked down");
}

static int check_module(struct ctl_message *message)
{
	FILE *file = fopen("/sys/module/pkvm/version", "re");
	char version[32] = "";

	if (!file)
		return ctl_message_set(message, -ENODEV, "the pkvm module is not loaded");
	if (!fgets(version, sizeof(version), file))
		version[0] = '\0';
	fclose(file);
	version[strcspn(version, "\n")] = '\0';
	if (!strcmp(version, PKVM_VERSION))
		return 0;
	return ctl_message_set(message, -EPROTO,
			       "the pkvm module is of release %s, the probe of %s", version,
			       PKVM_VERSION);
}

int probe_check_access(struct ctl_message *message)
{
	int err = check_caps(message);

	/* What it has to say is for its developers: the errno goes into our own sentences. */
	libbpf_set_print(NULL);
	if (!err)
		err = check_bpf(message);
	return err ? err : check_module(message);
}

int probe_refused(struct ctl_message *message, int err, const char *what)
{
	return ctl_message_set(message, err, "the kernel does not %s the BPF probe: %s", what,
			       strerror(-err));
}

bool probe_is_tracepoint(const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), "/sys/kernel/tracing/events/pkvm/%s", name);
	return !access(path, F_OK);
}
