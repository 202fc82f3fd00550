"""Measurements. Each module has `run(quick: bool) -> dict`; `python -m bench` runs them and renders the answers."""
