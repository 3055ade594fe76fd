/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Takes a SOAP envelope apart. Refuses what is not exactly an Envelope of Header and Body, in
 * this order, with one element in Body; comments in the Header; and mandatory blocks that
 * nobody here understands. Elements are found at their absolute place only.
 * Standard: SOAP 1.1 4; SOAP 1.2 part 1, 2.4 and 5.
 */
#include "soap/envelope.h"

#include "base/limits.h"
#include "soap/internal.h"
#include "xml/names.h"

static bool
is_understood(const struct xml_node *block)
{
	return xml_is(block, NS_WSSE, "Security") || xml_is(block, NS_SBF, "Framework") ||
	       xml_is(block, NS_SBF_OLD, "Framework") || xml_is(block, NS_RH, "RequestHeader");
}

bool
envelope_is_for_us(const struct xml_node *block, enum soap_version version, struct arena *a)
{
	struct str role;

	if (version == SOAP_11) {
		role = xml_attr(block, NS_SOAP11, "actor", a);
		return str_is_empty(role) || str_eq(role, SOAP11_ACTOR_NEXT);
	}
	role = xml_attr(block, NS_SOAP12, "role", a);
	return str_is_empty(role) || str_eq(role, SOAP12_ROLE_NEXT) ||
	       str_eq(role, SOAP12_ROLE_ULTIMATE);
}

/* [soap12-part1 5.2.3] mustUnderstand is a boolean; what is none makes it malformed. */
static bool
read_must_understand(const struct envelope *env, const struct xml_node *block, struct arena *a,
		     bool *out, struct err *e)
{
	struct str must = xml_attr(block, env->ns, "mustUnderstand", a);

	*out = false;
	if (!str_is_set(must))
		return true;
	must = str_trim(must);
	*out = str_eq_c(must, "1") || str_eq_c(must, "true");
	if (!*out && !str_eq_c(must, "0") && !str_eq_c(must, "false"))
		return FAIL(e, SOAP_STRUCTURE, "mustUnderstand is no boolean");
	return true;
}

static void
gather_request_header(struct envelope *env, const struct xml_node *block, struct arena *a)
{
	const struct xml_node *uuid = xml_child(block, NS_RH, "TransactionUUID");
	struct str text;

	if (!uuid || str_is_set(env->transaction))
		return;
	text = xml_text_trim(uuid, a);
	if (text.len > 0 && text.len <= LIMIT_TRANSACTION_BYTES)
		env->transaction = text;
}

/* Sorts one header block in. *understood: we know what it means. */
static void
gather_block(struct envelope *env, struct xml_node *block, struct arena *a, bool *understood)
{
	*understood = is_understood(block);
	if (str_eq(xml_ns(block), NS_WSA)) {
		*understood = addressing_gather(env, block, a);
	} else if (xml_is(block, NS_WSSE, "Security")) {
		if (!envelope_is_for_us(block, env->version, a))
			return;
		if (env->security_count++ == 0)
			env->security = block;
	} else if (*understood && xml_is_local(block, "Framework")) {
		if (env->framework)
			return;
		env->framework = block;
		env->framework_version = xml_attr(block, STR_NONE, "version", a);
	} else if (*understood) {
		gather_request_header(env, block, a);
	}
}

/*
 * All blocks are gathered before the first refusal, so that a fault can name the message it
 * answers.
 */
static bool
read_header(struct envelope *env, struct arena *a, struct err *e)
{
	struct xml_node *block;
	unsigned count = 0;
	bool ok = true;

	for (block = xml_first(env->header); block; block = xml_next(block)) {
		bool understood = false, must = false;

		if (++count > LIMIT_SOAP_HEADERS)
			return FAIL(e, XML_LIMIT, "more than %d header blocks",
				    LIMIT_SOAP_HEADERS);
		gather_block(env, block, a, &understood);
		if (!read_must_understand(env, block, a, &must, e))
			ok = false;
		else if (must && !understood && envelope_is_for_us(block, env->version, a))
			ok = FAIL(e, SOAP_MUST_UNDERSTAND, "header " STR_FMT,
				  STR_ARG(xml_local(block)));
	}
	return ok;
}

/* What stands where the Header does, whatever its namespace: this goes before the version. */
static bool
has_commented_header(const struct xml_node *root)
{
	const struct xml_node *first = xml_first(root);

	return first && xml_is_local(first, "Header") && xml_has_comment(first);
}

static bool
read_version(struct envelope *env, struct err *e)
{
	const struct xml_node *root = env->root;

	/* [soap12-part1 5.4.7] any root but a known Envelope is a version mismatch */
	if (xml_is(root, NS_SOAP12, "Envelope"))
		env->version = SOAP_12;
	else if (xml_is(root, NS_SOAP11, "Envelope"))
		env->version = SOAP_11;
	else
		return FAIL(e, SOAP_VERSION_MISMATCH, "root " STR_FMT,
			    STR_ARG(xml_local(root)));
	env->ns = env->version == SOAP_12 ? NS_SOAP12 : NS_SOAP11;
	return true;
}

static bool
read_parts(struct envelope *env, struct err *e)
{
	struct xml_node *header = xml_first(env->root);
	struct xml_node *body = header ? xml_next(header) : NULL;

	if (header && xml_is(header, env->ns, "Header"))
		env->header = header;
	if (!env->header || !body || !xml_is(body, env->ns, "Body") || xml_next(body))
		return FAIL(e, SOAP_STRUCTURE, "children are not Header, Body");
	env->body = body;
	if (xml_has_text(env->root) || xml_has_text(header) || xml_has_text(body))
		return FAIL(e, SOAP_STRUCTURE, "text between the parts");
	env->body_child = xml_first(body);
	if (!env->body_child || xml_next(env->body_child))
		return FAIL(e, SOAP_STRUCTURE, "Body does not hold one element");
	return true;
}

bool
envelope_read(struct xml_node *root, struct arena *a, struct envelope *out, struct err *e)
{
	bool ok = true;

	*out = (struct envelope){.root = root};
	/* the first error wins; what is read after it is for the fault to name the message */
	if (has_commented_header(root))
		ok = FAIL(e, XML_FORBIDDEN, "comment in Header");
	if (!read_version(out, e))
		return false;
	if (!read_parts(out, e))
		ok = false;
	if (out->header && !read_header(out, a, e))
		ok = false;
	return ok;
}

bool
envelope_fits_type(struct str type)
{
	struct str kind, rest, charset;
	size_t at;

	(void)str_cut(type, ';', &kind, &rest);
	kind = str_trim(kind);
	if (!str_eq_nocase(kind, STR("application/soap+xml")) &&
	    !str_eq_nocase(kind, STR("text/xml")) &&
	    !str_eq_nocase(kind, STR("application/xml")))
		return false;
	if (!str_find(rest, STR("charset="), &at))
		return true;
	charset = str_skip(rest, at + 8);
	(void)str_cut(charset, ';', &charset, &rest);
	charset = str_trim(charset);
	return str_eq_nocase(charset, STR("utf-8")) ||
	       str_eq_nocase(charset, STR("\"utf-8\"")) || str_eq_nocase(charset, STR("utf8"));
}
