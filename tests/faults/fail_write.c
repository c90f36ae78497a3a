/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * To be preloaded: the k-th call that changes a file fails, or the process ends or stops
 * there; or the disk is full. What it does stands in the environment:
 *     FAULT        what happens at call FAULT_CALL (counted from 1):
 *                  kill, stop (SIGKILL, SIGSTOP before the call), EIO, ENOSPC, EINTR, short
 *                  (half of it is written)
 *     FAULT_EVERY  multiples of FAULT_CALL too
 *     FAULT_ROOM   a file that would be larger than so many bytes: ENOSPC
 *     FAULT_COUNT  a file that gets the number of calls at the end
 *     FAULT_CLOCK  seconds that go by with each look at the clock, and no others: how rows are
 *                  grouped is the same in every run
 * Calls are pwrite, write to a file, ftruncate, rename, unlink. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static atomic_long calls, looks;

static long number(const char *name) {
    const char *text = getenv(name);
    return text != NULL ? atol(text) : 0;
}

static int is_fault(const char *name) {
    const char *fault = getenv("FAULT");
    return fault != NULL && strcmp(fault, name) == 0;
}

/* Counts a call; is it the one? */
static int is_chosen(void) {
    const long call = atomic_fetch_add(&calls, 1) + 1, chosen = number("FAULT_CALL");
    if (chosen == 0) return 0;
    return call == chosen || (getenv("FAULT_EVERY") != NULL && call % chosen == 0);
}

/* errno of the fault that meets this call, 0 for none; does not return from a kill. */
static int meets_fault(void) {
    if (!is_chosen()) return 0;
    if (is_fault("kill")) kill(getpid(), SIGKILL);
    if (is_fault("stop")) kill(getpid(), SIGSTOP);
    return is_fault("EIO")      ? EIO
           : is_fault("ENOSPC") ? ENOSPC
           : is_fault("EINTR")  ? EINTR
           : is_fault("short")  ? -1
                                : 0;
}

static int is_regular(int fd) {
    struct stat found;
    return fstat(fd, &found) == 0 && S_ISREG(found.st_mode);
}

/* How much of a write may be done: all, half, what the disk has room for, or nothing (-1
 * with errno). */
static ssize_t allowed(size_t size, off_t at) {
    const long room = number("FAULT_ROOM");
    const int fault = meets_fault();
    if (fault > 0) return errno = fault, -1;
    if (fault < 0) return (ssize_t)(size > 1 ? size / 2 : size);
    if (room == 0 || at + (off_t)size <= room) return (ssize_t)size;
    if (at < room) return room - at;
    return errno = ENOSPC, -1;
}

ssize_t pwrite(int fd, const void *bytes, size_t size, off_t at) {
    const ssize_t n = allowed(size, at);
    return n < 0 ? n : syscall(SYS_pwrite64, fd, bytes, n, at);
}

ssize_t pwrite64(int fd, const void *bytes, size_t size, off64_t at) {
    return pwrite(fd, bytes, size, at);
}

ssize_t write(int fd, const void *bytes, size_t size) {
    const off_t at = is_regular(fd) ? lseek(fd, 0, SEEK_CUR) : -1;
    const ssize_t n = at >= 0 ? allowed(size, at) : (ssize_t)size;
    return n < 0 ? n : syscall(SYS_write, fd, bytes, n);
}

int ftruncate(int fd, off_t length) {
    const int fault = meets_fault();
    if (fault > 0) return errno = fault, -1;
    return (int)syscall(SYS_ftruncate, fd, length);
}

int ftruncate64(int fd, off64_t length) {
    return ftruncate(fd, length);
}

int rename(const char *from, const char *to) {
    const int fault = meets_fault();
    if (fault > 0 && fault != EINTR) return errno = fault, -1;
    return (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
}

int unlink(const char *path) {
    (void)meets_fault();
    return (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
}

int clock_gettime(clockid_t clock, struct timespec *now) {
    const char *text = getenv("FAULT_CLOCK");
    if (text == NULL || clock != CLOCK_MONOTONIC)
        return (int)syscall(SYS_clock_gettime, clock, now);
    const double seconds = 1000 + atof(text) * (double)atomic_fetch_add(&looks, 1);
    now->tv_sec = (time_t)seconds;
    now->tv_nsec = (long)(1e9 * (seconds - (double)now->tv_sec));
    return 0;
}

__attribute__((destructor)) static void write_count(void) {
    const char *path = getenv("FAULT_COUNT");
    char text[32];
    const int length = snprintf(text, sizeof text, "%ld\n", (long)calls);
    const int fd = path != NULL ? open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666) : -1;
    if (fd < 0) return;
    if (syscall(SYS_write, fd, text, length) != length) abort();
    close(fd);
}
