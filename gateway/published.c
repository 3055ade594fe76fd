/* SPDX-License-Identifier: GPL-3.0-or-later */
/* See published.h. Two that make the same document at the same time both sign; the last stays.
 */
#include "gateway/published.h"

#include <pthread.h>

#include "base/limits.h"
#include "base/mem.h"

struct slot {
	const struct signer *by; /* NULL: empty. The platform's, as we are */
	struct buf document;
};

struct published {
	pthread_mutex_t lock;
	struct slot slots[PUBLISHED_COUNT];
};

struct published *
published_new(void)
{
	struct published *p = MEM_NEW(struct published);

	pthread_mutex_init(&p->lock, NULL);
	for (size_t i = 0; i < PUBLISHED_COUNT; i++)
		buf_init(&p->slots[i].document, LIMIT_METADATA_BYTES);
	return p;
}

void
published_free(struct published *p)
{
	if (p == NULL)
		return;
	for (size_t i = 0; i < PUBLISHED_COUNT; i++)
		buf_release(&p->slots[i].document);
	pthread_mutex_destroy(&p->lock);
	mem_free(p);
}

bool
published_get(struct published *p, enum published_what what, const struct signer *by,
	      struct buf *out)
{
	struct slot *s = &p->slots[what];
	bool is_there;

	pthread_mutex_lock(&p->lock);
	is_there = s->by == by && by != NULL;
	if (is_there)
		buf_add(out, buf_str(&s->document));
	pthread_mutex_unlock(&p->lock);
	return is_there;
}

void
published_put(struct published *p, enum published_what what, const struct signer *by,
	      struct str document)
{
	struct slot *s = &p->slots[what];

	pthread_mutex_lock(&p->lock);
	buf_clear(&s->document);
	buf_add(&s->document, document);
	s->by = s->document.over ? NULL : by;
	pthread_mutex_unlock(&p->lock);
}
