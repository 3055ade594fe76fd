/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One change of one object, as a job on the store's writer: look at what is there, decide, add
 * registrations with audit record, claims and event. For the files of the engine only.
 */
#ifndef REGISTRY_CHANGE_H
#define REGISTRY_CHANGE_H

#include "registry/internal.h"

enum change_kind { CHANGE_IMPORT, CHANGE_OPRET, CHANGE_RET, CHANGE_PASSIVER, CHANGE_SLET };

struct change {
	struct work *w;
	enum change_kind kind;
	struct uuid uuid;
	/* IMPORT, OPRET: what is to be registered, merged, in order; RET: regs[0] as sent */
	struct registrering *regs;
	size_t count;
	struct object_new *packed; /* IMPORT, OPRET: of each, made before the job */
	bool without_claims;       /* of several changes in one call, the later ones */
};

/* Makes `packed`. For IMPORT and OPRET. */
void change_prepare(struct change *ch);
/*
 * Inside a job. Errors: RETUR_NOT_FOUND, RETUR_DENIED, RETUR_LIFECYCLE, RETUR_INPUT, with text.
 */
MUST_USE bool change_apply(struct tx *tx, struct change *ch, struct err *e);
/* In a job of its own; sets c->is_recorded. */
MUST_USE bool change_run(struct change *ch, struct err *e);

/* The registrations of one import in order of their Tidspunkt, each merged into the one
 * before; validated. Errors: those of validate.h. */
MUST_USE bool change_read_import(struct change *ch, struct err *e);

#endif
