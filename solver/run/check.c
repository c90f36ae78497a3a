/* SPDX-License-Identifier: GPL-3.0-or-later
 * A settings file looked at without computing: model, grid, start, times, equation, walkers
 * and what is asked of them are made, in two variables on few cells (setup_plan), and nothing
 * is solved. */
#include "io/text.h"
#include "solver/analysis/accuracy.h"
#include "solver/analysis/modes.h"
#include "solver/analysis/observe.h"
#include "solver/ensembles/monte_carlo.h"
#include "solver/escape/escape.h"
#include "solver/laws/laws.h"
#include "solver/run/run.h"
#include "solver/run/run_state.h"
#include "solver/settings/place.h"
#include <stdio.h>
#include <stdlib.h>

struct plan {
    struct setup *setup;
    struct evolution *evolution;
    struct observables *observables;
};

/* On the coarser grids of accuracy: estimate, where these are those of the run. */
static bool accuracy_check(const struct setup *setup,
                           const struct evolution_options *options, struct error *err) {
    if (!setup->spec->accuracy.estimate || setup->thin) return true;
    struct accuracy *accuracy = accuracy_create(setup, setup->grid, options, err);
    accuracy_destroy(accuracy);
    return accuracy != NULL;
}

static bool plan_create(struct plan *p, const struct spec *spec, struct error *err) {
    if ((p->setup = setup_plan(spec, err)) == NULL) return false;
    const struct setup *setup = p->setup;
    const struct evolution_options options = evolution_options(setup, NULL);
    return (p->evolution = evolution_create(setup, setup->grid, &options, err)) != NULL &&
           accuracy_check(setup, &options, err) &&
           (p->observables = observables_create(setup, setup->grid, err)) != NULL &&
           escape_check(setup, p->evolution, err) &&
           modes_check(setup, p->evolution, err) && monte_carlo_check(setup, err) &&
           laws_check(setup, err);
}

static void plan_finish(struct plan *p) {
    observables_destroy(p->observables);
    evolution_destroy(p->evolution);
    setup_destroy(p->setup);
}

void run_plan_finish(struct run_plan *plan) {
    free(plan->method);
    free(plan->remark);
    free(plan->summary);
    *plan = (struct run_plan){0};
}

static bool plan_describe(const struct plan *p, struct run_plan *out, struct error *err) {
    const struct setup *s = p->setup;
    char empty[EMPTY_REGIONS_TEXT] = "";
    out->variables = s->grid->dims;
    out->cells = s->cells, out->snapshots = s->snapshots;
    out->end = s->time[s->snapshots - 1];
    if (s->thin || !empty_regions(s, p->observables, empty)) empty[0] = '\0';
    return (out->method = text_create(err, "%s", evolution_chosen(p->evolution))) != NULL &&
           (out->remark = text_create(err, "%s", empty)) != NULL;
}

static bool plan_print(const struct spec *spec, struct run_plan *plan, struct error *err) {
    struct text text = {0};
    if (!text_begin(&text, err)) return false;
    fprintf(text.out, "%s: good\n", config_root(spec->config)->source);
    fprintf(text.out, "  %zu cells, %zu snapshots to t = %g, method %s\n", plan->cells,
            plan->snapshots, plan->end, plan->method);
    if (plan->remark[0] != '\0') fprintf(text.out, "  %s\n", plan->remark);
    plan->summary = text_end(&text, true, err);
    return plan->summary != NULL;
}

bool run_check(const struct spec *spec, struct run_plan *plan, struct error *err) {
    struct plan p = {0};
    *plan = (struct run_plan){0};
    const bool good = (plan_create(&p, spec, err) || place_early_error(spec, err)) &&
                      plan_describe(&p, plan, err) && plan_print(spec, plan, err);
    plan_finish(&p);
    return good;
}
