/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Requests that public clients really sent, through the guard and the reader of requests on the
 * day they were recorded. Token requests are taken as they stand. Calls carry a token of a stub
 * that leaves out what ours demand, so they are refused as they stand, for that reason; with a
 * token of ours in its place, and signed again, they are taken.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "base/encoding.h"
#include "tests/unit/guard_world.h"
#include "tests/unit/mutate.h"
#include "tests/unit/resign.h"
#include "wstrust/rst.h"
#include "xml/parse.h"

#define CAPTURES "../shared/contract/reference/captures/"
#define STUB_ID "_8e0c1b7e-7b3a-4f5e-9f42-1b6de9a0c001"

static struct guard_world world;

static struct str
read_file(const char *name)
{
	char path[256];
	char *bytes = arena_alloc(world.a, 1u << 17);
	size_t len;
	FILE *f;

	snprintf(path, sizeof(path), CAPTURES "%s", name);
	f = fopen(path, "rb");
	if (!f)
		fail_msg("%s is not there", path);
	len = fread(bytes, 1, 1u << 17, f);
	fclose(f);
	return str_of(bytes, len);
}

/* Two seconds after it says it was created. */
static instant
moment(struct str text)
{
	struct err e = ERR_INIT;
	instant t;

	if (!time_parse(between(text, "Created>", "<"), ZONE_REQUIRED, &t, &e))
		fail_msg("no time in it");
	return t + SECONDS(2);
}

static const struct {
	const char *file, *service;
} requests[] = {
	{"fkk_01.body", NULL},
	{"gosts_01.body", "http://organisation.serviceplatformen.dk/service/organisation/5"},
	{"itk_01.body", "http://stoettesystemerne.dk/service/organisation/3"},
	{"mynde_01.body", NULL},
};

static void
token_requests(void **state)
{
	struct wsse_policy p = gw_policy(&world, false);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(requests); i++) {
		struct str text = read_file(requests[i].file);
		struct xml_doc *doc;
		struct wsse w;
		struct rst r;
		struct err e = ERR_INIT;

		if (!gw_verify(&world, text, &p, moment(text), &doc, &w, &e) ||
		    !rst_read(w.env.body_child, world.a, &r, &e))
			fail_msg("%s: %s (%s)", requests[i].file, err_row(e.code)->name,
				 e.detail);
		assert_true(str_eq_c(cert_cn(w.signer), "localhost"));
		assert_true(rst_uses_key_of(&r, w.signer));
		assert_true(str_eq_c(r.cvr, "29189000"));
		assert_false(str_is_empty(r.applies_to));
		if (requests[i].service)
			assert_true(str_eq_c(r.applies_to, requests[i].service));
		wsse_release(&w);
		xml_doc_free(doc);
	}
}

/* The same day, an hour later, and with one character changed. */
static void
their_twins(void **state)
{
	struct wsse_policy p = gw_policy(&world, false);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(requests); i++) {
		struct str text = read_file(requests[i].file);

		gw_judge(&world, requests[i].file, text, &p, moment(text) + HOURS(1),
			 MESSAGE_EXPIRED);
		gw_judge(&world, requests[i].file,
			 mutate(world.a, text, ">29189000<", ">29189001<"), &p, moment(text),
			 DIGEST_WRONG);
	}
}

static const struct {
	const char *file;
	struct gw_change body;
} calls[] = {
	{"itk_02.body", {"a4fe-000000000001", "a4fe-000000000002"}},
	{"lamo_02.body", {">500<", ">501<"}},
};

static void
calls_as_they_stand(void **state)
{
	static const struct str audience =
		STR_INIT("http://stoettesystemerne.invalid/service/organisation/3");

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(calls); i++) {
		struct wsse_policy p = gw_policy(&world, true);
		struct str text = read_file(calls[i].file), der;
		struct cert *stub = NULL;
		struct xml_doc *doc;
		struct wsse w;
		struct err e = ERR_INIT;
		size_t at;

		assert_true(base64_decode(between(text, "X509Certificate>", "<"), BASE64_XML,
					  world.a, &der, &e));
		assert_true(cert_parse(der, &stub, &e));
		p.token.issuer = STR("https://sts.bench.invalid/runtime");
		p.token.issuer_certs = &stub;
		p.token.audiences = &audience;
		assert_false(gw_verify(&world, text, &p, moment(text), &doc, &w, &e));
		assert_int_equal(e.code, TOKEN_INVALID);
		/* all but that its holder's proof has no time */
		if (!str_find(str_from(e.detail), STR("without beginning"), &at) &&
		    !str_find(str_from(e.detail), STR("without end"), &at))
			fail_msg("%s: %s", calls[i].file, e.detail);
		wsse_release(&w);
		xml_doc_free(doc);
		cert_free(stub);
	}
}

static struct str
replace_all(struct str text, const char *find, const char *with)
{
	size_t at;

	while (str_find(text, str_from(find), &at))
		text = mutate(world.a, text, find, with);
	return text;
}

static struct str
with_our_token(struct str text, const struct client_token *t)
{
	struct arena *a = world.a;
	struct str stub = between(text, "<saml:Assertion ", "</saml:Assertion>");
	char now[TIME_TEXT_MAX], later[TIME_TEXT_MAX];

	text = mutate(
		a, text,
		arena_dup_c(a, arena_printf(a, "<saml:Assertion " STR_FMT "</saml:Assertion>",
					    STR_ARG(stub))),
		arena_dup_c(a, t->xml));
	text = replace_all(text, STUB_ID, arena_dup_c(a, t->id));
	time_format_utc(world.now, now);
	time_format_utc(world.now + SECONDS(300), later);
	text = mutate(a, text, arena_dup_c(a, between(text, "Created>", "<")), now);
	text = mutate(a, text, arena_dup_c(a, between(text, "Expires>", "<")), later);
	return resign(text, 1, "systems/KY", a);
}

static void
calls_with_our_token(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(calls); i++) {
		struct wsse_policy p = gw_policy(&world, true);
		struct client_token t = gw_token(&world);
		struct str text = with_our_token(read_file(calls[i].file), &t);

		gw_judge(&world, calls[i].file, text, &p, world.now, ERR_NONE);
		p.binding_is_strict = true;
		gw_judge(&world, calls[i].file, text, &p, world.now, ERR_NONE);
		gw_judge(&world, calls[i].file,
			 mutate(world.a, text, calls[i].body.find, calls[i].body.with), &p,
			 world.now, DIGEST_WRONG);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(token_requests),
		cmocka_unit_test(their_twins),
		cmocka_unit_test(calls_as_they_stand),
		cmocka_unit_test(calls_with_our_token),
	};
	int failed;

	xml_init();
	gw_begin(&world, "captures");
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	gw_end(&world);
	return failed;
}
