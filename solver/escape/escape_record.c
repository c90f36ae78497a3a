/* SPDX-License-Identifier: GPL-3.0-or-later
 * analysis.escape in the output file. */
#include "solver/escape/escape_splitting.h"
#include "solver/file/attribute.h"
#include "solver/fv/plane/escape.h"
#include <math.h>
#include <stdlib.h>

static const double ln10 = 2.302585092994045684;

/* ---------------------------------------------------------------- fields */

static bool in_the_plane(const struct escape *e) {
    return e->passage.grid->dims == 2;
}

static bool has_curves(const struct escape *e) {
    return e->survival.alive != NULL;
}

static bool has_curves_of_sides(const struct escape *e) {
    return has_curves(e) && !in_the_plane(e);
}

static bool has_quasi(const struct escape *e) {
    return e->quasi.density != NULL;
}

static bool has_exponents(const struct escape *e) {
    return e->exponents.slope[EXPONENT_SGD] != NULL;
}

static bool has_committor(const struct escape *e) {
    return e->committor != NULL;
}

/* ---------------------------------------------------------------- on the file's cells */

/* Equal cells of the passage in one of the file. */
static size_t parts_of(const struct escape *e) {
    return e->cut > 1 ? e->cut : 1;
}

static size_t file_cells(const struct escape *e) {
    return e->passage.grid->cells / parts_of(e);
}

static const double *means(const struct escape *e, const double *value, double *work) {
    const size_t parts = parts_of(e);
    for (size_t i = 0; i < file_cells(e); i++) {
        double sum = 0;
        for (size_t k = 0; k < parts; k++)
            sum += value[i * parts + k];
        work[i] = sum / (double)parts;
    }
    return work;
}

/* Of values at centres: between the two in the middle of the cell. */
static const double *middles(const struct escape *e, const double *value, double *work) {
    const size_t parts = parts_of(e);
    for (size_t i = 0; i < file_cells(e); i++) {
        const double *middle = value + i * parts + parts / 2;
        work[i] = parts == 1 ? middle[0] : (middle[-1] + middle[0]) / 2;
    }
    return work;
}

/* ln of the mean of e^log in the cell i of the file; -inf where all are. */
static double log_mean(const struct escape *e, const double *log_value, size_t i) {
    const size_t parts = parts_of(e);
    const double *part = log_value + i * parts;
    double most = part[0], sum = 0;
    for (size_t k = 1; k < parts; k++)
        most = fmax(most, part[k]);
    if (!isfinite(most)) return most;
    for (size_t k = 0; k < parts; k++)
        sum += exp(part[k] - most);
    return most + log(sum / (double)parts);
}

static const double *exponentials(const struct escape *e, const double *log_value,
                                  double *work) {
    for (size_t i = 0; i < file_cells(e); i++)
        work[i] = exp(log_mean(e, log_value, i));
    return work;
}

static const double *escape_time(const struct escape *e, double *work) {
    return exponentials(e, e->passage.log_time, work);
}

static const double *escape_time_log10(const struct escape *e, double *work) {
    for (size_t i = 0; i < file_cells(e); i++) {
        const double log_time = log_mean(e, e->passage.log_time, i);
        work[i] = log_time == -HUGE_VAL ? (double)NAN : log_time / ln10;
    }
    return work;
}

static const double *exit_lower(const struct escape *e, double *work) {
    return exponentials(e, e->passage.log_lower, work);
}

static const double *exit_upper(const struct escape *e, double *work) {
    return exponentials(e, e->passage.log_upper, work);
}

static const double *exit_face_x(const struct escape *e, double *work) {
    for (size_t k = 0; k < e->passage.places; k++)
        work[k] = e->passage.place[k].x[0];
    return work;
}

static const double *exit_face_y(const struct escape *e, double *work) {
    for (size_t k = 0; k < e->passage.places; k++)
        work[k] = e->passage.place[k].x[1];
    return work;
}

static const double *exit_face_length(const struct escape *e, double *work) {
    for (size_t k = 0; k < e->passage.places; k++)
        work[k] = e->passage.place[k].length;
    return work;
}

static const double *exit_face_probability(const struct escape *e, double *work) {
    (void)work;
    return e->exit_place;
}

static const double *survival(const struct escape *e, double *work) {
    (void)work;
    return e->survival.alive;
}

static const double *exit_density(const struct escape *e, double *work) {
    for (size_t k = 0; k < e->times; k++)
        work[k] = e->survival.lower[k] + e->survival.upper[k];
    return work;
}

static const double *exit_density_lower(const struct escape *e, double *work) {
    (void)work;
    return e->survival.lower;
}

static const double *exit_density_upper(const struct escape *e, double *work) {
    (void)work;
    return e->survival.upper;
}

static const double *quasi_stationary_density(const struct escape *e, double *work) {
    return means(e, e->quasi.density, work);
}

static const double *committor(const struct escape *e, double *work) {
    return means(e, e->committor, work);
}

static const double *sgd_exponent(const struct escape *e, double *work) {
    return middles(e, e->exponents.slope[EXPONENT_SGD], work);
}

static const double *sgd_quasipotential(const struct escape *e, double *work) {
    return middles(e, e->exponents.U[EXPONENT_SGD], work);
}

static const double *equation_exponent(const struct escape *e, double *work) {
    return middles(e, e->exponents.slope[EXPONENT_EQUATION], work);
}

static const double *equation_quasipotential(const struct escape *e, double *work) {
    return middles(e, e->exponents.U[EXPONENT_EQUATION], work);
}

/* In the order of the file. values: in work, or where they are. */
/* clang-format off */
static const struct {
    struct quantity quantity;
    bool (*present)(const struct escape *); /* NULL: in every escape */
    const double *(*values)(const struct escape *, double *work);
} quantities[] = {
    {{"escape_time", {RECORD_CELLS_ONCE, RECORD_CELLS_ONCE}, {0, 0, 1}, "mean escape time", NULL, "infinite from where the target may never be reached"}, NULL, escape_time},
    {{"escape_time_log10", {RECORD_CELLS_ONCE, RECORD_CELLS_ONCE}, {0, 0, 0}, "log10 of the mean escape time", NULL, "NaN on the target, infinite as the time is"}, NULL, escape_time_log10},
    {{"exit_face_x", {RECORD_NONE, RECORD_EXIT_FACES}, {1, 0, 0}, "%x of the middle of a face to leave through", NULL, NULL}, NULL, exit_face_x},
    {{"exit_face_y", {RECORD_NONE, RECORD_EXIT_FACES}, {0, 1, 0}, "%y of the middle of a face to leave through", NULL, NULL}, NULL, exit_face_y},
    {{"exit_face_length", {RECORD_NONE, RECORD_EXIT_FACES}, {0, 0, 0}, "its length", quantity_x_or_y, NULL}, NULL, exit_face_length},
    {{"exit_face_probability", {RECORD_NONE, RECORD_EXIT_FACES}, {0, 0, 0}, "probability to leave through it", NULL, NULL}, NULL, exit_face_probability},
    {{"exit_lower", {RECORD_CELLS_ONCE, RECORD_NONE}, {0, 0, 0}, "probability to leave through the lower side", NULL, NULL}, NULL, exit_lower},
    {{"exit_upper", {RECORD_CELLS_ONCE, RECORD_NONE}, {0, 0, 0}, "probability to leave through the upper side", NULL, NULL}, NULL, exit_upper},
    {{"survival", {RECORD_EXIT_TIMES, RECORD_EXIT_TIMES}, {0, 0, 0}, "probability not to have arrived", NULL, NULL}, has_curves, survival},
    {{"exit_density", {RECORD_EXIT_TIMES, RECORD_EXIT_TIMES}, {0, 0, -1}, "density of the exit time", NULL, NULL}, has_curves, exit_density},
    {{"exit_density_lower", {RECORD_EXIT_TIMES, RECORD_NONE}, {0, 0, -1}, "density of the exit time, lower side", NULL, NULL}, has_curves_of_sides, exit_density_lower},
    {{"exit_density_upper", {RECORD_EXIT_TIMES, RECORD_NONE}, {0, 0, -1}, "density of the exit time, upper side", NULL, NULL}, has_curves_of_sides, exit_density_upper},
    {{"quasi_stationary_density", {RECORD_CELLS_ONCE, RECORD_CELLS_ONCE}, {-1, -1, 0}, "quasi-stationary density", NULL, NULL}, has_quasi, quasi_stationary_density},
    {{"escape_committor", {RECORD_CELLS_ONCE, RECORD_CELLS_ONCE}, {0, 0, 0}, "probability to reach the target before the start", NULL, NULL}, has_committor, committor},
    {{"sgd_exponent", {RECORD_CELLS_ONCE, RECORD_NONE}, {-1, 0, 0}, "exponent of SGD, theta/eta with E exp(-theta g) = 1", NULL, "infinite where all gradients have one sign, its own: no batch leads up"}, has_exponents, sgd_exponent},
    {{"equation_exponent", {RECORD_CELLS_ONCE, RECORD_NONE}, {-1, 0, 0}, "exponent of the equation, -b/D = 2 G/(eta C_B)", NULL, "infinite where there is no noise"}, has_exponents, equation_exponent},
    {{"sgd_quasipotential", {RECORD_CELLS_ONCE, RECORD_NONE}, {0, 0, 0}, "quasi-potential of SGD, from the start's well", NULL, "infinite where no batch leads up to it, NaN beyond a way down that none leads back"}, has_exponents, sgd_quasipotential},
    {{"equation_quasipotential", {RECORD_CELLS_ONCE, RECORD_NONE}, {0, 0, 0}, "quasi-potential of the equation, from the start's well", NULL, "infinite behind a way up without noise, NaN beyond a way down without"}, has_exponents, equation_quasipotential},
};
/* clang-format on */
enum { QUANTITIES = sizeof quantities / sizeof *quantities };

const struct quantity *escape_quantity(size_t k) {
    return k < QUANTITIES ? &quantities[k].quantity
                          : escape_splitting_quantity(k - QUANTITIES);
}

static bool is_there(const struct escape *e, size_t k) {
    return quantities[k].quantity.kind[in_the_plane(e)] != RECORD_NONE &&
           (quantities[k].present == NULL || quantities[k].present(e));
}

void escape_fields(const struct escape *e, field_sink add, void *context) {
    if (e == NULL) return;
    for (size_t k = 0; k < QUANTITIES; k++)
        if (is_there(e, k)) add(context, &quantities[k].quantity, (struct quantity_of){0});
    escape_splitting_fields(e, add, context);
}

bool escape_record(const struct escape *e, struct record *record, struct error *err) {
    if (e == NULL) return true;
    size_t room = file_cells(e);
    if (e->times > room) room = e->times;
    if (e->passage.places > room) room = e->passage.places;
    double *work = array_create(room, sizeof *work, err);
    bool good = work != NULL;
    for (size_t k = 0; good && k < QUANTITIES; k++)
        good = !is_there(e, k) || record_static(record, quantities[k].quantity.name,
                                                quantities[k].values(e, work), err);
    free(work);
    return good && escape_splitting_record(e, record, err);
}

/* ---------------------------------------------------------------- attributes */

static double mean_time(const void *of) {
    const struct escape *e = of;
    return exp(e->log_time);
}

static double mean_time_log10(const void *of) {
    const struct escape *e = of;
    return e->log_time / ln10;
}

static double mean_time_space_error(const void *of) {
    const struct escape *e = of;
    return e->space_error * exp(e->log_time);
}

static double mean_time_extrapolated(const void *of) {
    const struct escape *e = of;
    return exp(e->log_extrapolated);
}

static double rate(const void *of) {
    const struct escape *e = of;
    return exp(-e->log_time);
}

static double quasi_rate(const void *of) {
    const struct escape *e = of;
    return exp(e->quasi.log_rate);
}

static double quasi_rate_log10(const void *of) {
    const struct escape *e = of;
    return e->quasi.log_rate / ln10;
}

static double through_lower(const void *of) {
    const struct escape *e = of;
    return e->exit[0];
}

static double through_upper(const void *of) {
    const struct escape *e = of;
    return e->exit[1];
}

static double survival_error(const void *of) {
    const struct escape *e = of;
    return e->survival.error;
}

static const char *why_none(const void *of) {
    const struct escape *e = of;
    return e->why_no_error.message[0] != '\0' ? e->why_no_error.message
                                              : "too large a number: see its logarithm";
}

/* There is an error, but it is not of second order (escape.c). */
static const char *why_not_extrapolated(const void *of) {
    const struct escape *e = of;
    return isfinite(e->space_error) && isnan(e->log_extrapolated)
               ? "the error in space is not of one known order: it is the whole change"
               : why_none(of);
}

static bool with_quasi(const void *of) {
    return has_quasi(of);
}

static bool with_sides(const void *of) {
    return !in_the_plane(of);
}

static bool with_curves(const void *of) {
    return has_curves(of);
}

static const char *question_from(const void *of, char room[ATTRIBUTE_TEXT]) {
    const struct escape *e = of;
    char to[ESCAPE_WORDS];
    escape_question_words(&e->question, e->setup, room, to);
    return room;
}

static const char *question_to(const void *of, char room[ATTRIBUTE_TEXT]) {
    const struct escape *e = of;
    char from[ESCAPE_WORDS];
    escape_question_words(&e->question, e->setup, from, room);
    return room;
}

static bool with_note(const void *of) {
    char note[ESCAPE_NOTE];
    return escape_note(of, note);
}

static const char *note(const void *of, char room[ATTRIBUTE_TEXT]) {
    (void)escape_note(of, room);
    return room;
}

/* clang-format off */
static const struct attribute attributes[] = {
    {.name = "mean_escape_time", .sentence = "first passage: its mean time", .real = mean_time, .why = why_none},
    {.name = "mean_escape_time_log10", .sentence = "log10 of it", .real = mean_time_log10, .why = why_none},
    {.name = "mean_escape_time_space_error", .sentence = "its estimated error in space", .real = mean_time_space_error, .why = why_none},
    {.name = "mean_escape_time_extrapolated", .sentence = "its value at zero cell width", .real = mean_time_extrapolated, .why = why_not_extrapolated},
    {.name = "escape_rate", .sentence = "one over the mean escape time", .real = rate, .why = why_none},
    {.name = "quasi_stationary_rate", .sentence = "the rate at which the quasi-stationary density decays", .present = with_quasi, .real = quasi_rate, .why = why_none},
    {.name = "quasi_stationary_rate_log10", .sentence = "log10 of it", .present = with_quasi, .real = quasi_rate_log10, .why = why_none},
    {.name = "exit_probability_lower", .sentence = "one variable: probability to leave through the lower side", .present = with_sides, .real = through_lower, .why = why_none},
    {.name = "exit_probability_upper", .sentence = "the same of the upper side", .present = with_sides, .real = through_upper, .why = why_none},
    {.name = "survival_time_error", .sentence = "estimated error in time of survival", .present = with_curves, .real = survival_error, .why = why_none},
    {.name = "escape_from", .sentence = "first passage: from where", .text = question_from},
    {.name = "escape_to", .sentence = "first passage: to where", .text = question_to},
    {.name = "escape_note", .sentence = "what the target's edge does to the answer", .present = with_note, .text = note},
};
/* clang-format on */
const struct attribute_table escape_attributes = {attributes,
                                                  sizeof attributes / sizeof *attributes};

bool escape_results(const struct escape *e, struct record *record, struct error *err) {
    return e == NULL || (attributes_put(&escape_attributes, e, NULL, false, record, err) &&
                         escape_splitting_results(e, record, err));
}
