/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rate limits. Refuses when a bucket is empty; two names in one bucket share its tokens. */
#include "gateway/limiter.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <string.h>

#include "base/mem.h"
#include "crypto/digest.h"
#include "crypto/random.h"

#define BUCKETS 16384
#define SET_BACK SECONDS(60)

struct bucket {
	instant at;     /* the latest moment seen */
	instant credit; /* microseconds */
	bool is_used;
};

struct limiter {
	pthread_mutex_t lock;
	uint8_t key[32]; /* a peer cannot aim at another's bucket */
	struct bucket buckets[BUCKETS];
};

struct limiter *
limiter_new(void)
{
	struct limiter *l = MEM_NEW(struct limiter);

	pthread_mutex_init(&l->lock, NULL);
	random_bytes(l->key, sizeof(l->key));
	return l;
}

void
limiter_free(struct limiter *l)
{
	if (!l)
		return;
	pthread_mutex_destroy(&l->lock);
	mem_free(l);
}

struct str
limiter_subscriber(struct str name, char room[LIMITER_NAME_BYTES])
{
	char address[INET6_ADDRSTRLEN];
	struct str bare, zone;
	struct in6_addr v6;

	str_cut(name, '%', &bare, &zone);
	if (bare.len == 0 || bare.len >= sizeof(address))
		return name;
	memcpy(address, bare.ptr, bare.len);
	address[bare.len] = '\0';
	if (inet_pton(AF_INET6, address, &v6) != 1)
		return name;
	if (IN6_IS_ADDR_V4MAPPED(&v6) &&
	    inet_ntop(AF_INET, v6.s6_addr + 12, room, LIMITER_NAME_BYTES))
		return str_from(room);
	memcpy(room, v6.s6_addr, 8);
	return str_of(room, 8);
}

/*
 * The lot of the process goes first, so that nobody can work out who shares a bucket with whom.
 * Nothing of the digest is ever shown: what a MAC adds to that, and what it costs, is not
 * needed.
 */
static size_t
place_of(const struct limiter *l, const char *kind, struct str name)
{
	AUTO(digest_freep) struct digest *d = digest_new(HASH_SHA256);
	char room[LIMITER_NAME_BYTES];
	uint8_t out[HASH_MAX_BYTES];
	size_t n = 0;

	digest_add(d, str_of(l->key, sizeof(l->key)));
	/* with its end: no kind goes on as a name */
	digest_add(d, str_of(kind, strlen(kind) + 1));
	digest_add(d, limiter_subscriber(name, room));
	(void)digest_final(d, out);
	for (size_t i = 0; i < 4; i++)
		n = n << 8 | out[i];
	return n % BUCKETS;
}

/*
 * Credit is time: it grows with the clock up to the burst, and each token costs some. Calls
 * come in another order than their times: an earlier one brings nothing and loses nothing. Only
 * further back than that is a clock that was set back; then the bucket begins anew.
 */
static bool
look(struct limiter *l, struct bucket *b, const struct limit *limit, instant now, bool takes)
{
	instant cost = SECONDS(1) / (instant)limit->per_second;
	instant full = cost * (instant)limit->burst;
	bool is_ok;

	pthread_mutex_lock(&l->lock);
	if (!b->is_used || now < b->at - SET_BACK) {
		*b = (struct bucket){.is_used = true, .at = now, .credit = full};
	} else if (now > b->at) {
		b->credit += now - b->at;
		b->at = now;
	}
	if (b->credit > full)
		b->credit = full;
	is_ok = b->credit >= cost;
	if (is_ok && takes)
		b->credit -= cost;
	pthread_mutex_unlock(&l->lock);
	return is_ok;
}

bool
limiter_has(struct limiter *l, const char *kind, struct str name, const struct limit *limit,
	    instant now)
{
	return look(l, &l->buckets[place_of(l, kind, name)], limit, now, false);
}

bool
limiter_take(struct limiter *l, const char *kind, struct str name, const struct limit *limit,
	     instant now)
{
	return look(l, &l->buckets[place_of(l, kind, name)], limit, now, true);
}
