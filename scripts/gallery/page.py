# SPDX-License-Identifier: GPL-3.0-or-later
"""The gallery on paper: index.html, one file that needs nothing else, and README.md."""
import base64
import html
import re

import numpy as np

from .row import BEYOND, CORRECTED, CRITERION, FAILED, GROSS, LEADING, RIGHT, WRONG

SOURCES = {
    "stationary": "D. McAllester, TTIC 31230 (2020): Stationary Distributions of SDEs and Temperature",
    "batches": "D. McAllester, TTIC 31230 (2020): Problems on stationary distributions",
    "current": "J. Bostock, SGD Understood through Probability Current (LessWrong, 2021)",
    "heat": "D. McAllester, TTIC 31230 (2020): Heat Capacity with Loss as Energy",
    "power-law": "Q. Meng et al., Dynamic of SGD with State-Dependent Noise (2020): noise and stationary laws",
    "escape": "Q. Meng et al., Dynamic of SGD with State-Dependent Noise (2020): escape",
}
CLASSES = {RIGHT: "right", LEADING: "leading", CORRECTED: "corrected", BEYOND: "corrected", WRONG: "wrong", FAILED: "failed"}

STYLE = """
:root { --right: #00745a; --leading: #0067a6; --corrected: #9a6200; --wrong: #8a3b76; --failed: #c00; }
body { font: 17px/1.5 "Source Serif Pro", Charter, Georgia, serif; color: #1b1b1b; background: #fff;
       max-width: 62rem; margin: 2rem auto 6rem; padding: 0 1.2rem; }
h1, h2, h3, table, .verdict, summary, nav { font-family: "Source Sans Pro", "Helvetica Neue", Arial, sans-serif; }
h1 { font-size: 2rem; margin-bottom: .3rem; } h2 { margin-top: 3.2rem; font-size: 1.3rem; border-bottom: 1px solid #bbb; }
h3 { margin: 2.6rem 0 .5rem; font-size: 1.12rem; }
.verdict { font-size: .8rem; font-weight: 600; color: #fff; padding: .1rem .5rem; border-radius: .6rem; white-space: nowrap; }
.right { background: var(--right); } .leading { background: var(--leading); } .corrected { background: var(--corrected); }
.wrong { background: var(--wrong); } .failed { background: var(--failed); }
section.failed-row { border-left: .4rem solid var(--failed); padding-left: 1rem; }
p.reason { color: var(--failed); font-weight: 600; }
dl { display: grid; grid-template-columns: 6.5rem 1fr; gap: .15rem .8rem; margin: .5rem 0; }
dt { color: #666; font-style: italic; } dd { margin: 0; }
figure { margin: 1rem 0; } figure img { max-width: 100%; height: auto; }
figcaption { font-size: .88rem; color: #444; }
table { border-collapse: collapse; font-size: .82rem; font-variant-numeric: tabular-nums; }
td, th { padding: .18rem .7rem .18rem 0; text-align: right; vertical-align: top; } th { font-weight: 600; border-bottom: 1px solid #999; }
td:first-child, th:first-child { text-align: left; }
table.rule td { text-align: left; }
nav td { text-align: left; border-bottom: 1px solid #eee; } nav a { color: inherit; }
.no { color: #a33; } .yes { color: #1b1b1b; } .none { color: #bbb; }
details { margin: .4rem 0; } summary { cursor: pointer; font-size: .85rem; color: #444; }
pre { font-size: .76rem; line-height: 1.4; background: #f5f5f3; padding: .7rem; overflow-x: auto; }
.wide { overflow-x: auto; }
@media print { body { font-size: 11pt; } section { break-inside: avoid; } }
"""


def mathematics(text):
    """Plain text to HTML: ^{..} and _{..} become superscripts and subscripts."""
    text = html.escape(text, quote=False)
    text = re.sub(r"\^\{([^}]*)\}", r"<sup>\1</sup>", text)
    return re.sub(r"_\{([^}]*)\}|_([a-zA-Z])(?![a-zA-Z])", lambda m: f"<sub>{m[1] or m[2]}</sub>", text)


# --- Numbers --------------------------------------------------------------------------------


def digits(value):
    """Five digits."""
    if not np.isfinite(value):
        return "infinite"
    return "0" if value == 0 else f"{value:.5g}".replace("-", "−")


def with_error(value, error):
    """0.0251 ± 0.0002: as many digits as the error has, with two of its own."""
    if not error > 0 or not np.isfinite(error):
        return digits(value)
    places = int(np.clip(1 - np.floor(np.log10(error)), 0, 12))
    return f"{value:.{places}f} ± {error:.{places}f}".replace("-", "−")


def of_prediction(line, which):
    """(text, whether it agrees with what was measured) of a prediction, None where there is none."""
    prediction = getattr(line, which)
    if prediction is None:
        return None
    agrees = line.agrees(prediction)
    if np.ndim(prediction) == 0:
        return digits(prediction), agrees
    far = [value.distance(prediction) for value in line.values()]
    return "KS " + ", ".join(f"{d:.2g}" if d > 1e-9 else "0" for d in far), agrees


def of_measured(value):
    if value is None:
        return None
    if value.is_law:
        return f"law, ± {value.allowed:.2g}"
    return with_error(value.value, value.error)


# --- HTML -----------------------------------------------------------------------------------


def cell(content):
    if content is None:
        return '<td class="none">–</td>'
    if isinstance(content, tuple):
        text, agrees = content
        return f'<td class="{"yes" if agrees else "no"}">{text} {"✓" if agrees else "✗"}</td>'
    return f"<td>{content}</td>"


def table_of(lines):
    rows = "".join(
        f"<tr><td>{mathematics(line.name)}</td>{cell(of_prediction(line, 'source'))}"
        f"{cell(of_prediction(line, 'corrected'))}{cell(of_measured(line.measured.density))}"
        f"{cell(of_measured(line.measured.walkers))}</tr>" for line in lines)
    return ('<div class="wide"><table><tr><th>quantity</th><th>source</th><th>corrected</th><th>density</th>'
            f"<th>Monte Carlo ± s.e.</th></tr>{rows}</table></div>")


def chip(verdict):
    return f'<span class="verdict {CLASSES[verdict]}">{verdict}</span>'


def section_of(outcome, quick):
    row = outcome.row
    commands = dict.fromkeys(e.command(quick) for e in row.experiments.values())
    parts = [f'<section id="{row.name}"{" class=failed-row" if outcome.verdict == FAILED else ""}>',
             f"<h3>{mathematics(row.title)} {chip(outcome.verdict)}</h3>"]
    if outcome.reason:
        parts.append(f'<p class="reason">{html.escape(outcome.reason)}</p>')
    parts.append(f"<dl><dt>Claim</dt><dd>{mathematics(row.claim)}</dd>")
    if row.correction:
        parts.append(f"<dt>Correction</dt><dd>{mathematics(row.correction)}</dd>")
    parts.append("</dl>")
    if outcome.picture:
        image = base64.b64encode(outcome.picture).decode()
        parts.append(f'<figure><img alt="{html.escape(row.title)}" src="data:image/png;base64,{image}">'
                     f"<figcaption>{mathematics(row.caption)}</figcaption></figure>")
    if outcome.lines:
        parts.append(table_of(outcome.lines))
    parts.append(f"<details><summary>{len(commands)} command{'s' if len(commands) > 1 else ''} to make it again</summary>"
                 f"<pre>{html.escape(chr(10).join([*commands, *row.also]))}</pre></details></section>")
    return "\n".join(parts)


def contents_of(outcomes):
    parts = ["<nav><table>"]
    for key, title in SOURCES.items():
        chosen = [o for o in outcomes if o.row.source_key == key]
        if chosen:
            parts.append(f'<tr><th colspan="2">{html.escape(title)}</th></tr>')
        parts += [f'<tr><td><a href="#{o.row.name}">{mathematics(o.row.title)}</a></td><td>{chip(o.verdict)}</td></tr>'
                  for o in chosen]
    return "\n".join(parts + ["</table></nav>"])


def counts_of(outcomes):
    """"3 source right, 1 corrected", without what does not occur."""
    number = {v: sum(o.verdict == v for o in outcomes) for _, v in CRITERION}
    return ", ".join(f"{n} {v}" for v, n in number.items() if n)


def page(outcomes, version, quick, seconds):
    """The whole of index.html."""
    mode = "quick mode, a tenth of the walkers" if quick else "full mode"
    criterion = "".join(f"<tr><td>{chip(v)}</td><td>{html.escape(words)}</td></tr>" for words, v in CRITERION)
    body = [f"<h1>What the sources say about SGD, and what is so</h1>"
            f"<p>{len(outcomes)} statements: {counts_of(outcomes)}. {html.escape(version)}, {mode}, {seconds:.0f} s.</p>",
            "<p>Each statement is held against the probability density (finite volumes) and against walkers (Monte Carlo). "
            "Verdicts follow from the numbers in the tables by one rule:</p>",
            f'<table class="rule">{criterion}</table>',
            "<p>A number agrees within four standard errors of the walkers, or within what is stated for the grid (0.2 % where nothing "
            "else is). Of laws, the Kolmogorov–Smirnov (KS) distance to the density and to the walkers is given, and in the last columns what is "
            f"allowed. ‘A factor of ten’ is {GROSS:g}.</p>", contents_of(outcomes)]
    for key, title in SOURCES.items():
        chosen = [o for o in outcomes if o.row.source_key == key]
        if chosen:
            body.append(f"<h2>{html.escape(title)}</h2>")
        body += [section_of(o, quick) for o in chosen]
    return ('<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            f"<title>fokker: gallery</title><style>{STYLE}</style></head><body>\n" + "\n".join(body) + "\n</body></html>\n")


# --- Markdown -------------------------------------------------------------------------------


def summary(outcomes, version, quick):
    """README.md: the same in short, with the pictures as files beside it."""
    parts = ["# What the sources say about SGD, and what is so", "",
             f"{len(outcomes)} statements: {counts_of(outcomes)}. {version}, {'quick' if quick else 'full'} mode. "
             "Everything, with numbers and commands: [index.html](index.html).", ""]
    for key, title in SOURCES.items():
        chosen = [o for o in outcomes if o.row.source_key == key]
        if not chosen:
            continue
        parts += [f"## {title}", "", "| statement | verdict | |", "| --- | --- | --- |"]
        for o in chosen:
            picture = f"[figure](figures/{o.row.name}.png)" if o.picture else ""
            note = f"**{o.reason}**" if o.reason else mathematics(o.row.correction)
            text = f"**{mathematics(o.row.title)}.** {mathematics(o.row.claim)}" + (f"<br>{note}" if note else "")
            parts.append(f"| {text.replace('|', chr(92) + '|')} | {o.verdict} | {picture} |")
        parts.append("")
    return "\n".join(parts)
