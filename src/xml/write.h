/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The writer: what it writes is in exclusive canonical form (without comments) by construction,
 * so what we write can be digested as it stands. Compact: no declaration, LF only, and no text
 * of white space alone, not even as a value (some clients drop it before they digest).
 *
 * An element opened with xml_out_apex() forgets the namespaces of what surrounds it and
 * declares again what it uses: its bytes are the canonical form of its subtree, wherever it
 * stands. Two shapes cannot be written so, and abort: an element in no namespace below an apex
 * while a default namespace holds outside it, and an apex inside an apex that declares again
 * what the outer one has declared the same.
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
/*
 * In any order, before content; the writer sorts. ns absent: no prefix. An absent value leaves
 * the attribute out. The value is copied; names and namespaces are not.
 */
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
/* Bytes written so far, start tag completed: where a part begins or ends, between two tags. */
size_t xml_out_pos(struct xml_out *o);
bool xml_out_is_closed(const struct xml_out *o); /* every element closed */

#endif
