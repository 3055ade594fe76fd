/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The page of the built-in system: who the user is, what they may do here, and why. */
#ifndef GATEWAY_HVEM_PAGE_H
#define GATEWAY_HVEM_PAGE_H

#include "gateway/web.h"
#include "saml/response.h"

/* f: the verified assertion that the bridge gave. */
void hvem_show(struct visit *v, const struct response_facts *f);

#endif
