/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reading the elements of a request in the order of the schema, with a Danish sentence for the
 * client when something does not fit: which element, where, which rule.
 *
 * Attributes of the namespace xsi are tolerated, but for nil; the contract has no others.
 * Source: contract of Organisation, 1.7 and R12.
 */
#ifndef REGISTRY_READER_H
#define REGISTRY_READER_H

#include "registry/object.h"
#include "xml/node.h"

struct reader {
	const struct oio_type *type;
	struct arena *a;
	instant now;
	bool is_template; /* search: what is not said matches anything */
	struct str text;  /* for the client, set when a function here failed */
};

/* The children of one element. */
struct cursor {
	const struct xml_node *parent;
	struct xml_node *at; /* the next one, or NULL */
};

/* Sets r->text; always false. Neither goes to the log: the text may hold what was sent. */
bool reader_tell(struct reader *r, enum err_code code, struct err *e, const char *fmt, ...)
	PRINTF_LIKE(4, 5);
/* That it is false is visible to analysers too, as of FAIL. */
#define reader_refuse(r, code, e, ...) err_false(reader_tell((r), (code), (e), __VA_ARGS__))

/* Errors of all that follow: RETUR_INPUT. */
MUST_USE bool reader_open(struct reader *r, const struct xml_node *n, struct cursor *c,
			  struct err *e);
/* The next child if it has that name, else NULL. */
struct xml_node *cursor_take(struct cursor *c, struct str ns, const char *local);
MUST_USE bool reader_need(struct reader *r, struct cursor *c, struct str ns, const char *local,
			  struct xml_node **out, struct err *e);
/* Nothing may be left. */
MUST_USE bool reader_close(struct reader *r, const struct cursor *c, struct err *e);

/* Text of an element without children; characters, not bytes. 0: any length. */
MUST_USE bool reader_text(struct reader *r, const struct xml_node *n, size_t max_chars,
			  struct str *out, struct err *e);
MUST_USE bool reader_uuid(struct reader *r, const struct xml_node *n, struct uuid *out,
			  struct err *e);
/* xs:integer within [min, max] */
MUST_USE bool reader_integer(struct reader *r, const struct xml_node *n, int64_t min,
			     int64_t max, int64_t *out, struct err *e);
MUST_USE bool reader_boolean(struct reader *r, const struct xml_node *n, bool *out,
			     struct err *e);
/* xs:dateTime; without a zone Copenhagen; cut to milliseconds */
MUST_USE bool reader_datetime(struct reader *r, const struct xml_node *n, instant *out,
			      struct err *e);
/* TidspunktType: a dateTime, or GraenseIndikator, which is `open`. */
MUST_USE bool reader_tidspunkt(struct reader *r, const struct xml_node *n, instant open,
			       instant *out, struct err *e);
/* One of names[1..count-1]; *out is its number. */
MUST_USE bool reader_name(struct reader *r, const struct xml_node *n, const char *const *names,
			  size_t count, size_t *out, struct err *e);
/* UnikIdType; with label: UuidLabelInputType */
MUST_USE bool reader_unik_id(struct reader *r, const struct xml_node *n, struct str *label,
			     struct oio_ref *out, struct err *e);
/* Characters of UTF-8 text. */
size_t reader_chars(struct str s);
/* For texts: at most some 100 bytes of it, whole characters, an ellipsis if it was cut. */
struct str reader_excerpt(struct reader *r, struct str s);

#endif
