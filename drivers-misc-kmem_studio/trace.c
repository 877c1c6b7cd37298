// SPDX-License-Identifier: GPL-2.0
/*
 * The tracepoints are defined here and nowhere else.
 */
#define CREATE_TRACE_POINTS
#include "trace.h"
