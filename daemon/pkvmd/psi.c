// SPDX-License-Identifier: GPL-2.0-or-later
/* Reading the kernel's texts about memory. */
#include "psi.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

int psi_parse(const char *text, uint32_t *ret_some_avg10)
{
	unsigned int whole, part;
	int end = 0;

	if (sscanf(text, "some avg10=%3u.%2u avg60=%n", &whole, &part, &end) != 2 || !end ||
	    whole > 100)
		return -EBADMSG;
	*ret_some_avg10 = whole * 100 + part;
	return 0;
}

int meminfo_parse(const char *text, uint64_t *ret_pages)
{
	const char *at = strstr(text, "\nMemAvailable:");
	uint64_t kib;

	if (!at || sscanf(at, "\nMemAvailable: %" SCNu64 " kB", &kib) != 1)
		return -EBADMSG;
	*ret_pages = kib / 4;
	return 0;
}
