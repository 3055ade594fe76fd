#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Kun monopolbruddet, from an empty database to the monthly upkeep; kun-monopolbruddet.md tells
# what happens. usage: kun-monopolbruddet.sh [FOLDER]
set -eu
. "$(dirname "$0")/faelles.sh"

trin 'Organisationen oprettes'
koer 0 'sluse --config sluse.conf organisation opret organisation --cvr 22222222 --for 11111111 --navn "Korsbæk Kommune" --organisation 01110000-0000-4000-8000-000000000001 --fra 2026-01-01 --publicer'
koer 0 'sluse --config sluse.conf organisation opret rod --cvr 11111111 --organisation 01110000-0000-4000-8000-000000000001 --enhed e1110000-0000-4000-8000-000000000001 --navn "Korsbæk Kommune" --fra 2026-01-01 --publicer'

trin 'Udtrækket fra løn indlæses; en linje afvises'
koer 10 'sluse --config sluse.conf organisation indlaes loen --cvr 11111111 --kortlaegning kortlaegning.json --fra 2026-01-01 --rapport afvist.csv'
koer 0 'cat afvist.csv'

trin 'Linjen rettes i udtrækket, og der begyndes forfra'
koer 0 "sed -i '/;jorbes;/s/;;;/;Jori Besan;;/' loen/ansatte.csv"
koer 0 'sluse --config sluse.conf organisation indlaes loen --cvr 11111111 --kortlaegning kortlaegning.json --fra 2026-01-01 --forfra'

trin 'Kladden ses efter, rettes og publiceres'
koer 10 'sluse --config sluse.conf organisation valider --cvr 11111111 --kladde 4'
koer 0 'sluse --config sluse.conf organisation ret adresse enhed e1110000-0000-4000-8000-000000000021 ean 5798000000216 --cvr 11111111 --kladde 4'
koer 0 'sluse --config sluse.conf organisation publicer 4 --cvr 11111111 --fra 2026-01-01 --vis'
koer 0 'stilling=$(sluse --config sluse.conf organisation publicer 4 --cvr 11111111 --vis --alle | sed -n "s/.*funktion *\([^ ]*\) *»Registerfører«.*/\1/p")'
koer 0 'sluse --config sluse.conf organisation publicer 4 --cvr 11111111 --fra 2026-01-01'

trin 'Vedligehold i hånden: ny enhed, ny leder, en stilling flytter, en enhed nedlægges'
koer 0 'sluse --config sluse.conf organisation ret enhed ny e1110000-0000-4000-8000-000000000022 EnhedNavn=Genbrug Overordnet=e1110000-0000-4000-8000-000000000020 Tilhoerer=01110000-0000-4000-8000-000000000001 --cvr 11111111 --titel "Gennemgang"'
koer 0 'sluse --config sluse.conf organisation ret leder e1110000-0000-4000-8000-000000000021 b1110000-0000-4000-8000-000000000007 --cvr 11111111 --kladde 5'
koer 0 'sluse --config sluse.conf organisation ret funktion "$stilling" TilknyttedeEnheder-=e1110000-0000-4000-8000-000000000012 TilknyttedeEnheder=e1110000-0000-4000-8000-000000000010 --cvr 11111111 --kladde 5'
koer 0 'sluse --config sluse.conf organisation ret nedlaeg enhed e1110000-0000-4000-8000-000000000012 --cvr 11111111 --kladde 5'
koer 0 'sluse --config sluse.conf organisation kladde vis 5 --cvr 11111111'
koer 0 'sluse --config sluse.conf organisation valider --cvr 11111111 --kladde 5'
koer 0 'sluse --config sluse.conf organisation publicer 5 --cvr 11111111'

trin 'Nøgletal og diagram'
koer 0 'sluse --config sluse.conf organisation noegledata --cvr 11111111'
koer 0 'sluse --config sluse.conf organisation diagram --cvr 11111111 --tekst --ledere'
koer 0 'sluse --config sluse.conf organisation diagram --cvr 11111111 --ledere -o korsbaek.svg'
koer 0 'sluse --config sluse.conf organisation publikationer --cvr 11111111'
