/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Level 0: tracepoints. Names and numbers only, so that nothing here depends on
 * the layers above.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM kmem_studio

#if !defined(KMEM_STUDIO_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define KMEM_STUDIO_TRACE_H

#include <linux/tracepoint.h>
#include <linux/types.h>

TRACE_EVENT(kmst_span_alloc,
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

TRACE_EVENT(kmst_arena_alloc,
	    TP_PROTO(const char *name, const char *allocator, unsigned int nr_structs,
		     unsigned long nr_pages, unsigned long nr_spans, int err),
	    TP_ARGS(name, allocator, nr_structs, nr_pages, nr_spans, err),
	    TP_STRUCT__entry(__string(name, name)
			     __string(allocator, allocator)
			     __field(unsigned long, nr_pages)
			     __field(unsigned int, nr_structs)
			     __field(unsigned long, nr_spans)
			     __field(int, err)
	    ),
	    TP_fast_assign(__assign_str(name);
			   __assign_str(allocator);
			   __entry->nr_pages = nr_pages;
			   __entry->nr_structs = nr_structs;
			   __entry->nr_spans = nr_spans;
			   __entry->err = err;
	    ),
	    TP_printk("arena=%s allocator=%s nr_structs=%u nr_pages=%lu nr_spans=%lu err=%d",
		      __get_str(name), __get_str(allocator), __entry->nr_structs,
		      __entry->nr_pages, __entry->nr_spans, __entry->err));

TRACE_EVENT(kmst_arena_free,
	    TP_PROTO(const char *name, const char *allocator, unsigned int nr_structs,
		     unsigned long nr_pages, unsigned long nr_spans),
	    TP_ARGS(name, allocator, nr_structs, nr_pages, nr_spans),
	    TP_STRUCT__entry(__string(name, name)
			     __string(allocator, allocator)
			     __field(unsigned long, nr_pages)
			     __field(unsigned int, nr_structs)
			     __field(unsigned long, nr_spans)
	    ),
	    TP_fast_assign(__assign_str(name);
			   __assign_str(allocator);
			   __entry->nr_pages = nr_pages;
			   __entry->nr_structs = nr_structs;
			   __entry->nr_spans = nr_spans;
	    ),
	    TP_printk("arena=%s allocator=%s nr_structs=%u nr_pages=%lu nr_spans=%lu",
		      __get_str(name), __get_str(allocator), __entry->nr_structs,
		      __entry->nr_pages, __entry->nr_spans));

TRACE_EVENT(kmst_fill,
	    TP_PROTO(const char *name, u64 words, u64 guards, int err),
	    TP_ARGS(name, words, guards, err),
	    TP_STRUCT__entry(__string(name, name)
			     __field(u64, words)
			     __field(u64, guards)
			     __field(int, err)
	    ),
	    TP_fast_assign(__assign_str(name);
			   __entry->words = words;
			   __entry->guards = guards;
			   __entry->err = err;
	    ),
	    TP_printk("arena=%s words=%llu guards=%llu err=%d", __get_str(name),
		      __entry->words, __entry->guards, __entry->err));

TRACE_EVENT(kmst_verify,
	    TP_PROTO(const char *name, u64 words, u64 guards, u64 mismatches, int err),
	    TP_ARGS(name, words, guards, mismatches, err),
	    TP_STRUCT__entry(__string(name, name)
			     __field(u64, words)
			     __field(u64, guards)
			     __field(u64, mismatches)
			     __field(int, err)
	    ),
	    TP_fast_assign(__assign_str(name);
			   __entry->words = words;
			   __entry->guards = guards;
			   __entry->mismatches = mismatches;
			   __entry->err = err;
	    ),
	    TP_printk("arena=%s words=%llu guards=%llu mismatches=%llu err=%d",
		      __get_str(name), __entry->words, __entry->guards,
		      __entry->mismatches, __entry->err));

TRACE_EVENT(kmst_mismatch,
	    TP_PROTO(const char *name, u64 word, phys_addr_t phys,
		     unsigned int expected, unsigned int got, unsigned int again),
	    TP_ARGS(name, word, phys, expected, got, again),
	    TP_STRUCT__entry(__string(name, name)
			     __field(u64, word)
			     __field(u64, phys)
			     __field(unsigned int, expected)
			     __field(unsigned int, got)
			     __field(unsigned int, again)
	    ),
	    TP_fast_assign(__assign_str(name);
			   __entry->word = word;
			   __entry->phys = phys;
			   __entry->expected = expected;
			   __entry->got = got;
			   __entry->again = again;
	    ),
	    TP_printk("arena=%s word=%llu phys=0x%llx expected=0x%x got=0x%x again=0x%x",
		      __get_str(name), __entry->word, __entry->phys,
		      __entry->expected, __entry->got, __entry->again));

TRACE_EVENT(kmst_corrupt,
	    TP_PROTO(const char *name, u64 word, phys_addr_t phys, unsigned int mask),
	    TP_ARGS(name, word, phys, mask),
	    TP_STRUCT__entry(__string(name, name)
			     __field(u64, word)
			     __field(u64, phys)
			     __field(unsigned int, mask)
	    ),
	    TP_fast_assign(__assign_str(name);
			   __entry->word = word;
			   __entry->phys = phys;
			   __entry->mask = mask;
	    ),
	    TP_printk("arena=%s word=%llu phys=0x%llx mask=0x%x", __get_str(name),
		      __entry->word, __entry->phys, __entry->mask));

TRACE_EVENT(kmst_live,
	    TP_PROTO(const char *name, bool on, int err),
	    TP_ARGS(name, on, err),
	    TP_STRUCT__entry(__string(name, name)
			     __field(bool, on)
			     __field(int, err)
	    ),
	    TP_fast_assign(__assign_str(name);
			   __entry->on = on;
			   __entry->err = err;
	    ),
	    TP_printk("arena=%s live=%d err=%d", __get_str(name), __entry->on,
		      __entry->err));

TRACE_EVENT(kmst_scrub,
	    TP_PROTO(const char *name, u64 scrubs, u64 mismatches, int err),
	    TP_ARGS(name, scrubs, mismatches, err),
	    TP_STRUCT__entry(__string(name, name)
			     __field(u64, scrubs)
			     __field(u64, mismatches)
			     __field(int, err)
	    ),
	    TP_fast_assign(__assign_str(name);
			   __entry->scrubs = scrubs;
			   __entry->mismatches = mismatches;
			   __entry->err = err;
	    ),
	    TP_printk("arena=%s scrubs=%llu mismatches=%llu err=%d", __get_str(name),
		      __entry->scrubs, __entry->mismatches, __entry->err));

#endif /* KMEM_STUDIO_TRACE_H */

/* This part must be outside the guard. */
#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
