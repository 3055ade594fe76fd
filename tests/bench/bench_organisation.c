/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An authority's own work at the size of a large municipality: one picture of everything, the
 * rules, the figures and a chart over it.
 *
 *	bench_organisation [UNITS [FILE]]	(15,000 by default; FILE is left behind)
 *
 * Of 15,000 units: 10,000 users with a person each, 20,000 functions, 65,000 addresses. A tenth
 * has two registrations.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "administration/chart.h"
#include "administration/svg.h"
#include "base/clock.h"
#include "organisation/types.h"
#include "organisation/wellknown.h"
#include "registry/internal.h"
#include "tests/bench/bench.h"
#include "tests/unit/organisation_world.h"

#define CVR "11111111"
#define JOB 2000

static struct store *store;
static size_t made;

struct batch {
	struct arena *a;
	struct object_new at[JOB];
	size_t count;
};

static struct batch batch;

static bool
append(struct tx *tx, void *arg, struct err *e)
{
	struct batch *b = arg;

	for (size_t i = 0; i < b->count; i++)
		if (!objects_append(tx, &b->at[i], e))
			return false;
	return true;
}

static void
flush(void)
{
	struct err e = ERR_INIT;

	if (!store_write(store, append, &batch, &e))
		bench_die("append", &e);
	batch.count = 0;
	arena_reset(batch.a);
}

static struct uuid
id(char kind, size_t i)
{
	struct uuid u = {{(uint8_t)kind}};

	for (size_t k = 0; k < 4; k++)
		u.b[12 + k] = u.b[1 + k] = (uint8_t)(i * 2654435761u >> (8 * k));
	u.b[6] = 0x40;
	u.b[8] = 0x80;
	return u;
}

static const char *
name(char kind, size_t i)
{
	static char text[8][UUID_TEXT_LEN + 1];
	static size_t at;

	uuid_format(id(kind, i), text[at = (at + 1) % 8]);
	return text[at];
}

static void
put(const struct oio_type *t, char kind, size_t i, const char *line)
{
	struct registrering reg = {.livscyklus = LIV_IMPORTERET};
	struct object_new *n = &batch.at[batch.count];

	place_content(t, line, batch.a, &reg.content, &reg.livscyklus);
	stored_pack(t, &reg, INSTANT_MIN, batch.a, n);
	n->key = (struct object_key){STR(CVR), t->id, id(kind, i)};
	n->at = SECONDS(1600000000 + 2000 * (int64_t)++made);
	if (++batch.count == JOB)
		flush();
}

#define LINE(...) (snprintf(line, sizeof(line), __VA_ARGS__), line)

static void
put_unit(size_t i)
{
	static const char *const words[] = {"Center", "Afdeling", "Skole", "Team", "Børnehus"};
	char line[900];
	/* 1, then 20, then by twelve */
	size_t above = i == 0 ? 0 : i <= 20 ? 0 : 1 + (i - 21) / 12;

	put(&type_organisationenhed, 'u', i,
	    LINE("n:%s_%zu Tilhoerer:%s %s%s Adresser:%s/email Adresser:%s/telefon %s",
		 words[i % 5], i, name('o', 0), i ? "Overordnet:" : "",
		 i ? name('u', above) : "", name('a', 2 * i), name('a', 2 * i + 1),
		 i % 3 ? "Opgaver:K" : ""));
	put(&type_adresse, 'a', 2 * i, LINE("k:a%zu n:enhed%zu@korsbaek.example", i, i));
	put(&type_adresse, 'a', 2 * i + 1, LINE("k:t%zu n:33%06zu", i, i % 1000000));
}

static void
put_user(size_t i, size_t units, size_t first_address)
{
	char line[900];

	put(&type_person, 'p', i, LINE("k:p%zu n:Person_%zu", i, i));
	put(&type_bruger, 'b', i,
	    LINE("n:bruger%zu Tilhoerer:%s TilknyttedePersoner:%s Adresser:%s/email "
		 "Adresser:%s/telefon Adresser:%s/lokation",
		 i, name('o', 0), name('p', i), name('a', first_address + 3 * i),
		 name('a', first_address + 3 * i + 1), name('a', first_address + 3 * i + 2)));
	put(&type_adresse, 'a', first_address + 3 * i,
	    LINE("k:e%zu n:b%zu@korsbaek.example", i, i));
	put(&type_adresse, 'a', first_address + 3 * i + 1, LINE("k:f%zu n:44%06zu", i, i));
	put(&type_adresse, 'a', first_address + 3 * i + 2, LINE("k:l%zu n:Lokale_%zu", i, i));
	put(&type_organisationfunktion, 'f', 2 * i,
	    LINE("n:Stilling k:s%zu Funktionstype:ENHEDSROLLE TilknyttedeOrganisationer:%s "
		 "TilknyttedeEnheder:%s TilknyttedeBrugere:%s",
		 i, name('o', 0), name('u', i * 7 % units), name('b', i)));
	put(&type_organisationfunktion, 'f', 2 * i + 1,
	    LINE("n:Leder k:l%zu Funktionstype:LEDERROLLE TilknyttedeOrganisationer:%s "
		 "TilknyttedeEnheder:%s TilknyttedeBrugere:%s",
		 i, name('o', 0), name('u', i % units), name('b', i)));
}

static void
fill(size_t units)
{
	char line[900];
	size_t users = units * 2 / 3, i;

	batch.a = arena_new();
	put(&type_virksomhed, 'v', 0, "n:Korsbæk CVR-NummerTekst=11111111");
	put(&type_organisation, 'o', 0,
	    LINE("n:Korsbæk_Kommune Virksomhed:%s Overordnet:%s", name('v', 0), name('u', 0)));
	for (i = 0; i < units; i++)
		put_unit(i);
	for (i = 0; i < users; i++)
		put_user(i, units, 2 * units);
	for (i = 0; i < units; i += 2)
		put(&type_organisationenhed, 'u', 0,
		    LINE("n:Korsbæk_Kommune Tilhoerer:%s", name('o', 0)));
	flush();
	arena_free(batch.a);
}

/* ---- measuring ---- */

static uint64_t begun;

static void
tell(const char *what, const char *more)
{
	printf("bench %-22s ms=%.0f%s\n", what, (double)(clock_monotonic_us() - begun) / 1e3,
	       more);
	begun = clock_monotonic_us();
}

static void
measure(void)
{
	struct picture_question q = {
		.cvr = STR(CVR), .virkning = clock_now(), .registrering = INSTANT_MAX};
	AUTO(arena_freep) struct arena *a = arena_new();
	AUTO(buf_release) struct buf svg = BUF_INIT(SVG_BYTES);
	struct picture *p;
	struct rules_report report;
	struct rules_question ask = {.language = RULE_DANISH};
	struct figures figures;
	struct figures_question count = {.report = &report, .step = FIGURES_MONTH};
	struct chart_question chart = {.most = SIZE_MAX, .when = STR("nu")};
	struct reading *r;
	struct err e = ERR_INIT;
	struct rusage used;
	char more[80];
	size_t objects;

	begun = clock_monotonic_us();
	if (!picture_take(store, &q, &p, &e))
		bench_die("picture", &e);
	(void)picture_all(p, &objects);
	getrusage(RUSAGE_SELF, &used);
	snprintf(more, sizeof(more), " objects=%zu peak_mb=%ld", objects,
		 used.ru_maxrss / 1024);
	tell("organisation_picture", more);
	rules_check(p, &ask, a, &report);
	snprintf(more, sizeof(more), " findings=%zu", report.count);
	tell("organisation_rules", more);
	if (!store_read(store, &r, &e))
		bench_die("read", &e);
	count.picture = p;
	if (!figures_make(r, &count, a, &figures, &e))
		bench_die("figures", &e);
	tell("organisation_figures", "");
	chart.picture = p;
	if (!chart_svg(&chart, a, &svg, &e))
		bench_die("chart", &e);
	snprintf(more, sizeof(more), " kb=%zu", svg.len / 1024);
	tell("organisation_chart", more);
	store_read_end(r);
	picture_free(p);
	q.registrering = clock_now();
	if (!picture_take(store, &q, &p, &e))
		bench_die("picture", &e);
	tell("organisation_as_of", "");
	picture_free(p);
}

int
main(int argc, char **argv)
{
	struct store_options o = {.create = true, .readers = 2};
	struct err e = ERR_INIT;
	char path[200];
	int64_t units = 15000;

	if (argc > 1 && !str_to_i64(str_from(argv[1]), 21, 1000000, &units))
		return 2;
	snprintf(path, sizeof(path), "build/bench-organisation-%ld.db", (long)getpid());
	o.path = argc > 2 ? argv[2] : path;
	if (!store_open(&o, &store, &e))
		bench_die(o.path, &e);
	fill((size_t)units);
	measure();
	store_close(store);
	for (size_t i = 0; argc <= 2 && i < 3; i++) {
		static const char *const ends[] = {"", "-wal", "-shm"};
		char name_of[220];

		snprintf(name_of, sizeof(name_of), "%s%s", path, ends[i]);
		unlink(name_of);
	}
	return 0;
}
