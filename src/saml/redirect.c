/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * HTTP-Redirect and HTTP-POST. The signature of a Redirect is over the octets that came, in the
 * order SAMLRequest, RelayState, SigAlg, never over a re-encoding of what they mean. Refuses a
 * message that inflates past its limit, a half signature, an unknown SAMLEncoding.
 * Source: SAML bindings 3.4.4.1, 3.5.4; RFC 1951; context-handler contract 2.11.
 */
#include "saml/redirect.h"

#include <string.h>
#define ZLIB_CONST
#include <zlib.h>

#include "base/encoding.h"
#include "crypto/digest.h"
#include "saml/foreign.h"
#include "xml/names.h"

static void *
zlib_alloc(void *arena, unsigned count, unsigned size)
{
	return arena_alloc_n(arena, count, size);
}

static void
zlib_free(void *arena, void *p)
{
	(void)arena;
	(void)p;
}

/* Raw inflate, all of the input, one stream. */
static bool
inflate_all(struct str in, struct arena *a, struct str *out, struct err *e)
{
	size_t room = LIMIT_SAML_MESSAGE_BYTES < in.len * 8 + 1024 ? LIMIT_SAML_MESSAGE_BYTES
								   : in.len * 8 + 1024;
	z_stream z = {.zalloc = zlib_alloc, .zfree = zlib_free, .opaque = a};
	char *to = arena_alloc(a, room);
	int rc;

	if (in.len > LIMIT_URL_BYTES)
		return FAIL(e, SAML_MESSAGE, "%zu bytes deflated", in.len);
	if (inflateInit2(&z, -MAX_WBITS) != Z_OK)
		return FAIL(e, INTERNAL, "inflateInit2");
	z.next_in = (const Bytef *)in.ptr;
	z.avail_in = (uInt)in.len;
	z.next_out = (Bytef *)to;
	z.avail_out = (uInt)room;
	rc = inflate(&z, Z_FINISH);
	while (rc == Z_BUF_ERROR && z.avail_out == 0 && room < LIMIT_SAML_MESSAGE_BYTES) {
		size_t more = room * 4 < LIMIT_SAML_MESSAGE_BYTES ? room * 4
								  : LIMIT_SAML_MESSAGE_BYTES;
		char *bigger = arena_alloc(a, more);

		memcpy(bigger, to, room);
		z.next_out = (Bytef *)bigger + room;
		z.avail_out = (uInt)(more - room);
		to = bigger;
		room = more;
		rc = inflate(&z, Z_FINISH);
	}
	*out = str_of(to, room - z.avail_out);
	inflateEnd(&z);
	if (rc != Z_STREAM_END)
		return FAIL(e, SAML_MESSAGE, "does not inflate to at most %zu bytes",
			    (size_t)LIMIT_SAML_MESSAGE_BYTES);
	if (z.avail_in > 0)
		return FAIL(e, SAML_MESSAGE, "bytes after the deflated message");
	return true;
}

/* A '+' that was not escaped arrives as a blank; in base64 it can only have been a '+'. */
static struct str
blank_to_plus(struct str s, struct arena *a)
{
	char *p = arena_dup_c(a, s);

	for (size_t i = 0; i < s.len; i++)
		if (p[i] == ' ')
			p[i] = '+';
	return str_of(p, s.len);
}

static bool
decode_base64(struct str text, struct arena *a, struct str *out, struct err *e)
{
	struct err bad = ERR_INIT;

	if (!base64_decode(text, BASE64_XML, a, out, &bad))
		return FAIL(e, SAML_MESSAGE, "base64: %s", bad.detail);
	return true;
}

static bool
pick_message(const struct query *q, struct binding_message *m, const struct query_pair **out,
	     struct err *e)
{
	const struct query_pair *request = query_get(q, "SAMLRequest");
	const struct query_pair *response = query_get(q, "SAMLResponse");

	if (!request == !response)
		return FAIL(e, m->is_post ? SAML_MESSAGE : SAML_REQUEST,
			    "not exactly one SAMLRequest or SAMLResponse");
	m->is_response = response != NULL;
	*out = response ? response : request;
	return true;
}

static bool
pick_relay_state(const struct query *q, struct binding_message *m, struct err *e)
{
	m->relay_state = query_value(q, "RelayState");
	if (m->relay_state.len > LIMIT_RELAY_STATE_BYTES)
		return FAIL(e, m->is_response ? SAML_MESSAGE : SAML_REQUEST,
			    "RelayState of %zu bytes", m->relay_state.len);
	if (str_is_empty(m->relay_state))
		m->relay_state = STR_NONE;
	return true;
}

static bool
read_signature(const struct query *q, const struct query_pair *message, struct arena *a,
	       struct binding_message *m, struct err *e)
{
	const struct query_pair *relay = query_get(q, "RelayState");
	const struct query_pair *alg = query_get(q, "SigAlg");
	const struct query_pair *sig = query_get(q, "Signature");
	char told[FOREIGN_TEXT_MAX];

	if (!alg && !sig)
		return true;
	if (!alg || !sig)
		return FAIL(e, SAML_REQUEST, "%s without %s", alg ? "SigAlg" : "Signature",
			    alg ? "Signature" : "SigAlg");
	m->alg = alg_signature_find(alg->value);
	if (!m->alg)
		return FAIL(e, SAML_REQUEST, "algorithm refused: %s",
			    foreign_uri(alg->value, told));
	if (!decode_base64(blank_to_plus(sig->value, a), a, &m->signature, e))
		return false;
	m->is_signed = true;
	if (relay)
		m->signed_octets =
			arena_printf(a, STR_FMT "&" STR_FMT "&" STR_FMT, STR_ARG(message->raw),
				     STR_ARG(relay->raw), STR_ARG(alg->raw));
	else
		m->signed_octets = arena_printf(a, STR_FMT "&" STR_FMT, STR_ARG(message->raw),
						STR_ARG(alg->raw));
	return true;
}

static bool
parse_pairs(struct str text, enum err_code code, struct arena *a, struct query *q,
	    struct err *e)
{
	struct err bad = ERR_INIT;

	if (!query_parse(text, a, q, &bad))
		return FAIL(e, code, "%s", bad.detail);
	return true;
}

bool
redirect_read(struct str query, struct arena *a, struct binding_message *out, struct err *e)
{
	struct query *q = ARENA_NEW(a, struct query);
	const struct query_pair *message;
	struct str encoding, deflated;

	*out = (struct binding_message){.relay_state = STR_NONE};
	if (query.len > LIMIT_URL_BYTES)
		return FAIL(e, SAML_REQUEST, "query of %zu bytes", query.len);
	if (!parse_pairs(query, SAML_REQUEST, a, q, e) || !pick_message(q, out, &message, e) ||
	    !pick_relay_state(q, out, e))
		return false;
	encoding = query_value(q, "SAMLEncoding");
	if (str_is_set(encoding) && !str_eq(encoding, ENCODING_DEFLATE))
		return FAIL(e, SAML_REQUEST, "unknown SAMLEncoding");
	return decode_base64(blank_to_plus(message->value, a), a, &deflated, e) &&
	       inflate_all(deflated, a, &out->xml, e) && read_signature(q, message, a, out, e);
}

bool
redirect_verify(const struct binding_message *m, struct cert *const *certs, size_t cert_count,
		struct err *e)
{
	uint8_t digest[HASH_MAX_BYTES];
	size_t len;
	struct err bad = ERR_INIT;

	if (!m->is_signed)
		return FAIL(e, SAML_SIGNATURE, "the query is not signed");
	len = digest_of(m->alg->hash, m->signed_octets, digest);
	for (size_t i = 0; i < cert_count; i++) {
		err_clear(&bad);
		if (cert_verify(certs[i], m->alg, str_of(digest, len), m->signature, &bad))
			return true;
	}
	return FAIL(e, SAML_SIGNATURE, "the query's signature fits none of %zu keys",
		    cert_count);
}

bool
post_read(struct str form, struct arena *a, struct binding_message *out, struct err *e)
{
	struct query *q = ARENA_NEW(a, struct query);
	const struct query_pair *message;

	*out = (struct binding_message){.is_post = true};
	if (form.len > LIMIT_FORM_BODY_BYTES)
		return FAIL(e, SAML_MESSAGE, "form of %zu bytes", form.len);
	if (!parse_pairs(form, SAML_MESSAGE, a, q, e) || !pick_message(q, out, &message, e) ||
	    !pick_relay_state(q, out, e) || !decode_base64(message->value, a, &out->xml, e))
		return false;
	if (out->xml.len > LIMIT_SAML_MESSAGE_BYTES)
		return FAIL(e, SAML_MESSAGE, "message of %zu bytes", out->xml.len);
	return true;
}

static bool
deflate_all(struct str in, struct arena *a, struct str *out, struct err *e)
{
	z_stream z = {.zalloc = zlib_alloc, .zfree = zlib_free, .opaque = a};
	size_t room;
	char *to;
	int rc;

	if (deflateInit2(&z, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -MAX_WBITS, 8,
			 Z_DEFAULT_STRATEGY) != Z_OK)
		return FAIL(e, INTERNAL, "deflateInit2");
	room = deflateBound(&z, (uLong)in.len);
	to = arena_alloc(a, room);
	z.next_in = (const Bytef *)in.ptr;
	z.avail_in = (uInt)in.len;
	z.next_out = (Bytef *)to;
	z.avail_out = (uInt)room;
	rc = deflate(&z, Z_FINISH);
	*out = str_of(to, room - z.avail_out);
	deflateEnd(&z);
	return rc == Z_STREAM_END || FAIL(e, INTERNAL, "deflate");
}

bool
redirect_write(const struct redirect_order *o, struct arena *a, struct buf *out, struct err *e)
{
	const struct alg_signature *alg = signer_alg(o->signer);
	uint8_t digest[HASH_MAX_BYTES], value[SIGNATURE_MAX_BYTES];
	size_t start, digest_len, value_len;
	struct str deflated;

	if (!deflate_all(o->xml, a, &deflated, e))
		return false;
	buf_add(out, o->location);
	buf_add_char(out, str_has_char(o->location, '?') ? '&' : '?');
	start = out->len;
	buf_add_c(out, o->is_response ? "SAMLResponse=" : "SAMLRequest=");
	percent_add(out, base64_encode(a, deflated));
	if (!str_is_empty(o->relay_state)) {
		buf_add_c(out, "&RelayState=");
		percent_add(out, o->relay_state);
	}
	buf_add_c(out, "&SigAlg=");
	percent_add(out, alg->uri);
	if (!buf_done(out, e))
		return false;
	digest_len = digest_of(alg->hash, str_skip(buf_str(out), start), digest);
	if (!signer_sign(o->signer, alg, str_of(digest, digest_len), value, &value_len, e))
		return false;
	buf_add_c(out, "&Signature=");
	percent_add(out, base64_encode(a, str_of(value, value_len)));
	return buf_done(out, e);
}
