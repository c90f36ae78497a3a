/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/cli/workers.h"
#include "io/stop.h"
#include "io/text.h"
#include "solver/cli/progress.h"
#include "solver/cli/signals.h"
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    PAUSE_MS = 100,  /* between two looks at the monitor */
    MOST_JOBS = 100, /* of one process */
};

static const size_t no_job = (size_t)-1; /* tells a worker to end */

/* One process at work; pid 0: none. */
struct worker {
    pid_t pid;
    int orders[2];    /* pipe: to the worker, the numbers of its jobs */
    int answers;      /* from it: what a job has to say, then a 0 byte */
    size_t jobs;      /* that it was given, */
    size_t job;       /* the last of them; no_job: done */
    struct text text; /* what was said of it so far */
};

struct pool {
    const struct workers *workers;
    size_t jobs, begun, ended;
    struct worker *worker;    /* [most] */
    struct pollfd *wait;      /* [most] */
    struct at_work *at_work;  /* [most] */
    _Atomic double *fraction; /* [most], shared with the workers */
    bool stopping;
};

/* ---------------------------------------------------------------- in the worker */

struct worker_monitor {
    struct monitor inner;
    _Atomic double *fraction;
};

static bool worker_tick(void *context, double fraction) {
    struct worker_monitor *m = context;
    atomic_store(m->fraction, fraction);
    return m->inner.tick(m->inner.context, fraction);
}

static void do_job(const struct pool *p, size_t slot, size_t job, FILE *out) {
    struct worker_monitor m = {progress_begin(true), &p->fraction[slot]};
    const struct monitor monitor = {worker_tick, &m};
    p->workers->work(p->workers->context, job, &monitor, out);
    fputc('\0', out);
    if (fflush(out) != 0) _exit(1);
}

/* Its next job; no_job also where it cannot be read. */
static size_t next_job(int orders) {
    size_t job;
    ssize_t n;
    while ((n = read(orders, &job, sizeof job)) < 0 && errno == EINTR)
        ;
    return n == sizeof job ? job : no_job;
}

static _Noreturn void worker_main(const struct pool *p, size_t slot, pid_t parent,
                                  int answers) {
    const int orders = p->worker[slot].orders[0];
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(1); /* it died before the line above */
    signals_of_worker();
    stop_release(); /* what this process holds is its parent's */
    FILE *out = fdopen(answers, "w");
    if (out == NULL) _exit(1);
    for (size_t job; (job = next_job(orders)) != no_job;)
        do_job(p, slot, job, out);
    _exit(fclose(out) == 0 ? 0 : 1);
}

/* ---------------------------------------------------------------- beginning a job */

static bool no_process(struct error *err, const char *what) {
    return fail(err, ERROR_RUN, "cannot start a worker: %s: %s", what, strerror(errno));
}

/* A process without a job yet. */
static bool worker_start(struct pool *p, size_t slot, struct error *err) {
    struct worker *w = &p->worker[slot];
    int ends[2];
    *w = (struct worker){.job = no_job};
    if (pipe(w->orders) != 0) return no_process(err, "pipe");
    if (pipe(ends) != 0) {
        close(w->orders[0]), close(w->orders[1]);
        return no_process(err, "pipe");
    }
    const pid_t parent = getpid();
    w->pid = fork();
    if (w->pid == 0) {
        close(ends[0]);
        worker_main(p, slot, parent, ends[1]);
    }
    close(ends[1]);
    w->answers = ends[0];
    if (w->pid > 0) return true;
    w->pid = 0;
    close(w->orders[0]), close(w->orders[1]), close(w->answers);
    return no_process(err, "fork");
}

/* Both ends of the orders are open here: to write to a worker that has died is no error,
 * and its death comes as the end of its answers. */
static void give_order(const struct worker *w, size_t job) {
    while (write(w->orders[1], &job, sizeof job) < 0 && errno == EINTR)
        ;
}

/* The next job to that worker. */
static bool job_begin(struct pool *p, size_t slot, struct error *err) {
    struct worker *w = &p->worker[slot];
    if (w->pid == 0 && !worker_start(p, slot, err)) return false;
    if (!text_begin(&w->text, err)) return false;
    atomic_store(&p->fraction[slot], 0);
    w->job = p->begun++;
    w->jobs++;
    give_order(w, w->job);
    return true;
}

/* ---------------------------------------------------------------- ending a job */

/* ERROR_NONE for a process that ended as it should. */
static struct error death_of(int status) {
    struct error death = {0};
    const int number = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    if (WIFEXITED(status) && WEXITSTATUS(status) == SIGNALS_STOPPED)
        fail(&death, ERROR_INTERRUPTED, "interrupted");
    else if (number != 0)
        fail(&death, ERROR_RUN, "killed by signal %d (%s)", number, strsignal(number));
    else if (WEXITSTATUS(status) != 0)
        fail(&death, ERROR_RUN, "its process ended early");
    return death;
}

/* Hands on what was said; death: of kind ERROR_NONE where the job was done. */
static void job_end(struct pool *p, struct worker *w, const struct error *death) {
    struct error memory = {0};
    const struct error *reason = death->kind != ERROR_NONE ? death : &memory;
    char *written = text_end(&w->text, true, &memory);
    p->workers->done(p->workers->context, w->job, written != NULL ? written : "",
                     reason->kind != ERROR_NONE ? reason : NULL);
    free(written);
    w->job = no_job;
    p->ended++;
}

/* The process has ended, or ends now that it is told to. */
static void worker_end(struct pool *p, struct worker *w) {
    int status = 0;
    while (waitpid(w->pid, &status, 0) < 0 && errno == EINTR)
        ;
    close(w->orders[0]), close(w->orders[1]), close(w->answers);
    w->pid = 0;
    struct error death = death_of(status);
    if (w->job == no_job) return;
    if (death.kind == ERROR_NONE) fail(&death, ERROR_RUN, "its process ended early");
    job_end(p, w, &death);
}

static void worker_dismiss(struct pool *p, struct worker *w) {
    give_order(w, no_job);
    worker_end(p, w);
}

/* Takes what a worker has written; false at the end of it. */
static bool worker_read(struct pool *p, struct worker *w) {
    static const struct error none = {0};
    char block[4096];
    const ssize_t n = read(w->answers, block, sizeof block);
    if (n <= 0) return n < 0 && errno == EINTR;
    const bool ended = block[n - 1] == '\0';
    if (w->job == no_job) return true; /* nobody asked */
    fwrite(block, 1, (size_t)n - ended, w->text.out);
    if (ended) job_end(p, w, &none);
    return true;
}

/* ---------------------------------------------------------------- all jobs */

static bool is_at_work(const struct worker *w) {
    return w->pid != 0 && w->job != no_job;
}

static double fraction_done(const struct pool *p) {
    double sum = (double)p->ended;
    for (size_t k = 0; k < p->workers->most; k++)
        if (is_at_work(&p->worker[k])) sum += atomic_load(&p->fraction[k]);
    return sum / (double)p->jobs;
}

static void tell_watch(const struct pool *p) {
    size_t count = 0;
    if (p->workers->watch == NULL) return;
    for (size_t k = 0; k < p->workers->most; k++)
        if (is_at_work(&p->worker[k]))
            p->at_work[count++] =
                (struct at_work){p->worker[k].job, atomic_load(&p->fraction[k])};
    p->workers->watch(p->workers->context, p->at_work, count);
}

static void stop_workers(struct pool *p) {
    if (p->stopping) return;
    p->stopping = true;
    for (size_t k = 0; k < p->workers->most; k++)
        if (p->worker[k].pid != 0) kill(p->worker[k].pid, SIGTERM);
}

static bool begin_some(struct pool *p, struct error *err) {
    for (size_t k = 0; k < p->workers->most && p->begun < p->jobs; k++) {
        if (is_at_work(&p->worker[k])) continue;
        if (p->worker[k].jobs == MOST_JOBS && p->worker[k].pid != 0)
            worker_dismiss(p, &p->worker[k]);
        if (!job_begin(p, k, err)) return false;
    }
    return true;
}

/* Waits until a worker writes or ends, or for a short while. */
static void wait_for_some(struct pool *p) {
    const size_t most = p->workers->most;
    for (size_t k = 0; k < most; k++)
        p->wait[k] = (struct pollfd){
            .fd = p->worker[k].pid != 0 ? p->worker[k].answers : -1, .events = POLLIN};
    if (poll(p->wait, most, PAUSE_MS) <= 0) return;
    for (size_t k = 0; k < most; k++)
        if (p->wait[k].fd >= 0 && p->wait[k].revents != 0 && !worker_read(p, &p->worker[k]))
            worker_end(p, &p->worker[k]);
}

static bool pool_run(struct pool *p, struct error *err) {
    bool good = true;
    while (p->ended < (good ? p->jobs : p->begun)) {
        tell_watch(p);
        if (good && !monitor_tick(&p->workers->monitor, fraction_done(p), err))
            good = false;
        if (good && !begin_some(p, err)) good = false;
        if (!good) stop_workers(p);
        if (p->ended < p->begun) wait_for_some(p);
    }
    for (size_t k = 0; k < p->workers->most; k++)
        if (p->worker[k].pid != 0) worker_dismiss(p, &p->worker[k]);
    return good;
}

bool workers_run(const struct workers *workers, size_t jobs, struct error *err) {
    struct pool p = {.workers = workers, .jobs = jobs};
    const size_t bytes = workers->most * sizeof *p.fraction;
    p.fraction =
        mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    bool good = p.fraction != MAP_FAILED || no_process(err, "memory");
    good = good &&
           (p.worker = array_create(workers->most, sizeof *p.worker, err)) != NULL &&
           (p.wait = array_create(workers->most, sizeof *p.wait, err)) != NULL &&
           (p.at_work = array_create(workers->most, sizeof *p.at_work, err)) != NULL &&
           pool_run(&p, err);
    free(p.at_work);
    free(p.wait);
    free(p.worker);
    if (p.fraction != MAP_FAILED) munmap(p.fraction, bytes);
    return good;
}
