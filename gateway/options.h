/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Settings: one row each (options.c), read from sluse.conf once, checked before the first
 * socket opens, immutable after. No setting switches a security check off.
 */
#ifndef GATEWAY_OPTIONS_H
#define GATEWAY_OPTIONS_H

#include <stdint.h>
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

enum setting {
	OPT_ENVIRONMENT,
	OPT_DATABASE,
	OPT_WSDL_DIR,
	OPT_CLOCK_SHIFT,
	OPT_LISTEN_SYSTEM,
	OPT_LISTEN_BROWSER,
	OPT_LISTEN_OPERATIONS,
	OPT_TLS_CERT,
	OPT_TLS_KEY,
	OPT_TLS_PASSWORD,
	OPT_TLS_CERT_EC,
	OPT_TLS_KEY_EC,
	OPT_TLS_PASSWORD_EC,
	OPT_PKCS11_MODULE,
	OPT_URL_SYSTEM,
	OPT_URL_BROWSER,
	OPT_ANCHORS,
	OPT_INTERMEDIATES,
	OPT_CRLS,
	OPT_CRL_REQUIRED,
	OPT_CRL_GRACE,
	OPT_FETCH,
	OPT_FETCH_HOSTS,
	OPT_FETCH_CA,
	OPT_FETCH_INTERVAL,
	OPT_STS_ENTITY_ID,
	OPT_STS_CERT,
	OPT_STS_KEY,
	OPT_STS_PASSWORD,
	OPT_STS_NEXT_CERT,
	OPT_STS_NEXT_KEY,
	OPT_STS_NEXT_PASSWORD,
	OPT_STS_NEXT_FROM,
	OPT_STS_TRUSTED,
	OPT_STS_LIFETIME,
	OPT_STS_ON_BEHALF,
	OPT_STS_JWT,
	OPT_STS_JWT_ISSUER,
	OPT_SERVICE_CERT,
	OPT_SERVICE_KEY,
	OPT_SERVICE_PASSWORD,
	OPT_SERVICE_NEXT_CERT,
	OPT_SERVICE_NEXT_KEY,
	OPT_SERVICE_NEXT_PASSWORD,
	OPT_SERVICE_NEXT_FROM,
	OPT_SERVICE_BODY,
	OPT_GUARD_BINDING,
	OPT_GUARD_LEVEL,
	OPT_GUARD_REVOCATION,
	OPT_GUARD_RS256,
	OPT_GUARD_HOSTS,
	OPT_HUB_ENTITY_ID,
	OPT_HUB_ALIAS,
	OPT_HUB_CERT,
	OPT_HUB_KEY,
	OPT_HUB_PASSWORD,
	OPT_HUB_NEXT_CERT,
	OPT_HUB_NEXT_KEY,
	OPT_HUB_NEXT_PASSWORD,
	OPT_HUB_NEXT_FROM,
	OPT_HUB_ORGANISATION,
	OPT_HVEM_ENTITY_ID,
	OPT_HVEM_CERT,
	OPT_HVEM_KEY,
	OPT_HVEM_METADATA_OF_HUB,
	OPT_IDP_ENTITY_ID,
	OPT_IDP_CERT,
	OPT_IDP_KEY,
	OPT_IDP_USERS,
	OPT_REGISTRY_OPERATOR,
	OPT_REGISTRY_INACTIVE,
	OPT_REGISTRY_KEY_OPTIONAL,
	OPT_REGISTRY_PURGE,
	OPT_IMPORT_SOURCES,
	OPT_IMPORT_WORK,
	OPT_IMPORT_MOST_REMOVED,
	OPT_IMPORT_LEAST_REMOVED,
	OPT_WORKERS,
	OPT_IO_THREADS,
	OPT_CONNECTIONS,
	OPT_IDLE_TIMEOUT,
	OPT_DRAIN_TIMEOUT,
	OPT_AUDIT_INTERVAL,
	OPT_AUDIT_HEADS,
	OPT_LOG_LEVEL,
	OPT_LOG_FORMAT,
	OPT_COUNT
};

enum option_type {
	OPTION_TEXT,
	OPTION_PATH,
	OPTION_KEY, /* a file, or a pkcs11: URI */
	OPTION_ADDRESS,
	OPTION_URL,
	OPTION_NUMBER,
	OPTION_SECONDS,
	OPTION_FLAG,
	OPTION_TIME, /* a moment; its number is an instant */
	OPTION_CHOICE
};

struct option_row {
	const char *name; /* section.key */
	enum option_type type;
	const char *fallback; /* default, as it would be written; NULL: none, the setting may be
				 absent */
	int64_t min, max;     /* of numbers */
	const char *choices;  /* of OPTION_CHOICE: separated by blanks */
	bool is_reloadable;
	const char *text; /* one sentence */
};

extern const struct option_row option_rows[OPT_COUNT];

struct config;

/* path NULL: all defaults. Relative paths in the file are relative to it.
 * Errors: CONFIG_INVALID; problems gets one line a problem, with the place. */
MUST_USE bool config_load(const char *path, struct config **out, struct buf *problems,
			  struct err *e);
void config_free(struct config *c);
const char *config_text(const struct config *c, enum setting o); /* NULL if absent */
struct str config_str(const struct config *c, enum setting o);
int64_t config_number(const struct config *c, enum setting o); /* seconds for OPTION_SECONDS */
bool config_flag(const struct config *c, enum setting o);
bool config_is_set(const struct config *c, enum setting o);
bool config_is_production(const struct config *c);
const char *config_library(void); /* version of what reads the file */
/*
 * Every row with type, default, reloadable and text; also the source of sluse.conf.example.
 * false: there is no such setting, and what is written says which name is nearest.
 */
MUST_USE bool config_explain(const char *name_or_null, struct buf *out);
void config_show(const struct config *c,
		 struct buf *out); /* effective values; no secrets are in there */
/* Names of settings that differ and cannot be reloaded, one a line; true if there are none. */
bool config_may_replace(const struct config *old, const struct config *next, struct buf *out);

#endif
