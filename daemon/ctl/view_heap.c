// SPDX-License-Identifier: GPL-2.0-or-later
/* Views of the heap and of what was done to EL2's memory. */
#include "view.h"

#include <inttypes.h>

#include "fields.h"
#include "names.h"
#include "format.h"
#include "heapmap.h"
#include "record.h"
#include "size.h"

int ctl_view_map(FILE *out, const struct pkvm_region *regions, size_t n,
		 const struct ctl_style *style)
{
	if (style->json)
		return ctl_table(out, "regions", &ctl_region_fields, regions, n, sizeof(*regions),
				 style);
	return ctl_heapmap_draw(out, regions, n, style);
}

static const char *const check_meanings[] = {
	[PKVM_CHECK_RESULT_OK] = "every invariant holds",
	[PKVM_CHECK_RESULT_HEADER] = "a header's check value does not match",
	[PKVM_CHECK_RESULT_LINK] = "neighbours or list links disagree",
	[PKVM_CHECK_RESULT_BOUNDS] = "a size, an alignment or the order is wrong",
	[PKVM_CHECK_RESULT_LIST] = "a free chunk is in the wrong list or in none",
	[PKVM_CHECK_RESULT_TOTALS] = "the counters are not what the walk found",
	[PKVM_CHECK_RESULT_BUSY] =
		"the structure is sound; the heap changed meanwhile, so totals were not compared",
};

static const struct ctl_words check_meaning_words = {
	sizeof(check_meanings) / sizeof(check_meanings[0]), check_meanings
};

int ctl_view_check(FILE *out, const struct pkvm_check *check, const struct ctl_style *style)
{
	struct ctl_json json = { .out = out };

	if (style->json) {
		ctl_json_begin(&json, NULL);
		ctl_json_string(&json, "result", ctl_word(&ctl_check_words, check->result));
		if (check->has_offset)
			ctl_json_number(&json, "offset_bytes", check->offset);
		ctl_json_end(&json);
		return 0;
	}
	fprintf(out, "heap check: %s: %s", ctl_word(&ctl_check_words, check->result),
		ctl_word(&check_meaning_words, check->result));
	if (check->has_offset)
		fprintf(out, ", at offset 0x%" PRIx64, check->offset);
	fputc('\n', out);
	return 0;
}

int ctl_view_selftest(FILE *out, const struct pkvm_selftest *test, const struct ctl_style *style)
{
	struct ctl_json json = { .out = out };

	if (style->json) {
		ctl_json_begin(&json, NULL);
		ctl_json_number(&json, "steps", test->steps);
		ctl_json_number(&json, "passed", test->passed);
		if (test->passed != test->steps)
			ctl_json_number(&json, "line", test->line);
		ctl_json_end(&json);
		return 0;
	}
	fprintf(out, "self-test: %" PRIu32 " of %" PRIu32 " steps passed", test->passed,
		test->steps);
	if (test->passed != test->steps)
		fprintf(out, "; the next one failed at source line %" PRIu32, test->line);
	fputc('\n', out);
	return 0;
}

int ctl_view_moved(FILE *out, const char *what, uint64_t pages, const struct ctl_style *style)
{
	struct ctl_json json = { .out = out };
	char size[CTL_FORMAT_MAX];

	if (style->json) {
		ctl_json_begin(&json, NULL);
		ctl_json_number(&json, "moved_pages", pages);
		ctl_json_end(&json);
	} else if (style->bytes) {
		fprintf(out, "%s %" PRIu64 "\n", what, pages * CTL_PAGE_SIZE);
	} else {
		ctl_format_bytes(pages * CTL_PAGE_SIZE, size, sizeof(size));
		fprintf(out, "%s %s (%" PRIu64 " page%s)\n", what, size, pages,
			pages == 1 ? "" : "s");
	}
	return 0;
}

int ctl_view_shrinker(FILE *out, const struct pkvm_shrinker *shrinker,
		      const struct pkvm_stats_host *host, const struct ctl_style *style)
{
	struct ctl_json json = { .out = out };
	int err;

	if (!style->json) {
		err = ctl_sheet(out, "Knobs", &ctl_shrinker_fields, shrinker, style);
		return err ? err : ctl_sheet(out, "Done", &ctl_shrunk_fields, host, style);
	}
	ctl_json_begin(&json, NULL);
	ctl_json_fields(&json, &ctl_shrinker_fields, shrinker);
	ctl_json_fields(&json, &ctl_shrunk_fields, host);
	ctl_json_end(&json);
	return 0;
}
