/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The module as the kernel manages it. */
#ifndef CTL_MODULE_H
#define CTL_MODULE_H

#include <stdint.h>

/* References to it; 0 also where it is not loaded. */
uint64_t ctl_module_references(void);

/*
 * Unloads it. Returns 0 or a negative errno: -EPERM, -ENOENT (not loaded), -EAGAIN (in use;
 * for a second the references are waited for that a call under way has).
 */
int ctl_module_delete(void);

#endif
