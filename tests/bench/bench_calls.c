/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whole calls, from the bytes of a request to the bytes of its answer, audit record on disk,
 * without the socket: token_issue, token_obo, token_rest, token_jwt and registry_laes. Requests
 * are made before the clock starts. usage: bench_calls CONFIG CLIENT_KEY CLIENT_CERT [SUFFIX]
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/mem.h"
#include "gateway/restcall.h"
#include "gateway/services.h"
#include "tests/bench/bench.h"
#include "wstrust/client.h"
#include "xml/parse.h"

#define COUNT 600
#define THREADS 8

static const struct str organisation =
	STR_INIT("http://stoettesystemerne.dk/service/organisation/3");
static const struct str authority = STR_INIT("11111111");

struct calls {
	struct bench_world *w;
	const struct soap_service *service; /* NULL: the token service */
	const char *rest;                   /* its path by REST; NULL: SOAP */
	const char *media_type;             /* of requests by REST */
	struct arena *a;
	struct str *requests;
	struct str *ids;
	size_t request_bytes, answer_bytes; /* of one */
};

static struct client
client_of(struct bench_world *w, struct arena *a)
{
	return (struct client){
		.version = SOAP_12, .signer = w->client, .now = clock_now(), .a = a};
}

/* One call as the HTTP engine hands it on; the answer is dropped, or kept in the arena. */
static struct str
play(struct calls *k, struct str body, struct arena *keep)
{
	struct arena *a = arena_new();
	struct http_call c = {.listener = LISTENER_SYSTEM,
			      .method = HTTP_METHOD_POST,
			      .a = a,
			      .content_type = STR("application/soap+xml; charset=utf-8"),
			      .peer = STR("127.0.0.1"),
			      .request_id = STR("bench"),
			      .body = body,
			      .path = STR("/"),
			      .now = clock_now()};
	struct err none = ERR_INIT;
	struct str kept = STR_NONE;

	buf_init(&c.answer, LIMIT_ANSWER_BYTES);
	if (k->rest != NULL) {
		c.path = str_from(k->rest);
		c.content_type = str_from(k->media_type);
		c.client_cert = cert_der(signer_cert(k->w->client));
	}
	if (k->rest != NULL)
		BUG_ON(!rest_call(k->w->app, k->w->platform, &c));
	else if (k->service != NULL)
		service_call(k->w->app, k->w->platform, k->service, &c);
	else
		sts_call(k->w->app, k->w->platform, &c);
	if (c.status != 200) {
		fwrite(c.answer.ptr, 1, c.answer.len, stderr);
		bench_die("a call was refused", &none);
	}
	k->answer_bytes = c.answer.len;
	if (keep != NULL)
		kept = arena_dup(keep, buf_str(&c.answer));
	buf_release(&c.answer);
	arena_free(a);
	return kept;
}

static void
one_call(size_t i, void *arg)
{
	struct calls *k = arg;

	play(k, k->requests[i], NULL);
}

/* behalf: a token that is handed in; absent: none */
static void
make_request(struct calls *k, size_t i, struct str behalf)
{
	struct client cl = client_of(k->w, k->a);
	struct client_request r = {.to = STR("https://localhost/sts"),
				   .applies_to = organisation,
				   .cvr = authority,
				   .behalf_token = behalf};
	struct buf out = BUF_INIT(LIMIT_STS_BODY_BYTES);
	struct err e = ERR_INIT;

	if (!client_request_write(&cl, &r, &out, &k->ids[i], &e))
		bench_die("make a token request", &e);
	k->requests[i] = arena_dup(k->a, buf_str(&out));
	k->request_bytes = out.len;
	buf_release(&out);
}

static struct calls
calls_new(struct bench_world *w, size_t count)
{
	struct arena *a = arena_new();

	return (struct calls){.w = w,
			      .a = a,
			      .requests = ARENA_NEW_N(a, count, struct str),
			      .ids = ARENA_NEW_N(a, count, struct str)};
}

void
bench_token_issue(struct bench_world *w)
{
	struct calls k = calls_new(w, COUNT);
	double floor;

	for (size_t i = 0; i < COUNT; i++)
		make_request(&k, i, STR_NONE);
	play(&k, k.requests[0], k.a); /* warm; its replay is not measured */
	make_request(&k, 0, STR_NONE);
	floor = 2 * bench_sign_us(w->platform->id[IDENTITY_STS].current) +
		bench_verify_us(w->client) + bench_digest_us(k.request_bytes) +
		bench_digest_us(k.answer_bytes);
	bench_print(w, "token_issue", bench_run(COUNT, THREADS, one_call, &k), floor);
	arena_free(k.a);
}

static void
one_refusal(size_t i, void *arg)
{
	struct calls *k = arg;
	struct arena *a = arena_new();
	struct http_call c = {.listener = LISTENER_SYSTEM,
			      .method = HTTP_METHOD_POST,
			      .a = a,
			      .content_type = STR("application/soap+xml; charset=utf-8"),
			      .peer = STR("127.0.0.1"),
			      .request_id = STR("bench"),
			      .body = k->requests[i],
			      .path = STR("/"),
			      .now = clock_now()};

	buf_init(&c.answer, LIMIT_ANSWER_BYTES);
	sts_call(k->w->app, k->w->platform, &c);
	BUG_ON(c.status == 200);
	buf_release(&c.answer);
	arena_free(a);
}

/* A byte of what is signed is another one: the whole way to the last check that a stranger gets
 * to. The floor is what a grant's cryptography costs: a refusal has to stay below it. */
void
bench_token_refused(struct bench_world *w)
{
	struct calls k = calls_new(w, COUNT);
	double floor;
	size_t at;

	for (size_t i = 0; i < COUNT; i++) {
		char *bytes;

		make_request(&k, i, STR_NONE);
		bytes = arena_dup_c(k.a, k.requests[i]);
		BUG_ON(!str_find(k.requests[i], authority, &at));
		bytes[at] = '2';
		k.requests[i] = str_of(bytes, k.requests[i].len);
	}
	floor = 2 * bench_sign_us(w->platform->id[IDENTITY_STS].current) +
		bench_verify_us(w->client) + bench_digest_us(k.request_bytes);
	bench_print(w, "token_refused", bench_run(COUNT, THREADS, one_refusal, &k), floor);
	arena_free(k.a);
}

static struct client_token
get_token(struct bench_world *w, struct arena *a)
{
	struct calls k = calls_new(w, 1);
	struct client cl = client_of(w, a);
	struct client_answer answer;
	struct client_token token;
	struct err e = ERR_INIT;

	make_request(&k, 0, STR_NONE);
	if (!client_answer_read(&cl, play(&k, k.requests[0], a),
				signer_cert(w->platform->id[IDENTITY_STS].current), k.ids[0],
				&answer, &e) ||
	    !client_token_read(&cl, &answer, signer_cert(w->platform->id[IDENTITY_STS].current),
			       &token, &e))
		bench_die("get a token", &e);
	arena_free(k.a);
	return token;
}

/* On behalf of the subject of a token that is handed in: one more verification. */
void
bench_token_obo(struct bench_world *w)
{
	struct calls k = calls_new(w, COUNT);
	struct client_token token = get_token(w, k.a);
	const struct signer *sts = w->platform->id[IDENTITY_STS].current;
	double floor;

	for (size_t i = 0; i < COUNT; i++)
		make_request(&k, i, token.xml);
	play(&k, k.requests[0], NULL);
	make_request(&k, 0, token.xml);
	floor = 2 * bench_sign_us(sts) + bench_verify_us(w->client) + bench_verify_us(sts) +
		bench_digest_us(k.request_bytes) + bench_digest_us(k.answer_bytes);
	bench_print(w, "token_obo", bench_run(COUNT, THREADS, one_call, &k), floor);
	arena_free(k.a);
}

/* One signature, the token's: TLS has said who asks. */
static void
bench_rest(struct bench_world *w, const char *name, const char *path, const char *media_type,
	   struct str body)
{
	struct calls k = calls_new(w, COUNT);
	double floor;

	k.rest = path;
	k.media_type = media_type;
	for (size_t i = 0; i < COUNT; i++)
		k.requests[i] = body;
	play(&k, body, NULL);
	floor = bench_sign_us(w->platform->id[IDENTITY_STS].current) +
		bench_digest_us(k.answer_bytes);
	bench_print(w, name, bench_run(COUNT, THREADS, one_call, &k), floor);
	arena_free(k.a);
}

#define ORGANISATION "http://stoettesystemerne.dk/service/organisation/3"

void
bench_token_rest(struct bench_world *w)
{
	bench_rest(w, "token_rest", REST_PATH_SAML, "application/json",
		   STR("{\"AppliesTo\":{\"EndpointReference\":{\"Address\":\"" ORGANISATION
		       "\"}},\"Anvenderkontekst\":{\"Cvr\":\"11111111\"}}"));
	bench_rest(w, "token_jwt", REST_PATH_JWT, "application/x-www-form-urlencoded",
		   STR("grant_type=client_credentials&client_id=" ORGANISATION
		       "&scope=entityid:" ORGANISATION ",anvenderkontekst:11111111"));
}

static void
make_call(struct calls *k, size_t i, const struct client_token *token, const char *op,
	  struct str body)
{
	struct client cl = client_of(k->w, k->a);
	struct client_call call = {.to = STR("https://localhost/organisation"),
				   .token = token,
				   .body = body,
				   .has_reply_to = true};
	struct buf out = BUF_INIT(LIMIT_STS_BODY_BYTES);
	struct err e = ERR_INIT;

	for (size_t o = 0; o < k->service->op_count; o++)
		if (strcmp(k->service->ops[o].name, op) == 0)
			call.action = str_from(k->service->ops[o].action);
	if (!client_call_write(&cl, &call, &out, &k->ids[i], &e))
		bench_die("make a call", &e);
	k->requests[i] = arena_dup(k->a, buf_str(&out));
	k->request_bytes = out.len;
	buf_release(&out);
}

/* A unit with the fields that clients fill. */
static const struct str importer = STR_INIT(
	"<ImportInput xmlns=\"http://stoettesystemerne.dk/organisation/organisationenhed/6/\">"
	"<OrganisationEnhed><UUIDIdentifikator xmlns=\"urn:oio:sagdok:3.0.0\">"
	"6f3b1c1e-0000-4000-8000-00000000be7c</"
	"UUIDIdentifikator><Registrering><AttributListe><Egenskab>"
	"<Virkning "
	"xmlns=\"urn:oio:sagdok:3.0.0\"><FraTidspunkt><TidsstempelDatoTid>2020-01-01T00:00:00+"
	"01:00"
	"</TidsstempelDatoTid></FraTidspunkt></Virkning>"
	"<BrugervendtNoegleTekst "
	"xmlns=\"urn:oio:sagdok:3.0.0\">Borgerservice</BrugervendtNoegleTekst>"
	"<EnhedNavn "
	"xmlns=\"urn:oio:sagdok:3.0.0\">Borgerservice</EnhedNavn></Egenskab></AttributListe>"
	"<TilstandListe><o:Gyldighed xmlns:o=\"http://stoettesystemerne.dk/organisation/6/\">"
	"<Virkning "
	"xmlns=\"urn:oio:sagdok:3.0.0\"><FraTidspunkt><TidsstempelDatoTid>2020-01-01T00:00:00+"
	"01:00"
	"</TidsstempelDatoTid></FraTidspunkt></Virkning><o:GyldighedStatusKode>Aktiv</"
	"o:GyldighedStatusKode>"
	"</o:Gyldighed></TilstandListe><RelationListe><Tilhoerer "
	"xmlns=\"urn:oio:sagdok:3.0.0\"><Virkning>"
	"<FraTidspunkt><TidsstempelDatoTid>2020-01-01T00:00:00+01:00</TidsstempelDatoTid></"
	"FraTidspunkt>"
	"</Virkning><ReferenceID><UUIDIdentifikator>6f3b1c1e-0000-4000-8000-00000000be00</"
	"UUIDIdentifikator>"
	"</ReferenceID></Tilhoerer></RelationListe></Registrering></OrganisationEnhed></"
	"ImportInput>");
static const struct str laes = STR_INIT(
	"<LaesInput xmlns=\"http://stoettesystemerne.dk/organisation/organisationenhed/6/\">"
	"<UUIDIdentifikator xmlns=\"urn:oio:sagdok:3.0.0\">6f3b1c1e-0000-4000-8000-00000000be7c"
	"</UUIDIdentifikator></LaesInput>");

/* As the client's writer would spell it. */
static struct str
canonical(struct str xml, struct arena *a)
{
	static const struct xml_limits limits = {.bytes = 100000, .depth = 50, .nodes = 10000};
	struct buf out = BUF_INIT(100000);
	struct xml_doc *doc = NULL;
	struct err e = ERR_INIT;
	struct str made;

	if (!xml_parse(xml, &limits, &doc, &e))
		bench_die("a body of ours", &e);
	xml_node_write(xml_root(doc), &out);
	made = arena_dup(a, buf_str(&out));
	buf_release(&out);
	xml_doc_free(doc);
	return made;
}

void
bench_registry_laes(struct bench_world *w)
{
	struct calls k = calls_new(w, COUNT);
	struct client_token token = get_token(w, k.a);
	double floor;

	k.service = services_by_name("OrganisationEnhed");
	BUG_ON(k.service == NULL);
	make_call(&k, 0, &token, "importer", canonical(importer, k.a));
	play(&k, k.requests[0], NULL);
	for (size_t i = 0; i < COUNT; i++)
		make_call(&k, i, &token, "laes", canonical(laes, k.a));
	floor = bench_sign_us(w->platform->id[IDENTITY_SERVICE].current) +
		bench_verify_us(w->client) +
		bench_verify_us(w->platform->id[IDENTITY_STS].current) +
		bench_digest_us(k.request_bytes) + bench_digest_us(k.answer_bytes);
	bench_print(w, "registry_laes", bench_run(COUNT, THREADS, one_call, &k), floor);
	arena_free(k.a);
}

int
main(int argc, char **argv)
{
	struct bench_world w = {.suffix = argc > 4 ? argv[4] : ""};
	struct buf problems = BUF_INIT(65536);
	struct platform *p = NULL;
	struct config *c = NULL;
	struct err e = ERR_INIT;

	if (argc < 4) {
		fprintf(stderr, "usage: bench_calls CONFIG CLIENT_KEY CLIENT_CERT [SUFFIX]\n");
		return 2;
	}
	mem_setup();
	xml_init();
	log_setup(LOG_LEVEL_ERROR, LOG_FORMAT_TEXT, false);
	if (!config_load(argv[1], &c, &problems, &e) || !platform_load(c, &p, &e) ||
	    !app_open(p, &w.app, &e) || !services_open(w.app, &e) ||
	    !signer_load(argv[2], argv[3], &w.client, &e))
		bench_die("start", &e);
	w.platform = app_platform_hold(w.app);
	bench_token_issue(&w);
	bench_token_refused(&w);
	bench_token_obo(&w);
	bench_token_rest(&w);
	if (services_by_name("OrganisationEnhed") != NULL)
		bench_registry_laes(&w);
	platform_release(w.platform);
	services_close(w.app);
	app_close(w.app);
	signer_free(w.client);
	return 0;
}
