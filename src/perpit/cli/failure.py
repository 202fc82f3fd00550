"""What a verb raises when it cannot do its work."""


class Failure(Exception):
    """One line that says what is wrong and what to do; `code` is the exit code."""

    def __init__(self, message: str, code: int = 1) -> None:
        super().__init__(" ".join(message.split()))
        self.code = code
