"""A file that somebody sent, given back so that nothing in it can run."""

from urllib.parse import quote

from django.http import HttpResponse


def file_response(*, name: str, media_type: str, content: bytes) -> HttpResponse:
    """Return a file: pictures are shown, everything else is downloaded."""
    response = HttpResponse(content, content_type=media_type)
    how = "inline" if media_type.startswith("image/") else "attachment"
    response.headers["Content-Disposition"] = f"{how}; filename*=UTF-8''{quote(name or 'document')}"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def spreadsheet(content: bytes, *, name: str) -> HttpResponse:
    """Return a workbook to be downloaded. `name` has no suffix."""
    media_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return file_response(name=f"{name}.xlsx", media_type=media_type, content=content)
