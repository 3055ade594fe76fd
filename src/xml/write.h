/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The writer: what it writes is in exclusive canonical form (without comments) by construction,
 * so what we write can be digested as it stands. Compact: no white space between elements, no
 * declaration, LF only.
 *
 * An element opened with xml_out_apex() forgets the namespaces of what surrounds it and
 * declares again what it uses: its bytes are the canonical form of its subtree, wherever it
 * stands.
 * Source: Exclusive XML Canonicalization 1.0; Canonical XML 1.0, 2.3.
 */
#ifndef XML_WRITE_H
#define XML_WRITE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"

struct xml_out;

struct xml_out *xml_out_new(struct arena *a, struct buf *to);
/*
 * prefix "" is the default namespace; ns absent: no namespace. Names are ours, values are
 * escaped.
 */
void xml_out_open(struct xml_out *o, const char *prefix, struct str ns, const char *local);
void xml_out_apex(struct xml_out *o, const char *prefix, struct str ns, const char *local);
/* In any order, before content; the writer sorts. ns absent: no prefix. */
void xml_out_attr(struct xml_out *o, const char *prefix, struct str ns, const char *local,
		  struct str value);
void xml_out_text(struct xml_out *o, struct str text);
void xml_out_base64(struct xml_out *o, struct str bytes);
void xml_out_close(struct xml_out *o);
/* open + text + close */
void xml_out_leaf(struct xml_out *o, const char *prefix, struct str ns, const char *local,
		  struct str text);
/* Canonical bytes made by another writer (or xml_node_write), inserted as they are. */
void xml_out_raw(struct xml_out *o, struct str canonical);
/* bytes written so far, start tag completed: to mark a part */
size_t xml_out_pos(struct xml_out *o);
bool xml_out_is_closed(const struct xml_out *o); /* every element closed */

#endif
