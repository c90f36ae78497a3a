/* SPDX-License-Identifier: GPL-3.0-or-later
 * example_scan: when is half of a start in the narrow minimum in the wide one? For several
 * learning rates, each in a thread of its own; the loss is an array of this program, and each
 * run stops as soon as it has its answer. */
#include <fokker.h>
#include <pthread.h>
#include <stdio.h>

enum { PLACES = 301, RATES = 4 };

static const char settings[] =
    "model:\n"
    "  variables: [w]\n"
    "  tables: {\"L(u)\": {at: places, value: losses}}\n" /* arrays, no file */
    "  loss: L(w)\n"
    "  noise: {covariance: 4}\n"
    "  learning_rate: 0.1\n"
    "grid: {w: {min: -2, max: 4, cells: 200}}\n"
    "initial: {gaussian: {mean: -1, std: 0.1}}\n"
    "time: {snapshots: {log: [1, 1e5, 101]}}\n"
    "analysis: {regions: {wide: w > 0}}\n";

struct job {
    double rate;           /* in */
    double steps, in_wide; /* out: at the last snapshot */
    bool reached;
    struct fokker_error error; /* each thread its own */
};

/* After each snapshot: false stops the run. Here fokker_read_row is allowed, of this row and of
 * those before. An error that a hook cannot tell the library goes into the job. */
static bool half_is_over(void *context, const struct fokker_result *result, size_t row,
                         double time) {
    struct job *job = context;
    struct fokker_array mass = {0};
    if (!fokker_read_row(result, "mass_in_wide", row, &mass, &job->error)) return false;
    job->steps = time;
    job->in_wide = mass.value[0];
    job->reached = job->in_wide > 0.5;
    fokker_array_free(&mass); /* what fokker_read gives belongs to the caller */
    return !job->reached;
}

static bool add_loss(struct fokker_model *model, struct fokker_error *error) {
    double place[PLACES], loss[PLACES];
    const size_t shape[1] = {PLACES};
    for (int i = 0; i < PLACES; i++) {
        const double w = place[i] = -2 + 6.0 * i / (PLACES - 1),
                     u = w < 0 ? w + 1 : w / 2 - 1;
        loss[i] = 2 * u * u - u * u * u * u;
    }
    return fokker_add_array(model, "places", 1, shape, place, error) && /* copied */
           fokker_add_array(model, "losses", 1, shape, loss, error);
}

/* A model, its run and its result stay within one thread. */
static void *work(void *context) {
    struct job *job = context;
    char change[64];
    snprintf(change, sizeof change, "model.learning_rate = %g", job->rate);
    const char *const changes[] = {change, NULL};
    const struct fokker_hooks hooks = {.context = job, .snapshot = half_is_over};
    struct fokker_result *result = NULL;
    struct fokker_model *model = fokker_open_text(settings, changes, &job->error);
    const bool good = model != NULL && add_loss(model, &job->error) &&
                      fokker_run(model, &hooks, &result, &job->error);
    if (!good && job->reached) job->error.kind = FOKKER_NO_ERROR; /* stopped by ourselves */
    fokker_result_free(result); /* NULL is allowed, here and below */
    fokker_close(model);
    return NULL;
}

/* A mistake of a user has a place: the file or the text, its line and column, and the key. */
static void show_mistake(void) {
    const char *const changes[] = {"grid.w.cell = 100", NULL};
    struct fokker_error error = {0};
    struct fokker_model *model = fokker_open_text(settings, changes, &error);
    if (model == NULL)
        printf("kind %s, key %s\n  %s\n",
               error.kind == FOKKER_SETTINGS ? "settings" : "other", error.key,
               error.message);
    fokker_close(model);
}

int main(void) {
    struct job jobs[RATES] = {{.rate = 0.1}, {.rate = 0.2}, {.rate = 0.3}, {.rate = 0.4}};
    pthread_t threads[RATES];
    const bool together = fokker_is_threadsafe(); /* else one after the other */
    int failed = 0;
    for (int i = 0; i < RATES; i++)
        if (!together || pthread_create(&threads[i], NULL, work, &jobs[i]) != 0)
            threads[i] = pthread_self(), work(&jobs[i]);
    for (int i = 0; i < RATES; i++) {
        if (!pthread_equal(threads[i], pthread_self())) pthread_join(threads[i], NULL);
        if (jobs[i].error.kind != FOKKER_NO_ERROR)
            failed = 1, fprintf(stderr, "%s\n", jobs[i].error.message);
        else
            printf("rate %g: %.3f in the wide minimum after %.4g steps\n", jobs[i].rate,
                   jobs[i].in_wide, jobs[i].steps);
    }
    show_mistake();
    return failed;
}
