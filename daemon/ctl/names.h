/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the enumerations of the module's interface are called. */
#ifndef CTL_NAMES_H
#define CTL_NAMES_H

#include "words.h"

/* The netlink interface's enumerations, in the words of its spec. */
extern const struct ctl_words ctl_provider_words;
extern const struct ctl_words ctl_state_words;
extern const struct ctl_words ctl_feature_words;
extern const struct ctl_words ctl_region_words;
extern const struct ctl_words ctl_check_words;
extern const struct ctl_words ctl_cause_words;
extern const struct ctl_words ctl_panic_words;

extern const struct ctl_words ctl_owner_words;
extern const struct ctl_words ctl_use_words;
extern const struct ctl_words ctl_access_words;

/* The client library's. */
extern const struct ctl_words ctl_event_words;

#endif
