/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How output is to look, as the user and the terminal want it. */
#ifndef CTL_STYLE_H
#define CTL_STYLE_H

#include <stdbool.h>

#define CTL_WIDTH_DEFAULT	80
#define CTL_WIDTH_MIN		40

struct ctl_style {
	bool json;
	bool bytes;		/* plain numbers: bytes and nanoseconds */
	bool color;
	unsigned int width;	/* columns, at least CTL_WIDTH_MIN */
};

/*
 * Sets @color and @width for what is written to @fd. Colour: only on a terminal
 * that is not "dumb", and if NO_COLOR is unset or empty. Width: the terminal's,
 * else COLUMNS, else CTL_WIDTH_DEFAULT.
 */
void ctl_style_detect(int fd, struct ctl_style *style);

#endif
