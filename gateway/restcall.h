/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of the token service's REST interface share. */
#ifndef GATEWAY_RESTCALL_H
#define GATEWAY_RESTCALL_H

#include "crypto/certs.h"
#include "gateway/app.h"
#include "gateway/tokens.h"
#include "wstrust/jwt.h"
#include "wstrust/rest.h"
#include "xml/parse.h"

/* One call on its way; released by rest_end(). */
struct rest_run {
	struct app *app;
	const struct platform *p;
	struct http_call *c;
	const struct trust_snapshot *known;
	const struct signer *signer; /* of the token service */
	struct cert *cert;           /* what TLS proved; owned */
	struct xml_doc *doc;         /* of an assertion that came along; owned */
	struct rst rst;
	struct decision decision;
	bool is_known; /* a registered system: from then on every outcome is recorded */

	const char *interface; /* for the record */
	const char *action;
	struct str token_id;  /* of what is issued */
	struct str behalf_by; /* id of the token handed in */
};

void rest_begin(struct rest_run *r, struct app *app, const struct platform *p,
		struct http_call *c);
void rest_end(struct rest_run *r);
/* Media type without parameters. */
bool rest_is_type(const struct http_call *c, const char *type);
/* There is a key to issue with, and a body within the limit; else answered. */
bool rest_accept(struct rest_run *r, size_t max_bytes);
/*
 * The certificate that TLS proved is a registered system's, and good. Errors: STS_CERT_MISSING,
 * STS_CERT_UNKNOWN, STS_CERT_REFUSED, CALLS_LIMITED.
 */
MUST_USE bool rest_authenticate(struct rest_run *r, struct err *e);
/* Parses an assertion; it lives as long as the run. Errors: STS_BEHALF_TOKEN. */
MUST_USE bool rest_parse_assertion(struct rest_run *r, struct str xml, struct xml_node **out,
				   struct err *e);
/* The record of an outcome, on disk. Errors: STS_AUDIT_FAILED. */
MUST_USE bool rest_record(struct rest_run *r, enum err_code code, struct err *e);
/*
 * Counts, records and logs a refusal. false: it was answered here, briefly. *e may become
 * another failure, if it could not be recorded.
 */
bool rest_refused(struct rest_run *r, struct err *e);
void rest_granted(struct rest_run *r);
void rest_json(struct http_call *c, int status);

/* rest_exchange.c, rest_meta.c: one handler each. */
void rest_exchange(struct app *app, const struct platform *p, struct http_call *c);
void rest_jwks(struct app *app, const struct platform *p, struct http_call *c);
void rest_metadata(struct app *app, const struct platform *p, struct http_call *c);

#define REST_PATH_SAML "/runtime/api/rest/wstrust/v1/issue"
#define REST_PATH_JWT "/runtime/api/rest/oauth/v1/issue"
#define REST_PATH_EXCHANGE "/service/accesstokenservice_1/token"
#define REST_PATH_JWKS "/runtime/oauth2/certs.idp"
#define REST_PATH_METADATA "/.well-known/oauth-authorization-server"

#endif
