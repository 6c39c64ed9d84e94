"""Wiring: configuration, the application, its processes and the command line."""
