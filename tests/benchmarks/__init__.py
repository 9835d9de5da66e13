"""Measures, run by bin/bench and never by the suite: how fast, how light, how exact under load.

`python -m tests.benchmarks` starts the product as a town hall would (`preau serve` and `preau worker`) on
each engine, with a collectivité of 2,000 families, and visits it over HTTP.
"""
