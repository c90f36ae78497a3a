/* SPDX-License-Identifier: GPL-3.0-or-later
 * The page of a report: its plots, the slider of time, keys and choices. Loads nothing. */
"use strict";
(() => {
  const run = JSON.parse(document.getElementById("run").textContent);
  const byId = (id) => document.getElementById(id);

  const place = byId("density"), timed = [], marked = [], still = [];
  if (run.dims === 1) {
    const main = new plots.Chart(place, { xLabel: run.xLabel, lines: run.curves, window: run.window, yRange: run.yRange, fromZero: true, title: run.curves[0].label }, "tall");
    timed.push(main);
    if (run.below) still.push(new plots.Chart(place, { xLabel: run.xLabel, lines: [run.below], window: run.window, title: run.below.label }, "low"));
  } else {
    place.className = "beside";
    timed.push(new plots.Plane(place, run));
    const both = place.appendChild(document.createElement("div"));
    both.className = "plots";
    for (const spec of run.marginals) timed.push(new plots.Chart(both, spec));
  }
  for (const spec of run.small) (spec.inTime ? marked : still).push(new plots.Chart(byId("small"), spec));
  for (const spec of run.passage) still.push(new plots.Chart(byId("passage"), spec));
  if (!run.small.length) byId("small").closest("section").remove();

  const slider = byId("time"), play = byId("play");
  slider.max = run.rows.length - 1;

  function show(k) {
    slider.value = k;
    const now = run.timeTexts[k];
    byId("now").textContent = [now, run.said[k]].filter(Boolean).join("; ");
    slider.setAttribute("aria-valuetext", now);
    for (const chart of timed) { chart.row = k; chart.draw(); }
    for (const chart of marked) { chart.mark = run.times[k] > 0 || !chart.spec.xLog ? run.times[k] : undefined; chart.draw(); }
  }

  let timer;
  function stop() {
    clearInterval(timer);
    timer = undefined;
    play.textContent = "▶ Play";
    play.setAttribute("aria-label", "Play");
  }

  function toggle() {
    if (timer !== undefined) return stop();
    if (Number(slider.value) === run.rows.length - 1) show(0);
    play.textContent = "❚❚ Pause";
    play.setAttribute("aria-label", "Pause");
    timer = setInterval(() => {
      if (Number(slider.value) < run.rows.length - 1) show(Number(slider.value) + 1);
      if (Number(slider.value) === run.rows.length - 1) stop();
    }, Math.max(50, Math.min(500, 8000 / run.rows.length)));
  }

  slider.addEventListener("input", () => { stop(); show(Number(slider.value)); });
  play.addEventListener("click", toggle);
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === " " && !event.target.closest("button, select, summary, input[type=checkbox]")) { event.preventDefault(); toggle(); }
    const to = { ArrowLeft: Number(slider.value) - 1, ArrowRight: Number(slider.value) + 1, Home: 0, End: run.rows.length - 1 }[event.key];
    if (to === undefined || event.target !== document.body) return; // the slider and the plots have arrows of their own
    event.preventDefault();
    stop();
    show(Math.max(0, Math.min(run.rows.length - 1, to)));
  });

  function choice(words, on, change) {
    const label = byId("choices").appendChild(document.createElement("label")), box = label.appendChild(document.createElement("input"));
    Object.assign(box, { type: "checkbox", checked: on });
    label.append(` ${words}`);
    const act = () => { change(box.checked); show(Number(slider.value)); };
    box.addEventListener("change", act);
    change(on);
  }

  choice("logarithmic density", run.log, (on) => timed.forEach((chart) => { chart.yLog = on; chart.decades = 6; if (chart.spec !== run) chart.spec.yLog = on; }));
  if (run.rows.length > 1) choice("one scale for all times", run.oneScale && run.dims === 1, (on) => timed.forEach((chart) => { chart.everyRow = on; }));
  if (run.images && run.images.length > 1) {
    const select = byId("choices").appendChild(document.createElement("select"));
    select.setAttribute("aria-label", "What the image shows");
    run.images.forEach((image) => { select.appendChild(document.createElement("option")).textContent = image.label; });
    select.addEventListener("change", () => { timed[0].shown = select.selectedIndex; timed[0].draw(); });
  }
  if (run.rows.length < 2) { play.hidden = slider.hidden = true; }

  if (byId("copy")) byId("copy").addEventListener("click", () => {
    const said = (words) => { byId("copy").textContent = words; setTimeout(() => { byId("copy").textContent = "Copy the settings"; }, 2000); };
    const settings = byId("settings");
    getSelection().selectAllChildren(settings); // also for who copies by hand
    if (document.execCommand("copy")) return said("Copied");
    navigator.clipboard.writeText(settings.textContent).then(() => said("Copied"), () => said("Selected: press Ctrl-C"));
  });

  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    still.forEach((chart) => chart.draw());
    show(Number(slider.value));
  });
  show(0);
})();
