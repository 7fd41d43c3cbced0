/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How many pages a burst of VM starts takes, learnt from what EL2 has in use: the
 * steepest rise within a window. What was learnt fades by half in each half-life. Pure.
 */
#ifndef PKVMD_DEMAND_H
#define PKVMD_DEMAND_H

#include <stdbool.h>
#include <stdint.h>

#define DEMAND_SLOTS	16	/* of the window, each with its minimum */

struct demand {
	uint64_t slot_at;		/* start of the newest slot, us */
	uint64_t slot[DEMAND_SLOTS];	/* least in use, by age; UINT64_MAX: nothing seen */
	bool seen;			/* there was a sample before */
	uint64_t before;		/* in use then: until the next one it stays like this */
	uint64_t burst;			/* pages, as of learnt_at */
	uint64_t largest;		/* pages of the largest single request, as of learnt_at */
	uint64_t learnt_at;		/* us */
};

void demand_init(struct demand *demand);

/* EL2 was given back or taken: the next pages in use compare with nothing. */
void demand_forget_window(struct demand *demand);

/* What was learnt @age ago by a demand that had the same half-life. */
void demand_restore(struct demand *demand, uint64_t burst, uint64_t largest, uint64_t age,
		    uint64_t half_life, uint64_t now);

/*
 * Pages in use at @now, and the largest request since the last call. Times are
 * microseconds of a clock that never goes back.
 */
void demand_see(struct demand *demand, uint64_t now, uint64_t in_use, uint64_t largest_request,
		uint64_t window, uint64_t half_life);

/* The pages to keep ready at @now: the burst, a quarter more, and the largest request. */
uint64_t demand_pages(const struct demand *demand, uint64_t now, uint64_t half_life);

#endif
