"""What a submitter can be told instead of an answer."""


class Overloaded(Exception):
    """Too many commands wait. Nothing was queued; try again later."""


class VenueStopped(Exception):
    """The venue takes no commands (any more). One that was under way may or may not have been journaled."""
