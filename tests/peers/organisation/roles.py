# SPDX-License-Identifier: GPL-3.0-or-later
"""The UUIDs that clients know by heart. Source: contract of Organisation, 2.8."""

ADDRESS_TYPE = {
    "organisationenhed": "9b33c0a0-a566-4ec0-8200-325cb1e5bb9a",
    "organisationfunktion": "1a8374f6-0ee8-4201-b27c-0e84d57db0ba",
    "bruger": "71a08d28-3af7-4bb4-9964-bc2b76b93d64",
}
UNIT_ADDRESS = {
    "email": "2b670843-ce42-411a-8fb5-311dfdd5caf0",
    "phone": "8dcfa714-5ed3-4000-b551-2ba520e7d8ad",
    "post": "80b610c6-314b-485a-a014-a9a1d7070bc4",
    "location": "ec387d90-263c-4cce-8de2-63b407a0daac",
    "ean": "9ccaafe4-c4b2-4d25-942a-2ec5730d4ed8",
    "los": "47a33082-4687-4a68-b82f-5bf6f9d8ee13",
    "hours": "f37e5877-1549-4b5d-a53b-819491f0b933",
    "url": "a99c073d-482e-47d3-9275-13c79f453c3a",
}
USER_ADDRESS = {
    "email": "5d13e891-162a-456b-abf2-fd9b864df96d",
    "phone": "5ef6be2d-59f4-4652-a680-585929924ba9",
    "landline": "47c05422-5379-4c27-9ddf-e02b52b3d961",
    "location": "ad04ac80-e24a-45a5-9dd9-8537a916ac74",
    "racf": "519a2d12-d099-434a-a3a2-a7397db7c741",
}
POSITION = "02e61900-33e0-407f-a2a7-22f70221f003"
MANAGER = "46c73630-f7ad-4000-9624-c06131cde671"
PAYOUT = "faf29ba2-da6d-49c4-8a2f-0739172f4227"
CONTACT = "7368482a-177e-4e04-8574-f558e6f1ef45"
UNIT_TYPE = {"department": "16bf18c3-ed6f-44b0-b7a1-35f94984e519", "team": "2d9710bf-e9cc-465f-8ec7-46d5f2a64412"}
TASK_ROLE = "2a5f38d8-7092-4b3f-85cc-7e272c3c4bb0"
TASK_TYPE = "9870b51e-3bc0-4f98-8827-eba991dd89a9"
ROBOT = "fb24bae4-beb1-4970-9a94-cf7ce215f63c"
KLE = "00000c7e-face-4001-8000-000000000000"
ORGANISATION = "http://stoettesystemerne.dk/service/organisation/3"
