// SPDX-License-Identifier: GPL-2.0-only
/* The tracepoints' code; trace.h is found by name again, so this folder is on the include path. */
#define CREATE_TRACE_POINTS
#include "trace.h"
