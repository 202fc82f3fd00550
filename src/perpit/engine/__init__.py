"""The truth: books, orders, positions, margin. A function of its commands; no I/O, clock, randomness or float."""
