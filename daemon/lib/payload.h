/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The payloads of the family's messages as the structs of pkvm.h. All functions take
 * the attributes as they came in (@attrs of @len bytes), check what they use and
 * return 0, or -EBADMSG with *ret untouched when something is malformed or missing.
 */
#ifndef LIBPKVM_PAYLOAD_H
#define LIBPKVM_PAYLOAD_H

#include "pkvm.h"

struct nlattr;
struct nlmsghdr;

int payload_info(const struct nlattr *attrs, int len, struct pkvm_info *ret);
int payload_stats(const struct nlattr *attrs, int len, struct pkvm_stats *ret);
int payload_page(const struct nlattr *attrs, int len, struct pkvm_page *ret);
int payload_page_stats(const struct nlattr *attrs, int len, struct pkvm_page_stats *ret);
int payload_region(const struct nlattr *attrs, int len, struct pkvm_region *ret);
int payload_check(const struct nlattr *attrs, int len, struct pkvm_check *ret);
int payload_selftest(const struct nlattr *attrs, int len, struct pkvm_selftest *ret);
int payload_pages(const struct nlattr *attrs, int len, uint64_t *ret);
int payload_shrinker(const struct nlattr *attrs, int len, struct pkvm_shrinker *ret);
int payload_vm(const struct nlattr *attrs, int len, struct pkvm_vm *ret);
int payload_vm_handle(const struct nlattr *attrs, int len, uint32_t *ret);
int payload_vm_destroyed(const struct nlattr *attrs, int len, uint32_t *ret);
int payload_crash(const struct nlattr *attrs, int len, struct pkvm_crash_record *ret);

/* A whole notification. -ENOMSG: of a kind that this library does not know. */
int payload_event(const struct nlmsghdr *message, struct pkvm_event *ret);

#endif
