// SPDX-License-Identifier: GPL-2.0-only
/* The queue between those who tell an event, in any context, and the work item that sends it. */
#include <linux/atomic.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "netlink_msg.h"
#include "notify.h"

/* Events that can wait: some 28 KiB, and more than a burst of shrinker batches makes. */
#define QUEUE_SIZE	256

/* Held with interrupts off, for the copy of one event; innermost of all locks. */
static DEFINE_SPINLOCK(queue_lock);
static struct pkvm_event queue[QUEUE_SIZE];
static unsigned int head, waiting;	/* the oldest, and how many */
static u64 lost;

/* Held while an event is sent; before every lock of the netlink core. */
static DEFINE_MUTEX(send_lock);
static bool sending;

static void send_all(struct work_struct *work);
static DECLARE_WORK(send_work, send_all);

static bool put(const struct pkvm_event *ev)
{
	if (waiting == QUEUE_SIZE) {
		lost++;
		return false;
	}
	queue[(head + waiting++) % QUEUE_SIZE] = *ev;
	return true;
}

static bool take(struct pkvm_event *ret)
{
	bool found;

	spin_lock_irq(&queue_lock);
	found = waiting;
	if (found) {
		*ret = queue[head];
		head = (head + 1) % QUEUE_SIZE;
		waiting--;
	}
	spin_unlock_irq(&queue_lock);
	return found;
}

static void send_all(struct work_struct *work)
{
	struct pkvm_event ev;

	mutex_lock(&send_lock);
	while (sending && take(&ev))
		pkvm_nl_send_event(&ev);
	mutex_unlock(&send_lock);
}

void pkvm_notify(const struct pkvm_event *ev)
{
	unsigned long flags;
	bool queued;

	spin_lock_irqsave(&queue_lock, flags);
	queued = put(ev);
	spin_unlock_irqrestore(&queue_lock, flags);
	if (queued)
		schedule_work(&send_work);
}

u64 pkvm_notify_lost(void)
{
	unsigned long flags;
	u64 n;

	spin_lock_irqsave(&queue_lock, flags);
	n = lost;
	spin_unlock_irqrestore(&queue_lock, flags);
	return n;
}

void pkvm_notify_start(void)
{
	mutex_lock(&send_lock);
	sending = true;
	mutex_unlock(&send_lock);
	schedule_work(&send_work);
}

void pkvm_notify_stop(void)
{
	mutex_lock(&send_lock);
	sending = false;
	mutex_unlock(&send_lock);
}

void pkvm_notify_exit(void)
{
	cancel_work_sync(&send_work);
}
