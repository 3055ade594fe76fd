/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Writes the Fault element. Tells the row's fixed text, never a detail. A business fault has
 * its number as the local name of its code in the envelope's namespace, which SOAP 1.2 does not
 * allow and public clients look for.
 * Standard: SOAP 1.1 4.4; SOAP 1.2 part 1, 5.4; WS-Security 1.0, 12; WS-Addressing SOAP
 * binding 6.
 */
#include "soap/fault.h"

#include <stdio.h>

#include "base/buf.h"
#include "xml/names.h"

#define CODE_BYTES 512

/* The namespace of the subcode, by voice; prefix NULL: the code is the envelope's own. */
struct voice {
	const char *prefix;
	struct str ns;
};

static struct voice
voice_of(const struct err_row *row)
{
	switch (row->voice) {
	case VOICE_WSSE:
		return (struct voice){"wsse", NS_WSSE};
	case VOICE_WSA:
		return (struct voice){"wsa", NS_WSA};
	case VOICE_LIBERTY:
		return (struct voice){"sbf", NS_SBF};
	default:
		return (struct voice){NULL, STR_NONE};
	}
}

static bool
is_heard(const struct err_row *row)
{
	return row->voice == VOICE_SOAP || row->voice == VOICE_WSSE ||
	       row->voice == VOICE_WSA || row->voice == VOICE_LIBERTY ||
	       row->voice == VOICE_BUSINESS;
}

bool
fault_is_signed(const struct err_row *row)
{
	return row->voice == VOICE_BUSINESS;
}

static const char *
code_for(const char *code, enum soap_version version)
{
	if (version != SOAP_11)
		return code;
	if (str_eq_c(STR("Sender"), code))
		return "Client";
	return str_eq_c(STR("Receiver"), code) ? "Server" : code;
}

/*
 * A QName as text. Its prefix is declared on the spot: a canonical writer declares only what
 * names use.
 */
static void
write_qname(struct xml_out *o, const char *element, const struct voice *v, struct str local)
{
	AUTO(buf_release) struct buf b = BUF_INIT(CODE_BYTES);

	buf_printf(&b, "<%s xmlns:%s=\"" STR_FMT "\">%s:" STR_FMT "</%s>", element, v->prefix,
		   STR_ARG(v->ns), v->prefix, STR_ARG(local), element);
	xml_out_raw(o, buf_str(&b));
}

static void
write_reason(const struct fault *f, struct xml_out *o)
{
	xml_out_attr(o, "xml", NS_XML, "lang", STR("en"));
	xml_out_text(o, str_is_set(f->reason) ? f->reason : str_from(f->row->text));
	if (!fault_is_signed(f->row) && str_is_set(f->request_id)) {
		xml_out_text(o, STR(" (ref: "));
		xml_out_text(o, f->request_id);
		xml_out_text(o, STR(")"));
	}
}

static void
write_detail(const struct fault *f, struct xml_out *o)
{
	struct str code = str_from(f->row->code);
	struct str reason = str_is_set(f->reason) ? f->reason : str_from(f->row->text);

	if (f->detail == FAULT_DETAIL_STS) {
		xml_out_open(o, "", NS_STS_FAULT, "StsFaultDetail");
		xml_out_leaf(o, "", NS_STS_FAULT, "EventId", code);
		xml_out_leaf(o, "", NS_STS_FAULT, "Message", reason);
	} else {
		xml_out_open(o, "", NS_SP_FAULT, "ServiceplatformFault");
		xml_out_open(o, "", NS_SP_FAULT, "ErrorList");
		xml_out_open(o, "", NS_SP_FAULT, "Error");
		xml_out_leaf(o, "", NS_SP_FAULT, "ErrorCode", code);
		xml_out_leaf(o, "", NS_SP_FAULT, "ErrorText", reason);
		xml_out_close(o);
		xml_out_close(o);
	}
	xml_out_close(o);
}

static bool
has_detail(const struct fault *f)
{
	return fault_is_signed(f->row) && f->detail != FAULT_DETAIL_NONE;
}

/* "A/B": B is the subcode of A. */
static void
write_subcodes(const struct voice *v, const char *prefix, struct str code, struct xml_out *o)
{
	char element[32];
	struct str head, rest = code;
	unsigned depth = 0;

	(void)snprintf(element, sizeof(element), "%s:Value", prefix);
	while (str_is_set(rest)) {
		struct str tail;

		(void)str_cut(rest, '/', &head, &tail);
		xml_out_open(o, prefix, NS_SOAP12, "Subcode");
		write_qname(o, element, v, head);
		rest = tail;
		depth++;
	}
	while (depth-- > 0)
		xml_out_close(o);
}

static void
write_text(struct xml_out *o, const char *prefix, const char *local)
{
	xml_out_text(o, str_from(prefix));
	xml_out_text(o, STR(":"));
	xml_out_text(o, str_from(local));
}

static void
write_12(const struct fault *f, const char *prefix, struct xml_out *o)
{
	struct voice v = voice_of(f->row);

	xml_out_open(o, prefix, NS_SOAP12, "Fault");
	xml_out_open(o, prefix, NS_SOAP12, "Code");
	xml_out_open(o, prefix, NS_SOAP12, "Value");
	write_text(o, prefix, v.prefix ? "Sender" : f->row->code);
	xml_out_close(o);
	if (v.prefix)
		write_subcodes(&v, prefix, str_from(f->row->code), o);
	xml_out_close(o);
	xml_out_open(o, prefix, NS_SOAP12, "Reason");
	xml_out_open(o, prefix, NS_SOAP12, "Text");
	write_reason(f, o);
	xml_out_close(o);
	xml_out_close(o);
	if (has_detail(f)) {
		xml_out_open(o, prefix, NS_SOAP12, "Detail");
		write_detail(f, o);
		xml_out_close(o);
	}
	xml_out_close(o);
}

static void
write_11(const struct fault *f, const char *prefix, struct xml_out *o)
{
	struct voice v = voice_of(f->row);
	struct str code = str_from(f->row->code), head, rest;

	xml_out_open(o, prefix, NS_SOAP11, "Fault");
	if (v.prefix) {
		(void)str_cut(code, '/', &head, &rest);
		write_qname(o, "faultcode", &v, head);
	} else {
		xml_out_open(o, "", STR_NONE, "faultcode");
		write_text(o, prefix, code_for(f->row->code, SOAP_11));
		xml_out_close(o);
	}
	xml_out_open(o, "", STR_NONE, "faultstring");
	write_reason(f, o);
	xml_out_close(o);
	if (has_detail(f)) {
		xml_out_open(o, "", STR_NONE, "detail");
		write_detail(f, o);
		xml_out_close(o);
	}
	xml_out_close(o);
}

void
fault_write(const struct fault *f, enum soap_version version, const char *prefix,
	    struct xml_out *o)
{
	struct fault told = *f;

	if (!is_heard(f->row)) {
		told.row = err_row(INTERNAL);
		told.reason = STR_NONE;
	}
	if (version == SOAP_11)
		write_11(&told, prefix, o);
	else
		write_12(&told, prefix, o);
}
