/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A message of ours under construction: parts are written once, canonical, digested as they
 * stand, and put together. Used for answers, and by the client for requests.
 * Source: token-service contract 1.7, 5.8.
 */
#ifndef WSTRUST_COMPOSE_H
#define WSTRUST_COMPOSE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "soap/envelope.h"
#include "xml/sign.h"
#include "xml/write.h"

#define COMPOSE_PARTS_MAX 12

enum compose_place { COMPOSE_HEADER, COMPOSE_SECURITY, COMPOSE_AFTER_SECURITY };

struct compose_part {
	enum compose_place place;
	struct str id; /* absent: cannot be signed */
	size_t from, to;
};

struct compose {
	struct arena *a;
	struct str ns;	    /* of the envelope */
	const char *prefix; /* for it: "s" unless set before the body */
	struct buf head, body;
	struct xml_out *out; /* writes parts of the header */
	struct compose_part parts[COMPOSE_PARTS_MAX];
	size_t part_count;
	struct str body_id;
};

void compose_init(struct compose *m, enum soap_version version, struct arena *a);
void compose_release(struct compose *m);

/* One part: begin, write one apex element to m->out, end. */
void compose_begin(struct compose *m, enum compose_place place, struct str id);
void compose_end(struct compose *m);
/* Header blocks of wsa as one apex; must_understand writes the attribute. */
void compose_wsa(struct compose *m, const char *local, struct str id, bool must_understand,
		 struct str value);
void compose_transaction(struct compose *m, enum compose_place place, struct str uuid);

/* Opens Body, discarding one written before; its children go to the writer returned. */
struct xml_out *compose_body(struct compose *m, struct str id);
void compose_body_end(struct compose *m, struct xml_out *o);

/*
 * What is signed, in this order; ids without a part are left out. NULL: nothing is signed, and
 * Security is written only if a part stands in it.
 */
struct compose_signature {
	const struct str *ids;
	size_t id_count;
	/* a SecurityTokenReference signed by STR-Transform, and its token; or absent */
	struct str str_id, str_token;
	enum sign_keyinfo keyinfo;
	struct str key_id;
	const struct signer *signer;
};

/* Writes the whole envelope. Errors: KEY_UNUSABLE, ANSWER_TOO_LARGE. */
MUST_USE bool compose_finish(struct compose *m, const struct compose_signature *s,
			     struct buf *out, struct err *e);

#endif
