# SPDX-License-Identifier: GPL-3.0-or-later
"""What can go wrong, as exceptions."""


class FokkerError(Exception):
    """One line that says what was found and what is allowed.

    kind: "settings", "run", "file", "memory" or "stopped". file, line, column and key say where in the settings it
    lies: "" and 0 where it lies nowhere; file is "settings" for a dict or a text. dataset: the snapshots before a
    run failed or was stopped, or None. errors: where several keys or values are wrong, one FokkerError each, by
    line; the message then has all their lines, and the place is that of the first. Otherwise [itself].
    """

    def __init__(self, message, kind="settings", file="", line=0, column=0, key="", dataset=None, errors=None):
        super().__init__(message)
        self.errors = [self] if errors is None else errors
        self.kind, self.file, self.line, self.column, self.key = kind, file, line, column, key
        self.dataset = dataset


class FokkerWarning(UserWarning):
    """A tolerance was not met, or a number of the result cannot be trusted."""


class Interrupted(KeyboardInterrupt):
    """Ctrl-C while a run went on. dataset: the snapshots before, or None."""

    def __init__(self, dataset=None):
        super().__init__()
        self.dataset = dataset
