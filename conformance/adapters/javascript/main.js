/** The adapter: one JSON object per line in, one per line out (`docs/adapter.md`). */

import { bytesToHex } from './crypto.js';
import { FORMULA_NAMES, compute } from './compute.js';
import { Device } from './device.js';
import { parseJson } from './json.js';
import { deadline, handle } from './meeting.js';
import { observe } from './observe.js';
import { POLICIES, PROFILES } from './profiles.js';
import { Refusal, badRequest, unsupported } from './refusal.js';
import { isId, readRequest } from './shapes.js';

const PROTOCOL = 2;
const LINE_MAX = 1024 * 1024;
const NEWLINE = 0x0a;

const HELLO = {
  protocol: PROTOCOL,
  name: 'conclave-javascript',
  version: '1.0.0',
  roles: ['participant', 'leader'],
  profiles: [...PROFILES.keys()],
  formulas: FORMULA_NAMES,
  randomness: ['tape', 'seeded', 'opaque'],
  codecs: ['bytes', 'fields'],
  maps_codes: true,
  policies: POLICIES,
};

/** Session name to device. */
const sessions = new Map();

/** Answers one line: the text of the answer. */
function answerLine(line) {
  let id = 0;
  let answer;
  try {
    const value = parse(line);
    if (isId(value?.id)) id = value.id;
    answer = answerRequest(readRequest(value, 'request'), id);
  } catch (error) {
    answer = refused(error);
  }
  return `{"id":${id},${JSON.stringify(answer).slice(1)}\n`;
}

function parse(line) {
  if (line.length > LINE_MAX) throw badRequest('the line is too long');
  try {
    return parseJson(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(line));
  } catch (error) {
    throw badRequest(error.message);
  }
}

/** What is answered to an error: what a refusal says, or that the adapter failed. */
function refused(error) {
  if (error instanceof Refusal) return { class: error.cls, code: error.code, detail: error.detail };
  console.error(error);
  return { class: 'internal', detail: String(error) };
}

function answerRequest({ id, input, session }) {
  if (!isId(id)) throw badRequest('the request has no id');
  if (input.op === 'hello') return { class: 'accept', result: { hello: hello(input) } };
  if (input.op === 'compute') return { class: 'accept', result: { computed: computed(input) } };
  if (session === undefined) throw badRequest('no session is named');
  if (input.op === 'open') return open(session, input);
  const device = sessions.get(session);
  if (device === undefined) throw badRequest('no such session');
  if (input.op === 'close') {
    sessions.delete(session);
    return { class: 'accept' };
  }
  return answerSession(device, input);
}

function hello({ protocol_min: oldest, protocol_max: newest }) {
  if (oldest > PROTOCOL || newest < PROTOCOL) throw unsupported('only protocol 2');
  return HELLO;
}

function computed({ formula, inputs }) {
  if (!FORMULA_NAMES.includes(formula)) throw unsupported('no such formula');
  return compute(formula, inputs);
}

function open(session, input) {
  if (sessions.has(session)) throw badRequest('the session is open already');
  const device = new Device(input);
  sessions.set(session, device);
  return { class: 'accept', result: { opened: { ivk: bytesToHex(device.ivk) } }, ...happened(device) };
}

function answerSession(device, input) {
  if (input.op === 'observe') {
    device.step(() => {});
    return { class: 'accept', result: { observed: observe(device) }, ...happened(device) };
  }
  const { cls, code, detail } = device.step(() => handle(device, input));
  return { class: cls, code, detail, ...happened(device) };
}

/** What a device did in the last step, what it drew, and when it does something next. */
function happened(device) {
  return { outputs: device.outputs, drawn: device.drawn, deadline_ms: deadline(device) };
}

/** The lines of a stream of bytes, without their ends; what is after the last end is a line too. */
async function* lines(stream) {
  let parts = [];
  for await (const chunk of stream) {
    let at = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, at)) {
      yield Buffer.concat([...parts, chunk.subarray(at, end)]);
      parts = [];
      at = end + 1;
    }
    if (at < chunk.length) parts.push(chunk.subarray(at));
  }
  if (parts.length > 0) yield Buffer.concat(parts);
}

for await (const line of lines(process.stdin)) {
  process.stdout.write(answerLine(line));
}
