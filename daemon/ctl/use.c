// SPDX-License-Identifier: GPL-2.0-or-later
/* Who uses the module. */
#include "use.h"

#include <stdlib.h>

#include "module.h"

void ctl_use_read(struct ctl_use *ret)
{
	*ret = (struct ctl_use){ .references = ctl_module_references() };
	if (ret->references)
		probe_find_holders(&ret->holders, &ret->nr_holders);
}

void ctl_use_release(struct ctl_use *use)
{
	free(use->holders);
	*use = (struct ctl_use){ 0 };
}
