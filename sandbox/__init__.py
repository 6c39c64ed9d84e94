"""The stand-in carrier: its own process, reached and reaching out over HTTP only."""
