"""Measured side by side with peers, never asserted in tests. `make bench` runs all, `python -m benchmarks NAME` one."""
