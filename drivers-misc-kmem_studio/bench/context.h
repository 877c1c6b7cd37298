/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Level 5: what makes two results comparable.
 */
#ifndef KMEM_STUDIO_BENCH_CONTEXT_H
#define KMEM_STUDIO_BENCH_CONTEXT_H

struct kmst_bench_results;
struct seq_file;

void kmst_context_show(struct seq_file *seq, const struct kmst_bench_results *results);
void kmst_context_show_rounds(struct seq_file *seq, const struct kmst_bench_results *results);

#endif /* KMEM_STUDIO_BENCH_CONTEXT_H */
