/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A municipality in one publication, and the way back, beside a writer that a service would be.
 *
 *	bench_publish [OBJECTS]	(120,000 by default)
 *
 * Of 120 objects 15 are units, 10 users with a person each, 25 functions, 60 addresses. Told:
 * how long the draft took to fill, the plan to make, the job to run (during which nobody else
 * writes) and the longest that the other writer, a process of its own, waited for one commit;
 * memory at its most, and the size of the database.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "administration/publish.h"
#include "base/clock.h"
#include "crypto/random.h"
#include "tests/bench/bench.h"

#define CVR "11111111"
#define BATCH 5000

static struct desk desk = {
	.cvr = STR_INIT(CVR), .actor = STR_INIT("cli:bench"), .make_uuid = random_uuid};
static char path[200];

/* Shared with the other writer. */
struct watch {
	volatile bool is_done;
	volatile uint64_t worst_us, writes;
};
static struct watch *watch;

static struct uuid
uuid_of(const struct oio_type *t, size_t n)
{
	uint64_t x = n * 0x9e3779b97f4a7c15ull ^ t->id * 0xc2b2ae3d27d4eb4full;
	struct uuid u;

	/* scattered as real ones are */
	for (size_t i = 0; i < sizeof(u.b); i++) {
		x = x * 6364136223846793005ull + 1442695040888963407ull;
		u.b[i] = (uint8_t)(x >> 56);
	}
	return u;
}

static const struct oio_type *
type_of(size_t n, size_t *number)
{
	size_t row = n % 120, block = n / 120;

	if (row < 15)
		return *number = block * 15 + row, &type_organisationenhed;
	if (row < 25)
		return *number = block * 10 + row - 15, &type_bruger;
	if (row < 35)
		return *number = block * 10 + row - 25, &type_person;
	if (row < 60)
		return *number = block * 25 + row - 35, &type_organisationfunktion;
	return *number = block * 60 + row - 60, &type_adresse;
}

static void
add_relation(struct oio_content *c, const struct oio_type *t, const char *name, struct uuid to)
{
	struct oio_item *i = &c->items[c->count];
	size_t field;

	if (!oio_field_by_name(t, name, &field))
		return;
	*i = (struct oio_item){.v = {.fra = EDIT_DAY, .til = INSTANT_MAX},
			       .part = OIO_RELATION,
			       .field = field,
			       .seq = c->count++,
			       .u.relation.ref = ref_of_uuid(to)};
	if (t->fields[field].value == OIO_ROLE_REF) {
		i->u.relation.rolle.ref = ref_of_uuid(uuid_of(t, 1u << 30));
		i->u.relation.type.ref = ref_of_uuid(uuid_of(t, 1u << 31));
		i->u.relation.indeks = STR("1");
	}
}

static void
make(size_t n, struct arena *a, struct edit *out)
{
	size_t number, field;
	const struct oio_type *t = type_of(n, &number);
	struct oio_range texts = oio_part_range(t, OIO_ATTRIBUT);
	struct oio_slot *slots = ARENA_NEW_N(a, texts.end, struct oio_slot);
	struct oio_content c = {.items = ARENA_NEW_N(a, 16, struct oio_item), .count = 1};

	*out = (struct edit){.type = t, .uuid = uuid_of(t, number), .op = EDIT_IMPORTER};
	for (size_t i = texts.first; i < texts.end; i++)
		if (t->fields[i].value == OIO_TEXT && t->fields[i].max_chars >= 50)
			slots[i] = (struct oio_slot){
				.tag = OIO_TEXT,
				.u.text = arena_printf(a, "%s nummer %zu", t->name, number)};
	c.items[0] = (struct oio_item){.v = {.fra = EDIT_DAY, .til = INSTANT_MAX},
				       .part = OIO_ATTRIBUT,
				       .u.egenskab = slots};
	if (oio_field_by_name(t, "Gyldighed", &field)) {
		c.items[1] = (struct oio_item){.v = {.fra = EDIT_DAY, .til = INSTANT_MAX},
					       .part = OIO_TILSTAND,
					       .field = field,
					       .seq = 1,
					       .u.tilstand = {OIO_GYLDIGHED, .flag = true}};
		c.count = 2;
	}
	if (number > 0)
		add_relation(&c, t, "Overordnet", uuid_of(t, number / 6));
	add_relation(&c, t, "Tilhoerer", uuid_of(&type_organisation, 0));
	add_relation(&c, t, "Adresser", uuid_of(&type_adresse, number * 2));
	add_relation(&c, t, "Adresser", uuid_of(&type_adresse, number * 2 + 1));
	add_relation(&c, t, "TilknyttedePersoner", uuid_of(&type_person, number));
	if (t == &type_organisationfunktion) {
		add_relation(&c, t, "Funktionstype", uuid_of(&type_organisation, 1));
		add_relation(&c, t, "TilknyttedeEnheder",
			     uuid_of(&type_organisationenhed, number / 2));
		add_relation(&c, t, "TilknyttedeBrugere", uuid_of(&type_bruger, number / 3));
		add_relation(&c, t, "TilknyttedeOrganisationer",
			     uuid_of(&type_organisation, 0));
	}
	out->content = c;
}

struct batch {
	int64_t draft;
	struct edit *edits;
	size_t count;
};

static bool
put_job(struct tx *tx, void *arg, struct err *e)
{
	struct batch *b = arg;

	return draft_put(tx, &desk, b->draft, DRAFT_INDLAES, b->edits, b->count, e);
}

static int64_t
fill(size_t objects)
{
	AUTO(arena_freep) struct arena *a = arena_new();
	struct batch b;
	struct err e = ERR_INIT;

	if (!draft_create(&desk, STR("Alt"), STR("bench"), &b.draft, &e))
		bench_die("draft", &e);
	for (size_t n = 0; n < objects; n += b.count) {
		arena_reset(a);
		b.count = objects - n < BATCH ? objects - n : BATCH;
		b.edits = ARENA_NEW_N(a, b.count, struct edit);
		for (size_t i = 0; i < b.count; i++)
			make(n + i, a, &b.edits[i]);
		if (!store_write(desk.store, put_job, &b, &e))
			bench_die("put", &e);
	}
	return b.draft;
}

/* ---- the other writer ---- */

static bool
small_job(struct tx *tx, void *arg, struct err *e)
{
	(void)arg;
	return store_event_add(tx, STR("bench.other"), STR("x"), STR_NONE, clock_now(), e);
}

static void
write_beside(void)
{
	struct store_options so = {.path = path, .readers = 1, .busy_ms = 600000};
	struct store *s;
	struct err e = ERR_INIT;

	if (!store_open(&so, &s, &e))
		bench_die("open", &e);
	while (!watch->is_done) {
		uint64_t begun = clock_monotonic_us(), took;

		if (!store_write(s, small_job, NULL, &e))
			bench_die("the other writer", &e);
		took = clock_monotonic_us() - begun;
		if (took > watch->worst_us)
			watch->worst_us = took;
		watch->writes++;
		usleep(5000);
	}
	store_close(s);
	_exit(0);
}

static pid_t
begin_beside(void)
{
	pid_t child;

	watch->is_done = false;
	watch->worst_us = watch->writes = 0;
	child = fork();
	if (child == 0)
		write_beside();
	return child;
}

static void
end_beside(pid_t child)
{
	int status;

	watch->is_done = true;
	waitpid(child, &status, 0);
}

/* ---- */

static long
memory_mb(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return u.ru_maxrss / 1024;
}

static void
told(const char *what, size_t objects, uint64_t planned_us, const struct receipt *got)
{
	struct stat st = {.st_size = 0}, wal = {.st_size = 0};
	char wal_path[220];

	snprintf(wal_path, sizeof(wal_path), "%s-wal", path);
	stat(path, &st);
	stat(wal_path, &wal);
	printf("bench %s: objects=%zu plan_ms=%llu job_ms=%llu job_cpu_ms=%llu per_s=%llu "
	       "others_wait_ms=%llu "
	       "others_writes=%llu memory_mb=%ld db_mb=%lld wal_mb=%lld\n",
	       what, objects, (unsigned long long)planned_us / 1000,
	       (unsigned long long)got->held_us / 1000, (unsigned long long)got->cpu_us / 1000,
	       (unsigned long long)(objects * 1000000ull / (got->held_us + 1)),
	       (unsigned long long)watch->worst_us / 1000, (unsigned long long)watch->writes,
	       memory_mb(), (long long)st.st_size >> 20, (long long)wal.st_size >> 20);
}

static void
run(const char *what, size_t objects, int64_t draft, int64_t undo)
{
	const struct plan_options po = {.day = INSTANT_MIN};
	const struct publish_options none = {.rules = NULL};
	const struct way_back back = {.number = undo, .is_never = true};
	uint64_t begun = clock_monotonic_us(), planned;
	struct plan *p = NULL;
	struct receipt got;
	struct err e = ERR_INIT;
	pid_t child = begin_beside();

	if (draft ? !plan_draft(&desk, draft, &po, &p, &e)
		  : !plan_back(&desk, &back, &po, &p, &e))
		bench_die("plan", &e);
	planned = clock_monotonic_us() - begun;
	if (!publish(&desk, p, &none, &got, &e))
		bench_die("publish", &e);
	end_beside(child);
	if (got.objects != objects)
		fprintf(stderr, "%zu of %zu\n", got.objects, objects);
	told(what, got.objects, planned, &got);
	plan_free(p);
}

int
main(int argc, char **argv)
{
	int64_t objects = 120000, draft;
	struct store_options so = {.path = path, .create = true, .readers = 2, .cache_mb = 256};
	struct err e = ERR_INIT;
	uint64_t begun;

	if (argc > 1 && !str_to_i64(str_from(argv[1]), 120, 10000000, &objects))
		return 2;
	watch = mmap(NULL, sizeof(*watch), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		     -1, 0);
	snprintf(path, sizeof(path), "build/bench-publish-%ld.db", (long)getpid());
	if (!store_open(&so, &desk.store, &e))
		bench_die("open", &e);
	begun = clock_monotonic_us();
	draft = fill((size_t)objects);
	begun = clock_monotonic_us() - begun;
	printf("bench publish_draft: objects=%lld per_s=%llu memory_mb=%ld\n",
	       (long long)objects, (unsigned long long)objects * 1000000ull / begun,
	       memory_mb());
	run("publish", (size_t)objects, draft, 0);
	run("publish_undo", (size_t)objects, 0, 1);
	store_close(desk.store);
	unlink(path);
	return 0;
}
