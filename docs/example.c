/* SPDX-License-Identifier: GPL-3.0-or-later
 * example SETTINGS [KEY=VALUE ...]: where is SGD in the end? */
#include <fokker.h>
#include <stdio.h>

static bool progress(void *context, double fraction) {
    (void)context;
    fprintf(stderr, "\r%3.0f %%", 100 * fraction);
    return true; /* false stops the run */
}

static bool snapshot(void *context, const struct fokker_result *result, size_t row,
                     double time) {
    struct fokker_array mean;
    if (!fokker_read_row(result, "mean_x", row, &mean, context)) return false;
    printf("t = %-10.4g mean %.4f\n", time, mean.value[0]);
    fokker_array_free(&mean);
    return true;
}

int main(int argc, char **argv) {
    struct fokker_error error = {0};
    const struct fokker_hooks hooks = {
        .context = &error, .progress = progress, .snapshot = snapshot};
    const char *const *changes = argc > 2 ? (const char *const *)argv + 2 : NULL;
    struct fokker_model *model = fokker_open(argc > 1 ? argv[1] : "", changes, &error);
    struct fokker_result *result = NULL;
    struct fokker_array p = {0}; /* [snapshots][cells] */
    const bool good = model != NULL && fokker_run(model, &hooks, &result, &error) &&
                      fokker_read(result, "density", &p, &error);
    if (good) {
        const double *last = p.value + (p.shape[0] - 1) * p.shape[1];
        double top = 0;
        for (size_t i = 0; i < p.shape[1]; i++)
            if (last[i] > top) top = last[i];
        printf("density [%zu][%zu] (%s), at the end up to %.4f\n%s", p.shape[0], p.shape[1],
               p.unit, top, fokker_summary(result));
    }
    if (!good)
        fprintf(stderr, "\r%s\n", error.message); /* file:line:column: what is wrong */
    fokker_array_free(&p);
    fokker_result_free(result);
    fokker_close(model);
    return good ? 0 : 1;
}
