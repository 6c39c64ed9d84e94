"""Faults an operator can mend: the command line shows each as one line and exits with 2."""


class Fault(Exception):
    """What is wrong and what to do about it, in one line."""
