// SPDX-License-Identifier: GPL-2.0-or-later
/* The kernel's functions by address. */
#include "symbols.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct symbol {
	uint64_t address;
	char *name;		/* with the module */
};

struct ctl_symbols {
	struct symbol *list;	/* by address */
	size_t n, room;
};

static int add(struct ctl_symbols *symbols, uint64_t address, const char *name)
{
	struct symbol symbol = { address, strdup(name) };

	if (!symbol.name)
		return -ENOMEM;
	if (symbols->n == symbols->room) {
		size_t room = symbols->room ? 2 * symbols->room : 4096;
		struct symbol *list = reallocarray(symbols->list, room, sizeof(*list));

		if (!list) {
			free(symbol.name);
			return -ENOMEM;
		}
		symbols->list = list;
		symbols->room = room;
	}
	symbols->list[symbols->n++] = symbol;
	return 0;
}

/* "ffff800008010000 T name", and for a module's a tab and "[module]". */
static int read_line(struct ctl_symbols *symbols, const char *line)
{
	char type, name[256], module[80] = "", shown[sizeof(name) + sizeof(module) + 1];
	uint64_t address;
	int n = sscanf(line, "%" SCNx64 " %c %255s %79s", &address, &type, name, module);

	if (n < 3 || !address || !strchr("tTwW", type))
		return 0;
	snprintf(shown, sizeof(shown), "%s%s%s", name, n > 3 ? " " : "", module);
	return add(symbols, address, shown);
}

static int compare(const void *a, const void *b)
{
	const struct symbol *one = a, *other = b;

	return (one->address > other->address) - (one->address < other->address);
}

int ctl_symbols_read(FILE *file, struct ctl_symbols **ret)
{
	struct ctl_symbols *symbols = calloc(1, sizeof(*symbols));
	char line[512];
	int err = symbols ? 0 : -ENOMEM;

	while (!err && fgets(line, sizeof(line), file))
		err = read_line(symbols, line);
	if (err) {
		ctl_symbols_free(symbols);
		return err;
	}
	if (symbols->n)
		qsort(symbols->list, symbols->n, sizeof(*symbols->list), compare);
	*ret = symbols;
	return 0;
}

void ctl_symbols_free(struct ctl_symbols *symbols)
{
	if (!symbols)
		return;
	for (size_t i = 0; i < symbols->n; i++)
		free(symbols->list[i].name);
	free(symbols->list);
	free(symbols);
}

/* The last one that begins at @address or before, or NULL. */
static const struct symbol *find(const struct ctl_symbols *symbols, uint64_t address)
{
	size_t low = 0, high = symbols ? symbols->n : 0;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (symbols->list[middle].address <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low ? &symbols->list[low - 1] : NULL;
}

void ctl_symbols_name(const struct ctl_symbols *symbols, uint64_t address, char *buf, size_t size)
{
	const struct symbol *symbol = find(symbols, address);
	int name_len;

	if (!symbol) {
		snprintf(buf, size, "0x%" PRIx64, address);
		return;
	}
	name_len = (int)strcspn(symbol->name, " ");
	snprintf(buf, size, "%.*s+0x%" PRIx64 "%s", name_len, symbol->name,
		 address - symbol->address, symbol->name + name_len);
}
