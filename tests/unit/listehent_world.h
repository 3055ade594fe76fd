/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * For tests of KlassifikationListeHent: a plan of the operator's with two facets, classes of
 * every kind of publication, local ones of two authorities, a plan of one of them; and asking
 * for them in both forms.
 */
#ifndef TESTS_LISTEHENT_WORLD_H
#define TESTS_LISTEHENT_WORLD_H

#include "klassifikation/listehent.h"
#include "tests/unit/registry_world.h"
#include "xml/names.h"

#define PLAN "a1000000-0000-4000-8000-000000000001"  /* the operator's */
#define EMNER "f1000000-0000-4000-8000-000000000001" /* facets of it */
#define KODER "f1000000-0000-4000-8000-000000000002"
#define K85 "c1000000-0000-4000-8000-000000000085" /* 85 > 85.11 > 85.11.06 */
#define K8511 "c1000000-0000-4000-8000-000000008511"
#define K851106 "c1000000-0000-4000-8000-000000851106"
#define K27 "c1000000-0000-4000-8000-000000000027"
#define UNPUBLISHED "c1000000-0000-4000-8000-000000000028"
#define PAST "c1000000-0000-4000-8000-000000000029"
#define FUTURE "c1000000-0000-4000-8000-000000000030"
#define LOCAL "c1000000-0000-4000-8000-00000000a001"    /* Korsbæk's, below 85.11 */
#define THEIRS "c1000000-0000-4000-8000-00000000b001"   /* Havneby's, below 85.11 */
#define KODE_K "c1000000-0000-4000-8000-00000000c001"   /* in KODER; 85.11.06 is mapped to it */
#define OWN_PLAN "a1000000-0000-4000-8000-00000000a002" /* Korsbæk's own */

extern const struct as lw_korsbaek, lw_havneby, lw_havneby_writes,
	lw_operator; /* all but one read */
extern struct world w;

void lw_open(void);
void lw_close(void);

#define TIME(tag, at)                                                                          \
	"<s:" tag "><s:TidsstempelDatoTid>" at "</s:TidsstempelDatoTid></s:" tag ">"
#define VIRKNING(fra, til) "<s:Virkning>" fra til "</s:Virkning>"
#define EVER                                                                                   \
	"<s:Virkning><s:FraTidspunkt><s:GraenseIndikator>true</s:GraenseIndikator>"            \
	"</s:FraTidspunkt></s:Virkning>"
#define REF(name, uuid)                                                                        \
	"<s:" name "><s:ReferenceID><s:UUIDIdentifikator>" uuid                                \
	"</s:UUIDIdentifikator></s:ReferenceID></s:" name ">"

#define PUBLISHED                                                                              \
	"<PubliceretStatus><s:ErPubliceretIndikator>true</s:ErPubliceretIndikator>"            \
	"</PubliceretStatus>"
#define PUBLISHED_IN(fra, til)                                                                 \
	"<PubliceretStatus>" VIRKNING(                                                         \
		TIME("FraTidspunkt", fra),                                                     \
		TIME("TilTidspunkt", til)) "<s:ErPubliceretIndikator>true</"                   \
					   "s:ErPubliceretIndikator></PubliceretStatus>"
#define PUBLISHED_FROM(fra)                                                                    \
	"<PubliceretStatus>" VIRKNING(TIME("FraTidspunkt", fra),                               \
				      "") "<s:ErPubliceretIndikator>true</"                    \
					  "s:ErPubliceretIndikator></PubliceretStatus>"
#define NOT_PUBLISHED                                                                          \
	"<PubliceretStatus><s:ErPubliceretIndikator>false</s:ErPubliceretIndikator>"           \
	"</PubliceretStatus>"
#define TITEL(t) "<s:TitelTekst>" t "</s:TitelTekst>"

/* One that is published so, by an authority of its own. */
void klasse(const struct as *as, const char *uuid, const char *key, const char *publication,
	    const char *more, const char *relations);

/* Criteria and filters, in both forms. */
struct asked {
	const char *xml; /* inside KlassifikationKriterieListe */
	const char *json;
	const char *xml_more, *json_more; /* behind it, or NULL */
};

#define NOW NULL, NULL
#define BY(name, uuid)                                                                         \
	{                                                                                      \
		"<IdentifikationKriterie><" name "Identifikation>" uuid "</" name              \
		"Identifikation></IdentifikationKriterie>",                                    \
			"{\"IdentifikationKriterie\":{\"" name "Identifikation\":\"" uuid      \
			"\"}}",                                                                \
			NOW                                                                    \
	}
#define KEYS_X(inner)                                                                          \
	"<IdentifikationKriterie><BrugervendtNøgleKriterie>" inner                             \
	"</BrugervendtNøgleKriterie></IdentifikationKriterie>"
#define KEYS_J(inner) "{\"IdentifikationKriterie\":{\"BrugervendtNoegleKriterie\":{" inner "}}}"
#define KX(name, v) "<" name "BrugervendtNøgle>" v "</" name "BrugervendtNøgle>"
#define KJ(name, v) "\"" name "BrugervendtNoegle\":\"" v "\""
#define KEY1(k) KEYS_X(KX("Klassifikation", k)), KEYS_J(KJ("Klassifikation", k))
#define KEY2(k, f)                                                                             \
	KEYS_X(KX("Klassifikation", k) KX("Facet", f)),                                        \
		KEYS_J(KJ("Klassifikation", k) "," KJ("Facet", f))
#define KEY3(k, f, c)                                                                          \
	KEYS_X(KX("Klassifikation", k) KX("Facet", f) KX("Klasse", c)),                        \
		KEYS_J(KJ("Klassifikation", k) "," KJ("Facet", f) "," KJ("Klasse", c))
#define KEYC(k, c)                                                                             \
	KEYS_X(KX("Klassifikation", k) KX("Klasse", c)),                                       \
		KEYS_J(KJ("Klassifikation", k) "," KJ("Klasse", c))
#define ALL "<KunAktuelle>false</KunAktuelle>", "\"KunAktuelle\":false"
#define ALL_IN(fra, til)                                                                       \
	"<KunAktuelle>false</KunAktuelle><KlassifikationPubliceretFraDato>" fra                \
	"</KlassifikationPubliceretFraDato><KlassifikationPubliceretTilDato>" til              \
	"</KlassifikationPubliceretTilDato>",                                                  \
		"\"KunAktuelle\":false,\"KlassifikationPubliceretFraDato\":\"" fra             \
		"\",\"KlassifikationPubliceretTilDato\":\"" til "\""
#define SHARED                                                                                 \
	"<KunFælleskommunaleKlasser>true</KunFælleskommunaleKlasser>",                         \
		"\"KunFaelleskommunaleKlasser\":true"

#define CONTEXT                                                                                \
	"<kx:HovedOplysninger xmlns:kx=\"http://kombit.dk/xml/schemas/kontekst/2017/01/01/\">" \
	"<kx:TransaktionsId>t-1</kx:TransaktionsId><kx:TransaktionsTid>2024-09-10T10:00:00"    \
	"</kx:TransaktionsTid></kx:HovedOplysninger>"

/* A message with that inside; a fault fails the test. */
void soap(const struct as *as, const char *inside, struct said *out);
void ask(const struct as *as, const struct asked *q, struct said *x, struct said *j);

#endif
