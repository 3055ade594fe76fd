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

/* What a business fault has in its detail: whose clients are to find it. */
enum fault_detail { FAULT_DETAIL_NONE = 0, FAULT_DETAIL_STS, FAULT_DETAIL_SERVICE };

struct fault {
	const struct err_row *row;
	/* absent: the row's text. For business faults with values in them */
	struct str reason;
	/* appended to the reason of other faults as "(ref: …)"; absent: nothing */
	struct str request_id;
	enum fault_detail detail; /* business faults only */
};

/*
 * Writes <Fault> at the writer's place. prefix is bound to the envelope namespace by the
 * caller; the bytes of a business fault are canonical. Rows of a voice that no SOAP client
 * hears (HTTP, page, command line, StandardRetur) are told as a failure of ours.
 */
void fault_write(const struct fault *f, enum soap_version version, const char *prefix,
		 struct xml_out *o);
/* business faults are, security faults are not */
bool fault_is_signed(const struct err_row *row);

#endif
