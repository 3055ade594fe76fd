/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Applying files and giving them back: what changes, what is told, what is recorded, and which
 * certificates are taken.
 */
#include <inttypes.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "base/clock.h"
#include "tests/unit/pki.h"
#include "tests/unit/trust_world.h"

static bool
says(const struct buf *b, const char *want)
{
	size_t at;

	return str_find(buf_str(b), str_from(want), &at);
}

#define OBJECTS 13

static bool
print_known(const struct known_row *row, void *arg, struct err *e)
{
	(void)e;
	buf_printf(arg, STR_FMT "/" STR_FMT "=" STR_FMT "\n", STR_ARG(row->type),
		   STR_ARG(row->id), STR_ARG(row->json));
	return true;
}

static void
known(struct store *s, struct buf *out)
{
	AUTO(store_read_endp) struct reading *r = NULL;
	struct err e = ERR_INIT;

	assert_true(store_read(s, &r, &e));
	assert_true(store_known_each(r, INSTANT_MAX, print_known, out, &e));
}

static bool
print_audit(const struct audit_row *row, void *arg, struct err *e)
{
	(void)e;
	assert_true(str_eq_c(row->result, "ok"));
	buf_printf(arg, STR_FMT " " STR_FMT " " STR_FMT " " STR_FMT " " STR_FMT "\n",
		   STR_ARG(row->actor), STR_ARG(row->action), STR_ARG(row->object),
		   STR_ARG(str_is_set(row->cvr) ? row->cvr : STR("-")), STR_ARG(row->detail));
	return true;
}

static void
audited(struct store *s, struct buf *out)
{
	AUTO(store_read_endp) struct reading *r = NULL;
	struct audit_filter all = {.from = INSTANT_MIN, .to = INSTANT_MAX};
	struct err e = ERR_INIT;

	assert_true(store_read(s, &r, &e));
	assert_true(store_audit_each(r, &all, print_audit, out, &e));
	buf_add_char(out, '\0');
}

static void
assert_counts(const struct world *w, size_t fresh, size_t changed, size_t removed, size_t same)
{
	assert_int_equal(w->report.count[APPLY_NEW], fresh);
	assert_int_equal(w->report.count[APPLY_CHANGED], changed);
	assert_int_equal(w->report.count[APPLY_REMOVED], removed);
	assert_int_equal(w->report.count[APPLY_SAME], same);
}

static void
again_changes_nothing(void **state)
{
	AUTO(buf_release) struct buf audit = BUF_INIT(1 << 20), more = BUF_INIT(1 << 20);
	int64_t before, after;
	struct world w;

	(void)state;
	world_begin(&w, "again");
	world_put(&w, world_base);
	assert_counts(&w, OBJECTS, 0, 0, 0);
	audited(w.store, &audit);
	assert_non_null(strstr(audit.ptr, "cli:test known.put system/KY 33333333 "
					  "{\"change\":\"new\",\"sha256\":\""));
	assert_non_null(strstr(audit.ptr, "cli:test known.put aftale/a1 11111111 "));
	assert_true(store_known_generation(w.store, &before, &w.err));
	world_put(&w, world_base);
	assert_counts(&w, 0, 0, 0, OBJECTS);
	assert_int_equal(w.report.diff.len, 0);
	assert_true(store_known_generation(w.store, &after, &w.err));
	assert_int_equal(before, after);
	audited(w.store, &more);
	assert_string_equal(audit.ptr, more.ptr);
	world_end(&w);
}

/* What is exported is what is taken: here, and in a store that knows nothing. */
static void
export_is_taken(void **state)
{
	AUTO(buf_release) struct buf out = BUF_INIT(1 << 20), out2 = BUF_INIT(1 << 20);
	AUTO(buf_release) struct buf a = BUF_INIT(1 << 20), b = BUF_INIT(1 << 20);
	struct apply_options prune = {.prune = true, .actor = STR("cli:test")};
	struct world w, other;

	(void)state;
	world_begin(&w, "export");
	world_put(&w, world_base);
	assert_true(apply_export(w.store, INSTANT_MAX, &out, &w.err));
	known(w.store, &a);
	buf_add_char(&out, '\0');
	world_file(&w, "export.json", out.ptr);
	if (!world_apply(&w, "export.json", &prune))
		fail_msg("%.*s", (int)w.report.problems.len, w.report.problems.ptr);
	assert_counts(&w, 0, 0, 0, OBJECTS);
	world_begin(&other, "export2");
	world_file(&other, "export.json", out.ptr);
	assert_true(world_apply(&other, "export.json", &prune));
	assert_counts(&other, OBJECTS, 0, 0, 0);
	known(other.store, &b);
	assert_true(str_eq(buf_str(&a), buf_str(&b)));
	assert_true(apply_export(other.store, INSTANT_MAX, &out2, &other.err));
	buf_add_char(&out2, '\0');
	assert_string_equal(out.ptr, out2.ptr);
	world_end(&other);
	world_end(&w);
}

static const char changed_vendor[] =
	"leverandoerer = ( { cvr = \"33333333\"; navn = \"Vendor A/S\"; tilstand = \"aktiv\";\n"
	" gyldigTil = \"2030-01-01\"; } );";

static void
dry_run_tells_and_writes_nothing(void **state)
{
	AUTO(buf_release) struct buf a = BUF_INIT(1 << 20), b = BUF_INIT(1 << 20);
	struct apply_options dry = {.dry_run = true, .actor = STR("cli:test")};
	struct world w;

	(void)state;
	world_begin(&w, "dry");
	world_put(&w, world_base);
	known(w.store, &a);
	world_file(&w, "vendor.conf", changed_vendor);
	assert_true(world_apply(&w, "vendor.conf", &dry));
	assert_counts(&w, 0, 1, 0, OBJECTS - 1);
	buf_add_char(&w.report.diff, '\0');
	assert_string_equal(w.report.diff.ptr, "~ leverandoer 33333333\n"
					       "    + gyldigTil: \"2029-12-31T23:00:00.000Z\"\n"
					       "    ~ navn: \"Vendor\" -> \"Vendor A/S\"\n"
					       "    + tilstand: \"aktiv\"\n");
	known(w.store, &b);
	assert_true(str_eq(buf_str(&a), buf_str(&b)));
	/* a fresh one tells certificates by digest, not by content */
	world_end(&w);
	world_begin(&w, "dry");
	world_cert(&w, "ky.pem", "systems/KY");
	world_file(&w, "all.conf", world_base);
	assert_true(world_apply(&w, "all.conf", &dry));
	assert_true(says(&w.report.diff, "+ system KY\n"));
	assert_true(says(&w.report.diff, "    + anvender.certifikater[0].pem: certificate "));
	assert_true(
		says(&w.report.diff, "    + brugervendt.metadata.xml: metadata of 42 bytes"));
	assert_false(says(&w.report.diff, "BEGIN CERTIFICATE"));
	world_end(&w);
}

static void
change_and_remove(void **state)
{
	AUTO(buf_release) struct buf audit = BUF_INIT(1 << 20), a = BUF_INIT(1 << 20);
	struct apply_options prune = {.prune = true, .actor = STR("cli:test")};
	struct world w;

	(void)state;
	world_begin(&w, "change");
	world_put(&w, world_base);
	world_put(&w, changed_vendor);
	assert_counts(&w, 0, 1, 0, OBJECTS - 1);
	audited(w.store, &audit);
	assert_non_null(strstr(
		audit.ptr, "known.put leverandoer/33333333 33333333 {\"change\":\"changed\","
			   "\"fields\":[\"navn\",\"tilstand\",\"gyldigTil\"],\"sha256\":\""));
	/* others refer to what would go */
	world_file(&w, "prune.conf", changed_vendor);
	buf_clear(&audit);
	world_file(&w, "less.conf", "idps = ();");
	assert_true(world_apply(&w, "less.conf", NULL));
	assert_counts(&w, 0, 0, 0, OBJECTS);
	assert_true(world_apply(&w, "prune.conf", &prune));
	assert_counts(&w, 0, 0, OBJECTS - 1, 1);
	assert_true(says(&w.report.diff, "- system KY\n"));
	audited(w.store, &audit);
	assert_non_null(strstr(audit.ptr, "known.remove system/KY 33333333 "
					  "{\"change\":\"removed\"}\n"));
	known(w.store, &a);
	assert_true(str_has_prefix(buf_str(&a), STR("leverandoer/33333333=")));
	/* and it can come back */
	world_put(&w, world_base);
	assert_counts(&w, OBJECTS - 1, 1, 0, 0);
	world_end(&w);
}

/* A change is refused for what it would break elsewhere, though the files do not name that. */
static void
what_is_used_stays(void **state)
{
	struct apply_options prune = {.prune = true, .actor = STR("cli:test")};
	struct world w;

	(void)state;
	world_begin(&w, "used");
	world_put(&w, world_base);
	world_file(&w, "service.conf",
		   "services = ( { id = \"http://t.example/service/organisation/3\";\n"
		   " navn = \"x\"; roller = ( { id = \"http://t.example/r/1\"; } ); } );");
	assert_false(world_apply(&w, "service.conf", NULL));
	assert_int_equal(w.err.code, APPLY_INVALID);
	assert_true(says(&w.report.problems, "known: aftale a1: http://t.example/roles/"));
	world_file(&w, "prune.conf",
		   "systemer = ( { id = \"KY\"; navn = \"KY\"; ejer = \"33333333\"; } );");
	assert_false(world_apply(&w, "prune.conf", &prune));
	assert_true(says(&w.report.problems, "ejer: 33333333 is no known"));
	world_end(&w);
}

static void
lengths_are_of_letters(void **state)
{
	char text[2000], line[600];
	struct world w;

	(void)state;
	world_begin(&w, "length");
	for (int letters = 255; letters <= 256; letters++) {
		*line = '\0';
		for (int i = 0; i < letters; i++)
			memcpy(line + 2 * i, "\xc3\xa6", 3);
		snprintf(text, sizeof(text),
			 "leverandoerer = ( { cvr = \"33333333\"; navn = \"%s\"; } );", line);
		world_file(&w, "long.conf", text);
		assert_int_equal(world_apply(&w, "long.conf", NULL), letters == 255);
	}
	assert_true(says(&w.report.problems, "navn: is too long"));
	/* [administration 3.10] shorter than everybody else's */
	for (int letters = 200; letters <= 201; letters++) {
		memset(line, 'x', (size_t)letters);
		line[letters] = '\0';
		snprintf(text, sizeof(text),
			 "myndigheder = ( { cvr = \"11111111\"; navn = \"K\";\n"
			 " rolledomaene = \"k.example\"; } );\n"
			 "jobfunktionsroller = ( { id = "
			 "\"http://k.example/roles/jobrole/x/1\";\n"
			 " navn = \"x\"; ejer = \"11111111\"; beskrivelse = \"%s\"; } );",
			 line);
		world_file(&w, "long.conf", text);
		assert_int_equal(world_apply(&w, "long.conf", NULL), letters == 200);
	}
	assert_true(says(&w.report.problems, "beskrivelse: is too long"));
	world_end(&w);
}

/* ---- files ---- */

static void
json_and_folders(void **state)
{
	struct apply_options root = {.actor = STR("cli:test")};
	struct world w;
	char folder[PKI_PATH_BYTES];

	(void)state;
	world_begin(&w, "json");
	world_file(&w, "v.json",
		   "{\"leverandoerer\": [{\"cvr\": \"33333333\", \"navn\": \"V\"}]}");
	assert_true(world_apply(&w, "v.json", NULL));
	world_file(&w, "v.json",
		   "{\"leverandoerer\": [{\"cvr\": \"33333333\", \"navn\": \"V\","
		   " \"navn\": \"W\"}]}");
	assert_false(world_apply(&w, "v.json", NULL));
	assert_true(says(&w.report.problems, "duplicate object key"));
	world_file(&w, "v.json", "{\"leverandoerer\": [");
	assert_false(world_apply(&w, "v.json", NULL));
	world_file(&w, "v.json", "[]");
	assert_false(world_apply(&w, "v.json", NULL));
	world_file(&w, "v.json", "{\"leverandoer\": []}");
	assert_false(world_apply(&w, "v.json", NULL));
	assert_false(world_apply(&w, "missing.json", NULL));
	assert_false(world_apply(&w, "missing.conf", NULL));
	/* an include lies beside the file; certificates lie below the root */
	world_cert(&w, "x.pem", "systems/KY");
	world_file(&w, "inc.conf",
		   "leverandoerer = ( { cvr = \"33333333\"; navn = \"V\"; } );");
	world_file(&w, "main.conf",
		   "@include \"inc.conf\"\n"
		   "systemer = ( { id = \"KY\"; navn = \"KY\"; ejer = \"33333333\";\n"
		   " anvender = { certifikater = ( { fil = \"systems/KY/cert.pem\"; } ); };\n"
		   " } );");
	assert_false(world_apply(&w, "main.conf", NULL));
	assert_true(
		says(&w.report.problems, "main.conf:2: system KY: anvender.certifikater[0]"));
	pki_path(folder, "");
	root.root = str_from(folder);
	if (!world_apply(&w, "main.conf", &root))
		fail_msg("%.*s", (int)w.report.problems.len, w.report.problems.ptr);
	world_end(&w);
}

static void
two_files(void **state)
{
	struct apply_options o = {.actor = STR("cli:test")}, nobody = {.dry_run = true};
	char a[300], b[300];
	const char *paths[] = {a, b};
	struct apply_report report;
	struct err e = ERR_INIT;
	struct world w;

	(void)state;
	world_begin(&w, "two");
	world_file(&w, "a.conf", "leverandoerer = ( { cvr = \"33333333\"; navn = \"V\"; } );");
	world_file(&w, "b.conf",
		   "systemer = ( { id = \"KY\"; navn = \"KY\"; ejer = \"33333333\"; } );");
	snprintf(a, sizeof(a), "%s/a.conf", w.folder);
	snprintf(b, sizeof(b), "%s/b.conf", w.folder);
	/* one refers to what the other brings */
	assert_true(apply_files(w.store, paths, 2, &o, &report, &e));
	assert_int_equal(report.count[APPLY_NEW], 2);
	apply_report_release(&report);
	paths[1] = a;
	assert_false(apply_files(w.store, paths, 2, &o, &report, &e));
	assert_int_equal(e.code, APPLY_INVALID);
	assert_true(says(&report.problems, "a.conf:1: leverandoer 33333333: is there twice"));
	apply_report_release(&report);
	err_clear(&e);
	assert_false(apply_files(w.store, paths, 1, &nobody, &report, &e));
	assert_int_equal(e.code, APPLY_INVALID);
	apply_report_release(&report);
	world_end(&w);
}

/* Several at once: each plan that became stale is made anew, however often, and nothing is
 * lost. */
#define RIVALS 4
#define APPLIES_EACH 10

struct rival {
	struct world *w;
	char path[300];
	bool ok;
};

static void *
apply_many_times(void *arg)
{
	struct apply_options o = {.actor = STR("cli:rival")};
	struct rival *r = arg;
	const char *paths[] = {r->path};

	r->ok = true;
	for (int i = 0; i < APPLIES_EACH && r->ok; i++) {
		struct apply_report report;
		struct err e = ERR_INIT;
		FILE *f = fopen(r->path, "w");

		fprintf(f, "leverandoerer = ( { cvr = \"%s\"; navn = \"V%d\"; } );",
			strstr(r->path, "rival-") + strlen("rival-"), i);
		fclose(f);
		r->ok = apply_files(r->w->store, paths, 1, &o, &report, &e);
		apply_report_release(&report);
	}
	return NULL;
}

static void
rivals(void **state)
{
	AUTO(buf_release) struct buf a = BUF_INIT(1 << 20);
	struct rival rival[RIVALS];
	pthread_t threads[RIVALS];
	struct world w;
	int64_t before, after;

	(void)state;
	world_begin(&w, "rivals");
	assert_true(store_known_generation(w.store, &before, &w.err));
	for (int i = 0; i < RIVALS; i++) {
		rival[i].w = &w;
		snprintf(rival[i].path, sizeof(rival[i].path), "%s/rival-1111111%d", w.folder,
			 i);
		pthread_create(&threads[i], NULL, apply_many_times, &rival[i]);
	}
	for (int i = 0; i < RIVALS; i++) {
		pthread_join(threads[i], NULL);
		assert_true(rival[i].ok);
	}
	assert_true(store_known_generation(w.store, &after, &w.err));
	assert_int_equal(after - before, RIVALS * APPLIES_EACH);
	known(w.store, &a);
	buf_add_char(&a, '\0');
	assert_string_equal(a.ptr,
			    "leverandoer/11111110={\"cvr\":\"11111110\",\"navn\":\"V9\"}\n"
			    "leverandoer/11111111={\"cvr\":\"11111111\",\"navn\":\"V9\"}\n"
			    "leverandoer/11111112={\"cvr\":\"11111112\",\"navn\":\"V9\"}\n"
			    "leverandoer/11111113={\"cvr\":\"11111113\",\"navn\":\"V9\"}\n");
	world_end(&w);
}

/* ---- certificates ---- */

static const struct {
	const char *name, *folder, *problem, *warning;
	bool development;
} certs[] = {
	{"a system's", "systems/KY", NULL, NULL, false},
	{"not yet valid", "odd/future", NULL, NULL, false},
	{"P-256", "odd/ec256", NULL, NULL, false},
	{"an employee's", "odd/employee", "is an employee's", NULL, false},
	{"an employee's in development", "odd/employee", NULL, NULL, true},
	{"an employee's of OCES2", "odd/oces2-employee", "is an employee's", NULL, false},
	{"expired", "odd/expired", "has expired", NULL, false},
	{"weak", "odd/weak", "key too weak", NULL, false},
	{"SHA-1", "odd/sha1", "signed it with SHA-1", NULL, false},
	{"P-521", "odd/ec521", "key too weak", NULL, false},
	{"a CA's", "ca/issuing", "is a CA's", NULL, false},
	{"marked as a CA's", "odd/ca", "is a CA's", NULL, false},
	{"self-made", "ca/root", "is a CA's", NULL, false},
	{"self-made in development", "ca/root", NULL, NULL, true},
	{"a CA's in development", "ca/issuing", "is a CA's", NULL, true},
	{"short key", "systems/KSD", NULL, "has a key of 2048 bits", false},
	{"of no CA that is known", "odd/selfsigned", NULL, ": warning: certificate ", false},
	{"of somebody else", "platform/organisation", NULL, "the system's owner is 33333333",
	 false},
};

static void
certificates(void **state)
{
	struct world w;

	(void)state;
	for (size_t i = 0; i < sizeof(certs) / sizeof(certs[0]); i++) {
		struct apply_options o = {.actor = STR("cli:test"),
					  .development = certs[i].development};
		bool ok;

		world_begin(&w, "cert");
		world_cert(&w, "ky.pem", certs[i].folder);
		world_file(&w, "all.conf", world_base);
		ok = world_apply(&w, "all.conf", &o);
		if (ok != !certs[i].problem)
			fail_msg("%s: %d\n%.*s", certs[i].name, ok, (int)w.report.problems.len,
				 w.report.problems.ptr);
		if (certs[i].problem && !says(&w.report.problems, certs[i].problem))
			fail_msg("%s: %.*s", certs[i].name, (int)w.report.problems.len,
				 w.report.problems.ptr);
		if (certs[i].warning && !says(&w.report.warnings, certs[i].warning))
			fail_msg("%s: %.*s", certs[i].name, (int)w.report.warnings.len,
				 w.report.warnings.ptr);
		world_end(&w);
	}
}

static const char second_system[] =
	"systemer = ( { id = \"%s\"; navn = \"x\"; ejer = \"33333333\";\n"
	" anvender = { certifikater = ( %s ); }; } );";

static void
one_certificate_one_system(void **state)
{
	static const char *const extensions[] = {"nameless", "other", "leaf"};
	char text[1000], command[1200], path[PKI_PATH_BYTES];
	struct world w;

	(void)state;
	world_begin(&w, "unique");
	world_put(&w, world_base);
	snprintf(text, sizeof(text), second_system, "KSD", "{ fil = \"ky.pem\"; }");
	world_file(&w, "second.conf", text);
	assert_false(world_apply(&w, "second.conf", NULL));
	assert_true(says(&w.report.problems, "is used twice; also by"));
	/* another certificate of the same key: fine within the system, not beyond it */
	world_file(&w, "req.cnf",
		   "[req]\ndistinguished_name=dn\n[dn]\n[leaf]\n"
		   "basicConstraints=CA:FALSE\nsubjectKeyIdentifier=hash\n"
		   "[nameless]\nbasicConstraints=CA:FALSE\nsubjectKeyIdentifier=none\n"
		   "[other]\nbasicConstraints=CA:FALSE\nsubjectKeyIdentifier=00010203\n");
	/* whether the certificate names its key, does not, or names it wrongly */
	for (size_t i = 0; i < ARRAY_LEN(extensions); i++) {
		snprintf(command, sizeof(command),
			 "openssl req -x509 -config %s/req.cnf -extensions %s -key %s -subj "
			 "/CN=again -days 30 -out %s/again.pem",
			 w.folder, extensions[i], pki_path(path, "systems/KY/key.pem"),
			 w.folder);
		assert_int_equal(system(command), 0);
		snprintf(text, sizeof(text), second_system, "KSD", "{ fil = \"again.pem\"; }");
		world_file(&w, "second.conf", text);
		assert_false(world_apply(&w, "second.conf", NULL));
		if (!says(&w.report.problems, "has a key that is used by"))
			fail_msg("%s", extensions[i]);
	}
	snprintf(text, sizeof(text), second_system, "KY",
		 "{ fil = \"ky.pem\"; }, { fil = \"again.pem\"; }");
	world_file(&w, "second.conf", text);
	assert_true(world_apply(&w, "second.conf", NULL));
	world_end(&w);
}

/* What was accepted once does not make the next apply fail by getting old. */
static void
old_certificates_may_stay(void **state)
{
	struct world w;
	struct cert *c = pki_cert("odd/expired");

	(void)state;
	world_begin(&w, "old");
	world_cert(&w, "ky.pem", "odd/expired");
	world_file(&w, "all.conf", world_base);
	clock_freeze(cert_not_after(c) - DAYS(1));
	assert_true(world_apply(&w, "all.conf", NULL));
	clock_thaw();
	assert_true(world_apply(&w, "all.conf", NULL));
	assert_counts(&w, 0, 0, 0, OBJECTS);
	cert_free(c);
	world_end(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(again_changes_nothing),
		cmocka_unit_test(export_is_taken),
		cmocka_unit_test(dry_run_tells_and_writes_nothing),
		cmocka_unit_test(change_and_remove),
		cmocka_unit_test(what_is_used_stays),
		cmocka_unit_test(lengths_are_of_letters),
		cmocka_unit_test(json_and_folders),
		cmocka_unit_test(two_files),
		cmocka_unit_test(rivals),
		cmocka_unit_test(certificates),
		cmocka_unit_test(one_certificate_one_system),
		cmocka_unit_test(old_certificates_may_stay),
	};

	return cmocka_run_group_tests_name("apply", tests, NULL, NULL);
}
