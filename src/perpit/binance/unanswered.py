"""Codes of the exchange's list that no request is answered with here, and why not. For the coverage page.

`tests/conformance` holds the table against the list: every code is provoked there, or stands here, and not both.
"""

from typing import Final

UNANSWERED: Final[tuple[tuple[str, tuple[int, ...]], ...]] = (
    (
        "Belongs to calls that the API does not have: lists of addresses, transfers, automatic margin, public keys.",
        (-1004, -1005, -1108, -1113, -2018, -4044, -4052, -4053, -4057, -4110, -4111, -4114, -4115),
    ),
    (
        "Belongs to options, which this API has no calls for any more.",
        (*range(-4063, -4067, -1), *range(-4069, -4082, -1)),
    ),
    (
        "Is about the terms of a contract, an account or the fund, which requests do not set.",
        (
            *(-1110, -4008, -4009, -4010, -4011, -4012, -4017, -4018, -4019, -4022, -4025, -4026, -4027),
            *(-4029, -4030, -4033, -4058, -4085, -4086),
        ),
    ),
    (
        "Is said between parts of the exchange. This venue is one process: what it could not do is -1001, what it may "
        "have done -1000.",
        (-1006, -1007, -1010, -1013, -1016),
    ),
    (
        "Is told more precisely: by the parameter (-1102, -1105, -1106, -1130), by the symbol's state (-4140, -4141), "
        "by the rule that was broken, element by element in batches.",
        (
            -1014,
            -1114,
            -1118,
            -1119,
            -1122,
            -2010,
            -2012,
            -2024,
            -4000,
            -4020,
            -4062,
            -4083,
            -4138,
            -4139,
            -4209,
        ),
    ),
    ("Unknown parameters are passed over, as live futures calls do (semantics 6.5.2).", (-1103, -1104)),
    ("A market order that finds nobody is accepted and expires (semantics 5.11.2).", (-1112, -2020)),
    ("Every type of order takes reduceOnly (semantics 4.5.7).", (-2026,)),
    (
        "Cannot be met half-way: a command is done before the next one begins, so nobody sees an account while it is "
        "liquidated, a stop while it fires or an amendment under way.",
        (-2023, -4117, -5043),
    ),
    (
        "The window is checked when an order takes its place in the sequence, and the order is matched at that time by "
        "the venue's clock, however long it waits for the disk: it cannot become too late in between (semantics "
        "6.3.3).",
        (-4188, -5028),
    ),
    (
        "Rests on who somebody is or where, on how long ago, or on a choice of the exchange's; nobody is asked here.",
        (
            *(-1011, -4189, -4192, -4194, -4195, -4200, -4201, -4202, -4203, -4205, -4206, -4208),
            *(-4400, -4401, -4402, -4403),
        ),
    ),
    ("No contract is under position risk control: every recorded one has NONE.", (-4105, -4106, -4107)),
    ("An account is found by its key; a wrong key is -2015.", (-1109,)),
    ("Belongs to orders that are attached to others, which only the exchange's own pages place.", (-4142,)),
    ("Belongs to what the exchange has announced and not opened.", (-2016, -4084)),
)
