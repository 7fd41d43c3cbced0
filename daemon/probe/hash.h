/* SPDX-License-Identifier: GPL-2.0-or-later */
/* BPF hash maps as arrays. */
#ifndef PROBE_HASH_H
#define PROBE_HASH_H

#include <stddef.h>

/* How a map is read: into an array of structs that begin with the key. */
struct probe_layout {
	size_t max;		/* entries that the map can have */
	size_t key_size, value_size;
	size_t entry_size, value_offset;
};

#define PROBE_LAYOUT(max, type, key, value) \
	{ max, sizeof(((struct type *)0)->key), sizeof(((struct type *)0)->value), \
	  sizeof(struct type), offsetof(struct type, value) }

/* The caller frees *ret. Returns 0 or a negative errno, with both untouched. */
int probe_read_hash(int fd, const struct probe_layout *layout, void **ret, size_t *ret_n);

#endif
