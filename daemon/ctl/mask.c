// SPDX-License-Identifier: GPL-2.0-or-later
/* Addresses out of what is handed on to others. */
#include "mask.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* What is below is no address of anything: no kernel maps it. */
#define LOWEST_ADDRESS	0x10000

/* The digits of a register, as the kernel prints it. */
#define REGISTER_DIGITS	16

/* What the number behind such a word is, is known. */
static const char *const harmless[] = {
	"esr", "spsr", "hypercall", "hcall", "offset", "elr_offset", "ID_AA64MMFR0_EL1 is",
};

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

/* Whether the text from @line to before @at ends with the word, what separates it left out. */
static bool is_behind(const char *word, const char *line, const char *at)
{
	size_t len = strlen(word);

	while (at > line && strchr(" \t\":=", at[-1]))
		at--;
	if ((size_t)(at - line) < len)
		return false;
	at -= len;
	return !strncmp(at, word, len) && (at == line || !is_word(at[-1]));
}

static bool is_harmless(const char *line, const char *at)
{
	/* From the start of something that has a name: a function, the image. */
	if (at > line && (at[-1] == '+' || at[-1] == '/'))
		return true;
	for (size_t i = 0; i < sizeof(harmless) / sizeof(harmless[0]); i++) {
		if (is_behind(harmless[i], line, at))
			return true;
	}
	return false;
}

/* The number that begins at @at has @n digits from @digits on. */
static void mask_number(const char *line, const char *at, char *digits, size_t n)
{
	if (strtoull(digits, NULL, 16) >= LOWEST_ADDRESS && !is_harmless(line, at))
		memset(digits, '*', n);
}

/* A register's digits, and no decimal number that happens to have as many. */
static bool is_register(const char *digits, size_t n)
{
	return n == REGISTER_DIGITS && (*digits == '0' || strspn(digits, "0123456789") < n);
}

void ctl_mask_addresses(char *line)
{
	char *at = line;

	while (*at) {
		bool prefixed = at[0] == '0' && at[1] == 'x';
		char *digits = prefixed ? at + 2 : at;
		size_t n = strspn(digits, "0123456789abcdefABCDEF");

		if (n && !is_word(digits[n]) && (prefixed || is_register(digits, n)))
			mask_number(line, at, digits, n);
		at = digits + n;
		while (is_word(*at))
			at++;
		while (*at && !is_word(*at))
			at++;
	}
}
