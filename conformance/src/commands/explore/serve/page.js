"use strict";

const place = (id) => document.getElementById(id);
let asked = 0;

/** An element with a class and children; text is always text. */
function make(tag, look, ...children) {
  const it = document.createElement(tag);
  if (look) it.className = look;
  it.append(...children.filter((child) => child !== null).map((child) =>
    child instanceof Node ? child : document.createTextNode(String(child))));
  return it;
}

function button(act, ...children) {
  const it = make("button", "", ...children);
  it.type = "button";
  it.addEventListener("click", act);
  return it;
}

const fill = (id, ...children) => place(id).replaceChildren(...children);
const none = (text) => make("span", "quiet", text);
const lowered = (text) => text.charAt(0).toLowerCase() + text.slice(1);
const raised = (text) => text.charAt(0).toUpperCase() + text.slice(1);
const seconds = (ms) => `${Number((ms / 1000).toFixed(1))} s`;
const counted = (count, what) => `${count} ${what}${count === 1 ? "" : "s"}`;
const go = (path) => { location.hash = path.join("."); };

function fail(text) {
  place("error").textContent = text;
  place("error").hidden = !text;
}

async function ask(url) {
  const reply = await fetch(url);
  const body = await reply.json();
  if (!reply.ok) throw new Error(body.error);
  return body;
}

/** Shows the world that the fragment of the address names. */
async function show() {
  const mine = ++asked;
  const path = decodeURIComponent(location.hash.slice(1));
  try {
    const state = await ask(`/api/state?path=${encodeURIComponent(path)}`);
    if (mine !== asked) return;
    fail("");
    place("all").hidden = false;
    render(state);
  } catch (error) {
    if (mine !== asked) return;
    fail(`${raised(error.message)} `);
    place("all").hidden = true;
    place("error").append(button(() => go([]), "to the start"));
  }
}

function render(state) {
  const { setting } = state;
  const without = setting.without.length ? ` without ${setting.without.join(", ")}` : "";
  const title = `${setting.profile}${without}, slice ${setting.slice}`;
  document.title = `${title}: ${counted(state.path.length, "move")}`;
  place("title").textContent = title;
  const powers = setting.powers.length ? setting.powers.join(", ") : "none";
  const customized = setting.customized ? `; customized: ${setting.customized}` : "";
  place("about").textContent =
    `${raised(setting.about)}. Spy: ${setting.spy}. Powers of the server: ${powers}${customized}.`;
  place("place").textContent =
    `after ${counted(state.path.length, "move")}, at ${seconds(state.now_ms)}, state ${state.id.slice(0, 8)}`;
  renderTaken(state);
  renderMoves(state);
  fill("parties", ...state.parties.map(party));
  renderPackets(state);
  renderWays(state);
  renderGoals(state);
  renderBudgets(state);
  place("ladder").textContent = state.ladder;
  // What happened last is at the end.
  place("ladder").scrollTop = place("ladder").scrollHeight;
}

function renderTaken(state) {
  const steps = ["the start", ...state.taken].map((what, at) => {
    const it = button(() => go(state.path.slice(0, at)),
      make("span", "number", at), make("span", "what", what));
    if (at === state.path.length) it.setAttribute("aria-current", "step");
    else it.title = "back to here";
    return make("li", "", it);
  });
  fill("taken", ...steps);
}

function renderMoves(state) {
  const moves = state.moves.map((move, number) => ({ ...move, number }));
  const open = moves.filter((move) => move.leads_to !== null);
  const idle = moves.filter((move) => move.leads_to === null);
  fill("moves", ...open.map((move) => {
    const breaks = move.breaks.length > 0;
    const back = move.leads_to === state.id;
    const mark = breaks ? `breaks ${move.breaks.join(", ")}` : back ? "no change" : "";
    const it = button(() => go([...state.path, move.number]),
      make("span", breaks ? "what bad" : back ? "what quiet" : "what", move.what),
      make("span", breaks ? "mark bad" : "mark quiet", mark));
    it.dataset.number = move.number;
    return make("li", "", it);
  }));
  if (!open.length) fill("moves", make("li", "quiet", "Nothing: this is an end of the slice."));
  if (!idle.length) return fill("refused");
  const list = make("ul", "", ...idle.map((move) => make("li", "", move.what)));
  const count = idle.length === 1 ? "1 move changes" : `${idle.length} moves change`;
  const box = make("details", "", make("summary", "", `${count} nothing (refused)`), list);
  box.open = idle.length <= 6;
  fill("refused", box);
}

function party(it) {
  const head = make("h3", "", it.name,
    it.leads ? make("span", "tag", "leads") : null,
    it.honest ? null : make("span", "tag bad", "spy"),
    it.opened ? make("span", "tag bad", "memory read") : null,
    it.outdated ? make("span", "tag warn", it.outdated) : null,
    make("span", "quiet", it.presence));
  const rows = it.screen ? screen(it) : [];
  if (!it.honest) rows.push(["knows keys", keys(it)]);
  const list = make("dl", "", ...rows.flatMap(([what, value]) =>
    [make("dt", "", what), make("dd", "", value)]));
  return make("div", "party", head, list);
}

function screen(it) {
  const seen = it.screen;
  const code = seen.code_of === null ? "none" : `that of ${seen.code_of}`;
  return [
    ["leader", seen.leader ?? none("nobody yet")],
    ["code", seen.code_of === null ? none(code) : code],
    ["roster", roster(seen.roster)],
    ["meeting", seen.locked ? "locked" : "unlocked"],
    ["label", seen.post_quantum ? "post-quantum" : none("not post-quantum")],
    ["sends under", seen.sends_under === null ? none("no key") : sending(it)],
    ["holds keys", it.honest ? keys(it) : null],
    ["list", it.list ? `version ${it.list}` : none("none yet")],
  ].filter(([, value]) => value !== null);
}

function sending(it) {
  const key = it.keys.find((key) => key.used);
  return key ? `no. ${key.number} (${key.name})` : `no. ${it.screen.sends_under}`;
}

function keys(it) {
  if (!it.keys.length) return none("none");
  return make("span", "", ...it.keys.map((key) => {
    const notes = [
      key.wait_ms ? `in use in ${seconds(key.wait_ms)}` : "",
      key.erase_in_ms === null ? "" : `erased in ${seconds(key.erase_in_ms)}`,
    ].filter(Boolean).join(", ");
    return make("div", "", `no. ${key.number} (${key.name})`,
      notes ? make("span", "quiet", ` ${notes}`) : null);
  }));
}

function roster(lines) {
  if (!lines.length) return none("nobody else");
  return make("span", "", ...lines.map((line) => {
    const notes = [
      line.here ? "" : "left",
      line.leaves === null ? "" : `left ${line.leaves} times`,
      line.seat ? `is ${line.seat}` : "",
    ].filter(Boolean).join(", ");
    return make("div", "", make("span", line.here ? "" : "gone", line.name || "(no name)"),
      notes ? make("span", "quiet", ` ${notes}`) : null);
  }));
}

function renderPackets(state) {
  if (!state.packets.length) return fill("packets", none("Nothing."));
  fill("packets", ...state.packets.map((packet) => {
    const spy = state.setting.spy;
    const open = packet.open_then ? `${spy} could open it when it was sent`
      : packet.open_now ? `${spy} can open it by now` : `${spy} cannot open it`;
    return make("p", "", `${packet.words}, under key no. ${packet.key_number} (${packet.key}): `,
      make("span", packet.open_now || packet.open_then ? "warn" : "good", open));
  }));
}

function renderWays(state) {
  const rows = state.ways.flatMap((way) => [
    ...way.waiting.map((it) => [`keeps ${it.channel} from ${way.to}`, it.news.join("; ")]),
    ...(way.trail ? [[`keeps ${way.to} behind`, way.trail]] : []),
    ...(way.had.length ? [[`can give ${way.to} again`,
      way.had.map((news, at) => `${at}: ${news}`).join("; ")]] : []),
  ]);
  if (!state.ways.some((way) => way.waiting.length)) rows.unshift(["keeps back", none("nothing")]);
  const told = state.ways.filter((way) => way.follows && way.follows !== way.to);
  if (told.length) {
    rows.push(["told who leads", told.map((way) => `${way.to}: ${way.follows}`).join("; ")]);
  }
  fill("ways", make("dl", "", ...rows.flatMap(([what, value]) =>
    [make("dt", "", what), make("dd", "", value)])));
}

function renderGoals(state) {
  fill("goals", ...state.goals.map((goal) => {
    const [word, look] = !goal.holds ? [goal.promised ? "broken" : "broken, as admitted", "bad"]
      : goal.tested ? ["holds", "good"] : ["untested", "quiet"];
    const find = button(() => search(goal.id, find), "search");
    find.title = "look for a shortest way to break it, and go there";
    const premise = goal.holds && !goal.tested
      ? make("p", "quiet", `Tested once ${lowered(goal.premise)}`) : null;
    return make("div", goal.holds ? "goal" : "goal broken",
      make("div", "head", make("strong", "", goal.id), make("span", look, word), find),
      make("p", "", goal.statement), premise);
  }));
}

function renderBudgets(state) {
  const rows = state.budgets.map((it) => make("tr", it.left ? "" : "quiet",
    make("td", "", it.what), make("td", "", `${it.left} of ${it.of}`)));
  fill("budgets", make("table", "", make("tbody", "", ...rows)));
}

/** Goes to the shortest path that breaks a goal; any if none is named. */
async function search(goal, pressed) {
  pressed.disabled = true;
  place("found").textContent = "searching ...";
  try {
    const found = await ask(goal ? `/api/search?goal=${encodeURIComponent(goal)}` : "/api/search");
    const bound = found.whole ? `all ${found.states} states` : `the first ${found.states} states`;
    place("found").textContent = found.path === null
      ? `${goal ?? "no goal"} is ${goal ? "not " : ""}broken in ${bound}`
      : `${found.goal} is broken after ${counted(found.path ? found.path.split(".").length : 0, "move")}`;
    if (found.path !== null) location.hash = found.path;
  } catch (error) {
    place("found").textContent = "";
    fail(error.message);
  }
  pressed.disabled = false;
}

place("shortest").addEventListener("click", (event) => search(null, event.currentTarget));
addEventListener("hashchange", show);
show();
