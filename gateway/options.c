/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The option table: one row a setting, from which reading, checking, help and the manual
 * follow. The file is read by options_read.c. Nothing here opens a socket or a key.
 */
#include "gateway/options_internal.h"

#include <inttypes.h>
#include <string.h>

#include "base/limits.h"
#include "base/mem.h"

const struct option_row option_rows[OPT_COUNT] = {
	[OPT_ENVIRONMENT] =
		{"environment", OPTION_CHOICE, "production", 0, 0, "production development",
		 false,
		 "development allows the development PKI, a shifted clock and the test IdP."},
	[OPT_DATABASE] = {"database", OPTION_PATH, "/var/lib/sluse/sluse.db", 0, 0, NULL, false,
			  "The SQLite file with everything that is known and stored."},
	[OPT_WSDL_DIR] = {"wsdl_dir", OPTION_PATH, NULL, 0, 0, NULL, false,
			  "Folder with the contract files served at ?wsdl and ?xsd; default: "
			  "as installed."},
	[OPT_CLOCK_SHIFT] = {"clock_shift", OPTION_NUMBER, "0", -3153600000LL, 3153600000LL,
			     NULL, false, "Seconds added to the clock; development only."},
	[OPT_LISTEN_SYSTEM] = {"listen.system", OPTION_ADDRESS, "127.0.0.1:8443", 0, 0, NULL,
			       false,
			       "Token service and registries; asks for a client certificate, "
			       "never requires one."},
	[OPT_LISTEN_BROWSER] = {"listen.browser", OPTION_ADDRESS, "127.0.0.1:8444", 0, 0, NULL,
				false, "Login pages; never asks for a client certificate."},
	[OPT_LISTEN_OPERATIONS] =
		{"listen.operations", OPTION_ADDRESS, "127.0.0.1:9443", 0, 0, NULL, false,
		 "Health and metrics, plain HTTP: keep it on loopback or a protected network."},
	[OPT_TLS_CERT] = {"tls.cert", OPTION_PATH, NULL, 0, 0, NULL, true,
			  "TLS server certificate with its chain (PEM), RSA."},
	[OPT_TLS_KEY] = {"tls.key", OPTION_KEY, NULL, 0, 0, NULL, true,
			 "Private key of tls.cert (PEM)."},
	[OPT_TLS_PASSWORD] = {"tls.key_password", OPTION_PATH, NULL, 0, 0, NULL, true,
			      "File whose first line is the password, or PIN, of tls.key."},
	[OPT_TLS_CERT_EC] =
		{"tls.cert_ec", OPTION_PATH, NULL, 0, 0, NULL, true,
		 "A second TLS certificate (P-256) for clients that know it: half the cost."},
	[OPT_TLS_KEY_EC] = {"tls.key_ec", OPTION_KEY, NULL, 0, 0, NULL, true,
			    "Private key of tls.cert_ec."},
	[OPT_TLS_PASSWORD_EC] =
		{"tls.key_ec_password", OPTION_PATH, NULL, 0, 0, NULL, true,
		 "File whose first line is the password, or PIN, of tls.key_ec."},
	[OPT_PKCS11_MODULE] =
		{"pkcs11.module", OPTION_PATH, NULL, 0, 0, NULL, false,
		 "The token's PKCS#11 library, for keys that are named by a pkcs11: URI."},
	[OPT_URL_SYSTEM] =
		{"url.system", OPTION_URL, "https://localhost:8443", 0, 0, NULL, true,
		 "How clients reach the system listener; written into served WSDL files."},
	[OPT_URL_BROWSER] = {"url.browser", OPTION_URL, "https://localhost:8444", 0, 0, NULL,
			     true,
			     "How browsers reach the login pages; written into metadata."},
	[OPT_ANCHORS] = {"trust.anchors", OPTION_PATH, NULL, 0, 0, NULL, true,
			 "Root certificates (PEM) that system certificates must chain to."},
	[OPT_INTERMEDIATES] = {"trust.intermediates", OPTION_PATH, NULL, 0, 0, NULL, true,
			       "Issuing certificates (PEM); clients rarely send them."},
	[OPT_CRLS] = {"trust.crls", OPTION_PATH, NULL, 0, 0, NULL, true,
		      "Revocation lists (PEM)."},
	[OPT_CRL_REQUIRED] = {"trust.crl_required", OPTION_FLAG, "true", 0, 0, NULL, true,
			      "A certificate whose issuer has no current list, and on which no "
			      "responder has answered, is refused."},
	[OPT_CRL_GRACE] = {"trust.crl_grace", OPTION_SECONDS, "24h", 0, 604800, NULL, true,
			   "How long after its nextUpdate a list or an answer is still used."},
	[OPT_FETCH] =
		{"trust.fetch", OPTION_CHOICE, "crl", 0, 0, "none crl ocsp both", true,
		 "What is fetched in the background from where certificates say: revocation "
		 "lists, a responder's answer on each known certificate, both, or nothing."},
	[OPT_FETCH_HOSTS] =
		{"trust.fetch_hosts", OPTION_TEXT, NULL, 0, 0, NULL, true,
		 "Hosts, separated by commas, each with :port or without, that may be asked; "
		 "absent: any at a public address and the usual port."},
	[OPT_FETCH_CA] = {"trust.fetch_ca", OPTION_PATH, NULL, 0, 0, NULL, true,
			  "Anchors (PEM) of servers that are asked by https; absent: none is."},
	[OPT_FETCH_INTERVAL] =
		{"trust.fetch_interval", OPTION_SECONDS, "6h", 1, 86400, NULL, true,
		 "The longest time until something is fetched again; half of what is left of "
		 "its life where that is shorter."},
	[OPT_STS_ENTITY_ID] = {"sts.entity_id", OPTION_TEXT, NULL, 0, 0, NULL, false,
			       "Issuer of tokens."},
	[OPT_STS_CERT] = {"sts.cert", OPTION_PATH, NULL, 0, 0, NULL, true,
			  "Certificate of the token service; needs a SubjectKeyIdentifier."},
	[OPT_STS_KEY] = {"sts.key", OPTION_KEY, NULL, 0, 0, NULL, true,
			 "Private key of sts.cert: PEM, PKCS#12 (then sts.cert may be "
			 "absent), or a pkcs11: URI; so for all keys of ours."},
	[OPT_STS_PASSWORD] = {"sts.key_password", OPTION_PATH, NULL, 0, 0, NULL, true,
			      "File whose first line is the password, or PIN, of sts.key."},
	[OPT_STS_NEXT_CERT] = {"sts.next_cert", OPTION_PATH, NULL, 0, 0, NULL, true,
			       "Successor of sts.cert: published at once."},
	[OPT_STS_NEXT_KEY] = {"sts.next_key", OPTION_KEY, NULL, 0, 0, NULL, true,
			      "Private key of sts.next_cert."},
	[OPT_STS_NEXT_PASSWORD] =
		{"sts.next_key_password", OPTION_PATH, NULL, 0, 0, NULL, true,
		 "File whose first line is the password, or PIN, of sts.next_key."},
	[OPT_STS_NEXT_FROM] = {"sts.next_from", OPTION_TIME, NULL, 0, 0, NULL, true,
			       "From when sts.next_cert signs; absent: it is published only."},
	[OPT_STS_TRUSTED] = {"sts.trusted", OPTION_PATH, NULL, 0, 0, NULL, true,
			     "Further certificates (PEM, at most 3) that tokens may be signed "
			     "with: roll-over."},
	[OPT_STS_LIFETIME] = {"sts.lifetime", OPTION_SECONDS, "8h", 1200, 28800, NULL, true,
			      "Life of a token when the client asks for none."},
	[OPT_STS_ON_BEHALF] =
		{"sts.on_behalf_of", OPTION_FLAG, "false", 0, 0, NULL, true,
		 "Tokens on behalf of another system or of a user are issued, to those that "
		 "what is known allows it."},
	[OPT_STS_JWT] = {"sts.jwt", OPTION_FLAG, "true", 0, 0, NULL, true,
			 "JSON Web Tokens are issued, signed PS256: sts.key and sts.next_key "
			 "have to be RSA keys."},
	[OPT_STS_JWT_ISSUER] =
		{"sts.jwt_issuer", OPTION_TEXT, NULL, 0, 0, NULL, true,
		 "Issuer of JSON Web Tokens, as resource servers have it configured; default: "
		 "sts.entity_id."},
	[OPT_SERVICE_CERT] = {"service.cert", OPTION_PATH, NULL, 0, 0, NULL, true,
			      "Certificate that signs the answers of the services."},
	[OPT_SERVICE_KEY] = {"service.key", OPTION_KEY, NULL, 0, 0, NULL, true,
			     "Private key of service.cert."},
	[OPT_SERVICE_PASSWORD] =
		{"service.key_password", OPTION_PATH, NULL, 0, 0, NULL, true,
		 "File whose first line is the password, or PIN, of service.key."},
	[OPT_SERVICE_NEXT_CERT] = {"service.next_cert", OPTION_PATH, NULL, 0, 0, NULL, true,
				   "Successor of service.cert: published at once."},
	[OPT_SERVICE_NEXT_KEY] = {"service.next_key", OPTION_KEY, NULL, 0, 0, NULL, true,
				  "Private key of service.next_cert."},
	[OPT_SERVICE_NEXT_PASSWORD] =
		{"service.next_key_password", OPTION_PATH, NULL, 0, 0, NULL, true,
		 "File whose first line is the password, or PIN, of service.next_key."},
	[OPT_SERVICE_NEXT_FROM] =
		{"service.next_from", OPTION_TIME, NULL, 0, 0, NULL, true,
		 "From when service.next_cert signs; absent: it is published only."},
	[OPT_SERVICE_BODY] = {"service.body_bytes", OPTION_NUMBER, "10485760",
			      LIMIT_LARGE_BYTES, LIMIT_SERVICE_BODY_BYTES, NULL, false,
			      "The largest message that a service takes, in bytes; HTTP 413 to "
			      "larger ones."},
	[OPT_GUARD_BINDING] =
		{"guard.binding", OPTION_CHOICE, "normal", 0, 0, "normal strict", true,
		 "strict refuses calls that sign only the reference to their token."},
	[OPT_GUARD_LEVEL] = {"guard.level", OPTION_NUMBER, "3", 1, 4, NULL, true,
			     "Lowest AssuranceLevel of a token that services accept."},
	[OPT_GUARD_REVOCATION] =
		{"guard.revocation", OPTION_FLAG, "false", 0, 0, NULL, true,
		 "Services check the chain and revocation of a token's holder on every call, "
		 "not only the token service when it issues."},
	[OPT_GUARD_RS256] =
		{"guard.rs256", OPTION_FLAG, "false", 0, 0, NULL, true,
		 "REST services take access tokens that are signed with RS256, besides PS256."},
	[OPT_GUARD_HOSTS] =
		{"guard.hosts", OPTION_TEXT, NULL, 0, 0, NULL, true,
		 "Host names, separated by commas, that wsa:To of a call may name, at the path "
		 "called; absent: To is not compared."},
	[OPT_HUB_ENTITY_ID] = {"hub.entity_id", OPTION_TEXT, NULL, 0, 0, NULL, false,
			       "SAML entity id of the bridge, in both its roles."},
	[OPT_HUB_ALIAS] = {"hub.alias", OPTION_TEXT, NULL, 0, 0, NULL, true,
			   "A second spelling of hub.entity_id accepted as audience."},
	[OPT_HUB_CERT] = {"hub.cert", OPTION_PATH, NULL, 0, 0, NULL, true,
			  "Certificate that signs SAML messages and decrypts assertions."},
	[OPT_HUB_KEY] = {"hub.key", OPTION_KEY, NULL, 0, 0, NULL, true,
			 "Private key of hub.cert."},
	[OPT_HUB_PASSWORD] = {"hub.key_password", OPTION_PATH, NULL, 0, 0, NULL, true,
			      "File whose first line is the password, or PIN, of hub.key."},
	[OPT_HUB_NEXT_CERT] = {"hub.next_cert", OPTION_PATH, NULL, 0, 0, NULL, true,
			       "Successor of hub.cert: published at once, and decrypts."},
	[OPT_HUB_NEXT_KEY] = {"hub.next_key", OPTION_KEY, NULL, 0, 0, NULL, true,
			      "Private key of hub.next_cert."},
	[OPT_HUB_NEXT_PASSWORD] =
		{"hub.next_key_password", OPTION_PATH, NULL, 0, 0, NULL, true,
		 "File whose first line is the password, or PIN, of hub.next_key."},
	[OPT_HUB_NEXT_FROM] = {"hub.next_from", OPTION_TIME, NULL, 0, 0, NULL, true,
			       "From when hub.next_cert signs; absent: it is published only."},
	[OPT_HUB_ORGANISATION] = {"hub.organisation", OPTION_TEXT, "Sluse", 0, 0, NULL, true,
				  "Name of the operator, for metadata and pages."},
	[OPT_HVEM_ENTITY_ID] =
		{"hvem.entity_id", OPTION_TEXT, NULL, 0, 0, NULL, true,
		 "Entity id of the built-in system at /hvem; absent: it is switched off."},
	[OPT_HVEM_CERT] = {"hvem.cert", OPTION_PATH, NULL, 0, 0, NULL, true,
			   "Certificate of that system."},
	[OPT_HVEM_KEY] = {"hvem.key", OPTION_PATH, NULL, 0, 0, NULL, true,
			  "Private key of hvem.cert."},
	[OPT_HVEM_METADATA_OF_HUB] =
		{"hvem.hub_cert", OPTION_PATH, NULL, 0, 0, NULL, true,
		 "Certificate by which that system knows the bridge; default hub.cert."},
	[OPT_IDP_ENTITY_ID] = {"idp.entity_id", OPTION_TEXT, "https://idp.sluse.example", 0, 0,
			       NULL, true, "Entity id of the development IdP (sluse idp)."},
	[OPT_IDP_CERT] = {"idp.cert", OPTION_PATH, NULL, 0, 0, NULL, true,
			  "Certificate of the development IdP."},
	[OPT_IDP_KEY] = {"idp.key", OPTION_PATH, NULL, 0, 0, NULL, true,
			 "Private key of idp.cert."},
	[OPT_IDP_USERS] = {"idp.users", OPTION_PATH, NULL, 0, 0, NULL, true,
			   "JSON file with the users of the development IdP and their roles."},
	[OPT_REGISTRY_OPERATOR] = {"registry.operator", OPTION_TEXT, NULL, 0, 0, NULL, false,
				   "CVR of the authority that owns shared objects."},
	[OPT_REGISTRY_INACTIVE] =
		{"registry.inactive_in_hierarchy", OPTION_FLAG, "false", 0, 0, NULL, false,
		 "fremsoegobjekthierarki lists objects whose Gyldighed is Inaktiv too."},
	[OPT_REGISTRY_KEY_OPTIONAL] =
		{"registry.key_optional", OPTION_FLAG, "false", 0, 0, NULL, false,
		 "BrugervendtNoegleTekst may be left out where the contract wants it."},
	[OPT_REGISTRY_PURGE] =
		{"registry.fysiskslet", OPTION_FLAG, "false", 0, 0, NULL, false,
		 "Systems whose agreement says fysiskslet may remove units with all history."},
	[OPT_IMPORT_SOURCES] = {"import.kilder", OPTION_PATH, NULL, 0, 0, NULL, true,
				"Folder with one file, NAME.conf, for each source of periodic "
				"imports."},
	[OPT_IMPORT_WORK] = {"import.mappe", OPTION_PATH, NULL, 0, 0, NULL, true,
			     "Folder for what is fetched from sources; default: beside the "
			     "database."},
	[OPT_IMPORT_MOST_REMOVED] =
		{"import.maks_fjernelse", OPTION_NUMBER, "5", 0, 100, NULL, true,
		 "Percent of a source's objects that an import may end without being told "
		 "to."},
	[OPT_IMPORT_LEAST_REMOVED] =
		{"import.mindst_fjernelse", OPTION_NUMBER, "20", 1, 1000000, NULL, true,
		 "Fewer objects than this are never too many to end."},
	[OPT_WORKERS] = {"workers", OPTION_NUMBER, "32", 1, 512, NULL, false,
			 "Calls that run at the same time."},
	[OPT_IO_THREADS] = {"io_threads", OPTION_NUMBER, "2", 1, 64, NULL, false,
			    "Threads that read and write connections."},
	[OPT_CONNECTIONS] = {"connections", OPTION_NUMBER, "10000", 16, 1000000, NULL, false,
			     "Open connections, of which one address gets half at most; "
			     "further ones wait to be accepted."},
	[OPT_IDLE_TIMEOUT] =
		{"idle_timeout", OPTION_SECONDS, "2min", 5, 3600, NULL, false,
		 "A connection that has not brought a whole request for so long is closed."},
	[OPT_DRAIN_TIMEOUT] = {"drain_timeout", OPTION_SECONDS, "30s", 1, 600, NULL, false,
			       "How long a stop waits for running calls."},
	[OPT_AUDIT_INTERVAL] = {"audit.seal_interval", OPTION_SECONDS, "30s", 1, 3600, NULL,
				true,
				"How long records of the audit trail stand unsealed at most."},
	[OPT_AUDIT_HEADS] =
		{"audit.heads", OPTION_PATH, NULL, 0, 0, NULL, true,
		 "A file that each seal of the audit trail is added to, best on another "
		 "machine: sluse audit verify --heads."},
	[OPT_LOG_LEVEL] = {"log.level", OPTION_CHOICE, "info", 0, 0, "error warning info debug",
			   true, "The least important events that are logged."},
	[OPT_LOG_FORMAT] = {"log.format", OPTION_CHOICE, "text", 0, 0, "text json", true,
			    "One line an event, as key=value or as JSON."},
};

void
config_free(struct config *c)
{
	if (c == NULL)
		return;
	for (int i = 0; i < OPT_COUNT; i++)
		mem_free(c->value[i].text);
	mem_free(c);
}

const char *
config_text(const struct config *c, enum setting o)
{
	return c->value[o].text;
}

struct str
config_str(const struct config *c, enum setting o)
{
	return str_from(c->value[o].text);
}

int64_t
config_number(const struct config *c, enum setting o)
{
	return c->value[o].number;
}

bool
config_flag(const struct config *c, enum setting o)
{
	return c->value[o].number != 0;
}

bool
config_is_set(const struct config *c, enum setting o)
{
	return c->value[o].text != NULL;
}

bool
config_is_production(const struct config *c)
{
	return strcmp(c->value[OPT_ENVIRONMENT].text, "development") != 0;
}

static void
explain_row(const struct option_row *row, struct buf *out)
{
	static const char *const types[] = {"text",   "path",   "path or URI", "address:port",
					    "URL",    "number", "duration",    "true|false",
					    "moment", "choice"};

	buf_printf(out, "%s\n    %s\n    type: %s", row->name, row->text, types[row->type]);
	if (row->choices != NULL)
		buf_printf(out, " (%s)", row->choices);
	if (row->max != 0)
		buf_printf(out, ", %" PRId64 " to %" PRId64 "%s", row->min, row->max,
			   row->type == OPTION_SECONDS ? " seconds" : "");
	buf_printf(out, "; default: %s; reloadable: %s\n",
		   row->fallback != NULL ? row->fallback : "none",
		   row->is_reloadable ? "yes" : "no");
}

bool
config_explain(const char *name_or_null, struct buf *out)
{
	int o = name_or_null != NULL ? option_find(name_or_null) : -1;

	if (o >= 0) {
		explain_row(&option_rows[o], out);
		return true;
	}
	if (name_or_null != NULL) {
		buf_printf(out, "unknown setting '%s'; did you mean '%s'?\n", name_or_null,
			   option_nearest(name_or_null));
		return false;
	}
	for (int i = 0; i < OPT_COUNT; i++)
		explain_row(&option_rows[i], out);
	return true;
}

void
config_show(const struct config *c, struct buf *out)
{
	for (int i = 0; i < OPT_COUNT; i++)
		if (c->value[i].text != NULL)
			buf_printf(out, "%s = \"%s\"\n", option_rows[i].name, c->value[i].text);
}

bool
config_may_replace(const struct config *old, const struct config *next, struct buf *out)
{
	bool may = true;

	for (int i = 0; i < OPT_COUNT; i++) {
		if (option_rows[i].is_reloadable ||
		    str_eq(str_from(old->value[i].text), str_from(next->value[i].text)))
			continue;
		buf_printf(out, "%s\n", option_rows[i].name);
		may = false;
	}
	return may;
}
