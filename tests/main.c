/* SPDX-License-Identifier: GPL-3.0-or-later
 * Runs the one suite of a check_*.c file (SUITE is set by tests/meson.build). */
#include <check.h>
#include <stdlib.h>

Suite *SUITE(void);

int main(void) {
    /* Check's limits of single tests, 4 s where a suite sets none, end what hangs: on a busy
     * machine too. */
    setenv("CK_TIMEOUT_MULTIPLIER", "30", 0);
    SRunner *runner = srunner_create(SUITE());
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
