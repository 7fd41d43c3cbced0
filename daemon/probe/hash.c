// SPDX-License-Identifier: GPL-2.0-or-later
/* BPF hash maps as arrays. */
#include "hash.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* A single batch has room for all: nothing is read twice while entries come and go. */
static int read_batch(int fd, const struct probe_layout *layout, char *keys, char *values,
		      void **ret, size_t *ret_n)
{
	uint32_t position, n = (uint32_t)layout->max;
	char *entries;

	if (bpf_map_lookup_batch(fd, NULL, &position, keys, values, &n, NULL) && errno != ENOENT)
		return -errno;
	entries = calloc(n ? n : 1, layout->entry_size);
	if (!entries)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		char *entry = entries + i * layout->entry_size;

		memcpy(entry, keys + i * layout->key_size, layout->key_size);
		memcpy(entry + layout->value_offset, values + i * layout->value_size,
		       layout->value_size);
	}
	*ret = entries;
	*ret_n = n;
	return 0;
}

int probe_read_hash(int fd, const struct probe_layout *layout, void **ret, size_t *ret_n)
{
	char *keys = calloc(layout->max, layout->key_size);
	char *values = calloc(layout->max, layout->value_size);
	int err = keys && values ? read_batch(fd, layout, keys, values, ret, ret_n) : -ENOMEM;

	free(keys);
	free(values);
	return err;
}
