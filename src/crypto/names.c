/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Distinguished names: as .NET prints them, because that text is the NameID of the tokens that
 * clients know, and the CVR number and kind that the two generations of OCES write into the
 * subject. Values are read by their ASN.1 string type and never out of a printed name. Names
 * with control characters or values that are no text are refused. Source: token-service
 * contract 2.3, 7; administration contract 10.1, 10.2.
 */
#include "crypto/internal.h"

#include <openssl/objects.h>

#include "base/encoding.h"
#include "base/limits.h"
#include "base/uuid.h"

#define OID_TEXT_BYTES 128

/* The short names .NET knows; every other type is written OID.<numbers>. */
static const struct {
	int nid;
	const char *keyword;
} keywords[] = {
	{NID_commonName, "CN"},
	{NID_organizationName, "O"},
	{NID_organizationalUnitName, "OU"},
	{NID_countryName, "C"},
	{NID_serialNumber, "SERIALNUMBER"},
	{NID_localityName, "L"},
	{NID_stateOrProvinceName, "S"},
	{NID_streetAddress, "STREET"},
	{NID_domainComponent, "DC"},
	{NID_title, "T"},
	{NID_givenName, "G"},
	{NID_surname, "SN"},
	{NID_pkcs9_emailAddress, "E"},
};

/* The value of an attribute as UTF-8. */
static bool
value_read(const X509_NAME_ENTRY *entry, struct arena *a, struct str *out, struct err *e)
{
	unsigned char *text = NULL;
	int len = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(entry));
	bool is_text;

	if (len < 0)
		return FAIL_OSSL(e, CERT_MALFORMED, "a name holds a value that is no text");
	*out = arena_dup(a, str_of(text, (size_t)len));
	OPENSSL_free(text);
	is_text = utf8_is_valid(*out);
	for (size_t i = 0; i < out->len; i++)
		is_text = is_text && (unsigned char)out->ptr[i] >= 0x20 && out->ptr[i] != 0x7f;
	return is_text || FAIL(e, CERT_MALFORMED, "a name holds control characters");
}

static bool
needs_quotes(struct str value)
{
	if (value.len == 0 || value.ptr[0] == ' ' || value.ptr[value.len - 1] == ' ')
		return true;
	for (size_t i = 0; i < value.len; i++) {
		if (str_has_char(STR(",+\"=<>#;"), value.ptr[i]))
			return true;
	}
	return false;
}

static void
quoted_add(struct str value, struct buf *out)
{
	if (!needs_quotes(value)) {
		buf_add(out, value);
		return;
	}
	buf_add_char(out, '"');
	for (size_t i = 0; i < value.len; i++) {
		if (value.ptr[i] == '"')
			buf_add_char(out, '"');
		buf_add_char(out, value.ptr[i]);
	}
	buf_add_char(out, '"');
}

static bool
keyword_add(const ASN1_OBJECT *type, struct buf *out, struct err *e)
{
	char numbers[OID_TEXT_BYTES];
	int nid = OBJ_obj2nid(type);
	int len;

	for (size_t i = 0; i < ARRAY_LEN(keywords); i++) {
		if (keywords[i].nid == nid) {
			buf_add_c(out, keywords[i].keyword);
			return true;
		}
	}
	len = OBJ_obj2txt(numbers, sizeof(numbers), type, 1);
	if (len <= 0 || len >= (int)sizeof(numbers))
		return FAIL(e, CERT_MALFORMED, "a name holds an unreadable type");
	buf_printf(out, "OID.%s", numbers);
	return true;
}

static bool
attribute_add(const X509_NAME_ENTRY *entry, struct arena *a, struct buf *out, struct err *e)
{
	struct str value;

	if (!keyword_add(X509_NAME_ENTRY_get_object(entry), out, e) ||
	    !value_read(entry, a, &value, e))
		return false;
	buf_add_char(out, '=');
	quoted_add(value, out);
	return true;
}

/* Sets of attributes from the last to the first; the attributes of a set in their order. */
bool
name_write_net(const X509_NAME *name, struct arena *a, struct str *text, struct err *e)
{
	AUTO(buf_release) struct buf out = BUF_INIT(LIMIT_CERT_BYTES * 4);
	int end = X509_NAME_entry_count(name);

	while (end > 0) {
		int set = X509_NAME_ENTRY_set(X509_NAME_get_entry(name, end - 1));
		int start = end - 1;

		while (start > 0 &&
		       X509_NAME_ENTRY_set(X509_NAME_get_entry(name, start - 1)) == set)
			start--;
		for (int i = start; i < end; i++) {
			if (i > start)
				buf_add_c(&out, " + ");
			if (!attribute_add(X509_NAME_get_entry(name, i), a, &out, e))
				return false;
		}
		if (start > 0)
			buf_add_c(&out, ", ");
		end = start;
	}
	*text = arena_dup(a, buf_str(&out));
	return buf_done(&out, e);
}

/*
 * The one value of a type. Absent if the name has none; two are as good as none, since nobody
 * can say which one counts.
 */
static bool
value_of(const X509_NAME *name, int nid, struct arena *a, struct str *out, struct err *e)
{
	int at = X509_NAME_get_index_by_NID(name, nid, -1);

	*out = STR_NONE;
	if (at < 0 || X509_NAME_get_index_by_NID(name, nid, at) >= 0)
		return true;
	return value_read(X509_NAME_get_entry(name, at), a, out, e);
}

/* "CVR:12345678-FID:…": the older generation's serialNumber. */
static enum cert_kind
oces2_serial(struct str serial, struct str *cvr)
{
	static const struct {
		struct str mark;
		enum cert_kind kind;
	} marks[] = {
		{STR_INIT("-FID:"), CERT_KIND_OCES2_FUNCTION},
		{STR_INIT("-UID:"), CERT_KIND_OCES2_COMPANY},
		{STR_INIT("-RID:"), CERT_KIND_OCES2_EMPLOYEE},
	};
	struct str digits, mark;

	if (str_has_prefix(serial, STR("PID:")))
		return CERT_KIND_OCES2_EMPLOYEE; /* a private person: no less refused */
	if (!str_has_prefix(serial, STR("CVR:")) || serial.len < 12)
		return CERT_KIND_OTHER;
	digits = str_of(serial.ptr + 4, 8);
	mark = str_skip(serial, 12);
	for (size_t i = 0; i < ARRAY_LEN(marks); i++) {
		if (str_has_prefix(mark, marks[i].mark) && str_is_digits(digits, 8)) {
			*cvr = digits;
			return marks[i].kind;
		}
	}
	return CERT_KIND_OTHER;
}

static enum cert_kind
serial_generation(struct str serial, struct str *cvr)
{
	if (str_has_prefix(serial, STR("UI:DK-O:")))
		return CERT_KIND_OCES3_ORGANISATION;
	if (str_has_prefix(serial, STR("UI:DK-E:")) || str_has_prefix(serial, STR("UI:DK-P:")))
		return CERT_KIND_OCES3_EMPLOYEE;
	return oces2_serial(serial, cvr);
}

/* A name that ends in " // CVR:12345678". */
static struct str
organisation_cvr(struct str org)
{
	struct str digits;

	if (org.len < 8)
		return STR_NONE;
	digits = str_skip(org, org.len - 8);
	org.len -= 8;
	return str_is_digits(digits, 8) && str_has_suffix(org, STR(" // CVR:")) ? digits
										: STR_NONE;
}

/* "UI:DK-O:G:<uuid>": the same in a renewed certificate. */
static struct str
subject_uuid(struct str serial)
{
	struct uuid ignored;

	if (serial.len < 10 || !str_has_prefix(serial, STR("UI:DK-")) || serial.ptr[9] != ':')
		return STR_NONE;
	serial = str_skip(serial, 10);
	return uuid_parse(serial, &ignored) ? serial : STR_NONE;
}

bool
subject_read(const X509_NAME *name, struct arena *a, struct subject *out, struct err *e)
{
	struct str org_id, serial, org;

	if (!name_write_net(name, a, &out->net, e) ||
	    !value_of(name, NID_commonName, a, &out->cn, e) ||
	    !value_of(name, NID_organizationIdentifier, a, &org_id, e) ||
	    !value_of(name, NID_serialNumber, a, &serial, e) ||
	    !value_of(name, NID_organizationName, a, &org, e))
		return false;

	out->cvr = STR_NONE;
	out->generation = serial_generation(serial, &out->cvr);
	out->uuid = subject_uuid(serial);
	if (str_has_prefix(org_id, STR("NTRDK-")) && str_is_digits(str_skip(org_id, 6), 8))
		out->cvr = str_skip(org_id, 6);
	if (out->generation == CERT_KIND_OTHER && str_is_set(org_id))
		out->generation = CERT_KIND_OCES3_ORGANISATION;
	if (!str_is_set(out->cvr))
		out->cvr = organisation_cvr(org);
	return true;
}
