/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Keys that stay inside a token (HSM): found by their pkcs11: URI through OpenSSL's pkcs11
 * engine and the module of the token's maker. The key is a handle; nobody here ever has its
 * bytes. A PIN in a URI that a person wrote is refused: it would stand in configurations and
 * logs. Engines are OpenSSL's older door; the newer one (a provider) is not in Debian 12.
 * Source: RFC 7512 (URI); PKCS #11 v2.40; docs/decisions/0015.
 */
#define OPENSSL_SUPPRESS_DEPRECATED

#include "crypto/internal.h"

#include <openssl/engine.h>
#include <openssl/err.h>
#include <pthread.h>
#include <string.h>

#include "base/mem.h"

#define URI_MAX_BYTES 2048

static struct {
	pthread_mutex_t lock;
	ENGINE *engine; /* one for the process, never given back: keys live on it */
	char *module;
} door = {.lock = PTHREAD_MUTEX_INITIALIZER};

bool
pkcs11_is_uri(const char *text)
{
	return str_has_prefix(str_from(text), STR("pkcs11:"));
}

/* Once; a process has one module. */
static bool
open_door(const char *module, struct err *e)
{
	ENGINE *engine;

	if (door.engine != NULL)
		return strcmp(door.module, module) == 0 ||
		       FAIL(e, KEY_UNUSABLE, "another PKCS#11 module is in use; restart");
	ENGINE_load_dynamic();
	engine = ENGINE_by_id("pkcs11");
	if (engine == NULL)
		return FAIL_OSSL(e, KEY_UNUSABLE, "OpenSSL's pkcs11 engine is not installed");
	if (ENGINE_ctrl_cmd_string(engine, "MODULE_PATH", module, 0) != 1 ||
	    ENGINE_init(engine) != 1) {
		ENGINE_free(engine);
		return FAIL_OSSL(e, KEY_UNUSABLE, "the PKCS#11 module cannot be used");
	}
	door.engine = engine;
	door.module = mem_dup_c(str_from(module));
	return true;
}

/* The URI with the PIN as its query, where it cannot be misread. */
static bool
uri_with_pin(const char *uri, struct str pin, struct buf *out, struct err *e)
{
	static const char hex[] = "0123456789ABCDEF";

	if (strstr(uri, "pin-value") != NULL || strstr(uri, "pin-source") != NULL)
		return FAIL(e, KEY_UNUSABLE, "a PIN belongs into a file, not into the URI");
	buf_add_c(out, uri);
	if (!str_is_set(pin))
		return buf_done(out, e);
	buf_add_c(out, strchr(uri, '?') != NULL ? "&pin-value=" : "?pin-value=");
	for (size_t i = 0; i < pin.len; i++) {
		unsigned char c = (unsigned char)pin.ptr[i];

		buf_add_char(out, '%');
		buf_add_char(out, hex[c >> 4]);
		buf_add_char(out, hex[c & 15]);
	}
	buf_add_char(out, '\0');
	return buf_done(out, e);
}

bool
pkcs11_load(const char *uri, const char *module, struct str pin, EVP_PKEY **out, struct err *e)
{
	struct buf whole = BUF_INIT(URI_MAX_BYTES);
	bool ok;

	if (module == NULL)
		return FAIL(e, KEY_UNUSABLE, "no PKCS#11 module is named");
	ok = uri_with_pin(uri, pin, &whole, e);
	if (ok && !str_is_set(pin))
		buf_add_char(&whole, '\0');
	pthread_mutex_lock(&door.lock);
	ok = ok && open_door(module, e);
	if (ok) {
		*out = ENGINE_load_private_key(door.engine, whole.ptr, NULL, NULL);
		ok = *out != NULL || FAIL_OSSL(e, KEY_UNUSABLE, "no such key in the token");
	}
	pthread_mutex_unlock(&door.lock);
	if (whole.ptr != NULL)
		mem_wipe(whole.ptr, whole.len);
	buf_release(&whole);
	return ok;
}
