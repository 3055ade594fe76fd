/* SPDX-License-Identifier: GPL-3.0-or-later */
/* See listehent_world.h. */
#include "tests/unit/listehent_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

struct world w;

static const struct as operator= {.cvr = WORLD_OPERATOR, .role = "rediger"};
static const struct as korsbaek_writes = {.cvr = KORSBAEK, .role = "rediger"};
const struct as lw_havneby_writes = {.cvr = HAVNEBY, .role = "rediger"};
const struct as lw_korsbaek = {.cvr = KORSBAEK, .role = "udstil"};
const struct as lw_havneby = {.cvr = HAVNEBY, .role = "udstil"};
const struct as lw_operator = {.cvr = WORLD_OPERATOR, .role = "udstil"};

/* --- what is stored --- */

/* One object with a name, published in that time; absent time: ever. */
static void
make(const struct as *as, const char *service, const char *kind, const char *uuid,
     const char *key, const char *publication, const char *more, const char *relations)
{
	char body[4096];

	snprintf(body, sizeof(body),
		 "<ImportInput{T}><%s><s:UUIDIdentifikator>%s</s:UUIDIdentifikator>"
		 "<Registrering><AttributListe><Egenskab>" EVER
		 "<s:BrugervendtNoegleTekst>%s</s:BrugervendtNoegleTekst>%s"
		 "</Egenskab></AttributListe><TilstandListe>%s</TilstandListe><RelationListe>%s"
		 "</RelationListe></Registrering></%s></ImportInput>",
		 kind, uuid, key, more, publication, relations, kind);
	world_expect(&w, as, service, body, 20);
}

void
klasse(const struct as *as, const char *uuid, const char *key, const char *publication,
       const char *more, const char *relations)
{
	make(as, "klasse", "Klasse", uuid, key, publication, more, relations);
}

static void
fill(void)
{
	make(&operator, "klassifikation", "Klassifikation", PLAN, "PLAN", PUBLISHED,
	     TITEL("En plan") "<s:BeskrivelseTekst>Opdigtet &amp; kort</s:BeskrivelseTekst>",
	     "");
	make(&operator, "facet", "Facet", EMNER, "EMNER",
	     PUBLISHED_FROM("2001-02-03T00:00:00+01:00"), TITEL("Emner"),
	     REF("FacetTilhoerer", PLAN));
	make(&operator, "facet", "Facet", KODER, "KODER", PUBLISHED, TITEL("Koder"),
	     REF("FacetTilhoerer", PLAN));
	klasse(&operator, K85, "85", PUBLISHED, TITEL("Otte fem"), REF("Facet", EMNER));
	klasse(&operator, K8511, "85.11", PUBLISHED_FROM("2011-01-01T00:00:00+01:00"),
	       TITEL("Elleve") "<s:RetskildeTekst>Loven</s:RetskildeTekst>",
	       REF("Facet", EMNER) REF("OverordnetKlasse", K85));
	klasse(&operator, KODE_K, "K", PUBLISHED, TITEL("Kasseres"), REF("Facet", KODER));
	klasse(&operator, K851106, "85.11.06",
	       PUBLISHED_IN("2012-01-01T00:00:00+01:00", "2030-12-31T23:59:59+01:00"),
	       TITEL("Seks") "<s:AendringsnotatTekst>Nyt</s:AendringsnotatTekst>"
			     "<Soegeord><s:SoegeordIdentifikator>ord</"
			     "s:SoegeordIdentifikator></Soegeord>"
			     "<Soegeord><s:BeskrivelseTekst>tekst</s:BeskrivelseTekst></"
			     "Soegeord>",
	       REF("Facet", EMNER) REF("Mapninger", KODE_K)
		       REF("Mapninger",
			   UNPUBLISHED) "<s:Mapninger><s:ReferenceID><s:URNIdentifikator>urn:"
					"oio:x:1</s:URNIdentifikator>"
					"</s:ReferenceID></s:Mapninger>" REF("OverordnetKlasse",
									     K8511));
	klasse(&operator, K27, "27", PUBLISHED, TITEL("To syv"), REF("Facet", EMNER));
	klasse(&operator, UNPUBLISHED, "28", NOT_PUBLISHED, TITEL("Otte"), REF("Facet", EMNER));
	klasse(&operator, PAST, "29",
	       PUBLISHED_IN("2010-01-01T00:00:00+01:00", "2015-01-01T00:00:00+01:00"),
	       TITEL("Ni"), REF("Facet", EMNER));
	klasse(&operator, FUTURE, "30", PUBLISHED_FROM("2027-01-01T00:00:00+01:00"),
	       TITEL("Tredive"), REF("Facet", EMNER));
	klasse(&korsbaek_writes, LOCAL, "85.11.99", PUBLISHED, TITEL("Lokal"),
	       REF("Facet", EMNER) REF("OverordnetKlasse", K8511));
	klasse(&lw_havneby_writes, THEIRS, "85.11.98", PUBLISHED, TITEL("Deres"),
	       REF("Facet", EMNER) REF("OverordnetKlasse", K8511));
	make(&korsbaek_writes, "klassifikation", "Klassifikation", OWN_PLAN, "EGEN", PUBLISHED,
	     TITEL("Egen"), "");
}

/* --- asking --- */

void
soap(const struct as *as, const char *inside, struct said *out)
{
	static char body[8192];

	snprintf(body, sizeof(body),
		 "<KlassifikationListeHent_I xmlns=\"" NS_KOMBIT_2017 "\">%s"
		 "</KlassifikationListeHent_I>",
		 inside);
	world_call(&w, as, "klassifikationlistehent", body, out);
	if (!out->ok)
		fail_msg("%s: fault %s: %s", inside, err_row(out->e.code)->name, out->e.detail);
}

void
ask(const struct as *as, const struct asked *q, struct said *x, struct said *j)
{
	char xml[4096], json[4096];

	snprintf(xml, sizeof(xml),
		 CONTEXT "<KlassifikationKriterieListe>%s</KlassifikationKriterieListe>%s",
		 q->xml, q->xml_more ? q->xml_more : "");
	snprintf(json, sizeof(json), "{\"KlassifikationKriterieListe\":[%s]%s%s}", q->json,
		 q->json_more ? "," : "", q->json_more ? q->json_more : "");
	soap(as, xml, x);
	world_rest(&w, as, json, j);
}

void
lw_open(void)
{
	world_open(&w);
	fill();
}

void
lw_close(void)
{
	world_close(&w);
}
