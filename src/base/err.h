/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Failures. A fallible function is `MUST_USE bool f(…, struct err *e)`: true means done, false
 * means *e is filled. The first error wins. err.def is the only place that knows how a failure
 * looks outside.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stdbool.h>
#include "base/attr.h"

enum err_code {
	ERR_NONE = 0,
#define ERR_ROW(name, http, voice, code, text) name,
#include "base/err.def"
#undef ERR_ROW
	ERR_COUNT
};

/* How a failure is told, when the caller of that channel is a peer. */
enum err_voice {
	VOICE_HTTP,	/* HTTP status and one line of text */
	/* SOAP fault, code = local name in the envelope namespace (Sender, Receiver, …) */
	VOICE_SOAP,
	VOICE_WSSE,	/* unsigned security fault, code = subcode in wsse */
	/* unsigned addressing fault, code = subcode in wsa; "A/B" nests B in A */
	VOICE_WSA,
	VOICE_LIBERTY,	/* unsigned fault, code = subcode in urn:liberty:sb:2006-08 */
	VOICE_BUSINESS, /* signed business fault, code = event number */
	VOICE_RETUR,	/* StandardRetur in the operation's own output, code = StatusKode */
	VOICE_PAGE,	/* browser page, code = CH number */
	VOICE_CLI,	/* command line, code = exit code */
};

struct err_row {
	const char *name;
	int http; /* HTTP status */
	enum err_voice voice;
	const char *code;
	const char *text; /* for the client: fixed, no detail */
};

struct err {
	enum err_code code;
	const char *where; /* function that found it */
	/* for the log only; never sent to a client; no personal data, no keys */
	char detail[256];
};

#define ERR_INIT {.code = ERR_NONE}

const struct err_row *err_row(enum err_code code);
void err_clear(struct err *e);
/* Records the failure unless one is recorded already. Always returns false. */
bool err_fail(struct err *e, enum err_code code, const char *where, const char *fmt, ...)
	PRINTF_LIKE(4, 5);

/* What err_fail() always returns, in a form that compilers and analysers can see everywhere. */
static inline bool
err_false(bool always_false)
{
	(void)always_false;
	return false;
}
#define FAIL(e, code, ...) err_false(err_fail((e), (code), __func__, __VA_ARGS__))

#endif
