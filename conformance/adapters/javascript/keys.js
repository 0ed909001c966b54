/**
 * The meeting keys a device holds, oldest first. A key is
 * `{mk_seq, key, at, usableAt, eraseAt}`: its number, 32 bytes, and moments in milliseconds since
 * `open`; `eraseAt` is null while nothing supersedes it.
 */

/** The key with the greatest number, or undefined. */
export function newestKey(meeting) {
  return meeting.keys.at(-1);
}

/** The greatest number held, 0 where none is. */
export function newestNumber(meeting) {
  return newestKey(meeting)?.mk_seq ?? 0;
}

/** The key with a number, or undefined. */
export function keyNumbered(meeting, mkSeq) {
  return meeting.keys.find((key) => key.mk_seq === mkSeq);
}

/** Installs a key under a number above all held. `own` says whether this leader made it. */
export function install(device, mkSeq, key, own) {
  const { meeting, now } = device;
  if (device.profile.graceFrom === 'receipt') supersede(device, mkSeq);
  const usableAt = waits(device, own) ? now + device.profile.use_wait_ms : now;
  meeting.keys.push({ mk_seq: mkSeq, key, at: now, usableAt, eraseAt: null });
}

/** Whether a new key is waited with: not one that comes to a device that holds none. */
function waits({ meeting, policies }, own) {
  if (own && policies.leader_wait === 'at_once') return false;
  return meeting.keys.length > 0 || policies.first_key_wait === 'wait';
}

/** Keys below a number will be erased *old_key_ms* from now, if not before. */
export function supersede(device, mkSeq) {
  for (const key of device.meeting.keys) {
    if (key.mk_seq < mkSeq) key.eraseAt ??= device.now + device.profile.old_key_ms;
  }
}

/** Erases the keys whose time has come. Whether the last one was. */
export function eraseDue(device) {
  const { meeting, now } = device;
  const held = meeting.keys.length;
  meeting.keys = meeting.keys.filter((key) => key.eraseAt === null || key.eraseAt > now);
  return held > 0 && meeting.keys.length === 0;
}

/** Drops the keys that no heartbeat certified; what is then the newest is superseded by none. */
export function dropUncertified(device) {
  const { meeting } = device;
  if (!device.has('ELE-09')) return;
  const before = newestKey(meeting);
  meeting.keys = meeting.keys.filter((key) => key.mk_seq <= meeting.chain.mk_seq);
  const newest = newestKey(meeting);
  if (newest && newest !== before && device.profile.graceFrom === 'receipt') newest.eraseAt = null;
}

function certified(device, key) {
  return !device.has('HBT-19') || key.mk_seq <= device.meeting.chain.mk_seq;
}

/** The key in use: the newest whose wait is over, and that a heartbeat certified [HBT-19]. */
export function keyInUse(device) {
  return device.meeting.keys.findLast((key) => key.usableAt <= device.now && certified(device, key));
}

/** The moments at which a key is erased or comes into use. */
export function keyMoments(device) {
  return device.meeting.keys.flatMap((key) => [key.eraseAt, certified(device, key) ? key.usableAt : null]);
}
