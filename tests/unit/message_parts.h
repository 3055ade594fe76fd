/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Pieces of a signed message for struct gw_case: what to put where, as a gw_change. The anchors
 * are elements that client.c writes.
 */
#ifndef TESTS_MESSAGE_PARTS_H
#define TESTS_MESSAGE_PARTS_H

#define WSA "http://www.w3.org/2005/08/addressing"
#define WSSE "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
#define WSU "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
#define DS "http://www.w3.org/2000/09/xmldsig#"
#define S12 "http://www.w3.org/2003/05/soap-envelope"
#define SAML "urn:oasis:names:tc:SAML:2.0:assertion"
#define EXC "http://www.w3.org/2001/10/xml-exc-c14n#"

/* before the Security header */
#define HEADER(extra)                                                                          \
	{                                                                                      \
		"<o:Security ", extra "<o:Security "                                           \
	}
/* first in the Security header */
#define CHILD(extra)                                                                           \
	{                                                                                      \
		"<u:Timestamp ", extra "<u:Timestamp "                                         \
	}
#define EPR(name, attrs)                                                                       \
	"<a:" name " xmlns:a='" WSA "' " attrs "><a:Address>" WSA                              \
	"/anonymous</a:Address></a:" name ">"
/* one more signed part: a Reference that resign fills in */
#define SIGNED(id)                                                                             \
	{                                                                                      \
		"<Reference URI=\"#action\">",                                                 \
			"<Reference URI=\"#" id "\"><Transforms><Transform Algorithm=\"" EXC   \
			"\"/></Transforms><DigestMethod Algorithm=\""                          \
			"http://www.w3.org/2001/04/xmlenc#sha256\"/><DigestValue>x</"          \
			"DigestValue></Reference>"                                             \
			"<Reference URI=\"#action\">"                                          \
	}
#define EXTRA_ID "xmlns:u='" WSU "' u:Id='extra'"

#endif
