"""Social Listener: one inbox for every channel, the right person first, every answer exactly once."""

__version__ = "0.1.0"
