/* SPDX-License-Identifier: GPL-2.0-or-later */
/* min() and its like. */
#ifndef FAKE_LINUX_MINMAX_H
#define FAKE_LINUX_MINMAX_H

#define min_t(type, a, b)	((type)(a) < (type)(b) ? (type)(a) : (type)(b))
#define min(a, b)		min_t(__typeof__(a), a, b)

#endif
