// SPDX-License-Identifier: GPL-2.0-or-later
/* What the enumerations of the module's interface are called. */
#include "names.h"

#include "pkvm.h"

#define WORDS(name, ...) \
	static const char *const name##_list[] = { __VA_ARGS__ }; \
	const struct ctl_words name = { sizeof(name##_list) / sizeof(name##_list[0]), name##_list }

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

WORDS(ctl_owner_words, [PKVM_PAGE_OWNER_NOBODY] = "nobody", [PKVM_PAGE_OWNER_HYP] = "hyp",
      [PKVM_PAGE_OWNER_HOST] = "host", [PKVM_PAGE_OWNER_GUEST] = "guest");

WORDS(ctl_use_words, [PKVM_PAGE_USE_HOST] = "host", [PKVM_PAGE_USE_STOCK] = "stock",
      [PKVM_PAGE_USE_HEAP] = "heap", [PKVM_PAGE_USE_TABLE] = "table",
      [PKVM_PAGE_USE_VMEMMAP] = "vmemmap", [PKVM_PAGE_USE_HOST_S2] = "host-s2",
      [PKVM_PAGE_USE_GUEST_S2] = "guest-s2", [PKVM_PAGE_USE_SHARED_HYP] = "shared-hyp",
      [PKVM_PAGE_USE_SHARED_GUEST] = "shared-guest", [PKVM_PAGE_USE_GUEST] = "guest",
      [PKVM_PAGE_USE_GUEST_SHARED] = "guest-shared", [PKVM_PAGE_USE_BOOT] = "boot");

/* By bit. */
WORDS(ctl_access_words, "write", "exec", "walk", "el0");

WORDS(ctl_event_words, [PKVM_EVENT_REQUEST] = "request", [PKVM_EVENT_TOPUP] = "topup",
      [PKVM_EVENT_RECLAIM] = "reclaim", [PKVM_EVENT_SHRINK] = "shrink",
      [PKVM_EVENT_VM_CREATE] = "vm-create", [PKVM_EVENT_VM_DESTROY] = "vm-destroy",
      [PKVM_EVENT_SHRINKER] = "shrinker", [PKVM_EVENT_STATE] = "state",
      [PKVM_EVENT_CRASH] = "crash", [PKVM_EVENT_FAULT] = "fault");
