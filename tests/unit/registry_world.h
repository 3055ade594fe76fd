/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A registry on a store of its own, called as the dispatcher calls it: path, body, and a caller
 * with a role. The clock stands still at `now`.
 */
#ifndef TESTS_REGISTRY_WORLD_H
#define TESTS_REGISTRY_WORLD_H

#include "registry/registry.h"
#include "soap/dispatch.h"
#include "store/store.h"
#include "xml/parse.h"

/* 2024-09-10T08:00:00Z: ten in the morning in Copenhagen */
#define WORLD_NOW SECONDS(1725955200)
#define WORLD_OPERATOR "99999999"
#define KORSBAEK "11111111"
#define HAVNEBY "22222222"

struct world {
	struct store *store;
	struct registry *registry;
	char path[300];
	instant now;
	unsigned uuid_count; /* made so far */
};

/* Who calls: one privilege group for the own CVR. */
struct as {
	const char *cvr;
	const char *role;      /* udstil, rediger; NULL: none */
	const char *limits[4]; /* names of dataafgrænsninger with the value Ja */
	const char *scope;     /* NULL: cvr */
	unsigned claim;        /* 0: no replay key; else one made of it */
};

struct said {
	struct arena *a;
	bool ok;         /* false: a fault, see e */
	int status;      /* StatusKode; 0: none found */
	struct str text; /* FejlbeskedTekst */
	struct str xml;  /* the output element */
	struct xml_doc *doc;
	enum err_code verdict;
	bool is_recorded;
	struct err e;
};

void world_open(struct world *w);
/* … on files of that name, removed before and after */
void world_open_at(struct world *w, const char *path);
void world_reopen(struct world *w, const struct registry_options *o);
void world_options(struct world *w, struct registry_options *o);
void world_close(struct world *w);

/*
 * Calls an operation. body is the input element; in it "{T}" stands for the namespace
 * declarations of the service: default, s (sagdok), g (faelles), t (sts).
 */
void world_call(struct world *w, const struct as *as, const char *service, const char *body,
		struct said *out);
/*
 * Calls KlassifikationListeHent as JSON; the handler alone, whose caller is proven. out->xml is
 * the JSON, out->text what is told of a failure.
 */
void world_rest(struct world *w, const struct as *as, const char *body, struct said *out);
/* Calls, checks the StatusKode, forgets the rest. */
void world_expect(struct world *w, const struct as *as, const char *service, const char *body,
		  int status);
void said_end(struct said *s);
/* registry_event for all kinds; *out holds until the next call. */
bool world_event(struct reading *r, const struct event_row *row, struct str *out,
		 struct err *e);
bool said_has(const struct said *s, const char *text);
/* printf into one of 64 buffers in turn */
const char *fmt(const char *format, ...) PRINTF_LIKE(1, 2);

#endif
