/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Finds the subcommand, reads the global flags, and gives the commands what they share. Data
 * goes to standard output, messages to standard error.
 */
#include "gateway/cli.h"

#include <getopt.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/encoding.h"
#include "gateway/cli_org.h"
#include "version.h"

static int cmd_help(struct cli *c);

static const struct cli_command commands[] = {
	{"serve", "", "run the server", "", cmd_serve},
	{"check", "[--explain [NAME] | --show]",
	 "check the configuration, keys and certificates",
	 "  --explain [NAME]  what a setting means; all of them without NAME\n"
	 "  --show            print the effective settings\n",
	 cmd_check},
	{"apply", "[--dry-run] [--prune] [--root DIR] FILE…",
	 "make known what the files say, all or nothing",
	 "  --dry-run  show what would change, change nothing\n"
	 "  --prune    remove what is known and not in the files\n"
	 "  --root DIR where certificates and metadata named in the files lie\n",
	 cmd_apply},
	{"export", "[--at TIME] [-o FILE]", "write everything that is known, for apply",
	 "  --at TIME  as it was known then\n"
	 "  -o FILE    into a file instead of standard output\n",
	 cmd_export},
	{"token", "--cert FILE --key FILE --url URL --ca FILE --peer-cert FILE SERVICE CVR",
	 "get a token for a service, as a fagsystem does",
	 "  --cert FILE, --key FILE  the it-system's certificate and key (PEM)\n"
	 "  --url URL                of the token service\n"
	 "  --ca FILE                anchors of its TLS certificate\n"
	 "  --peer-cert FILE         certificate that signs tokens and answers\n"
	 "  --lifetime DURATION      such as 90m; without: as the token service decides\n"
	 "  --on-behalf-of FILE      of the system with this certificate, or of a token's\n"
	 "  --rest                   a SAML token by JSON: URL is that of REST\n"
	 "  --jwt                    a JSON Web Token: URL is that of OAuth\n"
	 "  --soap11                 ask in SOAP 1.1\n"
	 "  --request-only           write the signed request, send nothing\n"
	 "  --record FILE            add the request and its answer to it, a line of JSON\n"
	 "  -o FILE                  the token goes there\n",
	 cmd_token},
	{"call",
	 "--cert FILE --key FILE --token FILE --url URL --ca FILE --peer-cert FILE SERVICE "
	 "OPERATION FILE",
	 "call a service, signed or by REST",
	 "  FILE                     XML of the operation's input element; - is standard "
	 "input\n"
	 "  --token FILE             as sluse token wrote it\n"
	 "  --peer-cert FILE         certificate that signs the service's answers\n"
	 "  --jwt                    a REST service: --token is a JSON Web Token, FILE is "
	 "JSON\n"
	 "  further flags as for sluse token; the exit code tells the StatusKode:\n"
	 "  0 = 20, 3 = 44, 4 = 49, 5 = 41 or a fault, 6 = 40, 45 or 47\n",
	 cmd_call},
	{"cert",
	 "show FILE | list [--expiring DURATION] | block NAME | unblock NAME | roll "
	 "sts|service|hub [FLAGS]",
	 "look at certificates, block them, replace our own",
	 "  show FILE               fields, kind and CVR of a certificate\n"
	 "  list                    all certificates, of systems, IdPs and our own\n"
	 "  --expiring DURATION     only those that end within it and have no successor in\n"
	 "                          use; exit 10 if there are any, 11 if one has ended\n"
	 "  block NAME, unblock NAME  of a known system, by file or thumbprint; at once\n"
	 "  roll WHOSE              how far the change of our own key is, and what is next\n"
	 "    --new-key FILE --csr FILE   make a key and the request for its certificate\n"
	 "    --key KEY --csr FILE        a request for a key that is there, as in a token\n"
	 "    --key KEY --cert FILE [--from TIME]  check them and plan the change\n"
	 "    --key-password FILE         its first line is KEY's password or PIN\n"
	 "    --finish                    the successor takes the place of the old key\n"
	 "    --write                     puts either into the configuration file\n",
	 cmd_cert},
	{"idp",
	 "[--listen ADDRESS] [--oiosaml2] [--encrypt] [--metadata FILE | "
	 "--hvem-metadata FILE]",
	 "serve an identity provider for development",
	 "  --listen ADDRESS      127.0.0.1:8445 if not given\n"
	 "  --oiosaml2            answer in OIOSAML 2 instead of 3\n"
	 "  --encrypt             encrypt the assertions\n"
	 "  --metadata FILE       write its metadata and end\n"
	 "  --hvem-metadata FILE  write the metadata of the system at /hvem and end\n",
	 cmd_idp},
	{"audit", "[search | export | verify | heads | prune | why SYSTEM SERVICE CVR] [FLAGS]",
	 "search and verify the audit trail; why is somebody refused?",
	 "  search, export         records, as a table or as JSON Lines; filters:\n"
	 "  --from TIME, --to TIME, --system ID, --service NAME, --cvr CVR, --action NAME[*],\n"
	 "  --result NAME, --actor ID, --object ID, --request ID, --after ID, --limit N\n"
	 "  -o FILE                a new file instead of standard output\n"
	 "  verify                 is it as it was written? exit 11 if not, 10 if unsealed\n"
	 "  --heads FILE           compare with seals that were kept outside; - is standard "
	 "input\n"
	 "  --head ID:HASH         the same with one\n"
	 "  --cert FILE            certificates of seals, instead of the configured ones\n"
	 "  heads                  print the seals, to be kept outside; --since TIME,\n"
	 "                         --after ID\n"
	 "  prune --before TIME    remove older records, with a signed start of what is left;\n"
	 "                         TIME may be an age such as 1825d\n"
	 "  --despite-findings     even of a trail that is not as it was written\n"
	 "  why SYSTEM SERVICE CVR what the token service would decide, and why; exit 5: no\n"
	 "  --at TIME              by what was known then\n",
	 cmd_audit},
	{"organisation", "SUBCOMMAND --cvr CVR [ARGUMENTS]",
	 "an authority's own work on its organisation", org_help, cmd_organisation},
	{"version", "", "version of the program and its libraries", "", cmd_version},
	{"help", "[COMMAND]", "this text, or that of a command", "", cmd_help},
};

static const struct cli_command *
find_command(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(commands); i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}

static void
print_command(FILE *to, const struct cli_command *cmd)
{
	fprintf(to,
		"usage: sluse [--config FILE] [--db FILE] [--json] [--quiet] %s%s%s\n\n%s\n%s",
		cmd->name, cmd->usage[0] != '\0' ? " " : "", cmd->usage, cmd->text, cmd->help);
}

static void
print_overview(FILE *to)
{
	fprintf(to, "usage: sluse [--config FILE] [--db FILE] [--json] [--quiet] COMMAND "
		    "[ARGUMENTS]\n\n");
	for (size_t i = 0; i < ARRAY_LEN(commands); i++)
		fprintf(to, "  %-12s %s\n", commands[i].name, commands[i].text);
	fprintf(to, "\nsluse help COMMAND tells more; so does man sluse.\n");
}

static int
cmd_help(struct cli *c)
{
	const struct cli_command *cmd;

	if (c->argc < 2) {
		print_overview(stdout);
		return EXIT_OK;
	}
	cmd = find_command(c->argv[1]);
	if (cmd == NULL)
		return cli_usage(c, "there is no command '%s'", c->argv[1]);
	print_command(stdout, cmd);
	return EXIT_OK;
}

int
cli_usage(const struct cli *c, const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "sluse: ");
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fprintf(stderr, "\n");
	if (c->command != NULL)
		fprintf(stderr, "usage: sluse %s %s\n", c->command->name, c->command->usage);
	else
		fprintf(stderr, "sluse help lists the commands\n");
	return EXIT_USAGE;
}

int
cli_failed(const struct cli *c, const struct err *e)
{
	const struct err_row *row = err_row(e->code);
	int64_t code;

	if (c->json)
		fprintf(stderr, "{\"error\":\"%s\",\"text\":\"%s\"}\n", row->name, row->text);
	fprintf(stderr, "sluse %s: %s", c->command->name, row->text);
	fprintf(stderr, e->detail[0] != '\0' ? " (%s)\n" : "%s\n", e->detail);
	if (row->voice == VOICE_CLI && str_to_i64(str_from(row->code), 1, 255, &code))
		return (int)code;
	return row->http == 503 ? EXIT_UNAVAILABLE : EXIT_FAILED;
}

void
cli_print(FILE *to, const struct buf *b)
{
	if (b->len > 0)
		fwrite(b->ptr, 1, b->len, to);
}

void
cli_print_json(json_t *o)
{
	json_dumpf(o, stdout, JSON_COMPACT | JSON_PRESERVE_ORDER);
	putchar('\n');
	json_decref(o);
}

const char *
cli_config_path(const struct cli *c)
{
	if (c->config_path == NULL && access(SLUSE_SYSCONFDIR "/sluse.conf", F_OK) == 0)
		return SLUSE_SYSCONFDIR "/sluse.conf";
	return c->config_path;
}

bool
cli_config(const struct cli *c, struct config **out, struct err *e)
{
	struct buf problems = BUF_INIT(65536);
	bool ok = config_load(cli_config_path(c), out, &problems, e);

	cli_print(stderr, &problems);
	buf_release(&problems);
	return ok;
}

bool
cli_config_and_clock(const struct cli *c, struct config **out, struct err *e)
{
	if (!cli_config(c, out, e))
		return false;
	clock_set_shift(SECONDS(config_number(*out, OPT_CLOCK_SHIFT)));
	return true;
}

/* A publication or a load touches many pages in one job; little of it is used by others. */
#define LARGE_JOB_MB 256

bool
cli_store(const struct cli *c, bool read_only, struct store **out, struct err *e)
{
	struct store_options so = {.path = c->database,
				   .read_only = read_only,
				   .create = !read_only,
				   .readers = 2,
				   .cache_mb = LARGE_JOB_MB};
	struct config *config = NULL;
	bool ok;

	if (so.path == NULL) {
		if (!cli_config_and_clock(c, &config, e))
			return false;
		so.path = config_text(config, OPT_DATABASE);
	}
	ok = store_open(&so, out, e);
	config_free(config);
	return ok;
}

struct str
cli_actor(void)
{
	static char text[80];
	const struct passwd *pw = getpwuid(getuid());

	if (pw != NULL)
		snprintf(text, sizeof(text), "cli:%s", pw->pw_name);
	else
		snprintf(text, sizeof(text), "cli:%ld", (long)getuid());
	return str_from(text);
}

bool
cli_time(const char *text, instant *out)
{
	struct err e = ERR_INIT;
	size_t len = strlen(text);
	char whole[64];

	snprintf(whole, sizeof(whole), "%s%s", text,
		 len == 10   ? "T00:00:00"
		 : len == 16 ? ":00"
			     : "");
	if (len >= 16 && whole[10] == ' ')
		whole[10] = 'T';
	return time_parse(str_from(whole), ZONE_LOCAL, out, &e);
}

bool
cli_duration(const char *text, instant *out)
{
	struct str s = str_from(text);
	int64_t n;
	char unit;

	if (s.len < 2)
		return false;
	unit = s.ptr[--s.len];
	if (!str_to_i64(s, 0, 100000, &n))
		return false;
	*out = unit == 'd' ? DAYS(n) : unit == 'h' ? HOURS(n) : MINUTES(n);
	return unit == 'd' || unit == 'h' || unit == 'm';
}

static bool
is_harmless(uint32_t code)
{
	return code >= 0x20 && (code < 0x7f || code > 0x9f) && code != 0x200e &&
	       code != 0x200f && (code < 0x2028 || code > 0x202e) &&
	       (code < 0x2066 || code > 0x2069);
}

struct str
cli_shown(struct arena *a, struct str text)
{
	AUTO(buf_release) struct buf b = BUF_INIT(4 * 65536);
	uint32_t code;
	size_t len;

	for (size_t i = 0; i < text.len; i += len) {
		len = utf8_char(text.ptr + i, text.len - i, &code);
		if (len > 0 && is_harmless(code)) {
			buf_add_bytes(&b, text.ptr + i, len);
			continue;
		}
		len = len > 0 ? len : 1;
		for (size_t j = 0; j < len; j++)
			buf_printf(&b, "\\x%02x", (unsigned char)text.ptr[i + j]);
	}
	return arena_dup(a, buf_str(&b));
}

static int
read_globals(struct cli *c, int argc, char **argv)
{
	static const struct option longs[] = {
		{"config", required_argument, NULL, 'c'},
		{"db", required_argument, NULL, 'd'},
		{"json", no_argument, NULL, 'j'},
		{"quiet", no_argument, NULL, 'q'},
		{"help", no_argument, NULL, 'h'},
		{"version", no_argument, NULL, 'V'},
		{NULL, 0, NULL, 0},
	};
	int o;

	while ((o = getopt_long(argc, argv, "+c:d:jqhV", longs, NULL)) != -1) {
		switch (o) {
		case 'c':
			c->config_path = optarg;
			break;
		case 'd':
			c->database = optarg;
			break;
		case 'j':
			c->json = true;
			break;
		case 'q':
			c->quiet = true;
			break;
		case 'h':
			print_overview(stdout);
			return EXIT_OK;
		case 'V':
			return cmd_version(c);
		default:
			return cli_usage(c, "see above");
		}
	}
	return -1;
}

int
cli_main(int argc, char **argv)
{
	struct cli c = {0};
	int code = read_globals(&c, argc, argv);

	if (code >= 0)
		return code;
	if (optind >= argc) {
		print_overview(stderr);
		return EXIT_USAGE;
	}
	c.command = find_command(argv[optind]);
	if (c.command == NULL)
		return cli_usage(&c, "there is no command '%s'", argv[optind]);
	c.argc = argc - optind;
	c.argv = argv + optind;
	optind = 0; /* the command reads its own flags from its own argv */
	for (int i = 1; i < c.argc; i++) {
		if (strcmp(c.argv[i], "--help") == 0 || strcmp(c.argv[i], "-h") == 0) {
			print_command(stdout, c.command);
			return EXIT_OK;
		}
	}
	return c.command->run(&c);
}
