/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How a failure looks as a SOAP fault: the Fault element, from the row of err.def, in the
 * version of the request. Signing and headers are the affair of wstrust/.
 * Source: SOAP 1.1 4.4, SOAP 1.2 5.4; token-service contract 4.
 */
#ifndef SOAP_FAULT_H
#define SOAP_FAULT_H

#include "base/err.h"
#include "soap/envelope.h"
#include "xml/write.h"

struct fault {
	const struct err_row *row;
	/* absent: the row's text. For business faults with values in them */
	struct str reason;
	/* appended to the reason of security faults as "(ref: …)"; absent: nothing */
	struct str request_id;
};

/*
 * Writes <Fault> at the writer's place. prefix is bound to the envelope namespace by the
 * caller.
 */
void fault_write(const struct fault *f, enum soap_version version, const char *prefix,
		 struct xml_out *o);
/* business faults are, security faults are not */
bool fault_is_signed(const struct err_row *row);

#endif
