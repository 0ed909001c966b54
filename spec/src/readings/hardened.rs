//! What the hardened profile makes of each reading, and why.
//!
//! An alternative is safer if it refuses an attack that the choice lets through, or lowers a bound
//! on what an attacker gains. What it costs honest users does not count here.

use Stance::{Leaves, Safest, Takes};

/// What `hardened` makes of a reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stance {
    /// The choice of the reference is the safest there is, or nothing hangs on it.
    Safest,
    /// It takes this alternative instead.
    Takes(&'static str),
    /// It does not take this alternative, which would be safer.
    Leaves(&'static str),
}

/// Each reading, with the stance and the reason for it.
pub const HARDENED: &[(&str, Stance, &str)] = &[
    (
        "R-01",
        Safest,
        "Lengths and a tag make every encoding injective, which no other answer does.",
    ),
    ("R-02", Safest, "Only one byte string means a message, so nothing hashed is read two ways."),
    (
        "R-03",
        Safest,
        "The union binds all that either source does; no profile checks statements yet.",
    ),
    ("R-04", Safest, "A secret that everybody can compute protects nothing, so it is refused."),
    (
        "R-05",
        Safest,
        "Each key has a wait of its own, so no stream of keys holds a client on an old one.",
    ),
    (
        "R-06",
        Safest,
        "Ten seconds pass although a newer key is withheld; switching early would shut old packets out sooner and, with a key withheld, never. Neither dominates.",
    ),
    ("R-07", Safest, "The other context is bound all the same, in the associated data."),
    (
        "R-08",
        Safest,
        "A context of its own keeps the key of the server from signing one thing as another.",
    ),
    (
        "R-09",
        Safest,
        "The name of the stream is free text, so a second derivation would tell nothing more \
         apart.",
    ),
    ("R-10", Safest, "All digits come from all bits of the hash, and the bias is below 2^-126."),
    (
        "R-11",
        Safest,
        "Number and counter are authenticated, so no byte of a packet can change unnoticed.",
    ),
    ("R-12", Safest, "Either value is a key for one pair of parties only."),
    (
        "R-13",
        Safest,
        "Both are held to be equally strong, and round three hashes the encapsulation, which the \
         combination leaves out.",
    ),
    ("R-14", Safest, "Both sizes are beyond reach, and the result is cut to 32 bytes afterwards."),
    ("R-15", Safest, "Every order binds the same inputs."),
    (
        "R-16",
        Safest,
        "A joiner has no older key to move from, and a heartbeat must certify the first one as \
         well.",
    ),
    (
        "R-17",
        Safest,
        "Since 5.12 nothing is throttled, and a joiner gets only keys made after its join.",
    ),
    ("R-18", Safest, "Since version 3 the number is in the seal, so nothing has to be paired."),
    (
        "R-19",
        Safest,
        "One binary form and a bound on every length; all identifiers are behind their lengths.",
    ),
    (
        "R-20",
        Safest,
        "What an announcement says of itself decides nothing; the signature covers what was \
         recomputed.",
    ),
    ("R-21", Takes("increase"), "Nothing that was held back is played after what followed it."),
    (
        "R-22",
        Safest,
        "Both refuse to go back, and one lost key would shut out who insists on the next number.",
    ),
    ("R-23", Takes("at_once"), "Who was removed does not hear the leader for two more seconds."),
    ("R-24", Safest, "Under a key of small order one signature holds for many messages."),
    ("R-25", Safest, "Each device has an ephemeral key of its own, and the seal is bound to it."),
    ("R-26", Safest, "Nothing of one ciphertext helps to open another."),
    (
        "R-27",
        Safest,
        "No version since client 5.12 has a throttle; the ten seconds that a leader may take are the \
         paper's own bound, and the reference takes none.",
    ),
    ("R-30", Safest, "Either hash is strong enough for a key of 32 bytes."),
    ("R-31", Safest, "The key is the longer one, and the tag is whole."),
    ("R-32", Safest, "The other call cannot be made by a receiver."),
    ("R-33", Safest, "The first key is given to nobody who joins later, whenever it was made."),
    (
        "R-34",
        Safest,
        "Refusing is the strictest answer, though no profile has statements yet, and so nobody \
         checks one.",
    ),
    (
        "R-35",
        Safest,
        "A client that left would let one forged announcement end the meeting for it.",
    ),
    ("R-36", Safest, "Nothing signs the signal, so who waits for it is no safer."),
    ("R-37", Safest, "Nothing is kept that is not authenticated."),
    (
        "R-38",
        Takes("one_suite"),
        "Nobody is let in to whom only a classic box could be sealed, so no recording opens later (ATK-ZM-32); a new leader seals nothing to such a member either.",
    ),
    (
        "R-39",
        Takes("user_and_device"),
        "Two devices of one user share no stream key, so they cannot repeat each other's nonces.",
    ),
    ("R-40", Safest, "No counter restarts, and since 5.12 who comes back gets a new key as well."),
    ("R-41", Safest, "All six keys have fixed lengths, and both hashes are collision resistant."),
    ("R-42", Safest, "An unsigned Kyber key could be replaced by the server."),
    (
        "R-43",
        Safest,
        "No packet is played twice, and since 5.12 who comes back gets a new key as well.",
    ),
    ("R-44", Safest, "The list stays a function of the chain alone, and odd links are refused."),
    ("R-45", Safest, "A list built from its middle would leave out who holds the key."),
    (
        "R-46",
        Safest,
        "A shortened list that says anything else is refused by all who had the long one.",
    ),
    (
        "R-47",
        Takes("identical"),
        "A new leader can neither hide nor invent a leave, a name or a lock.",
    ),
    ("R-48", Safest, "Who was removed stays out of a locked meeting."),
    ("R-49", Safest, "No link takes effect that no heartbeat certifies."),
    ("R-50", Safest, "A heartbeat never counts while its list is missing."),
    (
        "R-51",
        Safest,
        "One chain goes through all leaders, and nobody unsigned is asked where it ends.",
    ),
    (
        "R-52",
        Takes("least_delay"),
        "Delays do not add up over rotations (HBT-22), which is what F-01 rests on. `absolute` would \
         bound the first delay by itself, but takes clocks that agree, and no client of this release \
         has one: the leader's time begins where it likes (R-53). R-110 bounds it.",
    ),
    ("R-53", Safest, "No two heartbeats of a leader have the same time."),
    ("R-54", Safest, "No key is sealed that a recipient could not date."),
    ("R-55", Safest, "Nonces outlive the leaders and not the join, so delay does not add up."),
    ("R-56", Safest, "An uncertified key is dropped, so its number cannot name two keys in use."),
    ("R-57", Safest, "A new leader vouches for nobody to whom the old one sealed a key."),
    (
        "R-58",
        Safest,
        "There are no two leaders for longer than a message takes, and the change is shown.",
    ),
    ("R-59", Safest, "Nothing of the old leader takes effect that it did not certify."),
    ("R-60", Safest, "A joiner has no key until the rotation, and two seconds bound the wait."),
    (
        "R-61",
        Safest,
        "The server can call nobody outdated, and a classic box is refused where both signed a \
         Kyber key.",
    ),
    ("R-62", Safest, "A snapshot with another lock than the list is refused (MEM-23)."),
    ("R-63", Safest, "A request is good for one operation on one list of one meeting."),
    (
        "R-64",
        Takes("certificate"),
        "The old key runs out although the newer one is withheld, and no sender is cut off by an \
         early receipt.",
    ),
    (
        "R-65",
        Takes("constant"),
        "The interval stays at three minutes; with the square it is five hours at a hundred \
         present.",
    ),
    (
        "R-66",
        Safest,
        "A forged nonce makes a seal that nobody opens, no more than a server gets by \
         withholding it.",
    ),
    (
        "R-67",
        Safest,
        "The chain of heartbeats orders them across leaders, whatever the counter does.",
    ),
    ("R-68", Safest, "Who agrees on one heartbeat agrees on all since it joined."),
    ("R-69", Safest, "A server that withholds everything leaves no gap to count, but time passes."),
    (
        "R-70",
        Safest,
        "Earlier heartbeats are signed under keys that only the server vouches for, so who forges a past forges those too.",
    ),
    ("R-71", Safest, "Each link names the one before, so the latest stands for the whole list."),
    ("R-72", Safest, "Counter and hash go on, so the history stays one chain."),
    ("R-73", Safest, "A snapshot says what the links said, and whoever had them compares."),
    (
        "R-74",
        Takes("known_only"),
        "The server can name nobody leader who is not on the list already (ATK-ZM-20D).",
    ),
    ("R-75", Safest, "Nobody clears its record by filling twenty links."),
    ("R-76", Safest, "The list can tell whether a guest who comes back is the same one."),
    (
        "R-77",
        Takes("leave"),
        "Who loses the last key it held leaves (ATK-ZM-06B); a key that comes when a newer number is \
         certified is not taken. Who never had one has nothing to speak or to hear with.",
    ),
    ("R-78", Safest, "The device is a field behind its length, and counters are kept by device."),
    (
        "R-79",
        Safest,
        "No gap is longer than ten seconds, and nothing signed can pass for the other kind.",
    ),
    ("R-80", Safest, "Who left is shown as long as they may know the key in use."),
    (
        "R-81",
        Safest,
        "Who is not listed gets no further key, so staying gains nothing; a false leave would \
         shut out who leaves.",
    ),
    ("R-82", Safest, "Nothing changes either way."),
    ("R-83", Safest, "What the server says does not reach the screen."),
    (
        "R-84",
        Safest,
        "The server could report the leave itself, and only the same identity key comes back.",
    ),
    ("R-85", Safest, "A name proves nothing, empty or not."),
    ("R-86", Safest, "Both hashes bind the same fields."),
    ("R-87", Safest, "The string differs from every other in both spellings."),
    (
        "R-88",
        Safest,
        "Any joiner can be told that it leads a new meeting; who has a list refuses the new chain.",
    ),
    ("R-89", Safest, "The old leader is shown as present for as long as keys are sealed to it."),
    (
        "R-90",
        Takes("same_binding"),
        "No other key leads under a member's name, in an open meeting neither.",
    ),
    (
        "R-91",
        Takes("by_user"),
        "What a co-host signed is good for one list; the server cannot keep its wish for later.",
    ),
    ("R-92", Safest, "A new key comes into use sooner, so who was removed is shut out sooner."),
    ("R-93", Safest, "No number ever names two keys."),
    ("R-94", Safest, "Since 5.12 nothing is throttled."),
    (
        "R-95",
        Takes("compared"),
        "Who comes back from a room is not put into another main meeting (ATK-ZM-28).",
    ),
    (
        "R-96",
        Safest,
        "The key depends on everything the code is made of; calls are not in this release.",
    ),
    ("R-97", Safest, "Where a wrapping key serves for one secret, either nonce is long enough."),
    ("R-98", Safest, "A device that was revoked makes no further key."),
    ("R-99", Safest, "Whatever may open or sign differently is shown as a change."),
    ("R-100", Takes("drop"), "Nobody is heard who is not shown as present."),
    ("R-101", Safest, "The client stays as it was either way."),
    ("R-102", Safest, "A seal to an older nonce opens nowhere, and one to the new nonce follows."),
    (
        "R-103",
        Safest,
        "A server can shut anybody out as it is, and its word alone says who is host.",
    ),
    (
        "R-104",
        Takes("user"),
        "Coming and going with several devices does not keep the number down.",
    ),
    (
        "R-105",
        Takes("above_certified"),
        "Nobody can have a client encrypt under a key of theirs without being on its list.",
    ),
    (
        "R-106",
        Safest,
        "Nobody is let in who needs a classic box, so the label is not early (F-02); see R-38 for a new leader.",
    ),
    (
        "R-107",
        Safest,
        "Who is host is the server's word; the leader's key is what everybody checks.",
    ),
    (
        "R-108",
        Safest,
        "No code is shown without a verified leader; an invitation comes by way of the same server.",
    ),
    ("R-109", Safest, "A listed device cannot be replaced by one with another key."),
    (
        "R-110",
        Takes("own_join"),
        "The list that a joiner is shown was made after it joined (HBT-23), which is what F-08 rests \
         on.",
    ),
    ("R-111", Safest, "Lengths and a tag make every encoding injective."),
    ("R-112", Safest, "Nothing of a link can change under its signatures."),
    ("R-113", Safest, "The server has no room in which to make two chains of one."),
    ("R-114", Safest, "No device names another."),
    ("R-115", Safest, "Nothing changes either way."),
    (
        "R-116",
        Leaves("never_back"),
        "Who adds a device without a Kyber key has later data sealed without one; chains are of no \
         profile, so there is nowhere to take it.",
    ),
    ("R-117", Safest, "A seed that nobody else has is not taken."),
    ("R-118", Safest, "Both give a key pair as strong as the seed."),
    ("R-119", Safest, "A whole hash cannot be met by trying."),
    (
        "R-120",
        Leaves("random_nonce"),
        "It would bear a wrapping key that serves for several secrets; stored keys are of no profile.",
    ),
    (
        "R-121",
        Leaves("anchored"),
        "It would close F-17; chains are of no profile, so there is nowhere to take it.",
    ),
    ("R-122", Safest, "Only who has the keys makes new ones."),
    (
        "R-123",
        Leaves("same_class"),
        "It would close F-18; chains are of no profile, so there is nowhere to take it.",
    ),
    ("R-124", Safest, "Nobody who is revoked is trusted for what somebody said of all."),
    ("R-125", Safest, "A key that may be known to somebody is not kept."),
    ("R-126", Safest, "Nobody but the provider can make an attestation."),
    ("R-127", Safest, "What was not meant for everybody, or not yet, is not taken."),
    (
        "R-128",
        Leaves("with_domain"),
        "The provider would vouch for the domain too; attestations are of no profile, so there is \
         nowhere to take it.",
    ),
    ("R-129", Safest, "A token ends either way."),
    ("R-130", Safest, "No order of records makes a difference."),
    ("R-131", Safest, "A wrong key gives keys that are not in the chain either way."),
    ("R-132", Safest, "The entropy of the key carries it either way."),
    (
        "R-133",
        Leaves("device_itself"),
        "It would warn of a device that was listed and never met; contacts are of no profile, so there \
         is nowhere to take it.",
    ),
    (
        "R-134",
        Safest,
        "No weak algorithm is left to choose; what is not understood is passed over only where the \
         issuer says that it may be.",
    ),
    (
        "R-135",
        Leaves("server_too"),
        "A server's certificate that was revoked within its week would be refused; chains are of no \
         profile, so there is nowhere to take it.",
    ),
    (
        "R-136",
        Leaves("max_age"),
        "A response of long ago that ends in a far year is taken, and hides a revocation since; chains \
         are of no profile, so there is nowhere to take it.",
    ),
    ("R-137", Safest, "One domain is trusted, in one place of a certificate."),
    ("R-138", Safest, "A server that could name the leaves that do not count could hide any."),
    ("R-139", Safest, "Every signature is over all three tails either way."),
    ("R-140", Safest, "The server cannot leave out what it does not like."),
    ("R-141", Safest, "An identity that changed hands is not vouched for."),
    (
        "R-142",
        Leaves("own_attestation"),
        "No device would be shown by what another one got; attestations are of no profile, so there is \
         nowhere to take it.",
    ),
    ("R-143", Safest, "Every name is bound, and a box shows which device it is from."),
    ("R-144", Safest, "A seed is the one that the chain published, whoever passes it on."),
    ("R-145", Safest, "No classic box carries what hybrid keys protect."),
    ("R-146", Safest, "Who gets a seed is the same either way, but for its maker who has it."),
    (
        "R-147",
        Safest,
        "No key serves two uses, and what is sealed is bound to all that its reader knows.",
    ),
    ("R-148", Safest, "A server that moves a record to another user or device is found out."),
    ("R-149", Safest, "An attestation vouches for nothing that nobody looked over."),
    (
        "R-150",
        Leaves("rzks"),
        "A VRF key that leaked could be replaced; no maintained implementation has it, and the tree is \
         of no profile, so there is nowhere to take it.",
    ),
    ("R-151", Safest, "One proof covers the whole chain, and that nothing follows."),
    (
        "R-152",
        Leaves("with_time"),
        "An old state could not be passed off as that of now; how old one may be is the application's, \
         and there is nowhere to take it.",
    ),
    (
        "R-153",
        Leaves("all"),
        "One auditor that colludes would not do; with one that is down every level would be degraded, \
         and there is nowhere to take it.",
    ),
    ("R-154", Safest, "No version is served that its owner's history denies."),
    ("R-155", Safest, "A device that is new sees what the others saw."),
    ("R-156", Safest, "What is acknowledged for one account serves for no other."),
    ("R-157", Safest, "No keys are taken that nobody of the lockdown answers for."),
    ("R-158", Safest, "No device of a user seals for older keys than another one did."),
    ("R-159", Safest, "An escrow device's key alone makes nothing of a chain."),
    ("R-160", Safest, "Nobody is approved whom the user was not asked about."),
    (
        "R-161",
        Leaves("active_now"),
        "A device that is revoked could sign no more; but chains that were good would go bad, and \
         escrow is of no profile, so there is nowhere to take it.",
    ),
    ("R-162", Safest, "A device that nobody approved has no say about the escrow device."),
    ("R-163", Safest, "A device that is revoked reads on by nobody's key."),
    ("R-164", Safest, "No notice is lost, to the server or to a look that nobody took."),
    ("R-165", Safest, "No device that the server adds passes for the user."),
    ("R-166", Safest, "What is not disclosed is not taken for nothing."),
    ("R-167", Safest, "Nobody counts as a member whose removal may be hidden."),
    ("R-168", Safest, "Nobody is approved whom the user was not shown."),
    ("R-169", Safest, "Neither author, device nor recipient of a box can be exchanged."),
    ("R-170", Safest, "Nothing is sealed under a key that a revoked device has."),
    (
        "R-171",
        Leaves("refused"),
        "What somebody signs with a device that was taken would not be read; nor would anything that \
         it ever sent before, and there is nowhere to take it.",
    ),
    ("R-172", Safest, "Nobody's key is passed off as another's, or as that of another device."),
    ("R-173", Safest, "A revocation cannot be kept back without keeping back the tree."),
    (
        "R-174",
        Leaves("vouched"),
        "A provider is outside the server's reach, and the tree shows a lie only afterwards; users \
         without a provider would never be displayed, and there is nowhere to take it.",
    ),
    (
        "R-175",
        Leaves("failure_stays"),
        "A server that failed once would not be believed again; nor would a provider's key that could not \
         be had for a moment, and there is nowhere to take it.",
    ),
    ("R-176", Safest, "A fork is found out whichever of its sides came first."),
    (
        "R-177",
        Leaves("both"),
        "A display would end after a day at the latest; that a token ended says nothing of who \
         somebody is, and there is nowhere to take it.",
    ),
    ("R-178", Safest, "What is displayed is about the keys that are in use."),
    ("R-179", Safest, "Nobody gets keys of whom the host sees nothing."),
    (
        "R-180",
        Leaves("audited_alone"),
        "An auditor that does not answer would end every display, and there is nowhere to take it.",
    ),
];
