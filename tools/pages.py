"""Pictures of printed pages for the README: `python tools/pages.py report.pdf 1 5 11 docs/pictures/report-pdf.webp`.

The pages stand side by side on grey, small enough to load at once. A Word file is set by LibreOffice first:
`soffice --headless --convert-to pdf report.docx`. The report itself comes from `python -m facilitation report LAB -o report.pdf
--format pdf`, here for the sample lab of the demo, released. Needs poppler (pdftoppm).
"""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from PIL import Image

WIDE, GAP, GREY, RULE = 560, 16, "#ecece8", "#c4c8c1"  # pixels of a page and between two


def page(file: str, number: int) -> Image.Image:
    """One page, with a hairline around it."""
    command = [
        "pdftoppm",
        "-png",
        "-singlefile",
        "-f",
        str(number),
        "-l",
        str(number),
        "-scale-to-x",
        str(WIDE),
        "-scale-to-y",
        "-1",
        file,
    ]
    made = subprocess.run(command, check=True, capture_output=True)
    sheet = Image.open(io.BytesIO(made.stdout)).convert("RGB")
    framed = Image.new("RGB", (sheet.width + 2, sheet.height + 2), RULE)
    framed.paste(sheet, (1, 1))
    return framed


def main(arguments: Sequence[str]) -> int:
    if len(arguments) < 3:
        print(__doc__)
        return 2
    file, *numbers, target = arguments
    pages = [page(file, int(number)) for number in numbers]
    across = sum(one.width + GAP for one in pages) + GAP
    strip = Image.new("RGB", (across, max(one.height for one in pages) + 2 * GAP), GREY)
    for place, one in enumerate(pages):
        strip.paste(one, (GAP + place * (one.width + GAP), GAP))
    strip.save(target, "WEBP", quality=78, method=6)
    print(f"{target}: {strip.width} x {strip.height}, {Path(target).stat().st_size // 1000} kB")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
