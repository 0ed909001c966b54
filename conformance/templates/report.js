
"use strict";
(() => {
  const at = (id) => document.getElementById(id);
  const errors = at("error");
  window.addEventListener("error", (event) => {
    errors.hidden = false;
    errors.textContent += `A script failed: ${event.message}\n`;
  });
  const filters = { area: at("area"), verdict: at("verdict"), text: at("text") };
  const rows = Array.from(document.querySelectorAll("[data-verdict]"));
  const texts = rows.map((row) => row.textContent.toLowerCase());
  const failures = rows.filter((row) => row.classList.contains("failure"));
  const matches = (row, text, wanted) =>
    (!wanted.area || row.dataset.area === wanted.area) &&
    (!wanted.verdict || row.dataset.verdict.split("|").includes(wanted.verdict)) &&
    (!wanted.text || text.includes(wanted.text.toLowerCase()));
  const apply = () => {
    const wanted = {};
    for (const [name, field] of Object.entries(filters)) wanted[name] = field.value.trim();
    rows.forEach((row, place) => { row.hidden = !matches(row, texts[place], wanted); });
    const shown = failures.filter((row) => !row.hidden).length;
    at("shown").textContent = `${shown} of ${failures.length} shown that are no pass`;
    return wanted;
  };
  const remember = () => {
    const set = new URLSearchParams(Object.entries(apply()).filter(([, value]) => value));
    const text = set.toString();
    history.replaceState(null, "", text ? `#${text}` : location.pathname + location.search);
  };
  const recall = () => {
    if (!location.hash.includes("=")) return apply();
    const set = new URLSearchParams(location.hash.slice(1));
    for (const [name, field] of Object.entries(filters)) field.value = set.get(name) ?? "";
    return apply();
  };
  for (const field of Object.values(filters)) field.addEventListener("input", remember);
  at("filters").addEventListener("submit", (event) => event.preventDefault());
  at("filters").addEventListener("reset", () => setTimeout(remember));
  window.addEventListener("hashchange", recall);
  recall();
  document.documentElement.dataset.ready = "yes";
})();
