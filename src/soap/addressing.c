/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Addressing headers: gathers them, and refuses missing, doubled and malformed ones. Never
 * follows an address: answers go back on the connection.
 * Standard: WS-Addressing 1.0 core 3, SOAP binding 6.4.1.
 */
#include "soap/addressing.h"

#include "base/limits.h"
#include "soap/internal.h"
#include "xml/names.h"

/* Characters of UTF-8 text, white space refused; 0 for text with white space in it. */
static size_t
id_chars(struct str s)
{
	size_t count = 0;

	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.ptr[i];

		if (c <= ' ')
			return 0;
		if ((c & 0xc0) != 0x80)
			count++;
	}
	return count;
}

static struct str
read_text(const struct xml_node *n, struct arena *a)
{
	return xml_first(n) ? STR_NONE : xml_text_trim(n, a);
}

static struct str
read_id(const struct xml_node *n, struct arena *a)
{
	struct str text = xml_first(n) ? STR_NONE : xml_text(n, a);
	size_t chars = id_chars(text);

	return chars > 0 && chars <= LIMIT_MESSAGE_ID_CHARS ? text : STR_NONE;
}

static struct str
read_address(const struct xml_node *n, struct arena *a)
{
	const struct xml_node *address = xml_only(n, NS_WSA, "Address");

	return address && !xml_has_text(n) ? read_text(address, a) : STR_NONE;
}

static void
gather(struct soap_block *b, struct xml_node *n, struct str value)
{
	if (b->count++ > 0)
		return;
	b->node = n;
	b->value = value;
}

bool
addressing_gather(struct envelope *env, struct xml_node *n, struct arena *a)
{
	if (xml_is_local(n, "Action"))
		gather(&env->action, n, read_text(n, a));
	else if (xml_is_local(n, "MessageID"))
		gather(&env->message_id, n, read_id(n, a));
	else if (xml_is_local(n, "To"))
		gather(&env->to, n, read_text(n, a));
	else if (xml_is_local(n, "RelatesTo"))
		gather(&env->relates_to, n, read_text(n, a));
	else if (xml_is_local(n, "ReplyTo"))
		gather(&env->reply_to, n, read_address(n, a));
	else if (xml_is_local(n, "From"))
		gather(&env->from, n, read_address(n, a));
	else if (xml_is_local(n, "FaultTo"))
		gather(&env->fault_to, n, read_address(n, a));
	else
		return false;
	return true;
}

static bool
check_block(const struct soap_block *b, const char *name, struct err *e)
{
	if (b->count > 1)
		return FAIL(e, WSA_CARDINALITY, "%u %s", b->count, name);
	if (b->count == 1 && str_is_empty(b->value))
		return FAIL(e, WSA_INVALID, "%s malformed", name);
	return true;
}

bool
addressing_check(const struct envelope *env, struct err *e)
{
	const struct {
		const struct soap_block *block;
		const char *name;
	} blocks[] = {
		{&env->action, "Action"},
		{&env->message_id, "MessageID"},
		{&env->to, "To"},
		{&env->reply_to, "ReplyTo"},
		{&env->from, "From"},
		{&env->fault_to, "FaultTo"},
		{&env->relates_to, "RelatesTo"},
	};

	if (!env->action.node || !env->message_id.node)
		return FAIL(e, WSA_MISSING, "no %s", env->action.node ? "MessageID" : "Action");
	for (size_t i = 0; i < ARRAY_LEN(blocks); i++)
		if (!check_block(blocks[i].block, blocks[i].name, e))
			return false;
	if (env->reply_to.node && !str_eq(env->reply_to.value, WSA_ANONYMOUS))
		return FAIL(e, WSA_ANONYMOUS_ONLY, "ReplyTo");
	if (env->fault_to.node && !str_eq(env->fault_to.value, WSA_ANONYMOUS) &&
	    !str_eq(env->fault_to.value, WSA_NONE))
		return FAIL(e, WSA_ANONYMOUS_ONLY, "FaultTo");
	/* the header itself is optional; what it claims must be what we speak */
	if (env->framework && !str_eq_c(env->framework_version, "2.0"))
		return FAIL(e, FRAMEWORK_VERSION, "framework header");
	return true;
}

bool
addressing_fits(const struct envelope *env, struct str action, bool is_known, struct err *e)
{
	if (str_eq(env->action.value, action))
		return true;
	if (is_known)
		return FAIL(e, WSA_ACTION_MISMATCH, "the action of another operation");
	return FAIL(e, WSA_ACTION_UNSUPPORTED, "unknown action");
}

static bool
is_listed(struct str host, struct str hosts)
{
	struct str one;

	while (str_is_set(hosts)) {
		(void)str_cut(hosts, ',', &one, &hosts);
		if (str_eq_nocase(str_trim(one), host))
			return true;
	}
	return false;
}

/* "https://host:port/path?query": host and path; what is no such URL has neither. */
static void
split_url(struct str url, struct str *host, struct str *path)
{
	struct str rest, port;
	size_t at;

	*host = *path = STR("");
	if (!str_find(url, STR("://"), &at))
		return;
	rest = str_skip(url, at + 3);
	if (!str_find(rest, STR("/"), &at))
		at = rest.len;
	(void)str_cut(str_of(rest.ptr, at), ':', host, &port);
	(void)str_cut(str_skip(rest, at), '?', path, &port);
}

bool
addressing_check_to(const struct envelope *env, struct str path, struct str hosts,
		    struct err *e)
{
	struct str host, to_path;

	if (!str_is_set(hosts) || !env->to.node || str_eq(env->to.value, WSA_ANONYMOUS))
		return true;
	split_url(env->to.value, &host, &to_path);
	if (!is_listed(host, hosts))
		return FAIL(e, WSA_DESTINATION, "another host");
	if (!str_eq_nocase(str_without_slash(to_path), str_without_slash(path)))
		return FAIL(e, WSA_DESTINATION, "another path");
	return true;
}
