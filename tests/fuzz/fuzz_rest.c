/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What REST clients send to the token service. The first byte says which reader gets the rest:
 * s SAML by JSON, q OAuth in a query, f in a form, j in JSON, x the exchange.
 */
#include <stddef.h>
#include <stdint.h>

#include "base/limits.h"
#include "wstrust/rest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_rst(const struct rst *r)
{
	BUG_ON(str_is_empty(r->applies_to) || r->applies_to.len > LIMIT_URI_CHARS);
	BUG_ON(str_is_set(r->cvr) && !str_is_digits(r->cvr, 8));
	BUG_ON(r->has_use_key != str_is_set(r->use_cert));
}

static void
saml(struct str text, struct arena *a)
{
	struct rest_request r;
	struct err e = ERR_INIT;

	if (!rest_request_read(text, a, &r, &e)) {
		BUG_ON(e.code != RST_MALFORMED && e.code != RST_UNSUPPORTED);
		return;
	}
	check_rst(&r.rst);
	BUG_ON(str_is_set(r.behalf_xml) && str_is_set(r.rst.behalf_cert));
}

static void
oauth(struct str query, enum rest_form form, struct str body, struct arena *a)
{
	struct oauth_request r;
	struct err e = ERR_INIT;

	if (!oauth_request_read(query, form, body, a, &r, &e)) {
		BUG_ON(e.code != OAUTH_REQUEST && e.code != OAUTH_GRANT &&
		       e.code != OAUTH_SCOPE);
		return;
	}
	check_rst(&r.rst);
	BUG_ON(str_is_empty(r.client_id) || !str_is_set(r.rst.cvr));
}

static void
exchange(struct str text, struct arena *a)
{
	struct exchange_request r;
	struct err e = ERR_INIT;

	if (exchange_request_read(text, a, &r, &e))
		BUG_ON(!str_is_set(r.saml) || r.life_s < 0);
	else
		BUG_ON(e.code != OAUTH_REQUEST);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(arena_freep) struct arena *a = arena_new();
	struct str text = str_of(data, size);

	if (size == 0)
		return 0;
	text = str_skip(text, 1);
	switch (data[0]) {
	case 's':
		saml(text, a);
		break;
	case 'q':
		oauth(text, REST_FORM_NONE, STR_NONE, a);
		break;
	case 'f':
		oauth(STR_NONE, REST_FORM_URLENCODED, text, a);
		break;
	case 'j':
		oauth(STR_NONE, REST_FORM_JSON, text, a);
		break;
	case 'x':
		exchange(text, a);
		break;
	default:
		break;
	}
	return 0;
}
