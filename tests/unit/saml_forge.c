/* SPDX-License-Identifier: GPL-3.0-or-later */
/* See saml_forge.h. */
#include "tests/unit/saml_forge.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "tests/unit/mutate.h"

/* --- signature wrapping: cutting and pasting signed texts --- */

#define SIG_OPEN "<Signature xmlns=\"http://www.w3.org/2000/09/xmldsig#\">"
#define SIG_CLOSE "</Signature>"

static struct str
cut(struct saml_world *w, struct str text, const char *from, const char *to)
{
	return arena_printf(w->a, "%s" STR_FMT "%s", from, STR_ARG(between(text, from, to)),
			    to);
}

static struct str
put(struct saml_world *w, struct str text, const char *before, struct str what)
{
	return swap_text(w, text, before,
			 arena_printf(w->a, STR_FMT "%s", STR_ARG(what), before).ptr);
}

static struct str
without(struct saml_world *w, struct str text, struct str what)
{
	return swap_text(w, text, arena_dup(w->a, what).ptr, "");
}

struct str
forge_assertion(struct saml_world *w, struct str xml)
{
	return cut(w, xml, "<saml:Assertion ", "</saml:Assertion>");
}

/* Another person, under another ID. */
static struct str
forged(struct saml_world *w, struct str assertion)
{
	struct str x = swap_text(w, assertion, " ID=\"_", " ID=\"_evil");

	return swap_text(w, x, "CN=Agnete Opdigtet", "CN=Ondsindet");
}

static struct str
forged_response(struct saml_world *w, struct str xml)
{
	struct str inner = forge_assertion(w, xml);

	xml = swap_text(w, xml, arena_dup(w->a, inner).ptr,
			arena_dup(w->a, forged(w, inner)).ptr);
	return swap_text(w, xml, " ID=\"_", " ID=\"_outer");
}

struct str
forge_xsw1(struct saml_world *w, struct str xml)
{
	struct str sig = cut(w, xml, SIG_OPEN, SIG_CLOSE);
	struct str original = without(w, xml, sig);

	return put(w, forged_response(w, xml), SIG_CLOSE, original);
}

struct str
forge_xsw2(struct saml_world *w, struct str xml)
{
	struct str sig = cut(w, xml, SIG_OPEN, SIG_CLOSE);

	return put(w, forged_response(w, xml), SIG_OPEN, without(w, xml, sig));
}

struct str
forge_xsw3(struct saml_world *w, struct str xml)
{
	struct str inner = forge_assertion(w, xml);
	struct str evil = forged(w, without(w, inner, cut(w, inner, SIG_OPEN, SIG_CLOSE)));

	return put(w, xml, "<saml:Assertion ", evil);
}

struct str
forge_xsw4(struct saml_world *w, struct str xml)
{
	struct str inner = forge_assertion(w, xml);
	struct str evil = forged(w, without(w, inner, cut(w, inner, SIG_OPEN, SIG_CLOSE)));

	evil = put(w, evil, "</saml:Assertion>", inner);
	return put(w, without(w, xml, inner), "</samlp:Response>", evil);
}

struct str
forge_xsw5(struct saml_world *w, struct str xml)
{
	struct str inner = forge_assertion(w, xml);
	struct str sig = cut(w, inner, SIG_OPEN, SIG_CLOSE);

	xml = put(w, without(w, xml, inner), "</samlp:Response>", forged(w, inner));
	return put(w, xml, "</samlp:Response>", without(w, inner, sig));
}

struct str
forge_xsw6(struct saml_world *w, struct str xml)
{
	struct str inner = forge_assertion(w, xml);
	struct str original = without(w, inner, cut(w, inner, SIG_OPEN, SIG_CLOSE));

	return put(w, without(w, xml, inner), "</samlp:Response>",
		   put(w, forged(w, inner), SIG_CLOSE, original));
}

struct str
forge_xsw7(struct saml_world *w, struct str xml)
{
	struct str inner = forge_assertion(w, xml);
	struct str evil = swap_text(w, inner, "CN=Agnete", "CN=Ondsindet");

	evil = arena_printf(w->a, "<samlp:Extensions>" STR_FMT "</samlp:Extensions>",
			    STR_ARG(evil));
	return put(w, xml, "<samlp:Status>", evil);
}

struct str
forge_xsw8(struct saml_world *w, struct str xml)
{
	struct str inner = forge_assertion(w, xml);
	struct str original = without(w, inner, cut(w, inner, SIG_OPEN, SIG_CLOSE));

	original = arena_printf(w->a, "<Object>" STR_FMT "</Object>", STR_ARG(original));
	return put(w, without(w, xml, inner), "</samlp:Response>",
		   put(w, forged(w, inner), SIG_CLOSE, original));
}

struct str
forge_twice(struct saml_world *w, struct str assertion)
{
	return arena_printf(w->a, STR_FMT STR_FMT, STR_ARG(assertion),
			    STR_ARG(forged(w, assertion)));
}

struct str
forge_nothing(struct saml_world *w, struct str assertion)
{
	(void)w;
	(void)assertion;
	return STR("");
}

struct str
forge_two_references(struct saml_world *w, struct str xml)
{
	struct str ref = cut(w, xml, "<Reference ", "</Reference>");

	return put(w, xml, "</SignedInfo>", ref);
}

struct str
forge_no_method(struct saml_world *w, struct str xml)
{
	return without(w, xml, cut(w, xml, "<SignatureMethod ", "</SignatureMethod>"));
}

struct str
forge_tampered(struct saml_world *w, struct str xml)
{
	char *p = arena_dup_c(w->a, xml);
	size_t at;

	/* in the middle of the encrypted text */
	assert_true(str_find(xml, STR("</xenc:EncryptedKey>"), &at));
	at += 400;
	p[at] = p[at] == 'A' ? 'B' : 'A';
	return str_of(p, xml.len);
}

struct str
forge_deep(struct saml_world *w, struct str xml)
{
	char *p = arena_alloc(w->a, 10000 * 7 + 1);

	for (int i = 0; i < 10000; i++) {
		memcpy(p + i * 3, "<a>", 3);
		memcpy(p + 30000 + i * 4, "</a>", 4);
	}
	return put(w, xml, "<samlp:Status>",
		   arena_printf(w->a, "<samlp:Extensions>%s</samlp:Extensions>", p));
}

struct str
forge_wide(struct saml_world *w, struct str xml)
{
	struct buf b = BUF_INIT(4 << 20);
	struct str out;

	buf_add_c(&b, "<samlp:Extensions><a");
	for (int i = 0; i < 50000; i++)
		buf_printf(&b, " a%d=\"\"", i);
	buf_add_c(&b, "></a></samlp:Extensions>");
	out = put(w, xml, "<samlp:Status>", arena_dup(w->a, buf_str(&b)));
	buf_release(&b);
	return out;
}

struct str
forge_large(struct saml_world *w, struct str xml)
{
	return arena_printf(w->a, STR_FMT "%*s", STR_ARG(xml), 900 * 1024, "");
}

struct str
forge_utf16(struct saml_world *w, struct str xml)
{
	char *p = arena_alloc(w->a, xml.len * 2 + 2);

	memcpy(p, "\xff\xfe", 2);
	for (size_t i = 0; i < xml.len; i++)
		p[2 + 2 * i] = xml.ptr[i];
	return str_of(p, xml.len * 2 + 2);
}

struct str
forge_nul(struct saml_world *w, struct str xml)
{
	char *p = arena_dup_c(w->a, xml);

	p[xml.len - 30] = 0;
	return str_of(p, xml.len);
}
