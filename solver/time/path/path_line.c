/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/time/path/path_line.h"
#include "solver/fv/line/generator.h"
#include "solver/time/path/path_integral.h"

static struct propagator *create(const void *problem,
                                 const struct coefficients *coefficients,
                                 const struct propagator_options *options,
                                 struct error *err) {
    const struct line_generator *generator = problem;
    return path_integral_create(generator->grid, coefficients, options, err);
}

const struct propagator_method line_path_integral_method = {
    .name = "path_integral",
    .description = PATH_INTEGRAL_DESCRIPTION,
    .order = 2,
    .tolerance = PATH_INTEGRAL_TOLERANCE,
    .batch = true,
    .create = create,
    .keeps_mass = true,
    .advance = path_integral_advance,
    .destroy = path_integral_destroy,
};
