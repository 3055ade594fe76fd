# SPDX-License-Identifier: GPL-3.0-or-later
#
# Sluse is built by this file alone: no configure step, everything lands under build/<variant>/.
#
#   make                    release build         make VARIANT=debug    warnings are errors
#   make unit               unit tests            make check            everything
#   make V=1                show the commands     make help             all targets
#
# CFLAGS, LDFLAGS, CC, PREFIX and DESTDIR belong to the packager: they are appended, never assigned.

VARIANT  ?= release
VARIANTS := release debug asan tsan cov fuzz analyze
ifeq ($(filter $(VARIANT),$(VARIANTS)),)
$(error unknown VARIANT '$(VARIANT)'; one of: $(VARIANTS))
endif
B        := build/$(VARIANT)
GEN      := $(B)/gen
PREFIX   ?= /usr/local
SYSCONFDIR ?= $(if $(filter /usr,$(PREFIX)),/etc,$(PREFIX)/etc)
MANDIR   ?= $(PREFIX)/share/man
DATADIR  ?= $(PREFIX)/share/sluse
UNITDIR  ?= $(PREFIX)/lib/systemd/system
NPROC    := $(shell nproc 2>/dev/null || echo 2)
VERSION  := $(shell cat VERSION)
ifeq ($(VARIANT)$(origin CC),fuzzdefault)
CC       := clang
endif

# Sorted: the same input order gives the same binary.
LIB      := $(sort $(wildcard src/*/*.c))
GATE     := $(sort $(wildcard gateway/*.c))
UNIT     := $(sort $(wildcard tests/unit/test_*.c))
# C files beside the unit tests that are not tests themselves are shared by all test programs.
SUPPORT  := $(filter-out $(UNIT),$(sort $(wildcard tests/unit/*.c)))
GOLDEN   := $(sort $(wildcard tests/golden/golden_*.c))
TEST     := $(UNIT) $(GOLDEN) $(sort $(wildcard tests/vectors/test_*.c tests/drive/*.c))
FUZZ     := $(sort $(wildcard tests/fuzz/fuzz_*.c))
BENCH    := $(sort $(wildcard tests/bench/bench_*.c))
HEADERS  := $(sort $(wildcard src/*/*.h gateway/*.h tests/unit/*.h))

PKGS      := libxml-2.0 lasso glib-2.0 gobject-2.0 sqlite3 openssl jansson libconfig zlib
GATE_PKGS := libevent libevent_openssl libevent_pthreads libcurl
# xmlsec is the second opinion of tests, no part of the product.
TEST_PKGS := cmocka xmlsec1-openssl
# Foreign headers are system headers: our warnings are for our code.
pkg_cflags = $(patsubst -I%,-isystem %,$(shell pkg-config --cflags $(1) 2>/dev/null))
PKG_CFLAGS  := $(call pkg_cflags,$(PKGS))
# A changed prefix or version compiles anew what names it: quoted headers count as dependencies.
GATE_CFLAGS := $(call pkg_cflags,$(GATE_PKGS)) -iquote $(GEN)
TEST_CFLAGS := $(GATE_CFLAGS) $(call pkg_cflags,$(TEST_PKGS))
PKG_LIBS    := $(shell pkg-config --libs $(PKGS) 2>/dev/null) -pthread
GATE_LIBS   := $(shell pkg-config --libs $(GATE_PKGS) 2>/dev/null)
TEST_LIBS   := $(shell pkg-config --libs $(TEST_PKGS) 2>/dev/null)

WARN    := -Wall -Wextra -Wshadow -Wconversion -Wcast-qual -Wvla -Wformat=2 -Wundef \
           -Wwrite-strings -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition \
           -Werror=unused-result -Werror=implicit-function-declaration
HARDEN  := -D_FORTIFY_SOURCE=3 -fstack-protector-strong -fstack-clash-protection -fPIE \
           -fno-strict-overflow $(if $(findstring clang,$(CC)),,-ftrivial-auto-var-init=zero)
opt_release := -O2 -g $(HARDEN)
opt_debug   := -Og -g3 -fPIE -Werror
opt_asan    := -O1 -g -fPIE -fno-omit-frame-pointer -fsanitize=address,undefined \
               -fno-sanitize-recover=all
opt_tsan    := -O1 -g -fPIE -fsanitize=thread
opt_cov     := -O0 -g -fPIE --coverage -fprofile-update=atomic
opt_analyze := -O1 -g
opt_fuzz    := -O1 -g -fPIE -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
ALL_CFLAGS  := -std=gnu11 -Isrc -I. -D_GNU_SOURCE $(WARN) $(opt_$(VARIANT)) -pthread \
               -ffile-prefix-map=$(CURDIR)=. $(PKG_CFLAGS) $(CFLAGS)
ALL_LDFLAGS := -pie -Wl,-z,relro,-z,now,-z,noexecstack -Wl,--as-needed \
               $(filter -fsanitize% --coverage,$(opt_$(VARIANT))) $(LDFLAGS)

LIB_OBJ  := $(LIB:%.c=$(B)/%.o)
GATE_OBJ := $(GATE:%.c=$(B)/%.o)
# The library, and all of the gateway but main(): test programs link both.
ARCHIVES := $(B)/libgateway.a $(B)/libsluse.a
BIN      := $(B)/sluse
TEST_BIN  := $(TEST:%.c=$(B)/%)
FUZZ_BIN  := $(FUZZ:%.c=$(B)/%)
BENCH_BIN := $(BENCH:%.c=$(B)/%)
ALL_LIBS   = $(GATE_LIBS) $(PKG_LIBS)

Q        := $(if $(filter 1,$(V)),,@)
# A sub-make that uses all processors, unless the caller said how many.
PARALLEL  = $(MAKE) --no-print-directory $(if $(findstring -j,$(MAKEFLAGS)),,-j$(NPROC))
say = $(if $(Q),@printf '  %-5s %s\n' $(1) $(2))

# Certificates that tests ask for; tests bring their own clock, so these do not age.
TEST_PKI := build/test-pki

.PHONY: all tests lib-objects fuzz-bins bench-bins ready unit check demo run bench headers lint fuzz analyze cov golden \
        man install uninstall dist clean help setup standards strategier FORCE
.SECONDARY:
.DELETE_ON_ERROR:

all: $(BIN)	## the library and the binary, build/<variant>/sluse

lib-objects: $(LIB_OBJ) $(GATE_OBJ)

tests: all $(TEST_BIN) $(FUZZ_BIN) $(BENCH_BIN) $(TEST_PKI)/made	## build every test, run none

$(B)/%.o: %.c $(B)/flags
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D) && $(CC) $(ALL_CFLAGS) $(EXTRA) -MMD -MP -c -o $@ $<

$(GATE_OBJ): EXTRA = $(GATE_CFLAGS)
$(B)/tests/%.o: EXTRA = $(TEST_CFLAGS) -Wno-missing-prototypes -Wno-cast-qual
$(GATE_OBJ) $(patsubst %.c,$(B)/%.o,$(TEST) $(SUPPORT) $(FUZZ) $(BENCH)): | $(GEN)/version.h

# Changed flags rebuild everything, unchanged ones nothing.
$(B)/flags: FORCE
	@mkdir -p $(@D); echo '$(CC) $(ALL_CFLAGS)' | cmp -s - $@ || { \
	  pkg-config --exists $(PKGS) $(GATE_PKGS) || \
	    { echo 'libraries are missing; run: make setup' >&2; exit 1; }; \
	  echo '$(CC) $(ALL_CFLAGS)' >$@; }

# A removed source file must leave the archive too.
$(B)/sources: FORCE
	@mkdir -p $(@D); echo '$(LIB) $(GATE)' | cmp -s - $@ || echo '$(LIB) $(GATE)' >$@

$(GEN)/version.h: FORCE
	@mkdir -p $(@D); printf '#define SLUSE_%s "%s"\n' VERSION '$(VERSION)' DATADIR '$(DATADIR)' \
	  SYSCONFDIR '$(SYSCONFDIR)/sluse' LASSO "$$(pkg-config --modversion lasso)" >$@.new; \
	cmp -s $@.new $@ && rm $@.new || mv $@.new $@

archive = $(Q)rm -f $@; ar rcD $@ $(filter %.o,$^) && ranlib -D $@
$(B)/libsluse.a: $(LIB_OBJ) $(B)/sources
	$(call say,AR,$@)
	$(archive)
$(B)/libgateway.a: $(filter-out %/main.o,$(GATE_OBJ)) $(B)/sources
	$(call say,AR,$@)
	$(archive)
$(B)/libsupport.a: $(SUPPORT:%.c=$(B)/%.o) $(B)/flags
	$(archive)

link = $(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) $(FUZZER) -o $@ $(filter %.o,$^) $(filter %.a,$^)
$(BIN): $(B)/gateway/main.o $(ARCHIVES)
	$(call say,LINK,$@)
	$(link) $(ALL_LIBS)
$(TEST_BIN) $(FUZZ_BIN) $(BENCH_BIN): $(B)/%: $(B)/%.o $(B)/libsupport.a $(ARCHIVES)
	$(call say,LINK,$@)
	$(link) $(TEST_LIBS) $(ALL_LIBS)
$(BENCH_BIN): $(B)/tests/bench/bench.o
bench-bins: $(BENCH_BIN)
# One source, two programs: a libFuzzer target, or a replay of the files it once found.
ifeq ($(VARIANT),fuzz)
$(FUZZ_BIN): FUZZER := -fsanitize=fuzzer
else
$(FUZZ_BIN): $(B)/tests/fuzz/standalone.o
endif

-include $(shell find $(B) -name '*.d' 2>/dev/null)

$(TEST_PKI)/made: certs/dev-pki certs/openssl.cnf
	$(call say,PKI,$(TEST_PKI))
	$(Q)rm -rf $(TEST_PKI) && certs/dev-pki --leaf-bits 2048 --more $(TEST_PKI) >/dev/null && touch $@

unit: all $(UNIT:%.c=$(B)/%) $(TEST_PKI)/made	## unit tests: offline, in parallel, as any user
	$(Q)tests/run-check --variant $(VARIANT) --quiet $(if $(T),--only $(T)) unit

check: setup	## every test there is; T=name runs those whose name holds it
	$(Q)$(PARALLEL) tests
	$(Q)tests/run-check --variant $(VARIANT) $(if $(T),--only $(T))

headers: $(HEADERS:%=$(B)/%.ok)	## compile each header alone
$(B)/%.h.ok: %.h $(B)/flags | $(GEN)/version.h
	$(Q)mkdir -p $(@D) && echo '#include "$<"' | $(CC) $(ALL_CFLAGS) $(TEST_CFLAGS) -w -MMD -MP \
	  -MF $(B)/$<.d -MT $@ -fsyntax-only -x c - && touch $@

lint: headers	## the house rules that a program can check
	$(Q)tests/lint/run

fuzz:	## libFuzzer targets under build/fuzz/; FUZZ_S=60 runs each for so many seconds
	$(Q)$(MAKE) --no-print-directory VARIANT=fuzz fuzz-bins
	$(Q)tests/fuzz/campaign $(FUZZ_S)
fuzz-bins: $(FUZZ_BIN)

analyze:	## gcc -fanalyzer, clang-tidy, cppcheck, scan-build
	$(Q)$(MAKE) --no-print-directory compile_commands.json VARIANT=analyze
	$(Q)tools/analyze

cov:	## unit tests with coverage, summed by file
	$(Q)$(MAKE) --no-print-directory VARIANT=cov unit
	$(Q)tools/coverage

golden: all $(GOLDEN:%.c=$(B)/%)	## write tests/golden/*.txt anew; review the diff
	$(Q)tests/run-check --variant $(VARIANT) --regenerate golden

setup:	## install the Debian packages that are missing
	$(Q)tools/setup build run test peers
ready:
	$(Q)tools/setup build run
	$(Q)$(PARALLEL) all
demo: ready	## build, set up under var/demo/, play the main job over the wire, prove each step
	$(Q)tools/demo
run: ready	## the same set-up, serving until Ctrl-C
	$(Q)tools/demo --serve
strategier: $(BIN)	## play the three scenarios of docs/strategier on fresh databases
	$(Q)for s in kun-monopolbruddet foederering centralisering; do SLUSE_BIN=$(abspath $(BIN)) sh docs/strategier/$$s.sh || exit; done
bench: setup	## one line a measurement
	$(Q)$(PARALLEL) all bench-bins
	$(Q)tools/bench

compile_commands.json: FORCE	## for editors and clang-tidy
	$(Q)for f in $(LIB) $(GATE) $(UNIT); do \
	  printf '{"directory":"%s","file":"%s","command":"%s -c %s"}\n' '$(CURDIR)' $$f \
	    '$(CC) $(ALL_CFLAGS) $(TEST_CFLAGS)' $$f; done | sed '1s/^/[/; $$!s/$$/,/; $$s/$$/]/' >$@

man:	## put the option table into sluse.conf(5), show mistakes in the man pages
	$(Q)sed -i -e '/^\.\\" begin settings/,/^\.\\" end settings/{/settings/!d}' \
	  -e '/^\.\\" begin settings/r tests/golden/options.txt' docs/sluse.conf.5
	$(Q)mandoc -T lint -W warning docs/sluse.8 docs/sluse.conf.5 docs/sluse-apply.5

D = $(DESTDIR)$(PREFIX)
install: all	## PREFIX=/usr/local DESTDIR=
	install -d $(D)/sbin $(DESTDIR)$(MANDIR)/man8 $(DESTDIR)$(MANDIR)/man5 $(DESTDIR)$(SYSCONFDIR)/sluse \
	  $(DESTDIR)$(UNITDIR) $(D)/lib/sysusers.d $(D)/lib/tmpfiles.d $(DESTDIR)$(DATADIR)
	install -m 755 $(BIN) $(D)/sbin/sluse
	install -m 644 docs/sluse.8 $(DESTDIR)$(MANDIR)/man8/
	install -m 644 docs/sluse.conf.5 docs/sluse-apply.5 $(DESTDIR)$(MANDIR)/man5/
	for u in sluse.service sluse-import.service sluse-import.timer; do \
	  sed 's,@SBINDIR@,$(PREFIX)/sbin,g; s,@SYSCONFDIR@,$(SYSCONFDIR),g' packaging/$$u >$(DESTDIR)$(UNITDIR)/$$u; done
	install -m 644 packaging/sysusers.d/sluse.conf $(D)/lib/sysusers.d/
	install -m 644 packaging/tmpfiles.d/sluse.conf $(D)/lib/tmpfiles.d/
	install -m 640 packaging/sluse.conf.example $(DESTDIR)$(SYSCONFDIR)/sluse/sluse.conf.example
	for d in $(wildcard wsdl policies); do cp -r --no-preserve=mode,ownership $$d $(DESTDIR)$(DATADIR)/; done

uninstall:	## what install put there; configuration and data stay
	rm -f $(D)/sbin/sluse $(DESTDIR)$(MANDIR)/man8/sluse.8 $(DESTDIR)$(MANDIR)/man5/sluse.conf.5 $(DESTDIR)$(MANDIR)/man5/sluse-apply.5 \
	  $(DESTDIR)$(UNITDIR)/sluse*.service $(DESTDIR)$(UNITDIR)/sluse-import.timer $(D)/lib/sysusers.d/sluse.conf $(D)/lib/tmpfiles.d/sluse.conf
	rm -rf $(DESTDIR)$(DATADIR)

dist:	## build/sluse-VERSION.tar.gz: two runs on one commit give one hash
	$(Q)mkdir -p build && git archive --prefix=sluse-$(VERSION)/ HEAD | gzip -9n >build/sluse-$(VERSION).tar.gz
	$(Q)cd build && sha256sum sluse-$(VERSION).tar.gz

standards:	## list the requirements of standards that comments in the code cite
	$(Q)grep -rnoE '\[[a-z0-9-]+ [0-9][0-9.]*\][^*]*' src gateway --include=*.[ch] | sort -t: -k3

clean:	## remove build/
	$(Q)rm -rf build compile_commands.json

help:	## this list
	@sed -n 's/^\([a-z][a-z_. ]*\):[^#]*	## /\1	/p' Makefile | sort | awk -F'\t' '{ printf "  %-22s %s\n", $$1, $$2 }'
	@echo "  VARIANT: $(VARIANTS)"
