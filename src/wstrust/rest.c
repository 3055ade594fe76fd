/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reads what REST clients send to the token service, and writes what they read. A parameter or
 * a member that is there twice is refused, whatever its case: two readers must not see two
 * requests. Decides nothing, follows no reference.
 * Standard: RFC 8259 (JSON), RFC 6749 4.4.2, 5.1, 5.2; HTML (forms).
 */
#include "wstrust/rest.h"

#include "base/encoding.h"
#include "base/json.h"
#include "base/limits.h"
#include "saml/query.h"
#include "xml/names.h"

#define RT_ISSUE_IDFX STR("http://schemas.microsoft.com/idfx/requesttype/issue")
#define KT_PUBLIC_IDFX STR("http://schemas.microsoft.com/idfx/keytype/asymmetric")
#define ANSWER_TYPE "Holder-of-key"
#define MALFORMED(e, ...) FAIL((e), RST_MALFORMED, __VA_ARGS__)

/* --- JSON in --- */

/* The member of that name in whatever case; NULL if there is none, or null. */
static bool
member(const json_t *o, const char *name, const json_t **out, struct err *e)
{
	const char *key;
	json_t *value;
	unsigned count = 0;

	*out = NULL;
	/* the iterator of the library takes no const */
	json_object_foreach((json_t *)(uintptr_t)o, key, value)
	{
		if (!str_eq_nocase(str_from(key), str_from(name)))
			continue;
		if (++count > 1)
			return MALFORMED(e, "%s twice", name);
		*out = json_is_null(value) ? NULL : value;
	}
	return true;
}

static bool
read_object(const json_t *o, const char *name, const json_t **out, struct err *e)
{
	if (!member(o, name, out, e))
		return false;
	return json_is_object(*out) || MALFORMED(e, "%s is no object", name);
}

/* Absent where it is not there, null or empty. */
static bool
read_text(const json_t *o, const char *name, struct arena *a, struct str *out, struct err *e)
{
	const json_t *v;

	*out = STR_NONE;
	if (!member(o, name, &v, e))
		return false;
	if (!v)
		return true;
	if (!json_is_string(v))
		return MALFORMED(e, "%s is no text", name);
	if (json_string_length(v) > 0)
		*out = arena_dup(a, str_of(json_string_value(v), json_string_length(v)));
	return true;
}

/* One of two spellings, or absent. */
static bool
check_type(const json_t *o, const char *name, struct str want, struct str other,
	   struct arena *a, struct err *e)
{
	struct str value;

	if (!read_text(o, name, a, &value, e))
		return false;
	return !str_is_set(value) || str_eq(value, want) || str_eq(value, other) ||
	       FAIL(e, RST_UNSUPPORTED, "%s", name);
}

static bool
read_applies_to(const json_t *top, struct arena *a, struct rst *out, struct err *e)
{
	const json_t *applies, *reference;
	struct str address;

	if (!read_object(top, "AppliesTo", &applies, e) ||
	    !read_object(applies, "EndpointReference", &reference, e) ||
	    !read_text(reference, "Address", a, &address, e))
		return false;
	out->applies_to = str_trim(address);
	if (str_is_empty(out->applies_to) || out->applies_to.len > LIMIT_URI_CHARS)
		return MALFORMED(e, "AppliesTo of %zu bytes", out->applies_to.len);
	return true;
}

/* A text of eight digits; a number of as many is tolerated. */
static bool
read_cvr(const json_t *top, struct arena *a, struct rst *out, struct err *e)
{
	const json_t *context, *v;
	struct str cvr = STR_NONE;

	if (!member(top, "Anvenderkontekst", &context, e))
		return false;
	if (!context)
		return true;
	if (!json_is_object(context))
		return MALFORMED(e, "Anvenderkontekst is no object");
	if (!member(context, "Cvr", &v, e))
		return false;
	if (json_is_integer(v))
		cvr = arena_printf(a, "%lld", (long long)json_integer_value(v));
	else if (json_is_string(v))
		cvr = arena_dup(a, str_of(json_string_value(v), json_string_length(v)));
	else if (v)
		return MALFORMED(e, "Cvr is neither text nor number");
	if (str_is_digits(cvr, 8))
		out->cvr = cvr;
	return true;
}

static bool
read_base64(const json_t *top, const char *name, struct arena *a, struct str *out,
	    struct err *e)
{
	struct err why = ERR_INIT;
	struct str text;

	*out = STR_NONE;
	if (!read_text(top, name, a, &text, e))
		return false;
	if (!str_is_set(text))
		return true;
	return (base64_decode(text, BASE64_XML, a, out, &why) && out->len > 0) ||
	       MALFORMED(e, "%s is not base64", name);
}

/* A certificate or an assertion: DER begins with a SEQUENCE, XML with '<'. */
static bool
read_behalf(const json_t *top, struct arena *a, struct rest_request *out, struct err *e)
{
	struct str bytes;

	if (!read_base64(top, "OnBehalfOf", a, &bytes, e))
		return false;
	if (!str_is_set(bytes))
		return true;
	if (str_has_prefix(str_trim(bytes), STR("<")) ||
	    str_has_prefix(bytes, STR("\xef\xbb\xbf")))
		out->behalf_xml = bytes;
	else
		out->rst.behalf_cert = bytes;
	return true;
}

bool
rest_request_read(struct str json, struct arena *a, struct rest_request *out, struct err *e)
{
	AUTO(json_decrefp) json_t *top = NULL;
	struct rst *rst = &out->rst;
	struct err later = ERR_INIT;

	*out = (struct rest_request){.behalf_xml = STR_NONE};
	top = json_read_object(json);
	if (!top)
		return MALFORMED(e, "not one JSON object");
	/* first of all, so that the record of a refusal can name it */
	(void)!read_applies_to(top, a, rst, &later);
	if (!check_type(top, "RequestType", RT_ISSUE, RT_ISSUE_IDFX, a, e) ||
	    !check_type(top, "TokenType", TT_SAML2, TT_SAML2, a, e) ||
	    !check_type(top, "KeyType", KT_PUBLIC, KT_PUBLIC_IDFX, a, e) ||
	    !read_applies_to(top, a, rst, e) || !read_cvr(top, a, rst, e) ||
	    !read_base64(top, "UseKey", a, &rst->use_cert, e))
		return false;
	rst->has_use_key = str_is_set(rst->use_cert);
	return read_behalf(top, a, out, e);
}

/* --- OAuth parameters --- */

static const char *const oauth_names[] = {"client_id", "grant_type", "scope"};

struct parameters {
	struct str value[ARRAY_LEN(oauth_names)]; /* as oauth_names */
};

static bool
take_pairs(struct str text, struct arena *a, struct parameters *out, struct err *e)
{
	struct query *q = ARENA_NEW(a, struct query);
	struct err why = ERR_INIT;

	if (!query_parse(text, a, q, &why))
		return FAIL(e, OAUTH_REQUEST, "%s", why.detail);
	for (size_t i = 0; i < ARRAY_LEN(oauth_names); i++)
		if (query_get(q, oauth_names[i]))
			out->value[i] = query_value(q, oauth_names[i]);
	return true;
}

static bool
take_json(struct str text, struct arena *a, struct parameters *out, struct err *e)
{
	AUTO(json_decrefp) json_t *top = NULL;
	const json_t *v;

	top = json_read_object(text);
	if (!top)
		return FAIL(e, OAUTH_REQUEST, "not one JSON object");
	for (size_t i = 0; i < ARRAY_LEN(oauth_names); i++) {
		v = json_object_get(top, oauth_names[i]);
		if (!v)
			continue;
		if (!json_is_string(v))
			return FAIL(e, OAUTH_REQUEST, "%s is no text", oauth_names[i]);
		out->value[i] =
			arena_dup(a, str_of(json_string_value(v), json_string_length(v)));
	}
	return true;
}

/* Each part once, with a value. An id has colons of its own: the first one ends the name. */
static bool
read_scope(struct str scope, struct rst *out, struct err *e)
{
	static const struct {
		const char *name;
		size_t at;
	} names[] = {
		{"entityid", 0}, {"entity_id", 0}, {"anvenderkontekst", 1}, {"onbehalfof", 2}};
	struct str part, name, value, rest = scope, parts[3] = {{NULL, 0}};
	bool more = !str_is_empty(scope);
	size_t i;

	while (more) {
		more = str_cut(rest, ',', &part, &rest);
		if (!str_cut(part, ':', &name, &value))
			return FAIL(e, OAUTH_REQUEST, "a part of the scope without value");
		for (i = 0; i < ARRAY_LEN(names); i++)
			if (str_eq_nocase(str_trim(name), str_from(names[i].name)))
				break;
		if (i == ARRAY_LEN(names))
			return FAIL(e, OAUTH_SCOPE, "an unknown part of the scope");
		if (str_is_set(parts[names[i].at]))
			return FAIL(e, OAUTH_REQUEST, "a part of the scope twice");
		parts[names[i].at] = str_trim(value);
		if (parts[names[i].at].len == 0 || value.len > LIMIT_URI_CHARS)
			return FAIL(e, OAUTH_REQUEST, "a part of the scope is empty or long");
		out->applies_to = parts[0];
	}
	if (!str_is_set(parts[0]) || !str_is_set(parts[1]))
		return FAIL(e, OAUTH_REQUEST, "scope without entityid or anvenderkontekst");
	if (!str_is_digits(parts[1], 8))
		return FAIL(e, OAUTH_SCOPE, "anvenderkontekst is not eight digits");
	*out = (struct rst){
		.applies_to = parts[0], .cvr = parts[1], .behalf_thumbprint = parts[2]};
	return true;
}

bool
oauth_request_read(struct str query, enum rest_form form, struct str body, struct arena *a,
		   struct oauth_request *out, struct err *e)
{
	struct parameters p = {{{NULL, 0}}};

	*out = (struct oauth_request){.client_id = STR_NONE};
	if (!take_pairs(query, a, &p, e))
		return false;
	if (form == REST_FORM_URLENCODED && !take_pairs(body, a, &p, e))
		return false;
	if (form == REST_FORM_JSON && !take_json(body, a, &p, e))
		return false;
	out->client_id = str_trim(p.value[0]);
	if (str_is_empty(out->client_id) || out->client_id.len > LIMIT_URI_CHARS)
		return FAIL(e, OAUTH_REQUEST, "client_id is empty or long");
	if (str_is_empty(p.value[1]))
		return FAIL(e, OAUTH_REQUEST, "grant_type is empty");
	if (!str_eq_c(p.value[1], "client_credentials"))
		return FAIL(e, OAUTH_GRANT, "another grant");
	return read_scope(p.value[2], &out->rst, e);
}

/* --- the exchange --- */

bool
exchange_request_read(struct str body, struct arena *a, struct exchange_request *out,
		      struct err *e)
{
	struct query *q = ARENA_NEW(a, struct query);
	const struct query_pair *life;
	struct err why = ERR_INIT;
	struct str text;
	char *p;

	*out = (struct exchange_request){.saml = STR_NONE};
	if (!query_parse(body, a, q, &why))
		return FAIL(e, OAUTH_REQUEST, "%s", why.detail);
	text = query_value(q, "saml-token");
	if (str_is_empty(text))
		return FAIL(e, OAUTH_REQUEST, "no saml-token");
	/* a client that does not escape its '+' meant one */
	p = arena_dup_c(a, text);
	for (size_t i = 0; i < text.len; i++)
		if (p[i] == ' ')
			p[i] = '+';
	if (!base64_decode(str_of(p, text.len), BASE64_XML, a, &out->saml, &why))
		return FAIL(e, OAUTH_REQUEST, "saml-token is not base64");
	life = query_get(q, "should-expire-in");
	return !life || str_to_i64(life->value, 1, INT32_MAX, &out->life_s) ||
	       FAIL(e, OAUTH_REQUEST, "should-expire-in is no number of seconds");
}

/* --- answers --- */

/* MM/dd/yyyy HH:mm:ss, UTC */
static struct str
lifetime(instant until, char out[TIME_TEXT_MAX])
{
	char iso[TIME_TEXT_MAX];
	struct str t = time_format_utc(until, iso);
	struct buf b = BUF_INIT(TIME_TEXT_MAX);

	buf_printf(&b, "%.2s/%.2s/%.4s %.8s", t.ptr + 5, t.ptr + 8, t.ptr, t.ptr + 11);
	for (size_t i = 0; i < b.len; i++)
		out[i] = b.ptr[i];
	t = str_of(out, b.len);
	buf_release(&b);
	return t;
}

void
rest_answer_write(const struct rst *rst, const struct issued *t, struct buf *out)
{
	AUTO(json_decrefp) json_t *top = json_object();
	json_t *applies = json_object(), *reference = json_object(), *token = json_object();
	AUTO(buf_release) struct buf base64 = BUF_INIT(LIMIT_ANSWER_BYTES);
	char text[TIME_TEXT_MAX];

	json_put_text(reference, "Address", rst->applies_to);
	(void)json_object_set_new(applies, "EndpointReference", reference);
	(void)json_object_set_new(top, "AppliesTo", applies);
	json_put_text(top, "KeyType", KT_PUBLIC);
	json_put_text(top, "Lifetime", lifetime(t->until, text));
	base64_add(&base64, t->xml);
	json_put_text(token, "Assertion", buf_str(&base64));
	(void)json_object_set_new(top, "RequestedSecurityToken", token);
	json_put_text(top, "RequestType", RT_ISSUE);
	json_put_text(top, "TokenType", TT_SAML2);
	json_add_to(top, out);
}

void
oauth_answer_write(struct str token, int64_t life_s, struct buf *out)
{
	AUTO(json_decrefp) json_t *top = json_object();

	json_put_text(top, "access_token", token);
	json_put_text(top, "token_type", STR(ANSWER_TYPE));
	(void)json_object_set_new(top, "expires_in", json_integer(life_s));
	json_add_to(top, out);
}

/* --- failures --- */

static const struct {
	enum err_code code;
	int status;
	const char *word;
} told[] = {
	{OAUTH_REQUEST, 400, "invalid_request"},
	{OAUTH_GRANT, 400, "unsupported_grant_type"},
	{OAUTH_SCOPE, 400, "invalid_scope"},
	{STS_CERT_MISSING, 401, "invalid_client"},
	{STS_CERT_UNKNOWN, 401, "invalid_client"},
	{STS_CERT_REFUSED, 401, "invalid_client"},
	{STS_CLAIM_MISSING, 400, "invalid_scope"},
	{STS_APPLIES_TO_UNKNOWN, 400, "invalid_scope"},
	{STS_BEHALF_UNKNOWN, 400, "invalid_scope"},
	{STS_BEHALF_REFUSED, 400, "invalid_scope"},
	{STS_BEHALF_DENIED, 400, "invalid_scope"},
	{STS_BEHALF_TOKEN, 400, "invalid_scope"},
	{USERCONTEXT_UNKNOWN, 400, "invalid_scope"},
	{SERVICE_AGREEMENT_NOT_FOUND, 400, "invalid_scope"},
	{SERVICE_AGREEMENT_SUSPENDED, 400, "invalid_scope"},
	{SERVICE_AGREEMENT_EXPIRED, 400, "invalid_scope"},
	{SERVICE_AGREEMENT_ROLE_MISSING, 400, "invalid_scope"},
	{RST_MALFORMED, 400, "invalid_request"},
	{RST_UNSUPPORTED, 400, "invalid_request"},
};

struct rest_error
rest_error_of(enum err_code code)
{
	const struct err_row *row = err_row(code);
	struct rest_error out = {.status = 500, .number = 100};
	int64_t number;

	if (row->voice == VOICE_BUSINESS && str_to_i64(str_from(row->code), 1, 9999, &number))
		out.number = (int)number;
	for (size_t i = 0; i < ARRAY_LEN(told); i++) {
		if (told[i].code != code)
			continue;
		out.status = told[i].status;
		out.word = told[i].word;
	}
	return out;
}

struct rest_error
exchange_error_of(enum err_code code)
{
	static const struct rest_error token = {.status = 401, .word = "invalid_token"};
	static const struct rest_error scope = {.status = 403, .word = "insufficient_scope"};

	switch (code) {
	case STS_CERT_MISSING:
	case STS_CERT_UNKNOWN:
	case STS_CERT_REFUSED:
	case STS_BEHALF_TOKEN:
	case JWT_INVALID:
	case JWT_EXPIRED:
	case JWT_AUDIENCE:
	case JWT_HOLDER:
		return token;
	case USERCONTEXT_UNKNOWN:
	case SERVICE_AGREEMENT_NOT_FOUND:
	case SERVICE_AGREEMENT_SUSPENDED:
	case SERVICE_AGREEMENT_EXPIRED:
	case SERVICE_AGREEMENT_ROLE_MISSING:
		return scope;
	default:
		return rest_error_of(code);
	}
}

struct rest_error
call_error_of(enum err_code code)
{
	const struct err_row *row = err_row(code);
	struct rest_error out = exchange_error_of(code);

	switch (code) {
	case CERT_MALFORMED:
	case CERT_EXPIRED:
	case CERT_NOT_YET_VALID:
	case CERT_UNTRUSTED:
	case CERT_REVOKED:
	case CERT_STATUS_UNKNOWN:
	case CERT_WRONG_KIND:
	case CERT_WEAK_KEY:
	case CERT_BLOCKED:
		return exchange_error_of(JWT_HOLDER);
	case RETUR_DENIED:
	case REST_DENIED:
		return exchange_error_of(SERVICE_AGREEMENT_NOT_FOUND);
	case RETUR_NOT_FOUND:
		return (struct rest_error){.status = 404};
	default:
		break;
	}
	if (out.word && (out.status == 401 || out.status == 403))
		return out;
	return (struct rest_error){.status = row->voice == VOICE_RETUR ? 400 : row->http};
}

void
rest_error_write(int number, struct str message, struct buf *out)
{
	AUTO(json_decrefp) json_t *top = json_object();

	(void)json_object_set_new(top, "code", json_integer(number));
	json_put_text(top, "message", message);
	json_add_to(top, out);
}

/* [rfc6749 5.2] printable ASCII without quotation mark and backslash */
void
oauth_error_write(const char *word, struct str description, struct buf *out)
{
	AUTO(json_decrefp) json_t *top = json_object();
	AUTO(buf_release) struct buf text = BUF_INIT(4096);

	for (size_t i = 0; i < description.len; i++) {
		char c = description.ptr[i];
		bool plain = c >= ' ' && c <= '~' && c != '"' && c != '\\';

		buf_add_char(&text, plain ? c : '?');
	}
	json_put_text(top, "error", str_from(word));
	json_put_text(top, "error_description", buf_str(&text));
	json_add_to(top, out);
}
