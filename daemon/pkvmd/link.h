/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The module, as the manager sees it: found when it is loaded, lost when it goes, its
 * notifications counted, its figures fetched. One socket waits for it to be loaded, one has
 * requests, one notifications.
 */
#ifndef PKVMD_LINK_H
#define PKVMD_LINK_H

#include "manager.h"

/*
 * Begins to look for the module; manager->state and its figures follow. Returns 0, or a
 * negative errno that has been told. *ret is freed before the manager's loop.
 */
int link_new(struct manager *manager, struct link **ret);
void link_free(struct link *link);

/* For requests; the figures are link_refresh()'s. Not connected unless LIVE or DEAD. */
struct pkvm_client *link_client(struct link *link);

/* manager->stats as of now. A negative errno; the module's end is noticed by it, too. */
int link_refresh(struct link *link);

/* manager->page_stats, likewise. */
int link_refresh_pages(struct link *link);

/* The largest hyp request since the last call, in pages; 0: none. */
uint64_t link_take_largest(struct link *link);

#endif
