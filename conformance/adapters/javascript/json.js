/**
 * Strict JSON. `JSON.parse` takes the last of two equal keys and rounds large numbers; here a
 * repeated key is an error, objects have no prototype, and only whole numbers are numbers
 * (a `bigint` where a `number` would round).
 */

const DEPTH_MAX = 32;
const ESCAPES = { '"': '"', '\\': '\\', '/': '/', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

/** The value a text says, or an exception. */
export function parseJson(text) {
  const reader = new Reader(text);
  const value = reader.value(0);
  reader.space();
  if (reader.at !== text.length) reader.fail();
  return value;
}

class Reader {
  constructor(text) {
    this.text = text;
    this.at = 0;
  }

  fail() {
    throw new SyntaxError(`not JSON at character ${this.at}`);
  }

  /** The next match of a sticky expression, or undefined. */
  match(expression) {
    expression.lastIndex = this.at;
    const found = expression.exec(this.text);
    if (!found) return undefined;
    this.at = expression.lastIndex;
    return found[0];
  }

  space() {
    this.match(/[ \t\n\r]*/y);
  }

  /** Takes a character if it comes next. */
  take(character) {
    this.space();
    if (this.text[this.at] !== character) return false;
    this.at += 1;
    return true;
  }

  expect(character) {
    if (!this.take(character)) this.fail();
  }

  value(depth) {
    if (depth > DEPTH_MAX) this.fail();
    if (this.take('{')) return this.object(depth);
    if (this.take('[')) return this.array(depth);
    if (this.text[this.at] === '"') return this.string();
    const word = this.match(/true|false|null|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y);
    if (word === undefined) return this.fail();
    if (word === 'true' || word === 'false') return word === 'true';
    if (word === 'null') return null;
    if (!/^[0-9]+$/.test(word)) return Number.NaN;
    const number = Number(word);
    return Number.isSafeInteger(number) ? number : BigInt(word);
  }

  object(depth) {
    const object = Object.create(null);
    if (this.take('}')) return object;
    do {
      this.space();
      const key = this.string();
      if (key in object) this.fail();
      this.expect(':');
      object[key] = this.value(depth + 1);
    } while (this.take(','));
    this.expect('}');
    return object;
  }

  array(depth) {
    const array = [];
    if (this.take(']')) return array;
    do {
      array.push(this.value(depth + 1));
    } while (this.take(','));
    this.expect(']');
    return array;
  }

  string() {
    if (this.text[this.at] !== '"') this.fail();
    this.at += 1;
    let string = '';
    for (;;) {
      string += this.match(/[^"\\\u0000-\u001f]*/y);
      const next = this.text[this.at];
      this.at += 1;
      if (next === '"') break;
      if (next !== '\\') this.fail();
      string += this.escape();
    }
    if (!string.isWellFormed()) this.fail();
    return string;
  }

  escape() {
    const hex = this.match(/u[0-9a-fA-F]{4}/y);
    if (hex !== undefined) return String.fromCharCode(parseInt(hex.slice(1), 16));
    const character = ESCAPES[this.text[this.at]];
    if (character === undefined) this.fail();
    this.at += 1;
    return character;
  }
}
