# SPDX-License-Identifier: GPL-2.0-or-later
# EL2 without its CPU: everything portable, on a simulated machine with a host around it.
HYP_TEST_SRCS := $(addprefix kmod/hyp/,host_s2.c host_s2_entry.c host_s2_idle.c host_fault.c \
	ram.c page.c stock.c mm.c pgtable.c topup.c reclaim.c vm.c \
	vcpu.c selftest.c init.c hcall.c hcall_mem.c hcall_heap.c hcall_vm.c) \
	$(wildcard kmod/hyp/heap*.c) kmod/el2_stage2.c \
	$(addprefix tests/unit/fake/,arch_env.c host.c mm_check.c)

HYP_TESTS := test_mm test_mm_topup test_vm test_request test_hcall
UNIT_TESTS += $(HYP_TESTS)
$(foreach test,$(HYP_TESTS),$(eval $(test)_SRCS := $(HYP_TEST_SRCS)))
