/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Enveloped signatures on our own messages. Source: context-handler contract 2.11. */
#include "saml/seal.h"

#include "xml/sign.h"
#include "xml/write.h"

bool
seal_element(struct buf *b, size_t start, size_t at, struct str id, const struct signer *signer,
	     struct arena *a, struct err *e)
{
	AUTO(buf_release) struct buf signature = BUF_INIT(64UL * 1024);
	struct sign_part part = {.id = id, .canonical = str_skip(buf_str(b), start)};
	struct sign_order order = {.parts = &part,
				   .part_count = 1,
				   .enveloped = true,
				   .keyinfo = SIGN_KEYINFO_X509,
				   .signer = signer};

	if (!buf_done(b, e) || !sign_write(&order, a, xml_out_new(a, &signature), e) ||
	    !buf_done(&signature, e))
		return false;
	buf_insert(b, at, buf_str(&signature));
	return buf_done(b, e);
}
