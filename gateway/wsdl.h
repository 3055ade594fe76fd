/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The contract files, read once and served at ?wsdl and ?xsd=FILE with this installation's
 * address and certificate in them.
 */
#ifndef GATEWAY_WSDL_H
#define GATEWAY_WSDL_H

#include "base/buf.h"
#include "base/err.h"
#include "soap/dispatch.h"

struct wsdl_files;

/* Reads *.wsdl and *.xsd of every folder below dir. Errors: CONFIG_INVALID. */
MUST_USE bool wsdl_load(const char *dir, struct wsdl_files **out, struct err *e);
void wsdl_free(struct wsdl_files *w);

/* What is filled in for this installation. */
struct wsdl_place {
	struct str base_url;
	struct str path;     /* where the file was asked for; its imports lead there */
	struct str sts_cert; /* that the token service signs with, in base64 */
};

/*
 * The file, with the placeholders for address and certificate replaced and its relative imports
 * by path?xsd=…; false: no such file. `file` is "folder/name"; xsd absent: that file itself,
 * else a file beside it.
 */
MUST_USE bool wsdl_write(const struct wsdl_files *w, const char *file, struct str xsd,
			 const struct wsdl_place *place, struct buf *out);

#endif
