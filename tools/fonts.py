"""Copies the typefaces of the printed report into the tree: facilitation/reports/fonts.

    python3 tools/fonts.py        needs npm, and fonttools (pip install fonttools)

For maintainers. The PDF takes nothing but these files, so that it is the same on every machine. Each is as its package has it;
only the two with Chinese, Japanese and Korean signs are cut to the scripts they are here for, without hints. The manifest says
of each file where it comes from and its hash, and lists every sign one of them can draw: what is not in there is never drawn
as an empty box without a word (facilitation/reports/render/glyphs.py).
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterable
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

TARGET = Path(__file__).resolve().parent.parent / "facilitation" / "reports" / "fonts"
PACKAGE = "@expo-google-fonts/"
#: package → (version, faces to take). In the order in which the PDF asks them for a sign.
TAKEN = {
    "source-sans-3": ("0.4.1", ("300Light", "400Regular", "400Regular_Italic", "600SemiBold", "600SemiBold_Italic", "700Bold")),
    # Before Noto: its letters are whole signs, so that copied words are the words.
    "vazirmatn": ("0.4.1", ("400Regular",)),
    "noto-sans-arabic": ("0.4.3", ("400Regular",)),
    "noto-sans-hebrew": ("0.4.1", ("400Regular",)),
    "noto-sans-devanagari": ("0.4.1", ("400Regular",)),
    "noto-sans-bengali": ("0.4.4", ("400Regular",)),
    "noto-sans-tamil": ("0.4.3", ("400Regular",)),
    "noto-sans-thai": ("0.4.2", ("400Regular",)),
    "noto-sans-ethiopic": ("0.4.2", ("400Regular",)),
    "noto-sans-georgian": ("0.4.3", ("400Regular",)),
    "noto-sans-armenian": ("0.4.2", ("400Regular",)),
    "noto-sans-sc": ("0.4.3", ("400Regular",)),
    "noto-sans-kr": ("0.4.3", ("400Regular",)),
    "noto-sans-symbols": ("0.4.1", ("400Regular",)),
    "noto-sans-symbols-2": ("0.4.1", ("400Regular",)),
    "noto-sans-math": ("0.4.2", ("400Regular",)),
    "noto-emoji": ("0.4.7", ("400Regular",)),
}
CUT = {
    "noto-sans-sc": "2E80-2FDF,3000-30FF,3100-312F,31F0-31FF,4E00-9FFF,F900-FAFF,FE10-FE4F,FF00-FFEF",
    "noto-sans-kr": "1100-11FF,3130-318F,AC00-D7A3",
}


def main() -> None:
    TARGET.mkdir(parents=True, exist_ok=True)
    for old in TARGET.iterdir():
        old.unlink()
    files, families, licences = [], [], {}
    covered: set[int] = set()
    with tempfile.TemporaryDirectory() as folder:
        for package, (version, faces) in TAKEN.items():
            root = _fetch(package, version, Path(folder))
            copyright_, _, licence = (root / "LICENSE_FONT").read_text("utf-8").partition("\n")
            licences[copyright_.strip()] = licence.strip()
            for face in faces:
                path = _take(root, face, CUT.get(package))
                font = TTFont(path, lazy=True)
                covered |= set(font.getBestCmap())
                families.append(str(font["name"].getBestFamilyName()))
                files.append({"file": path.name, "package": PACKAGE + package, "version": version, "licence": "OFL-1.1",
                              "cut": package in CUT, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()})  # fmt: skip
    text = "\n".join(licences) + "\n\n" + next(iter(licences.values())) + "\n"
    (TARGET / "OFL.txt").write_text(text, "utf-8", newline="\n")
    told = {"made_by": "tools/fonts.py", "families": list(dict.fromkeys(families)), "files": files, "covers": _ranges(covered)}
    (TARGET / "manifest.json").write_text(json.dumps(told, indent=1) + "\n", "utf-8", newline="\n")


def _fetch(package: str, version: str, folder: Path) -> Path:
    subprocess.run(
        ["npm", "pack", "--silent", f"{PACKAGE}{package}@{version}"], cwd=folder, check=True, stdout=subprocess.DEVNULL
    )
    archive = next(folder.glob("*.tgz"))
    with tarfile.open(archive) as packed:
        packed.extractall(folder / package, filter="data")
    archive.unlink()
    return folder / package / "package"


def _take(root: Path, face: str, scripts: str | None) -> Path:
    source = next((root / face).glob("*.ttf"))
    target = TARGET / source.name
    if scripts is None:
        shutil.copyfile(source, target)
    else:
        options = ["--layout-features=ccmp,locl,mark,mkmk,vert", "--no-hinting", "--no-recalc-timestamp"]
        subset.main([str(source), f"--unicodes={scripts}", *options, f"--output-file={target}"])
    return target


def _ranges(signs: Iterable[int]) -> list[str]:
    """Sorted hexadecimal ranges, ends included."""
    found: list[list[int]] = []
    for sign in sorted(signs):
        if found and sign == found[-1][1] + 1:
            found[-1][1] = sign
        else:
            found.append([sign, sign])
    return [f"{first:X}" if first == last else f"{first:X}-{last:X}" for first, last in found]


if __name__ == "__main__":
    main()
