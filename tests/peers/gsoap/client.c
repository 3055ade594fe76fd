/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A strict client that gSOAP's compiler makes from the WSDLs that are served: types, serializers
 * and readers are generated, WS-Security and addressing are gSOAP's own plugins. It gets a token
 * and reads a unit; each answer is parsed strictly, its signature checked with the certificate
 * that was configured, and the signed parts counted. What the plugin lacks is done here: the
 * token goes into the header as text, and its digest into the signature.
 *
 * Usage: client URL-OF-STS URL-OF-SERVICE PKI-FOLDER TRUSTED-CA SERVICE-ID CVR UUID [DAMAGE]
 * DAMAGE: "body", "token" or "answer": one byte is changed on its way.
 */
#include <openssl/pem.h>
#include <openssl/sha.h>

#include "soapH.h"
#include "wsaapi.h"
#include "wsseapi.h"
#include "OrganisationEnhed.nsmap"

#define WST "http://docs.oasis-open.org/ws-sx/ws-trust/200512"
#define WSP "http://schemas.xmlsoap.org/ws/2004/09/policy"
#define WSA "http://www.w3.org/2005/08/addressing"
#define AUTH "http://docs.oasis-open.org/wsfed/authorization/200706"
#define OASIS "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-"
#define SIGNED_HEADERS "wsa5:Action wsa5:MessageID wsa5:ReplyTo wsa5:To"

/* What leaves is held back until it is whole: then the token is put in. */
static struct {
	char *octets;
	size_t len, cap;
	const char *token;
	const char *damage;
	char answer[65536]; /* what came, for a token to be cut out */
	size_t answer_len;
	int (*send)(struct soap *, const char *, size_t);
	size_t (*receive)(struct soap *, char *, size_t);
} wire;

static const char *what = "start";

static void
give_up(struct soap *soap, const char *why)
{
	fprintf(stderr, "%s: %s\n", what, why);
	if (soap && soap->error)
		soap_print_fault(soap, stderr);
	exit(1);
}

static void
check(struct soap *soap, int is_so, const char *why)
{
	if (!is_so)
		give_up(soap, why);
}

/* --- the wire --- */

static char *
put_in(const char *text, size_t len, const char *before, const char *more, size_t *out_len)
{
	const char *at = strstr(text, before);
	size_t n = strlen(more);
	char *out = malloc(len + n + 1);

	check(NULL, at && out, before);
	memcpy(out, text, (size_t)(at - text));
	memcpy(out + (at - text), more, n);
	memcpy(out + (at - text) + n, at, len - (size_t)(at - text) + 1);
	*out_len = len + n;
	return out;
}

static void
damage(char *text, const char *name, const char *at, char by)
{
	char *p;

	if (!wire.damage || strcmp(wire.damage, name) != 0)
		return;
	p = strstr(text, at);
	check(NULL, p != NULL, "nothing to damage");
	p[strlen(at)] = by;
}

static int
send_whole(struct soap *soap, char *head, size_t head_len)
{
	char *body = head + head_len, *text = body, *message;
	size_t len = wire.len - head_len;
	int done;

	if (wire.token)
		text = put_in(body, len, "</wsse:Security>", wire.token, &len);
	damage(text, "body", "sagdok:3.0.0\">", 'f');
	damage(text, "token", "<Audience>", 'H');
	message = malloc(head_len + 64);
	*strstr(head, "Content-Length:") = '\0';
	snprintf(message, head_len + 64, "%sContent-Length: %zu\r\nConnection: close\r\n\r\n", head,
		 len);
	done = wire.send(soap, message, strlen(message));
	if (!done)
		done = wire.send(soap, text, len);
	free(message);
	if (text != body)
		free(text);
	wire.len = 0;
	return done;
}

static int
hold_back(struct soap *soap, const char *s, size_t n)
{
	char *end, *length;

	if (wire.len + n + 1 > wire.cap) {
		wire.cap = 2 * (wire.len + n + 1);
		wire.octets = realloc(wire.octets, wire.cap);
	}
	memcpy(wire.octets + wire.len, s, n);
	wire.len += n;
	wire.octets[wire.len] = '\0';
	end = strstr(wire.octets, "\r\n\r\n");
	length = strstr(wire.octets, "Content-Length:");
	if (!end || !length ||
	    wire.len < (size_t)(end + 4 - wire.octets) + strtoul(length + 15, NULL, 10))
		return SOAP_OK;
	return send_whole(soap, wire.octets, (size_t)(end + 4 - wire.octets));
}

static size_t
receive(struct soap *soap, char *s, size_t n)
{
	size_t got = wire.receive(soap, s, n);

	if (wire.answer_len + got < sizeof(wire.answer)) {
		memcpy(wire.answer + wire.answer_len, s, got);
		wire.answer_len += got;
		wire.answer[wire.answer_len] = '\0';
	}
	if (wire.damage && strcmp(wire.damage, "answer") == 0)
		for (size_t i = 0; i + 12 < got; i++)
			if (memcmp(s + i, "StatusKode>4", 12) == 0)
				s[i + 12] = '0';
	return got;
}

/* --- security --- */

struct pki {
	EVP_PKEY *key;
	X509 *cert, *sts, *service;
	const char *ca;
};

static X509 *
read_cert(const char *folder, const char *name)
{
	char path[4096];
	X509 *cert;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s/cert.pem", folder, name);
	f = fopen(path, "r");
	check(NULL, f != NULL, path);
	cert = PEM_read_X509(f, NULL, NULL, NULL);
	fclose(f);
	check(NULL, cert != NULL, path);
	return cert;
}

static EVP_PKEY *
read_key(const char *folder, const char *name)
{
	char path[4096];
	EVP_PKEY *key;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s/key.pem", folder, name);
	f = fopen(path, "r");
	check(NULL, f != NULL, path);
	key = PEM_read_PrivateKey(f, NULL, NULL, NULL);
	fclose(f);
	check(NULL, key != NULL, path);
	return key;
}

static struct soap *
begin(const struct pki *pki, const X509 *peer)
{
	struct soap *soap = soap_new1(SOAP_XML_STRICT | SOAP_XML_CANONICAL | SOAP_IO_STORE |
				      SOAP_C_UTFSTRING);

	check(soap, !soap_register_plugin(soap, soap_wsse) &&
			    !soap_register_plugin(soap, soap_wsa),
	      "plugins");
	check(soap,
	      !soap_ssl_client_context(soap, SOAP_SSL_REQUIRE_SERVER_AUTHENTICATION, NULL, NULL,
				       pki->ca, NULL, NULL),
	      "TLS");
	soap->recv_timeout = soap->send_timeout = soap->connect_timeout = 20;
	wire.send = soap->fsend;
	wire.receive = soap->frecv;
	soap->fsend = hold_back;
	soap->frecv = receive;
	check(soap,
	      !soap_wsse_verify_auto(soap, SOAP_SMD_VRFY_RSA_SHA256, X509_get_pubkey((X509 *)peer),
				     0),
	      "verify");
	return soap;
}

/* Everything that has to be signed is: Body, Timestamp, addressing, the certificate. */
static void
sign(struct soap *soap, const struct pki *pki, const char *to, const char *action)
{
	check(soap, !soap_wsa_request(soap, soap_wsa_rand_uuid(soap), to, action), "addressing");
	check(soap, !soap_wsa_add_ReplyTo(soap, WSA "/anonymous"), "ReplyTo");
	check(soap, !soap_wsse_add_Timestamp(soap, "Time", 300), "Timestamp");
	check(soap, !soap_wsse_add_BinarySecurityTokenX509(soap, "Cert", pki->cert), "certificate");
	check(soap, !soap_wsse_add_KeyInfo_SecurityTokenReferenceX509(soap, "#Cert"), "KeyInfo");
	check(soap, !soap_wsse_set_wsu_id(soap, SIGNED_HEADERS), "ids");
	check(soap, !soap_wsse_sign_body(soap, SOAP_SMD_SIGN_RSA_SHA256, pki->key, 0), "sign");
}

/* One more digest: of the token, by its id. Its text is canonical as it stands. */
static void
bind_token(struct soap *soap, const char *token, const char *id)
{
	struct soap_wsse_data *data = soap_lookup_plugin(soap, soap_wsse_id);
	struct soap_wsse_digest *d = calloc(1, sizeof(*d) + strlen(id) + 2);

	sprintf(d->id, "#%s", id);
	d->done = 1;
	d->level = 4;
	SHA256((const unsigned char *)token, strlen(token), d->hash);
	d->next = data->digest;
	data->digest = d;
	wire.token = token;
}

static void
check_signed(struct soap *soap, const char *message_id, int has_id)
{
	check(soap, soap_wsse_verify_body(soap) == SOAP_OK, "Body is not signed");
	check(soap, soap_wsse_verify_Timestamp(soap) == SOAP_OK, "Timestamp");
	check(soap, soap_wsse_verify_element(soap, OASIS "wssecurity-utility-1.0.xsd", "Timestamp"),
	      "Timestamp is not signed");
	check(soap, soap_wsse_verify_element(soap, WSA, "Action"), "Action is not signed");
	check(soap, soap_wsse_verify_element(soap, WSA, "RelatesTo"), "RelatesTo is not signed");
	check(soap, !has_id || soap_wsse_verify_element(soap, WSA, "MessageID"),
	      "MessageID is not signed");
	check(soap, soap->header && soap->header->wsa5__RelatesTo &&
			    strcmp(soap->header->wsa5__RelatesTo->__item, message_id) == 0,
	      "relates to another message");
}

/* --- the two calls --- */

/* What stands in the request, as elements: WS-Trust is an open frame in the WSDL. */
static struct soap_dom_element *
read_elements(struct soap *soap, const char *text)
{
	struct soap_dom_element *e = soap_malloc(soap, sizeof(*e));
	struct soap *reader = soap_new1(SOAP_C_UTFSTRING);

	reader->is = text;
	check(reader, !soap_read_xsd__anyType(reader, e), "own elements");
	return e->elts;
}

static size_t
count(const struct soap_dom_element *e)
{
	size_t n = 0;

	for (; e; e = e->next)
		n++;
	return n;
}

static void
fill_request(struct soap *soap, char **argv, struct trust__RequestSecurityTokenType *rst)
{
	struct soap_dom_element *e;
	char text[4096];

	snprintf(text, sizeof(text),
		 "<t:x xmlns:t=\"" WST "\"><t:TokenType>http://docs.oasis-open.org/wss/"
		 "oasis-wss-saml-token-profile-1.1#SAMLV2.0</t:TokenType><t:RequestType>" WST
		 "/Issue</t:RequestType><p:AppliesTo xmlns:p=\"" WSP
		 "\"><a:EndpointReference xmlns:a=\"" WSA "\"><a:Address>%s</a:Address>"
		 "</a:EndpointReference></p:AppliesTo><t:Claims Dialect=\"" AUTH
		 "/authclaims\"><c:ClaimType xmlns:c=\"" AUTH
		 "\" Uri=\"dk:gov:saml:attribute:CvrNumberIdentifier\"><c:Value>%s</c:Value>"
		 "</c:ClaimType></t:Claims><t:KeyType>" WST "/PublicKey</t:KeyType></t:x>",
		 argv[5], argv[6]);
	e = read_elements(soap, text);
	soap_default_trust__RequestSecurityTokenType(soap, rst);
	rst->__size_RequestSecurityTokenType = (int)count(e);
	rst->__union_RequestSecurityTokenType =
		soap_new___trust__union_RequestSecurityTokenType(soap, (int)count(e));
	for (int i = 0; e; e = e->next, i++) {
		struct __trust__union_RequestSecurityTokenType *u =
			&rst->__union_RequestSecurityTokenType[i];

		u->__union_RequestSecurityTokenType =
			SOAP_UNION__trust__union_RequestSecurityTokenType___any;
		u->union_RequestSecurityTokenType.__any = *e;
		u->union_RequestSecurityTokenType.__any.next = NULL;
	}
}

/* The token leaves the answer as text, as it came. */
static char *
cut_token(struct soap *soap)
{
	const char *from = strstr(wire.answer, "<Assertion ");
	const char *to = from ? strstr(from, "</Assertion>") : NULL;

	check(soap, to != NULL, "no token in the answer");
	return strndup(from, (size_t)(to - from) + 12);
}

static char *
get_token(struct soap *soap, const struct pki *pki, char **argv)
{
	struct trust__RequestSecurityTokenType rst;
	struct trust__RequestSecurityTokenResponseCollectionType answer;
	char *message_id;

	what = "token";
	fill_request(soap, argv, &rst);
	sign(soap, pki, argv[1], WST "/RST/Issue");
	message_id = strdup(soap->header->wsa5__MessageID);
	if (soap_call___sts__Trust13Issue(soap, argv[1], WST "/RST/Issue", &rst, &answer))
		give_up(soap, "refused");
	check_signed(soap, message_id, 0);
	free(message_id);
	check(soap, answer.__sizeRequestSecurityTokenResponse == 1, "not one answer");
	check(soap, answer.RequestSecurityTokenResponse_->__size_RequestSecurityTokenResponseType == 8,
	      "not the eight elements of an answer");
	return cut_token(soap);
}

static void
read_unit(struct soap *soap, const struct pki *pki, char **argv, const char *token)
{
	const char *action = "http://kombit.dk/sts/organisation/organisationenhed/laes";
	const char *from = strstr(token, " ID=\"") + 5;
	char *id = strndup(from, strcspn(from, "\"")), *message_id;
	struct sd__LaesInputType input;
	struct __org__laesResponse output;
	const struct enhed__FiltreretOejebliksbilledeType *seen;

	what = "call";
	soap_default_sd__LaesInputType(soap, &input);
	input.UUIDIdentifikator = argv[7];
	sign(soap, pki, argv[2], action);
	bind_token(soap, token, id);
	message_id = strdup(soap->header->wsa5__MessageID);
	if (soap_call___org__laes(soap, argv[2], action, &input, &output))
		give_up(soap, "refused");
	check_signed(soap, message_id, 1);
	check(soap, output.enhed__LaesOutput && output.enhed__LaesOutput->sd__StandardRetur, "empty");
	printf("%s", output.enhed__LaesOutput->sd__StandardRetur->StatusKode);
	seen = output.enhed__LaesOutput->FiltreretOejebliksbillede;
	if (seen && seen->__sizeRegistrering == 1 && seen->Registrering->AttributListe &&
	    seen->Registrering->AttributListe->__sizeEgenskab == 1)
		printf(" %s", seen->Registrering->AttributListe->Egenskab_->sd__EnhedNavn);
	printf("\n");
	free(message_id);
	free(id);
}

int
main(int argc, char **argv)
{
	struct pki pki;
	struct soap *soap;
	char *token;

	check(NULL, argc >= 8, "usage");
	soap_ssl_init();
	pki.ca = argv[4];
	pki.key = read_key(argv[3], "systems/KY");
	pki.cert = read_cert(argv[3], "systems/KY");
	pki.sts = read_cert(argv[3], "platform/adgangsstyring");
	pki.service = read_cert(argv[3], "platform/organisation");
	soap = begin(&pki, pki.sts);
	token = get_token(soap, &pki, argv);
	wire.damage = argc > 8 ? argv[8] : NULL;
	soap = begin(&pki, pki.service);
	read_unit(soap, &pki, argv, token);
	return 0;
}
