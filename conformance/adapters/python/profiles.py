"""The versions of the protocol as data (docs/generated/profiles.md).

A profile is the rules in force, the parameters and a few variants, each written as the difference
from the one before it. Of the rules only those are named here that are not in force everywhere;
the code asks for a rule, never for a version.
"""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Params:
    """Numbers. Times are milliseconds."""

    rotation_interval_ms_min: int = 15_000
    joiner_key_age_ms_max: int = 15_000
    key_age_ms_max: int = 300_000
    use_wait_ms: int = 2_000
    old_key_ms: int = 10_000
    replay_window: int = 64
    heartbeat_ms_max: int = 10_000
    silence_ms: int = 100_000
    nonce_interval_ms: int = 180_000
    links_max: int = 20
    leaves_shown_from: int = 4


@dataclass(frozen=True)
class Profile:
    """A version of the protocol."""

    rules: frozenset[str]
    params: Params = Params()
    hybrid: bool = False  # announced keys have a Kyber half
    heartbeat_form: str = "tuple"  # or "hash"
    grace_from: str = "receipt"  # or "certificate"
    nonce_schedule: str = "quadratic"  # or "constant"

    def __deepcopy__(self, _memo: dict) -> Profile:
        return self


def numbered(area: str, *numbers: int) -> frozenset[str]:
    """The rules of an area with these numbers."""
    return frozenset(f"{area}-{number:02}" for number in numbers)


SINCE_3_0 = numbered("ROT", 2, 3) | numbered("MEM", 15, 20)
SINCE_3_1 = numbered("MEM", 19, 22) | numbered("LCK", *range(1, 17))
SINCE_5_12 = numbered("ROT", 35, 36, 37) | numbered("MEM", 10, 16) | {"HBT-19", "ELE-09"}
SINCE_5_11 = {"BRK-01"}
UNTIL_5_12 = numbered("ROT", 14, 15, 16, 17)
SINCE_5_13 = numbered("HBT", 7, 8, 13, 14, 18, 21) | numbered("LIV", *range(1, 9)) | {"ELE-06"}
SINCE_6_0_10 = numbered("ROT", *range(23, 33), 39, 40) | {"DEV-19"}

ZOOM_2_3_1 = Profile(UNTIL_5_12 | {"ROT-38"})
ZOOM_3_0 = replace(ZOOM_2_3_1, rules=ZOOM_2_3_1.rules - {"ROT-38"} | SINCE_3_0)
ZOOM_3_1 = replace(ZOOM_3_0, rules=ZOOM_3_0.rules | SINCE_3_1)
ZOOM_3_3 = replace(ZOOM_3_1, rules=ZOOM_3_1.rules | SINCE_5_11)
CLIENT_5_12 = replace(ZOOM_3_3, rules=ZOOM_3_3.rules - UNTIL_5_12 | SINCE_5_12)
ZOOM_4_1 = replace(CLIENT_5_12, rules=CLIENT_5_12.rules | SINCE_5_13, heartbeat_form="hash")
ZOOM_4_4 = replace(ZOOM_4_1, rules=ZOOM_4_1.rules | SINCE_6_0_10, hybrid=True)
SAFER = numbered("ROT", *range(41, 45)) | numbered("MEM", 23, 24) | numbered("MED", 10, 11)
SAFER |= {"ELE-10", "HBT-22", "HBT-23", "BRK-02", "BRK-03", "BRK-04"}
HARDENED = replace(
    ZOOM_4_4,
    rules=ZOOM_4_4.rules - {"MEM-10", "LCK-13"} | SAFER,
    params=Params(replay_window=1),
    grace_from="certificate",
    nonce_schedule="constant",
)

PROFILES: dict[str, Profile] = {
    "zoom-2.3.1": ZOOM_2_3_1,
    "zoom-3.0": ZOOM_3_0,
    "zoom-3.1": ZOOM_3_1,
    "zoom-3.3": ZOOM_3_3,
    "zoom-4.1-client-5.12": CLIENT_5_12,
    "zoom-4.1": ZOOM_4_1,
    "zoom-4.4": ZOOM_4_4,
    "zoom-4.6": ZOOM_4_4,
    "hardened": HARDENED,
}

# Choices that are as good as the default, which comes first.
POLICIES: dict[str, list[str]] = {
    "first_key_wait": ["no_wait", "wait"],
    "coalescing": ["at_21", "never"],
    "takeover_key": ["rotate", "keep"],
    "leader_wait": ["waits", "at_once"],
    "leave_in_throttle": ["throttled", "immediate"],
    "replay_window": ["window", "increase"],
    "unlisted_sender": ["play", "drop"],
    "leaves_counted": ["device", "user"],
    "first_heartbeat": ["any", "own_join"],
}

# What a value adds to the rules.
POLICY_RULES = {
    ("unlisted_sender", "drop"): "MED-11",
    ("leaves_counted", "user"): "MEM-24",
    ("first_heartbeat", "own_join"): "HBT-23",
}
