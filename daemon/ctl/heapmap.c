// SPDX-License-Identifier: GPL-2.0-or-later
/* The drawing of the heap: regions are summed up into cells, one character each. */
#include "heapmap.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>

#include "format.h"

#define MAX_ROWS	16

/* Rows begin at whole KiB, so that their labels are exact: cells times columns is one at least. */
#define MIN_CELL	64
#define COLUMN_STEP	16

/* "1048576 KiB |" before a row and "|" behind it. */
#define BESIDE_ROW	14

struct cell {
	uint64_t used, free, hole;	/* bytes */
};

struct map {
	uint64_t extent;	/* bytes drawn */
	uint64_t cell_size;	/* bytes, a power of two */
	size_t columns;
	size_t nr_cells;
	struct cell *cells;
};

struct totals {
	uint64_t used, free, hole, tail;	/* bytes */
	uint64_t holes;				/* count */
	uint64_t extent;			/* where the last region but the tail ends */
};

enum sign {
	SIGN_USED,
	SIGN_PARTLY,
	SIGN_FREE,
	SIGN_HOLE,
};

static const struct {
	char sign;
	const char *color;
	const char *meaning;
} signs[] = {
	[SIGN_USED] = { '#', "\033[36m", "used" },
	[SIGN_PARTLY] = { '+', "\033[34m", "partly used" },
	[SIGN_FREE] = { '-', "\033[32m", "free" },
	[SIGN_HOLE] = { '.', "\033[2m", "hole" },
};

#define COLOR_OFF	"\033[0m"

static void sum_up(const struct pkvm_region *regions, size_t n, struct totals *totals)
{
	*totals = (struct totals){ 0 };
	for (size_t i = 0; i < n; i++) {
		if (regions[i].kind != PKVM_REGION_KIND_TAIL)
			totals->extent = regions[i].offset + regions[i].size;
		switch (regions[i].kind) {
		case PKVM_REGION_KIND_USED:
			totals->used += regions[i].size;
			break;
		case PKVM_REGION_KIND_FREE:
			totals->free += regions[i].size;
			break;
		case PKVM_REGION_KIND_HOLE:
			totals->hole += regions[i].size;
			totals->holes++;
			break;
		case PKVM_REGION_KIND_TAIL:
			totals->tail += regions[i].size;
			break;
		}
	}
}

static int map_init(struct map *map, uint64_t extent, unsigned int width)
{
	map->extent = extent;
	map->columns = (width - BESIDE_ROW) / COLUMN_STEP * COLUMN_STEP;
	map->cell_size = MIN_CELL;
	while ((extent - 1) / map->cell_size >= map->columns * MAX_ROWS)
		map->cell_size *= 2;
	map->nr_cells = (extent - 1) / map->cell_size + 1;
	map->cells = calloc(map->nr_cells, sizeof(*map->cells));
	return map->cells ? 0 : -ENOMEM;
}

static void cell_add(struct cell *cell, uint32_t kind, uint64_t bytes)
{
	if (kind == PKVM_REGION_KIND_USED)
		cell->used += bytes;
	else if (kind == PKVM_REGION_KIND_FREE)
		cell->free += bytes;
	else
		cell->hole += bytes;
}

static void map_add(struct map *map, const struct pkvm_region *region)
{
	uint64_t at = region->offset, end = region->offset + region->size;

	if (end > map->extent)
		end = map->extent;
	while (at < end) {
		size_t i = at / map->cell_size;
		uint64_t next = (i + 1) * map->cell_size;

		if (next > end)
			next = end;
		cell_add(&map->cells[i], region->kind, next - at);
		at = next;
	}
}

static enum sign cell_sign(const struct cell *cell)
{
	if (cell->used && cell->used >= cell->free + cell->hole)
		return SIGN_USED;
	if (cell->used)
		return SIGN_PARTLY;
	return cell->free ? SIGN_FREE : SIGN_HOLE;
}

static void draw_row(FILE *out, const struct map *map, size_t first, bool color)
{
	const char *before = NULL;

	for (size_t i = first; i < first + map->columns; i++) {
		enum sign sign;

		if (i >= map->nr_cells) {
			fprintf(out, "%s ", before ? COLOR_OFF : "");
			before = NULL;
			continue;
		}
		sign = cell_sign(&map->cells[i]);
		if (color && before != signs[sign].color) {
			fprintf(out, "%s%s", before ? COLOR_OFF : "", signs[sign].color);
			before = signs[sign].color;
		}
		fputc(signs[sign].sign, out);
	}
	fputs(before ? COLOR_OFF : "", out);
}

static void draw_rows(FILE *out, const struct map *map, const struct ctl_style *style)
{
	for (size_t i = 0; i < map->nr_cells; i += map->columns) {
		uint64_t offset = i * map->cell_size;

		if (style->bytes)
			fprintf(out, "%11" PRIu64 " |", offset);
		else
			fprintf(out, "%7" PRIu64 " KiB |", offset >> 10);
		draw_row(out, map, i, style->color);
		fputs("|\n", out);
	}
}

static void print_size(FILE *out, uint64_t bytes, const struct ctl_style *style)
{
	char text[CTL_FORMAT_MAX];

	if (style->bytes) {
		fprintf(out, "%" PRIu64, bytes);
		return;
	}
	ctl_format_bytes(bytes, text, sizeof(text));
	fputs(text, out);
}

static void print_totals(FILE *out, const struct totals *totals, const struct ctl_style *style)
{
	print_size(out, totals->used, style);
	fputs(" used, ", out);
	print_size(out, totals->free, style);
	fputs(" free, ", out);
	print_size(out, totals->hole, style);
	fprintf(out, " in %" PRIu64 " hole%s; ", totals->holes, totals->holes == 1 ? "" : "s");
	print_size(out, totals->tail, style);
	fputs(" behind the last chunk not mapped\n", out);
}

static void print_legend(FILE *out, const struct map *map, const struct ctl_style *style)
{
	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++)
		fprintf(out, "%s%c%s %s   ", style->color ? signs[i].color : "", signs[i].sign,
			style->color ? COLOR_OFF : "", signs[i].meaning);
	fputs("one character is ", out);
	print_size(out, map->cell_size, style);
	fputc('\n', out);
}

int ctl_heapmap_draw(FILE *out, const struct pkvm_region *regions, size_t n,
		     const struct ctl_style *style)
{
	struct totals totals;
	struct map map;
	int err;

	sum_up(regions, n, &totals);
	print_totals(out, &totals, style);
	if (!totals.extent)
		return 0;

	err = map_init(&map, totals.extent, style->width);
	if (err)
		return err;
	for (size_t i = 0; i < n; i++)
		map_add(&map, &regions[i]);
	draw_rows(out, &map, style);
	print_legend(out, &map, style);
	free(map.cells);
	return 0;
}
