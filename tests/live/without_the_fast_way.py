"""The server as it starts with other libraries: a part that the fast fan-out leans on is no longer where it was."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2]))
    from facilitation.start import patch_for_green_threads

    patch_for_green_threads()
    from eventlet.websocket import RFC6455WebSocket

    moved = RFC6455WebSocket._apply_mask
    del RFC6455WebSocket._apply_mask

    def elsewhere(_websocket: Any, name: str) -> Any:
        if name == "_apply_mask":
            return moved
        raise AttributeError(name)

    RFC6455WebSocket.__getattr__ = elsewhere
    from facilitation.serve import main

    main(sys.argv[1:])
