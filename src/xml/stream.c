/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Documents too large to be held: the library pulls bytes, each part becomes a tree of its own,
 * is told of and freed. Refuses all that xml_parse() refuses; bytes are looked at before the
 * library sees them. Standards: XML 1.0 (fifth edition); Namespaces in XML 1.0.
 */
#include "xml/stream.h"

#include <libxml/parserInternals.h>
#include <string.h>

#include "base/encoding.h"
#include "base/limits.h"
#include "base/mem.h"
#include "xml/internal.h"
#include "xml/watch.h"

/* The library is given bytes only when they were looked at. */
#define WINDOW 65536
/* Elements around the parts. */
#define OUTER_MOST 16

/* Where in a tag the bytes are. */
enum place { IN_TEXT, AT_TAG, IN_TAG, IN_VALUE };

struct outer {
	struct build_tag tag;
	const xmlChar **namespaces; /* a copy */
};

struct stream {
	const struct xml_stream *x;
	struct watch watch;
	struct err *e;
	char window[WINDOW];
	size_t have, given; /* bytes in the window; of them, given to the library */
	size_t checked;     /* of them, looked at */
	bool is_end, is_failed;

	enum place place;
	char quote;
	unsigned values;

	struct outer outer[OUTER_MOST];
	size_t outer_count;
};

/* ---- bytes ---- */

/*
 * Values of the tag at work. The library compares each attribute with all before it, and its
 * hook comes too late. No tag holds a '<' inside.
 */
static bool
look_at(struct stream *s, char c)
{
	if (c == '<') {
		s->place = AT_TAG;
		s->values = 0;
		return true;
	}
	switch (s->place) {
	case IN_TEXT:
		break;
	case AT_TAG:
		s->place = c == '!' || c == '?' || c == '/' ? IN_TEXT : IN_TAG;
		break;
	case IN_TAG:
		if (c == '>')
			s->place = IN_TEXT;
		if (c == '"' || c == '\'') {
			s->quote = c;
			s->place = IN_VALUE;
		}
		break;
	case IN_VALUE:
		if (c != s->quote)
			break;
		s->place = IN_TAG;
		return ++s->values <= LIMIT_XML_ATTRS;
	}
	return true;
}

/* The last bytes may be the beginning of a character: how many. */
static size_t
unfinished(const char *p, size_t len)
{
	for (size_t back = 1; back <= 3 && back <= len; back++) {
		unsigned char c = (unsigned char)p[len - back];

		if (c >= 0xc0)
			return (c >= 0xf0 ? 4U : c >= 0xe0 ? 3U : 2U) > back ? back : 0;
		if (c < 0x80)
			return 0;
	}
	return 0;
}

static bool
fill(struct stream *s, struct err *e)
{
	size_t got = 0, end;
	const char *from = s->window;

	memmove(s->window, s->window + s->given, s->have - s->given);
	s->have -= s->given;
	s->checked -= s->given;
	s->given = 0;
	while (!s->is_end && s->have < sizeof(s->window)) {
		if (!s->x->read(s->x->arg, s->window + s->have, sizeof(s->window) - s->have,
				&got, e))
			return false;
		s->is_end = got == 0;
		s->have += got;
	}
	end = s->is_end ? s->have : s->have - unfinished(from, s->have);
	if (!utf8_is_valid(str_of(from + s->checked, end - s->checked)))
		return FAIL(e, XML_FORBIDDEN, "not UTF-8, or with NUL");
	for (; s->checked < end; s->checked++)
		if (!look_at(s, from[s->checked]))
			return FAIL(e, XML_LIMIT, "attributes");
	return true;
}

/* What the document begins with, a byte order mark aside. */
static struct str
text_start(const struct stream *s)
{
	struct str start = str_of(s->window, s->checked);

	return str_has_prefix(start, STR("\xef\xbb\xbf")) ? str_skip(start, 3) : start;
}

/* xmlInputReadCallback */
static int
on_read(void *state, char *to, int room)
{
	struct stream *s = state;
	size_t len;

	if (s->is_failed)
		return -1;
	if (s->given == s->checked && !fill(s, s->e)) {
		s->is_failed = true;
		return -1;
	}
	len = s->checked - s->given;
	if (len > (size_t)room)
		len = (size_t)room;
	memcpy(to, s->window + s->given, len);
	s->given += len;
	return (int)len;
}

/* ---- elements ---- */

static struct str
str_of_chars(const xmlChar *s)
{
	return str_from((const char *)s);
}

static void
push_outer(struct stream *s, xmlParserCtxt *ctxt, const struct build_tag *tag)
{
	struct outer *o = &s->outer[s->outer_count];
	size_t count = 2 * (size_t)tag->namespace_count;

	if (s->outer_count == OUTER_MOST) {
		watch_stop(ctxt, XML_LIMIT, "depth around the parts");
		return;
	}
	o->tag = *tag;
	o->tag.attr_count = 0;
	o->tag.attrs = NULL;
	o->namespaces = mem_new_n(count + 1, sizeof(*o->namespaces));
	if (count > 0)
		memcpy(o->namespaces, tag->namespaces, count * sizeof(*o->namespaces));
	o->tag.namespaces = o->namespaces;
	s->outer_count++;
}

static void
on_begin(struct watch *w, xmlParserCtxt *ctxt, const struct build_tag *tag)
{
	struct stream *s = w->state;

	if (!s->x->is_part(tag->uri ? str_of_chars(tag->uri) : STR_NONE,
			   str_of_chars(tag->local), s->x->arg)) {
		push_outer(s, ctxt, tag);
		return;
	}
	w->nodes = w->bytes = 0;
	w->doc = build_begin(ctxt->dict, w->limits->bytes);
	for (size_t i = 0; i < s->outer_count; i++)
		if (!build_element(w->doc, &s->outer[i].tag))
			watch_note(ctxt, XML_MALFORMED, "a name that nothing explains");
}

static const struct xml_node *
part_of(const struct stream *s)
{
	const xmlNode *n = build_root(s->watch.doc);

	for (size_t i = 0; i < s->outer_count; i++)
		n = n->last;
	return (const struct xml_node *)n;
}

static void
on_end(struct watch *w, xmlParserCtxt *ctxt)
{
	struct stream *s = w->state;

	if (!w->doc) {
		w->nodes = w->bytes = 0;
		if (s->outer_count > 0)
			mem_free(s->outer[--s->outer_count].namespaces);
		return;
	}
	if (w->depth > 0)
		return;
	if (w->code == ERR_NONE && !s->x->part(part_of(s), s->x->arg, s->e)) {
		s->is_failed = true;
		xmlStopParser(ctxt);
	}
	xml_doc_free(w->doc);
	w->doc = NULL;
	w->nodes = w->bytes = 0;
}

bool
xml_stream_parse(const struct xml_stream *x, struct err *e)
{
	AUTO(watch_free_ctxt) xmlParserCtxt *ctxt = NULL;
	AUTO(mem_freep) struct stream *s = MEM_NEW(struct stream);
	bool ok;

	s->x = x;
	s->e = e;
	s->watch = (struct watch){
		.limits = x->limits, .begin = on_begin, .end = on_end, .state = s};
	if (!fill(s, e))
		return false;
	if (s->have == 0)
		return FAIL(e, XML_MALFORMED, "empty");
	if (!watch_declaration(text_start(s), e))
		return false;
	ctxt = xmlCreateIOParserCtxt(NULL, NULL, on_read, NULL, s, XML_CHAR_ENCODING_NONE);
	BUG_ON(!ctxt);
	if (!watch_install(&s->watch, ctxt, e))
		return false;
	(void)xmlParseDocument(ctxt);
	ok = !s->is_failed && watch_verdict(&s->watch, ctxt, e);
	xml_doc_free(s->watch.doc);
	while (s->outer_count > 0)
		mem_free(s->outer[--s->outer_count].namespaces);
	return ok;
}
