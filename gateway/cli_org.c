/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sluse organisation: finds the subcommand and opens what they all need. --cvr says whose
 * organisation it is and may stand anywhere.
 */
#include "gateway/cli_org.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "crypto/random.h"
#include "gateway/cli_org_moment.h"
#include "gateway/cli_org_load.h"

const char org_help[] =
	"  --cvr CVR  the authority; needed by all of these\n"
	"  indlaes KILDE               load an organisation from tables into a draft;\n"
	"                              killed, the same command goes on where it was\n"
	"    --kilde NAVN              what the source is called; else as it calls itself\n"
	"    --format FORMAT           csv, jsonl, oio, ldif, os2sync; else as it looks\n"
	"    --organisation UUID       the Organisation of the units; else the only one\n"
	"    --fra DATO                what has no date of its own holds from then; today\n"
	"    --kortlaegning FIL        how the columns of the source are ours\n"
	"    --fuld, --delta           what the source lacks has ended, or is only not told\n"
	"    --cpr                     take CPR numbers\n"
	"    --proev                   show what would change, change nothing\n"
	"    --publicer                publish it, if no line was refused\n"
	"    --fortsaet, --forfra      only go on, or throw an unfinished load away\n"
	"    --accepter-forslag, --accepter-fjernelser, --accepter-advarsler\n"
	"                              matches by name, many removals, warnings\n"
	"    --rapport FIL             every refused line: .csv, .jsonl, or text\n"
	"  importer KILDE              import a source of import.kilder now\n"
	"    --toerkoer                show what would change, change nothing\n"
	"    --accepter-…, --rapport   as of indlaes\n"
	"  importer --alle-forfaldne   those that are due, of all authorities: for a timer\n"
	"  importer --kilder | --koersler [KILDE] | --koersel NUMMER\n"
	"                              sources, runs, the report of a run\n"
	"  kladde list                 drafts and how far they are\n"
	"  kladde vis KLADDE           what a draft changes\n"
	"  kladde kassér KLADDE        throw a draft away\n"
	"  valider                     what the rules find; exit 6 errors, 10 warnings\n"
	"    --pr DATO                 on that day, which may be yet to come\n"
	"    --kladde KLADDE           with the draft on top\n"
	"    --regel REGEL, --regler   by one rule; all rules there are\n"
	"    --alle, --engelsk         every finding, not the first of each; in English\n"
	"  ret SLAGS UUID|ny [UUID] FELT=VÆRDI …   fields by their names in the schema;\n"
	"                              FELT-=VÆRDI ends one of many, FELT= ends what there is\n"
	"  ret flyt ENHED OVERORDNET, ret leder ENHED BRUGER,\n"
	"  ret adresse SLAGS UUID ROLLE TEKST, ret nedlaeg SLAGS UUID, ret fortryd SLAGS UUID\n"
	"    --kladde KLADDE           in that draft; without, in a new one (--titel TITEL)\n"
	"    --fra DATO, --til DATO    from that day, until that day; else from publication\n"
	"    --undertrae               with the units below it\n"
	"  opret organisation --for CVR --navn NAVN   by the operator: in the shared registry\n"
	"    --organisation, --virksomhed, --myndighed UUID, --kode KODE\n"
	"  opret rod --organisation UUID --navn NAVN  the top unit; --enhed UUID\n"
	"    --publicer                at once, without looking at it\n"
	"  publicer KLADDE             make a draft hold, all of it or nothing\n"
	"    --fra DATO                from that day on, which may be yet to come\n"
	"    --vis, --alle             show what would change, change nothing; every object\n"
	"    --accepter-aendrede       even what others changed since the draft was made\n"
	"    --accepter-advarsler      even with warnings of the rules\n"
	"  tilbagerul PUBLIKATION|TIDSPUNKT  undo one, or go back to what held then\n"
	"    --fra DATO | --som-aldrig from a day on (today), or as if it had never been\n"
	"    --ogsaa-aendrede          even what others changed since; else that stays\n"
	"  publikationer [NUMMER]      all of them, or one object by object with its hash\n"
	"  noegledata                  counts, structure, changes by source, findings by rule\n"
	"    --udvikling, --csv        how it grew; as CSV\n"
	"  diagram                     a chart of the units, as SVG\n"
	"    --enhed UUID, --dybde N   of this unit; so many levels\n"
	"    --hoejst N, --alle        fold all but so many units (400); fold nothing\n"
	"    --ledere, --tekst         with leaders; as text\n"
	"    --udvikling               a plot of how it grew\n"
	"    --trin dag|maaned|aar     steps of how it grew\n"
	"  eksport                     as files that can be read again, sorted by UUID\n"
	"    --format csv|jsonl|os2sync, -o FIL|MAPPE  tables into a new folder, or one file\n"
	"    --kilde NAVN, --cpr       its name in the manifest; with CPR numbers\n"
	"  sammenlign [EKSPORT [EKSPORT]]  what differs, as CSV; exit 10 if anything does\n"
	"    --foer-pr DATO, --foer-registreret TIDSPUNKT  two moments instead of an export\n"
	"    --pr DATO, --registreret TIDSPUNKT, --kladde KLADDE  what holds on that day, as\n"
	"                              was known then, with a draft on top\n";

static const struct org_command commands[] = {
	{"indlaes",
	 "KILDE [--kilde NAVN] [--format FORMAT] [--fra DATO] [--proev | --publicer] "
	 "[--rapport FIL] …",
	 org_indlaes},
	{"importer",
	 "KILDE [--toerkoer] [--rapport FIL] | --alle-forfaldne | --kilder | --koersler",
	 org_importer},
	{"kladde", "list | vis KLADDE | kassér KLADDE", org_kladde},
	{"valider",
	 "[--pr DATO] [--kladde KLADDE] [--regel REGEL] [--alle] [--engelsk] | --regler",
	 org_valider},
	{"ret",
	 "SLAGS UUID|ny [UUID] FELT=VÆRDI… | flyt ENHED OVERORDNET | leder ENHED BRUGER |\n"
	 "    adresse SLAGS UUID ROLLE TEKST | nedlaeg SLAGS UUID | fortryd SLAGS UUID\n"
	 "    [--kladde KLADDE] [--titel TITEL] [--fra DATO] [--til DATO] [--undertrae]",
	 org_ret},
	{"opret",
	 "organisation --for CVR --navn NAVN | rod --organisation UUID --navn NAVN\n"
	 "    [--kladde KLADDE] [--fra DATO] [--publicer]",
	 org_opret},
	{"publicer",
	 "KLADDE [--fra DATO] [--vis] [--alle] [--accepter-aendrede] [--accepter-advarsler]",
	 org_publicer},
	{"tilbagerul",
	 "PUBLIKATION|TIDSPUNKT [--fra DATO | --som-aldrig] [--ogsaa-aendrede] [--vis] "
	 "[--alle]",
	 org_tilbagerul},
	{"publikationer", "[NUMMER]", org_publikationer},
	{"noegledata", ORG_MOMENT_USAGE " [--trin dag|maaned|aar] [--udvikling] [--csv]",
	 org_noegledata},
	{"diagram",
	 ORG_MOMENT_USAGE " [--enhed UUID] [--dybde N] [--hoejst N | --alle] [--ledere] "
			  "[--tekst] | --udvikling [--trin dag|maaned|aar] [-o FIL]",
	 org_diagram},
	{"eksport",
	 ORG_MOMENT_USAGE " [--format csv|jsonl|os2sync] [--kilde NAVN] [--cpr] [-o FIL|MAPPE]",
	 org_eksport},
	{"sammenlign",
	 "[EKSPORT [EKSPORT]] " ORG_MOMENT_USAGE
	 " [--foer-pr DATO] [--foer-registreret TIDSPUNKT]",
	 org_sammenlign},
};

static const struct org_command *
find_command(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(commands); i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}

int
org_usage(const struct org *o, const char *fmt, ...)
{
	const struct org_command *cmd = find_command(o->argv[0]);
	va_list ap;

	fprintf(stderr, "sluse organisation: ");
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fprintf(stderr, "\nbrug: sluse organisation %s --cvr CVR %s\n", o->argv[0],
		cmd ? cmd->usage : "");
	return EXIT_USAGE;
}

int
org_failed(const struct org *o, const struct err *e)
{
	return cli_failed(o->cli, e);
}

bool
org_number(const char *text, int64_t *out)
{
	return str_to_i64(str_from(text), 1, INT64_MAX, out);
}

struct str
org_shown(const struct org *o, struct arena *a, struct str text)
{
	return o->cli->json ? text : cli_shown(a, text);
}

struct str
org_when(struct arena *a, instant t)
{
	char text[TIME_TEXT_MAX];
	struct str s;

	if (t == INSTANT_MIN || t == INSTANT_MAX)
		return STR("altid");
	s = time_format_local(t, text);
	return arena_printf(a, t == time_local_midnight(t) ? "%.10s" : "%.10s %.5s", s.ptr,
			    s.ptr + 11);
}

void
org_json_uuid(json_t *object, const char *name, struct uuid u)
{
	char text[UUID_TEXT_LEN + 1];

	json_put_text(object, name, uuid_format(u, text));
}

void
org_json_time(json_t *object, const char *name, instant t)
{
	char text[TIME_TEXT_MAX];

	if (t == INSTANT_MIN || t == INSTANT_MAX)
		json_object_set_new(object, name, json_null());
	else
		json_put_text(object, name, time_format_local(t, text));
}

/* Takes --cvr CVR and --cvr=CVR out of argv. */
static const char *
take_cvr(struct org *o)
{
	const char *cvr = NULL;
	int kept = 0;

	for (int i = 0; i < o->argc; i++) {
		if (strcmp(o->argv[i], "--cvr") == 0 && i + 1 < o->argc)
			cvr = o->argv[++i];
		else if (strncmp(o->argv[i], "--cvr=", 6) == 0)
			cvr = o->argv[i] + 6;
		else
			o->argv[kept++] = o->argv[i];
	}
	o->argc = kept;
	o->argv[kept] = NULL;
	return cvr;
}

static bool
open_desk(struct org *o, const char *cvr, struct err *e)
{
	if (!cli_config_and_clock(o->cli, &o->config, e) ||
	    !cli_store(o->cli, false, &o->store, e))
		return false;
	o->desk = (struct desk){
		.store = o->store,
		.cvr = str_from(cvr),
		.operator_cvr = config_str(o->config, OPT_REGISTRY_OPERATOR),
		.actor = cli_actor(),
		.key_is_optional = config_flag(o->config, OPT_REGISTRY_KEY_OPTIONAL),
		.make_uuid = random_uuid,
	};
	return true;
}

int
cmd_organisation(struct cli *c)
{
	struct org o = {.cli = c, .argc = c->argc - 1, .argv = c->argv + 1};
	const struct org_command *cmd = NULL;
	struct err e = ERR_INIT;
	const char *cvr;
	int code;

	cvr = take_cvr(&o);
	if (o.argc > 0)
		cmd = find_command(o.argv[0]);
	if (o.argc == 0)
		return cli_usage(c, "hvilken underkommando?");
	if (!cmd)
		return cli_usage(c, "der er ingen underkommando '%s'", o.argv[0]);
	/* some of its uses are of all authorities: it looks for itself */
	if ((cvr || cmd->run != org_importer) && !str_is_digits(str_from(cvr), 8))
		return org_usage(&o, "--cvr CVR skal være otte cifre");
	if (open_desk(&o, cvr, &e))
		code = cmd->run(&o);
	else
		code = org_failed(&o, &e);
	store_close(o.store);
	config_free(o.config);
	return code;
}
