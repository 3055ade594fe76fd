/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Everything that a peer can send has a limit: its name, unit and reason. */
#ifndef BASE_LIMITS_H
#define BASE_LIMITS_H

/* Token service: an RST is 8–12 KB, with OnBehalfOf 25 KB. */
#define LIMIT_STS_BODY_BYTES	  (256UL * 1024)
/*
 * Services: an import of several hundred objects; service.body_bytes is 10 MiB unless set, and
 * no more than this. Clients accept answers up to 28 MiB.
 */
#define LIMIT_SERVICE_BODY_BYTES  (28UL * 1024 * 1024)
#define LIMIT_ANSWER_BYTES	  (28UL * 1024 * 1024)
/*
 * All bodies that wait for a worker or are at work. And how many at work may be large: a tree
 * takes up to thirty times its text, and is made before anybody is proven.
 */
#define LIMIT_HELD_BYTES	  (512UL * 1024 * 1024)
#define LIMIT_LARGE_BYTES	  (1024UL * 1024)
#define LIMIT_LARGE_CALLS	  8
/* Browser forms with a SAML response. */
#define LIMIT_FORM_BODY_BYTES	  (1024UL * 1024)
#define LIMIT_SAML_MESSAGE_BYTES  (768UL * 1024)
#define LIMIT_METADATA_BYTES	  (1024UL * 1024)
#define LIMIT_BPP_BYTES		  (256UL * 1024)
#define LIMIT_TOKEN_BPP_BYTES	  (64UL * 1024)
#define LIMIT_TOKEN_BPP_CONSTRAINTS 1000
#define LIMIT_BPP_DEPTH		  5
#define LIMIT_BPP_NODES		  200000
#define LIMIT_BPP_GROUPS	  2000
#define LIMIT_BPP_CONSTRAINTS	  50
#define LIMIT_RELAY_STATE_BYTES	  2048
/* a Redirect request with a signed AuthnRequest */
#define LIMIT_URL_BYTES		  (64UL * 1024)

/* A certificate in DER is 2 KB, in text a third more. Files hold bundles and national lists. */
#define LIMIT_CERT_BYTES	  (16UL * 1024)
#define LIMIT_CERT_TEXT_BYTES	  (32UL * 1024)
/* addresses of lists in one certificate; authorities above one */
#define LIMIT_CERT_URLS		  4
#define LIMIT_CHAIN		  8
/* fetched: a national list of revoked certificates; an answer about one */
#define LIMIT_LIST_BYTES	  (16UL * 1024 * 1024)
#define LIMIT_OCSP_BYTES	  (64UL * 1024)
/* lists and questions that are kept fresh: one a certificate, and one an authority */
#define LIMIT_REVOCATION_SOURCES  8192
#define LIMIT_PEM_FILE_BYTES	  (64UL * 1024 * 1024)

#define LIMIT_XML_DEPTH		  100
#define LIMIT_STS_NODES		  20000
#define LIMIT_SERVICE_NODES	  2000000
#define LIMIT_SAML_DEPTH	  64
/* elements of one SAML message: 2,000 attributes with their values, and room */
#define LIMIT_SAML_NODES	  20000
/* elements of one metadata document */
#define LIMIT_METADATA_NODES	  20000
#define LIMIT_SAML_ID_CHARS	  256
/* clock of an IdP or a system against ours */
#define LIMIT_SAML_SKEW_S	  180
/* name=value pairs of a query or a form */
#define LIMIT_FORM_PAIRS	  32
/* signing certificates, endpoints of one kind, and encryption methods of one peer */
#define LIMIT_PEER_KEYS		  8
#define LIMIT_PEER_ENDPOINTS	  64
/* IDPEntry of a request, class references of a request */
#define LIMIT_REQUEST_LIST	  64
#define LIMIT_XML_ATTRS		  256 /* attributes and namespace declarations of one element */
/* all different names, namespaces and indentations of one document; a message has some 10 KB */
#define LIMIT_XML_NAME_BYTES	  (256UL * 1024)
#define LIMIT_XML_NS_IN_SCOPE	  256 /* declarations on an element and those around it */

#define LIMIT_MESSAGE_ID_CHARS	  512
/* echoed and logged; a UUID in practice */
#define LIMIT_TRANSACTION_BYTES	  256
/* header blocks of an envelope; clients send at most ten */
#define LIMIT_SOAP_HEADERS	  64
/* names that a token for one service may bear: entity ids and registered spellings */
#define LIMIT_AUDIENCES		  64
#define LIMIT_SIGNATURE_REFS	  20
/* wsu:Id and assertion ID attributes in a message; clients write at most twelve */
#define LIMIT_MESSAGE_IDS	  128
/* other keys tried against a signature that is not the holder's */
#define LIMIT_DIAGNOSIS_KEYS	  16
/* One part in canonical form: the largest body, with declarations repeated in it. */
#define LIMIT_CANONICAL_BYTES	  (64UL * 1024 * 1024)
#define LIMIT_URI_CHARS		  1024

/* Clock of a caller against ours, WS-Security. OIO guidance: 5 minutes. */
#define LIMIT_CLOCK_SKEW_S	  300
/* Longest accepted life of a message Timestamp; 10 minutes is sent by public clients. */
#define LIMIT_TIMESTAMP_LIFE_S	  900
/*
 * Replay keys outlive their message by so much: a large message that was still good when its
 * call began is claimed only when it has been read, and by then another call may have cleared
 * away the key of its first coming.
 */
#define LIMIT_REPLAY_MARGIN_S	  300
/* life of the Timestamp in what we send */
#define LIMIT_OWN_TIMESTAMP_S	  300
/* Refused calls: of one address before its sender is proven, and of one it-system after. */
#define LIMIT_REFUSALS_BURST	  2000
#define LIMIT_REFUSALS_PER_S	  100
/* log lines of requests that were no message: enough to find one's own */
#define LIMIT_REFUSAL_LINES_PER_S 20
/* One audit record: texts of a message are bounded, its detail is 8 KB at most. */
#define LIMIT_AUDIT_RECORD_BYTES  (64 * 1024)
/* Tokens live eight hours, or as asked between these. */
#define LIMIT_TOKEN_LIFE_S	  (480 * 60)
#define LIMIT_TOKEN_LEAST_LIFE_S  60
/* Objects and lists within each other in JSON of a peer; honest ones nest four deep. */
#define LIMIT_JSON_DEPTH	  16
/* A JWT in compact form, with privileges; clocks of resource servers against ours. */
#define LIMIT_JWT_BYTES		  (192UL * 1024)
#define LIMIT_JWT_SKEW_S	  60
/* The life of a token that another one was exchanged for. */
#define LIMIT_EXCHANGED_LIFE_S	  3600
/* A bootstrap token, for a working day's session. */
#define LIMIT_BOOTSTRAP_LIFE_S	  (8 * 3600)

/* Registry: elements of one object; an organisation may name all its people. */
#define LIMIT_OBJECT_ITEMS	  20000
/* All its texts; a page of the hierarchy holds thousands of objects. */
#define LIMIT_OBJECT_BYTES	  (4UL * 1024 * 1024)
/* Periods of one timeline: a name, a state, a relation to one object. */
#define LIMIT_TIMELINE_PERIODS	  1000
/* Registrations of one object in one import, and notes in one Egenskab. */
#define LIMIT_IMPORT_REGISTRATIONS 200
#define LIMIT_REPEATED_TEXTS	  1000
#define LIMIT_URN_CHARS		  255
#define LIMIT_NOTE_CHARS	  1024
/* XML Schema sets none for Indeks, Label and AktoerRef. */
#define LIMIT_INDEKS_CHARS	  255
#define LIMIT_LABEL_CHARS	  1024
#define LIMIT_EXTENSION_BYTES	  (64UL * 1024)
/* Clients list 1,000 objects at a time and search pages of 1,000. */
#define LIMIT_LIST_OBJECTS	  5000
#define LIMIT_SEARCH_PAGE	  5000
/* … when the client does not say */
#define LIMIT_SEARCH_DEFAULT	  1000
/* Objects that one whole classification is told from; the largest known has 4,000. */
#define LIMIT_LOOKUP_OBJECTS	  50000
/* criteria of one such request */
#define LIMIT_HENT_CRITERIA	  500
#define LIMIT_HIERARCHY_PAGE	  5000
#define LIMIT_HIERARCHY_DEFAULT	  500
/* One fysiskslet, of each kind: it is one transaction, and nobody else writes meanwhile. */
#define LIMIT_PURGE_OBJECTS	  5000
/* Registrering.Tidspunkt may be this much ahead of our clock. */
#define LIMIT_REGISTRATION_SKEW_S 5

/*
 * Registers that are loaded: a row with all that it holds, its columns, the rows and objects of
 * one load (the largest authority has some 200,000), the texts of a list in one field.
 */
#define LIMIT_SOURCE_ROW_BYTES	  (256UL * 1024)
#define LIMIT_SOURCE_ROW_LINES	  1000
#define LIMIT_SOURCE_COLUMNS	  200
#define LIMIT_SOURCE_RECORDS	  2000000
#define LIMIT_SOURCE_LIST	  5000
#define LIMIT_MANIFEST_BYTES	  (64UL * 1024)
/* an entry of a directory, with photographs and certificates that are not looked at */
#define LIMIT_LDIF_ENTRY_BYTES	  (4UL * 1024 * 1024)

#endif
