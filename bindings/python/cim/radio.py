"""How much of a radio signal is lost on its way, on bare numbers: free space, streets between buildings, hilly ground.

    cim.radio.street(250.0, 868.0, seen=False).loss_db
    cim.radio.terrain(heights_m, 30.0, 868.0, tx_height_m=20).warnings

Losses are in dB between isotropic antennas; warnings say where a value is outside what was measured.
"""
from __future__ import annotations

import ctypes
from dataclasses import dataclass
from typing import Any

from . import _abi, _core, errors
from ._core import call, decode, lib, slow_call, struct

ENVIRONMENTS = {
    "high-rise": _abi.CIM_RADIO_URBAN_HIGH_RISE,
    "low-rise": _abi.CIM_RADIO_URBAN_LOW_RISE,
    "residential": _abi.CIM_RADIO_RESIDENTIAL,
}
SITING = {"random": _abi.CIM_RADIO_RANDOM, "careful": _abi.CIM_RADIO_CAREFUL, "very careful": _abi.CIM_RADIO_VERY_CAREFUL}
MODES = {_abi.CIM_RADIO_LINE_OF_SIGHT: "line of sight", _abi.CIM_RADIO_DIFFRACTION: "diffraction", _abi.CIM_RADIO_TROPOSCATTER: "troposcatter"}


@dataclass(frozen=True)
class Loss:
    """loss_db with what was doubtful about it; of terrain also free_space_db, reference_db, roughness_m and mode, None of streets."""

    loss_db: float
    distance_m: float
    warnings: list[str]
    free_space_db: float | None = None
    reference_db: float | None = None
    roughness_m: float | None = None
    mode: str | None = None


def pick(names: dict[str, int], value: str, what: str) -> int:
    if value not in names:
        raise errors.InvalidArgument(f"{what}: {value} is not one of {', '.join(names)}")
    return names[value]


def warnings(bits: int) -> list[str]:
    """The lines about bits of warnings."""
    return [decode(lib.cim_radio_warning(1 << b)) or str(b) for b in range(32) if bits >> b & 1]


def free_space(distance_m: float, frequency_mhz: float) -> float:
    """Loss of free space in dB (ITU-R P.525).

    >>> round(cim.radio.free_space(1000, 868), 2)
    91.22
    """
    out = ctypes.c_double()
    call(lib.cim_radio_free_space, distance_m, frequency_mhz, ctypes.byref(out))
    return out.value


def street(distance_m: float, frequency_mhz: float, *, seen: bool, environment: str = "high-rise", location_percent: float = 50.0) -> Loss:
    """Loss between antennas below the roofs (ITU-R P.1411-11); environment: "high-rise", "low-rise", "residential".

    >>> round(cim.radio.street(250, 2400, seen=True).loss_db, 2)
    88.06
    """
    out, bits = ctypes.c_double(), ctypes.c_uint32()
    where = pick(ENVIRONMENTS, environment, "environment")
    call(lib.cim_radio_street, where, int(seen), distance_m, frequency_mhz, location_percent, ctypes.byref(out), ctypes.byref(bits))
    return Loss(out.value, distance_m, warnings(bits.value))


def _link(frequency_mhz: float, options: dict[str, Any]) -> Any:
    link = struct(_abi.cim_radio_link, frequency_mhz=frequency_mhz)
    for name, value in options.items():
        if name in ("struct_size", "reserved0") or not hasattr(link, name):
            raise TypeError(f"there is no option {name} of links")
        setattr(link, name, value)
    return link


def _loss(r: Any) -> Loss:
    return Loss(r.loss_db, r.distance_m, warnings(r.warnings), r.free_space_db, r.reference_db, r.roughness_m, MODES.get(r.mode))


def terrain(heights_m: Any, step_m: float, frequency_mhz: float, **options: Any) -> Loss:
    """Loss over known ground (Irregular Terrain Model): heights float64 of shape (n,) from the sender to the receiver, step_m apart.

    options: fields of cim_radio_link: tx_height_m, rx_height_m, time_percent, location_percent, climate, ...
    """
    given, r = _core.give(heights_m, "f8", what="heights_m"), struct(_abi.cim_radio_loss)
    link = _link(frequency_mhz, options)
    slow_call(lib.cim_radio_terrain, ctypes.byref(link), given, given.count, step_m, ctypes.byref(r))
    return _loss(r)


def area(distance_m: float, roughness_m: float, frequency_mhz: float, *, tx_siting: str = "random", rx_siting: str = "random", **options: Any) -> Loss:
    """Loss over ground of which only the roughness is known (0 water, 30 plains, 90 hills, 200 mountains); options as of terrain().

    >>> round(cim.radio.area(20000, 90, 868, tx_height_m=30).loss_db)
    145
    """
    link, r = _link(frequency_mhz, options), struct(_abi.cim_radio_loss)
    sites = pick(SITING, tx_siting, "tx_siting"), pick(SITING, rx_siting, "rx_siting")
    call(lib.cim_radio_area, ctypes.byref(link), distance_m, roughness_m, *sites, ctypes.byref(r))
    return _loss(r)
