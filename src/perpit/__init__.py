"""Perpit: a futures exchange that anybody can run, speaking the Binance Futures API."""

__version__ = "0.1.0"
