/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel's functions by address, as /proc/kallsyms tells them to those who may know. */
#ifndef CTL_SYMBOLS_H
#define CTL_SYMBOLS_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct ctl_symbols;

/*
 * Reads a file in the form of /proc/kallsyms. Returns 0 or -ENOMEM. Where addresses are
 * hidden (all are 0) there are no symbols, which is no error.
 */
int ctl_symbols_read(FILE *file, struct ctl_symbols **ret);

/* NULL is fine. */
void ctl_symbols_free(struct ctl_symbols *symbols);

/* "name+0x1c", with " [module]" if it is in one; "0x..." where @symbols (or NULL) has none. */
void ctl_symbols_name(const struct ctl_symbols *symbols, uint64_t address, char *buf, size_t size);

#endif
