/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of soap/ share with one another and with nobody else. */
#ifndef SOAP_INTERNAL_H
#define SOAP_INTERNAL_H

#include "soap/envelope.h"

/*
 * Gathers one wsa header block into the envelope. false: the name is none of
 * WS-Addressing's.
 */
bool addressing_gather(struct envelope *env, struct xml_node *block, struct arena *a);

#endif
