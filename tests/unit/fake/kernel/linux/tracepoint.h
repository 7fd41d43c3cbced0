/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tracepoints that keep their types and do nothing. */
#ifndef FAKE_LINUX_TRACEPOINT_H
#define FAKE_LINUX_TRACEPOINT_H

/* The kernel is not built with this warning. */
#pragma GCC diagnostic ignored "-Wunused-parameter"

#define TP_PROTO(...)	__VA_ARGS__

#define TRACE_EVENT(name, proto, ...)					\
	static inline void trace_##name(proto)				\
	{								\
	}								\
	struct fake_trace_##name
#define DECLARE_EVENT_CLASS(name, ...)	struct fake_trace_##name
#define DEFINE_EVENT(class, name, proto, ...) TRACE_EVENT(name, proto)
#define TRACE_DEFINE_ENUM(value)	struct fake_trace_enum

#endif
