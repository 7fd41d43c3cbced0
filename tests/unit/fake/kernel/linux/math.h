/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Integer arithmetic. */
#ifndef FAKE_LINUX_MATH_H
#define FAKE_LINUX_MATH_H

#define DIV_ROUND_UP(n, d)	(((n) + (d) - 1) / (d))

#endif
