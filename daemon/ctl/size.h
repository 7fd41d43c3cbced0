/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Numbers and sizes as people type them. */
#ifndef CTL_SIZE_H
#define CTL_SIZE_H

#include <stdint.h>

#include "message.h"

/* EL2's pages are 4 KiB, whatever the host's page size. */
#define CTL_PAGE_SIZE	UINT64_C(4096)

/*
 * Decimal digits and nothing else. @what names the value in the message.
 * Returns 0, -EINVAL (not a number) or -ERANGE (outside @min to @max);
 * *ret_value is touched only on success.
 */
int ctl_number_parse(const char *what, const char *text, uint64_t min, uint64_t max,
		     uint64_t *ret_value, struct ctl_message *message);

/*
 * A size as a number of pages ("512") or of bytes with suffix K, M or G
 * ("2M"), which must be whole pages. @min and @max are in pages. Returns as
 * ctl_number_parse().
 */
int ctl_size_parse(const char *what, const char *text, uint64_t min, uint64_t max,
		   uint64_t *ret_pages, struct ctl_message *message);

/*
 * A page by its number, decimal ("262144"), or by any address in it, hexadecimal
 * ("0x40000000"). @max is a page's number. Returns as ctl_number_parse().
 */
int ctl_page_parse(const char *what, const char *text, uint64_t max, uint64_t *ret_pfn,
		   struct ctl_message *message);

#endif
