/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The C library's. */
#include <string.h>
