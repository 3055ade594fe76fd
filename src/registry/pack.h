/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A registration as bytes for the store, and back. The first byte is the version of the form;
 * readers know every version ever written. Rows are named by their stored ids, so tables may
 * grow. Equal registrations give equal bytes.
 */
#ifndef REGISTRY_PACK_H
#define REGISTRY_PACK_H

#include "base/buf.h"
#include "registry/object.h"

/* Far above what the limits on input let an object become. */
#define PACKED_BYTES (64UL * 1024 * 1024)

/* Content (sorted), note, BrugerRef and the sender's Tidspunkt; not at and life cycle. */
void pack_registrering(const struct oio_type *t, const struct registrering *r, instant sent_at,
		       struct buf *out);
/*
 * Borrows from bytes. Sets content, note, bruger; *sent_at as packed.
 * Errors: STORE_DAMAGED.
 */
MUST_USE bool unpack_registrering(const struct oio_type *t, struct str bytes, struct arena *a,
				  struct registrering *out, instant *sent_at, struct err *e);

#endif
