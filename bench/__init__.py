"""Benchmarks: everything side by side in one run, every figure with its limit."""
