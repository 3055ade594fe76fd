/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Pages. The policy of each page lets it load our style and script and nothing else, and send
 * its form to one place. Source: context-handler contract 2.5, 9.4 (X73, X79, X83, X85).
 */
#include "gateway/pages.h"

#include "base/encoding.h"
#include "gateway/cookies.h"
#include "gateway/pages_text.h"

static const char *
say(const struct visit *v, enum page_word w)
{
	return v->is_english ? page_words[w].english : page_words[w].danish;
}

void
page_text(struct visit *v, struct str text)
{
	html_add(&v->c->answer, text);
}

void
page_raw(struct visit *v, const char *html)
{
	buf_add_c(&v->c->answer, html);
}

struct str
page_origin(struct str url, struct arena *a)
{
	struct str scheme, rest, host, path;
	size_t at;

	if (!str_find(url, STR("://"), &at))
		return STR("'none'");
	scheme = str_of(url.ptr, at);
	rest = str_skip(url, at + 3);
	str_cut(rest, '/', &host, &path);
	str_cut(host, '?', &host, &path);
	return arena_printf(a, STR_FMT "://" STR_FMT, STR_ARG(scheme), STR_ARG(host));
}

static void
set_headers(struct visit *v, struct str form_action)
{
	struct http_call *c = v->c;

	http_set_header(c, "Cache-Control", STR("no-store"));
	http_set_header(c, "Content-Security-Policy",
			arena_printf(c->a,
				     "default-src 'none'; style-src 'self'; script-src 'self'; "
				     "form-action " STR_FMT
				     "; frame-ancestors 'none'; base-uri 'none'",
				     STR_ARG(form_action)));
	http_set_header(c, "X-Frame-Options", STR("DENY"));
	http_set_header(c, "X-Content-Type-Options", STR("nosniff"));
	http_set_header(c, "Referrer-Policy", STR("no-referrer"));
}

static void
begin_with(struct visit *v, int status, const char *title, struct str form_action,
	   struct str refresh)
{
	struct http_call *c = v->c;

	c->status = status;
	c->answer_type = STR("text/html; charset=utf-8");
	buf_clear(&c->answer);
	set_headers(v, form_action);
	buf_printf(&c->answer,
		   "<!DOCTYPE html>\n<html lang=\"%s\"><head><meta charset=\"utf-8\">"
		   "<meta name=\"viewport\" content=\"width=device-width\">",
		   v->is_english ? "en" : "da");
	if (str_is_set(refresh)) {
		page_raw(v, "<meta http-equiv=\"refresh\" content=\"0; url=");
		page_text(v, refresh);
		page_raw(v, "\">");
	}
	page_raw(v, "<title>");
	page_text(v, str_from(title));
	page_raw(v, "</title><link rel=\"stylesheet\" href=\"/assets/style.css\"></head>"
		    "<body><main><h1>");
	page_text(v, str_from(title));
	page_raw(v, "</h1>\n");
}

void
page_begin(struct visit *v, int status, const char *title, struct str form_action)
{
	begin_with(v, status, title, form_action, STR_NONE);
}

void
page_end(struct visit *v)
{
	page_raw(v, "</main></body></html>\n");
}

static void
hidden(struct visit *v, const char *name, struct str value)
{
	page_raw(v, "<input type=\"hidden\" name=\"");
	page_raw(v, name);
	page_raw(v, "\" value=\"");
	page_text(v, value);
	page_raw(v, "\">");
}

static void
form_fields(struct visit *v, const struct page_form *f)
{
	hidden(v, f->field, f->value);
	if (str_is_set(f->relay_state))
		hidden(v, "RelayState", f->relay_state);
}

void
page_post(struct visit *v, const struct page_form *f)
{
	page_begin(v, 200, say(v, WORD_GOING_ON), page_origin(f->action, v->c->a));
	page_raw(v, "<form id=\"go\" method=\"post\" action=\"");
	page_text(v, f->action);
	page_raw(v, "\">");
	form_fields(v, f);
	page_raw(v, "<noscript><p><button type=\"submit\">");
	page_text(v, str_from(say(v, WORD_GO_ON)));
	page_raw(v, "</button></p></noscript></form>"
		    "<script src=\"/assets/submit.js\"></script>");
	page_end(v);
}

void
page_go(struct visit *v, struct str url)
{
	begin_with(v, 200, say(v, WORD_GOING_ON), STR("'none'"), url);
	page_raw(v, "<p><a href=\"");
	page_text(v, url);
	page_raw(v, "\">");
	page_text(v, str_from(say(v, WORD_GO_ON)));
	page_raw(v, "</a></p>");
	page_end(v);
}

void
page_redirect(struct visit *v, struct str url)
{
	v->c->status = 302;
	v->c->answer_type = STR("text/plain; charset=utf-8");
	buf_clear(&v->c->answer);
	set_headers(v, STR("'none'"));
	http_set_header(v->c, "Location", url);
}

static void
idp_button(struct visit *v, const struct trust_idp *idp)
{
	page_raw(v, idp->is_mobile_ready ? "<li>" : "<li class=\"desk\">");
	page_raw(v, "<button type=\"submit\" name=\"idp\" value=\"");
	page_text(v, idp->entity_id);
	page_raw(v, "\"><b>");
	page_text(v, idp->navn);
	page_raw(v, "</b>");
	if (!str_is_empty(idp->beskrivelse)) {
		page_raw(v, " <span>");
		page_text(v, idp->beskrivelse);
		page_raw(v, "</span>");
	}
	page_raw(v, "</button></li>\n");
}

static void
language_link(struct visit *v, const struct pending *p)
{
	page_raw(v, "<p class=\"lang\"><a href=\"/runtime/saml2/choose.idp?login=");
	page_text(v, p->handle);
	page_raw(v, v->is_english ? "&amp;lang=da\" lang=\"da\">Dansk</a></p>"
				  : "&amp;lang=en\" lang=\"en\">English</a></p>");
}

void
page_choose(struct visit *v, const struct pending *p, const struct discovery_answer *d,
	    struct str origins)
{
	page_begin(v, 200, say(v, WORD_CHOOSE_TITLE),
		   arena_printf(v->c->a, "'self'" STR_FMT, STR_ARG(origins)));
	language_link(v, p);
	page_raw(v, "<p>");
	page_text(v, str_from(say(v, WORD_CHOOSE_TEXT)));
	page_raw(v, "</p><form method=\"post\" action=\"/runtime/saml2/choose.idp\">");
	hidden(v, "login", p->handle);
	hidden(v, "csrf", p->csrf);
	hidden(v, "lang", v->is_english ? STR("en") : STR("da"));
	page_raw(v, "<p class=\"filter\" hidden><label>");
	page_text(v, str_from(say(v, WORD_FILTER)));
	page_raw(v, " <input type=\"search\" id=\"filter\" autocomplete=\"off\"></label></p>"
		    "<ul id=\"idps\">\n");
	for (size_t i = 0; i < d->candidate_count; i++)
		idp_button(v, d->candidates[i]);
	page_raw(v, "</ul><p><label><input type=\"checkbox\" name=\"remember\" value=\"1\"> ");
	page_text(v, str_from(say(v, WORD_REMEMBER)));
	page_raw(v, "</label></p><p><button type=\"submit\" name=\"cancel\" value=\"1\" "
		    "class=\"quiet\">");
	page_text(v, str_from(say(v, WORD_CANCEL)));
	page_raw(v, "</button></p></form><script src=\"/assets/choose.js\"></script>");
	page_end(v);
}

struct str
page_reference(const struct visit *v, enum err_code code)
{
	const struct err_row *row = err_row(code);
	struct str id = v->c->request_id;

	return arena_printf(v->c->a, "%s-" STR_FMT,
			    row->voice == VOICE_PAGE ? row->code : "CH-50",
			    (int)(id.len < 8 ? id.len : 8), id.ptr);
}

void
page_error(struct visit *v, const struct err *e, const struct page_form *back)
{
	const struct err_row *row = err_row(e->code);
	const struct page_trouble *t =
		page_trouble(row->voice == VOICE_PAGE ? row->code : "CH-50");
	int status = row->voice == VOICE_PAGE ? row->http : row->http == 503 ? 503 : 500;

	page_begin(v, status, say(v, WORD_ERROR_TITLE),
		   back ? page_origin(back->action, v->c->a) : STR("'none'"));
	page_raw(v, "<p>");
	page_text(v, str_from(v->is_english ? t->what_english : t->what_danish));
	page_raw(v, "</p><p>");
	page_text(v, str_from(v->is_english ? t->do_english : t->do_danish));
	page_raw(v, "</p>");
	if (back) {
		page_raw(v, "<form method=\"post\" action=\"");
		page_text(v, back->action);
		page_raw(v, "\">");
		form_fields(v, back);
		page_raw(v, "<p><button type=\"submit\">");
		page_text(v, str_from(say(v, WORD_BACK)));
		page_raw(v, "</button></p></form>");
	}
	page_raw(v, "<p class=\"ref\">");
	page_text(v, str_from(say(v, WORD_REFERENCE)));
	page_raw(v, " <code>");
	page_text(v, page_reference(v, e->code));
	page_raw(v, "</code></p>");
	page_end(v);
}
