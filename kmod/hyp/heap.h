/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The heap at EL2: variable-sized, zeroed objects in one private VA range that
 * is mapped and unmapped page by page on demand.
 *
 * All functions may be called with any lock that comes before the heap's in the
 * lock order (spinlock.h) and take the heap's lock themselves.
 */
#ifndef HYP_HEAP_H
#define HYP_HEAP_H

#include <pkvm/hypercall.h>

#include "mm.h"
#include "spinlock.h"
#include "types.h"

