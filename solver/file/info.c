/* SPDX-License-Identifier: GPL-3.0-or-later
 * An output file in words. */
#include "solver/file/info.h"
#include "io/h5file.h"
#include "io/plain.h"
#include "io/text.h"
#include "solver/file/record_axes.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static void print_text(FILE *out, const struct h5file *f, const char *label,
                       const char *name) {
    struct error ignored;
    char *value = NULL;
    if (h5file_read_attribute_text(f, "/", name, &value, &ignored) && value[0] != '\0') {
        fprintf(out, "  %-22s ", label);
        plain_write(out, value, "");
        fputc('\n', out);
    }
    free(value);
}

static void print_real(FILE *out, const struct h5file *f, const char *label,
                       const char *name) {
    struct error ignored;
    double value;
    if (h5file_read_attribute_real(f, "/", name, &value, &ignored))
        fprintf(out, "  %-22s %.6g\n", label, value);
}

static void print_last(FILE *out, const struct h5file *f, size_t rows, const char *label,
                       const char *name) {
    struct error ignored;
    double value;
    if (rows > 0 && h5file_has(f, name) &&
        h5file_read_row(f, name, rows - 1, &value, 1, &ignored) && isfinite(value))
        fprintf(out, "  %-22s %.9g\n", label, value);
}

/* Mean and variance of each variable, by its name. */
static bool print_moments(FILE *out, const struct h5file *f, size_t rows,
                          struct error *err) {
    static const char *const series[2][2] = {{"mean_x", "variance_x"},
                                             {"mean_y", "variance_y"}};
    struct axis_names names;
    if (!axis_names_find(&names, f, err)) return false;
    for (int d = 0; d < names.dims; d++) {
        struct error ignored;
        char *name = NULL, label[60];
        const bool named =
            h5file_read_attribute_text(f, names.centre[d], "long_name", &name, &ignored);
        const char *of = named ? name : d == 0 ? "x" : "y";
        snprintf(label, sizeof label, "mean of %.40s", of);
        print_last(out, f, rows, label, series[d][0]);
        snprintf(label, sizeof label, "variance of %.40s", of);
        print_last(out, f, rows, label, series[d][1]);
        free(name);
    }
    return true;
}

static bool print_axes(FILE *out, const struct h5file *f, struct error *err) {
    struct axis_names names;
    if (!axis_names_find(&names, f, err)) return false;
    for (int d = 0; d < names.dims; d++) {
        const char *edges = names.edge[d];
        char *label = NULL;
        size_t n = 0;
        if (!h5file_size(f, edges, &n, err)) return false;
        if (n < 2) return fail(err, ERROR_FILE, "'%s' has no cell", edges);
        double *face = array_create(n, sizeof *face, err);
        const bool good = face != NULL && h5file_read(f, edges, face, n, err);
        if (good &&
            h5file_read_attribute_text(f, names.centre[d], "long_name", &label, err))
            fprintf(out, "  %-22s %s in [%g, %g], %zu cells\n", d == 0 ? "x" : "y", label,
                    face[0], face[n - 1], n - 1);
        free(label);
        free(face);
        if (!good) return false;
    }
    return true;
}

static bool print_file(FILE *out, const struct h5file *f, const char *path,
                       struct error *err) {
    size_t rows = 0;
    double last = 0;
    char *title = NULL;
    if (!h5file_has(f, "density") || !h5file_rows(f, "time", &rows, err))
        return fail(err, ERROR_FILE,
                    "%s: not an output file of fokker (no dataset 'density')", path);
    struct error ignored;
    const bool titled = h5file_read_attribute_text(f, "/", "title", &title, &ignored);
    if (!titled && ignored.kind == ERROR_MEMORY) return *err = ignored, false;
    fprintf(out, "%s: ", path);
    plain_write(out, titled ? title : "(its attributes cannot be read)", "");
    fputc('\n', out);
    free(title);
    if (rows > 0 && !h5file_read_row(f, "time", rows - 1, &last, 1, err)) return false;
    print_text(out, f, "status", "status");
    fprintf(out, "  %-22s %zu, to t = %g\n", "snapshots", rows, last);
    if (!print_axes(out, f, err)) return false;
    print_text(out, f, "method", "method");
    if (!print_moments(out, f, rows, err)) return false;
    print_last(out, f, rows, "expected loss", "mean_loss");
    print_last(out, f, rows, "work done", "work");
    print_last(out, f, rows, "heat taken up", "heat");
    print_last(out, f, rows, "mean exp(-work/T)", "work_exponential");
    print_last(out, f, rows, "mass", "mass");
    print_last(out, f, rows, "L1 to stationary", "l1_to_stationary");
    print_text(out, f, "stationary density", "stationary_density_status");
    print_real(out, f, "mean escape time", "mean_escape_time");
    print_real(out, f, "quasi-stationary rate", "quasi_stationary_rate");
    print_real(out, f, "reached in time", "reach_probability");
    print_real(out, f, "  by splitting", "mc_reach_probability");
    print_real(out, f, "slowest rate", "slowest_rate");
    print_real(out, f, "time error estimate", "time_error_estimate");
    print_real(out, f, "space error estimate", "space_error_estimate");
    print_real(out, f, "largest mass defect", "largest_mass_defect");
    print_real(out, f, "largest negativity", "largest_negativity");
    print_real(out, f, "smallest density", "smallest_density");
    print_text(out, f, "law", "law_sgd_verdict_sentence");
    print_text(out, f, "law", "law_gaussian_verdict_sentence");
    print_text(out, f, "law", "law_sde_verdict_sentence");
    print_text(out, f, "walkers", "mc_verdict_sentence");
    for (int k = 1; k <= 12; k++) {
        char name[16];
        snprintf(name, sizeof name, "remark_%d", k);
        print_text(out, f, "remark", name);
    }
    print_text(out, f, "written by", "program_version");
    print_text(out, f, "command", "command_line");
    return true;
}

bool file_info(const char *path, char **text, struct error *err) {
    *text = NULL;
    struct h5file *f = h5file_open(path, false, err);
    if (f == NULL) return false;
    struct text lines;
    bool good = text_begin(&lines, err) && print_file(lines.out, f, path, err);
    struct error closing;
    if (!h5file_close(f, &closing) && good) good = false, *err = closing;
    *text = text_end(&lines, good, err);
    return *text != NULL;
}
