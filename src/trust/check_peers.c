/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Systems and IdPs shown to whoever can read their metadata, which this room cannot; what is
 * found wrong becomes a problem of the document.
 * Source: context-handler contract 1.5.
 */
#include "trust/internal.h"

#define FINDINGS_BYTES_MAX (64UL * 1024)

static void
make_peer(const struct doc *doc, struct arena *a, struct apply_peer *out)
{
	bool is_idp = doc->kind == DOC_IDP;
	const json_t *facet = is_idp ? doc->json : json_object_get(doc->json, "brugervendt");
	const json_t *user = json_object_get(doc->json, "anvender");
	size_t count = json_count(user, "certifikater");
	struct str *pems = ARENA_NEW_N(a, count, struct str);

	for (size_t i = 0; i < count; i++)
		pems[i] = json_text(json_item(user, "certifikater", i), "pem");
	*out = (struct apply_peer){
		.name = doc->id,
		.is_idp = is_idp,
		.is_same = doc->old && json_equal(doc->json, doc->old),
		.entity_id = is_idp ? doc->id : json_text(facet, "entityId"),
		.xml = json_text(json_object_get(facet, "metadata"), "xml"),
		.pems = pems,
		.pem_count = count,
	};
	buf_init(&out->findings, FINDINGS_BYTES_MAX);
}

static void
take_findings(const struct doc *doc, struct apply_peer *peer, struct findings *f)
{
	struct str line, rest = buf_str(&peer->findings);
	bool more = rest.len > 0;

	while (more) {
		more = str_cut(rest, '\n', &line, &rest);
		if (line.len > 0)
			finding_problem(f, doc->place, "metadata: " STR_FMT, STR_ARG(line));
	}
	buf_release(&peer->findings);
}

void
check_peers(const struct docs *d, const struct apply_options *o, struct findings *f)
{
	struct apply_peer *peers = ARENA_NEW_N(f->arena, d->count, struct apply_peer);
	const struct doc **docs = ARENA_NEW_N(f->arena, d->count, const struct doc *);
	size_t count = 0;

	if (!o->peers)
		return;
	for (size_t i = 0; i < d->count; i++) {
		if (d->at[i].kind != DOC_SYSTEM && d->at[i].kind != DOC_IDP)
			continue;
		docs[count] = &d->at[i];
		make_peer(&d->at[i], f->arena, &peers[count++]);
	}
	o->peers(peers, count, f->arena, o->peers_arg);
	for (size_t i = 0; i < count; i++)
		take_findings(docs[i], &peers[i], f);
}
