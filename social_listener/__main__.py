"""`python -m social_listener` is the command `social-listener`."""

from __future__ import annotations

from social_listener.cli import main

if __name__ == "__main__":  # worker processes import this module under another name
    main()
