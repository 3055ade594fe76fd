/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The page of the built-in system. Person and roles come from the verified assertion; the
 * reasons come from the bridge's record of this very login, found by its SessionIndex.
 */
#include "gateway/hvem_page.h"

#include <jansson.h>

#include "base/limits.h"
#include "gateway/bridge_state.h"
#include "gateway/pages.h"
#include "saml/attributes.h"
#include "xml/names.h"

static const struct privilege_limits limits = {
	.bytes = LIMIT_BPP_BYTES,
	.groups = 2000,
	.constraints = 1024,
};

/* Why a jobfunktionsrolle gave nothing here. */
static const struct {
	const char *verdict, *danish, *english;
} reasons[] = {
	{"no-mapping", "giver ingen rolle i dette system", "gives no role in this system"},
	{"unknown", "kendes ikke", "is not known"},
	{"expired", "gælder ikke nu", "is not valid now"},
	{"scope-mismatch", "er sendt for en anden myndighed end dens ejer",
	 "was sent for another authority than its owner"},
	{"not-delegated", "er en anden myndigheds og ikke delegeret",
	 "is another authority's and not delegated"},
	{"system-role", "er en brugersystemrolle, som login-løsningen ikke må sende",
	 "is a system role, which the login service may not send"},
	{"wrong-system", "peger på et andet systems rolle", "points at another system's role"},
	{"value-missing", "mangler en værdi", "lacks a value"},
};

static const char *
say(const struct visit *v, const char *danish, const char *english)
{
	return v->is_english ? english : danish;
}

static void
row(struct visit *v, const char *danish, const char *english, struct str value)
{
	if (str_is_empty(value))
		return;
	page_raw(v, "<tr><th scope=\"row\">");
	page_text(v, str_from(say(v, danish, english)));
	page_raw(v, "</th><td>");
	page_text(v, value);
	page_raw(v, "</td></tr>\n");
}

static struct str
value_of(const struct assertion *t, struct str name, struct str other)
{
	struct str value;
	struct err ignored = ERR_INIT;

	return attribute_either(t, name, other, &value, &ignored) ? value : STR_NONE;
}

static void
show_person(struct visit *v, const struct response_facts *f)
{
	const struct assertion *t = f->assertion;
	struct nameid_parts parts = {.cn = STR_NONE};
	struct err ignored = ERR_INIT;

	page_raw(v, "<table>");
	if (nameid_parse(f->name.value, &parts, &ignored)) {
		row(v, "Navn", "Name", parts.cn);
		row(v, "Bruger-id", "User id", parts.serial);
	} else {
		row(v, "Bruger-id", "User id", f->name.value);
	}
	row(v, "Myndighed (CVR)", "Authority (CVR)", value_of(t, ATTR3_CVR, ATTR_CVR));
	row(v, "Myndighed", "Authority", value_of(t, ATTR3_ORG, ATTR_ORG));
	row(v, "E-mail", "E-mail", value_of(t, ATTR3_MAIL, ATTR_MAIL));
	row(v, "Sikringsniveau", "Level of assurance", value_of(t, ATTR3_LOA, ATTR_ASSURANCE));
	page_raw(v, "</table>\n");
}

/* The bridge's record of this login; NULL: it is gone. */
static json_t *
load_record(struct visit *v, struct str session_index)
{
	AUTO(store_read_endp) struct reading *r = NULL;
	struct str json;
	struct err e = ERR_INIT;

	if (!store_read(v->app->store, &r, &e) ||
	    !store_state_get(r, BUCKET_SYS_LOGIN, session_index, v->c->now, v->c->a, &json,
			     &e) ||
	    !str_is_set(json))
		return NULL;
	return json_loadb(json.ptr, json.len, 0, NULL);
}

static struct str
text(const json_t *o, const char *key)
{
	const json_t *value = json_object_get(o, key);

	return value ? str_of(json_string_value(value), json_string_length(value)) : STR_NONE;
}

/* Is this line of the record the reason for that group? */
static bool
is_reason(const json_t *line, const struct privilege *p)
{
	const json_t *values = json_object_get(line, "limits");

	if (!str_eq(text(line, "verdict"), STR("given")) ||
	    !str_eq(text(line, "bsr"), p->roles[0]) ||
	    !str_eq(text(line, "scope"), p->scope_cvr) ||
	    json_array_size(values) != p->constraint_count)
		return false;
	for (size_t i = 0; i < p->constraint_count; i++) {
		const json_t *value = json_array_get(values, i);

		if (!str_eq(text(value, "type"), p->constraints[i].name) ||
		    !str_eq(text(value, "value"), p->constraints[i].value))
			return false;
	}
	return true;
}

static void
show_jfr(struct visit *v, struct str id)
{
	const struct trust_jfr *jfr = trust_jfr(peers_known(v->peers), id);

	if (jfr && !str_is_empty(jfr->navn)) {
		page_text(v, jfr->navn);
		page_raw(v, "<br>");
	}
	page_raw(v, "<code>");
	page_text(v, id);
	page_raw(v, "</code><br>");
}

static void
show_reason(struct visit *v, const json_t *record, const struct privilege *p)
{
	const json_t *roles = json_object_get(record, "roles");
	bool found = false;

	for (size_t i = 0; i < json_array_size(roles); i++) {
		const json_t *line = json_array_get(roles, i);

		if (!is_reason(line, p))
			continue;
		show_jfr(v, text(line, "jfr"));
		found = true;
	}
	if (!found)
		page_text(v, str_from(say(v, "Begrundelsen er ikke gemt længere.",
					  "The reason is no longer stored.")));
}

static void
show_group(struct visit *v, const json_t *record, const struct privilege *p)
{
	page_raw(v, "<tr><td><code>");
	page_text(v, p->roles[0]);
	page_raw(v, "</code></td><td>");
	page_text(v, p->scope_cvr);
	page_raw(v, "</td><td>");
	for (size_t i = 0; i < p->constraint_count; i++) {
		page_raw(v, "<code>");
		page_text(v, p->constraints[i].name);
		page_raw(v, "</code>: ");
		page_text(v, p->constraints[i].value);
		page_raw(v, "<br>");
	}
	page_raw(v, "</td><td>");
	show_reason(v, record, p);
	page_raw(v, "</td></tr>\n");
}

static void
show_roles(struct visit *v, const struct assertion *t, const json_t *record)
{
	struct str base64 = value_of(t, ATTR3_PRIVILEGES, ATTR_PRIVILEGES);
	struct privilege_list list = {.count = 0};
	struct err e = ERR_INIT;

	page_raw(v, "<h2>");
	page_text(v, str_from(say(v, "Roller i dette system", "Roles in this system")));
	page_raw(v, "</h2>\n");
	if (str_is_set(base64) && !privilege_read(base64, &limits, v->c->a, &list, &e))
		list.count = 0;
	if (list.count == 0) {
		page_raw(v, "<p>");
		page_text(v, str_from(say(v, "Ingen.", "None.")));
		page_raw(v, "</p>");
		return;
	}
	page_raw(v, "<table><tr><th>");
	page_text(v, str_from(say(v, "Brugersystemrolle", "Role")));
	page_raw(v, "</th><th>");
	page_text(v, str_from(say(v, "For (CVR)", "For (CVR)")));
	page_raw(v, "</th><th>");
	page_text(v, str_from(say(v, "Dataafgrænsning", "Limits")));
	page_raw(v, "</th><th>");
	page_text(v, str_from(say(v, "Hvorfor: jobfunktionsrolle", "Why: job function role")));
	page_raw(v, "</th></tr>\n");
	for (size_t i = 0; i < list.count; i++)
		if (list.groups[i].role_count > 0)
			show_group(v, record, &list.groups[i]);
	page_raw(v, "</table>\n");
}

static void
show_dropped(struct visit *v, const json_t *record)
{
	const json_t *roles = json_object_get(record, "roles");
	bool has_any = false;

	for (size_t i = 0; i < json_array_size(roles); i++) {
		const json_t *line = json_array_get(roles, i);

		for (size_t k = 0; k < ARRAY_LEN(reasons); k++) {
			if (!str_eq_c(text(line, "verdict"), reasons[k].verdict))
				continue;
			if (!has_any) {
				page_raw(v, "<h2>");
				page_text(v, str_from(say(v, "Uden virkning her",
							  "Without effect here")));
				page_raw(v, "</h2><ul>\n");
			}
			has_any = true;
			page_raw(v, "<li>");
			show_jfr(v, text(line, "jfr"));
			page_text(v, str_from(say(v, reasons[k].danish, reasons[k].english)));
			page_raw(v, "</li>\n");
		}
	}
	if (has_any)
		page_raw(v, "</ul>");
}

void
hvem_show(struct visit *v, const struct response_facts *f)
{
	json_t *record = load_record(v, f->assertion->session_index);

	page_begin(v, 200, say(v, "Hvem er jeg?", "Who am I?"), STR("'none'"));
	show_person(v, f);
	show_roles(v, f->assertion, record);
	show_dropped(v, record);
	page_raw(v, "<p><a href=\"/hvem/login?force=1\">");
	page_text(v, str_from(say(v, "Log ind igen", "Log in again")));
	page_raw(v, "</a></p>");
	page_end(v);
	json_decref(record);
}
