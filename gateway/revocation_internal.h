/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of gateway/revocation*.c share. */
#ifndef GATEWAY_REVOCATION_INTERNAL_H
#define GATEWAY_REVOCATION_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>
#include "crypto/revocation.h"
#include "gateway/fetch.h"
#include "gateway/revocation.h"

enum source_state {
	SOURCE_MISSING, /* nothing heard, or too long ago */
	SOURCE_STALE,   /* past its end, within the grace */
	SOURCE_FRESH,
};
const char *source_state_name(enum source_state s);

/*
 * Lists of one address that are about different certificates: one never stands for another, so
 * they are held beside one another, each in a place of its own.
 */
#define SOURCE_LISTS 3

/* A list, or the question about one certificate. */
struct source {
	uint8_t key[32]; /* digest of address, certificate and issuer */
	bool is_list;
	char *url;
	char host[256];
	struct cert *cert;   /* of a question */
	struct cert *issuer; /* who speaks: of that certificate, or of the list */
	/* what was heard; under the lock */
	struct revlist *lists[SOURCE_LISTS];
	size_t newest; /* of them: which one was heard last */
	struct revanswer answer;
	bool has_answer;
	bool is_new; /* not what was held before */
	/* of the thread alone */
	uint64_t next_us;
	unsigned failures;
	enum source_state told;
};
void source_free(struct source *s);

struct revocation {
	struct app *app;
	pthread_t thread;
	bool has_thread;
	atomic_bool should_stop;
	pthread_mutex_t lock; /* sources and what they hold, rounds */
	pthread_cond_t turn;
	struct source **sources; /* ordered by key */
	size_t count;
	uint64_t rounds;
	bool is_changed;
	atomic_ulong fetched, failed, refused;
	/* what the sources were gathered from; of the thread */
	const struct trust_snapshot *known;
	const struct platform *platform;
};

/* Gathers sources anew if what is known or the platform has changed. revocation_sources.c */
MUST_USE bool revocation_refresh(struct revocation *r, const struct platform *p, struct err *e);
/* What the store has of a source. Something useless is no error. */
MUST_USE bool revocation_restore(struct revocation *r, const struct platform *p,
				 struct source *s, struct err *e);
/* Everything that is held, and besides what these new ones hold, for one set of anchors. */
void revocation_teach_with(struct revocation *r, const struct platform *p,
			   struct source *const *fresh, size_t count);
/* Logs and notes what became revoked of what is known: for lists, decides nothing. */
MUST_USE bool revocation_survey(struct revocation *r, const struct platform *p, struct err *e);
enum source_state source_state(const struct source *s, const struct config *c, instant now);

#endif
