// Answers stay in this page until they are saved as a file; closing it by mistake asks first.
const data = JSON.parse(document.getElementById("data").textContent);
const part = name => document.getElementById(name);
const answers = [];
let began = 0, saved = false;
part("count").textContent = data.pairs.length;

function show(name) {
  for (const one of ["start", "ask", "end"]) part(one).hidden = one !== name;
}
function ask() {
  const at = answers.length, pair = data.pairs[at];
  if (!pair) { show("end"); part("save").focus(); return; }
  show("ask");
  part("question").textContent = pair.question;
  for (const side of ["left", "right"]) part(side).querySelector("img").src = pair[side];
  part("where").textContent = `${at + 1} of ${data.pairs.length}`;
  const bar = document.querySelector(".bar");
  bar.setAttribute("aria-valuemax", data.pairs.length);
  bar.setAttribute("aria-valuenow", at);
  bar.firstElementChild.style.width = `${100 * at / data.pairs.length}%`;
  part("back").disabled = at === 0;
  began = performance.now();
}
function choose(chosen) {
  if (part("ask").hidden) return;
  answers.push({chosen, seconds: Math.round(performance.now() - began) / 1000});
  ask();
}
function back() {
  if (part("start").hidden && answers.length) { answers.pop(); ask(); }
}
function save() {
  const text = JSON.stringify({format: "open-the-eyes-survey", version: 1, seed: data.seed, key: data.key, answers}, null, 1);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], {type: "application/json"}));
  link.download = `answers-${new Date().toISOString().slice(0, 19).replace(/[^0-9]/g, "")}.json`;
  link.click();
  saved = true;
}
part("begin").addEventListener("click", ask);
part("save").addEventListener("click", save);
part("back").addEventListener("click", back);
for (const side of ["left", "right", "same"]) part(side).addEventListener("click", () => choose(side));
addEventListener("keydown", event => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  const does = {ArrowLeft: "left", ArrowRight: "right", ArrowDown: "same"}[event.key];
  if (does && !part("ask").hidden) { event.preventDefault(); choose(does); }
  if (event.key === "Backspace") { event.preventDefault(); back(); }
});
addEventListener("beforeunload", event => { if (answers.length && !saved) event.preventDefault(); });
