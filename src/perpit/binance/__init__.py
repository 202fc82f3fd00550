"""The dialect: the Binance Futures API on top of the venue's words. Imports domain and views only."""
