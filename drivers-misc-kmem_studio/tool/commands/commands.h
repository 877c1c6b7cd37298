/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KST_COMMANDS_H
#define KST_COMMANDS_H

#include "../lib/studio.h"

struct canvas;
struct table;
struct trial;

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

int print_items(struct studio *st, const char *command, char **names, int nr);

/* What the report, and a saved copy, have of lab, compare and bench. */
int lab_measure(struct studio *st, const char *allocator, char **numbers, size_t nr,
		struct table *table, struct text *log);
int compare_measure(struct studio *st, const char *number, char **allocators, size_t nr,
		    struct table *table);
void lab_table(struct table *table);
void compare_row(struct table *table, const struct trial *trial, const char *verdict);
void compare_table(struct table *table);
void bench_table(struct table *table);
void histogram_table(struct table *table);
int bench_measure(struct studio *st, struct table *table, struct table *histogram);
void bench_curves(const struct table *table, bool of_free, int columns, struct canvas *canvas);
extern const char * const lab_numbers[];
extern const size_t nr_lab_numbers;

#endif
