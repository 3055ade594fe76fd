/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Refusals of proven senders in the audit trail: the first of a kind has its record at once, as
 * it is; those like it until the next interval are counted, and the count is a record of its
 * own. So one system cannot fill the trail, and nothing is left out of it.
 * Source: docs/decisions/0021.
 */
#ifndef GATEWAY_REPEATS_H
#define GATEWAY_REPEATS_H

#include "store/store.h"

/* Kinds of refusals of one actor that are told apart in an interval. */
#define REPEATS_KINDS 16

/*
 * asked  what a token request named, absent: nothing; two that asked for different things are
 *	  different kinds
 *
 * In the transaction of what else this outcome writes: what is counted survives a crash.
 */
MUST_USE bool repeats_add(struct tx *tx, const struct audit_row *row, struct str asked,
			  struct err *e);
/* Writes what was counted, one record a kind, and begins a new interval. */
MUST_USE bool repeats_flush(struct store *s, instant now, struct err *e);

#endif
