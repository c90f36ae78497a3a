/* SPDX-License-Identifier: GPL-3.0-or-later
 * Plots on canvases: curves (Chart) and images of two variables (Plane), with axes, a cursor that tells values, and
 * colours of the page's style. page.js makes them of the JSON that pagedata.py writes. */
"use strict";
const plots = (() => {
  const FONT = 12, PAD = 8, LEFT = 40;

  // --- Numbers ---

  const numbers = (list) => Float64Array.from(list, Number); // "NaN", "Infinity" are words in JSON
  const bytesOf = (base64) => Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));

  /* Packed rows as a function of the row; what has one row has it at every time. A list is that row. */
  function rowsOf(data) {
    if (Array.isArray(data)) {
      const one = numbers(data);
      return Object.assign(() => one, { all: () => [one] });
    }
    const all = new Float32Array(bytesOf(data.float32).buffer), n = data.columns, count = all.length / n;
    const rows = (k) => all.subarray(n * Math.min(k, count - 1), n * (Math.min(k, count - 1) + 1));
    rows.all = () => [...Array(count).keys()].map(rows);
    return rows;
  }

  /* 0.0316, 1000, 3.16e6 */
  function text(value, digits = 4) {
    if (!Number.isFinite(value)) return Number.isNaN(value) ? "not a number" : String(value);
    const size = Math.abs(value);
    if (value === 0 || (size >= 1e-3 && size < 1e5)) return String(Number(value.toPrecision(digits)));
    return value.toExponential(digits - 1).replace(/\.?0*e\+?/, "e");
  }

  /* Smallest and largest of the finite values, above 0 for a logarithm. */
  function extent(arrays, log) {
    let low = Infinity, high = -Infinity;
    for (const values of arrays) for (const v of values)
      if (Number.isFinite(v) && (!log || v > 0)) { low = Math.min(low, v); high = Math.max(high, v); }
    return low > high ? (log ? [0.1, 1] : [0, 1]) : [low, high];
  }

  // --- Axes ---

  /* The value v at from + (f(v) - f(low)) * slope, f = log or identity; back is the inverse. */
  function scaleOf(low, high, from, to, log) {
    if (!(high > low)) [low, high] = log ? [low / 2, low * 2] : [low - 0.5 * (Math.abs(low) || 1), low + 0.5 * (Math.abs(low) || 1)];
    const f = log ? Math.log10 : (v) => v, slope = (to - from) / (f(high) - f(low));
    const at = (v) => from + (f(v) - f(low)) * slope;
    at.back = (p) => { const u = f(low) + (p - from) / slope; return log ? 10 ** u : u; };
    at.ticks = (count) => (log ? logTicks(low, high, count) : linearTicks(low, high, count));
    return at;
  }

  function linearTicks(low, high, count) {
    const raw = (high - low) / Math.max(count, 1), power = 10 ** Math.floor(Math.log10(raw));
    const step = power * [1, 2, 5, 10].find((m) => m * power >= 0.999 * raw), ticks = [];
    for (let k = Math.ceil(low / step - 1e-9); k <= high / step + 1e-9; k++) ticks.push(k * step);
    if (ticks.length < 2 && count < 9) return linearTicks(low, high, Math.max(count, 1) + 1); // one number is no scale
    return ticks.map((v) => Number(v.toPrecision(12)));
  }

  function logTicks(low, high, count) {
    const first = Math.ceil(Math.log10(low) - 1e-9), last = Math.floor(Math.log10(high) + 1e-9);
    const every = Math.max(1, Math.ceil((last - first + 1) / Math.max(count, 1))), ticks = [];
    if (last - first < 1) {
      for (let k = first - 1; k <= last + 1; k++) for (const m of [1, 2, 5]) ticks.push(m * 10 ** k);
      const inside = ticks.filter((v) => v >= 0.999 * low && v <= 1.001 * high);
      return inside.length > 1 ? inside : linearTicks(low, high, count).filter((v) => v > 0);
    }
    for (let k = first; k <= last; k += every) ticks.push(10 ** k);
    return ticks;
  }

  // --- Colours ---

  const style = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  const BLUE = "#0072B2";
  const colour = (name) => (name === "ink" ? style("ink") : name === BLUE ? style("accent") : name);

  // --- A canvas with axes ---

  class Frame {
    constructor(parent, label) {
      this.canvas = parent.appendChild(document.createElement("canvas"));
      this.canvas.tabIndex = 0;
      this.canvas.setAttribute("role", "img");
      this.canvas.setAttribute("aria-label", label);
      new ResizeObserver(() => this.draw()).observe(this.canvas);
    }

    /* Clears the canvas, draws axes over these ranges, and clips to their inside. */
    begin(xs, ys, xLog, yLog, right = PAD) {
      const c = this.canvas, dots = window.devicePixelRatio || 1, g = (this.g = c.getContext("2d"));
      const width = c.clientWidth, height = c.clientHeight;
      c.width = Math.round(width * dots);
      c.height = Math.round(height * dots);
      g.scale(dots, dots);
      g.font = `${FONT}px system-ui, sans-serif`;
      const bottom = height - FONT - 2 * PAD, top = PAD;
      this.y = scaleOf(...ys, bottom, top, yLog);
      const yTicks = this.y.ticks(Math.floor((bottom - top) / 40)), words = yTicks.map((v) => text(v, 12));
      this.left = Math.ceil(Math.max(LEFT, ...words.map((w) => g.measureText(w).width))) + PAD;
      this.box = { left: this.left, right: width - right, top, bottom };
      this.x = scaleOf(...xs, this.left, width - right, xLog);
      g.fillStyle = style("quiet");
      g.strokeStyle = style("line");
      g.textAlign = "right"; g.textBaseline = "middle";
      yTicks.forEach((v, k) => { this.rule(this.left, this.y(v), width - right, this.y(v)); g.fillText(words[k], this.left - 5, this.y(v)); });
      g.textBaseline = "top";
      let free = -Infinity;
      for (const v of this.x.ticks(Math.floor((width - this.left) / 75))) {
        const word = text(v, 12), half = g.measureText(word).width / 2, at = Math.min(Math.max(this.x(v), half), width - half);
        this.rule(this.x(v), top, this.x(v), bottom);
        if (at - half < free) continue;
        g.textAlign = "center";
        g.fillText(word, at, bottom + 6);
        free = at + half + 6;
      }
      g.save();
      g.beginPath();
      g.rect(this.left - 3, top, width - right - this.left + 6, bottom - top + 1); // whole points at the ends
      g.clip();
    }

    end() { this.g.restore(); }

    rule(x0, y0, x1, y1) {
      this.g.beginPath(); this.g.moveTo(x0, y0); this.g.lineTo(x1, y1); this.g.stroke();
    }
  }

  // --- Curves ---

  const limit = (p) => Math.max(-1e5, Math.min(1e5, p));

  /* The index of the value nearest to x among centres, or of the interval among faces; -1 outside. */
  function indexAt(line, x) {
    const at = line.x, n = at.length;
    let low = 0, high = n - 1;
    if (n < 1 || (line.step && (x < at[0] || x > at[n - 1]))) return -1;
    while (high - low > 1) { const middle = (low + high) >> 1; if (at[middle] <= x) low = middle; else high = middle; }
    return line.step || n === 1 || x - at[low] < at[high] - x ? low : high;
  }

  /* spec: title, xLabel, lines, and where wanted xLog, yLog, window, yRange, fromZero, inTime. */
  class Chart extends Frame {
    constructor(parent, spec, what) {
      const figure = parent.appendChild(document.createElement("figure"));
      figure.className = what || "";
      if (spec.title) figure.appendChild(document.createElement("figcaption")).textContent = spec.title;
      super(figure, `${spec.title || "Plot"} over ${spec.xLabel}`);
      this.spec = spec;
      this.lines = spec.lines.map((l) => ({ ...l, x: numbers(l.x), rows: rowsOf(l.y), errorRows: l.errors && rowsOf(l.errors) }));
      this.row = 0;
      this.values = foot(figure, spec.xLabel, this.lines.length > 1);
      if (this.lines.length > 1) figure.appendChild(legend(this.lines));
      this.known = {};
      this.listen();
    }

    /* [[x low, x high], [y low, y high]] of this row, or of every one. */
    ranges() {
      const key = `${this.spec.yLog} ${this.everyRow || this.row}`;
      return (this.known[key] = this.known[key] || this.findRanges());
    }

    findRanges() {
      const { window: ends, xLog, yLog, yRange, fromZero } = this.spec;
      const xs = ends || extent(this.lines.map((l) => l.x), xLog);
      if (!ends && !xLog && this.lines.every((l) => l.marks)) { xs[0] -= 0.05 * (xs[1] - xs[0]); xs[1] += 0.05 * (xs[1] - xs[0]); }
      if (yRange) return [xs, yRange];
      const seen = this.lines.flatMap((l) => (this.everyRow ? l.rows.all() : [l.rows(this.row)]).map((v) => inside(l, v, xs)));
      for (const l of this.lines.filter((one) => one.marks && one.errorRows)) // the bars of points, too
        for (const side of [-2, 2]) seen.push(l.rows(0).map((v, k) => v + side * l.errorRows(0)[k]));
      let [low, high] = extent(seen, yLog);
      if (yLog) return [xs, [Math.max(low / 1.3, this.decades ? high / 10 ** this.decades : 0), high * 1.3]];
      if (fromZero) low = Math.min(0, low);
      const margin = 0.06 * (high - low || Math.abs(high) || 1);
      return [xs, [low === 0 && fromZero ? 0 : low - margin, high + margin]];
    }

    draw() {
      if (!this.canvas.clientWidth) return;
      const [xs, ys] = this.ranges();
      this.begin(xs, ys, this.spec.xLog, this.spec.yLog);
      for (const line of this.lines) this.curve(line);
      if (this.mark !== undefined) this.vertical(this.mark, [4, 3]);
      if (this.cursor !== undefined) this.look();
      this.end();
    }

    curve(line) {
      const g = this.g, v = line.rows(this.row), e = line.errorRows && line.errorRows(this.row), yLog = this.spec.yLog;
      const shown = (value) => Number.isFinite(value) && (!yLog || value > 0), y = (value) => limit(this.y(value));
      const X = (value) => limit(this.x(value));
      const floor = (value) => (yLog && !(value > 0) ? this.box.bottom : y(value));
      g.strokeStyle = g.fillStyle = colour(line.color);
      g.lineWidth = 1.6;
      g.setLineDash(line.dash);
      if (line.marks) {
        g.setLineDash([]);
        for (let k = 0; k < v.length; k++) if (shown(v[k])) {
          g.beginPath(); g.arc(X(line.x[k]), y(v[k]), 3, 0, 7); g.stroke();
          if (e && e[k] > 0) this.rule(X(line.x[k]), y(v[k] + 2 * e[k]), X(line.x[k]), floor(v[k] - 2 * e[k]));
        }
        return;
      }
      if (e) {
        g.globalAlpha = 0.25;
        for (let k = 0; k < v.length; k++) if (shown(v[k]) && !(yLog && v[k] <= 2 * e[k])) { // no band down to 0
          const high = y(v[k] + 2 * e[k]);
          g.fillRect(X(line.x[k]), high, X(line.x[k + 1]) - X(line.x[k]), floor(v[k] - 2 * e[k]) - high);
        }
        g.globalAlpha = 1;
      }
      g.beginPath();
      let pen = false;
      for (let k = 0; k < v.length; k++) {
        if (!shown(v[k]) || !Number.isFinite(X(line.x[k]))) { pen = false; continue; }
        if (pen) g.lineTo(X(line.x[k]), y(v[k])); else g.moveTo(X(line.x[k]), y(v[k]));
        if (line.step) g.lineTo(X(line.x[k + 1]), y(v[k]));
        pen = true;
      }
      g.stroke();
      g.setLineDash([]);
      for (let k = 0; k < v.length; k++) // no line goes to a value that stands alone
        if (!line.step && shown(v[k]) && !shown(v[k - 1]) && !shown(v[k + 1])) { g.beginPath(); g.arc(X(line.x[k]), y(v[k]), 3, 0, 7); g.fill(); }
    }

    vertical(x, dash) {
      this.g.strokeStyle = style("quiet");
      this.g.lineWidth = 1;
      this.g.setLineDash(dash);
      this.rule(this.x(x), this.box.top, this.x(x), this.box.bottom);
      this.g.setLineDash([]);
    }

    /* The cursor, and in words what every curve has there. */
    look() {
      this.vertical(this.cursor, []);
      const said = this.lines.map((line) => {
        const k = indexAt(line, this.cursor), v = line.rows(this.row), e = line.errorRows && line.errorRows(this.row);
        if (k < 0) return "";
        return `${line.label} ${text(v[k])}${e ? ` ± ${text(2 * e[k], 2)}` : ""}`;
      });
      this.values.textContent = [`${this.spec.xLabel} = ${text(this.cursor)}`, ...said].filter(Boolean).join("; ");
    }

    listen() {
      const snap = (x) => { const line = this.lines[0], k = indexAt(line, x); this.index = k; return k < 0 || line.step ? x : line.x[k]; };
      const show = (x) => { this.cursor = snap(x); this.draw(); };
      const hide = () => { this.cursor = undefined; this.values.textContent = ""; this.draw(); };
      const point = (event) => {
        const x = event.offsetX;
        if (this.box && x >= this.box.left && x <= this.box.right) show(this.x.back(x));
      };
      this.canvas.addEventListener("pointermove", point);
      this.canvas.addEventListener("pointerdown", point);
      this.canvas.addEventListener("pointerleave", hide);
      this.canvas.addEventListener("blur", hide);
      this.canvas.addEventListener("keydown", (event) => {
        const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key], line = this.lines[0];
        if (event.key === "Escape") hide();
        if (!step || !this.box) return;
        event.preventDefault();
        const from = this.cursor === undefined ? indexAt(line, this.x.back((this.box.left + this.box.right) / 2)) : this.index;
        show(line.x[Math.max(0, Math.min(line.x.length - 1, from + step * (event.shiftKey ? 10 : 1)))]);
      });
    }
  }

  const inside = (line, values, [low, high]) => values.filter((_, k) => line.x[k + (line.step ? 1 : 0)] >= low && line.x[k] <= high);

  /* Below a canvas: the values under the cursor at the left, what the axis is at the right. */
  function foot(figure, label, several) {
    const line = figure.appendChild(document.createElement("div")), values = document.createElement("span"), name = document.createElement("span");
    line.className = several ? "foot several" : "foot";
    values.className = "values";
    values.setAttribute("aria-live", "polite");
    name.textContent = label;
    line.append(values, name);
    return values;
  }

  function legend(lines) {
    const all = document.createElement("div");
    all.className = "legend";
    for (const line of lines) {
      const item = all.appendChild(document.createElement("span"));
      item.innerHTML = line.marks ? '<svg viewBox="0 0 28 10" aria-hidden="true"><circle cx="14" cy="5" r="4" fill="none" stroke-width="2"/></svg>'
        : '<svg viewBox="0 0 28 10" aria-hidden="true"><path d="M0 5H28" stroke-width="3" fill="none"/></svg>';
      const mark = item.firstChild.firstChild;
      mark.style.stroke = line.color === "ink" ? "var(--ink)" : line.color === BLUE ? "var(--accent)" : line.color;
      mark.style.strokeDasharray = line.dash.join(" ");
      item.append(line.label);
    }
    return all;
  }

  // --- An image of two variables ---

  class Plane extends Frame {
    constructor(parent, spec) {
      const figure = parent.appendChild(document.createElement("figure"));
      figure.className = "plane";
      super(figure, `Density over ${spec.xLabel} and ${spec.yLabel} as an image`);
      Object.assign(this, { spec, row: 0, shown: 0, largest: [], xEdges: numbers(spec.xEdges), yEdges: numbers(spec.yEdges), colours: bytesOf(spec.viridis) });
      this.images = spec.images.map((image) => rowsOf(image.rows));
      this.canvas.style.height = "auto";
      const wide = this.xEdges.at(-1) - this.xEdges[0], high = this.yEdges.at(-1) - this.yEdges[0], ratio = wide / high;
      this.canvas.style.aspectRatio = String(ratio < 3 && ratio > 1 / 3 ? Math.max(0.8, Math.min(2, ratio * 0.96)) : 1.3);
      this.values = foot(figure, `${spec.yLabel} (upwards) over ${spec.xLabel}${spec.contours.length ? "; lines: loss" : ""}`, true);
      this.listen();
    }

    draw() {
      if (!this.canvas.clientWidth) return;
      this.begin([this.xEdges[0], this.xEdges.at(-1)], [this.yEdges[0], this.yEdges.at(-1)], false, false, 84);
      const { left, right, top, bottom } = this.box, g = this.g, p = this.images[this.shown](this.row);
      const most = this.everyRow ? (this.largest[this.shown] = this.largest[this.shown] || extent(this.images[this.shown].all())[1]) : extent([p])[1];
      const pixels = Math.max(1, Math.round(right - left)), lines = Math.max(1, Math.round(bottom - top));
      const picture = Object.assign(document.createElement("canvas"), { width: pixels, height: lines }), inner = picture.getContext("2d"), data = inner.createImageData(pixels, lines);
      const column = this.cells(pixels, this.xEdges), line = this.cells(lines, this.yEdges), n = this.xEdges.length - 1;
      for (let j = 0, at = 0; j < lines; j++) for (let i = 0; i < pixels; i++, at += 4) this.shade(data.data, at, p[line[lines - 1 - j] * n + column[i]] / most);
      inner.putImageData(data, 0, 0);
      g.drawImage(picture, left, top, right - left, bottom - top);
      g.strokeStyle = "rgba(255,255,255,0.6)";
      g.lineWidth = 0.8;
      for (const [xs, ys] of this.spec.contours) {
        g.beginPath();
        xs.forEach((x, k) => g.lineTo(this.x(x), this.y(ys[k])));
        g.stroke();
      }
      if (this.cursor) { g.strokeStyle = "#ffffff"; this.rule(this.x(this.cursor[0]), top, this.x(this.cursor[0]), bottom); this.rule(left, this.y(this.cursor[1]), right, this.y(this.cursor[1])); this.look(); }
      this.end();
      this.bar(most);
    }

    /* For each pixel along a side the index of its cell. */
    cells(pixels, edges) {
      const found = new Int32Array(pixels), low = edges[0], width = edges.at(-1) - low;
      for (let i = 0, k = 0; i < pixels; i++) {
        const at = low + (width * (i + 0.5)) / pixels;
        while (k < edges.length - 2 && edges[k + 1] <= at) k++;
        found[i] = k;
      }
      return found;
    }

    /* The colour of a part of the largest value, six decades on a logarithmic scale; grey where it is no number. */
    shade(data, at, part) {
      const u = this.yLog ? 1 + Math.log10(Math.max(part, 1e-6)) / 6 : part, k = 3 * Math.round(255 * Math.max(0, Math.min(1, u)));
      for (let c = 0; c < 3; c++) data[at + c] = Number.isNaN(u) ? 128 : this.colours[k + c];
      data[at + 3] = 255;
    }

    bar(most) {
      const { right, top, bottom } = this.box, g = this.g, x = right + 10, strip = new Uint8ClampedArray(4);
      for (let y = top; y < bottom; y++) {
        const u = (bottom - y) / (bottom - top);
        this.shade(strip, 0, this.yLog ? 10 ** (6 * u - 6) : u);
        g.fillStyle = `rgb(${strip[0]},${strip[1]},${strip[2]})`;
        g.fillRect(x, y, 12, 1.5);
      }
      g.fillStyle = style("quiet");
      g.textAlign = "left";
      [[top, "top", most], [bottom, "bottom", this.yLog ? 1e-6 * most : 0]].forEach(([y, base, v]) => { g.textBaseline = base; g.fillText(text(v, 3), x + 16, y); });
    }

    look() {
      const [x, y] = this.cursor, i = indexAt({ x: this.xEdges, step: true }, x), j = indexAt({ x: this.yEdges, step: true }, y);
      if (i < 0 || j < 0) return;
      const here = this.images.map((rows, k) => `${this.spec.images[k].label} ${text(rows(this.row)[j * (this.xEdges.length - 1) + i])}`);
      this.values.textContent = [`${this.spec.xLabel} = ${text(x)}`, `${this.spec.yLabel} = ${text(y)}`, ...here].join("; ");
    }

    listen() {
      const point = (event) => { if (this.box) { this.cursor = [this.x.back(event.offsetX), this.y.back(event.offsetY)]; this.draw(); } };
      this.canvas.addEventListener("pointermove", point);
      this.canvas.addEventListener("pointerdown", point);
      for (const name of ["pointerleave", "blur"]) this.canvas.addEventListener(name, () => { this.cursor = undefined; this.values.textContent = ""; this.draw(); });
      this.canvas.addEventListener("keydown", (event) => {
        const [i, j] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowDown: [0, -1], ArrowUp: [0, 1] }[event.key] || [];
        if (i === undefined) return;
        event.preventDefault();
        const move = (at, edges, by) => Math.max(edges[0], Math.min(edges.at(-1), at + (by * (edges.at(-1) - edges[0])) / 50));
        const [x, y] = this.cursor || [(this.xEdges[0] + this.xEdges.at(-1)) / 2, (this.yEdges[0] + this.yEdges.at(-1)) / 2];
        this.cursor = [move(x, this.xEdges, i), move(y, this.yEdges, j)];
        this.draw();
      });
    }
  }

  return { Chart, Plane, linearTicks };
})();
