/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Compiler attributes that the house uses, and BUG_ON for broken invariants of our own. */
#ifndef BASE_ATTR_H
#define BASE_ATTR_H

#define MUST_USE	 __attribute__((warn_unused_result))
#define AUTO(fn)	 __attribute__((cleanup(fn)))
#define PRINTF_LIKE(f, a) __attribute__((format(printf, f, a)))
#define NORETURN	 __attribute__((noreturn))
#define ARRAY_LEN(x)	 (sizeof(x) / sizeof((x)[0]))

NORETURN void bug_at(const char *file, int line, const char *what);

/* Both abort. Nothing that a peer can send may reach one. */
#define BUG(what) bug_at(__FILE__, __LINE__, (what))
#define BUG_ON(cond)                                                                           \
	do {                                                                                   \
		if (__builtin_expect(!!(cond), 0))                                             \
			bug_at(__FILE__, __LINE__, #cond);                                     \
	} while (0)

#endif
