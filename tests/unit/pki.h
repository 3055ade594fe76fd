/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Certificates for unit tests, out of what certs/dev-pki --more made. Paths are below that PKI:
 * "systems/KY". Everything here ends the test program when it fails.
 */
#ifndef TESTS_UNIT_PKI_H
#define TESTS_UNIT_PKI_H

#include "crypto/certs.h"
#include "crypto/signer.h"

#define PKI_PATH_BYTES 512

/* path below the PKI, written to out; returns out. */
const char *pki_path(char out[PKI_PATH_BYTES], const char *path);
struct cert *pki_cert(const char *folder);     /* its cert.pem; to be freed */
struct signer *pki_signer(const char *folder); /* its key.pem and cert.pem; to be freed */
struct anchors *pki_anchors(void);             /* anchors, intermediates and lists, required */
instant pki_now(void); /* an hour into the life of systems/KY: every list is fresh then */

#endif
