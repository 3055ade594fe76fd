/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the files of trust/ share: the tables that describe every kind of document, documents
 * in the making (apply), and the snapshot that they become.
 */
#ifndef TRUST_INTERNAL_H
#define TRUST_INTERNAL_H

#include <jansson.h>
#include <stdatomic.h>
#include <stdbool.h>
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"
#include "base/time.h"
#include "crypto/certs.h"
#include "store/store.h"
#include "trust/apply.h"
#include "trust/trust.h"

/* ---- what a document may hold: types.c ---- */

enum field_kind {
	FIELD_TEXT = 1,  /* up to max characters, no control characters but line ends */
	FIELD_NAME,      /* up to max characters without blanks */
	FIELD_SLUG,      /* letters, digits and '-': goes into identifiers */
	FIELD_URI,       /* absolute, no blanks */
	FIELD_PARAMETER, /* the name of a value that the IdP sends: http(s)://…/parametric */
	FIELD_DOMAIN,    /* a DNS name */
	FIELD_UUID,
	FIELD_CVR,
	FIELD_DIGITS, /* max of them */
	FIELD_REGEX,  /* POSIX extended, without back references */
	FIELD_IP,     /* an address, or a range as address/bits */
	FIELD_BOOL,
	FIELD_INT,   /* 1 to max */
	FIELD_TIME,  /* a moment or a Danish date */
	FIELD_STATE, /* one of the type's states */
	FIELD_CHOICE,
	FIELD_GROUP,
	FIELD_CERT,     /* from a file or as text; kept as PEM */
	FIELD_METADATA, /* from a file or as text */
};

enum { FIELD_REQUIRED = 1, FIELD_MANY = 2 };

struct field {
	const char *name; /* NULL ends a table */
	enum field_kind kind;
	unsigned flags;
	int max;
	const char *const *choices; /* ends with NULL */
	const struct field *fields; /* of a group */
};

enum doc_kind {
	DOC_MYNDIGHED,
	DOC_LEVERANDOER,
	DOC_SYSTEM,
	DOC_SERVICE,
	DOC_DA_TYPE,
	DOC_BSR,
	DOC_JFR,
	DOC_AFTALE,
	DOC_IDP,
	DOC_KINDS
};

struct doc_type {
	const char *name; /* in the store */
	const char *list; /* in files */
	const char *id;   /* the field that names it */
	const char *const *states;
	const struct field *fields;
};

extern const struct doc_type doc_types[DOC_KINDS];
extern const struct field doc_envelope[]; /* fields of every type */

/* false: a type that this room does not know */
bool doc_kind_of(struct str name, enum doc_kind *out);
const struct field *doc_field(const struct field *fields, const char *name);

/* ---- documents ---- */

struct doc {
	enum doc_kind kind;
	struct str id;
	json_t *json;     /* owned by the list */
	struct str place; /* "file:line", or "known" */
	json_t *old;      /* as it is known, borrowed; NULL: new */
	bool is_given;    /* a file names it */
};

struct docs {
	struct doc *at;
	size_t count, room;
};

void docs_release(struct docs *d);
void docs_add(struct docs *d, const struct doc *doc); /* takes doc->json */
void docs_sort(struct docs *d);                       /* by kind, then id */
const struct doc *docs_find(const struct docs *d, enum doc_kind kind, struct str id);
/* Documents of one kind in a sorted list. */
const struct doc *docs_of(const struct docs *d, enum doc_kind kind, size_t *count);

/* Borrowed from the JSON; absent if not there or of another type. */
struct str json_text(const json_t *o, const char *name);
bool json_flag(const json_t *o, const char *name, bool otherwise);
int json_number(const json_t *o, const char *name);
bool json_is_state(const json_t *o, const char *const *states);
struct validity json_validity(const json_t *o);
/* Elements of a list; 0 without one. */
size_t json_count(const json_t *o, const char *name);
struct str json_text_at(const json_t *o, const char *name, size_t i);
const json_t *json_item(const json_t *o, const char *name, size_t i);
struct str json_element_text(const json_t *element);
/* flags: JSON_COMPACT, JSON_SORT_KEYS, JSON_INDENT(n) */
void json_write(const json_t *v, size_t flags, struct buf *out);

/* ---- reading and checking what is to be applied ---- */

/* Documents that are to be applied, made out of what is known; out is empty and released. */
typedef bool docs_fn(const struct docs *known, struct docs *out, void *arg, struct err *e);
/*
 * Applies what fn makes, as apply_files() would, but all of it on the store's writer: what fn
 * saw is what is known when it is written. Errors: those of fn and of apply_files().
 */
MUST_USE bool apply_known(struct store *s, docs_fn *fn, void *arg,
			  const struct apply_options *o, struct apply_report *out,
			  struct err *e);

/* Where problems go, and where we are. */
struct findings {
	struct buf *problems, *warnings;
	struct arena *arena;
	size_t count; /* problems */
};

void finding_problem(struct findings *f, struct str place, const char *fmt, ...)
	PRINTF_LIKE(3, 4);
void finding_warn(struct findings *f, struct str place, const char *fmt, ...) PRINTF_LIKE(3, 4);

/*
 * A document in its one form: every field known and within its bounds, certificates and
 * metadata as text, times in UTC. root: folder that file names are relative to. A new
 * reference, or NULL after telling what is wrong.
 */
json_t *normal_document(struct findings *f, enum doc_kind kind, const json_t *in,
			struct str place, struct str root);
/* What is wrong with a text for a field of that kind; NULL: nothing. */
const char *form_problem(const struct field *field, struct str s);
struct str pem_of_cert(struct arena *a, const struct cert *c);

/* Reads the files into documents; what is wrong with them becomes problems. */
void read_files(const char *const *paths, size_t count, struct str root, struct docs *out,
		struct findings *f);
MUST_USE bool read_file(const char *path, size_t max_bytes, struct arena *a, struct str *out,
			struct err *e);

/* References, uniqueness, certificates, role owners: over everything that would be known. */
void check_documents(const struct docs *d, bool is_development, struct findings *f);
void check_certificates(const struct docs *d, bool is_development, struct findings *f);
void check_roles(const struct docs *d, struct findings *f);
void check_peers(const struct docs *d, const struct apply_options *o, struct findings *f);

/* One block: what becomes of a document. before or after may be NULL. */
void diff_document(const struct doc_type *type, struct str id, const json_t *before,
		   const json_t *after, struct buf *out);

/* ---- the snapshot ---- */

struct table { /* text -> pointer, filled once */
	struct table_slot {
		struct str key;
		const void *value;
	} * slots;
	size_t room, count;
};

void table_init(struct table *t, size_t entries, struct arena *a);
/* false: the key is there already; it keeps its value */
bool table_add(struct table *t, struct str key, const void *value);
const void *table_find(const struct table *t, struct str key);

enum agreement_state {
	AGREEMENT_STATE_NONE = 0,
	AGREEMENT_STATE_IN_FORCE,
	AGREEMENT_STATE_SUSPENDED,
	AGREEMENT_STATE_ENDED
};

struct agreement_role {
	struct str id;
	const struct constraint *constraints; /* ordered */
	size_t constraint_count;
};

struct agreement_line {
	struct str service;
	const struct agreement_role *roles;
	size_t role_count;
};

struct agreement {
	struct str id, system, data_owner, data_receiver;
	enum agreement_state state;
	struct validity valid;
	const struct str *contexts;
	size_t context_count;
	const struct agreement_line *lines;
	size_t line_count;
	const struct agreement *next; /* of the same system, by id */
};

struct bsr {
	struct str id, system;
	bool is_active;
	const struct str *mandatory;
	size_t mandatory_count;
};

struct jfr_line {
	const struct bsr *bsr;
	const struct trust_da_value *da;
	size_t da_count;
};

struct jfr {
	struct trust_jfr public;
	const struct jfr_line *lines;
	size_t line_count;
};

/* Who answers for systems. */
struct vendor {
	struct str cvr;
	bool is_active;
	struct validity valid;
};

struct trust_snapshot {
	atomic_uint references;
	struct arena *arena;
	uint64_t generation;

	struct trust_myndighed *myndigheder;
	struct trust_system *systems;
	struct trust_service *services;
	struct trust_da_type *da_types;
	struct bsr *bsrs;
	struct jfr *jfrs;
	struct agreement *agreements;
	struct trust_idp *idps;
	size_t count[DOC_KINDS];

	struct table myndighed_by_cvr, vendor_by_cvr, system_by_id, system_by_entity,
		service_by_name;
	struct table da_type_by_id, bsr_by_id, jfr_by_id, agreements_of_system, idp_by_id;
	struct table cert_by_sha256, cert_by_ski, cert_by_sha1, cert_by_serial;

	struct cert **certs; /* to be let go */
	size_t cert_count;
};

/* A certificate and whose it is: values of the certificate tables. */
struct known_cert {
	const struct trust_system *system;
	const struct trust_cert *cert;
};

/* From a list sorted by kind and id. References: one. Errors: KNOWN_MALFORMED. */
MUST_USE bool model_build(const struct docs *d, uint64_t generation,
			  struct trust_snapshot **out, struct err *e);
void model_free(struct trust_snapshot *s);
MUST_USE bool model_systems(struct trust_snapshot *s, const struct doc *docs, struct err *e);
MUST_USE bool model_roles(struct trust_snapshot *s, const struct docs *d, struct err *e);
MUST_USE bool model_agreements(struct trust_snapshot *s, const struct doc *docs, struct err *e);
const struct str *model_texts(struct arena *a, const json_t *o, const char *name,
			      size_t *count);
/* Everything known at `at`, sorted. Documents of types that this room does not know stay out.
 */
MUST_USE bool docs_load(struct reading *r, instant at, struct arena *a, struct docs *out,
			struct err *e);

#endif
