/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libpkvm: the pkvm module over generic netlink, as plain structs and functions.
 *
 * Functions return 0 or a negative errno; pkvm_client_error() then has the
 * sentence, the kernel's own where it gave one, and pkvm_client_failure() says
 * whose refusal it was. What a ret_* parameter points to changes only on success.
 * Pages are 4 KiB. A client or monitor is used by one thread at a time.
 *
 * Where it says "admin", the kernel asks for CAP_NET_ADMIN (-EPERM).
 */
#ifndef LIBPKVM_PKVM_H
#define LIBPKVM_PKVM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/pkvm.h>

struct pkvm_client;
struct pkvm_monitor;

enum pkvm_failure {
	PKVM_FAILURE_NONE,		/* the last call succeeded */
	PKVM_FAILURE_OTHER,		/* the module refused, or something failed on this side */
	PKVM_FAILURE_NO_MODULE,		/* no family "pkvm": the module is not loaded */
	PKVM_FAILURE_PERMISSION,
	PKVM_FAILURE_ABI,		/* module and library are of different versions */
	PKVM_FAILURE_EL2,		/* refused by EL2, or EL2 is dead */
};

/* Allocates a client that is not connected yet. Returns 0 or -ENOMEM. */
int pkvm_client_new(struct pkvm_client **ret);

/* Closes and frees; NULL is fine. Monitors opened through it are freed before it. */
void pkvm_client_free(struct pkvm_client *client);

/*
 * Finds the family and compares versions. -ENODEV: the module is not loaded;
 * -EPROTONOSUPPORT: it speaks another version than this library. Every function
 * below but pkvm_client_free() needs a connected client (-ENOTCONN).
 */
int pkvm_client_connect(struct pkvm_client *client);

/*
 * The last call's sentence, without a newline: why it failed, or after a success
 * what the kernel had to add (pkvm_topup()); "" otherwise. Never NULL, valid until
 * the next call.
 */
const char *pkvm_client_error(const struct pkvm_client *client);
enum pkvm_failure pkvm_client_failure(const struct pkvm_client *client);

struct pkvm_info {
	uint32_t netlink_abi;
	uint32_t module_abi;		/* hypercalls, as the module was built */
	uint32_t hyp_abi;		/* hypercalls, as EL2 answers; 0 when it is dead */
	enum pkvm_provider provider;
	enum pkvm_state state;
	uint32_t features;		/* enum pkvm_feature bits; 0 when EL2 is dead */
	uint32_t cpus;			/* behind the hypervisor */
	uint64_t heap_size;		/* bytes of address space */
	char module_version[32];
};

int pkvm_get_info(struct pkvm_client *client, struct pkvm_info *ret);

/* Members mean what include/netlink/pkvm.yaml says of the attribute of their name. */
struct pkvm_stats_heap {
	uint64_t size, used, mapped, free_mapped, largest_free;	/* bytes */
	uint64_t holes, chunks_used, chunks_free;
	uint64_t reclaimable;					/* pages */
	uint64_t allocs, frees, failures, misuses;
};

/* Pages but for the counts requests, topups, topup_refused, reclaims, vms and vcpus. */
struct pkvm_stats_mem {
	uint64_t owned, boot, stock, credited, heap, tables, vmemmap;
	uint64_t requests, requested;
	uint64_t topups, topped_up, topup_refused;
	uint64_t reclaims, reclaimed;
	uint64_t vms, vcpus;
	uint64_t reclaimable;
};

struct pkvm_stats_host {
	uint64_t requests_other, requests_vm, requests_vcpu, requests_selftest;
	uint64_t requested;				/* pages */
	uint64_t request_retries, request_failures;
	uint64_t topup_range_pages, topup_list_pages;	/* pages */
	uint64_t topup_failures, alloc_failures;
	uint64_t reclaims, reclaimed;			/* count, pages */
	uint64_t shrinks, shrunk, shrink_backoffs;	/* count, pages, count */
	uint64_t vms_created, vms_destroyed;
	uint64_t donated, returned;			/* pages */
	uint64_t events_lost;
};

struct pkvm_stats {
	struct pkvm_stats_heap heap;
	struct pkvm_stats_mem mem;
	struct pkvm_stats_host host;
};

int pkvm_get_stats(struct pkvm_client *client, struct pkvm_stats *ret);

/* Members mean what the spec says; pages, and counts where it says so. */
struct pkvm_page_stats {
	uint64_t host, hyp;
	uint64_t split_gibs, split_blocks;
	uint64_t tables, tables_idle, tables_spare;
	uint64_t refused;
	uint64_t faults_mapped, faults_raced, violations;
	uint64_t guest, shared_hyp, shared_guest;
	uint64_t cpus, relayed, entries_refused, smcs_passed, smcs_refused;
	uint64_t arena_held, arena_blocks, arena_cut, arena_missed;
};

int pkvm_get_page_stats(struct pkvm_client *client, struct pkvm_page_stats *ret);

struct pkvm_page {
	uint64_t pfn;			/* address / 4096 */
	enum pkvm_page_owner owner;
	enum pkvm_page_use use;
	uint32_t count;			/* of a table: entries in use */
};

/* Admin. -ERANGE: there is no such page of RAM. */
int pkvm_get_page(struct pkvm_client *client, uint64_t pfn, struct pkvm_page *ret);

struct pkvm_region {
	uint64_t offset;		/* bytes from the start of the heap */
	uint64_t size;			/* bytes */
	enum pkvm_region_kind kind;
};

/*
 * The heap's range, ascending and without gaps. The caller frees *ret with free().
 * A dump that the kernel says is torn is repeated a few times, then -EAGAIN. Admin.
 */
int pkvm_get_heap_map(struct pkvm_client *client, struct pkvm_region **ret, size_t *ret_n);

struct pkvm_check {
	enum pkvm_check_result result;
	bool has_offset;
	uint64_t offset;		/* of the chunk at fault */
};

/* Finding a fault is a success of the call. Admin. */
int pkvm_check_heap(struct pkvm_client *client, struct pkvm_check *ret);

struct pkvm_selftest {
	uint32_t steps;
	uint32_t passed;		/* == steps if nothing failed */
	uint32_t line;			/* in the source, of the check that failed; or 0 */
};

/* A failing self-test is a success of the call. Admin. */
int pkvm_run_selftest(struct pkvm_client *client, struct pkvm_selftest *ret);

/*
 * 1 to PKVM_NL_MAX_PAGES pages. Returns 0 and how many were moved; if these are
 * fewer than asked for, pkvm_client_error() has the reason, if there is one. A host with
 * larger pages than EL2's tops up whole ones, which may be a few of EL2's more. Admin.
 */
int pkvm_topup(struct pkvm_client *client, uint64_t pages, uint64_t *ret_done);
int pkvm_reclaim(struct pkvm_client *client, uint64_t pages, uint64_t *ret_done);

struct pkvm_shrinker {
	bool enabled;
	uint32_t seeks;
	uint32_t batch;			/* pages */
	uint64_t reserve;		/* pages */
};

/* Which members pkvm_set_shrinker() sends; the others stay. */
#define PKVM_SHRINKER_ENABLED	(1u << 0)
#define PKVM_SHRINKER_SEEKS	(1u << 1)
#define PKVM_SHRINKER_BATCH	(1u << 2)
#define PKVM_SHRINKER_RESERVE	(1u << 3)

int pkvm_get_shrinker(struct pkvm_client *client, struct pkvm_shrinker *ret);
/* All or nothing. Admin. */
int pkvm_set_shrinker(struct pkvm_client *client, const struct pkvm_shrinker *shrinker,
		      unsigned int which);

struct pkvm_vm_config {
	uint32_t max_vcpus;		/* 1 to PKVM_NL_MAX_VCPUS */
	uint32_t vcpus;			/* created with it, 0 to max_vcpus */
	bool bound;			/* goes with this client */
};

struct pkvm_vm {
	uint32_t handle;
	uint32_t max_vcpus;
	uint32_t vcpus;
	bool bound;			/* to some client */
	uint64_t bytes;			/* heap bytes at EL2 */
	uint64_t requests;		/* hyp requests made for it */
	uint64_t pages;			/* topped up for these */
	uint64_t age_ns;
	uint32_t pid;			/* of its creator */
	char comm[16];
};

/* Admin. */
int pkvm_create_vm(struct pkvm_client *client, const struct pkvm_vm_config *config,
		   uint32_t *ret_handle);
/* Admin. -ENOENT: no such VM. */
int pkvm_destroy_vm(struct pkvm_client *client, uint32_t handle);
/* Admin. *ret_n: how many there were. */
int pkvm_destroy_all_vms(struct pkvm_client *client, uint32_t *ret_n);
/* By ascending handle. The caller frees *ret, NULL for none. Torn as pkvm_get_heap_map(). */
int pkvm_get_vms(struct pkvm_client *client, struct pkvm_vm **ret, size_t *ret_n);

struct pkvm_crash_record {
	enum pkvm_panic_reason reason;
	uint32_t cpu;
	uint64_t esr, elr, elr_offset, far, spsr, sp;
	uint64_t hcall;
	uint32_t line;
	char file[48];
	uint64_t x[31];
};

/* Admin. -ENODATA: EL2 lives. */
int pkvm_get_crash(struct pkvm_client *client, struct pkvm_crash_record *ret);

enum pkvm_event_type {
	PKVM_EVENT_REQUEST,		/* moved */
	PKVM_EVENT_TOPUP,		/* moved */
	PKVM_EVENT_RECLAIM,		/* moved */
	PKVM_EVENT_SHRINK,		/* moved */
	PKVM_EVENT_VM_CREATE,		/* vm */
	PKVM_EVENT_VM_DESTROY,		/* vm: only the handle */
	PKVM_EVENT_SHRINKER,		/* shrinker */
	PKVM_EVENT_STATE,		/* info */
	PKVM_EVENT_CRASH,		/* crash; only with PKVM_MONITOR_ADMIN */
	PKVM_EVENT_FAULT,		/* fault; only with PKVM_MONITOR_ADMIN */
	PKVM_EVENT_LOADED,		/* nothing; only with PKVM_MONITOR_MODULE */
	PKVM_EVENT_UNLOADED,		/* nothing; only with PKVM_MONITOR_MODULE */
};

struct pkvm_moved {
	uint64_t pages, asked;
	int error;			/* positive errno, 0 for success */
	uint64_t duration_ns;
	/* Of a request only: */
	uint32_t vm;			/* handle, 0 for none */
	enum pkvm_request_cause cause;
	uint32_t retries;
};

/* The host touched a page that is not its own. */
struct pkvm_fault {
	uint64_t address;		/* physical, of the page */
	uint64_t va, pc;
	enum pkvm_page_owner owner;
	uint32_t cpu;
	uint32_t access;		/* enum pkvm_access bits; 0 for a read */
	uint64_t lost;			/* faults before this one that are not told */
};

struct pkvm_event {
	enum pkvm_event_type type;
	union {
		struct pkvm_moved moved;
		struct pkvm_vm vm;
		struct pkvm_shrinker shrinker;
		struct pkvm_info info;
		struct pkvm_crash_record crash;
		struct pkvm_fault fault;
	};
};

#define PKVM_MONITOR_EVENTS	(1u << 0)	/* group "events", for everyone */
#define PKVM_MONITOR_ADMIN	(1u << 1)	/* group "admin": what shows addresses */
#define PKVM_MONITOR_MODULE	(1u << 2)	/* the module's being loaded, and unloaded */

/*
 * Subscribes, on a socket of its own. The monitor's errors are told by the client, which
 * needs no connection for PKVM_MONITOR_MODULE alone: look for the module after that, and
 * none that is loaded meanwhile is missed.
 */
int pkvm_monitor_open(struct pkvm_client *client, unsigned int groups, struct pkvm_monitor **ret);

/* NULL is fine. */
void pkvm_monitor_free(struct pkvm_monitor *monitor);

/* To poll for POLLIN. The monitor's own: not to be read or closed. */
int pkvm_monitor_fd(const struct pkvm_monitor *monitor);

/*
 * Never waits. Returns 1 and an event, or 0 when none is there (yet). -ENOBUFS:
 * some were lost because nobody fetched them in time; those that follow are good.
 * -ENODEV: the module was unloaded. Events of a newer module are left out.
 */
int pkvm_monitor_next(struct pkvm_monitor *monitor, struct pkvm_event *ret);

#endif
