/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Walking a parsed tree: elements by namespace and local name only, never by prefix, never by a
 * search of the whole document. Strings are borrowed from the document or put in the arena;
 * they live as long as both.
 */
#ifndef XML_NODE_H
#define XML_NODE_H

#include <stdbool.h>
#include "base/arena.h"
#include "base/str.h"

struct xml_node; /* an element */

/* ns absent: in no namespace */
bool xml_is(const struct xml_node *n, struct str ns, const char *local);
bool xml_is_local(const struct xml_node *n, const char *local);
struct str xml_ns(const struct xml_node *n); /* absent: in no namespace */
struct str xml_local(const struct xml_node *n);
struct xml_node *xml_parent(const struct xml_node *n);
struct xml_node *xml_first(const struct xml_node *n); /* first child element, or NULL */
struct xml_node *xml_next(const struct xml_node *n);  /* next sibling element, or NULL */
/* First child with that name / next sibling with the same name as n. */
struct xml_node *xml_child(const struct xml_node *n, struct str ns, const char *local);
struct xml_node *xml_same(const struct xml_node *n);
/* The only child with that name; NULL if there is none or more than one. */
struct xml_node *xml_only(const struct xml_node *n, struct str ns, const char *local);
unsigned xml_count(const struct xml_node *n, struct str ns, const char *local);
unsigned xml_count_all(const struct xml_node *n); /* child elements */
/* any text that is not white space among its children */
bool xml_has_text(const struct xml_node *n);
bool xml_has_comment(const struct xml_node *n);	   /* anywhere in the subtree, n included */
/*
 * All text of n's own text and CDATA children, joined; comments are skipped. Not trimmed.
 * Never absent.
 */
struct str xml_text(const struct xml_node *n, struct arena *a);
struct str xml_text_trim(const struct xml_node *n, struct arena *a);
/* Absent if there is no such attribute. ns absent: the attribute in no namespace. */
struct str xml_attr(const struct xml_node *n, struct str ns, const char *local,
		    struct arena *a);
unsigned xml_attr_count(const struct xml_node *n); /* namespace declarations do not count */
unsigned xml_line(const struct xml_node *n);
/*
 * Exclusive canonical form of the subtree, comments left out, appended. For storage and for
 * tests.
 */
struct buf;
void xml_node_write(const struct xml_node *n, struct buf *b);

#endif
