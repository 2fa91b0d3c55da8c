"""Failures: an exception class for every status of the library.

All are `CimError`; each also is the built-in exception that fits, so that `except FileNotFoundError` or `except ValueError` work as one expects.
"""
from __future__ import annotations

import errno
import os
import re

from . import _abi

__all__ = [
    "CimError",
    "OutOfMemory",
    "InvalidArgument",
    "NotFound",
    "BadFormat",
    "InputOutputError",
    "MissingFile",
    "Cancelled",
    "WrongVersion",
    "LimitExceeded",
    "UntrustedFile",
    "AlreadyExists",
    "Unsupported",
    "InternalError",
    "Closed",
]

_PLACE = re.compile(r"(?P<place>(?:[^:]|:(?! ))*?:\d+(?::\d+)?|[^\s:]+[/.][^\s:]*): (?P<rest>.+)", re.DOTALL)


class CimError(Exception):
    """A call of libcim failed.

    status: the number of CIM_STATUS_MAP, e.g. -5; name: "CIM_EIO"; place: "town.inp:12" or "query:7", None where there is none; message: the whole line.
    """

    status = 0
    name = "CIM_UNKNOWN"

    def __init__(self, message: str, filename: str | None = None):
        Exception.__init__(self, message)
        self.message = message
        found = _PLACE.match(message)
        self.place: str | None = found["place"] if found else None
        if filename is not None:
            self.path = filename

    def __str__(self) -> str:
        return self.message

    def __reduce__(self) -> tuple:
        return (type(self), (self.message,))


class OutOfMemory(CimError, MemoryError):
    """CIM_ENOMEM"""

    status, name = _abi.CIM_ENOMEM, "CIM_ENOMEM"


class InvalidArgument(CimError, ValueError):
    """CIM_EARG: a value is out of range, a query is wrong."""

    status, name = _abi.CIM_EARG, "CIM_EARG"


class NotFound(CimError, LookupError):
    """CIM_ENOTFOUND: no such object, no way, no street."""

    status, name = _abi.CIM_ENOTFOUND, "CIM_ENOTFOUND"


class BadFormat(CimError, ValueError):
    """CIM_EFORMAT: malformed input."""

    status, name = _abi.CIM_EFORMAT, "CIM_EFORMAT"


class InputOutputError(CimError, OSError):
    """CIM_EIO"""

    status, name = _abi.CIM_EIO, "CIM_EIO"


class MissingFile(InputOutputError, FileNotFoundError):
    """CIM_EIO of a file that does not exist."""

    def __init__(self, message: str, filename: str | None = None):
        super().__init__(message, filename)
        self.errno, self.strerror, self.filename = errno.ENOENT, os.strerror(errno.ENOENT), filename


class Cancelled(CimError):
    """CIM_ECANCEL: `Context.cancel()` was called, or progress said False."""

    status, name = _abi.CIM_ECANCEL, "CIM_ECANCEL"


class WrongVersion(CimError, RuntimeError):
    """CIM_EVERSION: a newer file, or an older library than these bindings."""

    status, name = _abi.CIM_EVERSION, "CIM_EVERSION"


class LimitExceeded(CimError, OverflowError):
    """CIM_ELIMIT"""

    status, name = _abi.CIM_ELIMIT, "CIM_ELIMIT"


class UntrustedFile(CimError, ValueError):
    """CIM_EUNTRUSTED: the file has content that libcim did not write."""

    status, name = _abi.CIM_EUNTRUSTED, "CIM_EUNTRUSTED"


class AlreadyExists(CimError, FileExistsError):
    """CIM_EEXIST"""

    status, name = _abi.CIM_EEXIST, "CIM_EEXIST"


class Unsupported(CimError, NotImplementedError):
    """CIM_EUNSUPPORTED: not in this build, or not for this kind of city."""

    status, name = _abi.CIM_EUNSUPPORTED, "CIM_EUNSUPPORTED"


class InternalError(CimError, RuntimeError):
    """CIM_EINTERNAL"""

    status, name = _abi.CIM_EINTERNAL, "CIM_EINTERNAL"


class Closed(CimError, ValueError):
    """The object was closed."""


BY_STATUS: dict[int, type[CimError]] = {
    c.status: c
    for c in (
        OutOfMemory,
        InvalidArgument,
        NotFound,
        BadFormat,
        InputOutputError,
        Cancelled,
        WrongVersion,
        LimitExceeded,
        UntrustedFile,
        AlreadyExists,
        Unsupported,
        InternalError,
    )
}
