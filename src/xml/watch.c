/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What stops the library while it reads: DOCTYPE, processing instructions, comments unless
 * allowed, entities, names without a declared prefix, other encodings and versions, and
 * whatever exceeds a limit. Nothing is loaded from anywhere and nothing process-wide is touched
 * or relied on: other libraries in this process change libxml2's global defaults. Standards:
 * XML 1.0 (fifth edition); Namespaces in XML 1.0.
 */
#include "xml/watch.h"

#include <libxml/parserInternals.h>
#include <string.h>

#include "base/limits.h"
#include "xml/internal.h"

void
watch_note(xmlParserCtxt *ctxt, enum err_code code, const char *what)
{
	struct watch *w = ctxt->_private;

	if (w->code == ERR_NONE) {
		w->code = code;
		w->what = what;
	}
}

void
watch_stop(xmlParserCtxt *ctxt, enum err_code code, const char *what)
{
	watch_note(ctxt, code, what);
	xmlStopParser(ctxt);
}

static bool
watch_count(xmlParserCtxt *ctxt, size_t more)
{
	struct watch *w = ctxt->_private;

	w->nodes += more;
	if (w->nodes <= w->limits->nodes)
		return true;
	watch_stop(ctxt, XML_LIMIT, "nodes");
	return false;
}

/* Of what is kept: a document in memory cannot hold more than its own bytes, a stream can. */
static bool
watch_bytes(xmlParserCtxt *ctxt, size_t more)
{
	struct watch *w = ctxt->_private;

	w->bytes += more;
	if (w->bytes <= w->limits->bytes)
		return true;
	watch_stop(ctxt, XML_LIMIT, "bytes");
	return false;
}

/*
 * Without entity substitution the library keeps an ampersand in a namespace name as "&#38;",
 * and compares and writes it so. Nobody has one: it is refused rather than repaired.
 */
static bool
has_ampersand(const xmlChar **namespaces, int count)
{
	int i;

	for (i = 0; i < count; i++)
		if (namespaces[2 * i + 1] && strchr(chars(namespaces[2 * i + 1]), '&'))
			return true;
	return false;
}

static void
on_element(void *ctx, const xmlChar *local, const xmlChar *prefix, const xmlChar *uri,
	   int namespace_count, const xmlChar **namespaces, int attr_count, int default_count,
	   const xmlChar **attrs)
{
	xmlParserCtxt *ctxt = ctx;
	struct watch *w = ctxt->_private;
	size_t parts = (size_t)attr_count + (size_t)namespace_count;
	size_t value_bytes = 0;
	const struct build_tag tag = {local,      prefix,     uri,   namespace_count,
				      namespaces, attr_count, attrs, ctxt->input->line};

	if ((unsigned)ctxt->nameNr >= w->limits->depth) {
		watch_stop(ctxt, XML_LIMIT, "depth");
		return;
	}
	if (parts > LIMIT_XML_ATTRS) {
		watch_stop(ctxt, XML_LIMIT, "attributes");
		return;
	}
	/* The library looks through all declarations in scope for each name. */
	if (ctxt->nsNr / 2 > LIMIT_XML_NS_IN_SCOPE) {
		watch_stop(ctxt, XML_LIMIT, "namespaces in scope");
		return;
	}
	if (has_ampersand(namespaces, namespace_count)) {
		watch_stop(ctxt, XML_FORBIDDEN, "ampersand in a namespace name");
		return;
	}
	for (int i = 0; i < attr_count; i++)
		value_bytes += (size_t)(attrs[5 * i + 4] - attrs[5 * i + 3]);
	if (!watch_count(ctxt, 1 + parts) || !watch_bytes(ctxt, value_bytes))
		return;
	(void)default_count;
	if (w->begin && !w->doc)
		w->begin(w, ctxt, &tag);
	if (!w->doc)
		return;
	w->depth++;
	if (!build_element(w->doc, &tag))
		watch_note(ctxt, XML_MALFORMED, "a name or a value that nothing explains");
}

static void
on_element_end(void *ctx, const xmlChar *local, const xmlChar *prefix, const xmlChar *uri)
{
	xmlParserCtxt *ctxt = ctx;
	struct watch *w = ctxt->_private;

	(void)local, (void)prefix, (void)uri;
	if (w->doc) {
		build_element_end(w->doc);
		w->depth--;
	}
	if (w->end)
		w->end(w, ctxt);
}

static void
on_text(void *ctx, const xmlChar *text, int len)
{
	xmlParserCtxt *ctxt = ctx;
	const struct watch *w = ctxt->_private;

	if (!w->doc || !watch_bytes(ctxt, (size_t)len))
		return;
	if (!build_text(w->doc, text, len))
		watch_stop(ctxt, XML_LIMIT, "texts or names are too long");
}

static void
on_doctype(void *ctx, const xmlChar *name, const xmlChar *public_id, const xmlChar *system_id)
{
	(void)name, (void)public_id, (void)system_id;
	watch_stop(ctx, XML_FORBIDDEN, "DOCTYPE");
}

static void
on_instruction(void *ctx, const xmlChar *target, const xmlChar *data)
{
	(void)target, (void)data;
	watch_stop(ctx, XML_FORBIDDEN, "processing instruction");
}

static void
on_comment(void *ctx, const xmlChar *text)
{
	xmlParserCtxt *ctxt = ctx;
	const struct watch *w = ctxt->_private;

	if (!w->limits->comments_ok)
		watch_stop(ctxt, XML_FORBIDDEN, "comment");
	else if (watch_count(ctxt, 1) && w->doc)
		build_comment(w->doc, text);
}

static void
on_cdata(void *ctx, const xmlChar *text, int len)
{
	xmlParserCtxt *ctxt = ctx;
	const struct watch *w = ctxt->_private;

	if (watch_count(ctxt, 1) && w->doc && watch_bytes(ctxt, (size_t)len))
		build_cdata(w->doc, text, len);
}

static void
on_reference(void *ctx, const xmlChar *name)
{
	(void)name;
	watch_stop(ctx, XML_FORBIDDEN, "entity reference");
}

/* The five built-in ones never come here. */
static xmlEntity *
on_entity(void *ctx, const xmlChar *name)
{
	(void)name;
	watch_stop(ctx, XML_FORBIDDEN, "entity reference");
	return NULL;
}

static xmlParserInput *
on_external(void *ctx, const xmlChar *public_id, const xmlChar *system_id)
{
	(void)public_id, (void)system_id;
	watch_stop(ctx, XML_FORBIDDEN, "external entity");
	return NULL;
}

/*
 * Errors are read from the context at the end. This is here so that no global handler is asked,
 * and for the one warning that is an error to us: what is relative has no canonical form. What
 * the library calls memory is one of its limits: it stops by itself.
 */
static void
on_error(void *data, xmlError *error)
{
	if (error->domain == XML_FROM_NAMESPACE && error->code == XML_WAR_NS_URI_RELATIVE)
		watch_stop(data, XML_FORBIDDEN, "relative namespace name");
	else if (error->code == XML_ERR_NO_MEMORY && error->ctxt)
		watch_note(error->ctxt, XML_LIMIT, "texts or names are too long");
}

static void
set_hooks(xmlSAXHandler *sax)
{
	memset(sax, 0, sizeof(*sax));
	sax->initialized = XML_SAX2_MAGIC;
	sax->startElementNs = on_element;
	sax->endElementNs = on_element_end;
	sax->characters = on_text;
	sax->internalSubset = on_doctype;
	sax->externalSubset = on_doctype;
	sax->processingInstruction = on_instruction;
	sax->comment = on_comment;
	sax->cdataBlock = on_cdata;
	sax->reference = on_reference;
	sax->getEntity = on_entity;
	sax->getParameterEntity = on_entity;
	sax->resolveEntity = on_external;
	sax->ignorableWhitespace = on_text;
	sax->serror = on_error;
}

/* Cuts S? name S? '=' S? quoted value off the front of the XML declaration. */
static bool
decl_take(struct str *rest, struct str name, struct str *value)
{
	struct str s = str_trim(*rest);
	size_t end;
	char quote;

	if (s.len == rest->len || !str_has_prefix(s, name))
		return false;
	s = str_trim(str_skip(s, name.len));
	if (!str_has_prefix(s, STR("=")))
		return false;
	s = str_trim(str_skip(s, 1));
	if (s.len == 0 || (s.ptr[0] != '"' && s.ptr[0] != '\''))
		return false;
	quote = s.ptr[0];
	s = str_skip(s, 1);
	for (end = 0; end < s.len && s.ptr[end] != quote; end++)
		;
	if (end == s.len)
		return false;
	*value = str_of(s.ptr, end);
	*rest = str_skip(s, end + 1);
	return true;
}

/*
 * Where there is one: version 1.0, encoding UTF-8. The library is then
 * told to ignore it, so that it opens no converter on a peer's word.
 */
bool
watch_declaration(struct str s, struct err *e)
{
	struct str value;
	size_t end;

	if (!str_has_prefix(s, STR("<?xml")) || s.len < 6 || !strchr(" \t\r\n", s.ptr[5]))
		return true;
	if (!str_find(s, STR("?>"), &end))
		return FAIL(e, XML_MALFORMED, "XML declaration does not end");
	s = str_of(s.ptr + 5, end - 5);
	if (!decl_take(&s, STR("version"), &value))
		return FAIL(e, XML_MALFORMED, "XML declaration without version");
	if (!str_eq_c(value, "1.0"))
		return FAIL(e, XML_FORBIDDEN, "XML version is not 1.0");
	if (decl_take(&s, STR("encoding"), &value) && !str_eq_nocase(value, STR("UTF-8")))
		return FAIL(e, XML_FORBIDDEN, "encoding is not UTF-8");
	if (decl_take(&s, STR("standalone"), &value) && !str_eq_c(value, "yes") &&
	    !str_eq_c(value, "no"))
		return FAIL(e, XML_MALFORMED, "standalone is neither yes nor no");
	if (str_trim(s).len != 0)
		return FAIL(e, XML_MALFORMED, "XML declaration holds more than it may");
	return true;
}

void
watch_free_ctxt(xmlParserCtxt **ctxt)
{
	if (!*ctxt)
		return;
	/* of its own accord the library makes a document where an entity is declared */
	xmlFreeDoc((*ctxt)->myDoc);
	xmlFreeParserCtxt(*ctxt);
}

bool
watch_install(struct watch *w, xmlParserCtxt *ctxt, struct err *e)
{
	if (xmlCtxtUseOptions(ctxt, XML_PARSE_NONET | XML_PARSE_COMPACT | XML_PARSE_IGNORE_ENC |
					    XML_PARSE_NOERROR | XML_PARSE_NOWARNING) != 0)
		return FAIL(e, INTERNAL, "libxml2 lacks an option");
	set_hooks(ctxt->sax);
	/*
	 * Each different name is looked for in a table that stops growing: millions of them
	 * would take minutes. A limit of the table itself holds after an error too, when no
	 * hook is called any more.
	 */
	xmlDictSetLimit(ctxt->dict, LIMIT_XML_NAME_BYTES);
	/* What the options do not reset, and what another library may have changed. */
	ctxt->keepBlanks = 1;
	ctxt->pedantic = 1; /* tells of relative namespace names with a prefix, too */
	ctxt->loadsubset = XML_SKIP_IDS; /* xml:id makes no id */
	ctxt->_private = w;
	return true;
}

bool
watch_verdict(const struct watch *w, const xmlParserCtxt *ctxt, struct err *e)
{
	if (w->code != ERR_NONE)
		return FAIL(e, w->code, "%s, line %d", w->what,
			    ctxt->input ? ctxt->input->line : 0);
	if (!ctxt->wellFormed || !ctxt->nsWellFormed || ctxt->myDoc)
		return FAIL(e, XML_MALFORMED, "libxml2 %d, line %d", ctxt->lastError.code,
			    ctxt->lastError.line);
	return true;
}
