/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reads SAML 2.0 assertions for both doors. Refuses what the schema does not know, what occurs
 * twice, comments anywhere, and a condition whose meaning is not known here. Never interprets
 * xsi:type. Judges nothing: see the doors.
 * Standard: SAML 2.0 core, 2.3 to 2.7.
 */
#include "saml/assertion.h"

#include "base/encoding.h"
#include "base/limits.h"
#include "xml/names.h"

#define MALFORMED(e, ...) FAIL((e), ASSERTION_MALFORMED, __VA_ARGS__)

/*
 * [xml-names 3] an NCName of ASCII, as every known issuer writes, whose first character may
 * also be a digit: an IdP in the field makes bare UUIDs of its identifiers.
 */
static bool
is_id(struct str s)
{
	if (s.len == 0 || s.len > LIMIT_URI_CHARS)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];
		bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
		bool is_digit = c >= '0' && c <= '9';
		bool is_other = c == '-' || c == '.';

		if (!is_letter && !is_digit && (i == 0 || !is_other))
			return false;
	}
	return true;
}

static bool
is_saml(const struct xml_node *n, const char *local)
{
	return xml_is(n, NS_SAML, local);
}

/* The text of an element that may hold nothing but text. */
static bool
read_text(const struct xml_node *n, struct arena *a, struct str *out, struct err *e)
{
	if (xml_first(n))
		return MALFORMED(e, "element in " STR_FMT, STR_ARG(xml_local(n)));
	*out = xml_text_trim(n, a);
	return true;
}

static bool
read_time(const struct xml_node *n, const char *name, struct arena *a, bool *has, instant *out,
	  struct err *e)
{
	struct str text = xml_attr(n, STR_NONE, name, a);
	struct err why = ERR_INIT;

	*has = str_is_set(text);
	if (*has && !time_parse(str_trim(text), ZONE_REQUIRED, out, &why))
		return MALFORMED(e, "%s unreadable", name);
	return true;
}

static bool
read_certificate(const struct xml_node *key_info, struct arena *a,
		 struct assertion_confirmation *out, struct err *e)
{
	const struct xml_node *data, *cert;
	struct err why = ERR_INIT;

	for (data = xml_child(key_info, NS_DS, "X509Data"); data; data = xml_same(data)) {
		for (cert = xml_child(data, NS_DS, "X509Certificate"); cert;
		     cert = xml_same(cert)) {
			if (out->certificate_count++ > 0)
				continue;
			if (!base64_decode(xml_text(cert, a), BASE64_XML, a, &out->certificate,
					   &why))
				return MALFORMED(e, "certificate of the holder unreadable");
		}
	}
	return true;
}

static bool
read_confirmation_data(const struct xml_node *n, struct arena *a,
		       struct assertion_confirmation *out, struct err *e)
{
	const struct xml_node *c;

	out->has_data = true;
	out->recipient = xml_attr(n, STR_NONE, "Recipient", a);
	out->in_response_to = xml_attr(n, STR_NONE, "InResponseTo", a);
	out->address = xml_attr(n, STR_NONE, "Address", a);
	if (!read_time(n, "NotBefore", a, &out->has_not_before, &out->not_before, e) ||
	    !read_time(n, "NotOnOrAfter", a, &out->has_not_on_or_after, &out->not_on_or_after,
		       e))
		return false;
	for (c = xml_child(n, NS_DS, "KeyInfo"); c; c = xml_same(c))
		if (!read_certificate(c, a, out, e))
			return false;
	return true;
}

static bool
read_confirmation(const struct xml_node *n, struct arena *a, struct assertion *t,
		  struct assertion_confirmation *out, struct err *e)
{
	const struct xml_node *c;

	out->method = xml_attr(n, STR_NONE, "Method", a);
	if (str_is_empty(out->method))
		return MALFORMED(e, "confirmation without method");
	for (c = xml_first(n); c; c = xml_next(c)) {
		if (is_saml(c, "EncryptedID")) {
			t->has_encrypted = true;
		} else if (is_saml(c, "SubjectConfirmationData")) {
			if (out->has_data)
				return MALFORMED(e, "confirmation data twice");
			if (!read_confirmation_data(c, a, out, e))
				return false;
		} else if (!is_saml(c, "NameID")) {
			return MALFORMED(e, "unknown part of a confirmation");
		} else {
			out->has_name = true;
		}
	}
	return true;
}

static bool
read_name_id(struct xml_node *n, struct arena *a, struct assertion *t, struct err *e)
{
	if (t->name_id)
		return MALFORMED(e, "NameID twice");
	t->name_id = n;
	t->name_id_format = xml_attr(n, STR_NONE, "Format", a);
	return read_text(n, a, &t->name_id_value, e);
}

static bool
read_subject(const struct xml_node *n, struct arena *a, struct assertion *t, struct err *e)
{
	unsigned count = xml_count(n, NS_SAML, "SubjectConfirmation");
	struct assertion_confirmation *list =
		ARENA_NEW_N(a, count + 1, struct assertion_confirmation);
	struct xml_node *c;

	t->confirmations = list;
	for (c = xml_first(n); c; c = xml_next(c)) {
		if (is_saml(c, "SubjectConfirmation")) {
			if (!read_confirmation(c, a, t, &list[t->confirmation_count++], e))
				return false;
		} else if (is_saml(c, "EncryptedID")) {
			t->has_encrypted = true;
		} else if (!is_saml(c, "NameID")) {
			return MALFORMED(e, "unknown part of the subject");
		} else if (!read_name_id(c, a, t, e)) {
			return false;
		}
	}
	return true;
}

static bool
read_restriction(const struct xml_node *n, struct arena *a, struct assertion_audience *out,
		 struct err *e)
{
	struct str *list = ARENA_NEW_N(a, xml_count_all(n) + 1, struct str);
	const struct xml_node *c;

	out->audiences = list;
	for (c = xml_first(n); c; c = xml_next(c)) {
		if (!is_saml(c, "Audience"))
			return MALFORMED(e, "unknown part of an audience restriction");
		if (!read_text(c, a, &list[out->count++], e))
			return false;
	}
	return true;
}

static bool
read_proxy(const struct xml_node *n, struct arena *a, struct assertion *t, struct err *e)
{
	struct str text = xml_attr(n, STR_NONE, "Count", a);
	int64_t count;

	if (!str_is_set(text))
		return true;
	if (!str_to_i64(text, 0, 1000, &count))
		return MALFORMED(e, "proxy count unreadable");
	t->proxy_count = (int)count;
	return true;
}

/* [saml-core 2.5.1] a condition that is not understood makes the assertion indeterminate */
static bool
read_conditions(const struct xml_node *n, struct arena *a, struct assertion *t, struct err *e)
{
	struct assertion_audience *list =
		ARENA_NEW_N(a, xml_count_all(n) + 1, struct assertion_audience);
	const struct xml_node *c;

	t->has_conditions = true;
	t->restrictions = list;
	if (!read_time(n, "NotBefore", a, &t->has_not_before, &t->not_before, e) ||
	    !read_time(n, "NotOnOrAfter", a, &t->has_not_on_or_after, &t->not_on_or_after, e))
		return false;
	for (c = xml_first(n); c; c = xml_next(c)) {
		if (is_saml(c, "AudienceRestriction")) {
			if (!read_restriction(c, a, &list[t->restriction_count++], e))
				return false;
		} else if (is_saml(c, "OneTimeUse")) {
			t->has_one_time_use = true;
		} else if (!is_saml(c, "ProxyRestriction")) {
			return MALFORMED(e, "unknown condition");
		} else if (!read_proxy(c, a, t, e)) {
			return false;
		}
	}
	return true;
}

static bool
read_authn(const struct xml_node *n, struct arena *a, struct assertion *t, struct err *e)
{
	const struct xml_node *context = xml_child(n, NS_SAML, "AuthnContext");
	const struct xml_node *ref;
	bool has_instant;

	if (t->authn_count++ > 0)
		return true;
	if (!read_time(n, "AuthnInstant", a, &has_instant, &t->authn_instant, e) ||
	    !read_time(n, "SessionNotOnOrAfter", a, &t->has_session_end, &t->session_end, e))
		return false;
	if (!has_instant)
		return MALFORMED(e, "AuthnStatement without AuthnInstant");
	t->session_index = xml_attr(n, STR_NONE, "SessionIndex", a);
	ref = context ? xml_child(context, NS_SAML, "AuthnContextClassRef") : NULL;
	return !ref || read_text(ref, a, &t->class_ref, e);
}

static bool
read_attribute(const struct xml_node *n, struct arena *a, struct assertion_attribute *out,
	       struct err *e)
{
	struct str *list = ARENA_NEW_N(a, xml_count_all(n) + 1, struct str);
	const struct xml_node *c;

	out->values = list;
	out->name = xml_attr(n, STR_NONE, "Name", a);
	out->name_format = xml_attr(n, STR_NONE, "NameFormat", a);
	if (str_is_empty(out->name))
		return MALFORMED(e, "attribute without name");
	for (c = xml_first(n); c; c = xml_next(c)) {
		if (!is_saml(c, "AttributeValue"))
			return MALFORMED(e, "unknown part of an attribute");
		list[out->value_count++] = xml_text_trim(c, a);
	}
	return true;
}

/* Attributes of all AttributeStatements, in document order. */
static bool
read_attributes(const struct xml_node *n, struct arena *a, struct assertion *t, struct err *e)
{
	struct assertion_attribute *list;
	const struct xml_node *s, *c;
	size_t room = 1;

	for (s = xml_child(n, NS_SAML, "AttributeStatement"); s; s = xml_same(s))
		room += xml_count_all(s);
	list = ARENA_NEW_N(a, room, struct assertion_attribute);
	t->attributes = list;
	for (s = xml_child(n, NS_SAML, "AttributeStatement"); s; s = xml_same(s)) {
		t->statement_count++;
		for (c = xml_first(s); c; c = xml_next(c)) {
			if (is_saml(c, "EncryptedAttribute"))
				t->has_encrypted = true;
			else if (!is_saml(c, "Attribute"))
				return MALFORMED(e, "unknown part of a statement");
			else if (!read_attribute(c, a, &list[t->attribute_count++], e))
				return false;
		}
	}
	return true;
}

static bool
read_head(const struct xml_node *n, struct arena *a, struct assertion *t, struct err *e)
{
	bool has_instant;

	if (!is_saml(n, "Assertion"))
		return MALFORMED(e, "not an assertion");
	if (!str_eq_c(xml_attr(n, STR_NONE, "Version", a), "2.0"))
		return MALFORMED(e, "version is not 2.0");
	t->id = xml_attr(n, STR_NONE, "ID", a);
	if (!is_id(t->id))
		return MALFORMED(e, "ID absent or no NCName");
	if (!read_time(n, "IssueInstant", a, &has_instant, &t->issue_instant, e))
		return false;
	if (!has_instant)
		return MALFORMED(e, "no IssueInstant");
	if (xml_has_comment(n) || xml_has_text(n))
		return MALFORMED(e, "comment or text in it");
	return true;
}

/* Once each, in any order: what an assertion may hold besides statements. */
static bool
count_part(unsigned *count, const char *name, struct err *e)
{
	if ((*count)++ > 0)
		return MALFORMED(e, "%s twice", name);
	return true;
}

static bool
read_part(struct xml_node *c, struct arena *a, struct assertion *t, unsigned counts[5],
	  struct err *e)
{
	if (is_saml(c, "Issuer")) {
		t->issuer_format = xml_attr(c, STR_NONE, "Format", a);
		return count_part(&counts[0], "Issuer", e) && read_text(c, a, &t->issuer, e);
	}
	if (xml_is(c, NS_DS, "Signature")) {
		t->signature = c;
		return count_part(&counts[1], "Signature", e);
	}
	if (is_saml(c, "Subject"))
		return count_part(&counts[2], "Subject", e) && read_subject(c, a, t, e);
	if (is_saml(c, "Conditions"))
		return count_part(&counts[3], "Conditions", e) && read_conditions(c, a, t, e);
	if (is_saml(c, "Advice"))
		return count_part(&counts[4], "Advice", e);
	if (is_saml(c, "AuthnStatement"))
		return read_authn(c, a, t, e);
	if (is_saml(c, "AttributeStatement"))
		return true;
	return MALFORMED(e, "unknown part " STR_FMT, STR_ARG(xml_local(c)));
}

bool
assertion_read(const struct xml_node *n, struct arena *a, struct assertion **out, struct err *e)
{
	struct assertion *t = ARENA_NEW(a, struct assertion);
	unsigned counts[5] = {0};
	struct xml_node *c;

	t->node = n;
	t->proxy_count = -1;
	if (!read_head(n, a, t, e))
		return false;
	for (c = xml_first(n); c; c = xml_next(c))
		if (!read_part(c, a, t, counts, e))
			return false;
	if (str_is_empty(t->issuer))
		return MALFORMED(e, "no issuer");
	if (!read_attributes(n, a, t, e))
		return false;
	*out = t;
	return true;
}

const struct assertion_attribute *
assertion_attribute(const struct assertion *t, struct str name, size_t *count)
{
	const struct assertion_attribute *found = NULL;

	*count = 0;
	for (size_t i = 0; i < t->attribute_count; i++) {
		if (!str_eq(t->attributes[i].name, name))
			continue;
		if ((*count)++ == 0)
			found = &t->attributes[i];
	}
	return found;
}

static bool
names_one(const struct assertion_audience *r, const struct str *ids, size_t count)
{
	for (size_t i = 0; i < r->count; i++)
		for (size_t j = 0; j < count; j++)
			if (str_eq(r->audiences[i], ids[j]))
				return true;
	return false;
}

/* [saml-core 2.5.1.4] each restriction must hold; absent is not valid */
bool
assertion_is_for(const struct assertion *t, const struct str *ids, size_t count)
{
	for (size_t i = 0; i < t->restriction_count; i++)
		if (!names_one(&t->restrictions[i], ids, count))
			return false;
	return t->restriction_count > 0;
}
