/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A foreign document of any size, one part of it at a time: as hardened as xml_parse(), and
 * never more in memory than one part. What stands around the parts is checked and not kept.
 */
#ifndef XML_STREAM_H
#define XML_STREAM_H

#include "xml/parse.h"

/* Bytes to come; *got 0: there are no more. */
typedef bool xml_read_fn(void *arg, char *to, size_t room, size_t *got, struct err *e);
/* Whether such an element is a part. Not asked of elements inside one. */
typedef bool xml_is_part_fn(struct str ns, struct str local, void *arg);
/* Elements around it are its parents, without their attributes and other children. */
typedef bool xml_part_fn(const struct xml_node *part, void *arg, struct err *e);

struct xml_stream {
	const struct xml_limits *limits; /* of each part, and of what stands between two */
	xml_read_fn *read;
	xml_is_part_fn *is_part;
	xml_part_fn *part;
	void *arg;
};

/* Errors: those of xml_parse() and of the functions. Parts were told of before one. */
MUST_USE bool xml_stream_parse(const struct xml_stream *x, struct err *e);

#endif
