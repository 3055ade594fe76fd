/* SPDX-License-Identifier: GPL-3.0-or-later */
/* See trust_world.h. */
#include "tests/unit/trust_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>
#include "tests/unit/pki.h"
#include "tests/unit/store_cases.h"

const char world_base[] =
	"myndigheder = (\n"
	" { cvr = \"11111111\"; navn = \"Korsbæk Kommune\"; type = \"kommune\";\n"
	"   rolledomaene = \"korsbaek.example\"; },\n"
	" { cvr = \"22222222\"; navn = \"Havneby Kommune\";\n"
	"   rolledomaene = \"havneby.example\"; });\n"
	"leverandoerer = ( { cvr = \"33333333\"; navn = \"Vendor\"; } );\n"
	"systemer = (\n"
	" { id = \"KY\"; navn = \"KY\"; ejer = \"33333333\";\n"
	"   anvender = { certifikater = ( { fil = \"ky.pem\"; } ); }; },\n"
	" { id = \"hvem\"; navn = \"Hvem\"; ejer = \"33333333\";\n"
	"   brugervendt = { entityId = \"https://hvem.sluse.example\";\n"
	"     oiosamlProfil = \"OIOSAML3\"; nsisNiveau = \"Low\";\n"
	"     metadata = { xml = \"<m entityID='https://hvem.sluse.example'/>\"; }; }; });\n"
	"dataafgraensningstyper = (\n"
	" { id = \"http://t.example/constraints/KLE/1\"; navn = \"KLE\"; type = \"TEXT\";\n"
	"   regulaertUdtryk = \"[0-9*.,]+\"; },\n"
	" { id = \"http://t.example/constraints/navn/1\"; navn = \"Navn\"; type = \"SINGLE\";\n"
	"   vaerdiListe = ( { vaerdi = \"Ja\"; }, { vaerdi = \"Nej\"; } ); } );\n"
	"services = (\n"
	" { id = \"http://t.example/service/organisation/3\"; navn = \"Organisation 6\";\n"
	"   identifikatorer = [ \"http://t.example/service/organisation/other\" ];\n"
	"   roller = (\n"
	"    { id = \"http://t.example/roles/servicesystemrole/udstil/1\";\n"
	"      dataafgraensningstyper =\n"
	"       ( { type = \"http://t.example/constraints/navn/1\"; } ); },\n"
	"    { id = \"http://t.example/roles/servicesystemrole/rediger/1\"; } ); },\n"
	" { id = \"http://t.example/service/plain/1\"; navn = \"Plain\"; } );\n"
	"brugersystemroller = (\n"
	" { id = \"http://hvem.example/roles/usersystemrole/laes/1\"; navn = \"Laes\";\n"
	"   system = \"hvem\"; dataafgraensningstyper =\n"
	"    ( { type = \"http://t.example/constraints/KLE/1\"; kraevet = true; } ); } );\n"
	"jobfunktionsroller = (\n"
	" { id = \"http://korsbaek.example/roles/jobrole/sag/1\"; navn = \"Sag\";\n"
	"   ejer = \"11111111\"; linjer =\n"
	"   ( { brugersystemrolle = \"http://hvem.example/roles/usersystemrole/laes/1\";\n"
	"       dataafgraensninger = ( { type = \"http://t.example/constraints/KLE/1\";\n"
	"        dynamisk = \"http://korsbaek.example/kle/1/parametric\"; } ); } ); } );\n"
	"aftaler = (\n"
	" { id = \"a1\"; navn = \"KY\"; begrundelse = \"Test\"; anvendersystem = \"KY\";\n"
	"   dataejer = \"11111111\"; linjer =\n"
	"   ( { service = \"http://t.example/service/organisation/3\"; roller =\n"
	"        [ \"http://t.example/roles/servicesystemrole/udstil/1\",\n"
	"          \"http://t.example/roles/servicesystemrole/rediger/1\" ];\n"
	"       dataafgraensninger = ( { type = \"http://t.example/constraints/navn/1\";\n"
	"        vaerdier = [ \"Ja\" ]; } ); } ); } );\n"
	"idps = (\n"
	" { id = \"https://idp.korsbaek.example\"; navn = \"Korsbæk\";\n"
	"   oiosamlProfil = \"OIOSAML3\"; kontekster = [ \"11111111\", \"33333333\" ];\n"
	"   ipAdresser = [ \"10.0.0.0/8\", \"2001:db8::/32\" ]; nsisNiveau = \"Substantial\";\n"
	"   metadata = { xml = \"<m entityID='https://idp.korsbaek.example'/>\"; }; } );\n";

void
world_begin(struct world *w, const char *name)
{
	const char *build = getenv("SLUSE_BUILD");

	memset(w, 0, sizeof(*w));
	w->options = store_fresh_options(name);
	snprintf(w->folder, sizeof(w->folder), "%s/world-%s-%ld", build ? build : "build", name,
		 (long)getpid());
	mkdir(w->folder, 0777);
	if (!store_open(&w->options, &w->store, &w->err))
		fail_msg("open: %s", w->err.detail);
}

void
world_end(struct world *w)
{
	char command[300];

	apply_report_release(&w->report);
	store_closep(&w->store);
	store_remove(&w->options);
	snprintf(command, sizeof(command), "rm -rf -- '%s'", w->folder);
	assert_int_equal(system(command), 0);
}

void
world_file(struct world *w, const char *name, const char *text)
{
	char path[300];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", w->folder, name);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

void
world_cert(struct world *w, const char *name, const char *pki_folder)
{
	struct cert *c = pki_cert(pki_folder);
	struct str text = cert_base64(c);
	char *copy = strndup(text.ptr, text.len);

	world_file(w, name, copy);
	free(copy);
	cert_free(c);
}

bool
world_apply(struct world *w, const char *name, const struct apply_options *o)
{
	static const struct apply_options normally = {.actor = STR_INIT("cli:test")};
	char path[300];
	const char *paths[] = {path};

	apply_report_release(&w->report);
	err_clear(&w->err);
	snprintf(path, sizeof(path), "%s/%s", w->folder, name);
	return apply_files(w->store, paths, 1, o ? o : &normally, &w->report, &w->err);
}

void
world_put(struct world *w, const char *text)
{
	world_cert(w, "ky.pem", "systems/KY");
	world_file(w, "put.conf", text);
	if (!world_apply(w, "put.conf", NULL))
		fail_msg("apply: %s\n%.*s", w->err.detail, (int)w->report.problems.len,
			 w->report.problems.ptr);
}

const struct trust_snapshot *
world_snapshot(struct world *w)
{
	const struct trust_snapshot *s = NULL;

	if (!trust_as_of(w->store, INSTANT_MAX, &s, &w->err))
		fail_msg("snapshot: %s", w->err.detail);
	return s;
}
