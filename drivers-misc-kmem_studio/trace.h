/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Level 0: tracepoints. Scalar arguments only, so that nothing here depends on
 * the layers above.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM kmem_studio

#if !defined(KMEM_STUDIO_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define KMEM_STUDIO_TRACE_H

#include <linux/tracepoint.h>
#include <linux/types.h>

TRACE_EVENT(span_alloc,
	    TP_PROTO(unsigned long pfn, unsigned long nr_pages, int nid),
	    TP_ARGS(pfn, nr_pages, nid),
	    TP_STRUCT__entry(__field(unsigned long, pfn)
			     __field(unsigned long, nr_pages)
			     __field(int, nid)
	    ),
	    TP_fast_assign(__entry->pfn = pfn;
			   __entry->nr_pages = nr_pages;
			   __entry->nid = nid;
	    ),
	    TP_printk("pfn=0x%lx nr_pages=%lu nid=%d",
		      __entry->pfn, __entry->nr_pages, __entry->nid));

TRACE_EVENT(arena_alloc,
	    TP_PROTO(unsigned int nr_structs, unsigned long nr_pages,
		     unsigned int nr_spans, int err),
	    TP_ARGS(nr_structs, nr_pages, nr_spans, err),
	    TP_STRUCT__entry(__field(unsigned long, nr_pages)
			     __field(unsigned int, nr_structs)
			     __field(unsigned int, nr_spans)
			     __field(int, err)
	    ),
	    TP_fast_assign(__entry->nr_pages = nr_pages;
			   __entry->nr_structs = nr_structs;
			   __entry->nr_spans = nr_spans;
			   __entry->err = err;
	    ),
	    TP_printk("nr_structs=%u nr_pages=%lu nr_spans=%u err=%d",
		      __entry->nr_structs, __entry->nr_pages, __entry->nr_spans,
		      __entry->err));

TRACE_EVENT(arena_free,
	    TP_PROTO(unsigned int nr_structs, unsigned long nr_pages,
		     unsigned int nr_spans),
	    TP_ARGS(nr_structs, nr_pages, nr_spans),
	    TP_STRUCT__entry(__field(unsigned long, nr_pages)
			     __field(unsigned int, nr_structs)
			     __field(unsigned int, nr_spans)
	    ),
	    TP_fast_assign(__entry->nr_pages = nr_pages;
			   __entry->nr_structs = nr_structs;
			   __entry->nr_spans = nr_spans;
	    ),
	    TP_printk("nr_structs=%u nr_pages=%lu nr_spans=%u",
		      __entry->nr_structs, __entry->nr_pages, __entry->nr_spans));

TRACE_EVENT(fill,
	    TP_PROTO(u64 words, u64 guards, int err),
	    TP_ARGS(words, guards, err),
	    TP_STRUCT__entry(__field(u64, words)
			     __field(u64, guards)
			     __field(int, err)
	    ),
	    TP_fast_assign(__entry->words = words;
			   __entry->guards = guards;
			   __entry->err = err;
	    ),
	    TP_printk("words=%llu guards=%llu err=%d",
		      __entry->words, __entry->guards, __entry->err));

TRACE_EVENT(verify,
	    TP_PROTO(u64 words, u64 guards, u64 mismatches, int err),
	    TP_ARGS(words, guards, mismatches, err),
	    TP_STRUCT__entry(__field(u64, words)
			     __field(u64, guards)
			     __field(u64, mismatches)
			     __field(int, err)
	    ),
	    TP_fast_assign(__entry->words = words;
			   __entry->guards = guards;
			   __entry->mismatches = mismatches;
			   __entry->err = err;
	    ),
	    TP_printk("words=%llu guards=%llu mismatches=%llu err=%d",
		      __entry->words, __entry->guards, __entry->mismatches,
		      __entry->err));

TRACE_EVENT(mismatch,
	    TP_PROTO(u64 word, phys_addr_t phys, unsigned int expected,
		     unsigned int got),
	    TP_ARGS(word, phys, expected, got),
	    TP_STRUCT__entry(__field(u64, word)
			     __field(u64, phys)
			     __field(unsigned int, expected)
			     __field(unsigned int, got)
	    ),
	    TP_fast_assign(__entry->word = word;
			   __entry->phys = phys;
			   __entry->expected = expected;
			   __entry->got = got;
	    ),
	    TP_printk("word=%llu phys=0x%llx expected=0x%x got=0x%x",
		      __entry->word, __entry->phys, __entry->expected,
		      __entry->got));

#endif /* KMEM_STUDIO_TRACE_H */

/* This part must be outside the guard. */
#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
