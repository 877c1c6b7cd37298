/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KST_TRIAL_OPTIONS_H
#define KST_TRIAL_OPTIONS_H

#include "options.h"
#include "trial.h"

/*
 * Options of the commands that make an arena, which trial_option() takes. Each is a file
 * of the arena.
 */
enum {
	TRIAL_NODE = LONG_ONLY + 64,
	TRIAL_GFP,
	TRIAL_SEED,
	TRIAL_MAX_MISMATCHES,
	TRIAL_GIVE_WAY,
	TRIAL_CMA_ONLY,
};

#define CHOICE_NODE	{ "node", "N", TRIAL_NODE, HELP_NODE }
#define CHOICE_GFP	{ "gfp", "FLAGS", TRIAL_GFP, HELP_GFP }
#define CHOICE_SEED	{ "seed", "N", TRIAL_SEED, HELP_SEED }
#define CHOICE_MISMATCHES	\
	{ "max-mismatches", "N", TRIAL_MAX_MISMATCHES, HELP_MISMATCHES }
#define CHOICE_GIVE_WAY	{ "give-way", "0|1", TRIAL_GIVE_WAY, HELP_GIVE_WAY }
#define CHOICE_CMA_ONLY	{ "cma-only", NULL, TRIAL_CMA_ONLY, HELP_CMA_ONLY }

#define HELP_MISMATCHES	"wrong words that a verification logs with their addresses, 0 to 1024; all are counted (default: 8)"
#define HELP_GIVE_WAY	"1 to be given back when the machine runs out of memory, before a program is killed, 0 to be kept (default: 1)"
#define HELP_CMA_ONLY	"allocator cma: refuse memory that is not of the area set aside for DMA"

int trial_option(const struct command *command, struct trial *trial, int key);

#endif
