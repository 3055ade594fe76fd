/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Foreign bytes in memory become a tree here, and parts of a large document in stream.c;
 * nowhere else. Refused while parsing, not afterwards: what watch.c names. Refused before: too
 * many bytes or attributes, what is not UTF-8. Standards: XML 1.0 (fifth edition); Namespaces
 * in XML 1.0.
 */
#include "xml/parse.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <libxml/parserInternals.h>

#include "base/encoding.h"
#include "base/limits.h"
#include "xml/internal.h"
#include "xml/watch.h"

/* A tag of fewer bytes cannot hold more than LIMIT_XML_ATTRS attributes. */
#define CROWDED_TAG_BYTES (LIMIT_XML_ATTRS * 4)

/* Quoted values of the start tag at p, up to its end. */
static size_t
count_values(const char *p, const char *end)
{
	size_t count = 0;

	while (p < end && *p != '>') {
		char quote = *p++;

		if (quote != '"' && quote != '\'')
			continue;
		p = memchr(p, quote, (size_t)(end - p));
		if (!p)
			break;
		p++;
		count++;
	}
	return count;
}

/*
 * The library compares each attribute of a tag with all before it, and no hook sees them
 * earlier: a tag of some megabytes would take minutes. No tag holds a '<' inside, so tags are
 * found cheaply.
 */
static bool
has_crowded_tag(struct str s)
{
	const char *end = s.ptr + s.len;
	const char *p = memchr(s.ptr, '<', s.len);

	while (p) {
		const char *next = memchr(p + 1, '<', (size_t)(end - p - 1));
		const char *stop = next ? next : end;

		if (stop - p > CROWDED_TAG_BYTES && p[1] != '!' && p[1] != '/' && p[1] != '?' &&
		    count_values(p, stop) > LIMIT_XML_ATTRS)
			return true;
		p = next;
	}
	return false;
}

static bool
check_bytes(struct str s, const struct xml_limits *limits, struct err *e)
{
	if (s.len > limits->bytes || s.len > INT_MAX)
		return FAIL(e, XML_LIMIT, "bytes: %zu", s.len);
	if (s.len == 0)
		return FAIL(e, XML_MALFORMED, "empty");
	if (!utf8_is_valid(s))
		return FAIL(e, XML_FORBIDDEN, "not UTF-8, or with NUL");
	if (str_has_prefix(s, STR("\xef\xbb\xbf")))
		s = str_skip(s, 3);
	if (!watch_declaration(s, e))
		return false;
	if (has_crowded_tag(s))
		return FAIL(e, XML_LIMIT, "attributes");
	return true;
}

bool
xml_parse(struct str bytes, const struct xml_limits *limits, struct xml_doc **out,
	  struct err *e)
{
	AUTO(watch_free_ctxt) xmlParserCtxt *ctxt = NULL;
	AUTO(xml_doc_freep) struct xml_doc *doc = NULL;
	struct watch watch = {.limits = limits};

	if (!check_bytes(bytes, limits, e))
		return false;
	ctxt = xmlCreateMemoryParserCtxt(bytes.ptr, (int)bytes.len);
	BUG_ON(!ctxt);
	if (!watch_install(&watch, ctxt, e))
		return false;
	doc = build_begin(ctxt->dict, limits->bytes);
	watch.doc = doc;
	(void)xmlParseDocument(ctxt);
	if (!watch_verdict(&watch, ctxt, e))
		return false;
	BUG_ON(!build_root(doc));
	*out = doc;
	doc = NULL;
	return true;
}

void
xml_doc_free(struct xml_doc *d)
{
	if (d)
		build_free(d);
}

void
xml_doc_freep(struct xml_doc **d)
{
	xml_doc_free(*d);
	*d = NULL;
}

struct xml_node *
xml_root(const struct xml_doc *d)
{
	return node_ours(build_root(d));
}

void
xml_init(void)
{
	xmlInitParser();
}

void
xml_cleanup(void)
{
	xmlCleanupParser();
}

const char *
xml_library(void)
{
	static char text[24];
	struct str digits = str_from(xmlParserVersion);
	int64_t n;

	/* 20914, perhaps with a name behind it */
	digits.len = digits.len > 5 ? 5 : digits.len;
	if (!str_to_i64(digits, 0, 99999, &n))
		return xmlParserVersion;
	(void)snprintf(text, sizeof(text), "%d.%d.%d", (int)(n / 10000), (int)(n / 100 % 100),
		       (int)(n % 100));
	return text;
}
