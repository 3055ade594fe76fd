#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Føderering: a hub and a directory deliver four days, each what it owns; foederering.md tells
# what happens. usage: foederering.sh [FOLDER]
set -eu
. "$(dirname "$0")/faelles.sh"

trin 'Organisationen oprettes'
koer 0 'sluse --config sluse.conf organisation opret organisation --cvr 22222222 --for 11111111 --navn "Korsbæk Kommune" --organisation 01110000-0000-4000-8000-000000000001 --fra 2026-01-01 --publicer'
koer 0 'sluse --config sluse.conf organisation opret rod --cvr 11111111 --organisation 01110000-0000-4000-8000-000000000001 --enhed e1110000-0000-4000-8000-000000000001 --navn "Korsbæk Kommune" --fra 2026-01-01 --publicer'

trin 'Dag 1: kilderne, og den første import af hver'
koer 0 'sluse --config sluse.conf organisation importer --kilder --cvr 11111111'
koer 0 'mkdir indbakke && cp dag1/* indbakke && cd indbakke && sha256sum mo.json >mo.json.sha256 && sha256sum ad.ldif >ad.ldif.sha256 && cd ..'
koer 6 'sluse --config sluse.conf organisation importer mo --cvr 11111111'
koer 10 'sluse --config sluse.conf organisation valider --kladde 3 --regel F15 --cvr 11111111'
koer 0 'sluse --config sluse.conf organisation importer mo --accepter-advarsler --cvr 11111111'
koer 0 'sluse --config sluse.conf organisation importer ad --toerkoer --cvr 11111111'
koer 0 'sluse --config sluse.conf organisation importer ad --cvr 11111111'
koer 0 'sluse --config sluse.conf organisation valider --cvr 11111111'

trin 'Det, ingen kilde ejer, retter redaktøren'
koer 0 'sluse --config sluse.conf organisation ret adresse enhed e1110000-0000-4000-8000-000000000010 aabningstid_henvendelse "Mandag-fredag 10-14" --titel "Åbningstider" --cvr 11111111'
koer 0 'sluse --config sluse.conf organisation publicer 6 --cvr 11111111'

trin 'Dag 2: begge kilder er forfaldne'
koer 0 'cp dag2/* indbakke && cd indbakke && sha256sum mo.json >mo.json.sha256 && sha256sum ad.ldif >ad.ldif.sha256 && cd ..'
koer 10 'sluse --config dag2.conf organisation importer --alle-forfaldne'
koer 0 'sluse --config dag2.conf organisation importer --koersel 5 --cvr 11111111'

trin 'Dag 3: kataloget leverer et halvt udtræk'
koer 0 'cp dag3/* indbakke && cd indbakke && sha256sum ad.ldif >ad.ldif.sha256 && cd ..'
koer 4 'sluse --config dag3.conf organisation importer --alle-forfaldne'

trin 'Dag 4: et helt igen'
koer 0 'cp dag2/ad.ldif indbakke && cd indbakke && sha256sum ad.ldif >ad.ldif.sha256 && cd ..'
koer 10 'sluse --config dag4.conf organisation importer --alle-forfaldne'

trin 'Hvor friske er kilderne, og hvad blev det til'
koer 0 'sluse --config dag4.conf organisation importer --kilder --cvr 11111111'
koer 0 'sluse --config dag4.conf organisation importer --koersler --cvr 11111111'
koer 0 'sluse --config dag4.conf organisation noegledata --cvr 11111111'
koer 0 'sluse --config dag4.conf organisation diagram --tekst --ledere --cvr 11111111'
koer 0 'sluse --config dag4.conf organisation publikationer --cvr 11111111'
