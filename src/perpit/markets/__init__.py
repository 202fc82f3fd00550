"""Where prices come from. A market source is another participant: it submits commands as the house account.

Read in this order: `source.py` (what a source is), `runner.py` (who drives it), then the sources: `none.py`,
`synthetic.py` (with `fair_price.py`, `chance.py`), `recorded.py` (with `recording.py`, `grid.py`). `house.py` is what
a source remembers of its own liquidity.
"""
