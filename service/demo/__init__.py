"""`metline demo`: journeys J1 to J10 over real HTTP, with a verdict on each."""

from service.demo.play import main

__all__ = ["main"]
