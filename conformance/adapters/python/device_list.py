"""What a client shows of its user's chain, and tells its user of (docs/devices.md)."""

from __future__ import annotations

import formulas as f
import identity
import sigchain
from family import ADDS, Device, UserChain
from formulas import BadRequest
from seeds import maker_of
from sigchain import EmailChain, Fields, Link, MembershipChain, asked, ensure, list_of
from taken_over import Hands

# Where a change of address or account is disclosed, and what of it is shown.
CHANGES = {"email_change": "email", "account_change": "account_id"}
NOTICES = {"email_change": "address_changed", "account_change": "account_changed"}


def yes_or_no(holds: bool) -> str:
    """A flag as text."""
    return "yes" if holds else "no"


class View:
    """The chain of a user before the eyes of one of its devices, or of none (FAM-58, FAM-59)."""

    def __init__(self, v: Fields) -> None:
        """Checks the chain. Raises `Refusal`, `BadRequest`."""
        known = sigchain.tail(v["known_sequence_number"], v["known_hash"])
        served = sigchain.served(v["links"], v["openings"])
        self.chain = UserChain(v["cloud_name"], v["subject"]).check(served, known)
        self.hands = Hands(self.chain)
        self.shown_number: int = v["shown_sequence_number"]
        asked(self.shown_number <= self.chain.tail.number, "shown beyond the tail")
        self.viewer: Device | None = None
        if device_id := v["device_id"]:
            if device_id not in self.chain.devices:
                raise BadRequest("the chain has no such device")
            self.viewer = self.chain.devices[device_id]

    def is_new(self, number: int) -> bool:
        """Whether the user was not shown a link (FAM-74)."""
        return number > self.shown_number

    def trusts(self, device: Device) -> bool:
        """Whether the viewer takes a device for its user (FAM-59, FAM-75)."""
        viewer, hands, name = self.viewer, self.hands, device.device_id
        if viewer is None:
            return False
        if name == viewer.device_id:
            return True
        if name in hands.classes[viewer.device_id] and name not in hands.since:
            return True
        gone_by_then = bool(device.revoked) and device.revoked <= viewer.added
        seen = device.added < viewer.added and not gone_by_then
        return seen and not hands.is_taken(name, viewer.added)

    def made(self, link: Link) -> str:
        """Who made what a link does."""
        maker = maker_of(link)
        if not maker:
            return "server"
        return "user" if self.trusts(self.chain.devices[maker]) else "device"

    def made_by_number(self, number: int) -> str:
        """The same by the number of the link, and an empty text for 0."""
        return self.made(self.chain.history[number - 1]) if number else ""


# The list of devices


def names_of(chain: UserChain) -> dict[str, Fields]:
    """The last name of each device, nothing where it is not disclosed (FAM-61)."""
    named: dict[str, Fields] = {}
    for link in chain.history:
        if "device_name" in link.body:
            named[link.body["device_id"]] = link.opened.get("device_name", {})
    return named


def shown_device(view: View, device: Device, name: Fields) -> bytes:
    """A device as it is listed (FAM-60, FAM-62)."""
    in_use = view.viewer is None or not view.viewer.revoked
    asked = in_use and not device.revoked and not view.trusts(device)
    shown: Fields = {"device_id": device.device_id, "device_type": device.device_type}
    shown |= {"name": name.get("name", ""), "version": name.get("version", 0)}
    shown |= {"state": "revoked" if device.revoked else "active"}
    shown |= {"added": device.added, "came": view.made_by_number(device.added)}
    shown |= {"revoked": device.revoked, "went": view.made_by_number(device.revoked)}
    shown |= {"review": yes_or_no(asked)}
    numbers = [at for at, it in view.hands.by_link.items() if it == device.device_id]
    shown |= {"new": yes_or_no(any(map(view.is_new, [device.added, device.revoked, *numbers])))}
    return f.encode("conclave/device-shown", shown)


def identifiers(chain: UserChain, name: str) -> bytes:
    """Every address or every account so far (SIG-38)."""
    found = []
    for link in chain.history:
        if link.body.get(name):
            shown = {"sequence_number": link.number, "identifier": disclosed(link, name)}
            found.append(f.encode("conclave/identifier-shown", shown))
    return list_of(found)


def disclosed(link: Link, name: str) -> str:
    """The address or the account that a link changes to; an empty text if that is hidden."""
    text: str = link.opened.get(name, {}).get(CHANGES[name], "")
    return text


def device_list(v: Fields) -> Fields:
    """What a user sees of the own devices. Raises `Refusal`, `BadRequest`."""
    account = sigchain.tail(v["account_sequence_number"], v["account_hash"])
    view = View(v)
    chain = view.chain
    names = names_of(chain)
    devices = [shown_device(view, it, names[it.device_id]) for it in chain.devices.values()]
    return {
        "sequence_number": chain.tail.number,
        "hash": chain.tail.hash,
        "devices": list_of(devices),
        "addresses": identifiers(chain, "email_change"),
        "accounts": identifiers(chain, "account_change"),
        "fingerprint": identity.fingerprint(chain.tail, account),  # SIG-39
    }


# Notices


def things_done(link: Link, taken: str) -> list[tuple[str, str]]:
    """What a link does that a user is told of, and about what (FAM-57, FAM-77, SIG-33, SIG-34)."""
    added = [link.body["device_id"]] if link.kind in ADDS else []
    done = [("device_added", device_id) for device_id in added]
    done += [("device_revoked", it) for it in link.body.get("revoke_device_ids", [])]
    done += [("device_taken_over", taken)] if taken else []
    changed = [name for name in NOTICES if link.body.get(name)]
    return done + [(NOTICES[name], disclosed(link, name)) for name in changed]


def keys_due(view: View) -> bool:
    """Whether the viewer has to make new per-user keys (FAM-63)."""
    if view.viewer is None:
        return False
    chain, viewer = view.chain, view.viewer
    may = not chain.lockdown or chain.is_oldest(viewer.device_id)
    return chain.stale and not viewer.revoked and may


def chain_notices(v: Fields) -> Fields:
    """What a user is told of the own chain. Raises `Refusal`, `BadRequest`."""
    view = View(v)
    notices = []
    for link in view.chain.history if view.viewer else []:  # SIG-35
        taken = view.hands.by_link.get(link.number, "")
        for notice, about in things_done(link, taken) if view.is_new(link.number) else []:
            told = {"sequence_number": link.number, "notice": notice, "about": about}
            notices.append(f.encode("conclave/chain-notice", told | {"made": view.made(link)}))
    return {"notices": list_of(notices), "keys_due": yes_or_no(keys_due(view))}


# Whose an address was


def told_user(link: Link) -> Fields:
    """The user whom a link tells, and the number; nothing where it does not."""
    if "email" not in link.opened:
        return {}
    user: Fields = link.opened.get("user_id_change", {})
    return user


def other_user(told: list[Fields], user_id: str) -> str:
    """Whether some of these links told another user (SIG-36, SIG-37)."""
    if any(user and user["user_id"] != user_id for user in told):
        return "yes"
    return "no" if all(told) else "unknown"


def user_now(told: list[Fields], user_id: str) -> str:
    """Whose the address is by the last link."""
    if not told:
        return "none"
    if not told[-1]:
        return "unknown"
    return "same" if told[-1]["user_id"] == user_id else "other"


def address_history(v: Fields) -> Fields:
    """Whether an address was another user's. Raises `Refusal`, `BadRequest`."""
    known = sigchain.tail(v["known_sequence_number"], v["known_hash"])
    served = sigchain.served(v["links"], v["openings"])
    chain = EmailChain(v["cloud_name"], v["subject"]).check(served, known)
    asked(v["shown_sequence_number"] <= chain.tail.number, "shown beyond the tail")
    told = [told_user(link) for link in chain.history]
    nobody = {"user_id": "", "user_chain_sequence_number": 0}
    users = [
        f.encode("conclave/address-user", {"sequence_number": at} | (user or nobody))
        for at, user in enumerate(told, 1)
    ]
    return {
        "users": list_of(users),
        "other": other_user(told[v["shown_sequence_number"] :], v["user_id"]),
        "now": user_now(told, v["user_id"]),
    }


# Where an account has its user


def check_added(user: UserChain, members: MembershipChain) -> int:
    """That a membership chain adds the user where the user says; the link [SIG-40]."""
    change = user.account_change or {}
    ensure(change.get("account_id") == members.subject, "SIG-40", "another account, or hidden")
    number: int = change["membership_chain_sequence_number"]
    ensure(1 <= number <= members.tail.number, "SIG-40", "no such link")
    opened = members.history[number - 1].opened
    added = opened.get(f"added/{change['addition_index']}")
    named = {"user_id": user.subject, "user_chain_sequence_number": user.account_changed}
    ensure(added == named, "SIG-40", "not added there, or hidden")
    return number


def standing(members: MembershipChain, number: int, user_id: str) -> str:
    """What the links behind the one that added a user say of the user (SIG-41)."""
    removals = [
        link.opened.get(f"removed/{at}")
        for link in members.history[number:]
        for at in range(len(link.body["removed"]))
    ]
    if any(it is not None and it["user_id"] == user_id for it in removals):
        return "removed"
    return "added" if None in removals else "member"


def account_member(v: Fields) -> Fields:
    """What an account's chain says of a user. Raises `Refusal`."""
    of_user = sigchain.served(v["user_links"], v["user_openings"])
    of_account = sigchain.served(v["membership_links"], v["membership_openings"])
    user = UserChain(v["cloud_name"], v["user_id"]).check(of_user)
    members = MembershipChain(v["cloud_name"], v["account_id"]).check(of_account)
    number = check_added(user, members)
    return {"standing": standing(members, number, v["user_id"])}
