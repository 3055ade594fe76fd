/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Revocation lists. They are read from a file that someone else keeps fresh; nothing is fetched
 * here. A list that has run out is good for the grace period and no longer; a list that is
 * wrong in any other way is no list. Where lists are not required, what is on one is revoked
 * all the same, however old it is. Source: RFC 5280, 5 and 6.3; token-service contract 7.3;
 * administration contract 10.5.
 */
#include <openssl/pem.h>
#include <openssl/x509_vfy.h>

#include "base/encoding.h"
#include "base/limits.h"
#include "base/mem.h"
#include "crypto/internal.h"

struct lists {
	bool are_required;
	instant grace;
	instant *ends; /* nextUpdate of each; INSTANT_MAX where it says none */
	size_t count;
};

static void
crl_freep(X509_CRL **p)
{
	X509_CRL_free(*p);
}

static bool
list_end(const X509_CRL *crl, instant *out, struct err *e)
{
	const ASN1_TIME *next = X509_CRL_get0_nextUpdate(crl);

	/* [rfc5280 5.1.2.5] nextUpdate is there; a list that never ends would hide every later
	 * one */
	if (next == NULL || !asn1_instant(next, out))
		return FAIL_OSSL(e, CERT_MALFORMED, "a revocation list without nextUpdate");
	return true;
}

static bool
list_add(struct lists *l, struct str base64, X509_STORE *store, struct err *e)
{
	AUTO(arena_freep) struct arena *a = arena_new();
	AUTO(crl_freep) X509_CRL *crl = NULL;
	const unsigned char *p;
	struct str der;
	instant end;

	if (!base64_decode(base64, BASE64_XML, a, &der, e)) {
		err_clear(e);
		return FAIL(e, CERT_MALFORMED, "a revocation list is not base64");
	}
	p = (const unsigned char *)der.ptr;
	crl = d2i_X509_CRL(NULL, &p, (long)der.len);
	if (crl == NULL || (const char *)p != der.ptr + der.len)
		return FAIL_OSSL(e, CERT_MALFORMED, "not a revocation list");
	if (!list_end(crl, &end, e))
		return false;
	if (X509_STORE_add_crl(store, crl) != 1)
		return FAIL_OSSL(e, CERT_MALFORMED, "a revocation list cannot be used");
	l->ends = mem_resize(l->ends, (l->count + 1) * sizeof(*l->ends));
	l->ends[l->count++] = end;
	return true;
}

static bool
lists_read(struct lists *l, const char *path, X509_STORE *store, struct err *e)
{
	AUTO(buf_release) struct buf file = BUF_INIT(LIMIT_PEM_FILE_BYTES);
	struct str rest, base64;

	if (!crypto_file_read(path, CERT_MALFORMED, &file, e))
		return false;
	rest = buf_str(&file);
	while (pem_next(&rest, "X509 CRL", &base64)) {
		if (!list_add(l, base64, store, e))
			return false;
	}
	return l->count > 0 || FAIL(e, CERT_MALFORMED, "%s: no revocation list in it", path);
}

bool
lists_load(const struct anchors_paths *paths, X509_STORE *store, struct lists **out,
	   struct err *e)
{
	struct lists *l = MEM_NEW(struct lists);

	l->are_required = paths->crl_required;
	l->grace = SECONDS(paths->crl_grace_s);
	if (paths->crls != NULL && !lists_read(l, paths->crls, store, e)) {
		lists_free(l);
		return false;
	}
	if (l->count > 0 || l->are_required)
		X509_STORE_set_flags(store, X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL);
	*out = l;
	return true;
}

void
lists_free(struct lists *l)
{
	if (l == NULL)
		return;
	mem_free(l->ends);
	mem_free(l);
}

instant
lists_good_until(const struct lists *l, instant now)
{
	instant until = INSTANT_MAX;

	for (size_t i = 0; i < l->count; i++) {
		instant end = l->ends[i];

		if (end <= now)
			end = instant_add(end, l->grace);
		if (end > now && end < until)
			until = end;
	}
	return until;
}

bool
lists_forgive(const struct lists *l, X509_STORE_CTX *ctx, instant now)
{
	const X509_CRL *crl = X509_STORE_CTX_get0_current_crl(ctx);
	instant moment = 0;

	switch (X509_STORE_CTX_get_error(ctx)) {
	case X509_V_ERR_UNABLE_TO_GET_CRL:
		return !l->are_required;
	case X509_V_ERR_CRL_HAS_EXPIRED:
		if (!l->are_required)
			return true;
		return crl != NULL && asn1_instant(X509_CRL_get0_nextUpdate(crl), &moment) &&
		       now < instant_add(moment, l->grace);
	case X509_V_ERR_CRL_NOT_YET_VALID:
		return crl != NULL && asn1_instant(X509_CRL_get0_lastUpdate(crl), &moment) &&
		       moment <= instant_add(now, SECONDS(LIMIT_CLOCK_SKEW_S));
	default:
		return false;
	}
}
