/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Connections of a loop; see http_conn.h. libevent makes the buffers before it has the socket:
 * so a new connection is looked at as soon as the loop comes round, before anything is read.
 * Refuses with silence: there is nobody yet to be answered.
 */
#include "gateway/http_conn.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <netdb.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/mem.h"
#include "gateway/metrics.h"

/* Lives exactly as long as its SSL object. Touched by its loop alone. */
struct http_conn {
	struct http_conns *owner;
	struct bufferevent *bev;
	struct http_conn *prev, *next;
	uint64_t since_us;   /* accepted, or last answer written */
	struct share *share; /* NULL: the address is not known yet */
	size_t bytes;        /* counted for what has come of the next request */
	bool is_busy, is_counted, is_cut;
};

static void
cut(struct http_conn *c, enum metric_limit why)
{
	if (c->is_cut)
		return;
	c->is_cut = true;
	metrics_limited(why);
	bufferevent_disable(c->bev, EV_READ);
	bufferevent_trigger_event(c->bev, BEV_EVENT_READING | BEV_EVENT_EOF,
				  BEV_OPT_DEFER_CALLBACKS);
}

/* The address in text; of a connection that is gone already: none. */
static struct str
address_of(const struct http_conn *c, char text[NI_MAXHOST])
{
	struct sockaddr_storage sa;
	socklen_t len = sizeof(sa);

	if (getpeername(bufferevent_getfd(c->bev), (struct sockaddr *)&sa, &len) != 0 ||
	    getnameinfo((struct sockaddr *)&sa, len, text, NI_MAXHOST, NULL, 0,
			NI_NUMERICHOST) != 0)
		return STR("?");
	return str_from(text);
}

static void
meet(struct http_conn *c)
{
	char text[NI_MAXHOST];

	c->share = share_hold(c->owner->shares, address_of(c, text));
	c->is_counted = share_connect(c->owner->shares, c->share);
	if (!c->is_counted)
		cut(c, METRIC_LIMIT_CONNECTIONS);
}

/* New ones stand first. */
static void
on_fresh(evutil_socket_t fd, short what, void *arg)
{
	struct http_conns *all = arg;

	(void)fd, (void)what;
	for (struct http_conn *c = all->first; c != NULL && c->share == NULL; c = c->next)
		meet(c);
}

/* Bytes came, or were taken on to the request that they belong to: they count until it ends. */
static void
on_input(struct evbuffer *in, const struct evbuffer_cb_info *info, void *arg)
{
	struct http_conn *c = arg;

	(void)in;
	if (info->n_added == 0 || c->share == NULL || c->is_cut)
		return;
	if (!share_take(c->owner->shares, c->share, info->n_added)) {
		cut(c, METRIC_LIMIT_BYTES);
		return;
	}
	c->bytes += info->n_added;
}

static void
gone(void *arg)
{
	struct http_conn *c = arg;
	struct http_conns *all = c->owner;

	if (c->prev != NULL)
		c->prev->next = c->next;
	else
		all->first = c->next;
	if (c->next != NULL)
		c->next->prev = c->prev;
	all->count--;
	atomic_fetch_sub(all->open, 1);
	if (c->share != NULL) {
		share_give(all->shares, c->share, c->bytes);
		if (c->is_counted)
			share_disconnect(all->shares, c->share);
		share_drop(all->shares, c->share);
	}
	mem_free(c);
}

void
http_conns_init(struct http_conns *c, struct event_base *base, struct shares *shares,
		atomic_size_t *open)
{
	*c = (struct http_conns){.base = base, .shares = shares, .open = open};
}

struct bufferevent *
http_conn_new(struct http_conns *all, struct tls *t)
{
	struct http_conn *c = MEM_NEW(struct http_conn);

	c->owner = all;
	c->since_us = clock_monotonic_us();
	c->bev = listen_connection(all->base, t, gone, c);
	/* Without a buffer of ours libevent would speak plain HTTP on a TLS port: rather die.
	 */
	BUG_ON(c->bev == NULL);
	BUG_ON(evbuffer_add_cb(bufferevent_get_input(c->bev), on_input, c) == NULL);
	c->next = all->first;
	if (c->next != NULL)
		c->next->prev = c;
	all->first = c;
	all->count++;
	atomic_fetch_add(all->open, 1);
	/* at once, before anything that the poll has brought */
	BUG_ON(event_base_once(all->base, -1, EV_TIMEOUT, on_fresh, all, NULL) != 0);
	return c->bev;
}

struct http_conn *
http_conn_of(struct bufferevent *bev)
{
	return listen_connection_arg(bev);
}

void
http_conn_busy(struct http_conn *c, bool is_busy)
{
	c->is_busy = is_busy;
	if (!is_busy)
		c->since_us = clock_monotonic_us();
}

void
http_conn_hand_over(struct http_conn *c, struct share **share, size_t *bytes)
{
	size_t left = evbuffer_get_length(bufferevent_get_input(c->bev));

	*share = NULL;
	*bytes = 0;
	if (c->share == NULL)
		return;
	/* what follows is of the next request */
	if (left > c->bytes)
		left = c->bytes;
	*share = share_again(c->owner->shares, c->share);
	*bytes = c->bytes - left;
	c->bytes = left;
}

void
http_conns_sweep(struct http_conns *all, uint64_t limit_us)
{
	uint64_t now = clock_monotonic_us();
	struct http_conn *next;

	for (struct http_conn *c = all->first; c != NULL; c = next) {
		next = c->next;
		if (!c->is_busy && now - c->since_us > limit_us)
			bufferevent_trigger_event(c->bev, BEV_EVENT_READING | BEV_EVENT_TIMEOUT,
						  BEV_OPT_DEFER_CALLBACKS);
	}
}
