// SPDX-License-Identifier: GPL-2.0-only
/*
 * Self-test of ownership: every transition from every state of a page, and after each one,
 * the refused ones too, what all parties' tables and the vmemmap say of it.
 *
 * The page is one of the stock's that EL2 calls the host's for a while: the host's kernel
 * takes it for donated all along and keeps away from it. A step holds the memory lock from
 * its first look at the stock until the page, or another in its place, is back there.
 */
#include "selftest_own.h"

#include <pkvm/stage2.h>

#include "errno.h"
#include "guest_s2.h"
#include "host_s2.h"
#include "host_s2_entry.h"
#include "mm_priv.h"
#include "page.h"
#include "pgtable.h"
#include "stock.h"
#include "topup.h"
#include "transition.h"

/* No VM has it: its slot is none. */
#define HANDLE		UINT64_C(0x100)

/* Where the guest has the page: in tables of its own on every level. */
#define GPA		UINT64_C(0x4080402000)

/*
 * Pages of the stock for any step: the page, two that might become tables of the host's
 * stage-2 in its stead, and three tables for the guest or for EL2.
 */
#define STOCK_NEEDED	6

#define EXPECT(cond)			\
	do {				\
		if (!(cond))		\
			return __LINE__; \
	} while (0)

enum own_state {
	HOST,
	HYP,
	SHARED,		/* with EL2 */
	PINNED,
	BORROWED,	/* by the guest */
	GUEST,
	LENT,		/* by the guest, to the host */
	OWN_STATES
};

static const struct {
	enum page_state page;
	unsigned int count;
} in_vmemmap[OWN_STATES] = {
	[HOST] = { PAGE_HOST, 0 },
	[HYP] = { PAGE_STOCK, 0 },
	[SHARED] = { PAGE_SHARED_HYP, 0 },
	[PINNED] = { PAGE_SHARED_HYP, 1 },
	[BORROWED] = { PAGE_SHARED_GUEST, 1 },
	[GUEST] = { PAGE_GUEST, 0 },
	[LENT] = { PAGE_GUEST_SHARED, 0 },
};

static struct {
	phys_addr_t pa;
	struct guest_s2 guest;
} test;

/* The transitions. */

static int donate_hyp(struct hyp_ask *ask)
{
	(void)ask;
	return __topup_page(test.pa);
}

static int share_hyp(struct hyp_ask *ask)
{
	return __host_share_hyp(test.pa, 1, ask);
}

static int unshare_hyp(struct hyp_ask *ask)
{
	(void)ask;
	return __host_unshare_hyp(test.pa, 1);
}

static int pin(struct hyp_ask *ask)
{
	void *va;

	return __hyp_pin_shared(test.pa, 1, ask, &va);
}

static int unpin(struct hyp_ask *ask)
{
	(void)ask;
	__hyp_unpin_shared(test.pa, 1);
	return 0;
}

static int donate_guest(struct hyp_ask *ask)
{
	return __host_donate_guest(&test.guest, test.pa, GPA, 1, ask);
}

static int share_guest(struct hyp_ask *ask)
{
	return __host_share_guest(&test.guest, test.pa, GPA, 1, ask);
}

static int unshare_guest(struct hyp_ask *ask)
{
	(void)ask;
	return __host_unshare_guest(&test.guest, GPA, 1);
}

static int guest_share(struct hyp_ask *ask)
{
	(void)ask;
	return __guest_share_host(&test.guest, GPA, 1);
}

static int guest_unshare(struct hyp_ask *ask)
{
	(void)ask;
	return __guest_unshare_host(&test.guest, GPA, 1);
}

static int reclaim_guest(struct hyp_ask *ask)
{
	(void)ask;
	return __host_reclaim_guest(&test.guest, GPA, 1);
}

#define NO	(-HYP_EPERM)
#define BUSY	(-HYP_EBUSY)
#define AGAIN	OWN_STATES	/* allowed, but leads to none of the states here */
#define NEVER	OWN_STATES	/* EL2 does not do it: not the host's to cause, nor to be refused */

/* What each leads to from each state, or how it is refused. */
static const struct transition {
	int (*run)(struct hyp_ask *ask);
	int to[OWN_STATES];
} transitions[] = {
	/*		     HOST	HYP  SHARED  PINNED  BORROWED  GUEST  LENT */
	{ donate_hyp,	    { HYP,	NO,  NO,     NO,     NO,       NO,    NO } },
	{ share_hyp,	    { SHARED,	NO,  NO,     NO,     NO,       NO,    NO } },
	{ unshare_hyp,	    { NO,	NO,  HOST,   BUSY,   NO,       NO,    NO } },
	{ pin,		    { NO,	NO,  PINNED, AGAIN,  NO,       NO,    NO } },
	{ unpin,	    { NEVER,	NEVER, NEVER, SHARED, NEVER,   NEVER, NEVER } },
	{ donate_guest,	    { GUEST,	NO,  NO,     NO,     NO,       NO,    NO } },
	{ share_guest,	    { BORROWED, NO,  NO,     NO,     NO,       NO,    NO } },
	{ unshare_guest,    { NO,	NO,  NO,     NO,     HOST,     NO,    NO } },
	{ guest_share,	    { NO,	NO,  NO,     NO,     NO,       LENT,  NO } },
	{ guest_unshare,    { NO,	NO,  NO,     NO,     NO,       NO,    GUEST } },
	{ reclaim_guest,    { NO,	NO,  NO,     NO,     HOST,     HOST,  HOST } },
};

/* How each state is reached from another one. */
static const struct {
	enum own_state from;
	int (*run)(struct hyp_ask *ask);
} ways[OWN_STATES] = {
	[HYP] = { HOST, donate_hyp },
	[SHARED] = { HOST, share_hyp },
	[PINNED] = { SHARED, pin },
	[BORROWED] = { HOST, share_guest },
	[GUEST] = { HOST, donate_guest },
	[LENT] = { GUEST, guest_share },
};

/* The views. */

static u64 host_entry(enum own_state state, unsigned int level)
{
	switch (state) {
	case HYP:
		return PKVM_S2_HYP;
	case GUEST:
		return pkvm_s2_guest(HANDLE);
	case LENT:
		return pkvm_s2_plain(test.pa, level) | PKVM_S2_LENT;
	default:
		return pkvm_s2_plain(test.pa, level);
	}
}

static u64 guest_entry(enum own_state state)
{
	u64 page = pkvm_s2_plain(test.pa, S2_PAGE);

	switch (state) {
	case BORROWED:
		return page | GUEST_S2_BORROWED;
	case GUEST:
		return page;
	case LENT:
		return page | GUEST_S2_SHARED;
	default:
		return 0;
	}
}

static int check_views(enum own_state state)
{
	unsigned int level = S2_PAGE;
	u64 entry = *__s2_walk(test.pa, &level);

	/* Where its block is whole, a page that EL2 takes serves as the block's table. */
	if (state == HYP && __host_s2_is_table(test.pa))
		return 0;
	EXPECT(__page_stored_state(test.pa) == in_vmemmap[state].page);
	EXPECT(__page_count(test.pa) == in_vmemmap[state].count);
	EXPECT(entry == host_entry(state, level));
	EXPECT(hyp_mapped(__shared_va(test.pa)) == (state == PINNED));
	EXPECT(__guest_s2_get(&test.guest, GPA) == guest_entry(state));
	return 0;
}

/* The page comes and goes. */

static void give_page(void)
{
	do {
		test.pa = __stock_get_free();
	} while (!__host_s2_give(test.pa));
	mm.count.owned--;
}

/* From any state there may be. Its content is zero: nobody has written to it. */
static void come_home(void)
{
	switch (__page_state(test.pa)) {
	case PAGE_HOST:
		return;
	case PAGE_SHARED_HYP:
		while (__page_count(test.pa))
			__hyp_unpin_shared(test.pa, 1);
		__host_unshare_hyp(test.pa, 1);
		return;
	case PAGE_STOCK:
	case PAGE_HOST_S2:
		give_page();
		return;
	default:
		__host_reclaim_guest(&test.guest, GPA, 1);
	}
}

static int go_to(enum own_state state, struct hyp_ask *ask)
{
	if (state == HOST)
		return 0;
	if (ways[state].from != HOST)
		EXPECT(!ways[ways[state].from].run(ask));
	EXPECT(!ways[state].run(ask));
	return 0;
}

static int try_one(const struct transition *t, enum own_state state, struct hyp_ask *ask)
{
	int to = t->to[state], line;

	if (to == AGAIN)
		return 0;
	EXPECT(t->run(ask) == (to < 0 ? to : 0));
	line = check_views(to < 0 ? state : (enum own_state)to);
	if (line || to < 0)
		return line;
	come_home();
	line = check_views(HOST);
	return line ? line : go_to(state, ask);
}

static int try_all(enum own_state state, struct hyp_ask *ask)
{
	int line = go_to(state, ask);

	if (!line)
		line = check_views(state);
	for (unsigned int i = 0; !line && i < ARRAY_SIZE(transitions); i++)
		line = try_one(&transitions[i], state, ask);
	return line;
}

static int __test_state(enum own_state state, struct hyp_ask *ask)
{
	int ret = __stock_reserve(ask, STOCK_NEEDED);

	if (ret)
		return ret;
	__stock_unreserve(STOCK_NEEDED);
	test.guest = (struct guest_s2){ .handle = HANDLE };
	give_page();
	ret = try_all(state, ask);
	come_home();
	if (__topup_page(test.pa) && !ret)
		ret = __LINE__;
	return ret;
}

_Static_assert(SELFTEST_OWN_STEPS == OWN_STATES, "a step for each state");

int selftest_own(unsigned int step, struct hyp_ask *ask)
{
	int ret;

	hyp_spin_lock(&mm_lock);
	ret = __test_state((enum own_state)step, ask);
	hyp_spin_unlock(&mm_lock);
	return ret;
}
