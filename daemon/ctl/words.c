// SPDX-License-Identifier: GPL-2.0-or-later
/* Tables of words. */
#include "words.h"

#include <errno.h>
#include <string.h>

#include "pkvm.h"

const char *ctl_word(const struct ctl_words *table, uint64_t value)
{
	if (value >= table->n || !table->words[value])
		return "unknown";
	return table->words[value];
}

int ctl_word_find(const struct ctl_words *table, const char *text)
{
	for (size_t i = 0; i < table->n; i++) {
		if (table->words[i] && !strcmp(table->words[i], text))
			return (int)i;
	}
	return -ENOENT;
}

void ctl_words_offer(const struct ctl_words *table, struct ctl_message *message)
{
	struct ctl_offer offer = { .message = message };

	for (size_t i = 0; i < table->n; i++) {
		if (table->words[i])
			ctl_offer_word(&offer, "", table->words[i]);
	}
}

#define WORDS(name, ...)                                                                           \
	static const char *const name##_list[] = { __VA_ARGS__ };                                  \
	const struct ctl_words name = { sizeof(name##_list) / sizeof(name##_list[0]), name##_list }

WORDS(ctl_switch_words, "off", "on");

WORDS(ctl_provider_words, [PKVM_PROVIDER_EL2] = "el2", [PKVM_PROVIDER_KVM] = "kvm");

WORDS(ctl_state_words, [PKVM_STATE_LIVE] = "live", [PKVM_STATE_DEAD] = "dead");

/* By bit. */
WORDS(ctl_feature_words, "debug");

WORDS(ctl_region_words, [PKVM_REGION_KIND_FREE] = "free", [PKVM_REGION_KIND_USED] = "used",
      [PKVM_REGION_KIND_HOLE] = "hole", [PKVM_REGION_KIND_TAIL] = "tail");

WORDS(ctl_check_words, [PKVM_CHECK_RESULT_OK] = "ok", [PKVM_CHECK_RESULT_HEADER] = "header",
      [PKVM_CHECK_RESULT_LINK] = "link", [PKVM_CHECK_RESULT_BOUNDS] = "bounds",
      [PKVM_CHECK_RESULT_LIST] = "list", [PKVM_CHECK_RESULT_TOTALS] = "totals",
      [PKVM_CHECK_RESULT_BUSY] = "busy");

WORDS(ctl_cause_words, [PKVM_REQUEST_CAUSE_OTHER] = "other", [PKVM_REQUEST_CAUSE_VM] = "vm",
      [PKVM_REQUEST_CAUSE_VCPU] = "vcpu", [PKVM_REQUEST_CAUSE_SELFTEST] = "selftest");

WORDS(ctl_panic_words, [PKVM_PANIC_REASON_NONE] = "none", [PKVM_PANIC_REASON_BUG] = "bug",
      [PKVM_PANIC_REASON_EXCEPTION] = "exception", [PKVM_PANIC_REASON_STACK] = "stack");

WORDS(ctl_event_words, [PKVM_EVENT_REQUEST] = "request", [PKVM_EVENT_TOPUP] = "topup",
      [PKVM_EVENT_RECLAIM] = "reclaim", [PKVM_EVENT_SHRINK] = "shrink",
      [PKVM_EVENT_VM_CREATE] = "vm-create", [PKVM_EVENT_VM_DESTROY] = "vm-destroy",
      [PKVM_EVENT_SHRINKER] = "shrinker", [PKVM_EVENT_STATE] = "state",
      [PKVM_EVENT_CRASH] = "crash");
