// SPDX-License-Identifier: GPL-3.0-or-later
// node check.mjs FILE.h5 [OUTDIR]
// Opens FILE.h5 in h5web (h5wasm provider, the engine of myHDF5 / VS Code H5Web / JupyterLab-h5web), headless
// Chromium, and asserts that the view h5web shows first, with nothing clicked, is the density with its axes, and
// that the time slider changes the picture. Exit 0 = pass. Screenshots in OUTDIR.
import http from 'node:http'; import fs from 'node:fs'; import path from 'node:path'; import os from 'node:os';
import { fileURLToPath } from 'node:url'; import { chromium } from 'playwright-core';
import h5wasm from 'h5wasm/node';
const here = path.dirname(fileURLToPath(import.meta.url));
const file = path.resolve(process.argv[2]); const out = path.resolve(process.argv[3] ?? '.'); fs.mkdirSync(out, { recursive: true });
const dist = path.join(here, 'dist'); const stem = path.basename(file).replace(/\W/g, '_');
// What the file calls things: h5web must show just that.
await h5wasm.ready; const h5 = new h5wasm.File(file, 'r');
const label = p => String(h5.get(p).attrs.long_name.value); const has = p => h5.get(p) !== null;
const title = String(h5.get('/entry/density/title').value); const labels = ['time', 'x', 'density'].map(label);
const y = has('/y') ? label('/y') : null; const groups = ['stationary', 'monte_carlo', 'flux', 'diagnostics', 'coefficients', 'marginal_x', 'marginal_y'].map(g => `/entry/${g}`).filter(has);
h5.close();
const types = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.wasm': 'application/wasm' };
const srv = http.createServer((q, r) => {
  const p = decodeURIComponent(new URL(q.url, 'http://x').pathname);
  if (p === '/favicon.ico') { r.writeHead(204); return r.end(); }
  const f = p.startsWith('/data/') ? file : path.join(dist, p === '/' ? 'index.html' : path.normalize(p));
  fs.readFile(f, (e, b) => { r.writeHead(e ? 404 : 200, { 'content-type': types[path.extname(f)] ?? 'application/octet-stream' }); r.end(e ? '' : b); });
});
await new Promise(k => srv.listen(0, '127.0.0.1', k));
const base = `http://127.0.0.1:${srv.address().port}`;
const prof = fs.mkdtempSync(path.join(os.tmpdir(), 'h5web-'));
const ctx = await chromium.launchPersistentContext(prof, {
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', headless: true, viewport: { width: 1200, height: 720 },
  args: ['--no-sandbox', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync',
    '--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader', '--ignore-gpu-blocklist'] });
const page = await ctx.newPage(); const errors = []; let bad = 0;
page.on('console', m => { if (m.type() === 'error') errors.push(m.text()); });
page.on('pageerror', e => errors.push(String(e)));
const ok = (c, what) => { console.log(c ? 'PASS' : 'FAIL', what); if (!c) bad++; };
const open = async (p) => {
  await page.goto(`${base}/?file=/data/${encodeURIComponent(path.basename(file))}${p ? '&path=' + encodeURIComponent(p) : ''}`);
  await page.waitForSelector('canvas', { timeout: 30000 }); await page.waitForTimeout(2500);
  await page.screenshot({ path: path.join(out, `h5web_${stem}${(p ?? '').replace(/\W/g, '_')}.png`) });
  return page.locator('body').innerText(); };
try {
  let t = await open();
  const tab = await page.locator('[role=tab][aria-selected=true]', { hasNotText: /^(Display|Inspect)?$/ }).last().innerText(); const two = tab === 'NX Heatmap';
  ok(tab === 'NX Line' || two, `default view is a NeXus plot (${tab})`);
  const line = l => t.split('\n').includes(l);
  ok(t.includes(title), `title "${title}"`);
  ok(line(labels[1]), `abscissa label "${labels[1]}"`);
  ok(line(two ? y : labels[2]), `ordinate label "${two ? y : labels[2]}"`);
  const hint = await page.locator('[title]').evaluateAll(e => e.map(x => x.getAttribute('title')));
  ok(hint.includes(labels[0]), `sliced dimension is called "${labels[0]}"`);
  const s = page.locator('[role=slider][aria-orientation=vertical]').last();
  ok(await s.count() === 1, 'a time slider');
  const shot = () => page.locator('canvas').first().screenshot();
  const a = await shot(); await s.focus(); for (let i = 0; i < 5; i++) await s.press('ArrowUp'); await page.waitForTimeout(1500);
  const b = await shot(); ok(Buffer.compare(a, b) !== 0, 'moving the slider changes the plot');
  await page.screenshot({ path: path.join(out, `h5web_${stem}_t5.png`) });
  for (const p of groups) {
    const u = await open(p).catch(e => String(e)); ok(/NX (Line|Heatmap)/.test(u) && !/Error/.test(u), `${p} plots`); }
  ok(errors.length === 0, `no console errors ${errors.slice(0, 3).join(' ; ').slice(0, 300)}`);
} catch (e) { console.log('FAIL', String(e).slice(0, 400)); bad++; await page.screenshot({ path: path.join(out, `h5web_${stem}_fail.png`) }); }
await ctx.close(); srv.close(); fs.rmSync(prof, { recursive: true, force: true }); process.exit(bad ? 1 : 0);
