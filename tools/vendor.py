"""Copies what other people wrote into the tree: browser modules, typeface, icons, the accessibility rules of the tests.

    python3 tools/vendor.py

For maintainers, after a change in package.json (`npm install --package-lock-only --ignore-scripts` renews its lock). Nothing is
fetched at run time: the result is committed, and `static/vendor/manifest.json` says of every file what it is and its hash.
"""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
from pathlib import Path

HOME = Path(__file__).resolve().parent.parent
PACKAGES = HOME / "node_modules"
VENDOR = HOME / "static" / "vendor"
FONTS = HOME / "static" / "fonts"
SPRITE = HOME / "static" / "icons.svg"
AXE = HOME / "tests" / "browser" / "assets" / "axe.min.js"
FONT = "@fontsource-variable/source-sans-3"
ICONS = HOME / "tools" / "icons.txt"

# Browsers of about 2021; the older ones lack what the style sheets need as well.
ESBUILD = ["--bundle", "--format=esm", "--minify", "--target=es2020", "--charset=utf8", "--legal-comments=inline"]


def main() -> None:
    """Fetch by the lock, build, write the manifest."""
    subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=HOME, check=True)
    for folder in (VENDOR, FONTS, AXE.parent):
        folder.mkdir(parents=True, exist_ok=True)
    entries = [*_modules(), *_fonts(), _sprite(), _axe()]
    entries.append(_licences(entries))
    manifest = {"made_by": "tools/vendor.py", "files": sorted(entries, key=lambda entry: entry["file"])}
    _write(VENDOR / "manifest.json", json.dumps(manifest, indent=2) + "\n")


def _modules() -> list[dict[str, str]]:
    """One self-contained ES module each, named like its package."""
    _write(VENDOR / "socket.io-client.js", _text("socket.io-client", "dist/socket.io.esm.min.js"))
    _bundle(HOME / "tools" / "lit-html-entry.js", "lit-html")
    _bundle(PACKAGES / "idb" / "build" / "index.js", "idb")
    _bundle(PACKAGES / "sortablejs" / "modular" / "sortable.esm.js", "sortablejs")
    return [_entry(VENDOR / f"{name}.js", name) for name in ("idb", "lit-html", "socket.io-client", "sortablejs")]


def _bundle(source: Path, name: str) -> None:
    target = VENDOR / f"{name}.js"
    subprocess.run([PACKAGES / ".bin" / "esbuild", source, *ESBUILD, f"--outfile={target}"], cwd=HOME, check=True)
    _write(target, target.read_text(encoding="utf-8"))


def _fonts() -> list[dict[str, str]]:
    names = [f"source-sans-3-{script}-wght-{style}.woff2" for script in ("latin", "latin-ext") for style in ("italic", "normal")]
    for name in names:
        (FONTS / name).write_bytes((PACKAGES / FONT / "files" / name).read_bytes())
    _write(FONTS / "OFL.txt", _text(FONT, "LICENSE"))
    return [_entry(FONTS / name, FONT) for name in [*names, "OFL.txt"]]


def _sprite() -> dict[str, str]:
    """Symbols without colour or line width of their own: the style sheet draws them."""
    own = re.findall(r"<symbol.*?</symbol>", (HOME / "tools" / "own-icons.svg").read_text(encoding="utf-8"), flags=re.S)
    credit = f"Lucide {_package('lucide-static')['version']} (ISC, Lucide Icons and Contributors; some derived from Feather, MIT)"
    lines = [
        '<svg xmlns="http://www.w3.org/2000/svg">',
        f"<!-- {credit}. brand and q-* were drawn for this product. -->",
        *own,
        *(_symbol(name) for name in ICONS.read_text(encoding="utf-8").split()),
        "</svg>",
    ]
    _write(SPRITE, "\n".join(lines) + "\n")
    return _entry(SPRITE, "lucide-static")


def _symbol(name: str) -> str:
    drawing = _text("lucide-static", f"icons/{name}.svg")
    inside = re.search(r"<svg[^>]*>(.*)</svg>", drawing, flags=re.S)
    if inside is None:
        raise SystemExit(f"lucide-static has an unexpected drawing: {name}")
    shapes = re.sub(r"\s*\n\s*", "", inside[1]).replace(" />", "/>")
    return f'<symbol id="i-{name}" viewBox="0 0 24 24">{shapes}</symbol>'


def _axe() -> dict[str, str]:
    _write(AXE, _text("axe-core", "axe.min.js"))
    return _entry(AXE, "axe-core")


def _licences(entries: list[dict[str, str]]) -> dict[str, str]:
    """The licence texts that must travel with the files; that of the typeface lies beside it."""
    names = sorted({entry["name"] for entry in entries} - {FONT})
    parts = [f"{name} {_package(name)['version']}\n{'=' * 60}\n\n{_text(name, 'LICENSE').strip()}\n" for name in names]
    target = VENDOR / "LICENSES.txt"
    _write(target, "\n\n".join(parts))
    return {"file": _relative(target), "name": "licence texts", "version": "", "licence": "", "sha256": _hash(target)}


def _entry(path: Path, name: str) -> dict[str, str]:
    package = _package(name)
    about = {"name": name, "version": package["version"], "licence": package["license"]}
    return {"file": _relative(path), **about, "sha256": _hash(path)}


def _package(name: str) -> dict[str, str]:
    described: dict[str, str] = json.loads((PACKAGES / name / "package.json").read_text(encoding="utf-8"))
    return described


def _text(name: str, inside: str) -> str:
    return (PACKAGES / name / inside).read_text(encoding="utf-8")


def _write(path: Path, text: str) -> None:
    """Without the pointer to a source map, which would make browsers ask for a file that is not there."""
    kept = re.sub(r"^\s*(//[#@]\s*sourceMappingURL=.*|/\*[#@]\s*sourceMappingURL=.*?\*/)\s*$", "", text, flags=re.M)
    path.write_text(kept.rstrip() + "\n", encoding="utf-8", newline="\n")


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _relative(path: Path) -> str:
    return path.relative_to(HOME).as_posix()


if __name__ == "__main__":
    main()
