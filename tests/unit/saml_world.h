/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The bridge in one process, for tests: a store, known peers, and one browser with cookies,
 * driven through web_call. The IdPs and the system are played here: their messages are texts
 * that a test may change before and after they are signed. Everything here ends the test when
 * it fails unasked.
 */
#ifndef TESTS_SAML_WORLD_H
#define TESTS_SAML_WORLD_H

#include "gateway/web.h"
#include "saml/response.h"

#define HUB_ID "https://saml.hub.example/runtime"
#define HUB_ALIAS "https://saml.hub.example/runtime/"
#define HUB_STS "https://sts.hub.example"
#define HUB_URL "https://hub.example"
#define IDP_ID "https://idp.korsbaek.example"
#define IDP2_ID "https://idp.havneby.example"
#define SYSTEM_ID "https://saml.fagsystem-a.example"
#define SYSTEM_ACS "https://fagsystem-a.example/saml/acs"
#define SYSTEM2_ID "https://saml.fagsystem-b.example"
#define USER_NAME                                                                              \
	"C=DK,O=11111111,CN=Agnete Opdigtet,Serial=6f1f0a3e-1c9b-4a52-9a7e-0d5a4b8c2e11"

struct jar {
	struct {
		char name[32], value[512];
	} items[8];
	size_t count;
};

struct saml_world {
	char folder[200];
	struct app *app;
	struct signer *hub, *idp, *idp2, *system, *stranger;
	struct arena *a;
	instant now;
	struct jar jar;

	/* of the last call */
	int status;
	struct str page;     /* its text */
	struct str location; /* of a redirect */
	struct str policy;   /* Content-Security-Policy */

	/* of the login that was begun last */
	struct str request_id;  /* the system's */
	struct str hub_request; /* the bridge's to the IdP */
	struct str handle;      /* RelayState to the IdP */
	struct str asked;       /* the bridge's request, XML */
};

/* settings: of the systems, IdPs and roles, beyond those of saml_world.c; NULL: none. */
void saml_world_begin(struct saml_world *w, const char *name);
void saml_world_end(struct saml_world *w);
/* Makes known: brugervendt facet of system A, facets of both IdPs (as lines of settings). */
void saml_world_know(struct saml_world *w, const char *system, const char *idp,
		     const char *idp2);

struct web_ask {
	enum http_method method;
	const char *path;
	struct str query, body;
	const char *content_type, *language, *origin;
};
void web_ask(struct saml_world *w, const struct web_ask *ask);
/* CH-nn of an error page, or "". */
const char *page_code(const struct saml_world *w);
/* The value of a hidden field of the page, decoded; absent: there is none. */
struct str page_field(const struct saml_world *w, const char *name);

/* A request of system A, before it is sent: texts that go into the message. */
struct system_ask {
	const char *attributes;                 /* of AuthnRequest, beyond the usual */
	const char *children;                   /* behind Issuer */
	const char *issuer, *destination, *acs; /* NULL: the right one; "": left out */
	const char *relay_state;
	instant age;
	const char *id;              /* NULL: a new one */
	const struct signer *signer; /* NULL: the system's */
	bool by_post;
};
struct str system_request(struct saml_world *w, const struct system_ask *s);
void system_send(struct saml_world *w, const struct system_ask *s);
/* Sends it and expects to be sent to an IdP; fills in what is known of the login. */
void login_begin(struct saml_world *w, const struct system_ask *s);
/* Reads the request out of the last redirect. */
void login_asked(struct saml_world *w);

struct change {
	const char *find, *with;
};

/* An answer of IdP A. */
struct idp_answer {
	const struct signer *signer; /* NULL: IdP A's */
	bool unsigned_assertion, signed_response;
	struct change assertion[4]; /* before it is signed */
	struct change response[4];  /* before the Response is signed (or sent) */
	struct change sent[4];      /* after everything is signed */
	/* the last say, on the finished text; NULL: none */
	struct str (*forge)(struct saml_world *w, struct str xml);
	/* the assertion once it is signed; NULL: none */
	struct str (*wrap)(struct saml_world *w, struct str assertion);
	/* moments, from now; 0: the usual ones */
	instant issued, confirmed_until, from, until, authenticated;
	const char *attributes; /* in place of the usual ones */
	const char *roles;      /* BPP XML in place of the usual one; "": none */
	enum { PLAIN, ENCRYPT_GCM, ENCRYPT_CBC, ENCRYPT_RSA15 } encrypt;
};
struct str idp_text(struct saml_world *w, const struct idp_answer *x);
/* Posts it with the RelayState of the login (relay NULL) or another. */
void idp_post(struct saml_world *w, struct str xml, const char *relay);
/* Signs an element written as text; after: the child behind which the signature goes. */
struct str sign_text(struct saml_world *w, struct str xml, const char *after,
		     const struct signer *signer);
struct str swap_text(struct saml_world *w, struct str text, const char *find, const char *with);

/* The Response that the page posts to the system, decoded. */
struct str posted_response(const struct saml_world *w);
/* It is verified as the system would, and must hold. */
void system_verify(struct saml_world *w, const char *system_id, const char *acs,
		   struct message_trees *t, struct response_facts *out);
/* The page is the error page `want`, or, if that is "", a login that holds at system A. */
void login_expect(struct saml_world *w, const char *name, const char *want);
size_t audit_count(struct saml_world *w, const char *result);
/* Each of these refusals left a record under its own name. */
void audit_expect(struct saml_world *w, const char *const *names, size_t count);

struct CMUnitTest;
/*
 * For main(): runs the tests in a world of that name; knows: with the usual peers known, and
 * IdP B in OIOSAML 3. Returns what main() does.
 */
int saml_world_run(struct saml_world *w, const char *name, bool knows,
		   const struct CMUnitTest *tests, size_t count);

#endif
