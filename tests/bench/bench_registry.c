/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The registry without network and signatures: from the parsed body to the written output
 * element, on a store of its own under build/.
 *
 *	bench_registry [OBJECTS]	(120,000 by default)
 *
 * A municipality: of 120 objects 15 are units, 10 users with a person each, 20 functions, 60
 * addresses. importer is measured on sixteen threads, each with its commit on disk; the rest by
 * the CPU of one thread.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/mem.h"
#include "organisation/service.h"
#include "registry/registry.h"
#include "store/store.h"
#include "tests/bench/bench.h"
#include "xml/parse.h"

#define CVR "11111111"
#define THREADS 16
#define FILL_THREADS 128

static struct store *store;
static struct registry *registry;
static char path[200];

static const struct str role = STR_INIT("http://x.example/roles/servicesystemrole/rediger/1");
static const struct privilege group = {
	.scope_cvr = STR_INIT(CVR), .roles = &role, .role_count = 1};
static const struct caller who = {.cvr = STR_INIT(CVR),
				  .subject = STR_INIT("CN=bench"),
				  .system = STR_INIT("bench"),
				  .request_id = STR_INIT("bench"),
				  .privileges = &group,
				  .privilege_count = 1};

static bool
no_uuid(struct uuid *out, struct err *e)
{
	(void)out;
	return FAIL(e, INTERNAL, "not used here");
}

/* One call; the size of the answer. Its status must be `want`. */
static size_t
call(const char *service, const char *body, size_t len, const char *want)
{
	static const struct xml_limits limits = {.bytes = LIMIT_SERVICE_BODY_BYTES,
						 .depth = LIMIT_XML_DEPTH,
						 .nodes = LIMIT_SERVICE_NODES};
	AUTO(buf_release) struct buf b = BUF_INIT(LIMIT_ANSWER_BYTES);
	AUTO(xml_doc_freep) struct xml_doc *doc = NULL;
	AUTO(arena_freep) struct arena *a = arena_new();
	struct soap_call c = {.caller = &who, .a = a, .now = clock_now(), .state = registry};
	struct err e = ERR_INIT;
	char where[80];
	size_t at;

	snprintf(where, sizeof(where), "/organisation/%s/6", service);
	c.service = soap_service_find(organisation_services, organisation_service_count,
				      str_from(where));
	if (!c.service || !xml_parse(str_of(body, len), &limits, &doc, &e))
		bench_die(service, &e);
	c.op = soap_op_find(c.service, xml_root(doc));
	c.input = xml_root(doc);
	c.out = xml_out_new(a, &b);
	if (!c.op || !c.op->run(&c, &e) || b.over)
		bench_die(service, &e);
	if (!str_find(buf_str(&b), str_from(want), &at) &&
	    !FAIL(&e, INTERNAL, "%.200s", arena_dup_c(a, buf_str(&b))))
		bench_die(service, &e);
	return b.len;
}

/* ---- what is stored ---- */

static const struct {
	const char *service, *kind, *name;
	unsigned share; /* of SHARES */
	bool is_bare;   /* neither states nor relations */
} kinds[] = {
	{"organisationenhed", "OrganisationEnhed", "s:EnhedNavn", 15, false},
	{"organisationfunktion", "OrganisationFunktion", "s:FunktionNavn", 20, false},
	{"bruger", "Bruger", "s:BrugerNavn", 10, false},
	{"itsystem", "ItSystem", "s:ItSystemNavn", 2, false},
	{"organisation", "Organisation", "s:OrganisationNavn", 1, false},
	{"interessefaellesskab", "Interessefaellesskab", "s:InteressefaellesskabNavn", 2,
	 false},
	{"person", "Person", "NavnTekst", 10, true},
	{"adresse", "Adresse", "t:AdresseTekst", 60, true},
};

#define SHARES 120
#define FUNCTIONS(count) ((count)*20 / SHARES)
#define USERS(count) ((count)*10 / SHARES)

#define VIRKNING                                                                               \
	"<s:Virkning><s:FraTidspunkt><s:TidsstempelDatoTid>2024-05-02T00:00:00+02:00"          \
	"</s:TidsstempelDatoTid></s:FraTidspunkt><s:AktoerRef><s:UUIDIdentifikator>"           \
	"11111111-1111-4111-8111-111111111111</s:UUIDIdentifikator></s:AktoerRef>"             \
	"<s:AktoerTypeKode>Organisation</s:AktoerTypeKode></s:Virkning>"
#define REF(n, f)                                                                              \
	"<s:" n ">" VIRKNING "<s:ReferenceID><s:UUIDIdentifikator>" f                          \
	"</s:UUIDIdentifikator></s:ReferenceID></s:" n ">"
#define ADDRESS                                                                                \
	"<s:Adresser>" VIRKNING "<s:ReferenceID><s:UUIDIdentifikator>%08x-0000-4000-8000-"     \
	"000000000000</s:UUIDIdentifikator></s:ReferenceID><s:Rolle><s:UUIDIdentifikator>"     \
	"2b670843-ce42-411a-8fb5-311dfdd5caf0</s:UUIDIdentifikator></s:Rolle><s:Type>"         \
	"<s:UUIDIdentifikator>9b33c0a0-a566-4ec0-8200-325cb1e5bb9a</s:UUIDIdentifikator>"      \
	"</s:Type><s:Indeks>1</s:Indeks></s:Adresser>"

/* Spread, as real UUIDs are. */
static unsigned
spread(size_t i)
{
	return (unsigned)(i * 2654435761u);
}

static size_t
kind_of(size_t i)
{
	size_t k = 0, at = (i / SHARES + i) % SHARES;

	while (at >= kinds[k].share)
		at -= kinds[k++].share;
	return k;
}

/* Relations that the kind has, in its order. */
static int
relations(size_t k, size_t i, char *out, size_t room)
{
	unsigned x = spread(i);

	if (k == 0)
		return snprintf(out, room,
				ADDRESS ADDRESS REF("Overordnet", "%08x-0000-4000-"
								  "8000-000000000001")
					REF("Tilhoerer", "11111111-1111-4111-8111-"
							 "111111111111"),
				x, x + 1, spread(i / 10));
	if (k == 1)
		return snprintf(out, room,
				REF("Funktionstype", "02e61900-33e0-407f-a2a7-"
						     "22f70221f003")
					REF("TilknyttedeBrugere", "%08x-0000-4000-8000-"
								  "000000000002")
						REF("TilknyttedeEnheder", "%08x-0000-4000-8000-"
									  "000000000003")
							REF("TilknyttedeOrganisationer",
							    "11111111-1111-4111-"
							    "8111-111111111111"),
				x, spread(i / 10));
	if (k == 2)
		return snprintf(
			out, room,
			ADDRESS ADDRESS ADDRESS REF("Tilhoerer",
						    "11111111-1111-4111-8111-111111111111")
				REF("TilknyttedePersoner", "%08x-0000-4000-8000-000000000004"),
			x, x + 1, x + 2, x);
	return snprintf(out, room, ADDRESS, x);
}

#define GYLDIGHED                                                                              \
	"<g:Gyldighed>" VIRKNING "<g:GyldighedStatusKode>Aktiv</g:GyldighedStatusKode>"        \
	"</g:Gyldighed>"

static size_t
body_of(size_t i, char *out, size_t room)
{
	size_t k = kind_of(i);
	char r[4000] = "";

	if (!kinds[k].is_bare)
		relations(k, i, r, sizeof(r));
	return (size_t)snprintf(
		out, room,
		"<ImportInput xmlns=\"http://stoettesystemerne.dk/organisation/%s/6/\" "
		"xmlns:s=\"urn:oio:sagdok:3.0.0\" xmlns:t=\"urn:oio:sts:6\" "
		"xmlns:g=\"http://stoettesystemerne.dk/organisation/6/\"><%s>"
		"<s:UUIDIdentifikator>%08x-aaaa-4000-8000-%012zx</s:UUIDIdentifikator>"
		"<Registrering><AttributListe><Egenskab>" VIRKNING
		"<s:BrugervendtNoegleTekst>objekt %zu</s:BrugervendtNoegleTekst>"
		"<%s>Objekt nummer %zu</%s></Egenskab></AttributListe><TilstandListe>%s"
		"</TilstandListe><RelationListe>%s</RelationListe></Registrering>"
		"</%s></ImportInput>",
		kinds[k].service, kinds[k].kind, spread(i), i, i, kinds[k].name, i,
		kinds[k].name, kinds[k].is_bare ? "" : GYLDIGHED, r, kinds[k].kind);
}

static void
import_one(size_t i, void *arg)
{
	char body[8000];
	size_t len = body_of(i, body, sizeof(body));

	(void)arg;
	call(kinds[kind_of(i)].service, body, len, ">20<");
}

struct share {
	pthread_t thread;
	size_t from, to;
};

static void *
import_share(void *arg)
{
	const struct share *s = arg;

	for (size_t i = s->from; i < s->to; i++)
		import_one(i, NULL);
	return NULL;
}

/* Objects from..to on so many threads; microseconds on the wall. */
static uint64_t
import_range(size_t from, size_t to, size_t threads)
{
	uint64_t began = clock_monotonic_us();
	struct share share[FILL_THREADS];
	size_t count = to - from;

	for (size_t t = 0; t < threads; t++) {
		share[t].from = from + count * t / threads;
		share[t].to = from + count * (t + 1) / threads;
		if (pthread_create(&share[t].thread, NULL, import_share, &share[t]) != 0)
			abort();
	}
	for (size_t t = 0; t < threads; t++)
		pthread_join(share[t].thread, NULL);
	return clock_monotonic_us() - began;
}

static double
process_cpu_us(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1e6 +
	       (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec);
}

/* The first fifth as it is measured, the rest as fast as commits can be shared. */
static void
bench_importer(size_t count)
{
	double cpu = process_cpu_us(), us;
	struct store_stats before, after;
	size_t measured = count / 5;

	store_stats_get(store, &before);
	us = (double)import_range(0, measured, THREADS);
	cpu = process_cpu_us() - cpu;
	store_stats_get(store, &after);
	printf("bench registry_importer: per_s=%.0f cpu_us=%.0f threads=%d per_commit=%.1f "
	       "commit_ms=%.1f\n",
	       (double)measured * 1e6 / us, cpu / (double)measured, THREADS,
	       (double)measured / (double)(after.commits - before.commits),
	       us / 1e3 / (double)(after.commits - before.commits));
	fflush(stdout);
	us = (double)import_range(measured, count, FILL_THREADS);
	printf("bench registry_load: objects=%zu per_s=%.0f threads=%d\n", count,
	       (double)(count - measured) * 1e6 / us, FILL_THREADS);
	fflush(stdout);
}

static double
file_mb(const char *end)
{
	char name[220];
	struct stat st;

	snprintf(name, sizeof(name), "%s%s", path, end);
	return stat(name, &st) == 0 ? (double)st.st_size / 1e6 : 0;
}

/* What it costs to have them. */
static void
bench_size(size_t count)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	printf("bench registry_size: objects=%zu file_mb=%.1f journal_mb=%.1f "
	       "bytes_per_object=%.0f rss_max_mb=%.1f\n",
	       count, file_mb(""), file_mb("-wal"), file_mb("") * 1e6 / (double)count,
	       (double)u.ru_maxrss / 1e3);
	fflush(stdout);
}

/* ---- reading ---- */

#define HEAD(kind)                                                                             \
	" xmlns=\"http://stoettesystemerne.dk/organisation/" kind                              \
	"/6/\" xmlns:s=\"urn:oio:sagdok:3.0.0\" "                                              \
	"xmlns:g=\"http://stoettesystemerne.dk/organisation/6/\">"

/* CPU and wall time of one call, the best of several: the machine is not ours alone. */
static void
measure(const char *name, const char *service, const char *body, unsigned runs)
{
	double best_cpu = 1e18, best_wall = 1e18;
	size_t bytes = 0;

	for (unsigned i = 0; i < runs; i++) {
		uint64_t wall = clock_monotonic_us(), cpu = clock_thread_cpu_us();

		bytes = call(service, body, strlen(body), ">20<");
		cpu = clock_thread_cpu_us() - cpu;
		wall = clock_monotonic_us() - wall;
		best_cpu = (double)cpu < best_cpu ? (double)cpu : best_cpu;
		best_wall = (double)wall < best_wall ? (double)wall : best_wall;
	}
	printf("bench %s: cpu_us=%.0f wall_us=%.0f answer_bytes=%zu\n", name, best_cpu,
	       best_wall, bytes);
	fflush(stdout);
}

static void
bench_laes(size_t count)
{
	uint64_t cpu = clock_thread_cpu_us();
	char body[400];
	size_t n = 0, bytes = 0;

	for (size_t i = 0; i < count && n < 5000; i++) {
		if (kind_of(i) != 0)
			continue;
		snprintf(body, sizeof(body),
			 "<LaesInput" HEAD(
				 "organisationenhed") "<s:UUIDIdentifikator>%08x-aaaa-"
						      "4000-8000-%012zx</s:UUIDIdentifikator></"
						      "LaesInput>",
			 spread(i), i);
		bytes = call("organisationenhed", body, strlen(body), ">20<");
		n++;
	}
	cpu = clock_thread_cpu_us() - cpu;
	printf("bench registry_laes_unsigned: cpu_us=%.1f answer_bytes=%zu\n",
	       (double)cpu / (double)n, bytes);
}

static void
bench_reads(size_t count)
{
	size_t function = count / 2;
	char body[2000];
	static const char page[] = "<FremsoegObjekthierarkiInput" HEAD(
		"organisationsystem") "<s:FoersteResultatReference>%zu</"
				      "s:FoersteResultatReference>"
				      "<s:MaksimalAntalKvantitet>500</s:MaksimalAntalKvantitet>"
				      "</FremsoegObjekthierarkiInput>";

	while (kind_of(function) != 1)
		function++;
	bench_laes(count);
	snprintf(body, sizeof(body), page, (size_t)0);
	measure("hierarchy_page_first", "organisationsystem", body, 5);
	snprintf(body, sizeof(body), page, count / 50);
	measure("hierarchy_page_middle", "organisationsystem", body, 5);
	snprintf(body, sizeof(body), page, FUNCTIONS(count) - 600);
	measure("hierarchy_page_last", "organisationsystem", body, 5);
	snprintf(body, sizeof(body),
		 "<SoegInput" HEAD(
			 "organisationfunktion") "<AttributListe/"
						 "><TilstandListe><g:Gyldighed><g:"
						 "GyldighedStatusKode>Aktiv"
						 "</g:GyldighedStatusKode></g:Gyldighed></"
						 "TilstandListe><RelationListe>"
						 "<s:Funktionstype><s:ReferenceID><s:"
						 "UUIDIdentifikator>02e61900-33e0-407f-a2a7-"
						 "22f70221f003</s:UUIDIdentifikator></"
						 "s:ReferenceID></s:Funktionstype>"
						 "<s:TilknyttedeEnheder><s:ReferenceID><s:"
						 "UUIDIdentifikator>%08x-0000-4000-"
						 "8000-000000000003</s:UUIDIdentifikator></"
						 "s:ReferenceID>"
						 "</s:TilknyttedeEnheder></RelationListe></"
						 "SoegInput>",
		 spread(function / 10));
	measure("soeg_selective", "organisationfunktion", body, 20);
	snprintf(
		body, sizeof(body),
		"<SoegInput" HEAD(
			"bruger") "<s:FoersteResultatReference>%zu</s:FoersteResultatReference>"
				  "<AttributListe/"
				  "><TilstandListe><g:Gyldighed><g:GyldighedStatusKode>Aktiv"
				  "</g:GyldighedStatusKode></g:Gyldighed></"
				  "TilstandListe><RelationListe>"
				  "<s:Tilhoerer><s:ReferenceID><s:UUIDIdentifikator>11111111-"
				  "1111-4111-8111-"
				  "111111111111</s:UUIDIdentifikator></s:ReferenceID></"
				  "s:Tilhoerer>"
				  "</RelationListe></SoegInput>",
		USERS(count) - 500);
	measure("soeg_last_page_of_all", "bruger", body, 5);
}

/* ---- by one relation; a thousand by UUID ---- */

/*
 * The slowest of the relations that name few of many, and the first page of one that all name.
 * %s: what is named.
 */
static void
bench_relations(size_t count)
{
	static const char search[] =
		"<SoegInput xmlns=\"http://stoettesystemerne.dk/organisation/%s/6/\" "
		"xmlns:s=\"urn:oio:sagdok:3.0.0\"><AttributListe/><TilstandListe/>"
		"<RelationListe><s:%s><s:ReferenceID><s:UUIDIdentifikator>%08x-0000-4000-8000-"
		"%012u</s:UUIDIdentifikator></s:ReferenceID>%s</s:%s></RelationListe>"
		"</SoegInput>";
	static const char roles[] =
		"<s:Rolle><s:UUIDIdentifikator>2b670843-ce42-411a-8fb5-311dfdd5caf0"
		"</s:UUIDIdentifikator></s:Rolle><s:Type><s:UUIDIdentifikator>"
		"9b33c0a0-a566-4ec0-8200-325cb1e5bb9a</s:UUIDIdentifikator></s:Type>"
		"<s:Indeks>1</s:Indeks>";
	static const struct {
		const char *service, *relation;
		size_t kind, tenth; /* names i / 10 */
		unsigned last;
		bool has_roles;
	} rows[] = {
		{"organisationenhed", "Overordnet", 0, 1, 1, false},
		{"organisationenhed", "Adresser", 0, 0, 0, true},
		{"organisationfunktion", "TilknyttedeBrugere", 1, 0, 2, false},
		{"organisationfunktion", "TilknyttedeEnheder", 1, 1, 3, false},
		{"bruger", "Adresser", 2, 0, 0, true},
		{"bruger", "TilknyttedePersoner", 2, 0, 4, false},
	};
	char body[1200], name[80];

	for (size_t r = 0; r < ARRAY_LEN(rows); r++) {
		size_t i = count / 2;

		while (kind_of(i) != rows[r].kind)
			i++;
		snprintf(body, sizeof(body), search, rows[r].service, rows[r].relation,
			 spread(rows[r].tenth ? i / 10 : i), rows[r].last,
			 rows[r].has_roles ? roles : "", rows[r].relation);
		snprintf(name, sizeof(name), "soeg_relation_%s_%s", rows[r].service,
			 rows[r].relation);
		measure(name, rows[r].service, body, 20);
	}
	snprintf(body, sizeof(body),
		 "<SoegInput" HEAD("bruger") "<AttributListe/><TilstandListe/><RelationListe>"
					     "<s:Tilhoerer><s:ReferenceID><s:UUIDIdentifikator>"
					     "11111111-1111-4111-8111-111111111111</"
					     "s:UUIDIdentifikator></s:ReferenceID>"
					     "</s:Tilhoerer></RelationListe></SoegInput>");
	measure("soeg_relation_first_1000_of_all", "bruger", body, 10);
}

static void
bench_list(size_t count)
{
	AUTO(buf_release) struct buf b = BUF_INIT(1 << 20);
	size_t n = 0;

	buf_printf(&b, "<ListInput%s", HEAD("bruger"));
	for (size_t i = 0; i < count && n < 1000; i++) {
		if (kind_of(i) != 2)
			continue;
		buf_printf(&b,
			   "<s:UUIDIdentifikator>%08x-aaaa-4000-8000-%012zx"
			   "</s:UUIDIdentifikator>",
			   spread(i), i);
		n++;
	}
	buf_printf(&b, "</ListInput>");
	buf_add_char(&b, '\0');
	measure("list_1000", "bruger", b.ptr, 10);
}

static void
remove_files(void)
{
	static const char *const ends[] = {"", "-wal", "-shm"};
	char name[220];

	for (size_t i = 0; i < 3; i++) {
		snprintf(name, sizeof(name), "%s%s", path, ends[i]);
		unlink(name);
	}
}

int
main(int argc, char **argv)
{
	const char *build = getenv("SLUSE_BUILD");
	struct store_options so = {.path = path, .create = true, .readers = THREADS};
	struct registry_options ro = {.make_uuid = no_uuid};
	struct err e = ERR_INIT;
	int64_t count = 120000;

	if (argc > 1 && !str_to_i64(str_from(argv[1]), 1000, 10000000, &count))
		return 2;
	snprintf(path, sizeof(path), "%s/bench-registry.db", build ? build : "build");
	remove_files();
	mem_setup();
	xml_init();
	if (!store_open(&so, &store, &e) || !registry_open(store, &ro, &registry, &e))
		bench_die("open", &e);
	bench_importer((size_t)count);
	bench_reads((size_t)count);
	bench_relations((size_t)count);
	bench_list((size_t)count);
	bench_size((size_t)count);
	registry_close(registry);
	store_close(store);
	remove_files();
	xml_cleanup();
	return 0;
}
