// SPDX-License-Identifier: GPL-2.0-or-later
/* Addresses go out of a report, and nothing else does. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "mask.h"

static const struct {
	const char *line, *masked;
} lines[] = {
	/* the record of a crash, in the kernel's log and in JSON */
	{ "pkvm: x0  00000000000000c6 x1  ffff800012345678 x2  0000000040201000\n",
	  "pkvm: x0  00000000000000c6 x1  **************** x2  ****************\n" },
	{ "pkvm: x30 0000c00000001fff\n", "pkvm: x30 ****************\n" },
	{ "pc: image+0x12f0c, esr 0x0000000096000004, far 0x0000c00000001000, spsr 0x600003c9, sp 0xc00000002ff0",
	  "pc: image+0x12f0c, esr 0x0000000096000004, far 0x****************, spsr 0x600003c9, sp 0x************" },
	{ "EL2 is dead: exception on CPU 1 in hypercall 0xc6000001",
	  "EL2 is dead: exception on CPU 1 in hypercall 0xc6000001" },
	{ "      \"elr_offset\": \"0x12f0c\", \"elr\": \"0xc00000010abc\", \"far\": \"0x10000\",",
	  "      \"elr_offset\": \"0x12f0c\", \"elr\": \"0x************\", \"far\": \"0x*****\"," },
	/* faults */
	{ " hyp_host_fault: hyp_cpu=0 hyp_ts=7 address=0x48a3f000 pc=0xffff800008123456 outcome=violation",
	  " hyp_host_fault: hyp_cpu=0 hyp_ts=7 address=0x******** pc=0x**************** outcome=violation" },
	{ "memory at 0x880000000 cannot come online", "memory at 0x********* cannot come online" },
	{ "RAM at [mem 0x40000000-0x7fffffff] is beyond", "RAM at [mem 0x********-0x********] is beyond" },
	/* no addresses */
	{ "hyp_heap_alloc: hyp_cpu=1 hyp_ts=1234567890123456 heap=main offset=0x3ffff0 size=1024",
	  "hyp_heap_alloc: hyp_cpu=1 hyp_ts=1234567890123456 heap=main offset=0x3ffff0 size=1024" },
	{ "lr : pkvm_hcall+0x12345/0x20000 [pkvm]", "lr : pkvm_hcall+0x12345/0x20000 [pkvm]" },
	{ "flags 0xffff, cafe, deadbeef, 123456789", "flags 0xffff, cafe, deadbeef, 123456789" },
	{ "boot id 0123456789abcdef0123456789abcdef", "boot id 0123456789abcdef0123456789abcdef" },
	{ "0xg 0x 0x123456g x0123456", "0xg 0x 0x123456g x0123456" },
	{ "", "" },
	/* a word that only ends like one of those that stay */
	{ "my_esr 0x12345678 offsets=0x12345678", "my_esr 0x******** offsets=0x********" },
	{ "0x12345678", "0x********" },
};

START_TEST(addresses_are_masked)
{
	char line[512];

	strcpy(line, lines[_i].line);
	ctl_mask_addresses(line);
	ck_assert_str_eq(line, lines[_i].masked);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("ctl_mask");
	TCase *tcase = tcase_create("all");
	SRunner *runner = srunner_create(suite);
	int failed;

	suite_add_tcase(suite, tcase);
	tcase_add_loop_test(tcase, addresses_are_masked, 0, sizeof(lines) / sizeof(lines[0]));
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
