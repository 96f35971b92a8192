"""What can go wrong before and while the target runs, as one line that mends."""


class TargetError(Exception):
    """A problem the user can act on; `status` becomes the exit status of the program."""

    def __init__(self, where: str, what: str, mend: str, *, status: int = 4) -> None:
        super().__init__(f"{where}: {what}; {mend}")
        self.status = status


class Stopped(BaseException):
    """An orderly stop was asked for by a signal; raised in the main thread wherever it is."""
