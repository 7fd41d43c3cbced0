// SPDX-License-Identifier: GPL-2.0-or-later
/* Errata by what a CPU says of itself. The values of MIDR_EL1 are those of real CPUs. */
#include <check.h>
#include <stdlib.h>

#include "../../kmod/hyp/errata.h"

#define A57_R1P0	0x411fd070
#define A72_R0P3	0x410fd083
#define A73_R0P2	0x410fd092
#define A76_R4P1	0x414fd0b1
#define A510_R1P1	0x411fd461
#define A510_R1P2	0x411fd462
#define A55_R2P0	0x412fd050
#define N1_R3P1		0x413fd0c1
#define V2_R0P1		0x410fd4f1
#define N3_R0P0		0x410fd8e0
#define AMPERE1_R0P0	0xc00fac30
#define COBALT_R0P0	0x6d0fd490
#define FALKOR_V1_R0P0	0x510f8000
#define KRYO_2XX_GOLD	0x51af8001	/* of the same part number */
#define KRYO_R1P1	0x511f2111
#define KRYO_GOLD_CE	0x51cf804e
#define KRYO_GOLD_CD	0x51cf804d
#define QEMU_MAX	0x000f0510

#define CSV2(n)		(UINT64_C(n) << 56)
#define CLRBHB		(UINT64_C(1) << 28)
#define ECBHB		(UINT64_C(1) << 60)

static const struct {
	struct cpu_id id;
	enum bhb_method method;
	u32 loops;
} histories[] = {
	{ { .midr = A57_R1P0 }, BHB_LOOP, 8 },
	{ { .midr = A72_R0P3, .pfr0 = CSV2(0) }, BHB_LOOP, 8 },
	{ { .midr = N1_R3P1, .pfr0 = CSV2(1) }, BHB_LOOP, 24 },
	{ { .midr = N1_R3P1, .pfr0 = CSV2(2) }, BHB_LOOP, 24 },
	{ { .midr = V2_R0P1, .pfr0 = CSV2(2) }, BHB_LOOP, 132 },
	{ { .midr = AMPERE1_R0P0 }, BHB_LOOP, 11 },
	{ { .midr = COBALT_R0P0 }, BHB_LOOP, 32 },
	/* Features that make the loop needless, the first one of these that there is. */
	{ { .midr = V2_R0P1, .pfr0 = CSV2(3) }, BHB_NONE, 0 },
	{ { .midr = V2_R0P1, .mmfr1 = ECBHB, .isar2 = CLRBHB }, BHB_NONE, 0 },
	{ { .midr = V2_R0P1, .isar2 = CLRBHB }, BHB_CLEAR, 0 },
	{ { .midr = QEMU_MAX, .isar2 = CLRBHB }, BHB_CLEAR, 0 },
	/* Not affected, not known, and one that only firmware can help. */
	{ { .midr = A55_R2P0 }, BHB_NONE, 0 },
	{ { .midr = QEMU_MAX }, BHB_NONE, 0 },
	{ { .midr = A73_R0P2 }, BHB_NONE, 0 },
};

START_TEST(branch_history_by_features_and_model)
{
	u32 loops = 0;

	ck_assert_int_eq(errata_bhb(&histories[_i].id, &loops), histories[_i].method);
	ck_assert_uint_eq(loops, histories[_i].loops);
}
END_TEST

static const struct {
	u64 midr;
	bool twice;
} invalidations[] = {
	{ A76_R4P1, true },
	{ N1_R3P1, true },
	{ COBALT_R0P0, true },
	{ A55_R2P0, true },
	{ A510_R1P1, true },
	{ A510_R1P2, false },
	{ FALKOR_V1_R0P0, true },
	{ KRYO_2XX_GOLD, false },
	{ KRYO_R1P1, true },
	{ KRYO_GOLD_CE, true },
	{ KRYO_GOLD_CD, false },
	{ A57_R1P0, false },
	{ A72_R0P3, false },
	{ N3_R0P0, false },
	{ QEMU_MAX, false },
	{ 0, false },
};

START_TEST(invalidations_by_model_and_version)
{
	ck_assert_int_eq(errata_tlbi_twice(invalidations[_i].midr), invalidations[_i].twice);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("errata");
	TCase *tcase = tcase_create("all");
	SRunner *runner;
	int failed;

	tcase_add_loop_test(tcase, branch_history_by_features_and_model, 0, ARRAY_SIZE(histories));
	tcase_add_loop_test(tcase, invalidations_by_model_and_version, 0,
			    ARRAY_SIZE(invalidations));
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
