"""Pictures of the event: made anew from what was uploaded, with consent and a text for those who cannot see them."""

from __future__ import annotations

import base64
import binascii
import hashlib
import io
import warnings
from dataclasses import dataclass
from typing import Annotated, Any

from PIL import Image, ImageOps, UnidentifiedImageError
from pydantic import Field
from sqlalchemy import func, select

from facilitation.cases.saving import author_of
from facilitation.core import ids
from facilitation.core.commands import Command, Context, Id, command, handles
from facilitation.core.errors import Refused
from facilitation.core.i18n import _
from facilitation.core.text import Line
from facilitation.reports.models import Photo, ReportState

MOST = 24  # pictures of one lab
LARGEST = 10_000_000  # bytes, as uploaded
PIXELS = 50_000_000  # as uploaded; read before the picture is unpacked
EDGE = 1600  # the longer side, as stored
FORMATS = ("JPEG", "PNG", "WEBP")


@dataclass(frozen=True)
class Picture:
    width: int
    height: int
    data: bytes  # JPEG without metadata


class PictureError(ValueError):
    """A file that is no picture we take; the text says why."""


def make_anew(raw: bytes) -> Picture:
    """A JPEG of at most EDGE pixels, upright, on white, with nothing in it but the picture. `PictureError` else."""
    if len(raw) > LARGEST:
        raise PictureError(_("This picture is too large (%(max)s MB at most).", max=LARGEST // 1_000_000))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(raw), formats=FORMATS)
            if image.width * image.height > PIXELS:
                raise PictureError(_("This picture has too many pixels."))
            image.draft("RGB", (EDGE, EDGE))
            image.load()
    except (
        UnidentifiedImageError,
        Image.DecompressionBombError,
        Image.DecompressionBombWarning,
        OSError,
        ValueError,
        SyntaxError,
    ) as error:
        if isinstance(error, PictureError):
            raise
        raise PictureError(_("This is no picture that can be read. JPEG, PNG and WebP are taken.")) from None
    return _stored(image)


def _stored(image: Image.Image) -> Picture:
    upright = ImageOps.exif_transpose(image)
    upright.thumbnail((EDGE, EDGE), Image.Resampling.LANCZOS)
    rgba = upright.convert("RGBA")
    plain = Image.new("RGB", rgba.size, "white")  # a new one: no profile, no comment, no place, no camera
    plain.paste(rgba, mask=rgba.getchannel("A"))
    out = io.BytesIO()
    plain.save(out, "JPEG", quality=82, optimize=True)
    return Picture(plain.width, plain.height, out.getvalue())


def seal(settings: Any, data: bytes) -> str:
    """Says that these bytes came out of `make_anew`, which runs beside the writer: reading a picture takes its time."""
    return ids.token(settings.SECRET_KEY, "photo", hashlib.sha256(data).hexdigest())


@command("photo.add", scope="lab")
class AddPhoto(Command):
    """A picture with its text alternative. `consent`: everybody in it agreed to be shown, says who uploads it.

    `data`: base64 of a picture made anew by the page that took the upload, with its `seal`; no other is taken.
    """

    lab: Id | None = None
    data: Annotated[str, Field(max_length=LARGEST)]
    seal: Annotated[str, Field(max_length=64)]
    width: Annotated[int, Field(ge=1, le=EDGE)]
    height: Annotated[int, Field(ge=1, le=EDGE)]
    alt: Annotated[str, Line(300)]
    caption: Annotated[str, Line(300, required=False)] = ""
    consent: bool


@handles(AddPhoto)
def add(cmd: AddPhoto, ctx: Context) -> dict[str, Any]:
    _not_released(ctx)
    if not cmd.consent:
        raise Refused("invalid", _("A picture is shown only when everybody in it agreed."), fields={"consent": _("needed")})
    if int(ctx.session.scalar(select(func.count()).where(Photo.lab_id == ctx.scope)) or 0) >= MOST:
        raise Refused("full", _("There are %(n)s pictures already; that is the most.", n=MOST))
    data = _sealed(cmd, ctx)
    last = ctx.session.scalar(select(func.max(Photo.position)).where(Photo.lab_id == ctx.scope)) or 0
    row = Photo(
        id=ids.new_id(), lab_id=ctx.scope, position=last + 1, alt=cmd.alt, caption=cmd.caption, width=cmd.width,
        height=cmd.height, data=data, consent_by=author_of(ctx.actor),
    )  # fmt: skip
    ctx.session.add(row)
    return {"photo": row.id}


def _sealed(cmd: AddPhoto, ctx: Context) -> bytes:
    try:
        data = base64.b64decode(cmd.data, validate=True)
    except (binascii.Error, ValueError):
        data = b""
    if seal(ctx.settings, data) != cmd.seal:
        raise Refused("invalid", fields={"data": _("Please upload the picture on the report desk.")})
    return data


@command("photo.describe", scope="lab")
class DescribePhoto(Command):
    """Other words for a picture."""

    lab: Id | None = None
    photo: Id
    alt: Annotated[str, Line(300)]
    caption: Annotated[str, Line(300, required=False)] = ""


@handles(DescribePhoto)
def describe(cmd: DescribePhoto, ctx: Context) -> dict[str, Any]:
    _not_released(ctx)
    row = _photo(ctx, cmd.photo)
    row.alt, row.caption = cmd.alt, cmd.caption
    return {"photo": row.id}


@command("photo.remove", scope="lab")
class RemovePhoto(Command):
    """The picture is gone for good, from a released report too: consent can be taken back at any time."""

    lab: Id | None = None
    photo: Id


@handles(RemovePhoto)
def remove(cmd: RemovePhoto, ctx: Context) -> dict[str, Any]:
    ctx.session.delete(_photo(ctx, cmd.photo))
    return {"photo": cmd.photo}


def _photo(ctx: Context, id_: str) -> Photo:
    row = ctx.session.get(Photo, id_)
    if row is None or row.lab_id != ctx.scope:
        raise Refused("not_found")
    return row


def _not_released(ctx: Context) -> None:
    state = ctx.session.get(ReportState, ctx.scope)
    if state is not None and state.state == "released":
        raise Refused("bad_state", _("This report is released. Take it back to a draft first."))
