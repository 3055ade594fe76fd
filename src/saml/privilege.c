/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * OIO Basic Privilege Profile, in and out. Reads both namespaces and none, base64 and bare XML;
 * refuses a DOCTYPE, comments, a group without Scope, a constraint without Name, and lists past
 * their limits. Groups for anything but a CVR are left out: whom they are for is not known.
 * Standard: OIO Basic Privilege Profile 1.0.1 to 1.2.
 */
#include "saml/privilege.h"

#include "base/encoding.h"
#include "base/limits.h"
#include "xml/names.h"
#include "xml/parse.h"

#define MALFORMED(e, ...) FAIL((e), PRIVILEGES_MALFORMED, __VA_ARGS__)

static bool
is_bpp(const struct xml_node *n, const char *local)
{
	return xml_is(n, STR_NONE, local) || xml_is(n, NS_BPP_ITST, local) ||
	       xml_is(n, NS_BPP_DIGST, local);
}

static unsigned
count_bpp(const struct xml_node *n, const char *local)
{
	unsigned count = 0;

	for (n = xml_first(n); n; n = xml_next(n))
		count += is_bpp(n, local);
	return count;
}

/* The document is freed before the list is used: all text is copied. */
static struct str
own_text(const struct xml_node *n, struct arena *a)
{
	return arena_dup(a, xml_text_trim(n, a));
}

static bool
read_role(const struct xml_node *n, struct arena *a, struct str *out, struct err *e)
{
	*out = own_text(n, a);
	if (xml_first(n) || out->len == 0 || out->len > LIMIT_URI_CHARS)
		return MALFORMED(e, "a privilege is no URI");
	return true;
}

static bool
read_constraint(const struct xml_node *n, struct arena *a, struct constraint *out,
		struct err *e)
{
	out->name = arena_dup(a, str_trim(xml_attr(n, STR_NONE, "Name", a)));
	if (out->name.len == 0 || out->name.len > LIMIT_URI_CHARS)
		return MALFORMED(e, "constraint without name");
	if (xml_first(n))
		return MALFORMED(e, "element in a constraint");
	out->value = own_text(n, a);
	return true;
}

static bool
read_group(const struct xml_node *n, const struct privilege_limits *limits, struct arena *a,
	   struct privilege *out, struct err *e)
{
	unsigned roles = count_bpp(n, "Privilege"), constraints = count_bpp(n, "Constraint");
	struct str *role = ARENA_NEW_N(a, roles + 1, struct str);
	struct constraint *constraint = ARENA_NEW_N(a, constraints + 1, struct constraint);
	const struct xml_node *c;

	if (constraints > limits->constraints)
		return MALFORMED(e, "%u constraints in one group", constraints);
	out->roles = role;
	out->constraints = constraint;
	for (c = xml_first(n); c; c = xml_next(c)) {
		if (is_bpp(c, "Privilege") && !read_role(c, a, &role[out->role_count++], e))
			return false;
		if (is_bpp(c, "Constraint") &&
		    !read_constraint(c, a, &constraint[out->constraint_count++], e))
			return false;
	}
	return true;
}

/* The CVR of a scope, or absent. The prefix is matched as its users write it: in any case. */
static struct str
scope_cvr(struct str scope)
{
	struct str prefix = SCOPE_CVR_PREFIX, cvr;

	if (scope.len < prefix.len || !str_eq_nocase(str_of(scope.ptr, prefix.len), prefix))
		return STR_NONE;
	cvr = str_skip(scope, prefix.len);
	return str_is_digits(cvr, 8) ? cvr : STR_NONE;
}

static bool
read_list(const struct xml_node *root, const struct privilege_limits *limits, struct arena *a,
	  struct privilege_list *out, struct err *e)
{
	unsigned groups = count_bpp(root, "PrivilegeGroup");
	struct privilege *list = ARENA_NEW_N(a, groups + 1, struct privilege);
	const struct xml_node *c;

	if (!is_bpp(root, "PrivilegeList"))
		return MALFORMED(e, "not a privilege list");
	if (groups > limits->groups)
		return MALFORMED(e, "%u groups", groups);
	out->groups = list;
	for (c = xml_first(root); c; c = xml_next(c)) {
		struct privilege *p = &list[out->count];
		struct str scope;

		if (!is_bpp(c, "PrivilegeGroup"))
			continue;
		scope = xml_attr(c, STR_NONE, "Scope", a);
		if (!str_is_set(scope))
			return MALFORMED(e, "group without scope");
		*p = (struct privilege){.scope_cvr = arena_dup(a, scope_cvr(str_trim(scope)))};
		if (!read_group(c, limits, a, p, e))
			return false;
		if (str_is_set(p->scope_cvr) && p->role_count > 0)
			out->count++;
		else
			out->ignored++;
	}
	return true;
}

static bool
decode(struct str text, const struct privilege_limits *limits, struct arena *a, struct str *out,
       struct err *e)
{
	struct err why = ERR_INIT;

	text = str_trim(text);
	*out = text;
	if (text.len / 2 > limits->bytes)
		return MALFORMED(e, "%zu bytes", text.len);
	if (!str_has_prefix(text, STR("<")) && !base64_decode(text, BASE64_XML, a, out, &why))
		return MALFORMED(e, "no base64");
	if (out->len > limits->bytes)
		return MALFORMED(e, "%zu bytes decoded", out->len);
	return true;
}

bool
privilege_read(struct str text, const struct privilege_limits *limits, struct arena *a,
	       struct privilege_list *out, struct err *e)
{
	AUTO(xml_doc_freep) struct xml_doc *doc = NULL;
	const struct xml_limits xml = {
		.bytes = limits->bytes,
		.depth = LIMIT_BPP_DEPTH,
		.nodes = LIMIT_BPP_NODES,
	};
	struct err why = ERR_INIT;
	struct str bytes;

	*out = (struct privilege_list){0};
	if (!decode(text, limits, a, &bytes, e))
		return false;
	if (!xml_parse(bytes, &xml, &doc, &why))
		return MALFORMED(e, "%s", why.detail);
	return read_list(xml_root(doc), limits, a, out, e);
}

static void
add_escaped(struct buf *b, struct str s)
{
	for (size_t i = 0; i < s.len; i++) {
		switch (s.ptr[i]) {
		case '&':
			buf_add(b, STR("&amp;"));
			break;
		case '<':
			buf_add(b, STR("&lt;"));
			break;
		case '>':
			buf_add(b, STR("&gt;"));
			break;
		case '"':
			buf_add(b, STR("&quot;"));
			break;
		case '\t':
			buf_add(b, STR("&#x9;"));
			break;
		case '\n':
			buf_add(b, STR("&#xA;"));
			break;
		case '\r':
			buf_add(b, STR("&#xD;"));
			break;
		default:
			buf_add_char(b, s.ptr[i]);
		}
	}
}

static void
write_group(const struct privilege *p, struct buf *b)
{
	buf_add(b, STR("<PrivilegeGroup Scope=\""));
	buf_add(b, SCOPE_CVR_PREFIX);
	add_escaped(b, p->scope_cvr);
	buf_add(b, STR("\">"));
	for (size_t i = 0; i < p->role_count; i++) {
		buf_add(b, STR("<Privilege>"));
		add_escaped(b, p->roles[i]);
		buf_add(b, STR("</Privilege>"));
	}
	for (size_t i = 0; i < p->constraint_count; i++) {
		buf_add(b, STR("<Constraint Name=\""));
		add_escaped(b, p->constraints[i].name);
		buf_add(b, STR("\">"));
		add_escaped(b, p->constraints[i].value);
		buf_add(b, STR("</Constraint>"));
	}
	buf_add(b, STR("</PrivilegeGroup>"));
}

/* The bytes that known readers were written for: a prefix on the root only, xsi unused. */
void
privilege_write(const struct privilege *groups, size_t count, bool digst, struct buf *out)
{
	buf_add(out, STR("<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
			 "<bpp:PrivilegeList xmlns:bpp=\""));
	buf_add(out, digst ? NS_BPP_DIGST : NS_BPP_ITST);
	buf_add(out, STR("\" xmlns:xsi=\""));
	buf_add(out, NS_XSI);
	buf_add(out, STR("\">"));
	for (size_t i = 0; i < count; i++)
		write_group(&groups[i], out);
	buf_add(out, STR("</bpp:PrivilegeList>"));
}
