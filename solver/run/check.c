/* SPDX-License-Identifier: GPL-3.0-or-later
 * A settings file looked at without computing: model, grid, start, times, equation, walkers
 * and what is asked of them are made, in two variables on few cells (setup_plan), and nothing
 * is solved. */
#include "io/text.h"
#include "solver/run/analyses.h"
#include "solver/run/remarks.h"
#include "solver/run/run.h"
#include "solver/settings/place.h"
#include "solver/time/rate_panels.h"
#include <stdio.h>
#include <stdlib.h>

/* On the coarser grids of accuracy: estimate, where these are those of the run. */
static bool accuracy_check(const struct setup *setup,
                           const struct evolution_options *options, struct error *err) {
    if (!setup->spec->accuracy.estimate || setup->thin) return true;
    struct accuracy *accuracy = accuracy_create(setup, setup->grid, options, err);
    accuracy_destroy(accuracy);
    return accuracy != NULL;
}

/* The plan of a run, on few cells where there are many, and what is observed of it. */
static bool outline(struct plan *p, struct observables **observables, struct error *err) {
    if ((p->setup = setup_plan(p->spec, err)) == NULL) return false;
    const struct setup *setup = p->setup;
    const struct evolution_options options = evolution_options(setup, NULL);
    p->grid = setup->grid;
    return (p->evolution = p->plain =
                evolution_create(setup, setup->grid, &options, err)) != NULL &&
           accuracy_check(setup, &options, err) &&
           (*observables = observables_create(setup, setup->grid, err)) != NULL &&
           analyses_check(setup, p->plain, err);
}

void run_outline_finish(struct run_outline *o) {
    free(o->method);
    free(o->remark);
    free(o->summary);
    *o = (struct run_outline){0};
}

static bool describe(const struct plan *p, const struct observables *observables,
                     struct run_outline *o, struct error *err) {
    const struct setup *s = p->setup;
    char empty[EMPTY_REGIONS_TEXT] = "";
    o->variables = s->grid->dims;
    o->cells = s->cells, o->snapshots = s->snapshots;
    o->end = s->time[s->snapshots - 1];
    o->pulse = s->model->driven ? o->end / (double)rate_panels_probes(
                                               evolution_last(p->evolution)->coefficients)
                                : 0;
    if (s->thin || !empty_regions(s, observables, empty)) empty[0] = '\0';
    return (o->method = text_create(err, "%s", evolution_chosen(p->evolution))) != NULL &&
           (o->remark = text_create(err, "%s", empty)) != NULL;
}

static bool summarise(const struct spec *spec, struct run_outline *o, struct error *err) {
    struct text text = {0};
    if (!text_begin(&text, err)) return false;
    fprintf(text.out, "%s: good\n", config_root(spec->config)->source);
    fprintf(text.out, "  %zu cells, %zu snapshots to t = %g, method %s\n", o->cells,
            o->snapshots, o->end, o->method);
    if (o->pulse > 0)
        fprintf(text.out, "  pulses in t that are longer than %.2g are not missed\n",
                o->pulse);
    if (o->remark[0] != '\0') fprintf(text.out, "  %s\n", o->remark);
    o->summary = text_end(&text, true, err);
    return o->summary != NULL;
}

bool run_check(const struct spec *spec, struct run_outline *o, struct error *err) {
    struct plan plan = {.spec = spec};
    struct observables *observables = NULL;
    *o = (struct run_outline){0};
    const bool good = (outline(&plan, &observables, err) || place_early_error(spec, err)) &&
                      describe(&plan, observables, o, err) && summarise(spec, o, err);
    observables_destroy(observables);
    plan_finish(&plan);
    return good;
}
