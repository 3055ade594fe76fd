/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whose certificates are believed. A snapshot: loaded once, never changed, replaced whole; with
 * it go its cached verdicts, so a reload honours a new revocation list at once. Only configured
 * anchors count, never the system's; a chain ends in one of them and nowhere before. Refused
 * whatever the chain says: authorities, employees, self-signed certificates, weak keys. In
 * development alone a certificate may be its own authority, if it is configured as an anchor.
 * Source: RFC 5280, 6; token-service contract 7.3; administration contract 10.5.
 */
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdatomic.h>

#include "base/limits.h"
#include "base/mem.h"
#include "crypto/internal.h"

#define SECURITY_LEVEL 2 /* 112 bits: RSA 2048, SHA-256; PSS passes */
/* A refusal may be cured by time (an issuer's notBefore), so it is kept for a short while only.
 */
#define REFUSAL_KEPT_S 60

struct anchors {
	atomic_uint refs;
	X509_STORE *store;
	STACK_OF(X509) * intermediates;
	struct lists *lists;
	struct verdicts *verdicts;
	bool are_dev, self_made_ok;
};

/* What the chain check needs to know beyond OpenSSL's context. */
struct judgement {
	const struct anchors *anchors;
	const struct cert *cert;
	instant now;
};

static void
store_ctx_freep(X509_STORE_CTX **p)
{
	X509_STORE_CTX_free(*p);
}

static void
anchors_freep(struct anchors **a)
{
	anchors_free(*a);
}

/* Calls use() for each certificate of a bundle; at least one must be there, each an
 * authority's. */
static bool
bundle_read(const char *path, struct anchors *a,
	    bool (*use)(struct anchors *a, const struct cert *c, struct err *e), struct err *e)
{
	AUTO(buf_release) struct buf file = BUF_INIT(LIMIT_PEM_FILE_BYTES);
	struct str rest, base64;
	size_t count = 0;

	if (!crypto_file_read(path, CERT_MALFORMED, &file, e))
		return false;
	rest = buf_str(&file);
	for (; pem_next(&rest, "CERTIFICATE", &base64); count++) {
		AUTO(cert_freep) struct cert *c = NULL;

		if (!cert_parse(base64, &c, e) || !cert_check_key(c, e))
			return false;
		if (!cert_is_ca(c))
			return FAIL(e, CERT_WRONG_KIND, "%s: number %zu is no authority", path,
				    count + 1);
		if (!use(a, c, e))
			return false;
	}
	return count > 0 || FAIL(e, CERT_MALFORMED, "%s: no certificate in it", path);
}

static bool
use_anchor(struct anchors *a, const struct cert *c, struct err *e)
{
	if (!cert_is_self_signed(c))
		return FAIL(e, CERT_WRONG_KIND, "an anchor is not self-signed");
	if (str_has_prefix(cert_cn(c), STR("Sluse DEV ")))
		a->are_dev = true;
	return X509_STORE_add_cert(a->store, cert_x509(c)) == 1 ||
	       FAIL_OSSL(e, CERT_MALFORMED, "an anchor cannot be used");
}

static bool
use_intermediate(struct anchors *a, const struct cert *c, struct err *e)
{
	(void)e;
	BUG_ON(X509_up_ref(cert_x509(c)) != 1);
	BUG_ON(sk_X509_push(a->intermediates, cert_x509(c)) <= 0);
	return true;
}

/* OpenSSL found something wrong: may it pass all the same? 1: yes. */
static int
on_problem(int ok, X509_STORE_CTX *ctx)
{
	const struct judgement *j = X509_STORE_CTX_get_app_data(ctx);

	if (ok)
		return 1;
	/* of the end certificate cert_check_time has judged, with the skew that clocks may have
	 */
	if ((X509_STORE_CTX_get_error(ctx) == X509_V_ERR_CERT_NOT_YET_VALID &&
	     X509_STORE_CTX_get_error_depth(ctx) == 0) ||
	    lists_forgive(j->anchors->lists, ctx, j->now)) {
		X509_STORE_CTX_set_error(ctx, X509_V_OK);
		return 1;
	}
	return 0;
}

static bool
store_new(struct anchors *a)
{
	X509_VERIFY_PARAM *param;

	a->store = X509_STORE_new();
	a->intermediates = sk_X509_new_null();
	if (a->store == NULL || a->intermediates == NULL)
		return false;
	param = X509_STORE_get0_param(a->store);
	X509_VERIFY_PARAM_set_auth_level(param, SECURITY_LEVEL);
	X509_STORE_set_verify_cb(a->store, on_problem);
	return X509_VERIFY_PARAM_set_purpose(param, X509_PURPOSE_ANY) == 1;
}

bool
anchors_load(const struct anchors_paths *paths, struct anchors **out, struct err *e)
{
	AUTO(anchors_freep) struct anchors *a = MEM_NEW(struct anchors);

	ERR_clear_error();
	atomic_init(&a->refs, 1);
	a->self_made_ok = paths->self_made_ok;
	a->verdicts = verdicts_new();
	if (!store_new(a))
		return FAIL_OSSL(e, INTERNAL, "no certificate store");
	if (!bundle_read(paths->anchors, a, use_anchor, e))
		return false;
	if (paths->intermediates != NULL &&
	    !bundle_read(paths->intermediates, a, use_intermediate, e))
		return false;
	if (!lists_load(paths, a->store, &a->lists, e))
		return false;
	*out = a;
	a = NULL;
	return true;
}

struct anchors *
anchors_hold(struct anchors *a)
{
	atomic_fetch_add_explicit(&a->refs, 1, memory_order_relaxed);
	return a;
}

void
anchors_free(struct anchors *a)
{
	if (a == NULL || atomic_fetch_sub(&a->refs, 1) != 1)
		return;
	X509_STORE_free(a->store);
	sk_X509_pop_free(a->intermediates, X509_free);
	lists_free(a->lists);
	verdicts_free(a->verdicts);
	mem_free(a);
}

bool
anchors_are_dev(const struct anchors *a)
{
	return a->are_dev;
}

static bool
is_anchor(const struct anchors *a, const struct cert *c)
{
	STACK_OF(X509_OBJECT) *all = X509_STORE_get0_objects(a->store);

	for (int i = 0; i < sk_X509_OBJECT_num(all); i++) {
		const X509 *x = X509_OBJECT_get0_X509(sk_X509_OBJECT_value(all, i));

		if (x != NULL && X509_cmp(x, cert_x509(c)) == 0)
			return true;
	}
	return false;
}

/* What needs no chain. */
static bool
check_kind(const struct cert *c, struct err *e)
{
	enum cert_kind kind = cert_kind(c);

	if (cert_is_ca(c))
		return FAIL(e, CERT_WRONG_KIND, "an authority's certificate");
	if (kind == CERT_KIND_OCES3_EMPLOYEE || kind == CERT_KIND_OCES2_EMPLOYEE)
		return FAIL(e, CERT_WRONG_KIND, "a person's certificate");
	if (cert_is_self_signed(c))
		return FAIL(e, CERT_UNTRUSTED, "self-signed");
	return true;
}

static bool
check_time(const struct cert *c, instant now, struct err *e)
{
	if (now >= cert_not_after(c))
		return FAIL(e, CERT_EXPIRED, "by %lld s",
			    (long long)instant_diff_s(now, cert_not_after(c)));
	if (instant_add(now, SECONDS(LIMIT_CLOCK_SKEW_S)) < cert_not_before(c))
		return FAIL(e, CERT_NOT_YET_VALID, "by %lld s",
			    (long long)instant_diff_s(cert_not_before(c), now));
	return true;
}

static enum err_code
code_of(int problem)
{
	switch (problem) {
	case X509_V_OK:
		return ERR_NONE;
	case X509_V_ERR_CERT_REVOKED:
		return CERT_REVOKED;
	case X509_V_ERR_EE_KEY_TOO_SMALL:
	case X509_V_ERR_CA_KEY_TOO_SMALL:
	case X509_V_ERR_CA_MD_TOO_WEAK:
		return CERT_WEAK_KEY;
	case X509_V_ERR_UNABLE_TO_GET_CRL:
	case X509_V_ERR_UNABLE_TO_DECRYPT_CRL_SIGNATURE:
	case X509_V_ERR_UNABLE_TO_GET_CRL_ISSUER:
	case X509_V_ERR_CRL_SIGNATURE_FAILURE:
	case X509_V_ERR_CRL_NOT_YET_VALID:
	case X509_V_ERR_CRL_HAS_EXPIRED:
	case X509_V_ERR_KEYUSAGE_NO_CRL_SIGN:
	case X509_V_ERR_UNHANDLED_CRITICAL_CRL_EXTENSION:
	case X509_V_ERR_DIFFERENT_CRL_SCOPE:
	case X509_V_ERR_CRL_PATH_VALIDATION_ERROR:
		return CERT_STATUS_UNKNOWN;
	default:
		return CERT_UNTRUSTED;
	}
}

/* The verdict holds until something of the chain or a list runs out. */
static instant
chain_good_until(X509_STORE_CTX *ctx, const struct anchors *a, instant now)
{
	STACK_OF(X509) *chain = X509_STORE_CTX_get0_chain(ctx);
	instant until = lists_good_until(a->lists, now);

	for (int i = 0; i < sk_X509_num(chain); i++) {
		instant end = now;

		if (!asn1_instant(X509_get0_notAfter(sk_X509_value(chain, i)), &end))
			end = now;
		if (end < until)
			until = end;
	}
	return until;
}

/* Builds and checks the chain. Returns OpenSSL's verdict as our code. */
static struct verdict
judge(const struct judgement *j, const char **reason, int *depth)
{
	AUTO(store_ctx_freep) X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	struct verdict v = {.code = CERT_UNTRUSTED, .from = j->now};
	struct judgement copy = *j;
	int problem;

	BUG_ON(ctx == NULL);
	ERR_clear_error();
	if (X509_STORE_CTX_init(ctx, j->anchors->store, cert_x509(j->cert),
				j->anchors->intermediates) != 1 ||
	    X509_STORE_CTX_set_app_data(ctx, &copy) != 1) {
		*reason = "cannot be checked";
		return v;
	}
	X509_STORE_CTX_set_time(ctx, 0, (time_t)instant_diff_s(j->now, 0));
	problem = X509_V_ERR_UNSPECIFIED;
	if (X509_verify_cert(ctx) == 1)
		problem = X509_V_OK;
	else if (X509_STORE_CTX_get_error(ctx) != X509_V_OK)
		problem = X509_STORE_CTX_get_error(ctx);
	ERR_clear_error();
	*reason = X509_verify_cert_error_string(problem);
	*depth = X509_STORE_CTX_get_error_depth(ctx);
	v.code = code_of(problem);
	v.until = v.code == ERR_NONE ? chain_good_until(ctx, j->anchors, j->now)
				     : instant_add(j->now, SECONDS(REFUSAL_KEPT_S));
	return v;
}

bool
anchors_check(struct anchors *a, const struct cert *c, instant now, struct err *e)
{
	struct judgement j = {a, c, now};
	struct verdict v;
	const char *reason = "as found before";
	int depth = 0;

	if (a->self_made_ok && is_anchor(a, c))
		return cert_check_key(c, e) && check_time(c, now, e);
	if (!check_kind(c, e) || !cert_check_key(c, e) || !check_time(c, now, e))
		return false;
	if (!verdicts_find(a->verdicts, cert_sha256(c), now, &v)) {
		v = judge(&j, &reason, &depth);
		verdicts_keep(a->verdicts, cert_sha256(c), v);
	}
	if (v.code != ERR_NONE)
		return FAIL(e, v.code, "%s (at depth %d)", reason, depth);
	return true;
}
