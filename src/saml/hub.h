/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the bridge itself is: one name in both roles, its address, its key, its clock rules.
 * Source: context-handler contract 1.2 (aliases), 1.3 (paths), 2.4-13 (skew).
 */
#ifndef SAML_HUB_H
#define SAML_HUB_H

#include "base/str.h"
#include "base/time.h"
#include "crypto/signer.h"

/* towards systems */
#define SAML_PATH_SSO "/runtime/saml2/issue.idp"
#define SAML_PATH_IDP_METADATA "/runtime/saml2/metadata.idp"
/* towards IdPs */
#define SAML_PATH_ACS "/runtime/saml2auth/consume.idp"
#define SAML_PATH_SP_METADATA "/runtime/saml2auth/metadata.idp"

struct saml_hub {
	struct str entity_id;
	struct str alias;            /* a second spelling accepted as audience; absent: none */
	struct str base_url;         /* scheme and host, no slash at the end */
	struct str organisation;     /* name in metadata */
	struct str sts_entity_id;    /* that takes bootstrap tokens; absent: none does */
	const struct signer *signer; /* signs, and decrypts what IdPs encrypt */
	/* all that it signs with now and around now; none: the signer's alone */
	struct cert *const *certs;
	size_t cert_count;
	instant skew;
	/* a development installation: plain http in metadata, certificates near their end */
	bool is_development;
};

#endif
