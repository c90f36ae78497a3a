/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/cli/help.h"
#include <stddef.h>
#include <string.h>

static const char run_help[] =
    "Solves for the density at every snapshot, runs the walkers if the settings ask for\n"
    "them, and writes one HDF5 file with an .xdmf2 for ParaView beside it. The summary\n"
    "comes on the standard output. CONFIG - is the standard input (its file: stdin.h5).\n\n"
    "  -o, --output FILE     where to write (default: output.file, or the name of CONFIG\n"
    "                        with .h5, in the present folder); -: the standard output,\n"
    "                        and the summary comes on the standard error\n"
    "      --set KEY=VALUE   replace or add a setting; VALUE is YAML (repeatable)\n"
    "      --force           replace an existing file\n"
    "      --resume          complete the file of an interrupted or killed run\n"
    "      --no-monte-carlo  no walkers, whatever the settings say\n"
    "      --threads N       threads (default: all cores); results do not depend on it\n"
    "  -q, --quiet           no progress, no remarks but warnings, no summary\n\n"
    "  fokker run configs/gibbs.yaml\n"
    "  fokker run configs/gibbs.yaml --set grid.x.cells=2000 -o fine.h5\n"
    "  generate | fokker run - -o - | analyse\n";

static const char sweep_help[] =
    "Runs CONFIG at every point of the product of the --vary axes, each point in a "
    "process\n"
    "of its own, and gathers the results of all in FOLDER/sweep.csv and FOLDER/sweep.h5.\n"
    "The same command again goes on where the last one ended: finished points are kept.\n\n"
    "      --vary KEY=A,B,C          a list of values (each as in --set)\n"
    "      --vary KEY=lin:LO:HI:N    N values from LO to HI in equal steps\n"
    "      --vary KEY=log:LO:HI:N    N values from LO to HI in equal ratios\n"
    "  -o, --output FOLDER   one file a point goes here (default: the name of CONFIG with\n"
    "                        _sweep)\n"
    "      --set KEY=VALUE   replace a setting at every point (repeatable)\n"
    "      --workers N       processes at a time (default: one a core)\n"
    "      --threads N       threads of each process (default: 1)\n"
    "      --shard I/N       every N-th point from the I-th on, for job arrays; the last\n"
    "                        shard to end leaves the whole table\n"
    "      --force           begin anew, also where the folder is of another sweep\n"
    "  -q, --quiet           no progress, no summary, but warnings\n\n"
    "  fokker sweep configs/wide_vs_narrow.yaml --vary model.parameters.T=log:1e-3:1e-1:9 "
    "\\\n"
    "      --vary model.interpretation=ito,stratonovich,klimontovich\n\n"
    "Exit status: 1 when a point failed (the others are run, the table says why), 3 when\n"
    "none failed and one missed a tolerance (its status is inaccurate), 2 when\n"
    "the settings of any point are wrong (then none is run), 130 when interrupted.\n";

static const char init_help[] =
    "Writes a small experiment with comments, to be edited. It runs as it is, in seconds:\n"
    "TEMPLATE to TEMPLATE.yaml; without one, two wells with per-example losses and "
    "walkers\n"
    "beside the density to experiment.yaml. A word that is no template is the name of a\n"
    "file for these. An existing file is never touched.\n\n"
    "      --list            the templates: two-wells, plane, data, escape, ...\n"
    "  -o, --output FILE     the settings file to write; data that it needs go beside "
    "it\n\n"
    "  fokker init plane\n"
    "  fokker init escape -o mine.yaml\n"
    "  fokker run mine.yaml\n";

static const char escape_help[] =
    "Prints the mean time from analysis.escape.from until analysis.escape.to is reached, "
    "by\n"
    "every way there is: the grid with its error, the exact integral, rates, Kramers' and\n"
    "power-law formulas, SGD itself (mean steps without walkers, the barrier by its\n"
    "exponent), walkers (of the kinds that monte_carlo.kinds names, else of the SDE\n"
    "and of SGD); with analysis.escape.splitting, the probability to get there before\n"
    "a time, however rare. A way that does not apply says why. Writes nothing. Exit\n"
    "status 3 where the mean steps of SGD cannot be trusted (too few cells).\n\n"
    "      --set KEY=VALUE   replace or add a setting; VALUE is YAML (repeatable)\n"
    "      --walkers N       this many walkers, whatever it takes (default: up to 10000,\n"
    "                        none where that would take long)\n"
    "      --no-monte-carlo  no walkers\n"
    "      --threads N       threads (default: all cores)\n\n"
    "  fokker escape configs/kramers.yaml\n";

static const char check_help[] =
    "Reads CONFIG, builds the model and the grid, and says what would be run, or what is\n"
    "wrong: one line with file, line, column, what was found and what is allowed. Nothing\n"
    "is solved. Two variables with more than 20000 cells are looked at on fewer, wider\n"
    "ones: a loss that is not finite at a point between theirs is found by a run.\n\n"
    "      --set KEY=VALUE   replace or add a setting; VALUE is YAML (repeatable)\n";

static const char settings_help[] =
    "Lists every key of a settings file, one key, or those of a section: model, grid, "
    "time,\n"
    "monte_carlo, ... The list comes from the tables that read the file; `methods` are "
    "the\n"
    "equations and their methods in time.\n\n"
    "  fokker settings monte_carlo\n"
    "  fokker settings cells\n";

static const char compare_help[] =
    "One file: each kind of its walkers against its own density. Two files on the same\n"
    "grid and times: density against density, and the walkers of the first against both\n"
    "the density and the walkers of the second. Each snapshot gets distances, a p value\n"
    "and a verdict: agree, differ, or cannot tell.\n";

static const char fit_help[] =
    "Fits p ~ (1 + c (x - m)^2)^(-s) to the walkers at the last snapshot by maximum\n"
    "likelihood and prints the exponents with standard errors.\n";

static const char info_help[] =
    "Says what an output file holds: status, grid, times, final moments, errors, remarks,\n"
    "the command that wrote it. Works while the run still goes on. Of a sweep (its "
    "folder,\n"
    "or its sweep.h5): the varied keys, how many points are complete, inaccurate, failed\n"
    "and pending and why, and the ends of every column that differs, with their points.\n";

static const char repair_help[] =
    "Cuts a file that a kill or a full disk left half-written to its whole snapshots.\n"
    "`fokker run CONFIG --resume` does this by itself.\n";

static const char plot_help[] =
    "Draws FILE, an output file of fokker, as FILE.png, or the table of the sweep in "
    "FOLDER\n"
    "as FOLDER/sweep.png: a curve of each column for one varied key, heat maps for more.\n"
    "Needs Python with h5py, numpy and matplotlib.\n\n"
    "  -o, --output FILE     picture to write: .png, .pdf or .svg\n"
    "      --kind KIND       overview (default), density, spacetime, tails, current,\n"
    "                        marginals, moments, regions, diagnostics, law, montecarlo,\n"
    "                        escape, modes, or all\n"
    "      --at TIME         the snapshot nearest to this time alone (repeatable)\n"
    "      --xlim LOW HIGH   of the first variable (default: where 99.9 % of the mass is)\n"
    "      --ylim LOW HIGH   of the second; with one variable, of the density\n"
    "      --log             densities on a logarithmic scale\n"
    "      --symlog          the same, and linear about zero: signs are kept\n"
    "      --column NAME     of a sweep: a column of its table (repeatable)\n"
    "      --show            open a window\n\n"
    "  fokker plot kramers.h5 --kind density --at 1 --log\n"
    "  fokker plot wide_vs_narrow_sweep --column mass_in_narrow\n";

static const char animate_help[] =
    "Makes a film of the density over time, with the laws and walkers of FILE, as "
    "FILE.mp4\n"
    "(which needs ffmpeg) or as a GIF. Needs Python with h5py, numpy and matplotlib.\n\n"
    "  -o, --output FILE     film to write: .mp4 or .gif\n"
    "      --frames N        at most so many (default 200)\n"
    "      --fps N           frames a second (default 20)\n"
    "      --xlim, --ylim, --log, --symlog   as for fokker plot\n\n"
    "  fokker animate kramers.h5 -o kramers.gif\n";

static const char report_help[] =
    "Writes FILE, an output file of fokker, as one HTML page, FILE.html: verdicts, density "
    "with\n"
    "a slider of time, laws, walkers, series, first passage, errors, settings. The page "
    "needs no\n"
    "network. Needs Python with h5py, numpy and matplotlib.\n\n"
    "  -o, --output FILE     page to write: .html\n"
    "      --xlim, --ylim, --log, --symlog   as for fokker plot\n\n"
    "  fokker report kramers.h5 -o kramers.html\n";

static const char completion_help[] =
    "Prints a script by which the shell completes commands, options, files, the keys of\n"
    "--set and --vary and the words that they may be. Installed with the program; from a\n"
    "tree that is not:\n\n"
    "  eval \"$(fokker completion bash)\"\n"
    "  fokker completion fish | source\n";

static const struct {
    const char *command, *text;
} helps[] = {
    {"run", run_help},         {"completion", completion_help}, {"sweep", sweep_help},
    {"init", init_help},       {"check", check_help},           {"escape", escape_help},
    {"info", info_help},       {"settings", settings_help},     {"compare", compare_help},
    {"fit", fit_help},         {"repair", repair_help},         {"plot", plot_help},
    {"animate", animate_help}, {"report", report_help},
};

const char *help_of(const char *command) {
    for (size_t k = 0; k < sizeof helps / sizeof *helps; k++)
        if (strcmp(helps[k].command, command) == 0) return helps[k].text;
    return NULL;
}
