/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Namespaces and URIs of the wire. Facts of the published contracts; see
 * docs/ARCHITECTURE.md.
 */
#ifndef XML_NAMES_H
#define XML_NAMES_H

#include "base/str.h"

#define NS_SOAP11   STR("http://schemas.xmlsoap.org/soap/envelope/")
#define NS_SOAP12   STR("http://www.w3.org/2003/05/soap-envelope")
#define NS_WSA	    STR("http://www.w3.org/2005/08/addressing")
#define NS_WSSE	    STR("http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd")
#define NS_WSSE11   STR("http://docs.oasis-open.org/wss/oasis-wss-wssecurity-secext-1.1.xsd")
#define NS_WSU	    STR("http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd")
#define NS_DS	    STR("http://www.w3.org/2000/09/xmldsig#")
#define NS_EXC	    STR("http://www.w3.org/2001/10/xml-exc-c14n#")
#define NS_XENC	    STR("http://www.w3.org/2001/04/xmlenc#")
#define NS_XENC11   STR("http://www.w3.org/2009/xmlenc11#")
#define NS_WST	    STR("http://docs.oasis-open.org/ws-sx/ws-trust/200512")
#define NS_WST14    STR("http://docs.oasis-open.org/ws-sx/ws-trust/200802")
#define NS_WSP	    STR("http://schemas.xmlsoap.org/ws/2004/09/policy")
#define NS_WSP15    STR("http://www.w3.org/ns/ws-policy")
#define NS_AUTH	    STR("http://docs.oasis-open.org/wsfed/authorization/200706")
#define NS_SAML	    STR("urn:oasis:names:tc:SAML:2.0:assertion")
#define NS_SAMLP    STR("urn:oasis:names:tc:SAML:2.0:protocol")
#define NS_MD	    STR("urn:oasis:names:tc:SAML:2.0:metadata")
#define NS_XSI	    STR("http://www.w3.org/2001/XMLSchema-instance")
#define NS_SBF	    STR("urn:liberty:sb:2006-08")
#define NS_SBF_OLD  STR("urn:liberty:sb")
#define NS_SBFP	    STR("urn:liberty:sb:profile")
#define NS_RH	    STR("http://kombit.dk/xml/schemas/RequestHeader/1/")
#define NS_BPP_ITST STR("http://itst.dk/oiosaml/basic_privilege_profile")
#define NS_BPP_DIGST STR("http://digst.dk/oiosaml/basic_privilege_profile")
#define NS_XML	    STR("http://www.w3.org/XML/1998/namespace")
#define NS_SVG	    STR("http://www.w3.org/2000/svg")

#define NS_STS_FAULT	STR("https://sts.kombit.dk/fault")
#define NS_SP_FAULT	STR("http://serviceplatformen.dk/xml/schemas/ServiceplatformFault/1/")

#define ALG_EXC_C14N	   STR("http://www.w3.org/2001/10/xml-exc-c14n#")
#define ALG_EXC_C14N_WITH  STR("http://www.w3.org/2001/10/xml-exc-c14n#WithComments")
#define ALG_C14N	   STR("http://www.w3.org/TR/2001/REC-xml-c14n-20010315")
#define ALG_ENVELOPED	   STR("http://www.w3.org/2000/09/xmldsig#enveloped-signature")
#define ALG_STR_TRANSFORM                                                                      \
	STR("http://docs.oasis-open.org/wss/2004/01/"                                          \
	    "oasis-200401-wss-soap-message-security-1.0#STR-Transform")

#define VT_X509                                                                                \
	STR("http://docs.oasis-open.org/wss/2004/01/"                                          \
	    "oasis-200401-wss-x509-token-profile-1.0#X509v3")
#define VT_SKI                                                                                 \
	STR("http://docs.oasis-open.org/wss/2004/01/"                                          \
	    "oasis-200401-wss-x509-token-profile-1.0#X509SubjectKeyIdentifier")
#define VT_THUMBPRINT                                                                          \
	STR("http://docs.oasis-open.org/wss/oasis-wss-soap-message-security-1.1#ThumbprintSHA1")
#define VT_SAMLID  STR("http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.1#SAMLID")
#define TT_SAML2   STR("http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.1#SAMLV2.0")
#define ENC_BASE64                                                                             \
	STR("http://docs.oasis-open.org/wss/2004/01/"                                          \
	    "oasis-200401-wss-soap-message-security-1.0#Base64Binary")

#define WSA_ANONYMOUS STR("http://www.w3.org/2005/08/addressing/anonymous")
#define WSA_NONE      STR("http://www.w3.org/2005/08/addressing/none")
#define WSA_FAULT     STR("http://www.w3.org/2005/08/addressing/fault")

#define WSA_SOAP_FAULT STR("http://www.w3.org/2005/08/addressing/soap/fault")

#define SOAP11_ACTOR_NEXT    STR("http://schemas.xmlsoap.org/soap/actor/next")
#define SOAP12_ROLE_NEXT     STR("http://www.w3.org/2003/05/soap-envelope/role/next")
#define SOAP12_ROLE_ULTIMATE STR("http://www.w3.org/2003/05/soap-envelope/role/ultimateReceiver")

/* WS-Trust: actions, request and key types, claims */
#define ACTION_RST	 STR("http://docs.oasis-open.org/ws-sx/ws-trust/200512/RST/Issue")
#define ACTION_RSTRC	 STR("http://docs.oasis-open.org/ws-sx/ws-trust/200512/RSTRC/IssueFinal")
#define ACTION_RST_FAULT STR("http://docs.oasis-open.org/ws-sx/ws-trust/200512/RST/Fault")
#define RT_ISSUE	 STR("http://docs.oasis-open.org/ws-sx/ws-trust/200512/Issue")
#define KT_PUBLIC	 STR("http://docs.oasis-open.org/ws-sx/ws-trust/200512/PublicKey")
#define CLAIMS_DIALECT                                                                         \
	STR("http://docs.oasis-open.org/wsfed/authorization/200706/authclaims")

/* assertions */
#define SAML_HOLDER_OF_KEY   STR("urn:oasis:names:tc:SAML:2.0:cm:holder-of-key")
#define SAML_ENTITY_FORMAT   STR("urn:oasis:names:tc:SAML:2.0:nameid-format:entity")
/* of who confirms a token on behalf of another: misspelt so in every real one */
#define SAML_ENTITY_FORMAT_OBO STR("urn:oasis:tc:SAML2:2.0:nameid-format:entity")
#define SAML_X509_FORMAT     STR("urn:oasis:names:tc:SAML:1.1:nameid-format:X509SubjectName")
#define SAML_BASIC_FORMAT    STR("urn:oasis:names:tc:SAML:2.0:attrname-format:basic")
#define SAML_AC_X509	     STR("urn:oasis:names:tc:SAML:2.0:ac:classes:X509")
#define ATTR_CVR	     STR("dk:gov:saml:attribute:CvrNumberIdentifier")
#define ATTR_ASSURANCE	     STR("dk:gov:saml:attribute:AssuranceLevel")
#define ATTR_SPEC_VER	     STR("dk:gov:saml:attribute:SpecVer")
#define ATTR_KOMBIT_SPEC_VER STR("dk:gov:saml:attribute:KombitSpecVer")
#define ATTR_PRIVILEGES	     STR("dk:gov:saml:attribute:Privileges_intermediate")

/* SAML */
#define NS_MDATTR STR("urn:oasis:names:tc:SAML:metadata:attribute")

#define BINDING_REDIRECT STR("urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect")
#define BINDING_POST	 STR("urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST")
#define BINDING_ARTIFACT STR("urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Artifact")
#define BINDING_SOAP	 STR("urn:oasis:names:tc:SAML:2.0:bindings:SOAP")
#define ENCODING_DEFLATE STR("urn:oasis:names:tc:SAML:2.0:bindings:URL-Encoding:DEFLATE")

#define STATUS_SUCCESS		 STR("urn:oasis:names:tc:SAML:2.0:status:Success")
#define STATUS_REQUESTER	 STR("urn:oasis:names:tc:SAML:2.0:status:Requester")
#define STATUS_RESPONDER	 STR("urn:oasis:names:tc:SAML:2.0:status:Responder")
#define STATUS_AUTHN_FAILED	 STR("urn:oasis:names:tc:SAML:2.0:status:AuthnFailed")
#define STATUS_NAMEID_POLICY	 STR("urn:oasis:names:tc:SAML:2.0:status:InvalidNameIDPolicy")
#define STATUS_NO_AUTHN_CONTEXT	 STR("urn:oasis:names:tc:SAML:2.0:status:NoAuthnContext")
#define STATUS_NO_AVAILABLE_IDP	 STR("urn:oasis:names:tc:SAML:2.0:status:NoAvailableIDP")
#define STATUS_NO_PASSIVE	 STR("urn:oasis:names:tc:SAML:2.0:status:NoPassive")
#define STATUS_NO_SUPPORTED_IDP	 STR("urn:oasis:names:tc:SAML:2.0:status:NoSupportedIDP")
#define STATUS_PROXY_COUNT	 STR("urn:oasis:names:tc:SAML:2.0:status:ProxyCountExceeded")
#define STATUS_REQUEST_DENIED	 STR("urn:oasis:names:tc:SAML:2.0:status:RequestDenied")
#define STATUS_REQUEST_UNSUPP	 STR("urn:oasis:names:tc:SAML:2.0:status:RequestUnsupported")

#define NAMEID_UNSPECIFIED STR("urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified")
#define NAMEID_PERSISTENT  STR("urn:oasis:names:tc:SAML:2.0:nameid-format:persistent")
#define NAMEID_TRANSIENT   STR("urn:oasis:names:tc:SAML:2.0:nameid-format:transient")

#define CM_BEARER	  STR("urn:oasis:names:tc:SAML:2.0:cm:bearer")
#define CLASS_UNSPECIFIED STR("urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified")
#define CLASS_MULTIPLE	  STR("http://schemas.microsoft.com/claims/multipleauthn")
#define CLASS_PERSON	  STR("https://data.gov.dk/eid/Person")
#define CLASS_PROFESSIONAL STR("https://data.gov.dk/eid/Professional")
#define NSIS_LOA_PREFIX	  STR("https://data.gov.dk/concept/core/nsis/loa/")
#define ASSURANCE_PREFIX  STR("urn:dk:gov:saml:attribute:AssuranceLevel:")
#define CERTIFICATION	  STR("urn:oasis:names:tc:SAML:attribute:assurance-certification")

#define FORMAT_URI	  STR("urn:oasis:names:tc:SAML:2.0:attrname-format:uri")
#define ATTR_CPR	  STR("dk:gov:saml:attribute:CprNumberIdentifier")
#define ATTR_CN		  STR("urn:oid:2.5.4.3")
#define ATTR_SN		  STR("urn:oid:2.5.4.4")
#define ATTR_ORG	  STR("urn:oid:2.5.4.10")
#define ATTR_UID	  STR("urn:oid:0.9.2342.19200300.100.1.1")
#define ATTR_MAIL	  STR("urn:oid:0.9.2342.19200300.100.1.3")
#define ATTR3_SPECVER	  STR("https://data.gov.dk/model/core/specVersion")
#define ATTR3_LOA	  STR("https://data.gov.dk/concept/core/nsis/loa")
#define ATTR3_CVR	  STR("https://data.gov.dk/model/core/eid/professional/cvr")
#define ATTR3_ORG	  STR("https://data.gov.dk/model/core/eid/professional/orgName")
#define ATTR3_MAIL	  STR("https://data.gov.dk/model/core/eid/email")
#define ATTR3_PRIVILEGES  STR("https://data.gov.dk/model/core/eid/privilegesIntermediate")
#define ATTR3_UUID	  STR("https://data.gov.dk/model/core/eid/professional/uuid/persistent")
#define ATTR3_BOOTSTRAP	  STR("https://data.gov.dk/model/core/eid/bootstrapToken")
#define ATTR3_CPR	  STR("https://data.gov.dk/model/core/eid/cprNumber")
#define ATTR_AUTHN_METHODS                                                                     \
	STR("http://schemas.microsoft.com/claims/authnmethodsreferences")
#define NAMEID_UUID_PREFIX STR("https://data.gov.dk/model/core/eid/professional/uuid/")

#define ENC_ELEMENT	 STR("http://www.w3.org/2001/04/xmlenc#Element")
#define ENC_AES128_CBC	 STR("http://www.w3.org/2001/04/xmlenc#aes128-cbc")
#define ENC_AES256_CBC	 STR("http://www.w3.org/2001/04/xmlenc#aes256-cbc")
#define ENC_AES128_GCM	 STR("http://www.w3.org/2009/xmlenc11#aes128-gcm")
#define ENC_AES192_GCM	 STR("http://www.w3.org/2009/xmlenc11#aes192-gcm")
#define ENC_AES256_GCM	 STR("http://www.w3.org/2009/xmlenc11#aes256-gcm")
#define ENC_OAEP_MGF1P	 STR("http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p")
#define ENC_OAEP	 STR("http://www.w3.org/2009/xmlenc11#rsa-oaep")
#define ENC_MGF1_SHA1	 STR("http://www.w3.org/2009/xmlenc11#mgf1sha1")
#define ENC_MGF1_SHA256	 STR("http://www.w3.org/2009/xmlenc11#mgf1sha256")
#define DIGEST_SHA1	 STR("http://www.w3.org/2000/09/xmldsig#sha1")
#define DIGEST_SHA256	 STR("http://www.w3.org/2001/04/xmlenc#sha256")

#define SCOPE_CVR_PREFIX STR("urn:dk:gov:saml:cvrNumberIdentifier:")

/* Registry objects, Organisation 6 and Klassifikation 6 */
#define NS_SAGDOK	   STR("urn:oio:sagdok:3.0.0")
#define NS_STS		   STR("urn:oio:sts:6")
#define NS_ORGFAELLES	   STR("http://stoettesystemerne.dk/organisation/6/")
#define NS_ORG_ORGANISATION STR("http://stoettesystemerne.dk/organisation/organisation/6/")
#define NS_ORG_ENHED	   STR("http://stoettesystemerne.dk/organisation/organisationenhed/6/")
#define NS_ORG_FUNKTION	   STR("http://stoettesystemerne.dk/organisation/organisationfunktion/6/")
#define NS_ORG_BRUGER	   STR("http://stoettesystemerne.dk/organisation/bruger/6/")
#define NS_ORG_PERSON	   STR("http://stoettesystemerne.dk/organisation/person/6/")
#define NS_ORG_ADRESSE	   STR("http://stoettesystemerne.dk/organisation/adresse/6/")
#define NS_ORG_ITSYSTEM	   STR("http://stoettesystemerne.dk/organisation/itsystem/6/")
#define NS_ORG_FAELLESSKAB STR("http://stoettesystemerne.dk/organisation/interessefaellesskab/6/")
#define NS_ORG_MYNDIGHED   STR("http://stoettesystemerne.dk/organisation/myndighed/6/")
#define NS_ORG_VIRKSOMHED  STR("http://stoettesystemerne.dk/organisation/virksomhed/6/")
#define NS_ORG_SYSTEM	   STR("http://stoettesystemerne.dk/organisation/organisationsystem/6/")
#define NS_ORG_ADMIN                                                                           \
	STR("http://stoettesystemerne.dk/organisation/organisationadministration/6/")
#define NS_KLA_KLASSE	   STR("http://stoettesystemerne.dk/klassifikation/klasse/6/")
#define NS_KLA_FACET	   STR("http://stoettesystemerne.dk/klassifikation/facet/6/")
#define NS_KLA_KLASSIFIKATION                                                                  \
	STR("http://stoettesystemerne.dk/klassifikation/klassifikation/6/")
#define ENTITY_ORGANISATION "http://stoettesystemerne.dk/service/organisation/3"
#define ENTITY_KLASSIFIKATIONLISTEHENT_2                                                       \
	"http://entityid.kombit.dk/service/klassifikationlistehent/2"
/* of KlassifikationListeHent, and of the context that its messages carry */
#define NS_KOMBIT_2017 "http://www.kombit.dk/2017/01/01/"
#define NS_KOMBIT_2017_INT "http://www.kombit.dk/int/2017/01/01/"
#define NS_KONTEKST STR("http://kombit.dk/xml/schemas/kontekst/2017/01/01/")
#define ENTITY_KLASSIFIKATION_6 "http://entityid.kombit.dk/service/klassifikation/6"

#endif
