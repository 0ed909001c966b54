"""What a user is told of a device, and what is remembered (docs/sigchains.md, Contacts)."""

from __future__ import annotations

from sigchain import Fields, elements

FEW_PARTICIPANTS = 25
TOGETHER_SECONDS = 600
SPOKE_SECONDS = 30


def active(devices: list[Fields]) -> list[Fields]:
    """The devices that are not revoked. Of entries with one identifier the first counts."""
    named: Fields = {}
    for device in devices:
        named.setdefault(device["device_id"], device)
    return [device for device in named.values() if not device["revoked"]]


def identifiers(devices: list[Fields]) -> set[str]:
    """How the devices are called."""
    return {device["device_id"] for device in devices}


def familiar(devices: list[Fields], last_number: int) -> set[str]:
    """The active devices that were seen, or whose class was (FAM-24)."""
    seen = {device["class"] for device in devices if device["added"] <= last_number}
    return identifiers([device for device in active(devices) if device["class"] in seen])


def contact_warning(own_devices: bytes, records: bytes, devices: bytes, device_id: str) -> Fields:
    """The warning of a device in a meeting [DEV-10]. Raises `Refusal`."""
    own = identifiers(active(elements("conclave/device-state", own_devices)))
    remembered = elements("conclave/contact-record", records)
    theirs = elements("conclave/device-state", devices)
    counted = [record for record in remembered if record["signer"] in own]  # FAM-27
    if not counted:
        return {"warning": "person", "meetings": 0}  # FAM-26
    last_number = max(record["last_sequence_number"] for record in counted)
    if device_id not in familiar(theirs, last_number):
        return {"warning": "device", "meetings": 0}  # FAM-25
    return {"warning": "none", "meetings": sum(record["meetings"] for record in counted)}


def contact_recorded(participants: int, together_s: int, spoke_s: int) -> bool:
    """Whether a meeting is recorded (FAM-28)."""
    few = participants < FEW_PARTICIPANTS
    return (few and together_s > TOGETHER_SECONDS) or spoke_s > SPOKE_SECONDS
