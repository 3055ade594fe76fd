#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Centralisering: everything is loaded once, Organisation is the master from then on, and the old
# sources are retired; centralisering.md tells what happens. usage: centralisering.sh [FOLDER]
set -eu
. "$(dirname "$0")/faelles.sh"

trin 'Organisationen oprettes'
koer 0 'sluse --config sluse.conf organisation opret organisation --cvr 22222222 --for 11111111 --navn "Korsbæk Kommune" --organisation 01110000-0000-4000-8000-000000000001 --fra 2026-01-01 --publicer'
koer 0 'sluse --config sluse.conf organisation opret rod --cvr 11111111 --organisation 01110000-0000-4000-8000-000000000001 --enhed e1110000-0000-4000-8000-000000000001 --navn "Korsbæk Kommune" --fra 2026-01-01 --publicer'

trin 'Alt indlæses, en kilde ad gangen'
koer 0 'sluse --config sluse.conf organisation indlaes apos --cvr 11111111 --fra 2026-01-01 --proev'
koer 0 'sluse --config sluse.conf organisation indlaes apos --cvr 11111111 --fra 2026-01-01 --publicer'
koer 0 'sluse --config sluse.conf organisation indlaes loen --cvr 11111111 --fra 2026-01-01 --publicer'
koer 0 'sluse --config sluse.conf organisation valider --cvr 11111111'

trin 'Organisation er master: en rettelse publiceres'
koer 0 'sluse --config sluse.conf organisation ret leder e1110000-0000-4000-8000-000000000021 b1110000-0000-4000-8000-000000000007 --titel "Leder i Vej og Park" --cvr 11111111'
koer 0 'sluse --config sluse.conf organisation publicer 6 --cvr 11111111'

trin 'En omlægning fra nytår'
koer 0 'nytaar=$(( $(date +%Y) + 1 ))-01-01'
koer 0 'sluse --config sluse.conf organisation ret enhed ny e1110000-0000-4000-8000-000000000030 "EnhedNavn=Plan og Klima" Overordnet=e1110000-0000-4000-8000-000000000001 Tilhoerer=01110000-0000-4000-8000-000000000001 --titel "Omlægning" --cvr 11111111'
koer 0 'sluse --config sluse.conf organisation ret flyt e1110000-0000-4000-8000-000000000021 e1110000-0000-4000-8000-000000000030 --kladde 7 --cvr 11111111'
koer 0 'sluse --config sluse.conf organisation ret leder e1110000-0000-4000-8000-000000000030 b1110000-0000-4000-8000-000000000008 --kladde 7 --cvr 11111111'
koer 0 'sluse --config sluse.conf organisation ret enhed e1110000-0000-4000-8000-000000000020 EnhedNavn=Teknik --kladde 7 --cvr 11111111'
koer 0 'sluse --config sluse.conf organisation valider --kladde 7 --pr $nytaar --cvr 11111111'
koer 0 'sluse --config sluse.conf organisation publicer 7 --fra $nytaar --cvr 11111111'
koer 0 'sluse --config sluse.conf organisation diagram --tekst --ledere --cvr 11111111'
koer 0 'sluse --config sluse.conf organisation diagram --tekst --ledere --pr $nytaar --cvr 11111111'

trin 'En fejl rulles tilbage'
koer 0 'sluse --config sluse.conf organisation eksport --format csv -o foer --cvr 11111111'
koer 0 'sluse --config sluse.conf organisation ret nedlaeg enhed e1110000-0000-4000-8000-000000000012 --titel "Nedlæggelse" --cvr 11111111'
koer 0 'sluse --config sluse.conf organisation publicer 8 --accepter-advarsler --cvr 11111111'
koer 10 'sluse --config sluse.conf organisation sammenlign foer --cvr 11111111'
koer 0 'sluse --config sluse.conf organisation tilbagerul 6 --som-aldrig --cvr 11111111'
koer 0 'sluse --config sluse.conf organisation sammenlign foer --cvr 11111111'

trin 'Udtræk til dem, der læser'
koer 0 'sluse --config sluse.conf organisation eksport --format os2sync -o til-ad.json --cvr 11111111'
koer 0 'sluse --config sluse.conf organisation eksport --format csv --pr $nytaar -o nytaar --cvr 11111111'
koer 10 'sluse --config sluse.conf organisation sammenlign foer nytaar --pr $nytaar --cvr 11111111'

trin 'De gamle kilder afvikles'
koer 0 'sluse --config sluse.conf organisation noegledata --cvr 11111111 | grep "fra kilde"'
koer 0 'sluse --config senere.conf organisation noegledata --cvr 11111111 | grep "fra kilde"'
koer 0 'sluse --config sluse.conf organisation publikationer --cvr 11111111'
