/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The drawing of the heap. */
#ifndef CTL_HEAPMAP_H
#define CTL_HEAPMAP_H

#include <stddef.h>
#include <stdio.h>

#include "pkvm.h"
#include "style.h"

/*
 * Draws @regions (ascending, without gaps) up to the last one that is not the
 * unmapped tail, one character for so many bytes that the drawing has at most
 * 16 rows in @style's width. A character shows the strongest of what lies in
 * its bytes: used before free before hole. Returns 0 or -ENOMEM.
 */
int ctl_heapmap_draw(FILE *out, const struct pkvm_region *regions, size_t n,
		     const struct ctl_style *style);

#endif
