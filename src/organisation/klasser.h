/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Classes that everybody who writes organisations knows by UUID: what an address is for, what a
 * function is, what a unit is.
 * Source: contract of Organisation, 2.8.
 */
#ifndef ORGANISATION_KLASSER_H
#define ORGANISATION_KLASSER_H

/* Type of an address: of which kind the object is that names it. */
#define KLASSE_ADRESSE_ENHED	"9b33c0a0-a566-4ec0-8200-325cb1e5bb9a"
#define KLASSE_ADRESSE_FUNKTION "1a8374f6-0ee8-4201-b27c-0e84d57db0ba"
#define KLASSE_ADRESSE_BRUGER	"71a08d28-3af7-4bb4-9964-bc2b76b93d64"

/* Rolle of an address of a unit. */
#define KLASSE_ENHED_EMAIL		"2b670843-ce42-411a-8fb5-311dfdd5caf0"
#define KLASSE_ENHED_EMAIL_BEMAERKNING	"d4939781-f2c4-401c-8c2f-0d08221127b9"
#define KLASSE_ENHED_TELEFON		"8dcfa714-5ed3-4000-b551-2ba520e7d8ad"
#define KLASSE_ENHED_FASTNET		"02826f64-5613-468e-ace5-3f089cb3ed20"
#define KLASSE_ENHED_TELEFONTID		"f6fd6117-c718-4254-a6f5-92538ad5a2f4"
#define KLASSE_ENHED_POST		"80b610c6-314b-485a-a014-a9a1d7070bc4"
#define KLASSE_ENHED_POSTRETUR		"3629ce92-594b-4380-9527-81d6e53edc11"
#define KLASSE_ENHED_HENVENDELSE	"639a3ed9-86b0-4968-825b-434666cf6220"
#define KLASSE_ENHED_AABNINGSTID	"f37e5877-1549-4b5d-a53b-819491f0b933"
#define KLASSE_ENHED_LOKATION		"ec387d90-263c-4cce-8de2-63b407a0daac"
#define KLASSE_ENHED_EAN		"9ccaafe4-c4b2-4d25-942a-2ec5730d4ed8"
#define KLASSE_ENHED_URL		"a99c073d-482e-47d3-9275-13c79f453c3a"
#define KLASSE_ENHED_LOS_KALDENAVN	"47a33082-4687-4a68-b82f-5bf6f9d8ee13"
#define KLASSE_ENHED_LOS_ID		"ee78e99a-6220-48ea-81fe-e4db239ee10a"
#define KLASSE_ENHED_DTR		"81912344-ef86-4cff-a522-a0001607d2ce"
#define KLASSE_ENHED_FOA		"0dac99a2-c419-4113-bb1d-757e00669bf2"
#define KLASSE_ENHED_PNR		"7c6e2a82-ec39-4ec4-a2b7-fdfe667e1d2b"
#define KLASSE_ENHED_SOR		"b44138cf-72df-45d1-8821-83db39b62093"

/* Rolle of an address of a user, and of a function. */
#define KLASSE_BRUGER_EMAIL    "5d13e891-162a-456b-abf2-fd9b864df96d"
#define KLASSE_BRUGER_TELEFON  "5ef6be2d-59f4-4652-a680-585929924ba9"
#define KLASSE_BRUGER_FASTNET  "47c05422-5379-4c27-9ddf-e02b52b3d961"
#define KLASSE_BRUGER_LOKATION "ad04ac80-e24a-45a5-9dd9-8537a916ac74"
#define KLASSE_BRUGER_RACF     "519a2d12-d099-434a-a3a2-a7397db7c741"
#define KLASSE_BRUGER_FMK      "85760831-0671-4127-93f7-0eee227c5ff9"
#define KLASSE_FUNKTION_URL    "560cb83d-386d-43c0-aaa2-986a915b087c"

/* Funktionstype. */
#define KLASSE_ENHEDSROLLE	 "02e61900-33e0-407f-a2a7-22f70221f003"
#define KLASSE_ANSAT_I		 "57553824-5ed0-4a64-b8aa-7e801df264f6"
#define KLASSE_LEDERROLLE	 "46c73630-f7ad-4000-9624-c06131cde671"
#define KLASSE_UDBETALENDE_ENHED "faf29ba2-da6d-49c4-8a2f-0739172f4227"
#define KLASSE_HENVENDELSESSTED	 "7368482a-177e-4e04-8574-f558e6f1ef45"

/* Enhedstype. */
#define KLASSE_AFDELING "16bf18c3-ed6f-44b0-b7a1-35f94984e519"
#define KLASSE_TEAM	"2d9710bf-e9cc-465f-8ec7-46d5f2a64412"

/* Rolle and Type of a task. */
#define KLASSE_OPGAVE_ANSVARLIG "2a5f38d8-7092-4b3f-85cc-7e272c3c4bb0"
#define KLASSE_OPGAVE_KLASSE	"9870b51e-3bc0-4f98-8827-eba991dd89a9"

/* BrugerTyper. */
#define KLASSE_BRUGER_EKSTERN "9de1426d-2ffb-4d3b-95aa-2afdec22c133"
#define KLASSE_BRUGER_INTERN  "fe5bec29-0709-4b45-b935-2748ff554c7a"
#define KLASSE_BRUGER_ROBOT   "fb24bae4-beb1-4970-9a94-cf7ce215f63c"

#endif
