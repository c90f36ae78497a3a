/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Preloaded before a program (LD_PRELOAD): lets allocations fail, counted from the beginning
 * of main. What is asked for stands in the environment:
 *   FAIL_AT=K        the K-th allocation gives NULL
 *   FAIL_PLACES=FILE of each place in the program that allocates, the number of its first
 *                    allocation is appended. A place is the program's own return addresses on
 *                    the stack, the innermost PLACE_DEPTH of them.
 *   FAIL_CALLER=FILE the shared object that asked for the K-th allocation is written there. */
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <link.h>
#include <malloc.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PLACE_DEPTH = 3, STACK_DEPTH = 48, MOST_PLACES = 1 << 14 };

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *old, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);
int __libc_start_main(int (*main)(int, char **, char **), int argc, char **argv,
                      void (*init)(void), void (*fini)(void), void (*rtld_fini)(void),
                      void *stack_end);

static struct {
    bool counting;      /* main has begun */
    unsigned long fail; /* FAIL_AT; 0: none */
    const char *places, *caller;
    unsigned long begin, end; /* addresses of the program itself */
    unsigned long seen[MOST_PLACES];
} shim;
static _Thread_local bool inside; /* looking at the stack allocates */
static unsigned long allocations;

static void append(const char *path, const char *line) {
    const int file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (file < 0) return;
    if (write(file, line, strlen(line)) < 0) _exit(99);
    close(file);
}

/* A hash of the innermost return addresses that lie in the program. */
static unsigned long place_here(void) {
    void *stack[STACK_DEPTH];
    const int depth = backtrace(stack, STACK_DEPTH);
    unsigned long hash = 14695981039346656037u;
    for (int k = 0, found = 0; k < depth && found < PLACE_DEPTH; k++) {
        const unsigned long at = (unsigned long)stack[k];
        if (at < shim.begin || at >= shim.end) continue;
        hash = (hash ^ at) * 1099511628211u;
        found++;
    }
    return hash;
}

static bool is_new(unsigned long place) {
    size_t slot = place % MOST_PLACES;
    for (; shim.seen[slot] != 0; slot = (slot + 1) % MOST_PLACES)
        if (shim.seen[slot] == place) return false;
    shim.seen[slot] = place;
    return true;
}

static void note_place(unsigned long number) {
    char line[32];
    if (!is_new(place_here())) return;
    snprintf(line, sizeof line, "%lu\n", number);
    append(shim.places, line);
}

/* The first shared object on the stack that is neither this one nor the C library. */
static void note_caller(void) {
    void *stack[STACK_DEPTH];
    Dl_info here, at;
    const int depth = backtrace(stack, STACK_DEPTH);
    if (!dladdr(&shim, &here)) return;
    for (int k = 0; k < depth; k++)
        if (dladdr(stack[k], &at) && at.dli_fbase != here.dli_fbase &&
            strstr(at.dli_fname, "/libc.") == NULL) {
            append(shim.caller, at.dli_fname);
            return;
        }
}

static bool fails(void) {
    if (!shim.counting || inside) return false;
    const unsigned long number = ++allocations;
    inside = true;
    if (shim.places != NULL) note_place(number);
    if (shim.caller != NULL && number == shim.fail) note_caller();
    inside = false;
    if (number != shim.fail) return false;
    errno = ENOMEM;
    return true;
}

void *malloc(size_t size) {
    return fails() ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size) {
    return fails() ? NULL : __libc_calloc(count, size);
}

void *realloc(void *old, size_t size) {
    return fails() ? NULL : __libc_realloc(old, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
    return fails() ? NULL : __libc_memalign(alignment, size);
}

void *memalign(size_t alignment, size_t size) {
    return fails() ? NULL : __libc_memalign(alignment, size);
}

int posix_memalign(void **out, size_t alignment, size_t size) {
    void *got = fails() ? NULL : __libc_memalign(alignment, size);
    if (got != NULL) *out = got;
    return got != NULL ? 0 : ENOMEM;
}

/* The first object is the program. */
static int take_range(struct dl_phdr_info *object, size_t size, void *context) {
    (void)size, (void)context;
    shim.begin = object->dlpi_addr;
    for (int k = 0; k < object->dlpi_phnum; k++) {
        const unsigned long end =
            object->dlpi_addr + object->dlpi_phdr[k].p_vaddr + object->dlpi_phdr[k].p_memsz;
        if (object->dlpi_phdr[k].p_type == PT_LOAD && end > shim.end) shim.end = end;
    }
    return 1;
}

static int (*program_main)(int, char **, char **);

static int counted_main(int argc, char **argv, char **environment) {
    const char *fail = getenv("FAIL_AT");
    void *stack[1];
    (void)!backtrace(stack, 1); /* loads what it needs */
    dl_iterate_phdr(take_range, NULL);
    shim.fail = fail != NULL ? strtoul(fail, NULL, 10) : 0;
    shim.places = getenv("FAIL_PLACES");
    shim.caller = getenv("FAIL_CALLER");
    shim.counting = true;
    return program_main(argc, argv, environment);
}

int __libc_start_main(int (*main)(int, char **, char **), int argc, char **argv,
                      void (*init)(void), void (*fini)(void), void (*rtld_fini)(void),
                      void *stack_end) {
    int (*start)(int (*)(int, char **, char **), int, char **, void (*)(void),
                 void (*)(void), void (*)(void), void *);
    *(void **)&start = dlsym(RTLD_NEXT, "__libc_start_main");
    program_main = main;
    return start(counted_main, argc, argv, init, fini, rtld_fini, stack_end);
}
