/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who is known, and what holds between them: authorities, vendors, it-systems with their
 * certificates, services, agreements, roles, IdPs. Read-only snapshots, built whole from the
 * store and replaced whole when what is known changes. Validity is judged at the moment asked
 * for, never by a batch.
 * Source: administration contract 3; token-service contract 2.5; context-handler contract 5.
 */
#ifndef TRUST_TRUST_H
#define TRUST_TRUST_H

#include <stdint.h>
#include "base/arena.h"
#include "base/caller.h"
#include "base/err.h"
#include "base/str.h"
#include "base/time.h"
#include "crypto/certs.h"
#include "store/store.h"

struct validity {
	instant from, to; /* [from, to) */
};

struct trust_myndighed {
	struct str cvr, navn, rolledomaene;
	bool is_active;
	struct validity valid;
};

struct trust_cert {
	struct cert *cert;
	bool is_blocked; /* spaerret or removed: refused at once */
};

struct trust_system {
	struct str id, navn, cvr; /* cvr: owner (vendor or authority) */
	/* spaerret, nedlagt, kladde, or its vendor is not in force: no token, no login */
	bool is_blocked;
	struct validity valid;
	const struct trust_cert *certs; /* facet anvender */
	size_t cert_count;
	/* contexts besides those of its agreements */
	const struct str *contexts;
	size_t context_count;
	bool may_impersonate;
	const struct str *represents; /* these systems alone; none: any */
	size_t represent_count;
	/* facet brugervendt; entity_id absent: none */
	struct str entity_id, metadata_xml;
	bool is_oiosaml3;
	int min_level;                /* old scale 1–4, or 0 */
	struct str min_nsis;          /* "Low" "Substantial" "High", or absent */
	struct str attribute_profile; /* KOMBIT, KOMBIT_WITHOUT_PERSONAL_DATA, SEB */
	struct str nameid_mode;       /* copy, persistent, transient */
	bool recipient_is_entity_id, require_role, drop_role;
	bool bootstrap_token;     /* a login comes with one */
	struct str bpp_namespace; /* "itst" or "digst"; absent: by profile */
};

struct trust_service_role {
	struct str id;
	const struct str *restriction_types;
	size_t restriction_type_count;
};

struct trust_service {
	struct str id, navn; /* entity id */
	struct str provider; /* it-system that offers it; absent: not said */
	struct validity valid;
	const struct str *identifiers; /* further spellings that AppliesTo may name */
	size_t identifier_count;
	const struct trust_service_role *roles;
	size_t role_count;
};

/* One active agreement line for one role and one context. */
struct trust_assignment {
	struct str id;
	struct str role;                      /* servicesystemrolle */
	struct str context_cvr;               /* anvenderkontekst */
	struct str scope_cvr;                 /* data owner's CVR in the privilege scope */
	const struct constraint *constraints; /* ordered by type, then value */
	size_t constraint_count;
};

/* What a dataafgrænsning of that name looks like. */
struct trust_da_type {
	struct str id, navn, kind; /* SINGLE, MULTI, TEXT, ITSYSTEM, ITSYSTEM_MULTI */
	bool is_multi;             /* a comma splits its values */
};

struct trust_da_value {
	struct str type; /* dataafgrænsningstype */
	const struct str *values;
	size_t value_count;
	bool is_dynamic; /* values[0] is the parametric id */
};

/* A jobfunktionsrolle line as seen from a brugervendt system. */
struct trust_mapping {
	struct str jfr, bsr;
	/* system that owns the BSR; differs from the asker's: data error */
	struct str bsr_system;
	const struct trust_da_value *da;
	size_t da_count;
	const struct str *mandatory_types; /* of the BSR */
	size_t mandatory_count;
};

struct trust_delegation {
	struct str cvr;
	struct validity valid;
};

struct trust_jfr {
	struct str id, navn, owner_cvr;
	struct validity valid;
	bool is_active;
	const struct trust_delegation *delegated;
	size_t delegated_count;
};

struct trust_idp {
	struct str entity_id, navn, beskrivelse, metadata_xml, profile;
	const struct str *contexts; /* CVRs; none: inactive */
	size_t context_count;
	const struct str *ip_ranges;
	size_t ip_range_count;
	int max_level;
	struct str max_nsis;
	bool is_active, knows_roles, is_mobile_ready, supports_scope, supports_step_up;
	bool allow_o_mismatch, trust_forceauthn;
	struct validity valid;
};

struct trust;          /* follows the store */
struct trust_snapshot; /* immutable */

MUST_USE bool trust_open(struct store *s, struct trust **out, struct err *e);
void trust_close(struct trust *t);
/* Rebuilds if what is known changed. On failure the old snapshot stays in force. */
MUST_USE bool trust_refresh(struct trust *t, bool *changed, struct err *e);
const struct trust_snapshot *trust_hold(struct trust *t);
void trust_release(const struct trust_snapshot *s);
void trust_releasep(const struct trust_snapshot **s);
/* What was known at a past moment; release it like any snapshot. */
MUST_USE bool trust_as_of(struct store *s, instant at, const struct trust_snapshot **out,
			  struct err *e);
uint64_t trust_generation(const struct trust_snapshot *s);

bool validity_holds(struct validity v, instant now);

const struct trust_myndighed *trust_myndighed(const struct trust_snapshot *s, struct str cvr);
const struct trust_system *trust_system(const struct trust_snapshot *s, struct str id);
/* By SHA-256 of the DER certificate (32 bytes). *blocked: the certificate itself is blocked. */
const struct trust_system *trust_system_by_cert(const struct trust_snapshot *s,
						struct str sha256, bool *blocked);
/* The certificate itself, for look-ups by key reference. NULL if not registered. */
const struct cert *trust_cert_by_ski(const struct trust_snapshot *s, struct str ski);
const struct cert *trust_cert_by_sha1(const struct trust_snapshot *s,
				      struct str thumbprint_hex);
const struct cert *trust_cert_by_issuer_serial(const struct trust_snapshot *s,
					       struct str issuer_net, struct str serial_hex);
const struct trust_system *trust_system_by_entity(const struct trust_snapshot *s,
						  struct str entity_id);
size_t trust_system_count(const struct trust_snapshot *s);
const struct trust_system *trust_system_at(const struct trust_snapshot *s, size_t i);
/*
 * AppliesTo as sent: exact id or identifier, then with one trailing '/' removed. *audience =
 * registered spelling.
 */
const struct trust_service *trust_service_find(const struct trust_snapshot *s,
					       struct str applies_to, struct str *audience);

/* NULL: no such dataafgrænsningstype. */
const struct trust_da_type *trust_da_type(const struct trust_snapshot *s, struct str id);

enum trust_agreement_verdict {
	AGREEMENT_NONE = 0,   /* no agreement for system, service and context */
	AGREEMENT_NO_CONTEXT, /* the CVR is no active anvenderkontekst of the system */
	AGREEMENT_SUSPENDED,
	AGREEMENT_EXPIRED,
	AGREEMENT_NO_ROLE, /* agreement without any role of the service that has roles */
	AGREEMENT_HOLDS,
};

/* Why: what was found on the way to a verdict. */
enum trust_ground {
	GROUND_UNASKED = 0,
	/* of the question as a whole */
	GROUND_SYSTEM_BLOCKED,
	GROUND_SYSTEM_NOT_VALID,
	GROUND_SERVICE_NOT_VALID,
	GROUND_AUTHORITY_UNKNOWN,
	GROUND_AUTHORITY_INACTIVE,
	GROUND_AUTHORITY_NOT_VALID,
	GROUND_NO_CONTEXT,
	GROUND_NO_AGREEMENT,
	/* of one agreement */
	GROUND_OTHER_CONTEXT,
	GROUND_OTHER_SERVICE,
	GROUND_ENDED,
	GROUND_EXPIRED,
	GROUND_DRAFT,
	GROUND_NOT_BEGUN,
	GROUND_SUSPENDED,
	GROUND_OWNER_INACTIVE,
	GROUND_NO_ROLE,
	GROUND_HOLDS,
	GROUND_COUNT
};

struct trust_ground_row {
	const char *name, *text;
	enum trust_agreement_verdict verdict; /* what it leads to by itself */
};
extern const struct trust_ground_row trust_ground_rows[GROUND_COUNT];

struct trust_finding {
	struct str agreement; /* absent: the question as a whole */
	enum trust_ground ground;
};

/* In the arena; in the order of the agreements. */
struct trust_why {
	struct trust_finding *at;
	size_t count;
};

/*
 * What an agreement gives `system` for `service` in the context of `cvr` at `now`: verdict, and
 * the assignments ordered by id. The only place that decides it.
 */
enum trust_agreement_verdict
trust_agreement(const struct trust_snapshot *s, const struct trust_system *system,
		const struct trust_service *service, struct str cvr, instant now,
		struct arena *a, const struct trust_assignment **out, size_t *count);

/* May `asker` have tokens with the rights of `other`? */
bool trust_may_represent(const struct trust_system *asker, const struct trust_system *other);

/* The same, and how it came about; why NULL: nobody asks. */
enum trust_agreement_verdict trust_agreement_why(const struct trust_snapshot *s,
						 const struct trust_system *system,
						 const struct trust_service *service,
						 struct str cvr, instant now, struct arena *a,
						 const struct trust_assignment **out,
						 size_t *count, struct trust_why *why);

const struct trust_idp *trust_idp(const struct trust_snapshot *s, struct str entity_id);
size_t trust_idp_count(const struct trust_snapshot *s);
const struct trust_idp *trust_idp_at(const struct trust_snapshot *s, size_t i);
const struct trust_jfr *trust_jfr(const struct trust_snapshot *s, struct str id);
/* Mappings of a jobfunktionsrolle to roles of that system, in registration order. */
size_t trust_mappings(const struct trust_snapshot *s, struct str system_id, struct str jfr,
		      struct arena *a, const struct trust_mapping **out);

#endif
