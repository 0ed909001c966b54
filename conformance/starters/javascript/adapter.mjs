// The adapter protocol of Conclave: one JSON object per line in, one per line out.
//
// What is to be filled in stands in client.mjs; this is the protocol of docs/adapter.md and can stay
// as it is.

import {
  CODECS,
  Client,
  NAME,
  POLICIES,
  PROFILES,
  RANDOMNESS,
  ROLES,
  VERSION,
  answer,
  securityCode,
} from "./client.mjs";

// 1. The shape of requests: for every field a function that reads it, or refuses it.

/** A request that is none. */
class BadRequest extends Error {}

/** A request for what is not declared in part 1. */
class Unsupported extends Error {}

function check(holds, why) {
  if (!holds) throw new BadRequest(why);
}

/** A text that can be written as UTF-8, which half a surrogate pair cannot. */
function text(value) {
  check(typeof value === "string", "not a text");
  check(!/\p{Surrogate}/u.test(value), "half a surrogate pair");
  return value;
}

/** A text, or null. */
function maybeText(value) {
  return value === null ? null : text(value);
}

/** A text of at most 255 bytes. */
function name(value) {
  check(Buffer.byteLength(text(value)) <= 255, "a name of more than 255 bytes");
  return value;
}

/** A text of 1 to 255 bytes. */
function identifier(value) {
  check(name(value) !== "", "an empty identifier");
  return value;
}

/** Bytes in lower-case hexadecimal. */
function octets(value) {
  check(/^([0-9a-f]{2})*$/.test(text(value)), "not lower-case hexadecimal");
  return Buffer.from(value, "hex");
}

/** Exactly so many bytes. */
function octetsOf(width) {
  return (value) => {
    const found = octets(value);
    check(found.length === width, `not ${width} bytes`);
    return found;
  };
}

/** A number from 0. One above 2^53 - 1 would lose digits here, so it is refused. */
function number(max) {
  return (value) => {
    check(Number.isSafeInteger(value) && value >= 0 && value <= max, `not a number up to ${max}`);
    return value;
  };
}

/** True or false. */
function flag(value) {
  check(typeof value === "boolean", "not true or false");
  return value;
}

/** A JSON object. */
function object(value) {
  check(typeof value === "object" && value !== null && !Array.isArray(value), "not an object");
  return value;
}

/** A message in codec `bytes`. */
function message(value) {
  return record({ bytes: octets }, value).bytes;
}

/** Texts by name. */
function texts(value) {
  Object.values(object(value)).forEach(text);
  return value;
}

/** An object with exactly these fields, less optional ones that are absent. */
function record(fields, value, optional = []) {
  const unknown = Object.keys(object(value)).find((key) => !Object.hasOwn(fields, key));
  check(unknown === undefined, `an unknown field: ${String(unknown).slice(0, 80)}`);
  const present = Object.keys(fields).filter((key) => Object.hasOwn(value, key));
  const missing = Object.keys(fields).find((key) => ![...present, ...optional].includes(key));
  check(missing === undefined, `a missing field: ${missing}`);
  return Object.fromEntries(present.map((key) => [key, fields[key](value[key])]));
}

/** An object whose field `tag` says which other fields it has. */
function tagged(tag, variants, value) {
  const word = Object.hasOwn(object(value), tag) ? value[tag] : undefined;
  check(typeof word === "string" && Object.hasOwn(variants, word), `an unknown ${tag}`);
  return record({ [tag]: text, ...variants[word] }, value, ["policies"]);
}

/** A word the protocol knows. One that client.mjs does not declare is no error: not supported. */
function declared(value, known, have) {
  check(known.includes(text(value)), "an unknown word");
  if (!have.includes(value)) throw new Unsupported(`${value} is not declared`);
  return value;
}

/** Where random values come from. A tape or a seed has to be declared first, and read here. */
function randomness(value) {
  declared(object(value).class, ["tape", "seeded", "opaque"], RANDOMNESS);
  return record({ class: text }, value);
}

/** Policies to follow, all of them declared. */
function policies(value) {
  for (const [key, choice] of Object.entries(texts(value))) {
    if (!POLICIES.get(key)?.includes(choice)) {
      throw new Unsupported(`policy ${key} = ${choice} is not declared`);
    }
  }
  return value;
}

const KEY = octetsOf(32);
const U32 = number(2 ** 32 - 1);
const U53 = number(Number.MAX_SAFE_INTEGER);
const PERSON = { user_id: identifier, hardware_id: identifier };
const ANNOUNCED = { ...PERSON, ivk: KEY, announcement: message };
const MESSAGES = {
  leader_named: ANNOUNCED,
  admitted: { ...ANNOUNCED, name, outdated: flag },
  departed: PERSON,
  renamed: { ...PERSON, name },
  nonce_posted: { ...PERSON, nonce: octets },
  link: { link: message },
  heartbeat: { heartbeat: message },
  sealed_key: { sealed: message },
  packet: { from: identifier, hardware_id: identifier, stream: identifier, packet: message },
  lock_requested: { request: message },
  lock_claimed: { locked: flag },
  room_claimed: { ...PERSON, in_room: flag },
  meeting_ended: {},
};
const OPEN = {
  ...PERSON,
  profile: (value) => declared(value, [value], PROFILES),
  randomness,
  codec: (value) => declared(value, ["bytes", "fields"], CODECS),
  policies,
};
const JOIN = {
  meeting_id: identifier,
  meeting_uuid: octetsOf(16),
  role: (value) => declared(value, ["leader", "participant"], ROLES),
  name,
};
const INPUTS = {
  hello: { protocol_min: U32, protocol_max: U32 },
  open: OPEN,
  join: JOIN,
  deliver: { message: (value) => tagged("kind", MESSAGES, value) },
  advance: { to_ms: U53 },
  send: { stream: identifier, plaintext: octets },
  set_lock: { locked: flag },
  kick: PERSON,
  step_out: {},
  leave: {},
  observe: {},
  compute: { formula: text, inputs: texts },
  close: {},
};
const REQUEST = { id: U53, session: maybeText, case: maybeText, input: object };

// The formulas declared: the inputs of each, and who answers it (docs/formulas.md, "compute").
const FORMULAS = new Map([["security_code", { inputs: { ivk: KEY }, answers: securityCode }]]);

// 2. Lines and sessions.

const PROTOCOL = 2;
const LINE_BYTES_MAX = 1 << 20;

/** Whether any object in this JSON repeats a key, which `JSON.parse` lets through. */
function repeatsKey(json) {
  const open = [];
  let last = null;
  for (const [token] of json.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\]:]/g)) {
    if (token === "{" || token === "[") open.push(new Set());
    else if (token === "}" || token === "]") open.pop();
    else if (token !== ":") last = token;
    else {
      const keys = open[open.length - 1];
      const key = JSON.parse(last);
      if (keys.has(key)) return true;
      keys.add(key);
    }
  }
  return false;
}

/** The object on a line, and its JSON. */
function parsed(line) {
  check(line.length <= LINE_BYTES_MAX, "a line of more than 1 MiB");
  try {
    const json = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(line);
    return [object(JSON.parse(json)), json];
  } catch {
    throw new BadRequest("not one JSON object");
  }
}

/** Who this is and what it can do. */
function hello(given) {
  if (PROTOCOL < given.protocol_min || PROTOCOL > given.protocol_max) {
    throw new Unsupported(`speaks protocol ${PROTOCOL} only`);
  }
  const said = {
    protocol: PROTOCOL,
    name: NAME,
    version: VERSION,
    roles: ROLES,
    profiles: PROFILES,
    formulas: [...FORMULAS.keys()],
    randomness: RANDOMNESS,
    codecs: CODECS,
    policies: Object.fromEntries(POLICIES),
    maps_codes: false, // true once every refusal carries the right rule
  };
  return answer("accept", { result: { hello: said } });
}

/** The outputs of a formula. */
function compute(given) {
  const formula = FORMULAS.get(given.formula);
  if (!formula) throw new Unsupported("a formula that is not declared");
  return formula.answers(record(formula.inputs, given.inputs));
}

/** Every session of one run, by name. */
const sessions = new Map();

/** A new session. */
async function open(session, given) {
  check(session !== undefined && session !== null, "a session without a name");
  check(!sessions.has(session), "a session that is open already");
  const client = new Client();
  await client.open(given);
  sessions.set(session, client);
  return answer("accept", { result: { opened: { ivk: client.ivk.toString("hex") } } });
}

/** Answers a request of the right shape. */
async function respond(session, given) {
  if (given.op === "hello") return hello(given);
  if (given.op === "compute") return compute(given);
  if (given.op === "open") return open(session, given);
  const client = sessions.get(session);
  check(client !== undefined, "no such session");
  if (given.op === "close") {
    sessions.delete(session);
    await client.close();
    return answer("accept");
  }
  if (given.op === "deliver") return client[`on_${given.message.kind}`](given.message);
  return client[given.op](given);
}

/** What became of a request that ended in an error. */
function failed(error) {
  if (error instanceof BadRequest) return answer("bad_request", { detail: error.message });
  if (error instanceof Unsupported) return answer("unsupported", { detail: error.message });
  console.error(error);
  return answer("internal", { detail: String(error) });
}

/** The one answer to a line, whatever is on it and whatever the client does. */
async function answered(line) {
  let id = 0;
  let session;
  let body;
  try {
    const [raw, json] = parsed(line);
    if (Object.hasOwn(raw, "id")) id = U53(raw.id);
    check(!repeatsKey(json), "a repeated key");
    const request = record(REQUEST, raw, ["session", "case"]);
    session = request.session;
    body = await respond(session, tagged("op", INPUTS, request.input));
    if (!body) throw new TypeError("a place of client.mjs returned no answer");
  } catch (error) {
    body = failed(error);
  }
  return { id, ...body, ...sessions.get(session)?.done() };
}

/** The lines of a stream, without their ends. Only a line feed ends one. */
async function* lines(stream) {
  let parts = [];
  for await (const chunk of stream) {
    let from = 0;
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, from)) {
      yield Buffer.concat([...parts, chunk.subarray(from, at)]);
      parts = [];
      from = at + 1;
    }
    if (from < chunk.length) parts.push(chunk.subarray(from));
  }
  if (parts.length > 0) yield Buffer.concat(parts);
}

/** An answer as a line; one that is no JSON, such as with a BigInt in it, is a failure. */
function written(said) {
  try {
    return `${JSON.stringify(said)}\n`;
  } catch (error) {
    return `${JSON.stringify({ id: said.id, ...failed(error) })}\n`;
  }
}

// Whatever your client prints must not end up between the answers.
console.log = console.info = console.debug = console.error;
for await (const line of lines(process.stdin)) {
  process.stdout.write(written(await answered(line)));
}
