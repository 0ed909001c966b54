/** What each version of the protocol has (`docs/generated/profiles.md`). No other file names one. */

/** Rules that not every profile has. All others are always in force. */
const FIRST = ['ROT-14', 'ROT-15', 'ROT-16', 'ROT-17', 'ROT-33', 'ROT-38'];

const LOCKS = Array.from({ length: 16 }, (_, i) => `LCK-${String(i + 1).padStart(2, '0')}`);
const NONCES = Array.from({ length: 8 }, (_, i) => `LIV-0${i + 1}`);
const HYBRID = Array.from({ length: 10 }, (_, i) => `ROT-${i + 23}`);

/** Each profile as the difference from the one before it. */
const STEPS = [
  { name: 'zoom-2.3.1', adds: FIRST, drops: [] },
  { name: 'zoom-3.0', adds: ['ROT-02', 'ROT-03', 'MEM-15', 'MEM-20'], drops: ['ROT-38'] },
  { name: 'zoom-3.1', adds: ['MEM-19', 'MEM-22', ...LOCKS], drops: [] },
  { name: 'zoom-3.3', adds: ['BRK-01'], drops: [] },
  {
    name: 'zoom-4.1-client-5.12',
    adds: ['ROT-35', 'ROT-36', 'ROT-37', 'MEM-10', 'MEM-16', 'HBT-19', 'ELE-09'],
    drops: ['ROT-14', 'ROT-15', 'ROT-16', 'ROT-17'],
  },
  {
    name: 'zoom-4.1',
    adds: ['HBT-07', 'HBT-08', 'HBT-13', 'HBT-14', 'HBT-18', 'HBT-21', ...NONCES, 'ELE-06'],
    drops: [],
    variants: { heartbeatForm: 'hash' },
  },
  { name: 'zoom-4.4', adds: ['DEV-19', ...HYBRID, 'ROT-39', 'ROT-40'], drops: [], variants: { hybrid: true } },
  { name: 'zoom-4.6', adds: [], drops: [] },
  {
    name: 'hardened',
    adds: ['ROT-41', 'ROT-42', 'ROT-43', 'ROT-44', 'MEM-23', 'MEM-24', 'HBT-22', 'HBT-23', 'ELE-10', 'MED-10', 'MED-11', 'BRK-02', 'BRK-03', 'BRK-04'],
    drops: ['ROT-33', 'MEM-10', 'LCK-13'],
    variants: { graceFrom: 'certificate', nonceSchedule: 'constant', replay_window: 1 },
  },
];

/** Parameters and variants of the first profile; those are names of the docs, times in milliseconds. */
const START = {
  rotation_interval_ms_min: 15000,
  joiner_key_age_ms_max: 15000,
  key_age_ms_max: 300000,
  use_wait_ms: 2000,
  old_key_ms: 10000,
  replay_window: 64,
  heartbeat_ms_max: 10000,
  silence_ms: 100000,
  nonce_interval_ms: 180000,
  links_max: 20,
  leaves_shown_from: 4,
  hybrid: false,
  heartbeatForm: 'tuple',
  graceFrom: 'receipt',
  nonceSchedule: 'quadratic',
};

const VARYING = new Set(STEPS.flatMap((step) => step.adds));

function build() {
  const profiles = new Map();
  let rules = new Set();
  let values = START;
  for (const { name, adds, drops, variants } of STEPS) {
    rules = new Set([...rules, ...adds].filter((rule) => !drops.includes(rule)));
    values = { ...values, ...variants };
    const inForce = rules;
    profiles.set(name, { ...values, name, has: (rule) => !VARYING.has(rule) || inForce.has(rule) });
  }
  return profiles;
}

/** Name to profile: its parameters, and `has(rule)`. */
export const PROFILES = build();

/** Policy keys and the values this client can follow; the first is the default. */
export const POLICIES = {
  first_key_wait: ['no_wait', 'wait'],
  coalescing: ['at_21', 'never'],
  takeover_key: ['rotate', 'keep'],
  leader_wait: ['waits', 'at_once'],
  leave_in_throttle: ['throttled', 'immediate'],
  replay_window: ['window', 'increase'],
  unlisted_sender: ['play', 'drop'],
  leaves_counted: ['device', 'user'],
  first_heartbeat: ['any', 'own_join'],
};

/** The rule that another value than the default brings into force. */
export const POLICY_RULES = { unlisted_sender: 'MED-11', leaves_counted: 'MEM-24', first_heartbeat: 'HBT-23' };
