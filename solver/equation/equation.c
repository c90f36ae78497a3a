/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/equation/equation.h"
#include "io/text.h"
#include "solver/equation/kinetic.h"
#include "solver/equation/line.h"
#include "solver/equation/plane.h"
#include "solver/equation/stable.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct equation *const equations[] = {&stable_equation, &kinetic_equation,
                                            &line_equation, &plane_equation, NULL};

const struct equation *equation_of(const struct setup *setup) {
    size_t k = 0;
    while (equations[k + 1] != NULL && !equations[k]->applies(setup))
        k++;
    return equations[k];
}

/* ---------------------------------------------------------------- methods in time */

static bool unknown_method(const struct equation *e, const struct setup *setup,
                           const char *name, struct error *err) {
    const char *names[16];
    char allowed[256] = "auto";
    size_t count = 0, used = strlen(allowed);
    for (; e->methods[count] != NULL && count < 16; count++) {
        names[count] = e->methods[count]->name;
        used +=
            (size_t)snprintf(allowed + used, sizeof allowed - used, ", %s", names[count]);
    }
    const char *near = nearest_word(name, names, count);
    return config_fail(err, config_find(setup->spec->time_node, "method"),
                       "'%s'%s%s%s; allowed %s: %s", name, near ? "; did you mean '" : "",
                       near ? near : "", near ? "'?" : "", e->scope, allowed);
}

/* The first that follows a model that depends on the time; NULL: none does. */
static const struct propagator_method *driven_method(const struct equation *e) {
    size_t k = 0;
    while (e->methods[k] != NULL && !e->methods[k]->driven)
        k++;
    return e->methods[k];
}

/* Of a model that depends on the time: does the method, or with auto any one, follow it? */
static bool follows(const struct equation *e, const struct setup *setup,
                    const struct propagator_method *method, struct error *err) {
    const struct propagator_method *driven = driven_method(e);
    if (setup->model->driven && setup->model->sink_rate[SINK_KILLING] != NULL &&
        grid_absorbs(setup->grid))
        return config_fail(err, setup->spec->model.killing,
                           "does not go with absorbing ends and a model that depends on "
                           "the time t, of which they would not be told apart: make the "
                           "ends reflecting, and kill what comes near them");
    if (!setup->model->driven || (method != NULL ? method->driven : driven != NULL))
        return true;
    if (driven == NULL)
        return config_fail(err, setup->spec->model_node,
                           "depends on the time t, which is not followed %s", e->scope);
    return config_fail(err, config_find(setup->spec->time_node, "method"),
                       "%s does not follow a model that depends on the time t; allowed: "
                       "auto, %s",
                       method->name, driven->name);
}

/* What auto takes. */
static const struct propagator_method *method_of(const struct evolution_interval *q,
                                                 char why[256]) {
    const struct equation *e = q->equation;
    if (q->coefficients->set_time != NULL) {
        const struct propagator_method *driven = driven_method(e);
        snprintf(why, 256, "%s: the model depends on the time t", driven->name);
        return driven;
    }
    return e->choose != NULL ? e->choose(q, why) : e->methods[0];
}

static bool make_propagator(struct evolution_interval *q,
                            const struct propagator_method *method,
                            const struct propagator_options *options, struct error *err) {
    const struct equation *e = q->equation;
    struct propagator_options mine = *options;
    char why[256] = "";
    if (method == NULL) method = method_of(q, why);
    /* Where cells are cut, the tolerance was chosen with them. */
    if (!q->asked && !e->refines_cells)
        mine.tolerance = fmax(mine.tolerance, method->tolerance);
    q->tolerance = mine.tolerance;
    const struct coefficients *c = q->coefficients;
    if (method->keeps_mass && (c->killing != NULL || c->reset != NULL))
        return fail(err, ERROR_SETTINGS,
                    "time.method: %s knows no killing and no reset; take auto",
                    method->name);
    if (method->no_return && c->reset != NULL)
        return fail(err, ERROR_SETTINGS, "time.method: %s knows no reset; take auto",
                    method->name);
    q->propagator = propagator_create(method, q->problem, q->coefficients, &mine, err);
    if (q->propagator == NULL) return false;
    char *chosen = q->propagator->chosen;
    if (chosen[0] == '\0')
        snprintf(chosen, sizeof q->propagator->chosen, "%s",
                 why[0] != '\0' ? why : method->name);
    return true;
}

double equation_tolerance(const struct setup *setup) {
    const struct equation *e = equation_of(setup);
    const struct time_settings *s = &setup->spec->time;
    const struct propagator_method *method = propagator_find(e->methods, s->method);
    if (method == NULL && setup->model->driven) method = driven_method(e);
    if (!isnan(s->tolerance)) return s->tolerance;
    return method != NULL ? method->tolerance : e->methods[0]->tolerance;
}

void equation_print_method(FILE *out, const struct propagator_method *method) {
    if (method->order > 0)
        fprintf(out, "order %d", method->order);
    else
        fputs("no steps", out);
    fprintf(out, ", default tolerance %g%s", method->tolerance,
            method->positive ? ", never negative" : "");
}

static void describe(FILE *out, const struct equation *e) {
    fprintf(out, "%s\n  %s\n", e->name, e->description);
    for (size_t k = 0; e->methods[k] != NULL; k++) {
        fprintf(out, "  %-14s  ", e->methods[k]->name);
        equation_print_method(out, e->methods[k]);
        fprintf(out, "\n  %-14s  %s\n", "", e->methods[k]->description);
    }
    fprintf(out, "  %-14s  %s\n", "auto",
            e->automatic != NULL ? e->automatic : e->methods[0]->name);
}

char *equations_describe(struct error *err) {
    struct text text;
    if (!text_begin(&text, err)) return NULL;
    for (size_t k = 0; equations[k] != NULL; k++)
        describe(text.out, equations[k]);
    return text_end(&text, true, err);
}

/* ---------------------------------------------------------------- intervals */

struct evolution_interval *
equation_interval_create(const struct setup *setup, const struct grid *grid, size_t k,
                         const char *name, const struct propagator_options *options,
                         struct error *err) {
    const struct equation *e = equation_of(setup);
    const struct propagator_method *method = propagator_find(e->methods, name);
    if (method == NULL && strcmp(name, "auto") != 0)
        return unknown_method(e, setup, name, err), NULL;
    if (!follows(e, setup, method, err)) return NULL;
    struct evolution_interval *q = array_create(e->size, 1, err);
    if (q == NULL) return NULL;
    q->equation = e;
    q->grid = grid;
    q->monitor = options->monitor;
    q->tolerance = options->tolerance;
    q->asked = !isnan(setup->spec->time.tolerance);
    coefficients_of_interval(setup->model, k, &q->model);
    q->coefficients = &q->model.coefficients;
    if (e->init(q, setup, err) && make_propagator(q, method, options, err)) return q;
    return equation_interval_destroy(q), NULL;
}

static void follow(struct evolution_interval *q, const struct monitor *monitor) {
    q->monitor = monitor;
    if (q->equation->follow != NULL) q->equation->follow(q);
}

bool equation_interval_renew(struct evolution_interval *q, const struct setup *setup,
                             const char *name, const struct propagator_options *options,
                             struct error *err) {
    const struct propagator_method *method = propagator_find(q->equation->methods, name);
    if (method == NULL && strcmp(name, "auto") != 0)
        return unknown_method(q->equation, setup, name, err);
    equation_interval_rest(q);
    follow(q, options->monitor);
    return make_propagator(q, method, options, err);
}

void equation_interval_rest(struct evolution_interval *q) {
    propagator_destroy(q->propagator);
    q->propagator = NULL;
    follow(q, NULL);
}

void equation_interval_destroy(struct evolution_interval *q) {
    if (q == NULL) return;
    propagator_destroy(q->propagator);
    q->equation->finish(q);
    free(q);
}

/* ---------------------------------------------------------------- what is not in a table */

struct moments equation_moments(const struct evolution_interval *q, const double *p,
                                int d) {
    return q->equation->moments != NULL ? q->equation->moments(q, p)
                                        : field_moments(q->grid, p, d);
}

size_t equation_x_faces(const struct grid *g) {
    return (g->axis[0]->cells + 1) * (g->dims == 2 ? g->axis[1]->cells : 1);
}
