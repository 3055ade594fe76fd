/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The development IdP: what a municipality's AD FS is to the bridge, with users out of a file
 * and no passwords. Never for production: it refuses to start there.
 */
#ifndef GATEWAY_IDP_H
#define GATEWAY_IDP_H

#include "crypto/signer.h"
#include "gateway/http_call.h"
#include "gateway/options.h"
#include "saml/metadata.h"
#include "saml/privilege.h"

struct idp_user {
	struct str id, name, cvr, organisation, serial, mail;
	struct str nsis;  /* "Substantial" … */
	int assurance;    /* old scale */
	struct str title; /* shown at login */
	const struct privilege *roles;
	size_t role_count;
};

struct idp_users {
	const struct idp_user *items;
	size_t count;
};

/* Errors: CONFIG_INVALID. */
MUST_USE bool idp_users_read(struct str json, struct arena *a, struct idp_users *out,
			     struct err *e);

struct idp {
	struct arena *a;
	const struct config *config;
	struct str entity_id, base_url;
	struct signer *signer;
	struct saml_peer hub; /* as a service provider */
	struct str hub_entity_id;
	struct idp_users users;
	bool is_oiosaml3, encrypts;
};

/* Everything that the configuration names. Errors: CONFIG_INVALID, those of the files. */
MUST_USE bool idp_open(const struct config *c, struct idp **out, struct err *e);
void idp_close(struct idp *idp);
void idp_call(struct http_call *c, void *idp); /* an http_handler */
MUST_USE bool idp_metadata(const struct idp *idp, struct arena *a, struct buf *out,
			   struct err *e);

#endif
