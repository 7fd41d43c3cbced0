// SPDX-License-Identifier: GPL-2.0-or-later
/* Learning how many pages a burst of VM starts takes. */
#include "demand.h"

#define NOTHING_SEEN	UINT64_MAX

void demand_init(struct demand *demand)
{
	*demand = (struct demand){};
	demand_forget_window(demand);
}

void demand_forget_window(struct demand *demand)
{
	for (int i = 0; i < DEMAND_SLOTS; i++)
		demand->slot[i] = NOTHING_SEEN;
	demand->seen = false;
}

/* Shifts the slots so that the newest contains @now. */
static void advance(struct demand *demand, uint64_t now, uint64_t slot)
{
	uint64_t steps = now < demand->slot_at ? 0 : (now - demand->slot_at) / slot;

	demand->slot_at += steps * slot;
	if (steps > DEMAND_SLOTS)
		steps = DEMAND_SLOTS;
	for (int i = DEMAND_SLOTS - 1; steps && i >= 0; i--)
		demand->slot[i] = i >= (int)steps ? demand->slot[i - steps] : NOTHING_SEEN;
}

/*
 * What was in use at the start of the window, or less if it fell within. Between two samples
 * nothing has happened: where the window has none older than now, the one before counts.
 */
static uint64_t least(const struct demand *demand, uint64_t before)
{
	uint64_t low = before;

	for (int i = 0; i < DEMAND_SLOTS; i++) {
		if (demand->slot[i] < low)
			low = demand->slot[i];
	}
	return low;
}

/* @pages after @age, with the half-life @half_life: exact halves, and linear in between. */
static uint64_t fade(uint64_t pages, uint64_t age, uint64_t half_life)
{
	uint64_t halves = age / half_life;
	double part = (double)(age % half_life) / half_life;

	if (halves >= 64)
		return 0;
	pages >>= halves;
	return pages - (uint64_t)(pages * part / 2);
}

static uint64_t age_of(const struct demand *demand, uint64_t now)
{
	return now > demand->learnt_at ? now - demand->learnt_at : 0;
}

static void learn(struct demand *demand, uint64_t now, uint64_t rise, uint64_t largest,
		  uint64_t half_life)
{
	uint64_t age = age_of(demand, now);
	uint64_t burst = fade(demand->burst, age, half_life);
	uint64_t request = fade(demand->largest, age, half_life);

	if (rise <= burst && largest <= request)
		return;
	demand->burst = rise > burst ? rise : burst;
	demand->largest = largest > request ? largest : request;
	demand->learnt_at = now;
}

void demand_restore(struct demand *demand, uint64_t burst, uint64_t largest, uint64_t age,
		    uint64_t half_life, uint64_t now)
{
	demand->burst = fade(burst, age, half_life);
	demand->largest = fade(largest, age, half_life);
	demand->learnt_at = now;
}

void demand_see(struct demand *demand, uint64_t now, uint64_t in_use, uint64_t largest_request,
		uint64_t window, uint64_t half_life)
{
	uint64_t low;

	advance(demand, now, window / DEMAND_SLOTS);
	low = least(demand, demand->seen ? demand->before : in_use);
	learn(demand, now, in_use > low ? in_use - low : 0, largest_request, half_life);
	if (in_use < demand->slot[0])
		demand->slot[0] = in_use;
	demand->before = in_use;
	demand->seen = true;
}

uint64_t demand_pages(const struct demand *demand, uint64_t now, uint64_t half_life)
{
	uint64_t age = age_of(demand, now);
	uint64_t burst = fade(demand->burst, age, half_life);

	return burst + burst / 4 + fade(demand->largest, age, half_life);
}
