"""What a submitter can be told instead of an answer."""


class Overloaded(Exception):
    """Too many commands wait. Nothing was queued; try again later."""


class VenueStopped(Exception):
    """The venue takes no commands (any more). This one was neither journaled nor applied."""


class ClockError(ValueError):
    """The clock cannot be set or moved like that; it was not."""


class OutcomeUnknown(VenueStopped):
    """The venue stopped while the command was under way: it may be in the journal, and then the next start does it."""
