/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The IdP that tests play: see saml_world.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/encoding.h"
#include "crypto/cipher.h"
#include "crypto/random.h"
#include "tests/unit/saml_world.h"

#define ATTR(name, value)                                                                      \
	"<saml:Attribute Name=\"" name                                                         \
	"\" NameFormat=\"urn:oasis:names:tc:SAML:2.0:attrname-format:uri\">"                   \
	"<saml:AttributeValue>" value "</saml:AttributeValue></saml:Attribute>"

static const char usual_attributes[] =
	ATTR("https://data.gov.dk/model/core/specVersion", "OIO-SAML-3.0")
		ATTR("https://data.gov.dk/concept/core/nsis/loa", "Substantial")
			ATTR("https://data.gov.dk/model/core/eid/professional/cvr", "11111111")
				ATTR("https://data.gov.dk/model/core/eid/email",
				     "agnete@korsbaek.example");

static const char usual_roles[] =
	"<?xml version=\"1.0\" encoding=\"UTF-8\"?><bpp:PrivilegeList "
	"xmlns:bpp=\"http://itst.dk/oiosaml/basic_privilege_profile\">"
	"<PrivilegeGroup Scope=\"urn:dk:gov:saml:cvrNumberIdentifier:11111111\"><Privilege>"
	"http://korsbaek.example/roles/jobrole/sagsbehandler/1</Privilege>"
	"<Constraint Name=\"http://korsbaek.example/kle/1/parametric\">25.02.04</Constraint>"
	"</PrivilegeGroup></bpp:PrivilegeList>";

static const char assertion_format[] =
	"<saml:Assertion xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\" ID=\"" STR_FMT
	"\" Version=\"2.0\" IssueInstant=\"" STR_FMT "\"><saml:Issuer>" IDP_ID
	"</saml:Issuer><saml:Subject><saml:NameID "
	"Format=\"urn:oasis:names:tc:SAML:1.1:nameid-format:X509SubjectName\">" USER_NAME
	"</saml:NameID><saml:SubjectConfirmation "
	"Method=\"urn:oasis:names:tc:SAML:2.0:cm:bearer\"><saml:SubjectConfirmationData "
	"InResponseTo=\"" STR_FMT "\" NotOnOrAfter=\"" STR_FMT "\" Recipient=\"" HUB_URL
	"/runtime/saml2auth/consume.idp\"></saml:SubjectConfirmationData>"
	"</saml:SubjectConfirmation></saml:Subject><saml:Conditions NotBefore=\"" STR_FMT
	"\" NotOnOrAfter=\"" STR_FMT "\"><saml:AudienceRestriction><saml:Audience>" HUB_ID
	"</saml:Audience></saml:AudienceRestriction></saml:Conditions>"
	"<saml:AuthnStatement AuthnInstant=\"" STR_FMT
	"\" SessionIndex=\"_s1\"><saml:AuthnContext><saml:AuthnContextClassRef>"
	"urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"
	"</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>"
	"<saml:AttributeStatement>%s%s</saml:AttributeStatement></saml:Assertion>";

static const char response_format[] =
	"<samlp:Response xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" "
	"xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\" ID=\"" STR_FMT
	"\" Version=\"2.0\" IssueInstant=\"" STR_FMT "\" Destination=\"" HUB_URL
	"/runtime/saml2auth/consume.idp\" InResponseTo=\"" STR_FMT "\"><saml:Issuer>" IDP_ID
	"</saml:Issuer><samlp:Status><samlp:StatusCode "
	"Value=\"urn:oasis:names:tc:SAML:2.0:status:Success\"></samlp:StatusCode>"
	"</samlp:Status>" STR_FMT "</samlp:Response>";

static struct str
utc(struct saml_world *w, instant t)
{
	char text[TIME_TEXT_MAX];

	return arena_dup(w->a, time_format_utc(t, text));
}

static struct str
change_all(struct saml_world *w, struct str text, const struct change changes[4])
{
	for (int i = 0; i < 4 && changes[i].find; i++)
		text = swap_text(w, text, changes[i].find, changes[i].with);
	return text;
}

static struct str
assertion_text(struct saml_world *w, const struct idp_answer *x)
{
	const char *roles = x->roles ? x->roles : usual_roles;
	struct str privileges = STR("");

	if (*roles)
		privileges = arena_printf(
			w->a,
			"<saml:Attribute Name=\"https://data.gov.dk/model/core/eid/"
			"privilegesIntermediate\" "
			"NameFormat=\"urn:oasis:names:tc:SAML:2.0:attrname-format:uri\">"
			"<saml:AttributeValue>" STR_FMT
			"</saml:AttributeValue></saml:Attribute>",
			STR_ARG(base64_encode(w->a, str_from(roles))));
	return arena_printf(w->a, assertion_format, STR_ARG(random_id(w->a, "_")),
			    STR_ARG(utc(w, w->now + x->issued)), STR_ARG(w->hub_request),
			    STR_ARG(utc(w, w->now + (x->confirmed_until ? x->confirmed_until
									: MINUTES(5)))),
			    STR_ARG(utc(w, w->now + (x->from ? x->from : -SECONDS(5)))),
			    STR_ARG(utc(w, w->now + (x->until ? x->until : MINUTES(5)))),
			    STR_ARG(utc(w, w->now + x->authenticated)),
			    x->attributes ? x->attributes : usual_attributes, privileges.ptr);
}

static struct str
encrypt(struct saml_world *w, const struct idp_answer *x, struct str plain)
{
	bool is_cbc = x->encrypt == ENCRYPT_CBC;
	struct str key = STR("0123456789abcdef0123456789abcdef"), wrapped, sealed;
	struct err e = ERR_INIT;

	assert_true(cert_wrap(signer_cert(w->hub),
			      is_cbc ? OAEP_SHA1_MGF_SHA1 : OAEP_SHA256_MGF_SHA256, key, w->a,
			      &wrapped, &e));
	sealed = is_cbc ? cbc_seal(key, plain, w->a) : aead_seal(key, plain, w->a);
	return arena_printf(
		w->a,
		"<saml:EncryptedAssertion><xenc:EncryptedData "
		"xmlns:xenc=\"http://www.w3.org/2001/04/xmlenc#\" "
		"Type=\"http://www.w3.org/2001/04/xmlenc#Element\"><xenc:EncryptionMethod "
		"Algorithm=\"%s\"></xenc:EncryptionMethod><ds:KeyInfo "
		"xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"><xenc:EncryptedKey>"
		"<xenc:EncryptionMethod Algorithm=\"%s\">%s</xenc:EncryptionMethod>"
		"<xenc:CipherData><xenc:CipherValue>" STR_FMT
		"</xenc:CipherValue></xenc:CipherData></xenc:EncryptedKey></ds:KeyInfo>"
		"<xenc:CipherData><xenc:CipherValue>" STR_FMT
		"</xenc:CipherValue></xenc:CipherData></xenc:EncryptedData>"
		"</saml:EncryptedAssertion>",
		is_cbc ? "http://www.w3.org/2001/04/xmlenc#aes256-cbc"
		       : "http://www.w3.org/2009/xmlenc11#aes256-gcm",
		x->encrypt == ENCRYPT_RSA15 ? "http://www.w3.org/2001/04/xmlenc#rsa-1_5"
		: is_cbc                    ? "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p"
					    : "http://www.w3.org/2009/xmlenc11#rsa-oaep",
		is_cbc || x->encrypt == ENCRYPT_RSA15
			? ""
			: "<ds:DigestMethod Algorithm=\"http://www.w3.org/2001/04/"
			  "xmlenc#sha256\"></ds:DigestMethod><xenc11:MGF "
			  "xmlns:xenc11=\"http://www.w3.org/2009/xmlenc11#\" "
			  "Algorithm=\"http://www.w3.org/2009/xmlenc11#mgf1sha256\">"
			  "</xenc11:MGF>",
		STR_ARG(base64_encode(w->a, wrapped)), STR_ARG(base64_encode(w->a, sealed)));
}

struct str
idp_text(struct saml_world *w, const struct idp_answer *x)
{
	const struct signer *signer = x->signer ? x->signer : w->idp;
	struct str xml = change_all(w, assertion_text(w, x), x->assertion);

	if (!x->unsigned_assertion)
		xml = sign_text(w, xml, "</saml:Issuer>", signer);
	if (x->wrap)
		xml = x->wrap(w, xml);
	if (x->encrypt != PLAIN)
		xml = encrypt(w, x, xml);
	xml = arena_printf(w->a, response_format, STR_ARG(random_id(w->a, "_")),
			   STR_ARG(utc(w, w->now)), STR_ARG(w->hub_request), STR_ARG(xml));
	xml = change_all(w, xml, x->response);
	if (x->signed_response)
		xml = sign_text(w, xml, "</saml:Issuer>", signer);
	xml = change_all(w, xml, x->sent);
	return x->forge ? x->forge(w, xml) : xml;
}

void
idp_post(struct saml_world *w, struct str xml, const char *relay)
{
	struct buf form = BUF_INIT(4 << 20);
	struct web_ask ask = {.method = HTTP_METHOD_POST, .path = SAML_PATH_ACS};

	buf_add_c(&form, "SAMLResponse=");
	percent_add(&form, base64_encode(w->a, xml));
	if (!relay || *relay) {
		buf_add_c(&form, "&RelayState=");
		percent_add(&form, relay ? str_from(relay) : w->handle);
	}
	ask.body = buf_str(&form);
	web_ask(w, &ask);
	buf_release(&form);
}

/* [context-handler 9] 403 where the user is who he says but may not */
static int
status_for(const char *page)
{
	static const char *const forbidden[] = {"CH-30", "CH-32", "CH-33"};

	for (size_t i = 0; i < ARRAY_LEN(forbidden); i++)
		if (strcmp(page, forbidden[i]) == 0)
			return 403;
	return *page ? 400 : 200;
}

void
login_expect(struct saml_world *w, const char *name, const char *want)
{
	struct message_trees t = {.count = 0};
	struct response_facts f;
	struct str posted;
	size_t at;

	if (strcmp(page_code(w), want) != 0 || w->status != status_for(want))
		fail_msg("%s: %d '%s', wanted '%s'", name, w->status, page_code(w), want);
	if (!*want) {
		system_verify(w, SYSTEM_ID, SYSTEM_ACS, &t, &f);
		message_trees_release(&t);
		return;
	}
	/* an error may wait for the user's click; it never holds an assertion */
	posted = posted_response(w);
	if (str_find(posted, STR("Assertion"), &at) || str_find(posted, STR("Success"), &at))
		fail_msg("%s: an assertion is on the page", name);
	if (str_find(w->page, STR("submit.js"), &at))
		fail_msg("%s: the page sends itself", name);
	/* X85: nothing of the message is shown */
	if (str_find(w->page, STR("Opdigtet"), &at) || str_find(w->page, STR("Serial"), &at))
		fail_msg("%s: the page shows the message", name);
}
