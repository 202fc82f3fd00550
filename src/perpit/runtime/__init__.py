"""Order in time: the venue's clock and the one writer that stamps, journals, applies and publishes."""
