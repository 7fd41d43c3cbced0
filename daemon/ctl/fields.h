/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The client library's structs, field by field: what each is called and measures. */
#ifndef CTL_FIELDS_H
#define CTL_FIELDS_H

#include "record.h"

extern const struct ctl_fields ctl_info_fields;		/* struct pkvm_info */
extern const struct ctl_fields ctl_version_fields;	/* struct pkvm_info: only versions */
extern const struct ctl_fields ctl_heap_fields;		/* struct pkvm_stats_heap */
extern const struct ctl_fields ctl_mem_fields;		/* struct pkvm_stats_mem */
extern const struct ctl_fields ctl_host_fields;		/* struct pkvm_stats_host */
extern const struct ctl_fields ctl_summary_fields;	/* struct pkvm_stats: what matters most */
extern const struct ctl_fields ctl_region_fields;	/* struct pkvm_region */
extern const struct ctl_fields ctl_shrinker_fields;	/* struct pkvm_shrinker: the knobs */
extern const struct ctl_fields ctl_shrunk_fields;	/* struct pkvm_stats_host: the shrinker's */
extern const struct ctl_fields ctl_vm_fields;		/* struct pkvm_vm */
extern const struct ctl_fields ctl_vm_handle_fields;	/* struct pkvm_vm: of a destroyed one */
extern const struct ctl_fields ctl_moved_fields;	/* struct pkvm_moved */
extern const struct ctl_fields ctl_request_fields;	/* struct pkvm_moved of a request */
extern const struct ctl_fields ctl_state_fields;	/* struct pkvm_info: only the state */
extern const struct ctl_fields ctl_page_fields;		/* struct pkvm_page */
extern const struct ctl_fields ctl_owner_fields;	/* struct pkvm_page_stats: owners */
extern const struct ctl_fields ctl_host_s2_fields;	/* ... the host's stage-2 and its faults */
extern const struct ctl_fields ctl_cpu_fields;		/* ... CPUs */
extern const struct ctl_fields ctl_fault_fields;	/* struct pkvm_fault */
extern const struct ctl_fields ctl_daemon_fields;	/* struct ctl_daemon_status */
extern const struct ctl_fields ctl_decision_fields;	/* struct ctl_decision */
extern const struct ctl_fields ctl_policy_fields;	/* struct ctl_policy_key */
extern const struct ctl_fields ctl_crash_fields;	/* struct pkvm_crash_record */

#endif
