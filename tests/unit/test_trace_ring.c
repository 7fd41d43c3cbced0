// SPDX-License-Identifier: GPL-2.0-or-later
/* A CPU's ring of events: each record is read once and in order, or counted as lost. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "../../kmod/hyp/trace_ring.h"
#include "suite.h"

#define FULL		PKVM_TRACE_PAGE_RECORDS
#define MAX_PAGES	8
#define MAX_STEPS	200000

static struct trace_ring ring;
static struct simple_buffer_page descriptors[MAX_PAGES];
static struct pkvm_trace_record memory[MAX_PAGES][PKVM_TRACE_PAGE_RECORDS];
static bool in_use[MAX_PAGES];
static u64 next_time;
static u64 random_state = 42;

/* What ought to be in the ring: runs of records, one for each page that has some. */
static struct {
	u64 first[MAX_PAGES], nr[MAX_PAGES];	/* oldest run first */
	unsigned int runs, pages;		/* pages that can be written */
	bool reader;
	u64 overwritten, dropped;
} model;

static void setup(void)
{
	memset(&ring, 0, sizeof(ring));
	memset(in_use, 0, sizeof(in_use));
	memset(&model, 0, sizeof(model));
	next_time = 1;
}

/* xorshift64* */
static u64 random_below(u64 limit)
{
	random_state ^= random_state >> 12;
	random_state ^= random_state << 25;
	random_state ^= random_state >> 27;
	return (random_state * UINT64_C(0x2545f4914f6cdd1d) >> 11) % limit;
}

/* Physical addresses are numbers of pages here, from 1 on. */
static void add(void)
{
	unsigned int i = 0;

	while (i < MAX_PAGES && in_use[i])
		i++;
	if (i == MAX_PAGES)
		return;
	in_use[i] = true;
	descriptors[i] = (struct simple_buffer_page){ .va = memory[i], .pa = i + 1, .entries = 77 };
	trace_ring_add(&ring, &descriptors[i]);
	if (model.reader)
		model.pages++;
	model.reader = true;
}

static u64 model_pop(void)
{
	u64 nr = model.runs ? model.nr[0] : 0;

	if (!model.runs)
		return 0;
	model.runs--;
	memmove(model.first, model.first + 1, model.runs * sizeof(model.first[0]));
	memmove(model.nr, model.nr + 1, model.runs * sizeof(model.nr[0]));
	return nr;
}

static void model_write(u64 time)
{
	if (!model.pages) {
		model.dropped++;
		return;
	}
	if (!model.runs || model.nr[model.runs - 1] == FULL) {
		if (model.runs == model.pages)
			model.overwritten += model_pop();
		model.first[model.runs] = time;
		model.nr[model.runs++] = 0;
	}
	model.nr[model.runs - 1]++;
}

static struct pkvm_trace_record record_of(u64 time)
{
	return (struct pkvm_trace_record){
		.time = time, .event = time % 7, .arg32 = ~time, .arg = { time * 3, time * 5 },
	};
}

static void write_one(void)
{
	struct pkvm_trace_record record = record_of(next_time);

	trace_ring_write(&ring, &record);
	model_write(next_time++);
}

static void write_many(u64 nr)
{
	while (nr--)
		write_one();
}

/* Whether the page holds these records. */
static bool holds(u64 page, u64 first, u64 nr)
{
	for (u64 i = 0; i < nr; i++) {
		struct pkvm_trace_record expected = record_of(first + i);

		if (memcmp(&memory[page - 1][i], &expected, sizeof(expected)) != 0)
			return false;
	}
	return true;
}

/* Returns the page. */
static u64 swap(bool compare_records)
{
	u64 first = model.first[0];
	struct trace_swap swap;
	u64 nr = model.reader ? model_pop() : 0;

	trace_ring_swap(&ring, &swap);
	ck_assert_uint_eq(swap.entries, nr);
	ck_assert_uint_eq(swap.page != PKVM_LIST_END, nr > 0);
	ck_assert_uint_eq(swap.overwritten, model.overwritten);
	ck_assert_uint_eq(swap.dropped, model.dropped);
	model.overwritten = model.dropped = 0;
	if (nr && compare_records)
		ck_assert(holds(swap.page, first, nr));
	return swap.page;
}

static void remove_one(void)
{
	struct simple_buffer_page *page = trace_ring_remove(&ring);

	ck_assert_int_eq(page != NULL, model.reader || model.pages);
	if (model.reader) {
		model.reader = false;
	} else if (model.pages) {
		model.pages--;
		model.dropped += model_pop();
	}
	if (page)
		in_use[page - descriptors] = false;
}

static void reset(void)
{
	trace_ring_reset(&ring);
	model.runs = 0;
	model.overwritten = model.dropped = 0;
}

START_TEST(without_pages_all_is_dropped_and_counted)
{
	setup();
	write_many(10);
	swap(true);
	add();
	/* The only page is for the reader. */
	write_many(3);
	swap(true);
	reset();
	remove_one();
	remove_one();
}
END_TEST

START_TEST(records_come_in_order)
{
	setup();
	for (unsigned int i = 0; i < 4; i++)
		add();
	write_many(2 * FULL + 5);
	for (unsigned int i = 0; i < 3; i++)
		ck_assert_uint_ne(swap(true), PKVM_LIST_END);
	ck_assert_uint_eq(swap(true), PKVM_LIST_END);
}
END_TEST

/* Of three pages one is the reader's. */
START_TEST(the_oldest_page_is_written_over)
{
	setup();
	for (unsigned int i = 0; i < 3; i++)
		add();
	write_many(2 * FULL);
	ck_assert_uint_eq(ring.overwritten, 0);
	write_one();
	ck_assert_uint_eq(ring.overwritten, FULL);
	swap(true);
	swap(true);
	ck_assert_uint_eq(swap(true), PKVM_LIST_END);
}
END_TEST

START_TEST(the_readers_page_is_left_alone)
{
	struct pkvm_trace_record before[PKVM_TRACE_PAGE_RECORDS];
	u64 page;

	setup();
	for (unsigned int i = 0; i < 3; i++)
		add();
	write_many(FULL / 2);
	page = swap(true);
	memcpy(before, memory[page - 1], sizeof(before));
	write_many(10 * FULL);
	ck_assert_mem_eq(before, memory[page - 1], sizeof(before));
}
END_TEST

START_TEST(two_pages_are_enough)
{
	setup();
	add();
	add();
	for (unsigned int i = 1; i < 5; i++) {
		write_many(i * FULL + i);
		swap(true);
		swap(true);
	}
}
END_TEST

START_TEST(a_page_that_goes_takes_its_records)
{
	setup();
	for (unsigned int i = 0; i < 4; i++)
		add();
	write_many(3 * FULL);
	remove_one();
	remove_one();
	ck_assert_uint_eq(ring.dropped, FULL);
	/* The next one is the reader's. */
	add();
	swap(true);
	swap(true);
	while (model.reader || model.pages)
		remove_one();
	remove_one();
	ck_assert_ptr_null(ring.tail);
}
END_TEST

static void random_step(bool compare_records)
{
	switch (random_below(64)) {
	case 0:
		add();
		break;
	case 1:
		remove_one();
		break;
	case 2:
		if (!random_below(4))
			reset();
		break;
	case 3 ... 12:
		swap(compare_records);
		break;
	default:
		write_many(random_below(FULL));
	}
}

START_TEST(any_order_of_calls_agrees_with_the_model)
{
	setup();
	for (unsigned int i = 0; i < MAX_STEPS; i++)
		random_step(true);
	ck_assert_uint_gt(next_time, MAX_STEPS);
}
END_TEST

/* The host can write to all pages at any time. What EL2 says does not come from there. */
START_TEST(what_is_in_the_pages_does_not_matter)
{
	setup();
	for (unsigned int i = 0; i < MAX_STEPS; i++) {
		memset(memory[random_below(MAX_PAGES)], random_below(256), sizeof(memory[0]));
		random_step(false);
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("trace_ring");
	TCase *tcase = tcase_create("all");

	tcase_set_timeout(tcase, 120);
	tcase_add_test(tcase, without_pages_all_is_dropped_and_counted);
	tcase_add_test(tcase, records_come_in_order);
	tcase_add_test(tcase, the_oldest_page_is_written_over);
	tcase_add_test(tcase, the_readers_page_is_left_alone);
	tcase_add_test(tcase, two_pages_are_enough);
	tcase_add_test(tcase, a_page_that_goes_takes_its_records);
	tcase_add_test(tcase, any_order_of_calls_agrees_with_the_model);
	tcase_add_test(tcase, what_is_in_the_pages_does_not_matter);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
