/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One line an event to standard error (journald reads it): event=… key=value …, values escaped
 * and quoted as needed. There is no way to print a secret: never hand tokens, assertions, keys,
 * CPR numbers or message bodies to this module.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "base/err.h"
#include "base/str.h"

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };
enum log_format { LOG_FORMAT_TEXT, LOG_FORMAT_JSON };

struct log_field {
	const char *key;
	struct str value; /* absent: the field is left out */
};

#define LF(k, s)   ((struct log_field){(k), (s)})
#define LF_C(k, c) ((struct log_field){(k), str_from(c)})

void log_setup(enum log_level least, enum log_format format, bool journal_prefix);
void log_set_sink(void (*sink)(struct str line)); /* tests; NULL restores standard error */
void log_event(enum log_level level, const char *event, const struct log_field *fields);
/* As log_event, plus err=, where= and detail= from e. */
void log_error(enum log_level level, const char *event, const struct err *e,
	       const struct log_field *fields);

#define LOG_FIELDS(...)                                                                   \
	((const struct log_field[]){__VA_ARGS__ __VA_OPT__(, ){NULL, {NULL, 0}}})
#define LOG(level, event, ...) log_event((level), (event), LOG_FIELDS(__VA_ARGS__))
#define LOG_ERR(level, event, e, ...) log_error((level), (event), (e), LOG_FIELDS(__VA_ARGS__))

#endif
