"""Live peer-learning workshops around good-practice cases.

Every Python reads this file and `wsgi.py` first, so both are written in what Python 2.7 understands too: an old one says in one
sentence what it lacks. Import-light on purpose: `wsgi.py` imports this package before the server's green threads are patched
in, so nothing here may pull in Flask or SQLAlchemy. The application: `facilitation.create_app`.
"""

import sys

__version__ = "0.1.0"

if sys.version_info < (3, 11):
    sys.exit(
        "facilitation needs Python 3.11 or newer; this is %d.%d (%s). Install a newer Python and start it with that one, "
        "for example: python3.11 wsgi.py" % (sys.version_info[0], sys.version_info[1], sys.executable)
    )

from facilitation.start import create_app

__all__ = ["__version__", "create_app"]
