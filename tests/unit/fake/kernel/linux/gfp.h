/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Allocation flags: only their being different matters. */
#ifndef FAKE_LINUX_GFP_H
#define FAKE_LINUX_GFP_H

#define __GFP_ACCOUNT		0x02u
#define __GFP_NORETRY		0x04u
#define __GFP_NOWARN		0x08u
#define __GFP_RETRY_MAYFAIL	0x10u
#define __GFP_RECLAIM		0x20u
#define GFP_KERNEL		(0x01u | __GFP_RECLAIM)

#endif
