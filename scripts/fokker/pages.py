# SPDX-License-Identifier: GPL-3.0-or-later
"""fokker report: an output file as one HTML page that needs no network (page.html, page.css, plots.js, page.js
beside this file; what its plots show: pagedata.py). All words of the file are escaped.
"""
import json
import math
import re
import shlex
from html import escape
from pathlib import Path
from string import Template

from .errors import FokkerError
from .file import BadFile, Run, View, number_text, with_uncertainty
from .pagedata import page_data
from .panels import walkers_label

HERE = Path(__file__).parent
SHORT, FEW_LETTERS = ' class="short"', 28  # cells of a table that are not broken
STATUS = {"complete": "The run is complete.", "running": "The run goes on, or was killed: this is what it had written.",
          "inaccurate": "The run is complete, but a tolerance was not met or a number cannot be trusted.",
          "interrupted": "The run was interrupted: its snapshots so far are here, and --resume completes it.",
          "failed": "The run failed: its snapshots so far are here."}

# Attributes in words: (name, what it is, name of what it should stay below).
ERRORS = (
    ("time_error_estimate", "error of the density from the steps in time, as a part of the mass", "time_tolerance"),
    ("space_error_estimate", "error of the density from the size of the cells, as a part of the mass", "space_tolerance"),
    ("largest_mass_defect", "largest defect of the mass: mass that rounding makes or loses", None),
    ("largest_negativity", "largest negative part of the density, as a part of the mass", None),
    ("smallest_density", "smallest density", None),
    ("initial_mass_outside", "mass of the start outside of the grid", None),
    ("survival_time_error", "error of the survival curve from the steps in time", None),
    ("floquet_error", "error of the periodic state", None),
    *((f"law_{kind}_error_estimate", f"error of the law of {words}, as a part of the mass", None)
      for kind, words in (("sgd", "SGD"), ("gaussian", "SGD with normal noise"), ("sde", "the SDE's chain"))),
)
PASSAGE = (
    ("escape_from", "from"), ("escape_to", "to"), ("mean_escape_time", "mean escape time"), ("escape_rate", "escape rate"),
    ("quasi_stationary_rate", "rate of the quasi-stationary state"),
    ("exit_probability_lower", "probability to leave at the lower end"), ("exit_probability_upper", "probability to leave at the upper end"),
    ("escape_note", "note"), ("reach_time", "time to reach the target"), ("reach_probability", "probability to reach it until then"),
    ("mc_reach_probability", "the same by splitting walkers"), ("slowest_rate", "slowest rate of relaxation"), ("metastable_basins", "metastable basins"),
)
PERIODIC = (
    ("floquet_period", "period of the driving"), ("floquet_mean", "mean over a period"), ("floquet_amplitude", "amplitude at the driving's frequency"),
    ("floquet_lag", "lag behind the driving"), ("floquet_current", "mean current"),
)
LAST = ("mean_x", "variance_x", "skewness_x", "kurtosis_x", "mean_y", "variance_y", "variance_xy", "mass", "mean_loss", "entropy", "free_energy", "l1_to_stationary",
        "lost_by_killing", "lost_at_walls", "work", "heat", "work_variance", "work_exponential")


# --- Words and tables -----------------------------------------------------------------------


def table(heads, rows):
    """An HTML table, whose cells are plain text; empty without rows."""
    if not rows:
        return ""
    head = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in heads)
    body = "".join(f'<tr><th scope="row">{escape(first)}</th>' + "".join(f'<td{SHORT if len(cell) < FEW_LETTERS else ""}>{escape(cell)}</td>' for cell in cells) + "</tr>" for first, *cells in rows)
    return f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def section(title, *parts):
    inner = "\n".join(part for part in parts if part)
    return f"<section><h2>{escape(title)}</h2>\n{inner}</section>" if inner else ""


def paragraphs(lines, kind=""):
    return "\n".join(f'<p class="{kind}">{escape(line)}</p>' for line in lines if line)


def real(run, name):
    """An attribute as a number; NaN where it is none."""
    try:
        return float(run.attribute(name, "nan"))
    except ValueError:
        return math.nan


def value_text(run, name):
    """An attribute as words: a number with what is known of its error, or why it is not known; None where it is not there."""
    text = run.attribute(name)
    value = real(run, name)
    if text in ("", "nan") or math.isnan(value):
        why = run.attribute(f"{name}_undefined")
        return f"not known: {why}" if why else None if text in ("", "nan") else text
    error = next((e for e in (real(run, f"{name}_space_error"), real(run, f"{name}_error")) if not math.isnan(e)), math.nan)
    return number_text(value, 6) if math.isnan(error) else with_uncertainty(value, abs(error))


def verdicts(run):
    """What the run says of itself, of density and law, and of the walkers, in its own words."""
    said = [text for name, text in run.verdicts().items() if text and name != "status"]
    for prefix in run.walkers():
        who = f"walkers ({walkers_label(run, prefix)})"
        said += [f"{who}: {text}" for text in (run.attribute(f"{prefix}_law_sentence"),) if text]
        said += [f"{who}, the cause: {text}" for text in (run.attribute(f"{prefix}_cause"),) if text]
    return [text[0].upper() + text[1:].replace("+-", "±") for text in said]


def remarks(run):
    """(warnings, other remarks) of the run."""
    said = [text for text in (run.attribute(f"remark_{k}") for k in range(1, 13)) if text]
    warnings = [text.removeprefix("warning: ") for text in said if text.startswith("warning")]
    return warnings, [text for text in said if not text.startswith("warning")]


def errors_table(run):
    rows = []
    for name, words, tolerance in ERRORS:
        text = value_text(run, name)
        if text is not None:
            rows.append((words, text, run.attribute(tolerance) if tolerance else ""))
    return table(("estimate", "value", "tolerance"), rows)


def results(run, data):
    """First passage, modes, the periodic state: tables, and the place of their plots."""
    named = [(title, table((title.lower(), "value"), [(words, text) for name, words in rows if (text := value_text(run, name)) is not None]))
             for title, rows in (("First passage and modes", PASSAGE), ("Periodic state", PERIODIC))]
    there = [(title, rows) for title, rows in named if rows]
    title = ", ".join(title for title, _ in there) or "First passage and modes"
    return section(title, *(rows for _, rows in there), '<div class="plots" id="passage"></div>' if data["passage"] else "")


def last_table(run):
    """The series at the last snapshot: of the density, the law, the walkers with their standard errors."""
    others = [(p, run.law_label(p)) for p in run.laws()] + [(p, f"{walkers_label(run, p)} walkers ± s.e.") for p in run.walkers()]
    rows = []
    for name in (*LAST, *(f"mass_in_{region}" for region in run.regions())):
        cells = [entry(run, full) for full in (name, *(f"{p}_{name}" for p, _ in others))]
        if any(cells):
            rows.append((run.label(name), *cells))
    return table((run.time_text(run.rows - 1), "density", *(label for _, label in others)), rows)


def entry(run, name):
    if name not in run:
        return ""
    value, errors = float(run.series(name)[-1]), run.errors(name)
    error = math.nan if errors is None else float(errors[-1])
    return number_text(value, 6) if not error > 0 else f"{number_text(value, 6)} ± {number_text(error, 2)}"


# --- How to make it again -------------------------------------------------------------------


def settings_text(run):
    return run.file["entry/process/config"].asstr()[()] if "entry/process/config" in run.file else ""


def again(run, settings):
    """How to make the run again, in sentences."""
    command = run.attribute("command_line")
    made_with = [run.provenance(), run.attribute("compiler"), run.attribute("libraries")]
    lines = [f"Program: {'; '.join(filter(None, made_with))}."] if run.attribute("program_version") else []
    lines += [f"Seed of the random numbers: {run.attribute('seed')}. The numbers do not depend on the number of threads."] if run.attribute("seed") else []
    lines += [f"Written {run.attribute('file_time')} by: {command}"] if command else []
    if settings:
        name = Path(next((word for word in words_of(command) if word.endswith((".yaml", ".yml"))), "experiment.yaml")).name
        files = sorted(set(re.findall(r"file:\s*([^\s,}#]+)", settings)))
        call = shlex.join(["fokker", "run", name, "-o", Path(run.path).name])
        lines += [f"To make it again, save the settings as {name} and call: {call}"]
        lines += [f"The settings name files, which are not in this page: {', '.join(files)}"] if files else []
    return lines


def words_of(command):
    try:
        return shlex.split(command)
    except ValueError:
        return command.split()


# --- The page -------------------------------------------------------------------------------


def safe_json(value):
    """JSON that may stand in a <script>: nothing in it ends the element or opens a comment."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for letter in "<>&\u2028\u2029":
        text = text.replace(letter, f"\\u{ord(letter):04x}")
    return text


def facts(run):
    grid = " x ".join(str(len(getattr(run, c))) for c in "xy"[:run.dims])
    ends = f"{run.rows} snapshot{'s' if run.rows > 1 else ''}, {run.time_text(0)} to {run.time_text(run.rows - 1)}" if run.rows > 1 else f"one snapshot, {run.time_text(0)}"
    method = run.attribute("method")
    return "; ".join(filter(None, [f"{grid} cells", ends, f"method {method}" if method else ""]))


def page_of(run, view=None):
    """The page as text. view (file.View): limits and scale of the densities at first sight."""
    run.view = view or View()
    data, thinned = page_data(run)
    status = run.attribute("status", "complete")
    warnings, others = remarks(run)
    settings = settings_text(run)
    kept = ["Densities are kept with 7 digits, all else as in the file."] + ([f"The plots show {'; '.join(thinned)}. Tables and verdicts are those of the whole file."] if thinned else [])
    reproduce = paragraphs(again(run, settings)) + (
        f'<details open><summary>Settings</summary><button type="button" id="copy">Copy the settings</button><pre id="settings" tabindex="0">{escape(settings)}</pre></details>' if settings else "")
    return Template((HERE / "page.html").read_text(encoding="utf-8")).substitute(
        title=escape(run.title or "fokker"), facts=escape(facts(run)), status=escape(status), css=(HERE / "page.css").read_text(encoding="utf-8"),
        js="".join((HERE / name).read_text(encoding="utf-8") for name in ("plots.js", "page.js")), data=safe_json(data), thinned=paragraphs(kept, "quiet"),
        verdicts=section("Verdict", paragraphs([STATUS.get(status, status)], f"status {'good' if status == 'complete' else 'bad'}"),
                         paragraphs([f"Warning: {text}" for text in warnings], "bad"), paragraphs(verdicts(run)), paragraphs(others, "quiet")),
        numbers=results(run, data) + section("At the last snapshot", last_table(run)) + section("Errors, as the run estimates them", errors_table(run)),
        reproduce=section("How to make it again", reproduce), origin=escape(run.provenance()))


def path_of(run):
    """A path as it is; of a Dataset the file that it reads from."""
    encoding = getattr(run, "encoding", None)
    if encoding is None:
        return run
    if "source" not in encoding:
        raise FokkerError("this Dataset reads from no output file; fokker.run(settings, output=\"run.h5\") writes one")
    return encoding["source"]


def report(run, output=None):
    """Writes an output file, given by its path or as the Dataset of fokker.open or fokker.run(output=...), as an HTML page,
    and returns its path: without `output`, the file's name with .html. Raises FokkerError where there is nothing to be
    read, or `output` ends otherwise."""
    try:
        return write_page(path_of(run), output)
    except BadFile as error:
        raise FokkerError(str(error), "file") from None


def write_page(path, output=None, view=None):
    """As report, with the limits and the scale that the densities have at first; BadFile."""
    from .tables import refuse_sweep
    output = Path(output or Path(path).with_suffix(".html"))
    if output.suffix not in (".html", ".htm"):
        raise BadFile(f"{output}: a report ends in .html")
    refuse_sweep(path, "report")
    with Run(path) as run:
        text = page_of(run, view)
    output.write_text(text, encoding="utf-8")
    return output
