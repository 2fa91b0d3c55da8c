"""What all modules stand on: the library, contexts, calls, ownership, columns and arrays.

Ownership.  A C object belongs to one `Owner`, which frees it when nothing refers to it any more.  Objects that users see refer to an owner, and
`close()` only lets go of it; columns and running calls refer to it as well.  So nothing is freed while somebody can still look at it.

Calls.  `call()` is a plain call; ctypes lets other threads run meanwhile.  `slow_call()` is for what may take long: in the main thread the C function runs in a
thread of its own while the main thread waits for signals, so that Ctrl-C cancels it and raises KeyboardInterrupt.
"""
from __future__ import annotations

import _thread
import array
import ctypes
import json
import os
import signal
import threading
import weakref
from typing import Any, Callable, Iterable, NoReturn, Sequence

from . import _abi, errors

np: Any
try:
    import numpy as np
except ImportError:  # everything works without, columns are then memoryviews
    np = None

NONE: int = _abi.CIM_NONE
UNREACHABLE_MS: int = _abi.CIM_ROUTE_UNREACHABLE_MS
SONAME = "libcim.so.0"


# ---- the library ----


def _load() -> Any:
    path = os.environ.get("CIM_LIBRARY") or SONAME
    try:
        library = ctypes.CDLL(path)
    except OSError as e:
        raise ImportError(f"libcim is not found: {e} (install it, run ldconfig, or set CIM_LIBRARY to the path of {SONAME})") from e
    missing = []
    for name, (result, arguments) in _abi.FUNCTIONS.items():
        try:
            function = getattr(library, name)
        except AttributeError:
            missing.append(name)
            continue
        function.restype, function.argtypes = result, arguments
    if missing:
        raise ImportError(
            f"{path} does not have {', '.join(missing[:3])}{' ...' if len(missing) > 3 else ''}: it is another version of libcim than these bindings are for"
        )
    version = library.cim_version().decode()
    if version.split(".")[0] != str(_abi.CIM_VERSION_MAJOR):
        raise ImportError(f"{path} is libcim {version}, these bindings are for {_abi.CIM_VERSION_STRING}")
    return library


lib: Any = _load()


# ---- structures and texts ----

_defaults: dict[str, bytes] = {}


def _fill(item: Any, values: Sequence[Any]) -> None:
    for (name, *_), value in zip(item._fields_, values):
        if isinstance(value, tuple):
            _fill(getattr(item, name), value)
        elif value is not None:
            setattr(item, name, value)


def struct(type_: Any, variant: str = "", **fields: Any) -> Any:
    """A structure with the values of its macro *_INIT (or of another: "cim_sensor_camera"), its struct_size, and then some fields."""
    name = variant or type_.__name__
    if name not in _defaults:
        made = type_()
        _fill(made, _abi.VARIANTS[variant][1] if variant else _abi.DEFAULTS.get(name, ()))
        if type_._fields_[0][0] == "struct_size":
            made.struct_size = ctypes.sizeof(type_)
        _defaults[name] = bytes(made)
    item = type_.from_buffer_copy(_defaults[name])
    for field, value in fields.items():
        setattr(item, field, value)
    return item


def encode(text: str | os.PathLike[str] | bytes | None) -> bytes | None:
    """A text for C; one with a NUL would be cut short there and is refused."""
    if text is None:
        return None
    data = text if isinstance(text, bytes) else os.fsencode(text) if isinstance(text, os.PathLike) else text.encode("utf-8", "surrogateescape")
    if b"\0" in data:
        raise errors.InvalidArgument("a text contains a NUL character")
    return data


def decode(data: bytes | None) -> str | None:
    return None if data is None else data.decode("utf-8", "surrogateescape")


def texts(items: Iterable[str | os.PathLike[str]]) -> tuple[Any, int]:
    data = [encode(i) for i in items]
    return (ctypes.c_char_p * len(data))(*data), len(data)


# ---- contexts ----

_local = threading.local()


class Context:
    """How calls are made in a thread: with how many threads, telling progress to whom, logging where.

        with cim.Context(threads=1, progress=print):
            city = cim.load("town.osm.pbf")

    threads: workers of one call; 0: one per processor, at most 16.
    progress: called as progress(done, step) with done from 0 to 1; returning False cancels.  A tqdm bar (anything with `update` and `total`) will do.
    log: called as log(level, line) with level "error", "warning", "info" or "debug"; log_level is the most talkative that is wanted.

    Without one each thread has a context of its own with defaults.  A context serves one thread at a time; `cancel()` may be called from any.
    """

    LEVELS = ("error", "warning", "info", "debug")

    def __init__(self, *, threads: int = 0, progress: Any = None, log: Callable[[str, str], Any] | None = None, log_level: str = "warning"):
        if not 0 <= threads <= 0xFFFF:
            raise errors.InvalidArgument(f"threads: {threads} is not within 0 and 65535")
        if log_level not in self.LEVELS:
            raise errors.InvalidArgument(f"log_level: {log_level} is not one of {', '.join(self.LEVELS)}")
        self._raised: BaseException | None = None
        self._thread: int | None = None
        self._outer: list[Context | None] = []
        self._progress, self._log = _progress(progress), log
        options = struct(_abi.cim_ctx_options, threads=threads, log_level=self.LEVELS.index(log_level))
        me = weakref.ref(self)
        if progress is not None:
            options.progress = _abi.cim_progress_fn(lambda done, step, _: _on_progress(me(), done, step))
        if log is not None:
            options.log = _abi.cim_log_fn(lambda level, line, _: _on_log(me(), level, line))
        self._callbacks = (options.progress, options.log)
        pointer = ctypes.POINTER(_abi.cim_ctx)()
        status = lib.cim_ctx_new(ctypes.byref(options), ctypes.byref(pointer))
        if status < 0:
            raise errors.BY_STATUS.get(status, errors.CimError)(decode(lib.cim_status_text(status)) or "")
        self._o = Owner(pointer, lib.cim_ctx_free, self._callbacks)

    def cancel(self) -> None:
        """End the call that runs on this context with `Cancelled`, soon; from any thread."""
        lib.cim_ctx_cancel(self._o)

    def __enter__(self) -> "Context":
        if self._thread not in (None, threading.get_ident()):
            raise RuntimeError("this context is in use by another thread")
        self._thread = threading.get_ident()
        self._outer.append(getattr(_local, "context", None))
        _local.context = self
        return self

    def __exit__(self, *_: Any) -> None:
        _local.context = self._outer.pop()
        if not self._outer:
            self._thread = None


def _progress(given: Any) -> Callable[[float, str], Any] | None:
    if given is None or not hasattr(given, "update"):
        return given
    given.total = 100  # a bar of tqdm

    def show(done: float, step: str) -> None:
        if hasattr(given, "set_description"):
            given.set_description(step, refresh=False)
        given.n = round(100 * done, 1)
        given.refresh()

    return show


def _without_context(ctx: Context, function: Callable[..., Any], *args: Any) -> Any:
    """Call the user's function such that what it asks of the library goes to another context than the one that is busy."""
    before, _local.context = getattr(_local, "context", None), None
    try:
        return function(*args)
    except BaseException as e:  # pylint: disable=broad-except  # raised again when the call is over
        if ctx._raised is None:
            ctx._raised = e
        return False
    finally:
        _local.context = before


def _on_progress(ctx: Context | None, done: float, step: bytes) -> int:
    if ctx is None or ctx._progress is None:
        return 1
    return int(_without_context(ctx, ctx._progress, done, decode(step)) is not False)


def _on_log(ctx: Context | None, level: int, line: bytes) -> None:
    if ctx is not None and ctx._log is not None:
        _without_context(ctx, ctx._log, Context.LEVELS[max(0, min(level, 3))], decode(line))


def context() -> Context:
    """The context of this thread."""
    found = getattr(_local, "context", None)
    if found is None:
        found = getattr(_local, "default", None)
        if found is None:
            found = _local.default = Context()
    return found


def with_progress(progress: Any) -> Any:
    """A context with this progress, to be entered; nothing when there is none."""
    return _Nothing() if progress is None else Context(progress=progress)


class _Nothing:
    def __enter__(self) -> None:
        return None

    def __exit__(self, *_: Any) -> None:
        return None


# ---- calls ----


def _fail(ctx: Context, status: int) -> NoReturn:
    message = decode(lib.cim_ctx_error(ctx._o)) or decode(lib.cim_status_text(status)) or ""
    if status == _abi.CIM_ECANCEL:
        lib.cim_ctx_resume(ctx._o)
    raised, ctx._raised = ctx._raised, None
    if raised is not None:
        raise raised
    raise errors.BY_STATUS.get(status, errors.CimError)(message)


def call(function: Any, *args: Any) -> int:
    """Call a function that takes a context first and gives a status; the status when it is no failure."""
    ctx = context()
    status = function(ctx._o, *args)
    if status < 0 or ctx._raised is not None:
        _fail(ctx, status)
    return status


def _run_aside(ctx: Context, function: Any, args: tuple) -> int:
    """Run it in a thread of its own while this one, the main thread, waits for signals."""
    result: list[Any] = []
    done = _thread.allocate_lock()
    done.acquire()

    job: list[Any] = [(function, ctx._o, args)]

    def run() -> None:
        what, owner, given = job.pop()
        out: Any
        try:
            out = what(owner, *given)
        except BaseException as e:  # pylint: disable=broad-except
            out = e
        del what, owner, given  # this thread ends a little later than its work: it must not keep anything
        result.append(out)
        done.release()

    interrupted: BaseException | None = None
    started = False
    while not result:
        try:
            if not started:
                started = True
                _thread.start_new_thread(run, ())
            done.acquire()
        except BaseException as e:  # pylint: disable=broad-except
            if "start new thread" in str(e):
                return function(ctx._o, *args)
            interrupted = e
            lib.cim_ctx_cancel(ctx._o)
    if interrupted is not None:
        lib.cim_ctx_resume(ctx._o)
        ctx._raised = None
        raise interrupted
    if isinstance(result[0], BaseException):
        raise result[0]
    return result[0]


def slow_call(function: Any, *args: Any) -> int:
    """As call(), for what may take long: Ctrl-C ends it."""
    ctx = context()
    if threading.current_thread() is threading.main_thread() and callable(signal.getsignal(signal.SIGINT)):
        status = _run_aside(ctx, function, args)
    else:
        status = function(ctx._o, *args)
    if status < 0 or ctx._raised is not None:
        _fail(ctx, status)
    return status


# ---- ownership ----


class Owner:
    """A C object, freed with the last reference; what it keeps is let go of after that."""

    __slots__ = ("_as_parameter_", "keep", "__weakref__")

    def __init__(self, pointer: Any, free: Callable[[Any], Any] | None, keep: Any = None):
        self._as_parameter_ = pointer
        self.keep = keep
        if free is not None:
            weakref.finalize(self, free, pointer).atexit = False  # at the end of the program the system is quicker, and safe


def build(type_: Any, free: Any, function: Any, *args: Any, keep: Any = None, more: tuple = (), slow: bool = True) -> Owner:
    """A new C object: function(ctx, *args, &object, *more)."""
    pointer = ctypes.POINTER(type_)()
    try:
        (slow_call if slow else call)(function, *args, ctypes.byref(pointer), *more)
        return Owner(pointer, free, keep)
    except BaseException:
        if pointer:
            free(pointer)
        raise


class Handle:
    """An object that can be closed: `with` does, and so does the garbage collector.  Using it afterwards raises `Closed`."""

    _owner: Owner | None = None

    @property
    def _o(self) -> Owner:
        owner = self._owner
        if owner is None:
            raise errors.Closed(f"this {type(self).__name__} is closed")
        return owner

    @property
    def closed(self) -> bool:
        """True after close()."""
        return self._owner is None

    def close(self) -> None:
        """Let go of it.  Columns that were taken from it, and calls that run in other threads, stay good."""
        self._owner = None

    def __enter__(self) -> Any:
        self._o  # pylint: disable=pointless-statement
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()


# ---- what C gives ----


def take_buf(buf: Any) -> bytes:
    try:
        return ctypes.string_at(buf.data, buf.size) if buf.size else b""
    finally:
        lib.cim_buf_dispose(ctypes.byref(buf))


def bytes_of(function: Any, *args: Any, more: tuple = (), slow: bool = False) -> bytes:
    """The bytes that a function writes to a cim_buf: function(ctx, *args, &buf, *more)."""
    buf = _abi.cim_buf()
    try:
        (slow_call if slow else call)(function, *args, ctypes.byref(buf), *more)
        return take_buf(buf)
    except BaseException:
        lib.cim_buf_dispose(ctypes.byref(buf))
        raise


def json_of(function: Any, *args: Any, more: tuple = (), slow: bool = False) -> Any:
    return json.loads(bytes_of(function, *args, more=more, slow=slow).decode("utf-8", "replace"))


def ask_ids(function: Any, *args: Any, type_: Any = ctypes.c_uint32, guess: int = 16) -> Any:
    """The list that function(ctx, *args, room, cap, &count) writes, asked again when the room was too small."""
    count = ctypes.c_size_t()
    cap = guess
    while True:
        room = (type_ * cap)()
        call(function, *args, room, cap, ctypes.byref(count))
        if count.value <= cap:
            return room[: count.value]
        cap = count.value


class _Interface:
    """Numbers at an address, for numpy; the array that is made of it keeps it, and so the owner."""

    __slots__ = ("__array_interface__", "owner")
    __array_interface__: dict[str, Any]
    owner: Any


_KINDS: dict[str, tuple[Any, str, str, int]] = {
    "u1": (ctypes.c_uint8, "|u1", "B", 1),
    "u2": (ctypes.c_uint16, "=u2", "H", 2),
    "i4": (ctypes.c_int32, "=i4", "i", 4),
    "u4": (ctypes.c_uint32, "=u4", "I", 4),
    "u8": (ctypes.c_uint64, "=u8", "Q", 8),
    "i8": (ctypes.c_int64, "=i8", "q", 8),
    "f4": (ctypes.c_float, "=f4", "f", 4),
    "f8": (ctypes.c_double, "=f8", "d", 8),
}
_ORDER = "<" if np is None or np.little_endian else ">"


def column(pointer: Any, kind: str, shape: int | tuple[int, ...], owner: Any) -> Any:
    """Numbers that belong to C as a read-only view, without a copy; it keeps the owner alive.  numpy array, or memoryview without numpy."""
    if isinstance(shape, int):
        shape = (shape,)
    count = 1
    for n in shape:
        count *= n
    type_, name, letter, _ = _KINDS[kind]
    if not count or not pointer:
        return np.empty((0, *shape[1:]), name) if np is not None else memoryview(b"").cast(letter)
    address = ctypes.cast(pointer, ctypes.c_void_p).value
    if np is not None:
        item = _Interface()
        item.owner = owner
        item.__array_interface__ = {"version": 3, "data": (address, True), "shape": shape, "typestr": name.replace("=", _ORDER)}
        return np.asarray(item)
    data = (type_ * count).from_address(address)
    data._owner = owner
    view = memoryview(data).cast("B")
    return (view.cast(letter) if len(shape) == 1 else view.cast(letter, list(shape))).toreadonly()


def records(pointer: Any, type_: Any, count: int, owner: Any) -> Any:
    """Structures that belong to C, without a copy: a structured numpy array, read-only; without numpy a ctypes array."""
    if np is not None:
        if not count or not pointer:
            return np.empty(0, np.dtype(type_))
        return column(pointer, "u1", count * ctypes.sizeof(type_), owner).view(np.dtype(type_))
    if not count or not pointer:
        return (type_ * 0)()
    data = (type_ * count).from_address(ctypes.cast(pointer, ctypes.c_void_p).value)
    data._owner = owner
    return data


# ---- what C is given ----


class Given:
    """Numbers for C, without a copy where they lie in memory as C wants them: `pointer`, `count`, and what keeps them."""

    __slots__ = ("_as_parameter_", "pointer", "count", "keep")

    def __init__(self, pointer: Any, count: int, keep: Any):
        self.pointer = self._as_parameter_ = pointer
        self.count, self.keep = count, keep


def _check_range(a: Any, kind: str) -> None:
    """numpy wraps numbers that are too large without a word."""
    if kind[0] == "f" or not a.size or a.dtype == np.dtype(_KINDS[kind][1]):
        return
    if a.dtype.kind not in "uibf":
        raise errors.InvalidArgument(f"numbers are needed, not {a.dtype}")
    info = np.iinfo(_KINDS[kind][1])
    if a.dtype.kind == "f" and not (np.isfinite(a).all() and (a == np.floor(a)).all()):
        raise errors.InvalidArgument("whole numbers are needed")
    if a.dtype.kind != "b" and (a.min() < info.min or a.max() > info.max):
        raise errors.InvalidArgument(f"a number is not within {info.min} and {info.max}")


def give(values: Any, kind: str, width: int = 1, count: int | None = None, what: str = "array") -> Given:
    """Numbers of a sequence, buffer or array; width of a row (2 for x, y); count: how many rows there must be."""
    type_, name, letter, size = _KINDS[kind]
    if np is not None:
        try:
            a = np.frombuffer(values, "u1") if isinstance(values, (bytes, bytearray)) and len(values) else np.asarray(values)
            if not a.size:
                a = a.astype(name)
            _check_range(a, kind)
            a = np.ascontiguousarray(a, dtype=name)
        except (TypeError, OverflowError) as e:
            raise errors.InvalidArgument(f"{what}: {e}") from e
        total = a.size
        if width > 1 and total and (a.ndim < 2 or a.shape[-1] != width) and not (a.ndim == 1 and total % width == 0):
            raise errors.InvalidArgument(f"{what}: rows of {width} numbers are needed, not the shape {a.shape}")
        pointer, keep = ctypes.cast(a.ctypes.data, ctypes.POINTER(type_)), a
    else:
        pointer, total, keep = _give_plain(values, type_, letter, size, what)
    rows = total // width
    if total % width or (count is not None and rows != count):
        raise errors.InvalidArgument(f"{what}: {count if count is not None else 'whole'} rows of {width} are needed, there are {total} numbers")
    return Given(pointer, rows, keep)


def _give_plain(values: Any, type_: Any, letter: str, size: int, what: str) -> tuple[Any, int, Any]:
    try:
        view = memoryview(values)
        if view.format.lstrip("<=@") == letter and view.c_contiguous and view.nbytes:
            if not view.readonly:
                data = (type_ * (view.nbytes // size)).from_buffer(view)
            else:
                data = (type_ * (view.nbytes // size)).from_buffer_copy(view)
            return ctypes.cast(data, ctypes.POINTER(type_)), len(data), (data, view)
    except TypeError:
        pass
    try:
        flat: list[Any] = []
        _flatten(values, flat)
        made = array.array(letter, flat)
    except (TypeError, OverflowError, ValueError) as e:
        raise errors.InvalidArgument(f"{what}: {e}") from e
    data = (type_ * len(made)).from_buffer(made) if made else (type_ * 0)()
    return ctypes.cast(data, ctypes.POINTER(type_)), len(made), (data, made)


def _flatten(values: Any, out: list[Any]) -> None:
    for v in values.tolist() if isinstance(values, memoryview) else values:
        if isinstance(v, (int, float)):
            out.append(v)
        elif isinstance(v, (str, bytes)):
            raise TypeError(f"numbers are needed, not {v!r}")
        else:
            _flatten(v, out)


def room(kind: str, shape: int | tuple[int, ...]) -> tuple[Any, Given]:
    """A new array for C to fill, and how to give it."""
    if isinstance(shape, int):
        shape = (shape,)
    count = 1
    for n in shape:
        count *= n
    type_, name, letter, size = _KINDS[kind]
    if np is not None:
        a = np.empty(shape, name)
        return a, Given(ctypes.cast(a.ctypes.data, ctypes.POINTER(type_)), count, a)
    data = (type_ * count)()
    view = memoryview(data).cast("B")
    if not count:
        return memoryview(b"").cast(letter), Given(ctypes.cast(data, ctypes.POINTER(type_)), 0, data)
    return (view.cast(letter) if len(shape) == 1 else view.cast(letter, list(shape))), Given(ctypes.cast(data, ctypes.POINTER(type_)), count, data)


def seconds(times_ms: Any) -> Any:
    """Milliseconds as seconds; infinity where there is no way."""
    if np is not None:
        return np.where(times_ms >= UNREACHABLE_MS, np.inf, times_ms * 0.001)
    if isinstance(times_ms, memoryview):
        times_ms = times_ms.tolist()
    return [seconds(t) if isinstance(t, list) else float("inf") if t >= UNREACHABLE_MS else t / 1000.0 for t in times_ms]


def milliseconds(time_s: float | None, what: str = "time") -> int:
    """Seconds for C; None and infinity: no limit."""
    if time_s is None or time_s == float("inf"):
        return UNREACHABLE_MS
    if not 0 <= time_s <= UNREACHABLE_MS / 1000:
        raise errors.InvalidArgument(f"{what}: {time_s} s is not within 0 and {UNREACHABLE_MS // 1000}")
    return int(time_s * 1000 + 0.5)


def to_ctypes(values: Any, type_: Any) -> Any:
    """Structures for C: a ctypes array as it is, a structured numpy array without a copy, or a sequence of structures."""
    if isinstance(values, ctypes.Array) and values._type_ is type_:
        return values
    if np is not None and isinstance(values, np.ndarray):
        a = np.ascontiguousarray(values, dtype=np.dtype(type_))
        made = (type_ * len(a)).from_buffer(a) if a.flags.writeable and len(a) else (type_ * len(a)).from_buffer_copy(a)
        made._keep = a
        return made
    items = list(values)
    return (type_ * len(items))(*items)


def copied(pointer: Any, kind: str, count: int) -> Any:
    """Numbers that C lends only until the next call, as an array of one's own."""
    view = column(pointer, kind, count, None)
    if np is not None:
        return view.copy()
    return memoryview(bytearray(view.cast("B"))).cast(_KINDS[kind][2]) if count else view
