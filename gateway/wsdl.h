/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The contract files, read once and served at ?wsdl and ?xsd=FILE with this installation's
 * address in them.
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
/*
 * The file, with the placeholder address replaced by base_url and its relative imports by
 * path?xsd=…; false: no such file. `file` is "folder/name"; xsd absent: that file itself, else
 * a file beside it.
 */
MUST_USE bool wsdl_write(const struct wsdl_files *w, const char *file, struct str xsd,
			 struct str base_url, struct str path, struct buf *out);

#endif
