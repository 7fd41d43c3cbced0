// SPDX-License-Identifier: GPL-2.0-or-later
/* pkvmctl */
#include <locale.h>

#include "run.h"

int main(int argc, char *argv[])
{
	setlocale(LC_CTYPE, "");
	return ctl_run(argc, (const char *const *)argv);
}
