/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What addresses hold; see share.h. Refuses by comparing with what is left, never by waiting.
 */
#include "gateway/share.h"

#include <pthread.h>
#include <string.h>

#include "base/mem.h"
#include "crypto/digest.h"
#include "crypto/random.h"
#include "gateway/limiter.h"

#define BUCKETS 4096
#define NAME_BYTES 48

struct share {
	struct share *next;
	size_t holders, connections, bytes;
	size_t bucket;
	size_t name_len;
	char name[NAME_BYTES];
};

struct shares {
	pthread_mutex_t lock;
	uint8_t key[32]; /* a peer cannot choose a long chain */
	size_t max_connections, max_bytes;
	size_t connections, bytes;
	struct share *buckets[BUCKETS];
};

struct shares *
shares_new(size_t max_connections, size_t max_bytes)
{
	struct shares *s = MEM_NEW(struct shares);

	pthread_mutex_init(&s->lock, NULL);
	random_bytes(s->key, sizeof(s->key));
	s->max_connections = max_connections;
	s->max_bytes = max_bytes;
	return s;
}

void
shares_free(struct shares *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < BUCKETS; i++)
		while (s->buckets[i]) {
			struct share *of = s->buckets[i];

			s->buckets[i] = of->next;
			mem_free(of);
		}
	pthread_mutex_destroy(&s->lock);
	mem_free(s);
}

struct share *
share_hold(struct shares *s, struct str address)
{
	char room[LIMITER_NAME_BYTES];
	struct str name = limiter_subscriber(address, room);
	struct share *of;
	uint8_t mac[32];
	size_t bucket;

	if (name.len > NAME_BYTES)
		name.len = NAME_BYTES;
	digest_hmac_sha256(str_of(s->key, sizeof(s->key)), name, mac);
	bucket = (size_t)(mac[0] << 8 | mac[1]) % BUCKETS;
	pthread_mutex_lock(&s->lock);
	for (of = s->buckets[bucket]; of; of = of->next)
		if (str_eq(str_of(of->name, of->name_len), name))
			break;
	if (!of) {
		of = MEM_NEW(struct share);
		of->bucket = bucket;
		of->name_len = name.len;
		memcpy(of->name, name.ptr, name.len);
		of->next = s->buckets[bucket];
		s->buckets[bucket] = of;
	}
	of->holders++;
	pthread_mutex_unlock(&s->lock);
	return of;
}

struct share *
share_again(struct shares *s, struct share *of)
{
	pthread_mutex_lock(&s->lock);
	of->holders++;
	pthread_mutex_unlock(&s->lock);
	return of;
}

void
share_drop(struct shares *s, struct share *of)
{
	struct share **link;

	if (!of)
		return;
	pthread_mutex_lock(&s->lock);
	if (--of->holders == 0) {
		BUG_ON(of->connections > 0 || of->bytes > 0);
		for (link = &s->buckets[of->bucket]; *link != of;)
			link = &(*link)->next;
		*link = of->next;
		mem_free(of);
	}
	pthread_mutex_unlock(&s->lock);
}

/* May what is held grow to that much, while all together hold `total`? */
static bool
may_hold(size_t wanted, size_t few, size_t total, size_t max)
{
	return wanted <= few || (total < max && wanted <= max - total);
}

bool
share_connect(struct shares *s, struct share *of)
{
	bool is_ok;

	pthread_mutex_lock(&s->lock);
	is_ok = may_hold(of->connections + 1, SHARE_FEW_CONNECTIONS, s->connections,
			 s->max_connections);
	if (is_ok) {
		of->connections++;
		s->connections++;
	}
	pthread_mutex_unlock(&s->lock);
	return is_ok;
}

void
share_disconnect(struct shares *s, struct share *of)
{
	pthread_mutex_lock(&s->lock);
	of->connections--;
	s->connections--;
	pthread_mutex_unlock(&s->lock);
}

bool
share_take(struct shares *s, struct share *of, size_t bytes)
{
	bool is_ok;

	pthread_mutex_lock(&s->lock);
	is_ok = may_hold(of->bytes + bytes, s->max_bytes / SHARE_FEW_BYTES_PART, s->bytes,
			 s->max_bytes) &&
		/* many of few are many too */
		s->bytes + bytes <= 2 * s->max_bytes;
	if (is_ok) {
		of->bytes += bytes;
		s->bytes += bytes;
	}
	pthread_mutex_unlock(&s->lock);
	return is_ok;
}

void
share_add(struct shares *s, struct share *of, size_t bytes)
{
	pthread_mutex_lock(&s->lock);
	of->bytes += bytes;
	s->bytes += bytes;
	pthread_mutex_unlock(&s->lock);
}

void
share_give(struct shares *s, struct share *of, size_t bytes)
{
	pthread_mutex_lock(&s->lock);
	BUG_ON(bytes > of->bytes);
	of->bytes -= bytes;
	s->bytes -= bytes;
	pthread_mutex_unlock(&s->lock);
}

size_t
shares_bytes(struct shares *s)
{
	size_t bytes;

	pthread_mutex_lock(&s->lock);
	bytes = s->bytes;
	pthread_mutex_unlock(&s->lock);
	return bytes;
}
