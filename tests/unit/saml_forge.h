/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Answers turned into attacks: signature wrapping by cutting and pasting, bombs, encodings. */
#ifndef TESTS_SAML_FORGE_H
#define TESTS_SAML_FORGE_H

#include "tests/unit/saml_world.h"

/* The first <saml:Assertion> of a text. */
struct str forge_assertion(struct saml_world *w, struct str xml);
struct str forge_xsw1(struct saml_world *w, struct str xml);
struct str forge_xsw2(struct saml_world *w, struct str xml);
struct str forge_xsw3(struct saml_world *w, struct str xml);
struct str forge_xsw4(struct saml_world *w, struct str xml);
struct str forge_xsw5(struct saml_world *w, struct str xml);
struct str forge_xsw6(struct saml_world *w, struct str xml);
struct str forge_xsw7(struct saml_world *w, struct str xml);
struct str forge_xsw8(struct saml_world *w, struct str xml);
struct str forge_twice(struct saml_world *w, struct str xml);
struct str forge_two_references(struct saml_world *w, struct str xml);
struct str forge_no_method(struct saml_world *w, struct str xml);
struct str forge_tampered(struct saml_world *w, struct str xml);
struct str forge_deep(struct saml_world *w, struct str xml);
struct str forge_wide(struct saml_world *w, struct str xml);
struct str forge_large(struct saml_world *w, struct str xml);
struct str forge_utf16(struct saml_world *w, struct str xml);
struct str forge_nul(struct saml_world *w, struct str xml);
struct str forge_nothing(struct saml_world *w, struct str assertion);

#endif
