// SPDX-License-Identifier: GPL-2.0
/*
 * Options of the commands that make an arena.
 */
#include <getopt.h>

#include "trial_options.h"

/* The driver's limit. */
#define MOST_MISMATCHES	1024

static bool is_within(const char *s, u64 most)
{
	u64 number;

	return parse_within(s, 0, most, &number);
}

/*
 * An option of those that trial_options.h has, as next_option() returned it. What it takes is
 * looked at before there is an arena. Return: STATUS_OK, or STATUS_USAGE when it has been told
 * why not
 */
int trial_option(const struct command *command, struct trial *trial, int key)
{
	bool ok = true;

	switch (key) {
	case TRIAL_NODE:
		trial->node = optarg;
		ok = is_node(optarg);
		break;
	case TRIAL_GFP:
		trial->gfp = optarg;
		break;
	case TRIAL_SEED:
		trial->seed = optarg;
		ok = is_within(optarg, UINT64_MAX);
		break;
	case TRIAL_MAX_MISMATCHES:
		trial->max_mismatches = optarg;
		ok = is_within(optarg, MOST_MISMATCHES);
		break;
	case TRIAL_GIVE_WAY:
		trial->give_way = optarg;
		ok = is_within(optarg, 1);
		break;
	case TRIAL_CMA_ONLY:
		trial->cma_only = true;
		break;
	default:
		return STATUS_USAGE;
	}
	return ok ? STATUS_OK : bad_value(command, key, optarg);
}
