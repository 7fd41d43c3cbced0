// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A 32-bit program, with no library: maps the page of modules/routes.c, which is EL2's, and
 * reads it. Says SIGBUS on standard output if that is what comes of it.
 */
#include <asm/unistd.h>
