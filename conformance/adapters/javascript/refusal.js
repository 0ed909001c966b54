/** A refusal: thrown anywhere, caught where the request began, which puts everything back. */
export class Refusal extends Error {
  /**
   * @param {'reject'|'ignore'|'bad_request'|'unsupported'} cls what is answered
   * @param {string|undefined} code the rule behind it, such as `ROT-02`
   * @param {string|undefined} detail for people
   */
  constructor(cls, code, detail) {
    super(detail ?? code ?? cls);
    this.cls = cls;
    this.code = code;
    this.detail = detail;
  }
}

/** Refused as wrong, by a rule. */
export function reject(code) {
  return new Refusal('reject', code);
}

/** Passed over, by a rule. */
export function ignore(code) {
  return new Refusal('ignore', code);
}

/** The request makes no sense to this client. */
export function badRequest(detail) {
  return new Refusal('bad_request', undefined, detail);
}

/** The adapter does not have what is asked for. */
export function unsupported(detail) {
  return new Refusal('unsupported', undefined, detail);
}
