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
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "base/mem.h"
#include "crypto/internal.h"

/* A refusal may be cured by time (an issuer's notBefore), so it is kept for a short while only.
 */
#define REFUSAL_KEPT_S 60

struct anchors {
	atomic_uint refs;
	STACK_OF(X509) * roots;
	STACK_OF(X509) * intermediates;
	STACK_OF(X509_CRL) * files;
	struct verdicts *verdicts;
	bool are_dev, self_made_ok, crl_required;
	instant grace;
	pthread_mutex_t lock; /* picture: the pointer */
	struct revpicture *picture;
};

/* What the chain check needs to know beyond OpenSSL's context. */
struct judgement {
	const struct anchors *anchors;
	const struct revpicture *picture;
	const struct cert *cert;
	instant now;
	bool only_chain; /* revocation is not looked at */
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

		if (!cert_parse(base64, &c, e) || !cert_check_key(c, e) ||
		    !cert_check_issued(c, e))
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
	BUG_ON(X509_up_ref(cert_x509(c)) != 1);
	BUG_ON(sk_X509_push(a->roots, cert_x509(c)) <= 0);
	return true;
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
	    (!j->only_chain && revpicture_forgives(j->picture, ctx, j->now))) {
		X509_STORE_CTX_set_error(ctx, X509_V_OK);
		return 1;
	}
	return 0;
}

static struct revpicture *
revpicture_of(const struct anchors *a, const struct revocations *more)
{
	const struct revpicture_parts parts = {
		.roots = a->roots,
		.files = a->files,
		.more = more,
		.required = a->crl_required,
		.grace = a->grace,
		.on_problem = on_problem,
	};

	return revpicture_new(&parts);
}

/* The one in force, one holder more. */
static struct revpicture *
picture_now(struct anchors *a)
{
	struct revpicture *p;

	pthread_mutex_lock(&a->lock);
	p = revpicture_hold(a->picture);
	pthread_mutex_unlock(&a->lock);
	return p;
}

static struct anchors *
anchors_new(const struct anchors_paths *paths)
{
	struct anchors *a = MEM_NEW(struct anchors);

	atomic_init(&a->refs, 1);
	BUG_ON(pthread_mutex_init(&a->lock, NULL) != 0);
	a->self_made_ok = paths->self_made_ok;
	a->crl_required = paths->crl_required;
	a->grace = SECONDS(paths->crl_grace_s);
	a->verdicts = verdicts_new();
	a->roots = sk_X509_new_null();
	a->intermediates = sk_X509_new_null();
	a->files = sk_X509_CRL_new_null();
	BUG_ON(a->roots == NULL || a->intermediates == NULL || a->files == NULL);
	return a;
}

bool
anchors_load(const struct anchors_paths *paths, struct anchors **out, struct err *e)
{
	AUTO(anchors_freep) struct anchors *a = anchors_new(paths);

	ERR_clear_error();
	if (!bundle_read(paths->anchors, a, use_anchor, e))
		return false;
	if (paths->intermediates != NULL &&
	    !bundle_read(paths->intermediates, a, use_intermediate, e))
		return false;
	if (paths->crls != NULL && !lists_load(paths->crls, a->files, e))
		return false;
	a->picture = revpicture_of(a, NULL);
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
	sk_X509_pop_free(a->roots, X509_free);
	sk_X509_pop_free(a->intermediates, X509_free);
	sk_X509_CRL_pop_free(a->files, X509_CRL_free);
	revpicture_free(a->picture);
	pthread_mutex_destroy(&a->lock);
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
	for (int i = 0; i < sk_X509_num(a->roots); i++)
		if (X509_cmp(sk_X509_value(a->roots, i), cert_x509(c)) == 0)
			return true;
	return false;
}

X509 *
anchors_authority(const struct anchors *a, size_t i)
{
	size_t roots = (size_t)sk_X509_num(a->roots);

	if (i < roots)
		return sk_X509_value(a->roots, (int)i);
	if (i - roots < (size_t)sk_X509_num(a->intermediates))
		return sk_X509_value(a->intermediates, (int)(i - roots));
	return NULL;
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
chain_good_until(X509_STORE_CTX *ctx, const struct judgement *j)
{
	STACK_OF(X509) *chain = X509_STORE_CTX_get0_chain(ctx);
	instant until = revpicture_good_until(j->picture, chain, j->now);

	for (int i = 0; i < sk_X509_num(chain); i++) {
		instant end = j->now;

		if (!asn1_instant(X509_get0_notAfter(sk_X509_value(chain, i)), &end))
			end = j->now;
		if (end < until)
			until = end;
	}
	return until;
}

/* A context for one certificate; NULL: there can be none. j outlives it. */
static X509_STORE_CTX *
ctx_new(struct judgement *j)
{
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();

	BUG_ON(ctx == NULL);
	if (X509_STORE_CTX_init(ctx, revpicture_store(j->picture), cert_x509(j->cert),
				j->anchors->intermediates) != 1 ||
	    X509_STORE_CTX_set_app_data(ctx, j) != 1) {
		X509_STORE_CTX_free(ctx);
		return NULL;
	}
	X509_STORE_CTX_set_time(ctx, 0, (time_t)instant_diff_s(j->now, 0));
	if (j->only_chain)
		X509_VERIFY_PARAM_clear_flags(X509_STORE_CTX_get0_param(ctx),
					      X509_V_FLAG_CRL_CHECK |
						      X509_V_FLAG_CRL_CHECK_ALL);
	return ctx;
}

/* OpenSSL's verdict on a chain. */
static int
run(X509_STORE_CTX *ctx)
{
	int problem = X509_V_ERR_UNSPECIFIED;

	ERR_clear_error();
	if (X509_verify_cert(ctx) == 1)
		problem = X509_V_OK;
	else if (X509_STORE_CTX_get_error(ctx) != X509_V_OK)
		problem = X509_STORE_CTX_get_error(ctx);
	ERR_clear_error();
	return problem;
}

/* Builds and checks the chain. Returns OpenSSL's verdict as our code. */
static struct verdict
judge(struct judgement *j, const char **reason, int *depth)
{
	AUTO(store_ctx_freep) X509_STORE_CTX *ctx = ctx_new(j);
	struct verdict v = {.code = CERT_UNTRUSTED, .from = j->now};
	int problem;

	if (ctx == NULL) {
		*reason = "cannot be checked";
		return v;
	}
	problem = run(ctx);
	*reason = X509_verify_cert_error_string(problem);
	*depth = X509_STORE_CTX_get_error_depth(ctx);
	v.code = code_of(problem);
	/* no list at all is found first where a responder alone says revoked */
	if ((v.code == ERR_NONE || v.code == CERT_STATUS_UNKNOWN) &&
	    revpicture_has_revoked(j->picture, X509_STORE_CTX_get0_chain(ctx))) {
		*reason = "an authority says so";
		v.code = CERT_REVOKED;
	}
	v.until = v.code == ERR_NONE ? chain_good_until(ctx, j)
				     : instant_add(j->now, SECONDS(REFUSAL_KEPT_S));
	return v;
}

bool
anchors_check(struct anchors *a, const struct cert *c, instant now, struct err *e)
{
	struct verdict v;
	const char *reason = "as found before";
	int depth = 0;

	if (a->self_made_ok && is_anchor(a, c))
		return cert_check_key(c, e) && check_time(c, now, e);
	if (!check_kind(c, e) || !cert_check_key(c, e) || !check_time(c, now, e))
		return false;
	if (!verdicts_find(a->verdicts, cert_sha256(c), now, &v)) {
		uint64_t generation = verdicts_generation(a->verdicts);
		AUTO(revpicture_freep) struct revpicture *p = picture_now(a);
		struct judgement j = {.anchors = a, .picture = p, .cert = c, .now = now};

		v = judge(&j, &reason, &depth);
		verdicts_keep(a->verdicts, cert_sha256(c), v, generation);
	}
	if (v.code != ERR_NONE)
		return FAIL(e, v.code, "%s (at depth %d)", reason, depth);
	return true;
}

bool
anchors_issuers(struct anchors *a, const struct cert *c, instant now,
		struct cert *out[LIMIT_CHAIN], size_t *count, struct err *e)
{
	AUTO(revpicture_freep) struct revpicture *p = picture_now(a);
	struct judgement j = {
		.anchors = a, .picture = p, .cert = c, .now = now, .only_chain = true};
	AUTO(store_ctx_freep) X509_STORE_CTX *ctx = ctx_new(&j);
	STACK_OF(X509) * chain;
	int problem;

	*count = 0;
	if (ctx == NULL)
		return FAIL(e, CERT_UNTRUSTED, "cannot be checked");
	problem = run(ctx);
	if (problem != X509_V_OK)
		return FAIL(e, code_of(problem), "%s", X509_verify_cert_error_string(problem));
	chain = X509_STORE_CTX_get0_chain(ctx);
	for (int i = 1; i < sk_X509_num(chain) && *count < LIMIT_CHAIN; i++) {
		if (!cert_from_x509(sk_X509_value(chain, i), &out[*count], e)) {
			while (*count > 0)
				cert_free(out[--*count]);
			return false;
		}
		++*count;
	}
	return true;
}

/* Strict where systems' certificates get grace: a responder has no excuse for old lists. */
X509_STORE *
anchors_store_for_responders(struct anchors *a, instant now)
{
	AUTO(revpicture_freep) struct revpicture *p = picture_now(a);
	STACK_OF(X509_OBJECT) *known = X509_STORE_get0_objects(revpicture_store(p));
	X509_STORE *store = X509_STORE_new();
	bool has_lists = false;

	BUG_ON(store == NULL);
	for (int i = 0; i < sk_X509_OBJECT_num(known); i++) {
		X509_OBJECT *o = sk_X509_OBJECT_value(known, i);

		if (X509_OBJECT_get0_X509(o) != NULL)
			BUG_ON(X509_STORE_add_cert(store, X509_OBJECT_get0_X509(o)) != 1);
		if (X509_OBJECT_get0_X509_CRL(o) != NULL) {
			BUG_ON(X509_STORE_add_crl(store, X509_OBJECT_get0_X509_CRL(o)) != 1);
			has_lists = true;
		}
	}
	X509_VERIFY_PARAM_set_auth_level(X509_STORE_get0_param(store), SECURITY_LEVEL);
	X509_VERIFY_PARAM_set_time(X509_STORE_get0_param(store),
				   (time_t)instant_diff_s(now, 0));
	if (has_lists || a->crl_required)
		X509_STORE_set_flags(store, X509_V_FLAG_CRL_CHECK);
	return store;
}

void
anchors_learn(struct anchors *a, const struct revocations *what)
{
	struct revpicture *fresh = revpicture_of(a, what), *old;

	pthread_mutex_lock(&a->lock);
	old = a->picture;
	a->picture = fresh;
	pthread_mutex_unlock(&a->lock);
	/* whoever began with the old one keeps no verdict */
	verdicts_forget(a->verdicts);
	revpicture_free(old);
}

uint64_t
anchors_generation(const struct anchors *a)
{
	return verdicts_generation(a->verdicts);
}

bool
anchors_need_status(const struct anchors *a)
{
	return a->crl_required;
}

/* The place of an issuer in the report; a new one if it has none. NULL: no room. */
static struct list_end *
end_of(struct list_end *out, size_t *count, size_t room, const char *issuer)
{
	for (size_t i = 0; i < *count; i++)
		if (strcmp(out[i].issuer, issuer) == 0)
			return &out[i];
	if (*count == room)
		return NULL;
	out[*count].until = INSTANT_MIN;
	snprintf(out[*count].issuer, sizeof(out->issuer), "%s", issuer);
	return &out[(*count)++];
}

size_t
anchors_list_ends(struct anchors *a, struct list_end *out, size_t room)
{
	AUTO(revpicture_freep) struct revpicture *p = picture_now(a);
	STACK_OF(X509_OBJECT) *all = X509_STORE_get0_objects(revpicture_store(p));
	size_t count = 0;

	for (int i = 0; i < sk_X509_OBJECT_num(all); i++) {
		X509_CRL *crl = X509_OBJECT_get0_X509_CRL(sk_X509_OBJECT_value(all, i));
		char issuer[sizeof(out->issuer)] = "";
		struct list_end *end;
		instant until = INSTANT_MIN;

		if (crl == NULL)
			continue;
		X509_NAME_get_text_by_NID(X509_CRL_get_issuer(crl), NID_commonName, issuer,
					  sizeof(issuer));
		end = end_of(out, &count, room, issuer);
		if (end != NULL && asn1_instant(X509_CRL_get0_nextUpdate(crl), &until) &&
		    until > end->until)
			end->until = until;
	}
	return count;
}
