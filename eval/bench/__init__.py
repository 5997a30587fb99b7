"""Measurements, one area a module: `run(quick) -> list[Figure]`. Ratios are taken within one run, on one machine."""
