"""Starts the tool from a checkout: `python3 wsgi.py [--host --port --lan --no-demo]`.

As a program it makes the environment if need be, then does what `facilitation serve` does. Imported (`wsgi:app` for another
server, in threading mode) it patches nothing and builds the application when asked for it. Any Python can read this file.
"""

import facilitation  # first: it ends here, with a sentence, under a Python that is too old
from facilitation.start import application as __getattr__  # noqa: F401 - what a server asks this module for

if __name__ == "__main__":
    facilitation.start.from_checkout()
