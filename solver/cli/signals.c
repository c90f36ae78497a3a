/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/cli/signals.h"
#include "io/stop.h"
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

static volatile sig_atomic_t asked, heard, is_worker;

static const char *volatile more; /* of signals_tell */

static void tell(const char *line) {
    if (write(STDERR_FILENO, line, strlen(line)) < 0)
        _exit(SIGNALS_STOPPED); /* nobody reads it */
}

static _Noreturn void leave(const char *line) {
    const char *last = more;
    stop_remove_files();
    if (!is_worker) tell(line);
    if (!is_worker && last != NULL && stop_is_held()) tell(last);
    _exit(SIGNALS_STOPPED);
}

void signals_tell(const char *line) {
    more = line;
}

static void ask(int number) {
    const int before = errno;
    if (!stop_is_held()) leave("fokker: interrupted\n");
    if (asked && !is_worker)
        leave("fokker: interrupted twice; what was recorded before is whole\n");
    asked = 1;
    if (!heard) alarm(SIGNALS_PATIENCE);
    (void)number;
    errno = before;
}

static void give_up(int number) {
    (void)number;
    if (!heard) leave("fokker: interrupted; what was recorded before is whole\n");
}

static void handle(int number, void (*handler)(int)) {
    struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    sigaction(number, &action, NULL);
}

void signals_catch(void) {
    struct sigaction hangup;
    handle(SIGINT, ask);
    handle(SIGTERM, ask);
    if (sigaction(SIGHUP, NULL, &hangup) == 0 && hangup.sa_handler != SIG_IGN)
        handle(SIGHUP, ask);
    handle(SIGALRM, give_up);
    handle(SIGXFSZ, SIG_IGN);
    handle(SIGPIPE, SIG_IGN);
}

void signals_of_worker(void) {
    is_worker = 1;
    handle(SIGINT, SIG_IGN);
}

bool signals_stop(void) {
    if (!asked) return false;
    heard = 1;
    alarm(0);
    return true;
}
