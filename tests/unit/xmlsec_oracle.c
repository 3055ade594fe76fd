/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * For tests: xmlsec with the one transform it lacks, WS-Security's STR-Transform. The document
 * is parsed anew, by libxml2's own call.
 */
#include "xmlsec_oracle.h"

#include <stdlib.h>
#include <string.h>
#include <libxml/parser.h>
#include <xmlsec/xmlsec.h>
#include <xmlsec/errors.h>
#include <xmlsec/nodeset.h>
#include <xmlsec/openssl/app.h>
#include <xmlsec/openssl/crypto.h>
#include <xmlsec/transforms.h>
#include <xmlsec/xmldsig.h>
#include <xmlsec/xmltree.h>

#include "c14n_oracle.h"
#include "xml/names.h"

static struct xml_node *
assertion(struct xml_node *n, struct str id, struct arena *a)
{
	struct xml_node *c, *hit;

	if (xml_is(n, NS_SAML, "Assertion") && str_eq(xml_attr(n, STR_NONE, "ID", a), id))
		return n;
	for (c = xml_first(n); c; c = xml_next(c))
		if ((hit = assertion(c, id, a)) != NULL)
			return hit;
	return NULL;
}

/* The method stands in the transform's parameters. */
static int
str_read_node(xmlSecTransformPtr t, xmlNodePtr node, xmlSecTransformCtxPtr ctx)
{
	(void)ctx;
	t->reserved0 = node;
	return 0;
}

static void
read_rule(xmlSecTransformPtr t, struct c14n_rule *rule, struct arena *a)
{
	struct xml_node *parameters = xml_first(node_ours(t->reserved0));
	struct xml_node *method = xml_first(parameters), *list = xml_first(method);
	struct str *prefix = ARENA_NEW(a, struct str);

	rule->inclusive = str_eq(xml_attr(method, STR_NONE, "Algorithm", a), ALG_C14N);
	*prefix = xml_attr(list, STR_NONE, "PrefixList", a);
	if (str_is_empty(*prefix))
		return;
	rule->prefixes = prefix;
	rule->prefix_count = 1;
}

/* The token is digested instead of the reference that names it. */
static int
str_push_xml(xmlSecTransformPtr t, xmlSecNodeSetPtr nodes, xmlSecTransformCtxPtr ctx)
{
	struct c14n_rule rule = {0};
	struct arena *a = arena_new();
	struct xml_node *str, *by, *token = NULL;
	xmlSecNodeSetPtr first;
	xmlOutputBuffer *out;
	struct str text;

	/* a ring of sets, of which one is the element that the URI named */
	for (first = nodes; nodes && !nodes->nodes && nodes->next != first;)
		nodes = nodes->next;
	if (!nodes || !nodes->nodes || nodes->nodes->nodeNr < 1 || !t->next) {
		arena_free(a);
		return -1;
	}
	str = node_ours(nodes->nodes->nodeTab[0]);
	by = xml_child(str, NS_WSSE, "KeyIdentifier");
	if (by)
		token = assertion(node_ours(xmlDocGetRootElement(nodes->doc)),
				  xml_text_trim(by, a), a);
	if (!token) {
		arena_free(a);
		return -1;
	}
	read_rule(t, &rule, a);
	text = oracle_c14n(token, &rule, a);
	out = xmlSecTransformCreateOutputBuffer(t->next, ctx);
	xmlOutputBufferWrite(out, (int)text.len, text.ptr);
	arena_free(a);
	return xmlOutputBufferClose(out) < 0 ? -1 : 0;
}

static xmlSecTransformDataType
str_data_type(xmlSecTransformPtr t, xmlSecTransformMode mode, xmlSecTransformCtxPtr ctx)
{
	(void)t, (void)ctx;
	return mode == xmlSecTransformModePush ? xmlSecTransformDataTypeXml
					       : xmlSecTransformDataTypeBin;
}

static struct _xmlSecTransformKlass str_klass = {
	.klassSize = sizeof(str_klass),
	.objSize = sizeof(xmlSecTransform),
	.name = (const xmlChar *)"str-transform",
	.usage = xmlSecTransformUsageDSigTransform,
	.readNode = str_read_node,
	.getDataType = str_data_type,
	.pushXml = str_push_xml,
};

static void
be_quiet(const char *file, int line, const char *func, const char *object, const char *subject,
	 int reason, const char *message)
{
	(void)file, (void)line, (void)func, (void)object, (void)subject, (void)reason;
	(void)message;
}

void
xmlsec_oracle_init(void)
{
	str_klass.href = (const xmlChar *)ALG_STR_TRANSFORM.ptr;
	if (xmlSecInit() < 0 || xmlSecOpenSSLAppInit(NULL) < 0 || xmlSecOpenSSLInit() < 0 ||
	    xmlSecTransformIdsRegister(&str_klass) < 0)
		abort();
	xmlSecErrorsSetCallback(be_quiet);
}

static void
add_id(xmlAttr *p)
{
	xmlChar *id = xmlNodeGetContent((xmlNode *)p);

	xmlAddID(NULL, p->doc, id, p);
	xmlFree(id);
}

/* Registers ids, and counts signatures down; the one wanted ends in *hit. */
static void
walk(xmlNode *n, size_t *which, xmlNode **hit)
{
	for (; n; n = n->next) {
		xmlAttr *p;

		if (n->type != XML_ELEMENT_NODE)
			continue;
		for (p = n->properties; p; p = p->next) {
			bool is_id = p->ns ? chars_eq(p->ns->href, NS_WSU) &&
						     chars_eq(p->name, STR("Id"))
					   : chars_eq(p->name, STR("ID"));

			if (is_id)
				add_id(p);
		}
		if (xml_is(node_ours(n), NS_DS, "Signature") && (*which)-- == 0)
			*hit = n;
		walk(n->children, which, hit);
	}
}

bool
xmlsec_oracle(struct str document, size_t which, struct str cert_der)
{
	xmlDoc *doc = xmlReadMemory(document.ptr, (int)document.len, NULL, NULL,
				    XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
	xmlSecDSigCtx *ctx = xmlSecDSigCtxCreate(NULL);
	xmlNode *signature = NULL;
	bool right = false;

	if (doc)
		walk(xmlDocGetRootElement(doc), &which, &signature);
	if (signature && ctx) {
		ctx->enabledReferenceUris = xmlSecTransformUriTypeSameDocument;
		ctx->signKey = xmlSecOpenSSLAppKeyLoadMemory(
			(const xmlSecByte *)cert_der.ptr, (xmlSecSize)cert_der.len,
			xmlSecKeyDataFormatCertDer, NULL, NULL, NULL);
		right = ctx->signKey && xmlSecDSigCtxVerify(ctx, signature) == 0 &&
			ctx->status == xmlSecDSigStatusSucceeded;
	}
	if (ctx)
		xmlSecDSigCtxDestroy(ctx);
	xmlFreeDoc(doc);
	return right;
}
