# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests in Python say and count: check, near or within for each thing, finish at the end."""
import sys

passed, failed = 0, []


def check(good, what):
    """One line, PASS or FAIL."""
    global passed
    if good:
        passed += 1
    else:
        failed.append(what)
    print("PASS" if good else "FAIL", what, flush=True)


def near(value, exact, relative, what):
    check(abs(value - exact) <= relative * abs(exact), f"{what}: {value:.10g}, expected {exact:.10g} to {relative:g}")


def within(value, most, what):
    check(abs(value) <= most, f"{what}: {abs(value):.3g}, at most {most:.3g}")


def finish():
    """The counts, after what failed once more; ends with status 1 where something did, or where nothing was asked."""
    for what in failed:
        print("failed:", what)
    print(f"{passed} passed, {len(failed)} failed")
    sys.exit(len(failed) > 0 or passed == 0)
