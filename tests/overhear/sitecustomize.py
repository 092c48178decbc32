"""Python runs this at the start of every process that has this folder on its path: all of them are overheard."""

import os

if os.environ.get("OVERHEAR"):
    import overhear

    overhear.begin()
