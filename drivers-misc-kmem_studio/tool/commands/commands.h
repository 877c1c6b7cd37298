/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KST_COMMANDS_H
#define KST_COMMANDS_H

#include "../lib/studio.h"

/* A file each, named after the command. */
extern const struct command command_bench;
extern const struct command command_compare;
extern const struct command command_corrupt;
extern const struct command command_lab;
extern const struct command command_list;
extern const struct command command_map;
extern const struct command command_new;
extern const struct command command_page;
extern const struct command command_pressure;
extern const struct command command_probe;
extern const struct command command_report;
extern const struct command command_rm;
extern const struct command command_run;
extern const struct command command_save;
extern const struct command command_show;
extern const struct command command_start;
extern const struct command command_stop;
extern const struct command command_translate;
extern const struct command command_verify;
extern const struct command command_watch;

#endif
