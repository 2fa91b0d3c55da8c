"""Transverse Mercator to longitude and latitude: EPSG:25832 to WGS 84.

Krueger's series in the third flattening n, to the sixth order (Karney,
"Transverse Mercator with an accuracy of a few nanometers", 2011).
ETRS89 is taken as WGS 84, as everyone does at the scale of a city.
"""

from math import asin, atan, atan2, atanh, cos, cosh, degrees, pi, sin, sinh, sqrt

SEMI_MAJOR = 6378137.0
FLATTENING = 1 / 298.257222101            # GRS 80
SCALE = 0.9996
FALSE_EASTING = 500000.0
CENTRAL_MERIDIAN = 9.0

_N = FLATTENING / (2 - FLATTENING)
_E = sqrt(FLATTENING * (2 - FLATTENING))
_RECTIFYING = SEMI_MAJOR / (1 + _N) * (1 + _N**2 / 4 + _N**4 / 64 + _N**6 / 256)

_BETA = (
    _N / 2 - 2 * _N**2 / 3 + 37 * _N**3 / 96 - _N**4 / 360
    - 81 * _N**5 / 512 + 96199 * _N**6 / 604800,
    _N**2 / 48 + _N**3 / 15 - 437 * _N**4 / 1440 + 46 * _N**5 / 105
    - 1118711 * _N**6 / 3870720,
    17 * _N**3 / 480 - 37 * _N**4 / 840 - 209 * _N**5 / 4480 + 5569 * _N**6 / 90720,
    4397 * _N**4 / 161280 - 11 * _N**5 / 504 - 830251 * _N**6 / 7257600,
    4583 * _N**5 / 161280 - 108847 * _N**6 / 3991680,
    20648693 * _N**6 / 638668800,
)


def lonlat(easting, northing):
    """Longitude and latitude in degrees of a point in EPSG:25832 (metres)."""
    xi = northing / (SCALE * _RECTIFYING)
    eta = (easting - FALSE_EASTING) / (SCALE * _RECTIFYING)
    xi1, eta1 = xi, eta
    for k, beta in enumerate(_BETA, start=1):
        xi1 -= beta * sin(2 * k * xi) * cosh(2 * k * eta)
        eta1 -= beta * cos(2 * k * xi) * sinh(2 * k * eta)
    lon = atan2(sinh(eta1), cos(xi1))
    conformal = asin(sin(xi1) / cosh(eta1))
    return CENTRAL_MERIDIAN + degrees(lon), degrees(_geographic(conformal))


def _geographic(conformal):
    """Geographic from conformal latitude, by Newton's method on the tangent."""
    if abs(conformal) >= pi / 2:
        return conformal
    target = sin(conformal) / cos(conformal)
    tau = target
    for _ in range(5):
        sigma = sinh(_E * atanh(_E * tau / sqrt(1 + tau * tau)))
        now = tau * sqrt(1 + sigma * sigma) - sigma * sqrt(1 + tau * tau)
        slope = (1 + (1 - _E * _E) * tau * tau) / ((1 - _E * _E) * sqrt(1 + tau * tau))
        tau += (target - now) / sqrt(1 + now * now) * slope
    return atan(tau)


def lonlat_1e7(point_mm):
    """Longitude and latitude in units of 1e-7 degree of a point in millimetres."""
    lon, lat = lonlat(point_mm[0] / 1000, point_mm[1] / 1000)
    return round(lon * 1e7), round(lat * 1e7)
