"""nginx with the printed site for an https address, on ports of loopback, with a certificate made for the test."""

from __future__ import annotations

import subprocess
from pathlib import Path
from urllib.parse import urlsplit

from facilitation.proxy_site import site
from tests.programs import need
from tests.running import free_port
from tests.workers.stack import Nginx


class SecureNginx(Nginx):
    """`port` stands for 443 and `plain` for 80, over IPv4 and IPv6."""

    def __init__(self, folder: Path, public: str, workers: list[str], balancer: str = "") -> None:
        super().__init__(folder, public, workers)
        self.port, self.plain = free_port(), free_port()
        text = site(public, workers, balancer).replace("/etc/ssl/facilitation", str(self.folder))
        for number, port in ((443, self.port), (80, self.plain)):
            text = text.replace(f"listen {number}", f"listen 127.0.0.1:{port}")
            text = text.replace(f"listen [::]:{number}", f"listen [::1]:{port}")
        text = text.replace("/var/www/acme", str(self.folder / "acme"))
        (self.folder / "site.conf").write_text(text)
        certificate(self.folder, urlsplit(public).hostname or "")


def certificate(folder: Path, name: str) -> None:
    subprocess.run(
        [str(need("openssl")), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", f"/CN={name}",
         "-addext", f"subjectAltName=DNS:{name}",
         "-keyout", str(folder / "privkey.pem"), "-out", str(folder / "fullchain.pem")], check=True, capture_output=True,
    )  # fmt: skip
