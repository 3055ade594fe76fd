/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Questions to a responder and what it answers. An answer is believed when the issuer signed
 * it, or somebody whom the issuer certified for this and nothing has revoked; when it is about
 * the certificate that was asked; and in its time. "Unknown" and every error are no answer.
 * Source: RFC 6960, 3.2, 4.2.2; RFC 8954 (nonce).
 */
#include "crypto/revocation.h"

#include <openssl/err.h>
#include <openssl/ocsp.h>
#include <string.h>

#include "base/limits.h"
#include "crypto/internal.h"

/* [rfc6960 4.2.2.1] without nextUpdate there is newer information all the time */
#define NO_END_S 3600
#define NONCE_BYTES 32

static void
request_freep(OCSP_REQUEST **p)
{
	OCSP_REQUEST_free(*p);
}

static void
response_freep(OCSP_RESPONSE **p)
{
	OCSP_RESPONSE_free(*p);
}

static void
basic_freep(OCSP_BASICRESP **p)
{
	OCSP_BASICRESP_free(*p);
}

static void
id_freep(OCSP_CERTID **p)
{
	OCSP_CERTID_free(*p);
}

static void
store_freep(X509_STORE **p)
{
	X509_STORE_free(*p);
}

static void
borrowed_freep(STACK_OF(X509) * *p)
{
	sk_X509_free(*p);
}

/* SHA-1 finds the certificate, as every responder expects; nothing is proven by it. */
static OCSP_CERTID *
id_of(const struct cert *c, const struct cert *issuer)
{
	return OCSP_cert_to_id(EVP_sha1(), cert_x509(c), cert_x509(issuer));
}

bool
ocsp_ask(const struct cert *c, const struct cert *issuer, struct arena *a, struct str *out,
	 struct err *e)
{
	AUTO(request_freep) OCSP_REQUEST *request = OCSP_REQUEST_new();
	OCSP_CERTID *id = id_of(c, issuer);
	unsigned char *der = NULL;
	int len;

	ERR_clear_error();
	if (request == NULL || id == NULL || OCSP_request_add0_id(request, id) == NULL) {
		OCSP_CERTID_free(id);
		return FAIL_OSSL(e, INTERNAL, "no question");
	}
	if (OCSP_request_add1_nonce(request, NULL, NONCE_BYTES) != 1)
		return FAIL_OSSL(e, INTERNAL, "no question");
	len = i2d_OCSP_REQUEST(request, &der);
	if (len <= 0)
		return FAIL_OSSL(e, INTERNAL, "no question");
	*out = arena_dup(a, str_of(der, (size_t)len));
	OPENSSL_free(der);
	return true;
}

static bool
open_response(struct str bytes, OCSP_BASICRESP **out, struct err *e)
{
	AUTO(response_freep) OCSP_RESPONSE *response = NULL;
	const unsigned char *p = (const unsigned char *)bytes.ptr;
	int status;

	if (bytes.len > LIMIT_OCSP_BYTES)
		return FAIL(e, REVOCATION_REFUSED, "%zu bytes", bytes.len);
	response = d2i_OCSP_RESPONSE(NULL, &p, (long)bytes.len);
	if (response == NULL || (const char *)p != bytes.ptr + bytes.len)
		return FAIL_OSSL(e, REVOCATION_REFUSED, "not an answer of a responder");
	status = OCSP_response_status(response);
	if (status != OCSP_RESPONSE_STATUS_SUCCESSFUL)
		return FAIL(e, REVOCATION_REFUSED, "the responder says %s",
			    OCSP_response_status_str(status));
	*out = OCSP_response_get1_basic(response);
	return *out != NULL || FAIL_OSSL(e, REVOCATION_REFUSED, "an answer of another kind");
}

/* When a signer had to be good. */
struct as_of {
	instant when;
	bool is_past;
};

/* A list of today says nothing less of a responder of then. */
static int
allow_later_lists(int ok, X509_STORE_CTX *ctx)
{
	return ok || X509_STORE_CTX_get_error(ctx) == X509_V_ERR_CRL_NOT_YET_VALID;
}

/* [rfc6960 3.2] 1-4: signed by whom it should be; at that moment. */
static bool
check_signature(struct anchors *a, const struct cert *issuer, OCSP_BASICRESP *basic,
		const struct as_of *at, struct err *e)
{
	AUTO(store_freep) X509_STORE *store = anchors_store_for_responders(a, at->when);
	X509 *signer = NULL;
	AUTO(borrowed_freep) STACK_OF(X509) *certs = sk_X509_new_null();

	if (!sigalg_is_sound(OCSP_resp_get0_tbs_sigalg(basic)))
		return FAIL(e, REVOCATION_REFUSED, "an answer signed with SHA-1");
	BUG_ON(certs == NULL || sk_X509_push(certs, cert_x509(issuer)) <= 0);
	for (size_t i = 0; anchors_authority(a, i) != NULL; i++)
		BUG_ON(sk_X509_push(certs, anchors_authority(a, i)) <= 0);
	/* whether the issuer itself is revoked is asked where its certificates are judged */
	if (OCSP_resp_get0_signer(basic, &signer, certs) == 1 &&
	    X509_cmp(signer, cert_x509(issuer)) == 0)
		X509_VERIFY_PARAM_clear_flags(X509_STORE_get0_param(store),
					      X509_V_FLAG_CRL_CHECK);
	if (at->is_past)
		X509_STORE_set_verify_cb(store, allow_later_lists);
	if (OCSP_basic_verify(basic, certs, store, OCSP_NOEXPLICIT) != 1)
		return FAIL_OSSL(e, REVOCATION_REFUSED, "not signed by the issuer's responder");
	return true;
}

static bool
check_nonce(struct str question, OCSP_BASICRESP *basic, struct err *e)
{
	AUTO(request_freep) OCSP_REQUEST *request = NULL;
	const unsigned char *p = (const unsigned char *)question.ptr;

	if (!str_is_set(question))
		return true;
	request = d2i_OCSP_REQUEST(NULL, &p, (long)question.len);
	if (request == NULL)
		return FAIL_OSSL(e, INTERNAL, "no question");
	/* many responders sign ahead and repeat none: then its time has to do */
	return OCSP_check_nonce(request, basic) != 0 ||
	       FAIL(e, REVOCATION_REFUSED, "an answer to another question");
}

/* What it says of this certificate, and until when. */
static bool
read_status(OCSP_BASICRESP *basic, const struct cert *c, const struct cert *issuer,
	    struct revanswer *out, struct err *e)
{
	AUTO(id_freep) OCSP_CERTID *id = id_of(c, issuer);
	ASN1_GENERALIZEDTIME *revoked_at = NULL, *from = NULL, *until = NULL;
	int status = V_OCSP_CERTSTATUS_UNKNOWN, reason = 0;

	if (id == NULL ||
	    OCSP_resp_find_status(basic, id, &status, &reason, &revoked_at, &from, &until) != 1)
		return FAIL(e, REVOCATION_REFUSED, "an answer about another certificate");
	if (status != V_OCSP_CERTSTATUS_GOOD && status != V_OCSP_CERTSTATUS_REVOKED)
		return FAIL(e, REVOCATION_REFUSED, "the responder does not know it");
	if (from == NULL || !asn1_instant(from, &out->from))
		return FAIL_OSSL(e, REVOCATION_REFUSED, "an answer without time");
	out->until = instant_add(out->from, SECONDS(NO_END_S));
	if (until != NULL && !asn1_instant(until, &out->until))
		return FAIL_OSSL(e, REVOCATION_REFUSED, "an answer without time");
	out->is_revoked = status == V_OCSP_CERTSTATUS_REVOKED;
	memcpy(out->sha256, cert_sha256(c).ptr, sizeof(out->sha256));
	return true;
}

/* [rfc6960 4.2.2.2] producedAt: when it was signed; what it says may be older. */
static bool
read_signing_time(OCSP_BASICRESP *basic, instant now, instant *out, struct err *e)
{
	if (!asn1_instant(OCSP_resp_get0_produced_at(basic), out))
		return FAIL_OSSL(e, REVOCATION_REFUSED, "an answer without time");
	if (*out > now)
		*out = now;
	return true;
}

bool
ocsp_read(struct anchors *a, const struct cert *c, const struct cert *issuer,
	  struct str question, struct str bytes, instant now, instant grace,
	  struct revanswer *out, struct err *e)
{
	AUTO(basic_freep) OCSP_BASICRESP *basic = NULL;
	struct as_of at = {now, !str_is_set(question)};

	ERR_clear_error();
	if (!open_response(bytes, &basic, e) || !read_status(basic, c, issuer, out, e))
		return false;
	/* only what was believed when it came is kept */
	if (at.is_past && !read_signing_time(basic, now, &at.when, e))
		return false;
	if (!check_signature(a, issuer, basic, &at, e) || !check_nonce(question, basic, e))
		return false;
	if (out->from > instant_add(now, SECONDS(LIMIT_CLOCK_SKEW_S)))
		return FAIL(e, REVOCATION_REFUSED, "an answer of the future");
	if (now >= instant_add(out->until, grace))
		return FAIL(e, REVOCATION_REFUSED, "stale by %lld s",
			    (long long)instant_diff_s(now, out->until));
	return true;
}
