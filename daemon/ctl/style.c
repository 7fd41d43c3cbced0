// SPDX-License-Identifier: GPL-2.0-or-later
/* How output is to look. */
#include "style.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "size.h"

/* More than any terminal has. */
#define WIDTH_MAX	1000

static unsigned int detect_width(int fd)
{
	const char *columns = getenv("COLUMNS");
	struct ctl_message ignored = { "" };
	struct winsize size;
	uint64_t width = CTL_WIDTH_DEFAULT;

	if (!ioctl(fd, TIOCGWINSZ, &size) && size.ws_col)
		width = size.ws_col;
	else if (columns)
		ctl_number_parse("COLUMNS", columns, 1, WIDTH_MAX, &width, &ignored);
	if (width < CTL_WIDTH_MIN)
		return CTL_WIDTH_MIN;
	return width > WIDTH_MAX ? WIDTH_MAX : (unsigned int)width;
}

static bool detect_color(int fd)
{
	const char *no_color = getenv("NO_COLOR");
	const char *term = getenv("TERM");

	return isatty(fd) && !(no_color && *no_color) && term && strcmp(term, "dumb");
}

void ctl_style_detect(int fd, struct ctl_style *style)
{
	style->color = detect_color(fd);
	style->width = detect_width(fd);
}
