/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One revocation list as a value, and where certificates say that lists and responders are. A
 * list is what an authority that we know signed, whole, with an end, and not with SHA-1.
 * Refuses deltas and what an authority may not sign. Source: RFC 5280, 4.2.1.13, 4.2.2.1, 5.
 */
#include "crypto/revocation.h"

#include <openssl/err.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <stdatomic.h>
#include <string.h>

#include "base/encoding.h"
#include "base/limits.h"
#include "base/mem.h"
#include "crypto/digest.h"
#include "crypto/internal.h"

struct revlist {
	atomic_uint refs;
	X509_CRL *crl;
	instant from, until;
	uint8_t scope[32];
	uint8_t sha256[32];
	struct str issuer;
};

static void
crl_freep(X509_CRL **p)
{
	X509_CRL_free(*p);
}

static bool
is_sound_hash(int nid)
{
	return nid == NID_sha256 || nid == NID_sha384 || nid == NID_sha512;
}

/* The hash of PSS stands in its parameters; one that is not named is SHA-1. */
static bool
is_sound_pss(const X509_ALGOR *alg)
{
	const ASN1_OBJECT *hash = NULL;
	const void *param = NULL;
	RSA_PSS_PARAMS *pss;
	int type = 0;
	bool sound;

	X509_ALGOR_get0(NULL, &type, &param, alg);
	if (type != V_ASN1_SEQUENCE)
		return false;
	pss = ASN1_item_unpack(param, ASN1_ITEM_rptr(RSA_PSS_PARAMS));
	if (pss == NULL)
		return false;
	if (pss->hashAlgorithm != NULL)
		X509_ALGOR_get0(&hash, NULL, NULL, pss->hashAlgorithm);
	sound = hash != NULL && is_sound_hash(OBJ_obj2nid(hash));
	RSA_PSS_PARAMS_free(pss);
	return sound;
}

bool
sigalg_is_sound(const X509_ALGOR *alg)
{
	const ASN1_OBJECT *what = NULL;
	int hash = NID_undef, key = NID_undef;

	X509_ALGOR_get0(&what, NULL, NULL, alg);
	if (OBJ_obj2nid(what) == NID_rsassaPss)
		return is_sound_pss(alg);
	return OBJ_find_sigid_algs(OBJ_obj2nid(what), &hash, &key) == 1 && is_sound_hash(hash);
}

bool
crl_parse(struct str der, X509_CRL **out, struct err *e)
{
	AUTO(crl_freep) X509_CRL *crl = NULL;
	const unsigned char *p = (const unsigned char *)der.ptr;
	const X509_ALGOR *alg = NULL;
	instant end;

	ERR_clear_error();
	crl = d2i_X509_CRL(NULL, &p, (long)der.len);
	if (crl == NULL || (const char *)p != der.ptr + der.len)
		return FAIL_OSSL(e, REVOCATION_REFUSED, "not a revocation list");
	/* [rfc5280 5.1.2.5] nextUpdate is there; a list that never ends would hide every later
	 * one */
	if (X509_CRL_get0_nextUpdate(crl) == NULL ||
	    !asn1_instant(X509_CRL_get0_nextUpdate(crl), &end) ||
	    !asn1_instant(X509_CRL_get0_lastUpdate(crl), &end))
		return FAIL_OSSL(e, REVOCATION_REFUSED, "a revocation list without nextUpdate");
	/* [rfc5280 5.2.4] only what changed since another one */
	if (X509_CRL_get_ext_by_NID(crl, NID_delta_crl, -1) >= 0)
		return FAIL(e, REVOCATION_REFUSED, "a delta of a revocation list");
	X509_CRL_get0_signature(crl, NULL, &alg);
	if (!sigalg_is_sound(alg))
		return FAIL(e, REVOCATION_REFUSED, "a revocation list signed with SHA-1");
	*out = crl;
	crl = NULL;
	return true;
}

static bool
bytes_to_der(struct str bytes, struct arena *a, struct str *der, struct err *e)
{
	struct str base64;

	*der = bytes;
	if (bytes.len > LIMIT_LIST_BYTES)
		return FAIL(e, REVOCATION_REFUSED, "%zu bytes", bytes.len);
	if (!pem_next(&bytes, "X509 CRL", &base64))
		return true;
	if (base64_decode(base64, BASE64_XML, a, der, e))
		return true;
	err_clear(e);
	return FAIL(e, REVOCATION_REFUSED, "not base64");
}

/* [rfc5280 5.2.5] two lists of one key may be about different certificates */
struct str
crl_reach(const X509_CRL *crl)
{
	int at = X509_CRL_get_ext_by_NID(crl, NID_issuing_distribution_point, -1);
	const ASN1_OCTET_STRING *where;

	if (at < 0)
		return STR("");
	where = X509_EXTENSION_get_data(X509_CRL_get_ext(crl, at));
	return str_of(ASN1_STRING_get0_data(where), (size_t)ASN1_STRING_length(where));
}

static bool
share_one(const GENERAL_NAMES *some, const GENERAL_NAMES *others)
{
	for (int i = 0; i < sk_GENERAL_NAME_num(some); i++)
		for (int k = 0; k < sk_GENERAL_NAME_num(others); k++)
			if (GENERAL_NAME_cmp(sk_GENERAL_NAME_value(some, i),
					     sk_GENERAL_NAME_value(others, k)) == 0)
				return true;
	return false;
}

/* [rfc5280 6.3.3 b.2.i] does one of the names of where a list is stand in the certificate? */
static bool
share_a_name(const GENERAL_NAMES *of_list, X509 *x)
{
	CRL_DIST_POINTS *points = X509_get_ext_d2i(x, NID_crl_distribution_points, NULL, NULL);
	bool found = false;

	for (int i = 0; i < sk_DIST_POINT_num(points) && !found; i++) {
		const DIST_POINT_NAME *at = sk_DIST_POINT_value(points, i)->distpoint;

		found = at != NULL && at->type == 0 && share_one(at->name.fullname, of_list);
	}
	CRL_DIST_POINTS_free(points);
	ERR_clear_error();
	return found;
}

bool
crl_covers(const X509_CRL *crl, X509 *x)
{
	ISSUING_DIST_POINT *idp;
	bool covers;

	if (X509_CRL_get_ext_by_NID(crl, NID_issuing_distribution_point, -1) < 0)
		return true;
	idp = X509_CRL_get_ext_d2i(crl, NID_issuing_distribution_point, NULL, NULL);
	covers = idp != NULL && idp->onlysomereasons == NULL && idp->onlyattr <= 0 &&
		 idp->indirectCRL <= 0 && (idp->onlyuser <= 0 || X509_check_ca(x) == 0) &&
		 (idp->onlyCA <= 0 || X509_check_ca(x) != 0);
	/* named relative to its issuer: nobody here does that */
	if (covers && idp->distpoint != NULL)
		covers = idp->distpoint->type == 0 &&
			 share_a_name(idp->distpoint->name.fullname, x);
	ISSUING_DIST_POINT_free(idp);
	ERR_clear_error();
	return covers;
}

static void
make_scope(struct revlist *l, const X509 *issuer)
{
	AUTO(buf_release) struct buf both = BUF_INIT(LIMIT_CERT_BYTES * 2);
	unsigned char *spki = NULL;
	int len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(issuer), &spki);

	BUG_ON(len <= 0);
	buf_add_bytes(&both, (const char *)spki, (size_t)len);
	OPENSSL_free(spki);
	buf_add(&both, crl_reach(l->crl));
	digest_sha256(buf_str(&both), l->scope);
}

static bool
check_time(const struct revlist *l, instant now, instant grace, struct err *e)
{
	if (l->from > instant_add(now, SECONDS(LIMIT_CLOCK_SKEW_S)))
		return FAIL(e, REVOCATION_REFUSED, "a list of the future");
	if (now >= instant_add(l->until, grace))
		return FAIL(e, REVOCATION_REFUSED, "stale by %lld s",
			    (long long)instant_diff_s(now, l->until));
	return true;
}

/* The certificate of ours that signed it, if it may. */
static X509 *
find_issuer(const struct anchors *a, X509_CRL *crl)
{
	X509 *x;

	for (size_t i = 0; (x = anchors_authority(a, i)) != NULL; i++) {
		if (X509_NAME_cmp(X509_get_subject_name(x), X509_CRL_get_issuer(crl)) != 0 ||
		    (X509_get_key_usage(x) & KU_CRL_SIGN) == 0)
			continue;
		if (X509_CRL_verify(crl, X509_get0_pubkey(x)) == 1)
			return x;
	}
	ERR_clear_error();
	return NULL;
}

bool
revlist_read(struct anchors *a, struct str bytes, instant now, instant grace,
	     struct revlist **out, struct err *e)
{
	AUTO(arena_freep) struct arena *scratch = arena_new();
	AUTO(revlist_freep) struct revlist *l = MEM_NEW(struct revlist);
	X509 *issuer;
	struct subject name;
	struct err ignored = ERR_INIT;
	struct str der;

	atomic_init(&l->refs, 1);
	if (!bytes_to_der(bytes, scratch, &der, e) || !crl_parse(der, &l->crl, e))
		return false;
	digest_sha256(der, l->sha256);
	issuer = find_issuer(a, l->crl);
	if (issuer == NULL)
		return FAIL(e, REVOCATION_REFUSED, "not signed by a known authority");
	BUG_ON(!asn1_instant(X509_CRL_get0_lastUpdate(l->crl), &l->from) ||
	       !asn1_instant(X509_CRL_get0_nextUpdate(l->crl), &l->until));
	if (!check_time(l, now, grace, e))
		return false;
	make_scope(l, issuer);
	if (subject_read(X509_CRL_get_issuer(l->crl), scratch, &name, &ignored)) {
		struct str text = str_is_set(name.cn) ? name.cn : name.net;

		l->issuer = str_of(mem_dup_c(text), text.len);
	}
	*out = l;
	l = NULL;
	return true;
}

struct revlist *
revlist_hold(const struct revlist *borrowed)
{
	union {
		const struct revlist *borrowed;
		struct revlist *held;
	} p = {borrowed};

	atomic_fetch_add_explicit(&p.held->refs, 1, memory_order_relaxed);
	return p.held;
}

void
revlist_free(struct revlist *l)
{
	union {
		const char *borrowed;
		char *owned;
	} issuer;

	if (l == NULL || atomic_fetch_sub(&l->refs, 1) != 1)
		return;
	X509_CRL_free(l->crl);
	issuer.borrowed = l->issuer.ptr;
	mem_free(issuer.owned);
	mem_free(l);
}

void
revlist_freep(struct revlist **l)
{
	revlist_free(*l);
	*l = NULL;
}

X509_CRL *
revlist_crl(const struct revlist *l)
{
	return l->crl;
}

instant
revlist_from(const struct revlist *l)
{
	return l->from;
}

instant
revlist_until(const struct revlist *l)
{
	return l->until;
}

struct str
revlist_scope(const struct revlist *l)
{
	return str_of(l->scope, sizeof(l->scope));
}

struct str
revlist_issuer(const struct revlist *l)
{
	return l->issuer;
}

bool
revlist_eq(const struct revlist *a, const struct revlist *b)
{
	return memcmp(a->sha256, b->sha256, sizeof(a->sha256)) == 0;
}

bool
revlist_is_by(const struct revlist *l, const struct cert *authority)
{
	X509 *x = cert_x509(authority);
	bool is_by;

	is_by = X509_NAME_cmp(X509_get_subject_name(x), X509_CRL_get_issuer(l->crl)) == 0 &&
		X509_CRL_verify(l->crl, X509_get0_pubkey(x)) == 1;
	ERR_clear_error();
	return is_by;
}

size_t
revlist_count(const struct revlist *l)
{
	int n = sk_X509_REVOKED_num(X509_CRL_get_REVOKED(l->crl));

	return n > 0 ? (size_t)n : 0;
}

/* --- where lists and responders are --- */

/* A URL out of a name; absent: it is none that we would ask. */
static struct str
url_of(const GENERAL_NAME *name, struct arena *a)
{
	struct str url;

	if (name->type != GEN_URI)
		return STR_NONE;
	url = str_of(ASN1_STRING_get0_data(name->d.uniformResourceIdentifier),
		     (size_t)ASN1_STRING_length(name->d.uniformResourceIdentifier));
	if (url.len > LIMIT_URI_CHARS ||
	    (!str_has_prefix(url, STR("http://")) && !str_has_prefix(url, STR("https://"))))
		return STR_NONE;
	for (size_t i = 0; i < url.len; i++)
		if (url.ptr[i] <= ' ' || url.ptr[i] >= 0x7f)
			return STR_NONE;
	return arena_dup(a, url);
}

static void
add_lists(const DIST_POINT *point, struct arena *a, struct revocation_urls *out)
{
	const GENERAL_NAMES *names;

	/* [rfc5280 4.2.1.13] signed by somebody else: indirect, which nobody here uses */
	if (point->distpoint == NULL || point->distpoint->type != 0 || point->CRLissuer != NULL)
		return;
	names = point->distpoint->name.fullname;
	for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
		struct str url = url_of(sk_GENERAL_NAME_value(names, i), a);

		/* the further names of a point lead to the same list */
		if (str_is_set(url) && out->list_count < ARRAY_LEN(out->lists)) {
			out->lists[out->list_count++] = url;
			return;
		}
	}
}

void
cert_revocation_urls(const struct cert *c, struct arena *a, struct revocation_urls *out)
{
	CRL_DIST_POINTS *points =
		X509_get_ext_d2i(cert_x509(c), NID_crl_distribution_points, NULL, NULL);
	AUTHORITY_INFO_ACCESS *access =
		X509_get_ext_d2i(cert_x509(c), NID_info_access, NULL, NULL);

	*out = (struct revocation_urls){.list_count = 0};
	for (int i = 0; i < sk_DIST_POINT_num(points); i++)
		add_lists(sk_DIST_POINT_value(points, i), a, out);
	for (int i = 0; i < sk_ACCESS_DESCRIPTION_num(access); i++) {
		const ACCESS_DESCRIPTION *d = sk_ACCESS_DESCRIPTION_value(access, i);

		if (OBJ_obj2nid(d->method) == NID_ad_OCSP && !str_is_set(out->responder))
			out->responder = url_of(d->location, a);
	}
	CRL_DIST_POINTS_free(points);
	AUTHORITY_INFO_ACCESS_free(access);
	ERR_clear_error();
}
