/* SPDX-License-Identifier: GPL-3.0-or-later */
/* For tests. Works with libxml2 and OpenSSL alone, so that it shares no mistake of ours. */
#include "resign.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <libxml/parser.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "base/buf.h"
#include "base/encoding.h"
#include "c14n_oracle.h"
#include "pki.h"
#include "xml/names.h"

static void
need(bool held, const char *what)
{
	if (held)
		return;
	fprintf(stderr, "resign: %s\n", what);
	abort();
}

static struct xml_node *
nth_signature(struct xml_node *n, size_t *which)
{
	struct xml_node *c, *hit;

	if (xml_is(n, NS_DS, "Signature") && (*which)-- == 0)
		return n;
	for (c = xml_first(n); c; c = xml_next(c))
		if ((hit = nth_signature(c, which)) != NULL)
			return hit;
	return NULL;
}

static struct xml_node *
by_id(struct xml_node *n, struct str id, struct arena *a)
{
	struct xml_node *c, *hit;

	if (str_eq(xml_attr(n, STR_NONE, "ID", a), id) ||
	    str_eq(xml_attr(n, NS_WSU, "Id", a), id))
		return n;
	for (c = xml_first(n); c; c = xml_next(c))
		if ((hit = by_id(c, id, a)) != NULL)
			return hit;
	return NULL;
}

static const EVP_MD *
md_of(struct str uri)
{
	static const char *const name[] = {"sha256", "sha384", "sha512", "sha1", "md5"};
	size_t i, at;

	for (i = 0; i < ARRAY_LEN(name); i++)
		if (str_find(uri, str_from(name[i]), &at))
			return EVP_get_digestbyname(name[i]);
	return EVP_sha256();
}

/* The PrefixList of an InclusiveNamespaces element, if there is one. */
static void
add_prefixes(const struct xml_node *n, struct c14n_rule *rule, struct arena *a)
{
	struct str *prefix = ARENA_NEW_N(a, 128, struct str), list, head;

	list = n ? xml_attr(n, STR_NONE, "PrefixList", a) : STR_NONE;
	while (!str_is_empty(list) && rule->prefix_count < 128) {
		struct str rest = STR_NONE;

		str_cut(list, ' ', &head, &rest);
		prefix[rule->prefix_count++] = str_eq_c(head, "#default") ? STR("") : head;
		list = rest;
	}
	rule->prefixes = prefix;
}

/* What the reference's transforms make of its element. */
static struct str
reference_octets(struct xml_node *root, struct xml_node *signature, struct xml_node *reference,
		 struct arena *a)
{
	struct str uri = xml_attr(reference, STR_NONE, "URI", a);
	struct xml_node *target = uri.len > 1 ? by_id(root, str_skip(uri, 1), a) : NULL;
	struct xml_node *t = xml_first(xml_child(reference, NS_DS, "Transforms"));
	struct c14n_rule rule = {0};

	if (!target)
		target = root;
	for (; t; t = xml_next(t)) {
		struct str alg = xml_attr(t, STR_NONE, "Algorithm", a);
		struct xml_node *p = xml_first(t);

		if (str_eq(alg, ALG_ENVELOPED))
			rule.without = signature;
		rule.comments = str_eq(alg, ALG_EXC_C14N_WITH);
		rule.inclusive = str_eq(alg, ALG_C14N);
		if (str_eq(alg, ALG_STR_TRANSFORM) && xml_first(target)) {
			struct xml_node *by = xml_first(target);
			struct str id = xml_text_trim(by, a);

			if (str_is_empty(id))
				id = str_skip(xml_attr(by, STR_NONE, "URI", a), 1);
			if (by_id(root, id, a))
				target = by_id(root, id, a);
			p = p ? xml_first(p) : NULL;
			rule.inclusive =
				p && str_eq(xml_attr(p, STR_NONE, "Algorithm", a), ALG_C14N);
			p = p ? xml_first(p) : NULL;
		}
		add_prefixes(p, &rule, a);
	}
	return oracle_c14n(target, &rule, a);
}

static void
set_text(struct xml_node *n, struct str bytes, struct arena *a)
{
	if (n)
		xmlNodeSetContent((xmlNode *)n,
				  (xmlChar *)arena_dup_c(a, base64_encode(a, bytes)));
}

static EVP_PKEY *
load_key(const char *pki)
{
	char name[PKI_PATH_BYTES - 64], path[PKI_PATH_BYTES];
	EVP_PKEY *key;
	FILE *f;

	snprintf(name, sizeof(name), "%s/key.pem", pki);
	f = fopen(pki_path(path, name), "r");
	need(f != NULL, path);
	key = PEM_read_PrivateKey(f, NULL, NULL, NULL);
	fclose(f);
	need(key != NULL, path);
	return key;
}

/* r||s */
static struct str
ecdsa_pair(EVP_PKEY *key, struct str der, struct arena *a)
{
	const unsigned char *p = (const unsigned char *)der.ptr;
	ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &p, (long)der.len);
	int half = (EVP_PKEY_get_bits(key) + 7) / 8;
	unsigned char *out = arena_alloc(a, (size_t)half * 2);

	need(sig != NULL, "ECDSA");
	BN_bn2binpad(ECDSA_SIG_get0_r(sig), out, half);
	BN_bn2binpad(ECDSA_SIG_get0_s(sig), out + half, half);
	ECDSA_SIG_free(sig);
	return str_of(out, (size_t)half * 2);
}

static struct str
sign_octets(struct str octets, struct str alg, const char *pki, struct arena *a)
{
	unsigned char *out = arena_alloc(a, 1024);
	const unsigned char *in = (const unsigned char *)octets.ptr;
	size_t len = 1024, at;
	EVP_PKEY *key = load_key(pki);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *params = NULL;
	struct str value;

	if (str_find(alg, STR("hmac"), &at)) {
		struct cert *c = pki_cert(pki);
		unsigned n = 0;

		HMAC(md_of(alg), cert_der(c).ptr, (int)cert_der(c).len, in, octets.len, out,
		     &n);
		value = str_of(out, n);
		cert_free(c);
	} else {
		need(EVP_DigestSignInit(ctx, &params, md_of(alg), NULL, key) == 1, "init");
		if (str_find(alg, STR("MGF1"), &at))
			need(EVP_PKEY_CTX_set_rsa_padding(params, RSA_PKCS1_PSS_PADDING) == 1 &&
				     EVP_PKEY_CTX_set_rsa_pss_saltlen(
					     params, RSA_PSS_SALTLEN_DIGEST) == 1,
			     "PSS");
		need(EVP_DigestSign(ctx, out, &len, in, octets.len) == 1, "sign");
		value = str_of(out, len);
		if (EVP_PKEY_get_base_id(key) == EVP_PKEY_EC)
			value = ecdsa_pair(key, value, a);
	}
	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(key);
	return value;
}

struct str
resign(struct str document, size_t which, const char *pki, struct arena *a)
{
	xmlDoc *doc = xmlReadMemory(document.ptr, (int)document.len, NULL, NULL,
				    XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
	struct xml_node *root, *signature, *info, *r, *method;
	struct c14n_rule rule = {0};
	xmlChar *text = NULL;
	struct str out, alg;
	int len = 0;

	need(doc != NULL, "the document is malformed");
	root = node_ours(xmlDocGetRootElement(doc));
	signature = nth_signature(root, &which);
	need(signature != NULL, "no such signature");
	info = xml_child(signature, NS_DS, "SignedInfo");
	for (r = xml_child(info, NS_DS, "Reference"); r; r = xml_same(r)) {
		struct str octets = reference_octets(root, signature, r, a);
		unsigned char digest[EVP_MAX_MD_SIZE];
		unsigned digest_len = 0;

		method = xml_child(r, NS_DS, "DigestMethod");
		EVP_Digest(octets.ptr, octets.len, digest, &digest_len,
			   md_of(xml_attr(method, STR_NONE, "Algorithm", a)), NULL);
		set_text(xml_child(r, NS_DS, "DigestValue"), str_of(digest, digest_len), a);
	}
	method = xml_child(info, NS_DS, "CanonicalizationMethod");
	alg = xml_attr(method, STR_NONE, "Algorithm", a);
	rule.comments = str_eq(alg, ALG_EXC_C14N_WITH);
	rule.inclusive = str_eq(alg, ALG_C14N);
	add_prefixes(xml_first(method), &rule, a);
	method = xml_child(info, NS_DS, "SignatureMethod");
	alg = xml_attr(method, STR_NONE, "Algorithm", a);
	set_text(xml_child(signature, NS_DS, "SignatureValue"),
		 sign_octets(oracle_c14n(info, &rule, a), alg, pki, a), a);
	xmlDocDumpMemory(doc, &text, &len);
	out = arena_dup(a, str_of(text, (size_t)len));
	xmlFree(text);
	xmlFreeDoc(doc);
	return out;
}

struct str
replace(struct str text, const char *what, const char *with, struct arena *a)
{
	struct str rest = text, from = str_from(what), out;
	struct buf b = BUF_INIT(1u << 24);
	size_t at;

	need(str_find(rest, from, &at), what);
	while (str_find(rest, from, &at)) {
		buf_add(&b, str_of(rest.ptr, at));
		buf_add_c(&b, with);
		rest = str_skip(rest, at + from.len);
	}
	buf_add(&b, rest);
	out = arena_dup(a, buf_str(&b));
	buf_release(&b);
	return out;
}
