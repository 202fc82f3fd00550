"""What the world sees: depth, trades, candles, tickers, prices, accounts and orders, each a bounded fold of events."""
